import Analytics
import MarketTypes
import Numerics

/// Section 3: the curve, its drawdowns, and returns by calendar and by size.
enum Returns {
  static let curvePoints = 560

  static func content(_ context: ReportContext) -> SectionContent {
    var content = SectionContent()
    let curve = curve(context)
    guard let first = curve.times.first, let last = curve.times.last, first < last else {
      content.add(missing: "All charts of returns", because: "the run has no samples of its equity")
      if let reason = context.figures.benchmark.reason { content.add(missing: "Benchmark", because: reason) }
      return content
    }
    content.add(equity(context))
    content.add(underwater(context))
    if let reason = context.figures.benchmark.reason { content.add(missing: "Benchmark", because: reason) }
    calendar(context, &content)
    distribution(context, &content)
    rolling(context, &content)
    return content
  }

  /// The curve as recorded, or as sampled when the account was not kept.
  static func curve(_ context: ReportContext) -> (times: [Int64], values: [Double]) {
    let account = context.result.account
    if account.times.count > 1, account.equity.count == account.times.count { return (account.times, account.equity) }
    return ([context.basis.start] + context.basis.times, context.basis.equity)
  }

  static func thinned(
    _ context: ReportContext, name: String, _ times: [Int64], _ values: [Double], color: Int,
    mark: Plot.Series.Mark = .line, limit: Int = curvePoints, isDashed: Bool = false
  ) -> (series: Plot.Series, drawn: Thinning.Count) {
    let kept = Thinning(values, limit: max(8, Int(Double(limit) * context.detail)))
    return (
      Plot.Series(
        name: name, mark: mark, color: color, x: kept.rows.map { context.offset(times[$0]) },
        y: kept.rows.map { values[$0] }, isDashed: isDashed), kept.count(of: name)
    )
  }

  // MARK: Equity

  private static func equity(_ context: ReportContext) -> Plot {
    let (times, values) = curve(context)
    let figures = context.figures
    var plot = Plot(
      id: "equity", title: "Equity", summary: equitySummary(context), width: .wide, x: context.timeAxis,
      y: Plot.Axis(style: context.money))
    var drawn: [Thinning.Count] = []
    if let simulation = figures.simulation.value, context.basis.returns.count == simulation.steps,
      figures.analysis.simulation.value?.step == .period
    {
      let fan = simulation.fan.filter { $0.step < context.basis.times.count }
      func edge(_ probability: Double) -> [Double] {
        [context.capital] + fan.map { ($0.wealth.quantile(probability)?.value ?? .nan) * context.capital }
      }
      let x = [context.offset(context.basis.start)] + fan.map { context.offset(context.basis.times[$0.step]) }
      plot.series.append(
        Plot.Series(
          name: "90% of resampled histories", mark: .band, color: 4, x: x, y: edge(0.95), other: edge(0.05)))
      plot.series.append(
        Plot.Series(
          name: "50% of resampled histories", mark: .band, color: 4, x: x, y: edge(0.75), other: edge(0.25)))
      plot.notes.append(
        "The fan is \(Format.count(simulation.paths)) histories made from the run's own returns "
          + "(\(figures.simulationMethod)); it shows what chance alone does to a strategy with these returns."
          + fanSteps(fan.count, of: simulation.steps))
    }
    if let benchmark = figures.benchmark.value {
      let (series, count) = thinned(
        context, name: benchmark.name, benchmark.times, benchmark.equity, color: 3, limit: 400, isDashed: true)
      plot.series.append(series)
      drawn.append(count)
      plot.notes.append(
        "\(benchmark.name) starts with the same capital at the first mark, \(context.result.instruments.count > 1 ? "in equal parts, " : "")without costs."
      )
    }
    if let worse = context.result.pessimistic, worse.equity.count == context.result.sampleTimes.count {
      let (series, count) = thinned(
        context, name: "Pessimistic re-run", context.result.sampleTimes, worse.equity, color: 2, limit: 400,
        isDashed: true)
      plot.series.append(series)
      drawn.append(count)
    }
    let (series, count) = thinned(context, name: "Equity", times, values, color: 1)
    plot.series.append(series)
    plot.notes += Thinning.notes([count] + drawn)
    if let settled = figures.analysis.settled {
      let end = context.timeAxis.range?.upperBound ?? context.offset(settled)
      plot.shades.append(
        Plot.Shade(from: context.offset(settled), to: end, label: "The lane was stopped and held nothing any more"))
      plot.notes.append("Shaded: the lane was stopped and held nothing any more; no figure of returns covers it.")
    }
    plot.offersLogarithm = values.allSatisfy { $0 > 0 }
    return plot
  }

