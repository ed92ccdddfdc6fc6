import Analytics
import MarketTypes

/// Section 7: what was held when, and what the risk controls did about it.
enum Exposure {
  static func content(_ context: ReportContext) -> SectionContent {
    var content = SectionContent()
    paths(context, &content)
    positions(context, &content)
    events(context, &content)
    statistics(context, &content)
    return content
  }

  private static func paths(_ context: ReportContext, _ content: inout SectionContent) {
    let account = context.result.account
    guard account.times.count > 1, account.grossExposure.count == account.times.count,
      account.netExposure.count == account.times.count
    else {
      content.add(missing: "Exposure and leverage", because: "the run has no record of positions")
      return
    }
    let (gross, drawn) = Returns.thinned(
      context, name: "Gross", account.times, account.grossExposure, color: 1, mark: .step, limit: 320)
    let (net, drawnNet) = Returns.thinned(
      context, name: "Net", account.times, account.netExposure, color: 2, mark: .step, limit: 320, isDashed: true)
    let highest = account.grossExposure.max() ?? 0
    content.add(
      Plot(
        id: "exposure-path", title: "Exposure",
        summary: "Gross and net value of positions; at most \(context.moneyText(highest)).",
        width: .wide, x: context.timeAxis, y: Plot.Axis(style: context.money, includesZero: true),
        series: [gross, net], notes: Thinning.notes([drawn, drawnNet])))
    let leverage = zip(account.grossExposure, account.equity).map { $1 > 0 ? $0 / $1 : .nan }
    let (series, drawnLeverage) = Returns.thinned(
      context, name: "Gross exposure over equity", account.times, leverage, color: 1, mark: .step, limit: 320)
    let top = leverage.filter(\.isFinite).max() ?? 0
    content.add(
      Plot(
        id: "leverage", title: "Leverage", summary: "Gross exposure over equity; at most \(Format.number(top, 2)).",
        x: context.timeAxis, y: Plot.Axis(style: .number(3), includesZero: true), series: [series],
        notes: Thinning.notes([drawnLeverage])))
    costs(context, &content)
  }

  /// Fees of fills and what holding cost, apart: their sum is what stands between gains at the mark and profit.
  private static func costs(_ context: ReportContext, _ content: inout SectionContent) {
    let account = context.result.account
    guard account.fees.count == account.times.count else { return }
    let (fees, drawn) = Returns.thinned(
      context, name: "Fees of fills", account.times, account.fees, color: 5, mark: .step, limit: 400)
    var plot = Plot(
      id: "fees-path", title: "Fees so far",
      summary: "Fees of fills came to \(context.moneyText(account.fees.last ?? 0))"
        + "\(account.fees.contains { $0 < 0 } ? ", below zero where rebates were higher" : "").",
      x: context.timeAxis, y: Plot.Axis(style: context.money, includesZero: true), series: [fees],
      notes: Thinning.notes([drawn]))
    if account.carry.count == account.times.count, account.carry.contains(where: { $0 != 0 }) {
      let (carry, drawnCarry) = Returns.thinned(
        context, name: "Carry", account.times, account.carry, color: 2, mark: .step, limit: 400, isDashed: true)
      plot.title = "Fees and carry so far"
      plot.summary +=
        " Carry (funding, borrow, dividends) came to \(context.moneyText(account.carry.last ?? 0)); it is no part of the fees."
      plot.series.append(carry)
      plot.notes = Thinning.notes([drawn, drawnCarry])
    }
    content.add(plot)
    costTable(context, &content)
  }

  /// How gains at the mark become the profit.
  private static func costTable(_ context: ReportContext, _ content: inout SectionContent) {
    guard let lane = context.result.lanes[safe: context.result.shownLane] else { return }
    let carry = lane.carry
    var rows: [[DataTable.Cell]] = [
      [.init("Gains at the mark"), .init(lane.profit + lane.fees + carry.total, context.money)],
      [.init("– fees of fills"), .init(lane.fees, context.money)],
    ]
    if carry != LaneResult.Carry() {
      rows += [
        [.init("– funding"), .init(carry.funding, context.money)],
        [.init("– borrow"), .init(carry.borrow, context.money)],
        [.init("– dividends"), .init(carry.dividends, context.money)],
      ]
    }
    rows.append([.init("Profit"), .init(lane.profit, context.money)])
    content.add(
      DataTable(
        columns: ["Part", context.currency], rows: rows,
        note: carry == LaneResult.Carry()
          ? "Nothing was paid or received for holding positions; idle cash earns no interest."
          : "Costs are above zero, what was received below; idle cash earns no interest."),
      title: "From gains to profit", introduction: "Of the whole run, open positions at the last mark.")
  }

