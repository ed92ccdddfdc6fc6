public import MarketTypes
import TickStore

/// What an export writes.
public enum ExportFormat: Hashable, Sendable {
  case dbn(version: UInt8, schema: DBNSchema)
  case text(EventText.Style)
}

/// What an export did.
public struct ExportSummary: Sendable {
  /// Events that the output says.
  public var events: UInt64
  /// Events of the tick file.
  public var read: UInt64
  /// Events that importers add and that other records imply.
  public var implied: Int
  /// Events that the format has no place for, by kind.
  public var leftOut: [EventKind: Int]
  /// Instruments, where they and not the events were written.
  public var instruments = 0
}

/// Writes the events of a tick file in another format; nothing is left behind when it fails.
///
/// - Parameter progress: Called with the events done and in all, now and then; returns false to stop the export.
public func exportTicks(
  from path: String, to destination: String, format: ExportFormat, compression: OutputFile.Compression = .none,
  replaces: Bool = false, progress: (_ events: UInt64, _ total: UInt64) -> Bool = { _, _ in true }
) throws(ImportError) -> ExportSummary {
  let file: TickFile
  let reader: TickEventReader
  do throws(TickStoreError) {
    file = try TickFile(path: path)
    reader = try TickEventReader(file)
  } catch { throw TickFileOutput.failure(error) }
  switch format {
  case .text(let style):
    var exporter = TextExporter(style: style, instruments: file.instruments)
    return try write(reader, with: &exporter, to: destination, compression, replaces, progress)
  case .dbn(let version, let schema):
    let range = try timeRange(of: file)
    let options = DBNExporter.Options(version: version, schema: schema, start: range.start, end: range.end)
    var exporter = try DBNExporter(instruments: file.instruments, options: options, name: path)
    return try write(reader, with: &exporter, to: destination, compression, replaces, progress)
  }
}

/// The DBN schema that says most of what a tick file holds: that of its source, where it came from DBN.
public func naturalSchema(of path: String) throws(ImportError) -> DBNSchema {
  do throws(TickStoreError) {
    let file = try TickFile(path: path)
    func count(_ operations: EventCode.Operation...) -> UInt64 { operations.reduce(0) { $0 + file.count(of: $1) } }
    if count(.add, .cancel, .reduce, .modify, .executeWhole, .executePart, .executePriced, .fill) > 0 { return .mbo }
    if count(.setLevel) > 0 { return .mbp10 }
    if count(.quote) > 0 { return try naturalSchema(ofQuotes: file) }
    if count(.trade) == 0, count(.bar) == 0, count(.status) > 0 { return .status }
    if file.eventCount == 0, !file.instruments.isEmpty { return .definition }
    if count(.bar) > 0 { return try naturalSchema(ofBars: file) }
    return count(.trade) > 0 ? .trades : .mbo
  } catch { throw TickFileOutput.failure(error) }
}

/// Bars of DBN say how long they are. Others are taken for as long as the least time between two, as far as DBN has such
/// bars: days (of 23 hours, once a year), hours, minutes or seconds.
private func naturalSchema(ofBars file: TickFile) throws(TickStoreError) -> DBNSchema {
  let reader = try TickEventReader(file)
  var last: [UInt16: Int64] = [:]
  var least = Int64.max
  var count = 0
  while let event = try reader.next(), count < 10_000 {
    guard event.kind == .bar else { continue }
    if DBNExporter.isFromDBN(file.instruments[Int(event.instrument)]) { return DBNSchema(ofBars: event) }
    count += 1
    let time = event.exchangeTime.nanoseconds
    if let before = last[event.instrument], time > before { least = min(least, time &- before) }
    last[event.instrument] = time
  }
  switch least / 1_000_000_000 {
  case ..<60: return .ohlcv1s
  case ..<3_600: return .ohlcv1m
  case ..<82_800: return .ohlcv1h
  default: return least == .max ? .ohlcv1m : .ohlcv1d
  }
}

/// Samples came at round times, quotes of trades one with each trade.
private func naturalSchema(ofQuotes file: TickFile) throws(TickStoreError) -> DBNSchema {
  let reader = try TickEventReader(file)
  var isSampled = true
  var isMinutely = true
  var hasTrades = true
  while let event = try reader.next(), isSampled || hasTrades {
    guard event.kind == .quote else { continue }
    let isKnown = DBNExporter.isFromDBN(file.instruments[Int(event.instrument)])
    let action = DBNExporter.action(event)
    hasTrades = hasTrades && isKnown && action == UInt8(ascii: "T")
    isSampled = isSampled && isKnown && DBNExporter.isMarketRecord(event) && action == 0
    isMinutely = isMinutely && event.exchangeTime.nanoseconds % 60_000_000_000 == 0
  }
  if isSampled { return isMinutely ? .bbo1m : .bbo1s }
  return hasTrades ? .tbbo : .mbp1
}

private func write(
  _ reader: TickEventReader, with exporter: inout some EventExporter, to destination: String,
  _ compression: OutputFile.Compression, _ replaces: Bool, _ progress: (UInt64, UInt64) -> Bool
) throws(ImportError) -> ExportSummary {
  let output = try OutputFile(path: destination, compression: compression, replaces: replaces)
  let total = reader.file.eventCount
  var bytes = try exporter.header()
  var events: UInt64 = 0
  do throws(ImportError) {
    while !exporter.writesInstruments, let event = try next(reader) {
      events += 1
      try exporter.append(event, replacement: reader.replacement, to: &bytes)
      guard bytes.count >= 1 << 18 else { continue }
      try output.write(bytes)
      bytes.removeAll(keepingCapacity: true)
      guard progress(events, total) else {
        throw ImportError(file: destination, reason: "stopped", cause: .cancelled)
      }
    }
    try exporter.finish(to: &bytes)
    try output.write(bytes)
    let left = exporter.leftOut.values.reduce(0, +)
    if left > 0, left + exporter.implied >= events {
      throw ImportError(
        file: reader.file.path,
        reason: "none of its \(events) events has a place in the format asked for; csv and json take every kind",
        cause: .badInput)
    }
    try output.finish()
  } catch {
    output.discard()
    throw error
  }
  _ = progress(events, total)
  let leftOut = exporter.leftOut.values.reduce(0, +)
  return ExportSummary(
    events: events - min(events, UInt64(leftOut + exporter.implied)), read: events, implied: exporter.implied,
    leftOut: exporter.leftOut, instruments: exporter.writesInstruments ? reader.file.instruments.count : 0)
}

private func next(_ reader: TickEventReader) throws(ImportError) -> MarketEvent? {
  do throws(TickStoreError) {
    return try reader.next()
  } catch { throw TickFileOutput.failure(error) }
}

/// First and last time, from the hot columns alone.
private func timeRange(of file: TickFile) throws(ImportError) -> (start: Timestamp, end: Timestamp) {
  var start = Int64.max
  var end = Int64.min
  do throws(TickStoreError) {
    var reader = try TickReader(file, options: TickReader.Options(columns: .times))
    var batch = file.makeBatch()
    while try reader.nextBatch(into: &batch) {
      for time in batch.times[..<batch.count] where time != Timestamp.unknown.nanoseconds {
        start = min(start, time)
        end = max(end, time)
      }
    }
  } catch { throw TickFileOutput.failure(error) }
  guard start <= end else { return (.unknown, .unknown) }
  return (Timestamp(nanoseconds: start), Timestamp(nanoseconds: end))
}