  /// How many steps of resampled histories a fan is drawn at.
  static func fanSteps(_ drawn: Int, of steps: Int) -> String {
    drawn < steps ? " Drawn at \(Format.count(drawn)) of \(Format.count(steps)) steps, evenly chosen." : ""
  }

  private static func equitySummary(_ context: ReportContext) -> String {
    let (times, values) = curve(context)
    guard let first = values.first, let last = values.last, let high = values.max(), let low = values.min() else {
      return "The run has no recorded equity."
    }
    let when = values.firstIndex(of: high).map { Format.moment(times[$0]) } ?? ""
    return "From \(context.moneyText(first)) to \(context.moneyText(last)); highest \(context.money.text(high)) "
      + "at \(when), lowest \(context.money.text(low)). UTC."
  }

  // MARK: Drawdown

  private static func underwater(_ context: ReportContext) -> Plot {
    let figures = context.figures
    let (times, _) = curve(context)
    var depths = figures.underwater
    if depths.count != times.count { depths = figures.drawdown.value?.depths ?? [] }
    let isUsable = depths.count == times.count
    var plot = Plot(
      id: "underwater", title: "Underwater", summary: "", width: .wide, x: context.timeAxis,
      y: Plot.Axis(style: .percent(2), includesZero: true))
    if isUsable {
      let (series, drawn) = thinned(
        context, name: "Below the highest value so far", times, depths, color: 2, mark: .area)
      plot.series.append(series)
      plot.notes += Thinning.notes([drawn])
      // A curve that never fell has no scale of its own.
      if !depths.contains(where: { $0 < 0 }) { plot.y.range = -0.01...0 }
    }
    // What is shaded, ranked and told is what is drawn.
    let isRecorded = isUsable && !figures.underwater.isEmpty
    let drawn = isRecorded ? recordedFalls(context) : figures.drawdown.value
    let deepest = drawn?.deepest(10) ?? []
    let moments = drawn?.times ?? []
    for (rank, period) in deepest.prefix(5).enumerated() {
      plot.shades.append(
        Plot.Shade(
          from: context.offset(moments[period.startRow]), to: context.offset(moments[period.endRow]),
          label: "No. \(rank + 1): \(Format.percent(period.depth))", tag: "\(rank + 1)"))
    }
    let unit =
      isRecorded
      ? "every record of the account"
      : context.basis.isDaily ? "daily closes" : "ends of \(context.basis.period.plural)"
    if let worst = deepest.first {
      plot.summary =
        "The deepest fall by \(unit), \(Format.percent(worst.depth)), began \(Format.moment(moments[worst.startRow])) and "
        + (worst.recoveryRow.map { "was made good by \(Format.moment(moments[$0]))." } ?? "is still open at the end.")
        + (deepest.count > 1
          ? " The \(deepest.count < 5 ? "\(deepest.count)" : "five") deepest are shaded and numbered." : "")
      plot.table = DataTable(
        columns: ["No.", "Began", "Lowest", "Recovered", "Depth", "To the lowest", "Back to the high", "Length"],
        rows: deepest.enumerated().map { rank, period in
          [
            .init(count: rank + 1), .init(Format.moment(moments[period.startRow])),
            .init(Format.moment(moments[period.troughRow])),
            .init(period.recoveryRow.map { Format.moment(moments[$0]) } ?? "open"), .init(period.depth, .percent(2)),
            .init(Double(period.timeToTrough), .duration),
            period.timeToRecovery.map { .init(Double($0), .duration) } ?? .init("–"),
            .init(Double(period.length), .duration),
          ]
        }, note: "By \(unit). Lengths are of time by the clock.")
    } else {
      plot.summary = "Equity never fell below an earlier high."
    }
    return plot
  }

  /// The falls of the account as it was recorded, below the starting capital too.
  private static func recordedFalls(_ context: ReportContext) -> DrawdownCurve? {
    let account = context.result.account
    guard let start = account.times.first, let first = account.equity.first else { return nil }
    return try? DrawdownCurve(
      equity: [max(context.result.identity.startingCapital, first)] + account.equity, times: [start] + account.times,
      sampling: .intraday)
  }

  // MARK: Calendar

