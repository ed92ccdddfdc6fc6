import CommandLineInterface
import Lab
import Reporting

/// `lockstep compare`: runs side by side.
enum Compare {
  static let folders = Argument<String>(.folder("RUN"), isRepeated: true, "The runs' folders, two or more.")
  static let output = Option("output", short: "o", .file(), "The file; by default compare.html.")

  static let command = Command(
    "compare", summary: "Compare runs: curves, figures, parameters, and how sure the differences are.",
    examples: ["compare Reports/one Reports/two -o Reports/compare.html"],
    discussion: """
      The page is one HTML file like a report. Runs with returns of the same periods are compared with the first one by a
      paired bootstrap.
      """,
    parameters: [folders, output, CommonParameters.force]
  ) { invocation in
    let paths = invocation.all(folders)
    guard paths.count > 1 else { throw Failure(.usage, "two or more runs are needed") }
    guard paths.count <= 50 else { throw Failure(.usage, "at most 50 runs fit a comparison") }
    let runs = try paths.map { path -> (name: String, result: RunResult, analysis: RunAnalysis) in
      let result = try StoredRun(folder: path).result
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return (name, result, RunAnalysis(result))
    }
    let target = invocation[output] ?? "compare.html"
    try OutputPath.prepare(target, isForced: invocation[CommonParameters.force], inputs: [])
    let html = ComparePage(runs).html()
    try OutputPath.write(html, to: target)
    invocation.console.remark("\(target): \(Words.grouped(UInt64(html.utf8.count))) bytes")
    return .success
  }
}
