import MarketTypes

/// What a decoder knows about the instruments of a DBN stream: their names, definitions, and the state of their books.
///
/// An instrument is a symbol at a publisher, whatever its number is on a day.
struct DBNInstruments {
  /// One instrument at one publisher: a dataset of several venues has a book for each.
  struct State {
    var number: UInt16
    /// The number of its latest order record, and of its latest record with levels.
    var orderIdentifier: UInt32
    var levelIdentifier: UInt32
    var source: SourceInstrument
    var isInSnapshot = false
    /// The source marked the end of the snapshot; another one may follow.
    var isSnapshotComplete = false
    var snapshotTime = Timestamp.unknown
    /// Ten bid and ten ask levels, price and size, once a depth record was seen.
    var levels: [DBNLevel] = []
    var publisher: UInt16
  }

  /// Tick, currency and multiplier from a definition.
  struct Definition: Equatable {
    var symbol: String
    var tick: DecimalUnit?
    var multiplier: DecimalUnit?
    var currency: String
  }

  /// Which state a number means over a stretch of time; `excluded` where the instrument is not selected.
  private struct Resolution {
    var span: DBNNames.Span
    var index: Int
  }

  private struct Name: Hashable {
    var symbol: String
    var venue: String
  }

  static let excluded = -1
  /// Definitions beyond are remembered, and declared when a market record names their instrument.
  static let maximumDeclaredDefinitions = 32_768
  /// Stretches that one number is remembered for.
  private static let maximumResolutions = 64

  var states: [State] = []
  var selection: SymbolSelection
  private var resolutions: [UInt64: [Resolution]] = [:]
  private var lastKey = UInt64.max
  private var lastFrom: UInt64 = 1
  private var lastThrough: UInt64 = 0
  private var lastIndex = 0
  private var indices: [Name: Int] = [:]
  /// The instruments of a symbol in a dataset: one for each publisher.
  private var members: [Name: [Int]] = [:]
  private var names = DBNNames()
  private var definitions: [UInt64: Definition] = [:]
  private var definitionsByName: [Name: Definition] = [:]
  private var dataset = ""
  private var asksForRawSymbols = true
  private var firstPublishers: [String: UInt16] = [:]

  init(selection: SymbolSelection) { self.selection = selection }

  /// Takes over the names that a file's metadata gives to its instruments, instead of those of the file before.
  mutating func begin(_ metadata: DBNMetadata) {
    dataset = metadata.dataset
    names = DBNNames(metadata)
    let asked = metadata.symbologyIn
    asksForRawSymbols =
      asked == DBNMetadata.rawSymbolSymbology || asked == DBNMetadata.instrumentIdentifierSymbology
    forget()
  }

  private mutating func forget() {
    resolutions.removeAll(keepingCapacity: true)
    (lastFrom, lastThrough) = (1, 0)
  }

  /// A live stream names its instruments in records of their own.
  mutating func learn(mapping record: DBNBytes, version: UInt8) {
    let layout = DBNLayout.layout(of: .symbolMapping, version: version)
    guard let name = layout.field("stype_out_symbol") else { return }
    let identifier = record.load(4, as: UInt32.self)
    let symbol = record.text(name.offset, length: name.type.size)
    guard names.span(of: identifier, at: 0) != DBNNames.Span(symbol: symbol) else { return }
    names.learn(identifier, symbol)
    forget()
  }

  /// Remembers a definition, and gives it to its instrument when records came before.
  mutating func learn(
    _ definition: Definition, _ record: DBNBytes, _ sink: inout some RecordSink
  ) throws(ImportError) {
    let key = Self.key(record)
    if definitions.count < DBNNames.maximumCount || definitions[key] != nil { definitions[key] = definition }
    let name = Name(symbol: definition.symbol, venue: dataset)
    if definitionsByName.count < DBNNames.maximumCount || definitionsByName[name] != nil {
      definitionsByName[name] = definition
    }
    guard states.count < Self.maximumDeclaredDefinitions || resolutions[key] != nil else { return }
    let own = try index(record, timeAt: 16, &sink)
    guard own >= 0 else { return }
    for index in Set([own] + (members[name] ?? [])).sorted() {
      var source = states[index].source
      self.definition(of: source.symbol, key)?.apply(to: &source)
      guard source != states[index].source else { continue }
      states[index].source = source
      _ = try sink.declare(source)
    }
  }

