/// Statistics over a moving window. Element i covers rows i ..< i + window, so the result is window − 1 shorter than the
/// series; nil marks a window in which the statistic does not exist (constant returns).
extension ReturnSeries {
  /// Sharpe ratio of each window, annualised; nil where a window has none.
  public func rollingSharpe(window: Int, riskFree: PeriodRate = .zero) throws(AnalyticsError) -> [Double?] {
    try rolling(window) { part throws(AnalyticsError) in try part.sharpeRatio(riskFree: riskFree) }
  }

  /// Sortino ratio of each window, annualised; nil where a window has none.
  public func rollingSortino(window: Int, minimumAcceptable: PeriodRate = .zero) throws(AnalyticsError) -> [Double?] {
    try rolling(window) { part throws(AnalyticsError) in
      try part.sortinoRatio(minimumAcceptable: minimumAcceptable)
    }
  }

  /// Volatility of each window, annualised; nil before the first whole one.
  public func rollingVolatility(window: Int) throws(AnalyticsError) -> [Double?] {
    try rolling(window) { part throws(AnalyticsError) in try part.volatility() }
  }

  /// Beta to the benchmark over each window; nil where the benchmark does not vary.
  public func rollingBeta(to benchmark: ReturnSeries, window: Int) throws(AnalyticsError) -> [Double?] {
    let whole = try RelativeStatistics(self, against: benchmark)
    try requireWindow(window)
    return (0...(count - window)).map { first in
      let rows = first..<(first + window)
      guard let own = try? whole.returns.slice(rows), let other = try? whole.benchmark.slice(rows) else { return nil }
      return try? RelativeStatistics(own, against: other).beta()
    }
  }

  private func rolling(
    _ window: Int, _ statistic: (ReturnSeries) throws(AnalyticsError) -> Double
  ) throws(AnalyticsError) -> [Double?] {
    try requireWindow(window)
    return (0...(count - window)).map { first in
      guard let part = try? slice(first..<(first + window)) else { return nil }
      return try? statistic(part)
    }
  }

  private func requireWindow(_ window: Int) throws(AnalyticsError) {
    guard window >= 2 else { throw AnalyticsError(series: "rolling window", reason: .outOfRange("2 or more")) }
    try requireCount(window)
  }
}
