import MarketTypes

extension Account {
  /// Pays funding of a perpetual at one of its times: `rate`, in billionths, of the exposure at a mark, by default that
  /// of the account. Gives the amount paid.
  @discardableResult
  public mutating func payFunding(
    instrument: Int, rate: Int64, mark: MarkPrice? = nil, time: Int64
  ) throws(AccountingError) -> Money {
    try check(instrument: instrument)
    let entry = terms.instruments[instrument]
    guard rate.magnitude <= 1_000_000_000 else {
      throw AccountingError(entry.instrument.symbol, "the funding rate \(rate) lies beyond 100 %")
    }
    let position = positions[instrument]
    advance(to: time)
    guard position.lots != 0 else { return .zero }
    let mark = mark ?? position.quote.mark(terms.markRule, isShort: position.lots < 0)
    guard let mark, mark.halfTicks.magnitude <= 1 << 32 else {
      throw AccountingError(entry.instrument.symbol, "funding needs a mark; quote the instrument or state one")
    }
    var carry = CarryLedger()
    let paid = entry.contract.money(
      billionths: carry.payFunding(
        lots: position.lots, mark: mark, rate: rate, contract: entry.contract))
    guard let paid else { throw AccountingError(entry.instrument.symbol, "the funding is too large") }
    try pay(paid, instrument: instrument)
    positions[instrument].funding += paid
    checkInvariants()
    return paid
  }

  /// Pays borrow of a short up to a time, at the mark of the account; at cost without a quote. Fills call it; call it
  /// besides at the close of each day, so that the marks are fresh.
  public mutating func accrueBorrow(instrument: Int, time: Int64) throws(AccountingError) {
    try check(instrument: instrument)
    advance(to: time)
    let entry = terms.instruments[instrument]
    let position = positions[instrument]
    let since = position.borrowedUntil
    guard time > since else { return }
    var paid = Money.zero
    if since != .min, position.lots < 0, entry.borrow.annualRate != 0 {
      let (elapsed, overflows) = time.subtractingReportingOverflow(since)
      let value = position.marketValue(contract: entry.contract, rule: terms.markRule).magnitude
      let cost = overflows ? nil : entry.borrow.cost(of: value, nanoseconds: elapsed)
      guard let cost, cost.magnitude <= .limit else {
        throw AccountingError(entry.instrument.symbol, "the borrow is too large")
      }
      paid = cost
      try pay(paid, instrument: instrument)
    }
    positions[instrument].borrowedUntil = time
    positions[instrument].borrow += paid
    checkInvariants()
  }

  /// Takes an amount from the instrument's cash at once.
  mutating func pay(_ amount: Money, instrument: Int) throws(AccountingError) {
    let currency = currencyOfInstrument[instrument]
    try cash[currency].reserve(amount)
    cash[currency].post(-amount, settlesOn: today, today: today)
  }
}

extension BorrowTerms {
  func cost(of value: Money, nanoseconds: Int64) -> Money? {
    ExactArithmetic.scaled(
      value.atoms, by: Int128(annualRate) * Int128(nanoseconds),
      over: Int128(ExactArithmetic.billion) * Int128(daysPerYear) * 86_400_000_000_000
    ).map(Money.init(atoms:))
  }
}
