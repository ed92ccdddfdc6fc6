import CToml

/// A value of a TOML text and the line it stands in.
public struct TomlNode: Hashable, Sendable {
  public var value: TomlValue
  public var line: Int
}

/// What a TOML key can hold.
public indirect enum TomlValue: Hashable, Sendable {
  case table([TomlEntry])
  case array([TomlNode])
  case text(String)
  case integer(Int64)
  case number(Double)
  case flag(Bool)
  /// Nanoseconds since 1970; nil for dates and times that name no moment because day, time or zone is missing.
  case moment(Int64?)

  /// What the value is, for messages.
  var kind: String {
    switch self {
    case .table: "a table"
    case .array: "an array"
    case .text(let text): "the text \"\(text.prefix(40))\""
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .flag(let value): "\(value)"
    case .moment: "a time"
    }
  }
}

/// A key of a table with its value.
public struct TomlEntry: Hashable, Sendable {
  public var key: String
  /// Where the key stands; tables may begin on another line than their first key.
  public var line: Int
  public var node: TomlNode
}

/// A TOML text as a tree with line numbers.
public struct TomlDocument: Hashable, Sendable {
  /// The file's name, for messages.
  public let file: String
  public let root: TomlNode

  /// Parses any bytes; the parser refuses texts above 16 MiB and trees deeper than 128.
  public init(_ bytes: [UInt8], file: String) throws(ScenarioError) {
    let outcome = bytes.withUnsafeBufferPointer { toml_parse_text($0.baseAddress, $0.count) }
    defer { toml_release(outcome) }
    let answer = UnsafeRawBufferPointer(start: outcome.bytes, count: outcome.bytes == nil ? 0 : outcome.count)
    guard outcome.line == 0 else {
      let message = String(decoding: answer, as: UTF8.self)
      throw ScenarioError(
        file: file, line: Int(outcome.line), key: "",
        problem: "no valid TOML: " + (message.isEmpty ? "out of memory" : message))
    }
    var cursor = TreeCursor(bytes: answer)
    self.file = file
    root = cursor.node()
  }

  /// A tree that was put together from several texts.
  init(root: TomlNode, file: String) {
    self.root = root
    self.file = file
  }

  public init(text: String, file: String) throws(ScenarioError) {
    try self.init(Array(text.utf8), file: file)
  }

  /// The line of the deepest part of a path such as `instrument[1].flow.limit_rate` that the text holds.
  public func line(of path: String) -> Int {
    var node = root
    var line = 0
    for step in path.split(separator: ".") {
      let name = step.prefix { $0 != "[" }
      guard case .table(let entries) = node.value, let entry = entries.first(where: { $0.key == name }) else { break }
      (node, line) = (entry.node, entry.line)
      guard case .array(let elements) = node.value, step.hasSuffix("]"),
        let index = Int(step.dropFirst(name.count + 1).dropLast()), elements.indices.contains(index)
      else { continue }
      node = elements[index]
      line = node.line
    }
    return line
  }
}

/// Reads the tree that CToml hands over; its layout is described there and comes from our own code.
private struct TreeCursor {
  let bytes: UnsafeRawBufferPointer
  var place = 0

  mutating func number(_ count: Int) -> UInt64 {
    precondition(count <= bytes.count - place, "CToml's tree is cut short")
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[place + index]) << UInt64(8 * index) }
    place += count
    return value
  }

  mutating func text() -> String {
    let count = Int(number(4))
    precondition(count <= bytes.count - place, "CToml's tree is cut short")
    defer { place += count }
    return String(decoding: bytes[place..<(place + count)], as: UTF8.self)
  }

  mutating func node() -> TomlNode {
    let letter = UInt8(number(1))
    let line = Int(number(4))
    return TomlNode(value: value(letter), line: line)
  }

  private mutating func value(_ letter: UInt8) -> TomlValue {
    switch letter {
    case UInt8(ascii: "t"):
      var entries: [TomlEntry] = []
      for _ in 0..<number(4) {
        let key = text()
        let line = Int(number(4))
        entries.append(TomlEntry(key: key, line: line, node: node()))
      }
      return .table(entries)
    case UInt8(ascii: "a"):
      var elements: [TomlNode] = []
      for _ in 0..<number(4) { elements.append(node()) }
      return .array(elements)
    case UInt8(ascii: "s"): return .text(text())
    case UInt8(ascii: "i"): return .integer(Int64(bitPattern: number(8)))
    case UInt8(ascii: "f"): return .number(Double(bitPattern: number(8)))
    case UInt8(ascii: "b"): return .flag(number(1) != 0)
    default:
      let isComplete = number(1) != 0
      let nanoseconds = Int64(bitPattern: number(8))
      return .moment(isComplete ? nanoseconds : nil)
    }
  }
}
