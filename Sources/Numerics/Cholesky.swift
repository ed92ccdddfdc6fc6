import COpenBLAS

/// Why a factorisation was refused.
public enum LinearAlgebraError: Error, Hashable, Sendable, CustomStringConvertible {
  case notSquare(rows: Int, columns: Int)
  case notFinite(row: Int, column: Int)
  /// The leading minor ending at `row` is not positive: the row is a combination of those before it, or the matrix is
  /// indefinite.
  case notPositiveDefinite(row: Int)
  case singular(row: Int)
  case noConvergence

  public var description: String {
    switch self {
    case .notSquare(let rows, let columns): "the matrix is \(rows) × \(columns), not square"
    case .notFinite(let row, let column): "the matrix holds a value that is not finite at row \(row), column \(column)"
    case .notPositiveDefinite(let row):
      "the matrix is not positive definite: row \(row) depends on the rows before it; shrink it or drop that series"
    case .singular(let row): "the matrix is singular: no pivot for row \(row)"
    case .noConvergence: "the eigenvalue iteration did not converge"
    }
  }
}

extension Matrix {
  func checkSquareAndFinite() throws(LinearAlgebraError) {
    guard isSquare else { throw .notSquare(rows: rows, columns: columns) }
    for (index, value) in values.enumerated() where !value.isFinite {
      throw .notFinite(row: index / columns, column: index % columns)
    }
  }
}

/// The factor L of a symmetric positive definite matrix, A = L Lᵀ.
public struct Cholesky: Sendable {
  /// Lower triangular, zeros above the diagonal.
  public let lower: Matrix

  /// Reads the lower triangle of `matrix`. A pivot below 1e-14 of the largest diagonal entry counts as zero.
  public init(_ matrix: Matrix) throws(LinearAlgebraError) {
    try matrix.checkSquareAndFinite()
    LinearAlgebraThreads.prepare()
    var factor = matrix
    let largest = matrix.diagonal.max() ?? 0
    var order = Int32(matrix.rows)
    var status: Int32 = 0
    guard matrix.rows > 0 else {
      lower = matrix
      return
    }
    factor.values.withUnsafeMutableBufferPointer { target in
      // LAPACK is column-major: its upper triangle is our lower one.
      dpotrf_("U", &order, target.baseAddress, &order, &status, 1)
    }
    if status > 0 { throw .notPositiveDefinite(row: Int(status) - 1) }
    for row in 0..<matrix.rows {
      if factor[row, row] * factor[row, row] <= 1e-14 * largest { throw .notPositiveDefinite(row: row) }
      for column in row + 1..<max(matrix.columns, row + 1) { factor[row, column] = 0 }
    }
    lower = factor
  }

  /// x with A x = b.
  public func solve(_ right: [Double]) -> [Double] {
    precondition(right.count == lower.rows, "the right side must have one value per row")
    var x = right
    let n = Int32(lower.rows)
    x.withUnsafeMutableBufferPointer { target in
      cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, n, lower.values, n, target.baseAddress, 1)
      cblas_dtrsv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, n, lower.values, n, target.baseAddress, 1)
    }
    return x
  }

  /// X with A X = B.
  public func solve(_ right: Matrix) -> Matrix {
    precondition(right.rows == lower.rows, "the right side must have one row per row")
    var x = right
    guard !x.values.isEmpty else { return x }
    let n = Int32(lower.rows)
    let m = Int32(right.columns)
    x.values.withUnsafeMutableBufferPointer { target in
      for transpose in [CblasNoTrans, CblasTrans] {
        cblas_dtrsm(
          CblasRowMajor, CblasLeft, CblasLower, transpose, CblasNonUnit, n, m, 1, lower.values, n, target.baseAddress, m
        )
      }
    }
    return x
  }

  /// L⁻¹ b.
  public func solveLower(_ right: [Double]) -> [Double] {
    precondition(right.count == lower.rows, "the right side must have one value per row")
    var x = right
    let n = Int32(lower.rows)
    x.withUnsafeMutableBufferPointer { target in
      cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, n, lower.values, n, target.baseAddress, 1)
    }
    return x
  }

  public var inverse: Matrix { solve(Matrix.identity(lower.rows)) }

  public var logDeterminant: Double { 2 * lower.diagonal.reduce(0) { $0 + Elementary.log($1) } }
}
