import Execution
import Ledger
import MarketTypes
import Reporting
import Strategies
import TickStore

/// One scenario's way from data to result: the lanes' replay, the marks, the assembly.
struct RunPass {
  let scenario: Scenario
  let entry: StrategyEntry
  let replay: Replay
  let plan: LanePlan
  let threads: Int
  let progress: ProgressHandler
  /// Where an interrupted run stood; the replay must come to the same state there.
  var checkpoint: Checkpoint?
  var log: RunLog?
  var stream: EquityStream?
  /// Where rows of the shown lane lie until they are stored.
  var storage = RowStorage()
  var limits = SampleLimits()

  /// `replay` is what `recorded` opened before, if it was.
  init(
    _ scenario: Scenario, strategies: StrategyRegistry, threads: Int, replay opened: Replay? = nil,
    progress: @escaping ProgressHandler
  ) throws {
    guard let entry = strategies[scenario.strategy.name] else {
      throw RunError(.mismatch, "this program has no strategy '\(scenario.strategy.name)'")
    }
    self.scenario = scenario
    self.entry = entry
    self.threads = threads
    self.progress = progress
    var replay = try opened ?? Self.replay(scenario, threads: threads, progress: progress)
    if scenario.market == nil { try replay.requireTimes() }
    try replay.restate(scenario.data.contracts)
    try replay.restate(for: scenario.account)
    try replay.take(scenario.data.splits)
    let plan = try LanePlan(
      scenario, entry: entry, instruments: replay.instruments, span: scenario.market?.day ?? replay.timeSpan)
    replay.readsFeedDelays = plan.terms.contains { $0.latency.usesFeedDelays }
    self.replay = replay
    self.plan = plan
    try requireInstruments()
    try Self.requireCurrency(scenario, replay.instruments)
    try Self.requireSymbols(scenario, replay.instruments)
  }

  /// A strategy that looks at an instrument which is not there would trade nothing, silently.
  private func requireInstruments() throws(RunError) {
    let symbols = replay.instruments.map(\.symbol)
    for (lane, values) in plan.parameters.prefix(plan.variants.count).enumerated() {
      for parameter in entry.parameters where parameter.isInstrument && Int(values[parameter.name]) >= symbols.count {
        let key = scenario.lanes.isEmpty ? "strategy.parameters" : "lane[\(lane)].parameters"
        let known = symbols.prefix(10).enumerated().map { "\($0.offset) is \($0.element)" }.joined(separator: ", ")
        throw RunError(
          .badScenario,
          "\(key).\(parameter.name) = \(Int(values[parameter.name])): the run has \(symbols.count) "
            + "instrument\(symbols.count == 1 ? "" : "s")",
          advice: "counted from 0, \(known); data.instruments chooses them and their order")
      }
    }
  }

  /// Where a scenario takes all instruments of its data, only the data says whether a symbol is one of them.
  private static func requireSymbols(_ scenario: Scenario, _ instruments: [Instrument]) throws(RunError) {
    let symbols = instruments.map(\.symbol)
    var wanted = scenario.stress.enumerated().map { ("stress[\($0.offset)].instrument", $0.element.instrument) }
    if scenario.metrics.benchmark != RunAnalysis.noBenchmark {
      wanted.append(("metrics.benchmark", scenario.metrics.benchmark))
    }
    for (key, symbol) in wanted where !symbol.isEmpty && !symbols.contains(symbol) {
      throw RunError(
        .badData, "\(key): the run has no instrument '\(symbol)'",
        advice: "its instruments are \(symbols.prefix(20).joined(separator: ", "))")
    }
  }

  /// The recorded data of a scenario, hashed; nil where it simulates a market.
  static func recorded(_ scenario: Scenario) throws -> Replay? {
    scenario.market == nil ? try Replay(scenario.data, scenario: scenario.name) : nil
  }

