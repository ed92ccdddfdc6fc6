import Accounting
import Execution
import MarketTypes
import RiskControls
import Simulation
import Strategies
import TestSupport
import Testing

/// Sends, amends, cancels and asks for what makes no sense.
struct NonsenseStrategy: Strategy {
  static let name = "nonsense"
  var random = SeededGenerator(seed: 0)
  var orders = 0
  var wakes = 0

  init(_ parameters: ParameterValues) {}

  init(seed: UInt64, orders: Int) {
    random = SeededGenerator(seed: seed)
    self.orders = orders
  }

  var subscriptions: Subscriptions {
    Subscriptions(intervalNanoseconds: 3_000_000, fills: true, orderChanges: true, barIntervalNanoseconds: .max)
  }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &random)] }

  mutating func price() -> Price {
    Price(ticks: pick([.min, .min + 1, -1, 0, 1, 9_990, 10_000, 10_010, .max - 1, .max]))
  }

  mutating func quantity() -> Int64 { pick([.min, .min + 1, -1, 0, 1, 50, 1 << 40, .max - 1, .max]) }

  mutating func terms() -> OrderTerms {
    OrderTerms(
      identifier: OrderIdentifier(pick([0, 1, .max])), side: pick([.buy, .sell, .none]),
      type: pick(OrderType.allCases), price: price(), quantity: Quantity(lots: quantity()),
      timeInForce: pick(TimeInForce.allCases), selfTradePrevention: pick(SelfTradePrevention.allCases),
      flags: OrderFlags(rawValue: pick([0, 1, 2, 3, 255])),
      displayQuantity: Quantity(lots: pick([0, 0, quantity()])),
      minimumQuantity: Quantity(lots: pick([0, 0, quantity()])),
      stopPrice: price(), offset: pick([.min, -1, 0, 1, .max]), expiry: Timestamp(nanoseconds: pick([.min, 0, .max])))
  }

  mutating func timer(_ desk: inout Desk) {
    let instruments = [0, 0, 0, 0, -1, 1, 65_535, 65_536, Int.min, Int.max]
    for _ in 0..<orders { desk.send(terms(), instrument: pick(instruments)) }
    for _ in 0..<10 {
      let handle = Int32(truncatingIfNeeded: random.next()) >> Int32(pick([0, 16, 24]))
      desk.cancel(handle)
      desk.amend(handle, price: price(), quantity: quantity())
    }
    for order in desk.orders { desk.amend(order.handle, price: price(), quantity: quantity()) }
    if pick([0, 1, 2]) == 0 { desk.cancelAll() }
    desk.wake(at: pick([.min, -1, 0, desk.time - 1, desk.time, .max - 1, .max]))
    for instrument in instruments {
      _ = (desk.position(instrument), desk.openQuantity(.buy, instrument), desk.cash(instrument))
      _ = (desk.bestBid(instrument), desk.bestAsk(instrument), desk.bestQuantity(.sell, instrument))
      _ = (desk.lastTradePrice(instrument), desk.quantity(.buy, at: price(), instrument: instrument))
      desk.forEachLevel(.buy, instrument: instrument) { _, _ in false }
    }
  }

  /// At once, again and again.
  mutating func woken(_ desk: inout Desk) {
    wakes += 1
    if wakes < 300 { desk.wake(at: .min) }
  }
}

/// Plays a nonsense strategy or a nosy one.
struct MixedStrategy: Strategy {
  static let name = "mixed"
  var nosy: NosyStrategy?
  var nonsense: NonsenseStrategy?

  init(_ parameters: ParameterValues) {}
  init(nosy: NosyStrategy) { self.nosy = nosy }
  init(nonsense: NonsenseStrategy) { self.nonsense = nonsense }

  var subscriptions: Subscriptions { nosy?.subscriptions ?? nonsense?.subscriptions ?? Subscriptions() }

  mutating func started(_ desk: inout Desk) { nosy?.started(&desk) }
  mutating func timer(_ desk: inout Desk) {
    nosy?.timer(&desk)
    nonsense?.timer(&desk)
  }
  mutating func woken(_ desk: inout Desk) {
    nosy?.woken(&desk)
    nonsense?.woken(&desk)
  }
  mutating func filled(_ notice: Notice, _ desk: inout Desk) { nosy?.filled(notice, &desk) }
  mutating func orderChanged(_ notice: Notice, _ desk: inout Desk) { nosy?.orderChanged(notice, &desk) }
  mutating func touchChanged(_ instrument: Int, _ desk: inout Desk) { nosy?.touchChanged(instrument, &desk) }
  mutating func traded(_ trade: MarketTrade, _ desk: inout Desk) { nosy?.traded(trade, &desk) }
  mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk) { nosy?.barClosed(bar, &desk) }
  mutating func marketChanged(_ instrument: Int, _ desk: inout Desk) { nosy?.marketChanged(instrument, &desk) }
}

