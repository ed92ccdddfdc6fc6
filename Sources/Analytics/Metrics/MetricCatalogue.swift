/// One metric: what it is called, what it means, how it is computed.
public struct MetricDefinition: Sendable {
  public let id: String
  public let name: String
  public let group: MetricGroup
  public let unit: MetricUnit
  public let orientation: MetricOrientation
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
    self.name = name
    self.group = group
    self.unit = unit
    self.orientation = orientation
    defaultFormula = formula
    self.variants = variants
    self.parameters = parameters
    self.compute = compute
  }

  /// The formula under a convention.
  public func formula(_ convention: MetricConvention = .default) -> String { variants[convention] ?? defaultFormula }

  /// Whether a convention has its own formula.
  public func differs(under convention: MetricConvention) -> Bool { variants[convention] != nil }

  func evaluate(_ context: MetricContext) -> MetricValue {
    let result: MetricResult
    var standardError: Double?
    do {
      let estimate = try compute(context)
      if estimate.value.isFinite {
        result = .value(estimate.value)
        standardError = estimate.standardError.flatMap { $0.isFinite ? $0 : nil }
      } else {
        result = .absent(reason: "the result is beyond the range of numbers")
      }
    } catch {
      result = .absent(reason: error.description)
    }
    var interval = result.number == nil ? nil : context.inputs.intervals[id]
    if interval == nil, let number = result.number, let standardError {
      let reach = 1.959963984540054 * standardError
      interval = ConfidenceInterval(
        lower: number - reach, upper: number + reach, level: 0.95, method: "normal, from the standard error")
    }
    return MetricValue(
      id: id, name: name, group: group, unit: unit, orientation: orientation, formula: formula(context.convention),
      parameters: parameters(context), result: result, standardError: standardError, interval: interval)
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
    [MetricParameter("P (periods a year)", context.returns.periodsPerYear)]
  }

  static let riskFreeParameters: @Sendable (MetricContext) -> [MetricParameter] = { context in
    [
      MetricParameter("P (periods a year)", context.returns.periodsPerYear),
      MetricParameter("rf (annual)", context.riskFree.annual),
    ]
  }
}
