import Glibc
import Numerics

/// Value at risk and expected shortfall of named distributions.
public enum ParametricTail {
  /// The normal distribution: z and φ(z)/(1 − c).
  public static func normal(
    mean: Double = 0, deviation: Double, confidence: Double
  ) throws(AnalyticsError) -> TailRisk {
    try requireScale(mean: mean, deviation: deviation, confidence: confidence)
    let tail = tailProbability(confidence)
    let quantile = -SpecialFunctions.normalQuantile(tail)
    let unit = TailRisk(
      confidence: confidence, valueAtRisk: quantile,
      expectedShortfall: SpecialFunctions.normalPDF(quantile) / tail)
    return unit.scaled(by: deviation, mean: mean)
  }

  /// The normal distribution with the sample's mean and standard deviation.
  public static func normal(_ returns: [Double], confidence: Double) throws(AnalyticsError) -> TailRisk {
    try requireFinite(returns, atLeast: 2, series: "returns")
    let (mean, deviation) = meanAndDeviation(returns)
    return try normal(mean: mean, deviation: deviation, confidence: confidence)
  }

  /// Student's t with location and scale; the standard deviation is scale·√(ν/(ν − 2)). Expected shortfall needs ν above 1.
  public static func studentT(
    degreesOfFreedom: Double, location: Double = 0, scale: Double, confidence: Double
  ) throws(AnalyticsError) -> TailRisk {
    try requireScale(mean: location, deviation: scale, confidence: confidence)
    guard degreesOfFreedom > 1, degreesOfFreedom <= 1e9 else {
      throw AnalyticsError(
        series: "degrees of freedom",
        reason: .outOfRange("above 1, so that the mean loss exists, and at most 1e9, where the normal is exact enough"))
    }
    let tail = tailProbability(confidence)
    let distribution = StudentTDistribution(degreesOfFreedom: degreesOfFreedom)
    let quantile = -distribution.quantile(tail)
    let shortfall =
      distribution.pdf(quantile) * (degreesOfFreedom + quantile * quantile) / ((degreesOfFreedom - 1) * tail)
    return TailRisk(confidence: confidence, valueAtRisk: quantile, expectedShortfall: shortfall)
      .scaled(by: scale, mean: location)
  }

  /// Student's t fitted by maximum likelihood.
  public static func studentT(_ returns: [Double], confidence: Double) throws(AnalyticsError) -> TailRisk {
    let fit = try StudentTFit(returns)
    try fit.requireVariance(of: returns)
    return try studentT(
      degreesOfFreedom: fit.degreesOfFreedom, location: fit.location, scale: fit.scale, confidence: confidence)
  }

  /// The Cornish-Fisher quantile of order p for a skewness and an excess kurtosis.
  public static func cornishFisherQuantile(_ probability: Double, skewness: Double, excessKurtosis: Double) -> Double {
    let z = SpecialFunctions.normalQuantile(probability)
    return z + (z * z - 1) * skewness / 6 + (z * z * z - 3 * z) * excessKurtosis / 24
      - (2 * z * z * z - 5 * z) * skewness * skewness / 36
  }

  /// Whether the Cornish-Fisher expansion increases everywhere, so that it is a quantile function (Maillard 2012): its
  /// derivative is a quadratic in z, positive when its discriminant is negative.
  public static func isCornishFisherMonotone(skewness: Double, excessKurtosis: Double) -> Bool {
    // 1 + zS/3 + (3z² − 3)K/24 − (6z² − 5)S²/36
    let square = excessKurtosis / 8 - skewness * skewness / 6
    let slope = skewness / 3
    let constant = 1 - excessKurtosis / 8 + 5 * skewness * skewness / 36
    if square == 0 && slope == 0 { return constant > 0 }
    return square > 0 && slope * slope < 4 * square * constant
  }

  /// Cornish-Fisher figures from four moments, refused where the expansion is not monotone. Expected shortfall is the
  /// exact mean of the expansion over the tail.
  public static func cornishFisher(
    mean: Double, deviation: Double, skewness: Double, excessKurtosis: Double, confidence: Double
  ) throws(AnalyticsError) -> TailRisk {
    try requireScale(mean: mean, deviation: deviation, confidence: confidence)
    try requireFinite([skewness, excessKurtosis], series: "moments")
    guard isCornishFisherMonotone(skewness: skewness, excessKurtosis: excessKurtosis) else {
      throw AnalyticsError(
        series: "moments",
        reason: .outOfRange(
          "inside the domain where the Cornish-Fisher expansion is monotone; skewness \(skewness) with excess kurtosis "
            + "\(excessKurtosis) is not, so use a historical or peaks-over-threshold estimate"))
    }
    let tail = tailProbability(confidence)
    let z = SpecialFunctions.normalQuantile(tail)
    let quantile = cornishFisherQuantile(tail, skewness: skewness, excessKurtosis: excessKurtosis)
    // Over the tail E[z] = −φ/p, E[z² − 1] = −zφ/p, E[z³] = −(z² + 2)φ/p.
    let density = SpecialFunctions.normalPDF(z) / tail
    let (first, second, third) = (-density, -z * density, -(z * z + 2) * density)
    let shortfall =
      first + second * skewness / 6 + (third - 3 * first) * excessKurtosis / 24
      - (2 * third - 5 * first) * skewness * skewness / 36
    return TailRisk(confidence: confidence, valueAtRisk: -quantile, expectedShortfall: -shortfall)
      .scaled(by: deviation, mean: mean)
  }

