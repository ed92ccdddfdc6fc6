import MarketTypes

/// Order-level records: the fast path, reading fields at fixed offsets.
extension DBNDecoder {
  /// Where an MBO record keeps its fields.
  private enum Field {
    static let event = 8
    static let identifier = 16
    static let price = 24
    static let size = 32
    static let flags = 36
    static let channel = 37
    static let action = 38
    static let side = 39
    static let received = 40
    static let delta = 48
    static let sequence = 52
  }

  private enum Action {
    static let add = UInt8(ascii: "A")
    static let cancel = UInt8(ascii: "C")
    static let modify = UInt8(ascii: "M")
    static let trade = UInt8(ascii: "T")
    static let fill = UInt8(ascii: "F")
    static let clear = UInt8(ascii: "R")
    static let none = UInt8(ascii: "N")
  }

  /// Decodes the record at the front of `bytes`, and with a trade the fill and cancel of the same execution. Returns
  /// the bytes taken, 0 when records behind a trade are needed to judge it.
  mutating func decodeOrder(
    _ bytes: DBNBytes, length: Int, offset: Int, isLast: Bool, _ sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    let action = bytes[Field.action]
    if action == Action.trade, bytes.count < 3 * length, !isLast { return 0 }
    let index = try orderIndex(bytes, timeAt: Field.received, &sink)
    guard index >= 0 else { return length }
    let instrument = instruments.states[index].number
    let flags = bytes[Field.flags]
    let side = bytes[Field.side]
    guard let exchangeTime = Self.time(bytes.load(Field.event)), let localTime = Self.time(bytes.load(Field.received))
    else {
      throw failure(offset, "a time is beyond the year 2262")
    }
    var event = MarketEvent(
      kind: .orphan, exchangeTime: exchangeTime, localTime: localTime, instrument: instrument, side: Self.side(side),
      identifier: bytes.load(Field.identifier), sequence: UInt64(bytes.load(Field.sequence, as: UInt32.self)),
      flags: Self.flags(flags), channel: bytes.load(2), sendDelta: bytes.load(Field.delta),
      origin: UInt32(flags) | UInt32(bytes[Field.channel]) << 8 | UInt32(action) << 16 | UInt32(side) << 24)
    let isSnapshot = flags & DBN.Flag.snapshot != 0
    if isSnapshot || instruments.states[index].isInSnapshot {
      let isBegun = try followSnapshot(index, event, isSnapshot: isSnapshot, action, &sink)
      if isBegun { return length }
    }
    var record = SourceRecord(event: event)
    record.price = bytes.load(Field.price)
    let size: UInt32 = bytes.load(Field.size)
    record.quantity = Int64(size)

    switch action {
    case Action.add:
      try add(&record, size, offset, &sink)
    case Action.cancel:
      let place = orders.find(event.identifier, instrument)
      if place >= 0 {
        let left = orders[place].quantity
        if size >= left {
          event.kind = .cancel
          orders.remove(at: place)
        } else {
          event.kind = .reduce
          orders[place].quantity = left - size
        }
      }
      record.event.kind = event.kind
      try sink.append(record)
    case Action.modify:
      try modify(&record, size, offset, &sink)
    case Action.trade:
      if bytes.count >= 3 * length, mergeExecution(bytes, length, &record) {
        try sink.append(record)
        return 3 * length
      }
      record.event.kind = .trade
      try sink.append(record)
    case Action.fill:
      if orders.find(event.identifier, instrument) >= 0 { record.event.kind = .fill }
      try sink.append(record)
    case Action.clear:
      orders.removeAll(of: instrument)
      record.event.kind = .clear
      try sink.append(record)
    case Action.none:
      try sink.append(record)
    default:
      throw failure(offset + Field.action, "action \(action) is unknown")
    }
    return length
  }

  private mutating func add(
    _ record: inout SourceRecord, _ size: UInt32, _ offset: Int, _ sink: inout some RecordSink
  ) throws(ImportError) {
    // Without a price, a size or a side there is nothing to put into a book; later events on the order are as lost.
    guard record.price != DBN.undefinedPrice, size > 0, record.event.side != .none,
      UInt8(truncatingIfNeeded: record.event.origin) & DBN.Flag.topOfBook == 0
    else { return try sink.append(record) }
    let known = orders.find(record.event.identifier, record.event.instrument)
    if known >= 0 {
      var old = record
      old.event.kind = .cancel
      old.event.flags = [.synthetic]
      old.price = orders[known].price
      old.quantity = Int64(orders[known].quantity)
      old.event.side = Side(rawValue: orders[known].side) ?? .none
      orders.remove(at: known)
      try sink.append(old)
    }
    try remember(record, size, offset)
    record.event.kind = .add
    try sink.append(record)
  }

