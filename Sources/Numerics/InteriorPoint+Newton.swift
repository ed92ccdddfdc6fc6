import COpenBLAS

extension InteriorPoint {
  struct Move {
    var x: [Double]
    var y: [Double]
    var slack: [Double]
    var dual: [Double]
  }

  /// The factored Newton system: the barrier Hessian, dense or diagonal, and the Schur complement of the equalities.
  struct System {
    var dense: Cholesky?
    /// What `dense` factors, for refinement.
    var hessian: Matrix?
    var diagonal: [Double]
    var schur: Cholesky?
    /// H⁻¹Aᵀ, one column per equality.
    var solvedRows: Matrix
  }

  func factor() -> System? {
    let n = program.count
    var diagonal = [Double](repeating: 0, count: n)
    var weights = [Double](repeating: 0, count: program.inequality.rows)
    for (index, term) in terms.enumerated() {
      let weight = dual[index] / slack[index]
      switch term {
      case .lower(let variable), .upper(let variable): diagonal[variable] += weight
      case .inequality(let row): weights[row] = weight
      }
    }
    let isDense = program.quadratic != nil || program.inequality.rows > 0
    // A trace of regularisation keeps free variables without curvature factorable; residuals stay exact.
    let ridge = isDense ? 1e-13 : 1e-12
    for index in 0..<n { diagonal[index] += ridge }
    guard isDense else {
      var solved = program.equality.transposed
      for row in 0..<n {
        let inverse = 1 / diagonal[row]
        for column in 0..<y.count { solved[row, column] *= inverse }
      }
      guard y.count > 0 else { return System(diagonal: diagonal, solvedRows: solved) }
      guard let schur = regularised(program.equality * solved) else { return nil }
      return System(diagonal: diagonal, schur: schur, solvedRows: solved)
    }
    var hessian = program.quadratic.map { scale * $0 } ?? Matrix(rows: n, columns: n)
    if program.inequality.rows > 0 {
      var scaled = program.inequality
      for row in 0..<scaled.rows {
        let root = weights[row].squareRoot()
        for column in 0..<n { scaled.values[row * n + column] *= root }
      }
      hessian = hessian + scaled.gram
    }
    for index in 0..<n { hessian[index, index] += diagonal[index] }
    guard let dense = regularised(hessian) else { return nil }
    let solved = dense.solve(program.equality.transposed)
    guard y.count > 0 else { return System(dense: dense, hessian: hessian, diagonal: diagonal, solvedRows: solved) }
    guard let schur = regularised(program.equality * solved) else { return nil }
    return System(dense: dense, hessian: hessian, diagonal: diagonal, schur: schur, solvedRows: solved)
  }

  /// Dependent equalities make the complement singular; growing multiples of the unit matrix take over until it factors.
  private func regularised(_ matrix: Matrix) -> Cholesky? {
    let size = matrix.diagonal.reduce(0) { max($0, abs($1)) }
    guard size.isFinite else { return nil }
    var shift = 0.0
    for _ in 0..<12 {
      var candidate = matrix
      // Jacobi scaling is left out on purpose: pivots of an interior point method span many magnitudes legitimately.
      for index in 0..<candidate.rows { candidate[index, index] += shift }
      if let factor = Cholesky(unchecked: candidate) { return factor }
      shift = shift == 0 ? max(size, 1e-300) * 1e-16 : shift * 100
    }
    return nil
  }

  func step(
    _ system: System, _ dualResidual: [Double], _ equalityResidual: [Double], _ slackResidual: [Double],
    _ target: [Double]
  ) -> Move {
    let n = program.count
    var right = dualResidual
    var weights = [Double](repeating: 0, count: program.inequality.rows)
    for (index, term) in terms.enumerated() {
      let push = (target[index] - dual[index] * slackResidual[index]) / slack[index]
      switch term {
      case .lower(let variable): right[variable] += push
      case .upper(let variable): right[variable] -= push
      case .inequality(let row): weights[row] = push
      }
    }
    if program.inequality.rows > 0 {
      let push = program.inequality.transposedTimes(weights)
      for index in 0..<n { right[index] -= push[index] }
    }
    var (dx, dy) = reduced(system, right, equalityResidual)
    // Near the end the barrier's weights span twenty magnitudes and the factors lose the small ones; refinement against the
    // unfactored matrix gives them back.
    if let hessian = system.hessian {
      for _ in 0..<2 {
        let image = hessian * dx
        let pull = program.equality.transposedTimes(dy)
        let equalityImage = program.equality * dx
        let (fixX, fixY) = reduced(
          system, (0..<n).map { right[$0] - image[$0] - pull[$0] },
          (0..<y.count).map { equalityResidual[$0] - equalityImage[$0] })
        for index in 0..<n { dx[index] += fixX[index] }
        for index in 0..<y.count { dy[index] += fixY[index] }
      }
    }
    let image = program.inequality * dx
    var move = Move(
      x: dx, y: dy, slack: [Double](repeating: 0, count: termCount), dual: [Double](repeating: 0, count: termCount))
    for (index, term) in terms.enumerated() {
      let change =
        switch term {
        case .lower(let variable): dx[variable]
        case .upper(let variable): -dx[variable]
        case .inequality(let row): -image[row]
        }
      move.slack[index] = change + slackResidual[index]
      move.dual[index] = (target[index] - dual[index] * move.slack[index]) / slack[index]
    }
    return move
  }

