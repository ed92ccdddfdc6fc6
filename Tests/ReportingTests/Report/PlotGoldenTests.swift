import Foundation
import MarketTypes
import ReportSupport
import Testing

@testable import Reporting

/// One picture of each kind against a stored one. `LOCKSTEP_WRITE_GOLDEN=1 swift test --filter PlotGoldenTests` writes them
/// anew; look at them before committing.
@Suite struct PlotGoldenTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Golden")

  static let x = (0..<40).map { Double($0) * 60e9 }
  static func wave(_ row: Int) -> Double { Double((row * 37) % 23) / 10 - 0.7 + Double(row) / 20 }

  static let plots: [Plot] = {
    let time = Plot.Axis(kind: .time(origin: ReportRuns.open))
    let values = (0..<40).map { wave($0) }
    let bars = (0..<6).map { wave($0 * 5) - 0.8 }
    return [
      Plot(
        id: "curve", title: "Curve", summary: "A curve with a gap, a band and a rule.", width: .wide, x: time,
        y: Plot.Axis(style: .money(2)),
        series: [
          Plot.Series(
            name: "Band", mark: .band, color: 4, x: x, y: values.map { $0 + 0.5 }, other: values.map { $0 - 0.5 }),
          Plot.Series(
            name: "Curve", mark: .line, color: 1, x: x,
            y: values.enumerated().map { row, value in row == 20 ? .nan : value }),
        ], rules: [Plot.Rule(direction: .horizontal, value: 1, label: "limit")],
        shades: [Plot.Shade(from: 300e9, to: 600e9, label: "No. 1")]),
      Plot(
        id: "area", title: "Area", summary: "Below zero.", x: time,
        y: Plot.Axis(style: .percent(2), includesZero: true),
        series: [Plot.Series(name: "Depth", mark: .area, color: 2, x: x, y: values.map { -$0.magnitude / 100 })]),
      Plot(
        id: "step", title: "Step", summary: "In steps.", x: time,
        series: [Plot.Series(name: "Lots", mark: .step, color: 1, x: x, y: values.map { $0.rounded() })]),
      Plot(
        id: "bars", title: "Bars", summary: "Gains and hatched losses.",
        x: Plot.Axis(kind: .categories(["a", "b", "c", "d", "e", "f"]), label: "Letter"),
        series: [
          Plot.Series(
            name: "Sum", mark: .bars, color: 1, x: bars.indices.map(Double.init), y: bars, other: bars.map { _ in 0.8 },
            hatched: bars.map { $0 < 0 })
        ]),
      Plot(
        id: "dots", title: "Dots", summary: "Every shape.", x: Plot.Axis(label: "x"),
        series: zip(
          [Plot.Series.Shape.circle, .triangleUp, .triangleDown, .square, .cross], 0..<5
        ).map { shape, row in
          Plot.Series(
            name: shape.rawValue, mark: .dots, color: row + 1, x: [Double(row), Double(row) + 0.5],
            y: [wave(row), wave(row + 7)], labels: ["<one>", "two"], shape: shape)
        }, rules: [Plot.Rule(direction: .vertical, value: 2, label: "two")]),
      Plot(
        id: "log", title: "Logarithmic", summary: "Doubling.", y: Plot.Axis(kind: .logarithmic, style: .number(1)),
        series: [
          Plot.Series(
            name: "Wealth", mark: .line, color: 1, x: (0..<10).map(Double.init),
            y: (0..<10).map { Double(1 << $0) }, isDashed: true)
        ]),
      Plot(id: "nothing", title: "Nothing", summary: "No data at all."),
    ]
  }()

  @Test(arguments: plots.map(\.id))
  func matchesTheStoredPicture(id: String) throws {
    let plot = try #require(Self.plots.first { $0.id == id })
    try compare(PlotDrawing(plot).svg() + "\n", with: "\(id).svg")
  }

  @Test func dataForTheScriptMatches() throws {
    try compare(Self.plots.map { $0.data(unit: 1e6) }.joined(separator: "\n") + "\n", with: "data.json")
  }

  @Test func theBookMatches() throws {
    let run = ReportRuns.makerDay(fills: 20, lanes: 1, samples: 200)
    let context = ReportContext(run, RunFigures(run, RunAnalysis(run, settings: .quick)))
    let window = try #require(run.windows.first)
    try compare(BookPicture(context, window).html() + "\n", with: "book.html")
  }

  private func compare(_ text: String, with name: String) throws {
    let file = Self.folder.appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["LOCKSTEP_WRITE_GOLDEN"] != nil {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let stored = try String(contentsOf: file, encoding: .utf8)
    #expect(text == stored, "\(name) differs")
  }
}

extension RunAnalysisSettings {
  /// Few resamples, for tests that do not look at them.
  static var quick: RunAnalysisSettings {
    var settings = RunAnalysisSettings()
    settings.resamples = 100
    settings.simulatedPaths = 64
    settings.backtestLimit = 60
    settings.tailScenarios = 1_000
    return settings
  }

  /// As few of everything as there can be, for tests that look at other things.
  static var bare: RunAnalysisSettings {
    var settings = quick
    (settings.resamples, settings.simulatedPaths, settings.backtestLimit) = (2, 2, 1)
    settings.confidenceLevels = [0.95]
    return settings
  }
}
