import MarketTypes

/// Records with best prices or ten levels: a trade or a change, and the book after it.
extension DBNExporter {
  /// What a level or best price says; an absent one has no quantity.
  struct Level: Hashable {
    var price = DBN.undefinedPrice
    var size: UInt32 = 0

    var isPresent: Bool { size > 0 && price != DBN.undefinedPrice }
  }

  /// The record that events are gathered into until one comes that belongs to another.
  struct PendingRecord {
    /// The first event of the record, whose times and marks are the record's.
    var event: MarketEvent
    var trade: MarketEvent?
    /// The first change of a level, by how much, and how many there were.
    var change: Level?
    var changes = 0

    /// Whether an event came from the same record.
    func holds(_ other: MarketEvent) -> Bool {
      event.instrument == other.instrument && event.exchangeTime == other.exchangeTime
        && event.localTime == other.localTime && event.sequence == other.sequence && event.origin == other.origin
        && event.sendDelta == other.sendDelta && event.channel == other.channel
    }
  }

  /// What an instrument shows: levels of both sides, best first.
  struct View {
    var bids: [Level] = []
    var asks: [Level] = []
  }

  /// Whether the event brought the marks of a record of trades, quotes or levels.
  static func isMarketRecord(_ event: MarketEvent) -> Bool { event.origin & DBN.marketRecord != 0 }

  static func action(_ event: MarketEvent) -> UInt8 {
    isMarketRecord(event) ? UInt8(truncatingIfNeeded: event.origin >> 16) : 0
  }

  private static func sideLetter(_ event: MarketEvent) -> UInt8 {
    let letter = UInt8(truncatingIfNeeded: event.origin >> 24) & 0x7F
    return isMarketRecord(event) && "AB".utf8.contains(letter) ? letter : UInt8(ascii: "N")
  }

  // MARK: - Best prices

  /// mbp-1, tbbo and bbo: quotes, and the trades that came with them.
  mutating func appendQuote(_ event: MarketEvent, to bytes: inout [UInt8]) throws(ImportError) {
    switch event.kind {
    case .quote:
      try flush(to: &bytes)
      try show(event)
      if options.schema == .bbo1s || options.schema == .bbo1m { return try appendSample(event, to: &bytes) }
      pending = PendingRecord(event: event)
    case .trade:
      if options.schema == .bbo1s || options.schema == .bbo1m {
        leftOut[.trade, default: 0] += 1
      } else if let record = pending, record.trade == nil, record.holds(event) {
        pending?.trade = event
      } else {
        // A feed of its own for trades: the record shows the quote that stood.
        try flush(to: &bytes)
        guard views[Int(event.instrument)].bids.count == 1 else {
          leftOut[.trade, default: 0] += 1
          return
        }
        pending = PendingRecord(event: event, trade: event)
      }
    case .add, .cancel, .reduce, .modify, .execute:
      throw failure("single orders cannot be written as DBN \(options.schema.name)", "Write them with --schema mbo.")
    default:
      leftOut[event.kind, default: 0] += 1
    }
  }

  /// Takes over a quote, and what it changed for the record.
  private mutating func show(_ event: MarketEvent) throws(ImportError) {
    let quote = event.quote
    let place = Int(event.instrument)
    views[place].bids = [Level(price: try price(quote.bidPrice, event), size: try size(quote.bidQuantity.lots, event))]
    views[place].asks = [Level(price: try price(quote.askPrice, event), size: try size(quote.askQuantity.lots, event))]
  }

  /// A quote at the end of an interval.
  private mutating func appendSample(_ event: MarketEvent, to bytes: inout [UInt8]) throws(ImportError) {
    guard event.exchangeTime == event.localTime || event.localTime == .unknown, Self.action(event) == 0 else {
      throw failure(
        "quotes of every change are no samples of \(options.schema.name)", "Write them with --schema mbp-1.")
    }
    let kind: DBNRecordKind = options.schema == .bbo1s ? .bbo1s : .bbo1m
    // When the last trade was and what it was, no event says.
    appendHeader(kind, length: 80, event, time: .unknown, to: &bytes)
    bytes.appendLittleEndian(DBN.undefinedPrice)
    bytes.appendLittleEndian(DBN.undefinedSize)
    let flags = Self.isMarketRecord(event) ? UInt8(truncatingIfNeeded: event.origin) : DBN.Flag.last
    bytes += [0, UInt8(ascii: "N"), flags, 0]
    bytes.appendLittleEndian(Self.time(event.exchangeTime))
    bytes.appendLittleEndian(UInt32(0))
    bytes.appendLittleEndian(UInt32(truncatingIfNeeded: event.sequence))
    appendLevels(views[Int(event.instrument)], depth: 1, to: &bytes)
  }

  // MARK: - Levels

