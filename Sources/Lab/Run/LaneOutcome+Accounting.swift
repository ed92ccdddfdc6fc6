import Accounting
import Execution
import MarketTypes

/// What must be true of every run's money, exactly.
extension LaneOutcome {
  /// The first figure of the recorded lane that does not follow from its fills, or nil. At every sample and at the end:
  ///
  /// - the fills so far add up to the position, the turnover and the cash,
  /// - their fees and the carrying costs add up to the fees, and equity is the capital plus gains less those.
  func accountingFault(contracts: [ContractValue]) -> String? {
    var counted = Array(repeating: PositionLedger(), count: contracts.count)
    var fees = Array(repeating: Int128(0), count: contracts.count)
    var next = Array(repeating: 0, count: contracts.count)
    let own = fillsByInstrument(contracts.count)
    func compare(_ instrument: Int, _ ledger: PositionLedger, carry: CarryLedger?, _ place: String) -> String? {
      guard ledger.fillCount <= own[instrument].count else { return "\(place): fills are missing" }
      while next[instrument] < ledger.fillCount {
        let fill = fills[own[instrument][next[instrument]]]
        let lots = fill.side == .buy ? fill.quantity : -fill.quantity
        counted[instrument].lots += lots
        counted[instrument].turnoverLots += fill.quantity
        counted[instrument].cash -= contracts[instrument].value(lots: lots, price: fill.price)
        fees[instrument] += fill.fee
        next[instrument] += 1
      }
      if counted[instrument].lots != ledger.lots { return "\(place): fills do not add up to the position" }
      if counted[instrument].turnoverLots != ledger.turnoverLots {
        return "\(place): fills do not add up to the turnover"
      }
      if counted[instrument].cash != ledger.cash { return "\(place): fills do not add up to the cash" }
      if let carry, fees[instrument] + carry.total != ledger.fees {
        return "\(place): fees of fills and carrying costs do not add up to the fees"
      }
      return nil
    }
    for (sample, time) in sampleTimes.enumerated() {
      for instrument in contracts.indices {
        let ledger = sampleLedgers[sample * contracts.count + instrument]
        let fault = compare(instrument, ledger, carry: nil, "sample at \(time), instrument \(instrument)")
        if let fault { return fault }
      }
    }
    for instrument in ledgers[shown].indices {
      let fault = compare(
        instrument, ledgers[shown][instrument], carry: carries[shown][instrument], "end, instrument \(instrument)")
      if let fault { return fault }
      if next[instrument] != own[instrument].count { return "end, instrument \(instrument): a fill was not booked" }
    }
    return nil
  }

  /// Funding and borrow paid by a sample: what its fees are more than those of the fills they came with.
  func carryFees(contracts: [ContractValue]) -> [Int128] {
    var fees = Array(repeating: Int128(0), count: contracts.count)
    var next = Array(repeating: 0, count: contracts.count)
    let own = fillsByInstrument(contracts.count)
    return sampleLedgers.enumerated().map { place, ledger in
      let instrument = place % contracts.count
      while next[instrument] < min(Int(ledger.fillCount), own[instrument].count) {
        fees[instrument] += fills[own[instrument][next[instrument]]].fee
        next[instrument] += 1
      }
      return ledger.fees - fees[instrument]
    }
  }

  /// Rows of the recorded lane's fills of each instrument, in their order.
  private func fillsByInstrument(_ instrumentCount: Int) -> [[Int]] {
    var own = Array(repeating: [Int](), count: instrumentCount)
    for (row, fill) in fills.enumerated() { own[Int(fill.instrument)].append(row) }
    return own
  }
}
