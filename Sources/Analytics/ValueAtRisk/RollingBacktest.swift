import Numerics

/// A way to forecast tomorrow's tail from a window of returns, oldest first.
public enum TailMethod: Hashable, Sendable {
  case historical
  case ageWeighted(decay: Double)
  case normal
  /// Normal with exponentially weighted volatility.
  case exponentiallyWeightedNormal(decay: Double)
  case studentT
  /// Refused for moments outside the expansion's domain; a backtest falls back to historical simulation of such windows.
  case cornishFisher
  case filteredHistorical(decay: Double)
  /// Historical simulation of a fitted GARCH model's errors; refitted every `refitInterval` days, filtered daily.
  case filteredGARCH(errors: GARCH.Errors, asymmetric: Bool)
  /// Peaks over the threshold that leaves this share of the window above it.
  case peaksOverThreshold(tailShare: Double)

  /// The name reports print.
  public var name: String {
    switch self {
    case .historical: "historical"
    case .ageWeighted(let decay): "age-weighted \(decay)"
    case .normal: "normal"
    case .exponentiallyWeightedNormal(let decay): "EWMA normal \(decay)"
    case .studentT: "Student-t"
    case .cornishFisher: "Cornish-Fisher"
    case .filteredHistorical(let decay): "filtered historical EWMA \(decay)"
    case .filteredGARCH(let errors, let asymmetric):
      "filtered historical \(asymmetric ? "GJR" : "GARCH") \(errors.rawValue)"
    case .peaksOverThreshold(let share): "peaks over threshold \(share)"
    }
  }

  /// Forecasts for several levels from one fit, where the method fits something.
  func forecasts(_ window: [Double], confidences: [Double], model: GARCH?) -> WindowForecast {
    func each(_ body: (Double) throws(AnalyticsError) -> TailRisk) -> WindowForecast {
      WindowForecast(
        levels: confidences.map { confidence in
          Result { () throws(AnalyticsError) in try body(confidence) }
        })
    }
    do throws(AnalyticsError) {
      switch self {
      case .normal:
        try requireFinite(window, atLeast: 2, series: "returns")
        let (mean, deviation) = meanAndDeviation(window)
        var found = each { confidence throws(AnalyticsError) in
          try ParametricTail.normal(mean: mean, deviation: deviation, confidence: confidence)
        }
        found.distribution = .init(location: mean, scale: deviation, shape: .normal)
        return found
      case .exponentiallyWeightedNormal(let decay):
        let deviation = try EWMAVolatility.filter(window, decay: decay).forecast.squareRoot()
        var found = each { confidence throws(AnalyticsError) in
          try ParametricTail.normal(deviation: deviation, confidence: confidence)
        }
        found.distribution = .init(location: 0, scale: deviation, shape: .normal)
        return found
      case .studentT:
        let fit = try StudentTFit(window)
        try fit.requireVariance(of: window)
        var found = each { confidence throws(AnalyticsError) in
          try ParametricTail.studentT(
            degreesOfFreedom: fit.degreesOfFreedom, location: fit.location, scale: fit.scale, confidence: confidence)
        }
        found.distribution = .init(
          location: fit.location, scale: fit.scale, shape: .studentT(degreesOfFreedom: fit.degreesOfFreedom))
        return found
      case .cornishFisher:
        let moments = try ParametricTail.SampleMoments(window)
        guard
          ParametricTail.isCornishFisherMonotone(
            skewness: moments.skewness, excessKurtosis: moments.excessKurtosis)
        else {
          var found = each { confidence throws(AnalyticsError) in
            try HistoricalTail.estimate(window, confidence: confidence)
          }
          found.isFallback = true
          return found
        }
        return each { confidence throws(AnalyticsError) in
          try ParametricTail.cornishFisher(
            mean: moments.mean, deviation: moments.deviation, skewness: moments.skewness,
            excessKurtosis: moments.excessKurtosis, confidence: confidence)
        }
      case .peaksOverThreshold(let share):
        let tail = try Self.peaks(window, share: share)
        return each { confidence throws(AnalyticsError) in try tail.tail(confidence: confidence) }
      default:
        return each { confidence throws(AnalyticsError) in
          try forecast(window, confidence: confidence, model: model)
        }
      }
    } catch {
      return WindowForecast(levels: confidences.map { _ in .failure(error) })
    }
  }

