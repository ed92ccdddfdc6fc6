import Analytics
import Foundation
import MarketTypes
import Testing

@testable import Reporting

/// What a scenario can choose about the analysis, and what runs of several instruments have beyond those of one.
@Suite struct RunAnalysisChoicesTests {
  static let settings: RunAnalysisSettings = {
    var settings = RunAnalysisSettings()
    settings.resamples = 100
    settings.simulatedPaths = 160
    settings.backtestLimit = 5
    settings.confidenceLevels = [0.9, 0.95]
    settings.tailScenarios = 2_000
    return settings
  }()

  static let run = SampleRun.run(days: 90, samplesPerDay: 2, laneCount: 2, fillCount: 40)

  /// Both instruments held and marked, the second inverse.
  static let joint: RunResult = {
    var run = RunAnalysisChoicesTests.run
    var generator = SampleRun.Generator(seed: 9)
    let rows = run.account.times.count
    run.account.lots = (0..<rows).flatMap { [Int64($0 == rows / 2 ? 30_000_000_000 : 2), Int64($0 < 5 ? 0 : -3)] }
    run.account.markHalfTicks = (0..<rows).flatMap { _ -> [Int64] in
      let common = Int64(generator.number(200))
      return [20_000 + common + Int64(generator.number(100)), 8_000 + common + Int64(generator.number(200))]
    }
    run.account.grossExposure = (0..<rows).map { $0 == rows / 2 ? 1e6 : 10 }
    return run
  }()

  @Test("Rows of every attribution add up to the lane's profit: closed, still held, fees and carry.")
  func attributionAddsUpToTheProfit() throws {
    var run = SampleRun.run(days: 30, fillCount: 60)
    for row in run.fills.indices { run.fills[row].fee = 0.25 }
    run.splits = []
    run.instruments[0] = Instrument(
      symbol: "BTC-USD", venue: "somewhere", tick: SampleRun.tick("0.01"), lot: SampleRun.tick("1"), currency: "USD")
    let instrument = TradedInstrument(run.instruments[0])
    let marked = try #require(run.account.times.indices.last { run.account.markHalfTicks[2 * $0] != .min })
    let last = run.account.markHalfTicks[2 * marked]
    // By cash: what was sold less what was bought, and what is left at the last mark.
    var (cash, held) = (0.0, Int64(0))
    for fill in run.fills {
      let signed = fill.side == .sell ? -fill.lots : fill.lots
      cash -= instrument.value(halfTicks: 2 * Int64(fill.priceTicks), lots: signed)
      held += signed
    }
    #expect(held != 0)
    run.lanes[0].carry.funding = 3
    run.lanes[0].carry.dividends = -1
    run.laneInstruments = []
    run.lanes[0].profit = cash + instrument.value(halfTicks: last, lots: held) - 60 * 0.25 - 2
    let trades = try #require(RunAnalysis.trades(of: run).value)
    for attribution in trades.attributions {
      let net = attribution.rows.reduce(0) { $0 + $1.netProfit }
      #expect(abs(net - run.lanes[0].profit) < 1e-9, "\(attribution.key)")
      #expect(attribution.rows.allSatisfy { $0.other == 0 } && attribution.rows.reduce(0) { $0 + $1.carry } == 2)
      #expect(attribution.rows.reduce(0) { $0 + $1.openLots } == Int64(held.magnitude))
      // Carry is of no fill: a row of its own unless there is one row.
      #expect(attribution.rows.contains { $0.label == Attribution.unsplit } == (attribution.rows.count > 1))
    }
    // What no fill explains is told, not hidden.
    run.lanes[0].profit += 50
    let other = try #require(RunAnalysis.trades(of: run).value?.attributions.first { $0.key == .hour })
    #expect(abs((other.rows.first { $0.label == Attribution.unsplit }?.other ?? 0) - 50) < 1e-3)
  }

