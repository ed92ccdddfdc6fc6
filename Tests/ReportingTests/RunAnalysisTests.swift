import Analytics
import Foundation
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
    #expect(analysis.calendar == .everyDay && analysis.calendarReason.contains("weekend"))
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
    #expect(analysis.tailBacktestAbsence == nil && analysis.tailBacktests.count == 18)
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
    #expect(trades.attributions.map(\.key) == [.instrument, .venue, .side, .hour, .strategy])
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

  @Test func figuresOfStepsAreCalledSo() throws {
    let analysis = RunAnalysis(SampleRun.run(days: 1, samplesPerDay: 1_440), settings: Self.settings)
    #expect(analysis.basis.value?.returns.period == .step(of: "5 min"))
    func metric(_ id: String) throws -> MetricValue { try #require(analysis.sampledMetrics.first { $0.id == id }) }
    #expect(try metric("best_day").name == "Best step" && metric("periods").name == "Steps")
    #expect(try metric("max_drawdown").name == "Deepest drawdown, ends of steps")
    for value in analysis.sampledMetrics where value.group != .simulation && value.group != .luck {
      let text = value.name + " " + value.formula
      #expect(text.range(of: #"\b(?<!calendar )[dD]ays?\b|daily"#, options: .regularExpression) == nil, "\(text)")
    }
    // What is multiplied up to a year says of what, and that it means little.
    let intraday = try metric("max_drawdown_intraday")
    #expect(intraday.caveat?.contains(", in the median 1 min apart)") == true, "\(intraday.caveat ?? "")")
    for value in analysis.sampledMetrics where value.number != nil && value.id != "max_drawdown_intraday" {
      let isAnnualised = MetricCatalogue.standard[value.id]?.isAnnualised == true
      #expect((value.caveat != nil) == isAnnualised, "\(value.id)")
      if isAnnualised {
        if value.group == .simulation { continue }
        #expect(value.formula.contains("return of a step of 5 min, P: such steps a year"), "\(value.id)")
        #expect(value.caveat?.contains(": from fewer than 20 it means little") == true, "\(value.id)")
      }
    }
    let marked = Set(["mean_mae", "mean_mfe", "max_drawdown_intraday"])
    #expect(Self.long.metrics.allSatisfy { ($0.caveat == nil) != (marked.contains($0.id) && $0.number != nil) })
    let few = RunAnalysis(SampleRun.run(days: 5, samplesPerDay: 24), settings: Self.settings)
    #expect(few.metrics.first { $0.id == "volatility" }?.caveat?.contains("sessions") == true)
  }

  @Test func theBenchmarkKeepsDividends() throws {
    let run = Self.longRun
    let plain = try #require(RunAnalysis.benchmark(of: run, named: "BTC-USD").value)
    let time = run.account.times[run.account.times.count / 2]
    let instrument = try #require(run.instruments.first { $0.symbol == "BTC-USD" })
    let first = try #require(run.account.markHalfTicks.first { $0 != .min })
    let price = Double(first) / 2 * instrument.tick.doubleValue * instrument.multiplier.doubleValue
    let dividends = [
      RunAnalysisSettings.Dividend(time: time, symbol: "BTC-USD", perUnit: price / 50),
      .init(time: plain.times[0], symbol: "BTC-USD", perUnit: 1e6), .init(time: time, symbol: "NONE", perUnit: 1e6),
    ]
    let paid = try #require(RunAnalysis.benchmark(of: run, named: "BTC-USD", dividends: dividends).value)
    #expect(paid.name == "Holding BTC-USD with dividends" && paid.times == plain.times)
    for (row, moment) in plain.times.enumerated() {
      #expect(abs(paid.levels[row] - plain.levels[row] - (moment < time ? 0 : 0.02)) < 1e-9)
    }
  }

  @Test func anAnalysisStopsBetweenItsParts() {
    struct Stop: Error {}
    var settings = Self.settings
    settings.simulatedPaths = 4_000_000
    for limit in [1, 3, 6] {
      var asked = 0
      #expect(throws: Stop.self) {
        try RunAnalysis(Self.longRun, settings: settings) { () throws(Stop) in
          asked += 1
          if asked >= limit { throw Stop() }
        }
      }
    }
  }

  @Test func theBenchmarkIsHeldAndMeasured() throws {
    let analysis = Self.long
    let benchmark = try #require(analysis.benchmark.value)
    #expect(benchmark.name == "Holding BTC-USD", "the other has no mark")
    let daily = try #require(analysis.daily.value)
    let start = try #require(analysis.equity.value?.times.first)
    let returns = benchmark.returns(from: start, ends: analysis.closes)
    #expect(returns.count == daily.returns.count)
    let relative = try RelativeStatistics(
      daily.returns,
      against: ReturnSeries(name: benchmark.name, values: returns, dates: daily.returns.dates, periodsPerYear: 365))
    for (id, expected) in [
      ("beta", try relative.beta()), ("alpha", try relative.alpha()), ("tracking_error", relative.trackingError),
      ("information_ratio", try relative.informationRatio()), ("up_capture", try relative.capture(.up)),
    ] {
      let metric = try #require(analysis.metrics.first { $0.id == id })
      #expect(metric.number.map { abs($0 - expected) < 1e-12 * max(1, abs(expected)) } == true, "\(id)")
      #expect(metric.parameters.contains(MetricParameter("benchmark", benchmark.name)))
    }
    #expect(analysis.metrics.filter { $0.group == .benchmark }.allSatisfy { $0.number != nil })
    // One instrument by name, none, and one that does not exist.
    var settings = Self.settings
    settings.benchmark = "BTC-USD"
    settings.backtestLimit = 1
    let one = RunAnalysis(Self.longRun, settings: settings)
    #expect(one.benchmark.value?.name == "Holding BTC-USD" && one.benchmark.value?.levels.first == 1)
    #expect(one.metrics.first { $0.id == "beta" }?.number == analysis.metrics.first { $0.id == "beta" }?.number)
    let unmarked = "no instrument has two marks above zero"
    for (name, reason) in [("ÉS", unmarked), ("none", "the scenario wants none"), ("X", "the run has no instrument X")]
    {
      settings.benchmark = name
      let without = RunAnalysis(Self.longRun, settings: settings)
      let beta = try #require(without.metrics.first { $0.id == "beta" })
      #expect(without.benchmark.reason == reason)
      if case .absent(let said) = beta.result {
        #expect(said.contains(reason))
      } else {
        Issue.record("beta of nothing")
      }
    }
  }

  @Test func stressesFollowTheirFormulas() throws {
    var run = SampleRun.run(days: 30, fillCount: 60)
    run.marketLots = [1_000_000, 500_000]
    var settings = Self.settings
    settings.backtestLimit = 1
    let analysis = RunAnalysis(run, settings: settings)
    let stress = try #require(analysis.stress.value)
    #expect(stress.entries.count == StressScenario.standard.count + 2 && stress.refusals.isEmpty)
    let held = stress.positions.map(\.position)
    #expect(held.contains { $0.value != 0 } && held.allSatisfy { $0.relativeSpread > 0 && $0.dailyVolatility > 0 })
    func entry(_ name: String) throws -> StressFindings.Entry {
      try #require(stress.entries.first { $0.name.hasPrefix(name) }, "\(name)")
    }
    // By hand: marking, half the spread, and the square root of the share of a day's trade.
    func loss(_ m: Double, spread: Double, volatility: Double, liquidity: Double) -> Double {
      held.reduce(0) { sum, position in
        let left = abs(position.value * (1 + m))
        return sum - position.value * m + left * spread * position.relativeSpread / 2
          + left * volatility * position.dailyVolatility * (left / (liquidity * position.dailyTurnover)).squareRoot()
      }
    }
    for (name, expected) in [
      ("All prices −20%", loss(-0.2, spread: 1, volatility: 1, liquidity: 1)),
      ("Spreads five", loss(0, spread: 5, volatility: 1, liquidity: 1)),
      ("Volatility three", loss(0, spread: 1, volatility: 3, liquidity: 1)),
      ("A tenth", loss(0, spread: 1, volatility: 1, liquidity: 0.1)),
      ("Squeeze", loss(0.1, spread: 5, volatility: 3, liquidity: 0.1)),
    ] {
      let found = try entry(name)
      #expect(abs(found.loss - expected) < 1e-9 * max(1, abs(expected)), "\(name): \(found.loss) against \(expected)")
      #expect(found.share.map { abs($0 * stress.equity - expected) < 1e-6 } == true)
    }
    #expect(
      try entry("Crash").formula == "Σ −v m + |v(1 + m)| (5 s/2 + 3 σ √(|v(1 + m)| / (0.1 V))), m = −0.1")
    #expect(try entry("Worst day").loss >= 0 && entry("Worst day").parts == nil)
    // A run's own stresses take the place of the built-in ones; one for a stranger is refused in words.
    settings.stresses = [
      StressScenario(name: "mine", shocks: [.init(.price, asset: "BTC-USD", size: -0.5)]),
      StressScenario(name: "theirs", shocks: [.init(.price, asset: "X", size: -0.5)]),
    ]
    let own = try #require(RunAnalysis(run, settings: settings).stress.value)
    #expect(own.entries.map(\.name).first == "mine" && own.refusals.count == 1)
    #expect(own.entries[0].formula.hasSuffix("m = 0; for BTC-USD m = −0.5"))
    #expect(RunAnalysis(SampleRun.empty).stress.reason != nil)
  }

  @Test func aScenariosTermsAreFollowed() throws {
    var settings = Self.settings
    settings.backtestLimit = 1
    settings.confidenceLevels = [0.9, 0.975, 0.99]
    settings.periodsPerYear = 250
    settings.riskFreeRate = 0.04
    settings.convention = .lean
    let analysis = RunAnalysis(Self.longRun, settings: settings)
    #expect(Set(analysis.tails.map(\.confidence)) == [0.9, 0.975, 0.99] && analysis.tails.count == 27)
    #expect(analysis.calendarReason.contains("set by the scenario"))
    let daily = try #require(analysis.daily.value?.returns)
    #expect(daily.periodsPerYear == 250)
    let rate = try PeriodRate(annual: 0.04, periodsPerYear: 250)
    let sharpe = try #require(analysis.metrics.first { $0.id == "sharpe" })
    #expect(sharpe.number == (try daily.sharpeRatio(riskFree: rate, convention: .lean)))
    // Resampling follows other definitions: no interval rather than a wrong one.
    #expect(sharpe.interval == nil && analysis.metrics.first { $0.id == "volatility" }?.interval != nil)
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

  @Test("Every figure of luck is of returns above the risk-free rate, as the ratio that it judges is.")
  func luckAllowsForTheRiskFreeRate() throws {
    func luck(_ rate: Double) throws -> LuckFindings {
      var settings = Self.settings
      settings.riskFreeRate = rate
      return try #require(
        RunAnalysis.luck(
          of: Self.longRun, basis: Self.long.basis, whole: Self.long.equity.value, calendar: Self.long.calendar,
          settings: settings
        ).value)
    }
    let (free, paid) = (try luck(0), try luck(0.5))
    let perDay = try PeriodRate(annual: 0.5, periodsPerYear: 365).perPeriod
    let run = Self.longRun
    for lane in run.lanes.indices {
      let curve = try EquityCurve(times: run.sampleTimes, values: Array(run.equity(ofLane: lane)))
      let ends = try #require(Self.long.basis.value).ends
      let values = RunAnalysis.returns([curve.startingCapital] + curve.sampled(at: ends)).map { $0 - perDay }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
      let expected = mean / variance.squareRoot()
      #expect(abs(paid.laneSharpeRatios[lane] - expected) < 1e-12 && free.laneSharpeRatios[lane] > expected)
    }
    let before = try #require(free.superiorAbility.value)
    let after = try #require(paid.superiorAbility.value)
    let shift = Double(try #require(Self.long.basis.value).returns.count).squareRoot() * perDay
    #expect(abs(before.realityCheckStatistic - after.realityCheckStatistic - shift) < 1e-9)
    #expect(
      try #require(paid.overfitting.value).probabilityOfLoss >= #require(free.overfitting.value).probabilityOfLoss)
    #expect(paid.search.overfittingProbabilityOfLoss == paid.overfitting.value?.probabilityOfLoss)
    #expect(paid.search.degradationSlope == paid.overfitting.value?.degradationSlope)
    #expect(paid.notes.contains { $0.contains("above the risk-free rate of 0.5 a year") } && paid.notes.count == 2)
    #expect(paid.sharpe.value.map { $0.sharpe < free.sharpe.value?.sharpe ?? 0 } == true)
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