  private static func peaks(_ window: [Double], share: Double) throws(AnalyticsError) -> PeaksOverThreshold {
    guard share > 0, share < 1 else {
      throw AnalyticsError(series: "tail share", reason: .outOfRange("between 0 and 1, both excluded"))
    }
    let losses = window.map { -$0 }
    let sorted = losses.sorted(by: >)
    let threshold = sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)]
    return try PeaksOverThreshold(losses: losses, threshold: threshold)
  }

  /// The forecast for the day after the window; `model` is the fitted model of the GARCH method.
  func forecast(_ window: [Double], confidence: Double, model: GARCH?) throws(AnalyticsError) -> TailRisk {
    switch self {
    case .historical: return try HistoricalTail.estimate(window, confidence: confidence)
    case .ageWeighted(let decay):
      return try HistoricalTail.ageWeighted(window, decay: decay, confidence: confidence)
    case .normal: return try ParametricTail.normal(window, confidence: confidence)
    case .exponentiallyWeightedNormal(let decay):
      let forecast = try EWMAVolatility.filter(window, decay: decay).forecast
      return try ParametricTail.normal(deviation: forecast.squareRoot(), confidence: confidence)
    case .studentT: return try ParametricTail.studentT(window, confidence: confidence)
    case .cornishFisher: return try ParametricTail.cornishFisher(window, confidence: confidence)
    case .filteredHistorical(let decay):
      return try FilteredHistoricalTail.exponentiallyWeighted(window, decay: decay, confidence: confidence)
    case .filteredGARCH:
      guard let model else { throw AnalyticsError(series: "model", reason: .empty) }
      return try FilteredHistoricalTail.garch(window, model: model, confidence: confidence)
    case .peaksOverThreshold(let share): return try Self.peaks(window, share: share).tail(confidence: confidence)
    }
  }
}

/// What one window gives: a tail for each level, and the whole distribution where the method has one.
struct WindowForecast {
  /// Of the period after the window.
  struct Distribution {
    let location: Double
    let scale: Double
    let shape: ShortfallTests.Reference

    /// Distribution function, away from 0 and 1 where a value lies beyond the digits of either.
    func probability(_ value: Double) -> Double {
      let score = (value - location) / scale
      let probability: Double =
        switch shape {
        case .normal: SpecialFunctions.normalCDF(score)
        case .studentT(let nu):
          score < 0
            ? StudentTDistribution(degreesOfFreedom: nu).survival(-score)
            : 1 - StudentTDistribution(degreesOfFreedom: nu).survival(score)
        }
      return min(max(probability, 1e-300), 1 - 1e-16)
    }
  }

  var levels: [Result<TailRisk, AnalyticsError>]
  var distribution: Distribution?
  /// The method does not apply, and another took its place.
  var isFallback = false
}

/// Out-of-sample forecasts of one method over a series, with every backtest.
public struct RollingBacktest: Sendable {
  public var method: TailMethod
  public var confidence: Double
  /// Rows of the series that were forecast, and the forecasts.
  public var rows: [Int]
  public var forecasts: [TailRisk]
  /// Rows where the method refused, and why; they are not part of the tests.
  public var refusals: [(row: Int, error: AnalyticsError)]
  /// Forecasts of windows that the method does not apply to, made by historical simulation and part of the tests.
  public var fallbacks: Int
  public var violations: ViolationSequence
  public var trafficLight: TrafficLight
  /// Likelihood-ratio and binomial tests; those that need more violations than there were are left out.
  public var coverage: [BacktestOutcome]
  /// Acerbi and Székely's Z1 (nil without violations) and Z2; nil when a forecast of shortfall is not positive.
  public var conditionalShortfall: Double?
  public var unconditionalShortfall: Double?
  /// Z3, where the method forecasts a whole distribution: normal or Student's t.
  public var rankedShortfall: Double?
  /// Mean of Fissler and Ziegel's joint score of both figures (`ShortfallTests.jointScore`): smaller is better, and methods are
  /// compared by it where they forecast the same periods; nil when a forecast of shortfall is not positive.
  public var jointScore: Double?
  /// How often a right model would have Z1 and Z2 as low, and Z3 (under its own shape; of Student's t, that of the median
  /// degrees of freedom); from 2,000 simulated records.
  public var conditionalPValues: ShortfallPValues?
  public var unconditionalPValues: ShortfallPValues?
  public var rankedPValue: Double?

