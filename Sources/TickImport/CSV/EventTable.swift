import MarketTypes

/// The rows of the table that `EventText` writes: every field of every event, so that the way back loses nothing.
///
/// Columns are found by name, and may be missing but for time, kind and flags; what is missing is unset. Rows of the kind
/// `instrument` say what an instrument is before its first event.
struct EventTable {
  enum Column: String, CaseIterable {
    case exchangeTime = "exchange_time"
    case localTime = "local_time"
    case symbol, kind, side, price, quantity
    case askPrice = "ask_price"
    case askQuantity = "ask_quantity"
    case high, low, close, identifier, replacement, sequence, flags, channel
    case sendDelta = "send_delta"
    case origin
    case intendedKind = "intended_kind"
    case instrument, venue, currency, multiplier, settlement
    case sourceNumber = "source_number"
  }

  /// An instrument of the table; nil in the dictionary when it is not selected.
  private struct Known {
    var number: UInt16
    var pricePlaces: Int
    var quantityPlaces: Int
  }

  private var places: [Column: Int] = [:]
  private let width: Int
  private var instruments: [String: Known?] = [:]
  /// How many instruments of the table have a symbol and venue: rows of their own mean that they are two.
  private var variants: [String: UInt32] = [:]
  private var selection: SymbolSelection

  private static let kinds = Dictionary(
    uniqueKeysWithValues: EventKind.allCases.map { (String(describing: $0), $0) })
  private static let statuses = Dictionary(
    uniqueKeysWithValues: MarketStatus.allCases.map { (String(describing: $0), $0) })
  private static let settlements = Dictionary(
    uniqueKeysWithValues: Instrument.Settlement.allCases.map { (String(describing: $0), $0) })

  /// nil for the header of any other table.
  init?(header: [String], selection: SymbolSelection) {
    self.selection = selection
    for (index, name) in header.enumerated() {
      if let column = Column(rawValue: name) { places[column] = index }
    }
    guard places[.exchangeTime] != nil, places[.kind] != nil, places[.flags] != nil, places[.origin] != nil else {
      return nil
    }
    width = (places.values.max() ?? 0) + 1
  }

  /// Hands the row's event or instrument to `sink`.
  mutating func decode(
    _ row: EventRow, _ context: SourceContext, into sink: inout some RecordSink
  ) throws(ImportError) {
    guard row.fields.count >= width else {
      throw row.place.error("the line has \(row.fields.count) fields instead of \(width)")
    }
    let kindText = text(.kind, row)
    if kindText == EventText.definition { return try define(row, context, into: &sink) }
    guard let kind = Self.kinds[kindText] else { throw row.place.error("kind '\(kindText)' is not known") }
    guard let known = try instrument(row, context, into: &sink) else { return }
    var event = MarketEvent(
      kind: kind, exchangeTime: try time(.exchangeTime, row), localTime: try time(.localTime, row),
      instrument: known.number, side: try side(row), identifier: try number(.identifier, row),
      sequence: try number(.sequence, row), flags: try flags(row), channel: try number(.channel, row),
      sendDelta: try number(.sendDelta, row), origin: try number(.origin, row))
    let intended = text(.intendedKind, row)
    if !intended.isEmpty {
      guard kind == .orphan, let meant = Self.kinds[intended] else {
        throw row.place.error("intended_kind '\(intended)' fits no \(kindText)")
      }
      event.slot = UInt32(meant.rawValue)
    }
    var record = SourceRecord(event: event)
    record.price = try price(.price, row, known)
    switch kind {
    case .status: record.quantity = try status(row)
    case .quote:
      record.quantity = try quantity(.quantity, row, known)
      record.price2 = try price(.askPrice, row, known)
      record.quantity2 = try quantity(.askQuantity, row, known)
    case .bar:
      record.quantity = try quantity(.quantity, row, known)
      record.price2 = try price(.high, row, known)
      record.price3 = try price(.low, row, known)
      record.price4 = try price(.close, row, known)
    default: record.quantity = try quantity(.quantity, row, known)
    }
    if !text(.replacement, row).isEmpty { record.replacingIdentifier = try number(.replacement, row) }
    try sink.append(record)
  }

  // MARK: - Instruments

  private mutating func define(
    _ row: EventRow, _ context: SourceContext, into sink: inout some RecordSink
  ) throws(ImportError) {
    let symbol = text(.symbol, row)
    guard instruments.count < 1 << 16 else { throw row.place.error("more than 65,536 instruments") }
    let venue = text(.venue, row)
    let name = symbol + "\n" + venue
    let variant = variants[name, default: 0]
    variants[name] = variant + 1
    guard selection.includes(symbol) else {
      sink.passOver(symbol)
      instruments[key(row)] = .some(nil)
      return
    }
    func unit(_ column: Column) throws(ImportError) -> DecimalUnit {
      let text = text(column, row)
      guard let unit = DecimalUnit(text) else {
        throw row.place.error("\(column.rawValue) '\(text)' of an instrument is not a positive decimal")
      }
      return unit
    }
    let settlement = text(.settlement, row)
    guard let settlement = settlement.isEmpty ? .linear : Self.settlements[settlement] else {
      throw row.place.error("settlement '\(settlement)' is not known")
    }
    let (tick, lot) = (try unit(.price), try unit(.quantity))
    var instrument = SourceInstrument(
      symbol: symbol, venue: venue, priceExponent: tick.exponent, quantityExponent: lot.exponent,
      currency: text(.currency, row), settlement: settlement,
      multiplier: text(.multiplier, row).isEmpty ? .one : try unit(.multiplier),
      sourceIdentifier: try self.number(.sourceNumber, row), tick: tick, lot: lot, isKept: true)
    instrument.isDefined = true
    instrument.variant = variant
    let number = try sink.declare(instrument)
    instruments[key(row)] = Known(
      number: number, pricePlaces: Int(tick.exponent), quantityPlaces: Int(lot.exponent))
  }