  private mutating func remember(_ record: SourceRecord, _ size: UInt32, _ offset: Int) throws(ImportError) {
    let order = OrderTable.Order(price: record.price, quantity: size, side: record.event.side.rawValue)
    guard orders.insert(record.event.identifier, record.event.instrument, order) else {
      throw failure(offset, "more than \(OrderTable.maximumCount) orders rest at once")
    }
  }

  /// A smaller size at the same price keeps its priority and is a reduction; everything else moves to the back. An
  /// order that is not known is an add: that is what the format's documents prescribe.
  private mutating func modify(
    _ record: inout SourceRecord, _ size: UInt32, _ offset: Int, _ sink: inout some RecordSink
  ) throws(ImportError) {
    let place = orders.find(record.event.identifier, record.event.instrument)
    guard place >= 0, orders[place].side == record.event.side.rawValue, record.price != DBN.undefinedPrice else {
      return try add(&record, size, offset, &sink)
    }
    let old = orders[place]
    if size == 0 {
      record.event.kind = .cancel
      record.quantity = Int64(old.quantity)
      orders.remove(at: place)
    } else if record.price == old.price, size <= old.quantity {
      record.event.kind = .reduce
      record.quantity = Int64(old.quantity - size)
      orders[place].quantity = size
    } else {
      record.event.kind = .modify
      orders[place].price = record.price
      orders[place].quantity = size
    }
    try sink.append(record)
  }

  /// Recognises the three records of one execution (trade, fill of the resting order, its cancel) when they say the
  /// same, and makes `record` the one event that stands for them; export writes the three again.
  private mutating func mergeExecution(_ bytes: DBNBytes, _ length: Int, _ record: inout SourceRecord) -> Bool {
    let fill = DBNBytes(bytes.base + length, count: length)
    let cancel = DBNBytes(bytes.base + 2 * length, count: length)
    // Length, kind, publisher and instrument.
    let header: UInt64 = bytes.load(0)
    guard fill.load(0) == header, cancel.load(0) == header, fill[Field.action] == Action.fill,
      cancel[Field.action] == Action.cancel, record.event.identifier == 0
    else { return false }
    let identifier: UInt64 = fill.load(Field.identifier)
    let side = fill[Field.side]
    guard cancel.load(Field.identifier) == identifier, cancel[Field.side] == side, record.event.side != .none,
      Self.side(side) == record.event.side.opposite
    else { return false }
    guard Self.saysSame(fill, as: bytes), Self.saysSame(cancel, as: bytes) else { return false }
    let marks = DBN.Flag.last | DBN.Flag.snapshot
    guard (bytes[Field.flags] | fill[Field.flags]) & marks == 0, cancel[Field.flags] & DBN.Flag.snapshot == 0 else {
      return false
    }
    let place = orders.find(identifier, record.event.instrument)
    guard place >= 0, orders[place].price == record.price, orders[place].side == Self.side(side).rawValue,
      orders[place].quantity >= UInt32(truncatingIfNeeded: record.quantity), record.quantity > 0
    else { return false }
    orders[place].quantity -= UInt32(truncatingIfNeeded: record.quantity)
    if orders[place].quantity == 0 { orders.remove(at: place) }
    record.event.kind = .execute
    record.event.identifier = identifier
    record.event.side = Self.side(side)
    record.event.flags = Self.flags(cancel[Field.flags]).union(.mergedExecution)
    record.event.origin =
      UInt32(bytes[Field.flags]) | UInt32(fill[Field.flags]) << 8 | UInt32(cancel[Field.flags]) << 16
      | UInt32(bytes[Field.channel]) << 24
    return true
  }

  /// Whether clocks, price, size, channel, delta and sequence are equal.
  private static func saysSame(_ left: DBNBytes, as right: DBNBytes) -> Bool {
    left.load(Field.event, as: UInt64.self) == right.load(Field.event)
      && left.load(Field.received, as: UInt64.self) == right.load(Field.received)
      && left.load(Field.price, as: Int64.self) == right.load(Field.price)
      && left.load(Field.size, as: UInt32.self) == right.load(Field.size)
      && left.load(Field.delta, as: UInt64.self) == right.load(Field.delta)
      && left[Field.channel] == right[Field.channel]
  }

  @inline(__always)
  static func side(_ letter: UInt8) -> Side {
    letter == UInt8(ascii: "B") ? .buy : letter == UInt8(ascii: "A") ? .sell : .none
  }

  @inline(__always)
  static func flags(_ flags: UInt8) -> EventFlags {
    EventFlags(rawValue: UInt16(flags >> 7) | UInt16(flags & DBN.Flag.snapshot) >> 4)
  }
}
