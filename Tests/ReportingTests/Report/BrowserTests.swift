import Foundation
import ReportSupport
import Testing

@testable import Reporting

/// Pages in headless Chromium, by the script beside; skipped, visibly, where there is no Chromium or no Python.
@Suite(.serialized) struct BrowserTests {
  static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("browser/check.py").path

  /// A page takes some ten seconds; with LOCKSTEP_LONG_TESTS every kind of page is opened.
  static let isLong = ProcessInfo.processInfo.environment["LOCKSTEP_LONG_TESTS"] != nil

  static let isPresent: Bool = {
    let names = [
      ProcessInfo.processInfo.environment["LOCKSTEP_CHROMIUM"] ?? "chromium", "chromium-browser", "google-chrome",
    ]
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let hasBrowser = names.contains { name in
      name.hasPrefix("/")
        ? FileManager.default.isExecutableFile(atPath: name)
        : folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }
    return hasBrowser && (try? PythonReader.run("pass"))?.status == 0
  }()

  @Test(
    .enabled(if: isPresent, "needs Chromium and Python"),
    arguments: ["days", "hostile", "one-day"] + (isLong ? ["maker", "empty", "ruined", "flat"] : []))
  func reportBehaves(name: String) throws {
    try check(ReportPageTests.page(name), kind: "run", isHostile: name == "hostile")
  }

  @Test(
    .enabled(if: isPresent, "needs Chromium and Python"),
    arguments: [["maker", "hostile", "empty"]] + (isLong ? [["days", "ruined"]] : []))
  func comparisonBehaves(names: [String]) throws {
    try check(
      ComparePage(ReportPageTests.compared(names)).html(), kind: "compare", isHostile: names.contains("hostile"))
  }

  @Test(.enabled(if: isPresent, "needs Chromium and Python"))
  func indexBehaves() throws {
    let entries = ReportPageTests.runs.sorted { $0.key < $1.key }.map { name, run in
      IndexPage.Entry(run, name: name == "hostile" ? run.identity.name : name, link: "./\(name)/report.html")
    }
    let page = IndexPage(title: "Reports", entries, unreadable: [("torn", "the file is cut short")])
    try ReportPageTests.keep(page.html(), "index")
    try check(page.html(), kind: "index", isHostile: true)
  }

  /// The page tells of one fill itself and of others by its script, which must find the words that the report has.
  @Test(.enabled(if: isPresent, "needs Chromium and Python"))
  func anyFillOpens() throws {
    let run = ReportRuns.days(60, fills: 1_500)
    let analysis = RunAnalysis(run, settings: .bare)
    let page = ReportPage(run, analysis, fills: [3]).html(sections: [.trades])
    let context = ReportContext(run, RunFigures(run, analysis))
    let reasons = FillReason(context)
    let records = ReportPageTests.recordedFills(page)
    let untold = try #require(run.fills.indices.first { $0 != 3 && !records.contains($0) })
    let sample = [3] + records.enumerated().filter { $0.offset % (records.count / 20) == 0 }.map(\.element)
    let told = Dictionary(
      uniqueKeysWithValues: sample.map {
        ("\($0)", ["\($0) " + reasons.head($0).plain, reasons.reason($0).plain])
      })
    let expected: [String: Any] = [
      "told": told, "untold": untold, "count": run.fills.count, "run": FillStories.run(context),
    ]
    try check(page, kind: "run", fills: JSONSerialization.data(withJSONObject: expected))
  }

  private func check(_ page: String, kind: String, isHostile: Bool = false, fills: Data? = nil) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-page-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("page.html")
    try page.write(to: file, atomically: true, encoding: .utf8)
    let told = folder.appendingPathComponent("fills.json")
    try fills?.write(to: told)
    let (status, output) = try PythonReader.start(
      [PythonReader.executable, Self.script, file.path, "--kind", kind] + (isHostile ? ["--hostile"] : [])
        + (fills == nil ? [] : ["--fills", told.path]))
    #expect(status == 0, "\(output)")
  }
}
