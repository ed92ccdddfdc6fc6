import COpenBLAS

/// OpenBLAS runs on one thread unless a caller says otherwise: how it splits work changes the rounding, and results must
/// not depend on the machine's core count. Parallel callers split their work into fixed chunks instead.
public enum LinearAlgebraThreads {
  private static let defaultIsSet: Bool = {
    openblas_set_num_threads(1)
    return true
  }()

  /// Makes sure that the default of one thread holds; every routine of this module calls it first.
  @inline(__always) static func prepare() { _ = defaultIsSet }

  /// Sets the number of OpenBLAS threads of the whole process; results may then differ in the last bits.
  public static func set(_ count: Int) {
    prepare()
    openblas_set_num_threads(Int32(clamping: max(1, count)))
  }

  public static var count: Int {
    prepare()
    return Int(openblas_get_num_threads())
  }
}

extension Matrix {
  /// The product of two matrices.
  public static func * (left: Matrix, right: Matrix) -> Matrix {
    precondition(left.columns == right.rows, "the inner dimensions of a product must agree")
    LinearAlgebraThreads.prepare()
    var result = Matrix(rows: left.rows, columns: right.columns)
    guard !result.values.isEmpty, left.columns > 0 else { return result }
    let m = Int32(left.rows)
    let n = Int32(right.columns)
    let k = Int32(left.columns)
    result.values.withUnsafeMutableBufferPointer { target in
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, left.values, k, right.values, n, 0,
        target.baseAddress, n)
    }
    return result
  }

  /// The product of a matrix and a column.
  public static func * (left: Matrix, right: [Double]) -> [Double] {
    precondition(left.columns == right.count, "the inner dimensions of a product must agree")
    LinearAlgebraThreads.prepare()
    var result = [Double](repeating: 0, count: left.rows)
    guard left.rows > 0, left.columns > 0 else { return result }
    result.withUnsafeMutableBufferPointer { target in
      cblas_dgemv(
        CblasRowMajor, CblasNoTrans, Int32(left.rows), Int32(left.columns), 1, left.values, Int32(left.columns), right,
        1,
        0, target.baseAddress, 1)
    }
    return result
  }

  /// selfᵀ · vector.
  public func transposedTimes(_ vector: [Double]) -> [Double] {
    precondition(rows == vector.count, "the inner dimensions of a product must agree")
    LinearAlgebraThreads.prepare()
    var result = [Double](repeating: 0, count: columns)
    guard rows > 0, columns > 0 else { return result }
    result.withUnsafeMutableBufferPointer { target in
      cblas_dgemv(
        CblasRowMajor, CblasTrans, Int32(rows), Int32(columns), 1, values, Int32(columns), vector, 1, 0,
        target.baseAddress, 1)
    }
    return result
  }

  /// selfᵀ · self, exactly symmetric.
  public var gram: Matrix {
    LinearAlgebraThreads.prepare()
    var result = Matrix(rows: columns, columns: columns)
    guard rows > 0, columns > 0 else { return result }
    let n = Int32(columns)
    let k = Int32(rows)
    result.values.withUnsafeMutableBufferPointer { target in
      cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, n, k, 1, values, n, 0, target.baseAddress, n)
    }
    for row in 0..<columns { for column in 0..<row { result[column, row] = result[row, column] } }
    return result
  }

  /// xᵀ · self · x.
  public func quadraticForm(_ vector: [Double]) -> Double {
    let image = self * vector
    var sum = 0.0
    for index in vector.indices { sum += vector[index] * image[index] }
    return sum
  }
}
