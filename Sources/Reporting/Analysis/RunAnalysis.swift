public import Analytics
import MarketTypes

/// Something that was worked out, or the reason why the run does not allow it: never NaN, never invented.
public enum Finding<Value: Sendable>: Sendable {
  case found(Value)
  case absent(reason: String)

  public var value: Value? {
    if case .found(let value) = self { return value }
    return nil
  }

  /// Why there is nothing; nil when there is.
  public var reason: String? {
    if case .absent(let reason) = self { return reason }
    return nil
  }
}

/// What simulated histories of a run are made of.
public enum SimulationMethod: String, Sendable, Hashable, CaseIterable {
  case stationary, circular, independent, garch, trades
}

/// How a run is analysed; the same settings give the same figures.
public struct RunAnalysisSettings: Sendable, Hashable {
  /// Cash for each unit of quantity of an instrument that is held at a time.
  public struct Dividend: Sendable, Hashable {
    public var time: Int64
    public var symbol: String
    public var perUnit: Double

    public init(time: Int64, symbol: String, perUnit: Double) {
      self.time = time
      self.symbol = symbol
      self.perUnit = perUnit
    }
  }

  /// Nil for the choice of `RunAnalysis.calendar(for:)`.
  public var calendar: TradingCalendar?
  /// Close of a session in nanoseconds after midnight UTC, and its length; nil for the calendar's own.
  public var sessionClose: Int64?
  public var sessionNanoseconds: Int64?
  /// Annual rates.
  public var riskFreeRate = 0.0
  public var minimumAcceptableReturn = 0.0
  public var convention: MetricConvention = .default
  /// Periods that make a year; nil for what the calendar implies.
  public var periodsPerYear: Double?
  /// What the run is measured against: the symbol of one of its instruments, `RunAnalysis.noBenchmark`, or empty for holding
  /// all of its instruments in equal parts.
  public var benchmark = ""
  /// Cash for each unit of an instrument's quantity at moments, in the account's currency: who holds it for comparison gets
  /// it too, and keeps it as cash.
  public var dividends: [Dividend] = []
  /// Of bootstraps, and paths of the simulation; nil for as many as `workLimit` allows, up to 2,000 and 10,000.
  public var resamples: Int?
  public var simulatedPaths: Int?
  /// Periods simulated in all where nobody says how many; a bootstrap resamples a quarter of that. It bounds the time of an
  /// analysis, and the figures' standard errors say what it costs in precision. However long a record is, it has at least 1,024
  /// paths and 1,000 resamples; those of n lanes 4,000/n of these, at least 200. A smaller limit makes these fewer in proportion.
  public var workLimit = 1_000_000
  public var seed: UInt64 = 1
  /// Mean periods of a block of the bootstraps; nil for the automatic length.
  public var bootstrapBlockLength: Double?
  /// How the simulation resamples, and the periods of its blocks; nil for the automatic length.
  public var simulationMethod = SimulationMethod.stationary
  public var simulatedBlockLength: Double?
  public var ruinLevels = MonteCarloPlan.ruinLevels
  /// Standard error of the mean terminal wealth at which the simulation ends early.
  public var simulationTargetError: Double?
  /// Of each copula; nil for as many as `workLimit` allows, up to 20,000.
  public var tailScenarios: Int?
  /// Of value at risk.
  public var confidenceLevels = [0.95, 0.99]
  /// What the largest positions are put under.
  public var stresses = StressScenario.standard
  /// With fewer sessions, tails and simulations are made from returns at shorter intervals, and say so.
  public var minimumSessions = 20
  /// Returns that a forecast of the backtest is made from; shorter series use half of theirs.
  public var backtestWindow = 250
  /// Forecasts that are backtested at most, the latest ones.
  public var backtestLimit = 250

  public init() {}

  /// Paths of a simulation of so many steps; never fewer than give a standard error.
  func paths(steps: Int) -> Int {
    let fewest = max(256, min(1_024, workLimit / 900))
    return max(2, simulatedPaths ?? min(10_000, max(fewest, workLimit / max(1, steps))))
  }

  /// Of a copula over so many instruments.
  func scenarios(of count: Int) -> Int {
    max(1_000, tailScenarios ?? min(20_000, workLimit / 10 / max(1, count)))
  }

  /// Of so many periods of so many lanes.
  func resamples(of count: Int, lanes: Int = 1) -> Int {
    let fewest = max(200, min(1_000, workLimit / 1_000, 4_000 / max(1, lanes)))
    return max(2, resamples ?? min(2_000, max(fewest, workLimit / 4 / max(1, count * lanes))))
  }
}

