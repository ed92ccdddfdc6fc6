public import Accounting
public import MarketTypes

/// New shares for old ones of one instrument, as a strategy hears of it.
public struct MarketSplit: Hashable, Sendable, BitwiseCopyable {
  public var instrument: Int
  public var shares: ShareSplit

  public init(instrument: Int, shares: ShareSplit) {
    self.instrument = instrument
    self.shares = shares
  }

  /// What prices are multiplied by.
  public var priceRatio: Double { Double(shares.denominator) / Double(shares.numerator) }

  /// As many lots after the split, towards zero.
  public func lots(_ lots: Int64) -> Int64 { shares.lots(lots) }

  /// A price after the split, rounded half away from zero; in ticks or in parts of one.
  public func price(_ price: Int64) -> Int64 { shares.carried(halfTicks: price) }

  /// A price after the split, to the nearest tick; none stays none.
  public func price(_ price: Price) -> Price {
    price.isNone ? price : Price(ticks: Int32(clamping: self.price(Int64(price.ticks))))
  }
}