  /// Forecasts each row from the `window` rows before it.
  public static func run(
    _ returns: [Double], window: Int, method: TailMethod, confidence: Double, refitInterval: Int = 20
  ) throws(AnalyticsError) -> RollingBacktest {
    let found = try run(
      returns, window: window, method: method, confidences: [confidence], refitInterval: refitInterval)
    return try found[0].get()
  }

  /// Forecasts each row for several levels from one fit a row: one record a level, or why there is none.
  public static func run(
    _ returns: [Double], window: Int, method: TailMethod, confidences: [Double], refitInterval: Int = 20
  ) throws(AnalyticsError) -> [Result<RollingBacktest, AnalyticsError>] {
    var simulation = ShortfallSimulation()
    return try run(
      returns, window: window, method: method, confidences: confidences, refitInterval: refitInterval,
      simulation: &simulation)
  }

  /// The same with simulated critical values that several methods share.
  package static func run(
    _ returns: [Double], window: Int, method: TailMethod, confidences: [Double], refitInterval: Int = 20,
    simulation: inout ShortfallSimulation
  ) throws(AnalyticsError) -> [Result<RollingBacktest, AnalyticsError>] {
    for confidence in confidences { try requireConfidence(confidence) }
    guard window >= 2 else { throw AnalyticsError(series: "window", reason: .outOfRange("2 or more")) }
    guard refitInterval >= 1 else {
      throw AnalyticsError(series: "refit interval", reason: .outOfRange("1 or more"))
    }
    try requireFinite(returns, atLeast: window + 1, series: "returns")
    var records = confidences.map { _ in Record() }
    var model: GARCH?
    for row in window..<returns.count {
      let past = Array(returns[(row - window)..<row])
      do throws(AnalyticsError) {
        if case .filteredGARCH(let errors, let asymmetric) = method, (row - window) % refitInterval == 0 {
          model = try GARCH.fit(past, errors: errors, asymmetric: asymmetric).model
        }
        let forecast = method.forecasts(past, confidences: confidences, model: model)
        for index in records.indices { records[index].add(row, forecast, level: index) }
      } catch {
        let refusal = WindowForecast(levels: confidences.map { _ in .failure(error) })
        for index in records.indices { records[index].add(row, refusal, level: index) }
      }
    }
    var judged: [Result<RollingBacktest, AnalyticsError>] = []
    for (confidence, record) in zip(confidences, records) {
      do throws(AnalyticsError) {
        judged.append(
          .success(try record.judged(returns, method: method, confidence: confidence, simulation: &simulation)))
      } catch { judged.append(.failure(error)) }
    }
    return judged
  }

  /// Forecasts of one level as they come.
  private struct Record {
    var rows: [Int] = []
    var forecasts: [TailRisk] = []
    var refusals: [(row: Int, error: AnalyticsError)] = []
    var fallbacks = 0
    var distributions: [WindowForecast.Distribution] = []

    mutating func add(_ row: Int, _ forecast: WindowForecast, level: Int) {
      switch forecast.levels[level] {
      case .success(let risk):
        forecasts.append(risk)
        rows.append(row)
        fallbacks += forecast.isFallback ? 1 : 0
        if let distribution = forecast.distribution { distributions.append(distribution) }
      case .failure(let error): refusals.append((row, error))
      }
    }

