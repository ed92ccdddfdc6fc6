import MarketTypes

/// Decodes LOBSTER message files: `time,type,id,size,price,direction` in seconds and ten-thousandths of a dollar.
///
/// - Symbol and day come from the file's name (`AAPL_2012-06-21_34200000_57600000_message_10.csv`), or from
///   `--instrument` and `--date`; the clock is New York's.
/// - Rows with equal times keep their order, which is the exchange's.
/// - A hidden execution (type 5) is a hidden trade by the other side, a cross (type 6) an auction trade, and a halt row
///   (type 7) a status: price -1 halts, 0 resumes quoting, 1 resumes trading.
/// - Orders do not outlive the day: the file begins with a synthetic `clear`, or with the seed's snapshot.
/// - Messages on orders that rested before the file began carry identifiers nobody announced; they are passed on as they
///   are and count as orphans. With the order book file that belongs to the messages in the option `book` (or its first
///   row in `book-row`), the book is seeded (see `LobsterBookSeed`) and they act on the seeded level of their price.
public struct LobsterDecoder: SourceDecoder {
  private var place: LinePlace
  private var fields = FieldList()
  private let day: MarketDay
  private let symbol: String
  private var instrument: UInt16?
  private var seed: LobsterBookSeed?

  /// Prices have four decimals.
  static let priceExponent: Int8 = 4

  public init(context: SourceContext) throws(ImportError) {
    place = LinePlace(file: context.name)
    day = MarketDay(try context.date(), zone: try context.zone(usual: .newYork))
    symbol = context.options["instrument"] ?? context.nameWords.first.map(String.init) ?? "UNKNOWN"
    if let row = context.options["book-row"] {
      seed = try LobsterBookSeed(bookRow: row, file: context.name)
    } else if let path = context.options["book"] {
      seed = try LobsterBookSeed(bookAt: path)
    }
  }

  public mutating func decode(
    _ bytes: UnsafeRawBufferPointer, offset: Int, isLast: Bool, into sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    var cursor = LineCursor(bytes, isLast: isLast)
    day.remark(to: &sink)
    while let line = try place.next(&cursor) {
      if line.isEmpty { continue }
      let message = try parse(line)
      let instrument = try instrument(before: message, into: &sink)
      if var record = try record(message, instrument: instrument) {
        seed?.redirect(&record)
        try sink.append(record)
      }
    }
    if isLast, instrument == nil { throw place.error("the file holds no message") }
    return cursor.position
  }

  private mutating func instrument(
    before message: LobsterMessage, into sink: inout some RecordSink
  ) throws(ImportError) -> UInt16 {
    if let instrument { return instrument }
    let number = try sink.declare(
      SourceInstrument(symbol: symbol, venue: "XNAS", priceExponent: Self.priceExponent))
    instrument = number
    if seed != nil {
      try seed?.emit(before: message, instrument: number, into: &sink)
    } else {
      try sink.append(
        SourceRecord(
          event: MarketEvent(
            kind: .clear, exchangeTime: message.time, instrument: number, flags: [.endOfEvent, .synthetic])))
    }
    return number
  }

  private mutating func parse(_ line: TextSlice) throws(ImportError) -> LobsterMessage {
    guard fields.split(line), fields.count >= 6 else {
      throw place.error("a LOBSTER message has 6 fields, this line has \(fields.count)")
    }
    let nanoseconds = try place.quantity("time", fields[0], places: 9)
    guard nanoseconds < 172_800_000_000_000 else { throw place.error("time \(fields[0].quoted) is beyond the day") }
    let type = try place.integer("type", fields[1])
    guard (1...7).contains(type) else { throw place.error("message type \(type) is not one of 1 to 7") }
    let identifier = try place.integer("id", fields[2])
    let size = try place.integer("size", fields[3])
    let price = try place.integer("price", fields[4])
    let direction = try place.integer("direction", fields[5])
    guard type == 7 || size >= 0 else { throw place.error("size \(size) is negative") }
    guard type == 7 || direction == 1 || direction == -1 || type == 6 else {
      throw place.error("direction \(direction) is neither 1 nor -1")
    }
    return LobsterMessage(
      time: day.time(afterMidnight: nanoseconds), type: Int(type), identifier: UInt64(bitPattern: identifier),
      size: size, price: price, side: direction == 1 ? .buy : .sell)
  }

  private func record(_ message: LobsterMessage, instrument: UInt16) throws(ImportError) -> SourceRecord? {
    let kind: EventKind
    switch message.type {
    case 1: kind = .add
    case 2: kind = .reduce
    case 3: kind = .cancel
    case 4: kind = .execute
    case 5, 6: kind = .trade
    default: kind = .status
    }
    var event = MarketEvent(
      kind: kind, exchangeTime: message.time, instrument: instrument, side: message.side,
      identifier: message.identifier)
    if kind == .trade {
      event.flags.insert(message.type == 5 ? .hidden : .auction)
      // The direction is the resting order's.
      event.side = message.type == 5 ? message.side.opposite : .none
      if message.type == 6 { event.identifier = 0 }
    }
    guard kind != .status else { return try status(message, event) }
    var record = SourceRecord(event: event)
    record.price = message.price
    record.quantity = message.size
    return record
  }

  private func status(_ message: LobsterMessage, _ event: MarketEvent) throws(ImportError) -> SourceRecord {
    let status: MarketStatus
    switch message.price {
    case -1: status = .halted
    case 0: status = .preOpen
    case 1: status = .open
    default: throw place.error("a halt row has price -1, 0 or 1, not \(message.price)")
    }
    var record = SourceRecord(event: event)
    record.event.side = .none
    record.event.identifier = 0
    record.quantity = Int64(status.rawValue)
    return record
  }
}

/// One row of a LOBSTER message file.
struct LobsterMessage {
  var time: Timestamp
  var type: Int
  var identifier: UInt64
  var size: Int64
  var price: Int64
  /// The side of the resting order.
  var side: Side
}
