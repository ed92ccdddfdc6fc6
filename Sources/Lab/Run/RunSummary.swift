public import Ledger
public import Reporting

/// The short record of a finished run: `summary.json`, and what the ledger enters. Nothing in it depends on when or where
/// it ran.
public enum RunSummary {
  /// The bytes of `summary.json`.
  static func bytes(_ result: RunResult) throws -> [UInt8] {
    try json(result).canonicalBytes() + [UInt8(ascii: "\n")]
  }

  /// Whether a run's folder holds exactly the summary of its result.
  public static func isStored(_ result: RunResult, in folder: String) throws -> Bool {
    try ScenarioText.bytes(of: folder + "/summary.json") == bytes(result)
  }

  public static let schema = 1

  public static func json(_ result: RunResult) -> CanonicalJSON {
    let identity = result.identity
    let sources = identity.sources.map { source -> CanonicalJSON in
      .object([
        "sha256": .string(source.sha256), "events": .integer(source.eventCount), "path": .string(source.path),
      ])
    }
    // Absent without a check, so that other runs' records stay what they are.
    var check = result.lookAhead.map { [CanonicalJSON.Member(key: "look_ahead", value: lookAhead($0, result))] } ?? []
    let refusals = OrderRefusal.list(of: result)
    if !refusals.isEmpty { check.append(.init(key: "refusals", value: .array(refusals.map(refusal)))) }
    let members: KeyValuePairs<String, CanonicalJSON> = [
      "schema": .integer(schema), "name": .string(identity.name), "strategy": .string(identity.strategy),
      "engine_version": .string(identity.engineVersion), "scenario_hash": .string(identity.scenarioHash),
      "result_hash": .string(identity.resultHash), "seed": .integer(identity.seed),
      "currency": .string(identity.currency), "starting_capital": .number(identity.startingCapital),
      "start": .integer(identity.start), "end": .integer(identity.end), "events": .integer(identity.eventCount),
      "stopped_by_risk": .bool(identity.isStoppedByRisk), "shown_lane": .integer(result.shownLane),
      "sources": .array(sources), "lanes": .array(result.lanes.map(lane)),
    ]
    return .object(members.map { .init(key: $0.key, value: $0.value) } + check)
  }

  private static func refusal(_ refusal: OrderRefusal) -> CanonicalJSON {
    .object([
      "reason": .string(refusal.reason), "by": .string(refusal.byVenue ? "venue" : "risk control"),
      "count": .integer(refusal.count), "first_time": .integer(refusal.firstTime),
    ])
  }

  private static func lookAhead(_ check: LookAheadResult, _ result: RunResult) -> CanonicalJSON {
    .object([
      "passes": .bool(check.passes), "cutoffs": .integer(check.cutoffs.count),
      "compared_decisions": .integer(check.lanes.reduce(0) { $0 + $1.comparedDecisions }),
      "failing_lanes": .array(check.failingLanes.map { .string(result.lanes[$0].name) }),
    ])
  }

  private static func lane(_ lane: LaneResult) -> CanonicalJSON {
    .object([
      "name": .string(lane.name), "final_equity": number(lane.finalEquity), "profit": number(lane.profit),
      "fees": number(lane.fees), "carry": number(lane.carry.total), "orders": .integer(lane.ordersSent),
      "fills": .integer(lane.fills),
      "cancels": .integer(lane.cancels), "risk_rejects": .integer(lane.riskRejects),
      "venue_rejects": .integer(lane.venueRejects), "traded_lots": .integer(lane.tradedLots),
      "deepest_drawdown": number(lane.deepestDrawdown), "stopped_by_risk": .bool(lane.isStoppedByRisk),
      "settings": .object(
        lane.settings.map { .init(key: $0.name, value: $0.word.isEmpty ? number($0.value) : .string($0.word)) }),
    ])
  }

  /// JSON has no infinities.
  private static func number(_ value: Double) -> CanonicalJSON { value.isFinite ? .number(value) : .null }
}
