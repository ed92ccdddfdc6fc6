extension CanonicalJSON {
  /// Reads any JSON text of RFC 8259 that has one canonical form.
  ///
  /// Refused with a byte offset: bad syntax or UTF-8, keys that stand twice, unpaired surrogates, numbers beyond a double,
  /// nesting deeper than `depthLimit`.
  public init(parsing bytes: [UInt8]) throws(JSONFault) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }

  /// Reads a text that must already be canonical.
  public init(canonical bytes: [UInt8]) throws(JSONFault) {
    try self.init(parsing: bytes)
    let expected = try canonicalBytes()
    guard expected != bytes else { return }
    let place = zip(expected, bytes).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    throw JSONFault("the text is not canonical JSON", at: place ?? min(expected.count, bytes.count))
  }
}

/// A recursive descent over the bytes; the depth limit bounds the stack.
struct JSONParser {
  private let bytes: [UInt8]
  private var place = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONFault) -> CanonicalJSON {
    let result = try value(depth: 0)
    skipSpaces()
    guard place == bytes.count else { throw fault("the text goes on after the value") }
    return result
  }

  private var current: UInt8? { place < bytes.count ? bytes[place] : nil }

  private func fault(_ reason: String) -> JSONFault { JSONFault(reason, at: place) }

  private mutating func skipSpaces() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONFault) -> CanonicalJSON {
    skipSpaces()
    switch current {
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "{"): return try object(depth: depth)
    case nil: throw fault("the text ends where a value is expected")
    case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return try number()
    default: throw fault("a value is expected here")
    }
  }

  private mutating func word(_ word: String, _ value: CanonicalJSON) throws(JSONFault) -> CanonicalJSON {
    guard bytes[place...].starts(with: word.utf8) else { throw fault("a value is expected here") }
    place += word.utf8.count
    return value
  }

  private mutating func array(depth: Int) throws(JSONFault) -> CanonicalJSON {
    guard depth < CanonicalJSON.depthLimit else { throw fault(CanonicalJSON.tooDeep.reason) }
    place += 1
    var values: [CanonicalJSON] = []
    skipSpaces()
    if take("]") { return .array(values) }
    repeat {
      values.append(try value(depth: depth + 1))
      skipSpaces()
    } while take(",")
    guard take("]") else { throw fault("',' or ']' is expected here") }
    return .array(values)
  }

  private mutating func object(depth: Int) throws(JSONFault) -> CanonicalJSON {
    guard depth < CanonicalJSON.depthLimit else { throw fault(CanonicalJSON.tooDeep.reason) }
    let start = place
    place += 1
    var members: [CanonicalJSON.Member] = []
    skipSpaces()
    if take("}") { return .object(members) }
    repeat {
      skipSpaces()
      guard current == UInt8(ascii: "\"") else { throw fault("a key in quotes is expected here") }
      let key = try string()
      skipSpaces()
      guard take(":") else { throw fault("':' is expected here") }
      members.append(.init(key: key, value: try value(depth: depth + 1)))
      skipSpaces()
    } while take(",")
    guard take("}") else { throw fault("',' or '}' is expected here") }
    members.sort { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
    for (one, next) in zip(members, members.dropFirst()) where one.key.utf8.elementsEqual(next.key.utf8) {
      throw JSONFault("the key \"\(one.key)\" stands twice in the object", at: start)
    }
    return .object(members)
  }

  private mutating func digits() throws(JSONFault) {
    let start = place
    while let byte = current, (0x30...0x39).contains(byte) { place += 1 }
    guard place > start else { throw fault("a digit is expected here") }
  }

  private mutating func number() throws(JSONFault) -> CanonicalJSON {
    let start = place
    _ = take("-")
    if take("0") {
      if let byte = current, (0x30...0x39).contains(byte) { throw fault("a number has no leading zeros") }
    } else {
      try digits()
    }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    guard let value = Double(String(decoding: bytes[start..<place], as: UTF8.self)), value.isFinite else {
      throw JSONFault("the number is beyond a double", at: start)
    }
    return .number(value)
  }

  /// The string that starts at the quote here.
  private mutating func string() throws(JSONFault) -> String {
    let start = place
    place += 1
    var content: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        place += 1
        guard let text = String(validating: content, as: UTF8.self) else {
          throw JSONFault("the string is not UTF-8", at: start)
        }
        return text
      case UInt8(ascii: "\\"):
        place += 1
        try escape(into: &content)
      case 0..<0x20: throw fault("a control character must be escaped")
      default:
        content.append(byte)
        place += 1
      }
    }
    throw JSONFault("the string has no end", at: start)
  }

  /// The escape whose letter is here.
  private mutating func escape(into content: inout [UInt8]) throws(JSONFault) {
    guard let letter = current else { throw fault("the text ends in an escape") }
    place += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(letter)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      if (0xD800...0xDBFF).contains(units[0]) {
        guard take("\\"), take("u") else { throw fault("a surrogate has no partner") }
        units.append(try codeUnit())
      }
      guard let text = String(validating: units, as: UTF16.self) else { throw fault("a surrogate has no partner") }
      content += text.utf8
    default: throw fault("unknown escape")
    }
  }

  /// Four hexadecimal digits.
  private mutating func codeUnit() throws(JSONFault) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Hexadecimal.value(of: byte) else {
        throw fault("four hexadecimal digits are expected here")
      }
      unit = unit << 4 | UInt16(digit)
      place += 1
    }
    return unit
  }
}
