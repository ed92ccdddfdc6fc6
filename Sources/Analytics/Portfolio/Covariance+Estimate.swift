import Numerics

extension Covariance {
  /// The sample covariance over n − `degreesOfFreedomLost`.
  public static func sample(
    _ panel: ReturnPanel, degreesOfFreedomLost: Int = 1
  ) throws(AnalyticsError) -> Covariance {
    guard panel.rowCount > max(degreesOfFreedomLost, 0) else {
      throw AnalyticsError(
        series: "returns", reason: .tooShort(found: panel.rowCount, needed: max(degreesOfFreedomLost, 0) + 1))
    }
    let (centred, products) = centredProducts(panel)
    _ = centred
    let divisor = Double(panel.rowCount - degreesOfFreedomLost)
    return try Covariance(assetNames: panel.assetNames, rowMajor: products.map { $0 / divisor })
  }

  /// Ledoit and Wolf (2004): the sample covariance (over n) shrunk towards its mean variance times the identity, by the
  /// share that minimises the expected squared error.
  public static func ledoitWolf(_ panel: ReturnPanel) throws(AnalyticsError) -> Covariance {
    try requireRows(panel, 2)
    let count = panel.assetCount
    let rows = Double(panel.rowCount)
    let (centred, products) = centredProducts(panel)
    let sample = products.map { $0 / rows }
    let size = Double(count)
    var trace = 0.0
    for index in 0..<count { trace += sample[index * count + index] }
    let mean = trace / size
    let squares = sample.reduce(0) { $0 + $1 * $1 }
    // Σ over entries of E[(x_i x_j)²] is the mean fourth power of each row's length.
    var fourth = 0.0
    for row in 0..<panel.rowCount {
      var length = 0.0
      for asset in 0..<count { length += centred[row * count + asset] * centred[row * count + asset] }
      fourth += length * length
    }
    let dispersion = (fourth / rows - squares) / rows / size
    let distance = (squares - 2 * mean * trace + size * mean * mean) / size
    let shrinkage = distance > 0 ? min(max(dispersion / distance, 0), 1) : 0
    return try shrunk(sample, towards: mean, by: shrinkage, panel: panel)
  }

  /// The oracle approximating shrinkage of Chen, Wiesel, Eldar and Hero (2010), in the form scikit-learn settled on, which
  /// drops the terms of order 1/p.
  public static func oracleApproximating(_ panel: ReturnPanel) throws(AnalyticsError) -> Covariance {
    try requireRows(panel, 2)
    let count = panel.assetCount
    let rows = Double(panel.rowCount)
    let sample = centredProducts(panel).products.map { $0 / rows }
    let size = Double(count)
    var trace = 0.0
    for index in 0..<count { trace += sample[index * count + index] }
    let mean = trace / size
    let meanSquare = sample.reduce(0) { $0 + $1 * $1 } / (size * size)
    let denominator = (rows + 1) * (meanSquare - mean * mean / size)
    let shrinkage = denominator > 0 ? min((meanSquare + mean * mean) / denominator, 1) : 1
    return try shrunk(sample, towards: mean, by: shrinkage, panel: panel)
  }

  /// Exponentially weighted: each row weighs `decay` times the row after it; means are taken as zero, as RiskMetrics does.
  public static func exponentiallyWeighted(
    _ panel: ReturnPanel, decay: Double = 0.94
  ) throws(AnalyticsError) -> Covariance {
    guard decay > 0, decay <= 1 else {
      throw AnalyticsError(series: "decay", reason: .outOfRange("above 0 and at most 1"))
    }
    let count = panel.assetCount
    var products = [Double](repeating: 0, count: count * count)
    var total = 0.0
    for row in 0..<panel.rowCount {
      total = total * decay + 1
      for first in 0..<count {
        for second in 0..<count {
          products[first * count + second] =
            decay * products[first * count + second] + panel[row, first] * panel[row, second]
        }
      }
    }
    return try Covariance(assetNames: panel.assetNames, rowMajor: products.map { $0 / total })
  }

