import Glibc

/// The iterate of the interior-point method and its workspace.
///
/// All inequality constraints share one list of slacks and multipliers, in the order rows, lower bounds, upper bounds,
/// excesses ≥ 0.
struct ScenarioInteriorPoint {
  let program: ScenarioProgram
  let n: Int
  let rowCount: Int
  let excessCount: Int
  let equalityCount: Int
  /// Variables with a finite lower and upper bound.
  let lowerIndices: [Int]
  let upperIndices: [Int]
  let rowsOfExcess: [[Int]]

  var z: [Double]
  var u: [Double]
  var y: [Double]
  var slack: [Double]
  var multiplier: [Double]

  var gradient: [Double]
  var hessian: [Double]
  var objective = 0.0

  var dualZ: [Double]
  var dualU: [Double]
  var primal: [Double]
  var equality: [Double]

  var system: NewtonSystem
  var centredRows: [Double] = []
  var centredWeights: [Double] = []

  var inequalityCount: Int { slack.count }
  var lowerOffset: Int { rowCount }
  var upperOffset: Int { rowCount + lowerIndices.count }
  var excessOffset: Int { rowCount + lowerIndices.count + upperIndices.count }
  private var isNonlinear: Bool { program.smooth != nil || program.logWeights != nil }

  init(_ program: ScenarioProgram) {
    self.program = program
    n = program.variableCount
    rowCount = program.rows.count
    excessCount = program.excessLinear.count
    equalityCount = program.equalityTargets.count
    lowerIndices = (0..<n).filter { program.lower[$0] > -.infinity }
    upperIndices = (0..<n).filter { program.upper[$0] < .infinity }
    var owners = [[Int]](repeating: [], count: excessCount)
    for (index, row) in program.rows.enumerated() {
      if let excess = row.excess { owners[excess].append(index) }
    }
    rowsOfExcess = owners
    z = program.start
    u = [Double](repeating: 0, count: excessCount)
    y = [Double](repeating: 0, count: equalityCount)
    let total = rowCount + lowerIndices.count + upperIndices.count + excessCount
    slack = [Double](repeating: 1, count: total)
    multiplier = [Double](repeating: 1, count: total)
    gradient = [Double](repeating: 0, count: n)
    hessian = [Double](repeating: 0, count: n * n)
    dualZ = [Double](repeating: 0, count: n)
    dualU = [Double](repeating: 0, count: excessCount)
    primal = [Double](repeating: 0, count: total)
    equality = [Double](repeating: 0, count: equalityCount)
    system = NewtonSystem(size: n, equalityCount: equalityCount)
    initializeSlacks()
  }

