public import MarketTypes

extension Account {
  /// States the prices of an instrument; those not stated stay. After a split the first statement ends the old prices.
  public mutating func quote(
    instrument: Int, bid: Price = .none, ask: Price = .none, last: Price = .none
  ) throws(AccountingError) {
    try check(instrument: instrument)
    guard !bid.isNone || !ask.isNone || !last.isNone else { return }
    var quote = positions[instrument].quote
    if quote.splitNumerator != quote.splitDenominator { quote = AccountPosition.Quote() }
    if !bid.isNone { quote.bid = bid }
    if !ask.isNone { quote.ask = ask }
    if !last.isNone { quote.last = last }
    let (contract, lots) = (terms.instruments[instrument].contract, positions[instrument].lots)
    guard quote.prices.allSatisfy({ contract.fits(lots: lots, price: $0) }) else {
      throw AccountingError(
        terms.instruments[instrument].instrument.symbol, "a position of \(lots) lots is too large for these prices")
    }
    positions[instrument].quote = quote
  }

  // MARK: - By instrument, in its currency

  /// What the position would bring at the mark; at cost without a quote.
  public func marketValue(instrument: Int) -> Money {
    positions[instrument].marketValue(contract: terms.instruments[instrument].contract, rule: terms.markRule)
  }

  /// Gains that closing at the mark would realise.
  public func unrealised(instrument: Int) -> Money {
    marketValue(instrument: instrument) - positions[instrument].cost
  }

  /// What the position adds to equity beside cash: its value, or its gains where opening costs nothing.
  public func holdingValue(instrument: Int) -> Money {
    terms.instruments[instrument].payment == .value
      ? marketValue(instrument: instrument) : unrealised(instrument: instrument)
  }

  /// Gains less costs since the start, open lots at the mark.
  public func profit(instrument: Int) -> Money {
    let position = positions[instrument]
    return position.realised + unrealised(instrument: instrument) - position.costs
  }

  // MARK: - By currency

  /// Cash and holdings of one currency.
  public func equity(currency: String) throws(AccountingError) -> Money {
    equity(ofCurrency: try place(ofCurrency: currency))
  }

  func equity(ofCurrency currency: Int) -> Money {
    var sum = cash[currency].total
    for instrument in positions.indices where currencyOfInstrument[instrument] == currency {
      sum += holdingValue(instrument: instrument)
    }
    return sum
  }

  // MARK: - In the base currency

  /// The equity of all currencies at the rates of the moment; each currency is rounded once.
  public func equity() throws(AccountingError) -> Money {
    try inBase { equity(ofCurrency: $0) }
  }

  /// What must back the positions to have opened them.
  public func initialMargin() throws(AccountingError) -> Money { try margin(isInitial: true) }

  /// What must back the positions to keep them.
  public func maintenanceMargin() throws(AccountingError) -> Money { try margin(isInitial: false) }

  /// Equity above the initial margin, or the settled cash of an account without credit: what new positions may use.
  public func buyingPower() throws(AccountingError) -> Money {
    switch terms.credit {
    case .none: try inBase { cash[$0].available }
    case .margin: try equity() - initialMargin()
    }
  }

  /// Whether equity has fallen below the maintenance margin.
  public func isMarginCalled() throws(AccountingError) -> Bool { try equity() < maintenanceMargin() }

  /// How many lots may be bought or sold at a price, fees aside: what closes the position, and then as many as buying
  /// power allows.
  public func affordableLots(instrument: Int, side: Side, price: Price) throws(AccountingError) -> Int64 {
    try check(instrument: instrument)
    let entry = terms.instruments[instrument]
    guard side != .none, !price.isNone, price.ticks > 0 else { return 0 }
    let held = positions[instrument].lots
    let sign: Int64 = side == .buy ? 1 : -1
    let closing = held != 0 && (held < 0) != (sign < 0) ? abs(held) : 0
    let most = Int64(1) << 62
    let currency = currencyOfInstrument[instrument]
    if terms.credit == .none, entry.payment == .value {
      guard side == .buy else { return closing }
      let available = cash[currency].available
      return Self.largest(upTo: most) { lots in
        entry.contract.money(lots: lots, price: price).map { $0 <= available } ?? false
      }
    }
    let rate = try rate(ofCurrency: currency)
    let others = try initialMargin() - requirementInBase(instrument, isInitial: true)
    let backing = try equity() - others
    let beyond = Self.largest(upTo: closing > 0 ? min(most, .max - closing) : max(0, most - abs(held))) { lots in
      let position = closing > 0 ? sign * lots : held + sign * lots
      return requirement(
        entry, lots: position, value: entry.contract.money(lots: position, price: price), isInitial: true
      )
      .flatMap(rate.convert).map { $0 <= backing } ?? false
    }
    return closing + beyond
  }

  /// The largest count for which a condition holds that holds up to some count only.
  private static func largest(upTo most: Int64, _ holds: (Int64) -> Bool) -> Int64 {
    var (low, high) = (Int64(0), most)
    while low < high {
      let middle = low + (high - low + 1) / 2
      if holds(middle) { low = middle } else { high = middle - 1 }
    }
    return low
  }

  private func margin(isInitial: Bool) throws(AccountingError) -> Money {
    var sum = Money.zero
    for instrument in positions.indices {
      sum = try add(sum, requirementInBase(instrument, isInitial: isInitial))
    }
    return sum
  }

  private func requirementInBase(_ instrument: Int, isInitial: Bool) throws(AccountingError) -> Money {
    let lots = positions[instrument].lots
    guard lots != 0 else { return .zero }
    let entry = terms.instruments[instrument]
    let currency = currencyOfInstrument[instrument]
    let amount = requirement(
      entry, lots: lots, value: marketValue(instrument: instrument), isInitial: isInitial)
    guard let amount, let base = try rate(ofCurrency: currency).convert(amount) else {
      throw AccountingError(entry.instrument.symbol, "the margin requirement is too large")
    }
    return base
  }

  private func requirement(_ entry: AccountInstrument, lots: Int64, value: Money?, isInitial: Bool) -> Money? {
    value.flatMap {
      entry.margin.backing(lots: lots, value: $0, isInitial: isInitial) { entry.amount(perUnit: $0, lots: lots) }
    }
  }

  /// Both are within the limit, so the sum can be taken before it is checked.
  private func add(_ left: Money, _ right: Money) throws(AccountingError) -> Money {
    guard (left + right).magnitude <= .limit else {
      throw AccountingError(terms.baseCurrency, "the sum in the base currency is too large")
    }
    return left + right
  }

  private func inBase(_ amount: (Int) -> Money) throws(AccountingError) -> Money {
    var sum = Money.zero
    for currency in cash.indices {
      let own = amount(currency)
      if own == .zero { continue }
      guard let base = try rate(ofCurrency: currency).convert(own) else {
        throw AccountingError(cash[currency].currency, "its worth in \(terms.baseCurrency) is too large")
      }
      sum = try add(sum, base)
    }
    return sum
  }
}
