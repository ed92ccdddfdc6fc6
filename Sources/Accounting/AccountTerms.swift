public import MarketTypes

/// Which price values a position.
public enum MarkRule: UInt8, Hashable, Sendable, CaseIterable {
  /// The middle of bid and ask.
  case middle
  /// The last trade.
  case last
  /// What closing would get at the touch: the bid for longs, the ask for shorts.
  case touch
}

/// How an account treats one instrument.
public struct AccountInstrument: Hashable, Sendable {
  /// What changes hands when a position is opened.
  public enum Payment: UInt8, Hashable, Sendable {
    /// The whole value: shares, currencies, coins.
    case value
    /// Nothing; gains and losses are paid when lots are closed: futures and perpetuals.
    case gains
  }

  public let instrument: Instrument
  public let contract: ContractValue
  public var payment: Payment
  public var margin: MarginRule
  /// Business days from trade to settlement of the cash: 1 for American shares, 0 where venues settle at once.
  public var settlementDays: Int
  public var borrow: BorrowTerms

  /// Inverse and quanto contracts pay gains unless stated, linear ones their value.
  public init(
    _ instrument: Instrument, payment: Payment? = nil, margin: MarginRule = .full, settlementDays: Int = 0,
    borrow: BorrowTerms = BorrowTerms()
  ) throws(AccountingError) {
    guard (0...30).contains(settlementDays) else {
      throw AccountingError(instrument.symbol, "\(settlementDays) days to settlement are not within 0 to 30")
    }
    for requirement in [margin.initialLong, margin.initialShort, margin.maintenanceLong, margin.maintenanceShort] {
      guard (0...1_000_000_000_000).contains(requirement.rate), requirement.perUnit >= 0 else {
        throw AccountingError(instrument.symbol, "a margin requirement is negative or beyond 1,000 times the value")
      }
    }
    self.instrument = instrument
    contract = try ContractValue(instrument)
    self.payment = payment ?? (instrument.settlement == .linear ? .value : .gains)
    self.margin = margin
    self.settlementDays = settlementDays
    self.borrow = borrow
  }

  /// An amount per unit of quantity, in billionths of the currency, for a number of lots; rounded half away from zero,
  /// nil beyond `Money.limit`.
  func amount(perUnit: Int64, lots: Int64) -> Money? {
    let lot = instrument.lot
    let quantity = Int128(lots) * Int128(lot.mantissa)
    return ExactArithmetic.scaled(
      quantity, by: Int128(perUnit) * Int128(ExactArithmetic.billion),
      over: ExactArithmetic.powerOfTen(Int(lot.exponent))
    ).map(Money.init(atoms:)).flatMap { $0.magnitude > .limit ? nil : $0 }
  }
}

/// How an account is kept.
public struct AccountTerms: Hashable, Sendable {
  /// What a position may be bought with.
  public enum Credit: UInt8, Hashable, Sendable {
    /// Settled cash only; instruments that pay their value cannot be sold short.
    case none
    /// Equity above the margin requirements.
    case margin
  }

  /// The currency that equity and margin are stated in.
  public var baseCurrency: String
  public var instruments: [AccountInstrument]
  public var lotMethod: LotMethod
  public var markRule: MarkRule
  public var credit: Credit
  public var calendar: BusinessCalendar
  /// A lot held for more days than this is long-term.
  public var longTermDays: Int
  /// Whether every closed lot is kept; totals are kept in any case.
  public var keepsClosedLots: Bool

  public init(
    baseCurrency: String = "USD", instruments: [AccountInstrument], lotMethod: LotMethod = .firstInFirstOut,
    markRule: MarkRule = .middle, credit: Credit = .margin, calendar: BusinessCalendar = .weekdays,
    longTermDays: Int = 365, keepsClosedLots: Bool = true
  ) {
    self.baseCurrency = baseCurrency
    self.instruments = instruments
    self.lotMethod = lotMethod
    self.markRule = markRule
    self.credit = credit
    self.calendar = calendar
    self.longTermDays = longTermDays
    self.keepsClosedLots = keepsClosedLots
  }
}

/// A fill as an account books it.
public struct AccountFill: Hashable, Sendable {
  /// Nanoseconds since the epoch.
  public var time: Int64
  public var instrument: Int
  public var side: Side
  public var price: Price
  public var quantity: Quantity
  /// Billionths of a count, as `FeeMeter` charges.
  public var fee: Int128

  public init(time: Int64, instrument: Int = 0, side: Side, price: Price, quantity: Quantity, fee: Int128 = 0) {
    self.time = time
    self.instrument = instrument
    self.side = side
    self.price = price
    self.quantity = quantity
    self.fee = fee
  }
}
