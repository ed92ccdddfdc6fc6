import Numerics

extension ReturnSeries {
  /// Product of (1 + r), minus one.
  public var totalReturn: Double { compounded().last! - 1 }

  /// Compound annual growth by periods: (1 + total)^(P/n) − 1.
  ///
  /// empyrical counts rows that were dropped as missing; LEAN divides calendar days by 365 when dates are known.
  public func annualGrowth(_ convention: MetricConvention = .default) throws(AnalyticsError) -> Double {
    switch convention {
    case .default, .backtestingPy: try growth(years: years)
    case .empyrical: try growth(years: Double(rowsIncludingMissing) / periodsPerYear)
    case .lean: try growth(years: calendarDays.map { Double($0) / 365 } ?? years)
    }
  }

  /// Compound annual growth by the calendar: (1 + total)^(365.25/days) − 1.
  public func calendarGrowth() throws(AnalyticsError) -> Double {
    guard let days = calendarDays else {
      throw AnalyticsError(series: name, reason: .undefined("the returns carry no dates"))
    }
    return try growth(years: Double(days) / 365.25)
  }

  /// Days from the start of the first return's day to the end of the last; one day for a single return.
  public var calendarDays: Int? {
    guard let dates, let first = dates.first, let last = dates.last else { return nil }
    return Int(last.daysSinceEpoch - first.daysSinceEpoch) + 1
  }

  private func growth(years: Double) throws(AnalyticsError) -> Double {
    let wealth = totalReturn + 1
    let growth = wealth <= 0 ? -1 : Elementary.expMinusOne(Elementary.logOnePlus(wealth - 1) / years)
    // One day of +50 % is 10^44 in a year: a number, but beyond Double for longer steps.
    guard growth.isFinite else {
      throw AnalyticsError(series: name, reason: .undefined("the growth of \(count) periods overflows when annualised"))
    }
    return growth
  }

  /// (1 + mean)^P − 1, which LEAN annualises by.
  public var annualisedMean: Double {
    Elementary.expMinusOne(Elementary.logOnePlus(values.mean) * periodsPerYear)
  }

  /// The geometric mean return of a period; zero once any return is −100 %, as backtesting.py defines it.
  var geometricMean: Double {
    if values.contains(where: { $0 <= -1 }) { return 0 }
    return Elementary.expMinusOne(values.lazy.map { Elementary.logOnePlus($0) }.compensatedSum / Double(count))
  }

  /// Annualised standard deviation, divisor n − 1; backtesting.py's adds the effect of compounding.
  public func volatility(_ convention: MetricConvention = .default) throws(AnalyticsError) -> Double {
    try requireCount(2)
    let deviation = values.standardDeviation()
    guard convention == .backtestingPy else { return deviation * periodsPerYear.squareRoot() }
    let growth = (1 + geometricMean) * (1 + geometricMean)
    let variance =
      Elementary.power(deviation * deviation + growth, periodsPerYear) - Elementary.power(growth, periodsPerYear)
    return max(0, variance).squareRoot()
  }

  /// log(1 + r); minus infinity for a total loss.
  var logReturns: [Double] { values.map { Elementary.logOnePlus($0) } }

  func requireCount(_ needed: Int) throws(AnalyticsError) {
    if count < needed { throw AnalyticsError(series: name, reason: .tooShort(found: count, needed: needed)) }
  }
}
