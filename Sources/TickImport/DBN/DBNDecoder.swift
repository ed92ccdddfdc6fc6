import MarketTypes

/// Decodes Databento's binary format, versions 1 to 3, every schema, with or without metadata.
///
/// Instruments have the names that the metadata at hand gives their numbers on the day of receipt, and one symbol at one
/// publisher is one instrument whatever its number (`DBNInstruments`).
///
/// Records that state market events are passed on; definitions and symbol mappings describe instruments; statistics,
/// imbalances and the gateway's own messages are checked and counted. The send time that a live gateway may append to
/// every record is not kept.
public struct DBNDecoder: SourceDecoder {
  var context: SourceContext
  /// The version of the records at hand.
  var version: UInt8 = 0
  public internal(set) var metadata: DBNMetadata?
  private var phase = Phase.start
  private var lengths = RecordLengths(version: 1)
  var instruments: DBNInstruments
  var orders = OrderTable()

  private enum Phase {
    case start
    case records
  }

  public init(context: SourceContext) throws(ImportError) {
    self.context = context
    instruments = DBNInstruments(selection: SymbolSelection(context))
  }

  public mutating func continues(with context: SourceContext) throws(ImportError) -> Bool {
    self.context = context
    metadata = nil
    phase = .start
    return true
  }

  public mutating func decode(
    _ bytes: UnsafeRawBufferPointer, offset: Int, isLast: Bool, into sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    guard let base = bytes.baseAddress, !bytes.isEmpty else {
      if isLast { try finish(offset, &sink) }
      return 0
    }
    var position = 0
    if phase == .start {
      guard let length = try readStart(bytes, offset: offset, isLast: isLast) else { return 0 }
      position = length
    }
    var mboLength = lengths[.mbo]
    while bytes.count - position >= DBN.lengthUnit {
      let left = bytes.count - position
      let length = Int(bytes[position]) * DBN.lengthUnit
      if bytes[position] == UInt8(ascii: "D"), Self.isMetadata(bytes, at: position) {
        // Whole files one after the other, for example the frames of a multi-frame archive.
        let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
        guard let length = try readStart(rest, offset: offset + position, isLast: isLast) else { break }
        mboLength = lengths[.mbo]
        position += length
        continue
      }
      guard left >= length, length >= DBN.headerLength else {
        if length < DBN.headerLength {
          throw failure(offset + position, "a record claims \(length) bytes, less than its header has")
        }
        break
      }
      let record = DBNBytes(base + position, count: left)
      let kind = bytes[position + 1]
      let consumed: Int
      if kind == DBNRecordKind.mbo.rawValue, length == mboLength || length == mboLength + 8 {
        consumed = try decodeOrder(record, length: length, offset: offset + position, isLast: isLast, &sink)
        if consumed == 0 { return position }
      } else {
        try decodeOther(
          DBNBytes(base + position, count: length), kind: kind, offset: offset + position, &sink)
        consumed = length
      }
      position += consumed
    }
    if isLast {
      guard position == bytes.count else {
        throw failure(
          offset + position, "the file ends inside a record, \(bytes.count - position) bytes after its start",
          "The file was cut short: fetch it again.")
      }
      try finish(offset + position, &sink)
    }
    return position
  }

  /// Whether a new header starts here; no record kind has the number of the letter B.
  private static func isMetadata(_ bytes: UnsafeRawBufferPointer, at position: Int) -> Bool {
    bytes.count - position >= 4 && bytes[position + 1] == UInt8(ascii: "B") && bytes[position + 2] == UInt8(ascii: "N")
      && bytes[position + 3] >= 1 && bytes[position + 3] <= DBN.newestVersion
  }

  /// Takes in prelude and metadata and returns their length: 0 for a fragment, nil when more bytes are needed.
  private mutating func readStart(
    _ bytes: UnsafeRawBufferPointer, offset: Int, isLast: Bool
  ) throws(ImportError) -> Int? {
    guard let start = try DBNStart.read(bytes, name: context.name, offset: offset, isLast: isLast) else { return nil }
    if let metadata = start.metadata { instruments.begin(metadata) }
    metadata = start.metadata
    version = start.version
    lengths = RecordLengths(version: version)
    phase = .records
    return start.length
  }

