import Execution
import MarketTypes
public import OrderBooks
public import Strategies

/// What follows the books event by event: the lanes' orders, the delayed books, and the lanes that listen.
///
/// Public only so that a strategy's own module can specialise the replay for it.
public struct LaneFollowers<LaneStrategy: Strategy>: BookObserver {
  let places: LanePlaces<LaneStrategy>
  let viewCount: Int
  let audience: UnsafeMutablePointer<Audience>
  let bars: UnsafeMutablePointer<BarBuilder>
  let hearsDirectly: Bool
  /// The first so many delayed books have listeners.
  let hearingViewCount: Int
  let isBusy: Bool
  let buildsBars: Bool
  /// Of each delayed book; empty where every feed is constant or recorded.
  private let feeds: [LatencySampler?]

  init(
    places: LanePlaces<LaneStrategy>, viewCount: Int, audience: UnsafeMutablePointer<Audience>,
    bars: UnsafeMutablePointer<BarBuilder>, feeds: [LatencySampler?]
  ) {
    self.feeds = feeds.contains { $0 != nil } ? feeds : []
    self.places = places
    self.viewCount = viewCount
    self.audience = audience
    self.bars = bars
    hearsDirectly = audience.pointee.hearsDirectly
    hearingViewCount = audience.pointee.hearingViewCount
    isBusy = audience.pointee.isBusy
    buildsBars = !bars.pointee.isEmpty
  }

  /// Nothing follows the books but the lanes' orders.
  var isPlain: Bool { !hearsDirectly && !isBusy && !buildsBars && viewCount == 0 }

  /// While nobody acts on what happens in the market, events need not wait for anything.
  @inline(__always)
  public var horizon: Int64 {
    guard isBusy else { return .max }
    var next = min(places.engine.pointee.nextMessageTime, places.wakes.pointee.next)
    for index in 0..<hearingViewCount { next = min(next, places.views[index].nextTime) }
    return next
  }

