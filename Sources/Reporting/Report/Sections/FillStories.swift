import Analytics
import MarketTypes

/// Why single fills happened, in words, with the order book around those that the run kept a window of.
enum FillStories {
  /// So many are told on any page, and up to the second count where the page has room for more.
  static let fewestStories = 16
  static let mostStories = 400
  private static let ends = 8
  /// Of one fill in words with its mark in a chart, generously.
  private static let storyBytes = 800

  /// Which fills a page tells of, and with which windows.
  struct Choice {
    /// Ascending.
    var rows: [Int] = []
    /// Pictures by fill.
    var windows: [Int: String] = [:]
    /// Windows that the run kept and the page has no room for.
    var leftOut = 0
    /// Fills that were asked for, and have no room or do not exist.
    var refused = 0
  }

  static func add(_ context: ReportContext, _ choice: Choice, _ content: inout SectionContent) {
    guard !context.result.fills.isEmpty else { return }
    var html =
      "<div class=\"card wide\" id=\"stories\"><h3>Fills explained</h3><p>\(HTML.escape(intro(context, choice)))</p>"
      + "<p>\(HTML.escape(windowWords(context, choice)))</p><div class=\"stories\">"
    for row in choice.rows { html += story(context, row, picture: choice.windows[row]) }
    content.add(html: html + "</div></div>")
  }

  private static func intro(_ context: ReportContext, _ choice: Choice) -> String {
    let count = context.result.fills.count
    let way =
      "lockstep explain RUN FILL tells of any one, and lockstep report RUN --fills LIST makes this page with those asked for"
    if !context.wantedFills.isEmpty {
      return
        "The \(Format.counted(choice.rows.count, "fill")) asked for, numbered from 0 as in result.h5, of \(Format.count(count)): "
        + "open one, or click its mark in the price chart, to see why it happened."
        + (choice.refused > 0
          ? " \(Format.count(choice.refused)) more do not exist or would make the page larger than 600 KB: \(way)."
          : "")
    }
    guard count > choice.rows.count else {
      return
        "Every fill, numbered from 0 as in result.h5: open one, or click its mark in the price chart, to see why it "
        + "happened."
    }
    let told = Set(choice.rows)
    let other = (0..<count).first { !told.contains($0) } ?? 0
    return
      "\(Format.count(choice.rows.count)) of \(Format.count(count)) fills, numbered from 0 as in result.h5, because the "
      + "page stays below 600 KB: those with an order-book window, the first and the last \(ends), and those after which the "
      + "market moved most within \(Format.duration(Double(RunFill.markoutHorizons[0]))), for and against. For any of the other "
      + "\(Format.count(count - choice.rows.count)), \(way), such as “lockstep explain RUN \(other)”."
  }

  private static func windowWords(_ context: ReportContext, _ choice: Choice) -> String {
    let drawn = choice.windows.count
    let kept = context.result.windows.count
    guard drawn > 0 else {
      return kept == 0
        ? "The run kept no order-book windows (report.windows), so fills are explained in words only."
        : "The run kept an order-book window of \(Format.counted(kept, "fill")), of none of these; they are explained in words."
    }
    var text =
      "\(Format.counted(drawn, "fill")), marked “book”, \(drawn == 1 ? "has" : "have") an order-book window: "
      + "the run kept \(Format.count(kept)) of \(Format.count(context.result.fills.count)) fills, the first of every cause and "
      + "others at equal distances. A window needs the ticks, so that more of them are kept by a run only (report.windows)."
    if choice.leftOut > 0 {
      text +=
        " \(Format.count(choice.leftOut)) of them, evenly chosen, would not fit into the page; result.h5 has them."
    }
    return text + " " + BookPicture.legend
  }

  // MARK: Which fills

