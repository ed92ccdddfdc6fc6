import Foundation
import ReportSupport
import Testing

@testable import Reporting

/// Every chart of every kind of page against a stored picture, one file a chart. `LOCKSTEP_WRITE_GOLDEN=1 swift test --filter
/// ChartGoldenTests` writes them anew and removes those of charts that are no more; look at them before committing.
@Suite struct ChartGoldenTests {
  static let folder = PlotGoldenTests.folder.appendingPathComponent("charts")

  /// Runs with everything a page can draw, short enough for pictures that people can read.
  static let runs: [String: RunResult] = [
    "days": ReportRuns.days(120, fills: 24), "maker": ReportRuns.makerDay(fills: 24, lanes: 12, samples: 120),
  ]

  static let pages: [String: String] = {
    let compared = runs.sorted { $0.key < $1.key }.map { name, run in
      (name: name, result: run, analysis: RunAnalysis(run, settings: .quick))
    }
    var pages = Dictionary(
      uniqueKeysWithValues: compared.map { ($0.name, ReportPage($0.result, $0.analysis).html()) })
    // One parameter alone makes a chart instead of a map.
    let five = ReportRuns.makerDay(fills: 6, lanes: 5, samples: 60)
    pages["lanes"] = ReportPage(five, RunAnalysis(five, settings: .quick)).html(sections: [.luck])
    pages["compare"] = ComparePage(compared).html()
    pages["index"] =
      IndexPage(title: "Runs", runs.sorted { $0.key < $1.key }.map { IndexPage.Entry($1, name: $0, link: "./\($0)") })
      .html()
    return pages
  }()

  /// The pictures of a page by name: those with an id of their own, and small ones by number.
  static func charts(_ page: String) -> [String: String] {
    var charts: [String: String] = [:]
    var rest = page[...]
    while let start = rest.range(of: "<svg class=\"(plot|spark)\"", options: .regularExpression),
      let end = rest.range(of: "</svg>", range: start.upperBound..<rest.endIndex)
    {
      let svg = rest[start.lowerBound..<end.upperBound]
      var name = "spark-\(charts.count)"
      if let label = svg.range(of: "aria-labelledby=\""), let stop = svg[label.upperBound...].range(of: "-t ") {
        name = String(svg[label.upperBound..<stop.lowerBound])
      }
      // One element a line, so that a difference can be read.
      charts[name] = svg.replacingOccurrences(of: "><", with: ">\n<") + "\n"
      rest = rest[end.upperBound...]
    }
    return charts
  }

  @Test(arguments: ["days", "maker", "lanes", "compare", "index"])
  func everyChartIsTheStoredOne(page: String) throws {
    let charts = Self.charts(try #require(Self.pages[page]))
    let files = FileManager.default
    if ProcessInfo.processInfo.environment["LOCKSTEP_WRITE_GOLDEN"] != nil {
      try files.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      for name in try stored(page) where charts[name] == nil { try files.removeItem(at: file(page, name)) }
      for (name, svg) in charts { try svg.write(to: file(page, name), atomically: true, encoding: .utf8) }
    }
    #expect(Set(try stored(page)) == Set(charts.keys), "the charts of the page are those stored")
    for (name, svg) in charts.sorted(by: { $0.key < $1.key }) {
      let golden = try? String(contentsOf: file(page, name), encoding: .utf8)
      #expect(svg == golden, "\(page)-\(name).svg differs")
    }
  }

  /// A chart that no fixture draws would have no golden picture.
  @Test func everyChartOfTheReportIsAmongThem() throws {
    let all = Set(Self.pages.values.flatMap { Self.charts($0).keys })
    for run in ReportPageTests.runs.keys {
      let others = Self.charts(try ReportPageTests.page(run)).keys.filter { !$0.hasPrefix("book-") }
      #expect(Set(others).subtracting(all).isEmpty, "\(run)")
    }
    #expect(all.count >= 40)
  }

  private func file(_ page: String, _ name: String) -> URL {
    Self.folder.appendingPathComponent("\(page)-\(name).svg")
  }

  private func stored(_ page: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
      .filter { $0.hasPrefix(page + "-") && $0.hasSuffix(".svg") }.map {
        String($0.dropFirst(page.count + 1).dropLast(4))
      }
  }
}