  private static func positions(_ context: ReportContext, _ content: inout SectionContent) {
    let account = context.result.account
    let count = context.result.instruments.count
    guard count > 0, account.lots.count == account.times.count * count, account.times.count > 1 else {
      content.add(missing: "Positions", because: "the run has no record of lots held")
      return
    }
    var series: [Plot.Series] = []
    var drawn: [Thinning.Count] = []
    let busiest = (0..<count).map { instrument -> (Int, Int64) in
      (
        instrument,
        stride(from: instrument, to: account.lots.count, by: count).map { account.lots[$0].magnitude }.max().map {
          Int64(clamping: $0)
        } ?? 0
      )
    }.filter { $0.1 > 0 }.sorted { (-$0.1, $0.0) < (-$1.1, $1.0) }
    for (index, entry) in busiest.prefix(4).enumerated() {
      let lots = account.times.indices.map { Double(account.lots[$0 * count + entry.0]) }
      let (line, what) = Returns.thinned(
        context, name: context.symbol(entry.0), account.times, lots, color: [1, 2, 5, 4][index], mark: .step,
        limit: 500,
        isDashed: index % 2 == 1)
      series.append(line)
      drawn.append(what)
    }
    guard !series.isEmpty else {
      content.add(missing: "Positions", because: "the run never held any")
      return
    }
    var plot = Plot(
      id: "positions", title: "Positions",
      summary: "Lots held, negative when short; at most "
        + "\(Format.counted(Int(clamping: busiest[0].1), "lot")) of \(context.symbol(busiest[0].0)).",
      x: context.timeAxis, y: Plot.Axis(style: .number(0), includesZero: true), series: series,
      notes: Thinning.notes(drawn))
    if busiest.count > 4 { plot.notes.append("The four largest of \(busiest.count) instruments.") }
    content.add(plot)
  }

  private static func events(_ context: ReportContext, _ content: inout SectionContent) {
    let own = context.result.riskEvents.filter { $0.lane == context.result.shownLane }
    guard !own.isEmpty else {
      let others = context.result.riskEvents.count
      content.add(
        missing: "Risk events",
        because: others == 0
          ? "no risk control had to act" : "none concerned the shown lane (\(Format.count(others)) other lanes' did)")
      return
    }
    var kinds: [String] = []
    for event in own where !kinds.contains(event.kind) { kinds.append(event.kind) }
    let limit = 300
    let shown = own.count <= limit ? own : (0..<limit).map { own[$0 * (own.count - 1) / (limit - 1)] }
    let names = kinds.prefix(12)
    let series = names.enumerated().map { index, kind -> Plot.Series in
      let members = shown.filter { $0.kind == kind }
      return Plot.Series(
        name: kind, mark: .dots, color: [2, 1, 5, 4, 6][index % 5], x: members.map { context.offset($0.time) },
        y: members.map { _ in Double(names.count - index) },
        labels: members.map { "\($0.kind): \($0.detail)\($0.count > 1 ? " (\($0.count) times)" : "")" },
        shape: [.cross, .square, .triangleUp, .triangleDown, .circle][index % 5])
    }
    var plot = Plot(
      id: "risk-events", title: "Risk events",
      summary: "\(Format.counted(own.count, "event")) of \(Format.counted(kinds.count, "kind")), one line a kind.",
      width: .wide, x: context.timeAxis, y: Plot.Axis(style: .number(0), range: 0...Double(names.count + 1)),
      series: series)
    if own.count > limit {
      plot.notes.append("\(limit) of \(Format.count(own.count)) events are drawn, evenly chosen.")
    }
    if kinds.count > names.count {
      plot.notes.append("Lines of the first \(names.count) of \(Format.count(kinds.count)) kinds; the table has all.")
    }
    plot.table = DataTable(
      columns: ["Time (UTC)", "Kind", "What", "Times"],
      rows: own.prefix(100).map {
        [.init(Format.moment($0.time, decimals: 3)), .init($0.kind), .init($0.detail), .init(count: $0.count)]
      }, note: own.count > 100 ? "The first 100 of \(Format.count(own.count))." : nil)
    content.add(plot)
  }

