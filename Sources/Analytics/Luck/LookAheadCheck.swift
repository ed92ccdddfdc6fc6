import Numerics

/// A decision and when it was taken; two runs agree when their decisions are equal in order.
public struct TimedDecision<Content: Hashable & Sendable>: Hashable, Sendable {
  public let time: Int64
  public let content: Content

  public init(time: Int64, content: Content) {
    self.time = time
    self.content = content
  }
}

/// Whether a strategy used data it could not have had: re-run on data that ends early, every decision up to the end must
/// be the one of the whole run.
public struct LookAheadCheck<Content: Hashable & Sendable>: Sendable, Hashable {
  /// The first decision that changed when the data ended at `cutoff`.
  public struct Difference: Sendable, Hashable {
    public let cutoff: Int64
    /// Its number in the whole run.
    public let index: Int
    /// Nil when one of the runs has no such decision.
    public let whole: TimedDecision<Content>?
    public let truncated: TimedDecision<Content>?
  }

  public let cutoffs: [Int64]
  public let differences: [Difference]
  /// Decisions of the whole run that at least one truncated run repeated.
  public let comparedDecisions: Int

  /// True when nothing differed; it is evidence and no proof, the stronger the more cutoffs.
  public var passes: Bool { differences.isEmpty }

  /// What a run on data up to `cutoff` (included) decided.
  public struct TruncatedRun: Sendable, Hashable {
    public let cutoff: Int64
    /// In order; decisions after the cutoff, such as those at the end of the data, are left out of the comparison.
    public let decisions: [TimedDecision<Content>]

    public init(cutoff: Int64, decisions: [TimedDecision<Content>]) {
      self.cutoff = cutoff
      self.decisions = decisions
    }
  }

  /// True when there was nothing to compare: such a check passes and says nothing.
  public var isVacuous: Bool { comparedDecisions == 0 }

  /// When the check passed with cutoffs sampled at random: decisions that look ahead are at most this share of all, with
  /// the given confidence, 1 − (1 − c)^(1/n) for n cutoffs; 1 when nothing was compared.
  public func undetectedShare(confidence: Double = 0.95) throws(AnalyticsError) -> Double {
    try requireConfidence(confidence)
    guard passes, !isVacuous else { return 1 }
    return -Elementary.expMinusOne(Elementary.logOnePlus(-confidence) / Double(cutoffs.count))
  }

  /// Compares a whole run with runs that ended early, all as plain data.
  ///
  /// The content of a decision is what was decided and nothing that happened to it later: an order's side, price and size,
  /// not its fills. Times are on the clock by which the data were cut, and never decrease.
  public init(whole: [TimedDecision<Content>], truncated: [TruncatedRun]) throws(AnalyticsError) {
    try Self.requireOrder(whole, "decisions of the whole run")
    for run in truncated { try Self.requireOrder(run.decisions, "decisions of the run cut at \(run.cutoff)") }
    self.init(whole: whole, runs: truncated)
  }

  /// Calls `run` once for each cutoff with the last moment whose data it may see (included).
  public init<Failure: Error>(
    whole: [TimedDecision<Content>], cutoffs: [Int64],
    run: (_ through: Int64) throws(Failure) -> [TimedDecision<Content>]
  ) throws(Failure) {
    var runs: [TruncatedRun] = []
    for cutoff in cutoffs { runs.append(TruncatedRun(cutoff: cutoff, decisions: try run(cutoff))) }
    self.init(whole: whole, runs: runs)
  }

  private init(whole: [TimedDecision<Content>], runs: [TruncatedRun]) {
    var differences: [Difference] = []
    var compared = 0
    for run in runs {
      let expected = whole.filter { $0.time <= run.cutoff }
      let actual = run.decisions.filter { $0.time <= run.cutoff }
      compared = max(compared, min(expected.count, actual.count))
      let length = max(expected.count, actual.count)
      let index = (0..<length).first { row in
        row >= expected.count || row >= actual.count || expected[row] != actual[row]
      }
      if let index {
        differences.append(
          Difference(
            cutoff: run.cutoff, index: index, whole: index < expected.count ? expected[index] : nil,
            truncated: index < actual.count ? actual[index] : nil))
      }
    }
    cutoffs = runs.map(\.cutoff)
    self.differences = differences
    comparedDecisions = compared
  }

  private static func requireOrder(
    _ decisions: [TimedDecision<Content>], _ series: String
  ) throws(AnalyticsError) {
    for row in decisions.indices.dropFirst() where decisions[row].time < decisions[row - 1].time {
      throw AnalyticsError(series: series, row: row, reason: .notAscending)
    }
  }

  /// Moments of decisions to cut at, drawn without repetition and in order: a decision's own moment is where peeking
  /// shows first.
  public static func sampledCutoffs(
    of whole: [TimedDecision<Content>], count: Int, seed: UInt64 = 1
  ) -> [Int64] {
    var times: [Int64] = []
    for decision in whole where times.last != decision.time { times.append(decision.time) }
    guard count < times.count else { return times }
    let stream = RandomStream(seed: seed)
    // The first `count` places of a Fisher-Yates shuffle.
    for place in 0..<max(0, count) {
      times.swapAt(place, place + stream.integer(at: UInt64(place), below: times.count - place))
    }
    return times.prefix(max(0, count)).sorted()
  }
}
