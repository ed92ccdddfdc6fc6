import Numerics

/// A joint distribution of returns: one marginal per asset, tied by a Gaussian or Student-t copula.
///
/// Scenario i is a function of the seed and i alone, so the answer is the same for any chunking or thread count.
public struct CopulaModel: Sendable {
  /// The distribution of one asset's return.
  public enum Marginal: Hashable, Sendable {
    case normal(mean: Double, deviation: Double)
    case studentT(location: Double, scale: Double, degreesOfFreedom: Double)
    /// Past returns, interpolated between order statistics.
    case empirical([Double])
  }

  /// How the assets move together.
  public enum Copula: Hashable, Sendable {
    case gaussian
    /// Joint extremes are likelier the fewer the degrees of freedom.
    case studentT(degreesOfFreedom: Double)
  }

  public let marginals: [Marginal]
  public let copula: Copula
  /// Row-major lower factor of the correlation matrix.
  let factor: Matrix
  private let sorted: [[Double]]

  /// Takes marginals and a row-major correlation matrix, which must be positive definite.
  public init(marginals: [Marginal], correlations: [Double], copula: Copula) throws(AnalyticsError) {
    let count = marginals.count
    guard count > 0 else { throw AnalyticsError(series: "marginals", reason: .empty) }
    let matrix = try Covariance(
      assetNames: marginals.indices.map { "asset \($0)" }, rowMajor: correlations)
    for row in 0..<count where abs(matrix[row, row] - 1) > 1e-9 {
      throw AnalyticsError(series: "correlations", row: row, reason: .outOfRange("1 on the diagonal"))
    }
    // Below a tenth the mixing variable underflows.
    if case .studentT(let nu) = copula, !(nu >= 0.1 && nu.isFinite) {
      throw AnalyticsError(series: "copula degrees of freedom", reason: .outOfRange("0.1 or more"))
    }
    var sorted: [[Double]] = []
    for (row, marginal) in marginals.enumerated() {
      switch marginal {
      case .normal(let mean, let deviation):
        guard mean.isFinite, deviation.isFinite, deviation >= 0 else {
          throw AnalyticsError(
            series: "marginals", row: row, reason: .outOfRange("a mean and a deviation of at least 0"))
        }
        sorted.append([])
      case .studentT(let location, let scale, let nu):
        guard location.isFinite, scale.isFinite, scale >= 0, nu > 1, nu.isFinite else {
          throw AnalyticsError(
            series: "marginals", row: row,
            reason: .outOfRange("a location, a scale of at least 0, and more than 1 degree"))
        }
        sorted.append([])
      case .empirical(let values):
        try requireFinite(values, atLeast: 2, series: "marginal \(row)")
        sorted.append(values.sorted())
      }
    }
    do {
      factor = try Cholesky(Matrix(rows: count, columns: count, values: correlations)).lower
    } catch {
      throw AnalyticsError(series: "correlations", reason: .singular(error.description))
    }
    self.marginals = marginals
    self.copula = copula
    self.sorted = sorted
  }

  /// A model of a panel: empirical marginals, and the copula's correlations by ranks, whatever the marginals are: of normal
  /// scores for the Gaussian copula, sin(π τ/2) of Kendall's τ for the t copula.
  public init(panel: ReturnPanel, copula: Copula) throws(AnalyticsError) {
    try self.init(
      marginals: (0..<panel.assetCount).map { .empirical(panel.column($0)) },
      correlations: try Self.correlations(of: panel, copula), copula: copula)
  }

  /// Row-major, made positive definite where they are not.
  static func correlations(of panel: ReturnPanel, _ copula: Copula) throws(AnalyticsError) -> [Double] {
    switch copula {
    case .gaussian: try RankCorrelation.normalScores(panel)
    case .studentT: try RankCorrelation.kendall(panel)
    }
  }

  /// Past returns know nothing of a tail that none of them lies in: refused as for historical value at risk.
  func requireMarginals(confidence: Double) throws(AnalyticsError) {
    try requireConfidence(confidence)
    let needed = rowsNeeded(confidence: confidence)
    for (row, marginal) in marginals.enumerated() {
      if case .empirical(let values) = marginal, values.count < needed {
        throw AnalyticsError(series: "marginal \(row)", reason: .tooShort(found: values.count, needed: needed))
      }
    }
  }

  /// The profits of `weights` in scenarios `range`, one per scenario.
  public func profits(weights: [Double], scenarios range: Range<Int>, seed: UInt64) throws(AnalyticsError) -> [Double] {
    try requireWeights(weights, count: marginals.count)
    guard range.lowerBound >= 0 else {
      throw AnalyticsError(series: "scenarios", reason: .outOfRange("from 0 on"))
    }
    var profits: [Double] = []
    profits.reserveCapacity(range.count)
    let count = marginals.count
    let normals = RandomStream(seed: seed, stream: 0)
    let mixing = RandomStream(seed: seed, stream: 1)
    let chunk = 1024
    var start = range.lowerBound
    while start < range.upperBound {
      let size = min(chunk, range.upperBound - start)
      let draws = Matrix(
        rows: size, columns: count, values: normals.normals(count: size * count, startingAt: UInt64(start * count)))
      let joint = draws * factor.transposed
      for row in 0..<size {
        var stretch = 1.0
        if case .studentT(let nu) = copula {
          stretch = (nu / mixing.chiSquared(at: UInt64(start + row), degreesOfFreedom: nu)).squareRoot()
        }
        var profit = 0.0
        for asset in 0..<count where weights[asset] != 0 {
          profit += weights[asset] * value(asset, score: joint[row, asset] * stretch)
        }
        profits.append(profit)
      }
      start += size
    }
    return profits
  }

  /// Value at risk and expected shortfall of `weights` over simulated scenarios.
  public func tail(
    weights: [Double], scenarios: Int, seed: UInt64, confidence: Double
  ) throws(AnalyticsError) -> TailRisk {
    guard scenarios >= 1 else { throw AnalyticsError(series: "scenarios", reason: .outOfRange("1 or more")) }
    try requireMarginals(confidence: confidence)
    return try HistoricalTail.estimate(
      profits(weights: weights, scenarios: 0..<scenarios, seed: seed), confidence: confidence)
  }

  /// The return of an asset where the copula's own variable has this score.
  private func value(_ asset: Int, score: Double) -> Double {
    switch (marginals[asset], copula) {
    case (.normal(let mean, let deviation), .gaussian): return mean + deviation * score
    case (.studentT(let location, let scale, let nu), .studentT(let joint)) where nu == joint:
      return location + scale * score
    default: break
    }
    // The smaller tail keeps its digits.
    let isLow = score < 0
    let tail: Double =
      switch copula {
      case .gaussian: SpecialFunctions.normalCDF(-abs(score))
      case .studentT(let nu): StudentTDistribution(degreesOfFreedom: nu).survival(abs(score))
      }
    let probability = max(tail, 1e-300)
    switch marginals[asset] {
    case .normal(let mean, let deviation):
      let quantile = SpecialFunctions.normalQuantile(probability)
      return mean + deviation * (isLow ? quantile : -quantile)
    case .studentT(let location, let scale, let nu):
      let quantile = StudentTDistribution(degreesOfFreedom: nu).quantile(probability)
      return location + scale * (isLow ? quantile : -quantile)
    case .empirical:
      return Quantile.value(sorted[asset], probability: isLow ? probability : 1 - probability)
    }
  }
}
