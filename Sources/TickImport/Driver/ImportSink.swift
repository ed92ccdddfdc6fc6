import MarketTypes

/// What identifies an instrument over several sources of one import. The source's number does not: venues give numbers
/// anew every day.
struct InstrumentKey: Hashable {
  var symbol: String
  var venue: String
  var variant: UInt32

  init(_ instrument: SourceInstrument) {
    symbol = instrument.symbol
    venue = instrument.venue
    variant = instrument.variant
  }

  init(symbol: String, venue: String, variant: UInt32) {
    (self.symbol, self.venue, self.variant) = (symbol, venue, variant)
  }
}

/// Turns records into events: finds the units, scales prices and quantities, and hands batches to the output.
///
/// The first records are held back until their units are known. When a later one does not divide by a unit that was
/// only guessed, the rest of the sources is scanned for the true units and the import starts over. Records that are to be
/// merged are spooled instead, and their units are known when all are read.
struct ImportSink: RecordSink {
  enum Mode {
    case probing, writing, scanning, spooling
  }

  struct Item {
    var source: SourceInstrument
    /// The first item of the same instrument; another one when sources write it with other numbers of decimals.
    var leader: Int
    var prices = UnitScan()
    var quantities = UnitScan()
    var tick: DecimalUnit?
    var lot: DecimalUnit?
    var priceScale = UnitScale(unit: .one, exponent: 0)!
    var quantityScale = UnitScale(unit: .one, exponent: 0)!
    /// A record names it, or it is kept anyway; others are written only when there are no records at all.
    var isUsed = false
    /// The number in the output; nil until its units are settled.
    var number: UInt16?
  }

  /// Records held back to find units: 7 MB.
  static let probeCount = 1 << 16
  private static let batchCount = 1 << 10
  private static let remarkLimit = 100
  private static let passedOverLimit = 10

  private(set) var mode = Mode.probing
  private(set) var events = 0
  private(set) var counts = [Int](repeating: 0, count: 256)
  private(set) var skipped: [String: Int] = [:]
  private(set) var remarks: [String] = []
  /// The first symbols that are in the sources and were not selected.
  private(set) var passedOver: [String] = []
  /// Why everything has to be read once more, and what to do where it cannot be.
  private(set) var restart = (reason: "", advice: "")
  private(set) var items: [Item] = []
  private var numbers: [ItemKey: UInt16] = [:]
  private var leaders: [InstrumentKey: Int] = [:]
  private var held: [SourceRecord] = []
  private var batch: [MarketEvent] = []
  private let output: any EventOutput
  private let options: ImportOptions
  private let known: [InstrumentKey: Units]
  /// Of the file that is appended to.
  private var existing: [InstrumentKey: Units] = [:]
  private(set) var spool: RecordSpool?
  private var overlaps = OverlapScan()
  /// The place that errors name.
  var sourceName = ""

  private struct ItemKey: Hashable {
    var instrument: InstrumentKey
    var priceExponent: Int8
    var quantityExponent: Int8
  }

  struct Units {
    var tick: DecimalUnit?
    var lot: DecimalUnit?
    var contract: SourceInstrument.Contract?
  }

  init(output: any EventOutput, options: ImportOptions, known: [InstrumentKey: Units]) {
    self.output = output
    self.options = options
    self.known = known
    batch.reserveCapacity(Self.batchCount)
    if !known.isEmpty { mode = .writing }
    var variants: [String: UInt32] = [:]
    for instrument in options.existing {
      let variant = variants[instrument.symbol + "\n" + instrument.venue, default: 0]
      variants[instrument.symbol + "\n" + instrument.venue] = variant + 1
      let key = InstrumentKey(symbol: instrument.symbol, venue: instrument.venue, variant: variant)
      existing[key] = Units(
        tick: instrument.tick, lot: instrument.lot,
        contract: SourceInstrument.Contract(
          multiplier: instrument.multiplier, currency: instrument.currency, settlement: instrument.settlement))
    }
  }

