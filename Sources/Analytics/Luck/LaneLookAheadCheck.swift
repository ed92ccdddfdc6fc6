import Numerics

/// The look-ahead check of many lanes that one replay advances together: a replay that ends early gives the decisions of
/// every lane, so all lanes are checked at the price of one.
public struct LaneLookAheadCheck<Content: Hashable & Sendable>: Sendable, Hashable {
  /// What every lane of a replay on data up to `cutoff` (included) decided, by lane.
  public struct TruncatedReplay: Sendable, Hashable {
    public let cutoff: Int64
    public let decisions: [[TimedDecision<Content>]]

    public init(cutoff: Int64, decisions: [[TimedDecision<Content>]]) {
      self.cutoff = cutoff
      self.decisions = decisions
    }
  }

  /// One check a lane, in order.
  public let lanes: [LookAheadCheck<Content>]

  /// Lanes whose decisions changed when data ended early.
  public var failing: [Int] { lanes.indices.filter { !lanes[$0].passes } }
  public var passes: Bool { lanes.allSatisfy(\.passes) }
  /// True when no lane had anything to compare.
  public var isVacuous: Bool { lanes.allSatisfy(\.isVacuous) }

  /// Compares the lanes of a whole replay with those of truncated ones; every replay has the same lanes in one order.
  public init(
    whole: [[TimedDecision<Content>]], truncated: [TruncatedReplay]
  ) throws(AnalyticsError) {
    guard !whole.isEmpty else { throw AnalyticsError(series: "lanes", reason: .empty) }
    for replay in truncated where replay.decisions.count != whole.count {
      throw AnalyticsError(
        series: "lanes of the replay cut at \(replay.cutoff)",
        reason: .lengthMismatch(found: replay.decisions.count, expected: whole.count))
    }
    var lanes: [LookAheadCheck<Content>] = []
    for (lane, decisions) in whole.enumerated() {
      lanes.append(
        try LookAheadCheck(
          whole: decisions,
          truncated: truncated.map { LookAheadCheck.TruncatedRun(cutoff: $0.cutoff, decisions: $0.decisions[lane]) }))
    }
    self.lanes = lanes
  }

  /// Moments to cut at: decisions of all lanes, drawn without repetition, each moment as likely as any other.
  public static func sampledCutoffs(
    of whole: [[TimedDecision<Content>]], count: Int, seed: UInt64 = 1
  ) -> [Int64] {
    let all = whole.joined().sorted { $0.time < $1.time }
    return LookAheadCheck.sampledCutoffs(of: all, count: count, seed: seed)
  }
}
