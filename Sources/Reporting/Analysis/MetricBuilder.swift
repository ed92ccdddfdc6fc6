import Analytics

/// Evaluates the catalogue with everything that a run's analysis has found.
struct MetricBuilder {
  let settings: RunAnalysisSettings
  let equity: EquityCurve?
  let trades: TradeFindings?
  let exposure: ExposureStatistics?
  let capacity: CapacityEstimate?
  let luck: LuckFindings?
  let simulation: SimulationFindings?
  let resampled: ResampledFigures?
  let basis: ReturnBasis?
  let benchmark: Finding<BenchmarkFindings>
  let sessions: Int
  /// Sessions a year where they were counted in the data, and what the calendar would have; nil where it has.
  let countedPeriods: Double?
  let usualPeriods: Double
  /// Why there is no exposure.
  let exposureAbsence: String?

  /// Groups that returns alone decide.
  private static let returnGroups: Set<MetricGroup> = [
    .growth, .risk, .ratios, .drawdown, .tails, .shape, .benchmark, .luck,
  ]

  /// Every metric from daily returns. What was simulated or searched on other returns would not fit and is left out.
  func metrics(_ daily: ReturnSeries?, closes: [Int64], isBasis: Bool) -> [MetricValue] {
    guard let daily else { return [] }
    var inputs = self.inputs(daily, ends: closes)
    if isBasis {
      inputs.intervals = resampled?.intervals ?? [:]
      inputs.resampledErrors = resampled?.standardErrors ?? [:]
      inputs.simulation = simulation?.result
      inputs.simulationMethod = simulation?.method
      inputs.search = luck?.search
    }
    return (try? MetricCatalogue.standard.evaluate(inputs)) ?? []
  }

  /// Metrics of the basis when it is not daily.
  func sampledMetrics() -> [MetricValue] {
    guard let basis else { return [] }
    var inputs = self.inputs(basis.returns, ends: basis.ends)
    inputs.intervals = resampled?.intervals ?? [:]
    inputs.resampledErrors = resampled?.standardErrors ?? [:]
    inputs.simulation = simulation?.result
    inputs.simulationMethod = simulation?.method
    inputs.search = luck?.search
    let values = (try? MetricCatalogue.standard.evaluate(inputs)) ?? []
    return values.filter { Self.returnGroups.contains($0.group) || $0.group == .simulation }
  }

  /// How far apart the recorded rows lie, the middle of all gaps.
  private var spacing: String {
    guard let times = equity?.times, times.count > 1 else { return "" }
    let gaps = zip(times.dropFirst(), times).map { $0.subtractingReportingOverflow($1).partialValue }.sorted()
    return " (\(times.count), in the median \(Format.duration(Double(gaps[gaps.count / 2]))) apart)"
  }

  private func inputs(_ returns: ReturnSeries, ends: [Int64]) -> MetricInputs {
    var inputs = MetricInputs(returns: returns)
    let start = equity?.times.first ?? ends.first ?? 0
    inputs.benchmark = benchmark.value?.series(beside: returns, from: start, ends: ends)
    inputs.benchmarkAbsence = benchmark.reason
    if sessions < settings.minimumSessions {
      inputs.annualisationCaveat =
        "annualised from \(sessions) session\(sessions == 1 ? "" : "s"): from fewer than \(settings.minimumSessions) it "
        + "means little"
    }
    if let countedPeriods {
      inputs.periodsSource = "counted in the data"
      inputs.periodsCaveat =
        "annualised by the \(Format.fixed(countedPeriods, 2)) sessions a year that the data has, not the "
        + "\(Format.fixed(usualPeriods, 0)) of its calendar"
    }
    if luck?.countsPriorTrials == false {
      inputs.searchCaveat =
        "earlier trials are not counted, because the run was entered in no ledger: it allows for the run's own lanes only"
    }
    inputs.markCaveat =
      "seen at the rows of /positions alone\(spacing), every run.equity_interval_seconds and at the lane's fills: what the "
      + "market did in between is not in it, and a shorter interval finds more"
    inputs.intradayEquity = equity
    inputs.riskFreeRate = settings.riskFreeRate
    inputs.minimumAcceptableReturn = settings.minimumAcceptableReturn
    inputs.convention = settings.convention
    inputs.trades = trades?.statistics
    inputs.execution = trades?.execution
    inputs.markouts = trades?.markouts
    inputs.exposure = exposure
    inputs.exposureAbsence = exposureAbsence
    inputs.capacity = capacity
    return inputs
  }
}
