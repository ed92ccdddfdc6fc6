import Glibc
import Numerics

/// x log y with 0 log 0 = 0.
func xLogY(_ x: Double, _ y: Double) -> Double { x == 0 ? 0 : x * log(y) }

/// Tests of how many violations there were, and whether they cluster from one day to the next.
public enum CoverageTests {
  /// Proportion of failures (Kupiec 1995), χ² with one degree of freedom.
  public static func proportionOfFailures(
    violations: Int, count: Int, tailProbability: Double
  ) throws(AnalyticsError) -> BacktestOutcome {
    try requireCounts(violations, of: count, probability: tailProbability)
    let failures = Double(violations)
    let rest = Double(count - violations)
    let observed = failures / Double(count)
    let nullLikelihood = xLogY(rest, 1 - tailProbability) + xLogY(failures, tailProbability)
    let bestLikelihood = xLogY(rest, 1 - observed) + xLogY(failures, observed)
    return BacktestOutcome(
      name: "proportion of failures", likelihoodRatio: 2 * (bestLikelihood - nullLikelihood), degreesOfFreedom: 1)
  }

  /// Time until first failure (Kupiec 1995): `firstViolation` is the day of it, counted from one.
  public static func timeUntilFirstFailure(
    firstViolation: Int, tailProbability: Double
  ) throws(AnalyticsError) -> BacktestOutcome {
    guard firstViolation >= 1 else {
      throw AnalyticsError(series: "first violation", reason: .outOfRange("1 or more"))
    }
    try requireProbability(tailProbability)
    return BacktestOutcome(
      name: "time until first failure",
      likelihoodRatio: durationRatio(firstViolation, tailProbability: tailProbability), degreesOfFreedom: 1)
  }

  /// Independence of violations on neighbouring days (Christoffersen 1998), χ² with one degree of freedom.
  public static func independence(_ counts: TransitionCounts) throws(AnalyticsError) -> BacktestOutcome {
    let (n00, n01) = (Double(counts.calmToCalm), Double(counts.calmToHit))
    let (n10, n11) = (Double(counts.hitToCalm), Double(counts.hitToHit))
    guard min(n00, n01, n10, n11) >= 0, n00 + n01 + n10 + n11 > 0 else {
      throw AnalyticsError(series: "transitions", reason: .outOfRange("counts of at least one transition"))
    }
    func share(_ part: Double, _ other: Double) -> Double { part + other == 0 ? 0 : part / (part + other) }
    let common = share(n01 + n11, n00 + n10)
    let afterCalm = share(n01, n00)
    let afterHit = share(n11, n10)
    let nullLikelihood = xLogY(n00 + n10, 1 - common) + xLogY(n01 + n11, common)
    let freeLikelihood =
      xLogY(n00, 1 - afterCalm) + xLogY(n01, afterCalm) + xLogY(n10, 1 - afterHit) + xLogY(n11, afterHit)
    return BacktestOutcome(
      name: "independence", likelihoodRatio: 2 * (freeLikelihood - nullLikelihood), degreesOfFreedom: 1)
  }

  /// The binomial test: the standardised number of violations against the normal distribution, two-sided.
  public static func binomial(
    violations: Int, count: Int, tailProbability: Double
  ) throws(AnalyticsError) -> BacktestOutcome {
    try requireCounts(violations, of: count, probability: tailProbability)
    let expected = Double(count) * tailProbability
    let score = (Double(violations) - expected) / (expected * (1 - tailProbability)).squareRoot()
    return BacktestOutcome(name: "binomial", statistic: score, pValue: 2 * NormalDistribution().survival(abs(score)))
  }

  /// The likelihood ratio of one duration until a violation against a geometric waiting time.
  static func durationRatio(_ duration: Int, tailProbability: Double) -> Double {
    let days = Double(duration)
    let nullLikelihood = log(tailProbability) + (days - 1) * log(1 - tailProbability)
    let bestLikelihood = -log(days) + xLogY(days - 1, 1 - 1 / days)
    return 2 * (bestLikelihood - nullLikelihood)
  }

  static func requireProbability(_ probability: Double) throws(AnalyticsError) {
    guard probability > 0, probability < 1 else {
      throw AnalyticsError(series: "tail probability", reason: .outOfRange("between 0 and 1, both excluded"))
    }
  }

  static func requireCounts(_ violations: Int, of count: Int, probability: Double) throws(AnalyticsError) {
    try requireProbability(probability)
    guard count > 0, violations >= 0, violations <= count else {
      throw AnalyticsError(series: "violations", reason: .outOfRange("between 0 and the number of days, \(count)"))
    }
  }
}

extension ViolationSequence {
  /// Kupiec's proportion of failures.
  public func proportionOfFailures() throws(AnalyticsError) -> BacktestOutcome {
    try CoverageTests.proportionOfFailures(
      violations: violations, count: count, tailProbability: tailProbability)
  }

  /// Kupiec's time until first failure; without a violation the whole sequence is the waiting time so far.
  public func timeUntilFirstFailure() throws(AnalyticsError) -> BacktestOutcome {
    try CoverageTests.timeUntilFirstFailure(
      firstViolation: durations.first ?? count, tailProbability: tailProbability)
  }

  /// Christoffersen's independence.
  public func independence() throws(AnalyticsError) -> BacktestOutcome {
    guard count > 1 else {
      throw AnalyticsError(series: "hits", reason: .tooShort(found: count, needed: 2))
    }
    return try CoverageTests.independence(transitions)
  }

  /// Christoffersen's conditional coverage: the sum of the two above, χ² with two degrees of freedom.
  public func conditionalCoverage() throws(AnalyticsError) -> BacktestOutcome {
    let coverage = try proportionOfFailures()
    let independence = try independence()
    return BacktestOutcome(
      name: "conditional coverage", likelihoodRatio: coverage.statistic + independence.statistic, degreesOfFreedom: 2)
  }

  /// The binomial test.
  public func binomial() throws(AnalyticsError) -> BacktestOutcome {
    try CoverageTests.binomial(violations: violations, count: count, tailProbability: tailProbability)
  }
}
