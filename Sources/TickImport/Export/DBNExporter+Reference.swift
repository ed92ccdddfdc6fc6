import MarketTypes

/// Trading status, and what the instruments are.
extension DBNExporter {
  /// Status records with the action and reason that the event brought from DBN, or with the action that says the same.
  mutating func appendStatus(_ event: MarketEvent, to bytes: inout [UInt8]) throws(ImportError) {
    guard event.kind == .status, !event.flags.contains(.synthetic) else {
      leftOut[event.kind, default: 0] += 1
      return
    }
    var (action, reason) = (UInt16(truncatingIfNeeded: event.origin), UInt16(event.origin >> 16))
    // Actions that begin no phase leave it to a letter whether trading goes on.
    func letter(_ action: UInt16) -> UInt8 {
      let isSaid = DBNDecoder.status(action, isTrading: UInt8(ascii: "~")) == event.status
      return isSaid ? UInt8(ascii: "~") : UInt8(ascii: event.status == .open ? "Y" : "N")
    }
    if action > Self.lastAction || DBNDecoder.status(action, isTrading: letter(action)) != event.status {
      (action, reason) = (Self.action(event.status), 0)
    }
    appendHeader(.status, length: 40, event, time: event.exchangeTime, to: &bytes)
    bytes.appendLittleEndian(Self.time(event.localTime))
    bytes.appendLittleEndian(action)
    bytes.appendLittleEndian(reason)
    bytes.appendLittleEndian(UInt16(0))
    bytes += [letter(action), UInt8(ascii: "~"), UInt8(ascii: "~")] + [UInt8](repeating: 0, count: 7)
  }

  private static let lastAction: UInt16 = 15

  private static func action(_ status: MarketStatus) -> UInt16 {
    switch status {
    case .unknown: 0
    case .preOpen: 1
    case .openingAuction: 4
    case .open: 7
    case .halted: 8
    case .paused: 9
    case .closingAuction: 11
    case .closed: 12
    case .postClose: 13
    }
  }

  /// One definition for each instrument, at the time of the first event. What a tick file does not hold is undefined.
  func definitions() throws(ImportError) -> [UInt8] {
    let layout = DBNLayout.layout(of: .definition, version: options.version)
    var bytes: [UInt8] = []
    for (number, instrument) in instruments.enumerated() {
      var record = DBNRecordBytes(layout)
      record.set("rtype", UInt64(DBNRecordKind.definition.rawValue))
      record.set("publisher_id", UInt64(Self.publisher(instrument)))
      record.set("instrument_id", UInt64(identifier(number)))
      record.set("raw_instrument_id", UInt64(identifier(number)))
      record.set("ts_event", Self.time(options.start))
      record.set("ts_recv", Self.time(options.start))
      record.set("min_price_increment", UInt64(bitPattern: try nanounits(instrument.tick, instrument)))
      record.set("display_factor", 1_000_000_000)
      record.set("min_lot_size_round_lot", UInt64(clamping: min(instrument.lot.mantissa, Int64(Int32.max))))
      record.set("unit_of_measure_qty", UInt64(bitPattern: try nanounits(instrument.multiplier, instrument)))
      let isWhole = instrument.multiplier.exponent == 0 && instrument.multiplier.mantissa < Int64(Int32.max)
      if isWhole { record.set("contract_multiplier", UInt64(instrument.multiplier.mantissa)) }
      for (field, text) in [
        ("raw_symbol", instrument.symbol), ("currency", instrument.currency),
        ("settl_currency", instrument.currency),
      ] {
        guard record.set(field, text: text) else {
          throw failure("'\(text)' of \(instrument.symbol) does not fit a DBN definition")
        }
      }
      record.set("security_update_action", UInt64(UInt8(ascii: "A")))
      record.set("user_defined_instrument", UInt64(UInt8(ascii: "N")))
      bytes += record.bytes
    }
    return bytes
  }

  /// The publisher that the importer keeps behind the venue's name where a file has several.
  private static func publisher(_ instrument: Instrument) -> UInt16 {
    instrument.venue.split(separator: "#").dropFirst().first.flatMap { UInt16($0) } ?? 0
  }

  private func nanounits(_ unit: DecimalUnit, _ instrument: Instrument) throws(ImportError) -> Int64 {
    guard let scale = UnitScale(unit: unit, exponent: DBN.priceExponent), scale.multiplier == 1 else {
      throw failure("\(unit) of \(instrument.symbol) does not fit a DBN definition")
    }
    return scale.divisor
  }
}

/// A record of a layout whose fields are undefined until they are set.
private struct DBNRecordBytes {
  let layout: DBNLayout
  private(set) var bytes: [UInt8]

  init(_ layout: DBNLayout) {
    self.layout = layout
    bytes = [UInt8](repeating: 0, count: layout.size)
    bytes[0] = UInt8(layout.size / DBN.lengthUnit)
    for field in layout.fields {
      switch field.type {
      case .i64: set(field.name, UInt64(Int64.max))
      case .i32: set(field.name, UInt64(Int32.max))
      case .u64, .u32, .u16: set(field.name, field.name.hasPrefix("leg_") ? 0 : .max)
      default: break
      }
    }
  }

  /// The low bytes of `value`; layouts of older versions may lack the field.
  mutating func set(_ name: String, _ value: UInt64) {
    guard let field = layout.field(name) else { return }
    for byte in 0..<min(8, field.type.size) {
      bytes[field.offset + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))
    }
  }

  /// Whether the text fits.
  mutating func set(_ name: String, text: String) -> Bool {
    guard let field = layout.field(name) else { return true }
    let text = Array(text.utf8)
    // Currencies fill their field, other texts end with a zero.
    guard text.count < field.type.size || name.hasSuffix("currency") && text.count == field.type.size else {
      return false
    }
    bytes.replaceSubrange(field.offset..<field.offset + text.count, with: text)
    return true
  }
}
