import Analytics
import MarketTypes

/// Why single fills happened, in words, with the order book around those that the run kept a window of.
enum FillStories {
  /// So many are told on any page, and up to the second count where the page has room for more.
  static let fewestStories = 16
  static let mostStories = 120
  private static let ends = 8
  /// Of one fill in words with its mark in a chart, generously.
  private static let storyBytes = 850

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
    /// Fills whose windows the run kept.
    var kept: Set<Int> = []
    /// What is left of the page for words that its script makes.
    var room = 0
  }

  /// `drawn` are the fills that charts show.
  static func add(_ context: ReportContext, _ choice: Choice, drawn: [Int], _ content: inout SectionContent) {
    guard !context.result.fills.isEmpty else { return }
    var html =
      "<div class=\"card wide\" id=\"stories\"><h3>Fills explained</h3><p>\(HTML.escape(intro(context, choice)))</p>"
      + "<p>\(HTML.escape(windowWords(context, choice)))</p><div class=\"stories\">"
    let told = FillReason(context)
    for row in choice.rows { html += story(context, row, told, choice) }
    content.add(html: html + "</div></div>")
    content.add(fills: records(context, choice, told, drawn).json(context, kept: choice.kept.sorted()))
  }

  /// Every fill that a chart shows and the page does not tell of anyway; then others at equal distances.
  private static func records(
    _ context: ReportContext, _ choice: Choice, _ told: FillReason, _ drawn: [Int]
  ) -> FillRecords {
    let count = context.result.fills.count
    let known = Set(choice.rows)
    var wanted = Set(drawn).subtracting(known)
    let room = min(FillRecords.most, max(0, choice.room / FillRecords.recordBytes))
    if count - known.count <= room {
      wanted = Set(0..<count).subtracting(known)
    } else if room > wanted.count, room > 1 {
      for step in 0..<room where wanted.count < room {
        let row = step * (count - 1) / (room - 1)
        if !known.contains(row) { wanted.insert(row) }
      }
    }
    var records = FillRecords()
    for row in wanted.sorted() { records.add(row, head: told.head(row), reason: told.reason(row)) }
    return records
  }

  private static func intro(_ context: ReportContext, _ choice: Choice) -> String {
    let count = context.result.fills.count
    let ways =
      "“lockstep explain \(run(context)) FILL” tells of any one in the terminal, and “lockstep report \(run(context)) --fills LIST” "
      + "makes this page with those asked for."
    let marks =
      " Where scripts run, a mark in the price chart opens the reason of its fill, and the field goes to any by its number. "
    if !context.wantedFills.isEmpty {
      return
        "The \(Format.counted(choice.rows.count, "fill")) asked for, numbered from 0 as in result.h5, of \(Format.count(count))."
        + (choice.refused > 0
          ? " \(Format.count(choice.refused)) more do not exist or would make the page larger than 600 KB." : "")
        + marks + ways
    }
    guard count > choice.rows.count else {
      return
        "Every fill, numbered from 0 as in result.h5: open one, or click its mark in the price chart, to see why it "
        + "happened."
    }
    return
      "\(Format.count(choice.rows.count)) of \(Format.count(count)) fills, numbered from 0 as in result.h5, because the "
      + "page stays below 600 KB: those with an order-book window, the first and the last \(ends), and those after which the "
      + "market moved most within \(Format.horizon(RunFill.markoutHorizons[0])), for and against." + marks
      + ways
  }

  private static func windowWords(_ context: ReportContext, _ choice: Choice) -> String {
    let drawn = choice.windows.count
    let kept = choice.kept.count
    guard drawn > 0 else {
      if kept > 0 {
        return
          "The run kept an order-book window of \(Format.counted(kept, "fill")), of none of these; they are explained in words."
      }
      return context.result.windows.isEmpty
        ? "The run kept no order-book windows (report.windows), so fills are explained in words only."
        : "The data shows no order book around these fills, so they are explained in words only."
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
    let kept = context.result.windows.filter {
      fills.indices.contains($0.fill) && $0.rowCount > 0 && !$0.times.isEmpty
        && $0.depth.count == $0.times.count * $0.rowCount && $0.showsAnything
    }
    let usable = wanted.isEmpty ? kept : kept.filter { wanted.contains($0.fill) }
    choice.kept = Set(kept.map(\.fill))
    // Every mark of a chart opens something, so that its words come first.
    let records = min(fills.count, Trades.mostMarks) * FillRecords.recordBytes
    if !wanted.isEmpty {
      tell(wanted, of: context, usable, room: context.storyBytes - records, &choice)
      choice.room += records
      return choice
    }
    // Then fills in words that need no script: the ends of the run, and the extremes.
    var room = context.storyBytes - records - min(fewestStories, fills.count) * storyBytes
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
    choice.room = max(0, room - (words - fewestStories) * storyBytes) + records
    return choice
  }

  /// The fills asked for, each with its window, until the page is full.
  private static func tell(
    _ wanted: Set<Int>, of context: ReportContext, _ windows: [BookWindow], room most: Int, _ choice: inout Choice
  ) {
    choice.room = most
    let pictures = Dictionary(windows.map { ($0.fill, $0) }) { first, _ in first }
    for row in wanted.sorted() {
      guard context.result.fills.indices.contains(row), choice.room >= storyBytes else {
        choice.refused += 1
        continue
      }
      choice.room -= storyBytes
      choice.rows.append(row)
      guard let window = pictures[row] else { continue }
      let picture = BookPicture(context, window).html()
      guard choice.room >= picture.utf8.count else {
        choice.leftOut += 1
        continue
      }
      choice.room -= picture.utf8.count
      choice.windows[row] = picture
    }
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
    for (row, move) in context.figures.fills.firstMoves.enumerated() where !move.isNaN {
      worst.offer(row, -move)
      best.offer(row, move)
    }
    for rank in 0..<limit where kept.count < limit {
      for rows in [worst.rows, best.rows] where rank < rows.count && kept.count < limit { kept.insert(rows[rank]) }
    }
    return kept.sorted()
  }

  // MARK: One fill

  private static func story(_ context: ReportContext, _ row: Int, _ told: FillReason, _ choice: Choice) -> String {
    let picture = choice.windows[row]
    var html =
      "<details id=\"fill-\(row)\" class=\"story\"><summary><b>\(row)</b> \(HTML.escape(told.head(row).plain))"
      + (picture == nil ? "" : " <i>book</i>") + "</summary><p>\(HTML.escape(told.reason(row).plain))</p>"
    if let picture {
      html += picture
    } else {
      let missing = choice.kept.contains(row) ? Missing.room : .window
      let command = missing == .room ? "report \(run(context)) --fills" : "explain \(run(context))"
      html +=
        "<p class=\"note\">\(HTML.escape(missing.words(context, kept: choice.kept.count))) <code>lockstep \(command) \(row)</code></p>"
    }
    return html + "</details>"
  }

  /// How commands name the run wherever its folder is: by the beginning of its hash, as `lockstep runs` finds it.
  static func run(_ context: ReportContext) -> String {
    let hash = context.result.identity.resultHash
    return hash.count >= 12 && hash.allSatisfy(\.isHexDigit) ? String(hash.prefix(12)) : "RUN"
  }

  /// Why a fill has no order-book window here, or no words: what comes before the command that shows it.
  enum Missing: CaseIterable {
    /// The run kept a window, for which the page has no room; it kept none; and not even words had room.
    case room, window, words

    /// `kept` are the fills whose windows show anything.
    func words(_ context: ReportContext, kept: Int) -> String {
      let count = context.result.fills.count
      switch self {
      case .room: return "The run kept the order book around it, for which this page has no room. It is drawn by"
      case .window:
        if kept == 0, !context.result.windows.isEmpty {
          return "No order book around it: the data shows none. In the terminal:"
        }
        return kept == 0
          ? "No order book around it: the run kept no windows (report.windows). In the terminal:"
          : "No order book around it: the run kept windows of \(Format.count(kept)) of "
            + "\(Format.counted(count, "fill")) (report.windows). In the terminal:"
      case .words:
        return "The page stays below 600 KB and has no room for the reason of this fill. It is told by"
      }
    }
  }
}

