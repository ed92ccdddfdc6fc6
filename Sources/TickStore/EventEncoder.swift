public import MarketTypes

/// Turns full events into hot operations and cold remainders, keeping the resting orders that imply values.
///
/// What the source states is compared with what the book implies; only a difference is stored. A field the source
/// leaves unset (side none, price none, the quantity of a cancel 0) is filled in from the book on the way back.
struct EventEncoder {
  private(set) var state = MarketState()
  private var identifiers = IdentifierMap()
  var builder: BlockBuilder
  /// Events by operation, over the whole file.
  var operationCounts = [UInt64](repeating: 0, count: 32)
  /// A change of an order to a smaller size at the same price keeps its place in the queue.
  let sizeDownKeepsPriority: Bool

  init(builder: BlockBuilder, sizeDownKeepsPriority: Bool) {
    self.builder = builder
    self.sizeDownKeepsPriority = sizeDownKeepsPriority
  }

  /// Continues after the events of an existing file.
  mutating func restore(_ state: MarketState, operationCounts: [UInt64]) {
    self.state = state
    self.operationCounts = operationCounts
    identifiers = IdentifierMap()
    for order in state.table.orders where order.isLive {
      if identifiers[order.identifier, order.instrument] == nil {
        identifiers.insert(order.identifier, order.instrument, 0)
      }
    }
    for (slot, order) in state.table.orders.enumerated() where order.isLive {
      identifiers.remove(order.identifier, order.instrument)
      identifiers.insert(order.identifier, order.instrument, UInt32(slot))
    }
  }

  /// Appends events until the block is full or one names an instrument that is not there; returns how many it took.
  mutating func append(_ events: ArraySlice<MarketEvent>, blockCapacity: Int, _ instrumentCount: Int) -> Int {
    var taken = 0
    for event in events {
      guard builder.count < blockCapacity, Int(event.instrument) < instrumentCount else { break }
      append(event, replacement: nil)
      taken += 1
    }
    return taken
  }

  mutating func append(_ event: MarketEvent, replacement: UInt64?) {
    switch event.kind {
    case .add: appendAdd(event)
    case .cancel, .reduce, .modify, .execute, .fill: appendOrderEvent(event, replacement)
    case .trade:
      let code = code(.trade, event, side: event.side == .sell ? .sell : .buy, isMarked: event.side == .none)
      builder.append(price: event.price.ticks, isSell: event.side == .sell)
      builder.quantities.append(event.quantity.lots)
      finish(code, .trade, event, side: event.side, price: event.price.ticks, quantity: event.quantity.lots)
    case .setLevel:
      guard event.side != .none, !event.price.isNone, event.quantity.lots >= 0 else { return appendOrphan(event) }
      let code = code(.setLevel, event, side: event.side, isMarked: event.flags.contains(.snapshot))
      builder.append(price: event.price.ticks, isSell: event.side == .sell)
      builder.quantities.append(event.quantity.lots)
      state.setLevel(event.instrument, event.side, event.price.ticks, event.quantity.lots)
      finish(code, .setLevel, event, side: event.side, price: event.price.ticks, quantity: event.quantity.lots)
    case .quote:
      let quote = event.quote
      builder.append(price: quote.bidPrice.ticks, isSell: false)
      builder.append(price: quote.askPrice.ticks, isSell: true)
      builder.quantities.append(quote.bidQuantity.lots)
      builder.quantities.append(quote.askQuantity.lots)
      state.setQuote(event.instrument, quote)
      finish(
        code(.quote, event), .quote, event, side: .none, price: event.price.ticks, quantity: event.quantity.lots)
    case .bar:
      let bar = event.bar
      for price in [bar.open, bar.high, bar.low, bar.close] { builder.append(price: price.ticks, isSell: false) }
      builder.quantities.append(bar.volume.lots)
      finish(code(.bar, event), .bar, event, side: .none, price: event.price.ticks, quantity: event.quantity.lots)
    case .status:
      builder.quantities.append(event.quantity.lots)
      state.setStatus(event.instrument, event.status)
      finish(
        code(.status, event), .status, event, side: .none, price: Price.none.ticks, quantity: event.quantity.lots)
    case .clear, .snapshotBegin:
      for order in state.clear(event.instrument) { identifiers.remove(order.identifier, order.instrument) }
      let operation: EventCode.Operation = event.kind == .clear ? .clear : .snapshotBegin
      finish(code(operation, event), operation, event, side: .none, price: Price.none.ticks, quantity: 0)
    case .snapshotEnd:
      finish(code(.snapshotEnd, event), .snapshotEnd, event, side: .none, price: Price.none.ticks, quantity: 0)
    case .orphan: appendOrphan(event, replacement)
    }
  }

