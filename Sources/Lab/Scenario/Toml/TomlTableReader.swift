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
    try value.show(to: &reader)
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

  mutating func refuse(_ key: String, _ advice: String) throws(ScenarioError) {
    guard let entry = entries.first(where: { $0.key == key }) else { return }
    throw ScenarioError(
      file: file, line: entry.line, key: prefix + key, problem: "there is no such key", advice: advice)
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

  mutating func texts(_ key: String, _ value: inout [String], _ comment: String) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    let example = "[\"a\", \"b\"]"
    guard case .array(let elements) = entry.node.value else {
      throw mismatch(entry, wants: "an array of texts in quotes", example: example)
    }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      guard case .text(let text) = element.value else {
        throw elementMismatch(key, index, element, wants: "a text in quotes", example: example)
      }
      texts.append(text)
    }
    value = texts
  }

  mutating func choice<Value: TomlChoice>(
    _ key: String, _ value: inout Value, _ comment: String
  ) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    let words = Value.allCases.map(\.rawValue)
    guard case .text(let text) = entry.node.value else {
      throw mismatch(
        entry, wants: "one of the words \(words.joined(separator: ", "))", example: "\"\(value.rawValue)\"")
    }
    guard let choice = Value(rawValue: text) else {
      throw ScenarioError(
        file: file, line: entry.line, key: prefix + key, problem: "'\(text.prefix(40))' is not known here",
        advice: nearestKey(to: text, among: words).map { "did you mean '\($0)'?" }
          ?? "it is one of \(words.joined(separator: ", "))")
    }
    value = choice
  }

  mutating func integer<Value: FixedWidthInteger>(
    _ key: String, _ value: inout Value, in range: ClosedRange<Value>, _ comment: String
  ) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    value = try whole(entry, in: range, example: "\(value)")
  }

  mutating func integer<Value: FixedWidthInteger>(
    _ key: String, _ value: inout Value?, in range: ClosedRange<Value>, _ comment: String
  ) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    value = try whole(entry, in: range, example: "\(value ?? range.lowerBound)")
  }

  private func whole<Value: FixedWidthInteger>(
    _ entry: TomlEntry, in range: ClosedRange<Value>, example: String
  ) throws(ScenarioError) -> Value {
    let exact: Value?
    switch entry.node.value {
    case .integer(let integer): exact = Value(exactly: integer)
    // TOML's integers end at 2^63 - 1; unsigned numbers above that are written in quotes.
    case .text(let text) where Value.max > UInt64(Int64.max):
      guard let parsed = Value(text) else { throw mismatch(entry, wants: "a whole number", example: example) }
      exact = parsed
    default: throw mismatch(entry, wants: "a whole number", example: example)
    }
    guard let exact, range.contains(exact) else {
      let words =
        range == Value.min...Value.max ? "from \(Value.min) to \(Value.max)" : TomlRange.text(range)
      throw mismatch(entry, wants: "a whole number \(words)", example: example)
    }
    return exact
  }

  mutating func integers(
    _ key: String, _ value: inout [Int64], in range: ClosedRange<Int64>, _ comment: String
  ) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    guard case .array(let elements) = entry.node.value else {
      throw mismatch(entry, wants: "an array of whole numbers", example: "[1, 2]")
    }
    var integers: [Int64] = []
    for (index, element) in elements.enumerated() {
      guard case .integer(let integer) = element.value, range.contains(integer) else {
        throw elementMismatch(
          key, index, element, wants: "a whole number " + TomlRange.text(range), example: "[1, 2]")
      }
      integers.append(integer)
    }
    value = integers
  }

  mutating func number(
    _ key: String, _ value: inout Double, in range: ClosedRange<Double>, _ comment: String
  ) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    value = try number(entry, in: range, example: "\(value)")
  }

  mutating func number(
    _ key: String, _ value: inout Double?, in range: ClosedRange<Double>, _ comment: String
  ) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    value = try number(entry, in: range, example: "\(value ?? max(range.lowerBound, min(range.upperBound, 1)))")
  }

  private func number(
    _ entry: TomlEntry, in range: ClosedRange<Double>, example: String
  ) throws(ScenarioError) -> Double {
    guard let number = Self.number(entry.node) else { throw mismatch(entry, wants: "a number", example: example) }
    guard range.contains(number) else {
      throw mismatch(entry, wants: "a number \(TomlRange.text(range))", example: example)
    }
    return number
  }

  private func elementMismatch(
    _ key: String, _ index: Int, _ element: TomlNode, wants: String, example: String
  ) -> ScenarioError {
    ScenarioError(
      file: file, line: element.line, key: "\(prefix)\(key)[\(index)]",
      problem: "wants \(wants), not \(element.value.kind)", advice: "write \(key) = \(example)")
  }

  mutating func numbers(_ key: String, _ value: inout [Double], _ comment: String) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    guard case .array(let elements) = entry.node.value else {
      throw mismatch(entry, wants: "an array of numbers", example: "[1.0, 0.5]")
    }
    var numbers: [Double] = []
    for (index, element) in elements.enumerated() {
      guard let number = Self.number(element) else {
        throw elementMismatch(key, index, element, wants: "a number", example: "[1.0, 0.5]")
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
    nanoseconds = try moment(entry, example: nanoseconds)
  }

  mutating func moment(_ key: String, _ nanoseconds: inout Int64?, _ comment: String) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    nanoseconds = try moment(entry, example: nanoseconds ?? 1_709_303_400_000_000_000)
  }

  private func moment(_ entry: TomlEntry, example: Int64) throws(ScenarioError) -> Int64 {
    guard case .moment(let moment) = entry.node.value else {
      throw mismatch(entry, wants: "a time with its zone, without quotes", example: UTCText.text(example))
    }
    guard let moment else {
      throw ScenarioError(
        file: file, line: entry.line, key: prefix + entry.key,
        problem: "names no moment between the years 1700 and 2200",
        advice: "write day, time and zone: \(entry.key) = \(UTCText.text(example))")
    }
    return moment
  }

  // MARK: - Tables

  mutating func settings(
    _ key: String, _ value: inout [String: Double], _ comment: String
  ) throws(ScenarioError) {
    guard let entry = entry(key) else { return }
    guard case .table(let entries) = entry.node.value else {
      throw ScenarioError(
        file: file, line: entry.line, key: prefix + key, problem: "wants a table, not \(entry.node.value.kind)",
        advice: "write [\(prefix)\(key)] and its keys below")
    }
    for setting in entries {
      guard let number = Self.number(setting.node) else {
        throw ScenarioError(
          file: file, line: setting.line, key: "\(prefix)\(key).\(setting.key)",
          problem: "wants a number, not \(setting.node.value.kind)", advice: "write \(setting.key) = 1.0")
      }
      value[setting.key] = number
    }
  }

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