/// Returns of equal periods and how to name them.
public struct ReturnBasis: Sendable, Hashable {
  /// Said beside every figure made from it, for example "daily returns" or "returns of 60 s".
  public let label: String
  /// Nil for sessions of the calendar.
  public let intervalNanoseconds: Int64?
  public let returns: ReturnSeries
  /// When each period ends.
  public let ends: [Int64]

  public var isDaily: Bool { intervalNanoseconds == nil }
}

/// One drawdown with the moments it is made of.
public struct DrawdownEntry: Sendable, Hashable {
  public let period: DrawdownPeriod
  /// In nanoseconds, to the recovery or to the end of the data.
  public let length: Int64
  public let start: Int64
  public let trough: Int64
  /// Nil while still below the high.
  public let recovery: Int64?
}

/// Value at risk and expected shortfall by one method, of one period of `RunAnalysis.basis`.
public struct TailEntry: Sendable {
  public let method: TailMethod
  public let confidence: Double
  public let risk: Finding<TailRisk>
}

/// Forecasts of one method against what happened.
public struct TailBacktestEntry: Sendable {
  public let method: TailMethod
  public let confidence: Double
  public let window: Int
  public let backtest: Finding<RollingBacktest>

  /// The traffic light; nil where the method refused forecasts: so many exceptions of a part say nothing of the whole.
  public var zone: TrafficLight.Zone? {
    backtest.value.flatMap { $0.refusals.isEmpty ? $0.trafficLight.zone : nil }
  }
}

/// Paths resampled from the run's own returns or trades.
public struct SimulationFindings: Sendable {
  /// What a step of a path is.
  public enum Step: String, Sendable, Hashable { case period, trade }

  public let result: MonteCarloResult
  public let step: Step
  /// What made the paths, with the block length.
  public let method: String
  public let plan: MonteCarloPlan
}

/// What was traded and how it went.
public struct TradeFindings: Sendable {
  public let log: TradeLog
  /// Each closing matched with its opening, and whole positions from flat to flat.
  public let fillToFill: RoundTrips
  public let flatToFlat: RoundTrips
  public let statistics: TradeStatistics
  public let positionStatistics: TradeStatistics
  public let execution: ExecutionQuality
  /// Of each order on its own, and of all of them as one decision.
  public let shortfall: Finding<ImplementationShortfall>
  public let decisionShortfall: Finding<DecisionShortfall>
  /// From the mids recorded after each fill: of all, of maker and of taker fills.
  public let markouts: [Markout]
  public let makerMarkouts: [Markout]
  public let takerMarkouts: [Markout]
  public let attributions: [Attribution]
  /// Keys that the run has nothing to split by.
  public let attributionAbsences: [AttributionAbsence]
}

/// Why round trips are not split by a key.
public struct AttributionAbsence: Sendable, Hashable {
  public let key: AttributionKey
  public let reason: String
}

/// How much of the result luck may explain, given everything that was tried.
public struct LuckFindings: Sendable {
  public let search: SearchRecord
  /// Earlier runs of the family that the ledger counts, and lanes of this run.
  public let priorTrials: Int
  public let laneCount: Int
  /// Whether a ledger was asked for earlier trials: where it was not, `priorTrials` is zero because nobody counted.
  public let countsPriorTrials: Bool
  /// Sharpe ratio per period of each lane until its own end, zero for one that never moved.
  public let laneSharpeRatios: [Double]
  public let sharpe: Finding<SharpeInference>
  public let overfitting: Finding<BacktestOverfitting>
  public let superiorAbility: Finding<SuperiorAbility>
  /// What picking the best lane would have earned out of sample.
  public let selection: Finding<LaneSelection>
  /// When the periods end that the tests over lanes are made of.
  public let periodEnds: [Int64]
  /// What was assumed, in sentences.
  public let notes: [String]
}

