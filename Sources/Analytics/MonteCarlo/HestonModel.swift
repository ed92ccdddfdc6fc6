import Numerics

/// Heston's stochastic volatility (1993) by Andersen's quadratic-exponential scheme (2008, central discretisation, switch
/// at ψ = 1.5): no bias from truncating negative variances, and accurate at a few steps per year.
public struct HestonModel: PathSource {
  public let steps: Int
  public let drift: Double
  public let startVariance: Double
  public let meanVariance: Double
  public let reversion: Double
  /// Volatility of the variance.
  public let volatilityOfVariance: Double
  public let correlation: Double
  public let years: Double

  public init(
    drift: Double, startVariance: Double, meanVariance: Double, reversion: Double, volatilityOfVariance: Double,
    correlation: Double, years: Double, steps: Int
  ) throws(MonteCarloError) {
    try MonteCarloError.requireSpan(years: years, steps: steps, "Heston")
    try MonteCarloError.require(drift, in: -1e4...1e4, "Heston", "drift")
    try MonteCarloError.require(startVariance, in: 0...1e6, "Heston", "start variance")
    try MonteCarloError.require(meanVariance, in: 1e-12...1e6, "Heston", "mean variance")
    try MonteCarloError.require(reversion, in: 1e-9...1e9, "Heston", "reversion")
    // Below the lower limit the scheme would lose its digits in ρ/ξ; GBM is the model without.
    try MonteCarloError.require(volatilityOfVariance, in: 1e-6...1e6, "Heston", "volatility of variance")
    try MonteCarloError.require(correlation, in: -1...1, "Heston", "correlation")
    self.steps = steps
    self.drift = drift
    self.startVariance = startVariance
    self.meanVariance = meanVariance
    self.reversion = reversion
    self.volatilityOfVariance = volatilityOfVariance
    self.correlation = correlation
    self.years = years
  }

  public func fill(
    block: UInt64, seed: UInt64, scheme: SamplingScheme, logReturns: UnsafeMutableBufferPointer<Double>,
    simpleReturns: UnsafeMutableBufferPointer<Double>?
  ) {
    let count = steps * PathBlock.lanes
    NormalSupply.fill(logReturns, steps: steps, factor: 0, of: 2, block: block, seed: seed, scheme: scheme)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { varianceNormals in
      NormalSupply.fill(varianceNormals, steps: steps, factor: 1, of: 2, block: block, seed: seed, scheme: scheme)
      advance(logReturns, varianceNormals)
    }
    fillSimpleReturns(from: logReturns, into: simpleReturns)
  }

  private func advance(
    _ logReturns: UnsafeMutableBufferPointer<Double>, _ varianceNormals: UnsafeMutableBufferPointer<Double>
  ) {
    let interval = years / Double(steps)
    let decay = Elementary.exp(-reversion * interval)
    let square = volatilityOfVariance * volatilityOfVariance
    let fromVariance = square * decay * (1 - decay) / reversion
    let fromMean = meanVariance * square * (1 - decay) * (1 - decay) / (2 * reversion)
    let ratio = correlation / volatilityOfVariance
    let constant = (drift - ratio * reversion * meanVariance) * interval
    let half = 0.5 * interval * (reversion * ratio - 0.5)
    let residual = 0.5 * interval * (1 - correlation * correlation)
    for lane in 0..<PathBlock.lanes {
      var variance = startVariance
      for step in 0..<steps {
        let index = step * PathBlock.lanes + lane
        let mean = meanVariance + (variance - meanVariance) * decay
        // Variance over squared mean of the next variance. Both ends are limits: so little that it stays at its mean, and
        // so much, or a mean of nothing, that all but a share of 1e-15 of the paths end at zero.
        let spread = (variance * fromVariance + fromMean) / (mean * mean)
        let normal = varianceNormals[index]
        let next: Double
        if !(spread < 1e15) {
          next = 0
        } else if spread < 1e-14 {
          next = max(0, mean + mean * spread.squareRoot() * normal)
        } else if spread <= 1.5 {
          let inverse = 2 / spread
          let b2 = inverse - 1 + (inverse * (inverse - 1)).squareRoot()
          let root = b2.squareRoot() + normal
          next = mean / (1 + b2) * root * root
        } else {
          let zeroProbability = (spread - 1) / (spread + 1)
          let survival = SpecialFunctions.normalCDF(-normal)
          next =
            survival >= 1 - zeroProbability
            ? 0 : Elementary.log((1 - zeroProbability) / survival) * mean / (1 - zeroProbability)
        }
        logReturns[index] =
          constant + (half - ratio) * variance + (half + ratio) * next
          + (residual * (variance + next)).squareRoot() * logReturns[index]
        variance = next
      }
    }
  }
}
