import Foundation
import MarketTypes
import TestSupport
import Testing

@testable import TickImport

@Suite struct TextTests {
  @Test func calendarAgreesWithFoundation() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<2_000 {
      let day = Int.random(in: -25_000...100_000, using: &generator)
      let parts = calendar.dateComponents(
        [.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: Double(day) * 86_400))
      let date = try #require(CivilDate(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0))
      #expect(date.daysSinceEpoch == day && date.weekday + 1 == parts.weekday)
    }
    #expect(CivilDate(year: 2023, month: 2, day: 29) == nil && CivilDate(year: 2024, month: 2, day: 29) != nil)
    #expect(CivilDate(year: 2100, month: 2, day: 29) == nil && CivilDate(year: 2000, month: 2, day: 29) != nil)
    #expect(CivilDate(year: 2024, month: 13, day: 1) == nil && CivilDate(year: 1850, month: 1, day: 1) == nil)
  }

  @Test(arguments: [
    "America/New_York", "America/Chicago", "Europe/Berlin", "Europe/London", "Asia/Tokyo", "Asia/Kolkata",
  ])
  func zonesAgreeWithFoundation(_ name: String) throws {
    let zone = try #require(MarketZone(name))
    let reference = try #require(TimeZone(identifier: name))
    var generator = SeededGenerator(seed: 11)
    // The rules stated: from 1996 in the EU, from 1976 in the US; foreseeable until 2037.
    let begin: Int64 = name.hasPrefix("America") ? 189_302_400 : 820_454_400
    for _ in 0..<4_000 {
      let seconds = Int64.random(in: begin..<2_145_916_800, using: &generator)
      let offset = Int64(reference.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
      // The hour that occurs twice means its first occurrence, so only unambiguous local times are compared.
      let later = Int64(reference.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds - 3600))))
      guard offset == later else { continue }
      #expect(zone.nanoseconds(localSeconds: seconds + offset) == seconds * 1_000_000_000, "\(seconds)")
    }
    #expect(MarketZone("Mars/Olympus") == nil && MarketZone("UTC+99") == nil)
  }

  @Test func daysChangeTheirClockWithinTheDay() throws {
    let day = MarketDay(CivilDate(year: 2024, month: 11, day: 3), zone: .newYork)
    let hour: Int64 = 3_600_000_000_000
    #expect(day.time(afterMidnight: 3 * hour).nanoseconds - day.time(afterMidnight: 0).nanoseconds == 4 * hour)
    let spring = MarketDay(CivilDate(year: 2024, month: 3, day: 10), zone: .newYork)
    #expect(spring.time(afterMidnight: 3 * hour).nanoseconds - spring.time(afterMidnight: 0).nanoseconds == 2 * hour)
    #expect(MarketDay(nil, zone: .newYork).time(afterMidnight: 5).nanoseconds == 5)
  }

  @Test(arguments: [
    ("AAPL_2012-06-21_34200000_57600000_message_10.csv", 20_120_621), ("01302017.NASDAQ_ITCH50", 20_170_130),
    ("ex20101224.TEST_ITCH_50", 20_101_224), ("S073019-v50.txt", 0), ("20131007_bac_Quote_Tick.csv", 20_131_007),
    ("34200000_99999999.csv", 0), ("pitch 2009/03/02", 0),
  ])
  func findsDatesInNames(_ name: String, day: Int) {
    let date = SourceContext.date(inName: SourceContext(name: "folder/20990101/" + name).baseName)
    #expect(date.map { $0.year * 10_000 + $0.month * 100 + $0.day } ?? 0 == day)
  }

  @Test func optionsOfDecodersAreListedOnce() {
    let names = DecoderOption.all.map(\.name)
    #expect(Set(names).count == names.count)
    let formats = Set(TickFormat.all.map(\.name))
    #expect(DecoderOption.all.allSatisfy { $0.formats.allSatisfy(formats.contains) })
  }

  /// Whatever a source names, what is remembered of it is bounded, and the answers stay right.
  @Test func symbolsThatNobodyWantsAreRememberedWithinBounds() {
    var selection = SymbolSelection(
      SourceContext(name: "a.csv", options: ["instrument": "abc, Def"]), mostRemembered: 3)
    for _ in 0..<2 {
      for name in ["a", "b", String(repeating: "x", count: 300), "c", "d", "e"] {
        let isIncluded = selection.includes(name)
        #expect(!isIncluded)
      }
      for name in ["ABC", "abc", "DEF", "def"] {
        let isIncluded = selection.includes(name)
        #expect(isIncluded)
      }
    }
    #expect(selection.passedOver == ["a", "b", "c"])
    var whole = SymbolSelection(SourceContext(name: "a.csv"))
    let includesAnything = whole.includes("anything")
    #expect(whole.isWhole && includesAnything && whole.passedOver.isEmpty)
  }
}
