import MarketTypes

extension DBNExporter {
  /// The letters and marks of one MBO record that an event does not say in its own fields.
  private struct Marks {
    var flags: UInt8
    var channel: UInt8
    var action: UInt8
    var side: UInt8
  }

  private static let actions: [EventKind: [UInt8]] = [
    .add: Array("AM".utf8), .cancel: Array("CM".utf8), .reduce: Array("CM".utf8), .modify: Array("M".utf8),
    .fill: Array("F".utf8), .trade: Array("T".utf8), .clear: Array("R".utf8), .snapshotBegin: Array("R".utf8),
    .orphan: Array("ACMFN".utf8),
  ]

  mutating func appendOrder(
    _ event: MarketEvent, replacement: UInt64?, to bytes: inout [UInt8]
  ) throws(ImportError) {
    if let replacement, event.kind == .modify { return try appendReplacement(event, replacement, to: &bytes) }
    let resting = try follow(event)
    guard !event.flags.contains(.synthetic) else { return }
    switch event.kind {
    case .setLevel:
      throw failure("price levels without orders cannot be written as DBN mbo")
    case .quote, .bar, .status, .snapshotEnd:
      leftOut[event.kind, default: 0] += 1
    case .execute:
      try appendExecution(event, resting, to: &bytes)
    default:
      guard let marks = Self.marks(event) else {
        leftOut[event.kind, default: 0] += 1
        return
      }
      var size = try size(event.quantity.lots, event)
      if marks.action == UInt8(ascii: "M"), event.kind == .reduce || event.kind == .cancel {
        // A modification states what is left, the event what went.
        size = (resting?.quantity ?? size) &- min(size, resting?.quantity ?? size)
      } else if size == 0, event.kind == .cancel, let resting {
        size = resting.quantity
      }
      var price = try price(event.price, event)
      if event.price.isNone, let resting, event.kind == .cancel || event.kind == .reduce { price = resting.price }
      appendRecord(event, marks, identifier: event.identifier, price: price, size: size, to: &bytes)
    }
  }

  /// The marks the event brought from DBN when they fit its kind; otherwise those that say the same.
  private static func marks(_ event: MarketEvent) -> Marks? {
    let stored = Marks(
      flags: UInt8(truncatingIfNeeded: event.origin), channel: UInt8(truncatingIfNeeded: event.origin >> 8),
      action: UInt8(truncatingIfNeeded: event.origin >> 16), side: UInt8(truncatingIfNeeded: event.origin >> 24))
    guard let actions = actions[event.kind] else { return nil }
    if actions.contains(stored.action), Array("ABN".utf8).contains(stored.side) { return stored }
    if event.kind == .orphan { return nil }
    return Marks(flags: flags(event.flags), channel: 0, action: actions[0], side: letter(event.side))
  }

  private static func flags(_ flags: EventFlags) -> UInt8 {
    (flags.contains(.endOfEvent) ? DBN.Flag.last : 0) | (flags.contains(.snapshot) ? DBN.Flag.snapshot : 0)
  }

  private static func letter(_ side: Side) -> UInt8 {
    switch side {
    case .buy: UInt8(ascii: "B")
    case .sell: UInt8(ascii: "A")
    case .none: UInt8(ascii: "N")
    }
  }

  /// Trade, fill of the resting order and its cancel.
  private func appendExecution(
    _ event: MarketEvent, _ resting: OrderTable.Order?, to bytes: inout [UInt8]
  ) throws(ImportError) {
    let isMerged = event.flags.contains(.mergedExecution)
    let size = try size(event.quantity.lots, event)
    let side = event.side == .none ? resting.flatMap { Side(rawValue: $0.side) } ?? .none : event.side
    let price = event.price.isNone ? resting?.price ?? DBN.undefinedPrice : try price(event.price, event)
    for (index, action) in "TFC".utf8.enumerated() {
      let flags =
        isMerged ? UInt8(truncatingIfNeeded: event.origin >> (8 * index)) : index == 2 ? Self.flags(event.flags) : 0
      let marks = Marks(
        flags: flags, channel: isMerged ? UInt8(truncatingIfNeeded: event.origin >> 24) : 0, action: action,
        side: Self.letter(index == 0 ? side.opposite : side))
      appendRecord(
        event, marks, identifier: index == 0 ? 0 : event.identifier, price: price, size: size, to: &bytes)
    }
  }

  private func appendRecord(
    _ event: MarketEvent, _ marks: Marks, identifier: UInt64, price: Int64, size: UInt32, to bytes: inout [UInt8]
  ) {
    appendHeader(.mbo, length: 56, event, time: event.exchangeTime, to: &bytes)
    bytes.appendLittleEndian(identifier)
    bytes.appendLittleEndian(price)
    bytes.appendLittleEndian(size)
    bytes += [marks.flags, marks.channel, marks.action, marks.side]
    bytes.appendLittleEndian(Self.time(event.localTime))
    bytes.appendLittleEndian(event.sendDelta)
    bytes.appendLittleEndian(UInt32(truncatingIfNeeded: event.sequence))
  }

  func appendHeader(
    _ kind: DBNRecordKind, length: Int, _ event: MarketEvent, time: Timestamp, to bytes: inout [UInt8]
  ) {
    bytes += [UInt8(length / DBN.lengthUnit), kind.rawValue]
    bytes.appendLittleEndian(event.channel)
    bytes.appendLittleEndian(self.identifier(Int(event.instrument)))
    bytes.appendLittleEndian(Self.time(time))
  }

  /// DBN does not rename orders: the old one is cancelled and the new one added, which costs priority just the same.
  private mutating func appendReplacement(
    _ event: MarketEvent, _ identifier: UInt64, to bytes: inout [UInt8]
  ) throws(ImportError) {
    var cancel = event
    cancel.kind = .cancel
    cancel.flags.remove(.endOfEvent)
    cancel.origin = 0
    var add = event
    add.kind = .add
    add.identifier = identifier
    add.origin = 0
    let place = orders.find(event.identifier, event.instrument)
    if place >= 0 {
      let resting = orders[place]
      cancel.side = Side(rawValue: resting.side) ?? .none
      cancel.price = .none
      cancel.quantity = .zero
      if add.side == .none { add.side = cancel.side }
    }
    try appendOrder(cancel, replacement: nil, to: &bytes)
    try appendOrder(add, replacement: nil, to: &bytes)
  }

  /// Keeps the orders as the decoder did, and returns what rested before the event.
  private mutating func follow(_ event: MarketEvent) throws(ImportError) -> OrderTable.Order? {
    switch event.kind {
    case .clear, .snapshotBegin:
      orders.removeAll(of: event.instrument)
      return nil
    case .add:
      let known = orders.find(event.identifier, event.instrument)
      if known >= 0 { orders.remove(at: known) }
      let order = OrderTable.Order(
        price: try price(event.price, event), quantity: try size(event.quantity.lots, event),
        side: event.side.rawValue)
      guard orders.insert(event.identifier, event.instrument, order) else {
        throw failure("more than \(OrderTable.maximumCount) orders rest at once")
      }
      return nil
    case .cancel, .reduce, .modify, .execute:
      let place = orders.find(event.identifier, event.instrument)
      guard place >= 0 else { return nil }
      let old = orders[place]
      let size = try size(event.quantity.lots, event)
      switch event.kind {
      case .modify:
        orders[place].price = try price(event.price, event)
        orders[place].quantity = size
      case .cancel: orders.remove(at: place)
      default:
        if size >= old.quantity { orders.remove(at: place) } else { orders[place].quantity = old.quantity - size }
      }
      return old
    default:
      return nil
    }
  }
}
