/// Money as exact integers: counts of a contract's value (`ContractValue`), and fees in billionths of a count.
///
/// A count of a linear contract is tick × lot × multiplier of its currency, so cash is price ticks × lots; the conversion
/// to floating point happens only in reports. Fee rates are whole billionths of the notional, so no such fee is rounded.
/// The ledger fills one cache line; what only carrying a position changes is in `CarryLedger`.
public struct PositionLedger: Hashable, Sendable, BitwiseCopyable {
  /// Signed lots.
  public var lots: Int64 = 0
  /// Money received minus money paid for lots, in counts.
  public var cash: Int128 = 0
  /// Fees paid (rebates negative), in billionths of a count.
  public var fees: Int128 = 0
  /// Absolute quantity traded.
  public var turnoverLots: Int64 = 0
  public var fillCount: Int64 = 0

  public init() {}

  /// Books a fill of a linear contract at a plain rate; `sign` is 1 for a buy and -1 for a sell, `feeRate` in billionths
  /// of the notional.
  @inline(__always)
  public mutating func book(sign: Int64, price: Int32, quantity: Int64, feeRate: Int64) {
    // A value has up to 94 bits and a rate of 100 % has 30, so nothing wraps before 2^126 are traded; checks made a fill
    // three times as expensive.
    let notional = Int128(price) &* Int128(quantity)
    lots &+= sign &* quantity
    cash &-= sign < 0 ? 0 &- notional : notional
    fees &+= notional.magnitude128 &* Int128(feeRate)
    turnoverLots &+= quantity
    fillCount &+= 1
  }

  /// Books a fill of any contract with the fee that a `FeeMeter` charged for it, in billionths of a count.
  @inline(__always)
  public mutating func book(sign: Int64, price: Int32, quantity: Int64, fee: Int128, contract: ContractValue) {
    lots &+= sign &* quantity
    cash &-= contract.value(lots: sign &* quantity, price: price)
    fees &+= fee
    turnoverLots &+= quantity
    fillCount &+= 1
  }

  /// Value of the position and the cash at a mark, before fees, in half ticks × lots (the mark is bid plus ask).
  @inline(__always)
  public func doubledEquity(bidPlusAsk: Int64) -> Int128 {
    2 * cash + Int128(lots) * Int128(bidPlusAsk)
  }

  /// Value of the position and the cash at a mark, before fees, in half counts of any contract.
  @inline(__always)
  public func doubledEquity(mark: MarkPrice, contract: ContractValue) -> Int128 {
    2 * cash + contract.doubledValue(lots: lots, mark: mark)
  }
}

extension Int128 {
  @usableFromInline
  var magnitude128: Int128 { self < 0 ? -self : self }
}