/// What results and reports show beyond what was recorded, computed from a `RunResult` alone.
///
/// A run that is too short for a figure gives the reason instead. Runs of few sessions get figures from returns at shorter
/// intervals beside the daily ones, under a label that says so.
public struct RunAnalysis: Sendable {
  public let settings: RunAnalysisSettings
  /// The calendar in use and why.
  public let calendar: TradingCalendar
  public let calendarReason: String
  /// When the shown lane, stopped by a risk control, held nothing any more: figures of returns and exposure end there. Nil
  /// when they go on to the end of the run.
  public let settled: Int64?
  /// The shown lane's equity as often as recorded, the starting capital first, until `settled`.
  public let equity: Finding<EquityCurve>
  /// Equity and returns at session closes.
  public let daily: Finding<EquityCurve.Daily>
  /// Returns within sessions, for runs of few sessions.
  public let sampled: Finding<ReturnBasis>
  /// What tails, simulation and luck are computed from: daily returns if there are enough, else the sampled ones.
  public let basis: Finding<ReturnBasis>
  /// Every metric of the catalogue from daily returns, with intervals.
  public let metrics: [MetricValue]
  /// Metrics of returns from `sampled`, annualised from its interval; empty when the run has enough sessions.
  public let sampledMetrics: [MetricValue]
  /// Where the recorded equity stood below its high, and the ten deepest falls.
  public let drawdownCurve: Finding<DrawdownCurve>
  public let drawdowns: [DrawdownEntry]
  /// The same of equity at session closes.
  public let dailyDrawdownCurve: Finding<DrawdownCurve>
  public let dailyDrawdowns: [DrawdownEntry]
  /// How long drawdowns of the recorded equity last.
  public let recovery: Finding<RecoverySurvival>
  /// The same of equity at session closes, in nanoseconds too.
  public let dailyRecovery: Finding<RecoverySurvival>
  public let tails: [TailEntry]
  public let tailBacktests: [TailBacktestEntry]
  /// Why there are no backtests; nil when there are.
  public let tailBacktestAbsence: String?
  /// Shocks to the largest positions, and the worst spans that happened.
  public let stress: Finding<StressFindings>
  /// The risk of what was held together, of runs with several instruments.
  public let portfolioRisk: Finding<PortfolioRiskFindings>
  /// What the threshold of extreme losses is judged by.
  public let thresholds: Finding<ThresholdFindings>
  public let resampled: Finding<ResampledFigures>
  public let simulation: Finding<SimulationFindings>
  public let trades: Finding<TradeFindings>
  public let exposure: Finding<ExposureStatistics>
  /// What the strategy could trade before its own impact eats its profit.
  public let capacity: Finding<CapacityEstimate>
  /// What it is measured against.
  public let benchmark: Finding<BenchmarkFindings>
  public let luck: Finding<LuckFindings>
  /// The outcome under drawn execution assumptions.
  public let execution: Finding<ExecutionUncertainty>

  /// Analyses a run; `run` must be valid (`RunResult.validate`).
  public init(_ run: RunResult, settings: RunAnalysisSettings = RunAnalysisSettings()) {
    self.init(run, settings: settings) { () throws(Never) in }
  }