  /// (dx, dy) with H dx + Aᵀ dy = right and A dx = equality.
  private func reduced(_ system: System, _ right: [Double], _ equality: [Double]) -> ([Double], [Double]) {
    let n = program.count
    var dx = system.dense?.solve(right) ?? (0..<n).map { right[$0] / system.diagonal[$0] }
    guard let schur = system.schur else { return (dx, []) }
    let image = program.equality * dx
    let dy = schur.solve((0..<y.count).map { image[$0] - equality[$0] })
    let back = system.solvedRows * dy
    for index in 0..<n { dx[index] -= back[index] }
    return (dx, dy)
  }

  /// Solves exactly on the constraints that the interior solution shows as active, and keeps the result if it satisfies the
  /// optimality conditions: this takes the error from about 1e-9 to rounding and puts inactive weights at exactly zero.
  func polish(_ solution: inout ProgramSolution) {
    guard let quadratic = program.quadratic else { return }
    let n = program.count
    var fixed = [Double?](repeating: nil, count: n)
    var rows: [Int] = []
    for (index, term) in terms.enumerated() where dual[index] > slack[index] {
      switch term {
      case .lower(let variable): fixed[variable] = program.lower[variable]
      case .upper(let variable): fixed[variable] = program.upper[variable]
      case .inequality(let row): rows.append(row)
      }
    }
    let free = (0..<n).filter { fixed[$0] == nil }
    let equalities = y.count
    let size = free.count + equalities + rows.count
    guard size > 0, equalities + rows.count <= free.count else { return }
    var kkt = Matrix(rows: size, columns: size)
    var right = [Double](repeating: 0, count: size)
    let base = fixed.map { $0 ?? 0 }
    let pull = quadratic * base
    for (position, variable) in free.enumerated() {
      for (other, column) in free.enumerated() { kkt[position, other] = scale * quadratic[variable, column] }
      right[position] = -scale * (program.linear[variable] + pull[variable])
    }
    func add(row: Int, of matrix: Matrix, value: Double, at position: Int) {
      var rest = value
      for variable in 0..<n where fixed[variable] != nil { rest -= matrix[row, variable] * base[variable] }
      for (other, variable) in free.enumerated() {
        kkt[position, other] = matrix[row, variable]
        kkt[other, position] = matrix[row, variable]
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
    guard let answer = try? kkt.solve(right), answer.allSatisfy(\.isFinite) else { return }
    var candidate = solution
    candidate.point = base
    for (position, variable) in free.enumerated() { candidate.point[variable] = answer[position] }
    for row in 0..<equalities { candidate.equalityMultipliers[row] = answer[free.count + row] / scale }
    candidate.inequalityMultipliers = [Double](repeating: 0, count: program.inequality.rows)
    for (offset, row) in rows.enumerated() {
      let multiplier = answer[free.count + equalities + offset] / scale
      guard multiplier >= -1e-9 / scale else { return }
      candidate.inequalityMultipliers[row] = max(0, multiplier)
    }
    guard isFeasible(candidate.point, active: rows), takeBoundMultipliers(&candidate, quadratic, fixed) else { return }
    candidate.value = objective(candidate.point)
    solution = candidate
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

extension Cholesky {
  /// The bare factorisation, without the test for small pivots; nil when a pivot is not positive.
  init?(unchecked matrix: Matrix) {
    var factor = matrix
    var order = Int32(matrix.rows)
    var status: Int32 = 0
    factor.values.withUnsafeMutableBufferPointer { target in
      dpotrf_("U", &order, target.baseAddress, &order, &status, 1)
    }
    guard status == 0, factor.diagonal.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
    lower = factor
  }
}