@Suite struct NonsenseTests {
  struct Result {
    var fills: [[LaneFill]]
    var transitions: [OrderTransition]
    var ledgers: [PositionLedger]
    var statistics: [LaneStatistics]
  }

  static func run<Source: EventSource & ~Copyable>(
    nosy: Int, nonsense: Int, orders: Int, _ source: consuming Source
  ) throws -> Result where Source.Failure == Never {
    let latencies = LaneIndependenceTests.latencies
    let strategies =
      (0..<nosy).map { MixedStrategy(nosy: LaneIndependenceTests.strategy($0)) }
      + (0..<nonsense).map { MixedStrategy(nonsense: NonsenseStrategy(seed: UInt64($0), orders: orders)) }
    var run = try LaneRunner(
      strategies: strategies,
      terms: (0..<nosy).map(LaneIndependenceTests.terms)
        + (0..<nonsense).map { lane in
          LaneTerms(latency: latencies[lane % latencies.count], tradesAtLastPrice: lane % 2 == 0)
        },
      instruments: [Instrument(symbol: "TEST", tick: .one)])
    run.run(&source)
    let fills = run.takeFills()
    return Result(
      fills: strategies.indices.map { lane in fills.filter { $0.lane == lane } }, transitions: run.takeTransitions(),
      ledgers: strategies.indices.map { run.ledger(lane: $0) },
      statistics: strategies.indices.map { run.statistics(lane: $0) })
  }

  static func check<Source: EventSource & ~Copyable>(_ source: () -> Source) throws where Source.Failure == Never {
    let (nosy, nonsense) = (11, 10)
    let quiet = try run(nosy: nosy, nonsense: 0, orders: 0, source())
    let noisy = try run(nosy: nosy, nonsense: nonsense, orders: 30, source())
    for lane in 0..<nosy {
      #expect(quiet.fills[lane] == noisy.fills[lane], "lane \(lane)")
      #expect(quiet.ledgers[lane] == noisy.ledgers[lane], "lane \(lane)")
      #expect(quiet.statistics[lane] == noisy.statistics[lane], "lane \(lane)")
    }
    for lane in nosy..<(nosy + nonsense) { #expect(noisy.statistics[lane].riskRejects > 0) }
    let rejected = noisy.transitions.filter { $0.step == .rejected && Int($0.lane) >= nosy }
    #expect(!rejected.isEmpty)
    #expect(rejected.allSatisfy { $0.riskReason != 0 || $0.rejectReason != .none })
  }

  @Test func nonsenseOnOrderFeedsStaysInItsLane() throws {
    try Self.check { FlowSource(seed: 5, shape: .calm, batches: 1) }
  }

  @Test(arguments: RandomLevelFlow.Shape.allCases)
  func nonsenseOnLevelFeedsStaysInItsLane(shape: RandomLevelFlow.Shape) throws {
    try Self.check { LevelSource(seed: 5, shape: shape, batches: 1) }
  }

  /// More orders in one callback than there are places: all but those are refused, and nothing else happens.
  @Test func aMillionOrdersAreRefused() throws {
    let orders = LaneIndependenceTests.isLong ? 1_000_000 : 20_000
    let result = try Self.run(nosy: 0, nonsense: 1, orders: orders, FlowSource(seed: 5, shape: .calm, batches: 1))
    #expect(result.statistics[0].sent < 10_000)
    #expect(result.statistics[0].riskRejects > orders / 4)
  }

  @Test func anExtremeTimerNeverComes() throws {
    var run = try LaneRunner(
      strategies: [NosyStrategy(seed: 1, wanted: Subscriptions(intervalNanoseconds: .max), wakes: false, calm: 1)],
      terms: [LaneTerms()], instruments: [Instrument(symbol: "TEST", tick: .one)])
    var source = FlowSource(seed: 5, shape: .calm, batches: 2)
    run.run(&source)
    // Only what it sent when it was started.
    #expect(run.statistics(lane: 0).sent <= 1)
  }
}
