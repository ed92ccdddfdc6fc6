import MarketTypes

/// Section 10: what the run was made from, and how to make it again.
enum Provenance {
  static let longestScenario = 16_384

  static func content(_ context: ReportContext) -> SectionContent {
    var content = SectionContent()
    let identity = context.result.identity
    var rows: [(String, String, Bool)] = []
    func add(_ name: String, _ value: String, isCode: Bool = false) {
      rows.append((name, value.isEmpty ? "not recorded" : value, isCode && !value.isEmpty))
    }
    add("Run", identity.name)
    add("Result hash", identity.resultHash, isCode: true)
    add("Scenario hash", identity.scenarioHash, isCode: true)
    add("Engine", identity.engineVersion)
    add("Seed", "\(identity.seed)")
    add(
      "Market time", "\(Format.moment(identity.start, decimals: 3)) to \(Format.moment(identity.end, decimals: 3)) UTC")
    add("Market events", Format.count(identity.eventCount))
    if Luck.knowsTrials(context) {
      add("Ledger head", headWords(identity.ledgerHead), isCode: true)
      add("Trials before this run", Format.count(identity.priorTrials))
    } else {
      add("Ledger head", "none: the run was entered in no ledger")
      add(
        "Trials before this run",
        "not counted, so the deflated Sharpe ratio allows for this run's \(Format.counted(context.result.lanes.count, "lane")) "
          + "only: it is too high if other variants were tried before")
    }
    var html = "<div class=\"card wide\"><h3>Identity</h3><dl class=\"facts\">"
    for (name, value, isCode) in rows {
      html +=
        "<dt>\(HTML.escape(name))</dt><dd>\(isCode ? "<code>" : "")\(HTML.escape(value))\(isCode ? "</code>" : "")</dd>"
    }
    html += "</dl></div>"
    content.add(html: html)
    if identity.sources.isEmpty {
      content.add(missing: "Hashes of the data", because: "the run names no data files")
    } else {
      content.add(
        DataTable(
          columns: ["File", "Events", "SHA-256"],
          rows: identity.sources.prefix(50).map { [.init($0.path), .init(count: $0.eventCount), .init($0.sha256)] },
          note: identity.sources.count > 50 ? "The first 50 of \(identity.sources.count) files." : nil), title: "Data",
        isWide: true)
    }
    content.add(html: command(context))
    return content
  }

  /// The head of a ledger in words, where it has the form in which ledgers print it.
  static func headWords(_ head: String) -> String {
    let (start, middle) = ("{\"root\":\"", "\",\"size\":")
    guard head.hasPrefix(start), head.hasSuffix("}"), let place = head.firstRange(of: middle) else { return head }
    let root = head[..<place.lowerBound].dropFirst(start.count)
    let size = head[place.upperBound...].dropLast()
    guard root.allSatisfy(\.isHexDigit), !size.isEmpty, size.allSatisfy(\.isNumber) else { return head }
    return "root \(root) (size \(size))"
  }

  private static func command(_ context: ReportContext) -> String {
    var html =
      "<div class=\"card wide\"><h3>Make it again</h3><p>The scenario below is complete: every default is written out. With it, "
      + "the data above and the same engine, the result hash must come out the same on any machine.</p>"
      + "<pre><code>lockstep run scenario.toml\nlockstep verify \(FillStories.run(context))</code></pre>"
    let scenario = context.result.scenario
    if scenario.isEmpty {
      html += "<p class=\"missing\"><b>Scenario</b> left out: the run did not record it.</p>"
    } else {
      let cut = scenario.utf8.count > longestScenario
      let shown = cut ? String(decoding: scenario.utf8.prefix(longestScenario), as: UTF8.self) : scenario
      html +=
        "<details><summary>Scenario</summary><pre tabindex=\"0\" role=\"group\" aria-label=\"Scenario\"><code>\(HTML.escape(shown))</code></pre>"
        + (cut
          ? "<p class=\"note\">Cut after \(Format.count(longestScenario)) bytes; the run folder has all of it.</p>"
          : "")
        + "</details>"
    }
    return html + "</div>"
  }
}
