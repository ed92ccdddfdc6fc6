import Analytics
import MarketTypes
import Testing

@testable import Reporting

/// Figures of markets that move on few weekdays, begin late, or ruin the account.
@Suite struct CountedSessionsTests {
  private static let day = CalendarDate.nanosecondsPerDay
  /// Friday, 8 January 1999, 21:00 UTC.
  private static let friday: Int64 = 915_829_200_000_000_000
  private static let settings: RunAnalysisSettings = {
    var settings = RunAnalysisSettings()
    settings.resamples = 100
    settings.simulatedPaths = 64
    settings.backtestLimit = 1
    return settings
  }()

  /// A run of linear instruments with marks and equity of one lane, and rests between its rows.
  private static func run(_ times: [Int64], equity: [Double], marks: [[Int64]], inverse: Bool = false) -> RunResult {
    var run = SampleRun.run(days: 1, samplesPerDay: 1, laneCount: 1, fillCount: 0)
    run.instruments = marks[0].indices.map {
      Instrument(symbol: "I\($0)", tick: SampleRun.tick("0.01"), settlement: inverse ? .inverse : .linear)
    }
    run.identity.start = times[0]
    run.identity.end = times[times.count - 1]
    run.identity.startingCapital = equity[0]
    run.sampleTimes = times
    run.laneEquity = equity
    run.account = AccountColumns()
    run.account.times = times
    run.account.equity = equity
    run.account.grossExposure = equity.map { _ in 0 }
    run.account.netExposure = run.account.grossExposure
    run.account.markHalfTicks = marks.flatMap { $0 }
    run.account.lots = run.account.markHalfTicks.map { _ in 0 }
    var (hours, rests) = (TradingHours(), MarketRests())
    for time in times {
      hours.note(time)
      rests.note(time)
    }
    run.marketHours = hours
    run.marketRests = rests.all
    return run
  }

  @Test("A year of weekly bars that gains 4 % grew by 4 % a year.")
  func weeklyBarsHaveWeeksAYear() throws {
    let times = (0...52 as ClosedRange<Int64>).map { Self.friday + 7 * $0 * Self.day }
    let run = Self.run(
      times, equity: (0...52).map { 100 + 4 * Double($0) / 52 }, marks: times.map { _ in [2_000] })
    let analysis = RunAnalysis(run, settings: Self.settings)
    // 52 weeks are 364 days.
    let weeks = 365.25 * 52 / 364
    #expect(analysis.daily.value?.returns.count == 53)
    #expect(analysis.calendar.periodsPerYear == weeks, "\(analysis.calendarReason)")
    #expect(analysis.calendarReason.contains("52.18 sessions a year, counted in the data instead of 252"))
    let growth = try #require(analysis.metrics.first { $0.id == "cagr" })
    // 1.04^(52.1786/53) − 1.
    #expect(growth.number.map { abs($0 - 0.0393679) < 1e-6 } == true, "\(growth.number ?? 0)")
    #expect(growth.parameters.contains { $0.name == "P (periods a year, counted in the data)" })
    #expect(growth.caveat == "annualised by the 52.18 sessions a year that the data has, not the 252 of its calendar")
    let byDays = try #require(analysis.metrics.first { $0.id == "cagr_calendar" })
    #expect(byDays.caveat == nil && byDays.number.map { abs($0 - 0.0393) < 1e-3 } == true)
    var stated = Self.settings
    stated.periodsPerYear = 252
    #expect(RunAnalysis(run, settings: stated).calendar.periodsPerYear == 252)
  }

  @Test("A part that is listed later is cash until then.")
  func theBenchmarkDoesNotJump() throws {
    let times = (0...3 as ClosedRange<Int64>).map { Self.friday + $0 * Self.day }
    let run = Self.run(
      times, equity: [1, 1, 1, 1], marks: [[1_000, .min], [1_200, .min], [1_200, 500], [1_100, 750]])
    let found = try #require(RunAnalysis.benchmark(of: run, named: "").value)
    // Halves: 1.2 and cash, the same on the day of the listing, then 1.1 and 1.5.
    #expect(zip(found.levels, [1, 1.1, 1.1, 1.3]).allSatisfy { abs($0 - $1) < 1e-12 } && found.levels.count == 4)
    let inverse = Self.run(times, equity: [1, 1, 1, 1], marks: [[1_000], [1_250], [800], [400]], inverse: true)
    // 2 − first/now; at less than half the price a coin of collateral is gone.
    let coins = try #require(RunAnalysis.benchmark(of: inverse, named: "").value)
    #expect(zip(coins.levels, [1, 1.2, 0.75, -0.5]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(coins.returns(from: times[0], ends: Array(times.dropFirst())).last == -1)
  }

  @Test("A ruined account has no tails, and says of its leverage why there is none.")
  func ruinIsToldAlike() throws {
    let times = (0..<60 as Range<Int64>).filter { $0 % 7 < 5 }.map { Self.friday + (3 + $0) * Self.day }
    let equity = times.indices.map { $0 < 20 ? 100 + Double($0 % 3) : $0 == 20 ? -10 : 50 }
    let analysis = RunAnalysis(
      Self.run(times, equity: equity, marks: times.map { _ in [2_000] }), settings: Self.settings)
    let daily = try #require(analysis.daily.value?.returns.values)
    #expect(daily.contains(-1) && daily.suffix(15).allSatisfy { $0 == 0 })
    #expect(analysis.drawdowns.first?.period.depth == -1 && analysis.dailyDrawdowns.first?.period.depth == -1)
    #expect(analysis.metrics.first { $0.id == "max_drawdown" }?.number == -1)
    #expect(analysis.metrics.first { $0.id == "max_drawdown_intraday" }?.number == -1)
    for entry in analysis.tails where entry.confidence == 0.95 {
      #expect(entry.risk.reason?.contains("ruined") == true, "\(entry.method.name)")
    }
    for id in ["var_95", "es_normal_95", "mean_gross_leverage", "time_in_market"] {
      guard case .absent(let reason)? = analysis.metrics.first(where: { $0.id == id })?.result else {
        Issue.record("\(id)")
        continue
      }
      #expect(reason.contains("ruined"), "\(id): \(reason)")
    }
    #expect(analysis.thresholds.reason?.contains("ruined") == true)
  }

  @Test func longRecordsKeepAThousandResamples() {
    let settings = RunAnalysisSettings()
    #expect(settings.resamples(of: 2_520) == 1_000 && settings.paths(steps: 2_520) == 1_024)
    #expect(settings.resamples(of: 100) == 2_000 && settings.paths(steps: 288) == 3_472)
    #expect(settings.resamples(of: 2_520, lanes: 4) == 1_000 && settings.resamples(of: 2_520, lanes: 100) == 200)
  }
}
