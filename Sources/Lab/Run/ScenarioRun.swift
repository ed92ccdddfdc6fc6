import Ledger
public import Reporting
import Strategies

/// A scenario in, a verifiable result out.
public enum ScenarioRun {
  /// Part of every result's hash: the same version gives the same bytes.
  public static let engineVersion = "0.1.0"

  /// Runs a scenario in memory. `progress` sees each batch and returns false to stop.
  public static func compute(
    _ scenario: Scenario, strategies: StrategyRegistry, threads: Int = 1,
    progress: @escaping ProgressHandler = { _ in true }
  ) throws -> RunResult {
    guard let entry = strategies[scenario.strategy.name] else {
      throw RunError(.mismatch, "this program has no strategy '\(scenario.strategy.name)'")
    }
    do {
      let replay = try Replay(scenario.data, scenario: scenario.name)
      let plan = try LanePlan(scenario, entry: entry, instruments: replay.instruments)
      let job = LaneJob(
        plan: plan, replay: replay, ordersPerLane: scenario.fills.ordersPerLane, progress: progress)
      let outcome = try entry.run(job)
      let assembly = RunAssembly(scenario: scenario, plan: plan, replay: replay, outcome: outcome)
      let probe = try MarketProbe(times: assembly.probeTimes(), replay: replay, progress: progress)
      var result = try assembly.result(probe)
      result.identity.resultHash = result.contentHash()
      return result
    } catch let stop as RunStop {
      switch stop {
      case .interrupted: throw RunError(.interrupted, "interrupted")
      case .damaged(let error): throw error
      }
    }
  }

  /// Runs a scenario into a folder that appears complete or not at all.
  public static func execute(
    _ scenario: Scenario, strategies: StrategyRegistry, options: RunOptions
  ) throws -> FinishedRun {
    let path =
      try options.folder ?? "\(options.reports)/\(options.date)-\(scenario.name)-\(scenario.fingerprint().prefix(8))"
    let folder = try RunFolder(path: path, replaces: options.replaces)
    do {
      try folder.write(Array(scenario.text(withFolder: true).utf8), as: "scenario.toml")
      let result = try compute(
        scenario, strategies: strategies, threads: options.threads, progress: options.progress)
      try RunResultFile.write(result, to: "\(folder.workPath)/result.h5")
      try folder.write(RunSummary.json(result).canonicalBytes() + [UInt8(ascii: "\n")], as: "summary.json")
      try folder.finish()
      return FinishedRun(folder: path, result: result)
    } catch {
      folder.discard()
      throw error
    }
  }
}

/// How and where a run is made; nothing of this changes its result.
public struct RunOptions {
  /// The run's folder; nil for one of its own in `reports`.
  public var folder: String?
  public var reports = "Reports"
  /// Today, such as `2024-03-01`.
  public var date: String
  /// A finished run at the same place is replaced.
  public var replaces = false
  public var threads = 1
  public var progress: ProgressHandler = { _ in true }

  public init(date: String) { self.date = date }
}

/// A run that is complete on disk.
public struct FinishedRun: Sendable {
  public var folder: String
  public var result: RunResult
}

extension Scenario {
  /// Hex SHA-256 of the resolved scenario, the same wherever it lies.
  public func fingerprint() throws(ScenarioError) -> String {
    Digest(hashing: Array(try text().utf8)).description
  }
}
