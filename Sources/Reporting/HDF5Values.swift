/// The values of a dataset.
public enum HDF5Column: Hashable, Sendable {
  case int64([Int64])
  case int32([Int32])
  case double([Double])
  case text([String])

  /// The number of values.
  public var count: Int {
    switch self {
    case .int64(let values): values.count
    case .int32(let values): values.count
    case .double(let values): values.count
    case .text(let values): values.count
    }
  }
}

/// The value of an attribute; text is stored as variable-length UTF-8, which every reader gives back as a string.
public enum HDF5Attribute: Hashable, Sendable {
  case text(String)
  case integer(Int64)
  case real(Double)
}

extension HDF5Attribute: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  public init(stringLiteral value: String) { self = .text(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .real(value) }
}
