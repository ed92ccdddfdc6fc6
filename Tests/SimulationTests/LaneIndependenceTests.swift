import Accounting
import Dispatch
import Execution
import Foundation
import MarketTypes
import RiskControls
import Simulation
import Strategies
import TestSupport
import TickStore
import Testing

/// The first batches of another source.
struct ShortSource<Source: EventSource & ~Copyable>: EventSource, ~Copyable {
  var source: Source
  var batches: Int
  var instrumentCount: Int { source.instrumentCount }

  func makeBatch() -> EventBatch { source.makeBatch() }

  mutating func nextBatch(into batch: inout EventBatch) throws(Source.Failure) -> Bool {
    guard batches > 0 else { return false }
    batches -= 1
    return try source.nextBatch(into: &batch)
  }
}

/// A lane alone leaves what it leaves among others of every model, in any order.
@Suite struct LaneIndependenceTests {
  static let latencies: [LatencyModel] = {
    let points = (0..<40).map {
      LatencyPoint(
        time: 1_700_000_000_000_000_000 + Int64($0) * 50_000_000, nanoseconds: Int64(($0 * 7_919) % 13) * 400_000)
    }
    let feed = { (nanoseconds: Int64) in LatencyModel.Feed.constant(nanoseconds: nanoseconds) }
    return [
      LatencyModel(),
      LatencyModel(newOrderNanoseconds: 500_000, acknowledgementNanoseconds: 700_000),
      // The same delay under different clocks.
      LatencyModel(feed: feed(2_000_000), newOrderNanoseconds: 500_000, acknowledgementNanoseconds: 3_000_000),
      LatencyModel(feed: feed(7_000_000), newOrderNanoseconds: 500_000, acknowledgementNanoseconds: 7_000_000),
      LatencyModel(
        feed: feed(10_000), newOrderNanoseconds: 2_000_001, cancelNanoseconds: 900_000, amendNanoseconds: 4_500_000,
        acknowledgementNanoseconds: 3_000_000),
      // Acknowledgements faster than the feed: a delayed book.
      LatencyModel(feed: feed(2_000_000), newOrderNanoseconds: 300_000, acknowledgementNanoseconds: 100_000),
      LatencyModel(feed: feed(5_000_000), newOrderNanoseconds: 0, acknowledgementNanoseconds: 0),
      LatencyModel(
        feed: feed(1_000_000), newOrder: .measured(points), cancel: .constant(nanoseconds: 40_000),
        acknowledgement: .measured(points)),
      LatencyModel(
        newOrder: .drawn(quantiles: [100_000, 400_000, 9_000_000]), acknowledgement: .constant(nanoseconds: 250_000),
        seed: 3, stream: 5),
      LatencyModel(
        feed: feed(3_000_000), newOrder: .drawn(quantiles: [0, 1_000_000]),
        acknowledgement: .drawn(quantiles: [50_000, 60_000, 8_000_000]), seed: 3, stream: 6),
      // Feeds that vary: one delayed book for each law and seed.
      LatencyModel(
        feed: .varying(.drawn(quantiles: [0, 200_000, 4_000_000])), newOrder: .constant(nanoseconds: 300_000),
        acknowledgement: .constant(nanoseconds: 500_000), seed: 3),
      LatencyModel(
        feed: .varying(.drawn(quantiles: [0, 200_000, 4_000_000])), newOrder: .constant(nanoseconds: 0),
        acknowledgement: .constant(nanoseconds: 9_000_000), seed: 4),
      LatencyModel(
        feed: .varying(.measured(points)), newOrder: .constant(nanoseconds: 100_000),
        acknowledgement: .measured(points)),
      // What the data's two clocks say, and messages that take as long and more.
      LatencyModel(
        feed: .recorded, newOrder: .recorded(addedNanoseconds: 200_000),
        acknowledgement: .recorded(thousandths: 2_000, addedNanoseconds: 300_000)),
    ]
  }()

  static let models: [QueueModel] = [
    .riskAverse, .uniform, .power(2), .power(0.5), .powerOfTotal(3), .powerOfAhead(2), .logarithm, .logarithmOfTotal,
  ]

