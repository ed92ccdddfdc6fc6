import Analytics
import MarketTypes

/// Section 9: how much of the result a search among worthless variants would have shown, and the lanes it was picked from.
enum Luck {
  static let mostRows = 60

  static func content(_ context: ReportContext) -> SectionContent {
    var content = SectionContent()
    figures(context, &content)
    LookAhead.add(context, &content)
    guard context.result.lanes.count > 1 else {
      content.add(missing: "Table and map of lanes", because: "the run has one lane")
      return content
    }
    rank(context, &content)
    fan(context, &content)
    LaneMap.add(context, &content)
    table(context, &content)
    return content
  }

  private static func figures(_ context: ReportContext, _ content: inout SectionContent) {
    guard let search = context.figures.search.value else {
      content.add(missing: "Deflated Sharpe ratio", because: context.figures.search.reason ?? "there is none")
      return
    }
    var rows: [[DataTable.Cell]] = []
    for id in [
      "psr", "dsr", "expected_max_sharpe", "min_track_record", "search_trials", "effective_trials", "pbo",
      "reality_check", "spa",
    ] {
      guard let metric = context.figures.metric(id) else { continue }
      let style = KeyFigures.style(metric, context)
      if let number = metric.number {
        rows.append([.init(metric.name), .init(number, style), .init(metric.formula)])
      } else if case .absent(let reason) = metric.result {
        rows.append([.init(metric.name), .init("–"), .init(reason)])
      }
    }
    let prior = context.result.identity.priorTrials
    content.add(
      DataTable(
        columns: ["Figure", "Value", "Meaning"], rows: rows,
        note: context.result.lanes.count > 1
          ? "Independent variants are counted by the correlation of the lanes' returns, earlier trials as independent."
          : "The variance over trials is taken as that of worthless strategies over as many returns, because only one lane is known."
      ), title: "How much of it is luck?", isWide: true,
      introduction:
        "\(Format.counted(search.trials, "variant")) tried: \(Format.counted(context.result.lanes.count, "lane")) of this run"
        + " and \(Format.count(prior)) before it by the ledger. The best of many worthless strategies looks good; these "
        + "figures allow for that.")
  }

  private static func rank(_ context: ReportContext, _ content: inout SectionContent) {
    let lanes = context.result.lanes
    let ranking = context.figures.ranking
    let shown = lanes[context.result.shownLane]
    let profits = lanes.map(\.profit)
    let text =
      "The shown lane, \(shown.name), ranks \(Format.count(ranking.rank)) of \(Format.count(lanes.count)) by profit; "
      + "\(Format.count(ranking.profitable)) lanes made money and the median came to \(context.money.signedText(ranking.medianProfit)) \(context.currency)."
    guard let histogram = Histogram(profits) else {
      content.add(paragraph: text + " All lanes end alike.")
      return
    }
    content.add(
      Plot(
        id: "lane-profits", title: "Profit of all lanes", summary: text,
        x: Plot.Axis(label: "Profit, \(context.currency)", style: context.money), y: Plot.Axis(style: .number(0)),
        series: [histogram.series(name: "Lanes", color: 3, labels: context.money, unit: "lane")],
        rules: [
          Plot.Rule(direction: .vertical, value: shown.profit, label: "shown", color: 1),
          Plot.Rule(direction: .vertical, value: ranking.medianProfit, label: "median", color: 2),
        ], notes: histogram.note.map { [$0] } ?? [], table: histogram.table(unit: "Lanes", style: context.money)))
  }

  private static func fan(_ context: ReportContext, _ content: inout SectionContent) {
    let result = context.result
    let samples = result.sampleTimes.count
    let lanes = result.lanes.count
    guard samples > 1, result.laneEquity.count == samples * lanes else { return }
    let columns = samples <= 240 ? Array(0..<samples) : (0..<240).map { $0 * (samples - 1) / 239 }
    var low: [Double] = []
    var middle: [Double] = []
    var high: [Double] = []
    // Many lanes are thinned before sorting: 2,000 of them place a quantile to a percent.
    let stride = max(1, lanes / 2000)
    for column in columns {
      let sorted = Swift.stride(from: 0, to: lanes, by: stride).map { result.laneEquity[$0 * samples + column] }
        .sorted()
      func quantile(_ share: Double) -> Double { sorted[Int((share * Double(sorted.count - 1)).rounded())] }
      low.append(quantile(0.05))
      middle.append(quantile(0.5))
      high.append(quantile(0.95))
    }
    let x = columns.map { context.offset(result.sampleTimes[$0]) }
    var plot = Plot(
      id: "lane-fan", title: "Equity of all lanes",
      summary: "The band holds nine in ten of \(Format.count(lanes)) lanes.",
      x: context.timeAxis, y: Plot.Axis(style: context.money),
      series: [
        Plot.Series(name: "90% of lanes", mark: .band, color: 3, x: x, y: high, other: low),
        Plot.Series(name: "Median lane", mark: .line, color: 2, x: x, y: middle, isDashed: true),
      ])
    let own = Array(result.equity(ofLane: result.shownLane))
    plot.series.append(
      Plot.Series(name: "Shown lane", mark: .line, color: 1, x: x, y: columns.map { own[$0] }))
    if columns.count < samples {
      plot.notes.append("\(columns.count) of \(Format.count(samples)) samples, evenly chosen.")
    }
    if stride > 1 { plot.notes.append("Quantiles of every \(stride)th lane.") }
    content.add(plot)
  }

