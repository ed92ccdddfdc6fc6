import Analytics
import MarketTypes

/// Section 4: how bad it could get, by several methods, and how those forecasts would have done.
enum Risk {
  static func content(_ context: ReportContext) -> SectionContent {
    var content = SectionContent()
    tails(context, &content)
    backtest(context, &content)
    PortfolioRiskTables.add(context, &content)
    stress(context, &content)
    simulation(context, &content)
    draws(context, &content)
    drawdowns(context, &content)
    return content
  }

  private static func tails(_ context: ReportContext, _ content: inout SectionContent) {
    let rows = context.figures.analysis.tails
    guard !context.figures.neverTraded else {
      content.add(missing: "Value at risk", because: "the run never traded")
      return
    }
    guard !rows.isEmpty else {
      content.add(
        missing: "Value at risk", because: context.basis.absence ?? "the run has too few returns")
      return
    }
    guard rows.contains(where: { $0.risk.value != nil }) else {
      content.add(missing: "Value at risk", because: rows.first?.risk.reason ?? "the run has too few returns")
      return
    }
    let equity = context.basis.equity[context.basis.equity.count - 1]
    let levels = context.figures.analysis.settings.confidenceLevels
    var methods: [String] = []
    for row in rows where !methods.contains(row.method.name) { methods.append(row.method.name) }
    var refusals = Format.refusals(
      rows.compactMap { row in
        let percent = Format.plain(row.confidence * 100, 1) + "%"
        return row.risk.reason.map { ("\(row.method.name) \(percent)", $0) }
      }
    ).map { $0 + "." }
    if equity <= 0 { refusals.append("Nothing was left at the end, so that no money is at risk.") }
    content.add(
      DataTable(
        columns: ["Method"]
          + levels.flatMap { level in
            let percent = Format.plain(level * 100, 1) + "%"
            return ["VaR \(percent)", "ES \(percent)", "VaR \(percent), \(context.currency)"]
          },
        rows: methods.map { method in
          [DataTable.Cell(method)]
            + levels.flatMap { level -> [DataTable.Cell] in
              let entry = rows.first { $0.method.name == method && $0.confidence == level }
              guard let risk = entry?.risk.value else { return [.init("–"), .init("–"), .init("–")] }
              return [
                .init(risk.valueAtRisk, .percent(4)), .init(risk.expectedShortfall, .percent(4)),
                equity > 0 ? .init(risk.valueAtRisk * equity, context.money) : .init("–"),
              ]
            }
        }, note: refusals.isEmpty ? nil : refusals.joined(separator: " ")),
      title: "Value at risk and expected shortfall", isWide: true,
      introduction:
        "VaR is the loss per \(context.basis.periodName) that is exceeded with the remaining probability, ES the mean loss "
        + "beyond it. Losses are positive.")
  }

