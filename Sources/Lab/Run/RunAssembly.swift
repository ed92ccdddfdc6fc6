import Execution
import MarketTypes
import Reporting
import TickStore

/// Turns what a pass left into the result that files and reports are made from.
struct RunAssembly {
  let scenario: Scenario
  let plan: LanePlan
  let replay: Replay
  let outcome: LaneOutcome
  /// When every lane's equity is sampled: the start, every interval, the end.
  let sampleTimes: [Int64]
  let fillsOfLane: [[LaneFill]]

  static let markoutSeconds: [Int64] = [1, 10, 60]

  init(scenario: Scenario, plan: LanePlan, replay: Replay, outcome: LaneOutcome) {
    self.scenario = scenario
    self.plan = plan
    self.replay = replay
    self.outcome = outcome
    sampleTimes = Self.samples(
      from: outcome.start, to: outcome.end, interval: Int64(scenario.run.equityIntervalSeconds * 1e9))
    var fills = Array(repeating: [LaneFill](), count: plan.terms.count)
    for fill in outcome.fills { fills[Int(fill.lane)].append(fill) }
    fillsOfLane = fills
  }

  private static func samples(from start: Int64, to end: Int64, interval: Int64) -> [Int64] {
    var times: [Int64] = []
    var time = start
    while time < end {
      times.append(time)
      time += max(1, interval)
    }
    times.append(end)
    return times
  }

  private var shownFills: [LaneFill] { fillsOfLane[plan.shown] }

  /// Every moment at which the market's middle is needed.
  func probeTimes(with windows: WindowCapture) -> [Int64] {
    var times = Set(sampleTimes)
    for time in windows.times { times.insert(time) }
    for fill in shownFills {
      times.insert(fill.time)
      for seconds in Self.markoutSeconds { times.insert(fill.time + seconds * 1_000_000_000) }
    }
    return times.sorted()
  }

  func windowCapture() -> WindowCapture {
    WindowCapture(
      fills: shownFills, count: scenario.report.windows, windowSeconds: scenario.report.windowSeconds,
      start: outcome.start, end: outcome.end)
  }

  func result(_ probe: MarketProbe) throws -> RunResult {
    var lanes: [LaneResult] = []
    var laneEquity: [Double] = []
    for lane in plan.variants.indices {
      let equity = self.equity(ofLane: lane, probe)
      lanes.append(laneResult(lane, equity: equity))
      laneEquity += equity
    }
    var result = RunResult(
      identity: try identity(), scenario: try scenario.text(), instruments: replay.instruments, lanes: lanes,
      shownLane: plan.shown, sampleTimes: sampleTimes, laneEquity: laneEquity)
    result.account = account(probe)
    result.fills = shownFills.map { runFill($0, probe) }
    return result
  }

  private func newAccount(_ lane: Int) -> LaneAccount {
    LaneAccount(
      capital: scenario.account.capital, fees: plan.variants[lane].fees, instruments: replay.instruments)
  }

  private func equity(ofLane lane: Int, _ probe: MarketProbe) -> [Double] {
    var account = newAccount(lane)
    var next = 0
    let fills = fillsOfLane[lane]
    return sampleTimes.map { time in
      while next < fills.count, fills[next].time <= time {
        account.book(fills[next])
        next += 1
      }
      let row = probe.row(of: time)
      return account.state { probe.marks[row * probe.instrumentCount + $0] }.equity
    }
  }

  private func laneResult(_ lane: Int, equity: [Double]) -> LaneResult {
    let capital = scenario.account.capital
    let final = equity.last ?? capital
    let variant = plan.variants[lane]
    var result = LaneResult(name: variant.name, finalEquity: final, profit: final - capital)
    result.settings = variant.parameters.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) }
    let account = newAccount(lane)
    for fill in fillsOfLane[lane] {
      result.fees += account.fee(of: fill)
      result.tradedLots += fill.quantity
    }
    result.fills = fillsOfLane[lane].count
    var high = -Double.infinity
    for value in equity {
      high = max(high, value)
      if high > 0 { result.deepestDrawdown = min(result.deepestDrawdown, value / high - 1) }
    }
    return result
  }

  private func account(_ probe: MarketProbe) -> AccountColumns {
    var columns = AccountColumns()
    var account = newAccount(plan.shown)
    let fills = shownFills
    var next = 0
    func append(_ time: Int64, _ account: LaneAccount, _ columns: inout AccountColumns) {
      let row = probe.row(of: time)
      let state = account.state { probe.marks[row * probe.instrumentCount + $0] }
      columns.times.append(time)
      columns.equity.append(state.equity)
      columns.cash.append(state.cash)
      columns.fees.append(state.fees)
      columns.grossExposure.append(state.gross)
      columns.netExposure.append(state.net)
      for instrument in replay.instruments.indices {
        columns.lots.append(account.lots(instrument))
        columns.markHalfTicks.append(probe.marks[row * probe.instrumentCount + instrument])
      }
    }
    for time in sampleTimes {
      while next < fills.count, fills[next].time <= time {
        account.book(fills[next])
        append(fills[next].time, account, &columns)
        next += 1
      }
      append(time, account, &columns)
    }
    return columns
  }

  private func runFill(_ fill: LaneFill, _ probe: MarketProbe) -> RunFill {
    let instrument = Int(fill.instrument)
    return RunFill(
      time: fill.time, order: fill.identifier, instrument: instrument, side: fill.side, priceTicks: fill.price,
      lots: fill.quantity, fee: newAccount(plan.shown).fee(of: fill), isMaker: fill.isMaker,
      cause: fill.cause.name, model: "order-level", causePriceTicks: fill.causePrice,
      causeArrival: fill.causeArrival == .max ? .min : fill.causeArrival, joinedTime: fill.joinedTime,
      aheadWhenJoined: fill.aheadWhenJoined, frontTime: fill.frontTime,
      fillMidHalfTicks: probe.middle(at: fill.time, instrument: instrument),
      markoutMidHalfTicks: Self.markoutSeconds.map {
        probe.middle(at: fill.time + $0 * 1_000_000_000, instrument: instrument)
      })
  }

  private func identity() throws -> RunIdentity {
    RunIdentity(
      name: scenario.name, scenarioHash: try scenario.fingerprint(), engineVersion: ScenarioRun.engineVersion,
      seed: scenario.run.seed,
      sources: replay.parts.map {
        RunIdentity.Source(path: $0.name, sha256: $0.sha256, eventCount: Int($0.file.eventCount))
      },
      currency: scenario.account.currency, startingCapital: scenario.account.capital, start: outcome.start,
      end: outcome.end, eventCount: outcome.eventCount, strategy: scenario.strategy.name)
  }
}

extension FillCause {
  /// A stable name of the rule that filled an order.
  var name: String {
    switch self {
    case .aggressed: "aggressed"
    case .queueReached: "queue-reached"
    case .tradedThrough: "traded-through"
    case .crossedByArrival: "crossed-by-arrival"
    case .tradeAtPrice: "trade-at-price"
    case .barRange: "bar-range"
    case .auction: "auction"
    case .ownOrder: "own-order"
    case .counterparty: "counterparty"
    }
  }
}
