import COpenBLAS

/// Row-major dense kernels over plain arrays, for solvers that refactorise one workspace many times.
///
/// Symmetric matrices are full; factors live in the lower triangle, and what is above it is left as it was.
public enum DenseKernels {
  /// Replaces the lower triangle of a symmetric matrix by its Cholesky factor; false when it is not positive definite.
  public static func cholesky(_ matrix: inout [Double], size: Int) -> Bool {
    precondition(matrix.count == size * size, "a square matrix of the stated size")
    guard size > 0 else { return true }
    LinearAlgebraThreads.prepare()
    var order = Int32(size)
    var status: Int32 = 0
    matrix.withUnsafeMutableBufferPointer { target in
      // LAPACK is column-major: its upper triangle is our lower one.
      dpotrf_("U", &order, target.baseAddress, &order, &status, 1)
    }
    return status == 0 && matrix[size * size - 1].isFinite
  }

  /// Solves L L' x = b in place.
  public static func solve(factor: [Double], size: Int, _ vector: inout [Double]) {
    precondition(factor.count == size * size && vector.count == size, "a factor and a vector of the stated size")
    guard size > 0 else { return }
    LinearAlgebraThreads.prepare()
    let order = Int32(size)
    vector.withUnsafeMutableBufferPointer { x in
      cblas_dtrsv(
        CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, order, factor, order, x.baseAddress, 1)
      cblas_dtrsv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, order, factor, order, x.baseAddress, 1)
    }
  }

  /// Adds Σ weight·row row' (weights ≥ 0) to a symmetric matrix; rows are row-major, `size` coefficients each.
  public static func addWeightedOuterProducts(
    rows: [Double], weights: [Double], size: Int, to matrix: inout [Double]
  ) {
    precondition(rows.count == weights.count * size && matrix.count == size * size, "one weight per row")
    guard size > 0, !weights.isEmpty else { return }
    LinearAlgebraThreads.prepare()
    var scaled = rows
    scaled.withUnsafeMutableBufferPointer { target in
      for (row, weight) in weights.enumerated() where weight != 1 {
        cblas_dscal(Int32(size), weight.squareRoot(), target.baseAddress! + row * size, 1)
      }
    }
    let order = Int32(size)
    matrix.withUnsafeMutableBufferPointer { k in
      cblas_dsyrk(
        CblasRowMajor, CblasLower, CblasTrans, order, Int32(weights.count), 1, scaled, order, 1, k.baseAddress, order)
      for row in 0..<size {
        for column in 0..<row { k[column * size + row] = k[row * size + column] }
      }
    }
  }

  /// products = rows · x.
  public static func rowProducts(rows: [Double], size: Int, vector: [Double], into products: inout [Double]) {
    precondition(rows.count == products.count * size && vector.count == size, "rows of the vector's length")
    guard size > 0, !products.isEmpty else { return }
    LinearAlgebraThreads.prepare()
    let count = Int32(products.count)
    products.withUnsafeMutableBufferPointer { target in
      cblas_dgemv(
        CblasRowMajor, CblasNoTrans, count, Int32(size), 1, rows, Int32(size), vector, 1, 0, target.baseAddress, 1)
    }
  }

  /// result += Σ scale·row over the first `count` scales.
  public static func addTransposedRows(
    rows: [Double], size: Int, count: Int, scales: [Double], to result: inout [Double]
  ) {
    precondition(
      rows.count >= count * size && scales.count >= count && result.count == size, "one scale per row")
    guard size > 0, count > 0 else { return }
    LinearAlgebraThreads.prepare()
    result.withUnsafeMutableBufferPointer { target in
      cblas_dgemv(
        CblasRowMajor, CblasTrans, Int32(count), Int32(size), 1, rows, Int32(size), scales, 1, 1, target.baseAddress, 1)
    }
  }

  /// residual −= matrix · vector for a symmetric matrix.
  public static func subtractProduct(
    matrix: [Double], size: Int, vector: [Double], from residual: inout [Double]
  ) {
    precondition(
      matrix.count == size * size && vector.count == size && residual.count == size, "operands of the stated size")
    guard size > 0 else { return }
    LinearAlgebraThreads.prepare()
    residual.withUnsafeMutableBufferPointer { target in
      cblas_dsymv(
        CblasRowMajor, CblasLower, Int32(size), -1, matrix, Int32(size), vector, 1, 1, target.baseAddress, 1)
    }
  }
}
