import MarketTypes

extension Account {
  /// Applies a corporate action before the first session with it. A dividend is paid on `paymentDay`, counted from
  /// 1970-01-01, or at once.
  ///
  /// A split leaves cost and value as they are: the lots change, and the last quote is carried through until a new one.
  /// What is below a whole lot is paid out at that quote, without one at cost.
  public mutating func apply(
    _ action: CorporateAction, to instrument: Int, time: Int64, paymentDay: Int? = nil
  ) throws(AccountingError) {
    try check(instrument: instrument)
    let entry = terms.instruments[instrument]
    guard entry.payment == .value, entry.instrument.settlement == .linear else {
      throw AccountingError(entry.instrument.symbol, "only instruments that are paid in full have corporate actions")
    }
    advance(to: time)
    switch action {
    case .split(let numerator, let denominator):
      try split(instrument, entry, numerator, denominator, time: time)
    case .dividend(let perUnit):
      let lots = positions[instrument].lots
      guard let amount = entry.amount(perUnit: perUnit, lots: lots) else {
        throw AccountingError(entry.instrument.symbol, "the dividend is too large")
      }
      let currency = currencyOfInstrument[instrument]
      try cash[currency].reserve(amount)
      positions[instrument].dividends += amount
      cash[currency].post(amount, settlesOn: paymentDay ?? today, today: today)
    }
    checkInvariants()
  }

  private mutating func split(
    _ index: Int, _ entry: AccountInstrument, _ numerator: Int64, _ denominator: Int64, time: Int64
  ) throws(AccountingError) {
    let symbol = entry.instrument.symbol
    guard numerator > 0, denominator > 0 else {
      throw AccountingError(symbol, "a split of \(numerator) for \(denominator) has no meaning")
    }
    let held = positions[index].lots
    var quote = positions[index].quote
    let after = Int64(exactly: Int128(held.magnitude) * Int128(numerator) / Int128(denominator))
    guard let after, quote.prices.allSatisfy({ entry.contract.fits(lots: max(1, after), price: $0) }) else {
      throw AccountingError(symbol, "the position after the split is too large to be valued")
    }
    try quote.carry(throughSplit: numerator, denominator, symbol: symbol)
    // The fraction is worth less than a lot; what it releases was reserved when it was opened.
    let lotValue = held == 0 ? nil : value(ofLots: held.signum(), at: quote, index, entry)
    let currency = currencyOfInstrument[index]
    try cash[currency].reserve(lotValue ?? positions[index].cost)

    positions[index].quote = quote
    var paid = Money.zero
    var book = positions[index].book
    positions[index].book = LotBook(method: terms.lotMethod)
    _ = book.split(numerator: numerator, denominator: denominator, lotValue: lotValue) { closure in
      _ = record(closure, instrument: index, time: time)
      paid += closure.proceeds
    }
    positions[index].book = book
    positions[index].splitLots += Int128(book.lots) - Int128(held)
    positions[index].tradeCash += paid
    cash[currency].post(paid, settlesOn: today, today: today)
  }

  private func value(
    ofLots lots: Int64, at quote: AccountPosition.Quote, _ index: Int, _ entry: AccountInstrument
  ) -> Money? {
    var position = AccountPosition(method: terms.lotMethod)
    position.quote = quote
    return position.value(lots: lots, contract: entry.contract, rule: terms.markRule)
  }
}

extension AccountPosition.Quote {
  mutating func carry(
    throughSplit numerator: Int64, _ denominator: Int64, symbol: String
  ) throws(AccountingError) {
    let over = Int128(splitNumerator) * Int128(numerator)
    let under = Int128(splitDenominator) * Int128(denominator)
    let common = ExactArithmetic.greatestCommonDivisor(over, under)
    guard let over = Int64(exactly: over / common), let under = Int64(exactly: under / common) else {
      throw AccountingError(symbol, "too many splits without a price between them; quote it")
    }
    (splitNumerator, splitDenominator) = (over, under)
  }
}
