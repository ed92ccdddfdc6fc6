import Analytics
import Numerics

/// Returns, equity, drawdown and the ratios made from them.
enum ReturnProbes {
  static let all: [Probe] = checks + drawdown + ratios + relative + inference + trades

  static func series(_ values: [Double]) throws -> ReturnSeries { try ReturnSeries(values: values) }
  static let benchmark = Probe.returns.map { 0.6 * $0 + 0.0007 }

  /// Every answer that exists; an error of one figure does not hide those of the others.
  static func figures(_ figures: (() throws -> Double)...) throws -> [Double] {
    var numbers: [Double] = []
    var first: (any Error)?
    for figure in figures {
      do { numbers.append(try figure()) } catch { first = first ?? error }
    }
    if numbers.isEmpty, let first { throw first }
    return numbers
  }

  static let checks: [Probe] = [
    .series("requireFinite(_:series:)") { values in
      try requireFinite(values, series: "values")
      return values
    },
    .series("requireFinite(_:atLeast:series:)") { values in
      try requireFinite(values, atLeast: 3, series: "values")
      return values
    },
    .parameters("CompensatedSum.add(_:)", "CompensatedSum.value", good: [1, 2, 3], allowsInfinity: true) { values in
      // A sum of anything is what addition makes of it; only checked series come here from the module itself.
      var sum = CompensatedSum()
      for value in values where value.isFinite { sum.add(value) }
      return sum.value
    },
    .series(
      "ReturnSeries.init(name:values:dates:periodsPerYear:period:missing:)", "ReturnSeries.years",
      "ReturnSeries.compounded(from:)", "ReturnSeries.totalReturn", "ReturnSeries.maximumDrawdown(_:)"
    ) { values in
      let series = try series(values)
      return [series.years, series.totalReturn] + series.compounded()
        + MetricConvention.allCases.map { series.maximumDrawdown($0) }
    },
    .prices("ReturnSeries.init(name:prices:dates:periodsPerYear:)") { try ReturnSeries(prices: $0).values },
    .prices("MonteCarloError.returns(fromPrices:series:)") {
      try MonteCarloError.returns(fromPrices: $0, series: "prices")
    },
    .parameters("ReturnSeries.init(name:values:dates:periodsPerYear:period:missing:)", good: [252]) {
      try ReturnSeries(values: Probe.returns, periodsPerYear: $0[0]).years
    },
    .series(
      "EquityCurve.init(name:times:values:)", "EquityCurve.startingCapital", "EquityCurve.sampled(at:)",
      good: Probe.levels
    ) {
      let curve = try EquityCurve(times: $0.indices.map { Int64($0) * 3_600_000_000_000 }, values: $0)
      let daily = try curve.daily(.everyDay)
      return [curve.startingCapital] + curve.sampled(at: [0, 1 << 50]) + daily.equity + daily.returns.values
    },
    .parameters(
      "TradingCalendar.init(name:closeNanosecondsOfDay:sessionWeekdays:closedDates:periodsPerYear:sessionNanoseconds:)",
      good: [252]
    ) {
      let calendar = TradingCalendar(
        name: "test", closeNanosecondsOfDay: 1, sessionWeekdays: Set(1...7), closedDates: [], periodsPerYear: $0[0])
      return try EquityCurve(times: [0, 1 << 50], values: [100, 101]).daily(calendar).returns.years
    },
    .series("Moments.init(_:series:)", "Moments.unbiasedSkewness", "Moments.unbiasedExcessKurtosis") {
      let moments = try Moments($0)
      return [moments.mean, moments.variance, moments.skewness, moments.kurtosis]
        + [moments.unbiasedSkewness, moments.unbiasedExcessKurtosis].compactMap { $0 }
    },
  ]

