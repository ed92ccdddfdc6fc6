import CommandLineInterface
import Glibc
import Lab
import Ledger
import Reporting

/// `lockstep compare`: runs side by side.
enum Compare {
  static let folders = Argument<String>(
    .folder("RUN"), isRepeated: true, "Two or more runs: their folders, or their names as 'lockstep runs' prints them.")
  static let output = Option(
    "output", short: "o", .file(), "The file; by default compare-HASH.html in the folder of runs.")

  static let command = Command(
    "compare", summary: "Compare runs: curves, figures, parameters, and how sure the differences are.",
    examples: ["compare Reports/one Reports/two -o Reports/compare.html"],
    discussion: """
      The page is one HTML file like a report. Runs with returns of the same periods are compared with the first one by a
      paired bootstrap. The page is named after the results it shows, in the order given.
      """,
    parameters: [folders, output, RunAccess.folder, CommonParameters.force]
  ) { invocation in
    let paths = invocation.all(folders)
    guard paths.count > 1 else { throw Failure(.usage, "two or more runs are needed") }
    guard paths.count <= 50 else { throw Failure(.usage, "at most 50 runs fit a comparison") }
    let runs = try paths.map { word -> (name: String, result: RunResult, analysis: RunAnalysis) in
      let path = try RunAccess.path(of: word, invocation)
      let run = try StoredRun(folder: path)
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return (name, run.result, try run.analysis())
    }
    let target =
      try invocation[output] ?? ownPath(runs.map { "\($0.name) \($0.result.identity.resultHash)" }, invocation)
    // A name of its own holds the same page again: replacing it loses nothing.
    let isForced = invocation[CommonParameters.force] || invocation[output] == nil
    try OutputPath.prepare(target, isForced: isForced, inputs: [])
    let html = ComparePage(runs).html()
    try OutputPath.write(html, to: target)
    invocation.console.remark("\(target): \(Words.grouped(UInt64(html.utf8.count))) bytes")
    return .success
  }

  /// A file of the folder of runs, which is made where there is none.
  private static func ownPath(_ results: [String], _ invocation: Invocation) throws -> String {
    let reports = RunAccess.reportsFolder(invocation)
    guard mkdir(reports, 0o755) == 0 || errno == EEXIST else {
      throw Failure(
        .failure, "\(reports) cannot be made: \(String(cString: strerror(errno)))", advice: "Name a file with -o.")
    }
    let digest = Digest(hashing: Array(results.joined(separator: "\n").utf8)).description
    return "\(reports)/compare-\(digest.prefix(8)).html"
  }
}
