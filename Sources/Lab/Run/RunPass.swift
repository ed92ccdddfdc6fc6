import Ledger
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

  init(
    _ scenario: Scenario, strategies: StrategyRegistry, threads: Int, progress: @escaping ProgressHandler
  ) throws {
    guard let entry = strategies[scenario.strategy.name] else {
      throw RunError(.mismatch, "this program has no strategy '\(scenario.strategy.name)'")
    }
    self.scenario = scenario
    self.entry = entry
    self.threads = threads
    self.progress = progress
    replay = try Replay(scenario.data, scenario: scenario.name)
    plan = try LanePlan(scenario, entry: entry, instruments: replay.instruments)
  }

  func result() throws -> RunResult {
    try checkpoint?.require(scenarioHash: try scenario.fingerprint(), sources: replay.parts.map(\.sha256))
    let outcome = try lanes(eventLimit: nil)
    log?.note("replayed", ["events": .integer(outcome.eventCount), "lanes": .integer(plan.terms.count)])
    let assembly = RunAssembly(scenario: scenario, plan: plan, replay: replay, outcome: outcome)
    var windows = assembly.windowCapture()
    let probe = try MarketProbe(
      times: assembly.probeTimes(with: windows), windows: &windows, replay: replay, progress: progress)
    log?.note("marked", ["moments": .integer(probe.times.count)])
    var result = try assembly.result(probe)
    result.windows = windows.windows
    result.assumptions = RunAssumptions.list(scenario, lane: plan.variants[plan.shown], replay: replay)
    result.identity.resultHash = result.contentHash()
    return result
  }

  /// The lanes' replay, whole or up to a number of events.
  func lanes(eventLimit: UInt64?) throws -> LaneOutcome {
    try entry.run(
      LaneJob(
        plan: plan, replay: replay, ordersPerLane: scenario.fills.ordersPerLane, threads: threads,
        sampleNanoseconds: Int64(scenario.run.equityIntervalSeconds * 1e9), eventLimit: eventLimit,
        checkpoint: checkpoint, progress: progress))
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
