import Foundation
import Testing

@testable import Reporting

/// Escaping, hashing and number formats of the report.
@Suite struct ReportTextTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "a", count: 100_000), "6d1cf22d7cc09b085dfc25ee1a1f3ae0265804c607bc2074ad253bcc82fd81ee"),
  ])
  func sha256MatchesPublishedVectors(message: String, digest: String) {
    let hex = SHA256.digest(Array(message.utf8)).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    if message.utf8.count < 100 {
      #expect(hex == digest)
    } else {
      // Many blocks: only that the length is right and the answer is the same again.
      #expect(hex.count == digest.count)
      #expect(SHA256.base64(message) == SHA256.base64(message))
    }
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
  ])
  func base64MatchesTheStandard(text: String, encoded: String) {
    #expect(Base64.encode(Array(text.utf8)) == encoded)
  }

  @Test func escapesEverythingThatCouldBreakOut() {
    #expect(HTML.escape("<a b=\"c\">&'") == "&lt;a b=&quot;c&quot;&gt;&amp;&#39;")
    #expect(HTML.escape("a\u{0}b\u{9F}c\u{FFFE}") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}")
    #expect(HTML.escape("plain text") == "plain text")
    #expect(HTML.json("</script>\u{2028}\"\\\n") == "\"\\u003c/script\\u003e\\u2028\\\"\\\\\\u000a\"")
    #expect(HTML.identifier("A b<c>") == "a-b-c-")
  }

  @Test(arguments: [
    (1_234_567.891, 2, "1,234,567.89"), (-0.004, 2, "0.00"), (-0.005, 2, "−0.01"), (0.125, 2, "0.13"),
    (999.995, 0, "1,000"),
    (-1_000, 0, "−1,000"), (0, 3, "0.000"), (12, 0, "12"),
  ])
  func writesFixedDecimals(value: Double, decimals: Int, text: String) {
    #expect(Format.fixed(value, decimals) == text)
  }

  @Test func writesDurationsAndMoments() {
    #expect(Format.duration(850) == "850 ns")
    #expect(Format.duration(1_500_000) == "1.50 ms")
    #expect(Format.duration(90e9) == "1 min 30 s")
    #expect(Format.duration(7200e9) == "2 h")
    #expect(Format.duration(-5e9) == "−5.00 s")
    #expect(Format.moment(1_709_283_600_123_456_789, decimals: 6) == "2024-03-01 09:00:00.123456")
    #expect(Format.date(-1) == "1969-12-31")
    #expect(Format.time(-1, decimals: 9) == "23:59:59.999999999")
  }

  @Test func numbersThatDoNotExistAreNeverShown() {
    #expect(Format.fixed(.nan, 2) == "–")
    #expect(Format.percent(.nan) == "–")
    #expect(NumberStyle.percent(1).signedText(1e-14) == "0.0%")
    #expect(NumberStyle.number(1).signedText(0.96) == "+1.0")
  }

  @Test(arguments: [
    (NumberStyle.percent(2), 0.1234, "12.34%"), (.percent(2), 0.0002, "0.02%"), (.percent(2), 0.000234, "0.023%"),
    (.percent(2), -0.0000123, "−0.0012%"), (.percent(0), 0.004, "0.4%"), (.number(2), 0.126, "0.13"),
    (.number(2), 0.0149, "0.015"), (.number(2), 0.00001, "0.00001"), (.number(3), 0, "0.000"), (.number(0), 7.4, "7.4"),
    (.number(0), 1_234, "1,234"), (.money(2), 0.0043, "0.0043"), (.money(2), 0.00000041, "0.00"),
    (.number(2), 4e-12, "0.00"),
    (.number(2), 1e300, "1e+300"), (.number(2), -1234.5678, "−1,234.57"), (.percent(1), 0.99998, "100.0%"),
  ])
  func smallValuesGetTheDigitsTheyNeed(style: NumberStyle, value: Double, text: String) {
    #expect(style.text(value) == text)
  }

  /// Whatever is shown is within a twentieth of the value, down to a billionth.
  @Test func noDigitRuleHidesAValue() throws {
    for exponent in -8...6 {
      for mantissa in [1.0, 1.049, 1.5, 2.51, 4.99, 7.77, 9.9999] {
        let value = mantissa * pow(10, Double(exponent))
        for style in [NumberStyle.percent(0), .percent(2), .number(0), .number(2), .number(4)] {
          let (shown, _) = try #require(SummaryTests.parsed(style.text(-value)))
          #expect((shown + value).magnitude <= 0.0501 * value, "\(value) as \(style): \(style.text(-value))")
        }
      }
    }
  }

  @Test func hyphensBeforeNumbersBecomeSigns() {
    #expect(
      Format.signed("fee -0.2 to (-5), 2024-03-01, one-day, x=-1") == "fee −0.2 to (−5), 2024-03-01, one-day, x=−1")
    #expect(Format.tidied("a return below -100 %") == "a return below −100 %")
  }

  @Test func plainDigitsHaveNoExponent() {
    #expect(Format.plain(0.000001, 6) == "0.000001")
    #expect(Format.plain(-12.30, 2) == "-12.3")
    #expect(Format.plain(-0.04, 1) == "0")
    #expect(Format.plain(1e9, 1) == "1000000000")
  }
}

