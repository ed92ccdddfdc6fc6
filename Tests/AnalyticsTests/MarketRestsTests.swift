import Testing

@testable import Analytics

/// Days on which nothing moved.
@Suite struct MarketRestsTests {
  private static let hour: Int64 = 3_600_000_000_000
  /// Monday, 4 March 2024, 00:00 UTC.
  private static let monday: Int64 = 1_709_510_400_000_000_000

  private static func rests(_ days: [Int64], hours: [Int64]) -> [MarketRest] {
    var rests = MarketRests()
    for day in days { for hour in hours { rests.note(monday + (day * 24 + hour) * Self.hour) } }
    return rests.all
  }

  private static func closed(_ rests: [MarketRest], closingAt hour: Int64 = 22) -> [Int] {
    let calendar = TradingCalendar.weekdays(closingAt: hour * Self.hour).resting(in: rests)
    return calendar.closedDates.map { Int($0.daysSinceEpoch) - Int(monday / (24 * Self.hour)) }.sorted()
  }

  @Test func restsAreLongerThanADay() {
    var rests = MarketRests()
    for time in [5, 5, 3, 5 + 24 * Self.hour, 5 + 48 * Self.hour + 1, 4] { rests.note(time) }
    #expect(rests.all == [MarketRest(from: 5 + 24 * Self.hour, until: 5 + 48 * Self.hour + 1)])
    rests.note(.max)
    #expect(rests.all.count == 2)
  }

  @Test func weekendsCloseNothingAndHolidaysTheirDay() {
    let hours: [Int64] = [14, 17, 20]
    #expect(Self.closed(Self.rests([0, 1, 2, 3, 4, 7, 8], hours: hours)).isEmpty)
    // A Wednesday; a Monday after a weekend; a Thursday and a Friday.
    #expect(Self.closed(Self.rests([0, 1, 3, 4, 8, 9, 14], hours: hours)) == [2, 7, 10, 11])
    // Evenings belong to their day, and a Sunday's to Monday.
    #expect(Self.closed(Self.rests([0, 1, 3, 4], hours: [9, 24]), closingAt: 25) == [2])
    #expect(Self.closed(Self.rests([0, 1, 2, 3, 4, 6, 8], hours: [20, 23])).isEmpty)
  }

  @Test func dailyBarsHaveADayEachAlsoWhenClocksChange() {
    var rests = MarketRests()
    for day in [1, 2, 3, 4, 5, 8, 10] as [Int64] {
      rests.note(Self.monday + (day * 24 + (day < 3 ? 4 : 5)) * Self.hour)
    }
    // Stamped at their end, in the night after; the Monday of the second week is there, its Tuesday is not.
    #expect(Self.closed(rests.all, closingAt: 30) == [8])
  }

  @Test("Bars of weeks make 52 sessions a year, holidays none fewer.")
  func sessionsAreCountedWhereMostDaysAreMissing() throws {
    func counted(_ days: [Int64], _ calendar: TradingCalendar = .weekdays) -> Double? {
      let start = CalendarDate(nanoseconds: Self.monday)
      return calendar.sessionsPerYear(counted: days.map { start.advanced(by: Int($0)) })
    }
    let weeks = (0..<10 as Range<Int64>).map { 4 + 7 * $0 }
    #expect(try abs(#require(counted(weeks)) - 365.25 * 9 / 63) < 1e-12)
    #expect(try abs(#require(counted([0, 30, 59])) - 365.25 * 2 / 59) < 1e-12)
    // Three sessions a week are 60 % of the days, four are not few.
    let three = (0..<24 as Range<Int64>).map { $0 / 3 * 7 + $0 % 3 }
    #expect(try abs(#require(counted(three)) - 365.25 * 23 / 51) < 1e-12)
    #expect(counted((0..<32 as Range<Int64>).map { $0 / 4 * 7 + $0 % 4 }) == nil)
    // Five holidays within six weeks, two sessions, and less than six weeks.
    let holidays: Set<Int64> = [1, 2, 8, 9, 15]
    #expect(counted((0..<45 as Range<Int64>).filter { $0 % 7 < 5 && !holidays.contains($0) }) == nil)
    #expect(counted([0, 700]) == nil && counted([0, 20, 41]) == nil)
  }

  @Test func whatTradesEveryDayHasNoHolidays() {
    let rests = Self.rests([0, 5], hours: [0])
    #expect(TradingCalendar.everyDay.resting(in: rests) == .everyDay && rests.count == 1)
    let calendar = TradingCalendar.weekdays.resting(in: rests)
    let dates = calendar.sessions(from: Self.monday, through: Self.monday + 5 * 24 * Self.hour)
    #expect(dates.count == 2 && calendar.periodsPerYear == 252)
  }
}
