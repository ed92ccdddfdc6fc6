import BenchmarkHarness
import Foundation
import ReportSupport
import Reporting

// The report of ten years of days with 100,000 fills, and of one day of a maker among 48 lanes. Figures are computed before:
// they belong to the run, and the file is what is timed. `--write FOLDER` also leaves the pages there.

var runner = BenchmarkRunner()
let isTiny = runner.options.isTiny

func hash(_ text: String) -> UInt64 {
  text.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
}

let runs: [(name: String, result: RunResult)] = [
  ("ten years of days, 100,000 fills", ReportRuns.days(isTiny ? 80 : 2520, fills: isTiny ? 50 : 100_000)),
  ("ten years of days, no fills", ReportRuns.days(isTiny ? 80 : 2520)),
  (
    "a maker's day, 48 lanes",
    ReportRuns.makerDay(fills: isTiny ? 40 : 420, lanes: isTiny ? 3 : 48, samples: isTiny ? 200 : 28_800)
  ),
]

let folder = runner.options.rest.firstIndex(of: "--write").flatMap { index in
  index + 1 < runner.options.rest.count ? runner.options.rest[index + 1] : nil
}

for run in runs where runner.options.filter.map({ run.name.contains($0) }) ?? true {
  var settings = RunAnalysisSettings()
  if isTiny { (settings.resamples, settings.simulatedPaths) = (100, 64) }
  let analysis = RunAnalysis(run.result, settings: settings)
  let page = ReportPage(run.result, analysis).html()
  runner.measure(run.name, items: 1, unit: "pages", note: "\(page.utf8.count) bytes") {
    hash(ReportPage(run.result, analysis).html())
  }
  if let folder {
    let name = run.name.map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined()
    try page.write(toFile: "\(folder)/\(name).html", atomically: true, encoding: .utf8)
  }
  // A page that is larger than it promises has no speed worth telling.
  guard page.utf8.count <= 600_000 else {
    FileHandle.standardError.write(Data("\(run.name): \(page.utf8.count) bytes, more than 600,000\n".utf8))
    exit(1)
  }
}
