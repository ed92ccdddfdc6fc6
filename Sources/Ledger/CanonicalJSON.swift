/// A JSON value that has exactly one text: the canonical form of RFC 8785.
///
/// Numbers are doubles, as RFC 8785 demands; `integer(_:)` keeps integers exact. Strings compare by their scalars, not by
/// Swift's canonical equivalence, so that equal values are those with equal bytes.
public enum CanonicalJSON: Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([CanonicalJSON])
  /// Members in any order; the canonical text sorts them.
  case object([Member])

  /// One key of an object and its value.
  public struct Member: Sendable {
    public var key: String
    public var value: CanonicalJSON

    public init(key: String, value: CanonicalJSON) {
      self.key = key
      self.value = value
    }
  }

  /// The deepest nesting of arrays and objects that is written or read.
  public static let depthLimit = 64

  /// A number where a double holds the integer exactly, else its digits as a string.
  public static func integer(_ value: some BinaryInteger) -> CanonicalJSON {
    let exact = -9_007_199_254_740_992...9_007_199_254_740_992
    guard let small = Int(exactly: value), exact.contains(small) else { return .string("\(value)") }
    return .number(Double(small))
  }

  /// An object from its members.
  public static func object(_ members: KeyValuePairs<String, CanonicalJSON>) -> CanonicalJSON {
    .object(members.map { Member(key: $0.key, value: $0.value) })
  }

  /// The value of a key, where this is an object that has it.
  public subscript(key: String) -> CanonicalJSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }

  /// The text of a string value.
  public var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The value of a number that is an integer of at most 2⁵³.
  public var exactInteger: Int? {
    guard case .number(let value) = self, value.magnitude <= 9_007_199_254_740_992 else { return nil }
    return Int(exactly: value)
  }
}

extension CanonicalJSON: Equatable {
  /// Values are equal when their canonical bytes are; what has none equals nothing.
  public static func == (left: CanonicalJSON, right: CanonicalJSON) -> Bool {
    guard let leftBytes = try? left.canonicalBytes(), let rightBytes = try? right.canonicalBytes() else { return false }
    return leftBytes == rightBytes
  }
}

extension CanonicalJSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral,
  ExpressibleByIntegerLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
}

/// Why a text is no JSON, or a value has no canonical text.
public struct JSONFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// Byte offset in the text, where there is one.
  public var offset: Int?
  public var reason: String

  public init(_ reason: String, at offset: Int? = nil) {
    self.offset = offset
    self.reason = reason
  }

  public var description: String {
    if let offset { "byte \(offset): \(reason)" } else { reason }
  }
}
