import Glibc
public import Ledger
public import Reporting

/// The ledger of one folder of runs: every finished run is entered once it is complete, before its folder takes its name.
public enum RunLedger {
  /// The ledger's file in a folder of runs.
  public static let fileName = "ledger"

  /// The ledger of the folder that a run's folder stands in.
  public static func path(besideRun folder: String) -> String {
    var name = Substring(folder)
    while name.count > 1, name.hasSuffix("/") { name.removeLast() }
    guard let slash = name.lastIndex(of: "/") else { return fileName }
    return name[...slash] + fileName
  }

  /// The record of a run: what identifies it, how many variants it tried, and its outcome. Nothing in it depends on when or
  /// where it ran; `result_hash` ties it to every byte of the result.
  public static func record(_ run: RunResult) -> CanonicalJSON {
    let identity = run.identity
    var members: [CanonicalJSON.Member] = [
      .init(key: "kind", value: "run"), .init(key: "schema", value: 1),
      .init(key: "family", value: .string(identity.name)), .init(key: "strategy", value: .string(identity.strategy)),
      .init(key: "scenario_hash", value: .string(identity.scenarioHash)),
      .init(key: "result_hash", value: .string(identity.resultHash)),
      .init(key: "engine_version", value: .string(identity.engineVersion)),
      .init(key: "seed", value: .integer(identity.seed)), .init(key: "events", value: .integer(identity.eventCount)),
      .init(key: "data", value: .array(identity.sources.map { .string($0.sha256) })),
      .init(key: "trials", value: .integer(max(1, run.lanes.count))),
      .init(key: "stopped_by_risk", value: .bool(identity.isStoppedByRisk)),
    ]
    if run.lanes.indices.contains(run.shownLane) {
      let lane = run.lanes[run.shownLane]
      for (key, value) in [("profit", lane.profit), ("final_equity", lane.finalEquity)] {
        members.append(.init(key: key, value: value.isFinite ? .number(value) : .null))
      }
    }
    return .object(members)
  }

  /// Variants that a ledger counts for a family of scenarios, in its first `size` records (by default, in all). Running the
  /// very same thing again is no new trial: of records with the same result hash the largest counts, and those of
  /// `excludedHash` not at all.
  public static func trials(
    of family: String, in ledger: LedgerFile, size: Int? = nil, excluding excludedHash: String? = nil
  ) throws(LedgerError) -> Int {
    var trials: [String: Int] = [:]
    for index in 0..<(size ?? ledger.count) {
      let entry = try ledger.entry(at: index)
      guard entry["family"]?.text.map({ $0.utf8.elementsEqual(family.utf8) }) == true else { continue }
      let hash = entry["result_hash"]?.text ?? "record \(index)"
      guard hash != excludedHash else { continue }
      trials[hash] = max(trials[hash] ?? 0, entry["trials"]?.exactInteger ?? 1)
    }
    return trials.values.reduce(0) { sum, count in
      let (total, overflow) = sum.addingReportingOverflow(count)
      return overflow ? .max : total
    }
  }

  /// Enters a finished run and notes in it how many trials came before and the ledger's head with it.
  ///
  /// Call it when the result is complete and hashed, and before anything that shows the head is written: neither is part of
  /// the result's hash. A crash right after leaves a record without a folder, which counts a trial that was indeed made;
  /// the other order could leave a run that nobody counts.
  @discardableResult
  public static func enter(
    _ run: inout RunResult, in path: String, patienceMilliseconds: Int = 30_000
  ) throws(LedgerError) -> Int {
    try enter(&run, in: try open(path, patienceMilliseconds: patienceMilliseconds))
  }

  /// The same with a ledger that is open for appending.
  @discardableResult
  public static func enter(_ run: inout RunResult, in ledger: LedgerFile) throws(LedgerError) -> Int {
    let prior = try trials(of: run.identity.name, in: ledger, excluding: run.identity.resultHash)
    let index = try ledger.append(record(run))
    run.identity.priorTrials = prior
    run.identity.ledgerHead = ledger.head.text
    return index
  }

  /// Looks for the record of a run that may have been entered before its process was killed, among those behind the first
  /// `size`; notes in the run what entering it did, and is false where there is none.
  public static func recognise(
    _ run: inout RunResult, in ledger: LedgerFile, from size: Int
  ) throws(LedgerError) -> Bool {
    let record = try? record(run).canonicalBytes()
    for index in max(0, size)..<max(size, 0, ledger.count) {
      let entry = try ledger.entry(at: index)
      guard let record, record == (try? entry.canonicalBytes()) else { continue }
      run.identity.priorTrials = try trials(
        of: run.identity.name, in: ledger, size: index, excluding: run.identity.resultHash)
      run.identity.ledgerHead = ledger.head(size: index + 1)?.text ?? ""
      return true
    }
    return false
  }

  /// Opens a ledger for appending. Runs that end at the same moment take turns.
  public static func open(_ path: String, patienceMilliseconds: Int = 30_000) throws(LedgerError) -> LedgerFile {
    var waited = 0
    while true {
      do throws(LedgerError) { return try LedgerFile(path: path, for: .appending) } catch {
        guard error.kind == .busy, waited < patienceMilliseconds else { throw error }
        usleep(10_000)
        waited += 10
      }
    }
  }

  /// Places of a run's records in a ledger, by its result hash.
  public static func places(of resultHash: String, in ledger: LedgerFile) throws(LedgerError) -> [Int] {
    var places: [Int] = []
    for index in 0..<ledger.count where try ledger.entry(at: index)["result_hash"]?.text == resultHash {
      places.append(index)
    }
    return places
  }
}
