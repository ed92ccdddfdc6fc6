public import Accounting
public import Execution
public import RiskControls

extension ImpactRunner {
  /// Position, cash and fees of a lane at the venue.
  public func ledger(lane: Int, instrument: Int = 0) -> PositionLedger {
    lanes[lane].runner.ledger(lane: 0, instrument: instrument)
  }

  /// Funding and borrow of a lane, which its ledger counts among the fees.
  public func carryLedger(lane: Int, instrument: Int = 0) -> CarryLedger {
    lanes[lane].runner.carryLedger(lane: 0, instrument: instrument)
  }

  public func statistics(lane: Int) -> LaneStatistics { lanes[lane].runner.statistics(lane: 0) }

  public func riskState(lane: Int) -> RiskState { lanes[lane].runner.riskState(lane: 0) }

  /// Money as of the venue in billionths of a count of the contract: cash and position at the last known middle of the
  /// lane's own market, less fees; exact.
  public func equity(lane: Int, instrument: Int = 0) -> Int128 {
    lanes[lane].runner.equity(lane: 0, instrument: instrument)
  }

  /// When both sides of an instrument last had a price in a lane's market: bid plus ask in ticks; Int64.min before.
  public func lastBidPlusAsk(lane: Int, instrument: Int = 0) -> Int64 {
    lanes[lane].runner.lastBidPlusAsk(instrument: instrument)
  }

  /// Events of a lane's market so far.
  public func eventCount(lane: Int) -> Int { lanes[lane].eventCount }

  /// What agents and flow have done in a lane's market so far.
  public func actionCount(lane: Int) -> Int { lanes[lane].market.actionsSoFar }

  /// What carrying positions cost a recorded lane since the last call; empties the store.
  public mutating func takeCarryNotes(lane: Int) -> [CarryNote] {
    lanes[lane].runner.takeCarryNotes().map {
      var note = $0
      note.lane = Int32(lane)
      return note
    }
  }

  /// The fills of a recorded lane so far, oldest first; empties the store.
  public mutating func takeFills(lane: Int) -> [LaneFill] {
    lanes[lane].runner.takeFills().map {
      var fill = $0
      fill.lane = Int32(lane)
      return fill
    }
  }

  /// The steps of a recorded lane's orders so far, oldest first; empties the store.
  public mutating func takeTransitions(lane: Int) -> [OrderTransition] {
    lanes[lane].runner.takeTransitions().map {
      var transition = $0
      transition.lane = Int32(lane)
      return transition
    }
  }

  /// The fills of all lanes so far, by time and then by lane; empties the stores.
  public mutating func takeFills() -> [LaneFill] {
    var taken: [[LaneFill]] = []
    for lane in 0..<laneCount { taken.append(takeFills(lane: lane)) }
    return Self.merged(taken, time: \.time)
  }

  /// The steps of all lanes' orders so far, by time and then by lane; empties the stores.
  public mutating func takeTransitions() -> [OrderTransition] {
    var taken: [[OrderTransition]] = []
    for lane in 0..<laneCount { taken.append(takeTransitions(lane: lane)) }
    return Self.merged(taken, time: \.time)
  }

  /// The middles of a lane's own market whenever one changed, while the lane is recorded; empties the store.
  public mutating func takeMiddles(lane: Int) -> [MiddleChange] { lanes[lane].runner.takeMiddles() }

  /// The forced closings of a lane that began since the last call; empties the store.
  public mutating func takeClosings(lane: Int) -> [ForcedClosing.Note] {
    lanes[lane].runner.takeClosings().map { ForcedClosing.Note(time: $0.time, lane: lane, reason: $0.reason) }
  }

  /// A lane's samples so far, a block of one lane with the marks of its own market; empties the store.
  public mutating func takeSamples(lane: Int) -> AccountSampleBlock { lanes[lane].runner.takeSamples() }

  /// Lists into one: the earliest head first, of equal ones the lane's with the lower number; each keeps its own order.
  private static func merged<Element>(_ lists: [[Element]], time: (Element) -> Int64) -> [Element] {
    if lists.count == 1 { return lists[0] }
    var heads: [(time: Int64, list: Int)] = []
    var positions = Array(repeating: 0, count: lists.count)
    // Sorted with the earliest last; few lists have anything at a time, and moving one head is cheap.
    func insert(_ list: Int) {
      guard positions[list] < lists[list].count else { return }
      let head = (time: time(lists[list][positions[list]]), list: list)
      var (low, high) = (0, heads.count)
      while low < high {
        let middle = (low + high) / 2
        if heads[middle] > head { low = middle + 1 } else { high = middle }
      }
      heads.insert(head, at: low)
    }
    for list in lists.indices { insert(list) }
    var result: [Element] = []
    result.reserveCapacity(lists.reduce(0) { $0 + $1.count })
    while let head = heads.popLast() {
      result.append(lists[head.list][positions[head.list]])
      positions[head.list] += 1
      insert(head.list)
    }
    return result
  }
}