  /// What fits into `context.storyBytes`: windows first, then fills in words.
  static func choose(_ context: ReportContext) -> Choice {
    let fills = context.result.fills
    var choice = Choice()
    let wanted = context.wantedFills
    let usable = context.result.windows.filter {
      fills.indices.contains($0.fill) && $0.rowCount > 0 && !$0.times.isEmpty
        && $0.depth.count == $0.times.count * $0.rowCount && (wanted.isEmpty || wanted.contains($0.fill))
    }
    if !wanted.isEmpty { return chosen(context, wanted, usable) }
    // Fills in words come first: the ends of the run, and the extremes.
    var room = context.storyBytes - min(fewestStories, fills.count) * storyBytes
    // Evenly from the first to the last, so that what is left out has no pattern.
    for place in spread(usable.count) {
      let window = usable[place]
      let picture = BookPicture(context, window).html()
      let bytes = picture.utf8.count + storyBytes
      guard room >= bytes || choice.windows.isEmpty else {
        choice.leftOut += 1
        continue
      }
      room -= bytes
      choice.windows[window.fill] = picture
    }
    let words = min(fewestStories + max(0, room / storyBytes), mostStories)
    choice.rows = rows(context, windows: choice.windows.keys.sorted(), limit: choice.windows.count + words)
    return choice
  }

  /// The fills asked for, each with its window, until the page is full.
  private static func chosen(_ context: ReportContext, _ wanted: Set<Int>, _ windows: [BookWindow]) -> Choice {
    var choice = Choice()
    var room = context.storyBytes
    let pictures = Dictionary(windows.map { ($0.fill, $0) }) { first, _ in first }
    for row in wanted.sorted() {
      guard context.result.fills.indices.contains(row), room >= storyBytes else {
        choice.refused += 1
        continue
      }
      room -= storyBytes
      choice.rows.append(row)
      guard let window = pictures[row] else { continue }
      let picture = BookPicture(context, window).html()
      guard room >= picture.utf8.count else {
        choice.leftOut += 1
        continue
      }
      room -= picture.utf8.count
      choice.windows[row] = picture
    }
    return choice
  }

  /// 0 ..< count in an order whose every beginning is spread over all of it: the ends first, then halves, quarters, …
  private static func spread(_ count: Int) -> [Int] {
    guard count > 2 else { return Array(0..<count) }
    var order = [0, count - 1]
    var known = Set(order)
    var step = Double(count - 1)
    while order.count < count {
      step /= 2
      var place = step
      while place < Double(count - 1) {
        if known.insert(Int(place)).inserted { order.append(Int(place)) }
        place += step
      }
      guard step > 0.25 else { break }
    }
    return order + (0..<count).filter { !known.contains($0) }
  }

  private static func rows(_ context: ReportContext, windows: [Int], limit: Int) -> [Int] {
    let fills = context.result.fills
    guard fills.count > limit else { return Array(fills.indices) }
    var kept = Set(windows)
    kept.formUnion(fills.indices.prefix(ends))
    kept.formUnion(fills.indices.suffix(ends))
    var worst = Extremes(limit: limit)
    var best = worst
    for row in fills.indices {
      guard let mark = fills[row].markoutMidHalfTicks.first, mark != .min else { continue }
      let move = (fills[row].side == .sell ? -1 : 1) * (Double(mark) - 2 * Double(fills[row].priceTicks))
      worst.offer(row, -move)
      best.offer(row, move)
    }
    for rank in 0..<limit where kept.count < limit {
      for rows in [worst.rows, best.rows] where rank < rows.count && kept.count < limit { kept.insert(rows[rank]) }
    }
    return kept.sorted()
  }

  // MARK: One fill

  private static func story(_ context: ReportContext, _ row: Int, picture: String?) -> String {
    let fill = context.result.fills[row]
    let price = context.price(fill.priceTicks, fill.instrument)
    let head =
      "\(Format.moment(fill.time, decimals: context.momentDecimals))  \(fill.side == .sell ? "sold" : "bought") "
      + "\(Format.count(Int(clamping: fill.lots))) \(context.symbol(fill.instrument)) at \(price) as \(fill.isMaker ? "maker" : "taker")"
    var html =
      "<details id=\"fill-\(row)\" class=\"story\"><summary><b>\(row)</b> \(HTML.escape(head))"
      + (picture == nil ? "" : " <i>book</i>") + "</summary><p>\(HTML.escape(explanation(context, fill)))</p>"
    if let picture { html += picture }
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
        "Against the mid at decision it was \(Format.number(cost.magnitude, 1)) ticks \(cost > 0 ? "worse" : "better or equal")."
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
