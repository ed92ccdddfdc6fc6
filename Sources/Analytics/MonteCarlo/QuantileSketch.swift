import Numerics

/// Quantiles of a stream of any length: exact while the values fit, then counts in logarithmic buckets of the values
/// themselves. Counting is exact and order-free, so the result does not depend on how the stream was split.
public struct QuantileSketch: Sendable, Codable, Hashable {
  /// Values kept exactly before the switch to buckets.
  public let exactLimit: Int
  public private(set) var count = 0
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

  public mutating func add(_ value: Double) {
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

  /// Quantiles at ascending or any probabilities, as order statistics; NaN for an empty stream.
  public func quantiles(_ probabilities: [Double]) -> [Double] {
    guard count > 0 else { return probabilities.map { _ in .nan } }
    if isExact {
      let sorted = values.sorted()
      return probabilities.map { Quantile.value(sorted, probability: $0, method: .inverseEmpiricalCDF) }
    }
    var results = [Double](repeating: .nan, count: probabilities.count)
    let order = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
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
