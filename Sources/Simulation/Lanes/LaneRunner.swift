public import Accounting
public import Execution
public import MarketTypes
import OrderBooks
import RiskControls
public import Strategies

/// Gives the market's events in order of exchange time, which never steps back (see `SteadyClock`).
public protocol EventSource: ~Copyable {
  associatedtype Failure: Error

  var instrumentCount: Int { get }

  /// A batch of the size the source fills.
  func makeBatch() -> EventBatch

  /// Replaces the batch by the next events; false at the end.
  mutating func nextBatch(into batch: inout EventBatch) throws(Failure) -> Bool
}

/// How a set of lanes is run.
public struct LaneRunOptions: Hashable, Sendable {
  /// Orders a lane may have alive or under way at once.
  public var ordersPerLane: Int
  /// Sample every lane's account every so many nanoseconds of exchange time, aligned to the epoch; 0 never.
  public var sampleIntervalNanoseconds: Int64
  /// Samples are taken at these moments of every day too, nanoseconds after midnight UTC, ascending: where sessions may close.
  public var sampleTimesOfDay: [Int64]
  /// What positions are worth at samples and to drawdown stops; margins and carrying costs go by the middle.
  public var marks: MarkRule
  /// Splits, and rates of currencies.
  public var changes: InstrumentChanges

  public init(
    ordersPerLane: Int = 64, sampleIntervalNanoseconds: Int64 = 0, sampleTimesOfDay: [Int64] = [],
    marks: MarkRule = .middle, changes: InstrumentChanges = .none
  ) {
    self.ordersPerLane = ordersPerLane
    self.sampleIntervalNanoseconds = sampleIntervalNanoseconds
    self.sampleTimesOfDay = sampleTimesOfDay
    self.marks = marks
    self.changes = changes
  }
}

/// Advances many lanes of one strategy over one replay.
///
/// Time moves by a fixed rule. At a moment t of the venue's clock come first the market's events up to t, then carrying costs, then requests
/// that reach the venue at t, then notices that reach their lanes, then timers and wake-ups, then samples. What a lane
/// does at t leaves it at t and arrives after its latency; with no latency it is handled before the market's next event.
///
/// A lane whose feed takes d, and no longer than its acknowledgements, is called when the venue's clock shows its own
/// time minus d: it then knows exactly the venue's book (see `LatencyModel`). Other lanes read a delayed book.
public struct LaneRunner<LaneStrategy: Strategy>: ~Copyable {
  public let laneCount: Int
  public let instruments: [Instrument]
  let strategies: UnsafeMutablePointer<LaneStrategy>
  let engine: UnsafeMutablePointer<ExecutionEngine>
  let books: UnsafeMutablePointer<BookSet>
  let views: UnsafeMutablePointer<DelayedBook>
  let viewCount: Int
  let places: LanePlaces<LaneStrategy>
  let audience: UnsafeMutablePointer<Audience>
  let followers: LaneFollowers<LaneStrategy>
  var closings = ForcedClosing()
  var timers: [TimerGroup]
  let bars: UnsafeMutablePointer<BarBuilder>
  var samples: AccountSamples
  var isStarted = false
  public internal(set) var eventCount = 0
  /// Asked every so often within a batch, which may hold years of a market that rests: false ends the run where it is.
  public var goesOn: (() -> Bool)?
  /// `goesOn` said no; what the lanes would have done since is missing.
  public private(set) var isAbandoned = false
  private var turns = 0
  /// The time of the last event, exchange clock.
  public internal(set) var lastTime = Int64.min

