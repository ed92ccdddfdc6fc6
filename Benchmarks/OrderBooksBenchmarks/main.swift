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

func digest(_ books: borrowing BookSet) -> UInt64 {
  var hash = UInt64(books.liveOrderCount)
  for instrument in 0..<books.instrumentCount {
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
    return digest(books)
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

/// Applies decoded source records to books through the same slot rules as a tick file, without writing one.
final class BookOutput: EventOutput {
  private(set) var instruments: [Instrument] = []
  private(set) var books = BookSet(instrumentCount: 1, expectedOrders: 1 << 16)
  private var batch = EventBatch(capacity: 4_096)
  private var slots: [UInt32]
  private var prices: [Int32]
  private var quantities: [Int64]
  private var allocator = SlotAllocator()
  private var observer = NullObserver()
  private(set) var eventCount = 0

  init(expectedIdentifiers: Int) {
    slots = Array(repeating: .max, count: expectedIdentifiers)
    prices = Array(repeating: 0, count: expectedIdentifiers)
    quantities = Array(repeating: 0, count: expectedIdentifiers)
  }

  func addInstrument(_ instrument: Instrument) throws(ImportError) -> UInt16 {
    instruments.append(instrument)
    return UInt16(instruments.count - 1)
  }

  func append(_ events: UnsafeBufferPointer<MarketEvent>) throws(ImportError) {
    for event in events { apply(event, replacement: nil) }
  }

  func append(_ event: MarketEvent, replacingIdentifierWith identifier: UInt64) throws(ImportError) {
    apply(event, replacement: identifier)
  }

  private func grow(_ identifier: Int) {
    guard identifier >= slots.count else { return }
    let more = max(identifier + 1, slots.count * 2) - slots.count
    slots.append(contentsOf: repeatElement(.max, count: more))
    prices.append(contentsOf: repeatElement(0, count: more))
    quantities.append(contentsOf: repeatElement(0, count: more))
  }

  private func apply(_ event: MarketEvent, replacement: UInt64?) {
    let identifier = Int(event.identifier)
    eventCount += 1
    guard identifier < 1 << 28 else { return }
    grow(max(identifier, Int(replacement ?? 0)))
    if batch.isFull { flush() }
    let time = event.exchangeTime.nanoseconds
    switch event.kind {
    case .add:
      batch.append(EventCode(.add, side: event.side), time: time)
      batch.append(price: event.price.ticks, sideIndex: event.side == .buy ? 0 : 1)
      batch.append(quantity: event.quantity.lots)
      slots[identifier] = allocator.take()
      prices[identifier] = event.price.ticks
      quantities[identifier] = event.quantity.lots
    case .cancel, .execute, .reduce:
      let slot = slots[identifier]
      guard slot != .max else { return }
      let taken = event.kind == .cancel ? quantities[identifier] : event.quantity.lots
      if taken >= quantities[identifier] {
        batch.append(EventCode(event.kind == .execute ? .executeWhole : .cancel), time: time)
        batch.append(slot: slot)
        allocator.release(slot)
        slots[identifier] = .max
      } else {
        batch.append(EventCode(event.kind == .execute ? .executePart : .reduce), time: time)
        batch.append(slot: slot)
        batch.append(change: taken)
        quantities[identifier] -= taken
      }
    case .modify:
      let slot = slots[identifier]
      guard slot != .max else { return }
      batch.append(EventCode(.modify), time: time)
      batch.append(slot: slot)
      batch.append(change: event.quantity.lots)
      batch.append(priceChange: event.price.ticks - prices[identifier])
      slots[identifier] = .max
      let now = Int(replacement ?? event.identifier)
      slots[now] = slot
      prices[now] = event.price.ticks
      quantities[now] = event.quantity.lots
    default: break
    }
  }

  private func flush() {
    books.apply(batch, observer: &observer)
    batch.removeAll()
  }

  func finish() throws(ImportError) { flush() }
  func discard() {}
  var hash: UInt64 { digest(books) }
}

@MainActor func measureITCH(_ path: String) throws {
  var options = ImportOptions()
  options.tick = DecimalUnit("0.01")
  options.lot = .one
  let output = BookOutput(expectedIdentifiers: 1 << 20)
  _ = try importEvents(from: [path], options: options, to: { () throws(ImportError) in output })
  try runner.measure(
    "\((path as NSString).lastPathComponent): parse and full books", items: output.eventCount, unit: "events"
  ) {
    let output = BookOutput(expectedIdentifiers: 1 << 23)
    _ = try importEvents(from: [path], options: options, to: { () throws(ImportError) in output })
    return output.hash
  }
}

for path in runner.options.rest {
  if path.hasSuffix(".ticks") { try measureTicks(path) } else { try measureITCH(path) }
}
let folder = FileManager.default.temporaryDirectory.appendingPathComponent("books-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
let size = runner.options.isTiny ? 20_000 : 3_000_000
for (name, instruments, reach, swing) in [
  ("one-symbol", 1, 20, 100), ("thousand-symbols", 1_000, 20, 100), ("deep", 1, 20_000, 0), ("swings", 1, 200, 18_000),
] as [(String, Int, Int32, Int32)] {
  let path = folder.appendingPathComponent("\(name).ticks").path
  try makeStream(path, instruments: instruments, events: size, reach: reach, swing: swing)
  try measureTicks(path)
}
