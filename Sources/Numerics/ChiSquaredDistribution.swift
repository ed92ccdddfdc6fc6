/// The chi-squared distribution with any positive number of degrees of freedom.
public struct ChiSquaredDistribution: Sendable, Hashable {
  public let degreesOfFreedom: Double

  /// `degreesOfFreedom` must be positive and finite.
  public init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0 && degreesOfFreedom < .infinity, "degrees of freedom must be positive")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// Logarithm of the density.
  public func logPdf(_ x: Double) -> Double {
    guard x >= 0 else { return -.infinity }
    let half = degreesOfFreedom / 2
    if x == 0 { return half == 1 ? -0.6931471805599453 : half < 1 ? .infinity : -.infinity }
    return (half - 1) * Elementary.log(x) - x / 2 - half * 0.6931471805599453 - SpecialFunctions.logGamma(half)
  }

  /// Density.
  public func pdf(_ x: Double) -> Double { Elementary.exp(logPdf(x)) }

  /// Probability of at most `x`.
  public func cdf(_ x: Double) -> Double {
    x <= 0 ? 0 : SpecialFunctions.regularizedGammaP(degreesOfFreedom / 2, x / 2)
  }

  /// 1 − cdf without cancellation.
  public func survival(_ x: Double) -> Double {
    x <= 0 ? 1 : SpecialFunctions.regularizedGammaQ(degreesOfFreedom / 2, x / 2)
  }

  /// Inverse of the distribution function, relative error about 1e-13.
  public func quantile(_ probability: Double) -> Double {
    guard probability > 0, probability < 1 else {
      return probability == 0 ? 0 : probability == 1 ? .infinity : .nan
    }
    var upper = degreesOfFreedom + 1
    while cdf(upper) < probability && upper < 1e300 { upper *= 2 }
    if probability < 0.5 {
      return RootFinding.decreasingRoot(
        in: 0...upper, target: -probability, value: { -cdf($0) }, density: pdf)
    }
    return RootFinding.decreasingRoot(in: 0...upper, target: 1 - probability, value: survival, density: pdf)
  }
}
