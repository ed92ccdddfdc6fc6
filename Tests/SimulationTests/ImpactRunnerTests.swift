import Accounting
import Execution
import Foundation
import MarketTypes
import OrderBooks
import RiskControls
import Strategies
import TestSupport
import Testing
import TickStore

@testable import Simulation

/// Sends the same terms at one moment after the start.
private struct OneOrder: Strategy {
  static let name = "one-order"
  var terms = OrderTerms(identifier: OrderIdentifier(1), side: .buy, quantity: Quantity(lots: 1))
  var delay: Int64 = 10_000_000_000

  init(_ parameters: ParameterValues) {}

  init(_ terms: OrderTerms, after delay: Int64 = 10_000_000_000) {
    self.terms = terms
    self.delay = delay
  }

  var subscriptions: Subscriptions { Subscriptions() }

  mutating func started(_ desk: inout Desk) { desk.wake(at: desk.time + delay) }
  mutating func woken(_ desk: inout Desk) { desk.send(terms) }
}

/// Requests of every kind at random, from a timer and from what it hears.
struct RestlessStrategy: Strategy {
  static let name = "restless"
  var random: SeededGenerator
  var sent: UInt64 = 0
  var hears: Bool

  init(_ parameters: ParameterValues) { self.init(seed: 1, hears: true) }

  init(seed: UInt64, hears: Bool) {
    random = SeededGenerator(seed: seed)
    self.hears = hears
  }

  var subscriptions: Subscriptions {
    Subscriptions(intervalNanoseconds: 40_000_000, fills: hears, orderChanges: hears, touch: hears, trades: hears)
  }

  mutating func traded(_ trade: MarketTrade, _ desk: inout Desk) {
    if trade.quantity % 7 == 0 { act(&desk) }
  }

  mutating func timer(_ desk: inout Desk) { act(&desk) }

  mutating func act(_ desk: inout Desk) {
    let bid = desk.bestBid()
    let ask = desk.bestAsk()
    let middle = bid.isNone ? (ask.isNone ? 10_000 : ask.ticks) : bid.ticks
    let living = Array(desk.orders)
    let dice = Int.random(in: 0..<100, using: &random)
    if dice < 30, let order = living.randomElement(using: &random) {
      desk.cancel(order.handle)
      return
    }
    if dice < 45, let order = living.randomElement(using: &random) {
      desk.amend(
        order.handle, price: Price(ticks: middle + Int32.random(in: -4...4, using: &random)),
        quantity: Int64.random(in: 1...600, using: &random))
      return
    }
    sent += 1
    let side: Side = Bool.random(using: &random) ? .buy : .sell
    var terms = OrderTerms(
      identifier: OrderIdentifier(sent), side: side,
      price: Price(ticks: middle + Int32.random(in: -5...6, using: &random)),
      quantity: Quantity(lots: Int64.random(in: 1...500, using: &random)))
    terms.selfTradePrevention = SelfTradePrevention.allCases.randomElement(using: &random) ?? .none
    switch Int.random(in: 0..<16, using: &random) {
    case 0:
      terms.type = .market
      terms.price = .none
      terms.timeInForce = .immediateOrCancel
    case 1: terms.timeInForce = .immediateOrCancel
    case 2: terms.timeInForce = .fillOrKill
    case 3: terms.displayQuantity = Quantity(lots: max(1, terms.quantity.lots / 5))
    case 4: terms.flags = .hidden
    case 5:
      terms.type = .peggedPrimary
      terms.price = .none
    case 6:
      terms.type = .peggedMidpoint
      terms.price = .none
    case 7:
      terms.type = .stop
      terms.stopPrice = terms.price
      terms.price = .none
    case 8:
      terms.type = .stopLimit
      terms.stopPrice = Price(ticks: middle + (side == .buy ? 2 : -2))
    case 9:
      terms.type = .trailingStop
      terms.offset = 3
      terms.price = .none
    case 10:
      terms.timeInForce = .goodTillDate
      terms.expiry = Timestamp(nanoseconds: desk.time + Int64.random(in: 1...3_000_000_000, using: &random))
    case 11: terms.timeInForce = .atClose
    case 12: terms.timeInForce = .day
    case 13: terms.flags = .postOnly
    case 14: terms.minimumQuantity = Quantity(lots: terms.quantity.lots / 2)
    default: break
    }
    desk.send(terms)
  }
}

