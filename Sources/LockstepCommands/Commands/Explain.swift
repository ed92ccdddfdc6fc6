import CommandLineInterface
import Lab
import Reporting

/// `lockstep explain`: the short story of one fill of a stored run.
enum Explain {
  static let folder = Argument<String>(
    .folder("RUN"), "A run's folder, or its name as 'lockstep runs' prints it.")
  static let fill = Argument<Int>(.integer("FILL", in: 0...Int.max), "The fill's number in result.h5, from 0.")

  static let command = Command(
    "explain", summary: "Say why a fill of a run came about.",
    examples: ["explain Reports/2024-03-01-quickstart-1a2b3c4d 17", "explain quickstart 0 --json"],
    discussion: """
      The story comes from what the run stored with the fill: the rule that filled it, the queue when it joined, when it
      reached the front, and the middle before and after.
      """,
    parameters: [folder, fill, RunAccess.folder, CommonParameters.json]
  ) { invocation in
    let result = try StoredRun(folder: try RunAccess.path(of: invocation[folder], invocation)).result
    let number = invocation[fill]
    guard result.fills.indices.contains(number) else {
      throw Failure(
        .badData, "the run has no fill \(number)",
        advice: result.fills.isEmpty ? "It has no fills." : "Its fills are 0 to \(result.fills.count - 1).")
    }
    let story = FillStory(result: result, number: number)
    if invocation[CommonParameters.json] {
      try invocation.console.writeLine(story.json.indentedText)
      return .success
    }
    for line in story.lines { try invocation.console.writeLine(line) }
    return .success
  }
}
