import Analytics

/// Section 2: the few figures that matter, the table of a brushed span, and every metric with interval and formula.
enum KeyFigures {
  static func content(_ context: ReportContext) -> SectionContent {
    var content = SectionContent()
    content.add(html: tiles(context))
    content.add(html: spanTable(context))
    content.add(html: metricTable(context))
    return content
  }

  // MARK: Tiles

  private struct Tile {
    var name: String
    var text: String
    var detail: String
    var isBad = false
  }

  private static func tiles(_ context: ReportContext) -> String {
    let figures = context.figures
    let span = figures.span
    var tiles: [Tile] = []
    let profit = figures.outcome.profit
    tiles.append(
      Tile(
        name: "Profit", text: context.money.signedText(profit),
        detail: "\(context.currency) on \(context.money.text(context.capital))", isBad: profit < 0))
    if let value = figures.outcome.totalReturn {
      tiles.append(
        Tile(
          name: "Return", text: NumberStyle.percent(2).signedText(value),
          detail: span["cagr"].map { "\(NumberStyle.percent(2).signedText($0)) a year" } ?? "over the whole run",
          isBad: value < 0))
    }
    if let deepest = figures.underwater.min() ?? span["max_drawdown"] {
      let daily = span["max_drawdown"].map {
        "\(Format.percent($0)) by \(context.basis.isDaily ? "closes" : context.basis.period.shortPlural)"
      }
      tiles.append(
        Tile(
          name: "Deepest drawdown", text: Format.percent(deepest), detail: daily ?? "", isBad: deepest < -0.2))
    }
    if context.basis.isDaily, let sharpe = figures.metric("sharpe"), let value = sharpe.number {
      let terms = context.basis.terms("sharpe")
      tiles.append(
        Tile(
          name: "Sharpe ratio", text: Format.fixed(value, 2),
          detail: (interval(sharpe, .number(2)) ?? "a year") + (terms.map { ", \($0)" } ?? "")))
    } else if let value = span["sharpe"] {
      tiles.append(
        Tile(
          name: "Sharpe ratio", text: Format.fixed(value, 3),
          detail: "per \(context.basis.periodName)"
            + (context.basis.terms("sharpe").map { ", \($0)" } ?? "")))
    }
    if let trades = figures.trades.value {
      let rate = trades.statistics.winRate.map { "\(Format.percent($0, 1)) won" } ?? "none closed"
      tiles.append(Tile(name: "Round trips", text: Format.count(trades.statistics.count), detail: rate))
      let maker = trades.execution.makerShare.map { "\(Format.percent($0, 1)) of lots as maker" } ?? ""
      tiles.append(Tile(name: "Fills", text: Format.count(trades.execution.fillCount), detail: maker))
      let fees = trades.execution.fees
      tiles.append(
        Tile(name: fees < 0 ? "Rebates" : "Fees", text: context.money.text(fees.magnitude), detail: context.currency))
      if let factor = trades.statistics.profitFactor {
        tiles.append(
          Tile(name: "Profit factor", text: Format.fixed(factor, 2), detail: "gains over losses", isBad: factor < 1))
      }
    } else {
      let count = context.result.fills.count
      tiles.append(
        Tile(name: "Fills", text: Format.count(count), detail: count == 0 ? "it never traded" : "not analysed"))
    }
    var html = "<dl class=\"wide tiles\">"
    for tile in tiles {
      html +=
        "<div\(tile.isBad ? " class=\"bad\"" : "")><dt>\(HTML.escape(tile.name))</dt><dd>\(HTML.escape(tile.text))"
        + "<small>\(HTML.escape(tile.detail))</small></dd></div>"
    }
    return html + "</dl>"
  }

  // MARK: The brushed span

  private static func spanTable(_ context: ReportContext) -> String {
    var html =
      "<div class=\"card wide\" id=\"span\"><h3>Whole run and selected span</h3>"
      + "<p class=\"script-only\">Drag over any chart, or move the handles above, to select a span; "
      + "the last column follows.</p>"
    let basis = context.basis
    let periods =
      basis.absence != nil
      ? "The run is taken as one period: it is too short for returns of equal steps."
      : basis.isDaily
        ? "Returns are counted over sessions of the calendar (\(basis.calendarName))."
        : "Returns are counted over equal \(basis.period.plural); nothing is multiplied up to a year: P is 1."
    html += "<p>\(HTML.escape(periods))"
    if let last = basis.times.last, !basis.isDaily, last < context.result.identity.end {
      html += " The last whole step ends at \(Format.time(last)); what came after is in the run's profit above only."
    }
    html += "</p>"
    html +=
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Whole run and selected span\">"
      + "<table class=\"span sortable\"><caption>Whole run and selected span</caption><thead><tr><th scope=\"col\">Figure</th>"
      + "<th scope=\"col\" class=\"n\">Whole run</th><th scope=\"col\" class=\"n selected\">Selected span</th>"
      + "<th scope=\"col\">Formula</th></tr></thead><tbody>"
    for figure in context.figures.span.figures {
      let text = figure.value.map(figure.style.text) ?? "–"
      let raw = figure.value.map { " data-v=\"\($0)\"" } ?? ""
      html +=
        "<tr data-k=\"\(figure.id)\" data-f=\"\(figure.style.code)\"><th scope=\"row\">\(HTML.escape(figure.name))</th>"
        + "<td class=\"n\"\(raw)>\(text)</td><td class=\"n selected\">–</td><td class=\"formula\">\(HTML.escape(figure.formula))</td></tr>"
    }
    return html + "</tbody></table></div></div>"
  }

  // MARK: Every metric

  private static func metricTable(_ context: ReportContext) -> String {
    let metrics = context.figures.metrics
    guard !metrics.isEmpty else {
      var content = SectionContent()
      content.add(
        missing: "The table of all metrics", because: context.figures.returns.reason ?? "the run has no returns")
      return content.html
    }
    let present = metrics.filter { $0.number != nil }
    var html = "<div class=\"card wide\"><h3>All metrics</h3>"
    html += "<p>\(HTML.escape(context.definitions))"
    if !context.basis.isDaily {
      html += HTML.escape(
        " The run is too short for daily returns: metrics of returns are made from \(context.basis.period.plural). What is "
          + "annualised from them says so and means little: it compares runs of this kind and nothing else.")
    }
    html += "</p>"
    for group in MetricGroup.allCases {
      let members = present.filter { $0.group == group }
      guard !members.isEmpty else { continue }
      html +=
        "<details class=\"group\"\(group == .growth || group == .ratios ? " open=\"open\"" : "")><summary>\(HTML.escape(group.rawValue))"
        + " <small>\(Format.count(members.count))</small></summary><div class=\"scroll\" tabindex=\"0\" role=\"group\" "
        + "aria-label=\"\(HTML.escape(group.rawValue))\"><table class=\"sortable metrics\"><caption>\(HTML.escape(group.rawValue))</caption>"
        + "<thead><tr><th scope=\"col\">Metric</th><th scope=\"col\" class=\"n\">Value</th>"
        + "<th scope=\"col\" class=\"n\">95% interval</th><th scope=\"col\">Formula</th></tr></thead><tbody>"
      for metric in members { html += row(metric, context) }
      html += "</tbody></table></div></details>"
    }
    let absent = metrics.filter { $0.number == nil }
    if !absent.isEmpty {
      html +=
        "<details class=\"group\"><summary>\(Format.counted(absent.count, "metric does", "metrics do")) not exist for this run</summary><ul class=\"absent\">"
      // Metrics without a value for the same reason stand in one line.
      var reasons: [String] = []
      var names: [String: [String]] = [:]
      for metric in absent {
        guard case .absent(let reason) = metric.result else { continue }
        if names[reason] == nil { reasons.append(reason) }
        names[reason, default: []].append(metric.name)
      }
      for reason in reasons {
        html +=
          "<li><b>\(HTML.escape((names[reason] ?? []).joined(separator: ", ")))</b>: \(HTML.escape(reason))</li>"
      }
      html += "</ul></details>"
    }
    return html + "</div>"
  }

  private static func row(_ metric: MetricValue, _ context: ReportContext) -> String {
    guard let number = metric.number else { return "" }
    let style = style(metric, context)
    // Whole digits of a parameter are in result.h5; six decimals tell as much to a reader.
    let parameters = metric.parameters.map { parameter in
      let isLong = parameter.value.utf8.count > 12 && parameter.value.contains(".")
      let value = isLong ? Double(parameter.value).map { Format.plain($0, 6) } : nil
      return "\(parameter.name) = \(value ?? parameter.value)"
    }.joined(separator: ", ")
    let method = metric.interval.map { "Interval: \($0.method)" } ?? ""
    let caveat = metric.caveat.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." } ?? ""
    let detail = [parameters, method, caveat].filter { !$0.isEmpty }.joined(separator: ". ")
      .replacing("..", with: ".")
    return "<tr data-id=\"\(metric.id)\"><th scope=\"row\">\(HTML.escape(metric.name))</th>"
      + "<td class=\"n\" data-v=\"\(number)\">\(HTML.escape(style.text(number)))</td>"
      + "<td class=\"n\">\(HTML.escape(interval(metric, style) ?? "–"))</td>"
      + "<td class=\"formula\">\(HTML.escape(metric.formula))"
      + (detail.isEmpty ? "" : "<small>\(HTML.escape(detail))</small>") + "</td></tr>"
  }

  static func interval(_ metric: MetricValue, _ style: NumberStyle) -> String? {
    metric.interval.map { "\(style.text($0.lower)) to \(style.text($0.upper))" }
  }

  /// How a metric's unit is written.
  static func style(_ metric: MetricValue, _ context: ReportContext) -> NumberStyle {
    switch metric.unit {
    case .fraction: metric.number.map { $0.magnitude < 0.001 && $0 != 0 } ?? false ? .percent(4) : .percent(2)
    case .probability: .percent(1)
    case .ratio: metric.number.map { $0.magnitude < 0.1 && $0 != 0 } ?? false ? .number(4) : .number(2)
    case .money: context.money
    case .count: metric.number.map { $0 == $0.rounded() } ?? true ? .number(0) : .number(1)
    case .periods: .number(0)
    case .nanoseconds: .duration
    case .ticks: .number(3)
    case .years: .number(2)
    }
  }
}
