/// One metric: what it is called, what it means, how it is computed.
public struct MetricDefinition: Sendable {
  public let id: String
  public let group: MetricGroup
  public let unit: MetricUnit
  public let orientation: MetricOrientation
  private let defaultName: String
  let defaultFormula: String
  let variants: [MetricConvention: String]
  let parameters: @Sendable (MetricContext) -> [MetricParameter]
  let compute: @Sendable (MetricContext) throws(AnalyticsError) -> MetricEstimate

  init(
    _ id: String, _ name: String, _ group: MetricGroup, _ unit: MetricUnit,
    _ orientation: MetricOrientation = .higherIsBetter, formula: String, variants: [MetricConvention: String] = [:],
    parameters: @escaping @Sendable (MetricContext) -> [MetricParameter] = { _ in [] },
    compute: @escaping @Sendable (MetricContext) throws(AnalyticsError) -> MetricEstimate
  ) {
    self.id = id
    defaultName = name
    self.group = group
    self.unit = unit
    self.orientation = orientation
    defaultFormula = formula
    self.variants = variants
    self.parameters = parameters
    self.compute = compute
  }

  /// As figures of daily returns are called.
  public var name: String { name(of: .day) }

  /// As figures of such periods are called.
  public func name(of period: ReturnPeriod) -> String { period.fill(defaultName) }

  /// The formula under a convention, in the words of the periods it is computed from.
  public func formula(_ convention: MetricConvention = .default, of period: ReturnPeriod = .day) -> String {
    period.fill(variants[convention] ?? defaultFormula)
  }

  /// The formula with the periods it stands on, where these are not sessions.
  private func statedFormula(_ context: MetricContext) -> String {
    let period = context.returns.period
    let formula = formula(context.convention, of: period)
    guard !period.isSession, Self.groupsOfReturns.contains(group) else { return formula }
    return formula + "; r: return of a \(period.singular)" + (isAnnualised ? ", P: such steps a year" : "")
  }

  /// Multiplied up to a year, so that it says the less the fewer sessions it comes from.
  public var isAnnualised: Bool { Self.annualised.contains(id) }

  /// The same under a convention.
  public func isAnnualised(under convention: MetricConvention) -> Bool {
    isAnnualised && variants[convention].map { !$0.hasSuffix("not annualised") } ?? true
  }

  /// Figures that depend on how many variants were tried.
  private static let ofSearch: Set<String> = ["dsr", "expected_max_sharpe", "search_trials", "effective_trials"]

  /// Figures that depend on how often the market was looked at.
  private static let ofMarks: Set<String> = ["mean_mae", "mean_mfe", "max_drawdown_intraday"]

  /// Annualised by days of the calendar, whatever the periods.
  private func goesByDays(_ convention: MetricConvention) -> Bool {
    id == "cagr_calendar" || id == "cagr" && convention == .lean
  }