  private static func calendar(_ context: ReportContext, _ content: inout SectionContent) {
    guard context.basis.isDaily, let returns = context.figures.returns.value, let months = returns.monthlyReturns,
      let years = returns.yearlyReturns
    else {
      stepsByHour(context, &content)
      content.add(
        missing: "Monthly and yearly returns",
        because: "the run has fewer than \(context.figures.analysis.settings.minimumSessions) sessions")
      return
    }
    content.add(html: heatTable(months, years))
    let values = years.map(\.value)
    let best = years.max { $0.value < $1.value }
    content.add(
      Plot(
        id: "years", title: "Yearly returns",
        summary: best.map {
          "The best year was \($0.year) with \(Format.percent($0.value)); bars below zero are hatched."
        }
          ?? "",
        x: Plot.Axis(kind: .categories(years.map { "\($0.year)" })), y: Plot.Axis(style: .percent(2)),
        series: [
          Plot.Series(
            name: "Return", mark: .bars, color: 1, x: values.indices.map(Double.init), y: values,
            other: values.map { _ in 0.8 }, hatched: values.map { $0 < 0 })
        ],
        notes: years.contains { $0.count < 200 } ? ["The first and the last year may be incomplete."] : []))
  }

  private static func stepsByHour(_ context: ReportContext, _ content: inout SectionContent) {
    var sums: [Int64: Double] = [:]
    let hour: Int64 = 3_600_000_000_000
    for (row, time) in context.basis.times.enumerated() {
      sums[(time - 1) / hour, default: 0] += context.basis.equity[row + 1] - context.basis.equity[row]
    }
    let hours = sums.keys.sorted()
    guard !context.figures.neverTraded else {
      content.add(missing: "Profit by hour", because: "the run never traded")
      return
    }
    guard hours.count > 1, hours.count <= 200 else { return }
    let values = hours.map { sums[$0] ?? 0 }
    let isOneDay = Format.date(hours[0] * hour) == Format.date(hours[hours.count - 1] * hour)
    content.add(
      Plot(
        id: "hours", title: "Profit by hour",
        summary: "What each hour added in \(context.currency); bars below zero are hatched.",
        x: Plot.Axis(
          kind: .categories(
            hours.map { (isOneDay ? "" : Format.date($0 * hour) + " ") + Format.time($0 * hour).prefix(5) })),
        y: Plot.Axis(style: context.money),
        series: [
          Plot.Series(
            name: "Profit", mark: .bars, color: 1, x: values.indices.map(Double.init), y: values,
            other: values.map { _ in 0.8 }, hatched: values.map { $0 < 0 })
        ]))
  }

  /// Months in columns, years in rows; tint and sign both tell gain from loss.
  private static func heatTable(_ months: [PeriodReturn], _ years: [PeriodReturn]) -> String {
    let widest = months.map { $0.value.magnitude }.max() ?? 0
    var html =
      "<div class=\"card wide\"><h3>Monthly returns</h3><p>Percent; the deeper the tint, the larger the move.</p>"
      + "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Monthly returns\"><table class=\"heat\">"
      + "<caption>Monthly returns</caption><thead><tr><th scope=\"col\">Year</th>"
    for month in Format.months {
      html += "<th scope=\"col\" class=\"n\"><abbr title=\"\(month)\">\(month.prefix(3))</abbr></th>"
    }
    html += "<th scope=\"col\" class=\"n\">Year</th></tr></thead><tbody>"
    var byMonth: [Int: Double] = [:]
    for month in months { byMonth[month.year * 12 + (month.month ?? 1) - 1] = month.value }
    for year in years {
      html += "<tr><th scope=\"row\">\(year.year)</th>"
      for month in 0..<12 {
        guard let value = byMonth[year.year * 12 + month] else {
          html += "<td></td>"
          continue
        }
        let depth = widest > 0 ? min(4, Int((value.magnitude / widest * 4).rounded(.up))) : 0
        let text = percentText(value)
        html += "<td class=\"n \(value < 0 ? "l" : "g")\(depth)\" data-v=\"\(value)\">\(text)</td>"
      }
      html +=
        "<td class=\"n total\" data-v=\"\(year.value)\">\(percentText(year.value))</td></tr>"
    }
    return html + "</tbody></table></div></div>"
  }

  /// Percent with one decimal in every cell, so that a column of them can be read; the sign tells what is below that.
  private static func percentText(_ value: Double) -> String {
    let text = Format.fixed(value * 100, 1)
    return value > 0 ? "+" + text : value < 0 && !text.hasPrefix(Format.minus) ? Format.minus + text : text
  }

  // MARK: Distribution

