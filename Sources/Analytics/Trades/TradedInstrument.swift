public import MarketTypes

/// What turns ticks and lots of an instrument into money; the conversion happens here and nowhere earlier.
public struct TradedInstrument: Sendable, Hashable {
  public var symbol: String
  public var venue: String
  public var currency: String
  public var settlement: Instrument.Settlement
  /// Price of one tick.
  public var tick: Double
  /// Units of the underlying in one lot: lot size times contract multiplier.
  public var unitsPerLot: Double
  /// Currency per unit of the quanto's payoff; 1 otherwise.
  public var payoffRate: Double

  public init(
    symbol: String, venue: String = "", currency: String = "USD", settlement: Instrument.Settlement = .linear,
    tick: Double, unitsPerLot: Double = 1, payoffRate: Double = 1
  ) {
    self.symbol = symbol
    self.venue = venue
    self.currency = currency
    self.settlement = settlement
    self.tick = tick
    self.unitsPerLot = unitsPerLot
    self.payoffRate = payoffRate
  }

  public init(_ instrument: Instrument, payoffRate: Double = 1) {
    self.init(
      symbol: instrument.symbol, venue: instrument.venue, currency: instrument.currency,
      settlement: instrument.settlement, tick: instrument.tick.doubleValue,
      unitsPerLot: instrument.lot.doubleValue * instrument.multiplier.doubleValue, payoffRate: payoffRate)
  }

  /// Profit of holding `lots` (negative when short) from one price to another, in the currency.
  ///
  /// Prices come in half ticks, so that a mid is exact; for linear contracts the product of integers is exact in a
  /// Double up to 2^53 half-tick-lots.
  public func profit(fromHalfTicks from: Int64, toHalfTicks to: Int64, lots: Int64) -> Double {
    switch settlement {
    case .linear, .quanto:
      Double(to - from) * Double(lots) * (tick / 2) * unitsPerLot * payoffRate
    case .inverse:
      Double(lots) * unitsPerLot * (1 / price(halfTicks: from) - 1 / price(halfTicks: to))
    }
  }

  /// Value of `lots` at a price, in the currency; negative when short.
  public func value(halfTicks: Int64, lots: Int64) -> Double {
    switch settlement {
    case .linear, .quanto: Double(halfTicks) * Double(lots) * (tick / 2) * unitsPerLot * payoffRate
    case .inverse: Double(lots) * unitsPerLot / price(halfTicks: halfTicks)
    }
  }

  /// The price in the quote currency.
  public func price(halfTicks: Int64) -> Double { Double(halfTicks) * (tick / 2) }
}
