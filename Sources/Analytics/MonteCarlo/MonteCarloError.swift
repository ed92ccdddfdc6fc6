/// What is wrong with the input of a simulation: which series, where in it, and why.
public struct MonteCarloError: Error, Hashable, Sendable, CustomStringConvertible {
  public var series: String
  /// Zero-based row, when one row is to blame.
  public var row: Int?
  public var reason: String

  public init(series: String, row: Int? = nil, reason: String) {
    self.series = series
    self.row = row
    self.reason = reason
  }

  public var description: String {
    row.map { "\(series), row \($0): \(reason)" } ?? "\(series): \(reason)"
  }

  static func require(_ condition: Bool, _ series: String, _ reason: String) throws(MonteCarloError) {
    guard condition else { throw MonteCarloError(series: series, reason: reason) }
  }

  /// Throws unless the parameter lies in the range. The ranges of the path models are far wider than any market and keep
  /// every intermediate number of a path finite, so that no figure can become NaN.
  static func require(
    _ value: Double, in range: ClosedRange<Double>, _ series: String, _ name: String
  ) throws(MonteCarloError) {
    guard range.contains(value) else {
      throw MonteCarloError(
        series: series,
        reason: "the \(name) is \(value); it must be between \(range.lowerBound) and \(range.upperBound)")
    }
  }

  /// Throws unless the span of a path in years and its number of steps are usable.
  static func requireSpan(years: Double, steps: Int, _ series: String) throws(MonteCarloError) {
    try require(steps > 0, series, "at least one step is needed")
    try require(
      years > 0 && years <= 1e6, series, "the span is \(years) years; it must be above 0 and at most a million")
  }

  /// Highest simple return that a resampled series may hold: a gain of a trillion per cent.
  static let highestReturn = 1e10

  /// Simple returns must be finite and above −1, since they are compounded.
  static func checkReturns(_ returns: [Double], series: String, minimumCount: Int = 2) throws(MonteCarloError) {
    guard returns.count >= minimumCount else {
      throw MonteCarloError(series: series, reason: "\(returns.count) values, at least \(minimumCount) are needed")
    }
    for (row, value) in returns.enumerated() {
      guard value.isFinite else { throw MonteCarloError(series: series, row: row, reason: "the return is \(value)") }
      guard value > -1 else {
        throw MonteCarloError(series: series, row: row, reason: "a return of \(value) leaves no capital to compound")
      }
      guard value <= highestReturn else {
        throw MonteCarloError(series: series, row: row, reason: "a return of \(value) is above \(highestReturn)")
      }
    }
  }

  /// Prices must be finite and positive; gives the simple returns between them.
  public static func returns(fromPrices prices: [Double], series: String) throws(MonteCarloError) -> [Double] {
    for (row, price) in prices.enumerated() where !(price > 0 && price < .infinity) {
      throw MonteCarloError(series: series, row: row, reason: "a price of \(price) has no return")
    }
    guard prices.count >= 2 else {
      throw MonteCarloError(series: series, reason: "\(prices.count) prices, at least 2 are needed")
    }
    return (1..<prices.count).map { prices[$0] / prices[$0 - 1] - 1 }
  }
}