  private static func distribution(_ context: ReportContext, _ content: inout SectionContent) {
    let values = context.basis.returns
    guard values.count >= 20, let histogram = Histogram(values) else {
      content.add(
        missing: "Histogram and QQ plot of returns", because: "fewer than twenty returns that differ")
      return
    }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
    var plot = Plot(
      id: "histogram", title: "Distribution of returns",
      summary: "Returns per \(context.basis.periodName): mean \(Format.percent(mean, 4)), standard deviation "
        + "\(Format.percent(deviation, 3)). Curves are fitted to them.",
      x: Plot.Axis(label: "Return per \(context.basis.periodName)", style: .percent(3)),
      y: Plot.Axis(label: "Count", style: .number(0)))
    plot.series.append(
      histogram.series(name: "Returns", color: 1, labels: .percent(3), unit: context.basis.period.short))
    let steps = 120
    let x = (0...steps).map {
      histogram.lower + Double($0) / Double(steps) * histogram.width * Double(histogram.counts.count)
    }
    let normal = NormalDistribution(mean: mean, standardDeviation: deviation)
    plot.series.append(
      Plot.Series(
        name: "Normal", mark: .line, color: 3, x: x, y: x.map { normal.pdf($0) * histogram.width * count },
        isDashed: true))
    if let fit = context.figures.studentT.value {
      let t = StudentTDistribution(degreesOfFreedom: fit.degreesOfFreedom)
      plot.series.append(
        Plot.Series(
          name: "Student-t, \(Format.number(fit.degreesOfFreedom, 1)) degrees of freedom", mark: .line, color: 2, x: x,
          y: x.map { t.pdf(($0 - fit.location) / fit.scale) / fit.scale * histogram.width * count }))
    }
    for row in context.figures.analysis.tails where row.method == .historical {
      guard let risk = row.risk.value else { continue }
      plot.rules.append(
        Plot.Rule(
          direction: .vertical, value: -risk.valueAtRisk, label: "VaR \(Format.plain(row.confidence * 100, 2))%"))
      if row.confidence == context.figures.analysis.settings.confidenceLevels.first {
        plot.rules.append(
          Plot.Rule(
            direction: .vertical, value: -risk.expectedShortfall, label: "ES \(Format.plain(row.confidence * 100, 2))%")
        )
      }
    }
    plot.table = histogram.table(unit: "Returns", style: .percent(3))
    if let note = histogram.note { plot.notes.append(note) }
    content.add(plot)
    content.add(quantiles(context, mean: mean, deviation: deviation))
  }

  private static func quantiles(_ context: ReportContext, mean: Double, deviation: Double) -> Plot {
    let sorted = context.basis.returns.sorted()
    let count = sorted.count
    // All of the tails, every few of the middle.
    let limit = 100
    let rows =
      count <= limit
      ? Array(0..<count)
      : Array(0..<25) + (0..<50).map { 25 + $0 * (count - 50) / 50 } + Array((count - 25)..<count)
    let normal = rows.map { SpecialFunctions.normalQuantile((Double($0) + 0.5) / Double(count)) }
    let standard = rows.map { (sorted[$0] - mean) / deviation }
    let reach = max(normal.map(\.magnitude).max() ?? 1, 1)
    var plot = Plot(
      id: "qq", title: "Returns against the normal distribution",
      summary:
        "Where dots leave the line at the ends, large moves are more (or less) frequent than normal ones would be.",
      x: Plot.Axis(label: "Normal quantile, standard deviations", style: .number(2)),
      y: Plot.Axis(label: "Return", style: .number(2)),
      series: [
        Plot.Series(
          name: "Normal", mark: .line, color: 3, x: [-reach, reach], y: [-reach, reach], isDashed: true),
        Plot.Series(
          name: "Returns", mark: .dots, color: 1, x: normal, y: standard,
          labels: rows.map { Format.percent(sorted[$0], 3) }),
      ])
    if count > limit {
      plot.notes.append(
        "All 25 returns of either end and every \(Format.count((count - 50) / 50))th between are drawn.")
    }
    return plot
  }

  // MARK: Rolling

