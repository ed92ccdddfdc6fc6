import MarketTypes

/// Ten-level depth: each record holds the whole visible book, the events are what changed in it.
extension DBNDecoder {
  private static let depth = 10

  mutating func decodeLevels(
    _ record: DBNBytes, _ index: Int, _ offset: Int, _ sink: inout some RecordSink
  ) throws(ImportError) {
    let event = try marketEvent(.setLevel, record, index, offset)
    let identifier: UInt32 = record.load(4)
    if instruments.states[index].levelIdentifier != identifier {
      // The name has passed to another number: its levels begin anew.
      instruments.states[index].levelIdentifier = identifier
      instruments.states[index].levels = []
    }
    let new = Self.levels(record)
    let old = instruments.states[index].levels
    instruments.states[index].levels = new

    var changes: [SourceRecord] = []
    if record[MarketField.action] == UInt8(ascii: "T") {
      var trade = SourceRecord(event: event)
      trade.event.kind = .trade
      trade.price = record.load(MarketField.price)
      trade.quantity = Int64(record.load(MarketField.size, as: UInt32.self))
      changes.append(trade)
    }
    if old.isEmpty { changes.append(Self.mark(.snapshotBegin, event)) }
    for (side, first) in [(Side.buy, 0), (Side.sell, Self.depth)] {
      let range = first..<first + Self.depth
      Self.appendChanges(side, from: old.isEmpty ? [] : old[range], to: new[range], event, &changes)
    }
    if old.isEmpty { changes.append(Self.mark(.snapshotEnd, event)) }
    for (position, var change) in changes.enumerated() {
      if position < changes.count - 1 { change.event.flags.remove(.endOfEvent) }
      try sink.append(change)
    }
  }

  private static func levels(_ record: DBNBytes) -> [DBNLevel] {
    var result = [DBNLevel](repeating: .none, count: 2 * depth)
    for level in 0..<depth {
      let place = MarketField.levels + level * MarketField.levelSize
      result[level] = DBNLevel(price: record.load(place), size: record.load(place + 16))
      result[depth + level] = DBNLevel(price: record.load(place + 8), size: record.load(place + 20))
    }
    return result
  }

  /// Levels that left first, so that a book never holds more than the source shows.
  private static func appendChanges(
    _ side: Side, from old: ArraySlice<DBNLevel>, to new: ArraySlice<DBNLevel>, _ event: MarketEvent,
    _ changes: inout [SourceRecord]
  ) {
    func change(_ price: Int64, _ size: UInt32) {
      var record = SourceRecord(event: event)
      record.event.side = side
      record.price = price
      record.quantity = Int64(size)
      changes.append(record)
    }
    for level in old where level.price != DBN.undefinedPrice && level.size > 0 {
      if !new.contains(where: { $0.price == level.price && $0.size > 0 }) { change(level.price, 0) }
    }
    for level in new where level.price != DBN.undefinedPrice && level.size > 0 {
      if !old.contains(level) { change(level.price, level.size) }
    }
  }

  private static func mark(_ kind: EventKind, _ event: MarketEvent) -> SourceRecord {
    var record = SourceRecord(event: event)
    record.event.kind = kind
    record.event.side = .none
    record.event.flags.formUnion([.synthetic, .snapshot])
    return record
  }
}