  private func caveat(_ inputs: MetricInputs) -> String? {
    let parts = [
      isAnnualised(under: inputs.convention) ? inputs.annualisationCaveat : nil,
      isAnnualised(under: inputs.convention) && !goesByDays(inputs.convention) ? inputs.periodsCaveat : nil,
      Self.ofSearch.contains(id) ? inputs.searchCaveat : nil,
      Self.ofMarks.contains(id) ? inputs.markCaveat : nil,
    ].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  static let annualised: Set<String> = [
    "cagr", "cagr_calendar", "mean_return", "volatility", "downside_deviation", "sharpe", "smart_sharpe", "sortino",
    "calmar", "martin", "pain_ratio", "serenity", "alpha", "tracking_error", "information_ratio", "treynor",
    "up_capture", "down_capture", "expected_max_sharpe", "cpcv_sharpe_p5", "cpcv_sharpe_p50",
    "walk_forward_sharpe", "turnover", "mc_sharpe_mean", "mc_sharpe_p5", "mc_sharpe_p50",
    "mc_cagr_mean", "mc_cagr_p5", "mc_cagr_p50", "mc_cagr_p95",
    "mc_sharpe_p95",
  ]

  private static let groupsOfReturns: Set<MetricGroup> = [
    .growth, .risk, .ratios, .drawdown, .tails, .shape, .benchmark, .luck,
  ]

  /// Whether a convention has its own formula.
  public func differs(under convention: MetricConvention) -> Bool { variants[convention] != nil }

  func evaluate(_ context: MetricContext) -> MetricValue {
    let result: MetricResult
    var error: MetricError?
    var known: ConfidenceInterval?
    var range = -Double.infinity...Double.infinity
    do {
      let estimate = try compute(context)
      if estimate.value.isFinite {
        result = .value(estimate.value)
        error = estimate.error.flatMap { $0.value.isFinite ? $0 : nil }
        known = estimate.interval
        range = estimate.range
      } else {
        result = .absent(reason: "the result is beyond the range of numbers")
      }
    } catch {
      result = .absent(reason: error.description)
    }
    // Resampling follows the default definitions: its intervals are not those of a figure that is defined otherwise.
    let isResampled = result.number != nil && !differs(under: context.convention)
    var interval = isResampled ? context.inputs.intervals[id] : nil
    if isResampled, error == nil { error = context.inputs.resampledErrors[id] }
    interval = interval ?? known
    if interval == nil, let number = result.number, let error {
      let reach = 1.959963984540054 * error.value
      // No probability lies outside 0 and 1, whatever the normal distribution says.
      if unit == .probability { range = 0...1 }
      interval = ConfidenceInterval(
        lower: max(range.lowerBound, number - reach), upper: min(range.upperBound, number + reach), level: 0.95,
        method: "normal, from the standard error")
    }
    return MetricValue(
      id: id, name: name(of: context.returns.period), group: group, unit: unit, orientation: orientation,
      formula: statedFormula(context), parameters: stated(parameters(context), context), result: result,
      standardError: error?.value, standardErrorMethod: error?.method, interval: interval,
      caveat: result.number != nil ? caveat(context.inputs) : nil)
  }
}

extension MetricDefinition {
  /// Parameters, and the convention where it makes the definition another one.
  private func stated(_ parameters: [MetricParameter], _ context: MetricContext) -> [MetricParameter] {
    guard differs(under: context.convention) else { return parameters }
    return parameters + [MetricParameter("convention", context.convention.rawValue)]
  }
}

/// Every metric, in the order of the table; drives results, reports and documentation.
public struct MetricCatalogue: Sendable {
  public let definitions: [MetricDefinition]

  /// Lockstep's metrics.
  public static let standard = MetricCatalogue(
    definitions: growth + risk + ratios + drawdown + tails + shape + benchmark + trades + execution + exposure
      + simulation + luck)

  init(definitions: [MetricDefinition]) {
    assert(Set(definitions.map(\.id)).count == definitions.count, "metric ids are unique")
    self.definitions = definitions
  }

  /// The metric with that identifier.
  public subscript(id: String) -> MetricDefinition? { definitions.first { $0.id == id } }

  /// Every metric of a run, in order. Only rates outside their domain or unusable equity throw; a metric that does not
  /// exist for the run says why in its result.
  public func evaluate(_ inputs: MetricInputs) throws(AnalyticsError) -> [MetricValue] {
    let context = try MetricContext(inputs)
    return definitions.map { $0.evaluate(context) }
  }

  /// One metric of a run; nil for an unknown id.
  public func evaluate(_ id: String, _ inputs: MetricInputs) throws(AnalyticsError) -> MetricValue? {
    guard let definition = self[id] else { return nil }
    return definition.evaluate(try MetricContext(inputs))
  }

  static let periodsParameter: @Sendable (MetricContext) -> [MetricParameter] = { context in
    let source = context.inputs.periodsSource.map { ", \($0)" } ?? ""
    return [MetricParameter("P (periods a year\(source))", context.returns.periodsPerYear)]
  }

  static let riskFreeParameters: @Sendable (MetricContext) -> [MetricParameter] = { context in
    periodsParameter(context) + [MetricParameter("rf (annual)", context.riskFree.annual)]
  }
}
