import Analytics
import Testing

private let hour: Int64 = 3_600_000_000_000

private func moment(_ year: Int, _ month: Int, _ day: Int, _ hours: Int64) -> Int64 {
  Int64(CalendarDate(year: year, month: month, day: day)!.daysSinceEpoch) * 24 * hour + hours * hour
}

@Test
func datesAgreeWithTheCalendar() {
  #expect(CalendarDate(year: 1970, month: 1, day: 1)?.daysSinceEpoch == 0)
  #expect(CalendarDate(year: 2000, month: 2, day: 29)?.daysSinceEpoch == 11016)
  #expect(CalendarDate(year: 1900, month: 2, day: 29) == nil)
  #expect(CalendarDate(year: 2026, month: 4, day: 31) == nil)
  #expect(CalendarDate(year: 2026, month: 11, day: 20)?.weekday == 5)
  #expect("\(CalendarDate(daysSinceEpoch: -1))" == "1969-12-31")
  #expect(CalendarDate(nanoseconds: -1).daysSinceEpoch == -1)
  for days in stride(from: Int32(-800_000), through: 800_000, by: 17) {
    let date = CalendarDate(daysSinceEpoch: days)
    #expect(CalendarDate(year: date.year, month: date.month, day: date.day) == date)
  }
}

@Test
func intradayEquityIsCompoundedAtSessionClosesAndFlatDaysStay() throws {
  // Thursday to Tuesday, nothing on Friday; the weekend has no session.
  let curve = try EquityCurve(
    times: [
      moment(2026, 3, 5, 14), moment(2026, 3, 5, 15), moment(2026, 3, 5, 20), moment(2026, 3, 9, 16),
      moment(2026, 3, 10, 16),
    ],
    values: [100, 150, 110, 99, 108.9])
  let daily = try curve.daily(.weekdays)
  #expect(daily.dates.map(\.description) == ["2026-03-05", "2026-03-06", "2026-03-09", "2026-03-10"])
  #expect(daily.equity == [100, 110, 110, 99, 108.9])
  let expected = [0.1, 0, -0.1, 0.1]
  #expect(zip(daily.returns.values, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  #expect(daily.returns.periodsPerYear == 252)
  // A moment after the close belongs to the next session, and Saturday's to Monday's.
  #expect(TradingCalendar.weekdays.session(containing: moment(2026, 3, 5, 22))?.day == 6)
  #expect(TradingCalendar.weekdays.session(containing: moment(2026, 3, 7, 12))?.day == 9)
  #expect(try curve.daily(.everyDay).dates.count == 6)
  // From ticks the fall from 150 shows; from closes it does not.
  #expect(abs(try DrawdownCurve(intraday: curve).maximum - (99.0 / 150 - 1)) < 1e-15)
  #expect(abs(try DrawdownCurve(daily: daily).maximum + 0.1) < 1e-12)
}

@Test
func aHolidayHasNoSession() throws {
  var calendar = TradingCalendar.weekdays
  calendar.closedDates = [CalendarDate(year: 2026, month: 3, day: 6)!]
  #expect(calendar.sessions(from: moment(2026, 3, 5, 1), through: moment(2026, 3, 9, 1)).count == 2)
}

@Test
func aRuinedAccountHasOneTotalLossAndNoReturnsAfter() throws {
  let curve = try EquityCurve(
    times: [moment(2026, 3, 2, 1), moment(2026, 3, 3, 1), moment(2026, 3, 4, 1)], values: [100, -20, 50])
  let daily = try curve.daily(.everyDay)
  #expect(daily.returns.values == [0, -1, 0])
  #expect(daily.ruinedRow == 1)
}

@Test
func badSeriesAreRefusedWithNameAndRow() {
  #expect(throws: AnalyticsError(series: "returns", row: 1, reason: .belowTotalLoss)) {
    try ReturnSeries(values: [0, -1.5])
  }
  #expect(throws: AnalyticsError(series: "lane 7", row: 0, reason: .notFinite)) {
    try ReturnSeries(name: "lane 7", values: [.nan])
  }
  #expect(throws: AnalyticsError(series: "returns", reason: .empty)) {
    try ReturnSeries(values: [.nan], missing: .drop)
  }
  #expect(throws: AnalyticsError(series: "prices", row: 1, reason: .notPositive)) {
    try ReturnSeries(prices: [1, 0, 2])
  }
  #expect(throws: AnalyticsError(series: "equity", row: 0, reason: .notPositive)) {
    try EquityCurve(times: [0], values: [0])
  }
  #expect(throws: AnalyticsError(series: "times of equity", row: 1, reason: .notAscending)) {
    try EquityCurve(times: [1, 0], values: [1, 1])
  }
  #expect(throws: AnalyticsError.self) { try EquityCurve(times: [.min], values: [1]) }
  #expect(throws: AnalyticsError.self) {
    let never = TradingCalendar(name: "never", closeNanosecondsOfDay: 1, sessionWeekdays: [], periodsPerYear: 252)
    return try EquityCurve(times: [0], values: [1]).daily(never)
  }
}
