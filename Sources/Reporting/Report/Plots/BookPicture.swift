extension BookWindow {
  /// A window without a level in which the own order never rested is empty paper.
  var showsAnything: Bool { depth.contains { $0 != 0 } || ahead.contains { $0 != .min } }
}

/// The order book around one fill: depth by price and time as tiles, the own order's price, the fill, and how the queue
/// ahead of it shrank.
struct BookPicture {
  private let context: ReportContext
  private let window: BookWindow
  private let fill: RunFill
  private let columns: [Int]

  static let mostColumns = 64
  /// How to read any of them.
  static let legend =
    "In the pictures bids are blue, offers orange and hatched, the darker the more lots; the dashed line is the own order, the "
    + "cross the fill, and the line below the lots ahead of the own order in its queue."
  /// Whole units, so that the many tiles need few digits.
  private let columnWidth: Double
  private let rowHeight: Double
  private let size: (width: Double, depthHeight: Double, queueHeight: Double)
  private let left = 70.0

  init(_ context: ReportContext, _ window: BookWindow) {
    self.context = context
    self.window = window
    fill = context.result.fills[window.fill]
    let count = window.times.count
    columns =
      count <= Self.mostColumns
      ? Array(0..<count) : (0..<Self.mostColumns).map { $0 * (count - 1) / (Self.mostColumns - 1) }
    columnWidth = max(2, (640 / Double(max(1, columns.count))).rounded(.down))
    rowHeight = max(2, 2 * (110 / Double(max(1, window.rowCount))).rounded())
    size = (left + 10 + columnWidth * Double(columns.count), rowHeight * Double(window.rowCount), 70)
  }

  private var id: String { "book-\(window.fill)" }

  func html() -> String {
    var text =
      "<figure id=\"\(id)\" class=\"book\" role=\"group\" aria-labelledby=\"\(id)-t\"><div class=\"draw\">" + svg()
      + "</div>"
    if columns.count < window.times.count {
      text +=
        "<p class=\"note\">\(columns.count) of \(Format.count(window.times.count)) moments are drawn, evenly chosen.</p>"
    }
    return text + "<details class=\"data\"><summary>Data</summary>"
      + table().html(caption: "Book around fill \(window.fill)")
      + "</details></figure>"
  }

  private func table() -> DataTable {
    let stride = max(1, columns.count / 6)
    let shown = Swift.stride(from: 0, to: columns.count, by: stride).map { columns[$0] }
    return DataTable(
      columns: ["Time (UTC)", "Best bid", "Lots", "Best offer", "Lots", "Lots ahead"],
      rows: shown.map { column in
        let depth = (0..<window.rowCount).map { window.depth[column * window.rowCount + $0] }
        let bid = depth.lastIndex { $0 > 0 }
        let offer = depth.firstIndex { $0 < 0 }
        func price(_ row: Int?) -> DataTable.Cell {
          .init(row.map { context.price(window.lowestTicks + Int32($0), fill.instrument) } ?? "–")
        }
        func lots(_ row: Int?) -> DataTable.Cell {
          row.map { .init(count: Int(clamping: depth[$0].magnitude)) } ?? .init("–")
        }
        let ahead = column < window.ahead.count ? window.ahead[column] : .min
        return [
          .init(Format.time(window.times[column], decimals: context.momentDecimals)), price(bid), lots(bid),
          price(offer), lots(offer), ahead == .min ? .init("–") : .init(count: Int(clamping: ahead)),
        ]
      })
  }

