public import MarketTypes

/// The price levels as someone sees them who hears of each event a while later.
///
/// It follows the exchange's books through their change summaries, so nothing is decoded or matched twice. Changes wait
/// in a ring until `advance(to:)` passes their time.
@safe
public struct DelayedBook: BookObserver, ~Copyable {
  /// A change of one level, or of the last trade.
  struct Step: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable { case add, remove, reduce, trade, unsidedTrade, clear, bar, nothing }

    var time: Int64
    var exchangeTime: Int64
    var quantity: Int64
    var price: Int32
    var instrument: UInt16
    var sideIndex: UInt8
    var kind: Kind
    /// No further step belongs to the same event.
    var isLast = false
  }

  /// What one step did, for those who listen to this book.
  package struct Arrival {
    package var time: Int64
    package var exchangeTime: Int64
    package var quantity: Int64
    package var price: Int32
    package var instrument: UInt16
    package var aggressor: Side
    package var isTrade: Bool
    package var bar: MarketEvent.Bar?
    /// The price or the quantity of a best bid or offer changed.
    package var touchMoved: Bool
  }

  public let instrumentCount: Int
  /// What the next event takes.
  package var delayNanoseconds: Int64
  /// Events so far.
  package private(set) var eventCount: UInt64 = 0
  /// Takes as long as the data says, event by event.
  private let isRecorded: Bool
  /// When the last event so far arrives.
  package private(set) var lastArrival = Int64.min
  /// Exchange time of the latest event that has arrived.
  package private(set) var heardTime = Int64.min
  private var steps = RingQueue<Step>(capacity: 4096)
  private let sides: UnsafeMutablePointer<LadderSide>
  private var lastTrades: Column<Int32>
  private var bars = RingQueue<MarketEvent.Bar>(capacity: 8)
  /// What the last quote of each instrument set, until a depth feed takes over.
  private var quotes: Column<Quote>

  private struct Quote: BitwiseCopyable {
    var bid = Int32.min
    var bidQuantity: Int64 = 0
    var ask = Int32.min
    var askQuantity: Int64 = 0
  }

  /// Somebody listens to the end of each event.
  private let marksEvents: Bool

  public init(instrumentCount: Int, delayNanoseconds: Int64, isRecorded: Bool = false, marksEvents: Bool = false) {
    self.instrumentCount = instrumentCount
    self.marksEvents = marksEvents
    self.isRecorded = isRecorded
    self.delayNanoseconds = delayNanoseconds
    unsafe sides = .allocate(capacity: max(1, instrumentCount * 2))
    for index in 0..<(instrumentCount * 2) {
      unsafe (sides + index).initialize(to: LadderSide(sideIndex: index & 1))
    }
    lastTrades = Column(repeating: .min, count: max(1, instrumentCount))
    quotes = Column(repeating: Quote(), count: max(1, instrumentCount))
  }

  deinit {
    unsafe sides.deinitialize(count: instrumentCount * 2)
    unsafe sides.deallocate()
  }

  @inline(__always)
  private mutating func push(
    _ kind: Step.Kind, _ change: BookChange, side: Int, price: Int32, quantity: Int64, isLast: Bool = false
  ) {
    steps.append(
      Step(
        time: lastArrival, exchangeTime: change.time, quantity: quantity, price: price, instrument: change.instrument,
        sideIndex: UInt8(truncatingIfNeeded: side), kind: kind, isLast: isLast))
  }

  @inline(__always)
  public mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
    guard Int(change.instrument) < instrumentCount else { return }
    // A feed is one connection: what was sent earlier does not arrive later.
    let delay = isRecorded ? change.feedNanoseconds : delayNanoseconds
    lastArrival = max(lastArrival, change.time &+ delay)
    eventCount &+= 1
    push(change, books: books)
    // Listeners hear of an event when all of it has arrived.
    if marksEvents { push(.nothing, change, side: 0, price: .min, quantity: 0, isLast: true) }
  }

  @inline(__always)
  private mutating func push(_ change: BookChange, books: borrowing BookSet) {
    let side = change.sideIndex
    switch change.code.operationNumber {
    case EventCode.Operation.add.rawValue:
      push(.add, change, side: side, price: change.price, quantity: change.quantity)
    case EventCode.Operation.cancel.rawValue:
      if change.slot != .max { push(.remove, change, side: side, price: change.price, quantity: change.quantity) }
    case EventCode.Operation.reduce.rawValue:
      if change.slot != .max { push(.reduce, change, side: side, price: change.price, quantity: change.quantity) }
    case EventCode.Operation.executeWhole.rawValue, EventCode.Operation.executePart.rawValue,
      EventCode.Operation.executePriced.rawValue:
      guard change.slot != .max else { return }
      let isPriced = change.code.operationNumber == EventCode.Operation.executePriced.rawValue
      let price = isPriced ? books.lastTradePrice(instrument: Int(change.instrument)).ticks : change.price
      if !change.code.isMarked { push(.trade, change, side: 1 &- side, price: price, quantity: change.quantity) }
      let isWhole =
        change.quantity == change.oldQuantity
        && change.code.operationNumber != EventCode.Operation.executePart.rawValue
      push(isWhole ? .remove : .reduce, change, side: side, price: change.price, quantity: change.quantity)
    case EventCode.Operation.modify.rawValue:
      guard change.slot != .max else { return }
      push(.remove, change, side: side, price: change.oldPrice, quantity: change.oldQuantity)
      push(.add, change, side: side, price: change.price, quantity: change.quantity)
    case EventCode.Operation.setLevel.rawValue:
      replaceQuote(change, bid: (.min, 0), ask: (.min, 0))
      replaceLevel(change, side: side, price: change.price, from: change.oldQuantity, to: change.quantity)
    case EventCode.Operation.trade.rawValue:
      push(
        change.code.isMarked ? .unsidedTrade : .trade, change, side: side, price: change.price,
        quantity: change.quantity)
    case EventCode.Operation.quote.rawValue:
      // Beside a depth feed quotes are kept apart, as the books do.
      if books.state(of: Int(change.instrument)).hasDepth { return }
      replaceQuote(
        change, bid: (change.price, change.quantity), ask: (change.oldPrice, change.oldQuantity))
    case EventCode.Operation.bar.rawValue:
      guard let bar = books.lastBar(instrument: Int(change.instrument)) else { return }
      bars.append(bar)
      push(.bar, change, side: 0, price: change.price, quantity: change.quantity)
    case EventCode.Operation.clear.rawValue, EventCode.Operation.snapshotBegin.rawValue:
      quotes[Int(change.instrument)] = Quote()
      push(.clear, change, side: 0, price: .min, quantity: 0)
      push(.clear, change, side: 1, price: .min, quantity: 0)
    default: break
    }
  }

  /// The levels that the last quote set go, and those of the next one come.
  private mutating func replaceQuote(_ change: BookChange, bid: (Int32, Int64), ask: (Int32, Int64)) {
    let old = quotes[Int(change.instrument)]
    if bid.0 == .min, ask.0 == .min, old.bid == .min, old.ask == .min { return }
    let new = Quote(bid: bid.0, bidQuantity: bid.1, ask: ask.0, askQuantity: ask.1)
    quotes[Int(change.instrument)] = new
    for (side, before, after) in [
      (0, (old.bid, old.bidQuantity), (new.bid, new.bidQuantity)),
      (1, (old.ask, old.askQuantity), (new.ask, new.askQuantity)),
    ] {
      if before.0 != .min, before.1 > 0 { push(.remove, change, side: side, price: before.0, quantity: before.1) }
      if after.0 != .min, after.1 > 0 { push(.add, change, side: side, price: after.0, quantity: after.1) }
    }
  }

  private mutating func replaceLevel(
    _ change: BookChange, side: Int, price: Int32, from old: Int64, to new: Int64
  ) {
    if old > 0 { push(.remove, change, side: side, price: price, quantity: old) }
    if new > 0 { push(.add, change, side: side, price: price, quantity: new) }
  }

  /// When the oldest change that is still on its way arrives; Int64.max when none is.
  @inline(__always)
  public var nextTime: Int64 { steps.isEmpty ? .max : steps.first.time }

  /// Lets every change arrive that is not later than `time`.
  @inline(__always)
  public mutating func advance(to time: Int64) {
    while !steps.isEmpty, steps.first.time <= time { _ = apply(steps.removeFirst()) }
  }

  /// Lets the next event arrive with all its changes, if it is not later than `time`; only where events are marked.
  package mutating func advanceOne(upTo time: Int64) -> Arrival? {
    guard !steps.isEmpty, steps.first.time <= time else { return nil }
    var arrival = Arrival(
      time: steps.first.time, exchangeTime: steps.first.exchangeTime, quantity: 0, price: .min,
      instrument: steps.first.instrument, aggressor: .none,
      isTrade: false, bar: nil, touchMoved: false)
    while !steps.isEmpty {
      let step = steps.removeFirst()
      let place = Int(step.instrument) &* 2 &+ Int(step.sideIndex)
      let before = unsafe sides[place].bestTicks
      if let bar = apply(step) { arrival.bar = bar }
      let after = unsafe sides[place].bestTicks
      if step.kind == .trade || step.kind == .unsidedTrade {
        arrival.isTrade = true
        (arrival.price, arrival.quantity) = (step.price, step.quantity)
        arrival.aggressor = step.kind == .unsidedTrade ? .none : step.sideIndex == 0 ? .buy : .sell
      }
      let isBookStep = step.kind == .add || step.kind == .remove || step.kind == .reduce || step.kind == .clear
      if isBookStep, before != after || step.price == after { arrival.touchMoved = true }
      if step.isLast { break }
    }
    return arrival
  }

  @inline(__always)
  private mutating func apply(_ step: Step) -> MarketEvent.Bar? {
    let place = Int(step.instrument) &* 2 &+ Int(step.sideIndex)
    heardTime = max(heardTime, step.exchangeTime)
    switch step.kind {
    case .add: unsafe sides[place].add(price: step.price, quantity: step.quantity)
    case .remove: _ = unsafe sides[place].remove(price: step.price, quantity: step.quantity)
    case .reduce: unsafe sides[place].reduce(price: step.price, quantity: step.quantity)
    case .trade, .unsidedTrade: lastTrades[Int(step.instrument)] = step.price
    case .clear: unsafe sides[place].removeAll()
    case .bar:
      lastTrades[Int(step.instrument)] = step.price
      return bars.removeFirst()
    case .nothing: break
    }
    return nil
  }

  @inline(__always)
  public func bestPrice(_ side: Side, instrument: Int = 0) -> Price {
    precondition(instrument < instrumentCount)
    return unsafe Price(ticks: sides[instrument &* 2 &+ (side == .buy ? 0 : 1)].bestTicks)
  }

  /// The total resting at a price, as seen from here.
  @inline(__always)
  public func quantity(_ side: Side, at price: Price, instrument: Int = 0) -> Int64 {
    precondition(instrument < instrumentCount)
    return unsafe sides[instrument &* 2 &+ (side == .buy ? 0 : 1)].level(price: price.ticks).quantity
  }

  /// Walks the levels of a side from the touch on until `body` returns false.
  public func forEachLevel(_ side: Side, instrument: Int = 0, _ body: (Price, Int64) -> Bool) {
    precondition(instrument < instrumentCount)
    unsafe sides[instrument &* 2 &+ (side == .buy ? 0 : 1)].forEachLevel { body(Price(ticks: $0), $1.quantity) }
  }

  public func lastTradePrice(instrument: Int = 0) -> Price { Price(ticks: lastTrades[instrument]) }
}
