import Numerics

/// Black and Litterman's blend of equilibrium and views (He and Litterman 1999).
public struct BlackLitterman: Sendable {
  /// An opinion that a portfolio of the assets will return `value`.
  public struct View: Hashable, Sendable {
    /// Weights of the view's portfolio: one asset absolute, long and short relative.
    public var weights: [Double]
    public var value: Double
    /// Between 0 (ignored) and 1 (certain), Idzorek's (2005) tilt; nil takes the view's own prior variance as its
    /// uncertainty, as He and Litterman do.
    public var confidence: Double?

    public init(weights: [Double], value: Double, confidence: Double? = nil) {
      self.weights = weights
      self.value = value
      self.confidence = confidence
    }
  }

  public let prior: [Double]
  public let covariance: Covariance
  public let tau: Double

  /// From a prior of expected returns.
  public init(prior: [Double], covariance: Covariance, tau: Double = 0.05) throws(AnalyticsError) {
    try requireWeights(prior, count: covariance.assetCount, series: "prior returns")
    guard tau > 0, tau.isFinite else { throw AnalyticsError(series: "tau", reason: .notPositive) }
    self.prior = prior
    self.covariance = covariance
    self.tau = tau
  }

  /// From the returns that make these weights optimal at a risk aversion: Π = δ Σ w.
  public init(
    equilibriumWeights: [Double], aversion: Double, covariance: Covariance, tau: Double = 0.05
  ) throws(AnalyticsError) {
    try requireWeights(equilibriumWeights, count: covariance.assetCount, series: "equilibrium weights")
    guard aversion > 0, aversion.isFinite else { throw AnalyticsError(series: "aversion", reason: .notPositive) }
    try self.init(prior: covariance.times(equilibriumWeights).map { aversion * $0 }, covariance: covariance, tau: tau)
  }

  /// Expected returns and covariance after the views.
  public struct Posterior: Sendable {
    public var expectedReturns: [Double]
    /// Covariance of returns: that of the assets plus the uncertainty of their means.
    public var covariance: Covariance

    /// The unconstrained best weights, (δ Σ)⁻¹ µ.
    public func optimalWeights(aversion: Double) throws(AnalyticsError) -> [Double] {
      guard aversion > 0, aversion.isFinite else { throw AnalyticsError(series: "aversion", reason: .notPositive) }
      let count = covariance.assetCount
      let factor: Cholesky
      do { factor = try Cholesky(Matrix(rows: count, columns: count, values: covariance.values)) } catch {
        throw AnalyticsError(series: "covariance", reason: .singular(error.description))
      }
      let weights = factor.solve(expectedReturns).map { $0 / aversion }
      guard weights.allSatisfy(\.isFinite) else {
        throw AnalyticsError(series: "aversion", reason: .outOfRange("large enough to divide the weights"))
      }
      return weights
    }
  }

  /// The posterior. A certain view (confidence 1) holds exactly; a view of confidence 0 is dropped.
  public func posterior(views: [View]) throws(AnalyticsError) -> Posterior {
    let count = covariance.assetCount
    var kept: [View] = []
    for (row, view) in views.enumerated() {
      try requireWeights(view.weights, count: count, series: "view \(row)")
      guard view.value.isFinite else { throw AnalyticsError(series: "views", row: row, reason: .notFinite) }
      if let confidence = view.confidence, !(confidence >= 0 && confidence <= 1) {
        throw AnalyticsError(series: "views", row: row, reason: .outOfRange("between 0 and 1 in confidence"))
      }
      if view.confidence != 0 { kept.append(view) }
    }
    guard !kept.isEmpty else {
      return Posterior(
        expectedReturns: prior,
        covariance: try Covariance(
          assetNames: covariance.assetNames, rowMajor: covariance.values.map { $0 * (1 + tau) }))
    }
    let number = kept.count
    // τΣP', one row per view.
    let spreads = kept.map { covariance.times($0.weights).map { tau * $0 } }
    var middle = Matrix(rows: number, columns: number)
    for row in 0..<number {
      for column in 0..<number {
        middle[row, column] = zip(kept[row].weights, spreads[column]).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    for row in 0..<number {
      let confidence = kept[row].confidence
      middle[row, row] += middle[row, row] * (confidence.map { (1 - $0) / $0 } ?? 1)
    }
    let factor: Cholesky
    do { factor = try Cholesky(middle) } catch {
      throw AnalyticsError(series: "views", reason: .singular("a view repeats or contradicts others exactly"))
    }
    let surprises = kept.map { view in
      view.value - zip(view.weights, prior).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let pulls = factor.solve(surprises)
    var returns = prior
    for row in 0..<number {
      for asset in 0..<count { returns[asset] += spreads[row][asset] * pulls[row] }
    }
    try requireFinite(returns, series: "posterior returns")
    var values = covariance.values.map { $0 * (1 + tau) }
    for asset in 0..<count {
      let column = factor.solve(spreads.map { $0[asset] })
      for other in 0..<count {
        for row in 0..<number { values[other * count + asset] -= spreads[row][other] * column[row] }
      }
    }
    return Posterior(
      expectedReturns: returns, covariance: try Covariance(assetNames: covariance.assetNames, rowMajor: values))
  }
}
