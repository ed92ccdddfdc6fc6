import Analytics
import Numerics

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
    /// Lines below the figure: what it is of, and how sure it is.
    var details: [String] = []
    /// How it is made, opened on demand.
    var formula = ""
    var isBad = false
  }

  private static func tiles(_ context: ReportContext) -> String {
    var html = "<dl class=\"wide tiles\">"
    for tile in returnTiles(context) + tradeTiles(context) {
      html +=
        "<div\(tile.isBad ? " class=\"bad\"" : "")><dt>\(HTML.escape(tile.name))</dt><dd>\(HTML.escape(tile.text))"
      for detail in tile.details where !detail.isEmpty { html += "<small>\(HTML.escape(detail))</small>" }
      if !tile.formula.isEmpty {
        html += "<details><summary>How</summary><p>\(Formula.html(tile.formula))</p></details>"
      }
      html += "</dd></div>"
    }
    return html + "</dl>"
  }

  private static func returnTiles(_ context: ReportContext) -> [Tile] {
    let figures = context.figures
    let basis = context.basis
    let span = figures.span
    var tiles: [Tile] = []
    let profit = figures.profit
    tiles.append(
      Tile(
        name: "Profit", text: context.money.signedText(profit),
        details: ["\(context.currency) on \(context.money.text(context.capital))", profitRange(context) ?? ""],
        formula: "equity at the end - starting capital, after fees and carry" + profitRangeFormula(context),
        isBad: profit < 0))
    if let value = span["total_return"] {
      let growth = figures.metric("cagr")
      let annual = span["cagr"].map { "\(NumberStyle.percent(2).signedText($0)) a year" }
      let sure =
        annual != nil && basis.isDaily ? growth.flatMap { interval($0, .percent(2)) }.map { ", 95%: \($0)" } : nil
      tiles.append(
        Tile(
          name: "Return", text: NumberStyle.percent(2).signedText(value),
          details: [annual.map { $0 + (sure ?? "") } ?? "over the whole run"],
          formula: "product of (1 + r) - 1 over \(basis.period.plural)"
            + (annual != nil ? "; a year: \(growth?.formula ?? "")" + how(growth, isShown: sure != nil) : ""),
          isBad: value < 0))
    }
    if let deepest = figures.underwater.min() ?? span["max_drawdown"] {
      let isRecorded = !figures.underwater.isEmpty
      let closes = figures.metric("max_drawdown")
      let unit = basis.isDaily ? "daily closes" : basis.period.shortPlural
      let others = isRecorded ? span["max_drawdown"].map { "\(Format.percent($0)) by \(unit)" } : nil
      let sure = closes.flatMap { interval($0, .percent(2)) }.map { (others == nil ? "" : ", ") + "95%: \($0)" }
      // The console and tables of lanes know equity at its samples only.
      let sampled = isRecorded ? context.result.lanes[safe: context.result.shownLane]?.deepestDrawdown : nil
      tiles.append(
        Tile(
          name: isRecorded ? "Deepest intraday drawdown" : "Deepest drawdown by \(unit)", text: Format.percent(deepest),
          details: [(others ?? "") + (sure ?? ""), sampled.map { "\(Format.percent($0)) at samples of equity" } ?? ""],
          formula: "equity / highest equity so far - 1, at every record of the account"
            + (isRecorded ? "; at \(unit); and at samples of equity, as the console prints" : "")
            + how(closes, isShown: sure != nil),
          isBad: deepest < -0.2))
    }
    if let sharpe = figures.metric("sharpe"), let value = span["sharpe"] ?? sharpe.number {
      let number = basis.isDaily ? sharpe.number ?? value : value
      // Within days the catalogue's interval is by the year, the page's ratio by the step.
      let factor =
        basis.isDaily ? 1 : figures.analysis.basis.value.map { 1 / $0.returns.periodsPerYear.squareRoot() } ?? 1
      let decimals = basis.isDaily ? 2 : 3
      let sure = sharpe.interval.flatMap { interval -> String? in
        guard interval.lower < interval.upper else { return nil }
        return "95%: "
          + NumberStyle.number(decimals).text(interval.lower * factor, to: interval.upper * factor, of: number)
      }
      let unit = basis.isDaily ? "a year" : "per \(basis.periodName)"
      tiles.append(
        Tile(
          name: "Sharpe ratio", text: Format.number(number, decimals),
          details: [unit + (basis.terms("sharpe").map { ", \($0)" } ?? ""), sure ?? ""],
          formula: (basis.isDaily
            ? sharpe.formula : span.figures.first { $0.id == "sharpe" }?.formula ?? sharpe.formula)
            + how(sharpe, isShown: sure != nil)))
    }
    return tiles
  }

  private static func tradeTiles(_ context: ReportContext) -> [Tile] {
    guard let trades = context.figures.trades.value else {
      let count = context.result.fills.count
      return [
        Tile(
          name: "Fills", text: Format.count(count), details: [count == 0 ? "it never traded" : "not analysed"],
          formula: "executions")
      ]
    }
    var tiles: [Tile] = []
    let statistics = trades.statistics
    let won = statistics.winRate.map { rate in
      let share = CountedShare(rate, of: statistics.count)
      return ["\(Format.percent(rate, 1)) won", "95%: \(share.interval)"]
    }
    tiles.append(
      Tile(
        name: "Round trips", text: Format.count(statistics.count), details: won ?? ["none closed"],
        formula:
          "entries matched with exits, first in first out; won after fees, Wilson's interval for independent trips"))
    let execution = trades.execution
    tiles.append(
      Tile(
        name: "Fills", text: Format.count(execution.fillCount),
        details: [execution.makerShare.map { "\(Format.percent($0, 1)) of lots as maker" } ?? ""],
        formula: "executions; maker: lots filled while resting / all lots"))
    let fees = execution.fees
    tiles.append(
      Tile(
        name: fees < 0 ? "Rebates" : "Fees", text: context.money.text(fees.magnitude),
        details: [context.currency, carryLine(context) ?? ""],
        formula: "sum over fills, rebates negative; carry is none of it"))
    if let factor = statistics.profitFactor {
      let metric = context.figures.metric("profit_factor")
      let sure = metric.flatMap { interval($0, .number(2)) }.map { "95%: \($0)" }
      tiles.append(
        Tile(
          name: "Profit factor", text: Format.number(factor, 2), details: ["gains over losses", sure ?? ""],
          formula: (metric?.formula ?? "sum of gains / sum of losses, after fees") + how(metric, isShown: sure != nil),
          isBad: factor < 1))
    }
    return tiles
  }

  /// The interval of the yearly growth as money of the whole run, where the run is long enough to have one.
  private static func profitRange(_ context: ReportContext) -> String? {
    guard context.basis.isDaily, let year = context.basis.periodsPerYear,
      let interval = context.figures.metric("cagr")?.interval, interval.lower > -1, interval.lower < interval.upper
    else { return nil }
    let years = Double(context.basis.returns.count) / year
    func money(_ growth: Double) -> String {
      context.money.signedText(context.capital * (Elementary.exp(years * Elementary.log(1 + growth)) - 1))
    }
    return "95%: \(money(interval.lower)) to \(money(interval.upper))"
  }

  private static func profitRangeFormula(_ context: ReportContext) -> String {
    profitRange(context) == nil ? "" : "; interval: that of the yearly growth, compounded over the run"
  }

  /// How the interval was made, of one that the tile shows.
  private static func how(_ metric: MetricValue?, isShown: Bool) -> String {
    isShown ? (metric?.interval).map { "; interval by \(Resampling.described($0.method))" } ?? "" : ""
  }

  private static func carryLine(_ context: ReportContext) -> String? {
    guard let carry = context.result.lanes[safe: context.result.shownLane]?.carry, carry != LaneResult.Carry() else {
      return nil
    }
    return "carry besides: \(context.money.signedText(carry.total))"
  }

  // MARK: The brushed span

  private static func spanTable(_ context: ReportContext) -> String {
    var html =
      "<div class=\"card wide\" id=\"span\"><h3>Whole run and selected span</h3>"
      + (context.basis.times.isEmpty
        ? ""
        : "<p class=\"script-only\">Drag over any chart, or move the handles above, to select a span; "
          + "the last column follows.</p>")
    let basis = context.basis
    let periods =
      basis.absence != nil
      ? "The run is taken as one period: it is too short for returns of equal steps."
      : basis.isDaily
        ? "Returns are counted over sessions of the calendar (\(basis.calendarName))."
        : "Returns are counted over equal \(basis.period.plural); nothing is multiplied up to a year: P is 1."
    let words = [periods, basis.lastStep, context.stopWords].compactMap { $0 }
    html += "<p>\(HTML.escape(words.joined(separator: " ")))</p>"
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
        + "<td class=\"n\"\(raw)>\(text)</td><td class=\"n selected\">–</td><td \(Formula.attributes(figure.formula, Formula.html(figure.formula)))>\(Formula.html(figure.formula))</td></tr>"
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
          + "multiplied up to a year from them means little and stands apart: it compares runs of this kind and nothing else."
      )
    }
    html += "</p>"
    let extrapolated = present.filter { isExtrapolated($0, context) }
    for group in MetricGroup.allCases {
      let members = present.filter { $0.group == group && !isExtrapolated($0, context) }
      let short = extrapolated.filter { $0.group == group }
      guard !members.isEmpty || !short.isEmpty else { continue }
      html +=
        "<details class=\"group\"\(group == .growth || group == .ratios ? " open=\"open\"" : "")><summary>\(HTML.escape(group.rawValue))"
        + " <small>\(Format.count(members.count + short.count))</small></summary>"
        + (members.isEmpty ? "" : table(group.rawValue, members, context)) + tooShort(short, context) + "</details>"
    }
    if !extrapolated.isEmpty {
      let title = "Multiplied up to a year all the same"
      html +=
        "<details class=\"group\"><summary>\(title) <small>\(Format.count(extrapolated.count))</small></summary>"
        + table(title, extrapolated, context) + "</details>"
    }
    let absent = metrics.filter { $0.number == nil }
    if !absent.isEmpty {
      html +=
        "<details class=\"group\"><summary>\(Format.counted(absent.count, "metric does", "metrics do")) not exist for this run</summary><ul class=\"absent\">"
      // Metrics without a value for the same reason stand in one line.
      var reasons: [String] = []
      var names: [String: [String]] = [:]
      for metric in absent {
        guard let long = absence(metric, context) else { continue }
        let reason = Format.tidied(long)
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

  private static func table(_ title: String, _ metrics: [MetricValue], _ context: ReportContext) -> String {
    let title = HTML.escape(title)
    return "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"\(title)\">"
      + "<table class=\"sortable metrics\"><caption>\(title)</caption>"
      + "<thead><tr><th scope=\"col\">Metric</th><th scope=\"col\" class=\"n\">Value</th>"
      + "<th scope=\"col\" class=\"n\">95% interval</th><th scope=\"col\">Formula</th></tr></thead><tbody>"
      + metrics.map { row($0, context) }.joined() + "</tbody></table></div>"
  }

  /// Multiplied up to a year from less than the sessions that a year can be told from.
  private static func isExtrapolated(_ metric: MetricValue, _ context: ReportContext) -> Bool {
    guard !context.basis.isDaily else { return false }
    return MetricCatalogue.standard[metric.id]?.isAnnualised(under: context.basis.convention) ?? false
  }

  private static func tooShort(_ metrics: [MetricValue], _ context: ReportContext) -> String {
    guard !metrics.isEmpty else { return "" }
    let sessions = Format.counted(Set(context.basis.times.map { Format.date($0 - 1) }).count, "session")
    let needed = Format.count(context.figures.analysis.settings.minimumSessions)
    return "<p class=\"absent\"><b>\(HTML.escape(metrics.map(\.name).joined(separator: "; ")))</b>: "
      + "– too short to annualise (\(sessions); \(needed) needed)</p>"
  }

  private static func row(_ metric: MetricValue, _ context: ReportContext) -> String {
    guard let number = metric.number else { return "" }
    let style = style(metric, context)
    // Whole digits of a parameter are in result.h5; four of them tell as much to a reader.
    let parameters = metric.parameters.map { parameter in
      let isLong = parameter.value.utf8.count > 7 && parameter.value.contains(".")
      let value = isLong ? Double(parameter.value).map { Format.significant($0, 4) } : nil
      return "\(parameter.name) = \(Format.signed(value ?? parameter.value))"
    }.joined(separator: ", ")
    let sure = interval(metric, style)
    let method = sure == nil ? "" : metric.interval.map { "Interval: \(Resampling.described($0.method))" } ?? ""
    let caveat = metric.caveat.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." } ?? ""
    let detail = [parameters, method, caveat].filter { !$0.isEmpty }.joined(separator: ". ")
      .replacing("..", with: ".")
    return "<tr data-id=\"\(metric.id)\"><th scope=\"row\">\(HTML.escape(name(metric, context)))</th>"
      + "<td class=\"n\" data-v=\"\(number)\">\(HTML.escape(style.text(shown(metric, number))))</td>"
      + "<td class=\"n\">\(HTML.escape(sure ?? "–"))</td>"
      + "<td \(Formula.attributes(metric.formula, Formula.html(metric.formula)))>\(Formula.html(metric.formula))"
      + (detail.isEmpty ? "" : "<small>\(HTML.escape(detail))</small>") + "</td></tr>"
  }

  /// With what it is by: a figure that is multiplied up to a year says so, and no other one does.
  static func name(_ metric: MetricValue, _ context: ReportContext) -> String {
    let isAnnual = MetricCatalogue.standard[metric.id]?.isAnnualised(under: context.basis.convention) ?? false
    let isSaid = ["nnual", " a year"].contains { metric.name.contains($0) }
    return metric.name + (isAnnual && !isSaid ? ", a year" : "")
  }

  /// The number as shown everywhere: of periods needed, a begun one counts.
  static func shown(_ metric: MetricValue, _ number: Double) -> Double {
    metric.id == "min_track_record" ? number.rounded(.up) : number
  }

  /// Why there is no figure, in the words of what would have made it.
  static func absence(_ metric: MetricValue, _ context: ReportContext) -> String? {
    guard case .absent(let reason) = metric.result else { return nil }
    let luck = context.figures.analysis.luck.value
    let own: String? =
      switch metric.id {
      case "pbo", "pbo_degradation_slope", "pbo_probability_of_loss": luck?.overfitting.reason
      case "cpcv_sharpe_p5", "cpcv_sharpe_p50", "cpcv_probability_of_loss", "walk_forward_sharpe":
        luck?.selection.reason
      case "reality_check", "spa": luck?.superiorAbility.reason
      default: nil
      }
    let words = Format.refusal(own ?? reason)
    return words.hasPrefix("this run: ") ? String(words.dropFirst("this run: ".count)) : words
  }

  static func interval(_ metric: MetricValue, _ style: NumberStyle) -> String? {
    // Nothing moved where both ends are one: that is no certainty.
    metric.interval.flatMap { interval in
      interval.lower < interval.upper ? style.text(interval.lower, to: interval.upper, of: metric.number) : nil
    }
  }

  /// How a metric's unit is written.
  static func style(_ metric: MetricValue, _ context: ReportContext) -> NumberStyle {
    style(metric.unit, metric.number, context)
  }

  static func style(_ unit: MetricUnit, _ number: Double?, _ context: ReportContext) -> NumberStyle {
    switch unit {
    case .fraction: .percent(2)
    case .probability: .percent(1)
    case .ratio: .number(2)
    case .money: context.money
    case .count: number.map { $0 == $0.rounded() } ?? true ? .number(0) : .number(1)
    case .periods: .number(0)
    case .nanoseconds: .duration
    case .ticks: .number(3)
    case .years: .number(2)
    }
  }
}
