import BenchmarkHarness
import Foundation
import MarketTypes
import OrderBooks
import TickImport
import TickStore

// Rebuilds books from tick files: OrderBooksBenchmarks [FILE.ticks | FILE.itch …]; without a file, a made-up stream.
//
// A `.ticks` file is timed from the page cache to full first-in first-out books, decoding and checksums included. An ITCH
// file is timed from its bytes: parsing, order numbers and the tick file's rules for slots included.

var runner = BenchmarkRunner()

func digest(_ books: borrowing BookSet, instruments: Int) -> UInt64 {
  var hash = UInt64(books.liveOrderCount)
  for instrument in 0..<instruments {
    for side in [Side.buy, .sell] {
      hash = (hash ^ UInt64(UInt32(bitPattern: books.bestPrice(side, instrument: instrument).ticks))) &* 0x100_0000_01B3
    }
  }
  return hash
}

@MainActor func measureTicks(_ path: String) throws {
  let file = try TickFile(path: path)
  let events = Int(file.eventCount)
  let name = (path as NSString).lastPathComponent
  try runner.measure("\(name): decode and full books", items: events, unit: "events") {
    var books = BookSet(instrumentCount: file.instruments.count, expectedOrders: Int(file.slotLimit))
    var reader = try TickReader(file)
    var batch = file.makeBatch()
    var observer = NullObserver()
    while try reader.nextBatch(into: &batch) { books.apply(batch, observer: &observer) }
    return digest(books, instruments: books.instrumentCount)
  }
}

/// Simulated order flow over many instruments, deep books or wide swings, written as a tick file.
func makeStream(_ path: String, instruments: Int, events: Int, reach: Int32, swing: Int32) throws {
  let writer = try TickWriter(path: path)
  guard let tick = DecimalUnit("0.01") else { return }
  for index in 0..<instruments { _ = try writer.addInstrument(Instrument(symbol: "S\(index)", tick: tick)) }
  var state: UInt64 = 7
  func next(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
  var live: [(id: UInt64, instrument: UInt16, side: Side, price: Int32, quantity: Int64)] = []
  var center = Array(repeating: Int32(30_000), count: instruments)
  for index in 0..<events {
    let time = Timestamp(nanoseconds: 1_700_000_000_000_000_000 + Int64(index) * 1_000)
    if live.count < 4_000 * max(1, min(instruments, 16)) || next(100) < 50 {
      let instrument = next(instruments)
      if next(1_000) == 0 { center[instrument] = 30_000 + Int32(next(Int(2 * swing + 1))) - swing }
      let side: Side = next(2) == 0 ? .buy : .sell
      let away = Int32(next(Int(reach))) + 1
      let price = side == .buy ? center[instrument] - away : center[instrument] + away
      let quantity = Int64(next(500) + 1)
      live.append((UInt64(index + 1), UInt16(instrument), side, price, quantity))
      try writer.append(
        MarketEvent(
          kind: .add, exchangeTime: time, localTime: time, instrument: UInt16(instrument), side: side,
          price: Price(ticks: price), quantity: Quantity(lots: quantity), identifier: UInt64(index + 1)))
    } else {
      let place = next(live.count)
      let order = live[place]
      live.swapAt(place, live.count - 1)
      live.removeLast()
      try writer.append(
        MarketEvent(
          kind: next(5) == 0 ? .execute : .cancel, exchangeTime: time, localTime: time, instrument: order.instrument,
          side: order.side, price: Price(ticks: order.price), quantity: Quantity(lots: order.quantity),
          identifier: order.id))
    }
  }
  try writer.finish()
}

@MainActor func measureITCH(_ path: String) throws {
  let bytes = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
  let name = (path as NSString).lastPathComponent
  try bytes.withUnsafeBytes { buffer in
    let events = try ItchBooks.rebuilt(from: buffer, name: name).eventCount
    try runner.measure("\(name): parse and full books", items: events, unit: "events") {
      let result = try ItchBooks.rebuilt(from: buffer, name: name)
      precondition(result.books.anomalies.total == 0 && result.unknownCount == 0)
      return digest(result.books, instruments: Int(result.instrumentCount))
    }
  }
}

// Files named on the command line are measured instead of the made-up streams.
let isAlone = runner.options.rest.isEmpty
for path in runner.options.rest {
  if path.hasSuffix(".ticks") { try measureTicks(path) } else { try measureITCH(path) }
}
let folder = FileManager.default.temporaryDirectory.appendingPathComponent("books-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
let size = runner.options.isTiny ? 20_000 : 3_000_000
for (name, instruments, reach, swing) in [
  ("one-symbol", 1, 20, 100), ("thousand-symbols", 1_000, 20, 100), ("deep", 1, 20_000, 0), ("swings", 1, 200, 18_000),
] as [(String, Int, Int32, Int32)] where isAlone {
  let path = folder.appendingPathComponent("\(name).ticks").path
  try makeStream(path, instruments: instruments, events: size, reach: reach, swing: swing)
  try measureTicks(path)
}
