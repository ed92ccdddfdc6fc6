import Accounting
import Execution
import MarketTypes
import Simulation
import Strategies

/// A market written down event by event, in milliseconds, with the order numbers that readers derive.
struct HandMadeMarket: EventSource {
  static let start: Int64 = 1_700_000_000_000_000_000

  private struct Event {
    var code: EventCode
    var time: Int64
    var instrument: UInt16
    var prices: [Int32] = []
    var quantity: Int64?
    var slot: UInt32?
    var change: Int64?
  }

  let instrumentCount: Int
  private var events: [Event] = []
  private var slots = SlotAllocator()
  private var isRead = false

  init(instrumentCount: Int = 1) { self.instrumentCount = instrumentCount }

  static func time(_ milliseconds: Int64) -> Int64 { start + milliseconds * 1_000_000 }

  /// A resting order; gives its slot.
  @discardableResult
  mutating func add(
    at milliseconds: Int64, _ side: Side, price: Int32, quantity: Int64, instrument: UInt16 = 0
  ) -> UInt32 {
    events.append(
      Event(
        code: EventCode(.add, side: side), time: Self.time(milliseconds), instrument: instrument, prices: [price],
        quantity: quantity))
    return slots.take()
  }

  /// A market order takes a part of a resting one.
  mutating func execute(at milliseconds: Int64, _ slot: UInt32, quantity: Int64, instrument: UInt16 = 0) {
    events.append(
      Event(
        code: EventCode(.executePart), time: Self.time(milliseconds), instrument: instrument, slot: slot,
        change: quantity))
  }

  mutating func executeWhole(at milliseconds: Int64, _ slot: UInt32, instrument: UInt16 = 0) {
    events.append(
      Event(code: EventCode(.executeWhole), time: Self.time(milliseconds), instrument: instrument, slot: slot))
    slots.release(slot)
  }

  mutating func cancel(at milliseconds: Int64, _ slot: UInt32, instrument: UInt16 = 0) {
    events.append(Event(code: EventCode(.cancel), time: Self.time(milliseconds), instrument: instrument, slot: slot))
    slots.release(slot)
  }

  mutating func bar(at milliseconds: Int64, close: Int32, volume: Int64 = 0, instrument: UInt16 = 0) {
    events.append(
      Event(
        code: EventCode(.bar), time: Self.time(milliseconds), instrument: instrument,
        prices: [close, close, close, close], quantity: volume))
  }

  /// Nothing of interest, so that time passes: an order far away.
  mutating func wait(until milliseconds: Int64) { add(at: milliseconds, .buy, price: 1, quantity: 1) }

  func makeBatch() -> EventBatch { EventBatch(capacity: max(1, events.count)) }

  mutating func nextBatch(into batch: inout EventBatch) throws(Never) -> Bool {
    guard !isRead else { return false }
    isRead = true
    batch.removeAll()
    for event in events {
      batch.append(event.code, time: event.time, instrument: event.instrument)
      for price in event.prices {
        batch.append(price: price, sideIndex: event.code.operation == .bar ? 0 : event.code.sideIndex)
      }
      if let quantity = event.quantity { batch.append(quantity: quantity) }
      if let slot = event.slot { batch.append(slot: slot) }
      if let change = event.change { batch.append(change: change) }
    }
    return true
  }
}

/// What one lane did in a hand-made market.
struct LaneOutcome {
  struct Fill: Equatable {
    var milliseconds: Int64
    var side: Side
    var price: Int32
    var quantity: Int64
    var instrument = 0
  }

  var fills: [Fill]
  var lots: [Int64]
  var statistics: LaneStatistics

  /// Runs one strategy with the given parameters.
  static func of<Tested: Strategy>(
    _ strategy: Tested.Type, _ parameters: [String: Double] = [:], in market: HandMadeMarket,
    terms: LaneTerms = LaneTerms()
  ) throws -> LaneOutcome {
    var market = market
    var runner = try LaneRunner(
      strategies: [Tested(try ParameterValues(parameters, for: Tested.self))], terms: [terms],
      instruments: (0..<market.instrumentCount).map { Instrument(symbol: "\($0)", tick: .one) })
    runner.run(&market)
    let fills = runner.takeFills().map { fill in
      Fill(
        milliseconds: (fill.time - HandMadeMarket.start) / 1_000_000, side: fill.side, price: fill.price,
        quantity: fill.quantity, instrument: Int(fill.instrument))
    }
    return LaneOutcome(
      fills: fills, lots: (0..<market.instrumentCount).map { runner.ledger(lane: 0, instrument: $0).lots },
      statistics: runner.statistics)
  }
}
