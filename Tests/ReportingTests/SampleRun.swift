import Analytics
import MarketTypes

@testable import Reporting

/// Results of invented runs in which every part is present.
enum SampleRun {
  static let start: Int64 = 1_700_000_000_000_000_001

  /// A small generator, so that samples are the same everywhere.
  struct Generator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 2 &+ 1 }

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 31)
    }

    mutating func number(_ bound: Int) -> Int { Int((next() >> 16) % UInt64(bound)) }

    mutating func real() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
  }

  static func tick(_ text: String) -> DecimalUnit { DecimalUnit(text) ?? .one }

  static func instruments() -> [Instrument] {
    [
      Instrument(
        symbol: "BTC-USD", venue: "somewhere", tick: tick("0.01"), lot: tick("0.00000001"), currency: "USD",
        sourceIdentifier: 7),
      Instrument(symbol: "ÉS", tick: tick("0.25"), multiplier: tick("50"), settlement: .inverse),
    ]
  }

  /// Equity of a drifting walk at regular moments over `days`.
  static func run(
    days: Int = 3, samplesPerDay: Int = 24, laneCount: Int = 3, fillCount: Int = 40, seed: UInt64 = 1
  ) -> RunResult {
    var generator = Generator(seed: seed)
    let count = days * samplesPerDay + 1
    let step = 86_400_000_000_000 / Int64(samplesPerDay)
    let times = (0..<count).map { start + Int64($0) * step }
    var equity: [Double] = []
    for _ in 0..<laneCount {
      var value = 100_000.0
      for row in 0..<count {
        if row > 0 { value += (generator.real() - 0.48) * 400 }
        equity.append(value)
      }
    }
    let lanes = (0..<laneCount).map { lane in
      LaneResult(
        name: lane == 0 ? "base" : "größer \(lane)",
        settings: [.init(name: "half_spread", value: Double(lane) + 0.5), .init(name: "größe", value: -1e-300)],
        finalEquity: equity[(lane + 1) * count - 1], profit: equity[(lane + 1) * count - 1] - 100_000,
        fees: 12.25, ordersSent: 50, riskRejects: 2, venueRejects: 1, cancels: 30, fills: fillCount,
        tradedLots: 1_234_567_890_123, deepestDrawdown: -0.0125, isStoppedByRisk: lane == 1)
    }
    var run = RunResult(
      identity: RunIdentity(
        name: "sample", resultHash: "", scenarioHash: String(repeating: "ab", count: 32), engineVersion: "1.2.3",
        seed: .max - 5,
        sources: [.init(path: "data/größe.ticks", sha256: String(repeating: "0f", count: 32), eventCount: 10_000_000)],
        startingCapital: 100_000, start: start, end: times[count - 1], eventCount: 10_000_000, strategy: "grid-maker",
        priorTrials: 17, ledgerHead: "", isStoppedByRisk: true),
      scenario: "name = \"sample\"\n# ✓\n", instruments: instruments(), lanes: lanes, shownLane: 0,
      sampleTimes: times, laneEquity: equity)
    fillOrders(&run, count: fillCount, span: times[count - 1] - start, &generator)
    fillAccount(&run, &generator)
    run.marketLots = [.max, 0]
    var hours = TradingHours()
    for time in times { hours.note(time) }
    run.marketHours = hours
    run.marketRests = [
      MarketRest(from: start, until: start + 90_000_000_000_000),
      MarketRest(from: start + (1 << 50), until: start + (1 << 51)),
    ]
    if laneCount > 1 {
      run.laneInstruments = (0..<laneCount).map { lane in
        LaneInstrumentResult(
          lane: lane, instrument: lane % 2, fills: 3 + lane, tradedLots: 7, grossProfit: lanes[lane].profit + 1.5,
          fees: 1,
          carry: 0.5)
      }
    }
    run.riskEvents = [
      RiskEvent(time: start + 5, lane: min(1, laneCount - 1), kind: "drawdown-stop", detail: "fell by 2 %", count: 1),
      RiskEvent(time: start + 9, lane: 0, kind: "order-limit", detail: "", count: 12),
    ]
    run.executionDraws = ExecutionDraws(
      drawn: ["latency 50 to 500 µs"],
      settings: [
        DrawnExecution(latencyFactor: 0.5, feeChange: -10, queueModel: "uniform", fillProbability: 1),
        DrawnExecution(latencyFactor: 1.5, feeChange: 0, queueModel: "risk-averse", fillProbability: 0.5),
        DrawnExecution(latencyFactor: 2.5, feeChange: 10, queueModel: "uniform", fillProbability: 0),
      ], profits: [1, -2.5, 3], fills: [10, 11, 12], deepestDrawdowns: [0, -0.1, -0.2])
    run.pessimistic = PessimisticRun(
      changes: ["fills need a trade through"], outcome: lanes[0], equity: Array(equity[0..<count]))
    run.closedLots = ClosedLots(
      method: "hifo",
      entries: [
        .init(
          instrument: 0, lots: -3, openedTime: start, closedTime: start + 7, cost: -3.5, proceeds: -2, holdingDays: 0,
          isLongTerm: false),
        .init(
          instrument: 0, lots: 4, openedTime: start, closedTime: start + 9, cost: 1, proceeds: 3, holdingDays: 400,
          isLongTerm: true),
      ])
    run.lookAhead = LookAheadResult(
      cutoffs: [start + 5, start + 50],
      lanes: (0..<laneCount).map { .init(comparedDecisions: 7 * $0, undetectedShare: $0 == 0 ? 1 : 0.25) },
      differences: laneCount == 0
        ? [] : [.init(lane: 0, cutoff: start + 5, decision: 3, whole: "buy 1 lot", truncated: "nothing")])
    if fillCount > 1 {
      run.orderSteps = [
        OrderStepEntry(time: start, order: 0, step: "received", openLots: 5, priceTicks: 7),
        OrderStepEntry(
          time: start + 4, order: 1, step: "cancelled", openLots: 3, priceTicks: .min, reason: "requested"),
      ]
      run.missedFills = [
        MissedFill(time: start + 3, order: 5, decisionTime: start + 1, instrument: 0, priceTicks: -7),
        MissedFill(time: start + 9, order: .max, decisionTime: start + 1, instrument: 0, priceTicks: 12),
      ]
      run.windows = [
        BookWindow(
          fill: 1, times: [start, start + 1, start + 2], lowestTicks: -5, rowCount: 2, depth: [1, -2, 3, -4, 5, -6],
          ahead: [7, .min, 0]),
        BookWindow(fill: 0, times: [], lowestTicks: 0, rowCount: 4, depth: [], ahead: []),
        BookWindow(fill: 0, times: [start], lowestTicks: 9, rowCount: 1, depth: [8], ahead: [.max]),
      ]
    }
    run.assumptions = [
      Assumption(topic: "impact", text: "own orders move nothing", direction: .optimistic),
      Assumption(topic: "marks", text: "mid", direction: .neutral),
    ]
    return run
  }

  private static func fillOrders(_ run: inout RunResult, count: Int, span: Int64, _ generator: inout Generator) {
    for row in 0..<count {
      let time = start + span / Int64(count + 1) * Int64(row + 1)
      let side: Side = generator.number(2) == 0 ? .buy : .sell
      let price = Int32(10_000 + generator.number(100))
      let isMaker = row % 3 != 0
      run.orders.append(
        RunOrder(
          identifier: UInt64(row) << 40 | 5, instrument: 0, side: side, limitTicks: price, lots: 5, filledLots: 4,
          decisionTime: time - 2_000_000, venueTime: time - 1_000_000, endTime: time + 10, outcome: 1,
          reason: row % 2 == 0 ? "requested" : "", arrivalMidHalfTicks: Int64(price) * 2 + 1))
      run.fills.append(
        RunFill(
          time: time, order: UInt64(row) << 40 | 5, orderRow: row, instrument: 0, side: side, priceTicks: price,
          lots: 4,
          fee: isMaker ? -0.01 : 0.04, isMaker: isMaker, cause: isMaker ? "queue-reached" : "took-liquidity",
          model: "order-level", causePriceTicks: isMaker ? price : .min, causeArrival: isMaker ? 77 : .min,
          joinedTime: isMaker ? time - 900_000 : .min, aheadWhenJoined: isMaker ? 12 : .min,
          frontTime: isMaker ? time - 5 : .min, decisionTime: time - 2_000_000,
          arrivalMidHalfTicks: Int64(price) * 2 + 1, fillMidHalfTicks: Int64(price) * 2,
          markoutMidHalfTicks: [Int64(price) * 2 + 3, Int64(price) * 2 - 3, row == count - 1 ? .min : Int64(price) * 2])
      )
    }
  }

  private static func fillAccount(_ run: inout RunResult, _ generator: inout Generator) {
    run.account.times = (run.sampleTimes + run.fills.map(\.time)).sorted()
    var position: Int64 = 0
    for _ in run.account.times {
      position += Int64(generator.number(5) - 2)
      run.account.equity.append(100_000 + generator.real())
      run.account.cash.append(90_000 + generator.real())
      run.account.fees.append(generator.real())
      run.account.carry.append(generator.real())
      run.account.grossExposure.append(abs(Double(position)) * 100)
      run.account.netExposure.append(Double(position) * 100)
      run.account.lots += [position, 0]
      run.account.markHalfTicks += [20_000 + Int64(generator.number(50)), .min]
      run.account.averageTicks += [position == 0 ? 0 : 10_000 + generator.real(), 0]
      run.account.realised += [generator.real(), 0]
      run.account.unrealised += [Double(position) * generator.real(), 0]
    }
  }

  /// A result that has nothing but a name.
  static let empty = RunResult(
    identity: RunIdentity(name: "", startingCapital: 0, start: 0, end: 0), scenario: "", instruments: [], lanes: [])
}