  private func svg() -> String {
    let width = size.width
    let top = 10.0
    let depthBottom = top + size.depthHeight
    let height = depthBottom + 22 + size.queueHeight + 18
    func number(_ value: Double) -> String { Format.plain(value, 1) }
    func y(row: Int) -> Double { depthBottom - Double(row + 1) * rowHeight }
    let from = window.times[columns[0]]
    let to = window.times[columns[columns.count - 1]]
    func x(_ time: Int64) -> Double {
      to > from ? left + Double(time - from) / Double(to - from) * (width - left - 10) : left
    }
    var text =
      "<svg class=\"plot\" viewBox=\"0 0 \(number(width)) \(number(height))\" role=\"img\" aria-labelledby=\"\(id)-t \(id)-d\">"
      + "<title id=\"\(id)-t\">Order book around fill \(window.fill)</title><desc id=\"\(id)-d\">"
      + HTML.escape(
        "Depth of \(context.symbol(fill.instrument)) from \(Format.time(from, decimals: context.momentDecimals)) to "
          + "\(Format.time(to, decimals: context.momentDecimals)); the fill is at \(context.price(fill.priceTicks, fill.instrument))."
      )
      + "</desc><g class=\"body\">"
    text += tiles(y)
    text += "<g class=\"grid\">"
    let every = max(1, window.rowCount / 6)
    for row in stride(from: 0, to: window.rowCount, by: every) {
      text +=
        "<text x=\"\(number(left - 8))\" y=\"\(number(y(row: row) + rowHeight / 2))\" dy=\"4\" text-anchor=\"end\">"
        + "\(HTML.escape(context.price(window.lowestTicks + Int32(row), fill.instrument)))</text>"
    }
    for tick in Ticks.times(from: from, through: to, count: 5) {
      text +=
        "<text x=\"\(number(x(tick.time)))\" y=\"\(number(depthBottom + 16))\" text-anchor=\"middle\">\(HTML.escape(tick.label))</text>"
    }
    text += "</g>"
    let fillRow = Double(fill.priceTicks - window.lowestTicks) + 0.5
    if fillRow >= 0, fillRow <= Double(window.rowCount) {
      let fillY = depthBottom - fillRow * rowHeight
      let rests = columns.filter { $0 < window.ahead.count && window.ahead[$0] != .min }
      if let first = rests.first, let last = rests.last {
        text +=
          "<path class=\"s6 dash\" fill=\"none\" stroke=\"#456\" d=\"M\(number(x(window.times[first]))) \(number(fillY))"
          + "H\(number(x(window.times[last])))\"/>"
      }
      text +=
        "<path class=\"s7 thick\" fill=\"none\" stroke=\"#000\" d=\"M\(number(min(max(x(fill.time), left), width - 10))) \(number(fillY))"
        + "m-5-5l10 10m0-10l-10 10\"/>"
    }
    text += queue(x: x, top: depthBottom + 26)
    return text + "</g></svg>"
  }

  /// Runs of equal shade along a row are one thick line of one path for each shade.
  private func tiles(_ y: (Int) -> Double) -> String {
    let largest = window.depth.map(\.magnitude).max() ?? 0
    guard largest > 0 else { return "" }
    func shade(_ column: Int, _ row: Int) -> Int {
      let lots = window.depth[column * window.rowCount + row]
      guard lots != 0 else { return 0 }
      let level = 1 + Int((Double(lots.magnitude) / Double(largest)).squareRoot() * 3.999)
      return lots > 0 ? min(4, level) : -min(4, level)
    }
    var paths: [Int: String] = [:]
    for row in 0..<window.rowCount {
      var start = 0
      while start < columns.count {
        let level = shade(columns[start], row)
        var end = start + 1
        while end < columns.count, shade(columns[end], row) == level { end += 1 }
        if level != 0 {
          let x = left + Double(start) * columnWidth
          paths[level, default: ""] +=
            "M\(Format.plain(x, 1)) \(Format.plain(y(row) + rowHeight / 2, 1))"
            + "h\(Format.plain(Double(end - start) * columnWidth, 1))"
        }
        start = end
      }
    }
    return "<g stroke=\"#9ab\" fill=\"none\" stroke-width=\"\(Format.plain(rowHeight, 2))\">"
      + paths.keys.sorted().map { level in
        "<path class=\"\(level > 0 ? "bid" : "ask")\(level.magnitude)\" d=\"\(paths[level] ?? "")\"/>"
      }.joined() + "</g>"
  }

  private func queue(x: (Int64) -> Double, top: Double) -> String {
    let rests = columns.filter { $0 < window.ahead.count && window.ahead[$0] != .min }
    let highest = rests.map { window.ahead[$0] }.max() ?? 0
    guard !rests.isEmpty else {
      return
        "<text class=\"tag\" x=\"\(Format.plain(left, 1))\" y=\"\(Format.plain(top + 24, 1))\">The own order never rested.</text>"
    }
    let bottom = top + size.queueHeight
    var pen = Pen()
    var previous: Double?
    for column in rests {
      let y = bottom - (highest > 0 ? Double(window.ahead[column]) / Double(highest) : 0) * size.queueHeight
      let place = x(window.times[column])
      if let previous { pen.draw(place, previous) }
      pen.draw(place, y)
      previous = y
    }
    return
      "<g class=\"grid\"><path d=\"M\(Format.plain(left, 1)) \(Format.plain(bottom, 1))H\(Format.plain(size.width - 10, 1))\"/>"
      + "<text x=\"\(Format.plain(left - 8, 1))\" y=\"\(Format.plain(top + 10, 1))\" text-anchor=\"end\">\(Format.count(Int(clamping: highest)))</text>"
      + "<text x=\"\(Format.plain(left - 8, 1))\" y=\"\(Format.plain(bottom, 1))\" text-anchor=\"end\">0 ahead</text></g>"
      + "<path class=\"s1\" fill=\"none\" stroke=\"#456\" d=\"\(pen.text)\"/>"
  }
}
