import Analytics
import MarketTypes

/// Why single fills happened, in words, with the order book around those that the run kept a window of.
enum FillStories {
  /// So many are told on any page, and up to the second count where the page has room for more.
  static let fewestStories = 60
  static let mostStories = 400
  private static let ends = 8
  static let mostWindows = 4

  static func add(_ context: ReportContext, rows: [Int], _ content: inout SectionContent) {
    let fills = context.result.fills
    guard !fills.isEmpty else { return }
    let windows = chosenWindows(context)
    var html =
      "<div class=\"card wide\" id=\"stories\"><h3>Fills explained</h3><p>\(HTML.escape(intro(context, rows)))</p>"
      + "<div class=\"stories\">"
    for row in rows {
      html += story(context, row, window: windows.first { $0.fill == row })
    }
    html += "</div>"
    let kept = context.result.windows.count
    if kept > windows.count {
      html += "<p class=\"note\">\(windows.count) of the \(kept) order-book windows of the run are drawn.</p>"
    } else if kept == 0 {
      html += "<p class=\"note\">The run kept no order-book windows, so fills are explained in words only.</p>"
    }
    content.add(html: html + "</div>")
  }

  private static func intro(_ context: ReportContext, _ rows: [Int]) -> String {
    let count = context.result.fills.count
    guard count > rows.count else {
      return
        "Every fill, numbered from 0 as in result.h5: open one, or click its mark in the price chart, to see why it "
        + "happened."
    }
    let told = Set(rows)
    let other = (0..<count).first { !told.contains($0) } ?? 0
    return
      "\(Format.count(rows.count)) of \(Format.count(count)) fills, numbered from 0 as in result.h5: those with an "
      + "order-book window drawn, the first and the last \(ends), and those after which the market moved most within "
      + "\(Format.duration(Double(RunFill.markoutHorizons[0]))), for and against. For any of the other "
      + "\(Format.count(count - rows.count)): lockstep explain RUN FILL, such as “lockstep explain RUN \(other)”."
  }

  /// Rows of the fills that the page explains, ascending.
  static func explained(_ context: ReportContext) -> [Int] { chosen(context, windows: chosenWindows(context)) }

  private static func chosenWindows(_ context: ReportContext) -> [BookWindow] {
    Array(
      context.result.windows.filter {
        context.result.fills.indices.contains($0.fill) && $0.rowCount > 0 && !$0.times.isEmpty
          && $0.depth.count == $0.times.count * $0.rowCount
      }.prefix(mostWindows))
  }

  private static func chosen(_ context: ReportContext, windows: [BookWindow]) -> [Int] {
    let fills = context.result.fills
    guard fills.count > context.storyLimit else { return Array(fills.indices) }
    var kept = Set(windows.map(\.fill))
    kept.formUnion(fills.indices.prefix(ends))
    kept.formUnion(fills.indices.suffix(ends))
    var worst = Extremes(limit: context.storyLimit)
    var best = worst
    for row in fills.indices {
      guard let mark = fills[row].markoutMidHalfTicks.first, mark != .min else { continue }
      let move = (fills[row].side == .sell ? -1 : 1) * (Double(mark) - 2 * Double(fills[row].priceTicks))
      worst.offer(row, -move)
      best.offer(row, move)
    }
    for rank in 0..<context.storyLimit where kept.count < context.storyLimit {
      for rows in [worst.rows, best.rows] where rank < rows.count && kept.count < context.storyLimit {
        kept.insert(rows[rank])
      }
    }
    return kept.sorted()
  }

  // MARK: One fill

  private static func story(_ context: ReportContext, _ row: Int, window: BookWindow?) -> String {
    let fill = context.result.fills[row]
    let price = context.price(fill.priceTicks, fill.instrument)
    let head =
      "\(Format.moment(fill.time, decimals: context.momentDecimals))  \(fill.side == .sell ? "sold" : "bought") "
      + "\(Format.count(Int(clamping: fill.lots))) \(context.symbol(fill.instrument)) at \(price) as \(fill.isMaker ? "maker" : "taker")"
    var html =
      "<details id=\"fill-\(row)\" class=\"story\"><summary><b>\(row)</b> \(HTML.escape(head))"
      + (window == nil ? "" : " <i>book</i>") + "</summary><p>\(HTML.escape(explanation(context, fill)))</p>"
    if let window { html += BookPicture(context, window).html() }
    return html + "</details>"
  }

  static func explanation(_ context: ReportContext, _ fill: RunFill) -> String {
    let digits = context.momentDecimals
    func clock(_ time: Int64) -> String { Format.time(time, decimals: digits) }
    var text: [String] = []
    if fill.decisionTime != .min {
      text.append(
        "The strategy decided at \(clock(fill.decisionTime)), "
          + "\(Format.duration(Double(fill.time - fill.decisionTime))) before the fill.")
    }
    let missed = context.result.missedFills.filter {
      $0.order == fill.order && $0.decisionTime == fill.decisionTime && $0.instrument == fill.instrument
        && $0.time <= fill.time
    }
    if !missed.isEmpty {
      text.append(
        "\(Format.counted(missed.count, "fill")) of its order at its price \(missed.count == 1 ? "was" : "were") drawn as "
          + "missed before, which sent it to the back of its queue.")
    }
    if fill.joinedTime != .min {
      var part =
        "Its order \(fill.order) joined the queue \(missed.isEmpty ? "" : "anew ")at \(clock(fill.joinedTime))"
      if fill.aheadWhenJoined != .min {
        part += " behind \(Format.counted(Int(clamping: fill.aheadWhenJoined), "lot"))"
      }
      if fill.frontTime != .min {
        part += "; nothing was ahead of it from \(clock(fill.frontTime)) on"
      }
      text.append(part + ".")
    } else if !fill.isMaker {
      text.append("Its order \(fill.order) took what the book offered.")
    }
    var cause = "It was filled by the rule “\(fill.cause)” of the model “\(fill.model)”"
    if fill.causePriceTicks != .min {
      cause += ", caused by a market event at \(context.price(fill.causePriceTicks, fill.instrument))"
    }
    text.append(cause + ".")
    let fee = context.money.text(fill.fee.magnitude)
    text.append(
      fill.fee < 0 ? "It earned a rebate of \(fee) \(context.currency)." : "The fee was \(fee) \(context.currency).")
    if fill.arrivalMidHalfTicks != .min {
      let cost = (fill.side == .sell ? -1 : 1) * (2 * Double(fill.priceTicks) - Double(fill.arrivalMidHalfTicks)) / 2
      text.append(
        "Against the mid at decision it was \(Format.fixed(cost.magnitude, 1)) ticks \(cost > 0 ? "worse" : "better or equal")."
      )
    }
    let moves = zip(RunFill.markoutHorizons, fill.markoutMidHalfTicks).compactMap { horizon, mark -> String? in
      guard mark != .min else { return nil }
      let ticks = (fill.side == .sell ? -1 : 1) * (Double(mark) - 2 * Double(fill.priceTicks)) / 2
      return "\(NumberStyle.number(1).signedText(ticks)) after \(Format.duration(Double(horizon)))"
    }
    if !moves.isEmpty { text.append("Ticks in its favour: \(moves.joined(separator: ", ")).") }
    return text.joined(separator: " ")
  }
}
