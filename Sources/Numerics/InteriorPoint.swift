import COpenBLAS

/// Mehrotra's predictor-corrector primal-dual interior point method for convex programs, dense.
struct InteriorPoint {
  let program: ConvexProgram
  /// Factor on the objective, so that multipliers start at their natural size.
  let scale: Double
  var x: [Double]
  var y: [Double]
  /// Slack and multiplier of each barrier term: lower bounds, upper bounds, then inequalities.
  var slack: [Double]
  var dual: [Double]
  let terms: [Term]
  let termCount: Int
  private var bestState: ([Double], [Double], [Double], [Double])

  enum Term {
    case lower(Int)
    case upper(Int)
    case inequality(Int)
  }

  static func solve(_ original: ConvexProgram, explainsFailure: Bool = true) throws(ProgramError) -> ProgramSolution {
    let program = try original.validated()
    LinearAlgebraThreads.prepare()
    var solver = InteriorPoint(program)
    if let iterations = solver.iterate() {
      var solution = solver.solution(iterations: iterations)
      if program.quadratic != nil { solver.polish(&solution) }
      return solution
    }
    if explainsFailure, let conflicts = program.conflicts() { throw .infeasible(conflicts: conflicts) }
    let reach = solver.x.reduce(0) { max($0, abs($1)) }
    if reach > 1e8 { throw .unbounded }
    throw .noConvergence(iterations: Self.maximumIterations)
  }

  static let maximumIterations = 120

  init(_ program: ConvexProgram) {
    self.program = program
    let n = program.count
    var largest = program.linear.reduce(0) { max($0, abs($1)) }
    if let quadratic = program.quadratic { largest = quadratic.values.reduce(largest) { max($0, abs($1)) } }
    scale = largest > 0 ? 1 / largest : 1
    var terms: [Term] = []
    for index in 0..<n where program.lower[index] > -.infinity { terms.append(.lower(index)) }
    for index in 0..<n where program.upper[index] < .infinity { terms.append(.upper(index)) }
    for row in 0..<program.inequality.rows where program.inequalityLimits[row] < .infinity {
      terms.append(.inequality(row))
    }
    self.terms = terms
    termCount = terms.count
    x = (0..<n).map { index in
      let low = program.lower[index]
      let high = program.upper[index]
      if low > -.infinity, high < .infinity { return low + 0.5 * (high - low) }
      return low > -.infinity ? low + 1 : high < .infinity ? high - 1 : 0
    }
    y = [Double](repeating: 0, count: program.equality.rows)
    slack = [Double](repeating: 1, count: terms.count)
    dual = [Double](repeating: 1, count: terms.count)
    bestState = ([], [], [], [])
    let image = program.inequality * x
    for (index, term) in terms.enumerated() {
      let gap =
        switch term {
        case .lower(let variable): x[variable] - program.lower[variable]
        case .upper(let variable): program.upper[variable] - x[variable]
        case .inequality(let row): program.inequalityLimits[row] - image[row]
        }
      // A variable whose bounds coincide has no interior; the small floor keeps its slack positive.
      slack[index] = max(gap, 0.01)
    }
    bestState = (x, y, slack, dual)
  }

  private func residuals() -> (dual: [Double], equality: [Double], slack: [Double]) {
    let n = program.count
    var gradient = program.linear.map { $0 * scale }
    if let quadratic = program.quadratic {
      let image = quadratic * x
      for index in 0..<n { gradient[index] += scale * image[index] }
    }
    let pull = program.equality.transposedTimes(y)
    for index in 0..<n { gradient[index] += pull[index] }
    var weights = [Double](repeating: 0, count: program.inequality.rows)
    let image = program.inequality * x
    var gaps = [Double](repeating: 0, count: termCount)
    for (index, term) in terms.enumerated() {
      switch term {
      case .lower(let variable):
        gradient[variable] -= dual[index]
        gaps[index] = x[variable] - program.lower[variable] - slack[index]
      case .upper(let variable):
        gradient[variable] += dual[index]
        gaps[index] = program.upper[variable] - x[variable] - slack[index]
      case .inequality(let row):
        weights[row] = dual[index]
        gaps[index] = program.inequalityLimits[row] - image[row] - slack[index]
      }
    }
    if program.inequality.rows > 0 {
      let push = program.inequality.transposedTimes(weights)
      for index in 0..<n { gradient[index] += push[index] }
    }
    let equalityImage = program.equality * x
    let equality = (0..<y.count).map { program.equalityValues[$0] - equalityImage[$0] }
    return (gradient.map { -$0 }, equality, gaps)
  }

