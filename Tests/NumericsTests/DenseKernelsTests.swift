import Numerics
import TestSupport
import Testing

@Suite struct DenseKernelsTests {
  @Test func kernelsAgreeWithLoops() {
    var generator = SeededGenerator(seed: 8)
    for size in [1, 2, 5, 17] {
      let count = 2 * size + 3
      let rows = (0..<(count * size)).map { _ in Double.random(in: -1...1, using: &generator) }
      let weights = (0..<count).map { _ in Double.random(in: 0...2, using: &generator) }
      let vector = (0..<size).map { _ in Double.random(in: -1...1, using: &generator) }
      var matrix = [Double](repeating: 0, count: size * size)
      for index in 0..<size { matrix[index * size + index] = 0.5 }
      var expected = matrix
      for row in 0..<count {
        for first in 0..<size {
          for second in 0..<size {
            expected[first * size + second] += weights[row] * rows[row * size + first] * rows[row * size + second]
          }
        }
      }
      DenseKernels.addWeightedOuterProducts(rows: rows, weights: weights, size: size, to: &matrix)
      #expect(zip(matrix, expected).allSatisfy { abs($0 - $1) < 1e-12 })
      var products = [Double](repeating: 0, count: count)
      DenseKernels.rowProducts(rows: rows, size: size, vector: vector, into: &products)
      var sums = vector
      DenseKernels.addTransposedRows(rows: rows, size: size, count: count, scales: weights, to: &sums)
      for row in 0..<count {
        let product = (0..<size).reduce(0) { $0 + rows[row * size + $1] * vector[$1] }
        #expect(abs(products[row] - product) < 1e-12)
      }
      for column in 0..<size {
        let sum = (0..<count).reduce(vector[column]) { $0 + weights[$1] * rows[$1 * size + column] }
        #expect(abs(sums[column] - sum) < 1e-12)
      }
      // K x = b through the factor, then the residual b − K x is zero.
      var factor = matrix
      #expect(DenseKernels.cholesky(&factor, size: size))
      var solution = vector
      DenseKernels.solve(factor: factor, size: size, &solution)
      var residual = vector
      DenseKernels.subtractProduct(matrix: matrix, size: size, vector: solution, from: &residual)
      #expect(residual.allSatisfy { abs($0) < 1e-10 })
    }
    var indefinite = [1.0, 2, 2, 1]
    #expect(!DenseKernels.cholesky(&indefinite, size: 2))
  }
}
