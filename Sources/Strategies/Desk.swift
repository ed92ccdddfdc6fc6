public import Accounting
public import Execution
public import MarketTypes
public import OrderBooks
import RiskControls

/// What the desks of all lanes of a run share.
///
/// Invariant: everything pointed to outlives every desk.
@usableFromInline
package struct DeskRoom {
  @usableFromInline let engine: UnsafeMutablePointer<ExecutionEngine>
  @usableFromInline let books: UnsafePointer<BookSet>
  @usableFromInline let instruments: UnsafePointer<Instrument>
  @usableFromInline let wakes: UnsafeMutablePointer<WakeBoard>
  @usableFromInline let board: LaneBoard
  /// A ring for each series of bars; at least one.
  @usableFromInline let closes: UnsafePointer<CloseRing>
  /// What positions are worth, as everywhere in the run.
  @usableFromInline let marks: MarkRule

  package init(
    engine: UnsafeMutablePointer<ExecutionEngine>, books: UnsafePointer<BookSet>,
    instruments: UnsafePointer<Instrument>, wakes: UnsafeMutablePointer<WakeBoard>, closes: UnsafePointer<CloseRing>,
    marks: MarkRule = .middle
  ) {
    self.engine = engine
    self.books = books
    self.instruments = instruments
    self.wakes = wakes
    board = engine.pointee.board
    self.closes = closes
    self.marks = marks
  }
}

/// A strategy's place of work during one callback: the market as its lane sees it, its orders, and the way to send more.
///
/// Invariant: the pointers outlive the callback; a desk must not be kept beyond it.
public struct Desk: ~Copyable {
  @usableFromInline let room: UnsafePointer<DeskRoom>
  /// For lanes that hear of the market later than their clock allows for; nil for all others.
  @usableFromInline let view: UnsafeMutablePointer<DelayedBook>?
  public let lane: Int
  /// The lane's clock, nanoseconds since the epoch.
  public let time: Int64

  @inlinable @inline(__always)
  package init(room: UnsafePointer<DeskRoom>, view: UnsafeMutablePointer<DelayedBook>?, lane: Int, time: Int64) {
    self.room = room
    self.view = view
    self.lane = lane
    self.time = time
  }

  @inline(__always) private var engine: UnsafeMutablePointer<ExecutionEngine> { room.pointee.engine }
  @inline(__always) private var books: UnsafePointer<BookSet> { room.pointee.books }
  @inline(__always) private var board: LaneBoard { room.pointee.board }

  // MARK: - The market

  @inline(__always)
  public var instrumentCount: Int { board.instrumentCount }

  /// Of instruments that there are none of, a desk knows no price and no quantity.
  @inline(__always)
  private func isKnown(_ instrument: Int) -> Bool {
    UInt(bitPattern: instrument) < UInt(bitPattern: board.instrumentCount)
  }

  /// What an instrument is: its symbol, tick, lot and currency.
  public func instrument(_ index: Int) -> Instrument {
    precondition(index >= 0 && index < instrumentCount, "no such instrument")
    return room.pointee.instruments[index]
  }

  /// The index of the instrument with a symbol; nil without one.
  public func instrument(symbol: String) -> Int? {
    (0..<instrumentCount).first { room.pointee.instruments[$0].symbol == symbol }
  }

  /// The best bid the lane has heard of; `Price.none` when there is none.
  @inline(__always)
  public func bestBid(_ instrument: Int = 0) -> Price { bestPrice(.buy, instrument) }

  @inline(__always)
  public func bestAsk(_ instrument: Int = 0) -> Price { bestPrice(.sell, instrument) }

  @inline(__always)
  private func bestPrice(_ side: Side, _ instrument: Int) -> Price {
    guard isKnown(instrument) else { return .none }
    if let view { return view.pointee.bestPrice(side, instrument: instrument) }
    return books.pointee.bestPrice(side, instrument: instrument)
  }

  /// The quantity resting at a price.
  @inline(__always)
  public func quantity(_ side: Side, at price: Price, instrument: Int = 0) -> Int64 {
    guard isKnown(instrument) else { return 0 }
    if let view { return view.pointee.quantity(side, at: price, instrument: instrument) }
    return books.pointee.level(side, at: price, instrument: instrument).quantity
  }

