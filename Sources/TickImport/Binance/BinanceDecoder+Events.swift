import MarketTypes

extension BinanceDecoder {
  /// Bit of `origin`: the message states no exchange time.
  static let inferredTime: UInt32 = 1

  private mutating func event(
    _ kind: EventKind, _ message: BinanceMessage, localTime: Timestamp, book: Int
  ) throws(ImportError) -> MarketEvent {
    let (time, isInferred) = try exchangeTime(message, localTime: localTime)
    return MarketEvent(
      kind: kind, exchangeTime: time, localTime: localTime, instrument: books[book].instrument ?? 0,
      origin: isInferred ? Self.inferredTime : 0)
  }

  mutating func decodeTrade(
    _ message: BinanceMessage, localTime: Timestamp, book: Int, into sink: inout some RecordSink
  ) throws(ImportError) {
    var event = try event(.trade, message, localTime: localTime, book: book)
    let isAggregate = message.kind == .aggregateTrade
    // An aggregate's own number is in the field `a`.
    event.identifier = try place.unsigned("trade id", isAggregate ? message.asks : message.tradeIdentifier)
    guard let maker = message.isBuyerMaker, maker.kind == .bare, maker.isTrue || maker.text.equals("false") else {
      throw place.error("the trade does not say whether the buyer was the maker")
    }
    event.side = maker.isTrue ? .sell : .buy
    if let type = message.orderType, !type.text.equals("MARKET") { event.flags.insert(.nonPrintable) }
    var record = SourceRecord(event: event)
    record.price = try place.decimal("price", try place.scalar("price", message.price), places: pricePlaces)
    record.quantity = try place.quantity(
      "quantity", try place.scalar("quantity", message.quantity), places: quantityPlaces)
    try sink.append(record)
  }

  mutating func decodeTicker(
    _ message: BinanceMessage, localTime: Timestamp, book: Int, into sink: inout some RecordSink
  ) throws(ImportError) {
    var event = try event(.quote, message, localTime: localTime, book: book)
    event.sequence = try place.unsigned("update id", message.lastUpdate)
    var record = SourceRecord(event: event)
    record.price = try place.decimal("bid", try place.scalar("bid", message.bids), places: pricePlaces)
    record.price2 = try place.decimal("ask", try place.scalar("ask", message.asks), places: pricePlaces)
    record.quantity = try place.quantity(
      "bid quantity", try place.scalar("bid quantity", message.bidQuantity), places: quantityPlaces)
    record.quantity2 = try place.quantity(
      "ask quantity", try place.scalar("ask quantity", message.askQuantity), places: quantityPlaces)
    // An empty side is quoted as zero.
    if record.quantity == 0, record.price == 0 { record.price = SourceRecord.noPrice }
    if record.quantity2 == 0, record.price2 == 0 { record.price2 = SourceRecord.noPrice }
    try sink.append(record)
  }

  /// The levels of both sides; the last one ends the event.
  private func appendLevels(
    _ message: BinanceMessage, _ event: MarketEvent, endsEvent: Bool, into sink: inout some RecordSink
  ) throws(ImportError) {
    var held: SourceRecord?
    for (side, levels) in [(Side.buy, message.bids), (Side.sell, message.asks)] {
      guard let levels else { continue }
      guard levels.kind == .array else { throw place.error("the levels are not a list") }
      var elements = levels.elements
      while let element = try place.next(&elements) {
        if let held { try sink.append(held) }
        let (price, quantity) = try place.level(element, pricePlaces: pricePlaces, quantityPlaces: quantityPlaces)
        var record = SourceRecord(event: event)
        record.event.side = side
        record.price = price
        record.quantity = quantity
        held = record
      }
    }
    if var last = held {
      if endsEvent { last.event.flags.insert(.endOfEvent) }
      try sink.append(last)
    }
  }

  mutating func applySnapshot(
    _ message: BinanceMessage, localTime: Timestamp, book: Int, into sink: inout some RecordSink
  ) throws(ImportError) {
    let update = try place.unsigned("lastUpdateId", message.lastUpdate)
    if books[book].isSynchronised, let last = books[book].lastUpdate, update <= last {
      return sink.skip("snapshot older than the book")
    }
    var event = try event(.snapshotBegin, message, localTime: localTime, book: book)
    event.identifier = update
    event.flags = [.snapshot]
    try sink.append(SourceRecord(event: event))
    event.kind = .setLevel
    try appendLevels(message, event, endsEvent: false, into: &sink)
    event.kind = .snapshotEnd
    event.flags = [.snapshot, .endOfEvent]
    try sink.append(SourceRecord(event: event))
    books[book].lastUpdate = update
    books[book].isSynchronised = true
    books[book].followsSnapshot = true
    let waiting = books[book].takeWaiting()
    for diff in waiting {
      var diff = diff
      diff.localTime = localTime
      try replay(diff, book: book, isSnapshot: false, into: &sink)
    }
  }

