import MarketTypes

/// Rebuilds full events from hot and cold columns, keeping the books that imply the rest.
///
/// A noncopyable struct inside the reader's class: its many small accesses then cost no exclusivity checks.
struct EventRebuilder: ~Copyable {
  let file: TickFile
  private var block = 0
  private var cursor = EventCursor()
  private var batch: EventBatch
  private var isOpen = false
  private var hot = HotDecoder()
  private var cold = ColdColumns()
  private(set) var state = MarketState()
  private(set) var replacement: UInt64?
  private(set) var ordinal: UInt64 = 0

  init(_ file: TickFile) {
    self.file = file
    batch = EventBatch(capacity: file.blockCapacity)
  }

  /// Moves to the first event of a block, by the nearest keyframe.
  mutating func position(atBlock target: Int) throws(TickStoreError) {
    do throws(FormatFault) {
      if let (restored, first, next) = try file.state(before: target, withIdentifiers: true) {
        state = restored
        block = first
        ordinal = next
      }
    } catch { throw error.inFile(file.path) }
    while block < target {
      let last = block
      while block == last { _ = try advance() }
    }
  }

  /// Decodes the current block when none is open; false at the end of the file.
  private mutating func load() throws(TickStoreError) -> Bool {
    if isOpen { return true }
    guard block < file.index.blocks.count else { return false }
    do throws(FormatFault) {
      let header = try file.header(ofBlock: block)
      let offset = file.index.blocks[block].offset
      try hot.decode(header, try header.hot(file.mapping.view, at: offset), .all, into: &batch)
      var otherCount = 0
      for index in 0..<batch.count {
        switch EventCode(rawValue: batch.codes[index]).operation {
        case .trade, .setLevel, .status, .clear, .snapshotBegin, .snapshotEnd, .orphan: otherCount += 1
        default: break
        }
      }
      try cold.decode(
        try header.cold(file.mapping.view, at: offset), count: header.eventCount, otherCount: otherCount)
    } catch { throw error.inFile(file.path) }
    cursor = EventCursor()
    isOpen = true
    return true
  }

  mutating func advance() throws(TickStoreError) -> MarketEvent? {
    guard try load() else { return nil }
    let event: MarketEvent
    do throws(FormatFault) {
      event = try rebuild()
      ordinal += 1
      if cursor.event == batch.count {
        try cold.requireEnd()
        isOpen = false
        block += 1
      }
    } catch { throw error.placed(at: file.index.blocks[block].offset).inFile(file.path) }
    return event
  }

  /// The event at the cursor; applies it to the books.
  private mutating func rebuild() throws(FormatFault) -> MarketEvent {
    let index = cursor.event
    let code = EventCode(rawValue: batch.codes[index])
    guard let operation = code.operation else { throw FormatFault("an operation is unknown") }
    let instrument = batch.uniformInstrument ?? batch.instruments[index]
    let marks = try cold.marks(index)
    var event = MarketEvent(
      kind: operation.naturalKind, exchangeTime: Timestamp(nanoseconds: batch.times[index]),
      instrument: instrument, flags: marks.flags(implied: code.impliedFlags(operation)))
    replacement = nil
    if operation.readsSlot {
      let slot = batch.slots[cursor.slot]
      let order = try state.live(slot, instrument).1
      event.slot = slot
      event.identifier = order.identifier
      event.side = order.side
      event.price = Price(ticks: order.price)
      event.quantity = Quantity(lots: order.quantity)
      let change = operation.operands.changes == 1 ? batch.changes[cursor.change] : 0
      switch operation {
      case .reduce:
        event.quantity = Quantity(lots: marks.statedKind == .modify ? order.quantity &- change : change)
      case .executePart, .fill: event.quantity = Quantity(lots: change)
      case .modify:
        event.price = Price(ticks: order.price &+ batch.priceChanges[cursor.priceChange])
        event.quantity = Quantity(lots: change)
      case .executePriced:
        event.price = Price(ticks: takenPrice(code))
        event.quantity = Quantity(lots: change)
      default: break
      }
      if marks.contains(.statesIdentifier) { replacement = try cold.orderIdentifier() }
    } else {
      try fillSlotless(&event, code, operation, marks)
    }
    let taken = operation == .add ? state.nextSlot : OrderTable.none
    try state.apply(batch, 1, &cursor)
    if operation == .add {
      event.slot = taken
      state.setIdentifier(taken, event.identifier)
    } else if let replacement, operation == .modify {
      state.setIdentifier(event.slot, replacement)
    }
    try fillStated(&event, operation, marks)
    try cold.fill(&event, index, code, marks)
    return event
  }

  private func takenPrice(_ code: EventCode) -> Int32 {
    code.sideIndex == 1 ? batch.sellPrices[cursor.sellPrice] : batch.buyPrices[cursor.buyPrice]
  }

  private mutating func fillSlotless(
    _ event: inout MarketEvent, _ code: EventCode, _ operation: EventCode.Operation, _ marks: EventMarks
  ) throws(FormatFault) {
    switch operation {
    case .add, .trade, .setLevel:
      event.side = operation == .trade && code.isMarked ? .none : code.side
      event.price = Price(ticks: takenPrice(code))
      event.quantity = Quantity(lots: batch.quantities[cursor.quantity])
    case .quote:
      event.quote = MarketEvent.Quote(
        bidPrice: Price(ticks: batch.buyPrices[cursor.buyPrice]),
        bidQuantity: Quantity(lots: batch.quantities[cursor.quantity]),
        askPrice: Price(ticks: batch.sellPrices[cursor.sellPrice]),
        askQuantity: Quantity(lots: batch.quantities[cursor.quantity + 1]))
    case .bar:
      event.bar = MarketEvent.Bar(
        open: Price(ticks: batch.buyPrices[cursor.buyPrice]),
        high: Price(ticks: batch.buyPrices[cursor.buyPrice + 1]),
        low: Price(ticks: batch.buyPrices[cursor.buyPrice + 2]),
        close: Price(ticks: batch.buyPrices[cursor.buyPrice + 3]),
        volume: Quantity(lots: batch.quantities[cursor.quantity]))
    case .status: event.quantity = Quantity(lots: batch.quantities[cursor.quantity])
    default: break
    }
    switch operation {
    case .add: event.identifier = try cold.orderIdentifier()
    case .quote, .bar: break
    case .orphan:
      if marks.contains(.statesIdentifier) { replacement = try cold.orderIdentifier() }
      event.identifier = try cold.otherIdentifier()
      if let kind = marks.statedKind { event.slot = UInt32(kind.rawValue) }
    default: event.identifier = try cold.otherIdentifier()
    }
  }

  private mutating func fillStated(
    _ event: inout MarketEvent, _ operation: EventCode.Operation, _ marks: EventMarks
  ) throws(FormatFault) {
    if marks.contains(.statesPrice) { event.price = Price(ticks: try cold.statedPrice()) }
    if marks.contains(.statesQuantity) { event.quantity = Quantity(lots: try cold.statedQuantity()) }
    if let side = marks.statedSide { event.side = side }
    if let kind = marks.statedKind, operation != .orphan { event.kind = kind }
  }
}
