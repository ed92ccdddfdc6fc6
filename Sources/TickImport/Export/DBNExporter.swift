public import MarketTypes

/// Writes events as DBN: order-level events, best prices, ten levels, trades, bars or status; or what the instruments are.
///
/// What came from DBN as mbo, trades or bars goes back record for record, but for the number of an instrument that had
/// others on other days: it is the first one. Records with best prices or levels give the same events again; what events do
/// not hold is not made up. Undefined are the price and size of a record that was no trade, unless one level alone changed,
/// and the last trade of a sampled best price. Numbers of orders are zero, and records that changed nothing visible are gone.
/// Other sources get the records that say the same.
public struct DBNExporter: EventExporter {
  /// What to write.
  public struct Options: Sendable {
    public var version: UInt8
    public var schema: DBNSchema
    /// The time range of the events, for the metadata.
    public var start: Timestamp
    public var end: Timestamp

    public init(version: UInt8 = 3, schema: DBNSchema = .mbo, start: Timestamp, end: Timestamp) {
      self.version = version
      self.schema = schema
      self.start = start
      self.end = end
    }
  }

  let options: Options
  let instruments: [Instrument]
  let name: String
  private let scales: [Scale]
  /// The number of each instrument, and whether its events came from DBN.
  private let identifiers: [UInt32]
  private let cameFromDBN: [Bool]
  var orders = OrderTable()
  public var leftOut: [EventKind: Int] = [:]
  public var implied = 0
  /// What each instrument shows, and the record that waits for its last event.
  var views: [View]
  var pending: PendingRecord?

  /// Ticks to units of 10^-9, lots to whole quantities.
  private struct Scale {
    var price: Int64
    var quantity: Int64
  }

  /// Refuses schemas that the events cannot fill and units that DBN cannot hold; `name` is for messages.
  public init(instruments: [Instrument], options: Options, name: String) throws(ImportError) {
    func refuse(_ reason: String, _ advice: String) -> ImportError {
      ImportError(file: name, reason: reason, advice: advice, cause: .badOutput)
    }
    switch options.schema {
    case .mbo, .mbp1, .tbbo, .bbo1s, .bbo1m, .mbp10, .trades, .ohlcv1s, .ohlcv1m, .ohlcv1h, .ohlcv1d, .ohlcvEod,
      .status, .definition:
      break
    case .cmbp1, .tcbbo, .cbbo1s, .cbbo1m:
      throw refuse(
        "tick files do not hold which venue makes a best price, as DBN \(options.schema.name) must say",
        "Best prices go to mbp-1, tbbo or bbo; --format csv holds all events.")
    case .statistics, .imbalance:
      throw refuse(
        "tick files do not hold all that DBN \(options.schema.name) must say",
        "Keep the original file; --format csv holds all events.")
    }
    guard options.version >= 1, options.version <= DBN.newestVersion else {
      throw refuse("DBN version \(options.version) is unknown", "Versions 1 to \(DBN.newestVersion) can be written.")
    }
    self.options = options
    self.instruments = instruments
    self.name = name
    views = Array(repeating: View(), count: instruments.count)
    var scales: [Scale] = []
    for instrument in instruments {
      guard let price = Self.power(9 - Int(instrument.tick.exponent)), instrument.lot.exponent == 0 else {
        throw refuse(
          "DBN counts prices in 10^-9 and quantities in ones; \(instrument.symbol) has a tick of \(instrument.tick) "
            + "and a lot of \(instrument.lot)", "Export with --format csv.")
      }
      let (scaled, overflows) = instrument.tick.mantissa.multipliedReportingOverflow(by: price)
      guard !overflows else { throw refuse("a tick of \(instrument.tick) is too large for DBN", "") }
      scales.append(Scale(price: scaled, quantity: instrument.lot.mantissa))
    }
    self.scales = scales
    identifiers = Self.identifiers(instruments)
    cameFromDBN = instruments.map { Self.isFromDBN($0) }
  }

  /// The sources' own numbers where they have any, and for all others the lowest that nobody has. One symbol may have one
  /// number at several publishers.
  private static func identifiers(_ instruments: [Instrument]) -> [UInt32] {
    var owners: [UInt32: String] = [:]
    var numbers = instruments.map { instrument -> UInt32 in
      let (number, symbol) = (instrument.sourceIdentifier, instrument.symbol)
      guard number != 0, owners[number, default: symbol] == symbol else { return 0 }
      owners[number] = symbol
      return number
    }
    var next: UInt32 = 0
    for index in instruments.indices where numbers[index] == 0 {
      repeat { next += 1 } while owners[next] != nil
      numbers[index] = next
    }
    return numbers
  }