  static let drawdown: [Probe] = [
    .series(
      "DrawdownCurve.init(equity:times:sampling:series:)", "DrawdownCurve.maximum", "DrawdownCurve.mean",
      "DrawdownCurve.meanOfPeriods", "DrawdownCurve.ulcerIndex", "DrawdownCurve.ulcerIndexSampleDivisor",
      "DrawdownCurve.painIndex", "DrawdownCurve.fractionUnderWater", "DrawdownCurve.timeUnderWater",
      good: Probe.levels
    ) {
      let curve = try DrawdownCurve(equity: $0, times: $0.indices.map { Int64($0) })
      return curve.depths
        + [
          curve.maximum, curve.mean, curve.ulcerIndex, curve.painIndex, curve.fractionUnderWater, curve.timeUnderWater,
        ]
        + [curve.meanOfPeriods, curve.ulcerIndexSampleDivisor].compactMap { $0 }
    },
    .parameters(
      "DrawdownCurve.drawdownAtRisk(level:)", "DrawdownCurve.conditionalDrawdownAtRisk(level:)", good: [0.9]
    ) {
      let curve = try DrawdownCurve(equity: Probe.levels)
      return [try curve.drawdownAtRisk(level: $0[0]), try curve.conditionalDrawdownAtRisk(level: $0[0])]
    },
    .series("DrawdownCurve.maximum(ofReturns:)") { values in
      // Takes what a checked series holds.
      DrawdownCurve.maximum(ofReturns: try series(values).values)
    },
    .parameters("ResamplingSettings.init(resamples:meanBlockLength:seed:level:)", good: [5, 0.95]) {
      let settings = ResamplingSettings(resamples: 100, meanBlockLength: $0[0], level: $0[1])
      return try ResampledFigures(series(Probe.returns), settings: settings).intervals.values.flatMap {
        [$0.lower, $0.upper]
      }
    },
    .parameters(
      "RecoverySurvival.survival(after:)", "RecoverySurvival.length(recoveredShare:)",
      "RecoverySurvival.restrictedMean",
      good: [0.5]
    ) {
      let empty = try RecoverySurvival(lengths: [], recovered: [])
      let survival = try RecoverySurvival(lengths: [3, 4, 9], recovered: [true, true, false])
      return [empty.restrictedMean, survival.restrictedMean, survival.survival(after: 3), empty.survival(after: 3)]
        + [survival.length(recoveredShare: $0[0])].compactMap { $0 }.map(Double.init)
    },
  ]

  static let ratios: [Probe] = [
    .series(
      "ReturnSeries.annualGrowth(_:)", "ReturnSeries.calendarGrowth()", "ReturnSeries.annualisedMean",
      "ReturnSeries.volatility(_:)", "ReturnSeries.sharpeRatio(riskFree:convention:)",
      "ReturnSeries.periodSharpeRatio(riskFree:)", "ReturnSeries.smartSharpeRatio(riskFree:)",
      "ReturnSeries.downsideDeviation(minimumAcceptable:)", "ReturnSeries.sortinoRatio(minimumAcceptable:convention:)",
      "ReturnSeries.sortinoStandardError(minimumAcceptable:)",
      "ReturnSeries.calmarRatio(_:)", "ReturnSeries.omegaRatio(threshold:)", "ReturnSeries.autocorrelation(lag:)",
      "ReturnSeries.quantile(_:)", "ReturnSeries.tailRatio()", "ReturnSeries.stability()"
    ) { values in
      let dates = values.indices.map { CalendarDate(daysSinceEpoch: Int32($0)) }
      let series = try ReturnSeries(values: values, dates: dates)
      var numbers = try figures(
        { try series.calendarGrowth() }, { series.annualisedMean }, { try series.periodSharpeRatio() },
        { try series.smartSharpeRatio() }, { series.downsideDeviation() }, { try series.omegaRatio() },
        { try series.autocorrelation(lag: 1) }, { try series.quantile(0.3) }, { try series.tailRatio() },
        { try series.stability() })
      for convention in MetricConvention.allCases {
        numbers += try figures(
          { try series.annualGrowth(convention) }, { try series.volatility(convention) },
          { try series.sharpeRatio(convention: convention) }, { try series.sortinoRatio(convention: convention) },
          { try series.sortinoStandardError() },
          { try series.calmarRatio(convention) }, { series.downsideDeviation() })
      }
      return numbers
    },
    .parameters("ReturnSeries.omegaRatio(threshold:)", good: [0.001]) {
      try series(Probe.returns).omegaRatio(threshold: $0[0])
    },
    .parameters("ReturnSeries.quantile(_:)", good: [0.1]) { try series(Probe.returns).quantile($0[0]) },
    .parameters("ReturnSeries.compounded(from:)", good: [100], allowsInfinity: true) { values in
      // The start is a unit, not data: what is not a number stays visible as such, so only numbers are tried.
      values[0].isNaN ? [0] : try series(Probe.returns).compounded(from: values[0])
    },
    .parameters("PeriodRate.init(annual:periodsPerYear:name:)", good: [0.02, 252]) {
      let rate = try PeriodRate(annual: $0[0], periodsPerYear: $0[1])
      return [rate.annual, rate.perPeriod]
    },
    .parameters("PeriodRate.init(perPeriod:periodsPerYear:name:)", good: [0.0001, 252]) {
      let rate = try PeriodRate(perPeriod: $0[0], periodsPerYear: $0[1])
      return [rate.annual, rate.perPeriod]
    },
    .series(
      "ReturnSeries.rollingSharpe(window:riskFree:)", "ReturnSeries.rollingSortino(window:minimumAcceptable:)",
      "ReturnSeries.rollingVolatility(window:)", "ReturnSeries.rollingBeta(to:window:)"
    ) { values in
      let series = try series(values)
      let other = try ReturnSeries(values: Array(benchmark.prefix(values.count)))
      return try series.rollingSharpe(window: 5).compactMap { $0 } + series.rollingSortino(window: 5).compactMap { $0 }
        + series.rollingVolatility(window: 5).compactMap { $0 }
        + series.rollingBeta(to: other, window: 5).compactMap { $0 }
        + [series.years]
    },
    .series("MetricValue.number", "MetricResult.number") {
      let values = try MetricCatalogue.standard.evaluate(MetricInputs(returns: series($0)))
      return values.compactMap(\.number) + values.compactMap(\.result.number)
        + values.compactMap(\.standardError)
    },
    .parameters(
      "ConfidenceInterval.init(lower:upper:level:method:)", "MetricError.init(_:method:)",
      "Estimate.init(value:standardError:)", good: [1]
    ) { _ in
      // Containers that store what they are given.
      [
        ConfidenceInterval(lower: 0, upper: 1, level: 0.9, method: "").lower,
        Estimate(value: 1, standardError: 0).value,
      ]
    },
    .parameters("MetricParameter.init(_:_:)", good: [252]) { values in
      // A text for a report: whatever number it is given, it can be printed.
      MetricParameter("periods", values[0]).value.isEmpty ? Double.nan : 1
    },
  ]

