import Foundation
import TickStore

// Makes the embedded sample: SampleGenerator FOLDER [SEED]

let seed = CommandLine.arguments.count > 2 ? UInt64(CommandLine.arguments[2]) : 20_240_301
guard CommandLine.arguments.count > 1, let seed else {
  print("usage: SampleGenerator FOLDER [SEED]")
  exit(2)
}
let folder = URL(fileURLWithPath: CommandLine.arguments[1], isDirectory: true)
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
let file = folder.appendingPathComponent("day.ticks")
let writer = try TickWriter(path: file.path)
for instrument in SampleMarket.instruments { _ = try writer.addInstrument(instrument) }
var market = SampleMarket(seed: seed) { event in try writer.append(event) }
try market.play()
let events = writer.eventCount
try writer.finish()
let metadata = try SampleMetadata(file: file, seed: seed, events: events)
try metadata.write(beside: file)
print("\(file.path): \(events) events, \(metadata.bytes) bytes, sha256 \(metadata.sha256)")
