import MarketTypes

/// Positions, lots and cash of one lane, driven by fills and market data as plain values, in exact integers.
///
/// Per currency, always and exactly:
///
///     equity = transfers + realised + unrealised + dividends − fees − funding − borrow
///            = cash + what positions are worth
///
/// ACCOUNTING.md defines each figure. An entry that cannot be booked throws and leaves the account as it was, but for the
/// passing of time.
public struct Account: Sendable {
  public let terms: AccountTerms
  /// The latest moment the account has heard of.
  public private(set) var time = Int64.min
  public internal(set) var positions: [AccountPosition]
  /// One for each currency: the base currency, then those of the instruments in their order.
  public internal(set) var cash: [CashLedger]
  /// Deposits less withdrawals and conversions, by currency as `cash`.
  public internal(set) var transfers: [Money]
  public internal(set) var closedLots: [ClosedLot] = []
  let currencyOfInstrument: [Int]
  var rates: [RateHistory]

  public init(terms: AccountTerms) {
    self.terms = terms
    var currencies = [terms.baseCurrency]
    var places: [Int] = []
    for entry in terms.instruments {
      let currency = entry.instrument.currency
      if let place = currencies.firstIndex(of: currency) {
        places.append(place)
      } else {
        places.append(currencies.count)
        currencies.append(currency)
      }
    }
    currencyOfInstrument = places
    cash = currencies.map(CashLedger.init(currency:))
    transfers = currencies.map { _ in .zero }
    rates = currencies.map { _ in RateHistory() }
    positions = terms.instruments.map { _ in AccountPosition(method: terms.lotMethod) }
  }

  // MARK: - Time

  /// Moves time on, never back, and settles the cash that is due.
  public mutating func advance(to time: Int64) {
    guard time > self.time else { return }
    self.time = time
    let today = terms.calendar.day(of: time)
    for place in cash.indices { cash[place].settle(through: today) }
  }

  var today: Int { terms.calendar.day(of: time) }

  // MARK: - Cash

  /// Adds cash, or withdraws it when negative, at once.
  public mutating func deposit(_ amount: Money, currency: String, time: Int64) throws(AccountingError) {
    let place = try place(ofCurrency: currency)
    advance(to: time)
    try cash[place].reserve(amount)
    transfers[place] += amount
    cash[place].post(amount, settlesOn: today, today: today)
    checkInvariants()
  }

  /// Exchanges `amount` of one currency for another at the rates of the moment, settling after some business days.
  /// Gives the amount received, rounded half away from zero.
  @discardableResult
  public mutating func convert(
    _ amount: Money, from: String, to: String, time: Int64, settlementDays: Int = 0
  ) throws(AccountingError) -> Money {
    let (source, target) = (try place(ofCurrency: from), try place(ofCurrency: to))
    guard (0...30).contains(settlementDays) else {
      throw AccountingError("conversion", "\(settlementDays) days to settlement are not within 0 to 30")
    }
    advance(to: time)
    let base = try rate(ofCurrency: source).convert(amount)
    guard let base, let received = try rate(ofCurrency: target).inverted.convert(base) else {
      throw AccountingError(to, "the converted amount is too large")
    }
    // Both or neither: what one currency has reserved must not stay where the other cannot.
    let before = cash[source]
    try cash[source].reserve(amount)
    do throws(AccountingError) { try cash[target].reserve(received) } catch {
      cash[source] = before
      throw error
    }
    let day = terms.calendar.day(settlementDays, after: today)
    transfers[source] -= amount
    transfers[target] += received
    cash[source].post(-amount, settlesOn: day, today: today)
    cash[target].post(received, settlesOn: day, today: today)
    checkInvariants()
    return received
  }

  /// States what a unit of a currency is worth in the base currency from a time on.
  public mutating func setRate(_ rate: ConversionRate, of currency: String, at time: Int64) throws(AccountingError) {
    let place = try place(ofCurrency: currency)
    guard place > 0 else { throw AccountingError(currency, "the base currency is worth one of itself") }
    rates[place].set(rate, at: time)
  }

  func place(ofCurrency currency: String) throws(AccountingError) -> Int {
    guard let place = cash.firstIndex(where: { $0.currency == currency }) else {
      throw AccountingError(currency, "no instrument of the account uses this currency; add one that does")
    }
    return place
  }