  /// Whether the venue is a dataset or a publisher, as the importer of DBN names it (`XNAS.ITCH`, `EQUS.PLUS#40`, `#2`).
  /// Only then an event's channel is a publisher, and its origin the letters and marks of a record.
  static func isFromDBN(_ instrument: Instrument) -> Bool {
    let parts = instrument.venue.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, UInt16(parts[1]) == nil { return false }
    guard let dataset = parts.first, !dataset.isEmpty else { return parts.count == 2 }
    let words = dataset.split(separator: ".", omittingEmptySubsequences: false)
    return words.count == 2
      && words.allSatisfy { word in
        word.utf8.count >= 2
          && word.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
      }
  }

  private static func power(_ exponent: Int) -> Int64? {
    exponent < 0 ? nil : (0..<exponent).reduce(Int64(1)) { power, _ in power * 10 }
  }

  public func header() throws(ImportError) -> [UInt8] {
    var metadata = DBNMetadata(
      version: options.version, dataset: Self.dataset(instruments), schema: options.schema,
      start: Self.time(options.start), end: options.end == .unknown ? nil : Self.time(options.end) &+ 1)
    metadata.symbols = instruments.map(\.symbol)
    let first = Self.date(options.start)
    let last = Self.date(Timestamp(nanoseconds: max(options.end.nanoseconds, 0) &+ 86_400_000_000_000))
    metadata.mappings = instruments.enumerated().map { index, instrument in
      DBNMetadata.Mapping(
        symbol: instrument.symbol,
        intervals: [.init(startDate: first, endDate: last, symbol: String(identifier(index)))])
    }
    return metadata.encoded() + (writesInstruments ? try definitions() : [])
  }

  /// Definitions are of the instruments, whatever their events are.
  public var writesInstruments: Bool { options.schema == .definition }

  /// Datasets have at most 15 letters; a publisher's number behind # is our own.
  private static func dataset(_ instruments: [Instrument]) -> String {
    String(instruments.first?.venue.prefix { $0 != "#" } ?? "")
  }

  func identifier(_ index: Int) -> UInt32 { identifiers[index] }

  public mutating func append(
    _ event: MarketEvent, replacement: UInt64? = nil, to bytes: inout [UInt8]
  ) throws(ImportError) {
    guard Int(event.instrument) < instruments.count else {
      throw failure("event of instrument \(event.instrument), which the file does not declare")
    }
    var event = event
    if !cameFromDBN[Int(event.instrument)] {
      // A tracking number is no publisher, a market maker's name no letters of a record.
      (event.channel, event.origin) = (0, 0)
      event.flags.remove(.mergedExecution)
      if event.sequence > UInt64(UInt32.max) { event.sequence = 0 }
    }
    switch options.schema {
    case .mbo: try appendOrder(event, replacement: replacement, to: &bytes)
    case .trades: try appendTrade(event, to: &bytes)
    case .mbp1, .tbbo, .bbo1s, .bbo1m: try appendQuote(event, to: &bytes)
    case .mbp10: try appendLevel(event, to: &bytes)
    case .status: try appendStatus(event, to: &bytes)
    default: try appendBar(event, to: &bytes)
    }
  }

  public mutating func finish(to bytes: inout [UInt8]) throws(ImportError) { try flush(to: &bytes) }

  func failure(_ reason: String, _ advice: String = "") -> ImportError {
    ImportError(
      file: name, reason: reason, advice: advice.isEmpty ? "Export with --format csv." : advice, cause: .badOutput)
  }

  func price(_ price: Price, _ event: MarketEvent) throws(ImportError) -> Int64 {
    if price.isNone { return DBN.undefinedPrice }
    let (scaled, overflows) = Int64(price.ticks).multipliedReportingOverflow(
      by: scales[Int(event.instrument)].price)
    guard !overflows else { throw failure("a price of \(price.ticks) ticks does not fit DBN") }
    return scaled
  }

  func whole(_ quantity: Int64, _ event: MarketEvent) throws(ImportError) -> UInt64 {
    let (scaled, overflows) = quantity.multipliedReportingOverflow(by: scales[Int(event.instrument)].quantity)
    guard !overflows, let whole = UInt64(exactly: scaled) else {
      throw failure("a quantity of \(quantity) lots does not fit DBN")
    }
    return whole
  }

  func size(_ quantity: Int64, _ event: MarketEvent) throws(ImportError) -> UInt32 {
    guard let size = UInt32(exactly: try whole(quantity, event)) else {
      throw failure("a quantity of \(quantity) lots does not fit DBN")
    }
    return size
  }

  static func time(_ time: Timestamp) -> UInt64 {
    time == .unknown ? DBN.undefinedTimestamp : UInt64(bitPattern: time.nanoseconds)
  }

  /// The day of a moment, `yyyymmdd`.
  static func date(_ time: Timestamp) -> UInt32 {
    let day = CivilDay(max(time, Timestamp(nanoseconds: 0)))
    return UInt32(day.year * 10_000 + day.month * 100 + day.day)
  }
}
