import MarketTypes

extension DBNExporter {
  /// The letters and marks of one MBO record that an event does not say in its own fields.
  private struct Marks {
    var flags: UInt8
    var channel: UInt8
    var action: UInt8
    var side: UInt8
  }

  /// The actions that an event of a kind may have come from; the first stands for it.
  private static func isAction(_ action: UInt8, of kind: EventKind) -> Bool {
    switch kind {
    case .add: action == UInt8(ascii: "A") || action == UInt8(ascii: "M")
    case .cancel, .reduce: action == UInt8(ascii: "C") || action == UInt8(ascii: "M")
    case .orphan: "ACMFN".utf8.contains(action)
    default: action == natural(kind)
    }
  }

  private static func natural(_ kind: EventKind) -> UInt8? {
    switch kind {
    case .add: UInt8(ascii: "A")
    case .cancel, .reduce: UInt8(ascii: "C")
    case .modify: UInt8(ascii: "M")
    case .fill: UInt8(ascii: "F")
    case .trade: UInt8(ascii: "T")
    case .clear, .snapshotBegin: UInt8(ascii: "R")
    default: nil
    }
  }

  mutating func appendOrder(
    _ event: MarketEvent, replacement: UInt64?, to bytes: inout [UInt8]
  ) throws(ImportError) {
    if let replacement, event.kind == .modify { return try appendReplacement(event, replacement, to: &bytes) }
    let resting = try follow(event)
    guard !event.flags.contains(.synthetic) else {
      implied += 1
      return
    }
    switch event.kind {
    case .setLevel:
      throw failure("price levels without orders cannot be written as DBN mbo", "Write them with --schema mbp-10.")
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
    if isAction(stored.action, of: event.kind), "ABN".utf8.contains(stored.side) { return stored }
    guard let action = natural(event.kind) else { return nil }
    return Marks(flags: flags(event.flags), channel: 0, action: action, side: letter(event.side))
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
    // One append of a whole record: field by field costs five times as much.
    withUnsafeTemporaryAllocation(byteCount: 56, alignment: 8) { record in
      record[0] = UInt8(56 / DBN.lengthUnit)
      record[1] = DBNRecordKind.mbo.rawValue
      record.storeBytes(of: event.channel.littleEndian, toByteOffset: 2, as: UInt16.self)
      record.storeBytes(
        of: self.identifier(Int(event.instrument)).littleEndian, toByteOffset: 4, as: UInt32.self)
      record.storeBytes(of: Self.time(event.exchangeTime).littleEndian, toByteOffset: 8, as: UInt64.self)
      record.storeBytes(of: identifier.littleEndian, toByteOffset: 16, as: UInt64.self)
      record.storeBytes(of: price.littleEndian, toByteOffset: 24, as: Int64.self)
      record.storeBytes(of: size.littleEndian, toByteOffset: 32, as: UInt32.self)
      record[36] = marks.flags
      record[37] = marks.channel
      record[38] = marks.action
      record[39] = marks.side
      record.storeBytes(of: Self.time(event.localTime).littleEndian, toByteOffset: 40, as: UInt64.self)
      record.storeBytes(of: event.sendDelta.littleEndian, toByteOffset: 48, as: Int32.self)
      record.storeBytes(
        of: UInt32(truncatingIfNeeded: event.sequence).littleEndian, toByteOffset: 52, as: UInt32.self)
      bytes.append(contentsOf: record)
    }
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