  @Test("Positions are worth what the rate in force makes of them.")
  func ratesInForceAreFound() throws {
    var run = Self.joint
    // Ten lots of 50 at 100.00 (half ticks of 0.01), and thirty at 40 of a currency whose rate rose by a quarter.
    run.instruments = [
      Instrument(symbol: "A", tick: SampleRun.tick("0.01"), currency: "USD"),
      Instrument(symbol: "B", tick: SampleRun.tick("0.01"), currency: "USD"),
    ]
    let row = 7
    (run.account.lots[2 * row], run.account.lots[2 * row + 1]) = (-10, 30)
    (run.account.markHalfTicks[2 * row], run.account.markHalfTicks[2 * row + 1]) = (20_000, 8_000)
    (run.account.averageTicks[2 * row], run.account.averageTicks[2 * row + 1]) = (10_100, 3_900)
    (run.account.unrealised[2 * row], run.account.unrealised[2 * row + 1]) = (10, 37.5)
    (run.account.grossExposure[row], run.account.netExposure[row]) = (2_500, 500)
    func isNear(_ found: [Double], _ expected: [Double]) -> Bool {
      zip(found, expected).allSatisfy { abs($0 - $1) < 1e-9 }
    }
    #expect(isNear(run.worths(atRow: row), [1, 1.25]))
    // Where one stands at its price, the other one's gains and the exposure tell.
    run.account.averageTicks[2 * row + 1] = 4_000
    run.account.unrealised[2 * row + 1] = 0
    #expect(isNear(run.worths(atRow: row), [1, 1.25]))
    run.account.unrealised[2 * row] = 900
    #expect(isNear(run.worths(atRow: row), [2_500 / 2_200, 2_500 / 2_200]), "what cannot be is not believed")
    (run.account.grossExposure[row], run.account.netExposure[row]) = (2_200, 200)
    #expect(run.worths(atRow: row) == [1, 1])
  }

