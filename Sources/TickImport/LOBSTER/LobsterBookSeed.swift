import MarketTypes

/// The book at the beginning of a LOBSTER message file, from the first row of the order book file that belongs to it.
///
/// The row states the levels after the first message, so that message is taken back first. Each level becomes one
/// synthetic snapshot order with an identifier from `firstIdentifier` on, which no file reaches. Later messages on
/// identifiers that were never announced act on the seeded order of their price, as far as its quantity goes; `origin`
/// then keeps the low bits of the identifier they named.
public struct LobsterBookSeed: Sendable {
  /// Identifiers of seeded orders count up from here.
  public static var firstIdentifier: UInt64 { SeededLevels.firstIdentifier }

  private typealias Level = SeededLevels.Level

  private var levels: [(level: Level, quantity: Int64)] = []
  private var seeded = SeededLevels()
  /// Identifiers that the file announced and that still rest, with what is left of them.
  private var live: [UInt64: Int64] = [:]

  /// A price that marks an empty level; bids have it negative.
  private static let emptyPrice: Int64 = 9_999_999_999

  /// Reads `ask price,ask size,bid price,bid size,…`, best level first.
  public init(bookRow: String, file: String) throws(ImportError) {
    var text = bookRow
    let parsed = text.withUTF8 { bytes -> Result<[(Level, Int64)], ImportError> in
      guard let start = bytes.baseAddress else { return .success([]) }
      do throws(ImportError) {
        return .success(try Self.parse(TextSlice(start: start, count: bytes.count), file: file))
      } catch { return .failure(error) }
    }
    for (level, quantity) in try parsed.get() { levels.append((level, quantity)) }
  }

  /// Reads the first row of an order book file, which may be compressed.
  public init(bookAt path: String) throws(ImportError) {
    let stream = try SourceStream(path: path)
    guard try stream.nextEntry() else { throw ImportError(file: path, reason: "the archive is empty") }
    // 200 levels take 8 KB.
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(ImportError) in
      try stream.read(into: UnsafeMutableRawBufferPointer(buffer))
    }
    let row = bytes[..<count].prefix { $0 != 0x0A }
    try self.init(bookRow: String(decoding: row, as: UTF8.self), file: stream.name)
  }

  private static func parse(_ row: TextSlice, file: String) throws(ImportError) -> [(Level, Int64)] {
    var place = LinePlace(file: "order book row of \(file)")
    var fields = FieldList()
    let bytes = UnsafeRawBufferPointer(start: row.start, count: row.count)
    var cursor = LineCursor(bytes, isLast: true)
    guard let line = try place.next(&cursor), fields.split(line), fields.count >= 4, fields.count % 4 == 0 else {
      throw place.error("an order book row has four fields per level")
    }
    var levels: [(Level, Int64)] = []
    for index in stride(from: 0, to: fields.count, by: 2) {
      let price = try place.integer("price", fields[index])
      let quantity = try place.integer("size", fields[index + 1])
      guard price.magnitude != UInt64(emptyPrice), quantity > 0 else { continue }
      levels.append((Level(side: index % 4 == 0 ? .sell : .buy, price: price), quantity))
    }
    return levels
  }

  /// Emits the snapshot that holds before `message`.
  mutating func emit(
    before message: LobsterMessage, instrument: UInt16, into sink: inout some RecordSink
  ) throws(ImportError) {
    takeBack(message)
    var event = MarketEvent(
      kind: .snapshotBegin, exchangeTime: message.time, instrument: instrument, flags: [.snapshot, .synthetic])
    try sink.append(SourceRecord(event: event))
    for (level, quantity) in levels where quantity > 0 {
      if seeded.orders[level] == nil { try sink.append(seeded.add(level, quantity: quantity, event: event)) }
    }
    event.kind = .snapshotEnd
    event.flags.insert(.endOfEvent)
    try sink.append(SourceRecord(event: event))
  }

  private mutating func takeBack(_ message: LobsterMessage) {
    guard (1...4).contains(message.type) else { return }
    let level = Level(side: message.side, price: message.price)
    let change = message.type == 1 ? -message.size : message.size
    if let index = levels.firstIndex(where: { $0.level == level }) {
      let (quantity, overflows) = levels[index].quantity.addingReportingOverflow(change)
      if !overflows { levels[index].quantity = quantity }
    } else if change > 0 {
      levels.append((level, change))
    }
  }

  /// Sends a message on an unannounced order to the seeded order of its price.
  mutating func redirect(_ record: inout SourceRecord) {
    let identifier = record.event.identifier
    switch record.event.kind {
    case .add:
      live[identifier] = record.quantity
    case .reduce, .cancel, .execute:
      if let left = live[identifier] {
        let rest = left - min(left, record.quantity)
        live[identifier] = rest > 0 && record.event.kind != .cancel ? rest : nil
        return
      }
      seeded.redirect(&record)
    default:
      break
    }
  }
}
