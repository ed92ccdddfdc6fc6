/// All runs of a folder in one table, each with its curve in small.
public struct IndexPage: Sendable {
  /// One run as the table shows it.
  public struct Entry: Sendable {
    let figures: [DataTable.Cell]
    let details: [DataTable.Cell]
    let hash: String
    let link: String
    let name: String
    let sparkline: String

    /// `link` is the address of the run's report from the page.
    public init(_ result: RunResult, name: String, link: String) {
      self.name = name
      self.link = link
      let identity = result.identity
      let lane = result.lanes.indices.contains(result.shownLane) ? result.lanes[result.shownLane] : nil
      let capital = identity.startingCapital
      hash = String(identity.resultHash.prefix(12))
      let values =
        result.account.equity.count > 1
        ? result.account.equity
        : result.lanes.indices.contains(result.shownLane) ? Array(result.equity(ofLane: result.shownLane)) : []
      // As in reports: what an account lost beyond all it had is no return.
      let isRuined = values.contains { $0 <= 0 }
      let gain = isRuined ? -1 : capital > 0 ? (lane?.profit ?? .nan) / capital : .nan
      figures = [
        .init(lane?.profit ?? .nan, .money(2)), .init(gain, .percent(2)),
        .init(lane?.deepestDrawdown ?? .nan, .percent(2)),
      ]
      details = [
        .init(count: lane?.fills ?? 0), .init(lane?.fees ?? .nan, .money(2)), .init(count: result.lanes.count),
        .init(identity.isStoppedByRisk ? "by risk" : ""), .init(identity.strategy),
        .init(String(Format.moment(identity.start).dropLast(3))),
      ]
      sparkline = Self.sparkline(values)
    }

    private static func sparkline(_ values: [Double]) -> String {
      guard let low = values.min(), let high = values.max(), values.count > 1 else { return "" }
      let kept = Thinning(values, limit: 80).rows
      var pen = Pen()
      for row in kept {
        let height = high > low ? (values[row] - low) / (high - low) : 0.5
        pen.draw(Double(row) / Double(values.count - 1) * 118 + 1, 25 - height * 22)
      }
      return "<svg class=\"spark\" viewBox=\"0 0 120 28\" width=\"120\" height=\"28\" aria-hidden=\"true\">"
        + "<path class=\"s1\" fill=\"none\" stroke=\"#456\" d=\"\(pen.text)\"/></svg>"
    }
  }

  private let title: String
  private let entries: [Entry]
  /// Folders that could not be read, and why.
  private let unreadable: [(String, String)]

  public init(title: String, _ entries: [Entry], unreadable: [(String, String)] = []) {
    self.title = title
    self.entries = entries
    self.unreadable = unreadable
  }

  private func row(_ cells: [DataTable.Cell], from first: Int, _ numeric: [Int]) -> String {
    cells.enumerated().map { offset, cell in
      let raw = cell.raw.map { " data-v=\"\($0)\"" } ?? ""
      return "<td\(numeric.contains(offset + first) ? " class=\"n\"" : "")\(raw)>\(HTML.escape(cell.text))</td>"
    }.joined()
  }

  /// The document.
  public func html() -> String {
    let columns = [
      "Run", "Profit", "Return", "Drawdown at samples", "Equity", "Fills", "Fees", "Lanes", "Stopped", "Strategy",
      "Start (UTC)",
    ]
    let numeric = [1, 2, 3, 5, 6, 7]
    var table =
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Runs\"><table class=\"sortable runs\"><caption>Runs</caption><thead><tr>"
    for (column, name) in columns.enumerated() {
      table += "<th scope=\"col\"\(numeric.contains(column) ? " class=\"n\"" : "")>\(name)</th>"
    }
    table += "</tr></thead><tbody>"
    for entry in entries {
      table +=
        "<tr><th scope=\"row\"><a href=\"\(HTML.escape(entry.link))\">\(HTML.escape(entry.name))</a>"
        + (entry.hash.isEmpty ? "" : "<small>\(HTML.escape(entry.hash))</small>") + "</th>"
      let first = entry.figures.count + 2
      table += row(entry.figures, from: 1, numeric) + "<td>\(entry.sparkline)</td>"
      table += row(entry.details, from: first, numeric) + "</tr>"
    }
    table += "</tbody></table></div>"
    var body =
      "<header class=\"top\"><p class=\"brand\">Lockstep runs</p><h1>\(HTML.escape(title))</h1><p class=\"meta\">"
      + "\(Format.counted(entries.count, "run"))</p><div class=\"tools\" id=\"tools\"></div></header><main id=\"main\">"
      + "<div class=\"card filterable\">\(table)</div>"
    if !unreadable.isEmpty {
      body += "<h2>Not readable</h2><ul class=\"absent\">"
      for (name, reason) in unreadable { body += "<li><b>\(HTML.escape(name))</b>: \(HTML.escape(reason))</li>" }
      body += "</ul>"
    }
    body +=
      "</main><footer><p>Made by Lockstep. Curves are drawn from at most 80 points of each run: of each run of neighbours the "
      + "first, lowest, highest and last. Returns are profit over starting capital, and −100% "
      + "where the account was lost; drawdowns are those at samples of equity.</p></footer>"
    return HTMLPage(title: "\(title) – Lockstep runs", description: Format.counted(entries.count, "run"), body: body)
      .html()
  }
}
