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
