import COpenBLAS

/// Rows of jointly normal values with a given covariance, row r a function of (seed, stream, r).
public struct CorrelatedNormals: Sendable {
  public let dimension: Int
  private let lower: [Double]

  public init(covariance: Matrix) throws(LinearAlgebraError) {
    dimension = covariance.rows
    lower = try Cholesky(covariance).lower.values
  }

  /// Fills `rows` rows from row `start` on: standard normals times the transposed Cholesky factor.
  public func fill(
    _ values: UnsafeMutableBufferPointer<Double>, rows: Int, startingAt start: UInt64, stream: RandomStream
  ) {
    precondition(values.count >= rows * dimension, "the buffer must hold rows × dimension values")
    LinearAlgebraThreads.prepare()
    // Panels stay in the cache between the generator and the product.
    let panel = 256
    for first in stride(from: 0, to: rows, by: panel) {
      let count = min(panel, rows - first)
      let slice = UnsafeMutableBufferPointer(rebasing: values[first * dimension..<(first + count) * dimension])
      stream.fillNormals(into: slice, startingAt: (start &+ UInt64(first)) &* UInt64(dimension))
      cblas_dtrmm(
        CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, Int32(count), Int32(dimension), 1, lower,
        Int32(dimension), slice.baseAddress, Int32(dimension))
    }
  }
}
