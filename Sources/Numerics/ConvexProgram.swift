/// The common form of linear and quadratic programs; no quadratic term means zero.
struct ConvexProgram {
  var quadratic: Matrix?
  var linear: [Double]
  var equality: Matrix
  var equalityValues: [Double]
  var inequality: Matrix
  var inequalityLimits: [Double]
  var lower: [Double]
  var upper: [Double]

  var count: Int { linear.count }

  func validated() throws(ProgramError) -> ConvexProgram {
    let n = count
    guard n > 0 else { throw .badInput("a program needs at least one variable") }
    guard quadratic == nil || quadratic?.rows == n, equality.columns == n, inequality.columns == n, lower.count == n,
      upper.count == n
    else { throw .badInput("all parts of a program must have \(n) columns, one per variable") }
    guard equality.rows == equalityValues.count else { throw .badInput("one right side per equality") }
    guard inequality.rows == inequalityLimits.count else { throw .badInput("one limit per inequality") }
    for (name, values) in [
      ("linear term", linear), ("equality matrix", equality.values), ("equality values", equalityValues),
      ("inequality matrix", inequality.values),
    ] {
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw .badInput("the \(name) holds \(values[index]) at position \(index)")
      }
    }
    if let row = inequalityLimits.firstIndex(where: { $0.isNaN || $0 == -.infinity }) {
      throw .badInput("the limit of inequality \(row) is \(inequalityLimits[row])")
    }
    for index in 0..<n {
      if lower[index].isNaN || upper[index].isNaN || lower[index] == .infinity || upper[index] == -.infinity {
        throw .badInput("variable \(index) has the bounds \(lower[index]) and \(upper[index])")
      }
      if lower[index] > upper[index] {
        throw .infeasible(conflicts: [.lowerBound(index), .upperBound(index)])
      }
    }
    return self
  }

  func solvedWithSlacks() throws(ProgramError) -> ProgramSolution {
    let n = count
    let extra = inequality.rows
    var matrix = Matrix(rows: equality.rows + extra, columns: n + extra)
    for row in 0..<equality.rows { for column in 0..<n { matrix[row, column] = equality[row, column] } }
    for row in 0..<extra {
      for column in 0..<n { matrix[equality.rows + row, column] = inequality[row, column] }
      matrix[equality.rows + row, n + row] = 1
    }
    let limits = inequalityLimits.map { $0 == .infinity ? 0 : $0 }
    let slackLower = inequalityLimits.map { $0 == .infinity ? -Double.infinity : 0 }
    let wide = ConvexProgram(
      quadratic: nil, linear: linear + [Double](repeating: 0, count: extra), equality: matrix,
      equalityValues: equalityValues + limits, inequality: Matrix(rows: 0, columns: n + extra), inequalityLimits: [],
      lower: lower + slackLower, upper: upper + [Double](repeating: .infinity, count: extra))
    do {
      var solution = try InteriorPoint.solve(wide)
      solution.inequalityMultipliers = Array(solution.lowerBoundMultipliers[n...])
      solution.equalityMultipliers.removeLast(extra)
      solution.point.removeLast(extra)
      solution.lowerBoundMultipliers.removeLast(extra)
      solution.upperBoundMultipliers.removeLast(extra)
      return solution
    } catch {
      guard case .infeasible(let conflicts) = error else { throw error }
      throw .infeasible(
        conflicts: conflicts.compactMap { conflict in
          switch conflict {
          case .equality(let row) where row >= equality.rows: .inequality(row - equality.rows)
          case .lowerBound(let variable) where variable >= n: nil
          default: conflict
          }
        })
    }
  }

  /// The constraints of a certificate that no point satisfies all of them, or nil if some point does: minimises the sum of
  /// violations and reads off which constraints carry a multiplier.
  func conflicts() -> [ProgramConstraint]? {
    guard let candidates = elasticConflicts(equalities: Array(0..<equality.rows), inequalities: finiteRows) else {
      return nil
    }
    // An interior solution spreads the certificate over every constraint that could take part, so rows are dropped one by
    // one as long as the rest still conflict.
    var equalities = candidates.compactMap { if case .equality(let row) = $0 { row } else { nil } }
    var inequalities = candidates.compactMap { if case .inequality(let row) = $0 { row } else { nil } }
    var kept = candidates
    guard equalities.count + inequalities.count <= 40 else { return kept }
    for row in inequalities {
      let without = inequalities.filter { $0 != row }
      if let smaller = elasticConflicts(equalities: equalities, inequalities: without) {
        inequalities = without
        kept = smaller
      }
    }
    for row in equalities {
      let without = equalities.filter { $0 != row }
      if let smaller = elasticConflicts(equalities: without, inequalities: inequalities) {
        equalities = without
        kept = smaller
      }
    }
    return kept
  }

  private var finiteRows: [Int] { inequalityLimits.indices.filter { inequalityLimits[$0] < .infinity } }

  private func elasticConflicts(equalities: [Int], inequalities: [Int]) -> [ProgramConstraint]? {
    let n = count
    let rows = equalities.count + inequalities.count
    guard rows > 0 else { return nil }
    // Each equality gets a shortfall and an excess, each inequality a slack and an excess.
    var matrix = Matrix(rows: rows, columns: n + 2 * rows)
    var values = [Double](repeating: 0, count: rows)
    var cost = [Double](repeating: 0, count: n)
    var scale = 1.0
    for (position, row) in equalities.enumerated() {
      for column in 0..<n { matrix[position, column] = equality[row, column] }
      values[position] = equalityValues[row]
      cost += [1, 1]
    }
    for (position, row) in inequalities.enumerated() {
      for column in 0..<n { matrix[equalities.count + position, column] = inequality[row, column] }
      values[equalities.count + position] = inequalityLimits[row]
      cost += [0, 1]
    }
    for row in 0..<rows {
      matrix[row, n + 2 * row] = 1
      matrix[row, n + 2 * row + 1] = -1
      scale = max(scale, abs(values[row]))
    }
    let elastic = ConvexProgram(
      quadratic: nil, linear: cost, equality: matrix, equalityValues: values,
      inequality: Matrix(rows: 0, columns: n + 2 * rows), inequalityLimits: [],
      lower: lower + [Double](repeating: 0, count: 2 * rows),
      upper: upper + [Double](repeating: .infinity, count: 2 * rows))
    guard let solution = try? InteriorPoint.solve(elastic, explainsFailure: false), solution.value > 1e-7 * scale else {
      return nil
    }
    var found: [ProgramConstraint] = []
    for (position, row) in equalities.enumerated() where abs(solution.equalityMultipliers[position]) > 1e-5 {
      found.append(.equality(row))
    }
    for (position, row) in inequalities.enumerated()
    where abs(solution.equalityMultipliers[equalities.count + position]) > 1e-5 {
      found.append(.inequality(row))
    }
    for index in 0..<n {
      if solution.lowerBoundMultipliers[index] > 1e-5 { found.append(.lowerBound(index)) }
      if solution.upperBoundMultipliers[index] > 1e-5 { found.append(.upperBound(index)) }
    }
    return found
  }
}
