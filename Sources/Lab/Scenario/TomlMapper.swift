/// Visits the keys of one table. A type describes its keys once, in `map`, and the same description reads and writes it.
protocol TomlMapper {
  mutating func text(_ key: String, _ value: inout String, _ comment: String) throws(ScenarioError)
  mutating func integer<Value: FixedWidthInteger>(_ key: String, _ value: inout Value, _ comment: String)
    throws(ScenarioError)
  mutating func number(_ key: String, _ value: inout Double, _ comment: String) throws(ScenarioError)
  mutating func numbers(_ key: String, _ value: inout [Double], _ comment: String) throws(ScenarioError)
  mutating func flag(_ key: String, _ value: inout Bool, _ comment: String) throws(ScenarioError)
  /// Nanoseconds since 1970, written as a time with its zone.
  mutating func moment(_ key: String, _ nanoseconds: inout Int64, _ comment: String) throws(ScenarioError)
  mutating func table<Value: TomlMapped>(_ key: String, _ value: inout Value, _ comment: String) throws(ScenarioError)
  /// A table that may be absent; `blank` is what a present one starts from.
  mutating func table<Value: TomlMapped>(_ key: String, _ value: inout Value?, blank: Value, _ comment: String)
    throws(ScenarioError)
  /// An array of tables. None at all leaves the value as it is.
  mutating func tables<Value: TomlMapped>(_ key: String, _ value: inout [Value], blank: Value, _ comment: String)
    throws(ScenarioError)
}

/// A type whose values can stand in a TOML table.
protocol TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError)
}
