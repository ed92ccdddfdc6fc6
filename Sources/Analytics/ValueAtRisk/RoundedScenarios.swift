import Dispatch
import Numerics

/// Scenarios rounded to 16 bits per asset, and the rows that may belong to the tail of a portfolio.
struct RoundedScenarios: Sendable {
  private let assetCount: Int
  private let rowCount: Int
  /// Assets of a row, filled up to whole groups of sixteen with zeros.
  private let stride: Int
  /// Return = step × (code − 32,768).
  private let codes: [UInt16]
  private let steps: [Double]

  /// Takes finite values and the largest magnitude of each column; nil when a column is so small that its step would be
  /// subnormal, or nearly beyond the range of numbers.
  init?(_ values: [Double], assetCount: Int, largest: [Double]) {
    let stride = (assetCount + 15) / 16 * 16
    let rowCount = values.count / assetCount
    guard rowCount <= Int(UInt32.max), largest.allSatisfy({ $0 == 0 || ($0 > 1e-290 && $0 < 1e290) }) else {
      return nil
    }
    let steps = largest.map { $0 / 32_767 }
    let inverses = steps.map { $0 == 0 ? 0 : 1 / $0 }
    codes = HugePages.array(count: rowCount * stride) { codes in
      values.withUnsafeBufferPointer { ScenarioProducts.encode($0, inverses: inverses, stride: stride, into: codes) }
    }
    self.assetCount = assetCount
    self.rowCount = rowCount
    self.stride = stride
    self.steps = steps
  }

  /// Ascending rows among which are all whose profit is at most the `rank`-th smallest; nil when that would be a large part
  /// of all.
  ///
  /// With |approximate − exact| ≤ e and A the rank-th smallest approximate profit, at least `rank` exact profits are at
  /// most A + e, so the rank-th exact one is too, and no approximate profit of the tail is above A + 2e.
  func rowsOfTail(weights: [Double], rank: Int, threads: Int) -> [Int]? {
    guard rank <= rowCount / 8 else { return nil }
    // In units of the largest weighted step, so that single precision neither overflows nor loses small portfolios.
    let exact = zip(weights, steps).map { $0 * $1 }
    guard let unit = exact.lazy.map(abs).max(), unit > 1e-280, unit < 1e280 else { return nil }
    let scaled = exact.map { $0 / unit }
    // Half a step of rounding per asset; and at most stride + 3 roundings to 24 bits of sums below Σ|scaled| 32,767.
    let total = scaled.reduce(0) { $0 + abs($1) }
    let error = Float(1.01 * total * (0.5 + 32_768 * Double(stride + 3) * 0x1p-24))
    var coefficients = [Float](repeating: 0, count: stride)
    for group in Swift.stride(from: 0, to: stride, by: 16) {
      // A 32-bit word holds an even and an odd asset; all even ones come first.
      for lane in 0..<16 {
        let asset = group + (lane < 8 ? 2 * lane : 2 * (lane - 8) + 1)
        coefficients[group + lane] = asset < assetCount ? Float(scaled[asset]) : 0
      }
    }
    return codes.withUnsafeBufferPointer { codes in
      coefficients.withUnsafeBufferPointer { coefficients in
        select(codes.baseAddress!, coefficients.baseAddress!, rank: rank, error: error, threads: threads)
      }
    }
  }

  private func select(
    _ codes: UnsafePointer<UInt16>, _ coefficients: UnsafePointer<Float>, rank: Int, error: Float, threads: Int
  ) -> [Int]? {
    // A threshold from a sample, four standard deviations of a binomial above the rank's share.
    let sampleCount = 4096
    let spacing = rowCount / sampleCount
    var sample = (0..<sampleCount).map {
      Self.profit(codes + $0 * spacing * stride, coefficients, stride: stride)
    }
    sample.sort()
    let expected = Double(rank) * Double(sampleCount) / Double(rowCount)
    let threshold = sample[min(Int(expected + 4 * expected.squareRoot() + 8), sampleCount - 1)]
    let limit = threshold + 2 * error
    let workers = min(threads, 64)
    // Disjoint ranges of rows, gathered in the order of rows whatever the number of workers.
    var parts = [[Candidate]](repeating: [], count: workers)
    if workers == 1 {
      parts[0] = gather(codes, coefficients, rows: 0..<rowCount, limit: limit)
    } else {
      parts.withUnsafeMutableBufferPointer { parts in
        nonisolated(unsafe) let parts = parts
        nonisolated(unsafe) let codes = codes
        nonisolated(unsafe) let coefficients = coefficients
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
          parts[worker] = gather(
            codes, coefficients, rows: (worker * rowCount / workers)..<((worker + 1) * rowCount / workers),
            limit: limit)
        }
      }
    }
    let candidates = parts.count == 1 ? parts[0] : Array(parts.joined())
    guard candidates.count <= rowCount / 4 else { return nil }
    let certain = candidates.lazy.filter { $0.profit <= threshold }.count
    guard certain >= rank else { return nil }
    let ordered = candidates.map(\.profit).sorted()
    let bound = ordered[rank - 1] + 2 * error
    return candidates.filter { $0.profit <= bound }.map { Int($0.row) }
  }

  private struct Candidate {
    var profit: Float
    var row: UInt32
  }

  private func gather(
    _ codes: UnsafePointer<UInt16>, _ coefficients: UnsafePointer<Float>, rows: Range<Int>, limit: Float
  ) -> [Candidate] {
    var found: [Candidate] = []
    found.reserveCapacity(rows.count / 32)
    for row in rows {
      let profit = Self.profit(codes + row * stride, coefficients, stride: stride)
      if profit <= limit { found.append(Candidate(profit: profit, row: UInt32(truncatingIfNeeded: row))) }
    }
    return found
  }

  /// Σ coefficient × (code − 32,768): a code in the low bits of 2^23 is an exact float, one subtraction away from its value.
  @inline(__always)
  private static func profit(
    _ codes: UnsafePointer<UInt16>, _ coefficients: UnsafePointer<Float>, stride: Int
  ) -> Float {
    let magic = SIMD8<UInt32>(repeating: 0x4B00_0000)
    let offset = SIMD8<Float>(repeating: 8_388_608 + 32_768)
    var even = SIMD8<Float>.zero
    var odd = SIMD8<Float>.zero
    var source = UnsafeRawPointer(codes)
    var scales = UnsafeRawPointer(coefficients)
    var index = 0
    while index < stride {
      let words = source.loadUnaligned(as: SIMD8<UInt32>.self)
      let low = unsafeBitCast((words & 0xFFFF) | magic, to: SIMD8<Float>.self) - offset
      let high = unsafeBitCast((words &>> 16) | magic, to: SIMD8<Float>.self) - offset
      even += low * scales.loadUnaligned(as: SIMD8<Float>.self)
      odd += high * (scales + 32).loadUnaligned(as: SIMD8<Float>.self)
      source += 32
      scales += 64
      index += 16
    }
    return (even + odd).sum()
  }
}
