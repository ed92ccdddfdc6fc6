/// A price as a whole number of the instrument's ticks; negative prices are legal (spreads, energy).
public struct Price: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var ticks: Int32

  @inlinable
  public init(ticks: Int32) { self.ticks = ticks }

  /// No price: an empty side of a quote, a market order, a status event.
  public static let none = Price(ticks: .min)

  @inlinable
  public var isNone: Bool { ticks == .min }

  @inlinable
  public static func < (left: Price, right: Price) -> Bool { left.ticks < right.ticks }
}

/// A quantity as a whole number of the instrument's lots.
public struct Quantity: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var lots: Int64

  @inlinable
  public init(lots: Int64) { self.lots = lots }

  public static let zero = Quantity(lots: 0)

  @inlinable
  public static func < (left: Quantity, right: Quantity) -> Bool { left.lots < right.lots }
}

/// A moment: nanoseconds since the Unix epoch, UTC.
public struct Timestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var nanoseconds: Int64

  @inlinable
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The source did not state this clock.
  public static let unknown = Timestamp(nanoseconds: .min)

  @inlinable
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// The side of a resting order or level, or of the aggressor of a trade.
public enum Side: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  case buy = 0
  case sell = 1
  /// The source names no side (a cross, an auction print, a status).
  case none = 2

  @inlinable
  public var opposite: Side {
    switch self {
    case .buy: .sell
    case .sell: .buy
    case .none: .none
    }
  }
}