  private static func table(_ context: ReportContext, _ content: inout SectionContent) {
    let lanes = context.result.lanes
    let order = context.figures.ranking.order
    let settings = LaneMap.varying(lanes).prefix(6)
    // The best, the worst and the shown one.
    var kept = order
    if order.count > mostRows {
      kept = Array(order.prefix(mostRows - 12)) + Array(order.suffix(10))
      if !kept.contains(context.result.shownLane) { kept.insert(context.result.shownLane, at: mostRows - 12) }
    }
    let ranks = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset + 1) })
    content.add(
      DataTable(
        columns: ["Lane", "Rank"] + settings + ["Profit", "Drawdown", "Fills", "Fees", "Stopped"],
        rows: kept.map { lane in
          let result = lanes[lane]
          let isShown = lane == context.result.shownLane
          return [.init(result.name + (isShown ? " (shown)" : "")), .init(count: ranks[lane] ?? 0)]
            + settings.map { name in
              result.settings.first { $0.name == name }.map { .init($0.value, LaneMap.style($0.value)) } ?? .init("–")
            } + [
              .init(result.profit, context.money), .init(result.deepestDrawdown, .percent(2)),
              .init(count: result.fills), .init(result.fees, context.money),
              .init(result.isStoppedByRisk ? "by risk" : ""),
            ]
        },
        note: order.count > mostRows
          ? "The best \(mostRows - 12), the worst 10 and the shown one of \(Format.count(order.count)) lanes." : nil),
      title: "Lanes", isWide: true)
  }
}

/// Results over the parameters of the lanes.
enum LaneMap {
  /// Settings that differ between lanes, by name in the order of the first lane.
  static func varying(_ lanes: [LaneResult]) -> [String] {
    guard let first = lanes.first else { return [] }
    var values: [String: Set<Double>] = [:]
    for lane in lanes { for setting in lane.settings { values[setting.name, default: []].insert(setting.value) } }
    return first.settings.map(\.name).filter { (values[$0]?.count ?? 0) > 1 }
  }

  static func style(_ value: Double) -> NumberStyle {
    .number(min(6, Format.decimals(forStep: max(1e-6, (value - value.rounded(.towardZero)).magnitude))))
  }

  static func add(_ context: ReportContext, _ content: inout SectionContent) {
    let lanes = context.result.lanes
    // Constants of the run may stand among the settings; the two that explain most of the profit make the map.
    let names = varying(lanes).sorted { (-explained(lanes, $0), $0) < (-explained(lanes, $1), $1) }
    guard let first = names.first else {
      content.add(missing: "Map over the parameters", because: "the lanes do not differ in any number")
      return
    }
    guard names.count > 1 else {
      single(context, first, &content)
      return
    }
    grid(context, first, names[1], &content)
  }

  /// The share of the variance of profit between groups of equal values.
  private static func explained(_ lanes: [LaneResult], _ name: String) -> Double {
    var groups: [Double: (sum: Double, count: Double)] = [:]
    var keys: [Double] = []
    for lane in lanes {
      guard let value = lane.settings.first(where: { $0.name == name })?.value else { continue }
      if groups[value] == nil { keys.append(value) }
      let old = groups[value] ?? (0, 0)
      groups[value] = (old.sum + lane.profit, old.count + 1)
    }
    let mean = lanes.reduce(0) { $0 + $1.profit } / Double(lanes.count)
    let total = lanes.reduce(0) { $0 + ($1.profit - mean) * ($1.profit - mean) }
    // Summed in the order of appearance, so that the same run gives the same bytes.
    let between = keys.reduce(0.0) { sum, key in
      guard let group = groups[key] else { return sum }
      let distance = group.sum / group.count - mean
      return sum + group.count * distance * distance
    }
    return total > 0 ? between / total : 0
  }

  private static func value(_ lane: LaneResult, _ name: String) -> Double? {
    lane.settings.first { $0.name == name }?.value
  }