  static let subscriptions: [(Subscriptions, Bool)] = [
    (Subscriptions(intervalNanoseconds: 3_000_000), false),
    (Subscriptions(intervalNanoseconds: 5_000_000, fills: true, account: true), true),
    (Subscriptions(fills: true, orderChanges: true), true),
    (Subscriptions(account: true, touch: true), false),
    (Subscriptions(account: true, trades: true), true),
    (Subscriptions(bars: true), false),
    (Subscriptions(barIntervalNanoseconds: 20_000_000), true),
    (Subscriptions(events: true), false),
    (Subscriptions(intervalNanoseconds: 1_000_000, touch: true, trades: true, events: true), true),
    (Subscriptions(), true),
    (
      Subscriptions(
        intervalNanoseconds: 7_000_000, fills: true, orderChanges: true, account: true, touch: true, trades: true,
        bars: true,
        barIntervalNanoseconds: 10_000_000, events: true), true
    ),
  ]

  /// Coprime counts: neighbouring lanes walk through all combinations.
  static func terms(_ lane: Int) -> LaneTerms {
    var limits = RiskLimits.none
    if lane % 4 == 1 { limits.position = 900 }
    if lane % 4 == 2 { limits.orderRate = 40 }
    if lane % 4 == 3 {
      limits.drawdown = 20_000
      limits.afterStop = AfterStop.allCases[(lane / 4) % 3]
    }
    var credit: CreditTerms?
    if lane % 9 == 4 {
      credit = CreditTerms(credit: .margin, capital: Money(units: 5_000), margin: .regulationT)
      credit?.closesOnCall = true
    }
    var latency = latencies[lane % latencies.count]
    latency.stream += UInt64(lane) * 16
    return LaneTerms(
      latency: latency, fees: FeeSchedule(makerRate: -20_000, takerRate: 100_000), limits: limits,
      queueModel: models[(lane / 3) % models.count], tradesAtLastPrice: lane % 5 == 0, credit: credit,
      fillChance: lane % 3 == 1 ? FillChance(probability: 0.6, seed: 11, stream: UInt64(lane)) : nil)
  }

  /// Recorded markets are slower: `pace` multiplies every period.
  static func strategy(_ lane: Int, pace: Int64 = 1) -> NosyStrategy {
    var (wanted, wakes) = subscriptions[lane % subscriptions.count]
    wanted.intervalNanoseconds *= pace
    wanted.barIntervalNanoseconds *= pace
    let calm = wanted.events ? 25 : wanted.touch ? 8 : 2
    return NosyStrategy(seed: UInt64(lane) + 1, wanted: wanted, wakes: wakes, calm: calm, pace: pace)
  }

  struct Outcome: Equatable {
    var fills: [LaneFill] = []
    var transitions: [OrderTransition] = []
    var ledgers: [PositionLedger] = []
    var statistics = LaneStatistics()
  }

  static func outcomes<Source: EventSource & ~Copyable>(
    _ lanes: [Int], _ source: consuming Source, instruments: [Instrument], pace: Int64, isRecorded: Bool = true
  ) throws -> [Outcome] {
    var run = try LaneRunner(
      strategies: lanes.map { strategy($0, pace: pace) },
      terms: lanes.map {
        var terms = terms($0)
        terms.isRecorded = isRecorded
        return terms
      }, instruments: instruments, options: LaneRunOptions(ordersPerLane: 64))
    try run.run(&source)
    var outcomes = lanes.indices.map { lane in
      Outcome(
        ledgers: instruments.indices.map { run.ledger(lane: lane, instrument: $0) },
        statistics: run.statistics(lane: lane))
    }
    for var fill in run.takeFills() {
      let lane = Int(fill.lane)
      fill.lane = 0
      outcomes[lane].fills.append(fill)
    }
    for var step in run.takeTransitions() {
      let lane = Int(step.lane)
      step.lane = 0
      if step.order >= 0 { step.order %= 64 }
      outcomes[lane].transitions.append(step)
    }
    return outcomes
  }

  /// The lanes dealt out to some threads, each with a run of its own, as whole runs do it.
  static func outcomes<Source: EventSource & ~Copyable>(
    threads: Int, count: Int, instruments: [Instrument], pace: Int64, source: @Sendable () throws -> Source
  ) throws -> [Outcome] {
    nonisolated(unsafe) let parts = UnsafeMutablePointer<Result<[Outcome], any Error>>.allocate(capacity: threads)
    DispatchQueue.concurrentPerform(iterations: threads) { part in
      let lanes = Array(stride(from: part, to: count, by: threads))
      (parts + part).initialize(
        to: Result { try outcomes(lanes, source(), instruments: instruments, pace: pace) })
    }
    defer {
      parts.deinitialize(count: threads)
      parts.deallocate()
    }
    let found = try (0..<threads).map { try parts[$0].get() }
    return (0..<count).map { found[$0 % threads][$0 / threads] }
  }

