import MarketTypes

extension CSVDecoder {
  mutating func decodeRow(_ columns: CSVColumns, into sink: inout some RecordSink) throws(ImportError) {
    guard fields.count >= columns.width else {
      throw place.error("the line has \(fields.count) fields, \(columns.width) are mapped")
    }
    guard let instrument = try instrument(columns, into: &sink) else { return }
    let time = try time(columns, into: &sink)
    var event = MarketEvent(kind: .trade, exchangeTime: time, instrument: instrument)
    if let column = columns[.local] {
      event.localTime = try place.time("local time", fields[column].trimmed, as: timeFormat)
    }
    if let column = columns[.sequence] { event.sequence = try place.unsigned("sequence", fields[column].trimmed) }
    if let column = columns[.side] { event.side = try side(fields[column].trimmed) }
    switch columns.table {
    case .trade: try sink.append(try priced(event, columns))
    case .quote: try sink.append(try quote(event, columns))
    case .bar: try sink.append(try bar(event, columns))
    case .level:
      event.kind = .setLevel
      guard event.side != .none else { throw place.error("a level needs a side") }
      try sink.append(try priced(event, columns))
    case .order: try sink.append(try order(event, columns))
    }
  }

  /// The row's time, from one column, or a day and a time of day.
  private mutating func time(
    _ columns: CSVColumns, into sink: inout some RecordSink
  ) throws(ImportError) -> Timestamp {
    guard let column = columns[.time] else { throw place.error("no column holds the time") }
    let text = fields[column].trimmed
    let time: Timestamp
    if let dateColumn = columns[.date] {
      time = try place.time(onDay: fields[dateColumn].trimmed, at: text, as: timeFormat)
    } else if let day {
      time = try day.withTextSlice { (day) throws(ImportError) in
        try place.time(onDay: day, at: text, as: timeFormat)
      }
    } else if columns.table == .bar, interval == 0, let end = timeFormat.endOfDay(text) {
      noteTime("a date alone is that of a bar that ends with the day", into: &sink)
      return end
    } else {
      time = try place.time("time", text, as: timeFormat)
    }
    if columns.table == .bar, interval == 0 {
      noteTime("bars end at the stated times; --interval tells of bars that begin there", into: &sink)
    } else if columns[.date] == nil, day == nil, let words = timeFormat.words(text) {
      noteTime("times such as \(text.quoted) are \(words)", into: &sink)
    }
    return time
  }

  private mutating func noteTime(_ text: String, into sink: inout some RecordSink) {
    guard !saidTime else { return }
    saidTime = true
    sink.remark(text)
  }

  private func side(_ text: TextSlice) throws(ImportError) -> Side {
    switch text.string.lowercased() {
    case "b", "buy", "bid", "1", "bids": .buy
    case "s", "sell", "ask", "a", "-1", "offer", "asks": .sell
    case "", "n", "none", "unknown", "0": .none
    default: throw place.error("side \(text.quoted) is neither buy nor sell")
    }
  }

  private func value(_ columns: CSVColumns, _ field: CSVColumns.Field) -> TextSlice? {
    guard let column = columns[field] else { return nil }
    let text = fields[column].trimmed
    return text.isEmpty ? nil : text
  }

  private func price(_ columns: CSVColumns, _ field: CSVColumns.Field) throws(ImportError) -> Int64 {
    guard let text = value(columns, field) else { return SourceRecord.noPrice }
    return try place.decimal(field.rawValue, text, places: pricePlaces)
  }

  private func quantity(_ columns: CSVColumns, _ field: CSVColumns.Field) throws(ImportError) -> Int64 {
    guard let text = value(columns, field) else { return 0 }
    return try place.quantity(field.rawValue, text, places: quantityPlaces)
  }

  private func priced(_ event: MarketEvent, _ columns: CSVColumns) throws(ImportError) -> SourceRecord {
    var record = SourceRecord(event: event)
    if let text = value(columns, .id) { record.event.identifier = (try? text.unsigned()) ?? text.hash64 }
    record.price = try price(columns, .price)
    guard record.price != SourceRecord.noPrice else { throw place.error("the price is empty") }
    record.quantity = try quantity(columns, .quantity)
    return record
  }

  private func quote(_ event: MarketEvent, _ columns: CSVColumns) throws(ImportError) -> SourceRecord {
    var record = SourceRecord(event: event)
    record.event.kind = .quote
    record.event.side = .none
    record.price = try price(columns, .bid)
    record.price2 = try price(columns, .ask)
    record.quantity = try quantity(columns, .bidQuantity)
    record.quantity2 = try quantity(columns, .askQuantity)
    return record
  }

  private func bar(_ event: MarketEvent, _ columns: CSVColumns) throws(ImportError) -> SourceRecord {
    if interval == 0, columns.hasBeginTime {
      throw place.error(
        "the times are those at which the bars begin, and an event happens at the end",
        advice: "State the length of the bars with --interval, for example --interval 60")
    }
    let (end, overflows) = event.exchangeTime.nanoseconds.addingReportingOverflow(interval)
    guard !overflows else { throw place.error("the bar ends beyond the year 2262") }
    var record = SourceRecord(event: event)
    record.event.kind = .bar
    record.event.exchangeTime = Timestamp(nanoseconds: end)
    record.price = try price(columns, .open)
    record.price2 = try price(columns, .high)
    record.price3 = try price(columns, .low)
    record.price4 = try price(columns, .close)
    let prices = [record.price, record.price2, record.price3, record.price4]
    guard !prices.contains(SourceRecord.noPrice) else { throw place.error("the bar lacks a price") }
    record.quantity = try quantity(columns, columns[.volume] != nil ? .volume : .quantity)
    return record
  }

  private func order(_ event: MarketEvent, _ columns: CSVColumns) throws(ImportError) -> SourceRecord {
    guard let text = value(columns, .kind) else { throw place.error("the kind is empty") }
    guard let kind = Self.kinds[text.string.lowercased()] else {
      throw place.error(
        "kind \(text.quoted) is not known", advice: "Use \(Self.kinds.keys.sorted().joined(separator: ", "))")
    }
    var record = SourceRecord(event: event)
    record.event.kind = kind
    if let text = value(columns, .id) { record.event.identifier = (try? text.unsigned()) ?? text.hash64 }
    record.price = try price(columns, .price)
    record.quantity = try quantity(columns, .quantity)
    switch kind {
    case .add:
      guard record.event.side != .none, record.price != SourceRecord.noPrice, record.quantity > 0 else {
        throw place.error("an added order needs a side, a price and a quantity")
      }
    case .modify, .trade:
      guard record.price != SourceRecord.noPrice else { throw place.error("the price is empty") }
    default: break
    }
    return record
  }

  private static let kinds: [String: EventKind] = [
    "add": .add, "cancel": .cancel, "delete": .cancel, "reduce": .reduce, "modify": .modify, "execute": .execute,
    "fill": .fill, "trade": .trade, "clear": .clear,
  ]
}
