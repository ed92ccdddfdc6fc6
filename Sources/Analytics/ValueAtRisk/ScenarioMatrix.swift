import Numerics

/// Many scenarios of many assets, made once and valued under many weights.
///
/// Beside the returns stands a copy rounded to 16 bits per asset, a quarter of the memory. The tail of a portfolio reads
/// that copy, finds the few scenarios that rounding cannot exclude, and values only those from the full returns; the
/// answer is the same bits as that of valuing every scenario.
public struct ScenarioMatrix: Sendable {
  public let assetCount: Int
  public let scenarioCount: Int
  /// Row-major: all assets of scenario 0, then of scenario 1.
  private let values: [Double]
  private let rounded: RoundedScenarios?

  /// Takes row-major returns; every value must be finite.
  public init(assetCount: Int, rowMajor values: [Double]) throws(AnalyticsError) {
    guard assetCount > 0 else { throw AnalyticsError(series: "assets", reason: .empty) }
    guard !values.isEmpty, values.count % assetCount == 0 else {
      throw AnalyticsError(
        series: "scenarios",
        reason: .lengthMismatch(found: values.count, expected: (values.count / assetCount + 1) * assetCount))
    }
    let largest = values.withUnsafeBufferPointer { ScenarioProducts.columnExtents($0, assetCount: assetCount) }
    guard let largest else {
      let index = values.firstIndex { !$0.isFinite }
      throw AnalyticsError(series: "scenarios", row: index.map { $0 / assetCount }, reason: .notFinite)
    }
    self.assetCount = assetCount
    self.values = values
    scenarioCount = values.count / assetCount
    // Below that many rows the whole is quickly valued.
    rounded = scenarioCount >= 65_536 ? RoundedScenarios(values, assetCount: assetCount, largest: largest) : nil
  }

  /// Takes row-major returns in single precision.
  public init(assetCount: Int, rowMajor values: [Float]) throws(AnalyticsError) {
    try self.init(assetCount: assetCount, rowMajor: values.map(Double.init))
  }

  /// The scenarios of a panel.
  public init(_ panel: ReturnPanel) throws(AnalyticsError) {
    try self.init(assetCount: panel.assetCount, rowMajor: panel.values)
  }

  /// Profit of the weights in every scenario; each scenario is summed by itself, so threads do not change a bit.
  public func profits(weights: [Double], threads: Int = 1) throws(AnalyticsError) -> [Double] {
    try requireWeights(weights, count: assetCount)
    guard threads >= 1 else { throw AnalyticsError(series: "threads", reason: .outOfRange("1 or more")) }
    return parallelFill(count: scenarioCount, threads: threads) { range, profits in
      values.withUnsafeBufferPointer { values in
        weights.withUnsafeBufferPointer { weights in
          ScenarioProducts.forEachProfit(
            values.baseAddress!, rows: range, weights: weights.baseAddress!, assetCount: assetCount
          ) { profits[$0] = $1 }
        }
      }
    }
  }

  /// Value at risk and expected shortfall of the weights.
  public func tail(weights: [Double], confidence: Double, threads: Int = 1) throws(AnalyticsError) -> TailRisk {
    try requireConfidence(confidence)
    try requireWeights(weights, count: assetCount)
    guard threads >= 1 else { throw AnalyticsError(series: "threads", reason: .outOfRange("1 or more")) }
    let place = TailPlace(count: scenarioCount, confidence: confidence)
    if let rows = rounded?.rowsOfTail(weights: weights, rank: place.rank, threads: threads) {
      var worst = values.withUnsafeBufferPointer { values in
        rows.map { ScenarioProducts.dot(values.baseAddress! + $0 * assetCount, weights, assetCount) }
      }
      if worst.allSatisfy(\.isFinite) {
        return worst.withUnsafeMutableBufferPointer { HistoricalTail.tail(ofWorst: $0, place: place) }
      }
    }
    var profits = try profits(weights: weights, threads: threads)
    try requireFinite(profits, series: "profits")
    return profits.withUnsafeMutableBufferPointer { HistoricalTail.tail(of: $0, confidence: confidence) }
  }
}