  private func code(
    _ operation: EventCode.Operation, _ event: MarketEvent, side: Side = .buy, isMarked: Bool = false
  ) -> EventCode {
    EventCode(
      operation, side: side, isEndOfEvent: event.flags.contains(.endOfEvent), isMarked: isMarked)
  }

  private mutating func appendAdd(_ event: MarketEvent) {
    guard event.side != .none, !event.price.isNone, event.quantity.lots > 0,
      identifiers[event.identifier, event.instrument] == nil
    else { return appendOrphan(event) }
    let order = OrderTable.Order(
      identifier: event.identifier, quantity: event.quantity.lots, price: event.price.ticks,
      instrument: event.instrument, side: event.side)
    identifiers.insert(event.identifier, event.instrument, state.add(order))
    builder.append(price: event.price.ticks, isSell: event.side == .sell)
    builder.quantities.append(event.quantity.lots)
    builder.orderIdentifiers.append(Int64(bitPattern: event.identifier))
    let code = code(.add, event, side: event.side, isMarked: event.flags.contains(.snapshot))
    finish(code, .add, event, side: event.side, price: event.price.ticks, quantity: event.quantity.lots)
  }

  private mutating func appendOrderEvent(_ event: MarketEvent, _ replacement: UInt64?) {
    guard let slot = identifiers[event.identifier, event.instrument], let order = state.table[slot],
      event.quantity.lots >= 0 || event.kind == .fill,
      event.kind != .modify || !event.price.isNone,
      event.kind != .execute || !event.flags.contains(.pricedExecution) || !event.price.isNone,
      replacement == nil || event.kind == .modify,
      replacement.map({ $0 == event.identifier || identifiers[$0, event.instrument] == nil }) ?? true
    else { return appendOrphan(event, replacement) }
    let quantity = event.quantity.lots
    let rest = order.quantity
    builder.slots.append(Int64(slot))
    switch event.kind {
    case .cancel where quantity == 0 || quantity >= rest, .reduce where quantity >= rest:
      leave(slot, order)
      finishOrder(.cancel, event, order, price: order.price, quantity: rest, fillsZero: event.kind == .cancel)
    case .cancel, .reduce:
      builder.changes.append(quantity)
      state.setQuantity(slot, rest - quantity)
      finishOrder(.reduce, event, order, price: order.price, quantity: quantity)
    case .modify where quantity == 0:
      leave(slot, order)
      if let replacement { builder.orderIdentifiers.append(Int64(bitPattern: replacement)) }
      finishOrder(
        .cancel, event, order, price: order.price, quantity: rest,
        extra: replacement == nil ? [] : [.statesIdentifier])
    case .modify:
      if replacement == nil, sizeDownKeepsPriority, event.price.ticks == order.price, quantity <= rest {
        builder.changes.append(rest - quantity)
        state.setQuantity(slot, quantity)
        finishOrder(.reduce, event, order, price: order.price, quantity: quantity)
        return
      }
      builder.changes.append(quantity)
      builder.priceChanges.append(Int64(event.price.ticks &- order.price))
      state.modify(slot, price: event.price.ticks, quantity: quantity)
      if let replacement {
        identifiers.remove(order.identifier, order.instrument)
        identifiers.insert(replacement, order.instrument, slot)
        state.setIdentifier(slot, replacement)
        builder.orderIdentifiers.append(Int64(bitPattern: replacement))
      }
      finishOrder(
        .modify, event, order, price: event.price.ticks, quantity: quantity,
        extra: replacement == nil ? [] : [.statesIdentifier])
    case .execute where event.flags.contains(.pricedExecution):
      let taken = min(quantity, rest)
      builder.changes.append(taken)
      builder.append(price: event.price.ticks, isSell: order.side == .sell)
      if taken == rest { leave(slot, order) } else { state.setQuantity(slot, rest - taken) }
      finishOrder(.executePriced, event, order, price: event.price.ticks, quantity: taken)
    case .execute where quantity >= rest:
      leave(slot, order)
      finishOrder(.executeWhole, event, order, price: order.price, quantity: rest)
    case .execute:
      builder.changes.append(quantity)
      state.setQuantity(slot, rest - quantity)
      finishOrder(.executePart, event, order, price: order.price, quantity: quantity)
    default:
      builder.changes.append(quantity)
      finishOrder(.fill, event, order, price: order.price, quantity: quantity)
    }
  }

