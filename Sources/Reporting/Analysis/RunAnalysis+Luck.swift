import Analytics

extension RunAnalysis {
  static func luck(
    of run: RunResult, basis: Finding<ReturnBasis>, calendar: TradingCalendar, settings: RunAnalysisSettings
  ) -> Finding<LuckFindings> {
    basis.flatMap { basis in
      .from { () throws(AnalyticsError) in
        var notes: [String] = []
        let variants = try laneReturns(of: run, basis: basis)
        let laneCount = max(1, run.lanes.count)
        var effective = 1.0
        var variance = 0.0
        if let variants {
          effective = try EffectiveTrials.participationRatio.count(variants)
          variance = variants.sharpeVariance
        }
        let (trials, overflow) = laneCount.addingReportingOverflow(run.identity.priorTrials)
        guard !overflow, run.identity.priorTrials >= 0 else {
          throw AnalyticsError(series: "earlier trials", reason: .outOfRange("a count"))
        }
        if run.identity.priorTrials > 0 {
          effective += Double(run.identity.priorTrials)
          notes.append(
            "The \(run.identity.priorTrials) earlier trials are taken as independent; if they were alike, the deflated "
              + "Sharpe ratio is too strict.")
        }
        if variance == 0, trials > 1 {
          variance = 1 / Double(max(1, basis.returns.count - 1))
          notes.append(
            "How the trials' Sharpe ratios varied is not known; the variance that worthless strategies have by chance over "
              + "\(basis.returns.count) periods, 1/(n − 1), stands in for it.")
        }
        let overfitting: Finding<BacktestOverfitting> = search(variants) { variants throws(AnalyticsError) in
          // Sixteen blocks when there is enough to fill them, else as many as ten rows each allow.
          let blocks = min(16, variants.periods / 10 / 2 * 2)
          guard blocks >= 4 else {
            throw AnalyticsError(series: basis.label, reason: .tooShort(found: variants.periods, needed: 40))
          }
          return try BacktestOverfitting(variants, blocks: variants.count > 64 ? min(blocks, 10) : blocks)
        }
        let ability: Finding<SuperiorAbility> = search(variants) { variants throws(AnalyticsError) in
          let moving = variants.series.indices.filter { row in
            variants.series[row].contains { $0 != variants.series[row][0] }
          }
          let live = try VariantReturns(
            moving.map { variants.series[$0] }, names: moving.map { variants.names[$0] })
          return try SuperiorAbility(
            live, resamples: settings.resamples(of: live.periods * live.count),
            meanBlockLength: settings.bootstrapBlockLength, seed: settings.seed)
        }
        return LuckFindings(
          search: SearchRecord(
            trials: trials, effectiveTrials: effective, sharpeVariance: variance,
            overfittingProbability: overfitting.value?.probability, realityCheck: ability.value?.realityCheckEstimate,
            superiorPredictiveAbility: ability.value?.consistentEstimate),
          priorTrials: run.identity.priorTrials, laneCount: laneCount,
          laneSharpeRatios: variants?.sharpeRatios ?? [],
          sharpe: .from { () throws(AnalyticsError) in
            try SharpeInference(
              basis.returns,
              riskFree: try PeriodRate(
                annual: settings.riskFreeRate, periodsPerYear: basis.returns.periodsPerYear))
          }, overfitting: overfitting, superiorAbility: ability, notes: notes)
      }
    }
  }

  private static func search<Value>(
    _ variants: VariantReturns?, _ body: (VariantReturns) throws(AnalyticsError) -> Value
  ) -> Finding<Value> {
    guard let variants, variants.count > 1 else {
      return .absent(reason: "the run has one lane, so nothing was picked")
    }
    return .from { () throws(AnalyticsError) in try body(variants) }
  }

  /// Returns of every lane over the periods of the basis; nil without samples.
  private static func laneReturns(of run: RunResult, basis: ReturnBasis) throws(AnalyticsError) -> VariantReturns? {
    guard !run.sampleTimes.isEmpty, !run.lanes.isEmpty else { return nil }
    var series: [[Double]] = []
    for lane in run.lanes.indices {
      var times = run.sampleTimes
      var values = Array(run.equity(ofLane: lane))
      if values[0] != run.identity.startingCapital {
        times.insert(min(run.identity.start, times[0]), at: 0)
        values.insert(run.identity.startingCapital, at: 0)
      }
      let curve = try EquityCurve(name: "equity of \(run.lanes[lane].name)", times: times, values: values)
      series.append(returns([curve.startingCapital] + curve.sampled(at: basis.ends)))
    }
    return try VariantReturns(series, names: run.lanes.map(\.name))
  }
}
