import Foundation
import Numerics
import Testing

/// Statistics of many normals, each as a z-score where it has one.
struct NormalSample {
  private(set) var count = 0.0
  private var powers = [Double](repeating: 0, count: 5)
  private var cells: [UInt32]
  private var tails: [Int]
  private(set) var largest = 0.0
  static let limits = [2.0, 3, 4, 5, 5.5, 6]

  /// `cellCount` quantile cells, a power of two; the Kolmogorov-Smirnov distance is taken at their edges.
  init(cellCount: Int) {
    cells = [UInt32](repeating: 0, count: cellCount)
    tails = [Int](repeating: 0, count: Self.limits.count)
  }

  mutating func add(_ values: UnsafeMutableBufferPointer<Double>) {
    var sums = [SIMD8<Double>](repeating: .zero, count: 5)
    var far: [Double] = []
    let scale = Double(cells.count)
    cells.withUnsafeMutableBufferPointer { cells in
      for offset in stride(from: 0, to: values.count, by: 8) {
        let x = UnsafeRawPointer(values.baseAddress! + offset).loadUnaligned(as: SIMD8<Double>.self)
        let square = x * x
        sums[1] += x
        sums[2] += square
        sums[3] += square * x
        sums[4] += square * square
        let places = Elementary.normalCDF(x) * scale
        for lane in 0..<8 { cells[min(Int(places[lane]), cells.count - 1)] += 1 }
        if any(square .> 4) { for lane in 0..<8 where square[lane] > 4 { far.append(abs(x[lane])) } }
      }
    }
    for power in 1...4 { powers[power] += sums[power].sum() }
    for value in far {
      largest = max(largest, value)
      for (index, limit) in Self.limits.enumerated() where value > limit { tails[index] += 1 }
    }
    count += Double(values.count)
  }

  /// Distance of the mean of each power from its expectation in standard errors.
  var momentScores: [Double] {
    let root = count.squareRoot()
    return [
      powers[1] / count * root, (powers[2] / count - 1) * root / 2.squareRoot(),
      powers[3] / count * root / 15.squareRoot(), (powers[4] / count - 3) * root / 96.squareRoot(),
    ]
  }

  /// √n times the largest distance between the distribution functions: Kolmogorov's statistic, 1.36 at 5 %.
  var kolmogorov: Double {
    var cumulative = 0.0
    var distance = 0.0
    for (index, cell) in cells.enumerated() {
      cumulative += Double(cell)
      distance = max(distance, abs(cumulative / count - Double(index + 1) / Double(cells.count)))
    }
    return distance * count.squareRoot()
  }

  /// Pearson's χ² over the cells, as a z-score.
  var cellScore: Double {
    let expected = count / Double(cells.count)
    let chi = cells.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    let degrees = Double(cells.count - 1)
    return (chi - degrees) / (2 * degrees).squareRoot()
  }

  /// Values beyond each limit: how many, how many are expected, and their distance in standard errors.
  var tailScores: [(limit: Double, found: Int, expected: Double, score: Double)] {
    Self.limits.indices.map { index in
      let expected = 2 * count * SpecialFunctions.normalCDF(-Self.limits[index])
      return (
        Self.limits[index], tails[index], expected, (Double(tails[index]) - expected) / expected.squareRoot()
      )
    }
  }
}

@Suite struct NormalGeneratorTests {
  static let isLong = ProcessInfo.processInfo.environment["LOCKSTEP_LONG_TESTS"] != nil