    func judged(
      _ returns: [Double], method: TailMethod, confidence: Double, simulation: inout ShortfallSimulation
    ) throws(AnalyticsError) -> RollingBacktest {
      if rows.isEmpty, let first = refusals.first { throw first.error }
      let outcomes = rows.map { returns[$0] }
      let values = forecasts.map(\.valueAtRisk)
      let shortfalls = forecasts.map(\.expectedShortfall)
      let violations = try ViolationSequence(returns: outcomes, valueAtRisk: values, confidence: confidence)
      var coverage = [
        try violations.proportionOfFailures(), try violations.timeUntilFirstFailure(), try violations.binomial(),
        try violations.timeBetweenFailures(), violations.timeBetweenFailuresIndependence(),
      ]
      if violations.count > 1 {
        coverage += [try violations.independence(), try violations.conditionalCoverage()]
      }
      if let duration = try? violations.weibullDuration().outcome { coverage.append(duration) }
      var result = RollingBacktest(
        method: method, confidence: confidence, rows: rows, forecasts: forecasts, refusals: refusals,
        fallbacks: fallbacks, violations: violations, trafficLight: try violations.trafficLight(), coverage: coverage,
        conditionalShortfall: (try? ShortfallTests.conditional(
          returns: outcomes, valueAtRisk: values, expectedShortfall: shortfalls)) ?? nil,
        unconditionalShortfall: try? ShortfallTests.unconditional(
          returns: outcomes, valueAtRisk: values, expectedShortfall: shortfalls, confidence: confidence),
        rankedShortfall: ranked(outcomes, confidence: confidence))
      result.jointScore =
        (try? ShortfallTests.jointScore(
          returns: outcomes, valueAtRisk: values, expectedShortfall: shortfalls, confidence: confidence)).flatMap {
          $0.isEmpty ? nil : $0.mean
        }
      result.simulatePValues(&simulation, distributions)
      return result
    }

    /// Z3; nil where a forecast has no distribution or its shortfall is no loss.
    private func ranked(_ outcomes: [Double], confidence: Double) -> Double? {
      guard distributions.count == rows.count, distributions.allSatisfy({ $0.scale > 0 }) else { return nil }
      // A shape stands for many days, and all days are asked for the same probabilities: a quantile of Student's t costs a
      // search, which was a quarter of the time of a report over ten years.
      var shape = distributions.first?.shape
      var quantiles: [Double: Double] = [:]
      return try? ShortfallTests.ranked(
        probabilities: zip(distributions, outcomes).map { $0.probability($1) }, confidence: confidence
      ) { day, probability in
        let distribution = distributions[day]
        if distribution.shape != shape {
          shape = distribution.shape
          quantiles.removeAll(keepingCapacity: true)
        }
        let standard = quantiles[probability] ?? distribution.shape.quantile(probability)
        quantiles[probability] = standard
        return distribution.location + distribution.scale * standard
      }
    }
  }

  private mutating func simulatePValues(
    _ simulation: inout ShortfallSimulation, _ distributions: [WindowForecast.Distribution]
  ) {
    let (hits, count, confidence) = (violations.violations, rows.count, confidence)
    func both(_ value: (ShortfallSimulation.Reference) -> Double?) -> ShortfallPValues? {
      guard let normal = value(.normal), let fat = value(ShortfallSimulation.fatTails) else { return nil }
      return ShortfallPValues(normal: normal, fatTailed: fat)
    }
    if let statistic = conditionalShortfall {
      conditionalPValues = both {
        simulation.conditionalPValue(statistic, violations: hits, confidence: confidence, reference: $0)
      }
    }
    if let statistic = unconditionalShortfall {
      unconditionalPValues = both {
        simulation.unconditionalPValue(statistic, forecasts: count, confidence: confidence, reference: $0)
      }
    }
    guard let statistic = rankedShortfall else { return }
    let degrees = distributions.compactMap { distribution -> Double? in
      if case .studentT(let nu) = distribution.shape { nu } else { nil }
    }.sorted()
    let shape: ShortfallSimulation.Reference =
      degrees.isEmpty ? .normal : .studentT(degreesOfFreedom: degrees[degrees.count / 2])
    rankedPValue = simulation.rankedPValue(statistic, forecasts: count, confidence: confidence, reference: shape)
  }

  /// Runs several methods over the same series, so that their records can be compared.
  public static func compare(
    _ returns: [Double], window: Int, methods: [TailMethod], confidence: Double, refitInterval: Int = 20
  ) throws(AnalyticsError) -> [RollingBacktest] {
    var results: [RollingBacktest] = []
    for method in methods {
      results.append(
        try run(
          returns, window: window, method: method, confidence: confidence, refitInterval: refitInterval))
    }
    return results
  }
}
