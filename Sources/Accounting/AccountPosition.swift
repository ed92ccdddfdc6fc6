import MarketTypes

/// One instrument in an account: its lots, its last quote, and what it has earned and cost.
public struct AccountPosition: Hashable, Sendable {
  /// The prices last seen, and the splits since.
  struct Quote: Hashable, Sendable {
    var bid = Price.none
    var ask = Price.none
    var last = Price.none
    /// New shares for old ones since the prices were seen.
    var splitNumerator: Int64 = 1
    var splitDenominator: Int64 = 1

    /// The prices that are known.
    var prices: [Price] { [bid, ask, last].filter { !$0.isNone } }

    func mark(_ rule: MarkRule, isShort: Bool) -> MarkPrice? {
      let middle = bid.isNone || ask.isNone ? nil : MarkPrice(bid: bid, ask: ask)
      let trade = last.isNone ? nil : MarkPrice(last)
      switch rule {
      case .middle: return middle ?? trade
      case .last: return trade ?? middle
      case .touch:
        let touch = isShort ? ask : bid
        return touch.isNone ? trade : MarkPrice(touch)
      }
    }
  }

  public internal(set) var book: LotBook
  /// Gains of closed lots before all costs.
  public internal(set) var realised = Money.zero
  /// The part of `realised` from lots that were held long enough.
  public internal(set) var realisedLongTerm = Money.zero
  /// Paid; rebates are negative.
  public internal(set) var fees = Money.zero
  /// Paid; what was received is negative.
  public internal(set) var funding = Money.zero
  public internal(set) var borrow = Money.zero
  /// Received; what shorts paid is negative.
  public internal(set) var dividends = Money.zero
  public internal(set) var boughtLots: Int128 = 0
  public internal(set) var soldLots: Int128 = 0
  /// What splits added to the position.
  public internal(set) var splitLots: Int128 = 0
  public internal(set) var fillCount = 0
  /// Cash from fills and fractions, before costs: an account of its own, for the invariants.
  var tradeCash = Money.zero
  var quote = Quote()
  /// The moment up to which borrow is paid.
  var borrowedUntil = Int64.min

  init(method: LotMethod) { book = LotBook(method: method) }

  public var lots: Int64 { book.lots }

  /// What the open lots cost.
  public var cost: Money { book.cost }

  /// Everything but gains: what the position has cost so far.
  public var costs: Money { fees + funding + borrow - dividends }
}

extension AccountPosition {
  /// The value of signed lots at the last quote, carried through splits; nil without a quote.
  func value(lots: Int64, contract: ContractValue, rule: MarkRule) -> Money? {
    guard let mark = quote.mark(rule, isShort: lots < 0) else { return nil }
    guard quote.splitNumerator != quote.splitDenominator else { return contract.money(lots: lots, mark: mark) }
    // Old prices × old shares for new ones, rounded once.
    return ExactArithmetic.scaled(
      contract.doubledValue(lots: lots, mark: mark) * contract.moneyPerCount, by: Int128(quote.splitDenominator),
      over: 2 * Int128(quote.splitNumerator)
    ).map(Money.init(atoms:))
  }

  /// The value of the position; at cost without a quote.
  func marketValue(contract: ContractValue, rule: MarkRule) -> Money {
    lots == 0 ? .zero : value(lots: lots, contract: contract, rule: rule) ?? cost
  }

  /// What the instrument's fills and costs left in cash; with `payment` by gains lots cost nothing.
  func expectedTradeCash(_ payment: AccountInstrument.Payment) -> Money {
    payment == .value ? realised - cost : realised
  }

  /// For reports: the average price of the open lots in units of the currency, or of the quote currency for inverse
  /// contracts; nil when flat.
  public func averagePrice(_ instrument: AccountInstrument) -> Double? {
    guard lots != 0 else { return nil }
    let quantity = Double(lots) * instrument.instrument.lot.doubleValue * instrument.instrument.multiplier.doubleValue
    return instrument.contract.isInverse ? -quantity / cost.doubleValue : cost.doubleValue / quantity
  }
}
