import Analytics
import MarketTypes

/// Results over the parameters of the lanes.
enum LaneMap {
  /// A setting that differs between lanes, with others that tell the same lanes apart in the same way.
  struct Setting {
    let name: String
    /// Names of settings that differ exactly where this one does.
    var companions: [String] = []
    let isNumber: Bool
  }

  /// Settings in which any two lanes differ, in the order in which lanes state them; a missing one is a value, too.
  static func varying(_ lanes: [LaneResult]) -> [Setting] {
    var names: [String] = []
    var values: [String: [LaneResult.Setting?]] = [:]
    for (lane, result) in lanes.enumerated() {
      for setting in result.settings {
        if values[setting.name] == nil {
          names.append(setting.name)
          values[setting.name] = Array(repeating: nil, count: lanes.count)
        }
        values[setting.name]?[lane] = setting
      }
    }
    var found: [Setting] = []
    var patterns: [[Int]: Int] = [:]
    for name in names {
      let own = values[name] ?? []
      var codes: [LaneResult.Setting?: Int] = [:]
      let pattern = own.map { setting -> Int in
        let code = codes[setting] ?? codes.count
        codes[setting] = code
        return code
      }
      guard codes.count > 1 else { continue }
      if let same = patterns[pattern] {
        found[same].companions.append(name)
      } else {
        patterns[pattern] = found.count
        found.append(Setting(name: name, isNumber: own.allSatisfy { $0.map(\.word.isEmpty) ?? false }))
      }
    }
    return found
  }

  /// What a lane has of a setting.
  static func cell(_ lane: LaneResult, _ name: String) -> DataTable.Cell {
    guard let setting = lane.settings.first(where: { $0.name == name }) else { return .init("none") }
    guard setting.word.isEmpty else { return .init(setting.word) }
    let text = Format.natural(setting.value)
    return .init(text, raw: Format.plain(setting.value, 9))
  }

  /// What the columns of settings are, in words.
  static func words(_ varying: [Setting], shown: Int) -> String {
    guard !varying.isEmpty else { return "The lanes have the same settings." }
    let all = varying.reduce(varying.count) { $0 + $1.companions.count }
    var text = "\(Format.counted(all, "setting differs", "settings differ")) between lanes"
    if varying.count > shown { text += "; \(Format.count(shown)) of \(Format.count(varying.count)) columns are shown" }
    text += "."
    for setting in varying.prefix(shown) where !setting.companions.isEmpty {
      text += " \(setting.name) goes together with \(setting.companions.joined(separator: ", "))."
    }
    return text + " A parameter stands by its name, anything else by its key; “none” is a key that is absent."
  }

  static func add(_ context: ReportContext, _ content: inout SectionContent) {
    let lanes = context.result.lanes
    let all = varying(lanes)
    guard !all.isEmpty else {
      content.add(missing: "Map over the settings", because: "the lanes have the same settings")
      return
    }
    // The two that explain most of the profit make the map.
    let names = all.filter(\.isNumber).map(\.name).sorted { (-explained(lanes, $0), $0) < (-explained(lanes, $1), $1) }
    guard let first = names.first else {
      content.add(
        missing: "Map over the settings",
        because:
          "lanes differ in words or absent keys only (\(all.map(\.name).joined(separator: ", "))), which have no order: see the table"
      )
      return
    }
    guard names.count > 1 else {
      single(context, first, &content)
      return
    }
    grid(context, first, names[1], &content)
  }

  /// The share of the variance of profit between groups of equal values.
  private static func explained(_ lanes: [LaneResult], _ name: String) -> Double {
    var groups: [Double: (sum: Double, count: Double)] = [:]
    var keys: [Double] = []
    for lane in lanes {
      guard let value = lane.settings.first(where: { $0.name == name })?.value else { continue }
      if groups[value] == nil { keys.append(value) }
      let old = groups[value] ?? (0, 0)
      groups[value] = (old.sum + lane.profit, old.count + 1)
    }
    let mean = lanes.reduce(0) { $0 + $1.profit } / Double(lanes.count)
    let total = lanes.reduce(0) { $0 + ($1.profit - mean) * ($1.profit - mean) }
    // Summed in the order of appearance, so that the same run gives the same bytes.
    let between = keys.reduce(0.0) { sum, key in
      guard let group = groups[key] else { return sum }
      let distance = group.sum / group.count - mean
      return sum + group.count * distance * distance
    }
    return total > 0 ? between / total : 0
  }

  /// Decimals enough for all values.
  private static func axisStyle(_ values: [Double]) -> NumberStyle {
    .number(
      values.map { value in Format.natural(value).split(separator: ".").dropFirst().first?.count ?? 0 }.max() ?? 0)
  }

  private static func value(_ lane: LaneResult, _ name: String) -> Double? {
    lane.settings.first { $0.name == name }?.value
  }