  /// Starts excesses and slacks at distances of the size of the data from the starting point.
  private mutating func initializeSlacks() {
    let products = program.rowProducts(z)
    for (index, row) in program.rows.enumerated() {
      if let excess = row.excess { u[excess] = max(u[excess], products[index] - row.limit) }
    }
    let scale = max(u.reduce(0) { max($0, $1) }, 1e-3)
    for index in u.indices { u[index] += 0.1 * scale }
    for (index, row) in program.rows.enumerated() {
      let distance = row.limit - products[index] + (row.excess.map { u[$0] } ?? 0)
      slack[index] = max(distance, 0.1 * scale, program.leastSlack)
    }
    for (offset, index) in lowerIndices.enumerated() {
      slack[lowerOffset + offset] = max(z[index] - program.lower[index], 0.1)
    }
    for (offset, index) in upperIndices.enumerated() {
      slack[upperOffset + offset] = max(program.upper[index] - z[index], 0.1)
    }
    for index in 0..<excessCount { slack[excessOffset + index] = u[index] }
    // Multipliers in the scale of the costs.
    var cost = program.linear.reduce(0) { max($0, abs($1)) }
    cost = max(cost, program.excessLinear.reduce(0) { max($0, abs($1)) })
    for index in 0..<excessCount { cost = max(cost, program.excessQuadratic[index] * u[index]) }
    if let quadratic = program.quadratic {
      var largest = 0.0
      for index in 0..<n { largest = max(largest, abs(quadratic[index * n + index])) }
      cost = max(cost, largest / Double(max(n, 1)))
    }
    if let weights = program.logWeights { cost = max(cost, weights.reduce(0, max)) }
    if let smooth = program.smooth {
      var slope = [Double](repeating: 0, count: n)
      var none: [Double]?
      _ = smooth(z, &slope, &none)
      cost = max(cost, slope.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 })
    }
    for index in multiplier.indices { multiplier[index] = max(cost, 1e-6) }
  }

  mutating func run(tolerance: Double, maximumIterations: Int) -> ScenarioSolution {
    var best = (residual: Double.infinity, gap: Double.infinity, z: z, u: u)
    var iterations = 0
    var stalled = 0
    evaluate(needsHessian: true)
    let dataScale = max(1, program.equalityTargets.reduce(0) { max($0, abs($1)) })
    while true {
      let residual = residualNorm() / dataScale
      let gap = meanComplementarity()
      let measure = max(residual, gap * Double(max(inequalityCount, 1)) / (1 + abs(objective)))
      if measure.isFinite, measure < max(best.residual, best.gap) {
        best = (residual, measure, z, u)
        stalled = 0
      } else {
        stalled += 1
      }
      if measure < tolerance || iterations >= maximumIterations || stalled > 15 || !measure.isFinite { break }
      guard step() else { break }
      iterations += 1
    }
    let measure = max(best.residual, best.gap)
    z = best.z
    u = best.u
    evaluate(needsHessian: false)
    // An answer within a thousand tolerances is as good as the arithmetic allows on badly scaled data.
    return ScenarioSolution(
      status: measure < max(tolerance * 1e3, 1e-7) ? .optimal : .notConverged, point: z, excesses: u,
      objective: objective, iterations: iterations, residual: best.residual, gap: best.gap,
      rowMultipliers: Array(multiplier[0..<rowCount]), equalityMultipliers: y,
      lowerMultipliers: scattered(lowerIndices, from: lowerOffset),
      upperMultipliers: scattered(upperIndices, from: upperOffset))
  }

  private func scattered(_ indices: [Int], from offset: Int) -> [Double] {
    var values = [Double](repeating: 0, count: n)
    for (position, index) in indices.enumerated() { values[index] = multiplier[offset + position] }
    return values
  }

  // MARK: Residuals

  /// Objective, gradient, residuals and, if asked, Hessian at the current point.
  mutating func evaluate(needsHessian: Bool) {
    objective = 0
    gradient = program.linear
    var full: [Double]? = needsHessian ? program.quadratic ?? [Double](repeating: 0, count: n * n) : nil
    if let quadratic = program.quadratic {
      for row in 0..<n {
        var product = 0.0
        for column in 0..<n { product += quadratic[row * n + column] * z[column] }
        gradient[row] += product
        objective += 0.5 * product * z[row]
      }
    }
    for index in 0..<n { objective += program.linear[index] * z[index] }
    if let weights = program.logWeights {
      for (index, weight) in weights.enumerated() where weight > 0 {
        objective -= z[index] > 0 ? weight * log(z[index]) : -Double.infinity
        gradient[index] -= weight / z[index]
        full?[index * n + index] += weight / (z[index] * z[index])
      }
    }
    if let smooth = program.smooth { objective += smooth(z, &gradient, &full) }
    if let full { hessian = full }
    for index in 0..<excessCount {
      objective += program.excessLinear[index] * u[index] + 0.5 * program.excessQuadratic[index] * u[index] * u[index]
    }
    dualZ = gradient
    program.addTransposedRows(scaledBy: multiplier, to: &dualZ)
    for (offset, index) in lowerIndices.enumerated() { dualZ[index] -= multiplier[lowerOffset + offset] }
    for (offset, index) in upperIndices.enumerated() { dualZ[index] += multiplier[upperOffset + offset] }
    for row in 0..<equalityCount {
      var product = 0.0
      for column in 0..<n {
        product += program.equalities[row * n + column] * z[column]
        dualZ[column] += program.equalities[row * n + column] * y[row]
      }
      equality[row] = product - program.equalityTargets[row]
    }
    for index in 0..<excessCount {
      dualU[index] =
        program.excessLinear[index] + program.excessQuadratic[index] * u[index] - multiplier[excessOffset + index]
    }
    let products = program.rowProducts(z)
    for (index, row) in program.rows.enumerated() {
      primal[index] = products[index] + slack[index] - row.limit
      if let excess = row.excess {
        primal[index] -= u[excess]
        dualU[excess] -= multiplier[index]
      }
    }
    for (offset, index) in lowerIndices.enumerated() {
      primal[lowerOffset + offset] = program.lower[index] - z[index] + slack[lowerOffset + offset]
    }
    for (offset, index) in upperIndices.enumerated() {
      primal[upperOffset + offset] = z[index] - program.upper[index] + slack[upperOffset + offset]
    }
    for index in 0..<excessCount { primal[excessOffset + index] = slack[excessOffset + index] - u[index] }
  }

  private func residualNorm() -> Double {
    func largest(_ values: [Double]) -> Double { values.reduce(0) { $1.isFinite ? max($0, abs($1)) : .infinity } }
    return max(largest(dualZ), largest(dualU), largest(primal), largest(equality))
  }

  private func meanComplementarity() -> Double {
    guard inequalityCount > 0 else { return 0 }
    var sum = 0.0
    for index in 0..<inequalityCount { sum += slack[index] * multiplier[index] }
    return sum / Double(inequalityCount)
  }

  private func meritSquared(centre: Double) -> Double {
    var sum = 0.0
    for value in dualZ { sum += value * value }
    for value in dualU { sum += value * value }
    for value in primal { sum += value * value }
    for value in equality { sum += value * value }
    for index in 0..<inequalityCount {
      let product = slack[index] * multiplier[index] - centre
      sum += product * product
    }
    return sum
  }

  // MARK: Steps

  /// A Newton direction.
  struct Direction {
    var z: [Double]
    var u: [Double]
    var y: [Double]
    var slack: [Double]
    var multiplier: [Double]
  }

  /// One iteration; false when the linear algebra gives up.
  private mutating func step() -> Bool {
    guard factorize() else { return false }
    let gap = meanComplementarity()
    var complementarity = [Double](repeating: 0, count: inequalityCount)
    for index in 0..<inequalityCount { complementarity[index] = slack[index] * multiplier[index] }
    guard inequalityCount > 0 else {
      let direction = direction(complementarity: complementarity)
      return isNonlinear ? damped(direction, centre: 0) : take(direction, primalStep: 1, dualStep: 1)
    }
    let predictor = direction(complementarity: complementarity)
    let (primalStep, dualStep) = longestSteps(predictor)
    var affine = 0.0
    for index in 0..<inequalityCount {
      affine +=
        (slack[index] + primalStep * predictor.slack[index])
        * (multiplier[index] + dualStep * predictor.multiplier[index])
    }
    affine /= Double(inequalityCount)
    let ratio = min(max(affine / gap, 0), 1)
    let centre = (isNonlinear ? max(ratio * ratio * ratio, 0.02) : ratio * ratio * ratio) * gap
    for index in 0..<inequalityCount {
      complementarity[index] -= centre
      if !isNonlinear { complementarity[index] += predictor.slack[index] * predictor.multiplier[index] }
    }
    let corrected = direction(complementarity: complementarity)
    guard corrected.z.allSatisfy(\.isFinite), corrected.multiplier.allSatisfy(\.isFinite) else { return false }
    if isNonlinear { return damped(corrected, centre: centre) }
    let steps = longestSteps(corrected)
    // With a quadratic objective the dual residual depends on the primal point, so both take the shorter step.
    let isQuadratic = program.quadratic != nil || program.excessQuadratic.contains { $0 != 0 }
    let shorter = min(steps.primal, steps.dual)
    return take(
      corrected, primalStep: min(1, 0.995 * (isQuadratic ? shorter : steps.primal)),
      dualStep: min(1, 0.995 * (isQuadratic ? shorter : steps.dual)))
  }

  private mutating func take(_ direction: Direction, primalStep: Double, dualStep: Double) -> Bool {
    for index in 0..<n { z[index] += primalStep * direction.z[index] }
    for index in 0..<excessCount { u[index] += primalStep * direction.u[index] }
    for index in 0..<equalityCount { y[index] += dualStep * direction.y[index] }
    for index in 0..<inequalityCount {
      slack[index] += primalStep * direction.slack[index]
      multiplier[index] += dualStep * direction.multiplier[index]
    }
    evaluate(needsHessian: isNonlinear)
    return objective.isFinite
  }

  /// Shortens the step until the residuals fall (Boyd and Vandenberghe 2004, section 11.7.3).
  private mutating func damped(_ direction: Direction, centre: Double) -> Bool {
    let limits = longestSteps(direction)
    var length = min(1, 0.99 * min(limits.primal, limits.dual))
    if let weights = program.logWeights {
      for (index, weight) in weights.enumerated() where weight > 0 && direction.z[index] < 0 {
        length = min(length, -0.99 * z[index] / direction.z[index])
      }
    }
    let before = (z, u, y, slack, multiplier)
    let merit = meritSquared(centre: centre)
    var bestLength: Double?
    var bestMerit = Double.infinity
    for _ in 0..<40 {
      _ = take(direction, primalStep: length, dualStep: length)
      let now = objective.isFinite ? meritSquared(centre: centre) : .infinity
      if now.isFinite, now < bestMerit {
        bestMerit = now
        bestLength = length
      }
      if now.isFinite, now.squareRoot() <= (1 - 0.01 * length) * merit.squareRoot() { return true }
      (z, u, y, slack, multiplier) = before
      length *= 0.6
    }
    guard let bestLength, bestMerit < merit * 4 else {
      evaluate(needsHessian: true)
      return false
    }
    return take(direction, primalStep: bestLength, dualStep: bestLength)
  }

  private func longestSteps(_ direction: Direction) -> (primal: Double, dual: Double) {
    var (primal, dual) = (1.0 / 0.99, 1.0 / 0.99)
    for index in 0..<inequalityCount {
      if direction.slack[index] < 0 { primal = min(primal, -slack[index] / direction.slack[index]) }
      if direction.multiplier[index] < 0 { dual = min(dual, -multiplier[index] / direction.multiplier[index]) }
    }
    return (primal, dual)
  }
}
