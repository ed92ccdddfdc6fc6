/// The normal distribution; the standard one by default.
public struct NormalDistribution: Sendable, Hashable {
  public let mean: Double
  public let standardDeviation: Double

  /// `standardDeviation` must be positive.
  public init(mean: Double = 0, standardDeviation: Double = 1) {
    precondition(standardDeviation > 0, "a normal distribution needs a positive standard deviation")
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  private func standardized(_ x: Double) -> Double { (x - mean) / standardDeviation }

  /// Density.
  public func pdf(_ x: Double) -> Double { SpecialFunctions.normalPDF(standardized(x)) / standardDeviation }

  /// Logarithm of the density.
  public func logPdf(_ x: Double) -> Double {
    let z = standardized(x)
    return -0.5 * z * z - 0.9189385332046727 - Elementary.log(standardDeviation)
  }

  /// Probability of at most `x`.
  public func cdf(_ x: Double) -> Double { SpecialFunctions.normalCDF(standardized(x)) }

  /// 1 − cdf without cancellation.
  public func survival(_ x: Double) -> Double { SpecialFunctions.normalCDF(-standardized(x)) }

  /// The value below which the given share lies.
  public func quantile(_ probability: Double) -> Double {
    mean + standardDeviation * SpecialFunctions.normalQuantile(probability)
  }
}
