import MarketTypes

extension Account {
  /// Stops a debug build where a figure does not follow from the entries; every entry calls it.
  public func checkInvariants() {
    assert(invariantViolation() == nil, "Invariant: \(invariantViolation() ?? "")")
  }

  /// The first figure that does not follow from the entries, or nil.
  ///
  /// - The fills and splits of an instrument add up to its position, and its lots to its position and cost.
  /// - What fills brought in cash is the realised gains less the cost of open lots.
  /// - Cash is what was transferred, earned and paid.
  /// - Equity, as cash and the worth of positions, is the start plus gains less costs.
  public func invariantViolation() -> String? {
    for (index, position) in positions.enumerated() {
      let symbol = terms.instruments[index].instrument.symbol
      if let violation = position.book.violation() { return "\(symbol): \(violation)" }
      if position.boughtLots - position.soldLots + position.splitLots != Int128(position.lots) {
        return "\(symbol): the fills do not add up to the position"
      }
      if position.tradeCash != position.expectedTradeCash(terms.instruments[index].payment) {
        return "\(symbol): cash of fills is not realised gains less open cost"
      }
    }
    for currency in cash.indices {
      var expectedCash = transfers[currency]
      var expectedEquity = transfers[currency]
      for (index, position) in positions.enumerated() where currencyOfInstrument[index] == currency {
        expectedCash += position.tradeCash - position.costs
        expectedEquity += profit(instrument: index)
      }
      if cash[currency].total != expectedCash { return "\(cash[currency].currency): cash is not what was posted" }
      if equity(ofCurrency: currency) != expectedEquity {
        return "\(cash[currency].currency): equity is not the start plus gains less costs"
      }
    }
    return nil
  }
}
