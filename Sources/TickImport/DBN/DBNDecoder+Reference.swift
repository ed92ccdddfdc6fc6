import MarketTypes

/// Definitions and trading status.
extension DBNDecoder {
  mutating func decodeDefinition(
    _ record: DBNBytes, _ sink: inout some RecordSink
  ) throws(ImportError) {
    let layout = DBNLayout.layout(of: .definition, version: version)
    func text(_ name: String) -> String {
      layout.field(name).map { record.text($0.offset, length: $0.type.size) } ?? ""
    }
    func price(_ name: String) -> Int64 {
      layout.field(name).map { record.load($0.offset) } ?? DBN.undefinedPrice
    }
    func unit(_ value: Int64) -> DecimalUnit? {
      value == DBN.undefinedPrice ? nil : DecimalUnit(mantissa: value, exponent: DBN.priceExponent)
    }
    let contract = layout.field("contract_multiplier").map { record.load($0.offset, as: Int32.self) } ?? .max
    let currency = text("currency")
    try instruments.learn(
      DBNInstruments.Definition(
        symbol: text("raw_symbol"), tick: unit(price("min_price_increment")),
        // Futures state their size as the quantity of the underlying, some venues as a multiplier.
        multiplier: contract > 0 && contract != .max
          ? DecimalUnit(mantissa: Int64(contract), exponent: 0) : unit(price("unit_of_measure_qty")),
        currency: currency.isEmpty ? "USD" : currency),
      record, &sink)
    sink.skip("definition")
  }

  mutating func decodeStatus(
    _ record: DBNBytes, _ index: Int, _ offset: Int, _ sink: inout some RecordSink
  ) throws(ImportError) {
    let action: UInt16 = record.load(24)
    let reason: UInt16 = record.load(26)
    var status = SourceRecord(
      event: MarketEvent(
        kind: .status, exchangeTime: try time(record, 8, offset), localTime: try time(record, 16, offset),
        instrument: instruments.states[index].number, channel: record.load(2),
        origin: UInt32(action) | UInt32(reason) << 16))
    status.quantity = Int64(Self.status(action, isTrading: record[30]).rawValue)
    try sink.append(status)
  }

  /// The trading phase that a status action begins; actions that change none fall back on whether trading goes on.
  static func status(_ action: UInt16, isTrading: UInt8) -> MarketStatus {
    switch action {
    case 1, 3: .preOpen
    case 2, 4, 5: .openingAuction
    case 7: .open
    case 8, 10: .halted
    case 9: .paused
    case 11: .closingAuction
    case 12, 15: .closed
    case 13: .postClose
    default: isTrading == UInt8(ascii: "Y") ? .open : isTrading == UInt8(ascii: "N") ? .halted : .unknown
    }
  }
}
