extension CanonicalJSON {
  /// The canonical text of RFC 8785 in UTF-8.
  public func canonicalBytes() throws(JSONFault) -> [UInt8] {
    var bytes: [UInt8] = []
    try write(to: &bytes, depth: 0)
    return bytes
  }

  /// The canonical text of RFC 8785.
  public func canonicalText() throws(JSONFault) -> String {
    String(decoding: try canonicalBytes(), as: UTF8.self)
  }

  private func write(to bytes: inout [UInt8], depth: Int) throws(JSONFault) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .number(let value):
      guard value.isFinite else { throw JSONFault("\(value) is no JSON number; write it as a string or null") }
      bytes += Self.text(of: value).utf8
    case .string(let value): Self.quote(value, to: &bytes)
    case .array(let values):
      guard depth < Self.depthLimit else { throw Self.tooDeep }
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        try value.write(to: &bytes, depth: depth + 1)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      guard depth < Self.depthLimit else { throw Self.tooDeep }
      let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in sorted.enumerated() {
        if index > 0 {
          if sorted[index - 1].key.utf8.elementsEqual(member.key.utf8) {
            throw JSONFault("the key \"\(member.key)\" stands twice in one object")
          }
          bytes.append(UInt8(ascii: ","))
        }
        Self.quote(member.key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        try member.value.write(to: &bytes, depth: depth + 1)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  static let tooDeep = JSONFault("arrays and objects are nested deeper than \(depthLimit)")

  /// A finite number as ECMAScript writes it: the shortest digits that read back, placed by the rules of Number::toString.
  static func text(of value: Double) -> String {
    if value == 0 { return "0" }
    // Swift's description has the same shortest digits, and of equally short ones the nearest; only the layout differs.
    var digits: [UInt8] = []
    var pointPlace: Int?
    var exponent = 0
    let characters = Array(value.magnitude.description.utf8)
    scan: for (index, character) in characters.enumerated() {
      switch character {
      case UInt8(ascii: "."): pointPlace = digits.count
      case UInt8(ascii: "e"):
        exponent = Int(String(decoding: characters[(index + 1)...], as: UTF8.self)) ?? 0
        break scan
      default: digits.append(character)
      }
    }
    // The value is 0.DIGITS × 10^point.
    var point = (pointPlace ?? digits.count) + exponent
    let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(zeros)
    point -= zeros
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }

    let text = String(decoding: digits, as: UTF8.self)
    let sign = value < 0 ? "-" : ""
    if point > 21 || point <= -6 {
      let power = point - 1
      let fraction = digits.count > 1 ? "." + String(decoding: digits[1...], as: UTF8.self) : ""
      return sign + String(text.prefix(1)) + fraction + "e" + (power < 0 ? "-" : "+") + String(power.magnitude)
    }
    if point >= digits.count { return sign + text + String(repeating: "0", count: point - digits.count) }
    if point > 0 { return sign + String(text.prefix(point)) + "." + String(text.dropFirst(point)) }
    return sign + "0." + String(repeating: "0", count: -point) + text
  }

  private static func quote(_ value: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += #"\""#.utf8
      case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
      case 0x08: bytes += #"\b"#.utf8
      case 0x09: bytes += #"\t"#.utf8
      case 0x0A: bytes += #"\n"#.utf8
      case 0x0C: bytes += #"\f"#.utf8
      case 0x0D: bytes += #"\r"#.utf8
      case 0..<0x20: bytes += (#"\u00"# + Hexadecimal.text(of: [byte])).utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
