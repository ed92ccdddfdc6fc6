import Accounting
import Execution
import MarketTypes

/// What must be true of every run's money, exactly.
extension LaneOutcome {
  /// The first figure of the recorded lane that does not follow from its fills and splits, or nil. At every sample and at the
  /// end:
  ///
  /// - the fills so far add up to the position, the turnover and the cash; a split changes the position by its rule alone and
  ///   leaves cash and position worth what they were, up to a count,
  /// - their fees and the carrying costs add up to the fees, and equity is the capital plus gains less those.
  func accountingFault(contracts: [ContractValue]) -> String? {
    var walk = BookWalk(self, contracts)
    for (sample, time) in samples.times.enumerated() {
      let row = sample * contracts.count
      if let fault = walk.advance(through: time, to: samples.ledgers[row..<(row + contracts.count)]) { return fault }
      for instrument in contracts.indices {
        let place = "sample at \(time), instrument \(instrument)"
        if let fault = walk.fault(instrument, samples.ledgers[row + instrument], carry: nil, place) { return fault }
      }
    }
    if let fault = walk.advance(through: .max, to: ledgers[shown][...]) { return fault }
    for instrument in ledgers[shown].indices {
      let place = "end, instrument \(instrument)"
      let ledger = ledgers[shown][instrument]
      if let fault = walk.fault(instrument, ledger, carry: carries[shown][instrument], place) { return fault }
    }
    return walk.isAtEnd ? nil : "end: a fill was not booked"
  }

}

/// Funding and borrow paid by the recorded lane at sample after sample: what the fees are more than those of the fills they
/// came with.
struct CarryWalk {
  private var walk: BookWalk
  private let samples: ShownSamples
  private let width: Int

  init(_ outcome: LaneOutcome, contracts: [ContractValue]) {
    walk = BookWalk(outcome, contracts)
    samples = outcome.samples
    width = contracts.count
  }

  /// Of one instrument; samples are asked for in their order.
  mutating func fees(sample: Int, instrument: Int) -> Int128 {
    let row = sample * width
    if instrument == 0 {
      _ = walk.advance(through: samples.times[sample], to: samples.ledgers[row..<(row + width)])
    }
    return samples.ledgers[row + instrument].fees - walk.fees[instrument]
  }
}

/// Books the recorded lane's fills and splits in their order, as many as ledgers have: fills are booked in the order in which
/// they are kept, so counting them is enough, and no list of them is made.
struct BookWalk {
  private let outcome: LaneOutcome
  private let contracts: [ContractValue]
  private var counted: [PositionLedger]
  private(set) var fees: [Int128]
  private var next = 0
  private var nextSplit = 0

  init(_ outcome: LaneOutcome, _ contracts: [ContractValue]) {
    self.outcome = outcome
    self.contracts = contracts
    counted = Array(repeating: PositionLedger(), count: contracts.count)
    fees = Array(repeating: 0, count: contracts.count)
  }

  var isAtEnd: Bool { next == outcome.fills.count && nextSplit == outcome.splits.count }

  mutating func advance(through time: Int64, to ledgers: ArraySlice<PositionLedger>) -> String? {
    let wanted = ledgers.reduce(0) { $0 + Int($1.fillCount) }
    guard wanted <= outcome.fills.count else { return "fills are missing at \(time)" }
    while next < wanted {
      let fill = outcome.fills[next]
      if let fault = makeSplits(before: fill.time) { return fault }
      let instrument = Int(fill.instrument)
      let lots = fill.side == .buy ? fill.quantity : -fill.quantity
      counted[instrument].lots += lots
      counted[instrument].turnoverLots += fill.quantity
      counted[instrument].fillCount += 1
      counted[instrument].cash -= contracts[instrument].value(lots: lots, price: fill.price)
      fees[instrument] += fill.fee
      next += 1
    }
    return makeSplits(before: time == .max ? .max : time + 1)
  }

  private mutating func makeSplits(before time: Int64) -> String? {
    while nextSplit < outcome.splits.count, outcome.splits[nextSplit].time < time {
      let note = outcome.splits[nextSplit]
      let instrument = Int(note.instrument)
      nextSplit += 1
      guard counted[instrument].lots == note.lotsBefore, note.split.lots(note.lotsBefore) == note.lotsAfter else {
        return "split at \(note.time), instrument \(instrument): the position does not follow from it"
      }
      if note.halfTicksBefore != .min {
        let (new, old) = (Int128(note.split.numerator), Int128(note.split.denominator))
        let change =
          Int128(note.lotsBefore) * Int128(note.halfTicksBefore) * new
          - Int128(note.lotsAfter) * Int128(note.halfTicksBefore) * old - 2 * new * note.cash
        guard change.magnitude <= new.magnitude else {
          return "split at \(note.time), instrument \(instrument): cash and position are not worth what they were"
        }
      }
      counted[instrument].lots = note.lotsAfter
      counted[instrument].cash += note.cash
    }
    return nil
  }

  func fault(_ instrument: Int, _ ledger: PositionLedger, carry: CarryLedger?, _ place: String) -> String? {
    if counted[instrument].fillCount != ledger.fillCount { return "\(place): fills are missing" }
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
}
