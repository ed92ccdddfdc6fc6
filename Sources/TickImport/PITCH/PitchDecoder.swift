import MarketTypes

/// Decodes BATS (Cboe) TCP PITCH: one fixed-width ASCII message per line, order and execution numbers in base 36.
///
/// - Times are milliseconds since midnight in New York of the day in the file's name or `--date`. They step back by a
///   millisecond or two between the exchange's units; the order of lines is kept.
/// - Only adds and trades name a symbol, so live orders are remembered here, each with its instrument and what is left
///   of it. A message on an unknown order becomes an `orphan` of the first instrument.
/// - `P` and `r` are executions of hidden orders: hidden trades by the other side. `sequence` holds the execution number
///   of executions and trades.
/// - Orders do not outlive the file: every instrument begins with a synthetic `clear`.
/// - A line may begin with the `S` of sequenced data packets.
public struct PitchDecoder: SourceDecoder {
  private var place: LinePlace
  private let day: MarketDay
  private var selection: SymbolSelection
  private var instruments: [String: UInt16] = [:]
  private var live: [UInt64: LiveOrder] = [:]
  private var fallbackInstrument: UInt16?

  private struct LiveOrder {
    /// Nil when its symbol is not selected.
    var instrument: UInt16?
    var quantity: Int64
  }

  private static let priceExponent: Int8 = 4

  public init(context: SourceContext) throws(ImportError) {
    place = LinePlace(file: context.name)
    day = MarketDay(try context.date(), zone: try context.zone(usual: .newYork))
    selection = SymbolSelection(context)
  }

  public mutating func decode(
    _ bytes: UnsafeRawBufferPointer, offset: Int, isLast: Bool, into sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    day.remark(to: &sink)
    var cursor = LineCursor(bytes, isLast: isLast)
    while let line = try place.next(&cursor) {
      guard let first = line.first else { continue }
      try decode(first == UInt8(ascii: "S") ? line.slice(1..<line.count) : line, into: &sink)
    }
    if isLast, place.line == 0 { throw place.error("the file holds no message") }
    return cursor.position
  }

  private mutating func decode(_ line: TextSlice, into sink: inout some RecordSink) throws(ImportError) {
    guard line.count >= 9 else { throw place.error("the message \(line.quoted) is cut short") }
    let milliseconds = try place.unsigned("time", line.slice(0..<8))
    guard milliseconds < 172_800_000 else { throw place.error("time \(line.slice(0..<8).quoted) is beyond the day") }
    let time = day.time(afterMidnight: Int64(milliseconds) * 1_000_000)
    switch line[8] {
    case UInt8(ascii: "A"): try decodeAdd(line, time, symbolWidth: 6, into: &sink)
    case UInt8(ascii: "d"): try decodeAdd(line, time, symbolWidth: 8, into: &sink)
    case UInt8(ascii: "X"): try decodeChange(line, time, isExecution: false, into: &sink)
    case UInt8(ascii: "E"): try decodeChange(line, time, isExecution: true, into: &sink)
    case UInt8(ascii: "P"): try decodeTrade(line, time, symbolWidth: 6, into: &sink)
    case UInt8(ascii: "r"): try decodeTrade(line, time, symbolWidth: 8, into: &sink)
    case UInt8(ascii: "B"): try decodeBreak(line, time, into: &sink)
    case UInt8(ascii: "H"): try decodeStatus(line, time, into: &sink)
    case UInt8(ascii: "s"): try decodeClear(line, time, into: &sink)
    case UInt8(ascii: "I"), UInt8(ascii: "J"): sink.skip("auction")
    case UInt8(ascii: "R"): sink.skip("retail price improvement")
    default: throw place.error("there is no PITCH message of type \(line.slice(8..<9).quoted)")
    }
  }

  private func require(_ line: TextSlice, _ count: Int) throws(ImportError) {
    guard line.count >= count else {
      throw place.error("message \(line.slice(8..<9).quoted) has \(line.count) characters instead of \(count)")
    }
  }

  private func number(_ field: String, _ text: TextSlice) throws(ImportError) -> UInt64 {
    do { return try text.base36() } catch { throw place.error(field, text, error) }
  }

  private func side(_ byte: UInt8) throws(ImportError) -> Side {
    if byte == UInt8(ascii: "B") { return .buy }
    if byte == UInt8(ascii: "S") { return .sell }
    throw place.error("the side is neither B nor S")
  }

  private mutating func instrument(
    _ symbol: TextSlice, _ time: Timestamp, into sink: inout some RecordSink
  ) throws(ImportError) -> UInt16? {
    let name = symbol.trimmed.string
    if let known = instruments[name] { return known }
    guard !name.isEmpty else { throw place.error("the symbol is empty") }
    guard selection.includes(name) else {
      sink.passOver(name)
      return nil
    }
    let number = try sink.declare(SourceInstrument(symbol: name, venue: "BATS", priceExponent: Self.priceExponent))
    instruments[name] = number
    if fallbackInstrument == nil { fallbackInstrument = number }
    try sink.append(
      SourceRecord(
        event: MarketEvent(
          kind: .clear, exchangeTime: time, instrument: number, flags: [.endOfEvent, .synthetic])))
    return number
  }

