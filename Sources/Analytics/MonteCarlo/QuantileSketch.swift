import Numerics

/// Quantiles of a stream of any length: exact while the values fit, then counts in logarithmic buckets of the values
/// themselves. Counting is exact and order-free, so the result does not depend on how the stream was split.
public struct QuantileSketch: Sendable, Codable, Hashable {
  /// Values kept exactly before the switch to buckets.
  public let exactLimit: Int
  public private(set) var count = 0
  /// NaNs that were added.
  public private(set) var undefinedCount = 0
  private var values: [Double] = []
  private var buckets: [UInt64] = []

  /// Each power of two is cut into 2,048 buckets, so a reported quantile is within this fraction of an observed value.
  public static let relativeError = 1.0 / 4096
  private static let mantissaBits: UInt64 = 11
  /// Magnitudes from 2^−32 to 2^32 are told apart; smaller ones count as zero, larger ones as the limit.
  private static let lowestExponent = -32
  private static let exponents = 64
  private static let half = exponents << Int(mantissaBits)

  public init(exactLimit: Int = 1 << 20) {
    self.exactLimit = exactLimit
  }

  public var isExact: Bool { buckets.isEmpty }

  /// A NaN has no place among ordered values: it is counted apart and leaves the quantiles alone.
  public mutating func add(_ value: Double) {
    guard !value.isNaN else {
      undefinedCount += 1
      return
    }
    count += 1
    if buckets.isEmpty {
      values.append(value)
      if values.count > exactLimit { switchToBuckets() }
    } else {
      buckets[Self.bucket(value)] += 1
    }
  }

  private mutating func switchToBuckets() {
    buckets = [UInt64](repeating: 0, count: 2 * Self.half + 1)
    for value in values { buckets[Self.bucket(value)] += 1 }
    values = []
  }

  /// Ascending with the value: negative magnitudes, zero, positive magnitudes.
  private static func bucket(_ value: Double) -> Int {
    let magnitude = abs(value)
    guard magnitude >= 0x1p-32 else { return half }
    let bits = min(magnitude, 0x1.fffffffffffffp31).bitPattern
    let position = Int(bits >> (52 - mantissaBits)) - ((1023 + lowestExponent) << Int(mantissaBits))
    return value > 0 ? half + 1 + position : half - 1 - position
  }

  /// The middle of a bucket.
  private static func value(ofBucket bucket: Int) -> Double {
    guard bucket != half else { return 0 }
    let position = bucket > half ? bucket - half - 1 : half - 1 - bucket
    let bits = UInt64(position + ((1023 + lowestExponent) << Int(mantissaBits))) << (52 - mantissaBits)
    let magnitude = Double(bitPattern: bits | (1 << (51 - mantissaBits)))
    return bucket > half ? magnitude : -magnitude
  }

  /// Quantiles at probabilities in any order, as order statistics; NaN for an empty stream and outside 0 to 1.
  public func quantiles(_ probabilities: [Double]) -> [Double] {
    var results = [Double](repeating: .nan, count: probabilities.count)
    let known = probabilities.indices.filter { probabilities[$0] >= 0 && probabilities[$0] <= 1 }
    guard count > 0, !known.isEmpty else { return results }
    if isExact {
      // A few order statistics of many values: selecting them is several times as fast as sorting.
      var values = values
      let ranks = known.map { Quantile.orderIndex(count: count, probability: probabilities[$0]) }
      values.withUnsafeMutableBufferPointer { Quantile.select($0, ranks: ranks.sorted()[...]) }
      for (index, rank) in zip(known, ranks) { results[index] = values[rank] }
      return results
    }
    let order = known.sorted { probabilities[$0] < probabilities[$1] }
    var bucket = 0
    var below = buckets[0]
    for index in order {
      let rank = UInt64(Quantile.orderIndex(count: count, probability: probabilities[index]))
      while below <= rank, bucket + 1 < buckets.count {
        bucket += 1
        below += buckets[bucket]
      }
      results[index] = Self.value(ofBucket: bucket)
    }
    return results
  }
}
