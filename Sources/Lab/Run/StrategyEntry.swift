public import Strategies

/// A strategy that scenarios can name.
///
/// Its closures are made where the concrete type is known, so the whole replay is specialised for it; nothing in a run's
/// loops is called through an existential.
public struct StrategyEntry: Sendable {
  public let name: String
  public let summary: String
  public let parameters: [Strategies.Parameter]
  let values: @Sendable ([String: Double]) throws(ParameterError) -> ParameterValues
  let run: @Sendable (LaneJob) throws -> LaneOutcome

  /// The entry of a strategy type: `StrategyEntry.of(GridMaker.self)`.
  public static func of<Concrete: Strategy>(_ type: Concrete.Type) -> StrategyEntry {
    StrategyEntry(
      name: Concrete.name, summary: Concrete.summary, parameters: Concrete.parameters,
      values: { given throws(ParameterError) in try ParameterValues(given, for: Concrete.self) },
      run: { job in try job.run(Concrete.self) })
  }

  private init(
    name: String, summary: String, parameters: [Strategies.Parameter],
    values: @escaping @Sendable ([String: Double]) throws(ParameterError) -> ParameterValues,
    run: @escaping @Sendable (LaneJob) throws -> LaneOutcome
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.values = values
    self.run = run
  }
}

/// The strategies of a program, by name.
public struct StrategyRegistry: Sendable {
  public let entries: [StrategyEntry]

  /// Later entries replace earlier ones of the same name.
  public init(_ entries: [StrategyEntry]) {
    var kept: [StrategyEntry] = []
    for entry in entries {
      if let place = kept.firstIndex(where: { $0.name == entry.name }) {
        kept[place] = entry
      } else {
        kept.append(entry)
      }
    }
    self.entries = kept
  }

  /// The entry of a name; nil when there is none.
  public subscript(name: String) -> StrategyEntry? { entries.first { $0.name == name } }

  /// Checks a scenario's strategy and the parameters of every lane, and writes out what they leave to defaults: a stored
  /// scenario must mean the same to a program whose defaults are others.
  func resolve(_ scenario: inout Scenario, _ document: TomlDocument) throws(ScenarioError) {
    guard let entry = self[scenario.strategy.name] else {
      let names = entries.map(\.name)
      throw ScenarioError(
        file: document.file, line: document.line(of: "strategy.name"), key: "strategy.name",
        problem: "there is no strategy '\(scenario.strategy.name.prefix(80))'",
        advice: nearestKey(to: scenario.strategy.name, among: names).map { "did you mean '\($0)'?" }
          ?? "there are \(names.joined(separator: ", "))")
    }
    try resolve(&scenario.strategy.parameters, of: entry, at: "strategy.parameters", document)
    scenario.latency.resolve()
    for index in scenario.lanes.indices {
      try resolve(&scenario.lanes[index].parameters, of: entry, at: "lane[\(index)].parameters", document)
      scenario.lanes[index].latency.resolve()
    }
  }

  private func resolve(
    _ given: inout [String: Double], of entry: StrategyEntry, at key: String, _ document: TomlDocument
  ) throws(ScenarioError) {
    do throws(ParameterError) {
      given = try entry.values(given).all
    } catch {
      let path = "\(key).\(error.parameter)"
      let isKnown = entry.parameters.contains { $0.name == error.parameter }
      let near = isKnown ? nil : nearestKey(to: error.parameter, among: entry.parameters.map(\.name))
      throw ScenarioError(
        file: document.file, line: document.line(of: path), key: path,
        problem: near == nil ? error.reason : "\(entry.name) has no such parameter",
        advice: near.map { "did you mean '\($0)'?" } ?? "")
    }
  }
}
