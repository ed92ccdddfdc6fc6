import Glibc
import Ledger

/// Where an interrupted run stood, and a digest of every lane's state there. One is written before the first event, too, so
/// that a run that was killed notices what has changed since it began.
///
/// Strategies are arbitrary values, so a checkpoint does not hold them. `resume` runs the scenario again from its start,
/// which is deterministic, checks at this place that it came to the same state, and goes on: the bytes are those of a run
/// that was never interrupted, and a change of data or program in between is noticed.
struct Checkpoint: Hashable, Sendable {
  static let schema = 1
  static let fileName = "checkpoint.json"

  var scenarioHash: String
  var engineVersion: String
  /// SHA-256 of each data file.
  var sources: [String]
  /// Market events replayed.
  var events: Int
  var marketTime: Int64
  /// Hex SHA-256 of the fills so far and of every lane's ledgers.
  var stateHash: String
  /// Records of the ledger when the run was about to be entered; nil before that. A run that is killed behind it finds its
  /// record there and adds no second one.
  var ledgerSize: Int?

  var bytes: [UInt8] {
    get throws {
      let members: [CanonicalJSON.Member] = [
        .init(key: "schema", value: .integer(Self.schema)), .init(key: "scenario_hash", value: .string(scenarioHash)),
        .init(key: "engine_version", value: .string(engineVersion)),
        .init(key: "sources", value: .array(sources.map { .string($0) })),
        .init(key: "events", value: .integer(events)), .init(key: "market_time", value: .string("\(marketTime)")),
        .init(key: "state_hash", value: .string(stateHash)),
      ]
      let size = ledgerSize.map { [CanonicalJSON.Member(key: "ledger_size", value: .integer($0))] } ?? []
      return try CanonicalJSON.object(members + size).canonicalBytes()
    }
  }

  init(
    scenarioHash: String, engineVersion: String, sources: [String], events: Int = 0, marketTime: Int64 = 0,
    stateHash: String = "", ledgerSize: Int? = nil
  ) {
    self.scenarioHash = scenarioHash
    self.engineVersion = engineVersion
    self.sources = sources
    self.events = events
    self.marketTime = marketTime
    self.stateHash = stateHash
    self.ledgerSize = ledgerSize
  }

  /// Reads a checkpoint; any bytes give one or an error.
  init(parsing bytes: [UInt8], file: String) throws(RunError) {
    let json: CanonicalJSON
    do { json = try CanonicalJSON(parsing: bytes) } catch {
      throw RunError(.badData, "\(file) is no checkpoint: \(error)")
    }
    guard json["schema"]?.exactInteger == Self.schema, let scenario = json["scenario_hash"]?.text,
      let version = json["engine_version"]?.text, let events = json["events"]?.exactInteger, events >= 0,
      let time = json["market_time"]?.text.flatMap({ Int64($0) }), let state = json["state_hash"]?.text,
      case .array(let elements)? = json["sources"],
      json["ledger_size"].map({ $0.exactInteger ?? -1 >= 0 }) ?? true
    else { throw RunError(.badData, "\(file) is no checkpoint of this version") }
    self.init(
      scenarioHash: scenario, engineVersion: version, sources: elements.compactMap(\.text), events: events,
      marketTime: time, stateHash: state, ledgerSize: json["ledger_size"]?.exactInteger)
  }

  /// Refuses to go on under another scenario, program or data.
  func require(scenarioHash: String, sources: [String]) throws(RunError) {
    let advice = "start it anew with: lockstep run"
    if engineVersion != ScenarioRun.engineVersion {
      throw RunError(
        .mismatch, "the run was begun by version \(engineVersion), and this is \(ScenarioRun.engineVersion)",
        advice: advice)
    }
    if self.scenarioHash != scenarioHash {
      throw RunError(.mismatch, "the scenario is not the one that the run was begun with", advice: advice)
    }
    if self.sources != sources {
      throw RunError(.mismatch, "the data is not what the run was begun with", advice: advice)
    }
  }
}