  mutating func declare(_ instrument: SourceInstrument) throws(ImportError) -> UInt16 {
    let instrumentKey = InstrumentKey(instrument)
    let key = ItemKey(
      instrument: instrumentKey, priceExponent: instrument.priceExponent,
      quantityExponent: instrument.quantityExponent)
    if let number = numbers[key] {
      let index = Int(number)
      items[index].source.tick = items[index].source.tick ?? instrument.tick
      items[index].source.lot = items[index].source.lot ?? instrument.lot
      define(items[index].leader, instrument)
      return number
    }
    guard items.count < Int(UInt16.max) else {
      throw ImportError(
        file: sourceName, reason: "more than \(UInt16.max) instruments", advice: "Import them in several files.")
    }
    guard instrument.priceExponent >= 0, instrument.priceExponent <= 18, instrument.quantityExponent >= 0,
      instrument.quantityExponent <= 18
    else { throw ImportError(file: sourceName, reason: "\(instrument.symbol) has more than 18 decimals") }
    guard max(instrument.symbol.utf8.count, instrument.venue.utf8.count) <= SymbolSelection.longestSymbol else {
      throw ImportError(
        file: sourceName, reason: "a symbol or venue is longer than \(SymbolSelection.longestSymbol) bytes")
    }
    let number = UInt16(items.count)
    numbers[key] = number
    let leader = leaders[instrumentKey] ?? items.count
    leaders[instrumentKey] = leader
    items.append(Item(source: instrument, leader: leader, isUsed: instrument.isKept))
    if leader != items.count - 1 { define(leader, instrument) }
    let contract = known[instrumentKey]?.contract ?? existing[instrumentKey]?.contract
    if let contract, !instrument.isDefined { items[leader].source.take(contract) }
    return number
  }

  /// Takes over what a definition says of an instrument that is there already; the first definition stands.
  private mutating func define(_ leader: Int, _ instrument: SourceInstrument) {
    let old = items[leader].source
    guard instrument.isDefined, !old.isDefined || old.contract != instrument.contract else { return }
    guard !old.isDefined else {
      remark(
        "\(old.symbol) is defined again, as \(instrument.contract) after \(old.contract); the first definition stands")
      return
    }
    items[leader].source.take(instrument.contract)
    guard old.contract != instrument.contract, items[leader].number != nil, mode == .writing else { return }
    startOver("the contract of \(old.symbol) is defined behind its first events", "Name its definition first")
  }

  /// Whether records wait for their units.
  var holdsRecords: Bool { !held.isEmpty }

  mutating func skip(_ what: String) { skipped[what, default: 0] += 1 }

  mutating func passOver(_ symbol: String) {
    if passedOver.count < Self.passedOverLimit, !passedOver.contains(symbol) { passedOver.append(symbol) }
  }

  /// Refuses a selection that nothing fits, and says what of it was not found.
  mutating func requireSelection(_ sources: [String]) throws(ImportError) {
    guard let text = options.decoderOptions["instrument"] else { return }
    guard !items.isEmpty else {
      let held = passedOver.count < Self.passedOverLimit ? passedOver : passedOver + ["others"]
      throw ImportError(
        file: sources.count == 1 ? sources[0] : "the sources", reason: "no instrument is called \(text)",
        advice: held.isEmpty ? "" : "There are \(held.joined(separator: ", ")).")
    }
    let declared = Set(items.map { $0.source.symbol.uppercased() })
    let wanted = SourceContext(name: "", options: ["instrument": text]).selectedSymbols ?? []
    guard !wanted.isDisjoint(with: declared) else { return }
    sourceName = ""
    for missing in wanted.subtracting(declared).sorted() { remark("no instrument is called \(missing)") }
  }

  mutating func remark(_ text: String) {
    let remark = sourceName.isEmpty ? text : "\(sourceName): \(text)"
    if remarks.count < Self.remarkLimit, !remarks.contains(remark) { remarks.append(remark) }
  }

  mutating func append(_ record: SourceRecord) throws(ImportError) {
    switch mode {
    case .writing: try write(record)
    case .probing:
      observe(record)
      held.append(record)
      if held.count == Self.probeCount { try settle() }
    case .scanning: observe(record)
    case .spooling:
      observe(record)
      overlaps.note(record.event)
      try spool?.append(record)
    }
  }

