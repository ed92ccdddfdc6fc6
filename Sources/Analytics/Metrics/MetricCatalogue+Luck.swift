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
      formula: "sd of the trials' ratios * ((1-g) z(1 - 1/N) + g z(1 - 1/(N e))) * sqrt(P), g = 0.5772",
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
      formula: "share of splits in which the best variant in sample is below the median out of sample",
      parameters: { context in
        let search = context.inputs.search
        return [
          ("blocks", search?.overfittingBlocks), ("splits", search?.overfittingSplits),
          ("periods left out at the start", search?.overfittingDroppedPeriods),
        ].compactMap { name, number in number.map { MetricParameter(name, Double($0)) } }
      }
    ) { context throws(AnalyticsError) in
      MetricEstimate(try context.search().overfittingProbability.orUndefined("it was not computed for this search"))
    },
    MetricDefinition(
      "reality_check", "White's reality check", .luck, .probability, .lowerIsBetter,
      formula:
        "(1 + resamples with an advantage as high as the best variant's) / (1 + resamples), all variants worthless"
    ) { context throws(AnalyticsError) in
      MetricEstimate(
        try context.search().realityCheck.orUndefined("it was not computed for this search"),
        from: "number of resamples")
    },
    MetricDefinition(
      "spa", "Hansen's superior predictive ability", .luck, .probability, .lowerIsBetter,
      formula: "as the reality check, studentised, without variants that are clearly worse (consistent p-value)"
    ) { context throws(AnalyticsError) in
      MetricEstimate(
        try context.search().superiorPredictiveAbility.orUndefined("it was not computed for this search"),
        from: "number of resamples")
    },
  ]
}
