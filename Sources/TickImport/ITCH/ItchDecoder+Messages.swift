import MarketTypes

extension ItchDecoder {
  private static let venue = "XNAS"
  /// Prices have four decimals.
  private static let priceExponent: Int8 = 4

  mutating func decode(_ message: ItchMessage, offset: Int, into sink: inout some RecordSink) throws(ImportError) {
    switch message.type {
    case UInt8(ascii: "A"), UInt8(ascii: "F"):
      guard let instrument = try instrument(of: message, symbolAt: 24, into: &sink) else { return }
      let side = try side(message.byte(19), offset: offset)
      var record = record(message, .add, instrument, identifier: message.unsigned64(11), side: side)
      record.quantity = Int64(message.unsigned32(20))
      record.price = Int64(message.unsigned32(32))
      if message.type == UInt8(ascii: "F") { record.event.origin = message.unsigned32(36) }
      try sink.append(record)
    case UInt8(ascii: "D"):
      guard let instrument = try instrument(of: message, into: &sink) else { return }
      try sink.append(record(message, .cancel, instrument, identifier: message.unsigned64(11)))
    case UInt8(ascii: "E"), UInt8(ascii: "C"):
      guard let instrument = try instrument(of: message, into: &sink) else { return }
      var record = record(message, .execute, instrument, identifier: message.unsigned64(11))
      record.quantity = Int64(message.unsigned32(19))
      record.event.sequence = message.unsigned64(23)
      if message.type == UInt8(ascii: "C") {
        record.price = Int64(message.unsigned32(32))
        record.event.flags.insert(.pricedExecution)
        if message.byte(31) == UInt8(ascii: "N") { record.event.flags.insert(.nonPrintable) }
      }
      try sink.append(record)
    case UInt8(ascii: "X"):
      guard let instrument = try instrument(of: message, into: &sink) else { return }
      var record = record(message, .reduce, instrument, identifier: message.unsigned64(11))
      record.quantity = Int64(message.unsigned32(19))
      try sink.append(record)
    case UInt8(ascii: "U"):
      guard let instrument = try instrument(of: message, into: &sink) else { return }
      var record = record(message, .modify, instrument, identifier: message.unsigned64(11))
      record.replacingIdentifier = message.unsigned64(19)
      record.quantity = Int64(message.unsigned32(27))
      record.price = Int64(message.unsigned32(31))
      try sink.append(record)
    default:
      try decodeRare(message, offset: offset, into: &sink)
    }
  }

  @inline(never)
  private mutating func decodeRare(
    _ message: ItchMessage, offset: Int, into sink: inout some RecordSink
  ) throws(ImportError) {
    switch message.type {
    case UInt8(ascii: "P"):
      guard let instrument = try instrument(of: message, symbolAt: 24, into: &sink) else { return }
      var record = record(message, .trade, instrument, identifier: message.unsigned64(11))
      record.quantity = Int64(message.unsigned32(20))
      record.price = Int64(message.unsigned32(32))
      record.event.sequence = message.unsigned64(36)
      record.event.flags.insert(.hidden)
      try sink.append(record)
    case UInt8(ascii: "Q"):
      let shares = message.unsigned64(11)
      guard shares > 0 else { return sink.skip("cross without shares") }
      guard let quantity = Int64(exactly: shares) else { throw error(offset, "a cross of \(shares) shares") }
      guard let instrument = try instrument(of: message, symbolAt: 19, into: &sink) else { return }
      var record = record(message, .trade, instrument, identifier: 0)
      record.quantity = quantity
      record.price = Int64(message.unsigned32(27))
      record.event.sequence = message.unsigned64(31)
      record.event.flags.insert(.auction)
      record.event.origin = UInt32(message.byte(39))
      try sink.append(record)
    case UInt8(ascii: "B"):
      guard let instrument = try instrument(of: message, into: &sink) else { return }
      var record = record(message, .orphan, instrument, identifier: 0)
      record.event.sequence = message.unsigned64(11)
      record.event.origin = UInt32(message.type)
      try sink.append(record)
    case UInt8(ascii: "R"):
      _ = try instrument(of: message, symbolAt: 11, into: &sink)
    case UInt8(ascii: "H"):
      guard let instrument = try instrument(of: message, symbolAt: 11, into: &sink) else { return }
      let status: MarketStatus
      switch message.byte(19) {
      case UInt8(ascii: "H"): status = .halted
      case UInt8(ascii: "P"): status = .paused
      case UInt8(ascii: "Q"): status = .preOpen
      case UInt8(ascii: "T"): status = .open
      default: throw error(offset, "trading state \(message.byte(19)) is not one of H, P, Q, T")
      }
      isHalted[Int(message.locate)] = status != .open
      try append(status, message, instrument, origin: message.unsigned32(21), into: &sink)
    case UInt8(ascii: "h"):
      guard let instrument = try instrument(of: message, symbolAt: 11, into: &sink) else { return }
      let isHalt = message.byte(20) == UInt8(ascii: "H")
      isHalted[Int(message.locate)] = isHalt
      try append(isHalt ? .halted : .open, message, instrument, origin: UInt32(message.byte(19)), into: &sink)
    case UInt8(ascii: "S"):
      try decodeSystemEvent(message, into: &sink)
    case UInt8(ascii: "I"): sink.skip("order imbalance")
    case UInt8(ascii: "Y"): sink.skip("short sale restriction")
    case UInt8(ascii: "L"): sink.skip("market participant position")
    case UInt8(ascii: "V"), UInt8(ascii: "W"): sink.skip("market-wide circuit breaker")
    case UInt8(ascii: "J"): sink.skip("auction collar")
    case UInt8(ascii: "N"): sink.skip("retail price improvement")
    default: sink.skip("IPO or direct listing")
    }
  }

