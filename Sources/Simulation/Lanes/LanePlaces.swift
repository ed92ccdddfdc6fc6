import Accounting
import Execution
import MarketTypes
import OrderBooks
import Strategies

/// Where the state of all lanes lies, so that any stage of the loop can call a strategy.
///
/// Invariant: everything pointed to belongs to one `LaneRunner` and lives as long as it does.
struct LanePlaces<LaneStrategy: Strategy> {
  let strategies: UnsafeMutablePointer<LaneStrategy>
  let engine: UnsafeMutablePointer<ExecutionEngine>
  let books: UnsafeMutablePointer<BookSet>
  let views: UnsafeMutablePointer<DelayedBook>
  let instruments: UnsafeMutablePointer<Instrument>
  let wakes: UnsafeMutablePointer<WakeBoard>
  let room: UnsafeMutablePointer<DeskRoom>
  let closes: CloseBoard
  /// What a lane's clock shows more than the venue's when it is called.
  let clockShifts: UnsafeMutablePointer<Int64>
  /// Index of the delayed book a lane reads; -1 for the venue's own.
  let viewOfLane: UnsafeMutablePointer<Int32>
  /// Where each call is noted, for the message of a trap.
  let callSite: UnsafeMutablePointer<StrategyCallSite>

  init(
    strategies: UnsafeMutablePointer<LaneStrategy>, engine: UnsafeMutablePointer<ExecutionEngine>,
    books: UnsafeMutablePointer<BookSet>, views: UnsafeMutablePointer<DelayedBook>, instruments: [Instrument],
    terms: [LaneTerms], feeds: [LatencyModel.FeedSetting], subscriptions: [Subscriptions], marks: MarkRule
  ) {
    self.strategies = strategies
    self.engine = engine
    self.books = books
    self.views = views
    self.instruments = .allocate(capacity: max(1, instruments.count))
    for (index, instrument) in instruments.enumerated() { (self.instruments + index).initialize(to: instrument) }
    let laneCount = max(1, terms.count)
    wakes = .allocate(capacity: 1)
    clockShifts = .allocate(capacity: laneCount)
    viewOfLane = .allocate(capacity: laneCount)
    clockShifts.initialize(repeating: 0, count: laneCount)
    viewOfLane.initialize(repeating: -1, count: laneCount)
    for (lane, terms) in terms.enumerated() {
      if let shift = terms.latency.clockShift {
        clockShifts[lane] = shift
      } else {
        viewOfLane[lane] = Int32(feeds.firstIndex(of: terms.latency.feedSetting) ?? 0)
      }
    }
    callSite = StrategyCallSite.take(strategy: LaneStrategy.name)
    wakes.initialize(to: WakeBoard(laneCount: laneCount, clockShifts: clockShifts))
    closes = CloseBoard(subscriptions: subscriptions, viewCount: feeds.count, instrumentCount: instruments.count)
    room = .allocate(capacity: 1)
    room.initialize(
      to: DeskRoom(
        engine: engine, books: UnsafePointer(books), instruments: UnsafePointer(self.instruments), wakes: wakes,
        closes: UnsafePointer(closes.rings), marks: marks))
  }

  func deallocate(laneCount: Int, instrumentCount: Int) {
    instruments.deinitialize(count: instrumentCount)
    instruments.deallocate()
    wakes.pointee.deallocate()
    wakes.deallocate()
    room.deallocate()
    closes.deallocate()
    clockShifts.deallocate()
    viewOfLane.deallocate()
    StrategyCallSite.giveBack(callSite)
  }

  /// Calls a lane's strategy at a moment of its own clock.
  @inline(__always)
  func call(
    _ lane: Int, localTime: Int64, advancesView: Bool = true, _ body: (inout LaneStrategy, inout Desk) -> Void
  ) {
    let view = viewOfLane[lane] < 0 ? nil : views + Int(viewOfLane[lane])
    if advancesView, let view { view.pointee.advance(to: localTime) }
    var desk = Desk(room: room, view: view, lane: lane, time: localTime)
    callSite.pointee.enter(lane, time: localTime)
    body(&strategies[lane], &desk)
    callSite.pointee.leave()
  }
}
