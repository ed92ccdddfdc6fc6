/// One key of a scenario file: its type, range, default and meaning, from the same description that reads it.
public struct ScenarioKey: Hashable, Sendable {
  /// The whole path; `[]` stands behind tables that may be repeated.
  public var path: String
  /// Such as `whole number` or `one of a, b`.
  public var type: String
  /// Such as `from 1 to 64`; empty for none.
  public var range: String
  /// As TOML writes it; empty when the key is absent by default.
  public var defaultText: String
  public var meaning: String

  public init(path: String, type: String, range: String = "", defaultText: String = "", meaning: String = "") {
    self.path = path
    self.type = type
    self.range = range
    self.defaultText = defaultText
    self.meaning = meaning
  }
}

/// Lists the keys of a value whose fields hold the defaults.
struct TomlKeyList: TomlMapper {
  private let prefix: String
  private(set) var keys: [ScenarioKey] = []

  static func keys<Value: TomlMapped>(of value: Value) throws(ScenarioError) -> [ScenarioKey] {
    var copy = value
    var list = TomlKeyList(prefix: "")
    try copy.show(to: &list)
    return list.keys
  }

  private init(prefix: String) { self.prefix = prefix }

  private mutating func note(_ key: String, _ type: String, _ value: String, _ comment: String, range: String = "") {
    keys.append(
      ScenarioKey(path: prefix + key, type: type, range: range, defaultText: value, meaning: comment))
  }

  mutating func text(_ key: String, _ value: inout String, _ comment: String) {
    note(key, "text", TomlTableWriter.quoted(value), comment)
  }

  mutating func texts(_ key: String, _ value: inout [String], _ comment: String) {
    note(key, "texts", "[" + value.map(TomlTableWriter.quoted).joined(separator: ", ") + "]", comment)
  }

  mutating func choice<Value: TomlChoice>(_ key: String, _ value: inout Value, _ comment: String) {
    let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
    note(key, "one word", TomlTableWriter.quoted(value.rawValue), comment, range: "one of \(words)")
  }

  mutating func integer<Value: FixedWidthInteger>(
    _ key: String, _ value: inout Value, in range: ClosedRange<Value>, _ comment: String
  ) { note(key, "whole number", "\(value)", comment, range: TomlRange.text(range)) }

  mutating func integer<Value: FixedWidthInteger>(
    _ key: String, _ value: inout Value?, in range: ClosedRange<Value>, _ comment: String
  ) { note(key, "whole number", value.map { "\($0)" } ?? "", comment, range: TomlRange.text(range)) }

  mutating func integers(_ key: String, _ value: inout [Int64], in range: ClosedRange<Int64>, _ comment: String) {
    note(key, "whole numbers", "\(value)", comment, range: TomlRange.text(range))
  }

  mutating func number(_ key: String, _ value: inout Double, in range: ClosedRange<Double>, _ comment: String) {
    note(key, "number", "\(value)", comment, range: TomlRange.text(range))
  }

  mutating func number(_ key: String, _ value: inout Double?, in range: ClosedRange<Double>, _ comment: String) {
    note(key, "number", value.map { "\($0)" } ?? "", comment, range: TomlRange.text(range))
  }

  mutating func numbers(_ key: String, _ value: inout [Double], _ comment: String) {
    let shown = value.count <= 8 ? "\(value)" : "\(value.count) numbers"
    note(key, "numbers", shown, comment)
  }

  mutating func flag(_ key: String, _ value: inout Bool, _ comment: String) {
    note(key, "true or false", "\(value)", comment)
  }

  mutating func moment(_ key: String, _ nanoseconds: inout Int64, _ comment: String) {
    note(key, "time", UTCText.text(nanoseconds), comment)
  }

  mutating func moment(_ key: String, _ nanoseconds: inout Int64?, _ comment: String) {
    note(key, "time", nanoseconds.map(UTCText.text) ?? "", comment)
  }

  mutating func settings(_ key: String, _ value: inout [String: Double], _ comment: String) {
    note("\(key).*", "number", "", comment)
  }

  mutating func table<Value: TomlMapped>(
    _ key: String, _ value: inout Value, _ comment: String
  ) throws(ScenarioError) { try visit("\(key).", &value) }

  mutating func table<Value: TomlMapped>(
    _ key: String, _ value: inout Value?, blank: Value, _ comment: String
  ) throws(ScenarioError) {
    var present = value ?? blank
    try visit("\(key).", &present)
  }

  mutating func tables<Value: TomlMapped>(
    _ key: String, _ value: inout [Value], blank: Value, _ comment: String
  ) throws(ScenarioError) {
    var present = value.first ?? blank
    try visit("\(key)[].", &present)
  }

  private mutating func visit<Value: TomlMapped>(_ step: String, _ value: inout Value) throws(ScenarioError) {
    var list = TomlKeyList(prefix: prefix + step)
    try value.show(to: &list)
    keys += list.keys
  }
}