  private static func backtest(_ context: ReportContext, _ content: inout SectionContent) {
    guard !context.figures.neverTraded else {
      content.add(missing: "Backtest of value at risk", because: "the run never traded")
      return
    }
    guard let backtests = context.figures.backtests.value, let first = backtests.first else {
      content.add(missing: "Backtest of value at risk", because: context.figures.backtests.reason ?? "there is none")
      return
    }
    backtestTable(context, first, &content)
    let forecasts = first.result.forecasts
    let times = first.rows.map { context.basis.times[$0] }
    let returns = first.rows.map { context.basis.returns[$0] }
    let hits = returns.indices.filter { returns[$0] < -forecasts[$0].valueAtRisk }
    var plot = Plot(
      id: "var-backtest", title: "Returns against forecast value at risk",
      summary:
        "\(Format.counted(hits.count, "exception")) in \(Format.count(times.count)) forecasts of the historical method"
        + "\(latest(context, first)); \(first.result.trafficLight.zone.rawValue) zone.",
      width: .wide, x: context.timeAxis, y: Plot.Axis(style: .percent(3), includesZero: true))
    // Forecasts of the latest days of a long record need a scale of their own.
    if let start = times.first, let end = times.last, start < end, times.count * 2 < context.basis.times.count {
      plot.x.range = context.offset(start)...context.offset(end)
      plot.isPinned = true
    }
    let (dots, count) = Returns.thinned(context, name: "Return", times, returns, color: 3, limit: 360)
    plot.series.append(dots)
    var counts = [count]
    let drawn = backtests.filter { RunAnalysis.drawnMethods.contains($0.entry.method) }
    for (index, test) in drawn.enumerated() {
      let (line, count) = Returns.thinned(
        context, name: "−VaR, \(test.entry.method.name)", test.rows.map { context.basis.times[$0] },
        test.result.forecasts.map { -$0.valueAtRisk }, color: [1, 5, 4, 6][index % 4], limit: 160, isDashed: index > 0)
      plot.series.append(line)
      counts.append(count)
    }
    let limit = 200
    let shown = hits.count <= limit ? hits : (0..<limit).map { hits[$0 * (hits.count - 1) / (limit - 1)] }
    plot.series.append(
      Plot.Series(
        name: "Exception", mark: .dots, color: 2, x: shown.map { context.offset(times[$0]) },
        y: shown.map { returns[$0] }, shape: .cross))
    plot.notes += Thinning.notes(counts)
    if hits.count > limit {
      plot.notes.append("\(limit) of \(Format.count(hits.count)) exceptions are drawn, evenly chosen.")
    }
    if drawn.count < backtests.count {
      plot.notes.append("Lines of \(drawn.count) of \(backtests.count) methods are drawn; the table above has all.")
    }
    content.add(plot)
  }

  /// Every method at every level; the tests are those of the level the chart shows.
  private static func backtestTable(
    _ context: ReportContext, _ first: RunFigures.Backtest, _ content: inout SectionContent
  ) {
    let analysis = context.figures.analysis
    let levels = analysis.settings.confidenceLevels
    func percent(_ level: Double) -> String { Format.plain(level * 100, 2) + "%" }
    let shown = percent(first.entry.confidence)
    var refusing: [(String, String)] = []
    var notes: [String] = []
    var counted: [[DataTable.Cell]] = []
    var tested: [[DataTable.Cell]] = []
    for method in RunAnalysis.tailMethods {
      let entries = analysis.tailBacktests.filter { $0.method == method }
      let own = entries.first { $0.confidence == first.entry.confidence }?.backtest
      if let reason = own?.reason { refusing.append((method.name, reason)) }
      var cells = [DataTable.Cell(method.name)]
      cells.append(own?.value.map { .init(count: $0.rows.count) } ?? .init("–"))
      for level in levels {
        let entry = entries.first { $0.confidence == level }
        guard let entry, let test = entry.backtest.value else {
          cells += [.init("–"), .init("–"), .init("–")]
          continue
        }
        cells += [
          .init(count: test.violations.violations), .init(Double(test.rows.count) * (1 - level), .number(1)),
          .init(entry.zone?.rawValue ?? "–"),
        ]
      }
      counted.append(cells)
      let found = own?.value
      let values: [Double?] = [
        found?.coverage.first { $0.name == "proportion of failures" }?.pValue,
        found?.coverage.first { $0.name == "independence" }?.pValue, found?.unconditionalShortfall,
        found?.unconditionalPValues?.normal, found?.unconditionalPValues?.fatTailed, found?.rankedShortfall,
        found?.rankedPValue,
      ]
      tested.append(
        [DataTable.Cell(method.name)] + values.map { value in value.map { .init($0, .number(3)) } ?? .init("–") })
      if let found, found.fallbacks > 0 {
        notes.append(
          "\(Format.count(found.fallbacks)) of \(Format.count(found.rows.count)) forecasts of \(method.name) are those of "
            + "historical simulation, because the moments of the window lie outside its domain.")
      }
    }
    var reasons = Format.refusals(refusing)
    let expected = first.rows.count
    if let partial = analysis.tailBacktests.first(where: { entry in
      entry.confidence == first.entry.confidence && (entry.backtest.value.map { $0.rows.count < expected } ?? false)
    })?.backtest.value, let refusal = partial.refusals.first {
      reasons.append(
        "\(Format.count(partial.refusals.count)) forecasts of \(partial.method.name), which it refuses (\(refusal.error))"
      )
    }
    let refusals = reasons.isEmpty ? "" : " Left out: " + Format.tidied(reasons.joined(separator: "; ")) + "."
    content.add(
      DataTable(
        columns: ["Method", "Forecasts"]
          + levels.flatMap { ["Exceptions \(percent($0))", "Expected", "Zone \(percent($0))"] }, rows: counted,
        note:
          "Zones by the Basel committee: green, yellow or red by the binomial probability of so many exceptions. Where a "
          + "method refused forecasts there is no zone." + notes.map { " " + $0 }.joined() + refusals),
      title: "How the forecasts did", isWide: true,
      introduction:
        "Each \(context.basis.period.short) forecast from the \(Format.count(first.entry.window)) before it, by every method "
        + "of the table above\(latest(context, first)).")
    content.add(
      DataTable(
        columns: [
          "Method", "Kupiec p", "Independence p", "Z2 shortfall", "Z2 p, normal tails", "Z2 p, t3 tails",
          "Z3 shortfall",
          "Z3 p",
        ], rows: tested,
        note:
          "A small p says that the method's count or timing of exceptions, or their size, is unlikely if it were right; "
          + "those of Z2 and Z3 (Acerbi and Székely; negative for losses beyond the forecast) come from 2,000 simulated records."
      ), title: "Tests of the forecasts at \(shown)", isWide: true)
  }

