/// The answer of a Monte Carlo over execution: how a strategy's result depends on what nobody knows about latency, queues
/// and fills. A distribution instead of a number, every figure with its Monte Carlo error.
public struct ExecutionUncertainty: Hashable, Sendable {
  public let draws: Int
  public let profit: OutcomeDistribution
  public let fills: OutcomeDistribution
  /// A fraction of the high, zero or negative.
  public let deepestDrawdown: OutcomeDistribution
  /// A draw ends with less than nothing earned.
  public let probabilityOfLoss: EstimatedProbability
  /// A draw ends with a loss while the base case does not, or the other way round: the sign depends on assumptions.
  public let probabilityOfOtherSign: EstimatedProbability
  /// What explains the spread of profits, the largest share first; factors that never changed are left out.
  public let factors: [FactorShare]

  /// Quantiles at `probabilities`; `level` is that of all intervals.
  public init(
    _ outcomes: ExecutionOutcomes, probabilities: [Double] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99],
    level: Double = 0.95
  ) throws(AnalyticsError) {
    func distribution(_ values: [Double], base: Double, _ series: String) throws(AnalyticsError) -> OutcomeDistribution
    {
      try OutcomeDistribution(values, base: base, probabilities: probabilities, level: level, series: series)
    }
    profit = try distribution(outcomes.profits, base: outcomes.base.profit, "profits")
    fills = try distribution(outcomes.fills.map(Double.init), base: Double(outcomes.base.fills), "fills")
    deepestDrawdown = try distribution(
      outcomes.deepestDrawdowns, base: outcomes.base.deepestDrawdown, "deepest drawdowns")
    draws = outcomes.count
    let losses = outcomes.profits.count { $0 < 0 }
    probabilityOfLoss = EstimatedProbability(happened: Double(losses), of: draws, level: level)
    let otherSign = outcomes.base.profit < 0 ? draws - losses : losses
    probabilityOfOtherSign = EstimatedProbability(happened: Double(otherSign), of: draws, level: level)
    factors = outcomes.factors.compactMap { FactorShare($0, profits: outcomes.profits) }
      .sorted { ($1.share, $0.name) < ($0.share, $1.name) }
  }

  /// The share of the spread that no single factor explains: interactions and chance; between 0 and 1.
  public var unexplainedShare: Double {
    min(1, max(0, 1 - factors.reduce(0) { $0 + $1.share }))
  }
}
