import Analytics

/// Two or more runs side by side: curves over each other, differences of figures and parameters, and how sure the
/// differences are.
public struct ComparePage: Sendable {
  private let runs: [(name: String, context: ReportContext)]

  /// Names are what the reader knows the runs by, such as their folders.
  public init(_ runs: [(name: String, result: RunResult, analysis: RunAnalysis)]) {
    self.runs = runs.map { ($0.name, ReportContext($0.result, RunFigures($0.result, $0.analysis))) }
  }

  /// The document; the same runs in the same order give the same bytes.
  public func html() -> String {
    var content = SectionContent()
    content.add(curves)
    figures(&content)
    bootstrap(&content)
    parameters(&content)
    let body =
      "<header class=\"top\"><p class=\"brand\">Lockstep comparison</p><h1>\(Format.count(runs.count)) runs</h1>"
      + "<p class=\"meta\">\(HTML.escape(runs.map(\.name).joined(separator: " · ")))</p>"
      + "<div class=\"tools\" id=\"tools\"></div></header><div id=\"brush\"></div><main id=\"main\">"
      + "<section id=\"comparison\" aria-labelledby=\"comparison-h\"><h2 id=\"comparison-h\">Side by side</h2>"
      + "<div class=\"grid-of-cards\">\(content.html)</div></section></main><footer><p>Made by Lockstep from result files alone.</p></footer>"
    let unit = runs.map(\.context.unit).max() ?? 1e6
    // All runs in full: the longest or the last one ends the axis.
    let end = content.plots.flatMap(\.series).compactMap(\.x.last).max().map { $0 / unit } ?? 1
    let data =
      "{\"origin\":\"\(reference)\",\"unit\":\(Format.plain(unit, 0)),\"name\":\"compare\","
      + "\"end\":\(Format.plain(end, 0)),\"plots\":[" + content.plots.map { $0.data(unit: unit) }.joined(separator: ",")
      + "]}"
    return HTMLPage(
      title: "Comparison of \(runs.count) runs – Lockstep", description: runs.map(\.name).joined(separator: ", "),
      body: body, data: data
    ).html()
  }

  /// Whether all runs cover one span of time, so that their curves may share an axis of dates.
  private var sharesTime: Bool {
    guard let first = runs.first?.context.basis.times else { return false }
    return runs.allSatisfy { run in
      guard let start = first.first, let end = first.last else { return false }
      return run.context.basis.times.first.map { $0 <= end } ?? false
        && run.context.basis.times.last.map { $0 >= start } ?? false
    }
  }

  /// Time zero of the curves.
  private var reference: Int64 {
    let origins = runs.map(\.context.origin)
    return (sharesTime ? origins.min() : origins.first) ?? 0
  }

  private var curves: Plot {
    let shared = sharesTime
    let reference = reference
    var plot = Plot(
      id: "curves", title: "Wealth",
      summary: shared
        ? "Each run's equity over its start, at the same moments."
        : "Each run's equity over its start; the runs cover different times, so each begins at the first one's start.",
      width: .wide, x: Plot.Axis(kind: .time(origin: reference)), y: Plot.Axis(style: .number(4)), offersLogarithm: true
    )
    var drawn: [Thinning.Count] = []
    for (index, run) in runs.enumerated() {
      let (times, values) = Returns.curve(run.context)
      let name = "\(index + 1) \(run.name)"
      guard let start = values.first, start > 0 else { continue }
      let kept = Thinning(values, limit: 600)
      let shift = shared ? reference : run.context.origin
      plot.series.append(
        Plot.Series(
          name: name, mark: .line, color: [1, 2, 4, 5, 6, 3][index % 6],
          x: kept.rows.map { Double(times[$0] - shift) }, y: kept.rows.map { values[$0] / start },
          isDashed: index % 2 == 1))
      drawn.append(kept.count(of: name))
    }
    plot.notes = Thinning.notes(drawn)
    return plot
  }