  public init(
    strategies given: [LaneStrategy], terms: [LaneTerms], instruments: [Instrument],
    options: LaneRunOptions = LaneRunOptions()
  ) throws(LaneTermsError) {
    precondition(given.count == terms.count, "each lane needs a strategy and its terms")
    let subscriptions = given.map(\.subscriptions)
    let execution = try ExecutionEngine(
      lanes: terms, instruments: instruments, ordersPerLane: options.ordersPerLane,
      hearing: subscriptions.map {
        LaneHearing(fills: $0.fills, orderChanges: $0.orderChanges, account: $0.account)
      },
      changes: options.changes)
    laneCount = given.count
    self.instruments = instruments
    let instrumentCount = instruments.count
    strategies = .allocate(capacity: max(1, laneCount))
    for (lane, strategy) in given.enumerated() { (strategies + lane).initialize(to: strategy) }
    engine = .allocate(capacity: 1)
    engine.initialize(to: execution)
    books = .allocate(capacity: 1)
    books.initialize(to: BookSet(instrumentCount: instrumentCount))
    // A delayed book for each feed, those with listeners first.
    var feeds: [LatencyModel.FeedSetting] = []
    for listens in [true, false] {
      for (lane, terms) in terms.enumerated()
      where terms.latency.clockShift == nil && Audience.listens(subscriptions[lane]) == listens {
        if !feeds.contains(terms.latency.feedSetting) { feeds.append(terms.latency.feedSetting) }
      }
    }
    viewCount = feeds.count
    views = .allocate(capacity: max(1, viewCount))
    for (index, feed) in feeds.enumerated() {
      (views + index).initialize(
        to: DelayedBook(
          instrumentCount: instrumentCount, delayNanoseconds: feed.nanoseconds, isRecorded: feed.isRecorded,
          marksEvents: subscriptions.contains(where: Audience.listens)))
    }
    places = LanePlaces(
      strategies: strategies, engine: engine, books: books, views: views, instruments: instruments, terms: terms,
      feeds: feeds, subscriptions: subscriptions, marks: options.marks)
    audience = .allocate(capacity: 1)
    audience.initialize(to: Audience(subscriptions: subscriptions, places: places, viewCount: viewCount))
    let watchesAccounts = terms.contains { $0.limits.drawdown != nil || $0.credit?.closesOnCall == true }
    timers = TimerGroup.groups(subscriptions, places: places)
    bars = .allocate(capacity: 1)
    bars.initialize(
      to: BarBuilder(
        intervals: Set(subscriptions.map(\.barIntervalNanoseconds)).filter { $0 > 0 }.sorted(),
        instrumentCount: instrumentCount))
    followers = LaneFollowers(
      places: places, viewCount: viewCount, audience: audience, bars: bars, feeds: feeds.map(\.sampler))
    samples = AccountSamples(
      intervalNanoseconds: options.sampleIntervalNanoseconds, timesOfDay: options.sampleTimesOfDay,
      watches: watchesAccounts, laneCount: laneCount, instrumentCount: instrumentCount, rule: options.marks)
  }

  deinit {
    strategies.deinitialize(count: laneCount)
    strategies.deallocate()
    engine.deinitialize(count: 1)
    engine.deallocate()
    books.deinitialize(count: 1)
    books.deallocate()
    views.deinitialize(count: viewCount)
    views.deallocate()
    audience.deinitialize(count: 1)
    audience.deallocate()
    bars.deinitialize(count: 1)
    bars.deallocate()
    places.deallocate(laneCount: laneCount, instrumentCount: instruments.count)
  }

  // MARK: - Running

  /// Runs to the end of the source.
  public mutating func run<Source: EventSource & ~Copyable>(_ source: inout Source) throws(Source.Failure) {
    var batch = source.makeBatch()
    while try source.nextBatch(into: &batch) { apply(batch) }
    finish()
  }

  /// Some milliseconds of work between two questions; all ones, to be a mask.
  private static var turnsBetweenQuestions: Int { 0x3FFF }

  @inline(never)
  private mutating func isToStop() -> Bool {
    if let goesOn, !goesOn() { isAbandoned = true }
    return isAbandoned
  }

  /// Advances over the events of one batch.
  public mutating func apply(_ batch: borrowing EventBatch) {
    guard batch.count > 0, !isAbandoned else { return }
    StrategyCallSite.enter(places.callSite)
    if !isStarted { start(at: batch.times[0]) }
    var cursor = EventCursor()
    let before = books.pointee.eventCount
    var followers = followers
    let isPlain = followers.isPlain
    while cursor.event < batch.count {
      let next = nextTime
      if isPlain {
        books.pointee.apply(batch, from: &cursor, upTo: next, observer: &engine.pointee)
      } else {
        books.pointee.apply(batch, from: &cursor, upTo: next, observer: &followers)
      }
      if cursor.event < batch.count {
        samples.nextEventTime = batch.times[cursor.event]
        handle(at: isPlain ? next : min(next, nextTime))
        turns &+= 1
        if turns & Self.turnsBetweenQuestions == 0, isToStop() { break }
      }
    }
    eventCount += books.pointee.eventCount - before
    lastTime = max(lastTime, batch.times[batch.count - 1])
  }

  /// Lets everything that is due by the last event's time happen, or by a later time, and takes a last sample.
  public mutating func finish(through time: Int64 = .min) {
    guard isStarted else { return }
    StrategyCallSite.enter(places.callSite)
    let end = max(lastTime, time)
    while !isAbandoned {
      let next = nextTime
      guard next <= end else { break }
      handle(at: next)
      turns &+= 1
      if turns & Self.turnsBetweenQuestions == 0 { _ = isToStop() }
    }
    engine.pointee.endCarry(at: end)
    samples.takeLast(at: end, engine: engine, books: books)
  }

  /// Takes the last sample of a lane whose venue has done everything that was due.
  mutating func finishWithoutVenue() {
    guard isStarted else { return }
    engine.pointee.endCarry(at: lastTime)
    samples.takeLast(at: lastTime, engine: engine, books: books)
  }

  private mutating func start(at time: Int64) {
    isStarted = true
    for index in timers.indices { timers[index].start(at: time) }
    engine.pointee.startCarry(at: time)
    samples.start(at: time, engine: engine, books: books)
    bars.pointee.start(at: time)
    for lane in 0..<laneCount {
      places.call(lane, localTime: time + places.clockShifts[lane]) { $0.started(&$1) }
    }
  }

