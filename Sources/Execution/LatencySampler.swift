import Numerics

/// Latency laws with what they need to answer fast, for the lanes whose messages vary.
package struct LatencySampler: Sendable {
  let law: LatencyLaw
  private let random: RandomStream

  init(_ law: LatencyLaw, seed: UInt64, stream: UInt64) {
    self.law = law
    random = RandomStream(seed: seed, stream: stream & (1 << 48 - 1))
  }

  /// The delay of message number `index` sent at `time`, while the feed takes `feedNanoseconds`.
  package func nanoseconds(at time: Int64, index: UInt64, feedNanoseconds: Int64) -> Int64 {
    switch law {
    case .constant(let nanoseconds): return max(0, nanoseconds)
    case .recorded(let thousandths, let added):
      let scaled = Int128(feedNanoseconds) * Int128(thousandths) / 1_000 + Int128(added)
      return Int64(max(0, min(scaled, 1 << 60)))
    case .measured(let points): return interpolated(points, at: time)
    case .drawn(let quantiles):
      guard quantiles.count > 1 else { return max(0, quantiles.first ?? 0) }
      // 32 bits choose the place between the quantiles: integers only, so every machine draws the same.
      let bits = random.bits(at: index) >> 32
      let scaled = bits * UInt64(quantiles.count - 1)
      let step = Int(scaled >> 32)
      let (low, high) = (quantiles[step], quantiles[step + 1])
      let part = (Int128(high) - Int128(low)) * Int128(scaled & 0xFFFF_FFFF) / (1 << 32)
      return max(0, low + Int64(part))
    }
  }

  private func interpolated(_ points: [LatencyPoint], at time: Int64) -> Int64 {
    guard let first = points.first, let last = points.last else { return 0 }
    if time <= first.time { return max(0, first.nanoseconds) }
    if time >= last.time { return max(0, last.nanoseconds) }
    var (low, high) = (0, points.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if points[middle].time <= time { low = middle } else { high = middle }
    }
    let (left, right) = (points[low], points[high])
    let span = Int128(right.time) - Int128(left.time)
    guard span > 0 else { return max(0, right.nanoseconds) }
    let part = (Int128(right.nanoseconds) - Int128(left.nanoseconds)) * (Int128(time) - Int128(left.time)) / span
    return max(0, left.nanoseconds + Int64(part))
  }
}
