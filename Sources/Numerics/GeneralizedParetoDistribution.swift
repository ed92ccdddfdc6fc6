/// The generalised Pareto distribution of excesses over a threshold: survival (1 + ξ x/β)^(−1/ξ), exponential at ξ = 0.
public struct GeneralizedParetoDistribution: Sendable, Hashable {
  /// ξ: the tail index; the mean is finite below 1, the variance below ½.
  public let shape: Double
  /// β > 0.
  public let scale: Double

  public init(shape: Double, scale: Double) {
    precondition(scale > 0, "a generalised Pareto distribution needs a positive scale")
    self.shape = shape
    self.scale = scale
  }

  /// The largest excess possible: −β/ξ for a negative shape, infinity otherwise.
  public var upperEndpoint: Double { shape < 0 ? -scale / shape : .infinity }

  /// Logarithm of the density.
  public func logPdf(_ x: Double) -> Double {
    guard x >= 0, x <= upperEndpoint else { return -.infinity }
    return -Elementary.log(scale) + (1 + shape) * logSurvivalPerShape(x)
  }

  /// Density.
  public func pdf(_ x: Double) -> Double { Elementary.exp(logPdf(x)) }

  /// Probability of at most `x`.
  public func cdf(_ x: Double) -> Double {
    x <= 0 ? 0 : x >= upperEndpoint ? 1 : -Elementary.expMinusOne(logSurvivalPerShape(x))
  }

  /// 1 − cdf without cancellation.
  public func survival(_ x: Double) -> Double {
    x <= 0 ? 1 : x >= upperEndpoint ? 0 : Elementary.exp(logSurvivalPerShape(x))
  }

  /// −log(1 + ξ x/β)/ξ, continuous through ξ = 0.
  private func logSurvivalPerShape(_ x: Double) -> Double {
    let z = x / scale
    let product = shape * z
    if abs(product) < 1e-8 { return -z * (1 - product / 2) }
    return -Elementary.logOnePlus(product) / shape
  }

  /// The value below which the given share lies.
  public func quantile(_ probability: Double) -> Double {
    guard probability >= 0, probability <= 1 else { return .nan }
    if probability == 1 { return upperEndpoint }
    let exponent = -Elementary.logOnePlus(-probability)
    let product = shape * exponent
    if abs(product) < 1e-8 { return scale * exponent * (1 + product / 2) }
    return scale * Elementary.expMinusOne(product) / shape
  }
}