  private static func replay(
    _ scenario: Scenario, threads: Int, progress: @escaping ProgressHandler
  ) throws -> Replay {
    guard let market = scenario.market else { return try Replay(scenario.data, scenario: scenario.name) }
    if scenario.run.hasImpact { return try Replay(tradingIn: market) }
    return try Replay(simulating: market, threads: threads, progress: progress)
  }

  /// An account can hold only what its instruments settle in, after conversion at the rates that are given.
  private static func requireCurrency(_ scenario: Scenario, _ instruments: [Instrument]) throws(RunError) {
    guard let other = instruments.first(where: { $0.currency != scenario.account.currency }) else { return }
    throw RunError(
      .badData, "\(other.symbol) settles in \(other.currency), and the account is in \(scenario.account.currency)",
      advice: "set account.currency to \(other.currency), state its worth with [[account.rate]], or choose "
        + "instruments of one currency with data.instruments")
  }

  func result() throws -> RunResult {
    try checkpoint?.require(scenarioHash: try scenario.fingerprint(), sources: replay.parts.map(\.sha256))
    let outcome = try lanes(eventLimit: nil)
    assert(outcome.accountingFault(contracts: replay.contracts) == nil)
    if outcome.eventCount == 0 {
      throw RunError(
        .badData, "no event lies in what the scenario chooses of its data",
        advice: "widen data.from and data.until, or choose other data.instruments")
    }
    // What the shown lane saw of its market is what its fills are marked by.
    var replay = replay
    if let market = outcome.market { replay.parts = [market] }
    log?.note("replayed", ["events": .integer(outcome.eventCount), "lanes": .integer(plan.terms.count)])
    let lookAhead = try lookAhead(outcome)
    var assembly = RunAssembly(scenario: scenario, plan: plan, replay: replay, outcome: outcome, lookAhead: lookAhead)
    assembly.storage = storage
    var windows = assembly.windowCapture(showsOwnOrders: scenario.run.hasImpact)
    let probe = try MarketProbe(
      times: assembly.probeTimes(with: windows), windows: &windows, replay: replay, rule: scenario.account.mark.rule,
      storage: storage, progress: progress)
    log?.note("marked", ["moments": .integer(probe.times.count)])
    return try assembly.result(probe, windows: windows)
  }

  /// The lanes' replay, whole or up to a number of events.
  func lanes(eventLimit: UInt64?) throws -> LaneOutcome {
    var job = job(plan, replay, eventLimit: eventLimit)
    // Before the first event there is no state to compare.
    job.checkpoint = checkpoint?.events == 0 ? nil : checkpoint
    job.stream = stream
    var outcome = try entry.run(job)
    try outcome.history.finish()
    try outcome.payments.finish()
    return outcome
  }

  func job(_ plan: LanePlan, _ replay: Replay, eventLimit: UInt64?) -> LaneJob {
    var job = LaneJob(
      plan: plan, replay: replay, market: scenario.run.hasImpact ? scenario.market : nil,
      capital: scenario.account.capital, ordersPerLane: scenario.ordersPerLane, threads: threads,
      sampleNanoseconds: Int64(scenario.run.equityIntervalSeconds * 1e9), eventLimit: eventLimit, progress: progress)
    job.storage = storage
    job.closes = scenario.possibleCloses(of: replay.instruments.map(\.venue))
    job.limits = limits
    job.keepsSteps = scenario.report.keepsOrderSteps
    job.marks = scenario.account.mark.rule
    job.changes = replay.changes
    return job
  }
}

/// Why a replay ended early.
enum RunStop: Error {
  /// What a checkpoint says about the place; the source itself knows nothing of lanes.
  struct Place {
    var sources: [String]
    var events: Int
    var marketTime: Int64
    var stateHash: String
  }

  case interrupted(Place?)
  case damaged(TickStoreError)

  /// What a caller without a folder sees.
  var asError: any Error {
    switch self {
    case .interrupted: RunError(.interrupted, "interrupted")
    case .damaged(let error): error
    }
  }
}
