import MarketTypes
public import Reporting

extension ReportRuns {
  static func addFill(
    _ result: inout RunResult, _ draws: inout Draws, time: Int64, middle: Int32, number: Int, instrument: Int = 0
  ) {
    // Bought and sold in turn, so that positions close.
    let side: Side = (number / (instrument == 0 ? 1 : 3)) % 2 == 0 ? .buy : .sell
    let isMaker = draws.uniform() < 0.8
    let lots = Int64(1 + draws.below(3))
    let edge: Int32 = isMaker ? 1 : -1
    let price = side == .buy ? middle - edge : middle + edge
    let wait = Int64(1_000_000) + Int64(draws.uniform() * draws.uniform() * 4e9)
    let decision = time - wait - 2_000_000
    let mid = Int64(middle) * 2
    let turn: Int64 = side == .buy ? 1 : -1
    var markouts: [Int64] = []
    for horizon in 1...3 { markouts.append(mid + Int64(Double(horizon) * draws.normal() * 2) - turn) }
    result.orders.append(
      RunOrder(
        identifier: UInt64(number + 1), instrument: instrument, side: side, limitTicks: price, lots: lots + 1,
        filledLots: lots, decisionTime: decision, venueTime: decision + 1_500_000 + Int64(draws.below(900_000)),
        endTime: time + 1_000_000, outcome: number % 7 == 0 ? 1 : 0, reason: number % 7 == 0 ? "requested" : "",
        arrivalMidHalfTicks: mid - Int64(draws.below(3)) + 1))
    result.fills.append(
      RunFill(
        time: time, order: UInt64(number + 1), orderRow: result.orders.count - 1, instrument: instrument, side: side,
        priceTicks: price, lots: lots,
        fee: isMaker ? -0.02 * Double(lots) : 0.12 * Double(lots), isMaker: isMaker,
        cause: isMaker ? "queue-reached" : "took-liquidity", model: "order-level", causePriceTicks: price,
        causeArrival: time - 20_000_000, joinedTime: isMaker ? time - wait : .min,
        aheadWhenJoined: isMaker ? Int64(draws.below(60)) : .min, frontTime: isMaker ? time - wait / 8 : .min,
        decisionTime: decision, arrivalMidHalfTicks: mid - Int64(draws.below(3)) + 1, fillMidHalfTicks: mid,
        markoutMidHalfTicks: markouts))
  }

  static func addLanes(_ result: inout RunResult, _ draws: inout Draws, count: Int, equity: [Double]) {
    result.laneEquity = []
    result.shownLane = count > 1 ? count / 3 : 0
    for lane in 0..<count {
      let spread = Double(2 + lane % 6)
      let size = Double(1 + (lane / 6) % 8)
      let scale = lane == result.shownLane ? 1 : 1.2 - 0.12 * (spread - 4) * (spread - 4) + 0.02 * size
      let noise = lane == result.shownLane ? 0 : draws.normal() * 60
      let values = equity.enumerated().map { row, value in
        equity[0] + (value - equity[0]) * scale + noise * Double(row) / Double(equity.count)
      }
      result.laneEquity += values
      let profit = values[values.count - 1] - equity[0]
      var carry = LaneResult.Carry()
      carry.funding = 4
      result.lanes.append(
        LaneResult(
          name: "spread-\(Int(spread))-size-\(Int(size))",
          settings: [.init(name: "spread", value: spread), .init(name: "size", value: size)],
          finalEquity: values[values.count - 1], profit: profit, fees: 46.2, ordersSent: 800 + lane,
          riskRejects: lane % 4, venueRejects: lane % 3, cancels: 310, fills: result.fills.count, tradedLots: 900,
          deepestDrawdown: -0.004 - 0.0001 * Double(lane)))
      result.lanes[lane].carry = carry
    }
  }

  private static func drawnSetting(_ draw: Int) -> DrawnExecution {
    DrawnExecution(
      latencyFactor: 0.5 + Double(draw) / 100, feeChange: 0, queueModel: draw % 2 == 0 ? "uniform" : "risk-averse",
      fillProbability: 1 - Double(draw * 7 % 200) / 400)
  }

