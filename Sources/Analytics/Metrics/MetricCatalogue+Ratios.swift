extension MetricCatalogue {
  static let ratios: [MetricDefinition] = [
    MetricDefinition(
      "sharpe", "Sharpe ratio", .ratios, .ratio,
      formula: "mean(r - rf_p) / sd(r) * sqrt(P), rf_p = (1 + rf)^(1/P) - 1, divisor n - 1",
      variants: [
        .lean: "((1 + mean(r))^P - 1 - rf) / (sd(r) * sqrt(P))",
        .backtestingPy: "((1 + g)^P - 1 - rf) / compounded volatility, g the geometric mean return",
      ], parameters: riskFreeParameters
    ) { context throws(AnalyticsError) in
      let value = try context.returns.sharpeRatio(riskFree: context.riskFree, convention: context.convention)
      guard context.convention == .default || context.convention == .empyrical else { return MetricEstimate(value) }
      let inference = try SharpeInference(context.returns, riskFree: context.riskFree)
      return MetricEstimate(
        value,
        error: .asymptotic(inference.standardError * context.returns.periodsPerYear.squareRoot(), "Mertens (2002)"))
    },
    MetricDefinition(
      "smart_sharpe", "Smart Sharpe ratio", .ratios, .ratio,
      formula:
        "Sharpe ratio / sqrt(1 + 2 sum over k < n of (n-k)/n * |a|^k), a the Pearson correlation of r without its last "
        + "and r without its first {day}",
      parameters: riskFreeParameters
    ) { context throws(AnalyticsError) in
      MetricEstimate(try context.returns.smartSharpeRatio(riskFree: context.riskFree))
    },
    MetricDefinition(
      "sortino", "Sortino ratio", .ratios, .ratio,
      formula: "mean(r - MAR_p) * P / downside deviation, MAR_p = (1 + MAR)^(1/P) - 1, over all {days}",
      variants: [
        .lean: "((1 + mean(r))^P - 1 - MAR) / (sd of the returns below MAR * sqrt(P))",
        .backtestingPy: "((1 + g)^P - 1 - MAR) / (sqrt(mean(min(r, 0)^2)) * sqrt(P))",
      ],
      parameters: { context in
        periodsParameter(context) + [MetricParameter("MAR (annual)", context.minimumAcceptable.annual)]
      }
    ) { context throws(AnalyticsError) in
      let value = try context.returns.sortinoRatio(
        minimumAcceptable: context.minimumAcceptable, convention: context.convention)
      guard context.convention == .default || context.convention == .empyrical else { return MetricEstimate(value) }
      let error = try? context.returns.sortinoStandardError(minimumAcceptable: context.minimumAcceptable)
      return MetricEstimate(value, error: .asymptotic(error, "delta method"))
    },
    MetricDefinition(
      "calmar", "Calmar ratio", .ratios, .ratio, formula: "annual growth / |deepest drawdown|",
      variants: [
        .lean: "annual growth by calendar days / |deepest drawdown|",
        .empyrical: "annual growth / |deepest drawdown|, from the {close} on",
      ],
      parameters: periodsParameter
    ) { context throws(AnalyticsError) in MetricEstimate(try context.returns.calmarRatio(context.convention)) },
    MetricDefinition(
      "omega", "Omega ratio", .ratios, .ratio, formula: "sum of max(r - L, 0) / sum of max(L - r, 0)",
      parameters: { [MetricParameter("L (annual)", $0.minimumAcceptable.annual)] }
    ) { context throws(AnalyticsError) in
      MetricEstimate(try context.returns.omegaRatio(threshold: context.minimumAcceptable.perPeriod))
    },
    MetricDefinition(
      "martin", "Martin ratio (ulcer performance)", .ratios, .ratio, formula: "(annual growth - rf) / ulcer index",
      variants: [
        .lean: "(annual growth by calendar days - rf) / ulcer index",
        .empyrical: "(total return - rf) / ulcer index, divisor n - 1",
      ], parameters: riskFreeParameters
    ) { context throws(AnalyticsError) in
      guard context.convention == .empyrical else {
        return MetricEstimate(try overDrawdown(context, context.drawdown.ulcerIndex))
      }
      return MetricEstimate((context.returns.totalReturn - context.riskFree.annual) / (try sampleUlcer(context)))
    },
    MetricDefinition(
      "pain_ratio", "Pain ratio", .ratios, .ratio, formula: "(annual growth - rf) / pain index",
      variants: [.lean: "(annual growth by calendar days - rf) / pain index"],
      parameters: riskFreeParameters
    ) { context throws(AnalyticsError) in
      MetricEstimate(try overDrawdown(context, context.drawdown.painIndex))
    },
    MetricDefinition(
      "serenity", "Serenity ratio", .ratios, .ratio,
      formula: "Martin ratio / pitfall, pitfall = conditional drawdown at risk 95 % / volatility",
      variants: [
        .lean: "Martin ratio by calendar days / pitfall, pitfall = conditional drawdown at risk 95 % / volatility",
        .empyrical: "(sum(r) - rf) / (ulcer index * pitfall), pitfall = normal shortfall 95 % of drawdowns / sd(r)",
      ], parameters: riskFreeParameters
    ) { context throws(AnalyticsError) in
      if context.convention == .empyrical { return MetricEstimate(try sampleSerenity(context)) }
      let pitfall = try context.drawdown.conditionalDrawdownAtRisk(level: 0.95)
      let martin = try overDrawdown(context, context.drawdown.ulcerIndex)
      return MetricEstimate(martin * (try context.returns.volatility()) / pitfall)
    },
    MetricDefinition(
      "recovery_factor", "Recovery factor", .ratios, .ratio, formula: "total return / |deepest drawdown|",
      variants: [.empyrical: "|sum(r) - rf| / |deepest drawdown|"]
    ) { context throws(AnalyticsError) in
      let deepest = context.returns.maximumDrawdown(context.convention)
      guard deepest < 0 else {
        throw AnalyticsError(series: context.returns.name, reason: .undefined("there was no drawdown"))
      }
      guard context.convention == .empyrical else { return MetricEstimate(context.returns.totalReturn / -deepest) }
      return MetricEstimate(abs(context.returns.values.compensatedSum - context.riskFree.annual) / -deepest)
    },
  ]

  /// quantstats' ulcer index: the starting day counts for no drawdown and the divisor is the number of returns less one.
  private static func sampleUlcer(_ context: MetricContext) throws(AnalyticsError) -> Double {
    try context.returns.requireCount(2)
    let squares = context.drawdown.depths.squaredDeviations(from: 0)
    guard squares > 0 else {
      throw AnalyticsError(series: context.returns.name, reason: .undefined("there was no drawdown"))
    }
    return (squares / Double(context.returns.count - 1)).squareRoot()
  }

  private static func sampleSerenity(_ context: MetricContext) throws(AnalyticsError) -> Double {
    let ulcer = try sampleUlcer(context)
    let deviation = context.returns.values.standardDeviation()
    guard deviation > 0 else { throw AnalyticsError(series: context.returns.name, reason: .constant) }
    let depths = Array(context.drawdown.depths.dropFirst())
    // Mean of the worst 5 % of a normal distribution: φ(z)/0.05 = 2.0627 deviations below the mean.
    let shortfall = -depths.mean + 2.0627128075074257 * depths.standardDeviation()
    return (context.returns.values.compensatedSum - context.riskFree.annual) / (ulcer * (shortfall / deviation))
  }

  private static func overDrawdown(_ context: MetricContext, _ index: Double) throws(AnalyticsError) -> Double {
    guard index > 0 else {
      throw AnalyticsError(series: context.returns.name, reason: .undefined("there was no drawdown"))
    }
    return (try context.returns.annualGrowth(context.convention) - context.riskFree.annual) / index
  }

  static let drawdown: [MetricDefinition] = [
    MetricDefinition(
      "max_drawdown", "Deepest drawdown, {closes}", .drawdown, .fraction,
      formula: "min over {days} of equity / highest equity so far - 1, the starting capital included",
      variants: [.empyrical: "min over {days} of equity / highest equity so far - 1, from the {close} on"]
    ) { MetricEstimate($0.returns.maximumDrawdown($0.convention)) },
    MetricDefinition(
      "max_drawdown_intraday", "Deepest drawdown, intraday", .drawdown, .fraction,
      formula:
        "min over every recorded equity (samples and fills, not every tick) of equity / highest equity so far - 1"
    ) { context throws(AnalyticsError) in
      guard let curve = context.intradayDrawdown else { throw context.missing("intraday equity") }
      return MetricEstimate(curve.maximum)
    },
    MetricDefinition(
      "average_drawdown", "Average drawdown", .drawdown, .fraction,
      formula: "mean of the deepest points of all drawdowns"
    ) { context throws(AnalyticsError) in
      MetricEstimate(try context.drawdown.meanOfPeriods.orUndefined("there was no drawdown", in: context.returns.name))
    },
    MetricDefinition(
      "longest_drawdown", "Longest drawdown", .drawdown, .periods, .lowerIsBetter,
      formula: "most {days} from a high until it was reached again, or until the end"
    ) { MetricEstimate(Double($0.drawdown.longestLength)) },
    MetricDefinition(
      "median_recovery", "Median time to recovery", .drawdown, .periods, .lowerIsBetter,
      formula: "Kaplan-Meier median of the lengths of drawdowns, an open one censored"
    ) { context throws(AnalyticsError) in
      let survival = try RecoverySurvival(context.drawdown)
      let median = try survival.median.orUndefined(
        "fewer than half of the drawdowns recovered", in: context.returns.name)
      return MetricEstimate(Double(median))
    },
    MetricDefinition(
      "time_under_water", "Time under water", .drawdown, .fraction, .lowerIsBetter,
      formula: "share of {days} below the high, the starting {day} included"
    ) { MetricEstimate($0.drawdown.fractionUnderWater) },
    MetricDefinition(
      "ulcer_index", "Ulcer index", .drawdown, .fraction, .lowerIsBetter,
      formula: "sqrt(mean(drawdown^2)) over all {days}, the starting {day} included",
      variants: [.empyrical: "sqrt(sum(drawdown^2)/(n - 1)), n returns"]
    ) { context throws(AnalyticsError) in
      guard context.convention == .empyrical, context.drawdown.maximum < 0 else {
        return MetricEstimate(context.drawdown.ulcerIndex)
      }
      return MetricEstimate(try sampleUlcer(context))
    },
    MetricDefinition(
      "pain_index", "Pain index", .drawdown, .fraction, .lowerIsBetter,
      formula: "mean(|drawdown|) over all {days}, the starting {day} included"
    ) { MetricEstimate($0.drawdown.painIndex) },
    MetricDefinition(
      "dar_95", "Drawdown at risk 95 %", .drawdown, .fraction, .lowerIsBetter,
      formula: "depth that the worst 5 % of {days} reach or exceed",
      parameters: { _ in [MetricParameter("level", 0.95)] }
    ) { context throws(AnalyticsError) in MetricEstimate(try context.drawdown.drawdownAtRisk(level: 0.95)) },
    MetricDefinition(
      "cdar_95", "Conditional drawdown at risk 95 %", .drawdown, .fraction, .lowerIsBetter,
      formula: "mean depth of the worst 5 % of {days}, the {day} on the border counted in part",
      parameters: { _ in [MetricParameter("level", 0.95)] }
    ) { context throws(AnalyticsError) in
      MetricEstimate(try context.drawdown.conditionalDrawdownAtRisk(level: 0.95))
    },
  ]

  static let benchmark: [MetricDefinition] = [
    relative(
      "alpha", "Alpha", .fraction, "(mean(r - rf_p) - beta * mean(b - rf_p)) * P, rf_p = (1 + rf)^(1/P) - 1",
      [
        .lean: "(1 + mean(r))^P - 1 - rf - beta * ((1 + mean(b))^P - 1 - rf)",
        .backtestingPy: "total return - rf - beta * (total return of the benchmark - rf)",
      ]
    ) { relative throws(AnalyticsError) in
      let isLinear = relative.convention == .default || relative.convention == .empyrical
      return MetricEstimate(
        try relative.alpha(), error: .asymptotic(isLinear ? try? relative.standardErrors().alpha : nil, "regression"))
    },
    relative(
      "beta", "Beta", .ratio, "cov(r, b) / var(b)", [.backtestingPy: "cov / var of log returns"], .neutral
    ) { relative throws(AnalyticsError) in
      MetricEstimate(try relative.beta(), error: .asymptotic(try? relative.standardErrors().beta, "regression"))
    },
    relative("correlation", "Correlation with the benchmark", .ratio, "cov(r, b) / (sd(r) sd(b))", [:], .neutral) {
      relative throws(AnalyticsError) in MetricEstimate(try relative.correlation())
    },
    relative("r_squared", "R^2", .ratio, "correlation^2", [:], .neutral) { relative throws(AnalyticsError) in
      MetricEstimate(try relative.rSquared())
    },
    relative("tracking_error", "Tracking error", .fraction, "sd(r - b) * sqrt(P)", [:], .lowerIsBetter) {
      relative throws(AnalyticsError) in MetricEstimate(relative.trackingError)
    },
    relative(
      "information_ratio", "Information ratio", .ratio, "mean(r - b) / sd(r - b) * sqrt(P)",
      [
        .empyrical: "mean(r - b) / sd(r - b), not annualised",
        .lean: "((1 + mean(r))^P - (1 + mean(b))^P) / tracking error",
      ]
    ) { relative throws(AnalyticsError) in MetricEstimate(try relative.informationRatio()) },
    relative(
      "treynor", "Treynor ratio", .ratio, "mean(r - rf_p) * P / beta, rf_p = (1 + rf)^(1/P) - 1",
      [.lean: "((1 + mean(r))^P - 1 - rf) / beta", .empyrical: "(total return - rf) / beta"]
    ) { relative throws(AnalyticsError) in MetricEstimate(try relative.treynorRatio()) },
    relative(
      "up_capture", "Up capture", .ratio, "annual growth over the benchmark's, on {days} when the benchmark rose"
    ) { relative throws(AnalyticsError) in MetricEstimate(try relative.capture(.up)) },
    relative(
      "down_capture", "Down capture", .ratio, "annual growth over the benchmark's, on {days} when the benchmark fell",
      [:], .lowerIsBetter
    ) { relative throws(AnalyticsError) in MetricEstimate(try relative.capture(.down)) },
    relative("bull_beta", "Bull beta", .ratio, "beta on {days} when the benchmark rose", [:], .neutral) {
      relative throws(AnalyticsError) in MetricEstimate(try relative.beta(in: .up))
    },
    relative("bear_beta", "Bear beta", .ratio, "beta on {days} when the benchmark fell", [:], .neutral) {
      relative throws(AnalyticsError) in MetricEstimate(try relative.beta(in: .down))
    },
  ]

  private static func relative(
    _ id: String, _ name: String, _ unit: MetricUnit, _ formula: String, _ variants: [MetricConvention: String] = [:],
    _ orientation: MetricOrientation = .higherIsBetter,
    _ compute: @escaping @Sendable (RelativeStatistics) throws(AnalyticsError) -> MetricEstimate
  ) -> MetricDefinition {
    MetricDefinition(
      id, name, .benchmark, unit, orientation, formula: formula, variants: variants,
      parameters: { context in
        riskFreeParameters(context) + [MetricParameter("benchmark", context.inputs.benchmark?.name ?? "none")]
      }
    ) { context throws(AnalyticsError) in try compute(try context.relative()) }
  }
}
