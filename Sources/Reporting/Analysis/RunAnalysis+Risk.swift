import Analytics

extension RunAnalysis {
  static func resampled(_ basis: Finding<ReturnBasis>, _ settings: RunAnalysisSettings) -> Finding<ResampledFigures> {
    basis.flatMap { basis in
      .from { () throws(AnalyticsError) in
        let periods = basis.returns.periodsPerYear
        return try ResampledFigures(
          basis.returns, riskFree: try PeriodRate(annual: settings.riskFreeRate, periodsPerYear: periods),
          minimumAcceptable: try PeriodRate(annual: settings.minimumAcceptableReturn, periodsPerYear: periods),
          settings: ResamplingSettings(
            resamples: settings.resamples(of: basis.returns.count), meanBlockLength: settings.bootstrapBlockLength,
            seed: settings.seed))
      }
    }
  }

  /// Every method, from the plainest on.
  static let tailMethods: [TailMethod] = [
    .historical, .ageWeighted(decay: 0.98), .normal, .exponentiallyWeightedNormal(decay: 0.94), .studentT,
    .cornishFisher, .filteredHistorical(decay: 0.94), .filteredGARCH(errors: .normal, asymmetric: false),
    .peaksOverThreshold(tailShare: ThresholdFindings.chosenShare),
  ]

  /// Methods whose forecasts a chart has room for.
  static let drawnMethods: [TailMethod] = [
    .historical, .normal, .exponentiallyWeightedNormal(decay: 0.94), .filteredHistorical(decay: 0.94),
  ]

  static func tails(_ basis: Finding<ReturnBasis>, _ settings: RunAnalysisSettings) -> [TailEntry] {
    settings.confidenceLevels.flatMap { confidence in
      tailMethods.map { method in
        TailEntry(
          method: method, confidence: confidence,
          risk: basis.flatMap { basis in
            .from { () throws(AnalyticsError) in
              // The tail must hold at least one observation.
              let needed = rowsNeeded(confidence: confidence)
              guard basis.returns.count >= needed else {
                throw AnalyticsError(
                  series: basis.label, reason: .tooShort(found: basis.returns.count, needed: needed))
              }
              try basis.returns.requireNoRuin()
              return try method.estimate(basis.returns.values, confidence: confidence)
            }
          })
      }
    }
  }

  static func backtests(
    _ basis: Finding<ReturnBasis>, _ settings: RunAnalysisSettings
  ) -> (entries: [TailBacktestEntry], absence: String?) {
    guard let basis = basis.value else { return ([], basis.reason) }
    do throws(AnalyticsError) { try basis.returns.requireNoRuin() } catch { return ([], error.description) }
    let count = basis.returns.count
    let window = min(settings.backtestWindow, count / 2)
    guard window >= 50 else {
      return ([], "\(count) \(basis.label); a backtest needs 100, half of them to forecast from")
    }
    let values = Array(basis.returns.values.suffix(window + settings.backtestLimit))
    let levels = settings.confidenceLevels
    var simulation = ShortfallSimulation(seed: settings.seed)
    let byMethod = tailMethods.map { method -> [Finding<RollingBacktest>] in
      do throws(AnalyticsError) {
        return try RollingBacktest.run(
          values, window: window, method: method, confidences: levels, simulation: &simulation
        ).map { found in
          Finding.from { () throws(AnalyticsError) in try found.get() }
        }
      } catch { return levels.map { _ in .absent(reason: error.description) } }
    }
    let entries = levels.indices.flatMap { level in
      tailMethods.indices.map { method in
        TailBacktestEntry(
          method: tailMethods[method], confidence: levels[level], window: window, backtest: byMethod[method][level])
      }
    }
    return (entries, nil)
  }
}