  @inline(__always)
  public mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
    places.engine.pointee.bookChanged(change, books: books)
    if !feeds.isEmpty { drawDelays(of: change) }
    for index in 0..<viewCount { places.views[index].bookChanged(change, books: books) }
    if buildsBars, let trade = Self.trade(change, books: books) {
      bars.pointee.trade(instrument: trade.instrument, price: trade.price.ticks, quantity: trade.quantity)
    }
    if hearsDirectly { announce(change, books: books) }
  }

  /// Sets what the event takes to the books whose feeds vary: a function of its number among all events, and of its time.
  @inline(never)
  private func drawDelays(of change: BookChange) {
    for (index, feed) in feeds.enumerated() {
      guard let feed else { continue }
      places.views[index].delayNanoseconds = feed.nanoseconds(
        at: change.time, index: places.views[index].eventCount, feedNanoseconds: change.feedNanoseconds)
    }
  }

  /// When a lane with a delayed book hears of a bar that ends at a moment: with what the venue sends then, and not before
  /// the trades in it.
  private func arrival(of end: Int64, view: Int) -> Int64 {
    var delay = places.views[view].delayNanoseconds
    if !feeds.isEmpty, let feed = feeds[view] {
      delay = feed.nanoseconds(at: end, index: places.views[view].eventCount, feedNanoseconds: 0)
    }
    return max(end &+ delay, places.views[view].lastArrival)
  }

  /// The trade that an event reports, if it does; an execution that a print of its own repeats is none.
  static func trade(_ change: BookChange, books: borrowing BookSet) -> MarketTrade? {
    let instrument = Int(change.instrument)
    switch change.code.operationNumber {
    case EventCode.Operation.executeWhole.rawValue, EventCode.Operation.executePart.rawValue:
      guard change.arrival != BookChange.noArrival, !change.code.isMarked else { return nil }
      return MarketTrade(
        time: change.time, instrument: instrument, price: Price(ticks: change.price), quantity: change.quantity,
        aggressor: change.sideIndex == 0 ? .sell : .buy)
    case EventCode.Operation.executePriced.rawValue:
      guard change.arrival != BookChange.noArrival, !change.code.isMarked else { return nil }
      return MarketTrade(
        time: change.time, instrument: instrument, price: books.lastTradePrice(instrument: instrument),
        quantity: change.quantity, aggressor: change.sideIndex == 0 ? .sell : .buy)
    case EventCode.Operation.trade.rawValue:
      guard change.price != .min else { return nil }
      return MarketTrade(
        time: change.time, instrument: instrument, price: Price(ticks: change.price), quantity: change.quantity,
        aggressor: change.code.isMarked ? .none : change.code.side)
    default: return nil
    }
  }

  /// Calls the lanes that listen to the venue's own feed; their clock is the venue's plus their shift.
  @inline(never)
  private func announce(_ change: BookChange, books: borrowing BookSet) {
    let instrument = Int(change.instrument)
    guard instrument < books.instrumentCount else { return }
    if change.code.operationNumber == EventCode.Operation.bar.rawValue {
      if audience.pointee.direct.wantsBars, let bar = books.lastBar(instrument: instrument) {
        var closed = MarketBar(
          time: change.time, instrument: instrument, open: bar.open, high: bar.high, low: bar.low, close: bar.close,
          volume: bar.volume.lots)
        places.closes.note(&closed, interval: nil, view: -1)
        report(closed, to: audience.pointee.direct.bars, at: change.time)
        for index in audience.pointee.direct.crosses.indices
        where audience.pointee.direct.crosses[index].instrument == instrument {
          reportCrossings(closed, of: &audience.pointee.direct.crosses[index], at: change.time)
        }
      }
    } else {
      if !audience.pointee.direct.touch.isEmpty, Self.concernsTouch(change, books: books) {
        each(audience.pointee.direct.touch, at: change.time) { $0.touchChanged(instrument, &$1) }
      }
      if !audience.pointee.direct.trades.isEmpty, let trade = Self.trade(change, books: books) {
        each(audience.pointee.direct.trades, at: change.time) { $0.traded(trade, &$1) }
      }
    }
    if !audience.pointee.direct.events.isEmpty {
      each(audience.pointee.direct.events, at: change.time) { $0.marketChanged(instrument, &$1) }
    }
  }

  /// Calls lanes that read the venue's own book with a bar. A loop of its own, because on bars a call is most of the cost:
  /// as a closure for any callback it took three times as long.
  @inline(never)
  private func report(_ bar: MarketBar, to lanes: [Int32], at time: Int64) {
    let (room, strategies, shifts) = (UnsafePointer(places.room), places.strategies, places.clockShifts)
    let callSite = places.callSite
    lanes.withUnsafeBufferPointer { lanes in
      for lane in lanes {
        let lane = Int(lane)
        let localTime = time &+ shifts[lane]
        var desk = Desk(room: room, view: nil, lane: lane, time: localTime)
        callSite.pointee.enter(lane, time: localTime)
        strategies[lane].barClosed(bar, &desk)
      }
    }
    callSite.pointee.leave()
  }

  /// Calls the lanes that wait for averages to cross, where they have.
  @inline(never)
  private func reportCrossings(_ bar: MarketBar, of board: inout CrossBoard, at time: Int64) {
    board.forEachCrossing(CloseHistory(ring: UnsafePointer(places.closes.rings) + Int(bar.series))) { lane in
      places.call(Int(lane), localTime: time &+ places.clockShifts[Int(lane)]) { $0.barClosed(bar, &$1) }
    }
  }

  @inline(__always)
  private func each(_ lanes: [Int32], at time: Int64, _ body: (inout LaneStrategy, inout Desk) -> Void) {
    lanes.withUnsafeBufferPointer { lanes in
      for lane in lanes {
        places.call(Int(lane), localTime: time &+ places.clockShifts[Int(lane)], body)
      }
    }
  }

  /// Whether the price or the quantity of a best bid or offer changed.
  private static func concernsTouch(_ change: BookChange, books: borrowing BookSet) -> Bool {
    if change.touchMoved { return true }
    switch change.code.operationNumber {
    case EventCode.Operation.quote.rawValue, EventCode.Operation.clear.rawValue: return true
    case EventCode.Operation.trade.rawValue, EventCode.Operation.fill.rawValue, EventCode.Operation.status.rawValue,
      EventCode.Operation.orphan.rawValue, EventCode.Operation.snapshotBegin.rawValue,
      EventCode.Operation.snapshotEnd.rawValue:
      return false
    default:
      let best = books.bestPrice(change.sideIndex == 0 ? .buy : .sell, instrument: Int(change.instrument)).ticks
      return change.price == best || change.oldPrice == best
    }
  }

  // MARK: - Bars

  /// Closes the bars that end by `time` and hands them out, to lanes with a delayed book when their delay has passed.
  @inline(never)
  func closeBars(upTo time: Int64) {
    while bars.pointee.next <= time {
      if var late = bars.pointee.takeLate() {
        if places.engine.pointee.hasLeft(lane: Int(late.lane)) { continue }
        places.closes.note(&late.bar, interval: late.interval, view: Int(places.viewOfLane[Int(late.lane)]))
        places.call(Int(late.lane), localTime: late.time) { [bar = late.bar] in $0.barClosed(bar, &$1) }
        continue
      }
      let end = bars.pointee.nextClose
      var late: [BarBuilder.LateBar] = []
      bars.pointee.close { interval, bar in
        guard let lanes = audience.pointee.builtBars[interval] else { return }
        var bar = bar
        places.closes.note(&bar, interval: interval, view: -1)
        for lane in lanes {
          let view = Int(places.viewOfLane[Int(lane)])
          if view < 0 {
            places.call(Int(lane), localTime: end &+ places.clockShifts[Int(lane)]) { $0.barClosed(bar, &$1) }
          } else {
            late.append(
              BarBuilder.LateBar(
                time: arrival(of: end, view: view), lane: lane, interval: interval, bar: bar))
          }
        }
      }
      for bar in late { bars.pointee.postpone(bar) }
    }
  }

  // MARK: - Delayed books

  /// Lets delayed books move on step by step, calling the lanes that listen to them.
  @inline(never)
  func deliverDelayed(upTo time: Int64) {
    for view in 0..<hearingViewCount {
      let lists = audience.pointee.delayed[view]
      while let step = places.views[view].advanceOne(upTo: time) {
        let instrument = Int(step.instrument)
        if step.touchMoved { delayed(lists.touch, at: step.time) { $0.touchChanged(instrument, &$1) } }
        if step.isTrade {
          let trade = MarketTrade(
            time: step.exchangeTime, instrument: instrument,
            price: Price(ticks: step.price), quantity: step.quantity, aggressor: step.aggressor)
          delayed(lists.trades, at: step.time) { $0.traded(trade, &$1) }
        }
        if let bar = step.bar {
          var closed = MarketBar(
            time: step.exchangeTime, instrument: instrument, open: bar.open,
            high: bar.high, low: bar.low, close: bar.close, volume: bar.volume.lots)
          places.closes.note(&closed, interval: nil, view: view)
          delayed(lists.bars, at: step.time) { [closed] in $0.barClosed(closed, &$1) }
        }
        delayed(lists.events, at: step.time) { $0.marketChanged(instrument, &$1) }
      }
    }
  }

  /// The book has just reached the moment; what arrives later at the same time must wait its turn.
  @inline(__always)
  private func delayed(_ lanes: [Int32], at time: Int64, _ body: (inout LaneStrategy, inout Desk) -> Void) {
    for lane in lanes { places.call(Int(lane), localTime: time, advancesView: false, body) }
  }
}