  @Test func positionsTogetherHaveARiskThatDivides() throws {
    let analysis = RunAnalysis(Self.joint, settings: Self.settings)
    let found = try #require(analysis.portfolioRisk.value, "\(analysis.portfolioRisk.reason ?? "")")
    #expect(found.time == Self.joint.account.times[Self.joint.account.times.count / 2])
    #expect(
      found.positions.map(\.symbol) == ["BTC-USD", "ÉS"] && found.positions[0].value > 0 && found.positions[1].value < 0
    )
    #expect(found.label == "daily returns" && found.rowCount > 80 && found.scenarios == 2_000)
    #expect(found.entries.count == 8 && found.entries.allSatisfy { $0.risk.value != nil })
    #expect(found.degreesOfFreedom.value.map { (2...100).contains($0) } == true)
    for entry in found.entries {
      let risk = try #require(entry.risk.value)
      #expect(risk.expectedShortfall >= risk.valueAtRisk && risk.confidence == entry.confidence)
      let isSimulated = entry.method == .gaussianCopula || entry.method == .studentTCopula
      #expect((entry.valueAtRiskError != nil) == isSimulated && (entry.expectedShortfallError != nil) == isSimulated)
    }
    for division in found.divisions {
      let parts = try #require(division.contributions.value)
      let total = parts.total.valueAtRisk
      #expect(abs(parts.componentValueAtRisk.reduce(0, +) - total) < 1e-9 * abs(total))
      #expect(
        abs(parts.componentExpectedShortfall.reduce(0, +) - parts.total.expectedShortfall)
          < 1e-9 * parts.total.expectedShortfall)
    }
    // The simulated figure is the historical one's neighbour: empirical marginals, a fitted copula.
    let historical = try #require(found.entries[0].risk.value).valueAtRisk
    let simulated = try #require(found.entries[2].risk.value).valueAtRisk
    #expect(abs(simulated / historical - 1) < 0.3, "\(simulated) \(historical)")
  }

  /// What was found reads back from a result file.
  @Test func positionsTogetherAreStored() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "joint-\(UUID().uuidString).h5").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let analysis = RunAnalysis(Self.joint, settings: Self.settings)
    try RunResultFile.write(Self.joint, analysis: analysis, to: path)
    let file = try HDF5Reader(try HDF5Reader.contents(of: path), name: path)
    let found = try #require(analysis.portfolioRisk.value)
    #expect(try file.attributes(of: "/portfolio_risk")["reason"] == "")
    let table = try ResultTable("/portfolio_risk/positions", index: "row", file)
    #expect(try table.doubles("component_value_at_risk").count == found.divisions.count * 2)
    #expect(try table.words("method").contains("historical"))
    let entries = try ResultTable("/portfolio_risk", index: "row", file)
    #expect(try entries.doubles("value_at_risk") == found.entries.compactMap { $0.risk.value?.valueAtRisk })
    #expect(try file.attributes(of: "/drawdowns")["sampling"] == "intraday: every recorded equity")
    #expect(try file.attributes(of: "/drawdowns/daily")["sampling"] == "daily: the start and every session close")
    let metrics = try ResultTable("/metrics", index: "metric", file)
    #expect(try metrics.words("standard_error_method").contains { $0.hasPrefix("delta method") })
  }

  @Test func oneInstrumentSaysWhyNot() {
    var run = Self.run
    #expect(
      RunAnalysis(run, settings: Self.settings).portfolioRisk.reason == "no two instruments were held at the same time")
    run.instruments.removeLast()
    let lots = stride(from: 0, to: run.account.lots.count, by: 2)
    run.account.markHalfTicks = lots.map { run.account.markHalfTicks[$0] }
    run.account.lots = lots.map { run.account.lots[$0] }
    let analysis = RunAnalysis(run, settings: Self.settings)
    #expect(analysis.portfolioRisk.reason?.contains("one instrument") == true)
    // Thresholds are judged for any run with returns enough.
    #expect(analysis.thresholds.value?.fits.isEmpty == false && analysis.thresholds.value?.confidence == 0.95)
    #expect(analysis.thresholds.value?.meanExcess.isEmpty == false)
  }

  @Test func everyMethodOfResamplingIsFollowed() throws {
    func simulation(_ method: SimulationMethod, block: Double? = nil) throws -> SimulationFindings {
      var settings = Self.settings
      settings.simulationMethod = method
      settings.simulatedBlockLength = block
      settings.ruinLevels = [0.25, 0.999]
      let found = RunAnalysis(Self.run, settings: settings).simulation
      return try #require(found.value, "\(method): \(found.reason ?? "")")
    }
    for (method, block, words) in [
      (SimulationMethod.stationary, 7.5, "stationary bootstrap, mean block 7.5 of daily returns"),
      (.stationary, 1, "mean block 1: an i.i.d. bootstrap (destroys autocorrelation) of daily returns"),
      (.circular, 6, "circular block bootstrap, block 6 of daily returns"),
      (.circular, nil, "circular block bootstrap, block "),
      (.independent, nil, "i.i.d. bootstrap (destroys autocorrelation) of daily returns"),
      (.garch, nil, "filtered bootstrap of daily returns: GARCH(1,1), alpha "),
    ] as [(SimulationMethod, Double?, String)] {
      let found = try simulation(method, block: block)
      #expect(found.method.contains(words), "\(found.method)")
      #expect(found.step == .period && found.result.ruin.map(\.level) == [0.25, 0.999])
    }
    // The paths are exactly those of the library's own source.
    let basis = try #require(RunAnalysis(Self.run, settings: Self.settings).basis.value)
    let circular = try simulation(.circular, block: 6)
    var direct = try MonteCarloRun(
      ReturnResampling(returns: basis.returns.values, method: .circular(length: 6)), plan: circular.plan)
    #expect(try direct.run() == circular.result)
    let shuffled = try simulation(.trades)
    let trades = try #require(RunAnalysis(Self.run, settings: Self.settings).trades.value?.fillToFill.trips)
    #expect(shuffled.step == .trade && shuffled.result.steps == trades.count)
    #expect(shuffled.method.hasPrefix("shuffle of \(trades.count) round trips"))
    let wealth = 1 + trades.reduce(0) { $0 + $1.netProfit } / 100_000
    #expect(abs(try #require(shuffled.result.terminalWealth).mean.value - wealth) < 1e-9)
  }

  @Test func aTargetErrorEndsTheSimulation() throws {
    var settings = Self.settings
    settings.simulatedPaths = 50_000
    settings.simulationTargetError = 0.5
    let found = try #require(RunAnalysis(Self.run, settings: settings).simulation.value)
    #expect(found.result.stoppedEarly && found.result.paths < 50_000)
  }

  @Test func bootstrapsTakeTheBlockLengthGiven() {
    var settings = Self.settings
    settings.bootstrapBlockLength = 4
    let analysis = RunAnalysis(Self.run, settings: settings)
    #expect(analysis.resampled.value?.meanBlockLength == 4)
    #expect(analysis.luck.value?.superiorAbility.value?.meanBlockLength == 4)
    #expect(analysis.metrics.first { $0.id == "max_drawdown" }?.standardErrorMethod?.contains("mean block 4") == true)
    #expect(analysis.metrics.first { $0.id == "reality_check" }?.standardError != nil)
  }

  @Test func stressedWindowsHaveDays() throws {
    let analysis = RunAnalysis(Self.run, settings: Self.settings)
    let basis = try #require(analysis.basis.value)
    let dates = try #require(basis.returns.dates)
    let stress = try #require(analysis.stress.value)
    let spans = stress.entries.compactMap(\.window)
    #expect(spans.count == 3 && stress.entries.filter { $0.window == nil }.allSatisfy { $0.parts != nil })
    let worst = try #require(basis.returns.values.indices.min { basis.returns.values[$0] < basis.returns.values[$1] })
    #expect(spans[0].firstDay == dates[worst] && spans[0].lastDay == dates[worst])
    #expect(spans[0].end == basis.ends[worst] && spans[0].start < spans[0].end)
    #expect(spans[2].firstDay < spans[2].lastDay)
    #expect(stress.stressedTails.map(\.risk.confidence) == [0.9, 0.95])
    let tail = stress.stressedTails[0]
    let rows = try #require(dates.firstIndex(of: tail.window.firstDay))
    #expect(tail.periods == basis.returns.count / 4 && tail.window.lastDay == dates[rows + tail.periods - 1])
    #expect(
      try HistoricalTail.stressed(
        basis.returns.values, window: rows..<(rows + tail.periods), confidence: 0.9) == tail.risk)
    // Steps within days have the days by the clock.
    let short = RunAnalysis(SampleRun.run(days: 2, samplesPerDay: 720), settings: Self.settings)
    let window = try #require(short.stress.value?.entries.compactMap(\.window).first)
    #expect(window.firstDay == CalendarDate(nanoseconds: window.end - 1))
  }

  @Test func dailyAndIntradayDrawdownsAreApart() throws {
    var run = Self.run
    // A fall within a day that its close does not show.
    let midday = run.account.times.firstIndex { $0 > run.account.times[40] && ($0 / 3_600_000_000_000) % 24 == 10 }
    run.account.equity[try #require(midday)] -= 50_000
    let analysis = RunAnalysis(run, settings: Self.settings)
    #expect(analysis.drawdownCurve.value?.sampling == .intraday)
    #expect(analysis.dailyDrawdownCurve.value?.sampling == .dailyClose)
    let daily = try #require(analysis.metrics.first { $0.id == "max_drawdown" }?.number)
    let intraday = try #require(analysis.metrics.first { $0.id == "max_drawdown_intraday" }?.number)
    #expect(abs(try #require(analysis.dailyDrawdowns.first).period.depth - daily) < 1e-12)
    #expect(analysis.drawdowns[0].period.depth == intraday && intraday < -0.4 && daily > -0.1)
    #expect(analysis.drawdowns[0].length > 0 && analysis.recovery.value != nil)
    let falls = analysis.dailyDrawdownCurve.value?.periods.count
    #expect(falls != nil && analysis.dailyRecovery.value?.count == falls)
    let longest = try #require(analysis.dailyRecovery.value?.steps.last?.length)
    #expect(longest >= 86_400_000_000_000, "nanoseconds, as those of the recorded equity")
  }

  @Test func attributionSaysWhatItCannotSplitBy() throws {
    let trades = try #require(RunAnalysis(Self.run, settings: Self.settings).trades.value)
    let strategy = try #require(trades.attributions.first { $0.key == .strategy })
    #expect(strategy.rows.map(\.label) == ["grid-maker"])
    #expect(abs(strategy.rows[0].netProfit - Self.run.lanes[0].profit) < 1e-3)
    #expect(strategy.rows[0].trades == trades.statistics.count)
    #expect(trades.attributionAbsences.map(\.key) == [.predictor])
  }
}
