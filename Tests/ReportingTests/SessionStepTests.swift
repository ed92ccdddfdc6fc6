import Analytics
import MarketTypes
import Testing

@testable import Reporting

/// Steps within sessions of a market that rests at night.
@Suite struct SessionStepTests {
  private static let minute: Int64 = 60_000_000_000
  /// Monday, 8 January 2024.
  private static let monday = 19_730 * 1440 * minute

  /// Two weeks of American hours, sampled every quarter of an hour around the clock: it moves from 14:30 to 21:00, and by
  /// a gap of the night that the first sample shows.
  private static func curve() throws -> EquityCurve {
    var generator = SampleRun.Generator(seed: 5)
    var (times, values): ([Int64], [Double]) = ([], [])
    var equity = 100_000.0
    for step in 0...((11 * 96) + 26) {
      let time = monday + (870 + Int64(step) * 15) * minute
      let day = step / 96
      let isOpen = step % 96 <= 26 && day % 7 < 5
      if isOpen, step > 0 {
        // Uniform with a standard deviation of one.
        let move = (generator.real() - 0.5) * 12.0.squareRoot()
        equity *= 1 + (step % 96 == 0 ? 0.005 : 0.001) * move
      }
      times.append(time)
      values.append(equity)
    }
    return try EquityCurve(times: times, values: values)
  }

  private static func basis(_ curve: EquityCurve, _ calendar: TradingCalendar) throws -> ReturnBasis {
    var run = SampleRun.run(days: 1)
    run.sampleTimes = curve.times
    return try #require(RunAnalysis.sampledReturns(.found(curve), run, calendar: calendar).value)
  }

  @Test("Steps lie within sessions, the night in the first of them, and their volatility is that of days.")
  func stepsLieWithinSessions() throws {
    let curve = try Self.curve()
    let basis = try Self.basis(curve, .weekdays)
    #expect(basis.intervalNanoseconds == 15 * Self.minute && basis.returns.count == 10 * 26)
    #expect(basis.returns.periodsPerYear == 252 * 26)
    for (place, end) in basis.ends.enumerated() {
      let (day, step) = (Int64(place / 26), Int64(place % 26 + 1))
      #expect(end == Self.monday + ((day / 5 * 7 + day % 5) * 1440 + 870 + 15 * step) * Self.minute)
    }
    // The night belongs to the first step: from the last close to a quarter of an hour after the opening.
    let closed = curve.sampled(at: [basis.ends[25], basis.ends[26]])
    #expect(basis.returns.values[26] == closed[1] / closed[0] - 1)
    #expect(
      abs(basis.returns.values.reduce(1) { $0 * (1 + $1) } - curve.values[curve.values.count - 1] / 100_000) < 1e-12)
    let daily = try curve.daily(.weekdays).returns
    #expect(daily.count == 10)
    // Twenty-six steps and a night make a day: sqrt(26 · 0.001² + 0.005²) of it, a year of 252.
    let expected = (252 * (26 * 1e-6 + 25e-6)).squareRoot()
    let found = try basis.returns.volatility()
    #expect(abs(found / expected - 1) < 0.25, "\(found) \(expected)")
    #expect((0.6...1.6).contains(found / (try daily.volatility())), "by the clock it would be 0.45")
  }

  @Test func aMarketWithoutNightsKeepsItsGrid() throws {
    let curve = try Self.curve()
    let basis = try Self.basis(curve, .everyDay)
    let interval = try #require(basis.intervalNanoseconds)
    #expect(basis.ends.dropLast().enumerated().allSatisfy { $1 == curve.times[0] + Int64($0 + 1) * interval })
    #expect(basis.ends.last == curve.times.last)
    #expect(basis.returns.periodsPerYear == 365 * Double(CalendarDate.nanosecondsPerDay) / Double(interval))
  }

  @Test("A run that ends in the night, starts in it, or lies in it alone loses nothing.")
  func endsOutsideSessions() {
    let (hour, day) = (60 * Self.minute, 1440 * Self.minute)
    func ends(_ start: Int64, _ end: Int64) -> [Int64] {
      RunAnalysis.stepEnds(
        in: RunAnalysis.stepSpans(from: start, through: end, .weekdays), through: end, interval: hour)
    }
    let whole = ends(Self.monday, Self.monday + day + 23 * hour)
    #expect(whole.count == 14 && whole.last == Self.monday + day + 23 * hour, "six hours, and a half with the last")
    #expect(whole[0] == Self.monday + 15 * hour + 30 * Self.minute)
    let night = ends(Self.monday + 20 * hour, Self.monday + 22 * hour)
    #expect(night == [Self.monday + 22 * hour], "an hour of a session, and an hour after it")
    let quiet = ends(Self.monday + 5 * day, Self.monday + 6 * day)
    #expect(quiet.count == 24 && quiet.last == Self.monday + 6 * day, "no session at all: by the clock")
    let single = ends(Self.monday + 2 * hour, Self.monday + 5 * hour)
    #expect(single.count == 3, "one session: where the run is")
  }
}