  private func figures(_ content: inout SectionContent) {
    guard let first = runs.first?.context else { return }
    let columns = ["Figure"] + runs.enumerated().map { "\($0.offset + 1) \($0.element.name)" } + ["Formula"]
    let units = Set(runs.map { $0.context.basis.periodName }).sorted()
    let currencies = runs.map(\.context.currency)
    let isOneCurrency = Set(currencies).count == 1
    var rows: [[DataTable.Cell]] = []
    for (index, figure) in first.figures.span.figures.enumerated() {
      let isMoney = if case .money = figure.style { true } else { false }
      // A difference of what is counted in two ways would be no number.
      let base = units.count == 1 && (isOneCurrency || !isMoney) ? figure.value : nil
      let cells = runs.enumerated().map { place, run -> DataTable.Cell in
        guard let value = run.context.figures.span.figures[index].value else { return .init("–") }
        var cell = DataTable.Cell(value, figure.style)
        if place > 0, let base { cell.small = "Δ " + figure.style.signedText(value - base) }
        return cell
      }
      let unit = isMoney && isOneCurrency ? ", " + currencies[0] : ""
      rows.append([.init(figure.name + unit)] + cells + [.init(formula: figure.formula)])
    }
    var note =
      units.count > 1
      ? "Returns are counted per \(units.joined(separator: " and per ")), so ratios of different runs do not compare. "
      : "Returns are counted per \(units.first ?? "step"). "
    let definitions = runs.map(\.context.definitions)
    note +=
      Set(definitions).count == 1
      ? definitions[0]
      : definitions.enumerated().map { "Run \($0.offset + 1): \($0.element.lowercasedFirst)" }.joined(separator: " ")
    for (index, run) in runs.enumerated() {
      let remarks = [run.context.basis.lastStep, run.context.stopWords].compactMap { $0 }
      if !remarks.isEmpty { note += " Run \(index + 1): \(remarks.joined(separator: " ").lowercasedFirst)" }
    }
    if units.count == 1 { note += " Δ is the difference to the first run." }
    if !isOneCurrency {
      note += " Money is in the currency of each run's account: \(currencies.joined(separator: ", "))."
    }
    content.add(DataTable(columns: columns, rows: rows, note: note), title: "Figures", isWide: true)
  }

  /// Every run against the first.
  private func bootstrap(_ content: inout SectionContent) {
    guard let first = runs.first, let base = first.context.figures.returns.value else {
      content.add(missing: "Paired bootstrap", because: "the first run has no returns")
      return
    }
    for run in runs.dropFirst() {
      let title = "\(run.name) minus \(first.name)"
      guard run.context.basis.times == first.context.basis.times, let other = run.context.figures.returns.value else {
        content.add(missing: "Paired bootstrap of \(title)", because: "the two do not have returns of the same periods")
        continue
      }
      let basis = first.context.basis
      let found = Part {
        try PairedDifference.compare(
          other, with: base, riskFreeRate: basis.riskFree.annual,
          minimumAcceptableReturn: basis.minimumAcceptable.annual,
          settings: ResamplingSettings(resamples: first.context.figures.analysis.settings.resamples ?? 2000))
      }
      let unit = basis.isDaily ? "a year" : "per \(basis.period.short)"
      switch found {
      case .absent(let reason): content.add(missing: "Paired bootstrap of \(title)", because: reason)
      case .present(let differences):
        let names: [(String, String, NumberStyle)] = [
          ("sharpe", "Sharpe ratio \(unit)", .number(3)), ("sortino", "Sortino ratio \(unit)", .number(3)),
          ("cagr", "Growth \(unit)", .percent(3)), ("volatility", "Volatility \(unit)", .percent(3)),
          (
            "max_drawdown", "Deepest drawdown by \(basis.isDaily ? "daily closes" : basis.period.shortPlural)",
            .percent(3)
          ),
        ]
        let rows = names.compactMap { id, name, style -> [DataTable.Cell]? in
          guard let difference = differences[id] else { return nil }
          return [
            .init(name), .init(difference.observed, style), .init(difference.interval.lower, style),
            .init(difference.interval.upper, style), .init(difference.pValue, .number(3)),
            .init(formula: MetricCatalogue.standard[id]?.formula(.default, of: basis.period) ?? ""),
          ]
        }
        content.add(
          DataTable(
            columns: ["Difference", "Observed", "95% from", "95% to", "p", "Formula of each"], rows: rows,
            note: differences.values.first.map {
              "\($0.interval.method)." + definitions(of: run.context, and: first.context)
            }),
          title: title, isWide: true,
          introduction:
            "Both runs resampled with the same periods, so that what they share cancels. A span that holds zero, or a p "
            + "above 0.05, means that luck can explain the difference.")
      }
    }
  }

  /// What the differences are by, where the runs' own figures are by something else.
  private func definitions(of run: ReportContext, and first: ReportContext) -> String {
    let conventions = Set([run, first].map(\.basis.convention))
    let isPlain = conventions == [.default] && run.basis.annualRates == first.basis.annualRates
    return isPlain ? "" : " By the default definitions, with the first run's rates."
  }

