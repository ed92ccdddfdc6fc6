/// Dense row-major kernels of the portfolio solvers; matrices are symmetric, factors are kept in the lower triangle.
enum DenseKernels {
  /// Replaces a symmetric matrix by its lower Cholesky factor; false when it is not positive definite.
  static func cholesky(_ matrix: inout [Double], size: Int) -> Bool {
    matrix.withUnsafeMutableBufferPointer { a in
      for row in 0..<size {
        for column in 0...row {
          var sum = a[row * size + column]
          for inner in 0..<column { sum -= a[row * size + inner] * a[column * size + inner] }
          if row == column {
            guard sum > 0, sum.isFinite else { return false }
            a[row * size + row] = sum.squareRoot()
          } else {
            a[row * size + column] = sum / a[column * size + column]
          }
        }
      }
      return true
    }
  }

  /// Solves L L' x = b in place.
  static func solve(factor: [Double], size: Int, _ vector: inout [Double]) {
    factor.withUnsafeBufferPointer { l in
      vector.withUnsafeMutableBufferPointer { x in
        for row in 0..<size {
          var sum = x[row]
          for column in 0..<row { sum -= l[row * size + column] * x[column] }
          x[row] = sum / l[row * size + row]
        }
        for row in (0..<size).reversed() {
          let value = x[row] / l[row * size + row]
          x[row] = value
          for column in 0..<row { x[column] -= l[row * size + column] * value }
        }
      }
    }
  }

  /// Adds Σ weight·row row' to a symmetric matrix.
  static func addWeightedOuterProducts(rows: [Double], weights: [Double], size: Int, to matrix: inout [Double]) {
    rows.withUnsafeBufferPointer { g in
      matrix.withUnsafeMutableBufferPointer { k in
        for (index, weight) in weights.enumerated() where weight != 0 {
          let base = index * size
          for row in 0..<size where g[base + row] != 0 {
            let scaled = weight * g[base + row]
            for column in 0...row { k[row * size + column] += scaled * g[base + column] }
          }
        }
        for row in 0..<size {
          for column in 0..<row { k[column * size + row] = k[row * size + column] }
        }
      }
    }
  }

  /// vector of row'·x.
  static func rowProducts(rows: [Double], size: Int, vector: [Double], into products: inout [Double]) {
    rows.withUnsafeBufferPointer { g in
      vector.withUnsafeBufferPointer { x in
        for row in products.indices {
          var sum = 0.0
          for column in 0..<size { sum += g[row * size + column] * x[column] }
          products[row] = sum
        }
      }
    }
  }

  /// result += Σ scale·row.
  static func addTransposedRows(
    rows: [Double], size: Int, count: Int, scales: [Double], to result: inout [Double]
  ) {
    rows.withUnsafeBufferPointer { g in
      result.withUnsafeMutableBufferPointer { r in
        for row in 0..<count where scales[row] != 0 {
          let scale = scales[row]
          for column in 0..<size { r[column] += scale * g[row * size + column] }
        }
      }
    }
  }

  /// residual −= matrix·vector.
  static func subtractProduct(matrix: [Double], size: Int, vector: [Double], from residual: inout [Double]) {
    matrix.withUnsafeBufferPointer { k in
      for row in 0..<size {
        var sum = 0.0
        for column in 0..<size { sum += k[row * size + column] * vector[column] }
        residual[row] -= sum
      }
    }
  }
}
