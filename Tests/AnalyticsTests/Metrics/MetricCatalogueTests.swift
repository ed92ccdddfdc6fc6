import Analytics
import MarketTypes
import TestSupport
import Testing

private func randomReturns(seed: UInt64, count: Int, name: String = "returns") throws -> ReturnSeries {
  var generator = SeededGenerator(seed: seed)
  let start = CalendarDate(daysSinceEpoch: 20_000)
  return try ReturnSeries(
    name: name,
    // Somewhat fatter tails than the normal's, so that every tail estimator has an answer.
    values: (0..<count).map { day in
      let first = Double.random(in: -0.01...0.011, using: &generator)
      let sum = first + Double.random(in: -0.01...0.011, using: &generator)
      return day % 8 == 0 ? 2 * sum : sum
    },
    dates: (0..<count).map { start.advanced(by: $0) })
}

private func richInputs() throws -> MetricInputs {
  let second: Int64 = 1_000_000_000
  var fills: [FillRecord] = []
  for step in 0..<40 {
    let time = Int64(step) * 100 * second
    fills.append(
      FillRecord(
        time: time, order: UInt64(step), side: .buy, priceTicks: 1000, lots: 5, fee: 0.01, role: .maker,
        arrivalMidHalfTicks: 2001, queueNanoseconds: 5000, queueAheadLots: 30))
    fills.append(
      FillRecord(
        time: time + 50 * second, order: UInt64(step), side: .sell, priceTicks: Int32(999 + step % 6), lots: 5,
        fee: 0.02, arrivalMidHalfTicks: 1999))
  }
  let orders = fills.map {
    OrderRecord(
      identifier: $0.order, side: $0.side, decisionTime: $0.time, endTime: $0.time, lots: 5, filledLots: 5,
      outcome: .filled)
  }
  let instrument = TradedInstrument(symbol: "ABC", venue: "XNAS", tick: 0.01)
  let log = try TradeLog(instruments: [instrument], fills: fills, orders: orders)
  let marks = try MarkSeries(times: [0, 30 * second, 10_000 * second], halfTicks: [2000, 2003, 1998])
  var inputs = MetricInputs(returns: try randomReturns(seed: 1, count: 500))
  inputs.benchmark = try randomReturns(seed: 2, count: 500, name: "index")
  inputs.intradayEquity = try EquityCurve(times: [0, 1, 2], values: [100, 80, 120])
  inputs.riskFreeRate = 0.02
  let trips = try RoundTrips(log, marks: [marks])
  inputs.trades = TradeStatistics(trips.trips)
  inputs.execution = ExecutionQuality(log)
  inputs.markouts = try Markout.measure(fills, of: log, marks: [marks])
  let path = try ExposurePath(log, marks: [marks], at: fills.map(\.time))
  inputs.exposure = try path.statistics(equity: fills.map { _ in 1000 })
  inputs.capacity = try CapacityEstimate(
    log, profit: 10, capital: 1000, liquidity: [.init(dailyLots: 1e6, dailyVolatility: 0.01)])
  inputs.search = SearchRecord(
    trials: 20, effectiveTrials: 7.5, sharpeVariance: 0.001, overfittingProbability: 0.3,
    realityCheck: EstimatedProbability(happened: 20, of: 100, level: 0.95),
    superiorPredictiveAbility: EstimatedProbability(happened: 10, of: 100, level: 0.95))
  inputs.search?.degradationSlope = -0.4
  inputs.search?.selection = try LaneSelection(
    VariantReturns([inputs.returns.values, try randomReturns(seed: 3, count: 500).values]))
  inputs.search?.overfittingProbabilityOfLoss = 0.25
  inputs.search?.overfittingBlocks = 16
  inputs.search?.overfittingSplits = 12_870
  inputs.search?.overfittingDroppedPeriods = 3
  let source = try ReturnResampling(returns: inputs.returns.values)
  var plan = MonteCarloPlan(paths: 64, seed: 5)
  plan.figures = Set(PathFigure.allCases)
  var run = try MonteCarloRun(source, plan: plan)
  inputs.simulation = try run.run()
  inputs.simulationMethod = source.method.label
  return inputs
}

@Test
func overfittingSaysWhatItWasComputedFrom() throws {
  let value = try MetricCatalogue.standard.evaluate(try richInputs()).first { $0.id == "pbo" }
  #expect(
    value?.parameters == [
      MetricParameter("P (periods a year)", 252.0), MetricParameter("rf (annual)", 0.02),
      MetricParameter("blocks", 16.0), MetricParameter("splits", 12_870.0),
      MetricParameter("periods left out at the start", 3.0),
    ])
}