  private mutating func leave(_ slot: UInt32, _ order: OrderTable.Order) {
    state.remove(slot)
    identifiers.remove(order.identifier, order.instrument)
  }

  private mutating func finishOrder(
    _ operation: EventCode.Operation, _ event: MarketEvent, _ order: OrderTable.Order, price: Int32, quantity: Int64,
    fillsZero: Bool = false, extra: EventMarks = []
  ) {
    let isMarked =
      switch operation {
      case .modify: event.flags.contains(.snapshot)
      case .executeWhole, .executePart, .executePriced: event.flags.contains(.nonPrintable)
      case .fill: isBeyond(event.price, order)
      default: false
      }
    // The side of an order event is its order's; only a priced execution needs it to find its price column.
    let code = code(operation, event, side: operation == .executePriced ? order.side : .buy, isMarked: isMarked)
    var event = event
    if fillsZero, event.quantity.lots == 0 { event.quantity.lots = quantity }
    finish(code, operation, event, side: order.side, price: price, quantity: quantity, extra: extra, isOrder: true)
  }

  /// No order trades beyond its own price while it rests: it was amended to cross, and the source tells only of its fill.
  private func isBeyond(_ price: Price, _ order: OrderTable.Order) -> Bool {
    !price.isNone && (order.side == .buy ? price.ticks > order.price : price.ticks < order.price)
  }

  /// Keeps an event that cannot be applied, whole and without book effect.
  private mutating func appendOrphan(_ event: MarketEvent, _ replacement: UInt64? = nil) {
    var event = event
    var extra: EventMarks = []
    if event.kind == .orphan {
      if let kind = event.orphanedKind { extra.insert(.stating(kind)) }
    } else {
      extra.insert(.stating(event.kind))
      event.kind = .orphan
    }
    if let replacement {
      extra.insert(.statesIdentifier)
      builder.orderIdentifiers.append(Int64(bitPattern: replacement))
    }
    builder.orphans += 1
    finish(code(.orphan, event), .orphan, event, side: .none, price: Price.none.ticks, quantity: 0, extra: extra)
  }

  /// Stores what differs from the implied values, and the event's own columns.
  private mutating func finish(
    _ code: EventCode, _ operation: EventCode.Operation, _ event: MarketEvent, side: Side, price: Int32,
    quantity: Int64, extra: EventMarks = [], isOrder: Bool = false
  ) {
    var event = event
    var stated = extra
    if event.price.ticks != price, !event.price.isNone || !isOrder {
      stated.insert(.statesPrice)
      builder.statedPrices.append(Int64(event.price.ticks))
    }
    if event.quantity.lots != quantity {
      stated.insert(.statesQuantity)
      builder.statedQuantities.append(event.quantity.lots)
    }
    if event.side != side, event.side != .none || !isOrder { stated.insert(.stating(event.side)) }
    if isOrder, !stated.isDisjoint(with: [.statesPrice, .statesQuantity, .stating(.sell), .stating(.none)]) {
      event.flags.insert(.contradictsBook)
    }
    if event.kind != operation.naturalKind, operation != .orphan { stated.insert(.stating(event.kind)) }
    switch operation {
    case .trade, .setLevel, .status, .clear, .snapshotBegin, .snapshotEnd, .orphan:
      builder.otherIdentifiers.append(Int64(bitPattern: event.identifier))
    default: break
    }
    let marks = EventMarks(flags: event.flags, implied: code.impliedFlags(operation)).union(stated)
    operationCounts[Int(operation.rawValue)] += 1
    builder.append(code, event, marks: marks)
  }
}

extension MarketEvent {
  /// What an orphan was before its order turned out to be unknown; the slot of an orphan keeps it.
  public var orphanedKind: EventKind? {
    kind == .orphan && slot <= UInt32(UInt8.max) ? EventKind(rawValue: UInt8(slot)) : nil
  }
}
