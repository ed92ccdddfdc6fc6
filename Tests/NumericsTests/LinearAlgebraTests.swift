import Numerics
import TestSupport
import Testing

@Suite struct LinearAlgebraTests {
  static func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    Matrix(rows: rows, columns: columns, values: RandomStream(seed: seed).normals(count: rows * columns))
  }

  @Test func productsAgreeWithLoops() {
    let a = Self.random(7, 5, seed: 1)
    let b = Self.random(5, 9, seed: 2)
    let product = a * b
    for row in 0..<7 {
      for column in 0..<9 {
        let sum = (0..<5).reduce(0) { $0 + a[row, $1] * b[$1, column] }
        #expect(abs(product[row, column] - sum) < 1e-13)
      }
    }
    let vector = RandomStream(seed: 3).normals(count: 5)
    let image = a * vector
    let back = a.transposedTimes(image)
    let direct = a.gram * vector
    for index in 0..<5 { #expect(abs(back[index] - direct[index]) < 1e-12) }
  }

  @Test func factorizationsSolve() throws {
    let a = Self.random(30, 12, seed: 4).gram
    let right = RandomStream(seed: 5).normals(count: 12)
    let cholesky = try Cholesky(a)
    let x = cholesky.solve(right)
    for (left, expected) in zip(a * x, right) { #expect(abs(left - expected) < 1e-9) }
    for (left, expected) in zip(x, try a.solve(right)) { #expect(abs(left - expected) < 1e-9) }
    let rebuilt = cholesky.lower * cholesky.lower.transposed
    #expect(zip(rebuilt.values, a.values).allSatisfy { abs($0 - $1) < 1e-11 })
    let eigen = try SymmetricEigen(a)
    #expect(eigen.values == eigen.values.sorted())
    let spectral = eigen.vectors * Matrix.diagonal(eigen.values) * eigen.vectors.transposed
    #expect(zip(spectral.values, a.values).allSatisfy { abs($0 - $1) < 1e-11 })
  }

  @Test func badMatricesAreNamed() {
    #expect(throws: LinearAlgebraError.notPositiveDefinite(row: 1)) { _ = try Cholesky(Matrix([[1, 1], [1, 1]])) }
    #expect(throws: LinearAlgebraError.notSquare(rows: 1, columns: 2)) { _ = try Cholesky(Matrix([[1, 2]])) }
    #expect(throws: LinearAlgebraError.notFinite(row: 1, column: 0)) {
      _ = try SymmetricEigen(Matrix([[1, 2], [.nan, 1]]))
    }
    #expect(throws: LinearAlgebraError.self) { _ = try Matrix([[1, 2], [2, 4]]).solve([1, 2]) }
  }
}