  /// Sets records aside from here on, to be merged by `beginMerge`; nothing may have been appended yet.
  mutating func beginSpooling(_ spool: RecordSpool) {
    precondition(mode == .probing && held.isEmpty)
    mode = .spooling
    self.spool = spool
  }

  /// Begins the next source of what is set aside.
  mutating func beginSource(_ name: String) {
    sourceName = name
    guard let spool else { return }
    spool.begin(name)
    overlaps.begin(name)
  }

  /// Refuses sources that tell of the same time of an instrument in the same way, unless both are wanted.
  private mutating func requireDistinctSources() throws(ImportError) {
    guard options.overlaps == .refuse, let overlap = overlaps.firstOverlap(leader: { items[$0].leader }) else { return }
    throw ImportError(
      file: overlap.second,
      reason: "it overlaps with \(overlap.first): both hold \(overlap.content) of "
        + "\(items[overlap.instrument].source.symbol) \(overlap.span), which would count twice",
      advice: "Leave one of them out, or keep the events of both with --overlaps keep.")
  }

  /// Fixes the units after everything was read; from here on records are written.
  mutating func beginMerge() throws(ImportError) {
    try requireDistinctSources()
    mode = .writing
    for index in items.indices where items[index].isUsed { try settle(index) }
  }

  private mutating func observe(_ record: SourceRecord) {
    let index = Int(record.event.instrument)
    items[index].isUsed = true
    guard record.event.kind != .status else { return }
    func observe(_ price: Int64, _ scan: inout UnitScan) {
      if price != SourceRecord.noPrice { scan.observe(price) }
    }
    observe(record.price, &items[index].prices)
    if record.event.kind == .quote || record.event.kind == .bar {
      observe(record.price2, &items[index].prices)
      observe(record.price3, &items[index].prices)
      observe(record.price4, &items[index].prices)
      items[index].quantities.observe(record.quantity2)
    }
    items[index].quantities.observe(record.quantity)
  }

  /// Ends the probe: decides every unit from what was seen and writes what was held back.
  private mutating func settle() throws(ImportError) {
    mode = .writing
    for index in items.indices where items[index].isUsed { try settle(index) }
    let records = held
    held = []
    for record in records {
      // A wrong unit within the probe is impossible unless the user or the source stated it.
      try append(record)
    }
  }

  private mutating func settle(_ index: Int) throws(ImportError) {
    guard items[index].number == nil else { return }
    let (source, leader) = (items[index].source, items[index].leader)
    if items[leader].number == nil {
      let (tick, lot) = units(ofLeader: leader)
      items[leader].tick = tick
      items[leader].lot = lot
    }
    guard let tick = items[leader].tick, let lot = items[leader].lot,
      let priceScale = UnitScale(unit: tick, exponent: source.priceExponent),
      let quantityScale = UnitScale(unit: lot, exponent: source.quantityExponent)
    else {
      throw ImportError(
        file: sourceName,
        reason: "a tick of \(items[leader].tick ?? .one) or a lot of \(items[leader].lot ?? .one) does not fit "
          + source.symbol,
        advice: "State others with --tick and --lot.")
    }
    items[index].tick = tick
    items[index].lot = lot
    items[index].priceScale = priceScale
    items[index].quantityScale = quantityScale
    if index != leader { try settle(leader) }
    if let number = items[leader].number {
      items[index].number = number
    } else {
      items[index].number = try output.addInstrument(instrument(items[index]))
    }
  }

