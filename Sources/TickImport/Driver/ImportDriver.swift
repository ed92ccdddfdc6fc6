import Glibc
public import MarketTypes

/// What the user may state about an import.
public struct ImportOptions: Sendable {
  /// nil detects the format from the first source's bytes, then its name.
  public var format: TickFormat?
  /// The tick of every instrument, instead of what the source states or its prices show.
  public var tick: DecimalUnit?
  public var lot: DecimalUnit?
  /// Further options by name, for the decoder (`--instrument`, column maps).
  public var decoderOptions: [String: String]

  public init(
    format: TickFormat? = nil, tick: DecimalUnit? = nil, lot: DecimalUnit? = nil,
    decoderOptions: [String: String] = [:]
  ) {
    self.format = format
    self.tick = tick
    self.lot = lot
    self.decoderOptions = decoderOptions
  }
}

/// How far an import is.
public struct ImportProgress: Sendable {
  public var source: String
  /// Compressed bytes read of all sources, in this pass.
  public var bytesRead: Int
  /// The size of all sources; nil with a stream among them.
  public var totalBytes: Int?
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
  public var bytesRead: Int
  public var passes: Int
}

/// Reads sources in the order given and writes their events; nothing is left behind when it fails.
///
/// - Parameter progress: Called after every piece of about a megabyte; returns false to stop the import.
public func importEvents(
  from sources: [String], options: ImportOptions = ImportOptions(),
  to makeOutput: () throws(ImportError) -> any EventOutput,
  progress: (ImportProgress) -> Bool = { _ in true }
) throws(ImportError) -> ImportSummary {
  guard !sources.isEmpty else { throw ImportError(file: "import", reason: "no source is named") }
  var known: [InstrumentKey: ImportSink.Units] = [:]
  for pass in 1...2 {
    let output = try makeOutput()
    do throws(ImportError) {
      var run = ImportRun(options: options, sources: sources, pass: pass)
      var sink = ImportSink(output: output, options: options, known: known)
      for source in sources { try run.read(source, into: &sink, progress) }
      guard let units = try sink.finish() else { return run.summary(sink) }
      known = units
      if let stream = sources.first(where: { $0 == SourceStream.standardInput }) ?? run.unrepeatable {
        throw ImportError(
          file: stream == SourceStream.standardInput ? "standard input" : stream,
          reason: "its prices or quantities turned out finer than the first ones, and it cannot be read a second time",
          advice: "State the units with --tick and --lot, or import from a file.")
      }
    } catch {
      output.discard()
      throw error
    }
    output.discard()
  }
  throw ImportError(file: sources[0], reason: "the units of its prices changed between two readings")
}

/// One pass over all sources.
struct ImportRun {
  /// Decompressed bytes handed to a decoder at once; it grows only for a record or header that is longer.
  static let chunkSize = 1 << 20
  static let maximumChunkSize = 128 << 20

  let options: ImportOptions
  let totalBytes: Int?
  let pass: Int
  private(set) var unrepeatable: String?
  private var format: TickFormat?
  private var decoder: DecoderRun?
  private var bytesRead = 0

  init(options: ImportOptions, sources: [String], pass: Int) {
    self.options = options
    self.pass = pass
    format = options.format
    totalBytes = Self.size(of: sources)
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
    sink.sourceName = stream.name
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
          source: stream.name, bytesRead: before + stream.bytesRead, totalBytes: totalBytes, events: sink.events,
          pass: pass))
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
    if format == nil { format = TickFormat.detect(head: head, name: stream.name) }
    guard let format else {
      let names = TickFormat.all.map(\.name).joined(separator: ", ")
      throw ImportError(
        file: stream.name, position: .offset(0), reason: "the format is not recognised",
        advice: "Name it with --format: \(names).")
    }
    if let decoder, try decoder.continues(context) { return decoder }
    let fresh = try format.makeDecoder(context)
    decoder = fresh
    return fresh
  }

  func summary(_ sink: ImportSink) -> ImportSummary {
    var kinds: [EventKind: Int] = [:]
    for kind in EventKind.allCases where sink.counts[Int(kind.rawValue)] > 0 {
      kinds[kind] = sink.counts[Int(kind.rawValue)]
    }
    return ImportSummary(
      format: format?.name ?? "", instruments: sink.writtenInstruments, events: sink.events, eventsByKind: kinds,
      skipped: sink.skipped, bytesRead: bytesRead, passes: pass)
  }
}