  private static func single(_ context: ReportContext, _ name: String, _ content: inout SectionContent) {
    let lanes = context.result.lanes
    let known = lanes.indices.filter { value(lanes[$0], name) != nil }
    let (rows, note) = Trades.chosen(known.map { lanes[$0].profit })
    let shown = context.result.shownLane
    func series(_ title: String, _ members: [Int], _ color: Int, _ shape: Plot.Series.Shape) -> Plot.Series {
      Plot.Series(
        name: title, mark: .dots, color: color, x: members.map { value(lanes[$0], name) ?? .nan },
        y: members.map { lanes[$0].profit },
        labels: members.map { "\(lanes[$0].name): \(context.money.signedText(lanes[$0].profit))" }, shape: shape)
    }
    content.add(
      Plot(
        id: "lane-map", title: "Profit by \(name)", summary: "Each mark is a lane; the shown one is a square.",
        x: Plot.Axis(label: name, style: axisStyle(known.compactMap { value(lanes[$0], name) })),
        y: Plot.Axis(style: context.money),
        series: [
          series("Lane", rows.map { known[$0] }.filter { $0 != shown }, 3, .circle),
          series("Shown lane", known.contains(shown) ? [shown] : [], 1, .square),
        ], notes: note.map { [$0] } ?? []))
  }

  /// The mean profit over a grid of two settings; values are grouped to at most twelve a side.
  private static func grid(_ context: ReportContext, _ first: String, _ second: String, _ content: inout SectionContent)
  {
    let lanes = context.result.lanes
    func levels(_ name: String) -> [Double] {
      let all = Set(lanes.compactMap { value($0, name) }).sorted()
      guard all.count > 12 else { return all }
      return (0..<12).map { all[$0 * (all.count - 1) / 11] }
    }
    let (columns, rows) = (levels(first), levels(second))
    func nearest(_ value: Double, _ levels: [Double]) -> Int {
      levels.indices.min { (levels[$0] - value).magnitude < (levels[$1] - value).magnitude } ?? 0
    }
    var sums = [Double](repeating: 0, count: columns.count * rows.count)
    var counts = [Int](repeating: 0, count: sums.count)
    for lane in lanes {
      guard let x = value(lane, first), let y = value(lane, second) else { continue }
      let cell = nearest(y, rows) * columns.count + nearest(x, columns)
      sums[cell] += lane.profit
      counts[cell] += 1
    }
    let means = sums.indices.map { counts[$0] > 0 ? sums[$0] / Double(counts[$0]) : Double.nan }
    let widest = means.filter(\.isFinite).map(\.magnitude).max() ?? 0
    let shown = lanes[context.result.shownLane]
    let own = value(shown, second).flatMap { y in
      value(shown, first).map { nearest(y, rows) * columns.count + nearest($0, columns) }
    }
    var html =
      "<div class=\"card wide\"><h3>Map over \(HTML.escape(first)) and \(HTML.escape(second))</h3><p>Mean profit in "
      + "\(HTML.escape(context.currency)) of the lanes in each cell; the shown lane's is framed. These two settings explain most "
      + "of the differences. A good cell among bad neighbours is luck more often than skill.</p>"
      + "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Map of lanes\"><table class=\"heat\"><caption>Mean profit by "
      + "\(HTML.escape(first)) (columns) and \(HTML.escape(second)) (rows)</caption><thead><tr><th scope=\"col\">"
      + "\(HTML.escape(second)) \\ \(HTML.escape(first))</th>"
    for column in columns { html += "<th scope=\"col\" class=\"n\">\(Format.natural(column))</th>" }
    html += "</tr></thead><tbody>"
    for (y, row) in rows.enumerated() {
      html += "<tr><th scope=\"row\" class=\"n\">\(Format.natural(row))</th>"
      for x in columns.indices {
        let cell = y * columns.count + x
        guard means[cell].isFinite else {
          html += "<td></td>"
          continue
        }
        let depth = widest > 0 ? min(4, Int((means[cell].magnitude / widest * 4).rounded(.up))) : 0
        html +=
          "<td class=\"n \(means[cell] < 0 ? "l" : "g")\(depth)\(cell == own ? " own" : "")\">"
          + "\(Format.compactMoney(means[cell]))</td>"
      }
      html += "</tr>"
    }
    html += "</tbody></table></div>"
    let all = [first, second].map { name in Set(lanes.compactMap { value($0, name) }).count }
    if all.contains(where: { $0 > 12 }) {
      html +=
        "<p class=\"note\">\(Format.count(all[0])) by \(Format.count(all[1])) values: each lane stands in the cell of the nearest "
        + "of at most twelve a side.</p>"
    }
    content.add(html: html + "</div>")
  }
}
