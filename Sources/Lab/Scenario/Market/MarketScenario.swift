public import Simulation

/// A simulated market as a scenario file: `schema`, `[market]`, `[[venue]]` and `[[instrument]]`.
///
/// Every key but `schema` is optional and has the model's default.
public struct MarketScenario: Hashable, Sendable {
  /// The version of the keys below; files of another version are refused.
  public static let schema = 1

  public var model: MarketModel

  public init(model: MarketModel) { self.model = model }

  /// Reads and checks a file.
  public init(path: String) throws(ScenarioError) {
    try self.init(TomlDocument(try ScenarioText.bytes(of: path), file: path))
  }

  /// Reads and checks a text; `file` names it in messages.
  public init(text: String, file: String) throws(ScenarioError) {
    try self.init(TomlDocument(text: text, file: file))
  }

  public init(_ document: TomlDocument) throws(ScenarioError) {
    var file = MarketFile(model: MarketModel(), schema: 0)
    // The version first: another version's keys would only be reported as unknown ones.
    try ScenarioText.requireSchema(document, Self.schema)
    try TomlTableReader.read(document, into: &file)
    model = file.model
    do throws(MarketModelError) {
      try model.validate()
    } catch {
      let key = Self.key(ofField: error.field)
      throw ScenarioError(file: document.file, line: document.line(of: key), key: key, problem: error.reason)
    }
  }

  /// The scenario as a text with the units of every key, which reads back as the same model.
  public func text() throws(ScenarioError) -> String {
    try TomlTableWriter.text(MarketFile(model: model, schema: Self.schema))
  }

  /// The model's names of fields, such as `instruments[0].flow.limitRate`, as keys of the file.
  static func key(ofField field: String) -> String {
    let words = field.split(separator: ".").map { step -> String in
      var name = ""
      for character in step {
        if character.isUppercase { name += "_" }
        name += character.lowercased()
      }
      return name
    }
    var path = words.joined(separator: ".")
    for (plural, single) in [("instruments", "instrument"), ("venues", "venue")] where path.hasPrefix(plural) {
      path = single + path.dropFirst(plural.count)
    }
    if path == "start_nanoseconds" { path = "start" }
    return path.hasPrefix("instrument") || path.hasPrefix("venue") ? path : "market.\(path)"
  }
}
