/// Why a text is not JSON.
struct JSONFault: Error {
  var reason: String
}

/// A JSON value in place, read no further than asked.
///
/// Only the path that is walked is checked in full; what is skipped must have balanced brackets and quotes. Nesting is
/// limited to 64 levels. Strings keep their escapes.
struct JSONValue {
  enum Kind {
    case object
    case array
    case string
    /// A number, true, false or null.
    case bare
  }

  let kind: Kind
  /// What is between the brackets or quotes.
  let text: TextSlice

  /// Reads one value that fills the text.
  init(_ text: TextSlice) throws(JSONFault) {
    var scanner = JSONScanner(text)
    self = try scanner.value()
    scanner.skipSpaces()
    guard scanner.isAtEnd else { throw JSONFault(reason: "something follows the JSON value") }
  }

  fileprivate init(kind: Kind, text: TextSlice) {
    self.kind = kind
    self.text = text
  }

  /// The digits of a number, whether the feed quotes it or not.
  var scalar: TextSlice? { kind == .string || kind == .bare ? text : nil }

  var isTrue: Bool { kind == .bare && text.equals("true") }
  var isNull: Bool { kind == .bare && text.equals("null") }

  var members: JSONMembers { JSONMembers(self) }
  var elements: JSONElements { JSONElements(self) }
}

/// The members of an object, one after another; none of any other value.
struct JSONMembers {
  private var scanner: JSONScanner
  private var isFirst = true

  init(_ value: JSONValue) {
    scanner = JSONScanner(value.kind == .object ? value.text : value.text.slice(0..<0))
  }

  mutating func next() throws(JSONFault) -> (key: TextSlice, value: JSONValue)? {
    scanner.skipSpaces()
    if scanner.isAtEnd { return nil }
    if !isFirst {
      try scanner.take(UInt8(ascii: ","))
      scanner.skipSpaces()
    }
    isFirst = false
    let key = try scanner.string()
    scanner.skipSpaces()
    try scanner.take(UInt8(ascii: ":"))
    return (key, try scanner.value())
  }
}

/// The elements of an array, one after another; none of any other value.
struct JSONElements {
  private var scanner: JSONScanner
  private var isFirst = true

  init(_ value: JSONValue) {
    scanner = JSONScanner(value.kind == .array ? value.text : value.text.slice(0..<0))
  }

  mutating func next() throws(JSONFault) -> JSONValue? {
    scanner.skipSpaces()
    if scanner.isAtEnd { return nil }
    if !isFirst { try scanner.take(UInt8(ascii: ",")) }
    isFirst = false
    return try scanner.value()
  }
}

private struct JSONScanner {
  let text: TextSlice
  var index = 0

  init(_ text: TextSlice) { self.text = text }

  var isAtEnd: Bool { index >= text.count }

  mutating func skipSpaces() {
    while index < text.count {
      switch text.start[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return
      }
    }
  }

  mutating func take(_ byte: UInt8) throws(JSONFault) {
    guard index < text.count, text.start[index] == byte else {
      throw JSONFault(reason: "the JSON lacks '\(Character(UnicodeScalar(byte)))'")
    }
    index += 1
  }

  mutating func string() throws(JSONFault) -> TextSlice {
    try take(UInt8(ascii: "\""))
    let begin = index
    try skipString()
    return text.slice(begin..<index - 1)
  }

  /// From behind the opening quote to behind the closing one.
  private mutating func skipString() throws(JSONFault) {
    while index < text.count {
      let byte = text.start[index]
      index += 1
      if byte == UInt8(ascii: "\"") { return }
      if byte == UInt8(ascii: "\\") { index += 1 }
    }
    index = text.count
    throw JSONFault(reason: "a JSON string does not end")
  }

  mutating func value() throws(JSONFault) -> JSONValue {
    skipSpaces()
    guard index < text.count else { throw JSONFault(reason: "a JSON value is missing") }
    switch text.start[index] {
    case UInt8(ascii: "\""): return JSONValue(kind: .string, text: try string())
    case UInt8(ascii: "{"): return JSONValue(kind: .object, text: try container())
    case UInt8(ascii: "["): return JSONValue(kind: .array, text: try container())
    default:
      let begin = index
      scan: while index < text.count {
        switch text.start[index] {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D:
          break scan
        default: index += 1
        }
      }
      guard index > begin else { throw JSONFault(reason: "a JSON value is missing") }
      return JSONValue(kind: .bare, text: text.slice(begin..<index))
    }
  }

  private mutating func container() throws(JSONFault) -> TextSlice {
    let begin = index + 1
    var depth = 0
    // One bit per open bracket: 1 for an object.
    var open: UInt64 = 0
    while index < text.count {
      let byte = text.start[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""): try skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard depth < 64 else { throw JSONFault(reason: "the JSON is nested deeper than 64 levels") }
        open = open << 1 | (byte == UInt8(ascii: "{") ? 1 : 0)
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard open & 1 == (byte == UInt8(ascii: "}") ? 1 : 0) else {
          throw JSONFault(reason: "the brackets of the JSON do not match")
        }
        open >>= 1
        depth -= 1
        if depth == 0 { return text.slice(begin..<index - 1) }
      default: break
      }
    }
    throw JSONFault(reason: "the JSON is cut short")
  }
}

extension LinePlace {
  func json(_ text: TextSlice) throws(ImportError) -> JSONValue {
    do { return try JSONValue(text) } catch { throw self.error(error.reason) }
  }

  func next(_ members: inout JSONMembers) throws(ImportError) -> (key: TextSlice, value: JSONValue)? {
    do { return try members.next() } catch { throw self.error(error.reason) }
  }

  func next(_ elements: inout JSONElements) throws(ImportError) -> JSONValue? {
    do { return try elements.next() } catch { throw self.error(error.reason) }
  }

  /// The text of a field that must be there, as a string or a bare value.
  func scalar(_ field: String, _ value: JSONValue?) throws(ImportError) -> TextSlice {
    guard let text = value?.scalar else { throw error("the message has no \(field)") }
    return text
  }

  func unsigned(_ field: String, _ value: JSONValue?) throws(ImportError) -> UInt64 {
    try unsigned(field, try scalar(field, value))
  }

  /// A price and quantity pair, `["61800.30","0.014"]`.
  func level(
    _ value: JSONValue, pricePlaces: Int, quantityPlaces: Int
  ) throws(ImportError) -> (price: Int64, quantity: Int64) {
    var pair = value.elements
    guard let price = try next(&pair)?.scalar, let quantity = try next(&pair)?.scalar else {
      throw error("a level is not a pair of price and quantity")
    }
    return (
      try decimal("price", price, places: pricePlaces), try self.quantity("quantity", quantity, places: quantityPlaces)
    )
  }
}
