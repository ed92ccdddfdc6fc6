/// One chart as data: axes and layers. The picture, its description, its data table and the script's data are all made
/// from this, so they cannot disagree.
struct Plot: Sendable {
  enum Width: Sendable {
    case wide, half

    var size: (width: Double, height: Double) {
      switch self {
      case .wide: (960, 300)
      case .half: (480, 280)
      }
    }
  }

  struct Axis: Sendable {
    enum Kind: Sendable {
      case linear, logarithmic
      /// Nanoseconds since the plot's origin.
      case time(origin: Int64)
      case categories([String])
    }

    var kind: Kind = .linear
    var label = ""
    var style = NumberStyle.number(2)
    /// Nil to fit what is drawn.
    var range: ClosedRange<Double>?
    /// Always shows zero.
    var includesZero = false
  }

  struct Series: Sendable {
    enum Mark: String, Sendable {
      case line, step, area, band, dots, bars
    }

    /// Shape of dots; shape and colour go together, so that neither stands alone.
    enum Shape: String, Sendable { case circle, triangleUp, triangleDown, square, cross }

    var name: String
    var mark: Mark
    /// Index of a colour of the style sheet.
    var color: Int
    var x: [Double]
    /// NaN for a gap.
    var y: [Double]
    /// The lower edge of a band, or the width of each bar.
    var other: [Double] = []
    var isDashed = false
    /// What each mark says when it is pointed at; empty for the plain values.
    var labels: [String] = []
    var shape = Shape.circle
    /// Rows of the fills that dots stand for: each opens its reason. Empty for dots of other things.
    var fills: [Int] = []
    /// Hatching, for bars that must not be told apart by colour only.
    var hatched: [Bool] = []
    var style: NumberStyle?
  }

  /// A line across the plot with a name.
  struct Rule: Sendable {
    enum Direction: Sendable { case vertical, horizontal }

    var direction: Direction
    var value: Double
    var label: String
    var color = 7
  }

  /// A shaded span of the x axis.
  struct Shade: Sendable {
    var from: Double
    var to: Double
    var label: String
    /// A number that a text refers to; empty for none.
    var tag = ""
  }

  var id: String
  var title: String
  /// One or two sentences of what is to be seen, from the data.
  var summary: String
  var width = Width.half
  var x = Axis()
  var y = Axis()
  var series: [Series] = []
  var rules: [Rule] = []
  var shades: [Shade] = []
  /// What was left out of the picture, and how to read it.
  var notes: [String] = []
  /// Offers a logarithmic axis.
  var offersLogarithm = false
  /// A table of exact values other than the plotted points.
  var table: DataTable?

  /// A span of time of its own, which the selected one does not move.
  var isPinned = false

  /// One of the plots that share a span of time and follow its selection.
  var isOverTime: Bool {
    if case .time = x.kind { return !isPinned }
    return false
  }

  /// What the axes must hold.
  func bounds() -> (x: ClosedRange<Double>, y: ClosedRange<Double>) {
    var (left, right, low, high) = (Double.infinity, -Double.infinity, Double.infinity, -Double.infinity)
    for series in series {
      for (row, value) in series.x.enumerated() where series.y[row].isFinite {
        let reach = series.mark == .bars ? series.other[row] / 2 : 0
        left = min(left, value - reach)
        right = max(right, value + reach)
        low = min(low, series.y[row])
        high = max(high, series.y[row])
        if series.mark == .band, series.other[row].isFinite { low = min(low, series.other[row]) }
      }
      if series.mark == .bars || series.mark == .area, !series.x.isEmpty {
        low = min(low, 0)
        high = max(high, 0)
      }
    }
    for rule in rules where rule.value.isFinite {
      switch rule.direction {
      case .horizontal: (low, high) = (min(low, rule.value), max(high, rule.value))
      case .vertical: (left, right) = (min(left, rule.value), max(right, rule.value))
      }
    }
    if y.includesZero { (low, high) = (min(low, 0), max(high, 0)) }
    if !(left <= right) { (left, right) = (0, 1) }
    if !(low <= high) { (low, high) = (0, 1) }
    return (fitted(x, left, right), fitted(y, low, high))
  }