@Test
func everyMetricHasAValueWhenEverythingIsKnown() throws {
  for convention in MetricConvention.allCases {
    var inputs = try richInputs()
    inputs.convention = convention
    for metric in try MetricCatalogue.standard.evaluate(inputs) {
      let number = try #require(metric.number, "\(metric.id) under \(convention.rawValue): \(metric.result)")
      #expect(number.isFinite && !metric.formula.isEmpty && !metric.name.isEmpty)
      if let interval = metric.interval { #expect(interval.lower <= number && number <= interval.upper) }
      if let error = metric.standardError { #expect(error >= 0) }
    }
  }
}

@Test
func everyMetricOfAPoorRunHasAValueOrAReason() throws {
  let series: [[Double]] = [
    [0], [0.01], [-1], [0, 0, 0], [0.1, 0.1], [0.1, -1, 0], [-0.01, -0.02, -0.03], [0.5, 0.5, 0.4], [1e-300, -1e-300],
    [1e300, 1e10, -0.5],
  ]
  for values in series {
    for convention in MetricConvention.allCases {
      var inputs = MetricInputs(returns: try ReturnSeries(values: values))
      inputs.convention = convention
      guard let metrics = try? MetricCatalogue.standard.evaluate(inputs) else {
        // Only equity beyond the range of numbers is refused as a whole.
        #expect(values[0] == 1e300)
        continue
      }
      for metric in metrics {
        switch metric.result {
        case .value(let number): #expect(number.isFinite, "\(metric.id) of \(values)")
        case .absent(let reason): #expect(!reason.isEmpty)
        }
        #expect(metric.interval.map { $0.lower.isFinite && $0.upper.isFinite } ?? true, "\(metric.id)")
      }
    }
  }
}

@Test
func tailMetricsAreThoseOfTheEstimators() throws {
  let inputs = try richInputs()
  let returns = inputs.returns.values
  func number(_ id: String) throws -> Double? { try MetricCatalogue.standard.evaluate(id, inputs)?.number }
  #expect(try number("var_97_5") == HistoricalTail.estimate(returns, confidence: 0.975).valueAtRisk)
  #expect(try number("es_normal_99") == ParametricTail.normal(returns, confidence: 0.99).expectedShortfall)
  #expect(
    try number("es_cornish_fisher_95")
      == ParametricTail.cornishFisher(returns, confidence: 0.95).expectedShortfall)
  #expect(
    try number("var_filtered_95")
      == FilteredHistoricalTail.exponentiallyWeighted(returns, confidence: 0.95).valueAtRisk)
  let short = MetricInputs(returns: try ReturnSeries(values: [Double](returns[0..<99])))
  #expect(try MetricCatalogue.standard.evaluate("var_99", short)?.number == nil)
}

@Test
func simulationMetricsCarryTheirErrorAndMethod() throws {
  let inputs = try richInputs()
  let loss = try #require(try MetricCatalogue.standard.evaluate("mc_probability_of_loss", inputs))
  #expect(loss.number == inputs.simulation?.probabilityOfLoss.value && loss.standardError != nil)
  #expect(loss.parameters.contains { $0.name == "method" && $0.value.hasPrefix("stationary") })
  let depth = try #require(try MetricCatalogue.standard.evaluate("mc_max_drawdown_p95", inputs))
  #expect(depth.number == inputs.simulation?.maximumDrawdown?.quantile(0.95)?.value)
}

@Test
func aMissingInputIsNamed() throws {
  let inputs = MetricInputs(returns: try ReturnSeries(values: [0.01, -0.01, 0.02]))
  let beta = try #require(try MetricCatalogue.standard.evaluate("beta", inputs))
  #expect(beta.result == .absent(reason: "this run: it has no benchmark"))
  #expect(try MetricCatalogue.standard.evaluate("no such metric", inputs) == nil)
}

@Test
func conventionsChangeValueAndFormulaTogether() throws {
  var inputs = MetricInputs(returns: try ReturnSeries(values: [0.01, -0.02, 0.015, -0.005, 0.025]))
  var values: Set<Double> = []
  var formulas: Set<String> = []
  for convention in [MetricConvention.default, .lean, .backtestingPy] {
    inputs.convention = convention
    let sharpe = try #require(try MetricCatalogue.standard.evaluate("sharpe", inputs))
    values.insert(try #require(sharpe.number))
    formulas.insert(sharpe.formula)
    #expect(sharpe.parameters.first == MetricParameter("P (periods a year)", 252))
  }
  #expect(values.count == 3 && formulas.count == 3)
}

/// A convention with its own text must give its own number, and one without must give the default's.
@Test
func formulaTextsAgreeWithTheNumbers() throws {
  let inputs = try richInputs()
  let usual = try MetricCatalogue.standard.evaluate(inputs)
  for convention in MetricConvention.allCases where convention != .default {
    var other = inputs
    other.convention = convention
    for (mine, theirs) in zip(usual, try MetricCatalogue.standard.evaluate(other)) {
      let definition = try #require(MetricCatalogue.standard[mine.id])
      // Ratios of growth inherit its convention; some of empyrical's differ only for missing rows or zeros.
      if ["calmar", "martin", "pain_ratio", "serenity", "recovery_factor"].contains(mine.id) { continue }
      if definition.differs(under: convention) {
        if convention == .empyrical && ["cagr", "max_drawdown", "win_days", "win_months"].contains(mine.id) {
          continue
        }
        #expect(mine.number != theirs.number, "\(mine.id) under \(convention.rawValue)")
      } else if !(convention == .backtestingPy && ["treynor", "alpha", "bull_beta", "bear_beta"].contains(mine.id)) {
        #expect(mine.number == theirs.number, "\(mine.id) under \(convention.rawValue)")
      }
    }
  }
}

@Test
func anIntervalFromResamplingReplacesTheNormalOne() throws {
  var inputs = MetricInputs(returns: try randomReturns(seed: 4, count: 100))
  let plain = try #require(try MetricCatalogue.standard.evaluate("sharpe", inputs))
  #expect(plain.interval?.method == "normal, from the standard error")
  let interval = ConfidenceInterval(lower: -1, upper: 5, level: 0.9, method: "resampling")
  inputs.intervals["sharpe"] = interval
  #expect(try MetricCatalogue.standard.evaluate("sharpe", inputs)?.interval == interval)
}
