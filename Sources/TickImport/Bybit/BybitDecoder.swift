import MarketTypes

/// Decodes Bybit's archived order books (`ob200`, `ob500`) and raw stream captures: one JSON message per line, with or
/// without a local time in front.
///
/// - A `snapshot` replaces the book, a `delta` sets levels. Deltas count up by one (`u`); a gap is refused with its line,
///   or counted and read over with `--gaps count`.
/// - Exchange time is the matching engine's (`cts`) where stated, else the message's (`ts`).
/// - Levels have `identifier` = `u` and `sequence` = `seq`; trade numbers that are not numeric become a 64-bit hash.
public struct BybitDecoder: SourceDecoder {
  private struct Book {
    var instrument: UInt16
    var lastUpdate: UInt64?
  }

  private var place: LinePlace
  private let pricePlaces: Int
  private let quantityPlaces: Int
  private let countsGaps: Bool
  private var selection: SymbolSelection
  private var books: [String: Book] = [:]
  private var sawMessage = false

  public init(context: SourceContext) throws(ImportError) {
    place = LinePlace(file: context.name)
    pricePlaces = try context.places("price-decimals", usual: 8)
    quantityPlaces = try context.places("quantity-decimals", usual: 8)
    countsGaps = try context.countsGaps()
    selection = SymbolSelection(context)
  }

  public mutating func decode(
    _ bytes: UnsafeRawBufferPointer, offset: Int, isLast: Bool, into sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    var cursor = LineCursor(bytes, isLast: isLast)
    while let line = try place.next(&cursor) {
      if line.isEmpty { continue }
      try decode(line, into: &sink)
      sawMessage = true
    }
    if isLast, !sawMessage { throw place.error("the file holds no message") }
    return cursor.position
  }

  public mutating func continues(with context: SourceContext) throws(ImportError) -> Bool {
    place = LinePlace(file: context.name)
    sawMessage = false
    return true
  }

  private mutating func decode(_ line: TextSlice, into sink: inout some RecordSink) throws(ImportError) {
    guard let brace = line.firstIndex(of: UInt8(ascii: "{")) else { throw place.error("the line holds no JSON object") }
    let clock = line.slice(0..<brace).trimmed
    let localTime = clock.isEmpty ? Timestamp.unknown : try place.epochTime("local time", clock)
    var topic: TextSlice?
    var type: TextSlice?
    var time: JSONValue?
    var engineTime: JSONValue?
    var data: JSONValue?
    var members = try place.json(line.slice(brace..<line.count)).members
    while let (key, value) = try place.next(&members) {
      if key.equals("topic") {
        topic = value.text
      } else if key.equals("type") {
        type = value.text
      } else if key.equals("ts") {
        time = value
      } else if key.equals("cts") {
        engineTime = value
      } else if key.equals("data") {
        data = value
      }
    }
    // Answers to subscriptions have no topic.
    guard let topic, let data else { return sink.skip("other message") }
    let stated = try place.epochTime("time", try place.scalar("time", engineTime ?? time))
    let event = MarketEvent(kind: .setLevel, exchangeTime: stated, localTime: localTime, flags: [])
    if topic.hasPrefix("orderbook.") {
      guard let type, type.equals("snapshot") || type.equals("delta") else {
        throw place.error("the message is neither a snapshot nor a delta")
      }
      try decodeBook(data, event, isSnapshot: type.equals("snapshot"), into: &sink)
    } else if topic.hasPrefix("publicTrade.") {
      try decodeTrades(data, event, into: &sink)
    } else {
      sink.skip("other topic")
    }
  }

  private mutating func declare(
    _ symbol: JSONValue?, into sink: inout some RecordSink
  ) throws(ImportError) -> (symbol: String, instrument: UInt16)? {
    let name = try place.scalar("symbol", symbol).string
    if let known = books[name] { return (name, known.instrument) }
    guard !name.isEmpty else { throw place.error("the symbol is empty") }
    guard selection.includes(name) else {
      sink.passOver(name)
      return nil
    }
    // Contracts without a stable coin are inverse and settle in the coin: BTCUSD is worth one dollar.
    let isInverse = name.hasSuffix("USD") && name.utf8.count > 3
    let number = try sink.declare(
      SourceInstrument(
        symbol: name, venue: "BYBIT", priceExponent: Int8(pricePlaces), quantityExponent: Int8(quantityPlaces),
        currency: isInverse ? String(name.dropLast(3)) : name.hasSuffix("USDC") ? "USDC" : "USDT",
        settlement: isInverse ? .inverse : .linear))
    books[name] = Book(instrument: number)
    return (name, number)
  }

