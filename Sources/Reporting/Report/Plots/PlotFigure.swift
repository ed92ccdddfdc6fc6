/// A plot with everything around it: heading, legend, notes, data table; and its data for the script.
extension Plot {
  /// The `figure` element.
  func html() -> String {
    let kind = (width == .wide ? "wide" : "half") + (isOverTime ? " time" : "")
    var text =
      "<figure id=\"\(id)\" class=\"card \(kind)\" role=\"group\" aria-labelledby=\"\(id)-h\">"
      + "<figcaption><h3 id=\"\(id)-h\">\(HTML.escape(title))</h3><p>\(HTML.escape(summary))</p></figcaption>"
    text += legend()
    text += "<div class=\"draw\">" + PlotDrawing(self).svg() + "</div>"
    for note in notes + stillNotes { text += "<p class=\"note\">\(HTML.escape(note))</p>" }
    let table = table ?? sampledTable()
    text +=
      "<details class=\"data\"><summary>Data</summary>" + table.html(caption: title) + "</details></figure>"
    return text
  }

  /// What the picture that needs no script leaves out beyond the notes.
  private var stillNotes: [String] {
    let limit = PlotDrawing.mostPoints(width)
    let isThinned = series.contains { series in
      (series.mark == .line || series.mark == .step || series.mark == .area) && series.x.count > limit
    }
    guard isOverTime, isThinned else { return [] }
    return ["Where no script runs, at most \(limit) of these points are drawn of each line, chosen in the same way."]
  }

  private func legend() -> String {
    let named = series.filter { !$0.name.isEmpty }
    guard named.count > 1 || (named.count == 1 && named[0].name != title) else { return "" }
    var text = "<ul class=\"legend\">"
    for series in named {
      let dash = series.isDashed ? " dash" : ""
      let swatch =
        switch series.mark {
        case .line, .step: "<path class=\"s\(series.color)\(dash)\" d=\"M0 6h22\" stroke=\"#456\"/>"
        case .area: "<path class=\"f\(series.color) soft\" d=\"M0 1h22v10h-22z\" fill=\"#89a\"/>"
        case .band: "<path class=\"f\(series.color) band\" d=\"M0 1h22v10h-22z\" fill=\"#ccd\"/>"
        case .bars: "<path class=\"f\(series.color)\" d=\"M0 1h22v10h-22z\" fill=\"#89a\"/>"
        case .dots where series.shape == .cross:
          "<path class=\"s\(series.color) x\" d=\"\(Self.swatch(.cross))\" fill=\"none\" stroke=\"#456\"/>"
        case .dots: "<path class=\"f\(series.color)\" d=\"\(Self.swatch(series.shape))\" fill=\"#456\"/>"
        }
      text +=
        "<li data-n=\"\(HTML.escape(series.name))\"><svg viewBox=\"0 0 22 12\" width=\"22\" height=\"12\" "
        + "aria-hidden=\"true\">\(swatch)</svg> \(HTML.escape(series.name))</li>"
    }
    return text + "</ul>"
  }

  private static func swatch(_ shape: Series.Shape) -> String {
    switch shape {
    case .circle: "M7.5 6a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z"
    case .triangleUp: "M11 1l5 9h-10z"
    case .triangleDown: "M11 11l5-9h-10z"
    case .square: "M7 2h8v8h-8z"
    case .cross: "M7 2l8 8m0-8l-8 8"
    }
  }

  /// Evenly chosen points of every series at the points of the longest one.
  private func sampledTable() -> DataTable {
    guard let longest = series.max(by: { $0.x.count < $1.x.count }) else {
      return DataTable(columns: ["x"], rows: [])
    }
    let limit = 12
    let count = longest.x.count
    let rows = count <= limit ? Array(0..<count) : (0..<limit).map { $0 * (count - 1) / (limit - 1) }
    var columns = [x.label.isEmpty ? (isOverTime ? "Time (UTC)" : "x") : x.label]
    for series in series {
      if series.mark == .band {
        columns += [series.name + ", upper", series.name + ", lower"]
      } else {
        columns.append(series.name.isEmpty ? title : series.name)
      }
    }
    var cursors = [Int](repeating: 0, count: series.count)
    let isShared = series.allSatisfy { $0.x == longest.x }
    let cells = rows.map { row -> [DataTable.Cell] in
      let position = longest.x[row]
      var cells = [cell(x: position)]
      for (index, series) in series.enumerated() {
        let style = series.style ?? y.style
        var at = row
        if !isShared {
          // The value in force: of points in order of x, the last at or before.
          while cursors[index] + 1 < series.x.count, series.x[cursors[index] + 1] <= position { cursors[index] += 1 }
          at = cursors[index]
        }
        let isKnown = isShared || (at < series.x.count && series.x[at] <= position)
        cells.append(isKnown ? DataTable.Cell(series.y[at], style) : DataTable.Cell("–"))
        if series.mark == .band { cells.append(isKnown ? .init(series.other[at], style) : .init("–")) }
      }
      // The drawn points are exported exactly by the script; here the shown digits are enough.
      return cells.map { DataTable.Cell($0.text, isNumber: $0.raw != nil) }
    }
    let note =
      count > limit
      ? "\(limit) of \(Format.count(count)) drawn points, evenly chosen." + (isOverTime ? " CSV has every one." : "")
      : nil
    return DataTable(columns: columns, rows: cells, note: note)
  }

