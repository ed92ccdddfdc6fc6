import MarketTypes

/// Decodes the CSV tables inside LEAN's data folders: ticks and bars of equities, options, futures, currencies and
/// cryptocurrencies. The path tells what a table is (see `LeanName`), the number of columns what a row is.
///
/// - Times are milliseconds since midnight in the market's zone; hour and daily rows state the local date. A bar is an
///   event at the end of its interval.
/// - Quote ticks with sizes are one-sided updates of the national best bid and offer: a side with price 0 is unchanged.
///   The other side is carried along, so every quote event states both. Rows of one millisecond keep their order.
/// - A quote bar becomes the bid's bar (side buy) and the ask's (side sell); a side without values is left out.
/// - `channel` keeps the exchange's letter and `origin` the low 32 bits of the hexadecimal conditions; a suspicious tick
///   is `nonPrintable`.
/// - With `--map FILE|FOLDER` (LEAN's map files) a share is one instrument under the name that LEAN gives it for good,
///   whatever its ticker was on the day of a row; a ticker that passed to another share makes two.
/// - Open interest is no market event and is refused.
public struct LeanDecoder: SourceDecoder {
  var place: LinePlace
  private var fields = FieldList()
  private let name: LeanName
  private let resolution: LeanName.Resolution
  private let zone: MarketZone
  private let day: MarketDay
  private let pricePlaces: Int
  private let quantityPlaces: Int
  private var instrument: UInt16?
  private let maps: LeanMaps?
  /// The days as 20140402 for which `instrument` holds, where map files tell.
  private var mappedDays = 0...0
  private var bid: (price: Int64, quantity: Int64) = (SourceRecord.noPrice, 0)
  private var ask: (price: Int64, quantity: Int64) = (SourceRecord.noPrice, 0)

  public init(context: SourceContext) throws(ImportError) {
    var maps: LeanMaps?
    if let path = context.options["map"] { maps = try LeanMaps(path: path) }
    try self.init(context: context, maps: maps)
  }

  /// The map files are read once for all sources.
  public mutating func continues(with context: SourceContext) throws(ImportError) -> Bool {
    guard let maps else { return false }
    self = try LeanDecoder(context: context, maps: maps)
    return true
  }

  init(context: SourceContext, maps: LeanMaps?) throws(ImportError) {
    self.maps = maps
    place = LinePlace(file: context.name)
    name = try LeanName(context)
    guard let resolution = name.resolution else {
      throw ImportError(
        file: context.name, reason: "the path names no resolution",
        advice: "State it with --resolution tick, second, minute, hour or daily")
    }
    guard name.kind != .openinterest else {
      throw ImportError(file: context.name, reason: "open interest is not a market event")
    }
    guard resolution.statesDate || name.date != nil else {
      throw ImportError(file: context.name, reason: "the path names no day", advice: "State it with --date")
    }
    self.resolution = resolution
    zone = try context.zone(usual: name.zone)
    day = MarketDay(name.date, zone: zone)
    // Two decimals more than ten-thousandths for averaged prices.
    pricePlaces = try context.places("price-decimals", usual: name.scalesPrices ? 2 : 8)
    quantityPlaces = try context.places("quantity-decimals", usual: 8)
  }

  public mutating func decode(
    _ bytes: UnsafeRawBufferPointer, offset: Int, isLast: Bool, into sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    var cursor = LineCursor(bytes, isLast: isLast)
    while let line = try place.next(&cursor) {
      if line.isEmpty { continue }
      guard fields.split(line) else { throw place.error("the line has too many fields") }
      let instrument = try instrument(into: &sink)
      if resolution == .tick {
        try decodeTick(instrument, into: &sink)
      } else {
        try decodeBars(instrument, into: &sink)
      }
    }
    if isLast, instrument == nil { throw place.error("the table is empty") }
    return cursor.position
  }

