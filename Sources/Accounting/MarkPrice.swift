public import MarketTypes

/// A price in half ticks, so that the middle of a spread is exact.
public struct MarkPrice: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var halfTicks: Int64

  @inlinable
  public init(halfTicks: Int64) { self.halfTicks = halfTicks }

  @inlinable
  public init(_ price: Price) { halfTicks = 2 * Int64(price.ticks) }

  /// The middle of a quote.
  @inlinable
  public init(bid: Price, ask: Price) { halfTicks = Int64(bid.ticks) + Int64(ask.ticks) }

  @inlinable
  public static func < (left: MarkPrice, right: MarkPrice) -> Bool { left.halfTicks < right.halfTicks }
}
