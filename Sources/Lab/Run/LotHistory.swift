import Accounting
import Execution
import MarketTypes
import Reporting

/// The recorded lane's fills as an account of lots: which were closed at what gain, and how long they were held.
enum LotHistory {
  /// Nil where the scenario chose no method.
  static func closedLots(
    _ account: AccountTerms, instruments: [Instrument], fills: some Sequence<LaneFill>
  ) throws -> ClosedLots? {
    guard let method = account.lotMethod else { return nil }
    var ledger = Account(
      terms: Accounting.AccountTerms(
        baseCurrency: account.currency,
        instruments: try instruments.map { try AccountInstrument($0, settlementDays: account.settlementDays) },
        lotMethod: method, longTermDays: account.longTermDays))
    for fill in fills {
      do throws(AccountingError) {
        try ledger.book(
          AccountFill(
            time: fill.time, instrument: Int(fill.instrument), side: fill.side, price: Price(ticks: fill.price),
            quantity: Quantity(lots: fill.quantity), fee: fill.fee))
      } catch { throw RunError(.badData, "account.lots cannot be kept: \(error)") }
    }
    assert(ledger.invariantViolation() == nil)
    return ClosedLots(
      method: account.lots.rawValue,
      entries: ledger.closedLots.map {
        ClosedLots.Entry(
          instrument: $0.instrument, lots: $0.lots, openedTime: $0.openedAt, closedTime: $0.closedAt,
          cost: $0.cost.doubleValue, proceeds: $0.proceeds.doubleValue, holdingDays: $0.holdingDays,
          isLongTerm: $0.isLongTerm)
      })
  }
}
