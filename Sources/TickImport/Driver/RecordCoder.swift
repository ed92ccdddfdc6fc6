import MarketTypes

/// Writes records as differences from the record before: 10 to 30 bytes instead of 128, and back without loss.
///
/// A record is a 16-bit mask of the fields that differ, then each of them as a zigzag variable-length integer. Reader and
/// writer keep the last record, so records must be read in the order in which they were written.
struct RecordCoder {
  /// No record takes more: two bytes of mask and at most sixteen integers of ten bytes.
  static let maximumLength = 192

  private enum Field {
    static let header: UInt16 = 1 << 0
    static let exchangeTime: UInt16 = 1 << 1
    static let localTime: UInt16 = 1 << 2
    static let identifier: UInt16 = 1 << 3
    static let sequence: UInt16 = 1 << 4
    static let price: UInt16 = 1 << 5
    static let quantity: UInt16 = 1 << 6
    static let sendDelta: UInt16 = 1 << 7
    static let origin: UInt16 = 1 << 8
    static let ask: UInt16 = 1 << 9
    static let lowAndClose: UInt16 = 1 << 10
    static let event: UInt16 = 1 << 11
    static let replacement: UInt16 = 1 << 12
  }

  private var last = SourceRecord(event: MarketEvent(kind: .orphan, exchangeTime: Timestamp(nanoseconds: 0)))

  /// Appends the record at `start`, where `maximumLength` bytes must be free, and returns its length.
  @inline(__always)
  mutating func encode(_ record: SourceRecord, at start: UnsafeMutablePointer<UInt8>) -> Int {
    var place = start + 2
    var mask: UInt16 = 0
    func put(_ field: UInt16, _ value: Int64, _ previous: Int64) {
      guard value != previous else { return }
      mask |= field
      Self.put(value &- previous, &place)
    }
    let (event, old) = (record.event, last.event)
    put(Field.header, Self.header(event), Self.header(old))
    put(Field.exchangeTime, event.exchangeTime.nanoseconds, old.exchangeTime.nanoseconds)
    if event.localTime != old.localTime {
      mask |= Field.localTime
      Self.put(event.localTime.nanoseconds &- event.exchangeTime.nanoseconds, &place)
    }
    put(Field.identifier, Int64(bitPattern: event.identifier), Int64(bitPattern: old.identifier))
    put(Field.sequence, Int64(bitPattern: event.sequence), Int64(bitPattern: old.sequence))
    put(Field.price, record.price, last.price)
    put(Field.quantity, record.quantity, last.quantity)
    put(Field.sendDelta, Int64(event.sendDelta), Int64(old.sendDelta))
    put(Field.origin, Int64(event.origin), Int64(old.origin))
    if record.price2 != last.price2 || record.quantity2 != last.quantity2 {
      mask |= Field.ask
      Self.put(record.price2 &- last.price2, &place)
      Self.put(record.quantity2 &- last.quantity2, &place)
    }
    if record.price3 != last.price3 || record.price4 != last.price4 {
      mask |= Field.lowAndClose
      Self.put(record.price3 &- last.price3, &place)
      Self.put(record.price4 &- last.price4, &place)
    }
    // Decoders leave these three to the sink; they are kept because nothing forbids to set them.
    if event.slot != old.slot || event.price != old.price || event.quantity != old.quantity {
      mask |= Field.event
      Self.put(Int64(event.slot), &place)
      Self.put(Int64(event.price.ticks), &place)
      Self.put(event.quantity.lots, &place)
    }
    if let identifier = record.replacingIdentifier {
      mask |= Field.replacement
      Self.put(Int64(bitPattern: identifier), &place)
    }
    start[0] = UInt8(truncatingIfNeeded: mask)
    start[1] = UInt8(truncatingIfNeeded: mask >> 8)
    last = record
    return place - start
  }

  /// Reads the record at `start`, where `maximumLength` bytes must be readable, and moves `start` behind it.
  @inline(__always)
  mutating func decode(_ start: inout UnsafePointer<UInt8>) -> SourceRecord {
    let mask = UInt16(start[0]) | UInt16(start[1]) << 8
    var place = start + 2
    func take(_ field: UInt16, _ previous: Int64) -> Int64 {
      mask & field == 0 ? previous : previous &+ Self.take(&place)
    }
    var record = last
    if mask & Field.header != 0 {
      Self.setHeader(Self.header(last.event) &+ Self.take(&place), &record.event)
    }
    record.event.exchangeTime = Timestamp(
      nanoseconds: take(Field.exchangeTime, record.event.exchangeTime.nanoseconds))
    if mask & Field.localTime != 0 {
      record.event.localTime = Timestamp(
        nanoseconds: record.event.exchangeTime.nanoseconds &+ Self.take(&place))
    }
    record.event.identifier = UInt64(bitPattern: take(Field.identifier, Int64(bitPattern: record.event.identifier)))
    record.event.sequence = UInt64(bitPattern: take(Field.sequence, Int64(bitPattern: record.event.sequence)))
    record.price = take(Field.price, record.price)
    record.quantity = take(Field.quantity, record.quantity)
    record.event.sendDelta = Int32(truncatingIfNeeded: take(Field.sendDelta, Int64(record.event.sendDelta)))
    record.event.origin = UInt32(truncatingIfNeeded: take(Field.origin, Int64(record.event.origin)))
    if mask & Field.ask != 0 {
      record.price2 &+= Self.take(&place)
      record.quantity2 &+= Self.take(&place)
    }
    if mask & Field.lowAndClose != 0 {
      record.price3 &+= Self.take(&place)
      record.price4 &+= Self.take(&place)
    }
    if mask & Field.event != 0 {
      record.event.slot = UInt32(truncatingIfNeeded: Self.take(&place))
      record.event.price = Price(ticks: Int32(truncatingIfNeeded: Self.take(&place)))
      record.event.quantity = Quantity(lots: Self.take(&place))
    }
    record.replacingIdentifier = mask & Field.replacement == 0 ? nil : UInt64(bitPattern: Self.take(&place))
    start = place
    last = record
    return record
  }

  @inline(__always)
  private static func header(_ event: MarketEvent) -> Int64 {
    let low = UInt64(event.kind.rawValue) | UInt64(event.side.rawValue) << 8 | UInt64(event.flags.rawValue) << 16
    return Int64(bitPattern: low | UInt64(event.channel) << 32 | UInt64(event.instrument) << 48)
  }

  @inline(__always)
  private static func setHeader(_ value: Int64, _ event: inout MarketEvent) {
    let value = UInt64(bitPattern: value)
    event.kind = EventKind(rawValue: UInt8(truncatingIfNeeded: value)) ?? .orphan
    event.side = Side(rawValue: UInt8(truncatingIfNeeded: value >> 8)) ?? .none
    event.flags = EventFlags(rawValue: UInt16(truncatingIfNeeded: value >> 16))
    event.channel = UInt16(truncatingIfNeeded: value >> 32)
    event.instrument = UInt16(truncatingIfNeeded: value >> 48)
  }

  @inline(__always)
  private static func put(_ value: Int64, _ place: inout UnsafeMutablePointer<UInt8>) {
    var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
    while rest >= 0x80 {
      place.pointee = UInt8(truncatingIfNeeded: rest) | 0x80
      rest >>= 7
      place += 1
    }
    place.pointee = UInt8(truncatingIfNeeded: rest)
    place += 1
  }

  /// At most ten bytes, whatever they are.
  @inline(__always)
  private static func take(_ place: inout UnsafePointer<UInt8>) -> Int64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 70 {
      let byte = place.pointee
      place += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { break }
      shift += 7
    }
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }
}
