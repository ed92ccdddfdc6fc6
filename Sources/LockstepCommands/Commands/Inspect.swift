import CommandLineInterface
import TickStore

/// `lockstep inspect`: what a tick file holds and how it is stored.
enum Inspect {
  static let gaps = Option("gaps", .integer(in: 0...1000), "Show this many of the longest times without an event (5).")

  static let command = Command(
    "inspect", summary: "Show what a tick file holds: instruments, counts, times, sizes, gaps, crossed books.",
    examples: ["inspect day.ticks", "inspect day.ticks --json"],
    discussion: """
      A crossed span is a stretch in which the best bid stood above the best ask, looked at where the source says that the
      book is consistent; before an opening auction that is normal.
      """,
    parameters: [TickFileAccess.file, gaps, CommonParameters.json]
  ) { invocation in
    let file = try TickFileAccess.open(invocation)
    let inspection = try TickInspection(file, gapCount: invocation[gaps] ?? 5)
    try Interruption.check()
    let crossed = try CrossedSpans(file) { Interruption.isRequested }
    try Interruption.check()
    let report = InspectReport(path: file.path, inspection: inspection, crossed: crossed)
    if invocation[CommonParameters.json] {
      try invocation.console.writeLine(report.json.indentedText)
    } else {
      try invocation.console.write(report.text)
    }
    return .success
  }
}