  /// That only the latest of the forecasts that could be made were made, where that is so.
  private static func latest(_ context: ReportContext, _ backtest: RunFigures.Backtest) -> String {
    let made = context.figures.analysis.settings.backtestLimit
    let possible = context.basis.returns.count - backtest.entry.window
    return possible > made ? ": the latest \(Format.count(made)) of \(Format.count(possible)) possible" : ""
  }

  /// Positions at their largest under shocks, and the worst spans that happened.
  private static func stress(_ context: ReportContext, _ content: inout SectionContent) {
    guard let stress = context.figures.analysis.stress.value else {
      content.add(missing: "Stress table", because: context.figures.analysis.stress.reason ?? "there is none")
      return
    }
    func money(_ value: Double?) -> DataTable.Cell { value.map { .init(-$0 + 0, context.money) } ?? .init("–") }
    // Of linear positions volatility itself is worth nothing.
    let isLinear = stress.entries.allSatisfy { ($0.parts?.volatilityLoss ?? 0) == 0 }
    let isInverse = stress.positions.contains { $0.position.isInverse && $0.position.value != 0 }
    let rows = stress.entries.map { entry -> [DataTable.Cell] in
      [.init(entry.name), money(entry.parts?.priceLoss)] + (isLinear ? [] : [money(entry.parts?.volatilityLoss)]) + [
        money(entry.parts?.spreadCost), money(entry.parts?.impactCost), money(entry.loss),
        entry.share.map { .init(-$0 + 0, .percent(2)) } ?? .init("–"), .init(entry.formula),
        .init(
          entry.window.map { "\(Format.moment($0.start)) to \(Format.moment($0.end))" } ?? Format.moment(entry.time)),
      ]
    }
    var notes = stress.stressedTails.map { tail in
      "Worst window of \(Format.count(tail.periods)) \(context.basis.period.shortPlural), \(tail.window.firstDay) to "
        + "\(tail.window.lastDay): value at risk \(Format.plain(tail.risk.confidence * 100, 2))% of one is "
        + "\(Format.percent(tail.risk.valueAtRisk, 3)), expected shortfall \(Format.percent(tail.risk.expectedShortfall, 3))."
    }
    for held in stress.positions where held.position.value != 0 {
      let position = held.position
      let volume =
        position.dailyTurnover.isFinite
        ? "V = \(context.money.text(position.dailyTurnover))" : "V not counted, so no impact"
      notes.append(
        "\(position.asset): v = \(context.money.signedText(position.value)), s = \(Format.percent(position.relativeSpread, 4)) "
          + "(from \(held.spreadSource)), σ = \(Format.percent(position.dailyVolatility, 3)), \(volume).")
    }
    if !notes.isEmpty {
      notes.insert(
        "v is a position's value, m the move of its price, s its relative spread, σ its daily volatility, V the value its "
          + "market trades a day."
          + (isLinear
            ? " Positions are linear\(isInverse ? ", inverse contracts in one over the price" : ""): volatility costs by the impact "
              + "of leaving."
            : " Volatility is what positions gain or lose by the change of volatility alone, as the scenario states it."),
        at: 0)
    }
    notes += stress.refusals.map { "Left out: \($0)." }
    content.add(
      DataTable(
        columns: [
          "Scenario", "Prices",
        ] + (isLinear ? [] : ["Volatility"]) + [
          "Spread", "Impact", "Effect, \(context.currency)", "Of equity", "Formula of the loss", "When",
        ], rows: rows, note: notes.isEmpty ? nil : notes.joined(separator: " ")), title: "Stress", isWide: true,
      introduction:
        "Positions at their largest, marked to shocked prices and left within a day at shocked spreads, volatility and "
        + "liquidity; and the worst spans seen. Scenarios come from the run's scenario, or else are the built-in ones.")
  }

