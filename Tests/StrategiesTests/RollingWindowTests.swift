import TestSupport
import Testing

@testable import Strategies

@Suite struct RollingWindowTests {
  @Test(arguments: [1, 2, 7, 50])
  func momentsEqualThoseOfTheValues(length: Int) {
    var random = SeededGenerator(seed: UInt64(length))
    var window = RollingWindow(length: length)
    var values: [Int64] = []
    for step in 0..<300 {
      let extreme = Int64(1) << 33
      let value = step < 150 ? Int64.random(in: 9_000...11_000, using: &random) : [extreme, -extreme, 0][step % 3]
      let left = window.add(value)
      values.append(value)
      #expect(window.isFull == (values.count >= length))
      guard values.count > length else { continue }
      #expect(left == values[values.count - length - 1])
      let last = values.suffix(length).map { Int128($0) }
      let (sum, squares) = (last.reduce(0, +), last.map { $0 * $0 }.reduce(0, +))
      #expect(Int128(window.sum) == sum)
      #expect(window.scaledVariance == Int128(length) * squares - sum * sum)
    }
  }

  @Test func scoreOfAHandMadeSeries() {
    var window = RollingWindow(length: 4)
    for value in [2, 4, 4] as [Int64] { window.add(value) }
    #expect(window.standardScore(4) == 0, "no score before the window is full")
    window.add(6)
    // Mean 4, population variance 2.
    #expect(window.standardScore(6) == 2 / 2.0.squareRoot())
    #expect(window.standardScore(4) == 0)
    for _ in 0..<4 { window.add(7) }
    #expect(window.standardScore(9) == 0, "no variance, no score")
  }

  @Test func slopeAndScoreEqualTheTextbookOnes() throws {
    var random = SeededGenerator(seed: 3)
    var window = PairWindow(length: 40)
    var pairs: [(y: Double, x: Double)] = []
    var x: Int64 = 20_000
    for step in 0..<400 {
      x += Int64.random(in: -9...9, using: &random)
      let y = 3 * x / 2 + Int64.random(in: -30...30, using: &random)
      window.add(y, x)
      pairs.append((Double(y), Double(x)))
      guard step >= 40 else { continue }
      let last = pairs.suffix(40)
      let (meanY, meanX) = (last.map(\.y).reduce(0, +) / 40, last.map(\.x).reduce(0, +) / 40)
      let covariance = last.map { ($0.y - meanY) * ($0.x - meanX) }.reduce(0, +)
      let variance = last.map { ($0.x - meanX) * ($0.x - meanX) }.reduce(0, +)
      let slope = try #require(window.slope)
      #expect(abs(slope - covariance / variance) < 1e-9 * abs(slope))
      let residuals = last.map { $0.y - meanY - slope * ($0.x - meanX) }
      let deviation = (residuals.map { $0 * $0 }.reduce(0, +) / 40).squareRoot()
      let score = window.standardScore(y, x, slope: slope)
      #expect(abs(score - residuals[residuals.count - 1] / deviation) < 1e-7)
    }
  }

  @Test func aPerfectFitHasNoScoreAndAConstantNoSlope() {
    var window = PairWindow(length: 5)
    for x in [3, 9, 4, 1, 7] as [Int64] { window.add(2 * x + 5, x) }
    #expect(window.slope == 2)
    #expect(window.standardScore(19, 7, slope: 2) == 0)
    var flat = PairWindow(length: 3)
    for y in [1, 2, 3] as [Int64] { flat.add(y, 10) }
    #expect(flat.slope == nil)
  }
}