  /// The units of an instrument: the user's, those of an earlier pass, the source's, or what its values divide by.
  private func units(ofLeader leader: Int) -> (tick: DecimalUnit, lot: DecimalUnit) {
    let members = items.filter { $0.leader == leader }
    let source = items[leader].source
    let known = existing[InstrumentKey(source)] ?? known[InstrumentKey(source)]
    let prices = UnitScan.combined(members.map { ($0.prices, $0.source.priceExponent) })
    let quantities = UnitScan.combined(members.map { ($0.quantities, $0.source.quantityExponent) })
    // A stated unit that everything read contradicts is none; in a stream, only what follows can tell.
    var statedTick = members.lazy.compactMap(\.source.tick).first
    var statedLot = members.lazy.compactMap(\.source.lot).first
    if spool != nil {
      statedTick = statedTick.flatMap { prices.scan.isWhole(in: $0, exponent: prices.exponent) ? $0 : nil }
      statedLot = statedLot.flatMap { quantities.scan.isWhole(in: $0, exponent: quantities.exponent) ? $0 : nil }
    }
    let tick =
      options.tick ?? known?.tick ?? statedTick ?? prices.scan.tick(exponent: prices.exponent)
      ?? DecimalUnit(mantissa: 1, exponent: prices.exponent) ?? .one
    let lot =
      options.lot ?? known?.lot ?? statedLot
      ?? (quantities.exponent == 0 ? .one : quantities.scan.lot(exponent: quantities.exponent)) ?? .one
    return (tick, lot)
  }

  @inline(__always)
  private mutating func write(_ record: SourceRecord) throws(ImportError) {
    let index = Int(record.event.instrument)
    if items[index].number == nil {
      // What a list names comes in the order of the list.
      for kept in items.indices where items[kept].source.isKept && kept < index { try settle(kept) }
      observe(record)
      try settle(index)
    }
    guard let event = try scale(record, index) else {
      return try misfit(record, index)
    }
    events += 1
    counts[Int(event.kind.rawValue)] += 1
    if let identifier = record.replacingIdentifier {
      try flush()
      return try output.append(event, replacingIdentifierWith: identifier)
    }
    batch.append(event)
    if batch.count == Self.batchCount { try flush() }
  }

  private mutating func flush() throws(ImportError) {
    if batch.isEmpty { return }
    let output = output
    try batch.withUnsafeBufferPointer { (events) throws(ImportError) in try output.append(events) }
    batch.removeAll(keepingCapacity: true)
  }

  /// The event in ticks and lots; nil when a value is no multiple of its unit.
  @inline(__always)
  private func scale(_ record: SourceRecord, _ index: Int) throws(ImportError) -> MarketEvent? {
    var event = record.event
    event.instrument = items[index].number ?? 0
    switch event.kind {
    case .status:
      guard let price = try price(record.price, index) else { return nil }
      event.price = price
      event.quantity = Quantity(lots: record.quantity)
    case .quote:
      guard let bid = try price(record.price, index), let ask = try price(record.price2, index),
        let bidQuantity = quantity(record.quantity, index), let askQuantity = quantity(record.quantity2, index)
      else { return nil }
      event.quote = MarketEvent.Quote(
        bidPrice: bid, bidQuantity: bidQuantity, askPrice: ask, askQuantity: askQuantity)
    case .bar:
      guard let open = try price(record.price, index), let high = try price(record.price2, index),
        let low = try price(record.price3, index), let close = try price(record.price4, index),
        let volume = quantity(record.quantity, index)
      else { return nil }
      event.bar = MarketEvent.Bar(open: open, high: high, low: low, close: close, volume: volume)
    default:
      guard let price = try price(record.price, index), let quantity = quantity(record.quantity, index) else {
        return nil
      }
      event.price = price
      event.quantity = quantity
    }
    return event
  }

  @inline(__always)
  private func price(_ value: Int64, _ index: Int) throws(ImportError) -> Price? {
    if value == SourceRecord.noPrice { return Price.none }
    guard let count = items[index].priceScale.count(value) else { return nil }
    guard let ticks = Int32(exactly: count), ticks != .min else { throw outOfRange(value, index) }
    return Price(ticks: ticks)
  }

  @inline(__always)
  private func quantity(_ value: Int64, _ index: Int) -> Quantity? {
    items[index].quantityScale.count(value).map { Quantity(lots: $0) }
  }

  @inline(never)
  private func outOfRange(_ value: Int64, _ index: Int) -> ImportError {
    let text = Self.text(value, items[index].source.priceExponent)
    return ImportError(
      file: sourceName,
      reason: "the price \(text) of \(items[index].source.symbol) is more than 2,147,483,647 ticks of "
        + "\(items[index].tick ?? .one)",
      advice: "State a larger tick with --tick.")
  }

