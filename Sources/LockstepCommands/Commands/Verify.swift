import CommandLineInterface
import TickStore

/// `lockstep verify`: whether every byte of a tick file is as it was written.
enum Verify {
  static let command = Command(
    "verify", summary: "Check every byte of a tick file against its checksums.", examples: ["verify day.ticks"],
    discussion: "Ends with 6 when the file is damaged, and says where.",
    parameters: [TickFileAccess.file, CommonParameters.json]
  ) { invocation in
    let path = invocation[TickFileAccess.file]
    let result = try TickFileAccess.reading { () throws(TickStoreError) in try TickFile.verify(path: path) }
    let console = invocation.console
    if invocation[CommonParameters.json] {
      let json: JSONValue = .object([
        "file": .string(path), "intact": .bool(result.isIntact), "events": .integer(result.eventCount),
        "blocks": .integer(result.blockCount), "keyframes": .integer(result.keyframeCount),
        "faults": .array(result.faults.map(faultJSON)),
      ])
      try console.writeLine(json.indentedText)
    } else if result.isIntact {
      try console.writeLine(
        "\(path): intact, \(Words.grouped(result.eventCount)) events in \(result.blockCount) blocks, "
          + "\(result.keyframeCount) keyframes")
    }
    if result.isIntact { return .success }
    // A file of another kind is bad data; a tick file that changed has failed verification.
    if let fault = result.faults.first, fault.kind == .notTicks { throw fault }
    for fault in result.faults.dropFirst().prefix(20) { console.message("\(fault)") }
    throw Failure(
      .verificationFailed, result.faults.first?.description ?? path,
      advice: "Recover its complete blocks with: lockstep repair FILE -o OUT.ticks")
  }

  private static func faultJSON(_ fault: TickStoreError) -> JSONValue {
    .object([
      "offset": fault.offset.map { .integer($0) } ?? .null, "kind": .string("\(fault.kind)"),
      "reason": .string(fault.reason),
    ])
  }
}
