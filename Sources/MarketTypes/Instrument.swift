/// What is traded: how its integers turn into prices, sizes and money.
public struct Instrument: Hashable, Sendable {
  /// How the value of one contract depends on the price.
  public enum Settlement: UInt8, Hashable, Sendable, CaseIterable {
    /// Value = price × quantity × multiplier, in the quote currency.
    case linear = 0
    /// Value = quantity × multiplier ÷ price, in the base currency.
    case inverse = 1
    /// Value as linear, paid in a third currency at a fixed rate.
    case quanto = 2
  }

  public var symbol: String
  public var venue: String
  /// The price of one tick.
  public var tick: DecimalUnit
  /// The quantity of one lot.
  public var lot: DecimalUnit
  /// Units of the underlying per unit of quantity (50 for an E-mini S&P 500 future).
  public var multiplier: DecimalUnit
  /// The currency that profit and loss are paid in.
  public var currency: String
  public var settlement: Settlement
  /// The source's own number for the instrument (Databento's instrument id, ITCH's locate), 0 when it has none.
  public var sourceIdentifier: UInt32

  public init(
    symbol: String, venue: String = "", tick: DecimalUnit, lot: DecimalUnit = .one, multiplier: DecimalUnit = .one,
    currency: String = "USD", settlement: Settlement = .linear, sourceIdentifier: UInt32 = 0
  ) {
    self.symbol = symbol
    self.venue = venue
    self.tick = tick
    self.lot = lot
    self.multiplier = multiplier
    self.currency = currency
    self.settlement = settlement
    self.sourceIdentifier = sourceIdentifier
  }
}
