import MarketTypes

/// Trades, best prices and bars.
extension DBNDecoder {
  /// Where trades, MBP, BBO and consolidated records keep the fields they share.
  enum MarketField {
    static let price = 16
    static let size = 24
    static let action = 28
    static let side = 29
    static let flags = 30
    static let depth = 31
    static let received = 32
    static let delta = 40
    static let sequence = 44
    static let levels = 48
    static let levelSize = 32
  }

  /// The trade event of a record whose action says so, without prices; other kinds reuse it.
  func marketEvent(
    _ kind: EventKind, _ record: DBNBytes, _ index: Int, _ offset: Int
  ) throws(ImportError) -> MarketEvent {
    let flags = record[MarketField.flags]
    return MarketEvent(
      kind: kind, exchangeTime: try time(record, 8, offset), localTime: try time(record, MarketField.received, offset),
      instrument: instruments.states[index].number, side: Self.side(record[MarketField.side]),
      sequence: UInt64(record.load(MarketField.sequence, as: UInt32.self)), flags: Self.flags(flags),
      channel: record.load(2), sendDelta: record.load(MarketField.delta),
      origin: UInt32(flags) | UInt32(record[MarketField.depth]) << 8 | UInt32(record[MarketField.action]) << 16
        | UInt32(record[MarketField.side] & 0x7F) << 24 | DBN.marketRecord)
  }

  mutating func decodeTrade(
    _ record: DBNBytes, _ index: Int, _ offset: Int, _ sink: inout some RecordSink
  ) throws(ImportError) {
    try appendTrade(record, try marketEvent(.trade, record, index, offset), &sink)
  }

  func appendTrade(
    _ record: DBNBytes, _ event: MarketEvent, _ sink: inout some RecordSink
  ) throws(ImportError) {
    var trade = SourceRecord(event: event)
    trade.event.kind = .trade
    trade.price = record.load(MarketField.price)
    trade.quantity = Int64(record.load(MarketField.size, as: UInt32.self))
    try sink.append(trade)
  }

  /// MBP-1, TBBO, BBO and the consolidated kinds: a quote, and the trade that the record reports.
  mutating func decodeQuote(
    _ record: DBNBytes, _ kind: DBNRecordKind, _ index: Int, _ offset: Int, _ sink: inout some RecordSink
  ) throws(ImportError) {
    var event = try marketEvent(.quote, record, index, offset)
    var isTrade = record[MarketField.action] == UInt8(ascii: "T")
    switch kind {
    case .cmbp1, .tcbbo:
      event.sequence = 0
    case .bbo1s, .bbo1m, .cbbo1s, .cbbo1m:
      // Sampled: the record's own event time is that of the last trade; the quote holds at the end of the interval.
      event.exchangeTime = event.localTime
      event.sendDelta = 0
      event.origin &= 0xFF | DBN.marketRecord
      if kind == .cbbo1s || kind == .cbbo1m { event.sequence = 0 }
      isTrade = false
    default: break
    }
    var quote = SourceRecord(event: event)
    // The quote's side is that of the change or trade, which means nothing for the quote as a whole.
    quote.event.side = .none
    if isTrade { quote.event.flags.remove(.endOfEvent) }
    let level = MarketField.levels
    quote.price = record.load(level)
    quote.price2 = record.load(level + 8)
    quote.quantity = Int64(record.load(level + 16, as: UInt32.self))
    quote.quantity2 = Int64(record.load(level + 20, as: UInt32.self))
    try sink.append(quote)
    if isTrade { try appendTrade(record, event, &sink) }
  }

  /// The format dates a bar by its start; an event happens when it is known, at the end.
  mutating func decodeBar(
    _ record: DBNBytes, _ kind: DBNRecordKind, _ index: Int, _ offset: Int, _ sink: inout some RecordSink
  ) throws(ImportError) {
    let length: UInt64 =
      switch kind {
      case .ohlcv1s: 1_000_000_000
      case .ohlcv1m: 60_000_000_000
      case .ohlcv1h: 3_600_000_000_000
      case .ohlcv1d, .ohlcvEod: 86_400_000_000_000
      default: metadata?.schema?.barNanoseconds ?? 0
      }
    let start: UInt64 = record.load(8)
    guard let end = Self.time(start &+ length), start <= UInt64(Int64.max) else {
      throw failure(offset + 8, "a bar starts beyond the year 2262")
    }
    let volume: UInt64 = record.load(48)
    guard volume <= UInt64(Int64.max) else { throw failure(offset + 48, "a volume of \(volume) is impossible") }
    var bar = SourceRecord(
      event: MarketEvent(
        kind: .bar, exchangeTime: end, instrument: instruments.states[index].number, channel: record.load(2),
        origin: UInt32(kind.rawValue)))
    bar.price = record.load(16)
    bar.price2 = record.load(24)
    bar.price3 = record.load(32)
    bar.price4 = record.load(40)
    bar.quantity = Int64(volume)
    try sink.append(bar)
  }
}
