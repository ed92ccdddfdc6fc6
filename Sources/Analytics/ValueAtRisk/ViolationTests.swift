import Numerics

/// The outcome of one backtest: the statistic, its reference distribution's tail probability, and the verdict.
public struct BacktestOutcome: Hashable, Sendable {
  /// The name of the test, as reports print it.
  public var name: String
  public var statistic: Double
  /// Degrees of freedom of the χ² reference distribution; zero when the reference is another distribution.
  public var degreesOfFreedom: Int
  /// Probability of a statistic at least this extreme when the model is right.
  public var pValue: Double

  /// Whether the model is rejected at this significance.
  public func isRejected(atSignificance significance: Double = 0.05) -> Bool { pValue < significance }

  init(name: String, likelihoodRatio: Double, degreesOfFreedom: Int) {
    self.name = name
    // A ratio of maximised likelihoods is at least one; below it is rounding.
    statistic = max(likelihoodRatio, 0)
    self.degreesOfFreedom = degreesOfFreedom
    pValue =
      degreesOfFreedom > 0 ? ChiSquaredDistribution(degreesOfFreedom: Double(degreesOfFreedom)).survival(statistic) : 1
  }

  init(name: String, statistic: Double, pValue: Double) {
    self.name = name
    self.statistic = statistic
    degreesOfFreedom = 0
    self.pValue = pValue
  }
}

/// Days on which the loss exceeded the value at risk forecast for that day, oldest first.
///
/// The likelihood-ratio tests use 0 · log 0 = 0 throughout, so zero violations and empty transition cells have a
/// defined answer.
public struct ViolationSequence: Hashable, Sendable {
  /// True on a day of violation.
  public let hits: [Bool]
  /// The tail probability of the forecasts, for example 0.01.
  public let tailProbability: Double

  /// Takes violations as they are.
  public init(hits: [Bool], confidence: Double) throws(AnalyticsError) {
    try requireConfidence(confidence)
    guard !hits.isEmpty else { throw AnalyticsError(series: "hits", reason: .empty) }
    self.hits = hits
    tailProbability = Analytics.tailProbability(confidence)
  }

  /// Compares returns with forecasts (losses positive): a violation is a return below minus the forecast.
  public init(returns: [Double], valueAtRisk: [Double], confidence: Double) throws(AnalyticsError) {
    try requireFinite(returns, atLeast: 1, series: "returns")
    guard valueAtRisk.count == returns.count else {
      throw AnalyticsError(
        series: "value at risk", reason: .lengthMismatch(found: valueAtRisk.count, expected: returns.count))
    }
    try requireFinite(valueAtRisk, series: "value at risk")
    try self.init(hits: zip(returns, valueAtRisk).map { $0 < -$1 }, confidence: confidence)
  }

  public var count: Int { hits.count }
  public var violations: Int { hits.count { $0 } }
  public var expectedViolations: Double { Double(count) * tailProbability }

  /// How often state i (0 no violation, 1 violation) was followed by state j.
  public var transitions: TransitionCounts {
    var counts = TransitionCounts(calmToCalm: 0, calmToHit: 0, hitToCalm: 0, hitToHit: 0)
    for (first, second) in zip(hits, hits.dropFirst()) {
      switch (first, second) {
      case (false, false): counts.calmToCalm += 1
      case (false, true): counts.calmToHit += 1
      case (true, false): counts.hitToCalm += 1
      case (true, true): counts.hitToHit += 1
      }
    }
    return counts
  }

  /// Days from the start to the first violation, then between violations, counting the day of violation.
  public var durations: [Int] {
    var durations: [Int] = []
    var last = -1
    for (day, hit) in hits.enumerated() where hit {
      durations.append(day - last)
      last = day
    }
    return durations
  }
}

/// Transition counts of a violation sequence.
public struct TransitionCounts: Hashable, Sendable {
  public var calmToCalm: Int
  public var calmToHit: Int
  public var hitToCalm: Int
  public var hitToHit: Int

  public init(calmToCalm: Int, calmToHit: Int, hitToCalm: Int, hitToHit: Int) {
    self.calmToCalm = calmToCalm
    self.calmToHit = calmToHit
    self.hitToCalm = hitToCalm
    self.hitToHit = hitToHit
  }
}