  /// A value does not divide by its unit: look for the true unit when it was not the user's.
  private mutating func misfit(_ record: SourceRecord, _ index: Int) throws(ImportError) {
    let source = items[index].source
    let isExisting = existing[InstrumentKey(source)] != nil
    if options.tick != nil || options.lot != nil || !known.isEmpty || isExisting {
      throw ImportError(
        file: sourceName,
        reason: "\(source.symbol) at a price of \(Self.text(record.price, source.priceExponent)) and a quantity of "
          + "\(Self.text(record.quantity, source.quantityExponent)) does not divide by the tick of "
          + "\(items[index].tick ?? .one) and the lot of \(items[index].lot ?? .one)",
        advice: isExisting
          ? "These are the file's that is appended to: import all sources together into a new file."
          : known.isEmpty ? "State smaller ones with --tick and --lot." : "Did the file change meanwhile?")
    }
    startOver("its prices or quantities turned out finer than the first ones", "State the units with --tick and --lot")
    observe(record)
  }

  /// Gives up what was written; what is left is read for what has to be known before, and then all once more.
  private mutating func startOver(_ reason: String, _ advice: String) {
    restart = (reason, advice)
    mode = .scanning
    batch = []
    output.discard()
    // What was written obeyed the guessed units, so they stand for all of it.
    for index in items.indices where items[index].number != nil {
      if let unit = Self.integer(items[index].tick, items[index].source.priceExponent) {
        items[index].prices.observe(unit)
      }
      if let unit = Self.integer(items[index].lot, items[index].source.quantityExponent) {
        items[index].quantities.observe(unit)
      }
    }
  }

  /// Ends the import: nil when the events are written, or the units with which it must start over.
  mutating func finish() throws(ImportError) -> [InstrumentKey: Units]? {
    if mode == .probing { try settle() }
    guard mode == .writing else { return finalUnits() }
    for index in items.indices where events == 0 || items[index].source.isKept { try settle(index) }
    try flush()
    try output.finish()
    return nil
  }

  private func finalUnits() -> [InstrumentKey: Units] {
    var result: [InstrumentKey: Units] = [:]
    for leader in items.indices where items[leader].leader == leader {
      let members = items.filter { $0.leader == leader }
      let prices = UnitScan.combined(members.map { ($0.prices, $0.source.priceExponent) })
      let quantities = UnitScan.combined(members.map { ($0.quantities, $0.source.quantityExponent) })
      let stated = members.lazy.compactMap(\.source.tick).first
        .flatMap { prices.scan.isWhole(in: $0, exponent: prices.exponent) ? $0 : nil }
      let source = items[leader].source
      result[InstrumentKey(source)] = Units(
        tick: stated ?? prices.scan.tick(exponent: prices.exponent),
        lot: quantities.exponent == 0 ? .one : quantities.scan.lot(exponent: quantities.exponent),
        contract: source.isDefined ? source.contract : nil)
    }
    return result
  }

  var writtenInstruments: [Instrument] {
    items.indices.filter { items[$0].leader == $0 && items[$0].number != nil }.map { items[$0] }
      .sorted { ($0.number ?? 0) < ($1.number ?? 0) }.map { instrument($0) }
  }

  private func instrument(_ item: Item) -> Instrument {
    let source = item.source
    return Instrument(
      symbol: source.symbol, venue: source.venue, tick: item.tick ?? .one, lot: item.lot ?? .one,
      multiplier: source.multiplier, currency: source.currency, settlement: source.settlement,
      sourceIdentifier: source.sourceIdentifier)
  }

  private static func integer(_ unit: DecimalUnit?, _ exponent: Int8) -> Int64? {
    guard let unit, let scale = UnitScale(unit: unit, exponent: exponent), scale.multiplier == 1 else { return nil }
    return scale.divisor
  }

  private static func text(_ value: Int64, _ exponent: Int8) -> String {
    value == SourceRecord.noPrice ? "none" : (DecimalUnit(mantissa: 1, exponent: exponent) ?? .one).text(count: value)
  }
}
