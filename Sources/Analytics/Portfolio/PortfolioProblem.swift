/// A portfolio to be chosen: data, a measure of risk, and constraints. Every objective is a method.
///
/// A singular covariance is allowed: the least variance still exists, and of several portfolios that reach it the solver
/// returns a central one. Constraints that exclude each other are named in the error.
public struct PortfolioProblem: Sendable {
  public let assetNames: [String]
  public var expectedReturns: [Double]
  public var measure: RiskMeasure
  public var constraints: PortfolioConstraints
  /// Scenarios; nil when only expected returns and a covariance are known.
  public let panel: ReturnPanel?
  /// Used by the variance measure.
  public let covariance: Covariance
  /// What the ratio maximises in place of expected returns, which keep their part in the constraints.
  var rewards: [Double]?

  public var assetCount: Int { assetNames.count }

  /// From scenarios; expected returns default to their means and the covariance to the sample's.
  public init(
    panel: ReturnPanel, measure: RiskMeasure = .variance, expectedReturns: [Double]? = nil,
    covariance: Covariance? = nil, constraints: PortfolioConstraints? = nil
  ) throws(AnalyticsError) {
    assetNames = panel.assetNames
    self.panel = panel
    self.expectedReturns = expectedReturns ?? panel.means
    self.measure = measure
    if let covariance { self.covariance = covariance } else { self.covariance = try Covariance.sample(panel) }
    self.constraints = constraints ?? PortfolioConstraints(assetCount: panel.assetCount)
    try requireValid()
  }

  /// From a covariance and expected returns, for the variance measure.
  public init(
    covariance: Covariance, expectedReturns: [Double]? = nil, constraints: PortfolioConstraints? = nil
  ) throws(AnalyticsError) {
    assetNames = covariance.assetNames
    panel = nil
    self.expectedReturns = expectedReturns ?? [Double](repeating: 0, count: covariance.assetCount)
    measure = .variance
    self.covariance = covariance
    self.constraints = constraints ?? PortfolioConstraints(assetCount: covariance.assetCount)
    try requireValid()
  }

  /// The measure's value for these weights.
  public func risk(of weights: [Double]) throws(AnalyticsError) -> Double {
    try requireWeights(weights, count: assetCount)
    if measure == .variance { return covariance.variance(weights) }
    guard let panel else { throw AnalyticsError(series: "returns", reason: .empty) }
    return try measure.value(of: panel.portfolioReturns(weights))
  }

  /// Expected return before costs.
  public func expectedReturn(of weights: [Double]) -> Double {
    zip(expectedReturns, weights).reduce(0) { $0 + $1.0 * $1.1 }
  }

  func requireValid() throws(AnalyticsError) {
    try requireWeights(expectedReturns, count: assetCount, series: "expected returns")
    guard covariance.assetCount == assetCount else {
      throw AnalyticsError(
        series: "covariance", reason: .lengthMismatch(found: covariance.assetCount, expected: assetCount))
    }
    try constraints.requireValid(assetCount: assetCount)
    try measure.requireValid()
    if measure != .variance {
      guard let panel else { throw AnalyticsError(series: "returns", reason: .empty) }
      guard panel.rowCount >= 2 else {
        throw AnalyticsError(series: "returns", reason: .tooShort(found: panel.rowCount, needed: 2))
      }
    }
  }

  func portfolio(_ weights: [Double], method: String, isHeuristic: Bool = false) throws(AnalyticsError) -> Portfolio {
    Portfolio(
      assetNames: assetNames, weights: weights, expectedReturn: expectedReturn(of: weights),
      risk: try risk(of: weights), method: method, isHeuristic: isHeuristic)
  }
}
