import Numerics

/// The symmetric system [K A'; A 0] of an interior-point step, K positive definite, solved through Cholesky factors of K
/// and of the small Schur complement A K⁻¹ A'.
struct NewtonSystem {
  let size: Int
  let equalityCount: Int
  private var factor: [Double]
  private var original: [Double]
  /// K⁻¹A', column by column.
  private var solvedEqualities: [Double]
  private var schur: [Double]

  init(size: Int, equalityCount: Int) {
    self.size = size
    self.equalityCount = equalityCount
    factor = [Double](repeating: 0, count: size * size)
    original = factor
    solvedEqualities = [Double](repeating: 0, count: size * equalityCount)
    schur = [Double](repeating: 0, count: equalityCount * equalityCount)
  }

  /// Factorises K = hessian + Σ weight·row row' + diagonal; false when even a regularised K is not positive definite.
  mutating func factorize(
    hessian: [Double], rows: [Double], weights: [Double], extraRows: [Double], extraWeights: [Double],
    diagonal: [Double], equalities: [Double]
  ) -> Bool {
    original = hessian
    for index in 0..<size { original[index * size + index] += diagonal[index] }
    addWeightedRows(rows, weights: weights)
    addWeightedRows(extraRows, weights: extraWeights)
    var largest = 0.0
    for index in 0..<size { largest = max(largest, abs(original[index * size + index])) }
    guard largest.isFinite else { return false }
    var ridge = 1e-15 * max(largest, 1e-300)
    for _ in 0..<8 {
      factor = original
      for index in 0..<size {
        // Relative to each pivot, so that small pivots of well-scaled directions keep their digits.
        factor[index * size + index] += 1e-14 * abs(original[index * size + index]) + 1e-6 * ridge
      }
      if DenseKernels.cholesky(&factor, size: size) { return factorizeSchur(equalities) }
      ridge *= 1e3
      for index in 0..<size { original[index * size + index] += ridge }
    }
    return false
  }

  private mutating func factorizeSchur(_ equalities: [Double]) -> Bool {
    guard equalityCount > 0 else { return true }
    for row in 0..<equalityCount {
      var column = Array(equalities[(row * size)..<((row + 1) * size)])
      DenseKernels.solve(factor: factor, size: size, &column)
      for index in 0..<size { solvedEqualities[row * size + index] = column[index] }
    }
    for row in 0..<equalityCount {
      for other in 0..<equalityCount {
        var sum = 0.0
        for index in 0..<size { sum += equalities[row * size + index] * solvedEqualities[other * size + index] }
        schur[row * equalityCount + other] = sum
      }
    }
    var largest = 0.0
    for row in 0..<equalityCount { largest = max(largest, schur[row * equalityCount + row]) }
    // Redundant equalities make the complement singular; the ridge then picks one of the equal answers.
    for row in 0..<equalityCount { schur[row * equalityCount + row] += 1e-14 * largest }
    return DenseKernels.cholesky(&schur, size: equalityCount)
  }

  /// Solves K z + A'y = right, A z = equality, with one step of refinement.
  func solve(right: [Double], equality: [Double], equalities: [Double]) -> (z: [Double], y: [Double]) {
    var (z, y) = solveOnce(right: right, equality: equality, equalities: equalities)
    for _ in 0..<2 {
      var residual = right
      var equalityResidual = equality
      DenseKernels.subtractProduct(matrix: original, size: size, vector: z, from: &residual)
      for row in 0..<equalityCount {
        for index in 0..<size {
          residual[index] -= equalities[row * size + index] * y[row]
          equalityResidual[row] -= equalities[row * size + index] * z[index]
        }
      }
      let correction = solveOnce(right: residual, equality: equalityResidual, equalities: equalities)
      guard correction.z.allSatisfy(\.isFinite) else { break }
      for index in 0..<size { z[index] += correction.z[index] }
      for index in 0..<equalityCount { y[index] += correction.y[index] }
    }
    return (z, y)
  }

  private func solveOnce(
    right: [Double], equality: [Double], equalities: [Double]
  ) -> (z: [Double], y: [Double]) {
    var z = right
    DenseKernels.solve(factor: factor, size: size, &z)
    guard equalityCount > 0 else { return (z, []) }
    var y = equality.map { -$0 }
    for row in 0..<equalityCount {
      for index in 0..<size { y[row] += equalities[row * size + index] * z[index] }
    }
    DenseKernels.solve(factor: schur, size: equalityCount, &y)
    for row in 0..<equalityCount {
      for index in 0..<size { z[index] -= solvedEqualities[row * size + index] * y[row] }
    }
    return (z, y)
  }

  private mutating func addWeightedRows(_ rows: [Double], weights: [Double]) {
    guard !weights.isEmpty else { return }
    DenseKernels.addWeightedOuterProducts(rows: rows, weights: weights, size: size, to: &original)
  }
}

extension ScenarioProgram {
  /// gᵣ'z for every row.
  func rowProducts(_ z: [Double]) -> [Double] {
    var products = [Double](repeating: 0, count: rows.count)
    DenseKernels.rowProducts(rows: coefficients, size: variableCount, vector: z, into: &products)
    return products
  }

  /// Adds Σ scaleᵣ gᵣ; scales beyond the rows are ignored.
  func addTransposedRows(scaledBy scales: [Double], to result: inout [Double]) {
    DenseKernels.addTransposedRows(
      rows: coefficients, size: variableCount, count: rows.count, scales: scales, to: &result)
  }
}
