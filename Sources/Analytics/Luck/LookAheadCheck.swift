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

  /// Calls `run` once for each cutoff with the last moment whose data it may see (included).
  public init<Failure: Error>(
    whole: [TimedDecision<Content>], cutoffs: [Int64],
    run: (_ through: Int64) throws(Failure) -> [TimedDecision<Content>]
  ) throws(Failure) {
    var differences: [Difference] = []
    var compared = 0
    for cutoff in cutoffs {
      let expected = whole.prefix { $0.time <= cutoff }
      let actual = try run(cutoff).prefix { $0.time <= cutoff }
      compared = max(compared, min(expected.count, actual.count))
      let length = max(expected.count, actual.count)
      let index = (0..<length).first { row in
        row >= expected.count || row >= actual.count || expected[row] != actual[row]
      }
      if let index {
        differences.append(
          Difference(
            cutoff: cutoff, index: index, whole: index < expected.count ? expected[index] : nil,
            truncated: index < actual.count ? actual[index] : nil))
      }
    }
    self.cutoffs = cutoffs
    self.differences = differences
    comparedDecisions = compared
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
