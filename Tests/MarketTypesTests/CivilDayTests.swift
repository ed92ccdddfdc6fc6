import MarketTypes
import Testing

@Suite struct CivilDayTests {
  @Test(arguments: [
    (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11_016), (2000, 3, 1, 11_017), (1900, 3, 1, -25_508),
    (2026, 11, 28, 20_785), (0, 2, 29, -719_469), (-1, 12, 31, -719_529),
  ])
  func knowsDays(year: Int, month: Int, day: Int, days: Int32) throws {
    let civil = try #require(CivilDay(year: year, month: month, day: day))
    #expect(civil.daysSinceEpoch == days)
    #expect(CivilDay(daysSinceEpoch: days) == civil)
  }

  @Test func daysFollowEachOther() throws {
    // A cycle of four hundred years from 1 March 1600, a day at a time.
    var civil = try #require(CivilDay(year: 1600, month: 3, day: 1))
    let first = civil.daysSinceEpoch
    for offset in Int32(1)...146_097 {
      let isLast = civil.day == CivilDay.days(inMonth: civil.month, of: civil.year)
      let isYear = isLast && civil.month == 12
      let next = CivilDay(daysSinceEpoch: first + offset)
      guard next.day == (isLast ? 1 : civil.day + 1),
        next.month == (isYear ? 1 : isLast ? civil.month + 1 : civil.month),
        next.year == (isYear ? civil.year + 1 : civil.year), next.daysSinceEpoch == first + offset
      else {
        Issue.record("\(next) follows \(civil)")
        return
      }
      civil = next
    }
    #expect(civil == CivilDay(year: 2000, month: 3, day: 1))
  }

  @Test func momentsLieInTheirDay() {
    #expect(CivilDay(Timestamp(nanoseconds: 0)) == CivilDay(year: 1970, month: 1, day: 1))
    #expect(CivilDay(Timestamp(nanoseconds: -1)) == CivilDay(year: 1969, month: 12, day: 31))
    #expect(CivilDay(Timestamp(nanoseconds: 86_400_000_000_000 - 1)) == CivilDay(year: 1970, month: 1, day: 1))
    #expect(CivilDay(Timestamp(nanoseconds: .max)) == CivilDay(year: 2262, month: 4, day: 11))
  }

  @Test(arguments: [
    (2023, 2, 29), (1900, 2, 29), (2024, 13, 1), (2024, 0, 1), (2024, 4, 31), (2024, 1, 0), (.max, 1, 1),
  ])
  func refusesDaysThatAreNone(year: Int, month: Int, day: Int) {
    #expect(CivilDay(year: year, month: month, day: day) == nil)
  }
}