  /// The venue time of the next thing that is not a market event.
  @inline(__always)
  var nextTime: Int64 {
    var next = min(min(engine.pointee.nextMessageTime, engine.pointee.nextCarryTime), min(samples.next, closings.next))
    for group in timers { next = min(next, group.next) }
    for index in 0..<followers.hearingViewCount { next = min(next, views[index].nextTime) }
    next = min(next, places.wakes.pointee.next)
    return min(next, bars.pointee.next)
  }

  /// The venue time of the next thing that is neither a market event nor a look at the accounts.
  private var nextButSamples: Int64 {
    var next = min(min(engine.pointee.nextMessageTime, engine.pointee.nextCarryTime), closings.next)
    for group in timers { next = min(next, group.next) }
    for index in 0..<followers.hearingViewCount { next = min(next, views[index].nextTime) }
    return min(next, min(places.wakes.pointee.next, bars.pointee.next))
  }

  /// Handles everything that happens at a moment, the market's events up to it having been applied.
  private mutating func handle(at time: Int64) {
    if engine.pointee.nextCarryTime <= time { payCarry(at: time) }
    engine.pointee.handleExpiries(upTo: time)
    engine.pointee.handleRequests(upTo: time, books: books.pointee)
    callLanes(at: time)
  }

  /// Carrying costs, and then changes of instruments, that are due.
  @inline(never)
  mutating func payCarry(at time: Int64) {
    if engine.pointee.hasSplit(upTo: time) {
      samples.noteMarks(at: time, engine: engine, books: books)
      // A bar that ends at the split is one of the old shares.
      if bars.pointee.next <= time { followers.closeBars(upTo: time) }
    }
    engine.pointee.payCarry(upTo: time, books: books.pointee)
    let splits = engine.pointee.takeSplits()
    if splits.isEmpty { return }
    samples.carry(through: splits, books: books)
    for change in splits { announce(MarketSplit(instrument: Int(change.instrument), shares: change.split), at: time) }
  }

  /// Tells every lane of a split.
  private func announce(_ split: MarketSplit, at time: Int64) {
    guard split.instrument < instruments.count else { return }
    places.closes.carry(through: split)
    bars.pointee.carry(through: split)
    for lane in 0..<laneCount where !engine.pointee.hasLeft(lane: lane) {
      places.call(lane, localTime: time &+ places.clockShifts[lane]) { $0.split(split, &$1) }
    }
  }

  /// What is due at a moment on the lanes' side of the wire.
  @inline(__always)
  mutating func callLanes(at time: Int64) {
    if followers.hearingViewCount > 0 { followers.deliverDelayed(upTo: time) }
    if bars.pointee.next <= time { followers.closeBars(upTo: time) }
    while let notice = engine.pointee.nextHeardNotice(upTo: time) {
      if notice.kind == .filled {
        places.call(Int(notice.lane), localTime: notice.time) { $0.filled(notice, &$1) }
      } else {
        places.call(Int(notice.lane), localTime: notice.time) { $0.orderChanged(notice, &$1) }
      }
    }
    for index in timers.indices where timers[index].next <= time {
      let localTime = timers[index].next &+ timers[index].shift
      // The list is only read while it is walked.
      let (lanes, places) = (timers[index].lanes, places)
      lanes.withUnsafeBufferPointer { lanes in
        for lane in lanes { places.call(Int(lane), localTime: localTime) { $0.timer(&$1) } }
      }
      timers[index].advance()
    }
    if places.wakes.pointee.next <= time { wakeLanes(upTo: time) }
    if samples.next <= time {
      if samples.take(at: time, engine: engine, books: books) { watchAccounts(at: time) }
      samples.skipQuiet(othersNext: samples.watches ? nextButSamples : .max)
    }
    if closings.next <= time { closePositions(upTo: time) }
  }

  @inline(never)
  private func wakeLanes(upTo time: Int64) {
    // Set anew first: a lane that is woken may ask to be woken again.
    places.wakes.pointee.next = .max
    for lane in 0..<laneCount {
      let wanted = places.wakes.pointee.times[lane]
      guard wanted != .max else { continue }
      if wanted &- places.clockShifts[lane] <= time {
        places.wakes.pointee.times[lane] = .max
        let localTime = max(wanted, time &+ places.clockShifts[lane])
        places.call(lane, localTime: localTime) { $0.woken(&$1) }
        // A lane that wants to be woken again at the same moment would stop time for all.
        if places.wakes.pointee.times[lane] <= localTime {
          places.wakes.pointee.times[lane] = localTime &+ WakeBoard.shortestPause
        }
      }
      let next = places.wakes.pointee.times[lane]
      if next != .max {
        places.wakes.pointee.next = min(places.wakes.pointee.next, next &- places.clockShifts[lane])
      }
    }
  }
}
