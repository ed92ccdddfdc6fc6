/// What became of the look-ahead check: the same lanes on data that ended early must have decided the same until then.
public struct LookAheadResult: Sendable, Hashable {
  /// What was compared of one lane.
  public struct Lane: Sendable, Hashable {
    /// Decisions of the whole run that some shorter one could repeat; 0 says nothing either way.
    public var comparedDecisions: Int
    /// With 95 % confidence decisions that look ahead are at most this share of all; 1 when some did or nothing was compared.
    public var undetectedShare: Double

    public init(comparedDecisions: Int, undetectedShare: Double) {
      self.comparedDecisions = comparedDecisions
      self.undetectedShare = undetectedShare
    }
  }

  /// The first decision of a lane that changed when data ended at a cutoff.
  public struct Difference: Sendable, Hashable {
    /// Index into `RunResult.lanes`.
    public var lane: Int
    public var cutoff: Int64
    /// Its number among the lane's decisions.
    public var decision: Int
    /// In words; "nothing" where one has none.
    public var whole: String
    public var truncated: String

    public init(lane: Int, cutoff: Int64, decision: Int, whole: String, truncated: String) {
      self.lane = lane
      self.cutoff = cutoff
      self.decision = decision
      self.whole = whole
      self.truncated = truncated
    }
  }

  /// Where data ended, nanoseconds since the epoch, by the venue's clock.
  public var cutoffs: [Int64]
  /// One for each of `RunResult.lanes`.
  public var lanes: [Lane]
  public var differences: [Difference]

  public init(cutoffs: [Int64], lanes: [Lane], differences: [Difference]) {
    self.cutoffs = cutoffs
    self.lanes = lanes
    self.differences = differences
  }

  public var passes: Bool { differences.isEmpty }
  /// Nothing was compared: such a check passes and says nothing.
  public var isVacuous: Bool { lanes.allSatisfy { $0.comparedDecisions == 0 } }
  /// Lanes whose decisions changed, ascending.
  public var failingLanes: [Int] { Set(differences.map(\.lane)).sorted() }
}