  /// The session's hours hold for every instrument; a halted one does not open with the market.
  private func decodeSystemEvent(_ message: ItchMessage, into sink: inout some RecordSink) throws(ImportError) {
    let status: MarketStatus
    switch message.byte(11) {
    case UInt8(ascii: "S"): status = .preOpen
    case UInt8(ascii: "Q"): status = .open
    case UInt8(ascii: "M"): status = .postClose
    case UInt8(ascii: "E"): status = .closed
    default: return
    }
    for locate in locates where instruments[Int(locate)] >= 0 {
      if status == .open, isHalted[Int(locate)] { continue }
      try append(status, message, UInt16(instruments[Int(locate)]), origin: UInt32(message.byte(11)), into: &sink)
    }
  }

  private func append(
    _ status: MarketStatus, _ message: ItchMessage, _ instrument: UInt16, origin: UInt32,
    into sink: inout some RecordSink
  ) throws(ImportError) {
    var record = record(message, .status, instrument, identifier: 0)
    record.quantity = Int64(status.rawValue)
    record.event.origin = origin
    try sink.append(record)
  }

  @inline(__always)
  private func record(
    _ message: ItchMessage, _ kind: EventKind, _ instrument: UInt16, identifier: UInt64, side: Side = .none
  ) -> SourceRecord {
    SourceRecord(
      event: MarketEvent(
        kind: kind, exchangeTime: day.time(afterMidnight: message.nanoseconds), instrument: instrument, side: side,
        identifier: identifier, channel: message.trackingNumber))
  }

  @inline(__always)
  private func side(_ byte: UInt8, offset: Int) throws(ImportError) -> Side {
    if byte == UInt8(ascii: "B") { return .buy }
    if byte == UInt8(ascii: "S") { return .sell }
    throw error(offset, "the side \(byte) is neither B nor S")
  }

  /// The instrument of a message, declared when it is met first; nil when it is not selected.
  @inline(__always)
  private mutating func instrument(
    of message: ItchMessage, symbolAt symbolOffset: Int? = nil, into sink: inout some RecordSink
  ) throws(ImportError) -> UInt16? {
    let known = instruments[Int(message.locate)]
    if known >= 0 { return UInt16(truncatingIfNeeded: known) }
    if known == Self.excluded { return nil }
    return try declare(message, symbolAt: symbolOffset, into: &sink)
  }

  @inline(never)
  private mutating func declare(
    _ message: ItchMessage, symbolAt symbolOffset: Int?, into sink: inout some RecordSink
  ) throws(ImportError) -> UInt16? {
    let locate = message.locate
    let symbol: String
    if let symbolOffset {
      symbol = message.symbol(symbolOffset)
    } else {
      guard selected == nil else { return nil }
      symbol = "#\(locate)"
    }
    if let selected, !selected.contains(symbol) {
      instruments[Int(locate)] = Self.excluded
      sink.passOver(symbol)
      return nil
    }
    let number = try sink.declare(
      SourceInstrument(
        symbol: symbol, venue: Self.venue, priceExponent: Self.priceExponent, sourceIdentifier: UInt32(locate)))
    instruments[Int(locate)] = Int32(number)
    locates.append(locate)
    var clear = record(message, .clear, number, identifier: 0)
    clear.event.flags.insert(.synthetic)
    try sink.append(clear)
    return number
  }
}
