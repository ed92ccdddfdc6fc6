/// What a minimiser found.
public struct OptimizationResult: Sendable {
  public var point: [Double]
  public var value: Double
  public var iterations: Int
  public var evaluations: Int
  /// False when the iteration limit ended the search; the point is then the best one seen.
  public var converged: Bool
}

/// Minimisers of smooth and of rough functions. Functions may return NaN or infinity outside their domain; such points are
/// never accepted.
public enum Optimizers {
  static func finite(_ value: Double) -> Double { value.isNaN ? .infinity : value }
}
