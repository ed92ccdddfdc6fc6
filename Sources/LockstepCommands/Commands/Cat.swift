import CommandLineInterface
import MarketTypes
import TickImport
import TickStore

/// `lockstep cat`: events as text or JSON lines.
enum Cat {
  static let limit = Option("limit", short: "n", .integer(in: 0...Int.max), "Print at most this many events.")

  static let command = Command(
    "cat", summary: "Print the events of a tick file, one per line.",
    examples: ["cat day.ticks --from 2024-03-01T14:30 --limit 20", "cat day.ticks --json --instrument ALFA"],
    discussion: """
      Times are UTC. A line that ends with ... belongs to the same exchange event as the next one. With --json, prices and
      quantities are exact decimals and times nanoseconds since 1970.
      """,
    parameters: [
      TickFileAccess.file, TickFileAccess.from, TickFileAccess.until, TickFileAccess.instruments, limit,
      CommonParameters.json,
    ],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    let file = try TickFileAccess.open(invocation)
    let times = try TickFileAccess.times(invocation)
    let selection = try TickFileAccess.selection(invocation, in: file)
    let reader = try TickEventReader(file, from: times.from, until: times.until)
    let line = EventLine(instruments: file.instruments)
    let json = invocation[CommonParameters.json] ? EventText(style: .json, instruments: file.instruments) : nil
    var left = invocation[limit] ?? Int.max
    var read = 0
    while left > 0, let event = try reader.next() {
      read += 1
      if read & 0xFFF == 0 { try Interruption.check() }
      if let selection, !selection.contains(event.instrument) { continue }
      if let json {
        var bytes: [UInt8] = []
        json.append(event, replacement: reader.replacement, to: &bytes)
        try invocation.console.write(bytes)
      } else {
        try invocation.console.writeLine(line.text(event))
      }
      left -= 1
    }
    return .success
  }
}
