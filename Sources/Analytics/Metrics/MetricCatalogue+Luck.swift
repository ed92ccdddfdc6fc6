extension MetricCatalogue {
  static let luck: [MetricDefinition] = [
    MetricDefinition(
      "psr", "Probabilistic Sharpe ratio", .luck, .probability,
      formula: "Phi((SR - SR0) sqrt(n-1) / sqrt(1 - skew SR + (kurt-1)/4 SR^2)), SR per {day}, SR0 = 0",
      variants: [
        .lean: "as Lockstep's with SR0 = 1/sqrt(252)",
        .empyrical: "as Lockstep's with bias-corrected skewness and kurtosis (quantstats)",
      ], parameters: riskFreeParameters
    ) { context throws(AnalyticsError) in
      let benchmark = context.convention == .lean ? 1 / 252.0.squareRoot() : 0
      if context.convention == .empyrical {
        let moments = context.returns.moments
        guard let skewness = moments.unbiasedSkewness, let kurtosis = moments.unbiasedExcessKurtosis else {
          throw AnalyticsError(
            series: context.returns.name, reason: .tooShort(found: context.returns.count, needed: 4))
        }
        return MetricEstimate(
          try SharpeInference(
            sharpe: try context.returns.periodSharpeRatio(riskFree: context.riskFree), count: context.returns.count,
            skewness: skewness, kurtosis: kurtosis + 3
          ).probabilistic())
      }
      return MetricEstimate(
        try SharpeInference(context.returns, riskFree: context.riskFree).probabilistic(benchmark: benchmark))
    },
    MetricDefinition(
      "min_track_record", "Minimum track record", .luck, .periods, .lowerIsBetter,
      formula:
        "1 + (1 - skew SR + (kurt-1)/4 SR^2) (z(0.95) / SR)^2: {days} needed to claim SR > 0 with 95 % confidence",
      parameters: { context in riskFreeParameters(context) + [MetricParameter("confidence", 0.95)] }
    ) { context throws(AnalyticsError) in
      MetricEstimate(try SharpeInference(context.returns, riskFree: context.riskFree).minimumTrackRecord())
    },
    MetricDefinition(
      "dsr", "Deflated Sharpe ratio", .luck, .probability,
      formula: "probabilistic Sharpe ratio against the highest ratio expected of N worthless trials",
      parameters: { context in
        riskFreeParameters(context)
          + (context.inputs.search.map { search in
            [
              MetricParameter("N (effective trials)", search.effectiveTrials),
              MetricParameter(
                "variance of the trials' ratios per \(context.returns.period.short)", search.sharpeVariance),
            ]
          } ?? [])
      }
    ) { context throws(AnalyticsError) in
      let search = try context.search()
      return MetricEstimate(
        try SharpeInference(context.returns, riskFree: context.riskFree).deflated(
          trials: search.effectiveTrials, trialVariance: search.sharpeVariance))
    },
    MetricDefinition(
      "expected_max_sharpe", "Sharpe ratio expected from luck alone", .luck, .ratio, .neutral,
      formula:
        "sd of the trials' ratios * m * sqrt(P), m = (1-g) z(1 - 1/N) + g z(1 - 1/(N e)), g = 0.5772, at least the exact "
        + "1/sqrt(pi) of two; (N - 1)/sqrt(pi) below N = 2",
      parameters: periodsParameter
    ) { context throws(AnalyticsError) in
      let search = try context.search()
      let ratio = try SharpeInference.expectedMaximum(
        trials: search.effectiveTrials, trialVariance: search.sharpeVariance)
      return MetricEstimate(ratio * context.returns.periodsPerYear.squareRoot())
    },
    MetricDefinition(
      "search_trials", "Variants tried", .luck, .count, .neutral,
      formula: "lanes of the run + variants that the ledger counts before it, where one was asked"
    ) {
      context throws(AnalyticsError) in MetricEstimate(Double(try context.search().trials))
    },
    MetricDefinition(
      "effective_trials", "Independent variants", .luck, .count, .neutral,
      formula: "(sum of eigenvalues)^2 / sum of squared eigenvalues of the correlation of the variants' returns"
    ) { context throws(AnalyticsError) in MetricEstimate(try context.search().effectiveTrials) },
    MetricDefinition(
      "pbo", "Probability of backtest overfitting", .luck, .probability, .lowerIsBetter,
      formula:
        "share of splits in which the best variant in sample, by returns above rf_p, is below the median out of sample",
      parameters: splitParameters
    ) { context throws(AnalyticsError) in
      MetricEstimate(try context.search().overfittingProbability.orUndefined(notComputed))
    },
    MetricDefinition(
      "pbo_degradation_slope", "Degradation of the best variant", .luck, .ratio,
      formula:
        "slope over the same splits of SR out of sample on SR in sample of the best variant in sample; negative: better "
        + "fits do worse",
      parameters: splitParameters
    ) { context throws(AnalyticsError) in
      let search = try context.search()
      // Without a probability nothing was split; with one, the ratios in sample were all alike.
      return MetricEstimate(
        try search.degradationSlope.orUndefined(
          search.overfittingProbability == nil ? notComputed : "performance in sample does not vary over the splits"))
    },
    MetricDefinition(
      "pbo_probability_of_loss", "Out-of-sample loss of the best variant", .luck, .probability, .lowerIsBetter,
      formula: "share of the same splits in which the best variant in sample earns less than rf_p out of sample",
      parameters: splitParameters
    ) { context throws(AnalyticsError) in
      MetricEstimate(try context.search().overfittingProbabilityOfLoss.orUndefined(notComputed))
    },
    MetricDefinition(
      "cpcv_sharpe_p5", "Sharpe ratio of picking the best variant, 5 % path", .luck, .ratio,
      formula:
        "5 % quantile over paths of mean(r - rf_p)/sd * sqrt(P) out of sample; every variant is picked by its SR on the other "
        + "groups of rows, less those that follow a tested group within the embargo",
      parameters: selectionParameters
    ) { context throws(AnalyticsError) in MetricEstimate(try selectionQuantile(context, 0.05)) },
    MetricDefinition(
      "cpcv_sharpe_p50", "Sharpe ratio of picking the best variant, median path", .luck, .ratio,
      formula: "median over the same paths", parameters: selectionParameters
    ) { context throws(AnalyticsError) in MetricEstimate(try selectionQuantile(context, 0.5)) },
    MetricDefinition(
      "cpcv_probability_of_loss", "Paths of picking the best variant that lose", .luck, .probability, .lowerIsBetter,
      formula: "share of the same paths that earn less than rf_p", parameters: selectionParameters
    ) { context throws(AnalyticsError) in
      let paths = try selection(context).pathSharpes
      return MetricEstimate(Double(paths.count { $0 < 0 }) / Double(paths.count))
    },
    MetricDefinition(
      "walk_forward_sharpe", "Sharpe ratio of picking the best variant so far", .luck, .ratio,
      formula:
        "mean(r - rf_p)/sd * sqrt(P) over the second half of the rows, in windows of a tenth of all, each of the variant with "
        + "the highest SR from the first row to the embargo before it",
      parameters: selectionParameters
    ) { context throws(AnalyticsError) in
      MetricEstimate(try selection(context).walkForwardSharpe * context.returns.periodsPerYear.squareRoot())
    },
    MetricDefinition(
      "reality_check", "White's reality check", .luck, .probability, .lowerIsBetter,
      formula:
        "(1 + resamples with an advantage over rf_p as high as the best variant's) / (1 + resamples), all variants worthless",
      parameters: riskFreeParameters
    ) { context throws(AnalyticsError) in
      MetricEstimate(
        try context.search().realityCheck.orUndefined(notComputed),
        from: "number of resamples")
    },
    MetricDefinition(
      "spa", "Hansen's superior predictive ability", .luck, .probability, .lowerIsBetter,
      formula: "as the reality check, studentised, without variants that are clearly worse (consistent p-value)",
      parameters: riskFreeParameters
    ) { context throws(AnalyticsError) in
      MetricEstimate(
        try context.search().superiorPredictiveAbility.orUndefined(notComputed),
        from: "number of resamples")
    },
  ]
  private static let notComputed = "it was not computed for this search"

  /// How the search was split, and the rate that its returns are measured above.
  private static let splitParameters: @Sendable (MetricContext) -> [MetricParameter] = { context in
    let search = context.inputs.search
    return riskFreeParameters(context)
      + [
        ("blocks", search?.overfittingBlocks), ("splits", search?.overfittingSplits),
        ("periods left out at the start", search?.overfittingDroppedPeriods),
      ].compactMap { name, number in number.map { MetricParameter(name, Double($0)) } }
  }
  private static func selection(_ context: MetricContext) throws(AnalyticsError) -> LaneSelection {
    try context.search().selection.orUndefined(notComputed)
  }

  private static func selectionQuantile(
    _ context: MetricContext, _ probability: Double
  ) throws(AnalyticsError) -> Double {
    try selection(context).pathSharpes.sorted().sortedQuantile(probability)
      * context.returns.periodsPerYear.squareRoot()
  }

  private static let selectionParameters: @Sendable (MetricContext) -> [MetricParameter] = { context in
    guard let selection = context.inputs.search?.selection else { return riskFreeParameters(context) }
    return riskFreeParameters(context) + [
      MetricParameter("groups", Double(selection.groups)),
      MetricParameter("tested at a time", Double(selection.tested)),
      MetricParameter("paths", Double(selection.pathSharpes.count)),
      MetricParameter("embargo (periods)", Double(selection.embargo)),
    ]
  }
}
