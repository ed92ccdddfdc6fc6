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
                mean
                + ScenarioProducts.dot(UnsafePointer(draws.baseAddress! + row * count), loadings.baseAddress!, count)
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

  /// Value at risk and expected shortfall of the weights over row-major scenarios that are valued once: nothing is made
  /// beforehand and no profit is kept but the worst. For several portfolios make a `ScenarioMatrix`, which reads a quarter
  /// of the memory and gives the same bits.
  public static func tail(
    rowMajor scenarios: [Double], weights: [Double], confidence: Double
  ) throws(AnalyticsError) -> TailRisk {
    try requireConfidence(confidence)
    try requireWeights(weights, count: weights.count)
    guard !weights.isEmpty else { throw AnalyticsError(series: "weights", reason: .empty) }
    guard !scenarios.isEmpty, scenarios.count % weights.count == 0 else {
      throw AnalyticsError(
        series: "scenarios",
        reason: .lengthMismatch(
          found: scenarios.count, expected: (scenarios.count / weights.count + 1) * weights.count))
    }
    let count = scenarios.count / weights.count
    let place = TailPlace(count: count, confidence: confidence)
    if count >= 65_536, place.rank <= count / 8, var worst = try worst(scenarios, weights, place: place) {
      return worst.withUnsafeMutableBufferPointer { HistoricalTail.tail(ofWorst: $0, place: place) }
    }
    var profits = [Double](unsafeUninitializedCapacity: count) { profits, initialized in
      scenarios.withUnsafeBufferPointer {
        ScenarioProducts.profits($0, weights: weights, into: UnsafeMutableBufferPointer(rebasing: profits[..<count]))
      }
      initialized = count
    }
    try requireFinite(profits, series: "scenarios")
    return profits.withUnsafeMutableBufferPointer { HistoricalTail.tail(ofWorst: $0, place: place) }
  }

  /// Profits at or below a threshold that a sample suggests; nil when fewer than the tail needs are.
  private static func worst(
    _ scenarios: [Double], _ weights: [Double], place: TailPlace
  ) throws(AnalyticsError) -> [Double]? {
    let assets = weights.count
    let count = scenarios.count / assets
    var found: [Double] = []
    found.reserveCapacity(2 * place.rank)
    // Zero times a profit is zero, or NaN for the profits that have no order.
    var poison = 0.0
    scenarios.withUnsafeBufferPointer { scenarios in
      weights.withUnsafeBufferPointer { weights in
        guard let rows = scenarios.baseAddress, let first = weights.baseAddress else { return }
        let threshold = HistoricalTail.threshold(count: count, rank: place.rank) {
          ScenarioProducts.dot(rows + $0 * assets, first, assets)
        }
        ScenarioProducts.forEachProfit(rows, rows: 0..<count, weights: first, assetCount: assets) { _, profit in
          poison += profit * 0
          if profit <= threshold { found.append(profit) }
        }
      }
    }
    guard !poison.isNaN else {
      let row = (0..<count).first { row in
        !zip(scenarios[(row * assets)..<((row + 1) * assets)], weights).reduce(0) { $0 + $1.0 * $1.1 }.isFinite
      }
      throw AnalyticsError(series: "scenarios", row: row, reason: .notFinite)
    }
    return found.count >= place.rank ? found : nil
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