  private mutating func decodeBook(
    _ data: JSONValue, _ event: MarketEvent, isSnapshot: Bool, into sink: inout some RecordSink
  ) throws(ImportError) {
    var symbol: JSONValue?
    var update: JSONValue?
    var sequence: JSONValue?
    var sides: [(Side, JSONValue)] = []
    var members = data.members
    while let (key, value) = try place.next(&members) {
      if key.equals("s") {
        symbol = value
      } else if key.equals("u") {
        update = value
      } else if key.equals("seq") {
        sequence = value
      } else if key.equals("b") {
        sides.append((.buy, value))
      } else if key.equals("a") {
        sides.append((.sell, value))
      }
    }
    guard let (name, instrument) = try declare(symbol, into: &sink) else { return }
    var event = event
    event.instrument = instrument
    event.identifier = try place.unsigned("u", update)
    if sequence != nil { event.sequence = try place.unsigned("seq", sequence) }
    if !isSnapshot, let last = books[name]?.lastUpdate, event.identifier != last &+ 1 {
      guard countsGaps else {
        throw place.error(
          "depth updates are missing: \(event.identifier) follows \(last)",
          advice: "Read over the gap with --gaps count")
      }
      sink.skip("gap in depth updates")
    }
    books[name]?.lastUpdate = event.identifier
    if isSnapshot {
      event.flags = [.snapshot]
      try append(.snapshotBegin, event, into: &sink)
    }
    var held: SourceRecord?
    for (side, levels) in sides {
      guard levels.kind == .array else { throw place.error("the levels are not a list") }
      var elements = levels.elements
      while let element = try place.next(&elements) {
        if let held { try sink.append(held) }
        var record = SourceRecord(event: event)
        record.event.side = side
        (record.price, record.quantity) = try place.level(
          element, pricePlaces: pricePlaces, quantityPlaces: quantityPlaces)
        held = record
      }
    }
    if var last = held {
      if !isSnapshot { last.event.flags.insert(.endOfEvent) }
      try sink.append(last)
    }
    if isSnapshot {
      event.flags.insert(.endOfEvent)
      try append(.snapshotEnd, event, into: &sink)
    }
  }

  private func append(
    _ kind: EventKind, _ event: MarketEvent, into sink: inout some RecordSink
  ) throws(ImportError) {
    var event = event
    event.kind = kind
    try sink.append(SourceRecord(event: event))
  }

  private mutating func decodeTrades(
    _ data: JSONValue, _ event: MarketEvent, into sink: inout some RecordSink
  ) throws(ImportError) {
    var elements = data.elements
    while let trade = try place.next(&elements) {
      var record = SourceRecord(event: event)
      record.event.kind = .trade
      record.event.flags = [.endOfEvent]
      var symbol: JSONValue?
      var price: JSONValue?
      var quantity: JSONValue?
      var members = trade.members
      while let (key, value) = try place.next(&members) {
        if key.equals("s") {
          symbol = value
        } else if key.equals("T") {
          record.event.exchangeTime = try place.epochTime("T", try place.scalar("T", value))
        } else if key.equals("S") {
          record.event.side = value.text.equals("Buy") ? .buy : value.text.equals("Sell") ? .sell : .none
        } else if key.equals("p") {
          price = value
        } else if key.equals("v") {
          quantity = value
        } else if key.equals("i") {
          record.event.identifier = (try? value.text.unsigned()) ?? value.text.hash64
        } else if key.equals("seq") {
          record.event.sequence = try place.unsigned("seq", value)
        }
      }
      guard let (_, instrument) = try declare(symbol, into: &sink) else { continue }
      record.event.instrument = instrument
      record.price = try place.decimal("price", try place.scalar("price", price), places: pricePlaces)
      record.quantity = try place.quantity(
        "quantity", try place.scalar("quantity", quantity), places: quantityPlaces)
      try sink.append(record)
    }
  }
}