  private mutating func instrument(into sink: inout some RecordSink) throws(ImportError) -> UInt16 {
    // Only shares change tickers; an option's or future's name holds more than one.
    guard let maps, name.security == .equity || name.security == nil else {
      if let instrument { return instrument }
      return try declare(name.symbol, into: &sink)
    }
    let date = resolution.statesDate ? CivilDate(fields[0]) : name.date
    guard let date else { throw place.error("\(fields[0].quoted) is not a day") }
    let day = date.year * 10_000 + date.month * 100 + date.day
    if let instrument, mappedDays.contains(day) { return instrument }
    guard let ticker = name.symbol else { return try declare(nil, into: &sink) }
    // What stood on both sides was another share's.
    (bid, ask) = ((SourceRecord.noPrice, 0), (SourceRecord.noPrice, 0))
    if let found = maps.share(of: ticker.uppercased(), on: day) {
      mappedDays = found.days
      return try declare(found.share, into: &sink)
    }
    mappedDays = day...day
    let unmapped = maps.nameOfUnmapped(ticker.uppercased())
    sink.remark("no map file tells which share \(ticker) was; its days without one are kept as \(unmapped)")
    return try declare(unmapped, into: &sink)
  }

  private mutating func declare(_ symbol: String?, into sink: inout some RecordSink) throws(ImportError) -> UInt16 {
    guard let symbol else {
      throw place.error("the file name states no symbol", advice: "State it with --instrument")
    }
    let exponent = pricePlaces + (name.scalesPrices ? 4 : 0)
    var source = SourceInstrument(
      symbol: symbol, venue: name.market?.uppercased() ?? "", priceExponent: Int8(exponent),
      quantityExponent: Int8(quantityPlaces), currency: currency(of: symbol))
    if let contract = contract(of: symbol, source) {
      source.take(contract)
    } else if name.security != .future || !["cme", "cbot", "comex", "nymex"].contains(name.market) {
      // That those futures lack their size is said once for all of them, by the import and by every run.
      sink.remark(ContractRules.doubt(symbol, name.market ?? "no market"))
    }
    let number = try sink.declare(source)
    instrument = number
    return number
  }

  /// The contract; nil where the path does not tell.
  private func contract(of symbol: String, _ source: SourceInstrument) -> SourceInstrument.Contract? {
    switch (name.security, name.market) {
    case (.option, "usa"), (.indexoption, "usa"), (.indexoption, "cboe"):
      // Listed options on shares and indices of the United States are for a hundred.
      DecimalUnit(mantissa: 100, exponent: 0).map {
        SourceInstrument.Contract(multiplier: $0, currency: "USD", settlement: .linear)
      }
    case (.option, _), (.indexoption, _), (.future, _), (.futureoption, _): nil
    case (.cryptofuture, let market) where symbol.hasSuffix("USD"):
      // Without a stable coin they are margined in the coin.
      switch market {
      case "binance":
        ContractRules.inverse(
          ContractRules.coin(symbol.dropLast(3)), dollars: ContractRules.dollars(symbol.dropLast(3)))
      case "bybit": ContractRules.inverse(ContractRules.coin(symbol.dropLast(3)), dollars: 1)
      default: nil
      }
    case (.cfd, _): nil
    default: source.contract
    }
  }

  private func currency(of symbol: String) -> String {
    switch name.security {
    case .forex where symbol.utf8.count == 6: String(symbol.suffix(3))
    case .crypto, .cryptofuture:
      ["USDT", "USDC", "BUSD", "USD", "EUR", "GBP", "BTC", "ETH"].first { symbol.hasSuffix($0) } ?? "USD"
    default: "USD"
    }
  }

  private func price(_ field: String, _ index: Int) throws(ImportError) -> Int64 {
    try place.decimal(field, fields[index], places: pricePlaces)
  }

  private func quantity(_ field: String, _ index: Int) throws(ImportError) -> Int64 {
    try place.quantity(field, fields[index], places: quantityPlaces)
  }

  private func timeOfDay() throws(ImportError) -> Int64 {
    let nanoseconds = try place.quantity("time", fields[0], places: 6)
    // A day of 25 hours is the longest.
    guard nanoseconds < 90_000_000_000_000 else { throw place.error("time \(fields[0].quoted) is beyond the day") }
    return nanoseconds
  }
}

