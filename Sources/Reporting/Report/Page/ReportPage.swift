import Analytics
import Dispatch

/// The report of one run: one HTML file that needs nothing else.
public struct ReportPage: Sendable {
  private(set) var context: ReportContext

  /// `fills` are those to be explained, as many as have room; empty for the page's own choice.
  public init(_ result: RunResult, _ analysis: RunAnalysis, fills: Set<Int> = []) {
    context = ReportContext(result, RunFigures(result, analysis))
    context.wantedFills = fills
  }

  /// The document. The same run gives the same bytes.
  public func html(sections: [ReportSection] = ReportSection.allCases) -> String {
    html(sections: sections, below: Self.mostBytes)
  }

  /// What no page exceeds, and how much of its points a chart keeps where a page would.
  private static let mostBytes = 600_000
  private static let details = [1, 0.6, 0.35, 0.2]

  func html(sections: [ReportSection], below most: Int) -> String {
    var document = ""
    for detail in Self.details {
      var page = self
      page.context.detail = detail
      document = page.document(sections)
      if document.utf8.count <= most { break }
    }
    return document
  }

  private func document(_ sections: [ReportSection]) -> String {
    let identity = context.result.identity
    let parts = content(of: ReportSection.allCases.filter(sections.contains))
    var body = header()
    body += "<nav class=\"contents\" aria-label=\"Sections\"><ul>"
    for (section, _) in parts {
      body += "<li><a href=\"#\(section.rawValue)\">\(HTML.escape(section.title))</a></li>"
    }
    body += "</ul></nav><main id=\"main\">"
    for (section, content) in parts {
      body +=
        "<section id=\"\(section.rawValue)\" aria-labelledby=\"\(section.rawValue)-h\"><h2 id=\"\(section.rawValue)-h\">"
        + "\(HTML.escape(section.title))</h2><div class=\"grid-of-cards\">\(content.html)</div></section>"
    }
    body += "</main>" + footer()
    return HTMLPage(
      title: "\(identity.name) – Lockstep report",
      description: Summary(context).tweet.map(\.plain).joined(separator: " "),
      body: body, data: data(parts.flatMap { $0.1.plots }, fills: parts.map(\.1.fills).joined())
    ).html()
  }

  /// What the page should stay below with all its explained fills, to be well below 600 KB.
  private static let roomyBytes = 588_000
  /// Of head, navigation and the markup around sections, and of a price chart with its data, all generously.
  private static let frameBytes = 8_000
  private static let priceBytes = 26_000

  /// The sections, trades last: they explain as many fills as the others leave room for.
  private func content(of sections: [ReportSection]) -> [(ReportSection, SectionContent)] {
    var contents = [SectionContent](repeating: SectionContent(), count: sections.count)
    var rest: SectionContent?
    contents.withUnsafeMutableBufferPointer { buffer in
      // Every section is written by itself into its own place, so the order in which threads take them shows nowhere.
      nonisolated(unsafe) let places = buffer
      nonisolated(unsafe) var withoutStories: SectionContent?
      DispatchQueue.concurrentPerform(iterations: sections.count) { index in
        if sections[index] == .trades {
          withoutStories = Trades.withoutStories(context)
        } else {
          places[index] = content(sections[index], context)
        }
      }
      rest = withoutStories
    }
    var parts = Array(zip(sections, contents))
    guard let trades = sections.firstIndex(of: .trades) else { return parts }
    guard let rest else {
      parts[trades].1 = Trades.content(context)
      return parts
    }
    parts[trades].1 = rest
    let others = parts.reduce(StyleSheet.text.utf8.count + PageScript.text.utf8.count) { $0 + $1.1.html.utf8.count }
    let bytes =
      others + data(parts.flatMap { $0.1.plots }).utf8.count + Self.frameBytes
      + Self.priceBytes * min(2, context.result.instruments.count)
    var roomy = context
    roomy.storyBytes = max(0, Self.roomyBytes - bytes)
    parts[trades].1 = Trades.content(roomy, rest: rest)
    return parts
  }

