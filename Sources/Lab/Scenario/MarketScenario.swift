import Glibc
public import Simulation

/// A simulated market as a scenario file: `schema`, `[market]`, `[[venue]]` and `[[instrument]]`.
///
/// Every key but `schema` is optional and has the model's default.
public struct MarketScenario: Hashable, Sendable {
  /// The version of the keys below; files of another version are refused.
  public static let schema = 1
  static let sizeLimit = 16 << 20

  public var model: MarketModel

  public init(model: MarketModel) { self.model = model }

  /// Reads and checks a file.
  public init(path: String) throws(ScenarioError) {
    try self.init(TomlDocument(try Self.bytes(of: path), file: path))
  }

  /// Reads and checks a text; `file` names it in messages.
  public init(text: String, file: String) throws(ScenarioError) {
    try self.init(TomlDocument(text: text, file: file))
  }

  public init(_ document: TomlDocument) throws(ScenarioError) {
    var file = MarketFile(model: MarketModel(), schema: 0)
    // The version first: another version's keys would only be reported as unknown ones.
    try Self.requireSchema(document)
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

  private static func requireSchema(_ document: TomlDocument) throws(ScenarioError) {
    guard case .table(let entries) = document.root.value else { return }
    guard let entry = entries.first(where: { $0.key == "schema" }) else {
      throw ScenarioError(
        file: document.file, line: 1, key: "schema", problem: "is missing",
        advice: "write schema = \(schema) in the first line")
    }
    guard entry.node.value == .integer(Int64(schema)) else {
      throw ScenarioError(
        file: document.file, line: entry.line, key: "schema",
        problem: "is \(entry.node.value.kind), and this program knows version \(schema) only",
        advice: "write schema = \(schema)")
    }
  }

  /// The model's names of fields, such as `instruments[0].flow.limitRate`, as keys of the file.
  private static func key(ofField field: String) -> String {
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

  /// A whole file, refused above the parser's limit.
  private static func bytes(of path: String) throws(ScenarioError) -> [UInt8] {
    func unreadable() -> ScenarioError {
      ScenarioError(
        file: path, line: 0, key: "", problem: "cannot be read: \(String(cString: strerror(errno)))", isUnreadable: true
      )
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable() }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable() }
      if count == 0 { return bytes }
      bytes += piece[..<count]
      guard bytes.count <= sizeLimit else {
        throw ScenarioError(file: path, line: 0, key: "", problem: "is larger than 16 MiB, which no scenario is")
      }
    }
  }
}
