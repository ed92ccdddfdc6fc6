import Analytics
import MarketTypes
import Numerics

/// Section 5: what was traded, how it went afterwards, and why any shown fill happened.
enum Trades {
  static let mostDots = 120
  /// Fills of each side in a price chart, but for those that are explained; and how many charts there are of prices.
  private static let mostFills = 80
  private static let mostPrices = 2
  /// Fills that charts show and the page may not explain.
  static let mostMarks = 2 * mostFills * mostPrices

  /// `rest` is what `withoutStories` gave, where that was made before.
  static func content(_ context: ReportContext, rest: SectionContent? = nil) -> SectionContent {
    var content = SectionContent()
    guard let trades = context.figures.trades.value else {
      content.add(missing: "Everything about trades", because: context.figures.trades.reason ?? "there were none")
      return content
    }
    let choice = FillStories.choose(context)
    let drawn = prices(context, explained: Set(choice.rows), &content)
    content.add(rest ?? withoutStories(context, trades))
    FillStories.add(context, choice, drawn: drawn, &content)
    return content
  }

  /// Everything that does not depend on which fills the page explains; nil where nothing was traded.
  static func withoutStories(_ context: ReportContext) -> SectionContent? {
    context.figures.trades.value.map { withoutStories(context, $0) }
  }

  private static func withoutStories(_ context: ReportContext, _ trades: RunTrades) -> SectionContent {
    var content = SectionContent()
    trips(context, trades, &content)
    ClosedLotTable.add(context, &content)
    fills(context, trades, &content)
    return content
  }

  // MARK: Prices with fills

  /// Gives the fills that are drawn.
  private static func prices(
    _ context: ReportContext, explained: Set<Int>, _ content: inout SectionContent
  ) -> [Int] {
    let count = context.result.instruments.count
    let account = context.result.account
    guard !account.times.isEmpty, account.markHalfTicks.count == account.times.count * count else {
      content.add(missing: "Prices with own fills", because: "the run recorded no marks")
      return []
    }
    var shown: [Int] = []
    // The instruments traded most; a page of fifty price charts says less than one of two.
    var traded = [Int](repeating: 0, count: count)
    let fills = context.figures.fills
    for instrument in fills.instruments where traded.indices.contains(instrument) { traded[instrument] += 1 }
    let order = traded.indices.filter { traded[$0] > 0 }.sorted { (-traded[$0], $0) < (-traded[$1], $1) }
    for instrument in order.prefix(mostPrices) {
      let definition = context.result.instruments[instrument]
      let tick = definition.tick.doubleValue
      var times: [Int64] = []
      var values: [Double] = []
      for (row, time) in account.times.enumerated() {
        let mark = account.markHalfTicks[row * count + instrument]
        guard mark != .min else { continue }
        times.append(time)
        values.append(Double(mark) * tick / 2)
      }
      let style = NumberStyle.number(min(9, Format.decimals(forStep: tick)))
      let (line, drawn) = Returns.thinned(context, name: "Mark", times, values, color: 3, limit: 500)
      let own = (0..<fills.count).filter { fills.instruments[$0] == instrument }
      let sold = own.filter { fills.isSell[$0] }
      let bought = own.filter { !fills.isSell[$0] }
      let limit = mostFills
      func dots(_ matching: [Int], _ name: String, _ shape: Plot.Series.Shape, _ color: Int) -> Plot.Series {
        var kept = matching
        if matching.count > limit {
          // Those that the page explains, and an even choice of the rest.
          let told = matching.filter(explained.contains)
          let room = max(2, limit - told.count)
          kept = Set(told).union((0..<room).map { matching[$0 * (matching.count - 1) / (room - 1)] }).sorted()
        }
        shown += kept
        return Plot.Series(
          name: name, mark: .dots, color: color, x: kept.map { context.offset(fills.times[$0]) },
          y: kept.map { Double(fills.priceTicks[$0]) * tick }, shape: shape, fills: kept)
      }
      var plot = Plot(
        id: "price-\(instrument)", title: "\(definition.symbol) and own fills",
        summary: "The mark and \(Format.counted(own.count, "own fill")) at their prices.", width: .wide,
        x: context.timeAxis, y: Plot.Axis(style: style),
        series: [line, dots(bought, "Buy", .triangleUp, 1), dots(sold, "Sell", .triangleDown, 2)],
        notes: Thinning.notes([drawn]))
      if bought.count > limit || sold.count > limit {
        plot.notes.append(
          "About \(limit) fills of each side are drawn: those explained below, and others evenly chosen.")
      }
      content.add(plot)
    }
    if order.count > 2 {
      content.add(paragraph: "Price charts are shown for the two of \(order.count) instruments with the most fills.")
    }
    return shown
  }