  private static func single(_ context: ReportContext, _ name: String, _ content: inout SectionContent) {
    let lanes = context.result.lanes
    let known = lanes.indices.filter { value(lanes[$0], name) != nil }
    let (rows, note) = Trades.chosen(known.map { lanes[$0].profit })
    let shown = context.result.shownLane
    func series(_ title: String, _ members: [Int], _ color: Int, _ shape: Plot.Series.Shape) -> Plot.Series {
      Plot.Series(
        name: title, mark: .dots, color: color, x: members.map { value(lanes[$0], name) ?? .nan },
        y: members.map { lanes[$0].profit },
        labels: members.map { "\(lanes[$0].name): \(context.money.signedText(lanes[$0].profit))" }, shape: shape)
    }
    content.add(
      Plot(
        id: "lane-map", title: "Profit by \(name)", summary: "Each mark is a lane; the shown one is a square.",
        x: Plot.Axis(label: name, style: .number(3)), y: Plot.Axis(style: context.money),
        series: [
          series("Lane", rows.map { known[$0] }.filter { $0 != shown }, 3, .circle),
          series("Shown lane", known.contains(shown) ? [shown] : [], 1, .square),
        ], notes: note.map { [$0] } ?? []))
  }

  /// The mean profit over a grid of two settings; values are grouped to at most twelve a side.
  private static func grid(_ context: ReportContext, _ first: String, _ second: String, _ content: inout SectionContent)
  {
    let lanes = context.result.lanes
    func levels(_ name: String) -> [Double] {
      let all = Set(lanes.compactMap { value($0, name) }).sorted()
      guard all.count > 12 else { return all }
      return (0..<12).map { all[$0 * (all.count - 1) / 11] }
    }
    let (columns, rows) = (levels(first), levels(second))
    func nearest(_ value: Double, _ levels: [Double]) -> Int {
      levels.indices.min { (levels[$0] - value).magnitude < (levels[$1] - value).magnitude } ?? 0
    }
    var sums = [Double](repeating: 0, count: columns.count * rows.count)
    var counts = [Int](repeating: 0, count: sums.count)
    for lane in lanes {
      guard let x = value(lane, first), let y = value(lane, second) else { continue }
      let cell = nearest(y, rows) * columns.count + nearest(x, columns)
      sums[cell] += lane.profit
      counts[cell] += 1
    }
    let means = sums.indices.map { counts[$0] > 0 ? sums[$0] / Double(counts[$0]) : Double.nan }
    let widest = means.filter(\.isFinite).map(\.magnitude).max() ?? 0
    let shown = lanes[context.result.shownLane]
    let own = value(shown, second).flatMap { y in
      value(shown, first).map { nearest(y, rows) * columns.count + nearest($0, columns) }
    }
    var html =
      "<div class=\"card wide\"><h3>Map over \(HTML.escape(first)) and \(HTML.escape(second))</h3><p>Mean profit in "
      + "\(HTML.escape(context.currency)) of the lanes in each cell; the shown lane's is framed. These two settings explain most "
      + "of the differences. A good cell among bad neighbours is luck more often than skill.</p>"
      + "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Map of lanes\"><table class=\"heat\"><caption>Mean profit by "
      + "\(HTML.escape(first)) (columns) and \(HTML.escape(second)) (rows)</caption><thead><tr><th scope=\"col\">"
      + "\(HTML.escape(second)) \\ \(HTML.escape(first))</th>"
    for column in columns { html += "<th scope=\"col\" class=\"n\">\(style(column).text(column))</th>" }
    html += "</tr></thead><tbody>"
    for (y, row) in rows.enumerated() {
      html += "<tr><th scope=\"row\" class=\"n\">\(style(row).text(row))</th>"
      for x in columns.indices {
        let cell = y * columns.count + x
        guard means[cell].isFinite else {
          html += "<td></td>"
          continue
        }
        let depth = widest > 0 ? min(4, Int((means[cell].magnitude / widest * 4).rounded(.up))) : 0
        html +=
          "<td class=\"n \(means[cell] < 0 ? "l" : "g")\(depth)\(cell == own ? " own" : "")\">"
          + "\(Format.compactMoney(means[cell]))</td>"
      }
      html += "</tr>"
    }
    content.add(html: html + "</tbody></table></div></div>")
  }
}

extension Format {
  /// Money in few characters, for cells of a map.
  static func compactMoney(_ value: Double) -> String {
    let size = value.magnitude
    let text = compact(
      size, step: size >= 1e4 ? size / 100 > 1e3 ? 1e5 : 100 : size >= 100 ? 1 : size >= 1 ? 0.1 : 0.001)
    return value < 0 ? minus + text : value > 0 ? "+" + text : text
  }
}