  /// Returns the number of iterations, or nil when no solution was reached.
  mutating func iterate() -> Int? {
    let n = program.count
    var best = Double.infinity
    var stalled = 0
    let limits = program.equalityValues + program.inequalityLimits + program.lower + program.upper
    let rightSide = limits.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 }
    for iteration in 0..<Self.maximumIterations {
      let (dualResidual, equalityResidual, slackResidual) = residuals()
      var complementarity = 0.0
      for index in 0..<termCount { complementarity += slack[index] * dual[index] }
      let mean = termCount > 0 ? complementarity / Double(termCount) : 0
      // A diverging point must not make its own residuals look small.
      let size = min(x.reduce(1) { max($0, abs($1)) }, 1e4 * rightSide)
      let pressure = dual.reduce(y.reduce(1) { max($0, abs($1)) }) { max($0, $1) }
      let primalError = (equalityResidual + slackResidual).reduce(0) { max($0, abs($1)) } / size
      let dualError = dualResidual.reduce(0) { max($0, abs($1)) } / pressure
      let error = max(primalError, dualError, mean / (size * pressure))
      // A NaN hides from max, so the sum is looked at; past the best point the steps are only rounding.
      guard error.isFinite, isFinite(x), isFinite(y), isFinite(dual), isFinite(slack) else {
        return finish(best, iteration)
      }
      if error < 1e-13 || (termCount == 0 && error < 1e-11) { return iteration }
      if error < 0.9 * best {
        best = error
        bestState = (x, y, slack, dual)
        stalled = 0
      } else {
        stalled += 1
        // At the limit of rounding no step improves further.
        if stalled >= 4, best < 1e-10 { return finish(best, iteration) }
        if stalled >= 30 { return finish(best, iteration) }
      }
      guard let system = factor() else { return finish(best, iteration) }

      var target = [Double](repeating: 0, count: termCount)
      for index in 0..<termCount { target[index] = -slack[index] * dual[index] }
      let predictor = step(system, dualResidual, equalityResidual, slackResidual, target)
      var (primalLength, dualLength) = lengths(predictor, fraction: 1)
      var predicted = 0.0
      for index in 0..<termCount {
        predicted +=
          (slack[index] + primalLength * predictor.slack[index])
          * (dual[index] + dualLength * predictor.dual[index])
      }
      let ratio = mean > 0 ? predicted / complementarity : 0
      let centre = ratio * ratio * ratio * mean
      for index in 0..<termCount {
        target[index] = centre - slack[index] * dual[index] - predictor.slack[index] * predictor.dual[index]
      }
      let move = termCount == 0 ? predictor : step(system, dualResidual, equalityResidual, slackResidual, target)
      (primalLength, dualLength) = lengths(move, fraction: max(0.99, 1 - mean))
      if program.quadratic != nil {
        primalLength = min(primalLength, dualLength)
        dualLength = primalLength
      }
      for index in 0..<n { x[index] += primalLength * move.x[index] }
      for index in 0..<y.count { y[index] += dualLength * move.y[index] }
      for index in 0..<termCount {
        slack[index] = max(slack[index] + primalLength * move.slack[index], 1e-300)
        dual[index] = max(dual[index] + dualLength * move.dual[index], 1e-300)
      }
    }
    return finish(best, Self.maximumIterations)
  }

  private func isFinite(_ values: [Double]) -> Bool { values.reduce(0, +).isFinite }

  /// Goes back to the best iterate and accepts it if it is good enough.
  private mutating func finish(_ best: Double, _ iteration: Int) -> Int? {
    (x, y, slack, dual) = bestState
    return best < 1e-9 ? iteration : nil
  }

  func lengths(_ move: Move, fraction: Double) -> (Double, Double) {
    var primal = 1 / fraction
    var other = 1 / fraction
    for index in 0..<termCount {
      if move.slack[index] < 0 { primal = min(primal, -slack[index] / move.slack[index]) }
      if move.dual[index] < 0 { other = min(other, -dual[index] / move.dual[index]) }
    }
    return (min(1, fraction * primal), min(1, fraction * other))
  }

  func solution(iterations: Int) -> ProgramSolution {
    let n = program.count
    var result = ProgramSolution(
      point: x, value: objective(x), equalityMultipliers: y.map { $0 / scale },
      inequalityMultipliers: [Double](repeating: 0, count: program.inequality.rows),
      lowerBoundMultipliers: [Double](repeating: 0, count: n), upperBoundMultipliers: [Double](repeating: 0, count: n),
      iterations: iterations)
    for (index, term) in terms.enumerated() {
      switch term {
      case .lower(let variable): result.lowerBoundMultipliers[variable] = dual[index] / scale
      case .upper(let variable): result.upperBoundMultipliers[variable] = dual[index] / scale
      case .inequality(let row): result.inequalityMultipliers[row] = dual[index] / scale
      }
    }
    for index in 0..<n { result.point[index] = min(max(x[index], program.lower[index]), program.upper[index]) }
    return result
  }

  func objective(_ point: [Double]) -> Double {
    var value = program.quadratic.map { 0.5 * $0.quadraticForm(point) } ?? 0
    for index in point.indices { value += program.linear[index] * point[index] }
    return value
  }
}