  private func content(_ section: ReportSection, _ context: ReportContext) -> SectionContent {
    switch section {
    case .summary: Summary(context).content()
    case .figures: KeyFigures.content(context)
    case .returns: Returns.content(context)
    case .risk: Risk.content(context)
    case .trades: Trades.content(context)
    case .execution: Execution.content(context)
    case .exposure: Exposure.content(context)
    case .assumptions: Assumptions.content(context)
    case .luck: Luck.content(context)
    case .provenance: Provenance.content(context)
    }
  }

  private func header() -> String {
    let identity = context.result.identity
    let lane = context.result.lanes[safe: context.result.shownLane]
    var line = identity.strategy.isEmpty ? "" : HTML.escape(identity.strategy) + " · "
    line += HTML.escape("\(Format.moment(identity.start)) to \(Format.moment(identity.end)) UTC")
    if identity.eventCount > 0 { line += " · " + Format.counted(identity.eventCount, "market event") }
    if context.result.lanes.count > 1, let lane {
      line += " · lane " + HTML.escape(lane.name) + " of " + Format.count(context.result.lanes.count)
    }
    let stopped = identity.isStoppedByRisk ? " <strong class=\"badge\">stopped by a risk control</strong>" : ""
    return
      "<header class=\"top\"><p class=\"brand\">Lockstep report</p><h1>\(HTML.escape(identity.name))\(stopped)</h1>"
      + "<p class=\"meta\">\(line)</p><div class=\"tools\" id=\"tools\"></div></header><div id=\"brush\"></div>"
  }

  private func footer() -> String {
    let identity = context.result.identity
    let engine = identity.engineVersion.isEmpty ? "" : " " + HTML.escape(identity.engineVersion)
    return
      "<footer><p>Made by Lockstep\(engine) from the result file alone. Past results, above all simulated ones, do not "
      + "promise future ones.</p></footer>"
  }

  // MARK: Data for the script

  private func data(_ plots: [Plot], fills: String = "") -> String {
    let basis = context.basis
    let unit = context.unit
    var text =
      "{\"origin\":\"\(context.origin)\",\"unit\":\(Format.plain(unit, 0)),\"name\":\(HTML.json(context.result.identity.name))"
    text += ",\"end\":\(Format.plain(context.timeAxis.range.map { $0.upperBound / unit } ?? 1, 0))"
    text +=
      ",\"basis\":{\"year\":\(basis.periodsPerYear.map { "\($0)" } ?? "null"),\"start\":\(steps([basis.start])[0])"
    text +=
      ",\"c\":\(HTML.json(basis.convention.rawValue)),\"rf\":[\(basis.riskFree.perPeriod),\(basis.riskFree.annual)]"
    text += ",\"mar\":[\(basis.minimumAcceptable.perPeriod),\(basis.minimumAcceptable.annual)]"
    text += ",\"t\":\(Plot.runs(steps(basis.times).map(Double.init))),\"e\":\"\(Base64.encode(basis.equity))\""
    let activity = context.figures.activity
    text +=
      ",\"fills\":\(counts(activity.fills)),\"trips\":\(counts(activity.trips)),\"wins\":\(counts(activity.wins))"
    // Sums up to each period, finer than money is ever shown: differences of them are right to the last digit.
    let decimals = context.figures.moneyDecimals + 2
    text += ",\"d\":\(decimals),\"fees\":\(sums(activity.fees, decimals)),\"gains\":\(sums(activity.gains, decimals))"
    text += ",\"losses\":\(sums(activity.losses, decimals))}"
    text += ",\"plots\":[" + plots.map { $0.data(unit: unit) }.joined(separator: ",") + "]\(fills)}"
    return text
  }

  /// Times as whole steps since the origin, rounded up so that no period ends before its data.
  private func steps(_ times: [Int64]) -> [Int64] {
    times.map { Int64((Double($0 - context.origin) / context.unit).rounded(.up)) }
  }

  private func sums(_ values: [Double], _ decimals: Int) -> String {
    var sum = 0.0
    let scale = Format.powerOfTen(decimals)
    return Plot.runs(
      values.map { value in
        sum += value
        return sum * scale
      })
  }

  private func counts(_ values: [Int]) -> String { Plot.runs(values.map(Double.init)) }
}
