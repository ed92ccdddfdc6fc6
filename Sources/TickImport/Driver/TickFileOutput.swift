import Glibc
public import MarketTypes
import TickStore

/// Writes an import into a tick file, which appears when the import is complete.
public final class TickFileOutput: EventOutput {
  private let path: String
  private var writer: TickWriter?

  public init(path: String) throws(ImportError) {
    self.path = path
    do {
      writer = try TickWriter(path: path)
    } catch { throw Self.failure(error) }
  }

  public func addInstrument(_ instrument: Instrument) throws(ImportError) -> UInt16 {
    do {
      return try open().addInstrument(instrument)
    } catch { throw Self.failure(error) }
  }

  public func append(_ events: UnsafeBufferPointer<MarketEvent>) throws(ImportError) {
    do {
      try open().append(Array(events))
    } catch { throw Self.failure(error) }
  }

  public func append(_ event: MarketEvent, replacingIdentifierWith identifier: UInt64) throws(ImportError) {
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
/// - Parameter progress: Called after every piece of about a megabyte; returns false to stop the import.
public func importTicks(
  from sources: [String], to path: String, replaces: Bool = false, options: ImportOptions = ImportOptions(),
  progress: (ImportProgress) -> Bool = { _ in true }
) throws(ImportError) -> ImportSummary {
  guard replaces || access(path, F_OK) != 0 else {
    throw ImportError(
      file: path, reason: "the file is there already", advice: "Replace it with --force.", cause: .badOutput)
  }
  // Beside the output: that is where room for the data is.
  let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
  return try importEvents(
    from: sources, options: options, scratchFolder: folder,
    to: { () throws(ImportError) in try TickFileOutput(path: path) },
    progress: progress)
}
