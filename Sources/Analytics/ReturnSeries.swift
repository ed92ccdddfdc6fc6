/// Simple returns of equal periods (days, as a rule), checked once so that no statistic has to.
public struct ReturnSeries: Sendable, Hashable {
  /// What to do with NaN rows.
  public enum Missing: Sendable, Hashable {
    /// Refuse the series and name the row.
    case reject
    /// Leave the row out, and count it in `rowsIncludingMissing`.
    case drop
  }

  public let name: String
  /// Each at least −1.
  public let values: [Double]
  /// The day each return ends on, when known.
  public let dates: [CalendarDate]?
  public let periodsPerYear: Double
  /// What one return covers; names every figure made from it.
  public let period: ReturnPeriod
  /// Rows handed in, dropped ones included; empyrical counts years by these.
  public let rowsIncludingMissing: Int

  /// Checks and stores; at least one return, all finite and none below −100 %.
  public init(
    name: String = "returns", values: [Double], dates: [CalendarDate]? = nil, periodsPerYear: Double = 252,
    period: ReturnPeriod = .day, missing: Missing = .reject
  ) throws(AnalyticsError) {
    if let dates, dates.count != values.count {
      throw AnalyticsError(
        series: "dates of \(name)", reason: .lengthMismatch(found: dates.count, expected: values.count))
    }
    guard periodsPerYear.isFinite, periodsPerYear > 0, (Double(values.count) / periodsPerYear).isFinite else {
      throw AnalyticsError(series: "periods per year of \(name)", reason: .outOfRange("above 0"))
    }
    var kept: [Double] = []
    var keptDates: [CalendarDate] = []
    kept.reserveCapacity(values.count)
    for (row, value) in values.enumerated() {
      if value.isNaN, missing == .drop { continue }
      guard value.isFinite else { throw AnalyticsError(series: name, row: row, reason: .notFinite) }
      guard value >= -1 else { throw AnalyticsError(series: name, row: row, reason: .belowTotalLoss) }
      if let dates {
        if let last = keptDates.last, last >= dates[row] {
          throw AnalyticsError(series: "dates of \(name)", row: row, reason: .notAscending)
        }
        keptDates.append(dates[row])
      }
      kept.append(value)
    }
    guard !kept.isEmpty else { throw AnalyticsError(series: name, reason: .empty) }
    self.name = name
    self.values = kept
    self.dates = dates == nil ? nil : keptDates
    self.periodsPerYear = periodsPerYear
    self.period = period
    rowsIncludingMissing = values.count
  }

  /// Returns between consecutive prices, all above zero.
  public init(
    name: String = "prices", prices: [Double], dates: [CalendarDate]? = nil, periodsPerYear: Double = 252
  ) throws(AnalyticsError) {
    try requireFinite(prices, atLeast: 2, series: name)
    for (row, price) in prices.enumerated() where price <= 0 {
      throw AnalyticsError(series: name, row: row, reason: .notPositive)
    }
    let returns = zip(prices.dropFirst(), prices).map { $0 / $1 - 1 }
    try self.init(
      name: name, values: returns, dates: dates.map { Array($0.dropFirst()) }, periodsPerYear: periodsPerYear)
  }

  public var count: Int { values.count }

  /// Throws where a return of −100 % ruined the account: the zeros that follow are no returns to take a tail from.
  package func requireNoRuin() throws(AnalyticsError) {
    if let row = values.firstIndex(of: -1) {
      throw AnalyticsError(
        series: name, row: row,
        reason: .undefined("the account was ruined in this period: no money is at risk after it, zeros have no tail")
      )
    }
  }

  /// Years covered: returns over periods per year.
  public var years: Double { Double(count) / periodsPerYear }

  /// Equity that starts at `start` and compounds every return: one element more than there are returns.
  public func compounded(from start: Double = 1) -> [Double] {
    var equity = start
    return [start]
      + values.map { value in
        equity *= 1 + value
        return equity
      }
  }

  /// The part of the series in a range of rows.
  public func slice(_ rows: Range<Int>) throws(AnalyticsError) -> ReturnSeries {
    let clamped = rows.clamped(to: 0..<count)
    return try ReturnSeries(
      name: name, values: Array(values[clamped]), dates: dates.map { Array($0[clamped]) },
      periodsPerYear: periodsPerYear, period: period)
  }
}
