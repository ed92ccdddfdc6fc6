import Accounting
import Execution
import MarketTypes
import RiskControls
import Simulation
import Strategies
import TestSupport
import Testing

/// Counts its calls; buys nineteen at once and keeps a bid.
private struct Counting: Strategy {
  static let name = "counting"
  var timers = 0
  var stops = 0
  var hasSent = false

  init(_ parameters: ParameterValues) {}

  var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: 1_000_000_000, fills: true) }

  mutating func timer(_ desk: inout Desk) {
    timers += 1
    if !hasSent {
      hasSent = true
      desk.send(
        OrderTerms(
          identifier: OrderIdentifier(1), side: .buy, type: .market, quantity: Quantity(lots: 19),
          timeInForce: .immediateOrCancel))
    }
    if desk.openQuantity(.buy) == 0 {
      desk.send(
        OrderTerms(identifier: OrderIdentifier(2), side: .buy, price: Price(ticks: 50), quantity: Quantity(lots: 1)))
    }
  }

  mutating func stopped(_ desk: inout Desk) {
    stops += 1
    // What it sends now is cancelled with everything else.
    desk.send(
      OrderTerms(identifier: OrderIdentifier(3), side: .sell, price: Price(ticks: 150), quantity: Quantity(lots: 1)))
  }
}

/// Quotes a dollar around a middle that falls to 60 after ten seconds.
private struct FallingQuotes: EventSource, ~Copyable {
  var isDone = false
  let instrumentCount = 1

  func makeBatch() -> EventBatch { EventBatch(capacity: 64) }

  mutating func nextBatch(into batch: inout EventBatch) throws(Never) -> Bool {
    if isDone { return false }
    isDone = true
    batch.removeAll()
    for second in 0..<40 {
      let middle: Int32 = second < 10 ? 100 : 60
      batch.append(EventCode(.quote), time: BuyingPowerTests.start + Int64(second) * 1_000_000_000)
      batch.append(price: middle - 1, sideIndex: 0)
      batch.append(price: middle + 1, sideIndex: 1)
      batch.append(quantity: 1_000)
      batch.append(quantity: 1_000)
    }
    return true
  }
}

@Suite("Positions that are closed for a lane") struct ForcedClosingTests {
  private struct Outcome: Equatable {
    var lots: Int64
    var sent: Int
    var rejects: Int
    var stopped: Bool
    var closings: [ForcedClosing.Note]
    var fills: [LaneFill]
  }

  private static func run(
    _ terms: [LaneTerms], sampleSeconds: Double = 5
  ) throws -> (outcomes: [Outcome], transitions: [OrderTransition]) {
    var run = try LaneRunner(
      strategies: try terms.map { _ in Counting(try ParameterValues([:], for: Counting.self)) }, terms: terms,
      instruments: [Instrument(symbol: "TEST", tick: .one)],
      options: LaneRunOptions(sampleIntervalNanoseconds: Int64(sampleSeconds * 1e9)))
    var source = FallingQuotes()
    run.run(&source)
    let (fills, closings) = (run.takeFills(), run.takeClosings())
    let outcomes = terms.indices.map { lane in
      let statistics = run.statistics(lane: lane)
      return Outcome(
        lots: run.ledger(lane: lane).lots, sent: statistics.sent, rejects: statistics.riskRejects,
        stopped: run.riskState(lane: lane).isStopped,
        closings: closings.filter { $0.lane == lane }.map { .init(time: $0.time, lane: 0, reason: $0.reason) },
        fills: fills.filter { $0.lane == lane }.map {
          var fill = $0
          fill.lane = 0
          return fill
        })
    }
    return (outcomes, run.takeTransitions())
  }

  private static func stop(_ after: AfterStop, latency: Int64 = 1_000_000) -> LaneTerms {
    var limits = RiskLimits()
    limits.drawdown = 300
    limits.afterStop = after
    return LaneTerms(
      latency: LatencyModel(newOrderNanoseconds: latency, acknowledgementNanoseconds: latency), limits: limits)
  }