  /// A depth update from the wire: kept until there is a snapshot, applied afterwards.
  mutating func receive(
    _ message: BinanceMessage, _ value: JSONValue, localTime: Timestamp, book: Int, into sink: inout some RecordSink
  ) throws(ImportError) {
    if books[book].isSynchronised {
      return try apply(message, localTime: localTime, book: book, isReplay: false, into: &sink)
    }
    // Refuse a bad update where it stands.
    _ = try place.unsigned("final update id", message.lastUpdate)
    _ = try place.unsigned("first update id", message.firstUpdate)
    books[book].wait(BinanceBook.Waiting(line: Array(copying: value), localTime: localTime))
    if books[book].waitingBytes > BinanceBook.mostWaitingBytes { try flush(book, into: &sink) }
  }

  /// Passes on what waited in vain for a snapshot.
  mutating func flush(_ book: Int, into sink: inout some RecordSink) throws(ImportError) {
    guard !books[book].isExcluded else { return }
    books[book].isSynchronised = true
    for diff in books[book].takeWaiting() { try replay(diff, book: book, isSnapshot: false, into: &sink) }
  }

  mutating func replay(
    _ waiting: BinanceBook.Waiting, book: Int, isSnapshot: Bool, into sink: inout some RecordSink
  ) throws(ImportError) {
    let outcome = waiting.line.withUnsafeBufferPointer { bytes -> Result<Void, ImportError> in
      guard let start = bytes.baseAddress else { return .success(()) }
      do throws(ImportError) {
        let value = try place.json(TextSlice(start: start, count: bytes.count))
        let message = try BinanceMessage(value, place: place)
        if isSnapshot {
          try applySnapshot(message, localTime: waiting.localTime, book: book, into: &sink)
        } else {
          try apply(message, localTime: waiting.localTime, book: book, isReplay: true, into: &sink)
        }
        return .success(())
      } catch { return .failure(error) }
    }
    try outcome.get()
  }

  private mutating func apply(
    _ message: BinanceMessage, localTime: Timestamp, book: Int, isReplay: Bool, into sink: inout some RecordSink
  ) throws(ImportError) {
    let final = try place.unsigned("final update id", message.lastUpdate)
    let first = try place.unsigned("first update id", message.firstUpdate)
    let previous =
      message.previousUpdate == nil ? nil : try place.unsigned("previous update id", message.previousUpdate)
    guard first <= final else { throw place.error("the update ends (\(final)) before it begins (\(first))") }
    if let last = books[book].lastUpdate {
      if final <= last, books[book].followsSnapshot {
        droppedUpdates += 1
        sink.skip("depth update before the snapshot")
        return
      }
      let isContinuous: Bool
      if let previous {
        isContinuous = books[book].followsSnapshot ? previous <= last : previous == last
      } else {
        isContinuous = books[book].followsSnapshot ? first <= last &+ 1 : first == last &+ 1
      }
      if !isContinuous {
        guard countsGaps else {
          throw place.error(
            "depth updates are missing: this one continues \(previous.map(String.init) ?? "before \(first)"), "
              + "the last was \(last)", advice: "Read over the gap with --gaps count")
        }
        gaps += 1
        sink.skip("gap in depth updates")
      }
    }
    if isReplay { replayedUpdates += 1 }
    books[book].lastUpdate = final
    books[book].followsSnapshot = false
    var event = try event(.setLevel, message, localTime: localTime, book: book)
    event.identifier = final
    event.sequence = first
    event.flags = []
    try appendLevels(message, event, endsEvent: true, into: &sink)
  }
}

/// How far the book of one symbol has been followed.
struct BinanceBook {
  struct Waiting {
    var line: [UInt8]
    var localTime: Timestamp
  }

  /// The most bytes of depth updates kept for a snapshot.
  static let mostWaitingBytes = 64 << 20

  /// Nil when the symbol is not selected.
  let instrument: UInt16?
  /// Whether updates are applied as they come.
  var isSynchronised = false
  /// Whether the last thing applied was a snapshot.
  var followsSnapshot = false
  var lastUpdate: UInt64?
  private(set) var waitingBytes = 0
  private var waiting: [Waiting] = []

  init(instrument: UInt16?) { self.instrument = instrument }

  var isExcluded: Bool { instrument == nil }

  mutating func wait(_ diff: Waiting) {
    waitingBytes += diff.line.count + MemoryLayout<Waiting>.stride
    waiting.append(diff)
  }

  mutating func takeWaiting() -> [Waiting] {
    defer {
      waiting = []
      waitingBytes = 0
    }
    return waiting
  }
}
