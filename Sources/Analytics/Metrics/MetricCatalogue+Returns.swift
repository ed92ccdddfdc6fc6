extension MetricCatalogue {
  static let growth: [MetricDefinition] = [
    MetricDefinition("total_return", "Total return", .growth, .fraction, formula: "product of (1 + r) - 1") {
      MetricEstimate($0.returns.totalReturn)
    },
    MetricDefinition(
      "cagr", "Annual growth (CAGR)", .growth, .fraction, formula: "(1 + total return)^(P/n) - 1",
      variants: [
        .empyrical: "(1 + total return)^(P/n) - 1, n counting missing rows",
        .lean: "(1 + total return)^(365/calendar days) - 1",
      ], parameters: periodsParameter
    ) { context throws(AnalyticsError) in
      let growth = try context.returns.annualGrowth(context.convention)
      var estimate = MetricEstimate(growth, error: .asymptotic(growthError(context, growth), "delta method"))
      estimate.range = -1...Double.infinity
      return estimate
    },
    MetricDefinition(
      "cagr_calendar", "Annual growth by the calendar", .growth, .fraction,
      formula: "(1 + total return)^(365.25/calendar days) - 1"
    ) { context throws(AnalyticsError) in MetricEstimate(try context.returns.calendarGrowth()) },
    MetricDefinition(
      "mean_return", "Mean return, annualised", .growth, .fraction, formula: "mean(r) * P", parameters: periodsParameter
    ) { context throws(AnalyticsError) in
      let periods = context.returns.periodsPerYear
      let deviation = context.returns.values.standardDeviation()
      let error = context.returns.count < 2 ? nil : deviation / Double(context.returns.count).squareRoot() * periods
      return MetricEstimate(context.returns.values.mean * periods, error: .asymptotic(error, "central limit theorem"))
    },
    extreme("best_day", "Best {day}", "max(r)") { $0.values.max() },
    extreme("worst_day", "Worst {day}", "min(r)") { $0.values.min() },
    extreme("best_month", "Best month", "max over calendar months of the compounded return") {
      $0.monthlyReturns?.lazy.map(\.value).max()
    },
    extreme("worst_month", "Worst month", "min over calendar months of the compounded return") {
      $0.monthlyReturns?.lazy.map(\.value).min()
    },
    extreme("best_year", "Best year", "max over calendar years of the compounded return") {
      $0.yearlyReturns?.lazy.map(\.value).max()
    },
    extreme("worst_year", "Worst year", "min over calendar years of the compounded return") {
      $0.yearlyReturns?.lazy.map(\.value).min()
    },
    wins("win_days", "{Days} with a gain", "{days}") { $0.values },
    wins("win_months", "Months with a gain", "calendar months") { $0.monthlyReturns?.map(\.value) },
    MetricDefinition(
      "periods", "{Days}", .growth, .count, .neutral, formula: "number of returns, flat {days} among them"
    ) {
      MetricEstimate(Double($0.returns.count))
    },
  ]

  /// By the delta method: (1 + CAGR) P sd(log(1 + r))/sqrt(n), for independent returns.
  private static func growthError(_ context: MetricContext, _ growth: Double) -> Double? {
    let returns = context.returns
    guard returns.count >= 2, !returns.values.contains(where: { $0 <= -1 }) else { return nil }
    let deviation = returns.logReturns.standardDeviation()
    return (1 + growth) * returns.periodsPerYear * deviation / Double(returns.count).squareRoot()
  }

  private static func wins(
    _ id: String, _ name: String, _ periods: String, _ values: @escaping @Sendable (ReturnSeries) -> [Double]?
  ) -> MetricDefinition {
    MetricDefinition(
      id, name, .growth, .fraction, formula: "share of r > 0 in all \(periods)",
      variants: [.empyrical: "share of r > 0 in \(periods) with r not 0"]
    ) { context throws(AnalyticsError) in
      let all = try values(context.returns).orUndefined("the returns carry no dates", in: context.returns.name)
      let counted = context.convention == .empyrical ? all.filter { $0 != 0 } : all
      guard !counted.isEmpty else {
        throw AnalyticsError(series: context.returns.name, reason: .undefined("every return is zero"))
      }
      return MetricEstimate(
        happened: counted.count { $0 > 0 }, of: counted.count, method: "binomial, independent returns")
    }
  }

  private static func extreme(
    _ id: String, _ name: String, _ formula: String, _ value: @escaping @Sendable (ReturnSeries) -> Double?
  ) -> MetricDefinition {
    MetricDefinition(id, name, .growth, .fraction, formula: formula) { context throws(AnalyticsError) in
      MetricEstimate(try value(context.returns).orUndefined("the returns carry no dates", in: context.returns.name))
    }
  }

  static let risk: [MetricDefinition] = [
    MetricDefinition(
      "volatility", "Volatility", .risk, .fraction, .lowerIsBetter, formula: "sd(r) * sqrt(P), divisor n - 1",
      variants: [.backtestingPy: "sqrt((var(r) + (1 + g)^2)^P - (1 + g)^(2P)), g the geometric mean return"],
      parameters: periodsParameter
    ) { context throws(AnalyticsError) in
      let value = try context.returns.volatility(context.convention)
      // sd(s) is about s sqrt((kurtosis - 1)/(4n)).
      let spread = (context.returns.moments.kurtosis - 1) / (4 * Double(context.returns.count))
      var estimate = MetricEstimate(
        value,
        error: .asymptotic(
          context.convention == .backtestingPy ? nil : value * max(0, spread).squareRoot(), "delta method"))
      estimate.range = 0...Double.infinity
      return estimate
    },
    MetricDefinition(
      "downside_deviation", "Downside deviation", .risk, .fraction, .lowerIsBetter,
      formula: "sqrt(mean(min(r - MAR_p, 0)^2)) * sqrt(P), MAR_p = (1 + MAR)^(1/P) - 1, over all {days}",
      parameters: { context in
        periodsParameter(context) + [MetricParameter("MAR (annual)", context.minimumAcceptable.annual)]
      }
    ) { context throws(AnalyticsError) in
      MetricEstimate(context.returns.downsideDeviation(minimumAcceptable: context.minimumAcceptable))
    },
  ]

  static let shape: [MetricDefinition] = [
    MetricDefinition(
      "skewness", "Skewness", .shape, .ratio, .neutral, formula: "bias-corrected: sqrt(n(n-1))/(n-2) * m3/m2^1.5"
    ) { context throws(AnalyticsError) in
      let moments = context.returns.moments
      guard moments.variance > 0 else { throw AnalyticsError(series: context.returns.name, reason: .constant) }
      return MetricEstimate(try moments.unbiasedSkewness.orUndefined("it needs three values", in: context.returns.name))
    },
    MetricDefinition(
      "excess_kurtosis", "Excess kurtosis", .shape, .ratio, .neutral,
      formula: "bias-corrected: (n-1)/((n-2)(n-3)) * ((n+1)(m4/m2^2 - 3) + 6)"
    ) { context throws(AnalyticsError) in
      let moments = context.returns.moments
      guard moments.variance > 0 else { throw AnalyticsError(series: context.returns.name, reason: .constant) }
      return MetricEstimate(
        try moments.unbiasedExcessKurtosis.orUndefined("it needs four values", in: context.returns.name))
    },
    MetricDefinition(
      "tail_ratio", "Tail ratio", .shape, .ratio, formula: "|95 % quantile| / |5 % quantile|, linear interpolation"
    ) { context throws(AnalyticsError) in MetricEstimate(try context.returns.tailRatio()) },
    MetricDefinition(
      "stability", "Stability", .shape, .ratio, formula: "R^2 of a straight line through the cumulated log returns"
    ) { context throws(AnalyticsError) in MetricEstimate(try context.returns.stability()) },
    MetricDefinition(
      "autocorrelation", "Autocorrelation, one {day}", .shape, .ratio, .neutral,
      formula: "sum (r_t - m)(r_(t-1) - m) / sum (r_t - m)^2"
    ) { context throws(AnalyticsError) in
      // 1/sqrt(n) under independence (Bartlett 1946).
      var estimate = MetricEstimate(
        try context.returns.autocorrelation(lag: 1),
        error: .asymptotic(1 / Double(context.returns.count).squareRoot(), "Bartlett (1946)"))
      estimate.range = -1...1
      return estimate
    },
  ]
}
