/// Positions over time against equity: how much was at stake.
public struct ExposureStatistics: Sendable, Hashable {
  /// Time-weighted mean and highest value of gross exposure over equity.
  public let meanGrossLeverage: Double
  public let highestGrossLeverage: Double
  /// Time-weighted mean of net exposure over equity, and its extremes: negative when short.
  public let meanNetLeverage: Double
  public let lowestNetLeverage: Double
  public let highestNetLeverage: Double
  /// Share of the time with any position.
  public let timeInMarket: Double
  /// Time-weighted mean of the largest instrument's share of gross exposure while in the market; nil when never.
  public let meanLargestShare: Double?
  public let meanEquity: Double

  /// One row for each change: its time, the gross and net exposure and the equity from then until the next row, and
  /// optionally the largest single exposure. Rows with equity at or below zero are refused: leverage has no meaning.
  public init(
    times: [Int64], gross: [Double], net: [Double], equity: [Double], largest: [Double]? = nil
  ) throws(AnalyticsError) {
    try requireFinite(gross, atLeast: 1, series: "gross exposure")
    try requireFinite(net, series: "net exposure")
    try requireFinite(equity, series: "equity")
    try requireFinite(largest ?? [], series: "largest exposure")
    for (name, count) in [
      ("times of exposure", times.count), ("net exposure", net.count), ("equity", equity.count),
      ("largest exposure", largest?.count ?? gross.count),
    ] where count != gross.count {
      throw AnalyticsError(series: name, reason: .lengthMismatch(found: count, expected: gross.count))
    }
    if let row = equity.firstIndex(where: { $0 <= 0 }) {
      throw AnalyticsError(series: "equity", row: row, reason: .notPositive)
    }
    if let row = gross.firstIndex(where: { $0 < 0 }) {
      throw AnalyticsError(series: "gross exposure", row: row, reason: .outOfRange("zero or more"))
    }
    for row in times.indices.dropFirst() where times[row] < times[row - 1] {
      throw AnalyticsError(series: "times of exposure", row: row, reason: .notAscending)
    }
    // A row lasts until the next one; a single instant counts each row alike.
    var weights = times.indices.map { row in
      row + 1 < times.count ? Double(times[row + 1]) - Double(times[row]) : 0
    }
    if !weights.contains(where: { $0 > 0 }) { weights = weights.map { _ in 1 } }
    let total = weights.compensatedSum
    func mean(_ value: (Int) -> Double) -> Double {
      weights.indices.map { weights[$0] * value($0) }.compensatedSum / total
    }
    let grossLeverage = zip(gross, equity).map { $0 / $1 }
    let netLeverage = zip(net, equity).map { $0 / $1 }
    if let row = grossLeverage.indices.first(where: { !(grossLeverage[$0] + netLeverage[$0]).isFinite }) {
      throw AnalyticsError(series: "equity", row: row, reason: .outOfRange("large enough to divide the exposure"))
    }
    meanGrossLeverage = mean { grossLeverage[$0] }
    highestGrossLeverage = grossLeverage.max() ?? 0
    meanNetLeverage = mean { netLeverage[$0] }
    lowestNetLeverage = netLeverage.min() ?? 0
    highestNetLeverage = netLeverage.max() ?? 0
    timeInMarket = mean { gross[$0] > 0 ? 1 : 0 }
    meanEquity = mean { equity[$0] }
    guard meanGrossLeverage.isFinite, meanNetLeverage.isFinite, meanEquity.isFinite else {
      throw AnalyticsError(series: "equity", reason: .outOfRange("of a size whose means can be represented"))
    }
    if let largest, timeInMarket > 0 {
      meanLargestShare = mean { gross[$0] > 0 ? largest[$0] / gross[$0] : 0 } / timeInMarket
    } else {
      meanLargestShare = nil
    }
  }

  /// Value traded a year, buys and sells alike, over mean equity.
  public func annualTurnover(valueTraded: Double, years: Double) throws(AnalyticsError) -> Double {
    guard years.isFinite, years > 0 else { throw AnalyticsError(series: "years", reason: .notPositive) }
    try requireFinite([valueTraded], series: "value traded")
    return valueTraded / meanEquity / years
  }
}
