/// Reads one table into a value that holds the defaults, and refuses every key nobody asked for.
struct TomlTableReader: TomlMapper {
  private let file: String
  /// The path of this table with a dot behind it; empty for the root.
  private let prefix: String
  private let entries: [TomlEntry]
  private var known: [String] = []

  /// Reads the whole document.
  static func read<Value: TomlMapped>(_ document: TomlDocument, into value: inout Value) throws(ScenarioError) {
    guard case .table(let entries) = document.root.value else { return }
    try read(entries, file: document.file, prefix: "", into: &value)
  }

  private static func read<Value: TomlMapped>(
    _ entries: [TomlEntry], file: String, prefix: String, into value: inout Value
  ) throws(ScenarioError) {
    var reader = TomlTableReader(file: file, prefix: prefix, entries: entries)
    try value.map(&reader)
    try reader.refuseUnknownKeys()
  }

  private init(file: String, prefix: String, entries: [TomlEntry]) {
    self.file = file
    self.prefix = prefix
    self.entries = entries
  }

  private mutating func entry(_ key: String) -> TomlEntry? {
    known.append(key)
    return entries.first { $0.key == key }
  }

  /// The first unknown key in the order of lines.
  private func refuseUnknownKeys() throws(ScenarioError) {
    let unknown = entries.filter { !known.contains($0.key) }.min { ($0.line, $0.key) < ($1.line, $1.key) }
    guard let unknown else { return }
    let near = nearestKey(to: unknown.key, among: known)
    throw ScenarioError(
      file: file, line: unknown.line, key: prefix + unknown.key, problem: "there is no such key",
      advice: near.map { "did you mean '\($0)'?" } ?? "the keys here are \(known.joined(separator: ", "))")
  }

  private func mismatch(_ entry: TomlEntry, wants: String, example: String) -> ScenarioError {
    ScenarioError(
      file: file, line: entry.line, key: prefix + entry.key, problem: "wants \(wants), not \(entry.node.value.kind)",
      advice: "write \(entry.key) = \(example)")
  }

  // MARK: - Values

  mutating func text(_ key: String, _ value: inout String, _ comment: String) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    guard case .text(let text) = entry.node.value else {
      throw mismatch(entry, wants: "a text in quotes", example: "\"\(value)\"")
    }
    value = text
  }

  mutating func integer<Value: FixedWidthInteger>(
    _ key: String, _ value: inout Value, _ comment: String
  ) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    switch entry.node.value {
    case .integer(let integer):
      guard let exact = Value(exactly: integer) else {
        throw mismatch(entry, wants: "a whole number from \(Value.min) to \(Value.max)", example: "\(value)")
      }
      value = exact
    // TOML's integers end at 2^63 - 1; unsigned numbers above that are written in quotes.
    case .text(let text) where Value.max > UInt64(Int64.max):
      guard let exact = Value(text) else { throw mismatch(entry, wants: "a whole number", example: "\(value)") }
      value = exact
    default: throw mismatch(entry, wants: "a whole number", example: "\(value)")
    }
  }

  mutating func number(_ key: String, _ value: inout Double, _ comment: String) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    guard let number = Self.number(entry.node) else { throw mismatch(entry, wants: "a number", example: "\(value)") }
    value = number
  }

  mutating func numbers(_ key: String, _ value: inout [Double], _ comment: String) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    guard case .array(let elements) = entry.node.value else {
      throw mismatch(entry, wants: "an array of numbers", example: "[1.0, 0.5]")
    }
    var numbers: [Double] = []
    for (index, element) in elements.enumerated() {
      guard let number = Self.number(element) else {
        throw ScenarioError(
          file: file, line: element.line, key: "\(prefix)\(key)[\(index)]",
          problem: "wants a number, not \(element.value.kind)", advice: "write \(key) = [1.0, 0.5]")
      }
      numbers.append(number)
    }
    value = numbers
  }

  private static func number(_ node: TomlNode) -> Double? {
    switch node.value {
    case .number(let number) where number.isFinite: number
    case .integer(let integer): Double(integer)
    default: nil
    }
  }

  mutating func flag(_ key: String, _ value: inout Bool, _ comment: String) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    guard case .flag(let flag) = entry.node.value else {
      throw mismatch(entry, wants: "true or false", example: "\(value)")
    }
    value = flag
  }

  mutating func moment(_ key: String, _ nanoseconds: inout Int64, _ comment: String) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    guard case .moment(let moment) = entry.node.value else {
      throw mismatch(entry, wants: "a time with its zone, without quotes", example: UTCText.text(nanoseconds))
    }
    guard let moment else {
      throw ScenarioError(
        file: file, line: entry.line, key: prefix + key, problem: "names no moment between the years 1700 and 2200",
        advice: "write day, time and zone: \(key) = \(UTCText.text(nanoseconds))")
    }
    nanoseconds = moment
  }

  // MARK: - Tables

  mutating func table<Value: TomlMapped>(
    _ key: String, _ value: inout Value, _ comment: String
  ) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    guard case .table(let entries) = entry.node.value else {
      throw ScenarioError(
        file: file, line: entry.line, key: prefix + key, problem: "wants a table, not \(entry.node.value.kind)",
        advice: "write [\(prefix)\(key)] and its keys below")
    }
    try Self.read(entries, file: file, prefix: "\(prefix)\(key).", into: &value)
  }

  mutating func table<Value: TomlMapped>(
    _ key: String, _ value: inout Value?, blank: Value, _ comment: String
  ) throws(ScenarioError) {
    var present = blank
    let isPresent = entries.contains { $0.key == key }
    try table(key, &present, comment)
    if isPresent { value = present }
  }

  mutating func tables<Value: TomlMapped>(
    _ key: String, _ value: inout [Value], blank: Value, _ comment: String
  ) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    guard case .array(let elements) = entry.node.value else {
      throw ScenarioError(
        file: file, line: entry.line, key: prefix + key,
        problem: "wants an array of tables, not \(entry.node.value.kind)", advice: "write [[\(prefix)\(key)]]")
    }
    var values: [Value] = []
    for (index, element) in elements.enumerated() {
      guard case .table(let entries) = element.value else {
        throw ScenarioError(
          file: file, line: element.line, key: "\(prefix)\(key)[\(index)]",
          problem: "wants a table, not \(element.value.kind)", advice: "write [[\(prefix)\(key)]]")
      }
      var value = blank
      try Self.read(entries, file: file, prefix: "\(prefix)\(key)[\(index)].", into: &value)
      values.append(value)
    }
    value = values
  }
}