  /// Everything within five standard errors, and Kolmogorov's statistic below its 1e-6 point.
  func check(count: Int, cellCount: Int, prints: Bool = false) {
    let stream = RandomStream(seed: 20_240_601, stream: 3)
    let chunk = 1 << 16
    var buffer = [Double](repeating: 0, count: chunk)
    var sample = NormalSample(cellCount: cellCount)
    for start in stride(from: 0, to: count, by: chunk) {
      buffer.withUnsafeMutableBufferPointer {
        stream.fillNormals(into: $0, startingAt: UInt64(start))
        sample.add($0)
      }
    }
    if prints {
      print("normals: \(Int(sample.count)) draws; moments 1 to 4 off by \(sample.momentScores) standard errors")
      print("  Kolmogorov's statistic \(sample.kolmogorov); \(cellCount) cells off by \(sample.cellScore)")
      for tail in sample.tailScores { print("  beyond \(tail)") }
      print("  largest \(sample.largest)")
    }
    for (index, score) in sample.momentScores.enumerated() { #expect(abs(score) < 5, "moment \(index + 1)") }
    #expect(sample.kolmogorov < 2.69)
    #expect(abs(sample.cellScore) < 5)
    for tail in sample.tailScores { #expect(abs(tail.score) < 5 + 3 / tail.expected.squareRoot(), "\(tail)") }
    // The grid of radii ends at 7.54; n draws should come near √(2 log n) and not beyond what one in a million samples does.
    #expect(sample.largest < 7.55)
    #expect(count * Int(1e6) > Int(1 / SpecialFunctions.normalCDF(-sample.largest)))
  }

  @Test func normalsLookNormal() { check(count: 1 << 18, cellCount: 1 << 10) }

  /// A billion draws: seconds when optimised, most of an hour when not.
  @Test(.enabled(if: Self.isLong)) func aBillionNormalsLookNormal() {
    check(count: 1_000_000_000, cellCount: 1 << 16, prints: true)
  }

  /// Correlations of all pairs of streams, of values and of squares, as z-scores.
  func pairScores(streams: [(seed: UInt64, stream: UInt64)], count: Int) -> (values: [Double], squares: [Double]) {
    let chunk = 1 << 12
    var buffers = [[Double]](repeating: [Double](repeating: 0, count: chunk), count: streams.count)
    let pairs = streams.count * (streams.count - 1) / 2
    var values = [Double](repeating: 0, count: pairs)
    var squares = values
    for start in stride(from: 0, to: count, by: chunk) {
      for (index, address) in streams.enumerated() {
        buffers[index].withUnsafeMutableBufferPointer {
          RandomStream(seed: address.seed, stream: address.stream).fillNormals(into: $0, startingAt: UInt64(start))
        }
      }
      var pair = 0
      for left in 0..<streams.count {
        for right in 0..<left {
          var products = SIMD8<Double>.zero
          var squareProducts = SIMD8<Double>.zero
          buffers[left].withUnsafeBytes { first in
            buffers[right].withUnsafeBytes { second in
              for offset in stride(from: 0, to: chunk * 8, by: 64) {
                let x = first.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
                let y = second.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
                products += x * y
                squareProducts += (x * x - 1) * (y * y - 1)
              }
            }
          }
          values[pair] += products.sum()
          squares[pair] += squareProducts.sum()
          pair += 1
        }
      }
    }
    let root = Double((count + chunk - 1) / chunk * chunk).squareRoot()
    return (values.map { $0 / root }, squares.map { $0 / (2 * root) })
  }

  /// Neighbouring streams and seeds, and such that differ in one high bit: the worst cases for a weak generator.
  static let neighbours: [(seed: UInt64, stream: UInt64)] =
    (0..<16).map { (5, $0) } + (0..<8).map { (5, 1 << (16 + 4 * $0)) } + (6..<14).map { ($0, 0) }
    + (0..<8).map { (5 | 1 << (8 + 8 * $0 - ($0 == 7 ? 1 : 0)), 0) }

  @Test func streamsAreUncorrelated() {
    let scores = pairScores(streams: Array(Self.neighbours.prefix(12)), count: 1 << 14)
    for score in scores.values + scores.squares { #expect(abs(score) < 5) }
  }

  /// 780 pairs of streams, 16 million draws each: correlations above 1.3e-3 would show.
  @Test(.enabled(if: Self.isLong)) func manyStreamsAreUncorrelatedOverMillions() {
    let scores = pairScores(streams: Self.neighbours, count: 1 << 24)
    for (name, scores) in [("values", scores.values), ("squares", scores.squares)] {
      let variance = scores.reduce(0) { $0 + $1 * $1 } / Double(scores.count)
      let largest = scores.map(abs).max() ?? 0
      print("streams: \(scores.count) pairs of \(name): largest z \(largest), variance of z \(variance)")
      #expect(largest < 5.5)
      // The z-scores themselves are standard normal; their variance has the error √(2/n).
      #expect(abs(variance - 1) < 5 * (2 / Double(scores.count)).squareRoot())
    }
  }
}