  func rate(ofCurrency place: Int) throws(AccountingError) -> ConversionRate {
    if place == 0 { return .one }
    guard let rate = rates[place].rate(at: time) else {
      throw AccountingError(
        cash[place].currency, "no rate to \(terms.baseCurrency) is known at \(time); set one before valuing")
    }
    return rate
  }

  func check(instrument: Int) throws(AccountingError) {
    guard positions.indices.contains(instrument) else {
      throw AccountingError("instrument \(instrument)", "the account has \(positions.count) instruments")
    }
  }

  // MARK: - Fills

  /// Books a fill: closes lots of the other side first, opens the rest, and posts cash and fee.
  public mutating func book(_ fill: AccountFill) throws(AccountingError) {
    let index = fill.instrument
    try check(instrument: index)
    let entry = terms.instruments[index]
    let (contract, symbol) = (entry.contract, entry.instrument.symbol)
    let quantity = fill.quantity.lots
    guard quantity > 0, fill.side != .none, !fill.price.isNone, !contract.isInverse || fill.price.ticks > 0 else {
      throw AccountingError(symbol, "a fill needs a side, a positive quantity and a price with a value")
    }
    let held = positions[index].lots
    let sign: Int64 = fill.side == .buy ? 1 : -1
    let (after, overflows) = held.addingReportingOverflow(sign * quantity)
    let prices = positions[index].quote.prices + [fill.price]
    guard !overflows, after > .min, prices.allSatisfy({ contract.fits(lots: after, price: $0) }) else {
      throw AccountingError(symbol, "a position of \(after) lots is too large to be valued")
    }
    let trade = positions[index].book.trade(lots: sign * quantity, price: fill.price, contract: contract)
    guard let trade, let fee = contract.money(billionths: fill.fee) else {
      throw AccountingError(symbol, "the value or the fee of the fill is too large")
    }

    try accrueBorrow(instrument: index, time: fill.time)
    let currency = currencyOfInstrument[index]
    try cash[currency].reserve(trade.closed.magnitude + trade.opened.magnitude + fee.magnitude)

    let gain = book(trade, of: index, time: fill.time)
    let paid = entry.payment == .value ? trade.closed - trade.opened : gain
    positions[index].tradeCash += paid
    positions[index].fees += fee
    positions[index].fillCount += 1
    if sign > 0 {
      positions[index].boughtLots += Int128(quantity)
    } else {
      positions[index].soldLots += Int128(quantity)
    }
    positions[index].quote.setLast(fill.price)
    let day = terms.calendar.day(entry.settlementDays, after: terms.calendar.day(of: fill.time))
    cash[currency].post(paid - fee, settlesOn: day, today: today)
    checkInvariants()
  }

  private mutating func book(_ trade: LotTrade, of index: Int, time: Int64) -> Money {
    var gain = Money.zero
    // Taken out while it is changed, so that closures may write to the rest of the account.
    var book = positions[index].book
    positions[index].book = LotBook(method: terms.lotMethod)
    book.book(trade, time: time) { gain += record($0, instrument: index, time: time) }
    positions[index].book = book
    return gain
  }

  /// Enters a closed part and gives its gain.
  mutating func record(_ closure: LotBook.Closure, instrument: Int, time: Int64) -> Money {
    let days = terms.calendar.day(of: time) - terms.calendar.day(of: closure.openedAt)
    let lot = ClosedLot(
      instrument: instrument, lots: closure.lots, openedAt: closure.openedAt, closedAt: time, cost: closure.cost,
      proceeds: closure.proceeds, holdingDays: days, isLongTerm: days > terms.longTermDays)
    positions[instrument].realised += lot.gain
    if lot.isLongTerm { positions[instrument].realisedLongTerm += lot.gain }
    if terms.keepsClosedLots { closedLots.append(lot) }
    return lot.gain
  }
}

extension AccountPosition.Quote {
  /// A price of today's shares ends the splits that older prices were carried through.
  mutating func setLast(_ price: Price) {
    if splitNumerator != splitDenominator { self = AccountPosition.Quote() }
    last = price
  }
}
