import Analytics

extension RunAnalysis {
  static func luck(
    of run: RunResult, basis: Finding<ReturnBasis>, whole: EquityCurve?, calendar: TradingCalendar,
    settings: RunAnalysisSettings
  ) -> Finding<LuckFindings> {
    basis.flatMap { basis in
      .from { () throws(AnalyticsError) in
        var notes: [String] = []
        let ends = lanePeriodEnds(basis, whole: whole, calendar: calendar)
        let riskFree = try PeriodRate(
          annual: settings.riskFreeRate, periodsPerYear: basis.returns.periodsPerYear)
        let variants = try laneReturns(of: run, ends: ends, riskFree: riskFree.perPeriod)
        if riskFree.perPeriod != 0 {
          notes.append(
            "Returns of every lane are measured above the risk-free rate of \(settings.riskFreeRate) a year, in all these figures."
          )
        }
        // Ratios of single lanes end where the lanes do; tests over lanes need periods that all of them have.
        let ratios = variants.map { laneSharpeRatios(of: run, $0, ends: ends) }
        let laneCount = max(1, run.lanes.count)
        var effective = 1.0
        var variance = 0.0
        if let variants {
          effective = try EffectiveTrials.participationRatio.count(variants)
          if let ratios { variance = VariantReturns.variance(ofRatios: ratios.values) }
          if let ratios, ratios.stopped > 0 {
            notes.append(
              "Sharpe ratios of \(ratios.stopped) of \(laneCount) lanes end where a risk control stopped them and they held "
                + "nothing any more; tests over all lanes take them as flat from there on.")
          }
        }
        let (trials, overflow) = laneCount.addingReportingOverflow(run.identity.priorTrials)
        guard !overflow, run.identity.priorTrials >= 0 else {
          throw AnalyticsError(series: "earlier trials", reason: .outOfRange("a count"))
        }
        let isCounted = !run.identity.ledgerHead.isEmpty || run.identity.priorTrials > 0
        if !isCounted {
          notes.append(
            "Earlier trials are not counted, because the run was entered in no ledger: only its own lanes are allowed for."
          )
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
            live, resamples: settings.resamples(of: live.periods, lanes: live.count),
            meanBlockLength: settings.bootstrapBlockLength, seed: settings.seed)
        }
        let selection: Finding<LaneSelection> = search(variants) { variants throws(AnalyticsError) in
          try LaneSelection(variants)
        }
        var record = SearchRecord(
          trials: trials, effectiveTrials: effective, sharpeVariance: variance,
          overfittingProbability: overfitting.value?.probability, realityCheck: ability.value?.realityCheckEstimate,
          superiorPredictiveAbility: ability.value?.consistentEstimate)
        record.overfittingBlocks = overfitting.value?.blocks
        record.overfittingSplits = overfitting.value?.splits.count
        record.overfittingDroppedPeriods = overfitting.value?.droppedRows
        record.selection = selection.value
        record.degradationSlope = overfitting.value?.degradationSlope
        record.overfittingProbabilityOfLoss = overfitting.value?.probabilityOfLoss
        return LuckFindings(
          search: record,
          priorTrials: run.identity.priorTrials, laneCount: laneCount, countsPriorTrials: isCounted,
          laneSharpeRatios: ratios?.values ?? [],
          sharpe: .from { () throws(AnalyticsError) in
            try SharpeInference(basis.returns, riskFree: riskFree)
          }, overfitting: overfitting, superiorAbility: ability, selection: selection, periodEnds: ends, notes: notes)
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

  /// The basis' periods, and those after it where the shown lane was stopped before others.
  private static func lanePeriodEnds(_ basis: ReturnBasis, whole: EquityCurve?, calendar: TradingCalendar) -> [Int64] {
    guard let whole, let last = whole.times.last, let end = basis.ends.last, last > end else { return basis.ends }
    guard let interval = basis.intervalNanoseconds else {
      return calendar.sessions(from: whole.times[0], through: last).map { calendar.close(of: $0) }
    }
    return stepEnds(
      in: stepSpans(from: whole.times[0], through: last, calendar), through: last, interval: interval)
  }

  /// Sharpe ratios per period of lanes until each one's own end, and how many of them ended early.
  private static func laneSharpeRatios(
    of run: RunResult, _ variants: VariantReturns, ends: [Int64]
  ) -> (values: [Double], stopped: Int) {
    var values = variants.sharpeRatios
    var stopped = 0
    for lane in variants.series.indices {
      guard let settled = settledTime(of: run, lane: lane) else { continue }
      stopped += 1
      // The period in which it ended counts.
      let count = min(ends.count, (ends.firstIndex { $0 >= settled } ?? ends.count - 1) + 1)
      let own = Array(variants.series[lane].prefix(count))
      values[lane] = (try? VariantReturns([own]))?.sharpeRatios[0] ?? 0
    }
    return (values, stopped)
  }

  /// Returns of every lane over periods, above the risk-free rate of one; nil without samples.
  private static func laneReturns(
    of run: RunResult, ends: [Int64], riskFree: Double
  ) throws(AnalyticsError) -> VariantReturns? {
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
      let whole = returns([curve.startingCapital] + curve.sampled(at: ends))
      series.append(riskFree == 0 ? whole : whole.map { $0 - riskFree })
    }
    return try VariantReturns(series, names: run.lanes.map(\.name))
  }
}
