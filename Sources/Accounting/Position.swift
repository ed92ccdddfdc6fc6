/// Money as exact integers: price ticks × lots, and fees in billionths of that.
///
/// Values of a linear contract in its currency are these counts × tick × lot × multiplier; the conversion to floating
/// point happens only in reports. Fee rates are whole billionths of the notional, so no fee is ever rounded.
public struct PositionLedger: Hashable, Sendable, BitwiseCopyable {
  /// Signed lots.
  public var lots: Int64 = 0
  /// Money received minus money paid for lots, in ticks × lots.
  public var cash: Int128 = 0
  /// Fees paid (rebates negative), in billionths of ticks × lots.
  public var fees: Int128 = 0
  /// Absolute quantity traded.
  public var turnoverLots: Int64 = 0
  public var fillCount: Int64 = 0

  public init() {}

  /// Books a fill; `sign` is 1 for a buy and -1 for a sell, `feeRate` in billionths of the notional.
  @inline(__always)
  public mutating func book(sign: Int64, price: Int32, quantity: Int64, feeRate: Int64) {
    let notional = Int128(price) * Int128(quantity)
    lots &+= sign &* quantity
    cash -= Int128(sign) * notional
    fees += notional.magnitude128 * Int128(feeRate)
    turnoverLots &+= quantity
    fillCount &+= 1
  }

  /// Value of the position and the cash at a mark, before fees, in half ticks × lots (the mark is bid plus ask).
  @inline(__always)
  public func doubledEquity(bidPlusAsk: Int64) -> Int128 {
    2 * cash + Int128(lots) * Int128(bidPlusAsk)
  }
}

extension Int128 {
  @usableFromInline
  var magnitude128: Int128 { self < 0 ? -self : self }
}
