import Numerics

/// Draws a plot as SVG: the picture that needs no script, in mail, in print and in an artefact viewer.
struct PlotDrawing {
  let plot: Plot
  let size: (width: Double, height: Double)
  let margins: (left: Double, right: Double, top: Double, bottom: Double)
  let xRange: ClosedRange<Double>
  let yRange: ClosedRange<Double>

  init(_ plot: Plot) {
    self.plot = plot
    size = plot.width.size
    (xRange, yRange) = plot.bounds()
    margins = (62, 14, 12, plot.x.label.isEmpty ? 30 : 46)
  }

  private var right: Double { size.width - margins.right }
  private var bottom: Double { size.height - margins.bottom }

  private func place(_ value: Double, _ range: ClosedRange<Double>, _ axis: Plot.Axis) -> Double {
    if case .logarithmic = axis.kind {
      let low = Elementary.log(range.lowerBound)
      return (Elementary.log(max(value, range.lowerBound)) - low) / (Elementary.log(range.upperBound) - low)
    }
    return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  func placeX(_ value: Double) -> Double { margins.left + place(value, xRange, plot.x) * (right - margins.left) }
  func placeY(_ value: Double) -> Double { bottom - place(value, yRange, plot.y) * (bottom - margins.top) }

  /// The whole element with title and description.
  func svg() -> String {
    let id = plot.id
    var text =
      "<svg class=\"plot\" viewBox=\"0 0 \(number(size.width)) \(number(size.height))\" role=\"img\" "
      + "aria-labelledby=\"\(id)-t \(id)-d\"><title id=\"\(id)-t\">\(HTML.escape(plot.title))</title>"
      + "<desc id=\"\(id)-d\">\(HTML.escape(plot.summary))</desc><g class=\"body\">"
    text += axes()
    for shade in plot.shades { text += drawn(shade) }
    for series in plot.series { text += drawn(thinned(series)) }
    for shade in plot.shades where !shade.tag.isEmpty {
      text +=
        "<text class=\"tag\" x=\"\(number((placeX(shade.from) + placeX(shade.to)) / 2))\" y=\"\(number(bottom - 5))\" "
        + "text-anchor=\"middle\">\(HTML.escape(shade.tag))</text>"
    }
    // All lines before any name, so that none is struck through.
    let rules = plot.rules.filter(\.value.isFinite)
    for rule in rules { text += line(rule) }
    var labelRow = 0
    for rule in rules where !rule.label.isEmpty {
      text += name(rule, row: labelRow)
      if rule.direction == .vertical { labelRow += 1 }
    }
    return text + "</g></svg>"
  }

  // MARK: Axes

  private func axes() -> String {
    var text = "<g class=\"grid\">"
    let yTicks: (values: [Double], step: Double)
    if case .logarithmic = plot.y.kind {
      yTicks = (Ticks.logarithmic(yRange), 0)
    } else {
      yTicks = Ticks.linear(yRange, count: 5, isCount: plot.y.style == .number(0))
    }
    for value in yTicks.values {
      let y = number(placeY(value))
      let step = yTicks.step > 0 ? yTicks.step : value
      text += "<path d=\"M\(number(margins.left)) \(y)H\(number(right))\"\(value == 0 ? " class=\"zero\"" : "")/>"
      text +=
        "<text x=\"\(number(margins.left - 8))\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\">"
        + "\(plot.y.style.axisText(value, step: step))</text>"
    }
    for (value, label) in xTicks() {
      let x = number(placeX(value))
      text += "<path d=\"M\(x) \(number(bottom))v4\"/>"
      text +=
        "<text x=\"\(x)\" y=\"\(number(bottom + 18))\" text-anchor=\"\(anchor(placeX(value), label))\">\(HTML.escape(label))</text>"
    }
    if !plot.x.label.isEmpty {
      text +=
        "<text class=\"axis\" x=\"\(number((margins.left + right) / 2))\" y=\"\(number(size.height - 6))\" "
        + "text-anchor=\"middle\">\(HTML.escape(plot.x.label))</text>"
    }
    return text + "</g>"
  }

  /// Labels at the right edge end there instead of beyond it.
  private func anchor(_ x: Double, _ label: String) -> String {
    // Texts of narrow charts are larger where screens are small.
    x + Double(label.count) * (plot.width == .wide ? 3.6 : 4.6) > size.width ? "end" : "middle"
  }

