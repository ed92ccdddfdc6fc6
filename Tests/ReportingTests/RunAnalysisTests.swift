import Analytics
import MarketTypes
import Testing

@testable import Reporting

@Suite struct RunAnalysisTests {
  private static let settings: RunAnalysisSettings = {
    var settings = RunAnalysisSettings()
    settings.resamples = 200
    settings.simulatedPaths = 320
    settings.backtestLimit = 100
    return settings
  }()

  static let longRun = SampleRun.run(days: 300, samplesPerDay: 24, laneCount: 3, fillCount: 200)
  static let long = RunAnalysis(longRun, settings: settings)

  @Test func aLongRunIsAnalysedByDays() throws {
    let analysis = Self.long
    let daily = try #require(analysis.daily.value)
    #expect(analysis.calendar == .everyDay && analysis.calendarReason.contains("night"))
    let basis = try #require(analysis.basis.value)
    #expect(basis.isDaily && basis.returns == daily.returns && basis.ends.count == 301)
    #expect(analysis.sampledMetrics.isEmpty)
    #expect(analysis.metrics.count == MetricCatalogue.standard.definitions.count)
    let sharpe = try #require(analysis.metrics.first { $0.id == "sharpe" })
    #expect(sharpe.number == (try daily.returns.sharpeRatio()))
    #expect(sharpe.interval?.method.contains("stationary bootstrap") == true)
    for metric in analysis.metrics {
      if case .absent(let reason) = metric.result { #expect(!reason.isEmpty, "\(metric.id)") }
      if let number = metric.number { #expect(number.isFinite, "\(metric.id)") }
    }
    for id in ["win_rate", "slippage_ticks", "dsr", "pbo", "mc_probability_of_loss"] {
      #expect(analysis.metrics.first { $0.id == id }?.number != nil, "\(id)")
    }
    #expect(analysis.tails.count == 18 && analysis.tails.allSatisfy { $0.risk.value != nil || $0.risk.reason != nil })
    #expect(analysis.tails.first { $0.method == .historical && $0.confidence == 0.95 }?.risk.value != nil)
    #expect(analysis.tailBacktestAbsence == nil && analysis.tailBacktests.count == 8)
    #expect(analysis.tailBacktests[0].window == 150 && analysis.tailBacktests[0].backtest.value?.rows.count == 100)
    let simulation = try #require(analysis.simulation.value)
    #expect(simulation.result.paths == 320 && simulation.method.contains("mean block"))
    #expect(!analysis.drawdowns.isEmpty && analysis.drawdowns[0].start < analysis.drawdowns[0].trough)
    let luck = try #require(analysis.luck.value)
    #expect(luck.search.trials == 20 && luck.laneSharpeRatios.count == 3 && luck.overfitting.value != nil)
    #expect(luck.superiorAbility.value != nil && luck.notes.count == 1)
  }

  @Test func tradesAreThoseOfTheFills() throws {
    var run = SampleRun.run(days: 30, fillCount: 60)
    // Open at the end, and refused before any venue had it.
    run.orders[58].endTime = .min
    run.orders[59].endTime = run.orders[59].decisionTime - 1
    let trades = try #require(RunAnalysis(run, settings: Self.settings).trades.value)
    #expect(trades.execution.fillCount == 60 && trades.execution.lots == 240 && trades.execution.orderCount == 60)
    #expect(trades.markouts.map(\.count) == [60, 60, 59])
    #expect(trades.makerMarkouts[0].count + trades.takerMarkouts[0].count == 60)
    // Each recorded mid after a second is one and a half ticks above the price.
    let signs = run.fills.map { $0.side == .buy ? 1.5 : -1.5 }
    let mean = try #require(trades.markouts[0].meanTicks)
    #expect(abs(mean - signs.reduce(0, +) / 60) < 1e-12)
    #expect(trades.execution.meanQueueNanoseconds == 900_000)
    #expect(trades.attributions.map(\.key) == [.instrument, .venue, .side, .hour])
    let lots =
      trades.fillToFill.trips.reduce(0) { $0 + $1.lots } * 2 + trades.fillToFill.open.reduce(0) { $0 + $1.lots }
    #expect(lots == 240)
  }

  @Test func aDayIsAnalysedBySampledReturns() throws {
    let analysis = RunAnalysis(SampleRun.run(days: 1, samplesPerDay: 1_440), settings: Self.settings)
    let basis = try #require(analysis.basis.value)
    #expect(basis.label == "returns of 5 min" && basis.returns.count == 288 && !basis.isDaily)
    #expect(basis.returns.periodsPerYear == 365 * 288)
    let daily = try #require(analysis.metrics.first { $0.id == "sharpe" })
    #expect(daily.number == nil || daily.interval?.method.contains("bootstrap") != true)
    #expect(analysis.metrics.first { $0.id == "dsr" }?.number == nil)
    let sampled = try #require(analysis.sampledMetrics.first { $0.id == "sharpe" })
    #expect(sampled.number != nil && sampled.interval != nil)
    #expect(sampled.parameters.contains { $0.name == "P (periods a year)" && $0.value == "105120" })
    #expect(!analysis.sampledMetrics.contains { $0.group == .trades })
    #expect(analysis.simulation.value?.method.contains("returns of 5 min") == true)
    #expect(analysis.tailBacktests[0].window == 144)
  }

  @Test func whatIsTooShortSaysWhy() {
    var single = SampleRun.run(days: 1, samplesPerDay: 1, laneCount: 1, fillCount: 0)
    single.account = AccountColumns()
    for run in [SampleRun.empty, single] {
      let analysis = RunAnalysis(run, settings: Self.settings)
      #expect(analysis.basis.reason?.isEmpty == false)
      #expect(analysis.simulation.reason != nil && analysis.resampled.reason != nil && analysis.luck.reason != nil)
      #expect(analysis.trades.reason == "the run has no orders and no fills")
      #expect(analysis.exposure.reason != nil && analysis.tailBacktests.isEmpty && analysis.tailBacktestAbsence != nil)
      #expect(analysis.tails.allSatisfy { $0.risk.value == nil && $0.risk.reason?.isEmpty == false })
    }
    #expect(RunAnalysis(SampleRun.empty).equity.reason == "the run has no lanes")
  }

  @Test func ruinAndBadNumbersAreReasonsToo() {
    var ruined = SampleRun.run(days: 40)
    for row in ruined.account.equity.indices.suffix(200) { ruined.account.equity[row] = -5 }
    for row in 500..<961 { ruined.laneEquity[row] = -5 }
    let analysis = RunAnalysis(ruined, settings: Self.settings)
    #expect(analysis.basis.value?.returns.values.contains(-1) == true)
    #expect(analysis.simulation.reason?.contains("no capital") == true)
    for metric in analysis.metrics { if let number = metric.number { #expect(number.isFinite) } }
    var broken = SampleRun.run(days: 40)
    broken.account.equity[7] = .nan
    broken.laneEquity[7] = .infinity
    broken.fills[0].fee = .nan
    broken.identity.priorTrials = .max
    let findings = RunAnalysis(broken, settings: Self.settings)
    #expect(findings.equity.reason?.contains("row 8") == true && findings.metrics.isEmpty)
    #expect(findings.trades.reason?.contains("fees") == true)
  }

  @Test func earlierTrialsMakeTheDeflatedRatioStricter() throws {
    var run = SampleRun.run(days: 120, laneCount: 1, fillCount: 0)
    func deflated(_ trials: Int) throws -> Double {
      run.identity.priorTrials = trials
      return try #require(RunAnalysis(run, settings: Self.settings).metrics.first { $0.id == "dsr" }?.number)
    }
    let (none, some, many) = (try deflated(0), try deflated(10), try deflated(10_000))
    #expect(none > some && some > many)
  }

  @Test func capacityFollowsTheSquareRootLaw() throws {
    var run = SampleRun.run(days: 30, fillCount: 60)
    func capacity(profit: Double, lots: Int64) throws -> CapacityEstimate {
      run.lanes[0].profit = profit
      run.marketLots = [lots, 0]
      return try #require(RunAnalysis(run, settings: Self.settings).capacity.value)
    }
    let base = try capacity(profit: 500, lots: 1_000_000)
    let best = try #require(base.bestCapital)
    #expect(base.capital == 100_000 && best > 0 && base.impact > 0)
    #expect(abs((try #require(base.breakEvenCapital)) / best - 2.25) < 1e-9)
    // Twice the profit, or half the impact in a market of four times the volume, allows four times the capital.
    #expect(abs((try capacity(profit: 1_000, lots: 1_000_000).bestCapital ?? 0) / best - 4) < 1e-9)
    #expect(abs((try capacity(profit: 500, lots: 4_000_000).bestCapital ?? 0) / best - 4) < 1e-9)
    let metric = RunAnalysis(run, settings: Self.settings).metrics.first { $0.id == "capacity" }
    #expect(abs((metric?.number ?? 0) / best - 4) < 1e-9)
    #expect(try capacity(profit: -1, lots: 1_000_000).bestCapital == nil)
    run.marketLots = [0, 9]
    #expect(RunAnalysis(run, settings: Self.settings).capacity.reason == "the data records no trades of BTC-USD")
    run.marketLots = []
    #expect(RunAnalysis(run, settings: Self.settings).capacity.reason?.contains("did not count") == true)
  }

  @Test func equalRunsGiveEqualFigures() {
    let run = SampleRun.run(days: 60)
    let (one, two) = (RunAnalysis(run, settings: Self.settings), RunAnalysis(run, settings: Self.settings))
    #expect(one.metrics == two.metrics && one.simulation.value?.result == two.simulation.value?.result)
  }
}