  // MARK: Round trips

  /// Rows to draw: the extremes on either side and an even choice of the rest.
  static func chosen(_ values: [Double], limit: Int = mostDots) -> (rows: [Int], note: String?) {
    guard values.count > limit else { return (Array(values.indices), nil) }
    let ends = limit / 8
    var worst = Extremes(limit: ends)
    var best = worst
    for (row, value) in values.enumerated() {
      worst.offer(row, -value)
      best.offer(row, value)
    }
    var kept = Set(worst.rows).union(best.rows)
    let rest = limit - 2 * ends
    for index in 0..<rest { kept.insert(index * (values.count - 1) / (rest - 1)) }
    return (
      kept.sorted(),
      "Drawn: the \(ends) best, the \(ends) worst and an even choice of the rest, \(Format.count(kept.count)) of "
        + "\(Format.count(values.count))."
    )
  }

  private static func trips(_ context: ReportContext, _ trades: RunTrades, _ content: inout SectionContent) {
    let trips = trades.trips
    guard !trips.isEmpty else {
      content.add(missing: "Round trips", because: "no position was ever closed")
      return
    }
    let profits = trips.map(\.netProfit)
    let (rows, note) = chosen(profits)
    func label(_ row: Int) -> String {
      let trip = trips[row]
      return "\(context.money.signedText(trip.netProfit)), \(trip.direction == .sell ? "short" : "long") "
        + "\(Format.count(Int(clamping: trip.lots))) \(context.symbol(trip.instrument)), held "
        + Format.duration(Double(trip.holdingNanoseconds))
    }
    func scatter(_ name: String, _ direction: Side, _ shape: Plot.Series.Shape, _ color: Int) -> Plot.Series {
      let own = rows.filter { (trips[$0].direction == .sell) == (direction == .sell) }
      return Plot.Series(
        name: name, mark: .dots, color: color, x: own.map { context.offset(trips[$0].exitTime) },
        y: own.map { profits[$0] }, labels: own.map(label), shape: shape)
    }
    let statistics = trades.statistics
    content.add(
      Plot(
        id: "trips", title: "Profit of each round trip",
        summary: "\(Format.count(statistics.wins)) won, \(Format.count(statistics.losses)) lost; best "
          + "\(context.money.signedText(statistics.best ?? 0)), worst \(context.money.signedText(statistics.worst ?? 0)) "
          + "\(context.currency), after fees.", width: .wide, x: context.timeAxis,
        y: Plot.Axis(style: context.money, includesZero: true),
        series: [scatter("Long", .buy, .triangleUp, 1), scatter("Short", .sell, .triangleDown, 2)],
        notes: note.map { [$0] } ?? []))
    if let histogram = Histogram(profits) {
      content.add(
        Plot(
          id: "trip-profits", title: "Distribution of round trips",
          summary: statistics.expectancy.map { "Mean \(context.money.signedText($0)) \(context.currency) after fees." }
            ?? "",
          x: Plot.Axis(label: "Profit, \(context.currency)", style: context.money), y: Plot.Axis(style: .number(0)),
          series: [histogram.series(name: "Round trips", color: 1, labels: context.money, unit: "round trip")],
          rules: [Plot.Rule(direction: .vertical, value: 0, label: "")], notes: histogram.note.map { [$0] } ?? [],
          table: histogram.table(unit: "Round trips", style: context.money)))
    }
    excursions(context, trips, &content)
    holding(context, trips, &content)
  }

  private static func excursions(_ context: ReportContext, _ trips: [RoundTrip], _ content: inout SectionContent) {
    let known = trips.filter { $0.adverseExcursion != nil && $0.favourableExcursion != nil }
    guard !known.isEmpty else {
      content.add(
        missing: "Adverse and favourable excursions", because: "no marks were recorded while trades were open")
      return
    }
    let (rows, note) = chosen(known.map(\.netProfit), limit: 80)
    func series(_ name: String, _ shape: Plot.Series.Shape, _ color: Int, _ belongs: (RoundTrip) -> Bool) -> Plot.Series
    {
      let own = rows.filter { belongs(known[$0]) }
      return Plot.Series(
        name: name, mark: .dots, color: color, x: own.map { -(known[$0].adverseExcursion ?? 0) },
        y: own.map { known[$0].favourableExcursion ?? 0 },
        labels: own.map {
          "against \(context.money.text(-(known[$0].adverseExcursion ?? 0))), for "
            + "\(context.money.text(known[$0].favourableExcursion ?? 0)), ended \(context.money.signedText(known[$0].netProfit))"
        }, shape: shape)
    }
    var plot = Plot(
      id: "excursions", title: "How far trades went against and for the position",
      summary:
        "Each mark is a round trip: right is how far it was ever down (MAE), up is how far it was ever up (MFE).",
      x: Plot.Axis(label: "Adverse excursion, \(context.currency)", style: context.money),
      y: Plot.Axis(style: context.money, includesZero: true),
      series: [
        series("Ended with a profit", .circle, 1) { $0.netProfit > 0 },
        series("Ended without", .cross, 2) { $0.netProfit <= 0 },
      ])
    plot.notes = [note, "By marks as often as the account was recorded, so short spikes between are not seen."]
      .compactMap { $0 }
    content.add(plot)
  }

