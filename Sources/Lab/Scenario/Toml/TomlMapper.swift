/// Visits the keys of one table. A type describes its keys once, in `map`, and the same description reads them, writes
/// them, and lists them with type, range, default and meaning.
protocol TomlMapper {
  mutating func text(_ key: String, _ value: inout String, _ comment: String) throws(ScenarioError)
  mutating func texts(_ key: String, _ value: inout [String], _ comment: String) throws(ScenarioError)
  mutating func choice<Value: TomlChoice>(_ key: String, _ value: inout Value, _ comment: String) throws(ScenarioError)
  mutating func integer<Value: FixedWidthInteger>(
    _ key: String, _ value: inout Value, in range: ClosedRange<Value>, _ comment: String) throws(ScenarioError)
  /// A whole number that may be absent.
  mutating func integer<Value: FixedWidthInteger>(
    _ key: String, _ value: inout Value?, in range: ClosedRange<Value>, _ comment: String) throws(ScenarioError)
  mutating func integers(
    _ key: String, _ value: inout [Int64], in range: ClosedRange<Int64>, _ comment: String) throws(ScenarioError)
  mutating func number(
    _ key: String, _ value: inout Double, in range: ClosedRange<Double>, _ comment: String) throws(ScenarioError)
  /// A number that may be absent.
  mutating func number(
    _ key: String, _ value: inout Double?, in range: ClosedRange<Double>, _ comment: String) throws(ScenarioError)
  mutating func numbers(_ key: String, _ value: inout [Double], _ comment: String) throws(ScenarioError)
  mutating func flag(_ key: String, _ value: inout Bool, _ comment: String) throws(ScenarioError)
  /// Nanoseconds since 1970, written as a time with its zone.
  mutating func moment(_ key: String, _ nanoseconds: inout Int64, _ comment: String) throws(ScenarioError)
  /// A moment that may be absent.
  mutating func moment(_ key: String, _ nanoseconds: inout Int64?, _ comment: String) throws(ScenarioError)
  /// A table of numbers whose names are known later.
  mutating func settings(_ key: String, _ value: inout [String: Double], _ comment: String) throws(ScenarioError)
  mutating func table<Value: TomlMapped>(_ key: String, _ value: inout Value, _ comment: String) throws(ScenarioError)
  /// A table that may be absent; `blank` is what a present one starts from.
  mutating func table<Value: TomlMapped>(_ key: String, _ value: inout Value?, blank: Value, _ comment: String)
    throws(ScenarioError)
  /// An array of tables. None at all leaves the value as it is.
  mutating func tables<Value: TomlMapped>(_ key: String, _ value: inout [Value], blank: Value, _ comment: String)
    throws(ScenarioError)
  /// A key that stands elsewhere: readers refuse it and say where.
  mutating func refuse(_ key: String, _ advice: String) throws(ScenarioError)
}

extension TomlMapper {
  mutating func refuse(_ key: String, _ advice: String) throws(ScenarioError) {}

  mutating func integer<Value: FixedWidthInteger>(
    _ key: String, _ value: inout Value, _ comment: String
  ) throws(ScenarioError) {
    try integer(key, &value, in: Value.min...Value.max, comment)
  }

  mutating func number(_ key: String, _ value: inout Double, _ comment: String) throws(ScenarioError) {
    try number(key, &value, in: TomlRange.all, comment)
  }
}

/// A type whose values can stand in a TOML table.
protocol TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError)
}

extension TomlMapped {
  /// Shows the keys to a mapper that begins here. Left generic: specialised for each pair of a table and a mapper, the same
  /// few lines became half a megabyte of code and a third of the time it takes to compile this module.
  @_semantics("optimize.sil.specialize.generic.never")
  @inline(never)
  mutating func show<Mapper: TomlMapper>(to mapper: inout Mapper) throws(ScenarioError) { try map(&mapper) }
}

/// One of a few words.
protocol TomlChoice: RawRepresentable<String>, CaseIterable {}

/// Ranges as messages and lists of keys write them.
enum TomlRange {
  static let all = -Double.infinity...Double.infinity

  static func text<Value: FixedWidthInteger>(_ range: ClosedRange<Value>) -> String {
    text(
      lower: range.lowerBound == .min && Value.isSigned ? nil : "\(range.lowerBound)",
      upper: range.upperBound == .max ? nil : "\(range.upperBound)")
  }

  static func text(_ range: ClosedRange<Double>) -> String {
    text(
      lower: range.lowerBound == -.infinity ? nil : TomlNumber.text(range.lowerBound),
      upper: range.upperBound == .infinity ? nil : TomlNumber.text(range.upperBound))
  }

  private static func text(lower: String?, upper: String?) -> String {
    switch (lower, upper) {
    case (nil, nil): ""
    case (let lower?, nil): "at least \(lower)"
    case (nil, let upper?): "at most \(upper)"
    case (let lower?, let upper?): "from \(lower) to \(upper)"
    }
  }
}

/// Numbers as messages write them.
enum TomlNumber {
  static func text(_ value: Double) -> String {
    guard value.magnitude < 1e15, value == value.rounded() else { return "\(value)" }
    return "\(Int64(value))"
  }
}