extension LeanDecoder {
  private mutating func decodeTick(_ instrument: UInt16, into sink: inout some RecordSink) throws(ImportError) {
    let time = day.time(afterMidnight: try timeOfDay())
    let isQuote = name.kind == .quote || (name.kind == nil && (fields.count == 3 || fields.count == 5))
    var event = MarketEvent(kind: isQuote ? .quote : .trade, exchangeTime: time, instrument: instrument)
    guard isQuote else {
      guard fields.count >= 3 else { throw place.error("a trade has 3 to 6 fields, this line has \(fields.count)") }
      try readMarks(from: 3, into: &event)
      var record = SourceRecord(event: event)
      record.price = try price("price", 1)
      record.quantity = try quantity("quantity", 2)
      return try sink.append(record)
    }
    switch fields.count {
    case 3:
      bid = (try price("bid", 1), 0)
      ask = (try price("ask", 2), 0)
    case 5...8:
      try readMarks(from: 5, into: &event)
      let bidPrice = try price("bid", 1)
      if bidPrice != 0 { bid = (bidPrice, try quantity("bid size", 2)) }
      let askPrice = try price("ask", 3)
      if askPrice != 0 { ask = (askPrice, try quantity("ask size", 4)) }
    default: throw place.error("a quote has 3, or 5 to 8 fields, this line has \(fields.count)")
    }
    var record = SourceRecord(event: event)
    (record.price, record.quantity) = bid
    (record.price2, record.quantity2) = ask
    try sink.append(record)
  }

  /// Exchange, hexadecimal conditions and the mark of a suspicious tick, each of which may be missing.
  private func readMarks(from first: Int, into event: inout MarketEvent) throws(ImportError) {
    if fields.count > first, fields[first].count == 1 { event.channel = UInt16(fields[first][0]) }
    if fields.count > first + 1, !fields[first + 1].isEmpty {
      do {
        event.origin = UInt32(truncatingIfNeeded: try fields[first + 1].hexadecimal())
      } catch { throw place.error("condition", fields[first + 1], error) }
    }
    if fields.count > first + 2, fields[first + 2].equals("1") { event.flags.insert(.nonPrintable) }
  }

  private mutating func decodeBars(_ instrument: UInt16, into sink: inout some RecordSink) throws(ImportError) {
    let event = MarketEvent(kind: .bar, exchangeTime: try barEnd(), instrument: instrument)
    switch fields.count {
    case 5, 6:
      try sink.append(try bar(event, at: 1, volumeAt: fields.count == 6 ? 5 : nil))
    case 9:
      try appendQuoteBars(event, askAt: 5, hasSizes: false, into: &sink)
    case 11:
      try appendQuoteBars(event, askAt: 6, hasSizes: true, into: &sink)
    default:
      throw place.error("a bar has 6 fields, a quote bar 11, this line has \(fields.count)")
    }
  }

  private func appendQuoteBars(
    _ event: MarketEvent, askAt: Int, hasSizes: Bool, into sink: inout some RecordSink
  ) throws(ImportError) {
    let hasAsk = !fields[askAt].isEmpty
    if !fields[1].isEmpty {
      var event = event
      event.side = .buy
      if hasAsk { event.flags = [] }
      try sink.append(try bar(event, at: 1, volumeAt: hasSizes ? 5 : nil))
    }
    if hasAsk {
      var event = event
      event.side = .sell
      try sink.append(try bar(event, at: askAt, volumeAt: hasSizes ? askAt + 4 : nil))
    }
  }

  private func bar(_ event: MarketEvent, at first: Int, volumeAt: Int?) throws(ImportError) -> SourceRecord {
    var record = SourceRecord(event: event)
    record.price = try price("open", first)
    record.price2 = try price("high", first + 1)
    record.price3 = try price("low", first + 2)
    record.price4 = try price("close", first + 3)
    if let volumeAt, !fields[volumeAt].isEmpty { record.quantity = try quantity("volume", volumeAt) }
    return record
  }

  private func barEnd() throws(ImportError) -> Timestamp {
    let interval = resolution.interval ?? 0
    guard resolution.statesDate else { return day.time(afterMidnight: try timeOfDay() + interval) }
    // `20131007 09:00`, with or without seconds.
    let text = fields[0]
    guard text.count >= 14, text[8] == 0x20, text[11] == UInt8(ascii: ":"), let date = CivilDate(text),
      let hour = try? text.slice(9..<11).unsigned(), let minute = try? text.slice(12..<14).unsigned(), hour < 24,
      minute < 60
    else { throw place.error("time \(text.quoted) is not a date and time such as '20131007 09:00'") }
    let begin = date.secondsSinceEpoch + Int64(hour) * 3600 + Int64(minute) * 60
    // A day ends at the next local midnight, whatever its length.
    let isDaily = resolution == .daily
    guard let end = zone.nanoseconds(localSeconds: isDaily ? begin + 86_400 : begin) else {
      throw place.error("time \(text.quoted) is out of range")
    }
    return Timestamp(nanoseconds: isDaily ? end : end + interval)
  }
}
