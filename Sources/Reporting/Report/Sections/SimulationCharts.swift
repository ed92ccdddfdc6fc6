import Analytics

/// Whole distributions over resampled histories: the share of them that stays at or below each value.
enum SimulationCharts {
  static func add(_ context: ReportContext, _ simulation: MonteCarloResult, _ content: inout SectionContent) {
    let end = context.basis.equity[context.basis.equity.count - 1] / context.capital
    if let wealth = simulation.figures[.terminalWealth] {
      content.add(
        distribution(
          wealth, id: "mc-wealth", title: "Terminal wealth over resampled histories", label: "Wealth, start 1",
          style: .number(3), color: 1,
          rules: [(1, "start", 7), (end, "this run", 2)]))
    }
    let deepest = context.figures.span["max_drawdown"]
    let isByTrade = context.figures.analysis.simulation.value?.step == .trade
    if let drawdown = simulation.figures[.maximumDrawdown] {
      content.add(
        distribution(
          drawdown, id: "mc-drawdown", title: "Deepest drawdown over resampled histories",
          label: "Drawdown by \(moments(context))",
          style: .percent(2), color: 5, rules: isByTrade ? [] : deepest.map { [($0.magnitude, "this run", 2)] } ?? []))
    }
    if let lowest = simulation.figures[.minimumWealth] { ruin(simulation, lowest, &content) }
  }

  /// What the simulated wealth is known at.
  static func moments(_ context: ReportContext) -> String {
    if context.figures.analysis.simulation.value?.step == .trade { return "closed trades" }
    return context.basis.isDaily ? "daily closes" : context.basis.period.shortPlural
  }

  /// Digits enough to see the standard errors of the quantiles.
  static func style(of summary: FigureSummary, _ style: NumberStyle) -> NumberStyle {
    let errors = summary.quantiles.compactMap(\.standardError).filter { $0 > 0 && $0.isFinite }.sorted()
    guard let middle = errors.isEmpty ? nil : errors[errors.count / 2] else { return style }
    func digits(_ error: Double) -> Int {
      var (decimals, scaled) = (0, error)
      while scaled < 0.95, decimals < 6 {
        scaled *= 10
        decimals += 1
      }
      return decimals
    }
    return switch style {
    case .percent(let decimals): .percent(max(decimals, digits(middle * 100)))
    case .number(let decimals): .number(max(decimals, digits(middle)))
    case .money, .duration: style
    }
  }

  /// The distribution function through the known quantiles, with one standard error either side.
  private static func distribution(
    _ summary: FigureSummary, id: String, title: String, label: String, style: NumberStyle, color: Int,
    rules: [(value: Double, label: String, color: Int)]
  ) -> Plot {
    let quantiles = summary.quantiles.sorted { $0.probability < $1.probability }
    let middle = summary.quantile(0.5)?.value
    let style = Self.style(of: summary, style)
    var plot = Plot(
      id: id, title: title,
      summary: middle.map {
        "The share of histories at or below a value; half of them are at or below \(style.text($0))."
      }
        ?? "The share of histories at or below a value.",
      x: Plot.Axis(label: label, style: style), y: Plot.Axis(style: .percent(0), range: 0...1),
      series: [
        Plot.Series(
          name: "Share of histories at or below", mark: .line, color: color, x: quantiles.map(\.value),
          y: quantiles.map(\.probability))
      ])
    plot.rules = rules.map { Plot.Rule(direction: .vertical, value: $0.value, label: $0.label, color: $0.color) }
    plot.notes = ["Straight between the quantiles of the table."]
    plot.table = DataTable(
      columns: ["Share", label, "Standard error", "95% interval"],
      rows: quantiles.map {
        [
          .init($0.probability, .percent(1)), .init($0.value, style),
          $0.standardError.map { .init($0, style) } ?? .init("–"), .init($0.intervalText(style)),
        ]
      })
    return plot
  }

  /// How often wealth ever falls to each level: the distribution of its lowest value, and the levels that were counted.
  private static func ruin(
    _ simulation: MonteCarloResult, _ lowest: FigureSummary, _ content: inout SectionContent
  ) {
    let quantiles = lowest.quantiles.sorted { $0.probability < $1.probability }
    let levels = simulation.ruin.sorted { $0.level < $1.level }
    let shares = levels.map { CountedShare($0.probability.value, of: simulation.paths) }
    var summary = "The share of histories whose wealth ever falls to a level or below."
    if let deepest = levels.first, let share = shares.first {
      summary +=
        " To \(Format.natural(deepest.level * 100))% of the start it falls in \(Format.percent(share.value, 1)) (\(share.interval))."
    }
    content.add(
      Plot(
        id: "mc-ruin", title: "Ruin by level", summary: summary,
        x: Plot.Axis(label: "Lowest wealth, start 1", style: .number(3)),
        y: Plot.Axis(style: .percent(0), range: 0...1),
        series: [
          Plot.Series(
            name: "Lowest wealth at or below", mark: .line, color: 2, x: quantiles.map(\.value),
            y: quantiles.map(\.probability)),
          Plot.Series(
            name: "Counted levels", mark: .dots, color: 7, x: levels.map(\.level), y: shares.map(\.value),
            labels: zip(levels, shares).map {
              "ever at or below \(Format.natural($0.level * 100))%: \(Format.percent($1.value, 2)) (\($1.interval))"
            }, shape: .square),
        ],
        table: DataTable(
          columns: ["Level, start 1", "Share", "95% interval"],
          rows: zip(levels, shares).map {
            [.init(Format.natural($0.level), isNumber: true), .init($1.value, .percent(2)), .init($1.interval)]
          } + quantiles.map { [.init($0.value, .number(3)), .init($0.probability, .percent(2)), .init("–")] }))
    )
  }
}

extension QuantileEstimate {
  /// The same of a figure that is so many times as large.
  func scaled(by factor: Double) -> QuantileEstimate {
    var scaled = self
    scaled.value *= factor
    scaled.standardError = standardError.map { $0 * factor }
    scaled.interval = interval.map {
      ConfidenceInterval(lower: $0.lower * factor, upper: $0.upper * factor, level: $0.level, method: $0.method)
    }
    return scaled
  }

  /// `0.98 to 1.02`, or a dash where there is none.
  func intervalText(_ style: NumberStyle) -> String {
    interval.map { style.text($0.lower, to: $0.upper, of: value) } ?? "–"
  }
}

extension DataTable.Cell {
  /// A quantile with its error and its interval below.
  init(_ quantile: QuantileEstimate, _ style: NumberStyle) {
    self.init(quantile.value, style, error: quantile.standardError)
    if quantile.interval != nil { small += (small.isEmpty ? "" : "\n") + quantile.intervalText(style) }
  }
}