  private func xTicks() -> [(Double, String)] {
    let count = plot.width == .wide ? 9 : 5
    switch plot.x.kind {
    case .time(let origin):
      let (from, to) = (origin + Int64(xRange.lowerBound), origin + Int64(xRange.upperBound))
      return Ticks.times(from: from, through: to, count: count).map { (Double($0.time - origin), $0.label) }
        .filter { xRange.contains($0.0) }
    case .categories(let names):
      // Labels that would run into each other are thinned.
      let step = (right - margins.left) / Double(max(1, names.count))
      func fits(_ every: Int) -> Bool {
        stride(from: every, to: names.count, by: every).allSatisfy { place in
          Double(names[place - every].count + names[place].count + 4) / 2 * 7.5 <= step * Double(every)
        }
      }
      let every = (1...max(1, names.count)).first(where: fits) ?? 1
      return names.enumerated().filter { $0.offset % every == 0 }.map { (Double($0.offset), $0.element) }
    case .logarithmic:
      return Ticks.logarithmic(xRange).map { ($0, plot.x.style.axisText($0, step: $0)) }
    case .linear:
      let ticks = Ticks.linear(xRange, count: count)
      return ticks.values.map { ($0, plot.x.style.axisText($0, step: ticks.step)) }
    }
  }

  static func mostPoints(_ width: Plot.Width) -> Int { width == .wide ? 480 : 240 }

  /// The still picture needs no more points than it has pixels; the script draws from all of them.
  private func thinned(_ series: Plot.Series) -> Plot.Series {
    guard plot.isOverTime, series.mark == .line || series.mark == .step || series.mark == .area else { return series }
    let kept = Thinning(series.y, limit: Self.mostPoints(plot.width))
    guard kept.isThinned else { return series }
    var thin = series
    thin.x = kept.rows.map { series.x[$0] }
    thin.y = kept.rows.map { series.y[$0] }
    return thin
  }

  // MARK: Layers

  private func drawn(_ shade: Plot.Shade) -> String {
    let (from, to) = (max(placeX(shade.from), margins.left), min(placeX(shade.to), right))
    return
      "<rect class=\"shade\" x=\"\(number(from))\" y=\"\(number(margins.top))\" width=\"\(number(max(1, to - from)))\""
      + " height=\"\(number(bottom - margins.top))\"><title>\(HTML.escape(shade.label))</title></rect>"
  }

  private func line(_ rule: Plot.Rule) -> String {
    let path =
      switch rule.direction {
      case .horizontal: "M\(number(margins.left)) \(number(placeY(rule.value)))H\(number(right))"
      case .vertical: "M\(number(placeX(rule.value))) \(number(margins.top))V\(number(bottom))"
      }
    return "<path class=\"rule s\(rule.color)\" d=\"\(path)\"/>"
  }

  private func name(_ rule: Plot.Rule, row: Int) -> String {
    switch rule.direction {
    case .horizontal:
      return
        "<text class=\"tag\" x=\"\(number(right - 4))\" y=\"\(number(placeY(rule.value) - 5))\" text-anchor=\"end\">"
        + "\(HTML.escape(rule.label))</text>"
    case .vertical:
      let x = placeX(rule.value)
      let anchor = x > (margins.left + right) / 2 ? "end" : "start"
      let offset = anchor == "end" ? -5.0 : 5
      return "<text class=\"tag\" x=\"\(number(x + offset))\" y=\"\(number(margins.top + 12 + Double(row % 8) * 15))\" "
        + "text-anchor=\"\(anchor)\">\(HTML.escape(rule.label))</text>"
    }
  }

  private func drawn(_ series: Plot.Series) -> String {
    let dash = series.isDashed ? " dash" : ""
    let name = " data-n=\"\(HTML.escape(series.name))\""
    switch series.mark {
    case .line, .step:
      return "<path class=\"s\(series.color)\(dash)\"\(name) fill=\"none\" stroke=\"#456\" "
        + "d=\"\(path(series, isStep: series.mark == .step))\"/>"
    case .area:
      return "<path class=\"f\(series.color) soft\"\(name) fill=\"#89a\" d=\"\(area(series))\"/>"
        + "<path class=\"s\(series.color) thin\" fill=\"none\" stroke=\"#456\" d=\"\(path(series, isStep: false))\"/>"
    case .band: return "<path class=\"f\(series.color) band\"\(name) fill=\"#ccd\" d=\"\(band(series))\"/>"
    case .bars: return bars(series)
    case .dots: return dots(series)
    }
  }

  private func path(_ series: Plot.Series, isStep: Bool) -> String {
    var pen = Pen()
    var previous: Double?
    for (row, value) in series.y.enumerated() {
      guard value.isFinite else {
        previous = nil
        pen.lift()
        continue
      }
      let (x, y) = (placeX(series.x[row]), placeY(value))
      if isStep, let previous { pen.draw(x, previous) }
      pen.draw(x, y)
      previous = y
    }
    return pen.text
  }