  static func addExtras(_ result: inout RunResult, _ draws: inout Draws, equity: [Double]) {
    let profit = equity[equity.count - 1] - equity[0]
    result.riskEvents = (0..<24).map { index in
      RiskEvent(
        time: result.sampleTimes[(index * 97 + 20) % result.sampleTimes.count], lane: result.shownLane,
        kind: ["position-limit", "price-collar", "rate-limit"][index % 3], detail: "order refused", count: 1 + index % 4
      )
    }.sorted { $0.time < $1.time }
    result.executionDraws = ExecutionDraws(
      drawn: ["latency 1 to 5 ms", "queue position within its band"],
      settings: (0..<200).map(drawnSetting),
      profits: (0..<200).map { _ in profit * 0.8 + draws.normal() * 150 }, fills: (0..<200).map { _ in 400 },
      deepestDrawdowns: (0..<200).map { _ in -0.004 })
    result.pessimistic = PessimisticRun(
      changes: ["latency doubled", "queue joins at the back of its level", "fees of the lowest tier"],
      outcome: LaneResult(
        name: "pessimistic", finalEquity: equity[0] - 0.2 * profit, profit: -0.2 * profit, fees: 61, ordersSent: 800,
        fills: 350, deepestDrawdown: -0.009), equity: equity.map { equity[0] - 0.2 * ($0 - equity[0]) })
    result.assumptions = [
      Assumption(topic: "fills", text: "Own orders do not move the market.", direction: .optimistic),
      Assumption(topic: "latency", text: "2 ms to the venue and back, constant.", direction: .neutral),
      Assumption(topic: "fees", text: "The maker's rebate is that of the lowest tier.", direction: .pessimistic),
      Assumption(topic: "data", text: "Simulated market, no real data.", direction: .neutral),
    ]
    for fill in stride(from: 4, to: result.fills.count, by: max(1, result.fills.count / 4)).prefix(4) {
      let subject = result.fills[fill]
      let columns = 96
      let rows = 16
      let lowest = subject.priceTicks - 8
      var depth: [Int64] = []
      for column in 0..<columns {
        let drift = column / 40
        for row in 0..<rows {
          let lots = Int64(draws.below(14)) + 2
          var signed: Int64 = 0
          if row < 7 + drift { signed = lots } else if row > 8 + drift { signed = -lots }
          depth.append(signed)
        }
      }
      let first = subject.time - 4_000_000_000
      let times: [Int64] = (0..<columns).map { column in first + Int64(column) * 60_000_000 }
      let ahead: [Int64] = (0..<columns).map { column in
        if column < 8 || column > 66 { return Int64.min }
        return Int64(max(0, 30 - column / 2))
      }
      result.windows.append(
        BookWindow(
          fill: fill, times: times, lowestTicks: lowest, rowCount: rows, depth: depth, ahead: ahead))
    }
  }

  /// Nothing was ever traded.
  public static func quiet() -> RunResult {
    var result = makerDay(fills: 0, lanes: 1, samples: 240)
    result.account.equity = result.account.equity.map { _ in 100_000 }
    result.laneEquity = result.laneEquity.map { _ in 100_000 }
    result.lanes[0].profit = 0
    result.lanes[0].finalEquity = 100_000
    result.account.lots = result.account.lots.map { _ in 0 }
    result.account.grossExposure = result.account.grossExposure.map { _ in 0 }
    result.account.netExposure = result.account.netExposure.map { _ in 0 }
    result.account.fees = result.account.fees.map { _ in 0 }
    result.account.carry = result.account.fees
    result.executionDraws = nil
    result.pessimistic = nil
    result.riskEvents = []
    result.windows = []
    return result
  }

  /// Two years of sessions in which nothing ever changed: every ratio divides by zero.
  public static func flat() -> RunResult {
    var result = days(500)
    result.account.equity = result.account.equity.map { _ in 1_000_000 }
    result.account.cash = result.account.equity
    result.account.grossExposure = result.account.equity.map { _ in 0 }
    result.account.netExposure = result.account.grossExposure
    result.account.lots = result.account.lots.map { _ in 0 }
    result.account.markHalfTicks = result.account.markHalfTicks.map { _ in 20_000 }
    result.laneEquity = result.account.equity
    result.lanes[0].finalEquity = 1_000_000
    result.lanes[0].profit = 0
    return result
  }

  /// An account that falls below zero after two thirds of its days.
  public static func ruined() -> RunResult {
    var result = days(120, fills: 60, seed: 5)
    for row in result.account.equity.indices {
      let left = 1 - Double(row) / 80
      result.account.equity[row] = 1_000_000 * (left > 0 ? left : -0.05)
    }
    result.laneEquity = result.account.equity
    result.lanes[0].finalEquity = result.account.equity[result.account.equity.count - 1]
    result.lanes[0].profit = result.lanes[0].finalEquity - 1_000_000
    result.lanes[0].isStoppedByRisk = true
    result.identity.isStoppedByRisk = true
    return result
  }

  /// Nothing at all: the least a result can hold.
  public static func empty() -> RunResult {
    RunResult(
      identity: RunIdentity(name: "empty", startingCapital: 1000, start: open, end: open), scenario: "",
      instruments: [], lanes: [])
  }

  /// Every text a user can choose tries to break out.
  public static func hostile() -> RunResult {
    let evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u{0}\u{9F}"
    var result = makerDay(fills: 40, lanes: 4, samples: 400)
    result.identity.name = evil
    result.identity.strategy = "<script>"
    result.identity.currency = "<b>"
    result.identity.engineVersion = evil
    result.identity.resultHash = evil
    result.identity.sources[0].path = evil
    result.scenario = evil
    for row in result.lanes.indices {
      result.lanes[row].name = evil
      for setting in result.lanes[row].settings.indices { result.lanes[row].settings[setting].name += evil }
    }
    for row in result.instruments.indices { result.instruments[row].symbol = evil }
    for row in result.fills.indices {
      result.fills[row].cause = evil
      result.fills[row].model = evil
    }
    for row in result.orders.indices { result.orders[row].reason = evil }
    for row in result.riskEvents.indices {
      result.riskEvents[row].kind = evil
      result.riskEvents[row].detail = evil
    }
    for row in result.assumptions.indices {
      result.assumptions[row].topic = evil
      result.assumptions[row].text = evil
    }
    result.executionDraws?.drawn = [evil]
    result.pessimistic?.changes = [evil]
    return result
  }
}
