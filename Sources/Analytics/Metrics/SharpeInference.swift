import Numerics

/// How sure a Sharpe ratio is. Every ratio here is of one period; multiply by sqrt(P) to annualise.
public struct SharpeInference: Sendable, Hashable {
  public let sharpe: Double
  public let count: Int
  public let skewness: Double
  /// Raw kurtosis, 3 for the normal distribution.
  public let kurtosis: Double

  /// From figures: at least two observations.
  public init(sharpe: Double, count: Int, skewness: Double = 0, kurtosis: Double = 3) throws(AnalyticsError) {
    try requireFinite([sharpe, skewness, kurtosis], series: "Sharpe ratio, skewness, kurtosis")
    guard count >= 2 else { throw AnalyticsError(series: "returns", reason: .tooShort(found: count, needed: 2)) }
    // Pearson's inequality bounds the kurtosis of any distribution; without it the variance below could be negative.
    guard kurtosis >= skewness * skewness + 1 - 1e-9 else {
      throw AnalyticsError(series: "kurtosis", reason: .outOfRange("at least skewness² + 1"))
    }
    guard (sharpe * sharpe * kurtosis).isFinite else {
      throw AnalyticsError(series: "Sharpe ratio", reason: .outOfRange("small enough to be squared"))
    }
    self.sharpe = sharpe
    self.count = count
    self.skewness = skewness
    self.kurtosis = kurtosis
  }

  /// From returns, with population moments as Bailey and López de Prado (2012) use them.
  public init(_ returns: ReturnSeries, riskFree: PeriodRate = .zero) throws(AnalyticsError) {
    let moments = returns.moments
    try self.init(
      sharpe: try returns.periodSharpeRatio(riskFree: riskFree), count: returns.count, skewness: moments.skewness,
      kurtosis: moments.kurtosis)
  }

  /// Variance of the estimate times its sample size, 1 − γ₃ SR + (γ₄ − 1)/4 SR² (Mertens 2002); never negative by
  /// Pearson's inequality.
  var scaledVariance: Double {
    max(0, 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe)
  }

  /// Standard error for independent returns of any distribution with four moments (Mertens 2002), divisor n − 1.
  public var standardError: Double { (scaledVariance / Double(count - 1)).squareRoot() }

  /// Standard error for independent normal returns, sqrt((1 + SR²/2)/n) (Lo 2002).
  public var normalStandardError: Double { ((1 + sharpe * sharpe / 2) / Double(count)).squareRoot() }

  /// The factor that annualises a Sharpe ratio over `periods` when returns are autocorrelated,
  /// q / sqrt(q + 2 Σ (q − k) ρ_k) (Lo 2002); sqrt(q) when they are not.
  public static func annualisation(periods: Int, autocorrelations: [Double]) throws(AnalyticsError) -> Double {
    try requireFinite(autocorrelations, series: "autocorrelations")
    guard periods >= 1 else { throw AnalyticsError(series: "periods", reason: .outOfRange("1 or more")) }
    var sum = CompensatedSum()
    for (lag, correlation) in autocorrelations.prefix(periods - 1).enumerated() {
      sum.add(Double(periods - lag - 1) * correlation)
    }
    let variance = Double(periods) + 2 * sum.value
    guard variance > 0 else {
      throw AnalyticsError(series: "autocorrelations", reason: .undefined("they give a negative variance"))
    }
    return Double(periods) / variance.squareRoot()
  }

  /// Probability that the true ratio is above a benchmark ratio (Bailey and López de Prado 2012).
  public func probabilistic(benchmark: Double = 0) throws(AnalyticsError) -> Double {
    guard scaledVariance > 0 else {
      throw AnalyticsError(series: "returns", reason: .undefined("the Sharpe ratio has no variance"))
    }
    try requireFinite([benchmark], series: "benchmark ratio")
    return SpecialFunctions.normalCDF((sharpe - benchmark) / standardError)
  }

  /// Observations needed to claim, with the given confidence, a ratio above the benchmark
  /// (Bailey and López de Prado 2012); none suffice when the estimate is not above it.
  public func minimumTrackRecord(benchmark: Double = 0, confidence: Double = 0.95) throws(AnalyticsError) -> Double {
    guard confidence > 0, confidence < 1 else {
      throw AnalyticsError(series: "confidence", reason: .outOfRange("between 0 and 1"))
    }
    guard sharpe > benchmark else {
      throw AnalyticsError(
        series: "returns", reason: .undefined("the Sharpe ratio is not above the benchmark, so no length suffices"))
    }
    let quantile = SpecialFunctions.normalQuantile(confidence) / (sharpe - benchmark)
    return 1 + scaledVariance * quantile * quantile
  }

  /// Probability that the true ratio is above zero after the best of `trials` was picked, whose ratios (per period)
  /// varied with `trialVariance` (Bailey and López de Prado 2014).
  public func deflated(trials: Double, trialVariance: Double) throws(AnalyticsError) -> Double {
    try probabilistic(benchmark: try Self.expectedMaximum(trials: trials, trialVariance: trialVariance))
  }

  /// The Sharpe ratio that the best of `trials` worthless strategies is expected to show.
  public static func expectedMaximum(trials: Double, trialVariance: Double) throws(AnalyticsError) -> Double {
    guard trialVariance.isFinite, trialVariance >= 0 else {
      throw AnalyticsError(series: "variance of the trials", reason: .outOfRange("zero or more"))
    }
    return trialVariance.squareRoot() * (try expectedMaximumOfNormals(trials))
  }

  /// Expected maximum of N standard normal draws by the extreme value approximation
  /// (1 − γ) Φ⁻¹(1 − 1/N) + γ Φ⁻¹(1 − 1/(Ne)), which is too low for few: negative below N = 1.28. Of two draws it is
  /// 1/√π exactly, so it is at least that from N = 2 on, and (N − 1)/√π below: never negative, zero for a single one.
  public static func expectedMaximumOfNormals(_ trials: Double) throws(AnalyticsError) -> Double {
    guard trials.isFinite, trials >= 1 else {
      throw AnalyticsError(series: "number of trials", reason: .outOfRange("1 or more"))
    }
    let ofTwo = 1 / Double.pi.squareRoot()
    guard trials > 2 else { return (trials - 1) * ofTwo }
    let eulerMascheroni = 0.5772156649015329
    let e = 2.718281828459045
    // By symmetry, so that 1 − 1/N keeps its digits for large N.
    let approximation =
      -(1 - eulerMascheroni) * SpecialFunctions.normalQuantile(1 / trials)
      - eulerMascheroni * SpecialFunctions.normalQuantile(1 / (trials * e))
    return max(ofTwo, approximation)
  }
}