  private func cell(x value: Double) -> DataTable.Cell {
    switch x.kind {
    case .time(let origin):
      let decimals = timeDecimals
      return DataTable.Cell(Format.moment(origin + Int64(value), decimals: decimals))
    case .categories(let names): return DataTable.Cell(names[min(max(0, Int(value)), names.count - 1)])
    case .linear, .logarithmic: return DataTable.Cell(value, x.style)
    }
  }

  private var timeDecimals: Int {
    let range = bounds().x
    let span = range.upperBound - range.lowerBound
    return span > 600e9 ? 0 : span > 1e9 ? 3 : 9
  }

  /// What the script needs to draw the plot at any zoom: JSON with times as steps of `unit` nanoseconds and values as
  /// steps of their last stored decimal.
  func data(unit: Double) -> String {
    var text = "{\"id\":\(HTML.json(id)),\"y\":\"\(y.style.code)\""
    if offersLogarithm { text += ",\"log\":1" }
    if y.includesZero { text += ",\"zero\":1" }
    if let range = y.range { text += ",\"yr\":[\(range.lowerBound),\(range.upperBound)]" }
    text += ",\"s\":["
    text += series.map { series -> String in
      let style = series.style ?? y.style
      let decimals = Self.decimals(for: series.y + (series.mark == .band ? series.other : []), style: style)
      var part = "{\"n\":\(HTML.json(series.name)),\"k\":\"\(series.mark.rawValue)\",\"c\":\(series.color)"
      if series.isDashed { part += ",\"dash\":1" }
      if series.mark == .dots { part += ",\"m\":\"\(series.shape.rawValue)\"" }
      if let style = series.style { part += ",\"f\":\"\(style.code)\"" }
      part += ",\"d\":\(decimals),\"t\":\(Self.runs(series.x.map { $0 / unit }))"
      part += ",\"v\":\(Self.steps(series.y, decimals))"
      if series.mark == .band || series.mark == .bars {
        let width = series.mark == .bars ? series.other.map { $0 / unit } : series.other
        part += ",\"w\":\(Self.steps(width, series.mark == .bars ? 0 : decimals))"
      }
      if !series.labels.isEmpty { part += ",\"l\":[\(series.labels.map(HTML.json).joined(separator: ","))]" }
      if !series.fills.isEmpty { part += ",\"h\":[\(series.fills.map(String.init).joined(separator: ","))]" }
      return part + "}"
    }.joined(separator: ",")
    text += "],\"r\":["
    text += rules.filter { $0.value.isFinite }.map { rule in
      "[\"\(rule.direction == .vertical ? "v" : "h")\","
        + (rule.direction == .vertical ? Format.plain(rule.value / unit, 0) : "\(rule.value)")
        + ",\(HTML.json(rule.label)),\(rule.color)]"
    }.joined(separator: ",")
    text += "],\"b\":["
    text += shades.map {
      "[\(Format.plain($0.from / unit, 0)),\(Format.plain($0.to / unit, 0)),\(HTML.json($0.label))\($0.tag.isEmpty ? "" : "," + HTML.json($0.tag))]"
    }.joined(separator: ",")
    return text + "]}"
  }

  /// Enough decimals for the style, and for a hundred-thousandth of the values' spread.
  private static func decimals(for values: [Double], style: NumberStyle) -> Int {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite { (low, high) = (min(low, value), max(high, value)) }
    guard high > low else { return min(9, style.storedDecimals) }
    var decimals = 0
    var spread = high - low
    while spread < 1e5, decimals < 9 {
      spread *= 10
      decimals += 1
    }
    return min(9, max(style.storedDecimals, min(decimals, style.storedDecimals + 2)))
  }

  /// Differences of whole steps; a run of equal ones is written once with its length.
  static func runs(_ values: [Double]) -> String {
    var parts: [String] = []
    var previous: Int64 = 0
    var (step, length) = (Int64.min, 0)
    func flush() {
      if length == 1 { parts.append(String(step)) } else if length > 1 { parts.append("[\(step),\(length)]") }
    }
    for value in values {
      let scaled = value.isFinite && value.magnitude < 4e18 ? Int64(value.rounded()) : previous
      if scaled - previous == step {
        length += 1
      } else {
        flush()
        (step, length) = (scaled - previous, 1)
      }
      previous = scaled
    }
    flush()
    return "[" + parts.joined(separator: ",") + "]"
  }

  static func steps(_ values: [Double], _ decimals: Int) -> String {
    let scale = Format.powerOfTen(decimals)
    var text = "["
    var previous: Int64 = 0
    for (row, value) in values.enumerated() {
      if row > 0 { text += "," }
      guard value.isFinite, (value * scale).magnitude < 4e18 else {
        text += "null"
        continue
      }
      let scaled = Int64((value * scale).rounded())
      text += String(scaled - previous)
      previous = scaled
    }
    return text + "]"
  }
}