  private static func simulation(_ context: ReportContext, _ content: inout SectionContent) {
    guard let simulation = context.figures.simulation.value else {
      content.add(missing: "Monte Carlo", because: context.figures.simulation.reason ?? "there is none")
      return
    }
    let basis = context.basis
    let fan = simulation.fan
    // Trades in random order have no times: their number stands for it.
    let isByTrade = context.figures.analysis.simulation.value?.step == .trade
    let x =
      isByTrade
      ? [0] + fan.map { Double($0.step + 1) }
      : [context.offset(basis.start)] + fan.map { context.offset(basis.times[min($0.step, basis.times.count - 1)]) }
    func edge(_ probability: Double) -> [Double] {
      [1] + fan.map { $0.wealth.quantile(probability)?.value ?? .nan }
    }
    var plot = Plot(
      id: "fan", title: "Monte Carlo fan", summary: fanSummary(simulation), width: .wide,
      x: isByTrade ? Plot.Axis(label: "Round trips", style: .number(0)) : context.timeAxis,
      y: Plot.Axis(style: .number(3)), offersLogarithm: true)
    for (low, high, name) in [(0.01, 0.99, "98%"), (0.05, 0.95, "90%"), (0.25, 0.75, "50%")] {
      plot.series.append(
        Plot.Series(name: "\(name) of histories", mark: .band, color: 4, x: x, y: edge(high), other: edge(low)))
    }
    plot.series.append(Plot.Series(name: "Median", mark: .line, color: 1, x: x, y: edge(0.5)))
    var drawn: [Thinning.Count] = []
    if !isByTrade {
      let actual = basis.equity.map { $0 / context.capital }
      let (line, count) = Returns.thinned(
        context, name: "What happened", [basis.start] + basis.times, actual, color: 2, limit: 400, isDashed: true)
      plot.series.append(line)
      drawn.append(count)
    }
    plot.notes.append(
      "Wealth starts at 1. \(Format.count(simulation.paths)) paths, \(context.figures.simulationMethod), seed \(simulation.seed)."
        + Returns.fanSteps(fan.count, of: simulation.steps))
    plot.notes += Thinning.notes(drawn)
    content.add(plot)

    var rows: [[DataTable.Cell]] = []
    let named: [(PathFigure, String, NumberStyle)] = [
      (.terminalWealth, "Terminal wealth, start 1", .number(3)),
      (
        .maximumDrawdown, "Deepest drawdown by \(SimulationCharts.moments(context))", .percent(2)
      ),
      (.minimumWealth, "Lowest wealth", .number(3)), (.timeUnderWater, "Time under water", .percent(1)),
      (
        .sharpeRatio, "Sharpe ratio \(basis.isDaily ? "a year" : "per \(isByTrade ? "trade" : basis.period.short)")",
        .number(2)
      ),
    ]
    for (figure, name, plain) in named {
      guard var summary = simulation.figures[figure] else { continue }
      if figure == .sharpeRatio, !basis.isDaily, let plan = context.figures.analysis.simulation.value?.plan {
        // Within days nothing is multiplied up to a year, here as elsewhere on the page.
        let factor = 1 / plan.periodsPerYear.squareRoot()
        for row in summary.quantiles.indices {
          summary.quantiles[row] = summary.quantiles[row].scaled(by: factor)
        }
      }
      let style = SimulationCharts.style(of: summary, plain)
      rows.append(
        [.init(name)]
          + [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99].map { probability in
            summary.quantile(probability).map { .init($0, style) } ?? .init("–")
          })
    }
    content.add(
      DataTable(columns: ["Figure", "1%", "5%", "25%", "Median", "75%", "95%", "99%"], rows: rows),
      title: "Distribution over resampled histories", isWide: true,
      introduction:
        "Quantiles over \(Format.count(simulation.paths)) paths, each with its Monte Carlo standard error and the 95% "
        + "interval between order statistics of the paths; where paths are too few for one, neither is known.")
    SimulationCharts.add(context, simulation, &content)
    func row(_ event: String, _ probability: EstimatedProbability) -> [DataTable.Cell] {
      return [
        .init(event), .init(probability.value, .percent(2)),
        probability.standardError.map { .init($0, .percent(2)) } ?? .init("–"),
        .init(
          CountedShare.text(probability.interval.lower, probability.interval.upper).replacing(" ", with: "\u{A0}")),
      ]
    }
    content.add(
      DataTable(
        columns: ["Event", "Probability", "Standard error", "95% interval"],
        rows: simulation.ruin.map {
          row("Ever at or below \(Format.natural($0.level * 100))% of the start", $0.probability)
        } + [row("Ends with a loss", simulation.probabilityOfLoss)],
        note:
          "Errors are those of the simulation alone: Wilson's interval from \(Format.count(simulation.paths)) paths, "
          + "which is no zero where an event never happened. That the history itself is one of many is not in them."),
      title: "Ruin and loss", introduction: "Share of resampled histories in which it happens.")
  }

