/// A convex program in the shape that portfolio problems share.
///
/// minimise  c'z + ½ z'Pz + Σ (pⱼ uⱼ + ½ qⱼ uⱼ²) − Σ bᵢ log zᵢ + φ(z)
/// subject to  A z = b,  gᵣ'z − u_{j(r)} ≤ hᵣ,  lower ≤ z ≤ upper,  u ≥ 0.
///
/// The `z` are few (weights, quantiles, peaks); the excesses `u` may be thousands (one per scenario). No row has two
/// excesses, so their block of the Newton system is diagonal and is eliminated exactly, which keeps a step at the cost of
/// the weights alone. That elimination, the logarithms of risk budgets and the smooth term are what the general quadratic
/// program of Numerics does not have.
struct ScenarioProgram {
  /// A row gᵣ'z − u ≤ h; `excess` is nil for a row without one.
  struct Row {
    var limit: Double
    var excess: Int?
  }

  /// A smooth convex term over `z`: adds to the gradient and to the row-major Hessian and returns the value; infinite
  /// outside its domain.
  typealias SmoothTerm = (
    _ point: [Double], _ gradient: inout [Double], _ hessian: inout [Double]?
  ) -> Double

  let variableCount: Int
  var linear: [Double]
  /// Row-major n × n, or nil for none.
  var quadratic: [Double]?
  var logWeights: [Double]?
  var smooth: SmoothTerm?
  var lower: [Double]
  var upper: [Double]
  /// Row-major coefficients of equality rows and their right-hand sides.
  private(set) var equalities: [Double] = []
  private(set) var equalityTargets: [Double] = []
  /// Row-major coefficients of inequality rows.
  private(set) var coefficients: [Double] = []
  private(set) var rows: [Row] = []
  private(set) var excessLinear: [Double] = []
  private(set) var excessQuadratic: [Double] = []
  /// Where the iteration starts; must lie in the domain of the logarithms and of the smooth term.
  var start: [Double]
  /// Rows start at least this far inside their limits, as if they were wider: for starts that break rows.
  var leastSlack = 0.0

  init(variableCount: Int) {
    self.variableCount = variableCount
    linear = [Double](repeating: 0, count: variableCount)
    lower = [Double](repeating: -.infinity, count: variableCount)
    upper = [Double](repeating: .infinity, count: variableCount)
    start = [Double](repeating: 0, count: variableCount)
  }

  mutating func addEquality(_ row: [Double], equals target: Double) {
    assert(row.count == variableCount)
    equalities += row
    equalityTargets.append(target)
  }

  mutating func addInequality(_ row: [Double], atMost limit: Double, excess: Int? = nil) {
    assert(row.count == variableCount)
    coefficients += row
    rows.append(Row(limit: limit, excess: excess))
  }

  /// Adds an excess u ≥ 0 with cost p u + ½ q u²; rows then bound it from below.
  mutating func addExcess(linear: Double, quadratic: Double = 0) -> Int {
    excessLinear.append(linear)
    excessQuadratic.append(quadratic)
    return excessLinear.count - 1
  }

  /// Makes room for many rows at once.
  mutating func reserve(rows count: Int) {
    coefficients.reserveCapacity(coefficients.count + count * variableCount)
    rows.reserveCapacity(rows.count + count)
  }
}

/// The answer of an interior-point solve.
struct ScenarioSolution {
  enum Status { case optimal, notConverged }

  var status: Status
  var point: [Double]
  var excesses: [Double]
  var objective: Double
  var iterations: Int
  /// Largest violation of a constraint or of stationarity, relative to the data.
  var residual: Double
  /// Mean complementarity product: the distance from the optimum that remains.
  var gap: Double
  /// Multipliers of the inequality rows, of the equality rows, and of the bounds.
  var rowMultipliers: [Double]
  var equalityMultipliers: [Double]
  var lowerMultipliers: [Double]
  var upperMultipliers: [Double]
}
