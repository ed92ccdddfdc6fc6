import Glibc
public import MarketTypes

/// What the user may state about an import.
public struct ImportOptions: Sendable {
  /// How the events of several sources become one stream.
  public enum SourceOrder: Hashable, Sendable {
    /// Merged by exchange time; each source keeps its own order, and of equal times the earlier-named source goes first.
    case byTime
    /// One source after the other, as they are named.
    case asNamed
  }

  /// What is done about two sources that hold the same kind of events of one instrument over the same time.
  public enum Overlaps: String, Hashable, Sendable, CaseIterable { case refuse, keep }

  /// nil detects the format from each source's bytes, then its name; what tells nothing is of the format before it.
  public var format: TickFormat?
  public var order: SourceOrder
  /// Sources that are merged by time are checked for repeating each other.
  public var overlaps: Overlaps
  /// The tick of every instrument, instead of what the source states or its prices show.
  public var tick: DecimalUnit?
  public var lot: DecimalUnit?
  /// Further options by name, for the decoder (`--instrument`, column maps).
  public var decoderOptions: [String: String]
  /// What the tick file that is appended to holds already: its units and contracts stand.
  var existing: [Instrument] = []

  public init(
    format: TickFormat? = nil, order: SourceOrder = .byTime, overlaps: Overlaps = .refuse,
    tick: DecimalUnit? = nil, lot: DecimalUnit? = nil,
    decoderOptions: [String: String] = [:]
  ) {
    self.format = format
    self.order = order
    self.overlaps = overlaps
    self.tick = tick
    self.lot = lot
    self.decoderOptions = decoderOptions
  }
}

/// How far an import is.
public struct ImportProgress: Sendable {
  public var source: String
  /// Compressed bytes read of all sources, in this pass; while sources are merged, the bytes merged are added.
  public var bytesRead: Int
  /// The size of all sources, twice that when they are merged; nil with a stream among them.
  public var totalBytes: Int?
  /// Events read, and then events merged.
  public var events: Int
  /// 2 when the units had to be found by reading everything once.
  public var pass: Int
}

/// What an import did.
public struct ImportSummary: Sendable {
  public var format: String
  public var instruments: [Instrument]
  public var events: Int
  public var eventsByKind: [EventKind: Int]
  /// Records that became no event, by what they are.
  public var skipped: [String: Int]
  /// What a user should know about the sources and would not see from the events.
  public var remarks: [String]
  public var bytesRead: Int
  public var passes: Int
}

/// Reads sources and writes their events as one stream; nothing is left behind when it fails.
///
/// Sources are decoded in the order given, so that the second of two days goes on where the first ended. Several of them,
/// or the entries of an archive, are then merged by exchange time unless `options` says otherwise.
///
/// - Parameters:
///   - scratchFolder: Where a merge keeps its temporary file, which has no name.
///   - progress: Called after every piece of about a megabyte; returns false to stop the import.
public func importEvents(
  from sources: [String], options: ImportOptions = ImportOptions(), scratchFolder: String = temporaryFolder(),
  to makeOutput: () throws(ImportError) -> any EventOutput,
  progress: (ImportProgress) -> Bool = { _ in true }
) throws(ImportError) -> ImportSummary {
  guard !sources.isEmpty else { throw ImportError(file: "import", reason: "no source is named") }
  var known: [InstrumentKey: ImportSink.Units] = [:]
  for pass in 1...2 {
    let output = try makeOutput()
    do throws(ImportError) {
      var run = ImportRun(options: options, sources: sources, scratchFolder: scratchFolder, pass: pass)
      var sink = ImportSink(output: output, options: options, known: known)
      if sources.count > 1 { try run.spool(into: &sink) }
      for source in sources { try run.read(source, into: &sink, progress) }
      try sink.requireSelection(sources)
      try run.merge(into: &sink, progress)
      guard let units = try sink.finish() else { return run.summary(sink) }
      known = units
      if let stream = sources.first(where: { $0 == SourceStream.standardInput }) ?? run.unrepeatable {
        throw ImportError(
          file: stream == SourceStream.standardInput ? "standard input" : stream,
          reason: "\(sink.restart.reason), and it cannot be read a second time",
          advice: "\(sink.restart.advice), or import from a file.")
      }
    } catch {
      output.discard()
      throw error
    }
    output.discard()
  }
  throw ImportError(file: sources[0], reason: "the units of its prices changed between two readings")
}

/// The folder that the environment names for temporary files.
public func temporaryFolder() -> String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

/// One pass over all sources.
struct ImportRun {
  /// Decompressed bytes handed to a decoder at once; it grows only for a record or header that is longer.
  static let chunkSize = 1 << 20
  static let maximumChunkSize = 128 << 20

  let options: ImportOptions
  let totalBytes: Int?
  let pass: Int
  private(set) var unrepeatable: String?
  private let scratchFolder: String
  private var format: TickFormat?
  /// The latest decoder of each format at hand.
  private var decoders: [String: DecoderRun] = [:]
  private var formatNames: [String] = []
  private var bytesRead = 0

  init(options: ImportOptions, sources: [String], scratchFolder: String, pass: Int) {
    self.options = options
    self.scratchFolder = scratchFolder
    self.pass = pass
    format = options.format
    totalBytes = Self.size(of: sources)
  }

  /// Sets the records of all sources aside, to be merged, unless they are wanted as named.
  func spool(into sink: inout ImportSink) throws(ImportError) {
    guard options.order == .byTime, sink.spool == nil, sink.mode == .probing else { return }
    sink.beginSpooling(try RecordSpool(folder: scratchFolder))
  }

