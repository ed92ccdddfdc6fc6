import MarketTypes

/// An instrument to and from the bytes of its frame.
enum InstrumentCodec {
  private static let textMax = 4096

  static func encode(_ instrument: Instrument) -> [UInt8] {
    var bytes: [UInt8] = []
    for unit in [instrument.tick, instrument.lot, instrument.multiplier] {
      bytes.appendLittleEndian(unit.mantissa)
      bytes.append(UInt8(bitPattern: unit.exponent))
    }
    bytes.append(instrument.settlement.rawValue)
    bytes.appendLittleEndian(instrument.sourceIdentifier)
    for text in [instrument.symbol, instrument.venue, instrument.currency] {
      let utf8 = Array(text.utf8.prefix(textMax))
      bytes.appendLittleEndian(UInt16(utf8.count))
      bytes.append(contentsOf: utf8)
    }
    while bytes.count % 8 != 0 { bytes.append(0) }
    return bytes
  }

  static func decode(_ view: ByteView) throws(FormatFault) -> Instrument {
    var offset = 0
    func unit() throws(FormatFault) -> DecimalUnit {
      let mantissa = try view.i64(offset)
      let exponent = Int8(bitPattern: try view.byte(offset + 8))
      guard let unit = DecimalUnit(mantissa: mantissa, exponent: exponent) else {
        throw FormatFault("an instrument's tick, lot or multiplier is not positive", at: view.origin + offset)
      }
      offset += 9
      return unit
    }
    func text() throws(FormatFault) -> String {
      let length = Int(try view.u16(offset))
      let bytes = try view.slice(offset + 2, length)
      offset += 2 + length
      var utf8: [UInt8] = []
      for index in 0..<length { utf8.append(try bytes.byte(index)) }
      return String(decoding: utf8, as: UTF8.self)
    }
    let tick = try unit()
    let lot = try unit()
    let multiplier = try unit()
    guard let settlement = Instrument.Settlement(rawValue: try view.byte(offset)) else {
      throw FormatFault("an instrument's settlement is unknown", at: view.origin + offset)
    }
    let source = try view.u32(offset + 1)
    offset += 5
    let symbol = try text()
    let venue = try text()
    let currency = try text()
    return Instrument(
      symbol: symbol, venue: venue, tick: tick, lot: lot, multiplier: multiplier, currency: currency,
      settlement: settlement, sourceIdentifier: source)
  }
}
