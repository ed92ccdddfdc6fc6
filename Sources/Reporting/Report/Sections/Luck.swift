import Analytics
import MarketTypes
import Numerics

/// Section 9: how much of the result a search among worthless variants would have shown, and the lanes it was picked from.
enum Luck {
  static let mostRows = 60
  private static let mostSettings = 8

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
      "sharpe", "expected_max_sharpe", "psr", "dsr", "min_track_record", "search_trials", "effective_trials", "pbo",
      "pbo_degradation_slope", "pbo_probability_of_loss", "cpcv_sharpe_p5", "cpcv_sharpe_p50",
      "cpcv_probability_of_loss",
      "walk_forward_sharpe", "reality_check", "spa",
    ] {
      guard let metric = context.figures.metric(id) else { continue }
      if let reason = KeyFigures.absence(metric, context) {
        rows.append([.init(metric.name), .init("–"), .init("Left out: \(Format.tidied(reason)).")])
      } else if let number = metric.number {
        rows.append(row(metric, number, context))
      }
    }
    let identity = context.result.identity
    let lanes = Format.counted(context.result.lanes.count, "lane") + " of this run"
    let isKnown = knowsTrials(context)
    let tried =
      isKnown
      ? "\(Format.counted(search.trials, "variant")) tried: \(lanes) and \(Format.count(identity.priorTrials)) before it by the ledger."
      : "\(Format.counted(search.trials, "variant")) known: \(lanes). The ledger was not consulted, so that earlier trials are not counted: the deflated ratio is too high if there were any."
    content.add(
      DataTable(columns: ["Figure", "Value", "Meaning"], rows: rows, note: notes(context).joined(separator: " ")),
      title: "How much of it is luck?", isWide: true,
      introduction: tried + " The best of many worthless strategies looks good; these figures allow for that.")
  }

  /// Ratios that the catalogue multiplies up to a year.
  private static let ratios: Set<String> = [
    "sharpe", "expected_max_sharpe", "cpcv_sharpe_p5", "cpcv_sharpe_p50", "walk_forward_sharpe",
  ]
  /// Shares of what was counted, which may be all of it.
  private static let counted: Set<String> = ["pbo", "pbo_probability_of_loss", "cpcv_probability_of_loss"]

  /// Ratios by one convention, which the name says: by the year of daily returns, by the step within days.
  private static func row(_ metric: MetricValue, _ number: Double, _ context: ReportContext) -> [DataTable.Cell] {
    var (name, value, error) = (metric.name, KeyFigures.shown(metric, number), metric.standardError)
    if ratios.contains(metric.id) {
      let factor = ratioFactor(context)
      name += context.basis.isDaily ? ", a year" : ", per \(context.basis.period.short)"
      value *= factor
      error = error.map { $0 * factor }
    }
    var cell = DataTable.Cell(value, KeyFigures.style(metric.unit, value, context), error: error)
    if metric.unit == .probability {
      // A probability of 99.98 % is no certainty.
      if number > 0.9995, !counted.contains(metric.id) { cell.text = "> 99.9%" }
    }
    if metric.unit == .periods { name += ", " + context.basis.period.shortPlural }
    if let interval = metric.interval, error == nil {
      cell.small = KeyFigures.style(metric, context).text(interval.lower, to: interval.upper, of: metric.number)
    }
    return [.init(name), cell, .init(formula: meaning(metric, context))]
  }

  /// What turns the catalogue's ratio, by the year, into the one of the page.
  private static func ratioFactor(_ context: ReportContext) -> Double {
    guard !context.basis.isDaily, let basis = context.figures.analysis.basis.value else { return 1 }
    return 1 / basis.returns.periodsPerYear.squareRoot()
  }

  private static func meaning(_ metric: MetricValue, _ context: ReportContext) -> String {
    // What r is, the note below the table says once.
    var text = metric.formula
    if let end = text.firstRange(of: "; r: return of ") { text = String(text[..<end.lowerBound]) }
    if metric.id == "search_trials", !knowsTrials(context) { return "lanes of this run; earlier runs are not counted" }
    return context.basis.isDaily ? text : text.replacing(" * sqrt(P)", with: "")
  }

  /// A run that stands in no ledger has no head of one; that it counts no earlier trials says nothing.
  static func knowsTrials(_ context: ReportContext) -> Bool {
    !context.result.identity.ledgerHead.isEmpty || context.result.identity.priorTrials > 0
  }

  private static func notes(_ context: ReportContext) -> [String] {
    let period = context.basis.period.short
    var notes = [
      context.basis.isDaily
        ? "Ratios of the table are by the year, those within formulas by the \(period): the former are √P times the latter."
        : "All ratios of this section are per \(period), in formulas too; r is the return of a \(context.basis.periodName)."
    ]
    notes.append(
      context.result.lanes.count > 1
        ? "Independent variants are counted by the correlation of the lanes' returns, earlier trials as independent."
        : "The variance over trials is taken as that of worthless strategies over as many returns, because only one lane is known."
    )
    let rate = context.figures.analysis.settings.riskFreeRate
    if rate != 0 {
      notes.append(
        "Returns of all lanes are measured above the risk-free rate of \(Format.plain(rate * 100, 4))% a year in every figure of "
          + "the table.")
    }
    if context.figures.idleShare > Assumptions.idleBar, !context.result.fills.isEmpty {
      notes.append(
        "The account did not move in \(Format.percent(context.figures.idleShare, 0)) of the \(context.basis.period.shortPlural): "
          + "idle time makes the record longer than what was traded in it, which flatters these figures.")
    }
    let stopped = stoppedLanes(context)
    if stopped > 0 {
      notes.append(
        "\(Format.counted(stopped, "lane was", "lanes were")) stopped by a risk control: \(stopped == 1 ? "its" : "their") own "
          + "Sharpe ratios end there, and tests over all lanes take \(stopped == 1 ? "it" : "them") as flat from there on."
      )
    }
    if let ability = context.figures.analysis.luck.value?.superiorAbility.value {
      notes.append(
        "± is a standard error; that of a p-value comes from \(Format.count(ability.resamples)) resamples of "
          + (ability.meanBlockLength <= 1
            ? "single rows (i.i.d., which destroys autocorrelation; the automatic block length is 1)."
            : "blocks of \(Format.plain(ability.meanBlockLength, 1)) rows in the mean."))
    }
    return notes
  }

  /// Lanes that ended before the run did.
  private static func stoppedLanes(_ context: ReportContext) -> Int {
    context.result.lanes.indices.count { RunAnalysis.settledTime(of: context.result, lane: $0) != nil }
  }

  /// Where a lane's history ends, for a table.
  private static func end(_ context: ReportContext, _ lane: Int) -> String {
    guard context.result.lanes[lane].isStoppedByRisk else { return "" }
    return "by risk" + (RunAnalysis.stopTime(of: context.result, lane: lane).map { ", \(Format.moment($0))" } ?? "")
  }

  private static func rank(_ context: ReportContext, _ content: inout SectionContent) {
    let lanes = context.result.lanes
    let ranking = context.figures.ranking
    let shown = lanes[context.result.shownLane]
    let profits = lanes.map(\.profit)
    let isFew = lanes.count <= mostLines
    let text =
      "The shown lane, \(shown.name), ranks \(Format.count(ranking.rank)) of \(Format.count(lanes.count)) by profit; "
      + "\(Format.counted(ranking.profitable, "lane")) made money and the median came to \(context.money.signedText(ranking.medianProfit)) \(context.currency)."
    if isFew {
      bars(context, ranking, text, &content)
      return
    }
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

  /// One bar a lane, the best first; losses are hatched.
  private static func bars(
    _ context: ReportContext, _ ranking: LaneRanking, _ text: String, _ content: inout SectionContent
  ) {
    let lanes = ranking.order.map { context.result.lanes[$0] }
    let names = zip(ranking.order, lanes).map { $0 == context.result.shownLane ? "\($1.name) (shown)" : $1.name }
    content.add(
      Plot(
        id: "lane-profits", title: "Profit of all lanes", summary: text, x: Plot.Axis(kind: .categories(names)),
        y: Plot.Axis(style: context.money, includesZero: true),
        series: [
          Plot.Series(
            name: "Profit of all lanes", mark: .bars, color: 3, x: lanes.indices.map(Double.init),
            y: lanes.map(\.profit), other: lanes.map { _ in 0.7 },
            labels: zip(names, lanes).map { "\($0): \(context.money.signedText($1.profit))" },
            hatched: lanes.map { $0.profit < 0 })
        ],
        table: DataTable(
          columns: ["Lane", "Profit, \(context.currency)"],
          rows: zip(names, lanes).map { [.init($0), .init($1.profit, context.money)] })))
  }

  /// Up to so many lanes are drawn as lines: quantiles of a handful say less than the lanes themselves.
  private static let mostLines = 7

  private static func fan(_ context: ReportContext, _ content: inout SectionContent) {
    let result = context.result
    let samples = result.sampleTimes.count
    let lanes = result.lanes.count
    guard samples > 1, result.laneEquity.count == samples * lanes else {
      content.add(missing: "Equity of all lanes", because: "the run has no samples of it")
      return
    }
    let columns = samples <= 240 ? Array(0..<samples) : (0..<240).map { $0 * (samples - 1) / 239 }
    let x = columns.map { context.offset(result.sampleTimes[$0]) }
    var plot = Plot(
      id: "lane-fan", title: "Equity of all lanes", summary: "", x: context.timeAxis, y: Plot.Axis(style: context.money)
    )
    if lanes <= mostLines {
      plot.summary = "Each of the \(Format.count(lanes)) lanes; the shown one is drawn through."
      var color = 1
      for lane in result.lanes.indices where lane != result.shownLane {
        color += 1
        let own = Array(result.equity(ofLane: lane))
        plot.series.append(
          Plot.Series(
            name: result.lanes[lane].name, mark: .line, color: color, x: x, y: columns.map { own[$0] }, isDashed: true))
      }
    } else {
      let (low, middle, high, stride) = quantiles(result, columns)
      plot.summary = "The band holds nine in ten of \(Format.count(lanes)) lanes."
      plot.series = [
        Plot.Series(name: "90% of lanes", mark: .band, color: 3, x: x, y: high, other: low),
        Plot.Series(name: "Median lane", mark: .line, color: 2, x: x, y: middle, isDashed: true),
      ]
      if stride > 1 { plot.notes.append("Quantiles of every \(Format.ordinal(stride)) lane.") }
    }
    let own = Array(result.equity(ofLane: result.shownLane))
    let name = lanes <= mostLines ? result.lanes[result.shownLane].name + " (shown)" : "Shown lane"
    plot.series.append(Plot.Series(name: name, mark: .line, color: 1, x: x, y: columns.map { own[$0] }))
    if columns.count < samples {
      plot.notes.append("\(columns.count) of \(Format.count(samples)) samples of every curve, evenly chosen.")
    }
    let stopped = stoppedLanes(context)
    if stopped > 0 {
      plot.notes.append(
        "\(Format.counted(stopped, "lane was", "lanes were")) stopped by a risk control; what is flat after that is no trading. "
          + "The table of lanes says when.")
    }
    content.add(plot)
  }

  /// The 5 %, 50 % and 95 % quantile over the lanes at chosen samples.
  private static func quantiles(
    _ result: RunResult, _ columns: [Int]
  ) -> (low: [Double], middle: [Double], high: [Double], stride: Int) {
    let (samples, lanes) = (result.sampleTimes.count, result.lanes.count)
    var (low, middle, high): ([Double], [Double], [Double]) = ([], [], [])
    // Many lanes are thinned before sorting: 2,000 of them place a quantile to a percent.
    let stride = max(1, lanes / 2000)
    for column in columns {
      let sorted = Swift.stride(from: 0, to: lanes, by: stride).map { result.laneEquity[$0 * samples + column] }
        .sorted()
      func quantile(_ share: Double) -> Double { Quantile.value(sorted, probability: share) }
      low.append(quantile(0.05))
      middle.append(quantile(0.5))
      high.append(quantile(0.95))
    }
    return (low, middle, high, stride)
  }

  private static func table(_ context: ReportContext, _ content: inout SectionContent) {
    let lanes = context.result.lanes
    let order = context.figures.ranking.order
    let varying = LaneMap.varying(lanes)
    let hasCarry = lanes.contains { $0.carry != LaneResult.Carry() }
    let settings = varying.prefix(mostSettings)
    // The best, the worst and the shown one.
    var kept = order
    if order.count > mostRows {
      kept = Array(order.prefix(mostRows - 12)) + Array(order.suffix(10))
      if !kept.contains(context.result.shownLane) { kept.insert(context.result.shownLane, at: mostRows - 12) }
    }
    let depth = NumberStyle.percent(2).fitted(toColumn: kept.map { lanes[$0].deepestDrawdown })
    let ranks = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset + 1) })
    content.add(
      DataTable(
        columns: ["Lane", "Rank"] + settings.map(\.name) + ["Profit", "Drawdown at samples", "Fills", "Fees"]
          + (hasCarry ? ["Carry"] : []) + ["Stopped"],
        rows: kept.map { lane in
          let result = lanes[lane]
          let isShown = lane == context.result.shownLane
          return [.init(result.name + (isShown ? " (shown)" : "")), .init(count: ranks[lane] ?? 0)]
            + settings.map { LaneMap.cell(result, $0.name) } + [
              .init(result.profit, context.money), .init(result.deepestDrawdown, exactly: depth),
              .init(count: result.fills), .init(result.fees, context.money),
            ] + (hasCarry ? [.init(result.carry.total, context.money)] : []) + [
              .init(end(context, lane))
            ]
        },
        note: order.count > mostRows
          ? "The best \(mostRows - 12), the worst 10 and the shown one of \(Format.count(order.count)) lanes." : nil),
      title: "Lanes", isWide: true, introduction: LaneMap.words(varying, shown: settings.count))
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