  /// The same for somebody who may want no more of it: `check` is asked between the parts and within the long ones, and
  /// what it throws ends the analysis.
  public init<Stop: Error>(
    _ run: RunResult, settings: RunAnalysisSettings, check: @escaping () throws(Stop) -> Void
  ) throws(Stop) {
    self.settings = settings
    var (chosen, reason) = settings.calendar.map { ($0, "set by the scenario") } ?? Self.calendar(for: run)
    if let close = settings.sessionClose {
      chosen = chosen.closing(at: close)
      reason += "; close set by the scenario"
    }
    if let length = settings.sessionNanoseconds {
      chosen.sessionNanoseconds = length
      reason += "; length of a session set by the scenario"
    }
    if let periods = settings.periodsPerYear {
      chosen.periodsPerYear = periods
      reason += "; sessions a year set by the scenario"
    }
    var calendar = chosen.resting(in: run.marketRests)
    let closed = calendar.closedDates.count - chosen.closedDates.count
    if closed > 0 {
      reason +=
        "; \(Format.counted(closed, "weekday")) on which nothing moved \(closed == 1 ? "is no session" : "are none")"
    }
    settled = Self.settledTime(of: run, lane: run.shownLane)
    // What the market did on a day is counted over all of the run.
    let whole = Self.equityCurve(of: run)
    var counted: Double?
    if closed > 0, settings.periodsPerYear == nil, let curve = whole.value, let last = curve.times.last {
      counted = chosen.sessionsPerYear(counted: calendar.sessions(from: curve.times[0], through: last))
    }
    if let counted {
      calendar.periodsPerYear = counted
      reason +=
        "; \(Format.fixed(counted, 2)) sessions a year, counted in the data instead of "
        + "\(Format.fixed(chosen.periodsPerYear, 0))"
    }
    self.calendar = calendar
    calendarReason = reason
    equity = settled == nil ? whole : Self.equityCurve(of: run, through: settled)
    daily = equity.flatMap { curve in .from { () throws(AnalyticsError) in try curve.daily(calendar) } }
    let sessions = daily.value?.dates.count ?? 0
    // Where sessions are those of weeks or months, a day of the market is a part of one.
    let daysOfOne = chosen.periodsPerYear / calendar.periodsPerYear
    let marketSessions = Int(
      (daysOfOne * Double(whole.value.map { Self.sessions(of: $0, calendar) } ?? sessions)).rounded())
    sampled = Self.sampledReturns(equity, run, calendar: calendar)
    if let daily = daily.value, sessions >= settings.minimumSessions {
      basis = .found(
        ReturnBasis(
          label: "daily returns", intervalNanoseconds: nil, returns: daily.returns,
          ends: daily.dates.map { calendar.close(of: $0) }))
    } else if case .absent(let reason) = sampled {
      basis = .absent(
        reason:
          "the run has \(sessions) sessions, of \(settings.minimumSessions) needed, and no shorter returns: \(reason)")
    } else {
      basis = sampled
    }
    drawdownCurve = equity.flatMap { curve in
      .from { () throws(AnalyticsError) in try DrawdownCurve(intraday: curve) }
    }
    drawdowns = Self.drawdowns(drawdownCurve.value, times: drawdownCurve.value?.times)
    dailyDrawdownCurve = daily.flatMap { daily in
      .from { () throws(AnalyticsError) in try DrawdownCurve(daily: daily) }
    }
    let start = equity.value?.times.first ?? .min
    let closes = daily.value.map { $0.dates.map { calendar.close(of: $0) } }
    dailyDrawdowns = Self.drawdowns(dailyDrawdownCurve.value, times: closes.map { [start] + $0 })
    recovery = drawdownCurve.flatMap { curve in
      .from { () throws(AnalyticsError) in try RecoverySurvival(curve) }
    }
    dailyRecovery = dailyDrawdownCurve.flatMap { curve in
      .from { () throws(AnalyticsError) in
        let times = closes.map { [start] + $0 } ?? []
        let periods = curve.periods
        return try RecoverySurvival(
          lengths: periods.map { times[$0.endRow].subtractingReportingOverflow(times[$0.startRow]).partialValue },
          recovered: periods.map { !$0.isOpen })
      }
    }
    try check()
    trades = Self.trades(of: run)
    exposure = Self.exposure(of: run, through: settled)
    stress = Self.stress(of: run, basis: basis, equity: equity, sessions: marketSessions, settings: settings)
    capacity = Self.capacity(of: run, trades: trades, sessions: marketSessions)
    benchmark = Self.benchmark(of: run, named: settings.benchmark, dividends: settings.dividends)
    try check()
    luck = Self.luck(of: run, basis: basis, whole: whole.value, calendar: calendar, settings: settings)
    execution = Self.executionUncertainty(of: run)
    try check()
    resampled = Self.resampled(basis, settings)
    try check()
    simulation = Self.simulation(basis, trades, capital: run.identity.startingCapital, settings) {
      do throws(Stop) {
        try check()
        return true
      } catch {
        return false
      }
    }
    // Half a simulation is none.
    try check()
    tails = Self.tails(basis, settings)
    portfolioRisk = Self.portfolioRisk(of: run, basis: basis, start: equity.value?.times.first, settings: settings)
    thresholds = Self.thresholds(basis, settings)
    try check()
    (tailBacktests, tailBacktestAbsence) = Self.backtests(basis, settings)
    let builder = MetricBuilder(
      settings: settings, equity: equity.value, trades: trades.value, exposure: exposure.value,
      capacity: capacity.value, luck: luck.value,
      simulation: simulation.value, resampled: resampled.value, basis: basis.value,
      benchmark: benchmark, sessions: sessions, countedPeriods: counted, usualPeriods: chosen.periodsPerYear,
      exposureAbsence: exposure.reason)
    let isDaily = basis.value?.isDaily ?? false
    metrics = builder.metrics(
      daily.value?.returns, closes: daily.value?.dates.map { calendar.close(of: $0) } ?? [], isBasis: isDaily)
    sampledMetrics = isDaily ? [] : builder.sampledMetrics()
  }
}

extension Finding {
  func flatMap<Other>(_ body: (Value) -> Finding<Other>) -> Finding<Other> {
    switch self {
    case .found(let value): body(value)
    case .absent(let reason): .absent(reason: reason)
    }
  }

  /// The value of a computation, or what it says is wrong.
  static func from(_ body: () throws(AnalyticsError) -> Value) -> Finding {
    do throws(AnalyticsError) { return .found(try body()) } catch { return .absent(reason: error.description) }
  }
}
