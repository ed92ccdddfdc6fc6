/// The type of a dataset's values.
public enum HDF5Kind: String, Hashable, Sendable, CaseIterable {
  case uint8, int32, int64, uint64, double, text
}

/// The values of a dataset.
public enum HDF5Column: Hashable, Sendable {
  case uint8([UInt8])
  case int32([Int32])
  case int64([Int64])
  case uint64([UInt64])
  case double([Double])
  case text([String])

  /// The number of values.
  public var count: Int {
    switch self {
    case .uint8(let values): values.count
    case .int32(let values): values.count
    case .int64(let values): values.count
    case .uint64(let values): values.count
    case .double(let values): values.count
    case .text(let values): values.count
    }
  }

  public var kind: HDF5Kind {
    switch self {
    case .uint8: .uint8
    case .int32: .int32
    case .int64: .int64
    case .uint64: .uint64
    case .double: .double
    case .text: .text
    }
  }

  /// The bytes of the values in memory, which are those of the file on every machine Lockstep runs on; none for text.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch self {
    case .uint8(let values): values.withUnsafeBytes(body)
    case .int32(let values): values.withUnsafeBytes(body)
    case .int64(let values): values.withUnsafeBytes(body)
    case .uint64(let values): values.withUnsafeBytes(body)
    case .double(let values): values.withUnsafeBytes(body)
    case .text: body(UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }
}

extension HDF5Kind {
  /// Bytes of a value; a text is a reference.
  var size: Int {
    switch self {
    case .uint8: 1
    case .int32: 4
    case .int64, .uint64, .double: 8
    case .text: 16
    }
  }
}

/// The value of an attribute; text is stored as variable-length UTF-8, which every reader gives back as a string.
public enum HDF5Attribute: Hashable, Sendable {
  case text(String)
  case integer(Int64)
  case unsigned(UInt64)
  case real(Double)
}

extension HDF5Attribute: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  public init(stringLiteral value: String) { self = .text(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .real(value) }
}