  /// mbp-10: the book after each record's changes.
  mutating func appendLevel(_ event: MarketEvent, to bytes: inout [UInt8]) throws(ImportError) {
    let place = Int(event.instrument)
    switch event.kind {
    case .trade, .setLevel, .clear, .snapshotBegin, .snapshotEnd: break
    case .add, .cancel, .reduce, .modify, .execute:
      throw failure("single orders cannot be written as DBN \(options.schema.name)", "Write them with --schema mbo.")
    default:
      leftOut[event.kind, default: 0] += 1
      return
    }
    if let record = pending, !record.holds(event) || event.kind == .trade { try flush(to: &bytes) }
    if pending == nil { pending = PendingRecord(event: event) }
    switch event.kind {
    case .trade: pending?.trade = event
    case .clear, .snapshotBegin: views[place] = View()
    case .setLevel:
      let level = Level(price: try price(event.price, event), size: try size(event.quantity.lots, event))
      let before =
        event.side == .buy
        ? Self.set(level, on: &views[place].bids, .buy) : Self.set(level, on: &views[place].asks, .sell)
      if pending?.change == nil {
        let size = level.size > before ? level.size - before : before - level.size
        pending?.change = Level(price: level.price, size: size)
      }
      pending?.changes += 1
    default: break
    }
    if event.flags.contains(.synthetic) { implied += 1 }
    if event.flags.contains(.endOfEvent) { try flush(to: &bytes) }
  }

  /// Puts a level in its place, or takes it away, and returns its quantity before.
  private static func set(_ level: Level, on levels: inout [Level], _ side: Side) -> UInt32 {
    let place =
      levels.firstIndex { side == .buy ? $0.price <= level.price : $0.price >= level.price } ?? levels.count
    guard place < levels.count, levels[place].price == level.price else {
      if level.size > 0 { levels.insert(level, at: place) }
      return 0
    }
    let before = levels[place].size
    if level.size > 0 { levels[place].size = level.size } else { levels.remove(at: place) }
    return before
  }

  // MARK: - Records

  /// Writes the record that waits.
  mutating func flush(to bytes: inout [UInt8]) throws(ImportError) {
    guard let record = pending else { return }
    pending = nil
    let view = views[Int(record.event.instrument)]
    let depth = options.schema == .mbp10 ? 10 : 1
    guard max(view.bids.count, view.asks.count) <= depth else {
      throw failure("a book of more than \(depth) levels cannot be written as DBN \(options.schema.name)", "")
    }
    if options.schema == .tbbo, record.trade == nil {
      leftOut[.quote, default: 0] += 1
      return
    }
    let event = record.event
    appendHeader(depth == 10 ? .mbp10 : .mbp1, length: 48 + 32 * depth, event, time: event.exchangeTime, to: &bytes)
    let stated = Self.action(event)
    var action = "ACMRFN".utf8.contains(stated) ? stated : UInt8(ascii: "M")
    var side = Self.sideLetter(event)
    // What the order that made a change stated, its events do not say: only the price of a level that changed alone, and
    // how much came or went where the action says that something came or went.
    var touched = Level(size: DBN.undefinedSize)
    if let trade = record.trade {
      touched = Level(price: try price(trade.price, trade), size: try size(trade.quantity.lots, trade))
      action = UInt8(ascii: "T")
      side = trade.side == .buy ? UInt8(ascii: "B") : trade.side == .sell ? UInt8(ascii: "A") : UInt8(ascii: "N")
    } else if let change = record.change, record.changes == 1 {
      let isWhole = stated == UInt8(ascii: "A") || stated == UInt8(ascii: "C")
      if isWhole { touched = change } else if stated == 0 { touched.price = change.price }
    }
    bytes.appendLittleEndian(touched.price)
    bytes.appendLittleEndian(touched.size)
    let flags =
      Self.isMarketRecord(event)
      ? UInt8(truncatingIfNeeded: event.origin)
      : (record.trade ?? event).flags.contains(.endOfEvent) ? DBN.Flag.last : 0
    bytes += [action, side, flags, Self.isMarketRecord(event) ? UInt8(truncatingIfNeeded: event.origin >> 8) : 0]
    bytes.appendLittleEndian(Self.time(event.localTime))
    bytes.appendLittleEndian(event.sendDelta)
    bytes.appendLittleEndian(UInt32(truncatingIfNeeded: event.sequence))
    appendLevels(view, depth: depth, to: &bytes)
  }

  /// Prices and sizes of both sides; the numbers of orders are not kept, and zero.
  private func appendLevels(_ view: View, depth: Int, to bytes: inout [UInt8]) {
    for level in 0..<depth {
      let bid = level < view.bids.count ? view.bids[level] : Level()
      let ask = level < view.asks.count ? view.asks[level] : Level()
      bytes.appendLittleEndian(bid.price)
      bytes.appendLittleEndian(ask.price)
      bytes.appendLittleEndian(bid.size)
      bytes.appendLittleEndian(ask.size)
      bytes.appendLittleEndian(UInt64(0))
    }
  }
}
