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