  /// The quantity at the best price of a side; 0 when it is empty.
  @inline(__always)
  public func bestQuantity(_ side: Side, _ instrument: Int = 0) -> Int64 {
    let best = bestPrice(side, instrument)
    return best.isNone ? 0 : quantity(side, at: best, instrument: instrument)
  }

  /// Walks the levels of a side from the touch on until `body` returns false.
  public func forEachLevel(_ side: Side, instrument: Int = 0, _ body: (Price, Int64) -> Bool) {
    guard isKnown(instrument) else { return }
    if let view { return view.pointee.forEachLevel(side, instrument: instrument, body) }
    books.pointee.forEachLevel(side, instrument: instrument, body)
  }

  /// The market is one that the lane trades in for real: its feed shows the lane's own trades among all others.
  public var feedShowsOwnTrades: Bool { engine.pointee.tradesAtVenue }

  public func lastTradePrice(_ instrument: Int = 0) -> Price {
    guard isKnown(instrument) else { return .none }
    if let view { return view.pointee.lastTradePrice(instrument: instrument) }
    return books.pointee.lastTradePrice(instrument: instrument)
  }

  /// The closes up to and with a bar that is being reported; subscribe to a `barHistory` to have them kept.
  @inlinable @inline(__always)
  public func closes(of bar: MarketBar) -> CloseHistory { CloseHistory(ring: room.pointee.closes + Int(bar.series)) }

  // MARK: - The lane

  /// Signed lots, as far as the lane has been told.
  @inline(__always)
  public func position(_ instrument: Int = 0) -> Int64 {
    isKnown(instrument) ? board.knownPosition(lane: lane, instrument: instrument) : 0
  }

  /// Open quantity of the lane's orders of a side, sent and not known to be done.
  @inline(__always)
  public func openQuantity(_ side: Side, _ instrument: Int = 0) -> Int64 {
    guard isKnown(instrument) else { return 0 }
    return board.knownOpenQuantity(lane: lane, instrument: instrument, sideIndex: side == .buy ? 0 : 1)
  }

  /// Money the lane has, in ticks × lots of the instrument, fees not taken off, as far as it has been told.
  public func cash(_ instrument: Int = 0) -> Int128 {
    isKnown(instrument) ? engine.pointee.knownMoney(lane: lane, instrument: instrument) : 0
  }

  /// The lane's orders that it believes alive, in order of their places.
  @inline(__always)
  public var orders: DeskOrders { DeskOrders(board: board, lane: lane, time: time) }

  /// The lane's living order with the strategy's own number; the first place when it used the number twice.
  public func order(identifier: UInt64) -> DeskOrder? {
    for order in orders where order.identifier == identifier { return order }
    return nil
  }

  /// Changes whenever news has changed the lane's orders or position as it knows them.
  @inline(__always)
  public var newsCount: UInt32 { board.newsCount(lane: lane) }

  // MARK: - Acting

  /// Calls `woken` at a moment of the lane's clock, at once when that has passed; replaces an earlier wish. From `woken`
  /// itself, at once is a microsecond later.
  @inline(__always)
  public func wake(at time: Int64) { room.pointee.wakes.pointee.set(lane, max(time, self.time)) }

  /// Sends an order through the risk gate to the venue.
  @inline(__always)
  @discardableResult
  public func send(_ terms: OrderTerms, instrument: Int = 0) -> SendResult {
    guard instrument >= 0, instrument <= Int(UInt16.max) else { return .refused(.unknownInstrument) }
    let intent = OrderIntent(terms, instrument: UInt16(truncatingIfNeeded: instrument))
    let known = min(instrument, board.instrumentCount - 1)
    return engine.pointee.send(
      intent, lane: lane, time: time, bestBid: bestBid(known), bestAsk: bestAsk(known))
  }

  /// Sends a cancel; false when the order is known to be done or being cancelled.
  @inline(__always)
  @discardableResult
  public func cancel(_ handle: Int32) -> Bool {
    engine.pointee.cancel(handle, lane: lane, time: time)
  }

  /// Sends a cancel for every order that is not being cancelled yet.
  public func cancelAll() {
    for order in orders { cancel(order.handle) }
  }

