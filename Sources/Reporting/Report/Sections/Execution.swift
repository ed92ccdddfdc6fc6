import Analytics
import MarketTypes

/// Section 6: what trading cost against the market at decision, and where the result came from.
enum Execution {
  static func content(_ context: ReportContext) -> SectionContent {
    var content = SectionContent()
    guard let trades = context.figures.trades.value else {
      orders(context, &content)
      content.add(missing: "Slippage and attribution", because: context.figures.trades.reason ?? "there were no fills")
      return content
    }
    costs(context, trades, &content)
    orders(context, &content)
    arrival(context, &content)
    for (key, title) in [
      (AttributionKey.instrument, "By instrument"), (.venue, "By venue"), (.side, "By side"),
      (.hour, "By hour of entry, UTC"),
    ] {
      attribution(context, trades, key, title, &content)
    }
    missing(context, trades, &content)
    let venues = Set(context.result.instruments.map(\.venue))
    if venues.count < 2 {
      content.add(
        missing: "Attribution by venue",
        because: venues.first.map { $0.isEmpty ? "the data names no venue" : "everything traded at \($0)" }
          ?? "the run has no instruments")
    }
    content.add(
      missing: "Attribution of routing",
      because: "a lane sends each order to the one venue of its instrument, so no decision of a router is in the result"
    )
    latency(context, &content)
    return content
  }

  private static func costs(_ context: ReportContext, _ trades: RunTrades, _ content: inout SectionContent) {
    let execution = trades.execution
    var rows: [[DataTable.Cell]] = []
    func add(_ name: String, _ cell: DataTable.Cell?, _ meaning: String) {
      rows.append([.init(name), cell ?? .init("–"), .init(meaning)])
    }
    add("Value traded", .init(execution.valueTraded, context.money), "buys and sells, \(context.currency)")
    // What no mid is known for costs an unknown amount, not nothing.
    let isMeasured = execution.slippageCount > 0
    let unknown = context.figures.fills.knowsMiddle ? "no fill knows the mid at its decision" : "no quotes in the data"
    func add(measured name: String, _ value: Double?, _ meaning: String) {
      add(name, isMeasured ? value.map { .init($0, context.money) } : nil, isMeasured ? meaning : unknown)
    }
    add(
      "Arrival slippage", execution.slippageTicks.map { .init($0, .number(3)) },
      isMeasured ? "ticks a lot against the mid at decision; above zero is a cost" : unknown)
    add(
      "Its standard error", execution.slippageStandardError.map { .init($0, .number(3)) },
      isMeasured ? "ticks" : unknown)
    add(measured: "Slippage in money", execution.slippageMoney, context.currency)
    add(
      "Slippage of value traded", execution.slippageFraction.map { .init($0, .percent(4)) }, isMeasured ? "" : unknown)
    if let shortfall = trades.shortfall.value {
      add(
        measured: "Shortfall of single orders", shortfall.total,
        "each order against the mid when it was decided: execution + opportunity + fees, \(context.currency)")
      add(measured: "– execution", shortfall.executionCost, "filled lots against arrival")
      add(measured: "– opportunity", shortfall.opportunityCost, "what unfilled lots would have earned")
      if isMeasured { add("– fees", .init(shortfall.fees, context.money), "rebates negative") }
    } else if !isMeasured {
      for name in ["Shortfall of single orders", "– execution", "– opportunity"] { add(name, nil, unknown) }
    }
    if let decision = trades.decisionShortfall.value {
      add(
        "Implementation shortfall", .init(decision.total, context.money),
        "all fills against the mid at the first order, with fees, \(context.currency); what was wanted but never sent is not in it"
      )
      add(
        "– of value at that mid",
        decision.paperValue > 0 ? .init(decision.total / decision.paperValue, .percent(4)) : nil, "")
    }
    add("Fees as maker", .init(execution.makerFees, context.money), context.currency)
    add("Fees as taker", .init(execution.takerFees, context.money), context.currency)
    var notes =
      trades.shortfall.value.map {
        $0.unknownOrders > 0
          ? ["\(Format.counted($0.unknownOrders, "order")) without a known mid are not part of the shortfall."] : []
      } ?? []
    if let reason = trades.decisionShortfall.reason {
      notes.append("There is no implementation shortfall of one decision (Perold 1988): \(reason).")
    }
    content.add(
      DataTable(
        columns: ["Cost", "Value", "Meaning"], rows: rows, note: notes.isEmpty ? nil : notes.joined(separator: " ")),
      title: "Costs", isWide: true,
      introduction: isMeasured || context.figures.fills.knowsMiddle
        ? "Against the middle of the market when the strategy decided."
        : "The data has no quotes: what a spread or a thin book would have cost is not in the result.")
  }

