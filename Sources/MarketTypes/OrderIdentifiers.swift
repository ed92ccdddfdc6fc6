/// The sender's number for an order, unique among the orders of one instrument that are alive.
public struct OrderIdentifier: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var rawValue: UInt64

  @inlinable
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  @inlinable
  public static func < (left: OrderIdentifier, right: OrderIdentifier) -> Bool { left.rawValue < right.rawValue }
}

/// Who an order belongs to, for self-trade prevention and attribution.
public struct ParticipantIdentifier: Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt32

  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// Belongs to nobody in particular: never a self-trade.
  public static let anonymous = ParticipantIdentifier(0)
}
