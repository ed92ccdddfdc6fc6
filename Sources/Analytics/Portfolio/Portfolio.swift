/// Weights with what they promise on the data they were computed from.
public struct Portfolio: Hashable, Sendable {
  public var assetNames: [String]
  public var weights: [Double]
  /// Before trading costs.
  public var expectedReturn: Double
  /// The risk measure's value.
  public var risk: Double
  /// How the weights were found, as reports print it.
  public var method: String
  /// True where the method does not promise the best answer, such as a limit on the number of assets.
  public var isHeuristic = false

  public init(
    assetNames: [String], weights: [Double], expectedReturn: Double, risk: Double, method: String,
    isHeuristic: Bool = false
  ) {
    self.assetNames = assetNames
    self.weights = weights
    self.expectedReturn = expectedReturn
    self.risk = risk
    self.method = method
    self.isHeuristic = isHeuristic
  }

  /// Σ|w − other|.
  public func turnover(from other: [Double]) -> Double {
    zip(weights, other).reduce(0) { $0 + abs($1.0 - $1.1) }
  }
}