/// The words about fills of one run.
struct FillReason {
  private let context: ReportContext
  /// When fills of an order at its price were drawn as missed, by order.
  private let missed: [MissedKey: [Int64]]

  private struct MissedKey: Hashable {
    let order: UInt64
    let decisionTime: Int64
    let instrument: Int
  }

  init(_ context: ReportContext) {
    self.context = context
    missed = Dictionary(
      grouping: context.result.missedFills,
      by: { MissedKey(order: $0.order, decisionTime: $0.decisionTime, instrument: $0.instrument) }
    ).mapValues { $0.map(\.time) }
  }

  /// When, what and at which price.
  func head(_ row: Int) -> FillText {
    let fill = context.result.fills[row]
    return
      "\(Format.moment(fill.time, decimals: context.momentDecimals)) \(phrase: fill.side == .sell ? "sold" : "bought") \(Format.count(Int(clamping: fill.lots))) \(phrase: context.symbol(fill.instrument)) at \(context.price(fill.priceTicks, fill.instrument)) as \(phrase: fill.isMaker ? "maker" : "taker")"
  }

  /// Why it happened, what it cost and how it went on.
  func reason(_ row: Int) -> FillText {
    let fill = context.result.fills[row]
    var text = FillText()
    func clock(_ time: Int64) -> String { Format.time(time, decimals: context.momentDecimals) }
    if fill.decisionTime != .min {
      text +=
        "The strategy decided at \(clock(fill.decisionTime)), \(Format.duration(Double(fill.time - fill.decisionTime))) before the fill. "
    }
    let missed = missedBefore(fill)
    if missed > 0 {
      text +=
        "\(Format.count(missed))\(phrase: missed == 1 ? " fill" : " fills") of its order at its price \(phrase: missed == 1 ? "was" : "were") drawn as missed before, which sent it to the back of its queue. "
    }
    let isFromBar = fill.cause == "bar-range"
    if isFromBar {
      text += barWords(fill)
    } else if fill.joinedTime != .min {
      text +=
        "Its order \(fill.order) joined the queue \(phrase: missed > 0 ? "anew " : "")at \(clock(fill.joinedTime))"
      if fill.aheadWhenJoined != .min {
        text +=
          " behind \(Format.count(Int(clamping: fill.aheadWhenJoined)))\(phrase: fill.aheadWhenJoined == 1 ? " lot" : " lots")"
      }
      if fill.frontTime != .min { text += "; nothing was ahead of it from \(clock(fill.frontTime)) on" }
      text += ". "
    } else if !fill.isMaker {
      text +=
        fill.cause == "aggressed" && !context.figures.fills.knowsMiddle
        ? "Its order \(fill.order) was filled at the last price at once: the data holds no book. "
        : "Its order \(fill.order) took what the book offered. "
    }
    text += "It was filled by the rule “\(phrase: fill.cause)” of the model “\(phrase: fill.model)”"
    if isFromBar {
      text += ": bars name neither quotes nor queues, so that up to the volume of the bar all of it counts as filled"
    } else if fill.causePriceTicks != .min {
      text += ", caused by a market event at \(context.price(fill.causePriceTicks, fill.instrument))"
    }
    let fee = context.money.text(fill.fee.magnitude)
    text +=
      ". \(phrase: fill.fee < 0 ? "It earned a rebate of" : "The fee was") \(fee) \(phrase: context.currency)."
    text += middles(fill)
    return text
  }

