/// A constraint of a program, by its kind and position.
public enum ProgramConstraint: Hashable, Sendable, CustomStringConvertible {
  case equality(Int)
  case inequality(Int)
  case lowerBound(Int)
  case upperBound(Int)

  public var description: String {
    switch self {
    case .equality(let row): "equality \(row)"
    case .inequality(let row): "inequality \(row)"
    case .lowerBound(let variable): "lower bound of variable \(variable)"
    case .upperBound(let variable): "upper bound of variable \(variable)"
    }
  }
}

/// Why a program has no answer.
public enum ProgramError: Error, Hashable, Sendable, CustomStringConvertible {
  case badInput(String)
  /// These constraints cannot hold together; dropping or loosening one of them may help.
  case infeasible(conflicts: [ProgramConstraint])
  case unbounded
  case noConvergence(iterations: Int)

  public var description: String {
    switch self {
    case .badInput(let reason): reason
    case .infeasible(let conflicts):
      "no point satisfies all constraints; these conflict: " + conflicts.map(\.description).joined(separator: ", ")
    case .unbounded: "the objective has no lower bound under these constraints; bound the variables"
    case .noConvergence(let iterations): "the solver stopped after \(iterations) iterations; rescale the problem"
    }
  }
}

/// The solution of a program with its multipliers.
public struct ProgramSolution: Sendable {
  public var point: [Double]
  public var value: Double
  /// y of the stationarity condition Qx + c + Aᵀy + Gᵀz − zₗ + zᵤ = 0; z, zₗ, zᵤ ≥ 0.
  public var equalityMultipliers: [Double]
  public var inequalityMultipliers: [Double]
  public var lowerBoundMultipliers: [Double]
  public var upperBoundMultipliers: [Double]
  public var iterations: Int
}

/// Minimise ½ xᵀQx + cᵀx subject to Ax = b, Gx ≤ h and l ≤ x ≤ u, with Q symmetric positive semidefinite. Solved by a
/// primal-dual interior point method and then, when the active constraints are clear, exactly on that set.
public struct QuadraticProgram: Sendable {
  public var quadratic: Matrix
  public var linear: [Double]
  public var equalityMatrix: Matrix
  public var equalityValues: [Double]
  public var inequalityMatrix: Matrix
  public var inequalityLimits: [Double]
  /// −∞ and ∞ mean no bound.
  public var lowerBounds: [Double]
  public var upperBounds: [Double]

  public init(
    quadratic: Matrix, linear: [Double]? = nil, equalityMatrix: Matrix? = nil, equalityValues: [Double] = [],
    inequalityMatrix: Matrix? = nil, inequalityLimits: [Double] = [], lowerBounds: [Double]? = nil,
    upperBounds: [Double]? = nil
  ) {
    let count = quadratic.columns
    self.quadratic = quadratic
    self.linear = linear ?? [Double](repeating: 0, count: count)
    self.equalityMatrix = equalityMatrix ?? Matrix(rows: 0, columns: count)
    self.equalityValues = equalityValues
    self.inequalityMatrix = inequalityMatrix ?? Matrix(rows: 0, columns: count)
    self.inequalityLimits = inequalityLimits
    self.lowerBounds = lowerBounds ?? [Double](repeating: -.infinity, count: count)
    self.upperBounds = upperBounds ?? [Double](repeating: .infinity, count: count)
  }

  /// The minimum with its multipliers.
  ///
  /// Where the active constraints are independent and the program is strictly convex on them, the answer is exact to
  /// rounding. Where they are not (a singular Q, duplicate rows), many multipliers fit, the exact step has no unique answer,
  /// and the interior solution stands: its residuals, and the mean product of slack and multiplier, are then below
  /// 1e-9 × max(1, |x|) × max(1, multipliers), with a single product up to the number of constraints times that.
  public func solve() throws(ProgramError) -> ProgramSolution {
    guard quadratic.isSquare, quadratic.values.allSatisfy(\.isFinite) else {
      throw .badInput("the quadratic term must be a square matrix of finite values")
    }
    let scale = quadratic.values.reduce(0) { max($0, abs($1)) }
    guard quadratic.asymmetry <= 1e-10 * scale else { throw .badInput("the quadratic term must be symmetric") }
    return try InteriorPoint.solve(
      ConvexProgram(
        quadratic: quadratic, linear: linear, equality: equalityMatrix, equalityValues: equalityValues,
        inequality: inequalityMatrix, inequalityLimits: inequalityLimits, lower: lowerBounds, upper: upperBounds))
  }
}

/// Minimise cᵀx subject to Ax = b, Gx ≤ h and l ≤ x ≤ u. The work per iteration grows with min(rows, columns)² ·
/// max(rows, columns), so of a program and its dual take the one with fewer rows: minimum CVaR over T scenarios has T rows,
/// its dual one row per asset, and the weights are the dual's multipliers.
public struct LinearProgram: Sendable {
  public var objective: [Double]
  public var equalityMatrix: Matrix
  public var equalityValues: [Double]
  public var inequalityMatrix: Matrix
  public var inequalityLimits: [Double]
  /// −∞ and ∞ mean no bound.
  public var lowerBounds: [Double]
  public var upperBounds: [Double]

  public init(
    objective: [Double], equalityMatrix: Matrix? = nil, equalityValues: [Double] = [],
    inequalityMatrix: Matrix? = nil, inequalityLimits: [Double] = [], lowerBounds: [Double]? = nil,
    upperBounds: [Double]? = nil
  ) {
    let count = objective.count
    self.objective = objective
    self.equalityMatrix = equalityMatrix ?? Matrix(rows: 0, columns: count)
    self.equalityValues = equalityValues
    self.inequalityMatrix = inequalityMatrix ?? Matrix(rows: 0, columns: count)
    self.inequalityLimits = inequalityLimits
    self.lowerBounds = lowerBounds ?? [Double](repeating: -.infinity, count: count)
    self.upperBounds = upperBounds ?? [Double](repeating: .infinity, count: count)
  }

  /// The best point, or why there is none.
  public func solve() throws(ProgramError) -> ProgramSolution {
    let program = ConvexProgram(
      quadratic: nil, linear: objective, equality: equalityMatrix, equalityValues: equalityValues,
      inequality: inequalityMatrix, inequalityLimits: inequalityLimits, lower: lowerBounds, upper: upperBounds)
    // With fewer rows than variables, slacks make every constraint an equality and the Hessian of the barrier diagonal.
    guard inequalityMatrix.rows > 0, inequalityMatrix.rows + equalityMatrix.rows < objective.count else {
      return try InteriorPoint.solve(program)
    }
    return try program.validated().solvedWithSlacks()
  }
}
