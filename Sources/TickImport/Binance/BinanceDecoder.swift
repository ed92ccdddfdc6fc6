import MarketTypes

/// Decodes raw captures of Binance's websocket streams (spot, USD-M and COIN-M): lines of `<local time> <json>`, with
/// the REST snapshot of the book somewhere among them.
///
/// - The capture's clock may be behind the exchange's; both are kept as stated. Exchange time is the transaction time
///   (`T`) where stated, else the event time (`E`). Messages with neither (spot's book ticker, snapshots) carry the
///   latest exchange time seen, and bit 0 of `origin` says so.
/// - Depth updates that come before the snapshot wait for it; those it contains already are dropped, the others follow
///   it with the snapshot's local time, because the book was unknown before. Without a snapshot they are passed on at
///   the end of the file or when 64 MB wait.
/// - Continuity: spot updates begin where the last ended plus one (`U`), futures name the last (`pu`). A gap is refused
///   with its line, or counted and read over with `--gaps count`.
/// - A later snapshot older than the book is ignored, a newer one replaces the book.
/// - Levels have `identifier` = `u` and `sequence` = `U`. Trades that no order book took part in (`X` not `MARKET`) are
///   `nonPrintable`. The maker's side decides the aggressor.
public struct BinanceDecoder: SourceDecoder {
  var place: LinePlace
  let pricePlaces: Int
  let quantityPlaces: Int
  let countsGaps: Bool
  let selected: Set<String>?
  /// Per market and symbol, in order of appearance.
  var books: [BinanceBook] = []
  /// Where they are, by market and symbol.
  private var indices: [String: Int] = [:]
  /// The same by symbol, for the file at hand, which is of one market.
  private var numbers: [String: Int] = [:]
  /// A snapshot that came before anything named a symbol.
  private var earlySnapshot: BinanceBook.Waiting?
  var latestExchangeTime: Timestamp?
  private var latestLocalTime = Timestamp.unknown
  /// Both clocks at the end of the file before.
  private var previousEnd: (local: Timestamp, exchange: Timestamp?)?
  private var sawMessage = false

  /// Gaps in the sequence of depth updates that were read over.
  public internal(set) var gaps = 0
  /// Depth updates the snapshot contained already.
  public internal(set) var droppedUpdates = 0
  /// Depth updates that waited for the snapshot and followed it.
  public internal(set) var replayedUpdates = 0

  public init(context: SourceContext) throws(ImportError) {
    place = LinePlace(file: context.name)
    pricePlaces = try context.places("price-decimals", usual: 8)
    quantityPlaces = try context.places("quantity-decimals", usual: 8)
    selected = context.selectedSymbols
    countsGaps = try context.countsGaps()
  }

  public mutating func decode(
    _ bytes: UnsafeRawBufferPointer, offset: Int, isLast: Bool, into sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    var cursor = LineCursor(bytes, isLast: isLast)
    while let line = try place.next(&cursor) {
      if !line.isEmpty { try decode(line, into: &sink) }
    }
    if isLast {
      guard sawMessage else { throw place.error("the capture holds no message") }
      guard earlySnapshot == nil else {
        throw place.error("nothing names the symbol of the snapshot", advice: "Capture a depth stream next to it")
      }
      for index in books.indices { try flush(index, into: &sink) }
    }
    return cursor.position
  }

  /// Captures are cut into files by the hour or day; the books go on. A file may as well be another symbol's, or the
  /// same symbol's on another market.
  public mutating func continues(with context: SourceContext) throws(ImportError) -> Bool {
    place = LinePlace(file: context.name)
    numbers = [:]
    previousEnd = (latestLocalTime, latestExchangeTime ?? previousEnd?.exchange)
    latestLocalTime = .unknown
    latestExchangeTime = nil
    sawMessage = false
    return true
  }

  private mutating func decode(_ line: TextSlice, into sink: inout some RecordSink) throws(ImportError) {
    guard let brace = line.firstIndex(of: UInt8(ascii: "{")) else { throw place.error("the line holds no JSON object") }
    let clock = line.slice(0..<brace).trimmed
    let localTime = clock.isEmpty ? Timestamp.unknown : try place.epochTime("local time", clock)
    let value = try payload(try place.json(line.slice(brace..<line.count)))
    let message = try BinanceMessage(value, place: place)
    sawMessage = true
    latestLocalTime = max(latestLocalTime, localTime)
    if message.kind == .other { return sink.skip("other stream") }
    guard let index = try book(of: message, value, localTime: localTime, into: &sink) else { return }
    switch message.kind {
    case .depth: try receive(message, value, localTime: localTime, book: index, into: &sink)
    case .snapshot: try applySnapshot(message, localTime: localTime, book: index, into: &sink)
    case .bookTicker: try decodeTicker(message, localTime: localTime, book: index, into: &sink)
    case .trade, .aggregateTrade: try decodeTrade(message, localTime: localTime, book: index, into: &sink)
    case .other: break
    }
  }