  private static func holding(_ context: ReportContext, _ trips: [RoundTrip], _ content: inout SectionContent) {
    durations(
      context, trips.map { Double($0.holdingNanoseconds) }, id: "holding", title: "Holding times", unit: "round trip",
      &content)
  }

  /// A histogram over powers of two of a duration.
  static func durations(
    _ context: ReportContext, _ values: [Double], id: String, title: String, unit: String,
    _ content: inout SectionContent
  ) {
    let positive = values.filter { $0 >= 0 && $0.isFinite }
    guard !positive.isEmpty else { return }
    // By the power of two, one place later: what is below a nanosecond comes first.
    var counts = [Int](repeating: 0, count: 1025)
    for value in positive { counts[value < 1 ? 0 : Int(value.exponent) + 1] += 1 }
    guard let low = counts.firstIndex(where: { $0 > 0 }).map({ $0 - 1 }),
      let high = counts.lastIndex(where: { $0 > 0 }).map({ $0 - 1 })
    else { return }
    let median = Self.median(positive)
    // Two powers of two in one bar when there are many.
    let width = (high - low) / 24 + 1
    let bins = stride(from: low, through: high, by: width).map { first in
      (
        from: first < 0 ? 0 : exponent(first),
        count: (first..<(first + width)).reduce(0) { $0 + ($1 + 1 < counts.count ? counts[$1 + 1] : 0) }
      )
    }
    guard let shortest = positive.min(), let longest = positive.max() else { return }
    if bins.count == 1, shortest == longest {
      content.add(
        paragraph: "\(title): \(Format.duration(longest)) for \(Format.counted(positive.count, unit)), always the same."
      )
      return
    }
    let names = bins.map { Format.duration($0.from) }
    content.add(
      Plot(
        id: id, title: title,
        summary:
          "Median \(Format.duration(median)), longest \(Format.duration(longest)). Each bar covers "
          + "\(width == 1 ? "a doubling" : "\(width) doublings") of the time.",
        x: Plot.Axis(kind: .categories(names), label: "From"), y: Plot.Axis(style: .number(0)),
        series: [
          Plot.Series(
            name: title, mark: .bars, color: 1, x: bins.indices.map(Double.init), y: bins.map { Double($0.count) },
            other: bins.map { _ in 0.9 },
            labels: zip(names, bins).map { "from \($0): \(Format.counted($1.count, unit))" })
        ]))
  }

  /// The median by the definition of `Quantile.value`, without sorting all of many values.
  private static func median(_ values: [Double]) -> Double {
    var values = values
    return values.withUnsafeMutableBufferPointer { buffer in
      let below = (buffer.count - 1) / 2
      Quantile.select(buffer, rank: below)
      guard buffer.count % 2 == 0 else { return buffer[below] }
      let above = buffer[(below + 1)...].min() ?? buffer[below]
      return buffer[below] + (above - buffer[below]) * 0.5
    }
  }

  private static func exponent(_ power: Int) -> Double { Double(sign: .plus, exponent: power, significand: 1) }

  // MARK: Fills