  private static func fanSummary(_ simulation: MonteCarloResult) -> String {
    guard let wealth = simulation.terminalWealth, let low = wealth.quantile(0.05), let high = wealth.quantile(0.95)
    else { return "Resampled histories." }
    return "Nine in ten resampled histories end between \(Format.number(low.value, 3)) and "
      + "\(Format.number(high.value, 3)) times the start; \(Format.percent(simulation.probabilityOfLoss.value, 1)) "
      + "(\(CountedShare(simulation.probabilityOfLoss.value, of: simulation.paths).interval)) end with a loss."
  }

  /// The same strategy under drawn execution assumptions.
  private static func draws(_ context: ReportContext, _ content: inout SectionContent) {
    guard let draws = context.result.executionDraws, !draws.profits.isEmpty else {
      content.add(
        missing: "Monte Carlo over execution", because: "the scenario drew no latency, queue or fill assumptions")
      return
    }
    let profits = draws.profits
    let losing = profits.count { $0 < 0 }
    let base = context.result.lanes[safe: context.result.shownLane]?.profit
    let worse = base.map { base in profits.count { $0 < base } }
    var summary =
      "\(Format.counted(profits.count, "draw")) of \(Format.signed(draws.drawn.joined(separator: "; "))): "
      + "\(Format.count(losing)) end with a loss."
    if let worse {
      summary += " The base case beats \(Format.percent(Double(worse) / Double(profits.count), 0)) of them."
    }
    if let histogram = Histogram(profits) {
      var plot = Plot(
        id: "draws", title: "Profit under drawn execution assumptions", summary: summary,
        x: Plot.Axis(label: "Profit, \(context.currency)", style: context.money), y: Plot.Axis(style: .number(0)),
        series: [histogram.series(name: "Draws", color: 5, labels: context.money, unit: "draw")],
        notes: histogram.note.map { [$0] } ?? [], table: histogram.table(unit: "Draws", style: context.money))
      if let base { plot.rules.append(Plot.Rule(direction: .vertical, value: base, label: "base case", color: 1)) }
      content.add(plot)
    } else {
      content.add(paragraph: summary + " All draws end alike.")
    }
    ExecutionUncertaintyTables.add(context, &content)
  }