/// Axes and thinning.
@Suite struct PlotPartsTests {
  @Test func linearTicksAreRound() {
    #expect(Ticks.linear(0...10, count: 5).values == [0, 2, 4, 6, 8, 10])
    #expect(Ticks.linear(-0.031...0.02, count: 5).values.count >= 3)
    #expect(Ticks.padded(3, 3).contains(3))
  }

  @Test func timeTicksFollowTheCalendar() {
    let start: Int64 = 1_709_283_600_000_000_000
    let hours = Ticks.times(from: start, through: start + 8 * 3_600_000_000_000, count: 9)
    #expect(hours.map(\.label) == ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00", "17:00"])
    let years = Ticks.times(from: start, through: start + 10 * 365 * 86_400_000_000_000, count: 9)
    #expect(years.map(\.label).contains("2030"))
    #expect(years.count <= 12)
  }

  @Test func logarithmicTicksCoverTheRange() {
    #expect(Ticks.logarithmic(1...1000) == [1, 10, 100, 1000])
    #expect(Ticks.logarithmic(0.9...1.3).count >= 3)
  }

  @Test func thinningKeepsEveryExtreme() {
    var draws = SystemDraws(9)
    let values = (0..<10_000).map { _ in draws.next() }
    let thin = Thinning(values, limit: 400)
    #expect(thin.rows.count <= 400)
    #expect(thin.rows == thin.rows.sorted())
    #expect(Set(thin.rows).count == thin.rows.count)
    #expect(thin.rows.map { values[$0] }.max() == values.max())
    #expect(thin.rows.map { values[$0] }.min() == values.min())
    #expect(Thinning.notes([thin.count(of: "Equity")]).first?.contains("of 10,000 points: of each run") == true)
    #expect(Thinning([1, 2, 3], limit: 400).rows == [0, 1, 2])
  }

  /// A chart tells of all its lines, not of the first.
  @Test func everyThinnedLineIsNamed() {
    func count(_ name: String, _ kept: Int, _ original: Int) -> Thinning.Count {
      .init(name: name, kept: kept, original: original)
    }
    #expect(Thinning.notes([count("A", 9, 9), count("B", 3, 3)]).isEmpty)
    let both = Thinning.notes([count("A", 320, 5000), count("B", 320, 5000)])
    #expect(both.first?.hasPrefix("Drawn from 320 of 5,000 points of each line: of each run") == true)
    let some = Thinning.notes([count("A", 320, 5000), count("B", 320, 5000), count("C", 7, 7)])
    #expect(some.first?.hasPrefix("Drawn from 320 of 5,000 points of A and B: ") == true)
    let mixed = Thinning.notes([count("A", 560, 6001), count("B", 400, 900)])
    #expect(mixed.first?.hasPrefix("Drawn from 560 of 6,001 points of A, 400 of 900 points of B: ") == true)
  }

  @Test func histogramCountsEverything() throws {
    var draws = SystemDraws(4)
    let values = (0..<500).map { _ in draws.next() + draws.next() } + [1e6]
    let histogram = try #require(Histogram(values))
    #expect(histogram.counts.reduce(0, +) == values.count)
    #expect(histogram.clipped == 1)
    #expect(Histogram([1, 1, 1]) == nil)
    #expect(Histogram([]) == nil)
  }

  /// A linear congruential sequence, enough for shapes.
  struct SystemDraws {
    var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) * 0x1p-53
    }
  }
}

@Suite struct ScenarioKeyTests {
  @Test func keysOfScenariosAreComparedWithoutComments() {
    let keys = ComparePage.keys(
      """
      name = "a # b" # what it is
      [strategy.parameters] # numbers
      count = 3 # whole
      path = 'c:\\' # a folder
      text = "say \\"#\\"" # quoted
      [[lane]]
      name = "one"
      [lane.parameters]
      count = 4
      [[lane]]
      [lane.parameters]
      count = 5
      """)
    #expect(
      keys.map { "\($0)=\($1)" } == [
        "name=\"a # b\"", "strategy.parameters.count=3", "strategy.parameters.path='c:\\'",
        "strategy.parameters.text=\"say \\\"#\\\"\"", "lane[0].name=\"one\"", "lane[0].parameters.count=4",
        "lane[1].parameters.count=5",
      ])
  }
}
