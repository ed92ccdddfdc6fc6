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
    try MonteCarloError.require(steps > 0, "Heston", "at least one step is needed")
    try MonteCarloError.require(drift.isFinite, "Heston", "the drift is \(drift)")
    try MonteCarloError.require(
      startVariance >= 0 && startVariance < .infinity, "Heston", "the start variance is \(startVariance)")
    try MonteCarloError.require(
      meanVariance > 0 && meanVariance < .infinity, "Heston", "the mean variance is \(meanVariance)")
    try MonteCarloError.require(reversion > 0 && reversion < .infinity, "Heston", "the reversion is \(reversion)")
    try MonteCarloError.require(
      volatilityOfVariance > 0 && volatilityOfVariance < .infinity, "Heston",
      "the volatility of variance is \(volatilityOfVariance); use GBM for none")
    try MonteCarloError.require(correlation >= -1 && correlation <= 1, "Heston", "the correlation is \(correlation)")
    try MonteCarloError.require(years > 0 && years < .infinity, "Heston", "the span is \(years) years")
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
    NormalSupply.fill(logReturns, steps: steps, factor: 0, block: block, seed: seed, scheme: scheme)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { varianceNormals in
      NormalSupply.fill(varianceNormals, steps: steps, factor: 1, block: block, seed: seed, scheme: scheme)
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
        let spread = (variance * fromVariance + fromMean) / (mean * mean)
        let normal = varianceNormals[index]
        let next: Double
        if spread <= 1.5 {
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
