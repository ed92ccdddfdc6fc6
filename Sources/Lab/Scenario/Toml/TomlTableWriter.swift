/// Writes a value as TOML with a comment on every key; what it writes reads back as the same value.
struct TomlTableWriter: TomlMapper {
  private let header: String
  /// Lists of tables, by their whole names, that a reader would find filled here without a word: an empty one is said.
  private let inherited: Set<String>
  /// Lists of tables that are not empty, by their whole names.
  private var filled: Set<String> = []
  private var lines: [String] = []
  private var tables: [String] = []

  /// The whole document.
  static func text<Value: TomlMapped>(_ value: Value) throws(ScenarioError) -> String {
    var copy = value
    var writer = TomlTableWriter(header: "", inherited: [])
    try copy.show(to: &writer)
    return (writer.lines + writer.tables).joined(separator: "\n") + "\n"
  }

  private init(header: String, inherited: Set<String>) {
    self.header = header
    self.inherited = inherited
  }

  /// The lists of tables that a value begins with where it stands under a name.
  private static func lists<Value: TomlMapped>(
    filledIn blank: Value, named name: String
  ) throws(ScenarioError) -> Set<String> {
    var copy = blank
    var writer = TomlTableWriter(header: name, inherited: [])
    try copy.show(to: &writer)
    return writer.filled
  }

  private func path(_ key: String) -> String { header.isEmpty ? key : "\(header).\(key)" }

  private mutating func line(_ key: String, _ value: String, _ comment: String) {
    lines.append("\(key) = \(value)" + (comment.isEmpty ? "" : "  # \(comment)"))
  }

  mutating func text(_ key: String, _ value: inout String, _ comment: String) {
    line(key, Self.quoted(value), comment)
  }

  mutating func texts(_ key: String, _ value: inout [String], _ comment: String) {
    line(key, "[" + value.map(Self.quoted).joined(separator: ", ") + "]", comment)
  }

  mutating func choice<Value: TomlChoice>(_ key: String, _ value: inout Value, _ comment: String) {
    line(key, Self.quoted(value.rawValue), comment)
  }

  mutating func integer<Value: FixedWidthInteger>(
    _ key: String, _ value: inout Value, in range: ClosedRange<Value>, _ comment: String
  ) {
    line(key, Int64(exactly: value) == nil ? "\"\(value)\"" : "\(value)", comment)
  }

  mutating func integer<Value: FixedWidthInteger>(
    _ key: String, _ value: inout Value?, in range: ClosedRange<Value>, _ comment: String
  ) {
    if var present = value { integer(key, &present, in: range, comment) }
  }

  mutating func integers(_ key: String, _ value: inout [Int64], in range: ClosedRange<Int64>, _ comment: String) {
    line(key, "[" + value.map { "\($0)" }.joined(separator: ", ") + "]", comment)
  }

  mutating func number(
    _ key: String, _ value: inout Double, in range: ClosedRange<Double>, _ comment: String
  ) { line(key, "\(value)", comment) }

  mutating func number(
    _ key: String, _ value: inout Double?, in range: ClosedRange<Double>, _ comment: String
  ) {
    if let value { line(key, "\(value)", comment) }
  }

  mutating func numbers(_ key: String, _ value: inout [Double], _ comment: String) {
    var rows = ["\(key) = [" + (comment.isEmpty ? "" : "  # \(comment)")]
    var row = " "
    for number in value {
      let text = " \(number),"
      if row.utf8.count + text.utf8.count > 100 {
        rows.append(row)
        row = " "
      }
      row += text
    }
    if row != " " { rows.append(row) }
    lines.append((rows + ["]"]).joined(separator: "\n"))
  }

  mutating func flag(_ key: String, _ value: inout Bool, _ comment: String) { line(key, "\(value)", comment) }

  mutating func moment(_ key: String, _ nanoseconds: inout Int64, _ comment: String) {
    line(key, UTCText.text(nanoseconds), comment)
  }