  static let relative: [Probe] = [
    .series(
      "RelativeStatistics.beta()", "RelativeStatistics.alpha()", "RelativeStatistics.standardErrors()",
      "RelativeStatistics.correlation()", "RelativeStatistics.rSquared()", "RelativeStatistics.trackingError",
      "RelativeStatistics.informationRatio()", "RelativeStatistics.treynorRatio()", "RelativeStatistics.capture(_:)",
      "RelativeStatistics.beta(in:)"
    ) { values in
      let own = try series(values)
      let other = try ReturnSeries(values: Array(benchmark.prefix(values.count)))
      var numbers: [Double] = []
      for convention in MetricConvention.allCases {
        for (first, second) in [(own, other), (other, own)] {
          let relative = try RelativeStatistics(first, against: second, convention: convention)
          numbers += try figures(
            { try relative.beta() }, { try relative.alpha() }, { try relative.standardErrors().alpha },
            { try relative.standardErrors().beta }, { try relative.correlation() }, { try relative.rSquared() },
            { relative.trackingError }, { try relative.informationRatio() }, { try relative.treynorRatio() },
            { try relative.capture(.up) }, { try relative.capture(.down) }, { try relative.beta(in: .up) },
            { try relative.beta(in: .down) })
        }
      }
      return numbers
    },
    .series("PairedDifference.compare(_:with:riskFreeRate:minimumAcceptableReturn:settings:)") { values in
      try PairedDifference.compare(
        series(values), with: ReturnSeries(values: Array(benchmark.prefix(values.count))),
        settings: ResamplingSettings(resamples: 100)
      ).values.flatMap { [$0.observed, $0.interval.lower, $0.interval.upper, $0.pValue] }
    },
    .parameters("PairedDifference.compare(_:with:riskFreeRate:minimumAcceptableReturn:settings:)", good: [0.01, 0.02]) {
      try PairedDifference.compare(
        series(Probe.returns), with: series(benchmark), riskFreeRate: $0[0], minimumAcceptableReturn: $0[1],
        settings: ResamplingSettings(resamples: 100)
      ).values.flatMap { [$0.observed, $0.interval.lower, $0.interval.upper, $0.pValue] }
    },
  ]

