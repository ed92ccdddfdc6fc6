import MarketTypes

/// What a decoder knows about the instruments of a DBN stream: their names, definitions, and the state of their books.
struct DBNInstruments {
  /// One instrument at one publisher: a dataset of several venues has a book for each.
  struct State {
    var number: UInt16
    var isInSnapshot = false
    /// The source marked the end of the snapshot; another one may follow.
    var isSnapshotComplete = false
    var snapshotTime = Timestamp.unknown
    /// Ten bid and ten ask levels, price and size, once a depth record was seen.
    var levels: [DBNLevel] = []
    var publisher: UInt16
  }

  /// Tick, currency and multiplier from a definition.
  struct Definition {
    var symbol: String
    var tick: DecimalUnit?
    var multiplier: DecimalUnit?
    var currency: String
  }

  /// More names than any dataset has; those beyond are not remembered, so that a hostile file cannot fill the memory.
  private static let maximumNames = 1 << 21
  /// Definitions beyond are remembered, and declared when a market record names their instrument.
  static let maximumDeclaredDefinitions = 32_768

  var states: [State] = []
  private var indices: [UInt64: Int] = [:]
  private var lastKey = UInt64.max
  private var lastIndex = 0
  private var symbols: [UInt32: String] = [:]
  private var definitions: [UInt64: Definition] = [:]
  private var dataset = ""
  private var firstPublisher: UInt16?

  /// Takes over the names that a file's metadata gives to its instruments.
  mutating func begin(_ metadata: DBNMetadata) {
    dataset = metadata.dataset
    for mapping in metadata.mappings {
      for interval in mapping.intervals {
        if metadata.symbologyOut == DBNMetadata.instrumentIdentifierSymbology {
          if let identifier = UInt32(interval.symbol) { learn(identifier, mapping.symbol) }
        } else if let identifier = UInt32(mapping.symbol) {
          learn(identifier, interval.symbol)
        }
      }
    }
  }

  private mutating func learn(_ identifier: UInt32, _ symbol: String) {
    guard symbols.count < Self.maximumNames, !symbol.isEmpty else { return }
    if symbols[identifier] == nil { symbols[identifier] = symbol }
  }

  /// A live stream names its instruments in records of their own.
  mutating func learn(mapping record: DBNBytes, version: UInt8) {
    let layout = DBNLayout.layout(of: .symbolMapping, version: version)
    guard let name = layout.field("stype_out_symbol") else { return }
    learn(record.load(4), record.text(name.offset, length: name.type.size))
  }

  mutating func learn(_ definition: Definition, key: UInt64) {
    if definitions.count < Self.maximumNames || definitions[key] != nil { definitions[key] = definition }
  }

  static func key(_ record: DBNBytes) -> UInt64 {
    UInt64(record.load(2, as: UInt16.self)) << 32 | UInt64(record.load(4, as: UInt32.self))
  }

  /// The state of a record's instrument; declared when it is new.
  @inline(__always)
  mutating func index(
    _ record: DBNBytes, _ sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    let key = Self.key(record)
    if key == lastKey { return lastIndex }
    let index: Int
    if let known = indices[key] {
      index = known
    } else {
      index = try declare(key, &sink)
    }
    lastKey = key
    lastIndex = index
    return index
  }

  private mutating func declare(_ key: UInt64, _ sink: inout some RecordSink) throws(ImportError) -> Int {
    let identifier = UInt32(truncatingIfNeeded: key)
    let publisher = UInt16(truncatingIfNeeded: key >> 32)
    let definition = definitions[key]
    if firstPublisher == nil { firstPublisher = publisher }
    let venue = publisher == firstPublisher ? dataset : "\(dataset)#\(publisher)"
    let instrument = SourceInstrument(
      symbol: symbols[identifier] ?? definition?.symbol ?? String(identifier), venue: venue,
      priceExponent: DBN.priceExponent, currency: definition?.currency ?? "USD",
      multiplier: definition?.multiplier ?? .one, sourceIdentifier: identifier, tick: definition?.tick, lot: .one)
    let number = try sink.declare(instrument)
    states.append(State(number: number, publisher: publisher))
    indices[key] = states.count - 1
    return states.count - 1
  }
}

/// One price level of a depth record.
struct DBNLevel: Equatable {
  static let none = DBNLevel(price: DBN.undefinedPrice, size: 0)
  var price: Int64
  var size: UInt32
}