  private func fitted(_ axis: Axis, _ low: Double, _ high: Double) -> ClosedRange<Double> {
    if let range = axis.range { return range }
    switch axis.kind {
    case .categories(let names): return -0.5...(Double(max(1, names.count)) - 0.5)
    case .time: return low < high ? low...high : (low - 1)...(high + 1)
    case .logarithmic:
      let floor = max(low, 1e-12)
      return low < high ? (floor / 1.05)...(high * 1.05) : (floor / 2)...(floor * 2)
    case .linear:
      // Where all is zero, the scale says nothing, so that it is a round one.
      if low == 0, high == 0 { return axis.style.code.hasPrefix("p") ? -0.01...0.01 : -1...1 }
      return Ticks.padded(low, high)
    }
  }
}

/// A table of text cells with raw numbers for sorting and export.
struct DataTable: Sendable {
  struct Cell: Sendable {
    var text: String
    /// The number behind the text, in plain digits; nil for words.
    var raw: String?
    /// The text as markup that is already escaped; nil for the text itself.
    var markup: String?
    /// Further lines in small letters, such as an error.
    var small = ""

    init(_ text: String) { self.text = text }

    init(formula text: String) {
      self.text = text
      markup = Formula.html(text)
    }

    init(_ text: String, raw: String) {
      self.text = text
      self.raw = raw
    }

    /// With its standard error below.
    init(_ value: Double, _ style: NumberStyle, error: Double?) {
      self.init(value, style)
      if let error, error.isFinite, value.isFinite { small = "± " + style.text(error) }
    }

    /// A number known by its shown digits alone.
    init(_ text: String, isNumber: Bool) {
      self.text = text
      raw = isNumber ? text : nil
    }

    init(_ value: Double, _ style: NumberStyle) {
      text = value.isFinite ? style.text(value) : "–"
      raw = value.isFinite ? Format.plain(value, min(12, style.fitted(to: value).storedDecimals + 2)) : nil
    }

    /// With exactly the decimals of a style, for columns that are read down.
    init(_ value: Double, exactly style: NumberStyle) {
      self.init(value, style)
      if value.isFinite { text = style.exactText(value) }
    }

    init(count: Int) {
      text = Format.count(count)
      raw = "\(count)"
    }
  }

  var columns: [String]
  var rows: [[Cell]]
  var note: String?

  init(columns: [String], rows: [[Cell]], note: String? = nil) {
    self.columns = columns
    self.rows = rows
    self.note = note
  }

  /// Columns that hold numbers, or would if they had any, are set to the right.
  func isNumeric(_ column: Int) -> Bool {
    for row in rows where column < row.count && row[column].raw == nil && row[column].text != "–" { return false }
    return column > 0 && !rows.isEmpty || rows.contains { column < $0.count && $0[column].raw != nil }
  }

  /// Keys of scenarios are long words: lines may break after their dots and underscores.
  private static func breakable(_ name: String) -> String {
    let text = HTML.escape(name)
    guard !name.contains(" "), name.count > 16 else { return text }
    return text.replacing(".", with: ".<wbr>").replacing("_", with: "_<wbr>")
  }

  func html(caption: String, class kind: String = "") -> String {
    let numeric = columns.indices.map { isNumeric($0) }
    var text = "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"\(HTML.escape(caption))\">"
    text += "<table class=\"sortable\(kind.isEmpty ? "" : " " + kind)\"><caption>\(HTML.escape(caption))</caption>"
    text += "<thead><tr>"
    for (column, name) in columns.enumerated() {
      text += "<th scope=\"col\"\(numeric[column] ? " class=\"n\"" : "")>\(Self.breakable(name))</th>"
    }
    text += "</tr></thead><tbody>"
    for row in rows {
      text += "<tr>"
      for (column, cell) in row.enumerated() {
        let tag = column == 0 ? "th scope=\"row\"" : "td"
        text += "<\(tag)"
        // Long texts keep some width where a table is wider than the screen.
        if numeric[column] {
          text += " class=\"n\""
        } else if cell.markup == nil, cell.text.count > 28 {
          text += " class=\"t\""
        }
        // What the text already says as a number need not be said twice.
        if let raw = cell.raw, raw != cell.text || !cell.small.isEmpty { text += " data-v=\"\(raw)\"" }
        if let markup = cell.markup { text += " " + Formula.attributes(cell.text, markup) }
        text += ">" + (cell.markup ?? HTML.escape(cell.text))
        for line in cell.small.split(separator: "\n") { text += "<small>\(HTML.escape(String(line)))</small>" }
        text += (column == 0 ? "</th>" : "</td>")
      }
      text += "</tr>"
    }
    text += "</tbody></table></div>"
    if let note { text += "<p class=\"note\">\(HTML.escape(note))</p>" }
    return text
  }
}
