import Analytics
public import MarketTypes

/// Instruments whose profit may be a fraction of the true one: contracts that ticks say nothing of.
public enum ContractWarning {
  /// Of the assumption that says so.
  public static let topic = "unknown contracts"

  /// What is missing, in words; nil where nothing is. Venues that trade contracts have hardly any of a single unit, so a
  /// multiplier of 1 there means that the data had no definition of the instrument.
  public static func text(_ instruments: [Instrument], stated: (Instrument) -> Bool = { _ in false }) -> String? {
    let unknown = instruments.filter { instrument in
      instrument.multiplier == .one && instrument.settlement == .linear && !stated(instrument)
        && VenueSessions.of(instrument.venue)?.tradesContracts == true
    }
    guard let first = unknown.first else { return nil }
    let names = unknown.prefix(5).map(\.symbol).joined(separator: ", ") + (unknown.count > 5 ? " and others" : "")
    return
      "\(names) of \(first.venue) \(unknown.count == 1 ? "has" : "have") multiplier 1, because the data defines no contract: "
      + "profits count one unit for each contract. State data.contract.multiplier (50 for an E-mini S&P 500), or import the "
      + "definitions with the data."
  }

  static func text(_ scenario: Scenario, _ instruments: [Instrument]) -> String? {
    guard scenario.market == nil else { return nil }
    return text(instruments) { instrument in
      scenario.data.contracts.contains {
        $0.multiplier != nil && ($0.instrument.isEmpty || $0.instrument == instrument.symbol)
      }
    }
  }
}
