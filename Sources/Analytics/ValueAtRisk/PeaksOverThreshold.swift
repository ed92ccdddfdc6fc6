import Glibc
import Numerics

/// The tail of losses beyond a threshold as a generalized Pareto distribution (McNeil, Frey and Embrechts, section 5.2).
public struct PeaksOverThreshold: Hashable, Sendable {
  /// How shape and scale are estimated.
  public enum Estimator: String, Hashable, Sendable {
    case maximumLikelihood
    /// Probability-weighted moments (Hosking and Wallis 1987); for shapes below one half.
    case weightedMoments
  }

  public var threshold: Double
  public var shape: Double
  public var scale: Double
  public var count: Int
  public var exceedances: Int
  /// Standard errors of shape and scale by the asymptotic formula of maximum likelihood; nil where it does not hold.
  public var standardErrors: (shape: Double, scale: Double)? {
    guard shape > -0.5 else { return nil }
    let number = Double(exceedances)
    return ((1 + shape) / number.squareRoot(), scale * (2 * (1 + shape) / number).squareRoot())
  }

  /// A tail with known parameters.
  public init(
    threshold: Double, shape: Double, scale: Double, count: Int, exceedances: Int
  ) throws(AnalyticsError) {
    try requireFinite([threshold, shape, scale], series: "tail parameters")
    guard scale > 0 else { throw AnalyticsError(series: "scale", reason: .notPositive) }
    guard exceedances > 0, exceedances <= count else {
      throw AnalyticsError(series: "exceedances", reason: .outOfRange("between 1 and the count"))
    }
    self.threshold = threshold
    self.shape = shape
    self.scale = scale
    self.count = count
    self.exceedances = exceedances
  }

  /// Fits losses (positive numbers are losses) above a threshold; at least ten must lie above it.
  public init(
    losses: [Double], threshold: Double, estimator: Estimator = .maximumLikelihood
  ) throws(AnalyticsError) {
    try requireFinite(losses, atLeast: 10, series: "losses")
    guard threshold.isFinite else { throw AnalyticsError(series: "threshold", reason: .notFinite) }
    let excesses = losses.filter { $0 > threshold }.map { $0 - threshold }.sorted()
    guard excesses.count >= 10 else {
      throw AnalyticsError(
        series: "losses above the threshold", reason: .tooShort(found: excesses.count, needed: 10))
    }
    guard excesses[0] < excesses[excesses.count - 1] else {
      throw AnalyticsError(series: "losses above the threshold", reason: .constant)
    }
    let (shape, scale) =
      switch estimator {
      case .maximumLikelihood: try Self.maximumLikelihood(excesses)
      case .weightedMoments: try Self.weightedMoments(excesses)
      }
    try self.init(
      threshold: threshold, shape: shape, scale: scale, count: losses.count, exceedances: excesses.count)
  }

  /// The figures at a confidence beyond the threshold's own.
  public func tail(confidence: Double) throws(AnalyticsError) -> TailRisk {
    try requireConfidence(confidence)
    let tail = tailProbability(confidence)
    let share = Double(exceedances) / Double(count)
    guard tail <= share else {
      throw AnalyticsError(
        series: "confidence",
        reason: .outOfRange("at least \(1 - share), the confidence of the threshold; lower the threshold"))
    }
    guard shape < 1 else {
      throw AnalyticsError(
        series: "shape", reason: .outOfRange("below 1, or the mean loss beyond any level is infinite"))
    }
    let ratio = share / tail
    let value =
      abs(shape) < 1e-9
      ? threshold + scale * log(ratio) : threshold + scale / shape * expm1(shape * log(ratio))
    let shortfall = (value + scale - shape * threshold) / (1 - shape)
    return TailRisk(confidence: confidence, valueAtRisk: value, expectedShortfall: max(shortfall, value))
  }

  // MARK: Estimators