  private static func orders(_ context: ReportContext, _ content: inout SectionContent) {
    let orders = context.result.orders
    guard !orders.isEmpty else {
      content.add(missing: "Fate of orders", because: "the run recorded no orders")
      return
    }
    let names = ["filled", "cancelled", "rejected", "expired", "open at the end"]
    var counts = [Int](repeating: 0, count: names.count)
    var lots = [Int64](repeating: 0, count: names.count)
    var filled = lots
    var reasonsOf = [[String: Int]](repeating: [:], count: names.count)
    orders.visit { order in
      let outcome = min(Int(order.outcome), names.count - 1)
      counts[outcome] += 1
      lots[outcome] = lots[outcome].addingReportingOverflow(order.lots).partialValue
      filled[outcome] = filled[outcome].addingReportingOverflow(order.filledLots).partialValue
      if !order.reason.isEmpty { reasonsOf[outcome][order.reason, default: 0] += 1 }
    }
    var reasons: [String: Int] = [:]
    for (name, counted) in zip(names, reasonsOf) {
      for (reason, count) in counted { reasons["\(name): \(reason)"] = count }
    }
    content.add(
      DataTable(
        columns: ["Outcome", "Orders", "Share", "Lots", "Lots filled"],
        rows: names.indices.filter { counts[$0] > 0 }.map { index in
          [
            .init(names[index]), .init(count: counts[index]),
            .init(Double(counts[index]) / Double(orders.count), .percent(1)), .init(count: Int(clamping: lots[index])),
            .init(count: Int(clamping: filled[index])),
          ]
        }), title: "Fate of orders", introduction: Format.counted(orders.count, "order") + " of the shown lane.")
    if !reasons.isEmpty {
      let sorted = reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      content.add(
        DataTable(
          columns: ["Reason", "Orders"], rows: sorted.prefix(20).map { [.init($0.key), .init(count: $0.value)] },
          note: sorted.count > 20 ? "The 20 most frequent of \(sorted.count) reasons." : nil), title: "Why orders ended"
      )
    }
  }

  /// Slippage of single fills.
  private static func arrival(_ context: ReportContext, _ content: inout SectionContent) {
    let values = context.figures.fills.slippage
    guard let histogram = Histogram(values) else {
      content.add(
        missing: "Distribution of slippage",
        because: !values.isEmpty
          ? "all fills cost the same"
          : context.figures.fills.knowsMiddle ? "no fill knows the mid at its decision" : "the data has no quotes")
      return
    }
    content.add(
      Plot(
        id: "slippage", title: "Slippage of fills against arrival",
        summary: "Ticks worse (right of zero) or better (left) than the mid when the strategy decided.",
        x: Plot.Axis(label: "Ticks", style: .number(1)), y: Plot.Axis(style: .number(0)),
        series: [histogram.series(name: "Fills", color: 1, labels: .number(1), unit: "fill")],
        rules: [Plot.Rule(direction: .vertical, value: 0, label: "")], notes: histogram.note.map { [$0] } ?? [],
        table: histogram.table(unit: "Fills", style: .number(1))))
  }

  /// Parts that the run does not divide its result into.
  private static func missing(_ context: ReportContext, _ trades: RunTrades, _ content: inout SectionContent) {
    let known = Set(trades.findings.attributions.filter { $0.rows.count > 1 }.map(\.key))
    if !context.result.laneInstruments.isEmpty {
      LaneAttribution.add(context, &content)
    } else if !known.contains(.strategy) {
      let name = context.result.identity.strategy
      content.add(
        missing: "Attribution by strategy",
        because: "all trades are \(name.isEmpty ? "of one strategy" : "of \(name)"): a lane runs one")
    }
    if !known.contains(.predictor) {
      content.add(
        missing: "Attribution by predictor",
        because: "strategies decide by rules of their own, and no forecast of a predictor is in the result")
    }
    if !known.contains(.hour), Set(trades.trips.map { $0.entryTime / 3_600_000_000_000 % 24 }).count < 2 {
      content.add(missing: "Attribution by hour", because: "all round trips were entered in one hour of the day")
    }
  }

  private static func attribution(
    _ context: ReportContext, _ trades: RunTrades, _ key: AttributionKey, _ title: String,
    _ content: inout SectionContent
  ) {
    let attribution =
      trades.findings.attributions.first { $0.key == key }
      ?? Attribution(trades.trips, by: key, of: trades.findings.log)
    guard attribution.rows.count > (key == .instrument ? 0 : 1) else { return }
    let limit = 30
    content.add(
      DataTable(
        columns: [
          key.rawValue.prefix(1).uppercased() + key.rawValue.dropFirst(), "Trips", "Won", "Gross", "Still held", "Fees",
          "Carry and other", "Net", "Share",
        ],
        rows: attribution.rows.prefix(limit).map { row in
          [
            .init(row.label), .init(count: row.trades), row.trades > 0 ? .init(row.winRate, .percent(0)) : .init("–"),
            .init(row.grossProfit, context.money), .init(row.openProfit, context.money),
            .init(row.fees, context.money), .init(row.other - row.carry, context.money),
            .init(row.netProfit, context.money),
            row.share.map { .init($0, .percent(0)) } ?? .init("–"),
          ]
        }, note: attribution.rows.count > limit ? "The first \(limit) of \(attribution.rows.count)." : nil),
      title: "Result \(title.prefix(1).lowercased() + title.dropFirst())", isWide: true,
      introduction:
        "Closed round trips and what is still held at the last mark, \(context.currency); the rows add up to the "
        + "profit of the lane.")
  }

  private static func latency(_ context: ReportContext, _ content: inout SectionContent) {
    var delays: [Double] = []
    context.result.orders.visit { order in
      guard order.venueTime != .min, order.venueTime >= order.decisionTime else { return }
      delays.append(Double(order.venueTime - order.decisionTime))
    }
    guard !delays.isEmpty else {
      content.add(missing: "Latency of orders", because: "no order reached a venue")
      return
    }
    Trades.durations(context, delays, id: "latency", title: "From decision to venue", unit: "order", &content)
  }
}
