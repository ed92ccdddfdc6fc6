import COpenBLAS

/// Eigenvalues and orthonormal eigenvectors of a symmetric matrix.
public struct SymmetricEigen: Sendable {
  /// Ascending.
  public let values: [Double]
  /// Column j belongs to value j; each column's largest component is positive, so the sign is defined.
  public let vectors: Matrix

  /// Reads the lower triangle of `matrix`.
  public init(_ matrix: Matrix) throws(LinearAlgebraError) {
    try matrix.checkSquareAndFinite()
    LinearAlgebraThreads.prepare()
    let size = matrix.rows
    guard size > 0 else {
      values = []
      vectors = matrix
      return
    }
    var order = Int32(size)
    var work = [Double](repeating: 0, count: 1 + 6 * size + 2 * size * size)
    var workCount = Int32(work.count)
    var integers = [Int32](repeating: 0, count: 3 + 5 * size)
    var integerCount = Int32(integers.count)
    var status: Int32 = 0
    var found = [Double](repeating: 0, count: size)
    // LAPACK is column-major: its upper triangle is our lower one, and its eigenvector columns arrive as our rows.
    var rows = matrix.values
    dsyevd_("V", "U", &order, &rows, &order, &found, &work, &workCount, &integers, &integerCount, &status, 1, 1)
    guard status == 0 else { throw .noConvergence }
    var columns = Matrix(rows: size, columns: size)
    for vector in 0..<size {
      let slice = rows[vector * size..<(vector + 1) * size]
      var pivot = slice.startIndex
      for index in slice.indices where abs(slice[index]) > abs(slice[pivot]) * (1 + 1e-9) { pivot = index }
      let sign: Double = slice[pivot] < 0 ? -1 : 1
      for index in 0..<size { columns[index, vector] = sign * rows[vector * size + index] }
    }
    values = found
    vectors = columns
  }
}

extension Matrix {
  /// x with self · x = right, by LU with partial pivoting.
  public func solve(_ right: [Double]) throws(LinearAlgebraError) -> [Double] {
    try checkSquareAndFinite()
    precondition(right.count == rows, "the right side must have one value per row")
    LinearAlgebraThreads.prepare()
    guard rows > 0 else { return [] }
    var order = Int32(rows)
    var one: Int32 = 1
    var pivots = [Int32](repeating: 0, count: rows)
    var status: Int32 = 0
    var factors = transposed.values
    var x = right
    dgesv_(&order, &one, &factors, &order, &pivots, &x, &order, &status)
    guard status == 0 else { throw .singular(row: Int(status) - 1) }
    return x
  }
}