  /// Keys of the resolved scenarios that are not the same in all runs. Lanes inherit what they do not state, so that a
  /// resolved scenario repeats every key in each: those that say what the scenario itself says are no difference.
  private func parameters(_ content: inout SectionContent) {
    let keys = runs.map { Self.ownKeys($0.context.result.scenario) }
    var names: [String] = []
    var known: Set<String> = []
    for run in keys { for (name, _) in run where known.insert(name).inserted { names.append(name) } }
    let values = keys.map { Dictionary($0) { _, last in last } }
    let different = names.filter { name in values.contains { $0[name] != values[0][name] } }
    let equal = names.count - different.count
    guard !different.isEmpty else {
      content.add(
        missing: "Differences of settings", because: "all \(Format.count(equal)) settings of the scenarios are the same"
      )
      return
    }
    let limit = 200
    var note = "\(Format.counted(equal, "setting is", "settings are")) the same in all runs and not shown."
    note += " “–” is a key that a run does not have or a lane that says what its scenario does."
    if different.count > limit { note += " The first \(limit) of \(Format.count(different.count)) differences." }
    content.add(
      DataTable(
        columns: ["Key"] + runs.enumerated().map { "\($0.offset + 1) \($0.element.name)" },
        rows: different.prefix(limit).map { name in [.init(name)] + values.map { .init($0[name] ?? "–") } },
        note: note), title: "Settings that differ", isWide: true)
  }

  /// Keys of a scenario without those of lanes that repeat it. A lane is known by its name, not by its number.
  static func ownKeys(_ scenario: String) -> [(String, String)] {
    let all = keys(scenario)
    let base = Dictionary(all) { _, last in last }
    var names: [Substring: String] = [:]
    for (key, value) in all where key.hasPrefix("lane[") && key.hasSuffix("].name") {
      names[key.prefix { $0 != "." }] = value.filter { $0 != "\"" }
    }
    return all.compactMap { key, value in
      guard key.hasPrefix("lane[") else { return (key, value) }
      let lane = key.prefix { $0 != "." }
      let own = String(key.dropFirst(lane.count + 1))
      let inherited = base[own.hasPrefix("parameters.") ? "strategy." + own : own]
      return inherited == value ? nil : ("lane \(names[lane] ?? String(lane)): \(own)", value)
    }
  }

  /// Keys with their tables' names, in order, of a resolved scenario.
  static func keys(_ scenario: String) -> [(String, String)] {
    var table = ""
    var count: [String: Int] = [:]
    var keys: [(String, String)] = []
    for line in scenario.split(separator: "\n").map({ trimmed($0) }) where !line.isEmpty && !line.hasPrefix("#") {
      if line.hasPrefix("[[") {
        let name = header(line)
        count[name, default: 0] += 1
        table = "\(name)[\((count[name] ?? 1) - 1)]."
      } else if line.hasPrefix("[") {
        table = header(line) + "."
        // A table of an element is the latest element's.
        for (array, elements) in count where table.hasPrefix(array + ".") {
          table = "\(array)[\(elements - 1)]" + table.dropFirst(array.count)
        }
      } else if let equals = line.firstIndex(of: "=") {
        keys.append(
          (table + trimmed(line[..<equals]), trimmed(withoutComment(line[line.index(after: equals)...]))))
      }
    }
    return keys
  }

  /// The name between a header's brackets.
  private static func header(_ line: String) -> String {
    trimmed(withoutComment(Substring(line))).filter { $0 != "[" && $0 != "]" }
  }

  /// A line up to a `#` that stands in no text.
  private static func withoutComment(_ text: Substring) -> Substring {
    var quote: Character?
    var isEscaped = false
    for index in text.indices {
      let character = text[index]
      if let open = quote {
        if isEscaped {
          isEscaped = false
        } else if character == "\\", open == "\"" {
          isEscaped = true
        } else if character == open {
          quote = nil
        }
      } else if character == "#" {
        return text[..<index]
      } else if character == "\"" || character == "'" {
        quote = character
      }
    }
    return text
  }

  private static func trimmed(_ text: Substring) -> String {
    var part = text.drop { $0 == " " || $0 == "\t" }
    while let last = part.last, last == " " || last == "\t" || last == "\r" { part.removeLast() }
    return String(part)
  }

  private static func trimmed(_ text: String) -> String { trimmed(Substring(text)) }
}