  /// Covariance through factors: B cov(F) B' plus the variance each asset keeps of its own, from ordinary least squares of
  /// each asset on the factors over the same rows.
  public static func factorModel(
    _ panel: ReturnPanel, factors: ReturnPanel
  ) throws(AnalyticsError) -> Covariance {
    guard factors.rowCount == panel.rowCount else {
      throw AnalyticsError(
        series: "factors", reason: .lengthMismatch(found: factors.rowCount, expected: panel.rowCount))
    }
    let (assets, factorCount) = (panel.assetCount, factors.assetCount)
    try requireRows(panel, factorCount + 2)
    let rows = panel.rowCount
    let factorCovariance = try sample(factors)
    let (centredAssets, _) = centredProducts(panel)
    let (centredFactors, factorProducts) = centredProducts(factors)
    var cholesky = factorProducts
    guard DenseKernels.cholesky(&cholesky, size: factorCount) else {
      throw AnalyticsError(series: "factors", reason: .singular("the factors are linearly dependent"))
    }
    var loadings = [Double](repeating: 0, count: assets * factorCount)
    var specific = [Double](repeating: 0, count: assets)
    for asset in 0..<assets {
      var beta = [Double](repeating: 0, count: factorCount)
      for row in 0..<rows {
        for factor in 0..<factorCount {
          beta[factor] += centredFactors[row * factorCount + factor] * centredAssets[row * assets + asset]
        }
      }
      DenseKernels.solve(factor: cholesky, size: factorCount, &beta)
      var squares = 0.0
      for row in 0..<rows {
        var error = centredAssets[row * assets + asset]
        for factor in 0..<factorCount { error -= beta[factor] * centredFactors[row * factorCount + factor] }
        squares += error * error
      }
      specific[asset] = squares / Double(rows - factorCount - 1)
      for factor in 0..<factorCount { loadings[asset * factorCount + factor] = beta[factor] }
    }
    var values = [Double](repeating: 0, count: assets * assets)
    for first in 0..<assets {
      let spread = factorCovariance.times(
        Array(loadings[(first * factorCount)..<((first + 1) * factorCount)]))
      for second in 0..<assets {
        for factor in 0..<factorCount {
          values[first * assets + second] += spread[factor] * loadings[second * factorCount + factor]
        }
      }
      values[first * assets + first] += specific[first]
    }
    return try Covariance(assetNames: panel.assetNames, rowMajor: values)
  }

  // MARK: Shared

  private static func requireRows(_ panel: ReturnPanel, _ needed: Int) throws(AnalyticsError) {
    guard panel.rowCount >= needed else {
      throw AnalyticsError(series: "returns", reason: .tooShort(found: panel.rowCount, needed: needed))
    }
  }

  /// Returns minus their column means, and the sums of their products.
  private static func centredProducts(_ panel: ReturnPanel) -> (centred: [Double], products: [Double]) {
    let count = panel.assetCount
    let means = panel.means
    var centred = panel.values
    for row in 0..<panel.rowCount {
      for asset in 0..<count { centred[row * count + asset] -= means[asset] }
    }
    var products = [Double](repeating: 0, count: count * count)
    DenseKernels.addWeightedOuterProducts(
      rows: centred, weights: [Double](repeating: 1, count: panel.rowCount), size: count, to: &products)
    return (centred, products)
  }

  private static func shrunk(
    _ sample: [Double], towards mean: Double, by shrinkage: Double, panel: ReturnPanel
  ) throws(AnalyticsError) -> Covariance {
    let count = panel.assetCount
    var values = sample.map { (1 - shrinkage) * $0 }
    for index in 0..<count { values[index * count + index] += shrinkage * mean }
    return try Covariance(assetNames: panel.assetNames, rowMajor: values, shrinkage: shrinkage)
  }
}