  static let inference: [Probe] = [
    .parameters(
      "SharpeInference.init(sharpe:count:skewness:kurtosis:)", "SharpeInference.standardError",
      "SharpeInference.normalStandardError", "SharpeInference.probabilistic(benchmark:)",
      "SharpeInference.minimumTrackRecord(benchmark:confidence:)", "SharpeInference.deflated(trials:trialVariance:)",
      good: [0.1, -0.5, 4, 0.05, 0.95, 10, 0.01]
    ) { values in
      let inference = try SharpeInference(sharpe: values[0], count: 60, skewness: values[1], kurtosis: values[2])
      return try figures(
        { inference.standardError }, { inference.normalStandardError },
        { try inference.probabilistic(benchmark: values[3]) },
        { try inference.minimumTrackRecord(benchmark: values[3], confidence: values[4]) },
        { try inference.deflated(trials: values[5], trialVariance: values[6]) })
    },
    .series("SharpeInference.annualisation(periods:autocorrelations:)", good: [0.1, 0.05, -0.02]) {
      try SharpeInference.annualisation(periods: 252, autocorrelations: $0)
    },
    .parameters(
      "SharpeInference.expectedMaximum(trials:trialVariance:)", "SharpeInference.expectedMaximumOfNormals(_:)",
      good: [100, 0.01]
    ) {
      [
        try SharpeInference.expectedMaximum(trials: $0[0], trialVariance: $0[1]),
        try SharpeInference.expectedMaximumOfNormals($0[0]),
      ]
    },
    .series(
      "VariantReturns.init(_:names:)", "VariantReturns.sharpeRatios", "VariantReturns.sharpeVariance",
      "EffectiveTrials.count(_:)"
    ) { values in
      let variants = try VariantReturns([values, Array(benchmark.prefix(values.count)), values.map { -$0 }])
      return try variants.sharpeRatios + [variants.sharpeVariance]
        + EffectiveTrials.allCases.map { try $0.count(variants) }
    },
    .series("SuperiorAbility.init(_:resamples:meanBlockLength:seed:)", "SuperiorAbility.monteCarloError(of:)") {
      values in
      let ability = try SuperiorAbility(
        VariantReturns([values, Array(benchmark.prefix(values.count))]), resamples: 100)
      return [
        ability.statistic, ability.realityCheckStatistic, ability.realityCheck, ability.lower, ability.consistent,
        ability.upper, ability.monteCarloError(of: ability.consistent), ability.realityCheckEstimate.standardError,
        ability.consistentEstimate.standardError,
      ]
    },
    .parameters("SuperiorAbility.init(_:resamples:meanBlockLength:seed:)", good: [4]) {
      try SuperiorAbility(VariantReturns([Probe.returns, benchmark]), resamples: 100, meanBlockLength: $0[0]).consistent
    },
    .series("BacktestOverfitting.init(_:blocks:statistic:)") { values in
      try BacktestOverfitting(
        VariantReturns([values, Array(benchmark.prefix(values.count)), values.map { -$0 }]), blocks: 4)
    },
    .series("LaneSelection.init(_:groups:tested:)") { values in
      let found = try LaneSelection(
        VariantReturns([values, Array(benchmark.prefix(values.count)), values.map { -$0 }]), groups: 5)
      return (found.pathSharpes, found.walkForwardSharpe)
    },
    .parameters("LookAheadCheck.undetectedShare(confidence:)", good: [0.95]) {
      let decisions = [TimedDecision(time: 1, content: 5), TimedDecision(time: 3, content: 6)]
      let check = try LookAheadCheck(
        whole: decisions, truncated: [.init(cutoff: 2, decisions: Array(decisions.prefix(1)))])
      return try check.undetectedShare(confidence: $0[0])
    },
    .parameters(
      "SearchRecord.init(trials:effectiveTrials:sharpeVariance:overfittingProbability:realityCheck:superiorPredictiveAbility:)",
      good: [10, 0.01, 0.2]
    ) {
      var inputs = try MetricInputs(returns: series(Probe.returns))
      inputs.search = SearchRecord(
        trials: 20, effectiveTrials: $0[0], sharpeVariance: $0[1], overfittingProbability: $0[2])
      return try MetricCatalogue.standard.evaluate(inputs).compactMap(\.number)
    },
  ]
}
