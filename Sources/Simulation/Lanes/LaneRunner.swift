public import Accounting
public import Execution
public import MarketTypes
import OrderBooks
public import Strategies

/// Gives the market's events in order of exchange time.
public protocol EventSource: ~Copyable {
  associatedtype Failure: Error

  var instrumentCount: Int { get }

  /// A batch of the size the source fills.
  func makeBatch() -> EventBatch

  /// Replaces the batch by the next events; false at the end.
  mutating func nextBatch(into batch: inout EventBatch) throws(Failure) -> Bool
}

/// Advances many lanes of one strategy over one replay.
///
/// Time moves by a fixed rule. At a moment t come first the market's events up to t, then requests that reach the venue
/// at t, then notices that reach their lanes, then timers. What a lane does at t leaves it at t and arrives after its
/// latency; with no latency it is handled before the market's next event.
public struct LaneRunner<LaneStrategy: Strategy>: ~Copyable {
  private var strategies: [LaneStrategy]
  private let engine: UnsafeMutablePointer<ExecutionEngine>
  private let views: UnsafeMutablePointer<DelayedBook>
  private let viewCount: Int
  private let viewOfLane: [Int]
  private var books: BookSet
  private var timers: [TimerGroup]
  public private(set) var eventCount = 0

  /// Lanes that are woken together.
  struct TimerGroup {
    var period: Int64
    var next: Int64
    var lanes: [Int]
  }

  public init(
    strategies: [LaneStrategy], terms: [LaneTerms], instrumentCount: Int, ordersPerLane: Int = 64,
    keepsFills: Bool = true
  ) {
    precondition(strategies.count == terms.count)
    self.strategies = strategies
    engine = .allocate(capacity: 1)
    engine.initialize(
      to: ExecutionEngine(
        lanes: terms, instrumentCount: instrumentCount, ordersPerLane: ordersPerLane, keepsFills: keepsFills))
    let delays = terms.map { lane in
      switch lane.latency.feed {
      case .constant(let nanoseconds): nanoseconds
      case .recorded: Int64(0)
      }
    }
    let distinct = Set(delays).sorted()
    viewCount = distinct.count
    views = .allocate(capacity: max(1, viewCount))
    for (index, delay) in distinct.enumerated() {
      (views + index).initialize(to: DelayedBook(instrumentCount: instrumentCount, delayNanoseconds: delay))
    }
    viewOfLane = delays.map { distinct.firstIndex(of: $0) ?? 0 }
    books = BookSet(instrumentCount: instrumentCount)
    var groups: [Int64: [Int]] = [:]
    for (lane, strategy) in strategies.enumerated() {
      let period = strategy.subscriptions.intervalNanoseconds
      if period > 0 { groups[period, default: []].append(lane) }
    }
    timers = groups.sorted { $0.key < $1.key }.map { TimerGroup(period: $0.key, next: .max, lanes: $0.value) }
  }

  deinit {
    engine.deinitialize(count: 1)
    engine.deallocate()
    views.deinitialize(count: viewCount)
    views.deallocate()
  }

  /// Both the engine and the delayed views follow the books.
  struct Followers: BookObserver, ~Copyable {
    let engine: UnsafeMutablePointer<ExecutionEngine>
    let views: UnsafeMutablePointer<DelayedBook>
    let viewCount: Int

    @inline(__always)
    mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
      engine.pointee.bookChanged(change, books: books)
      if viewCount == 1 {
        views.pointee.bookChanged(change, books: books)
      } else {
        for index in 0..<viewCount { views[index].bookChanged(change, books: books) }
      }
    }
  }

  /// Runs to the end of the source.
  public mutating func run<Source: EventSource & ~Copyable>(_ source: inout Source) throws(Source.Failure) {
    var batch = source.makeBatch()
    var followers = Followers(engine: engine, views: views, viewCount: viewCount)
    while try source.nextBatch(into: &batch) {
      guard batch.count > 0 else { continue }
      startTimers(at: batch.times[0])
      var cursor = EventCursor()
      let before = books.eventCount
      while cursor.event < batch.count {
        let next = min(engine.pointee.nextMessageTime, nextTimer)
        books.apply(batch, from: &cursor, upTo: next, observer: &followers)
        if cursor.event < batch.count { handle(at: next) }
      }
      eventCount += books.eventCount - before
    }
  }

  private mutating func startTimers(at time: Int64) {
    for index in timers.indices where timers[index].next == .max { timers[index].next = time + timers[index].period }
  }

  private var nextTimer: Int64 {
    var next = Int64.max
    for group in timers { next = min(next, group.next) }
    return next
  }

  /// Handles everything that happens at a moment, the market's events up to it having been applied.
  private mutating func handle(at time: Int64) {
    while engine.pointee.nextRequestTime <= time { engine.pointee.handleRequest(books: books) }
    while engine.pointee.nextNoticeTime <= time {
      let notice = engine.pointee.takeNotice()
      let lane = Int(notice.lane)
      let subscriptions = strategies[lane].subscriptions
      if notice.kind == .filled ? subscriptions.fills : subscriptions.orderChanges {
        let view = views + viewOfLane[lane]
        view.pointee.advance(to: time)
        var desk = Desk(engine: engine, view: view, lane: lane, time: time)
        if notice.kind == .filled {
          strategies[lane].filled(notice, &desk)
        } else {
          strategies[lane].orderChanged(notice, &desk)
        }
      }
    }
    for index in timers.indices where timers[index].next <= time {
      for view in 0..<viewCount { views[view].advance(to: time) }
      let lanes = timers[index].lanes
      for lane in lanes {
        var desk = Desk(engine: engine, view: views + viewOfLane[lane], lane: lane, time: time)
        strategies[lane].timer(&desk)
      }
      timers[index].next += timers[index].period
    }
  }

  // MARK: - Results

  public func ledger(lane: Int, instrument: Int = 0) -> PositionLedger {
    engine.pointee.ledger(lane: lane, instrument: instrument)
  }

  public var statistics: ExecutionStatistics { engine.pointee.statistics }

  public mutating func takeFills() -> [LaneFill] { engine.pointee.takeFills() }
}