  private mutating func decodeAdd(
    _ line: TextSlice, _ time: Timestamp, symbolWidth: Int, into sink: inout some RecordSink
  ) throws(ImportError) {
    try require(line, 38 + symbolWidth)
    let identifier = try number("order id", line.slice(9..<21))
    let side = try side(line[21])
    let quantity = Int64(try place.unsigned("shares", line.slice(22..<28).trimmed))
    let price = Int64(try place.unsigned("price", line.slice(28 + symbolWidth..<38 + symbolWidth).trimmed))
    let instrument = try instrument(line.slice(28..<28 + symbolWidth), time, into: &sink)
    live[identifier] = LiveOrder(instrument: instrument, quantity: quantity)
    guard let instrument else { return }
    var record = SourceRecord(
      event: MarketEvent(kind: .add, exchangeTime: time, instrument: instrument, side: side, identifier: identifier))
    record.price = price
    record.quantity = quantity
    try sink.append(record)
  }

  private mutating func decodeChange(
    _ line: TextSlice, _ time: Timestamp, isExecution: Bool, into sink: inout some RecordSink
  ) throws(ImportError) {
    try require(line, isExecution ? 39 : 27)
    let identifier = try number("order id", line.slice(9..<21))
    let quantity = Int64(try place.unsigned("shares", line.slice(21..<27).trimmed))
    let execution = isExecution ? try number("execution id", line.slice(27..<39)) : 0
    var event = MarketEvent(
      kind: isExecution ? .execute : .reduce, exchangeTime: time, identifier: identifier, sequence: execution)
    if var order = live[identifier] {
      order.quantity -= min(order.quantity, quantity)
      live[identifier] = order.quantity > 0 ? order : nil
      guard let instrument = order.instrument else { return }
      event.instrument = instrument
      if !isExecution, order.quantity == 0 { event.kind = .cancel }
    } else {
      // Nobody knows whose order it was; with a selection it is most likely another's.
      guard selection.isWhole else { return }
      event.kind = .orphan
      event.instrument = try fallbackInstrument(into: &sink)
    }
    var record = SourceRecord(event: event)
    record.quantity = quantity
    try sink.append(record)
  }

  private mutating func fallbackInstrument(into sink: inout some RecordSink) throws(ImportError) -> UInt16 {
    if let fallbackInstrument { return fallbackInstrument }
    let number = try sink.declare(SourceInstrument(symbol: "UNKNOWN", venue: "BATS", priceExponent: Self.priceExponent))
    fallbackInstrument = number
    return number
  }

  private mutating func decodeTrade(
    _ line: TextSlice, _ time: Timestamp, symbolWidth: Int, into sink: inout some RecordSink
  ) throws(ImportError) {
    try require(line, 50 + symbolWidth)
    let restingSide = try side(line[21])
    let quantity = Int64(try place.unsigned("shares", line.slice(22..<28).trimmed))
    let price = Int64(try place.unsigned("price", line.slice(28 + symbolWidth..<38 + symbolWidth).trimmed))
    let execution = try number("execution id", line.slice(38 + symbolWidth..<50 + symbolWidth))
    let order = try number("order id", line.slice(9..<21))
    guard let instrument = try instrument(line.slice(28..<28 + symbolWidth), time, into: &sink) else { return }
    var record = SourceRecord(
      event: MarketEvent(
        kind: .trade, exchangeTime: time, instrument: instrument, side: restingSide.opposite, identifier: order,
        sequence: execution, flags: [.endOfEvent, .hidden]))
    record.price = price
    record.quantity = quantity
    try sink.append(record)
  }

  private mutating func decodeBreak(
    _ line: TextSlice, _ time: Timestamp, into sink: inout some RecordSink
  ) throws(ImportError) {
    try require(line, 21)
    let execution = try number("execution id", line.slice(9..<21))
    guard selection.isWhole else { return }
    let instrument = try fallbackInstrument(into: &sink)
    try sink.append(
      SourceRecord(
        event: MarketEvent(
          kind: .orphan, exchangeTime: time, instrument: instrument, sequence: execution,
          origin: UInt32(UInt8(ascii: "B")))))
  }

  private mutating func decodeStatus(
    _ line: TextSlice, _ time: Timestamp, into sink: inout some RecordSink
  ) throws(ImportError) {
    try require(line, 18)
    let status: MarketStatus
    switch line[17] {
    case UInt8(ascii: "H"): status = .halted
    case UInt8(ascii: "S"): status = .paused
    case UInt8(ascii: "Q"): status = .preOpen
    case UInt8(ascii: "T"): status = .open
    case UInt8(ascii: "A"), UInt8(ascii: "C"): status = .unknown
    default: throw place.error("trading status \(line.slice(17..<18).quoted) is not one of H, S, Q, T")
    }
    guard let instrument = try instrument(line.slice(9..<17), time, into: &sink) else { return }
    var record = SourceRecord(event: MarketEvent(kind: .status, exchangeTime: time, instrument: instrument))
    record.quantity = Int64(status.rawValue)
    try sink.append(record)
  }

  /// The exchange lost the book of a symbol: every order of it is gone.
  private mutating func decodeClear(
    _ line: TextSlice, _ time: Timestamp, into sink: inout some RecordSink
  ) throws(ImportError) {
    try require(line, 17)
    guard let instrument = try instrument(line.slice(9..<17), time, into: &sink) else { return }
    live = live.filter { $0.value.instrument != instrument }
    try sink.append(SourceRecord(event: MarketEvent(kind: .clear, exchangeTime: time, instrument: instrument)))
  }
}
