/// Which days have a session and when it closes: what turns intraday equity into daily returns.
public struct TradingCalendar: Hashable, Sendable {
  public var name: String
  /// Close of the session, nanoseconds after midnight UTC; 24 h means the end of the day.
  public var closeNanosecondsOfDay: Int64
  /// Days of the week with a session, 1 for Monday to 7 for Sunday.
  public var sessionWeekdays: Set<Int>
  /// Holidays.
  public var closedDates: Set<CalendarDate>
  /// Sessions that make a year, which annualises every figure.
  public var periodsPerYear: Double
  /// How long a session lasts: what annualises returns at shorter intervals, whatever part of a session a run sees.
  public var sessionNanoseconds: Int64

  public init(
    name: String, closeNanosecondsOfDay: Int64, sessionWeekdays: Set<Int>, closedDates: Set<CalendarDate> = [],
    periodsPerYear: Double, sessionNanoseconds: Int64 = CalendarDate.nanosecondsPerDay
  ) {
    self.name = name
    self.closeNanosecondsOfDay = closeNanosecondsOfDay
    self.sessionWeekdays = sessionWeekdays
    self.closedDates = closedDates
    self.periodsPerYear = periodsPerYear
    self.sessionNanoseconds = sessionNanoseconds
  }

  /// Every day, closing at midnight UTC: 365 sessions a year.
  public static let everyDay = TradingCalendar(
    name: "every day, close 24:00 UTC", closeNanosecondsOfDay: CalendarDate.nanosecondsPerDay,
    sessionWeekdays: [1, 2, 3, 4, 5, 6, 7], periodsPerYear: 365)

  /// Monday to Friday, closing at 21:00 UTC (16:00 in New York in winter): 252 sessions a year, of six hours and a half.
  public static let weekdays = weekdays(closingAt: 75_600_000_000_000)

  /// Whether the market is open on a day.
  public func isSession(_ date: CalendarDate) -> Bool {
    sessionWeekdays.contains(date.weekday) && !closedDates.contains(date)
  }

  /// The close of a date, nanoseconds since the epoch.
  public func close(of date: CalendarDate) -> Int64 {
    Int64(date.daysSinceEpoch) * CalendarDate.nanosecondsPerDay + closeNanosecondsOfDay
  }

  /// The first session whose close is at or after a moment; nil when none follows within 400 days.
  public func session(containing nanoseconds: Int64) -> CalendarDate? {
    var date = CalendarDate(nanoseconds: nanoseconds).advanced(by: -1)
    for _ in 0..<400 {
      if isSession(date), close(of: date) >= nanoseconds { return date }
      date = date.advanced(by: 1)
    }
    return nil
  }

  /// Every session from the one that contains `first` to the one that contains `last`, flat days among them.
  public func sessions(from first: Int64, through last: Int64) -> [CalendarDate] {
    guard first <= last, var date = session(containing: first), let end = session(containing: last) else { return [] }
    var dates: [CalendarDate] = []
    while date <= end {
      if isSession(date) { dates.append(date) }
      date = date.advanced(by: 1)
    }
    return dates
  }

  func validate() throws(AnalyticsError) {
    if !(1...2 * CalendarDate.nanosecondsPerDay).contains(closeNanosecondsOfDay) {
      throw AnalyticsError(
        series: "session close of calendar \(name)", reason: .outOfRange("1 ns to 48 h after midnight"))
    }
    if sessionWeekdays.isEmpty || sessionWeekdays.contains(where: { !(1...7).contains($0) }) {
      throw AnalyticsError(series: "session weekdays of calendar \(name)", reason: .outOfRange("1 to 7, at least one"))
    }
    if !(1...CalendarDate.nanosecondsPerDay).contains(sessionNanoseconds) {
      throw AnalyticsError(series: "session length of calendar \(name)", reason: .outOfRange("1 ns to 24 h"))
    }
    if !(periodsPerYear.isFinite && periodsPerYear > 0) {
      throw AnalyticsError(series: "periods per year of calendar \(name)", reason: .outOfRange("above 0"))
    }
  }
}