  private static func statistics(_ context: ReportContext, _ content: inout SectionContent) {
    guard let exposure = context.figures.exposure.value else {
      content.add(missing: "Leverage figures", because: context.figures.exposure.reason ?? "no positions were recorded")
      return
    }
    var rows: [[DataTable.Cell]] = [
      [.init("Time in the market"), .init(exposure.timeInMarket, .percent(1))],
      [.init("Mean gross leverage"), .init(exposure.meanGrossLeverage, .number(3))],
      [.init("Highest gross leverage"), .init(exposure.highestGrossLeverage, .number(3))],
      [.init("Mean net leverage"), .init(exposure.meanNetLeverage, .number(3))],
      [.init("Lowest net leverage"), .init(exposure.lowestNetLeverage, .number(3))],
      [.init("Highest net leverage"), .init(exposure.highestNetLeverage, .number(3))],
    ]
    if let share = exposure.meanLargestShare {
      rows.append([.init("Largest position's share"), .init(share, .percent(1))])
    }
    if let trades = context.figures.trades.value, exposure.meanEquity > 0 {
      rows.append([
        .init("Turnover of the run"), .init(trades.execution.valueTraded / exposure.meanEquity, .number(2)),
      ])
    }
    content.add(
      DataTable(
        columns: ["Figure", "Value"], rows: rows,
        note: "Leverage is exposure over equity, weighted by time; turnover is value traded over mean equity."
          + (context.figures.analysis.settled.map {
            " Until \(Format.moment($0)), when the stopped lane held nothing any more."
          } ?? "")),
      title: "Leverage and turnover")
    let concentration = venueConcentration(context)
    if let concentration {
      content.add(paragraph: concentration)
    } else {
      content.add(
        missing: "Concentration by instrument",
        because: context.result.instruments.count > 1 ? "no round trip closed with a gain" : "the run trades one")
    }
    capacity(context, &content)
  }

  /// The square-root law's answer to how much the strategy could trade.
  private static func capacity(_ context: ReportContext, _ content: inout SectionContent) {
    guard let capacity = context.figures.analysis.capacity.value else {
      content.add(missing: "Capacity", because: context.figures.analysis.capacity.reason ?? "it is unknown")
      return
    }
    guard let best = capacity.bestCapital, let limit = capacity.breakEvenCapital else {
      content.add(missing: "Capacity", because: "the run made no profit that impact could eat")
      return
    }
    let scales = (0...60).map { Double($0) / 60 * limit / capacity.capital }
    content.add(
      Plot(
        id: "capacity", title: "Capacity",
        summary:
          "Profit is highest with about \(Format.rough(best)) \(context.currency) and gone with about \(Format.rough(limit)) "
          + "\(context.currency); the run had "
          + "\(context.moneyText(capacity.capital)).",
        x: Plot.Axis(label: "Capital, \(context.currency)", style: context.money),
        y: Plot.Axis(style: context.money, includesZero: true),
        series: [
          Plot.Series(
            name: "Profit after own impact", mark: .line, color: 1, x: scales.map { $0 * capacity.capital },
            y: scales.map { capacity.profit(scale: $0) })
        ],
        rules: [
          Plot.Rule(direction: .vertical, value: capacity.capital, label: "this run", color: 2),
          Plot.Rule(direction: .vertical, value: best, label: "best", color: 1),
        ],
        notes: [
          "Square-root law of impact with coefficient \(Format.plain(capacity.coefficient, 2)), the market's volume and the "
            + "mark's volatility during the run. An order of magnitude: it knows nothing of depth, latency and competitors."
        ]))
  }

  private static func venueConcentration(_ context: ReportContext) -> String? {
    guard let trades = context.figures.trades.value, context.result.instruments.count > 1 else { return nil }
    let attribution =
      trades.findings.attributions.first { $0.key == .instrument }
      ?? Attribution(trades.trips, by: .instrument, of: trades.findings.log)
    guard let concentration = attribution.concentration,
      let first = attribution.rows.first(where: { $0.label != Attribution.unsplit })
    else { return nil }
    return
      "Concentration: \(first.label) earned most; the sum of squared shares of all gains is \(Format.number(concentration, 2)) "
      + "(1 when one instrument earns everything)."
  }
}