  /// The instrument of an event: by its number in the table, or by its symbol where the table has no numbers.
  private mutating func instrument(
    _ row: EventRow, _ context: SourceContext, into sink: inout some RecordSink
  ) throws(ImportError) -> Known? {
    let key = key(row)
    if let known = instruments[key] { return known }
    guard places[.instrument] == nil else {
      throw row.place.error("instrument \(key) has events before the row that says what it is")
    }
    guard selection.includes(key) else {
      sink.passOver(key)
      return nil
    }
    let pricePlaces = try context.places("price-decimals", usual: 9)
    let quantityPlaces = try context.places("quantity-decimals", usual: 8)
    let number = try sink.declare(
      SourceInstrument(
        symbol: key.isEmpty ? context.stem : key, venue: context.options["venue"] ?? "",
        priceExponent: Int8(pricePlaces), quantityExponent: Int8(quantityPlaces)))
    let known = Known(number: number, pricePlaces: pricePlaces, quantityPlaces: quantityPlaces)
    instruments[key] = known
    return known
  }

  private func key(_ row: EventRow) -> String { text(places[.instrument] == nil ? .symbol : .instrument, row) }

  // MARK: - Fields

  private func field(_ column: Column, _ row: EventRow) -> TextSlice? {
    guard let place = places[column] else { return nil }
    let text = row.fields[place]
    return text.isEmpty ? nil : text
  }

  /// The field as text; quotes inside of it are written twice.
  private func text(_ column: Column, _ row: EventRow) -> String {
    field(column, row)?.unescaped ?? ""
  }

  private func number<Number: FixedWidthInteger>(_ column: Column, _ row: EventRow) throws(ImportError) -> Number {
    guard let field = field(column, row) else { return 0 }
    let number =
      Number.isSigned
      ? Number(exactly: try row.place.integer(column.rawValue, field))
      : Number(exactly: try row.place.unsigned(column.rawValue, field))
    guard let number else { throw row.place.error("\(column.rawValue) \(field.quoted) is too large") }
    return number
  }

  private func time(_ column: Column, _ row: EventRow) throws(ImportError) -> Timestamp {
    guard let field = field(column, row) else { return .unknown }
    return Timestamp(nanoseconds: try row.place.integer(column.rawValue, field))
  }

  private func price(_ column: Column, _ row: EventRow, _ known: Known) throws(ImportError) -> Int64 {
    guard let field = field(column, row) else { return SourceRecord.noPrice }
    return try row.place.decimal(column.rawValue, field, places: known.pricePlaces)
  }

  private func quantity(_ column: Column, _ row: EventRow, _ known: Known) throws(ImportError) -> Int64 {
    guard let field = field(column, row) else { return 0 }
    if let exact = Self.decimal(field, places: known.quantityPlaces) { return exact }
    return try row.place.decimal(column.rawValue, field, places: known.quantityPlaces)
  }

  /// A plain decimal over the whole range of 64 bits, which `TextSlice.decimal` cuts at 18 digits; nil for anything else.
  private static func decimal(_ text: TextSlice, places: Int) -> Int64? {
    var value: Int64 = 0
    var decimals: Int?
    let isNegative = text.first == UInt8(ascii: "-")
    for index in (isNegative ? 1 : 0)..<max(text.count, 1) where index < text.count {
      if text[index] == UInt8(ascii: "."), decimals == nil {
        decimals = 0
        continue
      }
      guard text[index] &- 0x30 <= 9, let next = shifted(value, adding: text[index] &- 0x30, isNegative) else {
        return nil
      }
      value = next
      if let count = decimals { decimals = count + 1 }
    }
    guard decimals ?? 0 <= places else { return nil }
    for _ in (decimals ?? 0)..<places {
      guard let next = shifted(value, adding: 0, isNegative) else { return nil }
      value = next
    }
    return value
  }

  private static func shifted(_ value: Int64, adding digit: UInt8, _ isNegative: Bool) -> Int64? {
    let (product, overflows) = value.multipliedReportingOverflow(by: 10)
    let (sum, overflowsSum) = product.addingReportingOverflow(isNegative ? -Int64(digit) : Int64(digit))
    return overflows || overflowsSum ? nil : sum
  }

  private func status(_ row: EventRow) throws(ImportError) -> Int64 {
    if let status = Self.statuses[text(.quantity, row)] { return Int64(status.rawValue) }
    guard let field = field(.quantity, row) else { return 0 }
    guard let number = try? field.integer() else { throw row.place.error("status \(field.quoted) is not known") }
    return number
  }

  private func side(_ row: EventRow) throws(ImportError) -> Side {
    switch text(.side, row) {
    case "": .none
    case "buy": .buy
    case "sell": .sell
    case let other: throw row.place.error("side '\(other)' is neither buy nor sell")
    }
  }

  private func flags(_ row: EventRow) throws(ImportError) -> EventFlags {
    var flags: EventFlags = []
    for name in text(.flags, row).split(separator: "|") {
      guard let flag = EventFlags.named(String(name)) else { throw row.place.error("flag '\(name)' is not known") }
      flags.formUnion(flag)
    }
    return flags
  }
}

/// One line of the table: its fields, and where it is.
struct EventRow {
  var fields: FieldList
  var place: LinePlace
}
