import Analytics
public import Reporting

extension Scenario {
  /// How a run of this scenario is analysed.
  public var analysisSettings: RunAnalysisSettings {
    var settings = RunAnalysisSettings()
    settings.seed = run.seed
    settings.resamples = report.resamples
    settings.simulatedPaths = report.simulatedPaths
    settings.convention = metrics.convention
    settings.riskFreeRate = metrics.riskFreeRate
    settings.minimumAcceptableReturn = metrics.minimumAcceptableReturn
    settings.confidenceLevels = metrics.confidenceLevels
    settings.periodsPerYear = metrics.periodsPerYear
    settings.benchmark = metrics.benchmark
    settings.dividends = carry.dividends.compactMap { dividend in
      dividend.time.map { .init(time: $0, symbol: dividend.instrument, perUnit: dividend.perUnit) }
    }
    settings.calendar = calendar
    settings.sessionClose = metrics.sessionClose.map(Self.nanoseconds)
    settings.sessionNanoseconds = metrics.sessionHours.map(Self.nanoseconds)
    settings.bootstrapBlockLength = metrics.bootstrapBlockLength
    settings.simulationMethod = monteCarlo.method
    settings.simulatedBlockLength = monteCarlo.blockLength
    settings.ruinLevels = monteCarlo.ruinLevels
    settings.simulationTargetError = monteCarlo.targetError
    settings.tailScenarios = monteCarlo.tailScenarios
    if !stress.isEmpty { settings.stresses = stresses }
    return settings
  }

  /// Moments of a day, nanoseconds after midnight UTC, at which sessions of the analysis may close: lanes are sampled there,
  /// so that a session's return is that of its close. When the market trades decides among several, and is known at the end.
  func possibleCloses(of venues: [String]) -> [Int64] {
    let closes =
      if let close = metrics.sessionClose {
        [Self.nanoseconds(close)]
      } else if let calendar {
        [calendar.closeNanosecondsOfDay]
      } else {
        TradingCalendar.possibleCloses(of: venues)
      }
    return Set(closes.map { $0 % CalendarDate.nanosecondsPerDay }).sorted()
  }

  private static func nanoseconds(_ hours: Double) -> Int64 { Int64((hours * 3.6e12).rounded()) }

  /// Nil for the one that fits the data.
  private var calendar: TradingCalendar? {
    switch metrics.calendar {
    case .automatic: nil
    case .weekdays: .weekdays(closingAt: Self.nanoseconds(22))
    case .everyDay: .everyDay
    }
  }

  /// Shocks under one name happen together, in the order of the names.
  private var stresses: [StressScenario] {
    var scenarios: [StressScenario] = []
    for terms in stress {
      let asset = terms.instrument.isEmpty ? nil : terms.instrument
      var shocks: [StressScenario.Shock] = []
      if terms.price != 0 { shocks.append(.init(.price, asset: asset, size: terms.price)) }
      if terms.spread != 1 { shocks.append(.init(.spread, asset: asset, size: terms.spread)) }
      if terms.volatility != 1 { shocks.append(.init(.volatility, asset: asset, size: terms.volatility)) }
      if terms.liquidity != 1 { shocks.append(.init(.liquidity, asset: asset, size: terms.liquidity)) }
      if terms.volatilitySensitivity != 0 {
        shocks.append(.init(.volatilitySensitivity, asset: asset, size: terms.volatilitySensitivity))
      }
      if let index = scenarios.firstIndex(where: { $0.name == terms.name }) {
        scenarios[index].shocks += shocks
      } else {
        scenarios.append(StressScenario(name: terms.name, shocks: shocks))
      }
    }
    return scenarios
  }
}

extension StoredRun {
  /// The figures beyond what was recorded, made as the run's scenario asks for.
  public func analysis() throws(ScenarioError) -> RunAnalysis {
    RunAnalysis(
      result, settings: try Scenario(stored: result.scenario, file: "\(folder)/result.h5, /scenario").analysisSettings)
  }
}
