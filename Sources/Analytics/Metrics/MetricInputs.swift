/// What is known of a search that the run was picked from.
public struct SearchRecord: Sendable, Hashable {
  /// Variants tried, and how many of them are independent (see `EffectiveTrials`).
  public var trials: Int
  public var effectiveTrials: Double
  /// Variance over the variants of their Sharpe ratios per period.
  public var sharpeVariance: Double
  /// Probability of backtest overfitting, when computed.
  public var overfittingProbability: Double?
  /// How the best variant in sample does out of it: slope of its performance over the one in sample, and how often it
  /// loses, when computed.
  public var degradationSlope: Double?
  public var overfittingProbabilityOfLoss: Double?
  /// What picking the best variant earned out of sample, when computed.
  public var selection: LaneSelection?
  /// What these were computed from, stated beside them.
  public var overfittingBlocks: Int?
  public var overfittingSplits: Int?
  public var overfittingDroppedPeriods: Int?
  /// p-values of White's reality check and Hansen's test, with the error from their number of resamples, when computed.
  public var realityCheck: EstimatedProbability?
  public var superiorPredictiveAbility: EstimatedProbability?

  public init(
    trials: Int, effectiveTrials: Double, sharpeVariance: Double, overfittingProbability: Double? = nil,
    realityCheck: EstimatedProbability? = nil, superiorPredictiveAbility: EstimatedProbability? = nil
  ) {
    self.trials = trials
    self.effectiveTrials = effectiveTrials
    self.sharpeVariance = sharpeVariance
    self.overfittingProbability = overfittingProbability
    self.realityCheck = realityCheck
    self.superiorPredictiveAbility = superiorPredictiveAbility
  }
}

/// Everything metrics may be computed from. Only returns are required; a metric whose input is missing says so.
public struct MetricInputs: Sendable {
  public var returns: ReturnSeries
  /// Equity as often as recorded, for intraday drawdown.
  public var intradayEquity: EquityCurve?
  public var benchmark: ReturnSeries?
  /// Why there is no benchmark, in words.
  public var benchmarkAbsence: String?
  /// Said beside every annualised value: of how few sessions it is made; nil when there are enough.
  public var annualisationCaveat: String?
  /// Where the periods a year come from, said with them; nil for the calendar's.
  public var periodsSource: String?
  /// Said beside every value that is annualised by such periods.
  public var periodsCaveat: String?
  /// Said beside every figure that allows for a search: what of the search is not known; nil when all is.
  public var searchCaveat: String?
  /// Said beside every figure that is taken at recorded marks: how often these are.
  public var markCaveat: String?
  /// Annual rates.
  public var riskFreeRate = 0.0
  public var minimumAcceptableReturn = 0.0
  public var convention: MetricConvention = .default
  public var trades: TradeStatistics?
  public var execution: ExecutionQuality?
  public var markouts: [Markout]?
  public var exposure: ExposureStatistics?
  /// Why there is no exposure, in words.
  public var exposureAbsence: String?
  public var capacity: CapacityEstimate?
  public var search: SearchRecord?
  /// A simulation of the run's returns, and what made its paths (`ResamplingMethod.label`), shown beside every figure.
  public var simulation: MonteCarloResult?
  public var simulationMethod: String?
  /// Intervals from resampling (see `ResampledFigures`), by metric id.
  public var intervals: [String: ConfidenceInterval] = [:]
  /// Standard errors from resampling, by metric id, for figures that no formula gives one for.
  public var resampledErrors: [String: MetricError] = [:]

  public init(returns: ReturnSeries) { self.returns = returns }
}

/// The inputs with what several metrics share, computed once.
struct MetricContext: Sendable {
  let inputs: MetricInputs
  let riskFree: PeriodRate
  let minimumAcceptable: PeriodRate
  let drawdown: DrawdownCurve
  let intradayDrawdown: DrawdownCurve?

