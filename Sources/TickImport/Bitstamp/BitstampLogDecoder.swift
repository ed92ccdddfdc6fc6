import MarketTypes

/// Decodes a raw log of Bitstamp's order stream: lines of `<local ms> <message> <json>`.
///
/// - `order_created`, `order_changed` and `order_deleted` are order events as in `BitstampOrdersDecoder`; `trade` lines
///   are the trade prints.
/// - `order_book` lines are polled books of 20 levels. The first one, and each whose best prices differ from the orders'
///   own, cancels orders whose deletion the log lacks and adds what rests unannounced. Both are synthetic events.
///   `--resync off` leaves them out.
/// - Amounts printed from binary doubles (`1.7885566900000001`) are rounded to the decimals kept.
public struct BitstampLogDecoder: SourceDecoder {
  private var place: LinePlace
  private let symbol: String
  private let pricePlaces: Int
  private let quantityPlaces: Int
  private let resyncs: Bool
  private var book = BitstampBook()
  private var instrument: UInt16?
  private var isSeeded = false
  private var sawMessage = false

  public init(context: SourceContext) throws(ImportError) {
    place = LinePlace(file: context.name)
    symbol = context.options["instrument"] ?? "BTCUSD"
    pricePlaces = try context.places("price-decimals", usual: 8)
    quantityPlaces = try context.places("quantity-decimals", usual: 8)
    switch context.options["resync"] {
    case nil, "on": resyncs = true
    case "off": resyncs = false
    case .some(let text): throw ImportError(file: context.name, reason: "--resync '\(text)' is neither on nor off")
    }
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
    if isLast, !sawMessage { throw place.error("the log holds no message") }
    return cursor.position
  }

  /// Orders outlive the hour or day of a log file.
  public mutating func continues(with context: SourceContext) throws(ImportError) -> Bool {
    place = LinePlace(file: context.name)
    sawMessage = false
    return true
  }

  private mutating func decode(_ line: TextSlice, into sink: inout some RecordSink) throws(ImportError) {
    guard let first = line.firstIndex(of: 0x20), let second = line.firstIndex(of: 0x20, from: first + 1) else {
      throw place.error("a log line is a time, a message and JSON")
    }
    let time = try place.epochTime("time", line.slice(0..<first))
    let message = line.slice(first + 1..<second)
    let value = try place.json(line.slice(second + 1..<line.count))
    guard value.kind == .object else { throw place.error("the message is not a JSON object") }
    let instrument = try instrument(into: &sink)
    if message.equals("order_created") {
      try book.create(try update(value, time), instrument: instrument, into: &sink)
    } else if message.equals("order_changed") {
      try book.change(try update(value, time), instrument: instrument, into: &sink)
    } else if message.equals("order_deleted") {
      try book.delete(try update(value, time), instrument: instrument, into: &sink)
    } else if message.equals("trade") {
      try decodeTrade(value, time, instrument: instrument, into: &sink)
    } else if message.equals("order_book") {
      try decodeBook(value, time, instrument: instrument, into: &sink)
    } else {
      throw place.error("message \(message.quoted) is not known")
    }
  }

  private func update(_ value: JSONValue, _ time: Timestamp) throws(ImportError) -> BitstampBook.Update {
    var price: JSONValue?
    var amount: JSONValue?
    var datetime: JSONValue?
    var identifier: JSONValue?
    var type: JSONValue?
    var members = value.members
    while let (key, value) = try place.next(&members) {
      if key.equals("price") {
        price = value
      } else if key.equals("amount") {
        amount = value
      } else if key.equals("datetime") {
        datetime = value
      } else if key.equals("id") {
        identifier = value
      } else if key.equals("order_type") {
        type = value
      }
    }
    let side = try place.unsigned("order_type", type)
    guard side <= 1 else { throw place.error("order_type \(side) is neither 0 nor 1") }
    return BitstampBook.Update(
      time: time, exchangeSeconds: UInt32(truncatingIfNeeded: try place.unsigned("datetime", datetime)),
      identifier: try place.unsigned("id", identifier), side: side == 0 ? .buy : .sell,
      price: try place.decimal("price", try place.scalar("price", price), places: pricePlaces),
      quantity: try place.quantity("amount", try place.scalar("amount", amount), places: quantityPlaces))
  }

  private func decodeTrade(
    _ value: JSONValue, _ time: Timestamp, instrument: UInt16, into sink: inout some RecordSink
  ) throws(ImportError) {
    var record = SourceRecord(
      event: MarketEvent(kind: .trade, exchangeTime: time, localTime: time, instrument: instrument))
    var hasPrice = false
    var members = value.members
    while let (key, value) = try place.next(&members) {
      if key.equals("price") {
        record.price = try place.decimal("price", try place.scalar("price", value), places: pricePlaces)
        hasPrice = true
      } else if key.equals("amount") {
        record.quantity = try place.quantity("amount", try place.scalar("amount", value), places: quantityPlaces)
      } else if key.equals("id") {
        record.event.identifier = try place.unsigned("id", value)
      } else if key.equals("type") {
        // Later logs name the aggressor.
        let type = try place.unsigned("type", value)
        record.event.side = type == 0 ? .buy : type == 1 ? .sell : .none
      }
    }
    guard hasPrice else { throw place.error("the trade has no price") }
    try sink.append(record)
  }

  private mutating func decodeBook(
    _ value: JSONValue, _ time: Timestamp, instrument: UInt16, into sink: inout some RecordSink
  ) throws(ImportError) {
    var levels: [(level: SeededLevels.Level, quantity: Int64)] = []
    var members = value.members
    while let (key, value) = try place.next(&members) {
      let side: Side
      if key.equals("bids") {
        side = .buy
      } else if key.equals("asks") {
        side = .sell
      } else {
        continue
      }
      var elements = value.elements
      while let element = try place.next(&elements) {
        let (price, quantity) = try place.level(element, pricePlaces: pricePlaces, quantityPlaces: quantityPlaces)
        levels.append((SeededLevels.Level(side: side, price: price), quantity))
      }
    }
    guard resyncs else { return }
    // Books are polled and may be a moment old, so one is believed only where the best prices disagree.
    if isSeeded, book.agrees(with: levels) { return }
    isSeeded = true
    try book.purge(levels, time: time, instrument: instrument, into: &sink)
    try book.seed(levels, time: time, instrument: instrument, into: &sink)
  }

  private mutating func instrument(into sink: inout some RecordSink) throws(ImportError) -> UInt16 {
    if let instrument { return instrument }
    let number = try sink.declare(
      SourceInstrument(
        symbol: symbol, venue: "BITSTAMP", priceExponent: Int8(pricePlaces), quantityExponent: Int8(quantityPlaces)))
    instrument = number
    return number
  }
}
