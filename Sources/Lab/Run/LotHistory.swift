import Accounting
import Execution
import MarketTypes
import Reporting

/// The recorded lane's fills as an account of lots: which were closed at what gain, and how long they were held.
enum LotHistory {
  /// Nil where the scenario chose no method.
  static func closedLots(
    _ account: AccountSettings, instruments: [Instrument], fills: some Sequence<LaneFill>, splits: [SplitNote] = []
  ) throws -> ClosedLots? {
    guard let method = account.lotMethod else { return nil }
    var ledger = Account(
      terms: AccountTerms(
        baseCurrency: account.currency,
        instruments: try instruments.map { try AccountInstrument($0, settlementDays: account.settlementDays) },
        lotMethod: method, longTermDays: account.longTermDays))
    var nextSplit = 0
    for fill in fills {
      try make(splits, &nextSplit, before: fill.time, of: &ledger)
      do throws(AccountingError) {
        try ledger.book(
          AccountFill(
            time: fill.time, instrument: Int(fill.instrument), side: fill.side, price: Price(ticks: fill.price),
            quantity: Quantity(lots: fill.quantity), fee: fill.fee))
      } catch { throw RunError(.badData, "account.lots cannot be kept: \(error)") }
    }
    try make(splits, &nextSplit, before: .max, of: &ledger)
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

  /// What is below a whole lot goes at the last middle, as the lane was paid for it but for rounding to a count.
  private static func make(
    _ splits: [SplitNote], _ next: inout Int, before time: Int64, of ledger: inout Account
  ) throws(RunError) {
    while next < splits.count, splits[next].time < time {
      let note = splits[next]
      next += 1
      do throws(AccountingError) {
        if note.halfTicksBefore != .min {
          let bid = Int32(clamping: note.halfTicksBefore >> 1)
          try ledger.quote(
            instrument: Int(note.instrument), bid: Price(ticks: bid),
            ask: Price(ticks: Int32(clamping: note.halfTicksBefore - Int64(bid))))
        }
        try ledger.apply(
          .split(numerator: note.split.numerator, denominator: note.split.denominator), to: Int(note.instrument),
          time: note.time)
      } catch { throw RunError(.badData, "account.lots cannot be kept: \(error)") }
    }
  }
}