  /// The message itself: combined streams wrap it as `{"stream":…,"data":…}`.
  private func payload(_ value: JSONValue) throws(ImportError) -> JSONValue {
    var members = value.members
    var result = value
    while let (key, member) = try place.next(&members) {
      if key.equals("data"), member.kind == .object { result = member }
    }
    return result
  }

  /// The book a message belongs to; nil when it is not selected or not known yet.
  private mutating func book(
    of message: BinanceMessage, _ value: JSONValue, localTime: Timestamp, into sink: inout some RecordSink
  ) throws(ImportError) -> Int? {
    guard let name = message.symbol?.text.string, !name.isEmpty else {
      guard message.kind == .snapshot else { throw place.error("the message names no symbol") }
      let named = numbers.values
      let waiting = named.filter { !books[$0].isExcluded && !books[$0].isSynchronised }
      if waiting.count == 1 { return waiting[0] }
      if named.count == 1, let index = named.first { return books[index].isExcluded ? nil : index }
      guard named.isEmpty else {
        throw place.error("the snapshot names no symbol, and \(named.count) symbols are captured")
      }
      earlySnapshot = BinanceBook.Waiting(line: Array(copying: value), localTime: localTime)
      return nil
    }
    if let known = numbers[name] { return books[known].isExcluded ? nil : known }
    let symbol = BinanceSymbol(name, isFutures: message.isFutures ?? (message.pair != nil))
    let index: Int
    if let known = indices["\(symbol.venue) \(name)"] {
      index = known
    } else {
      index = try begin(name, symbol, into: &sink)
    }
    numbers[name] = index
    if books[index].isExcluded { return nil }
    if let early = earlySnapshot {
      earlySnapshot = nil
      try replay(early, book: index, isSnapshot: true, into: &sink)
    }
    return index
  }

  private mutating func begin(
    _ name: String, _ symbol: BinanceSymbol, into sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    guard books.count < Int(UInt16.max) else { throw place.error("more than 65,535 symbols") }
    guard name.utf8.count <= SymbolSelection.longestSymbol else {
      throw place.error("the symbol is longer than \(SymbolSelection.longestSymbol) bytes")
    }
    var number: UInt16?
    if selected?.contains(name.uppercased()) != false {
      number = try sink.declare(
        SourceInstrument(
          symbol: name, venue: symbol.venue, priceExponent: Int8(pricePlaces), quantityExponent: Int8(quantityPlaces),
          currency: symbol.currency, settlement: symbol.settlement, multiplier: symbol.multiplier))
    } else {
      sink.passOver(name)
    }
    indices["\(symbol.venue) \(name)"] = books.count
    books.append(BinanceBook(instrument: number))
    return books.count - 1
  }

  /// The exchange's time of a message and whether it is only the latest one seen.
  mutating func exchangeTime(
    _ message: BinanceMessage, localTime: Timestamp
  ) throws(ImportError) -> (time: Timestamp, isInferred: Bool) {
    guard let stated = message.transactionTime?.scalar ?? message.eventTime?.scalar else {
      return (latestExchangeTime ?? carriedTime(localTime), true)
    }
    let time = try place.epochTime("exchange time", stated)
    latestExchangeTime = max(latestExchangeTime ?? time, time)
    return (time, false)
  }

  /// The time of a message before the file states one: where the file before ended, unless the capture's clock shows that
  /// this file does not follow it.
  private func carriedTime(_ localTime: Timestamp) -> Timestamp {
    if let end = previousEnd, let time = end.exchange, end.local <= localTime { return time }
    return localTime == .unknown ? Timestamp(nanoseconds: 0) : localTime
  }
}

extension Array where Element == UInt8 {
  /// An object's text with the brackets that `JSONValue` leaves out.
  init(copying value: JSONValue) {
    self = [UInt8(ascii: "{")]
    append(contentsOf: UnsafeBufferPointer(start: value.text.start, count: value.text.count))
    append(UInt8(ascii: "}"))
  }
}