  /// Grimshaw's (1993) reduction to one dimension: for θ = ξ/β the best shape is the mean of log(1 + θx), which leaves a
  /// profile likelihood over θ.
  private static func maximumLikelihood(_ excesses: [Double]) throws(AnalyticsError) -> (Double, Double) {
    let count = Double(excesses.count)
    let largest = excesses[excesses.count - 1]
    let mean = excesses.reduce(0, +) / count
    func shape(_ theta: Double) -> Double { excesses.reduce(0) { $0 + log1p(theta * $1) } / count }
    func logLikelihood(_ theta: Double) -> Double {
      if abs(theta * mean) < 1e-9 { return -count * (log(mean) + 1) }
      let shape = shape(theta)
      // Below −1 the likelihood grows without bound at the end point, which is not an estimate.
      guard shape > -1, shape / theta > 0 else { return -.infinity }
      return -count * log(shape / theta) - (1 + shape) * count
    }
    // θ > −1/largest; a grid finds the basin, a golden section the peak.
    let low = -1 / largest
    var best = (theta: 0.0, value: logLikelihood(0))
    var grid: [Double] = []
    for step in 1...60 {
      let reach = exp(-12 + 0.25 * Double(step))
      grid.append(low + reach * -low / exp(3.0))
      grid.append(reach / mean)
    }
    grid.append(0)
    grid.sort()
    for theta in grid where theta > low {
      let value = logLikelihood(theta)
      if value > best.value { best = (theta, value) }
    }
    let position = grid.firstIndex(of: best.theta) ?? 0
    let left = position > 0 ? max(grid[position - 1], low * (1 - 1e-9)) : low * (1 - 1e-9)
    let right = position + 1 < grid.count ? grid[position + 1] : best.theta + abs(best.theta)
    let refined = goldenMaximum(of: logLikelihood, from: left, to: right)
    let theta = logLikelihood(refined) >= best.value ? refined : best.theta
    if abs(theta * mean) < 1e-9 { return (0, mean) }
    let xi = shape(theta)
    guard xi.isFinite, xi / theta > 0 else {
      throw AnalyticsError(
        series: "losses above the threshold", reason: .notConverged("no interior maximum of the likelihood"))
    }
    return (xi, xi / theta)
  }

  private static func weightedMoments(_ excesses: [Double]) throws(AnalyticsError) -> (Double, Double) {
    let count = Double(excesses.count)
    let mean = excesses.reduce(0, +) / count
    var moment = 0.0
    for (index, value) in excesses.enumerated() {
      // Plotting positions (j − .35)/n, as Hosking and Wallis recommend.
      moment += (1 - (Double(index) + 0.65) / count) * value
    }
    moment /= count
    let denominator = mean - 2 * moment
    guard denominator > 0 else {
      throw AnalyticsError(
        series: "losses above the threshold", reason: .notConverged("the weighted moments do not exist"))
    }
    return (2 - mean / denominator, 2 * mean * moment / denominator)
  }
}

/// What an analyst looks at to choose a threshold.
public enum ThresholdDiagnostics {
  /// Mean excess over each distinct loss that has at least `minimum` losses above it; a straight rising line from some
  /// threshold on is the sign of a Pareto tail.
  public static func meanExcess(
    losses: [Double], minimum: Int = 10
  ) throws(AnalyticsError) -> [(threshold: Double, meanExcess: Double, exceedances: Int)] {
    guard minimum < losses.count else {
      throw AnalyticsError(series: "losses", reason: .tooShort(found: losses.count, needed: max(minimum, 1)))
    }
    try requireFinite(losses, atLeast: 2, series: "losses")
    let sorted = losses.sorted(by: >)
    var result: [(threshold: Double, meanExcess: Double, exceedances: Int)] = []
    var sum = 0.0
    for index in 0..<(sorted.count - 1) {
      sum += sorted[index]
      let above = index + 1
      guard above >= max(minimum, 1), sorted[index] > sorted[index + 1] else { continue }
      result.append((sorted[index + 1], sum / Double(above) - sorted[index + 1], above))
    }
    return result.reversed()
  }

  /// Hill's estimate of the shape ξ from the `count` largest losses; those and the next must be positive.
  public static func hill(losses: [Double], largest count: Int) throws(AnalyticsError) -> Double {
    guard count >= 1 else { throw AnalyticsError(series: "count", reason: .outOfRange("1 or more")) }
    guard count < losses.count else {
      throw AnalyticsError(series: "losses", reason: .tooShort(found: losses.count, needed: count))
    }
    try requireFinite(losses, series: "losses")
    let sorted = losses.sorted(by: >)
    guard sorted[count] > 0 else {
      throw AnalyticsError(series: "losses", reason: .notPositive)
    }
    var sum = 0.0
    for index in 0..<count { sum += log(sorted[index] / sorted[count]) }
    return sum / Double(count)
  }

  /// Fits at a range of tail shares, so that the stretch where shape and value at risk stay put can be seen; shares with
  /// too few losses or no fit are left out.
  public static func stability(
    losses: [Double], tailShares: [Double] = [0.02, 0.03, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2], confidence: Double,
    estimator: PeaksOverThreshold.Estimator = .maximumLikelihood
  ) throws(AnalyticsError) -> [(share: Double, fit: PeaksOverThreshold, risk: TailRisk)] {
    try requireConfidence(confidence)
    try requireFinite(losses, atLeast: 20, series: "losses")
    let sorted = losses.sorted(by: >)
    var result: [(share: Double, fit: PeaksOverThreshold, risk: TailRisk)] = []
    for share in tailShares where share > 0 && share < 1 {
      let index = min(Int(share * Double(sorted.count)), sorted.count - 1)
      guard
        let fit = try? PeaksOverThreshold(losses: losses, threshold: sorted[index], estimator: estimator),
        let risk = try? fit.tail(confidence: confidence)
      else { continue }
      result.append((share, fit, risk))
    }
    return result
  }
}