  private static func rolling(_ context: ReportContext, _ content: inout SectionContent) {
    guard !context.figures.neverTraded else {
      content.add(missing: "Rolling Sharpe ratio, volatility and beta", because: "the run never traded")
      return
    }
    guard let returns = context.figures.returns.value, returns.count >= 40 else {
      content.add(missing: "Rolling ratios", because: "fewer than forty returns")
      return
    }
    let windows = (context.basis.isDaily ? [21, 63, 126, 252] : [20, 60, 200]).filter { $0 * 2 <= returns.count }
      .suffix(3)
    let moments = Dictionary(
      uniqueKeysWithValues: windows.map { ($0, RollingFigures.moments(returns.values, window: $0)) })
    let unit = context.basis.period.shortPlural
    func plot(
      _ id: String, _ title: String, _ summary: String, _ style: NumberStyle, zero: Bool,
      _ compute: (Int) -> [Double?]?
    ) {
      var series: [Plot.Series] = []
      var drawn: [Thinning.Count] = []
      for (index, window) in windows.enumerated() {
        guard let values = compute(window) else { continue }
        let numbers = values.map { $0 ?? .nan }
        let times = Array(context.basis.times.suffix(numbers.count))
        let (thin, what) = thinned(
          context, name: "\(window) \(unit)", times, numbers, color: [3, 1, 2][index % 3], limit: 200,
          isDashed: index == 0)
        series.append(thin)
        drawn.append(what)
      }
      guard series.contains(where: { $0.y.contains(where: \.isFinite) }) else {
        let lengths = windows.map { Format.count($0) }.joined(separator: " or ")
        content.add(
          missing: title, because: "what it divides by did not vary within any window of \(lengths) \(unit)")
        return
      }
      content.add(
        Plot(
          id: id, title: title, summary: summary, x: context.timeAxis,
          y: Plot.Axis(style: style, includesZero: zero), series: series, notes: Thinning.notes(drawn)))
    }
    let annual = context.basis.isDaily ? "annualised" : "per \(context.basis.periodName)"
    let riskFree = context.basis.annualRates.riskFree
    let above = riskFree == 0 ? "" : ", above a risk-free rate of \(Format.plain(riskFree * 100, 4))% a year"
    plot(
      "rolling-sharpe", "Rolling Sharpe ratio",
      "Over the last windows of each length, \(annual)\(above). Pick windows in the legend.",
      .number(2), zero: true
    ) {
      moments[$0].map {
        RollingFigures.sharpe($0, periods: returns.periodsPerYear, riskFree: context.basis.riskFree.perPeriod)
      }
    }
    plot(
      "rolling-volatility", "Rolling volatility", "Standard deviation of returns, \(annual).", .percent(2), zero: true
    ) {
      moments[$0].map { RollingFigures.volatility($0, periods: returns.periodsPerYear) }
    }
    if let benchmark = context.figures.benchmark.value, benchmark.returns.count == returns.count {
      plot(
        "rolling-beta", "Rolling beta",
        "Against \(benchmark.name.lowercasedFirst): the part of its moves that the run repeats.",
        .number(2), zero: true
      ) { RollingFigures.beta(returns.values, benchmark.returns, window: $0) }
    } else {
      content.add(
        missing: "Rolling beta",
        because: context.figures.benchmark.reason ?? "there is no benchmark of the same periods")
    }
  }
}

/// Rolling statistics, of moments that several of them share.
enum RollingFigures {
  static func sharpe(
    _ moments: [(mean: Double, variance: Double)], periods: Double, riskFree: Double = 0
  ) -> [Double?] {
    moments.map { mean, variance in
      variance > 0 ? (mean - riskFree) / variance.squareRoot() * periods.squareRoot() : nil
    }
  }

  static func volatility(_ moments: [(mean: Double, variance: Double)], periods: Double) -> [Double?] {
    moments.map { ($0.variance * periods).squareRoot() }
  }

  static func beta(_ values: [Double], _ other: [Double], window: Int) -> [Double?] {
    guard window >= 2, values.count >= window, values.count == other.count else { return [] }
    return (0...(values.count - window)).map { first in
      let rows = first..<(first + window)
      let count = Double(window)
      var (sumA, sumB) = (0.0, 0.0)
      for row in rows {
        sumA += values[row]
        sumB += other[row]
      }
      var (cross, square) = (0.0, 0.0)
      for row in rows {
        cross += (values[row] - sumA / count) * (other[row] - sumB / count)
        square += (other[row] - sumB / count) * (other[row] - sumB / count)
      }
      return square > 0 ? cross / square : nil
    }
  }

  static func moments(_ values: [Double], window: Int) -> [(mean: Double, variance: Double)] {
    guard window >= 2, values.count >= window else { return [] }
    return (0...(values.count - window)).map { first in
      let rows = first..<(first + window)
      var sum = 0.0
      var isConstant = true
      for row in rows {
        sum += values[row]
        if values[row] != values[first] { isConstant = false }
      }
      let mean = sum / Double(window)
      guard !isConstant else { return (mean, 0) }
      var squares = 0.0
      for row in rows { squares += (values[row] - mean) * (values[row] - mean) }
      return (mean, squares / Double(window - 1))
    }
  }
}
