import Numerics

/// Profits of a linear portfolio in many scenarios, made for a million scenarios of a hundred assets.
public enum LinearScenarios {
  /// Profits under joint normal returns: scenario i has the normals i·n … i·n + n − 1 of stream 0.
  ///
  /// For a linear portfolio w'(Lz) is (L'w)'z, so correlating every asset is one product done once instead of one per
  /// scenario; the draws, and with them every scenario, are the same as if each asset were built.
  public static func normalProfits(
    weights: [Double], covariance: Covariance, means: [Double]? = nil, scenarios: Int, seed: UInt64
  ) throws(AnalyticsError) -> [Double] {
    let count = covariance.assetCount
    try requireWeights(weights, count: count)
    let means = means ?? [Double](repeating: 0, count: count)
    try requireWeights(means, count: count, series: "means")
    guard scenarios >= 1 else { throw AnalyticsError(series: "scenarios", reason: .outOfRange("1 or more")) }
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
    return [Double](unsafeUninitializedCapacity: scenarios) { profits, initialized in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: chunk * count) { draws in
        var start = 0
        while start < scenarios {
          let size = min(chunk, scenarios - start)
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
      initialized = scenarios
    }
  }

  /// Value at risk and expected shortfall of a linear portfolio under joint normal returns, by simulation.
  public static func normalTail(
    weights: [Double], covariance: Covariance, means: [Double]? = nil, scenarios: Int, seed: UInt64, confidence: Double
  ) throws(AnalyticsError) -> TailRisk {
    try requireConfidence(confidence)
    var profits = try normalProfits(
      weights: weights, covariance: covariance, means: means, scenarios: scenarios, seed: seed)
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

/// Many scenarios of many assets in single precision, which halves the memory that a revaluation reads; profits are summed
/// in double precision.
public struct ScenarioMatrix: Sendable {
  public let assetCount: Int
  public let scenarioCount: Int
  /// Row-major: all assets of scenario 0, then of scenario 1.
  private let values: [Float]

  /// Takes row-major returns; every value must be finite.
  public init(assetCount: Int, rowMajor values: [Float]) throws(AnalyticsError) {
    guard assetCount > 0 else { throw AnalyticsError(series: "assets", reason: .empty) }
    guard !values.isEmpty, values.count % assetCount == 0 else {
      throw AnalyticsError(
        series: "scenarios",
        reason: .lengthMismatch(found: values.count, expected: (values.count / assetCount + 1) * assetCount))
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw AnalyticsError(series: "scenarios", row: index / assetCount, reason: .notFinite)
    }
    self.assetCount = assetCount
    self.values = values
    scenarioCount = values.count / assetCount
  }

  /// The scenarios of a panel.
  public init(_ panel: ReturnPanel) throws(AnalyticsError) {
    try self.init(assetCount: panel.assetCount, rowMajor: panel.values.map(Float.init))
  }

  /// Profit of the weights in every scenario.
  public func profits(weights: [Double]) throws(AnalyticsError) -> [Double] {
    try requireWeights(weights, count: assetCount)
    return [Double](unsafeUninitializedCapacity: scenarioCount) { profits, initialized in
      values.withUnsafeBufferPointer { values in
        weights.withUnsafeBufferPointer { weights in
          for row in 0..<scenarioCount {
            profits[row] = Self.dot(values.baseAddress! + row * assetCount, weights.baseAddress!, assetCount)
          }
        }
      }
      initialized = scenarioCount
    }
  }

  /// Value at risk and expected shortfall of the weights.
  public func tail(weights: [Double], confidence: Double) throws(AnalyticsError) -> TailRisk {
    try requireConfidence(confidence)
    var profits = try profits(weights: weights)
    return profits.withUnsafeMutableBufferPointer { HistoricalTail.tail(of: $0, confidence: confidence) }
  }

  @inline(__always)
  private static func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Double>, _ count: Int) -> Double {
    var sums = SIMD8<Double>.zero
    var index = 0
    while index + 8 <= count {
      let left = UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Float>.self)
      let right = UnsafeRawPointer(y + index).loadUnaligned(as: SIMD8<Double>.self)
      sums += SIMD8<Double>(left) * right
      index += 8
    }
    var total = sums.sum()
    while index < count {
      total += Double(x[index]) * y[index]
      index += 1
    }
    return total
  }
}
