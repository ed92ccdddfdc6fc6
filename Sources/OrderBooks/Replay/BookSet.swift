import MarketTypes

/// The books of every instrument of a tick stream: order-level, level-level and top-of-book feeds alike.
///
/// Order-level events keep every order with its time priority in one arena addressed by the stream's slots; all feeds
/// keep price levels in one ladder a side. Quotes stand for a book only where no depth feed fills it; beside one they
/// are kept apart (`lastQuote`), as the two speak of different moments.
///
/// The two sides are independent, so crossed and locked states, which real feeds show before the open, are held
/// faithfully. A state is consistent only after an end-of-event mark. Events that a sound source cannot contain change
/// nothing and are counted in `anomalies`; `requireClean` is the policy for sources known to have none.
@safe
public struct BookSet: ~Copyable {
  public let instrumentCount: Int
  /// What replay changes with every event. Apart from the set itself, which therefore stays a few words: passing it to an
  /// observer copies it, and a copy of everything for each event took a sixth of a replay's time.
  let body: UnsafeMutablePointer<Body>
  /// Two ladders an instrument: buys at 2 i, sells at 2 i + 1. Allocated once; all initialised.
  let ladders: UnsafeMutablePointer<LadderSide>
  /// Trading status and last trade of each instrument; allocated once, all initialised.
  let states: UnsafeMutablePointer<InstrumentState>

  struct Body: ~Copyable {
    var arena: OrderArena
    var anomalies = BookAnomalies()
    var eventCount = 0
  }

  var arena: OrderArena {
    @inline(__always) _read { yield unsafe body.pointee.arena }
    @inline(__always) nonmutating _modify { yield unsafe &body.pointee.arena }
  }

  public internal(set) var anomalies: BookAnomalies {
    @inline(__always) get { unsafe body.pointee.anomalies }
    @inline(__always) nonmutating _modify { yield unsafe &body.pointee.anomalies }
  }

  public internal(set) var eventCount: Int {
    @inline(__always) get { unsafe body.pointee.eventCount }
    @inline(__always) nonmutating set { unsafe body.pointee.eventCount = newValue }
  }

  struct InstrumentState {
    var status = MarketStatus.unknown
    var isInSnapshot = false
    var lastTradePrice = Int32.min
    var lastTradeQuantity: Int64 = 0
    var lastTradeTime = Int64.min
    /// The levels that quotes set, to be replaced by the next quote.
    var quotedPrices: (Int32, Int32) = (.min, .min)
    /// Bid price and quantity, ask price and quantity of the last quote.
    var lastQuote: (Int32, Int64, Int32, Int64) = (.min, 0, .min, 0)
    /// A depth feed fills the ladders: quotes beside it no longer do.
    var hasDepth = false
    var lastBar: MarketEvent.Bar?
  }

  public init(instrumentCount: Int, expectedOrders: Int = 1 << 12) {
    precondition(instrumentCount >= 0 && instrumentCount <= 1 << 16)
    self.instrumentCount = instrumentCount
    unsafe body = .allocate(capacity: 1)
    unsafe body.initialize(to: Body(arena: OrderArena(capacity: expectedOrders)))
    unsafe ladders = .allocate(capacity: max(1, instrumentCount * 2))
    unsafe states = .allocate(capacity: max(1, instrumentCount))
    for index in 0..<instrumentCount {
      unsafe (ladders + 2 * index).initialize(to: LadderSide(sideIndex: 0))
      unsafe (ladders + 2 * index + 1).initialize(to: LadderSide(sideIndex: 1))
      unsafe (states + index).initialize(to: InstrumentState())
    }
  }

  deinit {
    unsafe body.deinitialize(count: 1)
    unsafe body.deallocate()
    unsafe ladders.deinitialize(count: instrumentCount * 2)
    unsafe ladders.deallocate()
    unsafe states.deinitialize(count: instrumentCount)
    unsafe states.deallocate()
  }

  @inline(__always)
  func ladder(_ instrument: UInt16, _ sideIndex: Int) -> UnsafeMutablePointer<LadderSide> {
    // Callers have checked that the instrument is below `instrumentCount`.
    unsafe ladders + (Int(instrument) &* 2 &+ sideIndex)
  }

  @inline(__always)
  mutating func isKnown(_ instrument: UInt16) -> Bool {
    if Int(instrument) < instrumentCount { return true }
    anomalies.unknownInstruments += 1
    return false
  }

  @inline(__always)
  func withSide<Result>(_ instrument: Int, _ sideIndex: Int, _ body: (borrowing LadderSide) -> Result) -> Result {
    precondition(instrument < instrumentCount, "no such instrument in this set of books")
    return unsafe body(ladders[instrument * 2 + sideIndex])
  }

  func state(of instrument: Int) -> InstrumentState {
    precondition(instrument < instrumentCount, "no such instrument in this set of books")
    return unsafe states[instrument]
  }

  /// Starts from a recorded state: live orders in order of arrival and the stack of free slots, top last.
  public mutating func restore(
    orders: [(slot: UInt32, order: RestingOrder)], freeSlots: [UInt32], highWater: UInt32
  ) {
    arena.restore(
      orders: orders.filter { Int($0.order.instrument) < instrumentCount && $0.order.sideIndex < 2 },
      free: freeSlots, highWater: highWater)
    for index in 0..<(instrumentCount * 2) { unsafe ladders[index].removeAll() }
    for index in 0..<instrumentCount { unsafe states[index] = InstrumentState() }
    for (slot, _) in orders where arena.isLive(slot) {
      let order = arena[checked: slot]
      unsafe ladder(order.instrument, Int(order.sideIndex)).pointee.add(price: order.price, quantity: order.quantity)
    }
  }
}
