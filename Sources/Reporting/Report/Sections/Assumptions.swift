import Analytics
import MarketTypes

/// Section 8: what the run takes for granted, which of it flatters the result, and what remains when it does not.
enum Assumptions {
  static func content(_ context: ReportContext) -> SectionContent {
    var content = SectionContent()
    list(context, &content)
    pessimistic(context, &content)
    concentration(context, &content)
    sample(context, &content)
    return content
  }

  private static func list(_ context: ReportContext, _ content: inout SectionContent) {
    let assumptions = context.result.assumptions
    guard !assumptions.isEmpty else {
      content.add(missing: "Assumptions in words", because: "the run recorded none")
      return
    }
    var html =
      "<div class=\"card wide\"><h3>What the run takes for granted</h3><p>▲ makes the result look better than reality would, "
      + "▼ worse, ● neither as far as known.</p><ul class=\"assumptions\">"
    let order: [Assumption.Direction] = [.optimistic, .neutral, .pessimistic]
    for direction in order {
      for assumption in assumptions where assumption.direction == direction {
        let (mark, name) =
          switch direction {
          case .optimistic: ("▲", "optimistic")
          case .pessimistic: ("▼", "pessimistic")
          case .neutral: ("●", "neutral")
          }
        html +=
          "<li class=\"\(name)\"><span aria-hidden=\"true\">\(mark)</span> <b>\(HTML.escape(assumption.topic))</b> "
          + "<em>\(name)</em> \(HTML.escape(Format.signed(assumption.text)))</li>"
      }
    }
    content.add(html: html + "</ul></div>")
  }

  private static func pessimistic(_ context: ReportContext, _ content: inout SectionContent) {
    guard let worse = context.result.pessimistic, let base = context.result.lanes[safe: context.result.shownLane] else {
      content.add(missing: "The pessimistic re-run", because: "the run made none")
      return
    }
    let values: [(String, Double, Double, NumberStyle)] = [
      ("Profit", base.profit, worse.outcome.profit, context.money),
      ("Final equity", base.finalEquity, worse.outcome.finalEquity, context.money),
      ("Fees", base.fees, worse.outcome.fees, context.money),
      ("Carry", base.carry.total, worse.outcome.carry.total, context.money),
      ("Deepest drawdown by samples of equity", base.deepestDrawdown, worse.outcome.deepestDrawdown, .percent(2)),
      ("Fills", Double(base.fills), Double(worse.outcome.fills), .number(0)),
      ("Orders", Double(base.ordersSent), Double(worse.outcome.ordersSent), .number(0)),
      ("Venue rejections", Double(base.venueRejects), Double(worse.outcome.venueRejects), .number(0)),
    ]
    let introduction =
      switch PessimisticReach(context.result) {
      case _ where context.figures.neverTraded:
        "The run never traded, so that worse assumptions have nothing to act on."
      case .nothing:
        "These changes reach nothing in this run: every figure is that of the base case, so the result is untested against "
          + "them."
      case .feesAlone:
        "No fill changed: only fees reach this run, so that the result is untested against the other changes."
      case .fills, nil:
        "If the result does not survive this, it depends on how fills are modelled, not on the strategy."
      }
    content.add(
      DataTable(
        columns: ["Figure", "Base case", "Pessimistic", "Difference"],
        rows: values.map { name, first, second, style in
          [.init(name), .init(first, style), .init(second, style), .init(second - first, style)]
        }, note: "Changed: " + Format.signed(worse.changes.joined(separator: "; ")) + "."),
      title: title(worse.changes),
      introduction: introduction
        + (worse.outcome.profit > base.profit
          ? " Here it came to more than the base case: these changes are not worse for this strategy, and their result is no "
            + "lower bound." : ""))
  }

