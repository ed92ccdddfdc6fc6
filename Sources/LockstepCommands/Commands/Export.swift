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

  static let command = Command(
    "export", summary: "Write the events of a tick file in another format.",
    examples: ["export day.ticks --format dbn -o day.dbn.zst", "export day.ticks -o day.csv"],
    discussion:
      "DBN is written as version 3 with the mbo schema; what was imported from DBN comes back record for record.",
    parameters: [TickFileAccess.file, format, output, CommonParameters.force, CommonParameters.json],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    let source = invocation[TickFileAccess.file]
    let path = invocation.required(output)
    // Opened here too, so that a source that cannot be read is told apart from an output that cannot be written.
    _ = try TickFileAccess.open(invocation)
    let name = try formatName(invocation[format], path: path)
    let isStandardOutput = path == "-"
    if isStandardOutput, invocation[CommonParameters.json] { throw Failure.usage("--json and -o - both print") }
    if !isStandardOutput {
      try OutputPath.prepare(path, isForced: invocation[CommonParameters.force], inputs: [source])
    }
    let line = invocation.console.progress("exporting")
    defer { line.finish() }
    let sourceBytes = Double(OutputPath.size(of: source))
    let summary = try exportTicks(
      from: source, to: path, format: exportFormat(name), compression: compression(path),
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
        "bytes": .integer(OutputPath.size(of: path)),
        "leftOut": .object(leftOut.map { .init(key: EventLine.name(of: $0.key), value: .integer($0.value)) }),
      ])
      try invocation.console.writeLine(json.indentedText)
    } else if !isStandardOutput {
      invocation.console.remark(
        "\(path): \(Words.grouped(summary.events)) events, \(Words.grouped(UInt64(OutputPath.size(of: path)))) bytes")
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

  private static func exportFormat(_ name: String) -> ExportFormat {
    switch name {
    case "csv": .text(.csv)
    case "json": .text(.json)
    default: .dbn(version: 3, schema: .mbo)
    }
  }

  private static func compression(_ path: String) -> OutputFile.Compression {
    if path.hasSuffix(".zst") { return .zstd(level: 3) }
    return path.hasSuffix(".gz") ? .gzip : .none
  }
}