  /// What happens to an order inside a bar, by its type.
  private func barWords(_ fill: RunFill) -> FillText {
    if fill.isMaker {
      return
        "Its limit order \(fill.order) waited until the range of a bar went through its price, to \(context.price(fill.causePriceTicks, fill.instrument)). "
    }
    let orders = context.result.orders
    let type = orders.indices.contains(fill.orderRow) ? orders[fill.orderRow].type : nil
    switch type {
    case .stop, .stopLimit, .trailingStop:
      return
        "Its stop order \(fill.order) was triggered inside the range of a bar, and filled there or at the open beyond it, without spread or slippage. "
    case .market:
      return
        "Its market order \(fill.order) waited for the next bar and was filled at that bar's open (at its close had it come within the bar), without spread or slippage. "
    default:
      return
        "Its order \(fill.order) waited for the next bar and was filled at a price of it, without spread or slippage. "
    }
  }

  /// The mid when it was decided and after it.
  private func middles(_ fill: RunFill) -> FillText {
    var text = FillText()
    let turn: Double = fill.side == .sell ? -1 : 1
    if fill.arrivalMidHalfTicks != .min {
      let cost = turn * (2 * Double(fill.priceTicks) - Double(fill.arrivalMidHalfTicks)) / 2
      if cost == 0 {
        text += " Its price was the mid at decision."
      } else {
        text +=
          " Against the mid at decision it was \(Format.number(cost.magnitude, 1)) ticks \(phrase: cost > 0 ? "worse" : "better")."
      }
    }
    var isFirst = true
    for (horizon, mark) in zip(RunFill.markoutHorizons, fill.markoutMidHalfTicks) where mark != .min {
      let ticks = turn * (Double(mark) - 2 * Double(fill.priceTicks)) / 2
      text += isFirst ? " Ticks in its favour: " : ", "
      text +=
        "\(NumberStyle.number(1).signedText(ticks))\(phrase: " after " + Format.horizon(horizon))"
      isFirst = false
    }
    if !isFirst { text += "." }
    return text
  }

  private func missedBefore(_ fill: RunFill) -> Int {
    guard !missed.isEmpty else { return 0 }
    let key = MissedKey(order: fill.order, decisionTime: fill.decisionTime, instrument: fill.instrument)
    return missed[key]?.count { $0 <= fill.time } ?? 0
  }
}
