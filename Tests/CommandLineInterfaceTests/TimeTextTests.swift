import Testing

@testable import CommandLineInterface

@Suite("Times as text")
struct TimeTextTests {
  @Test(arguments: [
    ("1970-01-01", 0 as Int64), ("1970-01-01T00:00:00.000000001Z", 1), ("1969-12-31T23:59:59.999999999Z", -1),
    ("2023-12-25T23:00:00Z", 1_703_545_200_000_000_000), ("2000-02-29 12:30", 951_827_400_000_000_000),
    ("-5", -5), ("2262-04-11T23:47:16.854775807Z", .max),
  ])
  func reads(text: String, nanoseconds: Int64) {
    #expect(TimeText.nanoseconds(text) == nanoseconds)
    #expect(TimeText.nanoseconds(TimeText.iso8601(nanoseconds)) == nanoseconds)
  }

  @Test(arguments: [
    "", "2023-", "2023-13-01", "2023-02-29", "1900-02-29", "2023-12-25T24:00", "2023-12-25T23:60", "2023-12-25T",
    "2023-12-25T23:00:00.", "2023-12-25T23:00:00.1234567890Z", "9999-01-01", "2023-12-25T23:00:00+01:00", "12é",
    "2262-04-11T23:47:16.854775808Z",
  ])
  func refuses(text: String) {
    #expect(TimeText.nanoseconds(text) == nil)
  }

  @Test("Every day of 800 years survives the way there and back")
  func daysRoundTrip() {
    var expected = TimeText.dayNumber(year: 1600, month: 1, day: 1)
    for year in Int64(1600)..<2400 {
      for month in Int64(1)...12 {
        for day in 1...TimeText.daysInMonth(year: year, month: month) {
          #expect(TimeText.dayNumber(year: year, month: month, day: day) == expected)
          let back = TimeText.civil(day: expected)
          #expect(back.year == year && back.month == month && back.day == day)
          expected += 1
        }
      }
    }
  }
}
