import Testing

@testable import Analytics

/// Standard errors of the figures that strategies are sold by.
@Suite struct StandardErrorTests {
  /// r_t = 0.03 ((7919 t) mod 101)/101 − 0.0143, t = 1 … 250.
  private static let values = (1...250).map { Double(7919 * $0 % 101) / 101 * 0.03 - 0.0143 }

  /// The ratio and the delta-method error by NumPy 2; the jackknife of the same figure gives 1.5056.
  @Test func sortino() throws {
    let returns = try ReturnSeries(values: Self.values)
    let rate = try PeriodRate(perPeriod: 0.0002, periodsPerYear: 252)
    #expect(near(try returns.sortinoRatio(minimumAcceptable: rate), 0.8220215175097996, 1e-12))
    let error = try returns.sortinoStandardError(minimumAcceptable: rate)
    #expect(near(error, 1.5028408583365498, 1e-12))
    #expect(near(error, 1.505611919046484, 0.01))
    #expect(throws: AnalyticsError.self) {
      try ReturnSeries(values: [0.01, 0.02, 0.03]).sortinoStandardError()
    }
  }

  /// Each of the four figures comes with an error, an interval and the words that say where they are from.
  @Test func everyHeadlineFigureHasOne() throws {
    let returns = try ReturnSeries(values: Self.values)
    let figures = try ResampledFigures(
      returns, settings: ResamplingSettings(resamples: 300, meanBlockLength: 5, seed: 2))
    var inputs = MetricInputs(returns: returns)
    inputs.intervals = figures.intervals
    inputs.resampledErrors = figures.standardErrors
    func metric(_ id: String) throws -> MetricValue {
      try #require(try MetricCatalogue.standard.evaluate(id, inputs))
    }
    for (id, words) in [
      ("sharpe", "Mertens (2002)"), ("sortino", "delta method"), ("cagr", "delta method"),
      ("max_drawdown", "deviation over resamples, stationary bootstrap, mean block 5.0"),
    ] {
      let value = try metric(id)
      #expect((value.standardError ?? 0) > 0, "\(id)")
      #expect(value.standardErrorMethod?.hasPrefix(words) == true, "\(value.standardErrorMethod ?? "")")
      #expect(value.interval?.method.hasPrefix("stationary bootstrap, mean block 5.0, percentile") == true)
    }
    let drawdowns = figures.maximumDrawdown
    let mean = drawdowns.reduce(0, +) / 300
    let deviation = (drawdowns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 299).squareRoot()
    #expect(near(try metric("max_drawdown").standardError ?? 0, deviation, 1e-15))
    // Formulas for independent returns and resamples of single returns must agree: within the noise of 300 resamples.
    let single = try ResampledFigures(
      returns, settings: ResamplingSettings(resamples: 300, meanBlockLength: 1, seed: 2)
    ).standardErrors
    for id in ["sharpe", "sortino", "cagr"] {
      let ratio = try #require(single[id]).value / (try #require(try metric(id).standardError))
      #expect(abs(ratio - 1) < 0.15, "\(id): \(ratio)")
    }
    // Under another definition the resampled error is not that of the figure.
    inputs.convention = .empyrical
    #expect(try metric("max_drawdown").standardError == nil)
  }

  @Test func blocksOfOneAreCalledIndependent() throws {
    let returns = try ReturnSeries(values: Self.values)
    let figures = try ResampledFigures(
      returns, settings: ResamplingSettings(resamples: 100, meanBlockLength: 1, seed: 2))
    #expect(figures.method.contains("mean block 1: an i.i.d. bootstrap (destroys autocorrelation)"))
    #expect(figures.standardErrors["sharpe"]?.method.contains("i.i.d.") == true)
    #expect(ResamplingMethod.circular(length: 1).label.contains("i.i.d."))
    #expect(!ResamplingMethod.stationary(meanLength: 1.01).label.contains("i.i.d."))
  }

  @Test func probabilitiesStayWithinTheirRange() throws {
    var inputs = MetricInputs(returns: try ReturnSeries(values: Self.values))
    inputs.search = SearchRecord(
      trials: 3, effectiveTrials: 2, sharpeVariance: 0.001,
      realityCheck: EstimatedProbability(Estimate(value: 0.01, standardError: 0.01), of: 100, level: 0.95))
    let check = try #require(try MetricCatalogue.standard.evaluate("reality_check", inputs))
    #expect(check.interval.map { $0.lower > 0 && $0.lower < 0.01 && $0.upper > 0.01 } == true)
    #expect(check.interval?.method == "Wilson score" && check.standardError == 0.01)
    #expect(check.standardErrorMethod == "Monte Carlo, from the number of resamples")
  }

  @Test("Shares have Wilson's interval, and no interval leaves where its figure can lie.")
  func sharesAndBoundedFigures() throws {
    let dates = (0..<4 as Range<Int32>).map { CalendarDate(daysSinceEpoch: 19_724 + $0) }
    var inputs = MetricInputs(returns: try ReturnSeries(values: [0.01, 0.02, 0.01, 0.02], dates: dates))
    func metric(_ id: String) throws -> MetricValue {
      try #require(try MetricCatalogue.standard.evaluate(id, inputs))
    }
    // z² = 3.8415: of 4 in 4 the lower end is 4/(4 + z²), of 1 in 1 it is 1/(1 + z²).
    let square = 3.841458820694124
    for (id, count) in [("win_days", 4.0), ("win_months", 1)] {
      let value = try metric(id)
      #expect(value.number == 1 && value.standardError == nil && value.interval?.upper == 1)
      #expect(near(value.interval?.lower, count / (count + square)) && value.interval?.method == "Wilson score")
    }
    let correlation = try metric("autocorrelation")
    #expect(correlation.interval.map { $0.lower == -1 && $0.upper < 1 } == true, "\(correlation)")
    inputs.trades = TradeStatistics([])
    #expect(try metric("win_rate").number == nil)
    #expect(try metric("volatility").interval.map { $0.lower >= 0 } ?? true)
    #expect(try metric("smart_sharpe").formula.contains("a the Pearson correlation of r"))
  }

  @Test func countedPeriodsAreSaidSo() throws {
    var inputs = MetricInputs(returns: try ReturnSeries(values: Self.values, periodsPerYear: 52.25))
    inputs.periodsSource = "counted in the data"
    inputs.exposureAbsence = "the account was ruined"
    let sharpe = try #require(try MetricCatalogue.standard.evaluate("sharpe", inputs))
    #expect(sharpe.parameters.first == MetricParameter("P (periods a year, counted in the data)", 52.25))
    let time = try #require(try MetricCatalogue.standard.evaluate("time_in_market", inputs))
    #expect(time.result == .absent(reason: "exposure: the account was ruined"))
  }
}
