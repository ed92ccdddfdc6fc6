import CommandLineInterface
import MarketTypes
import TickImport

/// `lockstep export`: the way back from a tick file.
enum Export {
  static let formats = ["dbn", "csv", "json"]
  static let format = Option(
    "format", .choice("NAME", of: formats), "dbn, csv or json; by default the ending of the output's name.")
  static let output = Option(
    "output", short: "o", .file(), isRequired: true,
    "The file to write, compressed if its name ends in .zst or .gz; - is standard output.")

  static let schemas = DBNSchema.allCases.map(\.name)
  static let schema = Option(
    "schema", .choice("NAME", of: schemas),
    "The DBN schema; by default the one that says most of what the file holds.")

  static let command = Command(
    "export", summary: "Write the events of a tick file in another format.",
    examples: [
      "export day.ticks --format dbn -o day.dbn.zst", "export day.ticks -o day.csv",
      "export quotes.ticks --schema mbp-1 -o quotes.dbn",
    ],
    discussion: """
      csv holds every field of every event and what the instruments are: 'lockstep import' makes the same tick file of it. json
      says the same of each event, a line each, and is not read back.

      DBN is written as version 3. What was imported from DBN as mbo, trades or ohlcv comes back record for record, under the
      first number of an instrument that had several; mbp-1, tbbo, bbo, mbp-10 and status come back as records that give
      the same events. Not kept, and undefined there: price and size of a record that was no trade (mbp-10 has them where
      one level alone changed), the last trade of bbo; numbers of orders are 0. Events of other formats get publisher 0.
      --schema definition writes what the tick file knows of its instruments. Consolidated quotes, statistics and imbalance cannot be given
      back. The counts printed are events that were written and
      that were read; the rest is said by kind.
      """,
    parameters: [TickFileAccess.file, format, schema, output, CommonParameters.force, CommonParameters.json],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    let source = invocation[TickFileAccess.file]
    let path = invocation.required(output)
    // Opened here too, so that a source that cannot be read is told apart from an output that cannot be written.
    _ = try TickFileAccess.open(invocation)
    let name = try formatName(invocation[format], path: path)
    if name != "dbn", invocation[schema] != nil { throw Failure.usage("--schema is for --format dbn") }
    let isStandardOutput = path == "-"
    if isStandardOutput, invocation[CommonParameters.json] { throw Failure.usage("--json and -o - both print") }
    if !isStandardOutput {
      try OutputPath.prepare(path, isForced: invocation[CommonParameters.force], inputs: [source])
    }
    let line = invocation.console.progress("exporting")
    defer { line.finish() }
    let sourceBytes = Double(OutputPath.size(of: source))
    let summary = try exportTicks(
      from: source, to: path, format: exportFormat(name, invocation[schema], source), compression: compression(path),
      replaces: invocation[CommonParameters.force]
    ) { events, total in
      // Progress counts bytes of the source: those of the events done.
      let share = Double(events) / Double(max(1, total))
      line.update(
        bytes: Int(share * sourceBytes), totalBytes: Int(sourceBytes), events: Int(clamping: events))
      return !Interruption.isRequested
    }
    line.finish()
    let leftOut = summary.leftOut.filter { $0.value > 0 }.sorted { $0.key.rawValue < $1.key.rawValue }
    for (kind, count) in leftOut {
      invocation.console.remark(
        "left out, as \(name) has no place for them: \(count) events of kind \(EventLine.name(of: kind))")
    }
    if invocation[CommonParameters.json] {
      let json: JSONValue = .object([
        "file": .string(path), "format": .string(name), "events": .integer(summary.events),
        "read": .integer(summary.read), "implied": .integer(summary.implied),
        "instruments": .integer(summary.instruments), "bytes": .integer(OutputPath.size(of: path)),
        "leftOut": .object(leftOut.map { .init(key: EventLine.name(of: $0.key), value: .integer($0.value)) }),
      ])
      try invocation.console.writeLine(json.indentedText)
    } else if !isStandardOutput {
      let what =
        summary.instruments > 0
        ? "\(Words.grouped(UInt64(summary.instruments))) instrument\(summary.instruments == 1 ? "" : "s") written"
        : "\(Words.grouped(summary.events)) events written of \(Words.grouped(summary.read)) read"
      invocation.console.remark(
        "\(path): \(what), "
          + "\(Words.grouped(UInt64(OutputPath.size(of: path)))) bytes")
    }
    return .success
  }

  /// The format by option, else by the output's name.
  private static func formatName(_ stated: String?, path: String) throws(Failure) -> String {
    if let stated { return stated }
    var parts = path.split(separator: ".").map { $0.lowercased() }
    if parts.last == "zst" || parts.last == "gz" { parts.removeLast() }
    let ending = parts.last == "jsonl" ? "json" : parts.last ?? ""
    guard formats.contains(ending) else {
      throw .usage("--format is missing, and the name of \(path) does not tell it", advice: "Use --format dbn or csv.")
    }
    return ending
  }

  private static func exportFormat(
    _ name: String, _ schema: String?, _ source: String
  ) throws(ImportError) -> ExportFormat {
    switch name {
    case "csv": return .text(.csv)
    case "json": return .text(.json)
    default:
      if let stated = DBNSchema.allCases.first(where: { $0.name == schema }) { return .dbn(version: 3, schema: stated) }
      return .dbn(version: 3, schema: try naturalSchema(of: source))
    }
  }

  private static func compression(_ path: String) -> OutputFile.Compression {
    if path.hasSuffix(".zst") { return .zstd(level: 3) }
    return path.hasSuffix(".gz") ? .gzip : .none
  }
}
