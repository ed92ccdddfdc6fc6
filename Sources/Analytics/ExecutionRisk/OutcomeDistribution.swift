import Numerics

/// A probability estimated from how often something happened, with its Monte Carlo error.
public struct EstimatedProbability: Hashable, Codable, Sendable {
  public let value: Double
  /// sqrt(p (1 − p)/n); nil when it never or always happened, where the formula gives zero and knows nothing.
  public let standardError: Double?
  /// Wilson's score interval (1927), which is honest at 0 and 1.
  public let interval: ConfidenceInterval

  /// `happened` may count ties by half.
  package init(happened: Double, of count: Int, level: Double) {
    let (n, p) = (Double(count), happened / Double(count))
    self.init(
      Estimate(value: p, standardError: (max(0, p * (1 - p)) / n).squareRoot()), of: count, level: level)
  }

  /// A share whose standard error is known otherwise; the interval takes the `count` cases as independent.
  init(_ share: Estimate, of count: Int, level: Double) {
    let n = Double(count)
    // A mean of zeros and ones may leave the range by rounding.
    let p = min(max(share.value, 0), 1)
    let z = SpecialFunctions.normalQuantile(0.5 + level / 2)
    let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    let reach = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    value = p
    standardError = p > 0 && p < 1 ? share.standardError : nil
    // At p = 0 and p = 1 the ends coincide with p but for rounding.
    interval = ConfidenceInterval(
      lower: max(0, min(p, centre - reach)), upper: min(1, max(p, centre + reach)), level: level,
      method: "Wilson score")
  }
}

/// A quantile of drawn outcomes with its Monte Carlo error.
public struct OutcomeQuantile: Hashable, Sendable {
  public let probability: Double
  /// The smallest outcome whose empirical distribution reaches the probability.
  public let value: Double
  /// Half the distance between the quantiles one binomial standard error either side; nil without an interval, since it
  /// would be zero where the quantile lies beyond the draws.
  public let standardError: Double?
  /// Between two order statistics that enclose the true quantile with at least the stated probability, whatever the
  /// distribution; nil when there are too few draws for any such pair.
  public let interval: ConfidenceInterval?
}

/// The distribution of one figure over draws, and where the base case stands in it.
public struct OutcomeDistribution: Hashable, Sendable {
  public let draws: Int
  public let mean: Estimate
  /// Divisor n − 1.
  public let standardDeviation: Double
  public let lowest: Double
  public let highest: Double
  public let quantiles: [OutcomeQuantile]
  /// The figure of the base case.
  public let base: Double
  /// Probability that a draw ends below the base case, ties counted by half: far above one half, the base case was lucky
  /// in its assumptions.
  public let probabilityBelowBase: EstimatedProbability

  /// At least two finite values; probabilities between 0 and 1, `level` for intervals.
  public init(
    _ values: [Double], base: Double, probabilities: [Double] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99],
    level: Double = 0.95, series: String = "outcomes"
  ) throws(AnalyticsError) {
    try requireFinite(values, atLeast: 2, series: series)
    try requireFinite([base], series: "base case of \(series)")
    try requireConfidence(level)
    for (row, probability) in probabilities.enumerated() where !(probability >= 0 && probability <= 1) {
      throw AnalyticsError(series: "probabilities", row: row, reason: .outOfRange("between 0 and 1"))
    }
    let sorted = values.sorted()
    var moments = RunningMoments()
    // Ascending, so that the sums do not depend on the order of draws.
    for value in sorted { moments.add(value) }
    guard moments.mean.isFinite, moments.squares.isFinite else {
      throw AnalyticsError(series: series, reason: .outOfRange("small enough to be squared"))
    }
    draws = sorted.count
    mean = Estimate(value: moments.mean, standardError: moments.standardErrorOfMean)
    standardDeviation = moments.standardDeviation
    lowest = sorted[0]
    highest = sorted[sorted.count - 1]
    quantiles = probabilities.map { Self.quantile(sorted, $0, level: level) }
    self.base = base
    let below = Double(values.count { $0 < base }) + 0.5 * Double(values.count { $0 == base })
    probabilityBelowBase = EstimatedProbability(happened: below, of: sorted.count, level: level)
  }

  /// The base case minus the median of the draws: what its assumptions were worth.
  public var baseAdvantage: Double? {
    quantiles.first { $0.probability == 0.5 }.map { base - $0.value }
  }

  /// The quantile at one of the probabilities kept.
  public func quantile(_ probability: Double) -> OutcomeQuantile? {
    quantiles.first { $0.probability == probability }
  }

  private static func quantile(_ sorted: [Double], _ probability: Double, level: Double) -> OutcomeQuantile {
    let count = sorted.count
    func value(_ p: Double) -> Double {
      Quantile.value(sorted, probability: min(max(p, 0), 1), method: .inverseEmpiricalCDF)
    }
    let reach = (probability * (1 - probability) / Double(count)).squareRoot()
    let ranks = EnclosingRanks(of: probability, count: count, level: level)
    return OutcomeQuantile(
      probability: probability, value: value(probability),
      standardError: ranks == nil ? nil : (value(probability + reach) - value(probability - reach)) / 2,
      interval: ranks.map { $0.interval(from: sorted[$0.lower], to: sorted[$0.upper]) })
  }
}

/// Two order statistics that enclose a quantile with at least the stated probability, whatever the distribution.
struct EnclosingRanks {
  /// Counted from zero.
  let lower: Int
  let upper: Int
  let level: Double

  /// Nil when there are too few draws for any such pair. The j-th smallest value is at most the quantile exactly when at
  /// least j values are, and their number is binomial.
  init?(of probability: Double, count: Int, level: Double) {
    guard probability > 0, probability < 1, count > 0 else { return nil }
    let binomial = BinomialDistribution(trials: count, probability: probability)
    let tail = (1 - level) / 2
    // The largest j with P(X < j) ≤ tail, and the smallest k with P(X ≥ k) ≤ tail; counted from one.
    let below = binomial.quantile(tail)
    let lower = binomial.cdf(below) <= tail ? below + 1 : below
    let upper = binomial.quantile(1 - tail) + 1
    guard lower >= 1, upper <= count else { return nil }
    self.lower = lower - 1
    self.upper = upper - 1
    self.level = level
  }

  func interval(from lower: Double, to upper: Double) -> ConfidenceInterval {
    ConfidenceInterval(lower: lower, upper: upper, level: level, method: "order statistics, distribution-free")
  }
}