  /// What the re-run makes worse, in few words.
  private static func title(_ changes: [String]) -> String {
    let parts = [
      ("latency", ["latenc", "messages"]), ("fees", ["fee", "rebate"]), ("queues", ["queue"]),
      ("chances of fills", ["probability"]),
    ].filter { _, marks in changes.contains { change in marks.contains { change.contains($0) } } }.map(\.0)
    guard let last = parts.last else { return "The same run under worse assumptions" }
    let rest = parts.dropLast().joined(separator: ", ")
    return "The same run with worse " + (rest.isEmpty ? last : "\(rest) and \(last)")
  }

  private static func concentration(_ context: ReportContext, _ content: inout SectionContent) {
    var rows: [[DataTable.Cell]] = []
    func add(_ name: String, _ values: [Double], _ style: NumberStyle) {
      guard values.count > 5, let concentration = try? ProfitConcentration(values, best: 5) else { return }
      rows.append([
        .init(name), .init(concentration.total, style), .init(concentration.bestSum, style),
        concentration.share.map { .init($0, .percent(0)) } ?? .init("–"), .init(concentration.withoutBest, style),
      ])
    }
    if let trades = context.figures.trades.value {
      add("Five best round trips", trades.trips.map(\.netProfit), context.money)
    }
    let basis = context.basis
    let gains = basis.returns.indices.map { basis.equity[$0 + 1] - basis.equity[$0] }
    add("Five best \(basis.period.shortPlural)", gains, context.money)
    guard !rows.isEmpty else {
      content.add(missing: "Concentration of profit", because: "there are no more than five trades or returns")
      return
    }
    content.add(
      DataTable(
        columns: ["Part", "Profit in all", "Of the best five", "Share", "Without them"], rows: rows,
        note: "A share has no meaning when the profit in all is not above zero."), title: "Concentration of profit",
      introduction:
        "A result carried by five trades or \(basis.period.shortPlural) is luck until shown otherwise. In \(context.currency)."
    )
  }

  /// The share of periods without any move from which on a page warns of it.
  static let idleBar = 0.5

  private static func sample(_ context: ReportContext, _ content: inout SectionContent) {
    var lines: [String] = []
    let count = context.basis.returns.count
    let days = Set(context.basis.times.map { Format.date($0 - 1) }).count
    let idle = context.figures.idleShare
    if !context.basis.isDaily {
      lines.append(
        "The run covers \(Format.counted(days, "day")). Figures within days cannot tell how the strategy fares on others."
      )
    } else if count < 252 {
      lines.append(
        "The run covers \(Format.counted(count, "day")), less than a year: no season or regime has repeated.")
    }
    if let metric = context.figures.metric("min_track_record"), let number = metric.number {
      let unit = context.basis.period.short
      let needed = Format.counted(Int(min(1e12, KeyFigures.shown(metric, number))), unit)
      lines.append(
        Double(count) >= number
          ? "Its \(Format.counted(count, unit)) are no fewer than the \(needed) needed to claim a Sharpe ratio above zero at 95%, were it the only variant tried."
          : "To claim a Sharpe ratio above zero at 95% it would need \(needed); it has \(Format.count(count)).")
    }
    if idle > idleBar, !context.result.fills.isEmpty {
      lines.append(
        "In \(Format.percent(idle, 0)) of its \(context.basis.period.shortPlural) the account did not move. Idle time "
          + "counts as calm: it lengthens the record that figures of luck rely on and shrinks every risk, without a trade."
      )
    }
    if let statistics = context.figures.trades.value?.statistics, statistics.count < 30 {
      lines.append(
        statistics.count == 0
          ? "No round trip was closed: there is neither a win rate nor a profit factor."
          : "Only \(Format.counted(statistics.count, "round trip")) closed: too few for a win rate or a profit factor.")
    }
    guard !lines.isEmpty else { return }
    content.add(
      html: "<div class=\"card wide\"><h3>Is the sample long enough?</h3><ul>"
        + lines.map { "<li>\(HTML.escape($0))</li>" }.joined() + "</ul></div>")
  }
}