  private func area(_ series: Plot.Series) -> String {
    let base = placeY(min(max(0, yRange.lowerBound), yRange.upperBound))
    var pen = Pen()
    var start: Double?
    var last = 0.0
    for (row, value) in series.y.enumerated() where value.isFinite {
      let x = placeX(series.x[row])
      if start == nil {
        pen.draw(x, base)
        start = x
      }
      pen.draw(x, placeY(value))
      last = x
    }
    guard start != nil else { return "" }
    pen.draw(last, base)
    return pen.text + "Z"
  }

  private func band(_ series: Plot.Series) -> String {
    let rows = series.y.indices.filter { series.y[$0].isFinite && series.other[$0].isFinite }
    var pen = Pen()
    for row in rows { pen.draw(placeX(series.x[row]), placeY(series.y[row])) }
    for row in rows.reversed() { pen.draw(placeX(series.x[row]), placeY(series.other[row])) }
    return rows.isEmpty ? "" : pen.text + "Z"
  }

  private func bars(_ series: Plot.Series) -> String {
    var text = "<g class=\"f\(series.color)\" data-n=\"\(HTML.escape(series.name))\">"
    let base = placeY(min(max(0, yRange.lowerBound), yRange.upperBound))
    for (row, value) in series.y.enumerated() where value.isFinite {
      let left = placeX(series.x[row] - series.other[row] / 2)
      let width = placeX(series.x[row] + series.other[row] / 2) - left
      let y = placeY(value)
      let gap = width > 4 ? 0.75 : 0
      let hatch = row < series.hatched.count && series.hatched[row] ? " class=\"neg\"" : ""
      text +=
        "<rect\(hatch) x=\"\(number(left + gap))\" y=\"\(number(min(y, base)))\" "
        + "width=\"\(number(max(0.5, width - 2 * gap)))\" height=\"\(number((y - base).magnitude))\">"
        + "<title>\(HTML.escape(label(series, row)))</title></rect>"
    }
    return text + "</g>"
  }

  private func dots(_ series: Plot.Series) -> String {
    var text = "<g class=\"f\(series.color) dots\" data-n=\"\(HTML.escape(series.name))\">"
    // Over time the script says what a mark is, and the table does without it.
    let hasTitles = !plot.isOverTime
    for (row, value) in series.y.enumerated() where value.isFinite {
      let (x, y) = (number(placeX(series.x[row])), number(placeY(value)))
      if series.shape == .circle {
        text += "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"3\""
        text += hasTitles ? "><title>\(HTML.escape(label(series, row)))</title></circle>" : "/>"
        continue
      }
      let shape =
        switch series.shape {
        case .circle: ""
        case .triangleUp: "M\(x) \(y)m0-4.5l4 7h-8z"
        case .triangleDown: "M\(x) \(y)m0 4.5l4-7h-8z"
        case .square: "M\(x) \(y)m-3-3h6v6h-6z"
        case .cross: "M\(x) \(y)m-3-3l6 6m0-6l-6 6"
        }
      text += series.shape == .cross ? "<path class=\"x\" d=\"\(shape)\"" : "<path d=\"\(shape)\""
      text += hasTitles ? "><title>\(HTML.escape(label(series, row)))</title></path>" : "/>"
    }
    return text + "</g>"
  }

  private func label(_ series: Plot.Series, _ row: Int) -> String {
    if row < series.labels.count { return series.labels[row] }
    let style = series.style ?? plot.y.style
    let x: String
    switch plot.x.kind {
    case .categories(let names): x = names[min(max(0, Int(series.x[row])), names.count - 1)]
    case .time(let origin): x = Format.moment(origin + Int64(series.x[row]))
    case .linear, .logarithmic: x = plot.x.style.text(series.x[row])
    }
    return "\(x): \(style.text(series.y[row]))"
  }

  private func number(_ value: Double) -> String { Format.plain(value, 1) }
}

/// Path data in relative steps of a tenth of a unit, which halves the bytes of long curves.
struct Pen {
  private(set) var text = ""
  private var last: (x: Int, y: Int)?

  mutating func lift() { last = nil }

  mutating func draw(_ x: Double, _ y: Double) {
    let (tenthsX, tenthsY) = (Int((x * 10).rounded()), Int((y * 10).rounded()))
    guard let last else {
      text += "M\(Format.plain(x, 1)) \(Format.plain(y, 1))"
      self.last = (tenthsX, tenthsY)
      return
    }
    let (stepX, stepY) = (tenthsX - last.x, tenthsY - last.y)
    if stepX == 0, stepY == 0 { return }
    self.last = (tenthsX, tenthsY)
    if stepY == 0 {
      text += "h" + Format.plain(Double(stepX) / 10, 1)
    } else if stepX == 0 {
      text += "v" + Format.plain(Double(stepY) / 10, 1)
    } else {
      let second = Format.plain(Double(stepY) / 10, 1)
      text += "l" + Format.plain(Double(stepX) / 10, 1) + (second.hasPrefix("-") ? "" : " ") + second
    }
  }
}