  init(_ inputs: MetricInputs) throws(AnalyticsError) {
    self.inputs = inputs
    let periods = inputs.returns.periodsPerYear
    riskFree = try PeriodRate(annual: inputs.riskFreeRate, periodsPerYear: periods, name: "risk-free rate")
    minimumAcceptable = try PeriodRate(
      annual: inputs.minimumAcceptableReturn, periodsPerYear: periods, name: "minimum acceptable return")
    drawdown = try DrawdownCurve(returns: inputs.returns)
    if let equity = inputs.intradayEquity {
      intradayDrawdown = try DrawdownCurve(intraday: equity)
    } else {
      intradayDrawdown = nil
    }
  }

  var returns: ReturnSeries { inputs.returns }
  var convention: MetricConvention { inputs.convention }

  func relative() throws(AnalyticsError) -> RelativeStatistics {
    guard let benchmark = inputs.benchmark else {
      guard let reason = inputs.benchmarkAbsence else { throw missing("benchmark") }
      throw AnalyticsError(series: "the benchmark", reason: .undefined(reason))
    }
    return try RelativeStatistics(returns, against: benchmark, riskFree: riskFree, convention: convention)
  }

  func trades() throws(AnalyticsError) -> TradeStatistics {
    guard let trades = inputs.trades else { throw missing("record of trades") }
    return trades
  }

  func execution() throws(AnalyticsError) -> ExecutionQuality {
    guard let execution = inputs.execution else { throw missing("record of fills and orders") }
    return execution
  }

  func exposure() throws(AnalyticsError) -> ExposureStatistics {
    guard let exposure = inputs.exposure else {
      guard let reason = inputs.exposureAbsence else { throw missing("record of positions") }
      throw AnalyticsError(series: "exposure", reason: .undefined(reason))
    }
    return exposure
  }

  func search() throws(AnalyticsError) -> SearchRecord {
    guard let search = inputs.search else { throw missing("record of the search that found it") }
    return search
  }

  func simulation() throws(AnalyticsError) -> MonteCarloResult {
    guard let simulation = inputs.simulation else { throw missing("simulation") }
    return simulation
  }

  func missing(_ what: String) -> AnalyticsError {
    AnalyticsError(series: "this run", reason: .undefined("it has no \(what)"))
  }
}

/// A standard error and where it comes from, in words.
public struct MetricError: Sendable, Hashable {
  public let value: Double
  public let method: String

  public init(_ value: Double, method: String) {
    self.value = value
    self.method = method
  }

  /// The formulas of asymptotic statistics that stand beside each use.
  static func asymptotic(_ value: Double?, _ source: String) -> MetricError? {
    value.map { MetricError($0, method: "\(source), independent returns") }
  }
}

/// A value with its standard error, as a definition computes it.
struct MetricEstimate: Sendable {
  var value: Double
  var error: MetricError?
  /// Its own, where one is known that does not come from the error.
  var interval: ConfidenceInterval?
  /// Where the figure can lie: no interval from an error reaches beyond.
  var range = -Double.infinity...Double.infinity

  init(_ value: Double, error: MetricError? = nil) {
    self.value = value
    self.error = error
  }

  /// An estimate from paths or resamples.
  init(_ estimate: Estimate, from source: String = "number of paths") {
    self.init(estimate.value, error: MetricError(estimate.standardError, method: "Monte Carlo, from the \(source)"))
  }

  init(_ probability: EstimatedProbability, from source: String = "number of paths") {
    self.init(
      probability.value,
      error: probability.standardError.map { MetricError($0, method: "Monte Carlo, from the \(source)") })
    interval = probability.interval
  }

  /// The share of cases in which something happened, with Wilson's interval.
  init(happened: Int, of count: Int, method: String) {
    let share = EstimatedProbability(happened: Double(happened), of: count, level: 0.95)
    self.init(share.value, error: share.standardError.map { MetricError($0, method: method) })
    interval = share.interval
  }

  init(_ quantile: QuantileEstimate) {
    self.init(
      quantile.value,
      error: quantile.standardError.map { MetricError($0, method: "Monte Carlo, from the number of paths") })
    interval = quantile.interval
  }
}

extension Optional {
  /// The value, or a typed reason why there is none.
  func orUndefined(_ why: String, in series: String = "this run") throws(AnalyticsError) -> Wrapped {
    guard let self else { throw AnalyticsError(series: series, reason: .undefined(why)) }
    return self
  }
}
