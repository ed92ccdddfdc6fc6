public import Accounting
public import Execution
import MarketTypes
public import RiskControls
import Strategies

extension LaneRunner {
  /// Position, cash and fees of a lane at the venue.
  public func ledger(lane: Int, instrument: Int = 0) -> PositionLedger {
    engine.pointee.ledger(lane: lane, instrument: instrument)
  }

  /// Funding and borrow of a lane, which its ledger counts among the fees.
  public func carryLedger(lane: Int, instrument: Int = 0) -> CarryLedger {
    engine.pointee.carryLedger(lane: lane, instrument: instrument)
  }

  public func statistics(lane: Int) -> LaneStatistics { engine.pointee.statistics(lane: lane) }

  /// Sums over all lanes.
  public var statistics: LaneStatistics {
    var sum = LaneStatistics()
    for lane in 0..<laneCount {
      let lane = engine.pointee.statistics(lane: lane)
      sum.sent += lane.sent
      sum.riskRejects += lane.riskRejects
      sum.venueRejects += lane.venueRejects
      sum.cancels += lane.cancels
      sum.fills += lane.fills
    }
    return sum
  }

  public func riskState(lane: Int) -> RiskState { engine.pointee.riskState(lane: lane) }

  /// The fills of recorded lanes so far, oldest first; empties the store.
  public mutating func takeFills() -> [LaneFill] { engine.pointee.takeFills() }

  /// The steps of recorded lanes' orders so far, oldest first; empties the store.
  public mutating func takeTransitions() -> [OrderTransition] { engine.pointee.takeTransitions() }

  /// The middle of each market whenever it changed, while some lane is recorded; empties the store.
  public mutating func takeMiddles() -> [MiddleChange] { engine.pointee.takeMiddles() }

  /// The samples so far; empties the store.
  public mutating func takeSamples() -> AccountSampleBlock { samples.drain() }

  /// Hands samples over whenever they hold so many ledgers, so that few of them pile up however long a batch lasts; what is
  /// left is for `takeSamples`. On the thread that runs the lanes.
  public mutating func handOverSamples(
    atLedgers count: Int, to receiver: @escaping (AccountSampleBlock) -> Void
  ) {
    samples.handOver(atLedgers: count, to: receiver)
  }

  /// When both sides of an instrument last had a price: bid plus ask in ticks; Int64.min before.
  public func lastBidPlusAsk(instrument: Int = 0) -> Int64 { engine.pointee.lastBidPlusAsk(instrument: instrument) }

  /// Money as of the venue in billionths of a count of the contract (tick × lot): cash and position at the last known
  /// middle, less fees; exact.
  public func equity(lane: Int, instrument: Int = 0) -> Int128 {
    engine.pointee.equity(lane: lane, instrument: instrument)
  }

  /// What splits did to recorded lanes since the last call; empties the store.
  public mutating func takeSplitNotes() -> [SplitNote] { engine.pointee.takeSplitNotes() }

  /// What carrying positions cost recorded lanes since the last call; empties the store.
  public mutating func takeCarryNotes() -> [CarryNote] { engine.pointee.takeCarryNotes() }

  /// The forced closings that began since the last call; empties the store.
  public mutating func takeClosings() -> [ForcedClosing.Note] { closings.takeNotes() }
}
