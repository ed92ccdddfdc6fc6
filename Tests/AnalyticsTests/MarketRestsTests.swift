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

  @Test func whatTradesEveryDayHasNoHolidays() {
    let rests = Self.rests([0, 5], hours: [0])
    #expect(TradingCalendar.everyDay.resting(in: rests) == .everyDay && rests.count == 1)
    let calendar = TradingCalendar.weekdays.resting(in: rests)
    let dates = calendar.sessions(from: Self.monday, through: Self.monday + 5 * 24 * Self.hour)
    #expect(dates.count == 2 && calendar.periodsPerYear == 252)
  }
}