  /// Compares the lanes among all with themselves in reversed order, on some threads, and when nobody records them; and some
  /// with themselves alone.
  @discardableResult
  static func check<Source: EventSource & ~Copyable>(
    count: Int, alone: [Int], instruments: [Instrument], pace: Int64 = 1, threads: Int = 2,
    source: @Sendable () throws -> Source
  ) throws -> [Outcome] {
    let lanes = Array(0..<count)
    let together = try outcomes(lanes, source(), instruments: instruments, pace: pace)
    let reversed = try outcomes(lanes.reversed(), source(), instruments: instruments, pace: pace)
    for lane in lanes { #expect(describe(together[lane]) == describe(reversed[count - 1 - lane]), "lane \(lane)") }
    let split = try outcomes(threads: threads, count: count, instruments: instruments, pace: pace, source: source)
    for lane in lanes {
      #expect(describe(together[lane]) == describe(split[lane]), "lane \(lane) of \(threads) threads")
    }
    // Messages that nobody reads are left out for lanes that are not recorded; what they trade is the same.
    let silent = try outcomes(lanes, source(), instruments: instruments, pace: pace, isRecorded: false)
    for lane in lanes {
      #expect(silent[lane].ledgers == together[lane].ledgers, "lane \(lane) unrecorded")
      #expect(silent[lane].statistics == together[lane].statistics, "lane \(lane) unrecorded")
    }
    for lane in alone {
      let single = try outcomes([lane], source(), instruments: instruments, pace: pace)[0]
      #expect(difference(single, together[lane]) == nil, "lane \(lane)")
    }
    #expect(together.contains { !$0.fills.isEmpty })
    return together
  }

  /// Small enough to print.
  static func describe(_ outcome: Outcome) -> String {
    "\(outcome.fills.count) fills, \(outcome.transitions.count) steps, \(outcome.ledgers.map(\.lots)), "
      + "\(outcome.fills.hashValue) \(outcome.transitions.hashValue) \(outcome.ledgers.hashValue)"
  }

  static func difference(_ left: Outcome, _ right: Outcome) -> String? {
    if left == right { return nil }
    for (one, other) in zip(left.transitions, right.transitions) where one != other { return "\(one)\n\(other)" }
    for (one, other) in zip(left.fills, right.fills) where one != other { return "\(one)\n\(other)" }
    if left.transitions.count != right.transitions.count {
      let common = min(left.transitions.count, right.transitions.count)
      let more = left.transitions.count > common ? left.transitions : right.transitions
      return "\(more.suffix(more.count - common + 2))"
    }
    return "\(describe(left))\n\(describe(right))"
  }

  static let instrument = Instrument(symbol: "TEST", tick: .one)

  /// Which lanes run alone: all, in long tests; a walk through all latencies and subscriptions otherwise.
  static func alone(_ count: Int, from start: Int) -> [Int] {
    isLong ? Array(0..<count) : stride(from: start, to: count, by: 13).map { $0 }
  }

  static let count = isLong ? 110 : 40
  static let isLong = ProcessInfo.processInfo.environment["LOCKSTEP_LONG_TESTS"] != nil

  @Test(arguments: [RandomOrderFlow.Shape.calm, .swings])
  func onOrderFeeds(shape: RandomOrderFlow.Shape) throws {
    try Self.check(
      count: Self.count, alone: Self.alone(Self.count, from: shape == .calm ? 0 : 5), instruments: [Self.instrument]
    ) {
      FlowSource(seed: 11, shape: shape, batches: Self.isLong ? 12 : 2)
    }
  }

  @Test(arguments: RandomLevelFlow.Shape.allCases)
  func onLevelFeeds(shape: RandomLevelFlow.Shape) throws {
    try Self.check(
      count: Self.count, alone: Self.alone(Self.count, from: RandomLevelFlow.Shape.allCases.firstIndex(of: shape) ?? 0),
      instruments: [Self.instrument]
    ) {
      LevelSource(seed: 12, shape: shape, batches: Self.isLong ? 8 : 2)
    }
  }
}
