import MarketTypes

/// Decodes an answer of Kraken's REST trades: one JSON document with `[price, volume, time, side, type, misc, id]` rows.
///
/// The side is the aggressor's; times are decimal seconds. The document is read as a whole, so it may not be larger than
/// `largestDocument`.
public struct KrakenTradesDecoder: SourceDecoder {
  public static let largestDocument = 64 << 20

  private let place: LinePlace
  private let pricePlaces: Int
  private let quantityPlaces: Int
  private let selected: Set<String>?

  public init(context: SourceContext) throws(ImportError) {
    place = LinePlace(file: context.name)
    pricePlaces = try context.places("price-decimals", usual: 8)
    quantityPlaces = try context.places("quantity-decimals", usual: 8)
    selected = context.selectedSymbols
  }

  public mutating func decode(
    _ bytes: UnsafeRawBufferPointer, offset: Int, isLast: Bool, into sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    guard bytes.count <= Self.largestDocument else {
      throw place.error("the document is larger than \(Self.largestDocument >> 20) MiB")
    }
    guard isLast else { return 0 }
    guard let base = bytes.baseAddress, bytes.count > 0 else { throw place.error("the file is empty") }
    let text = TextSlice(start: base.assumingMemoryBound(to: UInt8.self), count: bytes.count)
    var members = try place.json(text).members
    var sawResult = false
    while let (key, value) = try place.next(&members) {
      if key.equals("error") {
        var errors = value.elements
        if let first = try place.next(&errors) { throw place.error("Kraken answered \(first.text.quoted)") }
      } else if key.equals("result") {
        try decodeResult(value, into: &sink)
        sawResult = true
      }
    }
    guard sawResult else { throw place.error("the document has no result") }
    return bytes.count
  }

  private func decodeResult(_ result: JSONValue, into sink: inout some RecordSink) throws(ImportError) {
    var pairs = result.members
    while let (name, rows) = try place.next(&pairs) {
      // Besides the pair there is "last", a number to ask on from.
      guard rows.kind == .array else { continue }
      let symbol = name.string
      if let selected, !selected.contains(symbol.uppercased()) {
        sink.passOver(symbol)
        continue
      }
      var source = SourceInstrument(
        symbol: symbol, venue: "KRAKEN", priceExponent: Int8(pricePlaces), quantityExponent: Int8(quantityPlaces))
      if let contract = ContractRules.contract(exchange: "kraken", symbol: symbol) {
        source.take(contract)
      } else {
        sink.remark(ContractRules.doubt(symbol, "KRAKEN"))
      }
      let instrument = try sink.declare(source)
      var elements = rows.elements
      while let row = try place.next(&elements) { try sink.append(try trade(row, instrument)) }
    }
  }

  private func trade(_ row: JSONValue, _ instrument: UInt16) throws(ImportError) -> SourceRecord {
    var cells = row.elements
    func cell(_ name: String) throws(ImportError) -> TextSlice {
      try place.scalar(name, try place.next(&cells))
    }
    let price = try place.decimal("price", try cell("price"), places: pricePlaces)
    let quantity = try place.quantity("volume", try cell("volume"), places: quantityPlaces)
    let time = try place.quantity("time", try cell("time"), places: 9)
    let side = try cell("side")
    guard side.equals("b") || side.equals("s") else { throw place.error("side \(side.quoted) is neither b nor s") }
    _ = try cell("type")
    _ = try place.next(&cells)
    var record = SourceRecord(
      event: MarketEvent(
        kind: .trade, exchangeTime: Timestamp(nanoseconds: time), instrument: instrument,
        side: side.equals("b") ? .buy : .sell))
    // Older answers have no trade number.
    if let identifier = try place.next(&cells) { record.event.identifier = try place.unsigned("id", identifier) }
    record.price = price
    record.quantity = quantity
    return record
  }
}