  /// Writes what was set aside in the order of time.
  func merge(into sink: inout ImportSink, _ progress: (ImportProgress) -> Bool) throws(ImportError) {
    guard let spool = sink.spool else { return }
    try spool.finish()
    try sink.beginMerge()
    let (read, total, pass, count) = (bytesRead, totalBytes.map { 2 * $0 }, pass, max(1, spool.count))
    var merge = RecordMerge(spool)
    try merge.run(into: &sink) { done in
      let share = Double(done) / Double(count)
      return progress(
        ImportProgress(
          source: "merge", bytesRead: read + Int(share * Double(read)), totalBytes: total, events: done, pass: pass))
    }
  }

  private static func size(of sources: [String]) -> Int? {
    var total = 0
    for source in sources {
      // Not by opening: that would wait at a named pipe.
      var status = stat()
      guard source != SourceStream.standardInput, stat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        return nil
      }
      total += Int(status.st_size)
    }
    return total
  }

  mutating func read(
    _ path: String, into sink: inout ImportSink, _ progress: (ImportProgress) -> Bool
  ) throws(ImportError) {
    let stream = try SourceStream(path: path)
    if !stream.canReopen { unrepeatable = path }
    // The entries of an archive are files of their own, such as the contracts of one underlying.
    if stream.container == .zip, sink.events == 0, !sink.holdsRecords { try spool(into: &sink) }
    let before = bytesRead
    var sawEntry = false
    while try stream.nextEntry() {
      sawEntry = true
      try readEntry(stream, into: &sink, before: before, progress)
    }
    guard sawEntry else { throw ImportError(file: stream.name, position: .offset(0), reason: "the archive is empty") }
    bytesRead = before + stream.bytesRead
  }

  private mutating func readEntry(
    _ stream: SourceStream, into sink: inout ImportSink, before: Int, _ progress: (ImportProgress) -> Bool
  ) throws(ImportError) {
    var buffer = ChunkBuffer(capacity: Self.chunkSize)
    var isLast = try buffer.fill(from: stream)
    let decoder = try decoder(for: stream, head: buffer.head(TickFormat.headCount))
    sink.beginSource(stream.name)
    let total = sink.spool == nil ? totalBytes : totalBytes.map { 2 * $0 }
    var offset = 0
    while true {
      let taken = try buffer.withBytes { (bytes) throws(ImportError) in
        try decoder.decode(bytes, offset, isLast, &sink)
      }
      guard taken >= 0, taken <= buffer.count, !isLast || taken == buffer.count else {
        throw ImportError(
          file: stream.name, position: .offset(offset + taken), reason: "the file ends inside a record")
      }
      offset += taken
      let goesOn = progress(
        ImportProgress(
          source: stream.name, bytesRead: before + stream.bytesRead, totalBytes: total,
          events: sink.spool?.count ?? sink.events, pass: pass))
      guard goesOn else {
        throw ImportError(file: stream.name, position: .offset(offset), reason: "stopped", cause: .cancelled)
      }
      if isLast { return }
      buffer.take(taken)
      if buffer.isFull {
        guard buffer.capacity < Self.maximumChunkSize else {
          throw ImportError(
            file: stream.name, position: .offset(offset),
            reason: "a record or line is longer than \(Self.maximumChunkSize >> 20) MiB")
        }
        buffer.grow()
      }
      isLast = try buffer.fill(from: stream)
    }
  }

  /// The decoder of an entry: the one at hand if it goes on over several files, otherwise a fresh one.
  private mutating func decoder(for stream: SourceStream, head: [UInt8]) throws(ImportError) -> DecoderRun {
    let context = SourceContext(name: stream.name, options: options.decoderOptions)
    detect(head, stream.name)
    guard let format else {
      let names = TickFormat.all.map(\.name).joined(separator: ", ")
      throw ImportError(
        file: stream.name, position: .offset(0), reason: "the format is not recognised",
        advice: "Name it with --format: \(names).")
    }
    if !formatNames.contains(format.name) { formatNames.append(format.name) }
    if let decoder = decoders[format.name], try decoder.continues(context) { return decoder }
    let fresh = try format.makeDecoder(context)
    decoders[format.name] = fresh
    return fresh
  }

  /// Detects the format of an entry; the one before it stands unless the bytes say another.
  private mutating func detect(_ head: [UInt8], _ name: String) {
    guard options.format == nil, format?.detect(head, name) != .content else { return }
    guard let found = TickFormat.detect(head: head, name: name) else { return }
    if format == nil || found.detect(head, name) == .content { format = found }
  }

  func summary(_ sink: ImportSink) -> ImportSummary {
    var kinds: [EventKind: Int] = [:]
    for kind in EventKind.allCases where sink.counts[Int(kind.rawValue)] > 0 {
      kinds[kind] = sink.counts[Int(kind.rawValue)]
    }
    return ImportSummary(
      format: formatNames.joined(separator: " and "), instruments: sink.writtenInstruments, events: sink.events,
      eventsByKind: kinds, skipped: sink.skipped, remarks: remarks(sink), bytesRead: bytesRead, passes: pass)
  }

  /// The decoders' remarks, and that there is nothing to replay.
  private func remarks(_ sink: ImportSink) -> [String] {
    guard sink.events == 0 else { return sink.remarks }
    let count = sink.writtenInstruments.count
    return sink.remarks + [
      "there are no events: the tick file holds \(count == 0 ? "nothing" : "\(count) instrument\(count == 1 ? "" : "s")")"
        + " and cannot be replayed"
    ]
  }
}
