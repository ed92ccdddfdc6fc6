public import Numerics

/// A portfolio of assets that follow correlated geometric Brownian motions, rebalanced to its weights at every step.
public struct CorrelatedAssets: PathSource {
  public let steps: Int
  public let drifts: [Double]
  public let volatilities: [Double]
  public let weights: [Double]
  public let years: Double
  private let factor: Matrix

  /// `correlation` must be symmetric positive definite with a unit diagonal; weights may sum to less than 1, the rest is
  /// cash without interest.
  public init(
    drifts: [Double], volatilities: [Double], correlation: Matrix, weights: [Double], years: Double, steps: Int
  ) throws(MonteCarloError) {
    let count = drifts.count
    try MonteCarloError.require(count > 0, "correlated assets", "at least one asset is needed")
    try MonteCarloError.requireSpan(years: years, steps: steps, "correlated assets")
    try MonteCarloError.require(
      volatilities.count == count && weights.count == count && correlation.rows == count
        && correlation.columns == count,
      "correlated assets", "drifts, volatilities, weights and correlations must be of one size")
    for row in 0..<count {
      guard abs(drifts[row]) <= 1e4, volatilities[row] >= 0, volatilities[row] <= 1e3, abs(weights[row]) <= 1e6 else {
        throw MonteCarloError(
          series: "correlated assets", row: row,
          reason: "drift \(drifts[row]), volatility \(volatilities[row]), weight \(weights[row]); "
            + "at most 1e4, 0 to 1e3 and at most 1e6 in magnitude are allowed")
      }
    }
    try MonteCarloError.require(
      correlation.asymmetry < 1e-12 && correlation.diagonal.allSatisfy { abs($0 - 1) < 1e-12 }, "correlation matrix",
      "it must be symmetric with ones on its diagonal")
    do {
      factor = try Cholesky(correlation).lower
    } catch {
      throw MonteCarloError(series: "correlation matrix", reason: error.description)
    }
    self.steps = steps
    self.drifts = drifts
    self.volatilities = volatilities
    self.weights = weights
    self.years = years
  }

  public func fill(
    block: UInt64, seed: UInt64, scheme: SamplingScheme, logReturns: UnsafeMutableBufferPointer<Double>,
    simpleReturns: UnsafeMutableBufferPointer<Double>?
  ) {
    let assets = drifts.count
    let count = steps * PathBlock.lanes
    let interval = years / Double(steps)
    let root = interval.squareRoot()
    var normals = [Double](repeating: 0, count: count * assets)
    normals.withUnsafeMutableBufferPointer { normals in
      for asset in 0..<assets {
        NormalSupply.fill(
          UnsafeMutableBufferPointer(rebasing: normals[asset * count..<(asset + 1) * count]), steps: steps,
          factor: asset, of: assets,
          block: block, seed: seed, scheme: scheme)
      }
      guard let base = UnsafeMutableRawPointer(normals.baseAddress),
        let target = UnsafeMutableRawPointer(logReturns.baseAddress)
      else { return }
      for offset in stride(from: 0, to: count * 8, by: 64) {
        var growth = SIMD8<Double>(repeating: 0)
        for asset in 0..<assets {
          var mixed = SIMD8<Double>(repeating: 0)
          for other in 0...asset {
            mixed.addProduct(
              SIMD8(repeating: factor.values[asset * assets + other]),
              base.loadUnaligned(fromByteOffset: other * count * 8 + offset, as: SIMD8<Double>.self))
          }
          let volatility = volatilities[asset]
          let move = SIMD8(repeating: (drifts[asset] - 0.5 * volatility * volatility) * interval)
            .addingProduct(SIMD8(repeating: volatility * root), mixed)
          growth.addProduct(SIMD8(repeating: weights[asset]), PathMeasures.wealth(move) - 1)
        }
        // A leveraged portfolio can lose everything in one step; it then keeps a trace, so that the logarithm exists.
        let floor = SIMD8<Double>(repeating: 1e-12)
        let wealth = growth + 1
        let kept = wealth.replacing(with: floor, where: wealth .< floor)
        target.storeBytes(of: Elementary.log(positiveNormal: kept), toByteOffset: offset, as: SIMD8<Double>.self)
      }
    }
    fillSimpleReturns(from: logReturns, into: simpleReturns)
  }
}
