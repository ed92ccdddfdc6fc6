import BenchmarkHarness
import Foundation
import MarketTypes
import TickStore

var runner = BenchmarkRunner()
var columns: String?
var file: String?
var keep: String?
var limit = Int.max
var blockCapacity = TickWriter.Options().blockCapacity
var rest = runner.options.rest[...]
while let argument = rest.popFirst() {
  switch argument {
  case "--columns": columns = rest.popFirst()
  case "--file": file = rest.popFirst()
  case "--keep": keep = rest.popFirst()
  case "--limit": limit = rest.popFirst().flatMap { Int($0) } ?? limit
  case "--block": blockCapacity = rest.popFirst().flatMap { Int($0) } ?? blockCapacity
  default:
    FileHandle.standardError.write(
      Data(
        "usage: TickStoreBenchmarks [--tiny] [--json] [--columns FOLDER | --file FILE.ticks] [--keep FILE.ticks] [--limit N]\n"
          .utf8))
    exit(2)
  }
}

let scratch =
  keep
  ?? FileManager.default.temporaryDirectory
  .appendingPathComponent("TickStoreBenchmarks-\(ProcessInfo.processInfo.processIdentifier).ticks").path
defer { if keep == nil { try? FileManager.default.removeItem(atPath: scratch) } }

if file == nil {
  let stream =
    try columns.map { try CommonStream(columns: $0, limit: limit) }
    ?? CommonStream(synthetic: runner.options.isTiny ? 20_000 : 2_000_000, seed: 7)
  try runner.measure("write events", items: stream.events.count, unit: "events") {
    var options = TickWriter.Options()
    options.blockCapacity = blockCapacity
    let writer = try TickWriter(path: scratch, options: options)
    let instrument = try writer.addInstrument(Instrument(symbol: "SYN", tick: CommonStream.tick))
    for event in stream.events {
      var event = event
      event.instrument = instrument
      try writer.append(event)
    }
    try writer.finish()
    return writer.eventCount
  }
}

let ticks = try TickFile(path: file ?? scratch)
let eventCount = Int(ticks.eventCount)
var batch = ticks.makeBatch()
try runner.measure("decode hot columns, checksums verified", items: eventCount, unit: "events") {
  var reader = try TickReader(ticks)
  var hash: UInt64 = 0
  while try reader.nextBatch(into: &batch) {
    // One value of every column keeps the decode from being dropped and makes the answer comparable.
    hash = hash &* 31 &+ UInt64(batch.codes[batch.count - 1]) &+ UInt64(bitPattern: batch.times[batch.count - 1])
    if batch.buyPriceCount > 0 { hash &+= UInt64(bitPattern: Int64(batch.buyPrices[batch.buyPriceCount - 1])) }
    if batch.sellPriceCount > 0 { hash &+= UInt64(bitPattern: Int64(batch.sellPrices[batch.sellPriceCount - 1])) }
    if batch.quantityCount > 0 { hash &+= UInt64(bitPattern: batch.quantities[batch.quantityCount - 1]) }
    if batch.slotCount > 0 { hash &+= UInt64(batch.slots[batch.slotCount - 1]) }
    if batch.changeCount > 0 { hash &+= UInt64(bitPattern: batch.changes[batch.changeCount - 1]) }
  }
  return hash
}

try runner.measure("decode times and instruments only", items: eventCount, unit: "events") {
  var reader = try TickReader(ticks, options: TickReader.Options(columns: [.times, .instruments]))
  var hash: UInt64 = 0
  while try reader.nextBatch(into: &batch) {
    hash = hash &* 31 &+ UInt64(batch.count) &+ UInt64(bitPattern: batch.times[batch.count - 1])
  }
  return hash
}

let opens = runner.options.isTiny ? 5 : 200
let firstTime = batchTime(ofEvent: 0)
let lastTime = batchTime(ofEvent: eventCount - 1)
try runner.measure("open the file at a random time, positioned", items: opens, unit: "opens") {
  var hash: UInt64 = 0
  var state: UInt64 = 99
  for _ in 0..<opens {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    // The upper bits alone reach no further than two seconds into the file.
    let time = firstTime + Int64(state >> 1) % max(1, lastTime - firstTime)
    let opened = try TickFile(path: ticks.path)
    let reader = try TickReader(opened, options: TickReader.Options(from: Timestamp(nanoseconds: time)))
    hash = hash &* 31 &+ (reader.start?.ordinal ?? 0) &+ UInt64(reader.start?.orders.count ?? 0)
  }
  return hash
}

try runner.measure("rebuild full events, cold columns included", items: eventCount, unit: "events") {
  let reader = try TickEventReader(ticks)
  var hash: UInt64 = 0
  while let event = try reader.next() {
    hash = hash &* 31 &+ event.identifier &+ UInt64(bitPattern: event.quantity.lots)
  }
  return hash
}

let inspection = try TickInspection(ticks)
note(
  "bytes per event",
  "file \(hundredths(inspection.bytesPerEvent)), hot \(hundredths(inspection.hotBytesPerEvent)), "
    + "keyframes \(hundredths(100 * Double(inspection.keyframeBytes) / Double(max(1, inspection.fileBytes)))) %")
for column in inspection.columns {
  note(
    "  \(column.name)",
    "\(hundredths(8 * Double(column.bytes) / Double(max(1, eventCount)))) bits per event \(column.encodings)")
}

func hundredths(_ value: Double) -> String { String(format: "%.2f", value) }

/// The exchange time of one event, by its place in the file.
@MainActor func batchTime(ofEvent wanted: Int) -> Int64 {
  var before = 0
  guard var reader = try? TickReader(ticks) else { return 0 }
  while (try? reader.nextBatch(into: &batch)) == true {
    if wanted < before + batch.count { return batch.times[wanted - before] }
    before += batch.count
  }
  return 0
}

/// A fact beside the timings, on standard error so that JSON lines stay clean.
func note(_ name: String, _ text: String) {
  FileHandle.standardError.write(Data("\(name): \(text)\n".utf8))
}
