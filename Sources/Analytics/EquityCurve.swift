/// Account value over time, as often as the run recorded it; the first point is the starting capital.
public struct EquityCurve: Sendable, Hashable {
  /// Equity at session closes and the returns between them.
  public struct Daily: Sendable, Hashable {
    /// One session each; `equity` has one element more, the starting capital.
    public let dates: [CalendarDate]
    public let equity: [Double]
    public let returns: ReturnSeries
    /// The first session that closed at or below zero. That day's return is −100 %, later ones are zero: a ruined account
    /// has no returns.
    public let ruinedRow: Int?
  }

  public let name: String
  /// Nanoseconds since the epoch, never decreasing.
  public let times: [Int64]
  public let values: [Double]

  /// Checks and stores; the first value must be above zero, later ones may fall below.
  public init(name: String = "equity", times: [Int64], values: [Double]) throws(AnalyticsError) {
    try requireFinite(values, atLeast: 1, series: name)
    guard times.count == values.count else {
      throw AnalyticsError(
        series: "times of \(name)", reason: .lengthMismatch(found: times.count, expected: values.count))
    }
    guard values[0] > 0 else { throw AnalyticsError(series: name, row: 0, reason: .notPositive) }
    for row in times.indices.dropFirst() where times[row] < times[row - 1] {
      throw AnalyticsError(series: "times of \(name)", row: row, reason: .notAscending)
    }
    try requireTimes(times, series: "times of \(name)")
    self.name = name
    self.times = times
    self.values = values
  }

  public var startingCapital: Double { values[0] }

  /// The last value at or before each close; closes before the first point see the starting capital.
  public func sampled(at closes: [Int64]) -> [Double] {
    var next = 0
    var current = values[0]
    return closes.map { close in
      while next < times.count, times[next] <= close {
        current = values[next]
        next += 1
      }
      return current
    }
  }

  /// Compounded daily returns at session closes, flat days kept, the starting capital as the first point.
  ///
  /// Summing intraday returns instead would overstate every figure, and dropping flat days would annualise too few.
  public func daily(_ calendar: TradingCalendar) throws(AnalyticsError) -> Daily {
    try calendar.validate()
    let dates = calendar.sessions(from: times[0], through: times[times.count - 1])
    guard !dates.isEmpty else {
      throw AnalyticsError(series: name, reason: .outOfRange("within sessions of the calendar \(calendar.name)"))
    }
    let closes = dates.map { calendar.close(of: $0) }
    let equity = [startingCapital] + sampled(at: closes)
    let ruined = equity.firstIndex { $0 <= 0 }.map { $0 - 1 }
    let returns = dates.indices.map { row -> Double in
      if let ruined, row >= ruined { return row == ruined ? -1 : 0 }
      return equity[row + 1] / equity[row] - 1
    }
    return Daily(
      dates: dates, equity: equity,
      returns: try ReturnSeries(
        name: "daily returns of \(name)", values: returns, dates: dates, periodsPerYear: calendar.periodsPerYear),
      ruinedRow: ruined)
  }
}

/// Throws unless every time is within 2^62 ns (146 years) of 1970, so that differences and session closes fit Int64.
func requireTimes(_ times: [Int64], series: String) throws(AnalyticsError) {
  for (row, time) in times.enumerated() where time.magnitude > 1 << 62 {
    throw AnalyticsError(series: series, row: row, reason: .outOfRange("within 146 years of 1970"))
  }
}
