import MarketTypes

extension TardisDecoder {
  mutating func decodeRow(_ table: Table, book: Int, into sink: inout some RecordSink) throws(ImportError) {
    let localTime = try place.epochTime("local_timestamp", fields[columns.localTime])
    // Exchanges that state no time leave the field empty or zero.
    let stated = fields[columns.time]
    let isStated = !(stated.isEmpty || stated.equals("0"))
    let time = isStated ? try place.epochTime("timestamp", stated) : localTime
    let event = MarketEvent(
      kind: .quote, exchangeTime: time, localTime: localTime, instrument: books[book].instrument, flags: [])
    if let held, held.event.localTime != localTime || held.event.instrument != event.instrument {
      try release(into: &sink)
    }
    switch table {
    case .incrementalBook: try decodeLevel(event, book: book, into: &sink)
    case .bookSnapshot: try decodeSnapshotRow(event, book: book, into: &sink)
    case .trades: try decodeTrade(event, into: &sink)
    case .quotes: try decodeQuote(event, into: &sink)
    }
  }

  /// Passes on the held record as the last of its event.
  mutating func release(into sink: inout some RecordSink) throws(ImportError) {
    guard var record = held else { return }
    held = nil
    record.event.flags.insert(.endOfEvent)
    try sink.append(record)
  }

  /// Holds `record`, which continues the event of the one held so far.
  private mutating func hold(_ record: SourceRecord, into sink: inout some RecordSink) throws(ImportError) {
    if let held { try sink.append(held) }
    held = record
  }

  private func price(_ field: String, _ column: Int) throws(ImportError) -> Int64 {
    try place.decimal(field, fields[column], places: pricePlaces)
  }

  private func amount(_ field: String, _ column: Int) throws(ImportError) -> Int64 {
    try place.quantity(field, fields[column], places: quantityPlaces)
  }

  private mutating func decodeLevel(
    _ event: MarketEvent, book: Int, into sink: inout some RecordSink
  ) throws(ImportError) {
    let isSnapshot = fields[columns.isSnapshot].equals("true")
    guard isSnapshot || fields[columns.isSnapshot].equals("false") else {
      throw place.error("is_snapshot \(fields[columns.isSnapshot].quoted) is neither true nor false")
    }
    var event = event
    if isSnapshot, !books[book].isInSnapshot {
      try release(into: &sink)
      books[book].isInSnapshot = true
      event.kind = .snapshotBegin
      event.flags = [.snapshot]
      try sink.append(SourceRecord(event: event))
    } else if !isSnapshot, books[book].isInSnapshot {
      try endSnapshot(book, into: &sink)
    }
    event.kind = .setLevel
    event.flags = isSnapshot ? [.snapshot] : []
    if fields[columns.side].equals("bid") {
      event.side = .buy
    } else if fields[columns.side].equals("ask") {
      event.side = .sell
    } else {
      throw place.error("side \(fields[columns.side].quoted) is neither bid nor ask")
    }
    var record = SourceRecord(event: event)
    record.price = try price("price", columns.price)
    record.quantity = try amount("amount", columns.amount)
    if isSnapshot {
      books[book].snapshotTimes = (event.exchangeTime, event.localTime)
      if record.quantity > 0 { try sink.append(record) }
    } else {
      try hold(record, into: &sink)
    }
  }

  mutating func endSnapshot(_ book: Int, into sink: inout some RecordSink) throws(ImportError) {
    books[book].isInSnapshot = false
    let (time, localTime) = books[book].snapshotTimes
    try sink.append(
      SourceRecord(
        event: MarketEvent(
          kind: .snapshotEnd, exchangeTime: time, localTime: localTime, instrument: books[book].instrument,
          flags: [.snapshot, .endOfEvent])))
  }

  private mutating func decodeSnapshotRow(
    _ event: MarketEvent, book: Int, into sink: inout some RecordSink
  ) throws(ImportError) {
    try release(into: &sink)
    var now: [[(price: Int64, quantity: Int64)]] = [[], []]
    for level in columns.levels {
      for (side, price, amount) in [(1, level[0], level[1]), (0, level[2], level[3])] where !fields[price].isEmpty {
        let quantity = try self.amount("amount", amount)
        if quantity > 0 { now[side].append((try self.price("price", price), quantity)) }
      }
    }
    let isFirst = !books[book].sawRow
    var event = event
    if isFirst {
      event.kind = .snapshotBegin
      event.flags = [.snapshot]
      try sink.append(SourceRecord(event: event))
    }
    event.kind = .setLevel
    for side in [0, 1] {
      event.side = side == 0 ? .buy : .sell
      for (price, quantity) in Self.difference(from: books[book].visible[side], to: now[side]) {
        var record = SourceRecord(event: event)
        record.price = price
        record.quantity = quantity
        try hold(record, into: &sink)
      }
    }
    if isFirst {
      if let last = held { try sink.append(last) }
      held = nil
      event.kind = .snapshotEnd
      event.side = .none
      event.flags = [.snapshot, .endOfEvent]
      try sink.append(SourceRecord(event: event))
    } else {
      try release(into: &sink)
    }
    books[book].visible = now
    books[book].sawRow = true
  }

  /// The levels to set, removals first, that turn one list of levels into another; both hold at most a few dozen.
  static func difference(
    from before: [(price: Int64, quantity: Int64)], to now: [(price: Int64, quantity: Int64)]
  ) -> [(price: Int64, quantity: Int64)] {
    var changes: [(price: Int64, quantity: Int64)] = []
    for old in before where !now.contains(where: { $0.price == old.price }) { changes.append((old.price, 0)) }
    for new in now where !before.contains(where: { $0.price == new.price && $0.quantity == new.quantity }) {
      changes.append(new)
    }
    return changes
  }

  private mutating func decodeTrade(_ event: MarketEvent, into sink: inout some RecordSink) throws(ImportError) {
    var event = event
    event.kind = .trade
    let side = fields[columns.side]
    if side.equals("buy") {
      event.side = .buy
    } else if side.equals("sell") {
      event.side = .sell
    } else if side.equals("unknown") || side.isEmpty {
      event.side = .none
    } else {
      throw place.error("side \(side.quoted) is not buy, sell or unknown")
    }
    let identifier = fields[columns.identifier]
    event.identifier = identifier.isEmpty ? 0 : (try? identifier.unsigned()) ?? identifier.hash64
    var record = SourceRecord(event: event)
    record.price = try price("price", columns.price)
    record.quantity = try amount("amount", columns.amount)
    try hold(record, into: &sink)
  }

  private mutating func decodeQuote(_ event: MarketEvent, into sink: inout some RecordSink) throws(ImportError) {
    var record = SourceRecord(event: event)
    if !fields[columns.bidPrice].isEmpty { record.price = try price("bid_price", columns.bidPrice) }
    if !fields[columns.askPrice].isEmpty { record.price2 = try price("ask_price", columns.askPrice) }
    if !fields[columns.bidAmount].isEmpty { record.quantity = try amount("bid_amount", columns.bidAmount) }
    if !fields[columns.askAmount].isEmpty { record.quantity2 = try amount("ask_amount", columns.askAmount) }
    try hold(record, into: &sink)
  }
}
