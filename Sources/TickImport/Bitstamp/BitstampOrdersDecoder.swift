import MarketTypes

/// Decodes order events of Bitstamp as CSV: `id,timestamp,exchange.timestamp,price,volume,action,direction`.
///
/// - `timestamp` is the capture's clock in milliseconds. The exchange states only whole seconds, and for changes and
///   deletions those of the order's creation, so the capture's time stands for both clocks and `origin` keeps the
///   exchange's seconds.
/// - Volumes are in units of 1e-8. `deleted` with volume is a cancellation, without it the order was filled.
/// - The symbol is `BTCUSD` unless `--instrument` names another.
/// - Orders that rested before the file began, and deletions the capture missed, cannot be known from this file: the
///   former become orphans, the latter stay as ghosts. The raw log holds published books that clear them.
public struct BitstampOrdersDecoder: SourceDecoder {
  private var place: LinePlace
  private var fields = FieldList()
  private let symbol: String
  private let pricePlaces: Int
  private var book = BitstampBook()
  private var instrument: UInt16?
  private var columns: [Int] = []

  private static let columnNames: [StaticString] = [
    "id", "timestamp", "exchange.timestamp", "price", "volume", "action", "direction",
  ]

  public init(context: SourceContext) throws(ImportError) {
    place = LinePlace(file: context.name)
    symbol = context.options["instrument"] ?? "BTCUSD"
    pricePlaces = try context.places("price-decimals", usual: 8)
  }

  public mutating func decode(
    _ bytes: UnsafeRawBufferPointer, offset: Int, isLast: Bool, into sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    var cursor = LineCursor(bytes, isLast: isLast)
    while let line = try place.next(&cursor) {
      if line.isEmpty { continue }
      guard fields.split(line) else { throw place.error("the line has too many fields") }
      if columns.isEmpty {
        try readHeader()
      } else {
        try decodeRow(into: &sink)
      }
    }
    if isLast, columns.isEmpty { throw place.error("the file is empty") }
    return cursor.position
  }

  /// Orders outlive the hour or day of a table.
  public mutating func continues(with context: SourceContext) throws(ImportError) -> Bool {
    place = LinePlace(file: context.name)
    columns = []
    return true
  }

  private mutating func readHeader() throws(ImportError) {
    for name in Self.columnNames {
      guard let column = (0..<fields.count).first(where: { fields[$0].equals(name) }) else {
        throw place.error("the header has no column '\(name)'")
      }
      columns.append(column)
    }
  }

  private mutating func decodeRow(into sink: inout some RecordSink) throws(ImportError) {
    guard let last = columns.max(), fields.count > last else {
      throw place.error("the line has \(fields.count) fields, fewer than the header")
    }
    let time = try place.epochTime("timestamp", fields[columns[1]])
    let exchange = try place.epochTime("exchange.timestamp", fields[columns[2]])
    let side: Side
    if fields[columns[6]].equals("bid") {
      side = .buy
    } else if fields[columns[6]].equals("ask") {
      side = .sell
    } else {
      throw place.error("direction \(fields[columns[6]].quoted) is neither bid nor ask")
    }
    let update = BitstampBook.Update(
      time: time, exchangeSeconds: UInt32(truncatingIfNeeded: exchange.nanoseconds / 1_000_000_000),
      identifier: try place.unsigned("id", fields[columns[0]]), side: side,
      price: try place.decimal("price", fields[columns[3]], places: pricePlaces),
      quantity: try place.quantity("volume", fields[columns[4]], places: 0))
    let instrument = try instrument(into: &sink)
    let action = fields[columns[5]]
    if action.equals("created") {
      try book.create(update, instrument: instrument, into: &sink)
    } else if action.equals("changed") {
      try book.change(update, instrument: instrument, into: &sink)
    } else if action.equals("deleted") {
      try book.delete(update, instrument: instrument, into: &sink)
    } else {
      throw place.error("action \(action.quoted) is not created, changed or deleted")
    }
  }

  private mutating func instrument(into sink: inout some RecordSink) throws(ImportError) -> UInt16 {
    if let instrument { return instrument }
    let number = try sink.declare(
      SourceInstrument(symbol: symbol, venue: "BITSTAMP", priceExponent: Int8(pricePlaces), quantityExponent: 8))
    instrument = number
    return number
  }
}
