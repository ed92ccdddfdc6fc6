extension InteriorPoint {
  /// The optimality conditions when exactly some constraints are active, as one linear system.
  private struct ActiveSystem {
    var matrix: Matrix
    var right: [Double]
    /// Free variables, then equality multipliers, then those of the active rows, as the interior solution has them.
    var start: [Double]
    var free: [Int]
    var rows: [Int]
    var fixed: [Double?]
  }

  /// Solves exactly on the constraints that the interior solution shows as active, and keeps the result if it satisfies the
  /// optimality conditions: this takes the error from about 1e-9 to rounding and puts inactive weights at exactly zero.
  func polish(_ solution: inout ProgramSolution) {
    guard let quadratic = program.quadratic, let system = activeSystem(quadratic) else { return }
    if let answer = try? system.matrix.solve(system.right), answer.allSatisfy(\.isFinite),
      let candidate = candidate(answer, system, quadratic, solution)
    {
      solution = candidate
      return
    }
    if let answer = nearestAnswer(system), let candidate = candidate(answer, system, quadratic, solution) {
      solution = candidate
    }
  }

  /// Where many answers fit (a singular Q, dependent rows) the system has no unique one; then the one near the interior
  /// solution: proximal steps, whose trace of regularisation makes the system quasi-definite and vanishes in the limit.
  private func nearestAnswer(_ system: ActiveSystem) -> [Double]? {
    var shifted = system.matrix
    let size = shifted.values.reduce(0) { max($0, abs($1)) }
    for index in 0..<shifted.rows { shifted[index, index] += (index < system.free.count ? 1e-8 : -1e-8) * size }
    var answer = system.start
    for _ in 0..<4 {
      let image = system.matrix * answer
      let rest = system.right.indices.map { system.right[$0] - image[$0] }
      guard let step = try? shifted.solve(rest), step.allSatisfy(\.isFinite) else { return nil }
      for index in answer.indices { answer[index] += step[index] }
    }
    return answer
  }

  private func activeSystem(_ quadratic: Matrix) -> ActiveSystem? {
    let n = program.count
    var fixed = [Double?](repeating: nil, count: n)
    var rows: [Int] = []
    var pushes: [Double] = []
    for (index, term) in terms.enumerated() where dual[index] > slack[index] {
      switch term {
      case .lower(let variable): fixed[variable] = program.lower[variable]
      case .upper(let variable): fixed[variable] = program.upper[variable]
      case .inequality(let row):
        rows.append(row)
        pushes.append(dual[index])
      }
    }
    let free = (0..<n).filter { fixed[$0] == nil }
    let equalities = y.count
    let size = free.count + equalities + rows.count
    guard size > 0 else { return nil }
    var matrix = Matrix(rows: size, columns: size)
    var right = [Double](repeating: 0, count: size)
    let base = fixed.map { $0 ?? 0 }
    let pull = quadratic * base
    for (position, variable) in free.enumerated() {
      for (other, column) in free.enumerated() { matrix[position, other] = scale * quadratic[variable, column] }
      right[position] = -scale * (program.linear[variable] + pull[variable])
    }
    func add(row: Int, of constraints: Matrix, value: Double, at position: Int) {
      var rest = value
      for variable in 0..<n where fixed[variable] != nil { rest -= constraints[row, variable] * base[variable] }
      for (other, variable) in free.enumerated() {
        matrix[position, other] = constraints[row, variable]
        matrix[other, position] = constraints[row, variable]
      }
      right[position] = rest
    }
    for row in 0..<equalities {
      add(row: row, of: program.equality, value: program.equalityValues[row], at: free.count + row)
    }
    for (offset, row) in rows.enumerated() {
      add(
        row: row, of: program.inequality, value: program.inequalityLimits[row], at: free.count + equalities + offset)
    }
    return ActiveSystem(
      matrix: matrix, right: right, start: free.map { x[$0] } + y + pushes, free: free, rows: rows, fixed: fixed)
  }

  /// The solution that an answer of the system stands for, if it satisfies the optimality conditions.
  private func candidate(
    _ answer: [Double], _ system: ActiveSystem, _ quadratic: Matrix, _ interior: ProgramSolution
  ) -> ProgramSolution? {
    let (free, rows) = (system.free, system.rows)
    var candidate = interior
    candidate.point = system.fixed.map { $0 ?? 0 }
    for (position, variable) in free.enumerated() { candidate.point[variable] = answer[position] }
    for row in 0..<y.count { candidate.equalityMultipliers[row] = answer[free.count + row] / scale }
    candidate.inequalityMultipliers = [Double](repeating: 0, count: program.inequality.rows)
    for (offset, row) in rows.enumerated() {
      let multiplier = answer[free.count + y.count + offset] / scale
      guard multiplier >= -1e-9 / scale else { return nil }
      candidate.inequalityMultipliers[row] = max(0, multiplier)
    }
    guard isFeasible(candidate.point, active: rows), takeBoundMultipliers(&candidate, quadratic, system.fixed) else {
      return nil
    }
    candidate.value = objective(candidate.point)
    return candidate
  }

  private func isFeasible(_ point: [Double], active: [Int]) -> Bool {
    let size = point.reduce(1) { max($0, abs($1)) }
    let tolerance = 1e-11 * size
    for index in point.indices
    where point[index] < program.lower[index] - tolerance || point[index] > program.upper[index] + tolerance {
      return false
    }
    let equalityImage = program.equality * point
    guard equalityImage.indices.allSatisfy({ abs(equalityImage[$0] - program.equalityValues[$0]) <= tolerance }) else {
      return false
    }
    let image = program.inequality * point
    // A nearly singular system can miss the rows it was meant to hold.
    guard active.allSatisfy({ abs(image[$0] - program.inequalityLimits[$0]) <= tolerance }) else { return false }
    return image.indices.allSatisfy { image[$0] <= program.inequalityLimits[$0] + tolerance }
  }

  private func takeBoundMultipliers(_ candidate: inout ProgramSolution, _ quadratic: Matrix, _ fixed: [Double?]) -> Bool
  {
    var gradient = quadratic * candidate.point
    let pull = program.equality.transposedTimes(candidate.equalityMultipliers)
    let push = program.inequality.transposedTimes(candidate.inequalityMultipliers)
    for index in gradient.indices {
      gradient[index] += program.linear[index] + pull[index] + push[index]
      candidate.lowerBoundMultipliers[index] = 0
      candidate.upperBoundMultipliers[index] = 0
      guard let value = fixed[index] else {
        guard abs(gradient[index]) * scale < 1e-9 else { return false }
        continue
      }
      let multiplier = gradient[index]
      let isLower = value == program.lower[index]
      let isUpper = value == program.upper[index]
      guard (isLower && multiplier >= -1e-9 / scale) || (isUpper && multiplier <= 1e-9 / scale) else { return false }
      if multiplier > 0 { candidate.lowerBoundMultipliers[index] = multiplier }
      if multiplier < 0 { candidate.upperBoundMultipliers[index] = -multiplier }
    }
    return true
  }
}