@Suite struct ImpactRunnerTests {
  static let latency = LatencyModel(
    feed: .constant(nanoseconds: 200_000), newOrderNanoseconds: 300_000, acknowledgementNanoseconds: 250_000)

  static func model(instruments: Int = 1, venues: Int = 1) -> MarketModel {
    var model = SimulatedMarketTests.smallModel(instruments: instruments, venues: venues)
    model.preOpenSeconds = 2
    model.continuousSeconds = 16
    model.closingAuctionSeconds = 2
    for index in 0..<instruments {
      model.instruments[index].flow.limitRate = 40
      model.instruments[index].flow.marketRate = 6
    }
    return model
  }

  static func null() throws -> NullStrategy { NullStrategy(try ParameterValues([:], for: NullStrategy.self)) }

  /// The plain market through a tick file, as lanes without impact see it.
  static func withFile<Result>(_ model: MarketModel, _ body: (TickFile) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).ticks").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var market = try SimulatedMarket(model)
    try MarketRecording.record(&market, to: path)
    return try body(try TickFile(path: path))
  }

  @Test(arguments: [1, 3]) func withoutOrdersTheMarketIsThePlainOne(instruments: Int) throws {
    let model = Self.model(instruments: instruments, venues: 2)
    var plain = CollectingMarketSink()
    var market = try SimulatedMarket(model)
    market.run(into: &plain)
    var sink = CollectingMarketSink()
    var run = try ImpactRunner(
      strategies: [try Self.null(), try Self.null()], terms: [LaneTerms(latency: Self.latency), LaneTerms()],
      model: model)
    run.run(recording: 1, into: &sink, spanNanoseconds: 3_333_333_333)
    #expect(sink.events == plain.events)
    #expect(run.actionCount(lane: 0) == market.actionCount)
    // The lane's own books are those of the plain market's feed.
    try Self.withFile(model) { file in
      var source = try TickEventSource(file)
      var books = BookSet(instrumentCount: file.instruments.count)
      var batch = source.makeBatch()
      var observer = NullObserver()
      while try source.nextBatch(into: &batch) { books.apply(batch, observer: &observer) }
      for instrument in file.instruments.indices {
        for side in [Side.buy, .sell] {
          let own = run.lanes[0].runner.books.pointee.levels(side, instrument: instrument)
          #expect(own == books.levels(side, instrument: instrument))
        }
      }
    }
  }

  /// A large taker moves the price, and pays more than against a recording of the same market.
  @Test func aLargeTakerMovesThePrice() throws {
    let model = Self.model()
    let terms = OrderTerms(
      identifier: OrderIdentifier(1), side: .buy, type: .market, quantity: Quantity(lots: 4_000),
      timeInForce: .immediateOrCancel)
    var run = try ImpactRunner(strategies: [OneOrder(terms)], terms: [LaneTerms()], model: model)
    run.run()
    let fills = run.takeFills()
    #expect(fills.reduce(0) { $0 + $1.quantity } == 4_000)
    #expect(Set(fills.map(\.price)).count >= 2)
    #expect(fills.allSatisfy { !$0.isMaker && $0.cause == .aggressed })
    let before = try #require(fills.first).bidPlusAsk
    let after = try #require(run.takeMiddles(lane: 0).last { $0.time <= fills[0].time })
    #expect(after.bidPlusAsk > before)
    // Fifteen equal slices: each meets what the ones before left, while a recording is refilled by others' flow alone.
    struct Slices: Strategy {
      static let name = "slices"
      var count = 0
      init(_ parameters: ParameterValues) {}
      init() {}
      var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: 500_000_000) }
      mutating func timer(_ desk: inout Desk) {
        count += 1
        guard (10..<25).contains(count) else { return }
        desk.send(
          OrderTerms(
            identifier: OrderIdentifier(UInt64(count)), side: .buy, type: .market, quantity: Quantity(lots: 1_000),
            timeInForce: .immediateOrCancel))
      }
    }
    var impact = try ImpactRunner(strategies: [Slices()], terms: [LaneTerms()], model: model)
    impact.run()
    let paid = impact.takeFills()
    let replayed = try Self.withFile(model) { file in
      var source = try TickEventSource(file)
      var replay = try LaneRunner(strategies: [Slices()], terms: [LaneTerms()], instruments: file.instruments)
      try replay.run(&source)
      return replay.takeFills()
    }
    func average(_ fills: [LaneFill]) -> Double {
      Double(fills.reduce(0) { $0 + Int64($1.price) * $1.quantity }) / Double(fills.reduce(0) { $0 + $1.quantity })
    }
    #expect(paid.first?.price == replayed.first?.price)
    #expect(average(paid) > average(replayed))
  }

  /// A maker at the touch is filled by agents and flow; its orders stand in the book it sees.
  @Test func aMakerIsFilledByRealCounterparties() throws {
    let model = Self.model()
    var sink = CollectingMarketSink()
    var run = try ImpactRunner(
      strategies: [GridMaker(try ParameterValues(["half_spread": 1, "count": 2], for: GridMaker.self))],
      terms: [LaneTerms(latency: Self.latency)], model: model)
    run.run(recording: 0, into: &sink)
    let fills = run.takeFills()
    #expect(fills.count > 3)
    #expect(fills.contains { $0.isMaker && $0.cause == .counterparty })
    let own = sink.events.filter { $0.identifier >= FeedRecorder.firstOutsideOrder }
    let executed = own.filter { $0.kind == .execute && !$0.flags.contains(.auction) }
    let makers = fills.filter { $0.isMaker && $0.cause == .counterparty }
    #expect(executed.map(\.quantity.lots) == makers.map(\.quantity))
    #expect(executed.map(\.exchangeTime.nanoseconds) == makers.map(\.time))
    #expect(makers.allSatisfy { $0.joinedTime < $0.time && $0.aheadWhenJoined >= 0 })
  }

  /// Everything at random: the feed rebuilds the book, money and lots are exact, and nobody's lots come from nowhere.
  @Test(arguments: 0..<4) func nothingIsLost(seed: UInt64) throws {
    let model = Self.model()
    var sink = CollectingMarketSink()
    let terms = LaneTerms(
      latency: seed % 2 == 0 ? Self.latency : LatencyModel(newOrderNanoseconds: 1_000_000),
      fees: FeeSchedule(makerRate: -20_000, takerRate: 100_000))
    var run = try ImpactRunner(
      strategies: [RestlessStrategy(seed: seed, hears: seed % 3 != 0)], terms: [terms], model: model,
      options: LaneRunOptions(ordersPerLane: 1_024))
    run.run(recording: 0, into: &sink, spanNanoseconds: 5_000_000_000)
    let fills = run.takeFills()
    let ledger = run.ledger(lane: 0)
    #expect(fills.count > 20)
    #expect(ledger.lots == fills.reduce(0) { $0 + ($1.side == .buy ? $1.quantity : -$1.quantity) })
    #expect(
      ledger.cash
        == fills.reduce(Int128(0)) {
          $0 + ($1.side == .buy ? -1 : 1) * Int128($1.price) * Int128($1.quantity)
        })
    #expect(ledger.fees == fills.reduce(Int128(0)) { $0 + $1.fee })
    let market = run.lanes[0].market.markets
    let agents = market[0].inventories.reduce(0, +)
    #expect(agents + market[0].venues[0].recorder.flowNet + ledger.lots == 0)
    #expect(run.lanes[0].runner.books.pointee.anomalies.total == 0)
    for side in [Side.buy, .sell] {
      let seen = run.lanes[0].runner.books.pointee.levels(side)
      let engine = market[0].venues[0].engine.levels(side)
      #expect(seen.map(\.price) == engine.map(\.price))
      #expect(seen.map(\.quantity) == engine.map(\.quantity.lots))
    }
    // The lane's records hold what the venue holds.
    let open = market[0].venues[0].engine.allOrders().filter {
      $0.identifier.rawValue >= FeedRecorder.firstOutsideOrder
    }
    let records = (0..<Int32(1_024)).map { run.lanes[0].runner.engine.pointee.order($0) }
    let working = records.reduce(Int64(0)) { $0 + ($1.state == .working ? $1.openQuantity : 0) }
    #expect(open.reduce(0) { $0 + $1.open.lots } == working)
    let steps = Set(run.takeTransitions().map(\.step))
    for step in [OrderStep.acknowledged, .partiallyFilled, .filled, .cancelled, .rejected, .amended] {
      #expect(steps.contains(step), "\(step)")
    }
  }

  /// Requests arrive after their latency, and the lane learns after the way back.
  @Test func latencyIsObeyed() throws {
    struct Listener: Strategy {
      static let name = "listener"
      var sent: Int64 = 0
      var order = OneOrder(
        OrderTerms(
          identifier: OrderIdentifier(1), side: .sell, type: .market, quantity: Quantity(lots: 100),
          timeInForce: .immediateOrCancel))
      init(_ parameters: ParameterValues) {}
      init() {}
      var subscriptions: Subscriptions { Subscriptions(fills: true) }
      mutating func started(_ desk: inout Desk) { desk.wake(at: desk.time + 10_000_000_000) }
      mutating func woken(_ desk: inout Desk) {
        sent = desk.time
        desk.send(order.terms)
      }
      mutating func filled(_ notice: Notice, _ desk: inout Desk) {
        precondition(notice.venueTime == sent + 300_000)
        precondition(notice.time == sent + 550_000 && desk.time == notice.time)
      }
    }
    var run = try ImpactRunner(
      strategies: [Listener()], terms: [LaneTerms(latency: Self.latency)], model: Self.model())
    run.run()
    let fills = run.takeFills()
    #expect(!fills.isEmpty)
    #expect(fills.allSatisfy { $0.time == $0.sentTime + 300_000 })
  }

  @Test func aLaneIsTheSameAloneAndAmongOthers() throws {
    let model = Self.model(instruments: 2)
    let seeds: [UInt64] = [3, 4, 5]
    func run(_ seeds: [UInt64], threads: Int, span: Int64) throws -> [[LaneFill]] {
      var run = try ImpactRunner(
        strategies: seeds.map { RestlessStrategy(seed: $0, hears: $0 != 4) },
        terms: seeds.map { _ in LaneTerms(latency: Self.latency) }, model: model)
      run.run(threads: threads, spanNanoseconds: span)
      return (0..<seeds.count).map { lane in
        run.takeFills(lane: lane).map {
          var fill = $0
          fill.lane = 0
          return fill
        }
      }
    }
    let together = try run(seeds, threads: 2, span: 7_000_000_000)
    #expect(together.allSatisfy { $0.count > 5 })
    for (lane, seed) in seeds.enumerated() {
      #expect(try run([seed], threads: 1, span: 60_000_000_000)[0] == together[lane])
    }
  }

  @Test func risksAreGatedAndStopsFall() throws {
    var limits = RiskLimits()
    limits.orderQuantity = 450
    limits.drawdown = 200
    var run = try ImpactRunner(
      strategies: [RestlessStrategy(seed: 9, hears: true)], terms: [LaneTerms(limits: limits)], model: Self.model())
    run.run()
    #expect(run.statistics(lane: 0).riskRejects > 0)
    #expect(run.riskState(lane: 0).isStopped)
    #expect(run.takeFills().allSatisfy { $0.quantity <= 600 })
  }

  @Test func badModelsAndFeesAreErrors() throws {
    var model = Self.model()
    model.venues = []
    #expect(throws: ImpactError.self) {
      _ = try ImpactRunner(strategies: [try Self.null()], terms: [LaneTerms()], model: model)
    }
  }
}
