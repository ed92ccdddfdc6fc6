import Analytics
import MarketTypes

/// The parts a report may be asked for.
public enum ReportSection: String, Sendable, Hashable, CaseIterable {
  case summary, figures, returns, risk, trades, execution, exposure, assumptions, luck, provenance

  /// What the heading says.
  public var title: String {
    switch self {
    case .summary: "Summary"
    case .figures: "Key figures"
    case .returns: "Returns"
    case .risk: "Risk"
    case .trades: "Trades and fills"
    case .execution: "Execution quality"
    case .exposure: "Exposure and risk events"
    case .assumptions: "Assumptions and optimism"
    case .luck: "Luck"
    case .provenance: "Provenance"
    }
  }
}

/// A section while it is being written: HTML, and the plots whose data the script needs.
struct SectionContent: Sendable {
  private(set) var html = ""
  private(set) var plots: [Plot] = []
  /// Fills that the script tells of: a member of the page's data.
  private(set) var fills = ""

  /// More columns than these do not fit beside another card.
  private static let mostHalfColumns = 5

  mutating func add(_ other: SectionContent) {
    html += other.html
    plots += other.plots
    fills += other.fills
  }

  mutating func add(fills member: String) { fills += member }

  mutating func add(_ plot: Plot) {
    html += plot.html()
    if plot.isOverTime { plots.append(plot) }
  }

  mutating func add(_ table: DataTable, title: String, isWide: Bool = false, introduction: String = "") {
    let isWide = isWide || table.columns.count > Self.mostHalfColumns
    html += "<div class=\"card \(isWide ? "wide" : "half")\"><h3>\(HTML.escape(title))</h3>"
    if !introduction.isEmpty { html += "<p>\(HTML.escape(introduction))</p>" }
    html += table.html(caption: title) + "</div>"
  }

  /// A paragraph of plain words.
  mutating func add(paragraph text: String) { html += "<p class=\"wide\">\(HTML.escape(text))</p>" }

  /// Says that a part is left out, and why.
  mutating func add(missing what: String, because reason: String) {
    html +=
      "<p class=\"wide missing\"><b>\(HTML.escape(what))</b> left out: \(HTML.escape(Format.tidied(reason))).</p>"
  }

  /// Markup made by a builder that escapes its own texts.
  mutating func add(html text: String) { html += text }
}

/// What every section reads: the run, its figures, and how this run writes money and moments.
struct ReportContext: Sendable {
  let result: RunResult
  let figures: RunFigures
  /// Time zero of all plots.
  let origin: Int64
  /// Nanoseconds in one step of the plots' times: a whole number of them is exact in the script's doubles.
  let unit: Double
  /// What the page has room for beyond everything else: explained fills and order-book windows.
  var storyBytes = 0
  /// How much of their points charts keep: less than 1 where the page would be too large.
  var detail = 1.0
  /// Fills that somebody asked to be explained; empty for the page's own choice.
  var wantedFills: Set<Int> = []

  init(_ result: RunResult, _ figures: RunFigures) {
    self.result = result
    self.figures = figures
    let start = min(
      result.identity.start, result.account.times.first ?? .max, result.sampleTimes.first ?? .max,
      figures.basis.start)
    let end = max(
      result.identity.end, result.account.times.last ?? .min, result.sampleTimes.last ?? .min,
      figures.basis.times.last ?? .min)
    origin = start
    // Seconds beyond forty days, milliseconds beyond an hour, else microseconds.
    unit = end - start > 3_456_000_000_000_000 ? 1e9 : end - start > 3_600_000_000_000 ? 1e6 : 1e3
  }

  var money: NumberStyle { .money(figures.moneyDecimals) }
  var currency: String { result.identity.currency }
  var basis: ReportBasis { figures.basis }

  func offset(_ time: Int64) -> Double { Double(time - origin) }
  var timeAxis: Plot.Axis { Plot.Axis(kind: .time(origin: origin), range: fullRange) }

  /// All plots over time share one span, so that they line up and zoom together.
  private var fullRange: ClosedRange<Double>? {
    let end = max(
      result.identity.end, result.account.times.last ?? .min, result.sampleTimes.last ?? .min,
      basis.times.last ?? .min)
    return end > origin ? 0...offset(end) : nil
  }

  /// By which definitions the figures are made, in a sentence or two.
  var definitions: String {
    let settings = figures.analysis.settings
    let rates = basis.annualRates
    let year = figures.analysis.calendar.periodsPerYear
    let against = figures.analysis.benchmark.value.map {
      "measured against " + $0.name.lowercasedFirst + ", without costs"
    }
    return "Definitions by the convention “\(settings.convention.rawValue)”; risk-free rate "
      + "\(Format.plain(rates.riskFree * 100, 4))% and minimum acceptable return "
      + "\(Format.plain(rates.minimumAcceptable * 100, 4))% a year; \(Format.plain(year, 4)) sessions a year; "
      + (against ?? "without a benchmark: " + (figures.analysis.benchmark.reason ?? "there is none")) + "."
  }

  /// What a risk control's stop means for the figures, in a sentence; nil for a lane that was not stopped.
  var stopWords: String? {
    guard result.identity.isStoppedByRisk || result.lanes[safe: result.shownLane]?.isStoppedByRisk ?? false else {
      return nil
    }
    let stop = RunAnalysis.stopTime(of: result, lane: result.shownLane).map { " at \(Format.moment($0))" } ?? ""
    guard let settled = figures.analysis.settled else {
      return
        "A risk control stopped the lane\(stop); it held positions until the end of the run, so that its figures go on "
        + "to it."
    }
    return "A risk control stopped the lane\(stop). Figures of returns, drawdowns and exposure end at "
      + "\(Format.moment(settled)), when it held nothing any more: that nothing happened afterwards is no merit of the "
      + "strategy."
  }

  func moneyText(_ value: Double) -> String { money.text(value) + " " + currency }

  var momentDecimals: Int { result.identity.end - result.identity.start > 3_600_000_000_000 ? 3 : 6 }

  func symbol(_ instrument: Int) -> String {
    result.instruments.indices.contains(instrument) ? result.instruments[instrument].symbol : "#\(instrument)"
  }

  func price(_ ticks: Int32, _ instrument: Int) -> String {
    guard ticks != .min else { return "–" }
    guard result.instruments.indices.contains(instrument) else { return "\(ticks) ticks" }
    return result.instruments[instrument].tick.text(count: Int64(ticks))
  }

  var capital: Double { figures.basis.equity[0] }
}

extension String {
  /// For use within a sentence.
  var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