  private static func drawdowns(_ context: ReportContext, _ content: inout SectionContent) {
    guard let curve = context.figures.drawdown.value else {
      content.add(
        missing: "Depth, duration and recovery of drawdowns",
        because: context.figures.drawdown.reason ?? "there is no curve")
      return
    }
    let periods = curve.periods
    guard periods.count >= 3 else {
      content.add(
        missing: "Depth, duration and recovery of drawdowns", because: "there were fewer than three drawdowns")
      return
    }
    let limit = 160
    let shown = periods.count > limit ? Array(curve.deepest(limit)) : periods
    let (longest, unit) = lengths(periods)
    content.add(
      Plot(
        id: "drawdown-scatter",
        title:
          "Depth and duration of drawdowns by \(context.basis.isDaily ? "daily closes" : context.basis.period.shortPlural)",
        summary:
          "\(Format.count(periods.count)) drawdowns; long and shallow ones lie to the right, short and deep ones low. Lengths "
          + "are of time by the clock\(context.basis.isDaily ? ", weekends among it, where metrics count sessions" : "").",
        x: Plot.Axis(label: "Length, \(unit.name)", style: .number(1), range: 0...max(longest * 1.05, 1e-9)),
        y: Plot.Axis(style: .percent(3), includesZero: true),
        series: [
          Plot.Series(
            name: "Drawdown", mark: .dots, color: 2, x: shown.map { Double($0.length) / unit.size },
            y: shown.map(\.depth),
            labels: shown.map {
              "\(Format.percent($0.depth, 3)) for \(Format.duration(Double($0.length)))\($0.isOpen ? ", still open" : "")"
            })
        ],
        notes: periods.count > limit ? ["The \(limit) deepest of \(Format.count(periods.count)) are drawn."] : []))
    guard let recovery = context.figures.recovery.value, !recovery.steps.isEmpty else { return }
    let steps = recovery.steps
    let kept = steps.count <= 200 ? Array(steps.indices) : (0..<200).map { $0 * (steps.count - 1) / 199 }
    var plot = Plot(
      id: "recovery", title: "Time to recover",
      summary: recovery.median.map { "Half of all drawdowns were over after \(Format.duration(Double($0)))." }
        ?? "More than half of the time under water never ended within the data.",
      x: Plot.Axis(label: "Length, \(unit.name)", style: .number(1), range: 0...max(longest * 1.05, 1e-9)),
      y: Plot.Axis(style: .percent(1), range: 0...1),
      series: [
        Plot.Series(
          name: "Still open after", mark: .step, color: 1,
          x: [0] + kept.map { Double(steps[$0].length) / unit.size }, y: [1] + kept.map { steps[$0].survival })
      ],
      notes: [
        "Kaplan-Meier estimate; a drawdown open at the end counts as open until then and never as recovered."
      ])
    if steps.count > 200 { plot.notes.append("Drawn from 200 of \(Format.count(steps.count)) steps, evenly chosen.") }
    content.add(plot)
  }

  private static func lengths(_ periods: [DrawdownPeriod]) -> (longest: Double, unit: (name: String, size: Double)) {
    let longest = Double(periods.map(\.length).max() ?? 0)
    let unit: (String, Double) =
      longest > 3 * 86_400e9
      ? ("calendar days", 86_400e9)
      : longest > 3 * 3600e9 ? ("hours", 3600e9) : longest > 180e9 ? ("minutes", 60e9) : ("seconds", 1e9)
    return (longest / unit.1, unit)
  }
}

extension Array {
  /// The element, or nil beyond the ends.
  subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
