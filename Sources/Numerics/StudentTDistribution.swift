/// Student's t distribution with any positive number of degrees of freedom, scale 1 (variance ν/(ν − 2)).
public struct StudentTDistribution: Sendable, Hashable {
  public let degreesOfFreedom: Double
  private let logNormalization: Double

  /// From here on logarithms of gamma functions cancel and the continued fraction takes thousands of steps, while expansions
  /// around the normal have errors of order 1/ν².
  private static let nearlyNormal = 1e7

  /// `degreesOfFreedom` must be positive and finite.
  public init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0 && degreesOfFreedom < .infinity, "degrees of freedom must be positive")
    self.degreesOfFreedom = degreesOfFreedom
    logNormalization =
      degreesOfFreedom < Self.nearlyNormal
      ? -SpecialFunctions.logBeta(0.5, degreesOfFreedom / 2) - 0.5 * Elementary.log(degreesOfFreedom)
      : -0.9189385332046728 - 0.25 / degreesOfFreedom
  }

  /// Logarithm of the density.
  public func logPdf(_ x: Double) -> Double {
    logNormalization - 0.5 * (1 + 1 / degreesOfFreedom) * bentSquare(x)
  }

  /// ν log(1 + x²/ν), which is x² in the limit.
  private func bentSquare(_ x: Double) -> Double {
    let ratio = x * x / degreesOfFreedom
    return ratio < 1e-20 ? x * x : degreesOfFreedom * Elementary.logOnePlus(ratio)
  }

  /// Density.
  public func pdf(_ x: Double) -> Double { Elementary.exp(logPdf(x)) }

  /// Probability of at most `x`.
  public func cdf(_ x: Double) -> Double { x > 0 ? 1 - upperTail(x) : upperTail(-x) }

  /// 1 − cdf without cancellation.
  public func survival(_ x: Double) -> Double { x > 0 ? upperTail(x) : 1 - upperTail(-x) }

  private func upperTail(_ x: Double) -> Double {
    guard !x.isNaN else { return .nan }
    guard x < .infinity else { return 0 }
    guard degreesOfFreedom < Self.nearlyNormal else {
      // Wallace (1959).
      return SpecialFunctions.normalCDF(-(1 - 2 / (8 * degreesOfFreedom + 3)) * bentSquare(x).squareRoot())
    }
    let square = x * x
    let total = degreesOfFreedom + square
    return 0.5
      * SpecialFunctions.regularizedBeta(
        degreesOfFreedom / total, complement: square / total, degreesOfFreedom / 2, 0.5)
  }

  /// Inverse of the distribution function: relative error about 1e-14 of the argument.
  public func quantile(_ probability: Double) -> Double {
    guard probability > 0, probability < 1 else {
      return probability == 0 ? -.infinity : probability == 1 ? .infinity : .nan
    }
    if probability == 0.5 { return 0 }
    let tail = min(probability, 1 - probability)
    var upper = max(1, -SpecialFunctions.normalQuantile(tail))
    while upperTail(upper) > tail && upper < 1e300 { upper *= 2 }
    let root = RootFinding.decreasingRoot(in: 0...upper, target: tail, value: upperTail, density: pdf)
    return probability < 0.5 ? -root : root
  }
}
