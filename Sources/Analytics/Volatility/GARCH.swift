import Glibc

/// A GARCH(1,1) model of returns, with the asymmetry term of Glosten, Jagannathan and Runkle when `gamma` is not zero.
///
/// r(t) = μ + e(t), σ²(t+1) = ω + (α + γ·[e(t) < 0]) e²(t) + β σ²(t); Student-t errors are scaled to unit variance.
public struct GARCH: Hashable, Sendable {
  public var mean: Double
  public var omega: Double
  public var alpha: Double
  public var gamma: Double
  public var beta: Double
  /// Degrees of freedom of Student-t errors; nil for normal errors.
  public var degreesOfFreedom: Double?

  public init(
    mean: Double = 0, omega: Double, alpha: Double, gamma: Double = 0, beta: Double, degreesOfFreedom: Double? = nil
  ) {
    self.mean = mean
    self.omega = omega
    self.alpha = alpha
    self.gamma = gamma
    self.beta = beta
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// α + γ/2 + β: how much of a variance shock is left after a day, for symmetric errors.
  public var persistence: Double { alpha + gamma / 2 + beta }

  /// The variance the forecasts tend to, or nil when the process has none.
  public var longRunVariance: Double? { persistence < 1 ? omega / (1 - persistence) : nil }

  /// The variance after an error and the variance it was drawn with: one step of the recursion, of a model and numbers
  /// that are taken as they come; `filter` and `forecast` check theirs.
  public func nextVariance(after variance: Double, error: Double) -> Double {
    omega + (alpha + (error < 0 ? gamma : 0)) * error * error + beta * variance
  }

  /// What the model says about a series of returns.
  public struct Filtered: Hashable, Sendable {
    /// Variance of each return, given those before it.
    public var variances: [Double]
    /// Errors divided by their standard deviation.
    public var standardizedErrors: [Double]
    /// Variance of the return after the last.
    public var nextVariance: Double
    public var logLikelihood: Double
  }

  /// What the variance of the first return is taken to be.
  public enum FirstVariance: String, Hashable, Sendable {
    /// The mean squared error m of the whole series, as Bollerslev and most software choose.
    case meanSquaredError
    /// One step of the recursion after a variance and a squared error of m each, ω + (α + γ/2 + β) m, as in the benchmark of
    /// Fiorentini, Calzolari and Panattoni (1996).
    case afterMeanSquaredError
  }

  /// Runs the variance recursion over a series; the variance of the first return is `initialVariance`, or by `start`.
  public func filter(
    _ returns: [Double], initialVariance: Double? = nil, start: FirstVariance = .meanSquaredError
  ) throws(AnalyticsError) -> Filtered {
    try requireValid()
    try requireFinite(returns, atLeast: 2, series: "returns")
    var variance = initialVariance ?? firstVariance(returns, start)
    guard variance > 0, variance.isFinite else {
      throw AnalyticsError(series: "returns", reason: .constant)
    }
    var result = Filtered(variances: [], standardizedErrors: [], nextVariance: 0, logLikelihood: 0)
    result.variances.reserveCapacity(returns.count)
    result.standardizedErrors.reserveCapacity(returns.count)
    let density = ErrorDensity(degreesOfFreedom: degreesOfFreedom)
    for value in returns {
      let error = value - mean
      result.variances.append(variance)
      result.standardizedErrors.append(error / variance.squareRoot())
      result.logLikelihood += density.logDensity(squaredError: error * error, variance: variance)
      variance = nextVariance(after: variance, error: error)
    }
    result.nextVariance = variance
    return result
  }

  /// Expected variances of the next `horizon` returns, starting from the variance of the first of them.
  public func forecast(from nextVariance: Double, horizon: Int) throws(AnalyticsError) -> [Double] {
    try requireValid()
    guard nextVariance.isFinite, nextVariance > 0 else {
      throw AnalyticsError(series: "next variance", reason: .notPositive)
    }
    var variances: [Double] = []
    var variance = nextVariance
    for _ in 0..<max(horizon, 0) {
      variances.append(variance)
      variance = omega + persistence * variance
    }
    return variances
  }

  func meanSquaredError(_ returns: [Double]) -> Double {
    returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(returns.count)
  }

  func firstVariance(_ returns: [Double], _ start: FirstVariance) -> Double {
    let mean = meanSquaredError(returns)
    return start == .meanSquaredError ? mean : omega + persistence * mean
  }

  func requireValid() throws(AnalyticsError) {
    let values = [mean, omega, alpha, gamma, beta, degreesOfFreedom ?? 3]
    try requireFinite(values, series: "GARCH parameters")
    guard omega > 0, alpha >= 0, beta >= 0, alpha + gamma >= 0 else {
      throw AnalyticsError(
        series: "GARCH parameters", reason: .outOfRange("omega above 0, and alpha, beta, alpha + gamma at least 0"))
    }
    if let degreesOfFreedom, !(degreesOfFreedom > 2 && degreesOfFreedom <= 1e6) {
      throw AnalyticsError(
        series: "GARCH parameters",
        reason: .outOfRange(
          "degrees of freedom above 2, so that the variance exists, and at most a million; use normal errors beyond"))
    }
  }
}

/// The log density of an error of given variance, normal or Student-t with unit variance.
struct ErrorDensity {
  /// Zero for normal errors.
  let degreesOfFreedom: Double
  let constant: Double

  init(degreesOfFreedom: Double?) {
    if let nu = degreesOfFreedom {
      self.degreesOfFreedom = nu
      constant = lgamma((nu + 1) / 2) - lgamma(nu / 2) - 0.5 * log(Double.pi * (nu - 2))
    } else {
      self.degreesOfFreedom = 0
      constant = -0.5 * log(2 * Double.pi)
    }
  }

  func logDensity(squaredError: Double, variance: Double) -> Double {
    guard degreesOfFreedom > 0 else { return constant - 0.5 * (log(variance) + squaredError / variance) }
    return constant - 0.5 * log(variance)
      - 0.5 * (degreesOfFreedom + 1) * log1p(squaredError / (variance * (degreesOfFreedom - 2)))
  }

  /// Derivatives of the log density by the variance and by the error.
  func slopes(error: Double, variance: Double) -> (byVariance: Double, byError: Double) {
    let squared = error * error
    guard degreesOfFreedom > 0 else {
      return (0.5 * (squared / variance - 1) / variance, -error / variance)
    }
    let weight = (degreesOfFreedom + 1) / (variance * (degreesOfFreedom - 2) + squared)
    return (0.5 * (weight * squared - 1) / variance, -weight * error)
  }
}