  private mutating func decodeOther(
    _ record: DBNBytes, kind: UInt8, offset: Int, _ sink: inout some RecordSink
  ) throws(ImportError) {
    guard let kind = DBNRecordKind(rawValue: kind) else {
      throw failure(offset + 1, "record kind \(kind) is unknown")
    }
    let expected = lengths[kind]
    guard record.count == expected || record.count == expected + 8 else {
      throw failure(
        offset, "a \(kind) record of version \(version) has \(record.count) bytes instead of \(expected)")
    }
    switch kind {
    case .mbo: break
    case .trade, .mbp1, .cmbp1, .tcbbo, .cbbo1s, .cbbo1m, .bbo1s, .bbo1m, .mbp10:
      let index = try instruments.index(record, timeAt: MarketField.received, &sink)
      guard index >= 0 else { return }
      switch kind {
      case .trade: try decodeTrade(record, index, offset, &sink)
      case .mbp10: try decodeLevels(record, index, offset, &sink)
      default: try decodeQuote(record, kind, index, offset, &sink)
      }
    case .ohlcv1s, .ohlcv1m, .ohlcv1h, .ohlcv1d, .ohlcvEod, .ohlcvDeprecated:
      // A bar has no receive time.
      let index = try instruments.index(record, timeAt: 8, &sink)
      if index >= 0 { try decodeBar(record, kind, index, offset, &sink) }
    case .status:
      let index = try instruments.index(record, timeAt: 16, &sink)
      if index >= 0 { try decodeStatus(record, index, offset, &sink) }
    case .definition: try decodeDefinition(record, &sink)
    case .symbolMapping:
      instruments.learn(mapping: record, version: version)
      sink.skip("symbol mapping")
    case .statistics: sink.skip("statistics")
    case .imbalance: sink.skip("imbalance")
    case .error: sink.skip("error message")
    case .system: sink.skip("system message")
    }
  }

  /// The state of an order record's instrument; negative when it is not selected.
  @inline(__always)
  mutating func orderIndex(
    _ record: DBNBytes, timeAt offset: Int, _ sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    let index = try instruments.index(record, timeAt: offset, &sink)
    if index >= 0, instruments.states[index].orderIdentifier != record.load(4, as: UInt32.self) {
      try restart(index, record, timeAt: offset, &sink)
    }
    return index
  }

  /// The orders of a name are another number's from here on, over night or of the next contract: nothing of the old book is
  /// said again. Other kinds of records end no book: they may be those of another file about the same days.
  @inline(never)
  private mutating func restart(
    _ index: Int, _ record: DBNBytes, timeAt offset: Int, _ sink: inout some RecordSink
  ) throws(ImportError) {
    instruments.states[index].orderIdentifier = record.load(4)
    if instruments.states[index].isInSnapshot { try endSnapshot(index, &sink) }
    let number = instruments.states[index].number
    guard orders.hasOrders(of: number) else { return }
    orders.removeAll(of: number)
    // An order of a snapshot keeps the time of its entry, days ago; the book passes on now.
    var times = [Self.time(record.load(offset)), Self.time(record.load(8))].compactMap { $0 }
    times.removeAll { $0 == .unknown }
    let time = times.first ?? .unknown
    try sink.append(
      SourceRecord(
        event: MarketEvent(
          kind: .clear, exchangeTime: times.last.map { max($0, time) } ?? time, localTime: time, instrument: number,
          flags: [.synthetic, .endOfEvent], channel: instruments.states[index].publisher)))
  }

  /// Ends the snapshots that the source left open.
  private mutating func finish(_ offset: Int, _ sink: inout some RecordSink) throws(ImportError) {
    guard phase == .records else {
      throw failure(offset, "the file is empty")
    }
    for index in instruments.states.indices where instruments.states[index].isInSnapshot {
      try endSnapshot(index, &sink)
    }
  }

  func failure(_ offset: Int, _ reason: String, _ advice: String = "") -> ImportError {
    ImportError(file: context.name, position: .offset(offset), reason: reason, advice: advice)
  }

  /// A clock of the source; nil when it is neither undefined nor a moment that 63 bits hold.
  @inline(__always)
  static func time(_ raw: UInt64) -> Timestamp? {
    let value = Int64(bitPattern: raw)
    return value >= 0 ? Timestamp(nanoseconds: value) : raw == DBN.undefinedTimestamp ? .unknown : nil
  }

  @inline(__always)
  func time(_ record: DBNBytes, _ field: Int, _ offset: Int) throws(ImportError) -> Timestamp {
    guard let time = Self.time(record.load(field)) else {
      throw failure(offset + field, "a time of \(record.load(field, as: UInt64.self)) ns is beyond the year 2262")
    }
    return time
  }
}

/// The length of every kind of record, looked up by its number.
struct RecordLengths {
  private var lengths: [Int]

  init(version: UInt8) {
    lengths = Array(repeating: 0, count: 256)
    for kind in DBNRecordKind.allCases {
      lengths[Int(kind.rawValue)] = DBNLayout.layout(of: kind, version: version).size
    }
  }

  subscript(_ kind: DBNRecordKind) -> Int { lengths[Int(kind.rawValue)] }
}