  /// Cornish-Fisher figures from a sample's moments (population form).
  public static func cornishFisher(_ returns: [Double], confidence: Double) throws(AnalyticsError) -> TailRisk {
    let moments = try SampleMoments(returns)
    return try cornishFisher(
      mean: moments.mean, deviation: moments.deviation, skewness: moments.skewness,
      excessKurtosis: moments.excessKurtosis, confidence: confidence)
  }

  /// Four moments of a sample (population form).
  struct SampleMoments {
    let mean: Double
    let deviation: Double
    let skewness: Double
    let excessKurtosis: Double

    init(_ returns: [Double]) throws(AnalyticsError) {
      try requireFinite(returns, atLeast: 4, series: "returns")
      (mean, deviation) = meanAndDeviation(returns, degreesOfFreedomLost: 0)
      guard deviation > 0 else { throw AnalyticsError(series: "returns", reason: .constant) }
      var (third, fourth) = (0.0, 0.0)
      for value in returns {
        let standardized = (value - mean) / deviation
        third += standardized * standardized * standardized
        fourth += standardized * standardized * standardized * standardized
      }
      skewness = third / Double(returns.count)
      excessKurtosis = fourth / Double(returns.count) - 3
    }
  }

  static func requireScale(mean: Double, deviation: Double, confidence: Double) throws(AnalyticsError) {
    try requireConfidence(confidence)
    guard mean.isFinite else { throw AnalyticsError(series: "mean", reason: .notFinite) }
    guard deviation.isFinite else { throw AnalyticsError(series: "deviation", reason: .notFinite) }
    guard deviation >= 0 else { throw AnalyticsError(series: "deviation", reason: .outOfRange("zero or more")) }
  }
}

/// A Student-t distribution with location and scale, fitted by maximum likelihood.
public struct StudentTFit: Hashable, Sendable {
  public var location: Double
  public var scale: Double
  /// At most 1,000, where the distribution is normal to the eye.
  public var degreesOfFreedom: Double
  public var logLikelihood: Double

  /// Fits by the expectation-maximisation weights of the t for location and scale (Liu and Rubin 1995), inside a search
  /// over the degrees of freedom.
  public init(_ returns: [Double]) throws(AnalyticsError) {
    try requireFinite(returns, atLeast: 10, series: "returns")
    let (mean, deviation) = meanAndDeviation(returns, degreesOfFreedomLost: 0)
    guard deviation > 1e-13 * max(abs(mean), Double.leastNormalMagnitude) else {
      throw AnalyticsError(series: "returns", reason: .constant)
    }
    let values = returns.map { ($0 - mean) / deviation }
    // Neighbouring degrees of freedom have neighbouring fits: starting each from the last one saves most iterations.
    var last = (location: 0.0, square: 1.0)
    func profile(_ logarithm: Double) -> (location: Double, scale: Double, logLikelihood: Double) {
      let found = Self.profile(values, degreesOfFreedom: exp(logarithm), start: last)
      if found.scale > 1e-6 { last = (found.location, found.scale * found.scale) }
      return found
    }
    let best = goldenMaximum(of: { profile($0).logLikelihood }, from: log(1.05), to: log(1000), steps: 40)
    let fit = profile(best)
    guard fit.scale > 1e-8 else {
      throw AnalyticsError(
        series: "returns", reason: .notConverged("the scale shrinks to zero; more than half the values are equal"))
    }
    degreesOfFreedom = exp(best)
    location = mean + deviation * fit.location
    scale = deviation * fit.scale
    logLikelihood = fit.logLikelihood - Double(returns.count) * log(deviation)
  }

  /// Refuses a fit without a variance: its tail is made of the shape alone, at the end of where the search looks as a rule.
  func requireVariance(of returns: [Double]) throws(AnalyticsError) {
    guard degreesOfFreedom < 2 else { return }
    let sorted = returns.sorted()
    var (most, run) = (1, 1)
    for row in sorted.indices.dropFirst() {
      run = sorted[row] == sorted[row - 1] ? run + 1 : 1
      most = max(most, run)
    }
    let degrees = Double(Int(degreesOfFreedom * 100)) / 100
    let why =
      most * 10 >= returns.count
      ? "so many returns are equal (\(most) of \(returns.count)) that" : "the few largest returns lie so far out that"
    throw AnalyticsError(
      series: "returns",
      reason: .undefined(
        "\(why) Student's t fits with \(degrees) degrees of freedom; below 2 it has no variance, and its expected shortfall "
          + "says nothing of them"))
  }

  private static func profile(
    _ values: [Double], degreesOfFreedom nu: Double, start: (location: Double, square: Double)
  ) -> (location: Double, scale: Double, logLikelihood: Double) {
    let count = Double(values.count)
    var (location, square) = start
    for _ in 0..<500 {
      var (weights, first, second) = (0.0, 0.0, 0.0)
      for value in values {
        let error = value - location
        let weight = (nu + 1) / (nu + error * error / square)
        weights += weight
        first += weight * value
        second += weight * error * error
      }
      let nextLocation = first / weights
      // Dividing by the sum of weights instead of the count has the same fixed point and converges faster (Kent, Tyler and
      // Vardi 1994).
      let nextSquare = max(second / weights, 1e-300)
      let change = abs(nextLocation - location) + abs(nextSquare / square - 1)
      (location, square) = (nextLocation, nextSquare)
      if change < 1e-11 || square < 1e-20 { break }
    }
    let constant =
      SpecialFunctions.logGamma((nu + 1) / 2) - SpecialFunctions.logGamma(nu / 2) - 0.5 * log(Double.pi * nu * square)
    var sum = count * constant
    for value in values {
      let error = value - location
      sum -= (nu + 1) / 2 * log1p(error * error / (square * nu))
    }
    return (location, square.squareRoot(), sum)
  }
}
