import Catalogue
import Glibc
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
    do {
      return try RunPass(scenario, strategies: strategies, threads: threads, progress: progress).result()
    } catch let stop as RunStop {
      throw stop.asError
    }
  }

  /// Runs a scenario into a folder that appears complete or not at all.
  ///
  /// An interruption leaves `FOLDER.partial` with the scenario and a checkpoint, for `resume`.
  public static func execute(
    _ scenario: Scenario, strategies: StrategyRegistry, options: RunOptions
  ) throws -> FinishedRun {
    // A name of its own says what the run is made of, so the data has to be known first.
    let replay = try options.folder == nil ? RunPass.recorded(scenario) : nil
    let path =
      try options.folder
      ?? scenario.folderName(
        date: options.date, in: options.reports, sources: replay?.parts.map(\.sha256) ?? [])
    let folder = try RunFolder(path: path, replaces: options.replaces)
    do {
      // First, because a folder with a scenario can be resumed.
      if scenario.data.files.contains(where: { !$0.hasPrefix("/") }) {
        let location = DataLocation(dataFolder: scenario.data.folder, runFolder: path)
        try folder.write(try location.bytes, as: DataLocation.fileName)
      }
      try folder.write(Array(scenario.text().utf8), as: "scenario.toml")
      return try build(
        scenario, in: folder, checkpoint: nil, replay: replay, strategies: strategies, options: options)
    } catch let error as RunError where error.kind == .interrupted {
      throw error
    } catch {
      folder.discard()
      throw error
    }
  }

  /// Goes on with an interrupted run; the bytes are those of a run that was never interrupted.
  public static func resume(
    folder path: String, strategies: StrategyRegistry, options: RunOptions
  ) throws -> FinishedRun {
    let work = path + ".partial"
    guard RunFolder.isInterrupted(path) else {
      let isFinished = access(path + "/summary.json", F_OK) == 0
      throw RunError(
        .badData, isFinished ? "\(path) is finished already" : "\(path) was never begun: \(work) holds no scenario",
        advice: isFinished ? "" : "start it with: lockstep run SCENARIO -o \(path)")
    }
    let folder = try RunFolder(path: path, replaces: true, keeps: RunFolder.resumable)
    let scenario = try Scenario(paths: [work + "/scenario.toml"], strategies: strategies)
    var checkpoint: Checkpoint?
    let place = "\(work)/\(Checkpoint.fileName)"
    if access(place, F_OK) == 0 {
      checkpoint = try Checkpoint(parsing: try ScenarioText.bytes(of: place), file: place)
    }
    return try build(scenario, in: folder, checkpoint: checkpoint, strategies: strategies, options: options)
  }

  private static func build(
    _ scenario: Scenario, in folder: RunFolder, checkpoint: Checkpoint?, replay: Replay? = nil,
    strategies: StrategyRegistry, options: RunOptions
  ) throws -> FinishedRun {
    let log = RunLog(folder: folder)
    log.note(
      checkpoint == nil ? "started" : "resumed",
      [
        "engine_version": .string(engineVersion), "threads": .integer(options.threads),
        "processors": .integer(sysconf(Int32(_SC_NPROCESSORS_ONLN))),
        "scenario_hash": .string(try scenario.fingerprint()), "checkpoint_events": .integer(checkpoint?.events ?? 0),
      ])
    var result: RunResult
    var place: Checkpoint
    do {
      var pass = try RunPass(
        scenario, strategies: strategies, threads: options.threads, replay: replay, progress: options.progress)
      place =
        try checkpoint
        ?? Checkpoint(
          scenarioHash: try scenario.fingerprint(), engineVersion: engineVersion,
          sources: pass.replay.parts.map(\.sha256))
      if checkpoint == nil { try folder.write(try place.bytes, as: Checkpoint.fileName) }
      pass.checkpoint = place
      pass.log = log
      // Beside the result: where that has room, they have.
      pass.storage.folder = folder.workPath
      if let path = options.streamPath {
        pass.stream = try EquityStream(
          path: path, run: scenario.name, lanes: pass.plan.variants.map(\.name), replaces: options.replacesStream,
          log: log)
      }
      defer { pass.stream?.finish() }
      result = try pass.result()
    } catch RunStop.interrupted(let state) {
      try interrupted(at: state, scenario, folder, log, ledgerSize: checkpoint?.ledgerSize)
    } catch let stop as RunStop {
      throw stop.asError
    }
    let state = RunProgress(
      stage: "analysing", events: UInt64(max(0, result.identity.eventCount)), share: 1, marketTime: result.identity.end,
      marketStart: result.identity.start)
    /// Analysis and report may take longer than the replay: they can be interrupted too, and are made again on resuming.
    func check() throws {
      guard options.progress(state) else { try interrupted(at: nil, scenario, folder, log, ledgerSize: nil) }
    }
    try check()
    if options.entersLedger {
      try enter(&result, in: folder, &place)
      log.note("entered", ["ledger_head": .string(result.identity.ledgerHead)])
    }
    try store(result, scenario, in: folder, check)
    try folder.write(try RunSummary.bytes(result), as: "summary.json")
    log.note("finished", ["result_hash": .string(result.identity.resultHash)])
    log.sync()
    try folder.finish()
    return FinishedRun(folder: folder.path, result: result)
  }

  /// Enters a run in the ledger beside its folder, once: a run that was killed behind this point has its record already.
  private static func enter(_ result: inout RunResult, in folder: RunFolder, _ place: inout Checkpoint) throws {
    let ledger = try RunLedger.open(RunLedger.path(besideRun: folder.path))
    if let size = place.ledgerSize, try RunLedger.recognise(&result, in: ledger, from: size) { return }
    place.ledgerSize = ledger.count
    try folder.write(try place.bytes, as: Checkpoint.fileName)
    try folder.sync()
    try RunLedger.enter(&result, in: ledger)
  }

  /// Writes everything that is made from a finished result; `check` throws to end it between its parts.
  private static func store(
    _ result: RunResult, _ scenario: Scenario, in folder: RunFolder, _ check: @escaping () throws -> Void
  ) throws {
    let analysis = try RunAnalysis(result, settings: scenario.analysisSettings, check: check)
    try check()
    try RunResultFile.write(result, analysis: analysis, to: "\(folder.workPath)/result.h5")
    try check()
    if scenario.report.isHTML {
      try folder.write(Array(ReportPage(result, analysis).html().utf8), as: "report.html")
      try check()
    }
  }

  /// Stores where the run stood and says how to go on.
  private static func interrupted(
    at state: RunStop.Place?, _ scenario: Scenario, _ folder: RunFolder, _ log: RunLog, ledgerSize: Int?
  ) throws -> Never {
    if let state {
      let checkpoint = Checkpoint(
        scenarioHash: try scenario.fingerprint(), engineVersion: engineVersion, sources: state.sources,
        events: state.events, marketTime: state.marketTime, stateHash: state.stateHash,
        ledgerSize: ledgerSize)
      try folder.write(try checkpoint.bytes, as: Checkpoint.fileName)
    }
    log.note("interrupted", ["events": .integer(state?.events ?? 0)])
    log.sync()
    throw RunError(
      .interrupted, state.map { "interrupted after \($0.events) events" } ?? "interrupted",
      advice: "Go on with: lockstep resume \(folder.path)")
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
  /// An HDF5 file that shows the lanes' equity to others while the run goes on; nil for none.
  public var streamPath: String?
  /// A file that stands in the stream's place is replaced even if it is no stream.
  public var replacesStream = false
  /// The run is entered in the ledger of the folder that its own folder stands in.
  public var entersLedger = false
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

  /// A name for a run of this scenario over data with these hashes, by this program: what has the same name is the same run.
  func folderName(date: String, in reports: String, sources: [String]) throws(ScenarioError) -> String {
    let parts = [try fingerprint(), ScenarioRun.engineVersion] + sources
    let hash = Digest(hashing: Array(parts.joined(separator: "\n").utf8)).description
    return "\(reports)/\(date)-\(name)-\(hash.prefix(8))"
  }
}