  /// Sends an amend of limit and open quantity, less what fills before it arrives, through the risk gate; false when there is
  /// nothing to amend or a control holds it back. Orders of every type can be amended as in the matching engine: of orders
  /// without a limit only the quantity, of pegs the limit that they may not pass, of stops the limit that they will have.
  @discardableResult
  public func amend(_ handle: Int32, price: Price, quantity: Int64) -> Bool {
    let instrument = engine.pointee.instrument(of: handle)
    return engine.pointee.amend(
      handle, lane: lane, price: price, quantity: quantity, time: time, bestBid: bestBid(instrument),
      bestAsk: bestAsk(instrument))
  }
}

/// One of the lane's orders, as it knows it; valid during the callback.
public struct DeskOrder {
  private let order: UnsafeMutablePointer<LaneOrder>
  private let knownPrices: UnsafeMutablePointer<KnownPrice>
  private let time: Int64
  /// Names the order to `cancel` and `amend`.
  public let handle: Int32

  @inline(__always)
  init(
    order: UnsafeMutablePointer<LaneOrder>, knownPrices: UnsafeMutablePointer<KnownPrice>, handle: Int32, time: Int64
  ) {
    self.order = order
    self.knownPrices = knownPrices
    self.handle = handle
    self.time = time
  }

  /// The strategy's own number.
  @inline(__always) public var identifier: UInt64 { order.pointee.identifier }
  /// Its limit, as the lane knows it: what was sent, or the last amend that the venue is known to have made. None for orders
  /// without a limit; where a peg stands between the venue does not tell, and a limit is what it may not pass.
  @inline(__always) public var price: Price {
    Price(ticks: isPricedApart ? knownPrices[Int(handle)].confirmed : order.pointee.price)
  }
  /// The limit that was asked for last; another than `price` while an amend is not answered.
  @inline(__always) public var requestedPrice: Price {
    Price(ticks: isPricedApart ? knownPrices[Int(handle)].requested : order.pointee.price)
  }
  @inline(__always) private var isPricedApart: Bool { order.pointee.marks.rawValue & 32 != 0 }
  /// What the lane believes open.
  @inline(__always) public var openQuantity: Int64 { order.pointee.knownQuantity }
  @inline(__always) public var side: Side { order.pointee.sideIndex == 0 ? .buy : .sell }
  @inline(__always) public var isBuy: Bool { order.pointee.sideIndex == 0 }
  @inline(__always) public var instrument: Int { Int(order.pointee.instrument) }
  @inline(__always) public var sentTime: Int64 { order.pointee.sentTime }
  /// The lane has heard that the venue took it.
  @inline(__always) public var isAcknowledged: Bool { order.pointee.acknowledgedTime <= time }
  /// A cancel is on its way.
  @inline(__always) public var isCancelSent: Bool { order.pointee.marks.rawValue & 2 != 0 }
}

/// The living orders of a lane: a walk over bits. Orders sent or cancelled during the walk change nothing about it.
public struct DeskOrders: Sequence, IteratorProtocol {
  private let orders: UnsafeMutablePointer<LaneOrder>
  private let words: UnsafeMutablePointer<UInt64>
  private let knownPrices: UnsafeMutablePointer<KnownPrice>
  private let first: Int32
  private var word = 0
  private let count: Int
  private let time: Int64
  private var bits: UInt64

  @inline(__always)
  init(board: LaneBoard, lane: Int, time: Int64) {
    count = board.wordsPerLane
    orders = board.firstOrder(lane: lane)
    words = board.firstAliveWord(lane: lane)
    knownPrices = board.knownPrices
    first = Int32(truncatingIfNeeded: lane &* count &* 64)
    self.time = time
    bits = words[0]
  }

  @inline(__always)
  public mutating func next() -> DeskOrder? {
    while bits == 0 {
      word &+= 1
      if word >= count { return nil }
      bits = words[word]
    }
    let place = word &* 64 &+ bits.trailingZeroBitCount
    bits &= bits &- 1
    return DeskOrder(
      order: orders + place, knownPrices: knownPrices, handle: first &+ Int32(truncatingIfNeeded: place), time: time)
  }
}
