import Glibc
public import MarketTypes
import TickStore

/// Writes an import into a tick file, new or behind the events of one, which appears when the import is complete.
///
/// Behind a file, times may not go back, and an instrument stays what it is. Books do not rest over the border, because a
/// decoder does not know the orders of another import: each begins with a `clear`, of its own or one that is put in front.
public final class TickFileOutput: EventOutput {
  private let path: String
  private var writer: TickWriter?
  /// What the file held before.
  private let existing: [Instrument]
  private let latest: Int64
  /// Existing instruments that the import has named so far.
  private var named: Set<UInt16> = []
  /// Existing instruments whose books have not begun anew.
  private var unbegun: Set<UInt16> = []

  public init(path: String, appends: Bool = false) throws(ImportError) {
    self.path = path
    do throws(TickStoreError) {
      guard appends else {
        (existing, latest) = ([], .min)
        writer = try TickWriter(path: path)
        return
      }
      let file = try TickFile(path: path)
      existing = file.instruments
      latest = file.timeSpan?.upperBound ?? .min
      writer = try TickWriter(appendingTo: path)
    } catch { throw Self.failure(error) }
  }

  public func addInstrument(_ instrument: Instrument) throws(ImportError) -> UInt16 {
    let place = existing.indices.first {
      existing[$0].symbol == instrument.symbol && existing[$0].venue == instrument.venue
        && !named.contains(UInt16($0))
    }
    if let place {
      try requireSame(existing[place], instrument)
      named.insert(UInt16(place))
      unbegun.insert(UInt16(place))
      return UInt16(place)
    }
    do {
      return try open().addInstrument(instrument)
    } catch { throw Self.failure(error) }
  }

  private func requireSame(_ old: Instrument, _ new: Instrument) throws(ImportError) {
    func contract(_ instrument: Instrument) -> String {
      "\(instrument.settlement) x \(instrument.multiplier) in \(instrument.currency)"
    }
    let differences = [
      ("a tick of \(old.tick)", "\(new.tick)", old.tick == new.tick),
      ("a lot of \(old.lot)", "\(new.lot)", old.lot == new.lot),
      ("a contract \(contract(old))", contract(new), contract(old) == contract(new)),
    ]
    guard let difference = differences.first(where: { !$0.2 }) else { return }
    throw ImportError(
      file: path, reason: "\(old.symbol) has \(difference.0) in the file and \(difference.1) in what is appended",
      advice: "Import all sources together into a new file.")
  }

  public func append(_ events: UnsafeBufferPointer<MarketEvent>) throws(ImportError) {
    if latest > .min { for event in events { try requireLater(event) } }
    guard !unbegun.isEmpty else { return try write(Array(events)) }
    var begun: [MarketEvent] = []
    for event in events {
      if let clear = clear(before: event) { begun.append(clear) }
      begun.append(event)
    }
    try write(begun)
  }

  private func write(_ events: [MarketEvent]) throws(ImportError) {
    do {
      try open().append(events)
    } catch { throw Self.failure(error) }
  }

  /// Orders of a snapshot keep the times of their entry.
  private func requireLater(_ event: MarketEvent) throws(ImportError) {
    let time = event.exchangeTime
    guard time != .unknown, time.nanoseconds < latest, !event.flags.contains(.snapshot) else { return }
    throw ImportError(
      file: path,
      reason: "the file goes to \(latest) ns, and what is appended goes back to \(time.nanoseconds)",
      advice: "Append in the order of time, or import all sources together into a new file.")
  }

  /// What an instrument's book begins with, when the event is the first of a book and does not begin it itself.
  private func clear(before event: MarketEvent) -> MarketEvent? {
    guard unbegun.contains(event.instrument) else { return nil }
    switch event.kind {
    case .clear, .snapshotBegin:
      unbegun.remove(event.instrument)
      return nil
    case .trade, .quote, .bar, .status: return nil
    default:
      unbegun.remove(event.instrument)
      return MarketEvent(
        kind: .clear, exchangeTime: event.exchangeTime, localTime: event.localTime, instrument: event.instrument,
        flags: [.synthetic, .endOfEvent])
    }
  }

  public func append(_ event: MarketEvent, replacingIdentifierWith identifier: UInt64) throws(ImportError) {
    try requireLater(event)
    if let clear = clear(before: event) { try write([clear]) }
    do {
      try open().append(event, replacingIdentifierWith: identifier)
    } catch { throw Self.failure(error) }
  }

  public func finish() throws(ImportError) {
    do {
      try open().finish()
    } catch { throw Self.failure(error) }
    writer = nil
  }

  /// A writer that goes away unfinished takes its file along.
  public func discard() { writer = nil }

  private func open() throws(TickStoreError) -> TickWriter {
    guard let writer else { throw TickStoreError(.misuse, file: path, reason: "the import was discarded") }
    return writer
  }

  static func failure(_ error: TickStoreError) -> ImportError {
    ImportError(
      file: error.file, position: error.offset.map { .offset($0) } ?? .none, reason: error.reason,
      cause: error.kind == .corrupt || error.kind == .torn || error.kind == .notTicks ? .badInput : .badOutput)
  }
}

/// Imports sources into the tick file at `path`; refuses to overwrite unless `replaces`.
///
/// With `appends` the events go behind those of the file, if there is one.
///
/// - Parameter progress: Called after every piece of about a megabyte; returns false to stop the import.
public func importTicks(
  from sources: [String], to path: String, replaces: Bool = false, appends: Bool = false,
  options: ImportOptions = ImportOptions(),
  progress: (ImportProgress) -> Bool = { _ in true }
) throws(ImportError) -> ImportSummary {
  let isThere = access(path, F_OK) == 0
  guard replaces || appends || !isThere else {
    throw ImportError(
      file: path, reason: "the file is there already", advice: "Replace it with --force.", cause: .badOutput)
  }
  // Beside the output: that is where room for the data is.
  let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
  let appends = appends && isThere
  var options = options
  if appends {
    do { options.existing = try TickFile(path: path).instruments } catch { throw TickFileOutput.failure(error) }
  }
  return try importEvents(
    from: sources, options: options, scratchFolder: folder,
    to: { () throws(ImportError) in try TickFileOutput(path: path, appends: appends) },
    progress: progress)
}
