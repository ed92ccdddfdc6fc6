import CommandLineInterface
import TickStore

/// `lockstep repair`: the complete blocks of a torn or damaged file.
enum Repair {
  static let output = Option(
    "output", short: "o", .file(endings: [".ticks"]), isRequired: true, "The tick file to write.")

  static let command = Command(
    "repair", summary: "Save every complete block before the first damage of a tick file.",
    examples: ["repair torn.ticks -o saved.ticks"],
    discussion: "The damaged file is not changed. What could not be saved is said on standard error.",
    parameters: [TickFileAccess.file, output, CommonParameters.force, CommonParameters.json]
  ) { invocation in
    let path = invocation[TickFileAccess.file]
    let target = invocation.required(output)
    try OutputPath.prepare(target, isForced: invocation[CommonParameters.force], inputs: [path])
    let result = try TickFileAccess.reading(path) { () throws(TickStoreError) in
      try TickFile.repair(path: path, to: target)
    }
    let console = invocation.console
    if let damage = result.damage {
      console.remark("\(damage)")
      let lost = result.lostEvents.map { "\(Words.grouped($0)) events, " } ?? ""
      console.remark("lost: \(lost)\(Words.grouped(UInt64(max(0, result.lostBytes)))) bytes")
    } else {
      console.remark("\(path) was not damaged")
    }
    if invocation[CommonParameters.json] {
      let json: JSONValue = .object([
        "file": .string(target), "recoveredEvents": .integer(result.recoveredEvents),
        "recoveredBlocks": .integer(result.recoveredBlocks), "lostBytes": .integer(result.lostBytes),
        "lostEvents": result.lostEvents.map { .integer($0) } ?? .null,
        "damage": result.damage.map { .string($0.description) } ?? .null,
      ])
      try console.writeLine(json.indentedText)
    } else {
      try console.writeLine(
        "\(target): \(Words.grouped(result.recoveredEvents)) events in \(result.recoveredBlocks) blocks")
    }
    return .success
  }
}