  mutating func moment(_ key: String, _ nanoseconds: inout Int64?, _ comment: String) {
    if let nanoseconds { line(key, UTCText.text(nanoseconds), comment) }
  }

  mutating func settings(_ key: String, _ value: inout [String: Double], _ comment: String) {
    guard !value.isEmpty else { return }
    tables += [""] + (comment.isEmpty ? [] : ["# \(comment)"]) + ["[\(path(key))]"]
    for (name, number) in value.sorted(by: { $0.key < $1.key }) {
      tables.append("\(Self.bare(name)) = \(TomlNumber.text(number))")
    }
  }

  /// A key with quotes only where TOML wants them.
  private static func bare(_ key: String) -> String {
    let isBare =
      !key.isEmpty
      && key.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
          || byte == UInt8(ascii: "-")
      }
    return isBare ? key : quoted(key)
  }

  mutating func table<Value: TomlMapped>(
    _ key: String, _ value: inout Value, _ comment: String
  ) throws(ScenarioError) {
    filled.formUnion(try table(path(key), marks: ("[", "]"), inherited, &value, comment))
  }

  mutating func table<Value: TomlMapped>(
    _ key: String, _ value: inout Value?, blank: Value, _ comment: String
  ) throws(ScenarioError) {
    guard var present = value else { return }
    // Readers begin with the blank one, whatever stands around it.
    let inherited = try Self.lists(filledIn: blank, named: path(key))
    filled.formUnion(try table(path(key), marks: ("[", "]"), inherited, &present, comment))
  }

  mutating func tables<Value: TomlMapped>(
    _ key: String, _ value: inout [Value], blank: Value, _ comment: String
  ) throws(ScenarioError) {
    guard !value.isEmpty else {
      if inherited.contains(path(key)) { line(key, "[]", comment) }
      return
    }
    filled.insert(path(key))
    let inherited = try Self.lists(filledIn: blank, named: path(key))
    for index in value.indices {
      _ = try table(path(key), marks: ("[[", "]]"), inherited, &value[index], comment)
    }
  }

  /// Gives the lists of tables that it holds.
  private mutating func table<Value: TomlMapped>(
    _ name: String, marks: (String, String), _ inherited: Set<String>, _ value: inout Value, _ comment: String
  ) throws(ScenarioError) -> Set<String> {
    var writer = TomlTableWriter(header: name, inherited: inherited)
    try value.show(to: &writer)
    // A table that only holds tables needs no line of its own.
    if !writer.lines.isEmpty || marks.0 == "[[" {
      tables += [""] + (comment.isEmpty ? [] : ["# \(comment)"]) + [marks.0 + name + marks.1]
    }
    tables += writer.lines + writer.tables
    return writer.filled
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case let control where control.value < 0x20 || control.value == 0x7F:
        let digits = String(control.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// Moments as TOML writes them.
enum UTCText {
  /// `2024-03-01T14:30:00Z`, with as many decimals as the moment needs.
  static func text(_ nanoseconds: Int64) -> String {
    let second = Int64(1_000_000_000)
    let seconds = nanoseconds >= 0 ? nanoseconds / second : -((second - 1 - nanoseconds) / second)
    let fraction = nanoseconds - seconds * second
    let days = seconds >= 0 ? seconds / 86_400 : -((86_399 - seconds) / 86_400)
    let rest = seconds - days * 86_400
    // Civil date of a day number, with years that begin in March (proleptic Gregorian calendar, eras of 400 years).
    let shifted = days + 719_468
    let era = shifted / 146_097
    let day = shifted - era * 146_097
    let yearOfEra = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    var text = "\(padded(year, 4))-\(padded(month < 10 ? month + 3 : month - 9, 2))-"
    text += "\(padded(dayOfYear - (153 * month + 2) / 5 + 1, 2))T"
    text += "\(padded(rest / 3_600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))"
    if fraction > 0 {
      var digits = padded(fraction, 9)
      while digits.last == "0" { digits.removeLast() }
      text += "." + digits
    }
    return text + "Z"
  }

  private static func padded(_ value: Int64, _ count: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, count - digits.count)) + digits
  }
}