  private static func fills(_ context: ReportContext, _ trades: RunTrades, _ content: inout SectionContent) {
    let fills = context.figures.fills
    let (makers, takers) = (fills.makers, fills.takers)
    let roles: [(name: String, count: Int, lots: Int64, fees: Double)] = [
      (
        "All", fills.count, makers.lots.addingReportingOverflow(takers.lots).partialValue, fills.fees.reduce(0, +)
      ), ("Maker", makers.count, makers.lots, makers.fees), ("Taker", takers.count, takers.lots, takers.fees),
    ]
    let horizons = RunFill.markoutHorizons.map(Format.horizon)
    let found = [trades.findings.markouts, trades.findings.makerMarkouts, trades.findings.takerMarkouts]
    let isMixed = makers.count > 0 && takers.count > 0
    var series: [Plot.Series] = []
    var rows: [[DataTable.Cell]] = []
    for (index, role) in roles.enumerated() where role.count > 0 {
      let markouts = found[index]
      guard markouts.contains(where: { $0.meanTicks != nil }) else { continue }
      if index > 0 {
        series.append(
          Plot.Series(
            name: role.0, mark: .bars, color: index == 1 ? 1 : 2,
            x: markouts.indices.map { Double($0) + (isMixed ? (index == 1 ? -0.2 : 0.2) : 0) },
            y: markouts.map { $0.meanTicks ?? .nan },
            other: markouts.map { _ in 0.38 },
            labels: markouts.map { markout in
              let error = markout.standardErrorTicks.map { " ± \(Format.number(1.96 * $0, 3))" } ?? ""
              return
                "\(role.0), \(Format.horizon(markout.horizonNanoseconds)): \(Format.number(markout.meanTicks ?? 0, 3))\(error) ticks"
            }, hatched: markouts.map { _ in index == 2 }))
      }
      rows += markouts.map { markout in
        [
          .init(role.0), .init(Format.horizon(markout.horizonNanoseconds)),
          markout.meanTicks.map { .init($0, .number(3)) } ?? .init("–"),
          markout.standardErrorTicks.map { .init($0, .number(3)) } ?? .init("–"), .init(count: markout.count),
        ]
      }
    }
    if series.isEmpty {
      content.add(missing: "Markouts", because: "no market was known one second after any fill")
    } else {
      content.add(
        Plot(
          id: "markouts", title: "Where the market went after fills",
          summary:
            "Mean move of the mid in favour of the fill, in ticks; below zero means that the other side knew more.",
          x: Plot.Axis(kind: .categories(horizons), label: "After the fill"),
          y: Plot.Axis(style: .number(3), includesZero: true),
          series: series, notes: ["Weighted by lots." + (isMixed ? " Taker bars are hatched." : "")],
          table: DataTable(columns: ["Role", "After", "Ticks", "Standard error", "Fills"], rows: rows)))
    }
    let waits = fills.waits
    if waits.isEmpty {
      content.add(missing: "Time in the queue", because: "no fill came from an order that rested")
    } else {
      durations(context, waits, id: "queue", title: "Time in the queue", unit: "maker fill", &content)
    }
    hours(context, fills, trades, &content)
    var roleRows: [[DataTable.Cell]] = []
    for (name, count, lots, fees) in roles where count > 0 {
      roleRows.append([
        .init(name), .init(count: count), .init(count: Int(clamping: lots)), .init(fees, context.money),
        .init(lots > 0 ? fees / Double(lots) : 0, .number(min(8, context.figures.moneyDecimals + 2))),
      ])
    }
    content.add(
      DataTable(columns: ["Role", "Fills", "Lots", "Fees, \(context.currency)", "A lot"], rows: roleRows),
      title: "Maker and taker")
  }

  private static func hours(
    _ context: ReportContext, _ fills: FillColumns, _ trades: RunTrades, _ content: inout SectionContent
  ) {
    var makers = [Int](repeating: 0, count: 24)
    var takers = makers
    for (time, isMaker) in zip(fills.times, fills.isMaker) {
      let hour = Int(((time / 3_600_000_000_000) % 24 + 24) % 24)
      if isMaker { makers[hour] += 1 } else { takers[hour] += 1 }
    }
    let shown = (0..<24).filter { makers[$0] + takers[$0] > 0 }
    guard let first = shown.first, let last = shown.last else { return }
    let hours = Array(first...last)
    let names = hours.map { ($0 < 10 ? "0" : "") + "\($0)" }
    let x = hours.indices.map(Double.init)
    // One role alone stands in the middle of its hour.
    let offset = fills.makers.count > 0 && fills.takers.count > 0 ? 0.2 : 0
    content.add(
      Plot(
        id: "fills-by-hour", title: "Fills by hour of the day",
        summary: "\(Format.counted(fills.count, "fill")), hours in UTC.",
        x: Plot.Axis(kind: .categories(names), label: "Hour"),
        y: Plot.Axis(style: .number(0)),
        series: [
          Plot.Series(
            name: "Maker", mark: .bars, color: 1, x: x.map { $0 - offset }, y: hours.map { Double(makers[$0]) },
            other: x.map { _ in 0.38 }),
          Plot.Series(
            name: "Taker", mark: .bars, color: 2, x: x.map { $0 + offset }, y: hours.map { Double(takers[$0]) },
            other: x.map { _ in 0.38 }, hatched: x.map { _ in true }),
        ].filter { $0.y.contains { $0 > 0 } },
        table: DataTable(
          columns: ["Hour", "Maker fills", "Taker fills"],
          rows: hours.enumerated().map { index, hour in
            [.init(names[index]), .init(count: makers[hour]), .init(count: takers[hour])]
          })))
  }
}
