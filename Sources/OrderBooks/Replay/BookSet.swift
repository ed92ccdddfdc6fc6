public import MarketTypes

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
  private let body: UnsafeMutablePointer<Body>
  /// Two ladders an instrument: buys at 2 i, sells at 2 i + 1. Allocated once; all initialised.
  private let ladders: UnsafeMutablePointer<LadderSide>
  /// Trading status and last trade of each instrument; allocated once, all initialised.
  private let states: UnsafeMutablePointer<InstrumentState>

  struct Body: ~Copyable {
    var arena: OrderArena
    var anomalies = BookAnomalies()
    var eventCount = 0
  }

  var arena: OrderArena {
    @inline(__always) _read { yield unsafe body.pointee.arena }
    @inline(__always) nonmutating _modify { yield unsafe &body.pointee.arena }
  }

  public private(set) var anomalies: BookAnomalies {
    @inline(__always) get { unsafe body.pointee.anomalies }
    @inline(__always) nonmutating _modify { yield unsafe &body.pointee.anomalies }
  }

  public private(set) var eventCount: Int {
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

  // MARK: - Applying

  /// Applies all events of a batch in order; `observer` sees each with what it changed.
  @inline(__always)
  public mutating func apply<Observer: BookObserver & ~Copyable>(
    _ batch: borrowing EventBatch, observer: inout Observer
  ) {
    var position = EventCursor()
    apply(batch, from: &position, upTo: .max, observer: &observer)
  }

  /// Applies the events of a batch from `position` on that are not later than `time`.
  public mutating func apply<Observer: BookObserver & ~Copyable>(
    _ batch: borrowing EventBatch, from position: inout EventCursor, upTo time: Int64, observer: inout Observer
  ) {
    let count = batch.count
    let codes = batch.codes.span
    let times = batch.times.span
    let instruments = batch.instruments.span
    let buyPrices = batch.buyPrices.span
    let sellPrices = batch.sellPrices.span
    let quantities = batch.quantities.span
    let slots = batch.slots.span
    let changes = batch.changes.span
    let priceChanges = batch.priceChanges.span
    let uniform = batch.uniformInstrument
    let feedDelays = batch.feedDelays.span
    let hasFeedDelays = batch.hasFeedDelays && feedDelays.count >= count
    var cursor = position
    let first = cursor.event

    // An event reads at most one value of each operand column, but four buy prices and two quantities. With room for
    // that, no cursor can leave its column, whatever the codes say, and the reads below need no checks.
    let left = max(0, count &- cursor.event)
    precondition(
      count <= codes.count && count <= times.count && (uniform != nil || count <= instruments.count)
        && cursor.buyPrice &+ 4 &* left <= buyPrices.count && cursor.sellPrice &+ left <= sellPrices.count
        && cursor.quantity &+ 2 &* left <= quantities.count && cursor.slot &+ left <= slots.count
        && cursor.change &+ left <= changes.count && cursor.priceChange &+ left <= priceChanges.count
        && cursor.isNotNegative, "the batch's columns are shorter than its events")

    while cursor.event < count {
      let now = unsafe times[unchecked: cursor.event]
      if now > time || now > observer.horizon { break }
      let code = EventCode(rawValue: unsafe codes[unchecked: cursor.event])
      let instrument = unsafe uniform ?? instruments[unchecked: cursor.event]
      var change = BookChange(time: now, instrument: instrument, code: code)
      if hasFeedDelays { change.feedNanoseconds = unsafe feedDelays[unchecked: cursor.event] }
      cursor.event &+= 1
      let sideIndex = code.sideIndex
      switch code.operationNumber {
      case EventCode.Operation.add.rawValue:
        let price =
          unsafe sideIndex == 0 ? buyPrices[unchecked: cursor.buyPrice] : sellPrices[unchecked: cursor.sellPrice]
        cursor.buyPrice &+= 1 &- sideIndex
        cursor.sellPrice &+= sideIndex
        let quantity = unsafe quantities[unchecked: cursor.quantity]
        cursor.quantity &+= 1
        add(price: price, quantity: quantity, sideIndex: sideIndex, change: &change)
      case EventCode.Operation.cancel.rawValue:
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        removeWhole(slot, change: &change)
      case EventCode.Operation.executeWhole.rawValue:
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        removeWhole(slot, change: &change)
        recordExecution(change)
      case EventCode.Operation.reduce.rawValue:
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        let quantity = unsafe changes[unchecked: cursor.change]
        cursor.change &+= 1
        removePart(slot, quantity: quantity, change: &change)
      case EventCode.Operation.executePart.rawValue:
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        let quantity = unsafe changes[unchecked: cursor.change]
        cursor.change &+= 1
        removePart(slot, quantity: quantity, change: &change)
        recordExecution(change)
      case EventCode.Operation.modify.rawValue:
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        let quantity = unsafe changes[unchecked: cursor.change]
        cursor.change &+= 1
        let priceChange = unsafe priceChanges[unchecked: cursor.priceChange]
        cursor.priceChange &+= 1
        change = modify(slot, priceChange: priceChange, quantity: quantity, change)
      case EventCode.Operation.executePriced.rawValue:
        let price =
          unsafe sideIndex == 0 ? buyPrices[unchecked: cursor.buyPrice] : sellPrices[unchecked: cursor.sellPrice]
        cursor.buyPrice &+= 1 &- sideIndex
        cursor.sellPrice &+= sideIndex
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        let quantity = unsafe changes[unchecked: cursor.change]
        cursor.change &+= 1
        change = executePriced(slot, tradePrice: price, quantity: quantity, change)
      case EventCode.Operation.fill.rawValue:
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        let quantity = unsafe changes[unchecked: cursor.change]
        cursor.change &+= 1
        change = fill(slot, quantity: quantity, change)
      case EventCode.Operation.trade.rawValue, EventCode.Operation.setLevel.rawValue:
        let price =
          unsafe sideIndex == 0 ? buyPrices[unchecked: cursor.buyPrice] : sellPrices[unchecked: cursor.sellPrice]
        cursor.buyPrice &+= 1 &- sideIndex
        cursor.sellPrice &+= sideIndex
        let quantity = unsafe quantities[unchecked: cursor.quantity]
        cursor.quantity &+= 1
        if code.operationNumber == EventCode.Operation.trade.rawValue {
          change = trade(price: price, quantity: quantity, change)
        } else {
          change = setLevel(price: price, quantity: quantity, change)
        }
      case EventCode.Operation.quote.rawValue:
        let bid = (unsafe buyPrices[unchecked: cursor.buyPrice], unsafe quantities[unchecked: cursor.quantity])
        let ask = (unsafe sellPrices[unchecked: cursor.sellPrice], unsafe quantities[unchecked: cursor.quantity &+ 1])
        cursor.buyPrice &+= 1
        cursor.sellPrice &+= 1
        cursor.quantity &+= 2
        change = quote(bid: bid, ask: ask, change)
      case EventCode.Operation.bar.rawValue:
        let place = cursor.buyPrice
        let bar = MarketEvent.Bar(
          open: Price(ticks: unsafe buyPrices[unchecked: place]),
          high: Price(ticks: unsafe buyPrices[unchecked: place &+ 1]),
          low: Price(ticks: unsafe buyPrices[unchecked: place &+ 2]),
          close: Price(ticks: unsafe buyPrices[unchecked: place &+ 3]),
          volume: Quantity(lots: unsafe quantities[unchecked: cursor.quantity]))
        cursor.buyPrice &+= 4
        cursor.quantity &+= 1
        change = self.bar(bar, change)
      case EventCode.Operation.status.rawValue:
        let status = unsafe quantities[unchecked: cursor.quantity]
        cursor.quantity &+= 1
        change = setStatus(status, change)
      case EventCode.Operation.clear.rawValue, EventCode.Operation.snapshotBegin.rawValue:
        change = clear(change)
      case EventCode.Operation.snapshotEnd.rawValue:
        change = endSnapshot(change)
      case EventCode.Operation.orphan.rawValue:
        anomalies.orphans += 1
      default:
        anomalies.unknownCodes += 1
      }
      observer.bookChanged(change, books: self)
    }
    eventCount &+= cursor.event &- first
    position = cursor
  }

  @inline(__always)
  private func ladder(_ instrument: UInt16, _ sideIndex: Int) -> UnsafeMutablePointer<LadderSide> {
    // Callers have checked that the instrument is below `instrumentCount`.
    unsafe ladders + (Int(instrument) &* 2 &+ sideIndex)
  }

  @inline(__always)
  private mutating func isKnown(_ instrument: UInt16) -> Bool {
    if Int(instrument) < instrumentCount { return true }
    anomalies.unknownInstruments += 1
    return false
  }

  @inline(__always)
  private mutating func add(price: Int32, quantity: Int64, sideIndex: Int, change: inout BookChange) {
    guard isKnown(change.instrument) else { return }
    var quantity = quantity
    if quantity < 0 {
      anomalies.negativeQuantities += 1
      quantity = 0
    }
    change.arrival = arena.nextArrival
    change.slot = arena.insert(
      price: price, quantity: quantity, instrument: change.instrument, sideIndex: sideIndex)
    let side = unsafe ladder(change.instrument, sideIndex)
    let before = unsafe side.pointee.best
    unsafe side.pointee.add(price: price, quantity: quantity)
    change.touchMoved = unsafe side.pointee.best != before
    change.price = price
    change.oldPrice = price
    change.quantity = quantity
  }

  @inline(__always)
  private mutating func isLive(_ slot: UInt32) -> Bool {
    if arena.isLive(slot) { return true }
    anomalies.deadSlots += 1
    return false
  }

  /// Fills in what an event on a resting order is about: the order's own side, instrument, price and priority.
  @inline(__always)
  private func describe(_ order: RestingOrder, slot: UInt32, change: inout BookChange) {
    change.slot = slot
    change.arrival = order.arrival
    change.instrument = order.instrument
    change.price = order.price
    change.oldPrice = order.price
    change.oldQuantity = order.quantity
    change.code.rawValue = change.code.rawValue & ~0x20 | (order.sideIndex << 5)
  }

  @inline(__always)
  private mutating func removeWhole(_ slot: UInt32, change: inout BookChange) {
    guard isLive(slot) else { return }
    let order = arena[checked: slot]
    describe(order, slot: slot, change: &change)
    change.quantity = order.quantity
    takeAway(order, slot: slot, change: &change)
  }

  @inline(__always)
  private mutating func takeAway(_ order: RestingOrder, slot: UInt32, change: inout BookChange) {
    arena.release(slot)
    let side = unsafe ladder(order.instrument, Int(order.sideIndex))
    let before = unsafe side.pointee.best
    _ = unsafe side.pointee.remove(price: order.price, quantity: order.quantity)
    change.touchMoved = unsafe side.pointee.best != before
  }

  @inline(__always)
  private mutating func removePart(_ slot: UInt32, quantity: Int64, change: inout BookChange) {
    guard isLive(slot) else { return }
    let order = arena[checked: slot]
    describe(order, slot: slot, change: &change)
    var quantity = quantity
    if quantity < 0 || quantity > order.quantity {
      anomalies.overdrawn += 1
      quantity = max(0, min(quantity, order.quantity))
    }
    change.quantity = quantity
    arena.setQuantity(slot, order.quantity &- quantity)
    unsafe ladder(order.instrument, Int(order.sideIndex)).pointee.reduce(price: order.price, quantity: quantity)
  }

  @inline(__always)
  private mutating func modify(_ slot: UInt32, priceChange: Int32, quantity: Int64, _ old: BookChange) -> BookChange {
    var change = old
    guard isLive(slot) else { return change }
    let order = arena[checked: slot]
    describe(order, slot: slot, change: &change)
    var quantity = quantity
    if quantity < 0 {
      anomalies.negativeQuantities += 1
      quantity = 0
    }
    let price = order.price &+ priceChange
    change.price = price
    change.quantity = quantity
    arena.requeue(slot, price: price, quantity: quantity)
    let side = unsafe ladder(order.instrument, Int(order.sideIndex))
    let before = unsafe side.pointee.best
    _ = unsafe side.pointee.remove(price: order.price, quantity: order.quantity)
    unsafe side.pointee.add(price: price, quantity: quantity)
    change.touchMoved = unsafe side.pointee.best != before
    return change
  }

  @inline(never)
  private mutating func executePriced(_ slot: UInt32, tradePrice: Int32, quantity: Int64, _ old: BookChange)
    -> BookChange
  {
    var change = old
    guard isLive(slot) else { return change }
    let order = arena[checked: slot]
    if !change.code.isMarked {
      recordTrade(price: tradePrice, quantity: quantity, time: change.time, instrument: order.instrument)
    }
    if quantity >= order.quantity {
      if quantity > order.quantity { anomalies.overdrawn += 1 }
      removeWhole(slot, change: &change)
    } else {
      removePart(slot, quantity: quantity, change: &change)
    }
    return change
  }

  @inline(never)
  private mutating func fill(_ slot: UInt32, quantity: Int64, _ old: BookChange) -> BookChange {
    var change = old
    guard isLive(slot) else { return change }
    describe(arena[checked: slot], slot: slot, change: &change)
    change.quantity = max(0, quantity)
    return change
  }

  /// A resting order traded at its own price; one that is not printable has a print of its own.
  @inline(__always)
  private mutating func recordExecution(_ change: BookChange) {
    guard change.slot != .max, !change.code.isMarked else { return }
    recordTrade(
      price: change.price, quantity: change.quantity, time: change.time, instrument: change.instrument)
  }

  private mutating func recordTrade(price: Int32, quantity: Int64, time: Int64, instrument: UInt16) {
    unsafe states[Int(instrument)].lastTradePrice = price
    unsafe states[Int(instrument)].lastTradeQuantity = quantity
    unsafe states[Int(instrument)].lastTradeTime = time
  }

  @inline(never)
  private mutating func trade(price: Int32, quantity: Int64, _ old: BookChange) -> BookChange {
    var change = old
    guard isKnown(change.instrument) else { return change }
    change.price = price
    change.oldPrice = price
    change.quantity = quantity
    recordTrade(price: price, quantity: quantity, time: change.time, instrument: change.instrument)
    return change
  }

  @inline(never)
  private mutating func setLevel(price: Int32, quantity: Int64, _ old: BookChange) -> BookChange {
    var change = old
    guard isKnown(change.instrument) else { return change }
    var quantity = quantity
    if quantity < 0 {
      anomalies.negativeQuantities += 1
      quantity = 0
    }
    var replacesQuote = false
    if unsafe !states[Int(change.instrument)].hasDepth { replacesQuote = beginDepth(change.instrument) }
    let side = unsafe ladder(change.instrument, change.sideIndex)
    let before = unsafe side.pointee.best
    change.oldQuantity = unsafe side.pointee.level(price: price).quantity
    unsafe side.pointee.set(price: price, quantity: quantity)
    change.touchMoved = unsafe replacesQuote || side.pointee.best != before
    change.price = price
    change.oldPrice = price
    change.quantity = quantity
    return change
  }

  /// From its first level on, a book is its depth feed's: what quotes put there goes. Returns whether there was any.
  @inline(never)
  private mutating func beginDepth(_ instrument: UInt16) -> Bool {
    unsafe states[Int(instrument)].hasDepth = true
    let hadQuote = unsafe states[Int(instrument)].quotedPrices != (Int32.min, Int32.min)
    replaceQuoted(instrument, (.min, 0), (.min, 0))
    return hadQuote
  }

  /// A quote states the whole touch: what an earlier quote said is replaced.
  private mutating func replaceQuoted(_ instrument: UInt16, _ bid: (Int32, Int64), _ ask: (Int32, Int64)) {
    let (buys, sells) = unsafe (ladder(instrument, 0), ladder(instrument, 1))
    let quoted = unsafe states[Int(instrument)].quotedPrices
    if quoted.0 != .min, quoted.0 != bid.0 { unsafe buys.pointee.set(price: quoted.0, quantity: 0) }
    if quoted.1 != .min, quoted.1 != ask.0 { unsafe sells.pointee.set(price: quoted.1, quantity: 0) }
    if bid.0 != .min { unsafe buys.pointee.set(price: bid.0, quantity: max(0, bid.1)) }
    if ask.0 != .min { unsafe sells.pointee.set(price: ask.0, quantity: max(0, ask.1)) }
    unsafe states[Int(instrument)].quotedPrices = (bid.0, ask.0)
  }

  @inline(never)
  private mutating func quote(bid: (Int32, Int64), ask: (Int32, Int64), _ old: BookChange) -> BookChange {
    var change = old
    guard isKnown(change.instrument) else { return change }
    let place = Int(change.instrument)
    let (buys, sells) = unsafe (ladder(change.instrument, 0), ladder(change.instrument, 1))
    change.price = bid.0
    change.quantity = bid.1
    change.oldPrice = ask.0
    change.oldQuantity = ask.1
    if bid.1 < 0 || ask.1 < 0 { anomalies.negativeQuantities += 1 }
    unsafe states[place].lastQuote = (bid.0, max(0, bid.1), ask.0, max(0, ask.1))
    let before = unsafe (buys.pointee.best, sells.pointee.best)
    let isQuoted = unsafe states[place].quotedPrices != (Int32.min, Int32.min)
    // Orders leave no mark of their own in the state, but only they fill a ladder that neither quotes nor levels did.
    if !isQuoted, unsafe !buys.pointee.isEmpty || !sells.pointee.isEmpty { unsafe states[place].hasDepth = true }
    if unsafe states[place].hasDepth { return change }
    replaceQuoted(change.instrument, bid, ask)
    change.touchMoved = unsafe before != (buys.pointee.best, sells.pointee.best)
    return change
  }

  @inline(never)
  private mutating func bar(_ bar: MarketEvent.Bar, _ old: BookChange) -> BookChange {
    var change = old
    guard isKnown(change.instrument) else { return change }
    unsafe states[Int(change.instrument)].lastBar = bar
    recordTrade(
      price: bar.close.ticks, quantity: bar.volume.lots, time: change.time, instrument: change.instrument)
    change.price = bar.close.ticks
    change.oldPrice = bar.open.ticks
    change.quantity = bar.volume.lots
    return change
  }

  @inline(never)
  private mutating func setStatus(_ status: Int64, _ old: BookChange) -> BookChange {
    var change = old
    guard isKnown(change.instrument) else { return change }
    change.quantity = status
    unsafe states[Int(change.instrument)].status =
      MarketStatus(rawValue: UInt8(truncatingIfNeeded: status)) ?? .unknown
    return change
  }

  @inline(never)
  private mutating func clear(_ old: BookChange) -> BookChange {
    var change = old
    guard isKnown(change.instrument) else { return change }
    let (buys, sells) = unsafe (ladder(change.instrument, 0), ladder(change.instrument, 1))
    change.touchMoved = unsafe !buys.pointee.isEmpty || !sells.pointee.isEmpty
    var slot: UInt32 = 0
    while slot < arena.highWater {
      if arena.isLive(slot), arena[checked: slot].instrument == change.instrument { arena.release(slot) }
      slot += 1
    }
    unsafe buys.pointee.removeAll()
    unsafe sells.pointee.removeAll()
    unsafe states[Int(change.instrument)].quotedPrices = (.min, .min)
    if change.code.operationNumber == EventCode.Operation.snapshotBegin.rawValue {
      unsafe states[Int(change.instrument)].isInSnapshot = true
    }
    return change
  }

  @inline(never)
  private mutating func endSnapshot(_ change: BookChange) -> BookChange {
    guard isKnown(change.instrument) else { return change }
    unsafe states[Int(change.instrument)].isInSnapshot = false
    return change
  }

  // MARK: - What the views read

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
