import Dispatch
import Numerics

/// Profits of a linear portfolio in many scenarios, made for a million scenarios of a hundred assets.
public enum LinearScenarios {
  /// Profits under joint normal returns: scenario i has the normals i·n … i·n + n − 1 of stream 0.
  ///
  /// For a linear portfolio w'(Lz) is (L'w)'z, so correlating every asset is one product done once instead of one per
  /// scenario; the draws, and with them every scenario, are the same as if each asset were built.
  public static func normalProfits(
    weights: [Double], covariance: Covariance, means: [Double]? = nil, scenarios: Int, seed: UInt64, threads: Int = 1
  ) throws(AnalyticsError) -> [Double] {
    let count = covariance.assetCount
    try requireWeights(weights, count: count)
    let means = means ?? [Double](repeating: 0, count: count)
    try requireWeights(means, count: count, series: "means")
    guard scenarios >= 1, threads >= 1 else {
      throw AnalyticsError(series: "scenarios and threads", reason: .outOfRange("1 or more"))
    }
    let loadings: [Double]
    do {
      loadings = try Cholesky(Matrix(rows: count, columns: count, values: covariance.values))
        .lower.transposedTimes(weights)
    } catch {
      throw AnalyticsError(series: "covariance", reason: .singular(error.description))
    }
    let mean = zip(weights, means).reduce(0) { $0 + $1.0 * $1.1 }
    let stream = RandomStream(seed: seed)
    // A chunk of draws that stays in the second-level cache.
    let chunk = max(1, 16_384 / count)
    return parallelFill(count: scenarios, threads: threads) { range, profits in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: chunk * count) { draws in
        var start = range.lowerBound
        while start < range.upperBound {
          let size = min(chunk, range.upperBound - start)
          stream.fillNormals(
            into: UnsafeMutableBufferPointer(rebasing: draws[0..<(size * count)]), startingAt: UInt64(start * count))
          loadings.withUnsafeBufferPointer { loadings in
            for row in 0..<size {
              profits[start + row] =
                mean + dot(UnsafePointer(draws.baseAddress! + row * count), loadings.baseAddress!, count)
            }
          }
          start += size
        }
      }
    }
  }

  /// Value at risk and expected shortfall of a linear portfolio under joint normal returns, by simulation.
  public static func normalTail(
    weights: [Double], covariance: Covariance, means: [Double]? = nil, scenarios: Int, seed: UInt64,
    confidence: Double, threads: Int = 1
  ) throws(AnalyticsError) -> TailRisk {
    try requireConfidence(confidence)
    var profits = try normalProfits(
      weights: weights, covariance: covariance, means: means, scenarios: scenarios, seed: seed,
      threads: threads)
    return profits.withUnsafeMutableBufferPointer { HistoricalTail.tail(of: $0, confidence: confidence) }
  }

  /// Σ xᵢ yᵢ in eight running sums; the order is fixed, so the result is the same everywhere.
  @inline(__always)
  static func dot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ count: Int) -> Double {
    var sums = SIMD8<Double>.zero
    var index = 0
    while index + 8 <= count {
      let left = UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Double>.self)
      let right = UnsafeRawPointer(y + index).loadUnaligned(as: SIMD8<Double>.self)
      sums += left * right
      index += 8
    }
    var total = sums.sum()
    while index < count {
      total += x[index] * y[index]
      index += 1
    }
    return total
  }
}

/// Fills an array by ranges on several threads; `body` must write exactly the elements of its range.
func parallelFill(
  count: Int, threads: Int, _ body: (_ range: Range<Int>, _ target: UnsafeMutablePointer<Double>) -> Void
) -> [Double] {
  [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
    defer { initialized = count }
    guard let base = buffer.baseAddress, count > 0 else { return }
    let workers = min(threads, count)
    guard workers > 1 else { return body(0..<count, base) }
    // Disjoint ranges, and the call returns when all are written.
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let target = base
      nonisolated(unsafe) let fill = body
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        fill((worker * count / workers)..<((worker + 1) * count / workers), target)
      }
    }
  }
}