  /// 19 × 40 lost at 10 s, seen at the sample of that moment: nothing is sent and refused after it.
  @Test func aStopEndsTheLane() throws {
    let (outcomes, _) = try Self.run([Self.stop(.closes), Self.stop(.holds), Self.stop(.continues)])
    let fall = BuyingPowerTests.start + 10_000_000_000
    #expect(outcomes.filter(\.stopped).count == 3)
    #expect(outcomes[0].lots == 0 && outcomes[1].lots == 19 && outcomes[2].lots == 19)
    #expect(outcomes[0].closings == [.init(time: fall, lane: 0, reason: .drawdownStop)])
    #expect(outcomes[1].closings.isEmpty && outcomes[2].closings.isEmpty)
    // The first buy, the bid, the order at the stop; the closing.
    #expect(outcomes[0].sent == 4 && outcomes[0].rejects == 0)
    #expect(outcomes[1].sent == 3 && outcomes[1].rejects == 0)
    #expect(outcomes[2].rejects > 20)
    let last = try #require(outcomes[0].fills.last)
    #expect(last.identifier == .max && last.side == .sell && last.quantity == 19 && last.price == 59)
    // Orders are cancelled first, so the market order leaves at the second try.
    #expect(last.sentTime == fall + 100_000_000)
  }

  /// No order that closes may be larger than the lane's orders may be.
  @Test func aLargePositionIsClosedInParts() throws {
    var terms = Self.stop(.closes)
    terms.limits.orderQuantity = 10
    let buys = (1...2).map { number in
      ScriptedAction.send(
        OrderTerms(
          identifier: OrderIdentifier(UInt64(number)), side: .buy, type: .market, quantity: Quantity(lots: 10)))
    }
    var run = try LaneRunner(
      strategies: [ScriptedStrategy(script: [buys], period: 1_000_000_000)], terms: [terms],
      instruments: [Instrument(symbol: "TEST", tick: .one)])
    var source = FallingQuotes()
    run.run(&source)
    #expect(run.ledger(lane: 0).lots == 0 && run.statistics(lane: 0).riskRejects == 0)
    #expect(run.takeFills().map(\.side) == [.buy, .buy, .sell, .sell])
  }

  /// How often accounts are sampled for the result decides nothing.
  @Test func samplesDoNotTrade() throws {
    let terms = [Self.stop(.closes), Self.stop(.continues)]
    let often = try Self.run(terms, sampleSeconds: 0.1).outcomes
    #expect(try often == Self.run(terms, sampleSeconds: 7).outcomes)
  }

  /// 1,000 less 19 × 41 is 221, and a quarter of 19 × 60 is 285; without a call nothing happens.
  @Test func aMarginCallClosesWhereItIsAskedTo() throws {
    var credit = BuyingPowerTests.margin
    let noted = LaneTerms(credit: credit)
    credit.closesOnCall = true
    let (outcomes, _) = try Self.run([noted, LaneTerms(credit: credit)])
    #expect(outcomes[0].lots == 19 && outcomes[0].closings.isEmpty)
    #expect(outcomes[1].lots == 0 && outcomes[1].closings.map(\.reason) == [.marginCall])
    #expect(!outcomes[1].stopped)
    // Its first bid was more than the account bears; after the closing it goes on and sends it.
    #expect(outcomes[1].sent == 3 && outcomes[1].rejects > 0)
  }

  @Test func lanesStayIndependent() throws {
    var credit = BuyingPowerTests.margin
    credit.closesOnCall = true
    let terms = [
      Self.stop(.closes), Self.stop(.holds), LaneTerms(credit: credit), Self.stop(.continues),
      Self.stop(.closes, latency: 70_000_000), Self.stop(.closes, latency: 0),
    ]
    let among = try Self.run(terms).outcomes
    let reversed = try Self.run(terms.reversed()).outcomes
    for (lane, terms) in terms.enumerated() {
      let alone = try Self.run([terms]).outcomes
      #expect(alone == [among[lane]])
      #expect(reversed[reversed.count - 1 - lane] == among[lane])
    }
  }
}
