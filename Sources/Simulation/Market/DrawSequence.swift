import Numerics

/// Random draws in the order of one simulated market's events, from one counter-based stream.
///
/// Draws are made in blocks by the vectorised generator; the sequence depends on (seed, stream) alone.
struct DrawSequence {
  private let stream: RandomStream
  private var buffer: [Double]
  private var position: Int
  private var nextIndex: UInt64 = 0
  private static let blockSize = 512

  init(seed: UInt64, stream: UInt64) {
    self.stream = RandomStream(seed: seed, stream: stream)
    buffer = Array(repeating: 0, count: Self.blockSize)
    position = Self.blockSize
  }

  /// Uniform in the open interval (0, 1).
  @inline(__always)
  mutating func uniform() -> Double {
    if position == Self.blockSize { refill() }
    defer { position &+= 1 }
    return buffer[position]
  }

  @inline(never)
  private mutating func refill() {
    let (stream, start) = (stream, nextIndex)
    buffer.withUnsafeMutableBufferPointer { stream.fillUniforms(into: $0, startingAt: start) }
    nextIndex += UInt64(Self.blockSize)
    position = 0
  }

  /// Exponential with the given mean.
  @inline(__always)
  mutating func exponential(mean: Double) -> Double { -mean * Elementary.log(uniform()) }

  /// Whole number in 0..<bound.
  @inline(__always)
  mutating func index(below bound: Int) -> Int { min(bound &- 1, Int(uniform() * Double(bound))) }

  mutating func normal() -> Double { SpecialFunctions.normalQuantile(uniform()) }
}

/// A discrete distribution drawn in constant time (Walker's alias method, 1977).
struct AliasTable: Sendable {
  private var threshold: [Double]
  private var alias: [Int]

  /// Weights must be non-negative and finite with a positive sum; the configuration's validation has checked that.
  init(weights: [Double]) {
    let count = max(1, weights.count)
    let total = weights.reduce(0, +)
    var scaled = weights.isEmpty ? [1.0] : weights.map { total > 0 ? $0 * Double(count) / total : 1 }
    threshold = Array(repeating: 1, count: count)
    alias = Array(0..<count)
    var small = scaled.indices.filter { scaled[$0] < 1 }
    var large = scaled.indices.filter { scaled[$0] >= 1 }
    while let low = small.popLast(), let high = large.popLast() {
      threshold[low] = scaled[low]
      alias[low] = high
      scaled[high] -= 1 - scaled[low]
      if scaled[high] < 1 { small.append(high) } else { large.append(high) }
    }
  }

  @inline(__always)
  func draw(_ uniform: Double) -> Int {
    let scaled = uniform * Double(threshold.count)
    let place = min(threshold.count &- 1, Int(scaled))
    return scaled - Double(place) < threshold[place] ? place : alias[place]
  }
}