  static func key(_ record: DBNBytes) -> UInt64 {
    UInt64(record.load(2, as: UInt16.self)) << 32 | UInt64(record.load(4, as: UInt32.self))
  }

  /// The state of a record's instrument, declared when it is new; `excluded` when it is not selected. The time that
  /// decides on the name is at `offset`: the receive time, or else the event's.
  @inline(__always)
  mutating func index(
    _ record: DBNBytes, timeAt offset: Int, _ sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    let time: UInt64 = record.load(offset)
    let key = Self.key(record)
    if key == lastKey, lastFrom <= time, time <= lastThrough { return lastIndex }
    return try find(key, time == DBN.undefinedTimestamp ? record.load(8) : time, &sink)
  }

  @inline(never)
  private mutating func find(
    _ key: UInt64, _ time: UInt64, _ sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    let resolution: Resolution
    if let known = resolutions[key]?.first(where: { $0.span.holds(time) }) {
      resolution = known
    } else {
      let span = names.span(of: UInt32(truncatingIfNeeded: key), at: time)
      resolution = Resolution(span: span, index: try declare(key, span.symbol, &sink))
      if resolutions[key]?.count ?? 0 >= Self.maximumResolutions { resolutions[key] = nil }
      resolutions[key, default: []].append(resolution)
    }
    lastKey = key
    lastIndex = resolution.index
    (lastFrom, lastThrough) = (resolution.span.from, resolution.span.through)
    return resolution.index
  }

  private mutating func declare(
    _ key: UInt64, _ name: String?, _ sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    let identifier = UInt32(truncatingIfNeeded: key)
    let publisher = UInt16(truncatingIfNeeded: key >> 32)
    var symbol = name ?? definitions[key]?.symbol ?? String(identifier)
    if names.shared.contains(symbol) { symbol = definitions[key]?.symbol ?? "\(symbol)#\(identifier)" }
    guard selection.includes(symbol) else {
      sink.passOver(symbol)
      return Self.excluded
    }
    let venue = venue(of: publisher)
    if let known = indices[Name(symbol: symbol, venue: venue)] { return known }
    var source = SourceInstrument(
      symbol: symbol, venue: venue, priceExponent: DBN.priceExponent, sourceIdentifier: identifier, lot: .one)
    definition(of: symbol, key)?.apply(to: &source)
    let number = try sink.declare(source)
    states.append(
      State(
        number: number, orderIdentifier: identifier, levelIdentifier: identifier, source: source, publisher: publisher))
    indices[Name(symbol: symbol, venue: venue)] = states.count - 1
    members[Name(symbol: symbol, venue: dataset), default: []].append(states.count - 1)
    return states.count - 1
  }

  /// The dataset, with the publisher's number behind it for all but the first. A fragment names no dataset.
  private mutating func venue(of publisher: UInt16) -> String {
    if dataset.isEmpty { return "#\(publisher)" }
    let first = firstPublishers[dataset, default: publisher]
    firstPublishers[dataset] = first
    return publisher == first ? dataset : "\(dataset)#\(publisher)"
  }

  /// What was defined under the symbol; under the number only where symbols are no raw ones, because a number may have
  /// been another instrument's on the day of its definition.
  private func definition(of symbol: String, _ key: UInt64) -> Definition? {
    if let named = definitionsByName[Name(symbol: symbol, venue: dataset)] { return named }
    guard let numbered = definitions[key] else { return nil }
    return asksForRawSymbols && symbol != String(UInt32(truncatingIfNeeded: key)) ? nil : numbered
  }
}

extension DBNInstruments.Definition {
  func apply(to source: inout SourceInstrument) {
    source.tick = tick
    source.multiplier = multiplier ?? .one
    source.currency = currency
    source.isDefined = true
  }
}

/// One price level of a depth record.
struct DBNLevel: Equatable {
  static let none = DBNLevel(price: DBN.undefinedPrice, size: 0)
  var price: Int64
  var size: UInt32
}
