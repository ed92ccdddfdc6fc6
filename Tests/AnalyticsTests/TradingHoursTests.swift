import Testing

@testable import Analytics

/// Calendars told by when a market traded.
@Suite struct TradingHoursTests {
  private static let hour: Int64 = 3_600_000_000_000
  /// Monday, 4 March 2024, 00:00 UTC.
  private static let monday: Int64 = 1_709_510_400_000_000_000

  /// A market that trades in a span of hours of each of some days of two weeks, Monday being 0.
  private static func hours(days: [Int], _ span: ClosedRange<Int>) -> TradingHours {
    var hours = TradingHours()
    for week in [0, 7] {
      for day in days {
        for hour in span { hours.note(monday + Int64((week + day) * 24 + hour) * Self.hour + 1) }
      }
    }
    return hours
  }

  private static func fitting(_ hours: TradingHours, days: Int64 = 14) -> (calendar: TradingCalendar, reason: String) {
    TradingCalendar.fitting(hours, from: monday, through: monday + days * 24 * hour)
  }

  @Test func hoursAreOfTheWeekAndSayUntilWhenTheyLast() {
    var hours = TradingHours()
    #expect(hours.isEmpty)
    #expect(hours.note(Self.monday + Self.hour - 1) == Self.monday + Self.hour)
    #expect(hours.isActive[0] && hours.isActive.filter { $0 }.count == 1)
    hours.note(0)
    #expect(hours.isActive[3 * 24], "the epoch began on a Thursday")
    hours.note(-1)
    #expect(hours.isActive[2 * 24 + 23], "before the epoch too")
    for time in [Int64.min, .max] { hours.note(time) }
    #expect(TradingHours(isActive: hours.isActive) == hours && TradingHours(isActive: []) == nil)
  }

  @Test func stocksCloseAfterTheirAuctionAndHaveSixHoursAndAHalf() {
    let found = Self.fitting(Self.hours(days: [0, 1, 2, 3, 4], 14...21), days: 1)
    #expect(found.calendar.closeNanosecondsOfDay == 22 * Self.hour && found.calendar.periodsPerYear == 252)
    #expect(found.calendar.sessionNanoseconds == 23_400_000_000_000)
    // The auction at 21:00:30 of a Friday is Friday's.
    let auction = Self.monday + (4 * 24 + 21) * Self.hour + 30_000_000_000
    #expect(found.calendar.sessions(from: auction - 7 * Self.hour, through: auction).count == 1)
  }

  @Test func anEveningOfStocksBelongsToItsDay() {
    let found = Self.fitting(Self.hours(days: [0, 1, 2, 3, 4], 9...24))
    #expect(found.calendar.closeNanosecondsOfDay == 25 * Self.hour)
    #expect(found.calendar.name == "Monday to Friday, close 01:00 of the next day UTC")
    // From nine to one is a session of sixteen hours, at a venue whose usual one has six and a half, too.
    #expect(found.calendar.sessionNanoseconds == 16 * Self.hour)
    let shares = VenueSessions.of("XNAS")?.calendar(shown: found.calendar)
    #expect(shares?.closeNanosecondsOfDay == 25 * Self.hour && shares?.sessionNanoseconds == 16 * Self.hour)
    let usual = Self.fitting(Self.hours(days: [0, 1, 2, 3, 4], 14...21)).calendar
    #expect(VenueSessions.of("XNAS")?.calendar(shown: usual).sessionNanoseconds == 23_400_000_000_000)
  }

  @Test func dailyBarsStampedAtTheirEndAreTheDayBefore() {
    // Tuesday to Saturday, 04:00 and 05:00 UTC: midnight in New York.
    let found = Self.fitting(Self.hours(days: [1, 2, 3, 4, 5], 4...5))
    #expect(found.calendar.periodsPerYear == 252 && found.calendar.closeNanosecondsOfDay == 30 * Self.hour)
    let saturday = Self.monday + (5 * 24 + 5) * Self.hour
    #expect(found.calendar.session(containing: saturday)?.weekday == 5)
  }

  @Test func futuresThatPauseOnWeekendsHaveWeekdaysOfTwentyFourHours() {
    var hours = Self.hours(days: [0, 1, 2, 3], 0...23)
    for hour in 0..<22 { hours.note(Self.monday + Int64(4 * 24 + hour) * Self.hour) }
    for hour in 22..<24 { hours.note(Self.monday + Int64(6 * 24 + hour) * Self.hour) }
    let found = Self.fitting(hours)
    #expect(found.calendar.closeNanosecondsOfDay == 22 * Self.hour && found.calendar.periodsPerYear == 252)
    #expect(found.calendar.sessionNanoseconds == 24 * Self.hour)
    // Without a weekend in sight they might as well be a market that never closes.
    #expect(Self.fitting(hours, days: 3).calendar == .everyDay)
  }

  @Test func whatTradesOnWeekendsTradesEveryDay() {
    let found = Self.fitting(Self.hours(days: Array(0...6), 0...23))
    #expect(found.calendar == .everyDay && found.reason.contains("weekend"))
  }

  @Test func anotherCloseKeepsTheDays() throws {
    let calendar = TradingCalendar.everyDay.closing(at: 8 * Self.hour)
    #expect(calendar.name == "every day, close 08:00 UTC" && calendar.periodsPerYear == 365)
    #expect(TradingCalendar.weekdays.closing(at: 75_600_000_000_000) == .weekdays)
    var wrong = calendar
    wrong.sessionNanoseconds = 0
    #expect(throws: AnalyticsError.self) { try wrong.validate() }
  }

  @Test("Venues are known by the beginning of their codes")
  func venues() throws {
    #expect(VenueSessions.of("GLBX.MDP3")?.sessionHours == 23 && VenueSessions.of("glbx#2")?.tradesContracts == true)
    #expect(VenueSessions.of("BINANCE-USDM")?.periodsPerYear == 365 && VenueSessions.of("SIMX") == nil)
    #expect(VenueSessions.common(of: ["XNAS", "BATS"]) != nil && VenueSessions.common(of: ["XNAS", "KRAKEN"]) == nil)
    let codes = VenueSessions.table.flatMap(\.codes)
    #expect(Set(codes).count == codes.count && codes.allSatisfy { $0 == $0.uppercased() })
    for row in VenueSessions.table {
      for shown in [TradingCalendar.everyDay, .weekdays(closingAt: 108_000_000_000_000)] {
        let calendar = row.calendar(shown: shown)
        #expect(throws: Never.self) { try calendar.validate() }
        #expect(calendar.periodsPerYear == row.periodsPerYear)
        #expect(calendar.sessionWeekdays.count == (row.isEveryDay ? 7 : 5))
      }
    }
    let futures = try #require(VenueSessions.of("CME")).calendar(shown: .weekdays(closingAt: 90_000_000_000_000))
    #expect(futures.closeNanosecondsOfDay == 90_000_000_000_000 && futures.sessionNanoseconds == 82_800_000_000_000)
  }
}
