public import MarketTypes

/// Reads full events, cold columns included: for export, inspection and audit.
///
/// Reading gives back what was appended, with slots assigned and with side, price and quantity of an order event filled
/// in where the source left them unset.
public final class TickEventReader {
  public let file: TickFile
  private let until: Int64?
  private var block: Int
  private var cursor = EventCursor()
  private var batch: EventBatch
  private var isOpen = false
  private var hot = HotDecoder()
  private var cold = ColdColumns()
  private(set) var state = MarketState()
  private var isAtEnd = false
  /// The identifier that the order of the last event is known by after it, where the source replaced it.
  public private(set) var replacement: UInt64?
  /// How many events of the file have been read or skipped.
  public private(set) var ordinal: UInt64 = 0

  /// A reader of the events that reach `from` and do not reach `until` (see `TickReader.Options`).
  public convenience init(_ file: TickFile, from: Timestamp? = nil, until: Timestamp? = nil) throws(TickStoreError) {
    let start = from.map { file.index.block(reaching: $0.nanoseconds) } ?? 0
    try self.init(file, startBlock: start, until: until?.nanoseconds)
    guard let from, start < file.index.blocks.count else { return }
    while let event = try next() {
      guard event.exchangeTime < from else {
        pending = event
        pendingReplacement = replacement
        return
      }
    }
  }

  private var pending: MarketEvent?
  private var pendingReplacement: UInt64?

  /// A reader that starts with the first event of a block.
  init(_ file: TickFile, startBlock: Int, until: Int64? = nil) throws(TickStoreError) {
    self.file = file
    self.until = until
    batch = EventBatch(capacity: file.blockCapacity)
    block = 0
    do throws(FormatFault) {
      if let (keyframe, first) = try file.keyframe(before: startBlock, withIdentifiers: true) {
        state = try MarketState(keyframe)
        block = first
        ordinal = keyframe.ordinal
      }
    } catch { throw error.inFile(file.path) }
    while block < startBlock {
      guard try load() else { break }
      let last = block
      while block == last, try advance() != nil {}
    }
  }

  /// The next event, or nil at the end.
  public func next() throws(TickStoreError) -> MarketEvent? {
    if let event = pending {
      pending = nil
      replacement = pendingReplacement
      return event
    }
    if isAtEnd { return nil }
    guard let event = try advance() else { return nil }
    if let until, event.exchangeTime.nanoseconds >= until {
      isAtEnd = true
      return nil
    }
    return event
  }

  /// Reads to the end and returns the books' state there.
  func finalState() throws(TickStoreError) -> MarketState {
    while try advance() != nil {}
    return state
  }

  /// Decodes the current block when none is open; false at the end of the file.
  private func load() throws(TickStoreError) -> Bool {
    if isOpen { return true }
    guard block < file.index.blocks.count else { return false }
    do throws(FormatFault) {
      let header = try file.header(ofBlock: block)
      let offset = file.index.blocks[block].offset
      try hot.decode(header, try header.hot(file.mapping.view, at: offset), into: &batch)
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

  private func advance() throws(TickStoreError) -> MarketEvent? {
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
    } catch { throw error.inFile(file.path) }
    return event
  }

  /// The event at the cursor; applies it to the books.
  private func rebuild() throws(FormatFault) -> MarketEvent {
    let index = cursor.event
    let code = EventCode(rawValue: batch.codes[index])
    guard let operation = code.operation else { throw FormatFault("an operation is unknown", at: 0) }
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

  private func fillSlotless(
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

  private func fillStated(
    _ event: inout MarketEvent, _ operation: EventCode.Operation, _ marks: EventMarks
  ) throws(FormatFault) {
    if marks.contains(.statesPrice) { event.price = Price(ticks: try cold.statedPrice()) }
    if marks.contains(.statesQuantity) { event.quantity = Quantity(lots: try cold.statedQuantity()) }
    if let side = marks.statedSide { event.side = side }
    if let kind = marks.statedKind, operation != .orphan { event.kind = kind }
  }
}
