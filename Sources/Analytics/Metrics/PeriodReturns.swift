/// The compounded return of a month or a year.
public struct PeriodReturn: Sendable, Hashable {
  public let year: Int
  /// 1 to 12; nil for a whole year.
  public let month: Int?
  public let value: Double
  /// Returns compounded into it: the first and the last period are usually incomplete.
  public let count: Int
}

extension ReturnSeries {
  /// Compounded returns of calendar months, in order; nil when the returns carry no dates.
  public var monthlyReturns: [PeriodReturn]? {
    compounded { ($0.year, $0.month) }
  }

  /// Compounded returns of calendar years, in order; nil when the returns carry no dates.
  public var yearlyReturns: [PeriodReturn]? {
    compounded { ($0.year, nil) }
  }

  private func compounded(by key: (CalendarDate) -> (year: Int, month: Int?)) -> [PeriodReturn]? {
    guard let dates else { return nil }
    var periods: [PeriodReturn] = []
    var row = 0
    while row < count {
      let (year, month) = key(dates[row])
      let first = row
      var wealth = 1.0
      while row < count, key(dates[row]) == (year, month) {
        wealth *= 1 + values[row]
        row += 1
      }
      periods.append(PeriodReturn(year: year, month: month, value: wealth - 1, count: row - first))
    }
    return periods
  }
}
