import Glibc
import Ledger
public import Reporting

/// A finished run as its folder holds it.
public struct StoredRun: Sendable {
  public var folder: String
  public var result: RunResult

  /// Reads result.h5 of a run's folder.
  public init(folder: String) throws {
    self.folder = folder
    guard access(folder + "/result.h5", F_OK) == 0 else {
      let isPartial = access(folder + ".partial/scenario.toml", F_OK) == 0
      throw RunError(
        .badData, "\(folder) holds no finished run",
        advice: isPartial ? "an interrupted one is there: lockstep resume \(folder)" : "")
    }
    do { result = try RunResultFile.read(folder + "/result.h5") } catch { throw RunError(.badData, "\(error)") }
  }

  /// What two results differ in first, in words; nil when they are equal.
  static func difference(_ stored: RunResult, _ fresh: RunResult) -> String? {
    func compare<Value: Equatable>(_ name: String, _ left: Value, _ right: Value) -> String? {
      left == right ? nil : "\(name): stored \(left), now \(right)"
    }
    func first<Row: Equatable>(
      _ name: String, _ left: some Collection<Row>, _ right: some Collection<Row>
    ) -> String? {
      if let index = zip(left, right).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
        return "\(name) differ from number \(index) on"
      }
      return left.count == right.count ? nil : "\(name): stored \(left.count), now \(right.count)"
    }
    let differences: [String?] = [
      compare("engine version", stored.identity.engineVersion, fresh.identity.engineVersion),
      compare("data", stored.identity.sources.map(\.sha256), fresh.identity.sources.map(\.sha256)),
      compare("scenario", stored.identity.scenarioHash, fresh.identity.scenarioHash),
      compare("events", stored.identity.eventCount, fresh.identity.eventCount),
      first("fills", stored.fills, fresh.fills), first("orders", stored.orders, fresh.orders),
      first("lanes", stored.lanes, fresh.lanes), first("sampled equity", stored.laneEquity, fresh.laneEquity),
      first("account", stored.account.equity, fresh.account.equity),
      first("risk events", stored.riskEvents, fresh.riskEvents),
      first("assumptions", stored.assumptions, fresh.assumptions),
    ]
    if let difference = differences.compactMap(\.self).first { return difference }
    return stored.resultHash == fresh.resultHash ? nil : "something apart from orders, fills and equity"
  }

  /// Checks the folder against its own hashes, runs its scenario again, and compares.
  public func verify(
    strategies: StrategyRegistry, threads: Int = 1, progress: @escaping ProgressHandler = { _ in true }
  ) throws {
    func mismatch(_ problem: String) -> RunError { RunError(.mismatch, "\(folder): \(problem)") }
    guard result.contentHash() == result.identity.resultHash else {
      throw mismatch("result.h5 is not what its own hash says; it was changed after the run")
    }
    guard try RunSummary.isStored(result, in: folder) else {
      throw mismatch("summary.json does not belong to result.h5")
    }
    let scenario = try Scenario(paths: [folder + "/scenario.toml"], strategies: strategies)
    guard try scenario.text() == result.scenario else {
      throw mismatch("scenario.toml is not the scenario that result.h5 was made from")
    }
    let fresh = try ScenarioRun.compute(scenario, strategies: strategies, threads: threads, progress: progress)
    if let difference = Self.difference(result, fresh) {
      throw mismatch("another run of the same scenario gives another result; \(difference)")
    }
  }
}

extension RunResult {
  fileprivate var resultHash: String { identity.resultHash }
}
