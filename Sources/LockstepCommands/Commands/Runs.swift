import Catalogue
import CommandLineInterface

/// `lockstep runs`: which runs there are, and what is kept of them.
enum Runs {
  static let folder = RunAccess.folder
  static let condition = Option(
    "where", .text("CONDITION"), "Only runs for which it holds, such as \"profit > 0 and metric.sharpe > 1\".")
  static let order = Option(
    "sort", .text("EXPRESSION"), "Order by it; with a leading dash highest first: --sort=-metric.sharpe.")
  static let limit = Option("limit", .integer(in: 1...1_000_000), "At most this many runs.")
  static let run = Argument<String>(
    .text("RUN"), "A run: its folder, its name, or the beginning of the name or of its hash.")
  static let words = Argument<String>(.text("TAG"), isRequired: false, isRepeated: true, "Words to put on the run.")
  static let dropped = Option("remove", .text("TAG"), isRepeated: true, "A word to take off again.")

  static let command = Command(
    "runs", summary: "List finished runs; show, tag or remove one.",
    examples: ["runs --where \"profit > 0 and param.half_spread < 3\" --sort=-metric.sharpe --limit 10"],
    discussion: """
      The index is brought up to date from the run folders first. Conditions and orders are SQL expressions over the columns
      of a run (name, strategy, profit, fees, fills, events, start_time, …; a wrong one lists them all), metric.ID for the
      metrics of METRICS.md, param.NAME for parameters of the shown lane, and tag.WORD. They can only read.
      """,
    parameters: [condition, order, limit, folder, CommonParameters.json],
    subcommands: [show, tag, remove]
  ) { invocation in
    let runs = try open(RunAccess.reportsFolder(invocation), invocation).runs(
      where: invocation[condition], sortedBy: invocation[order], limit: invocation[limit])
    if invocation[CommonParameters.json] {
      try invocation.console.writeLine(JSONValue.array(runs.map(json)).indentedText)
      return .success
    }
    guard !runs.isEmpty else {
      invocation.console.remark("no runs")
      return .success
    }
    // What the list is ordered by is told, unless a column says it already.
    let order = invocation[order].map { $0.hasPrefix("-") ? String($0.dropFirst()) : $0 }
    let told = order.flatMap { ["folder", "strategy", "lanes", "profit", "fills"].contains($0) ? nil : $0 }
    var rows = [
      ["run", "strategy", "lanes", "tags", "profit", "drawdown at samples %", "fills"] + (told.map { [$0] } ?? [])
    ]
    for run in runs {
      let last = told.map { _ in [run.orderValue.map(shortText) ?? "-"] } ?? []
      rows.append(
        [
          run.folder + (run.fault == nil ? "" : " (damaged)"), run.text("strategy") ?? "-",
          run.number("lanes").map { Words.decimal($0, 0) } ?? "-", run.tags.joined(separator: ","),
          run.number("profit").map { Words.decimal($0, 2) } ?? "-",
          run.number("deepest_drawdown").map { Words.decimal($0 * 100, 3) } ?? "-",
          run.number("fills").map { Words.decimal($0, 0) } ?? "-",
        ] + last)
    }
    for line in Words.columns(rows) { try invocation.console.writeLine(line) }
    return .success
  }

  private static let show = Command(
    "show", summary: "Show all that is known of a run.", examples: ["runs show 2024-03-01-quickstart"],
    parameters: [run, folder, CommonParameters.json]
  ) { invocation in
    let (catalogue, name) = try find(invocation)
    let details = try catalogue.details(name)
    if invocation[CommonParameters.json] {
      try invocation.console.writeLine(json(details).indentedText)
      return .success
    }
    let console = invocation.console
    try console.writeLine(details.run.folder)
    if let fault = details.run.fault { try console.writeLine("damaged: \(fault)") }
    if !details.run.tags.isEmpty { try console.writeLine("tags: \(details.run.tags.joined(separator: ", "))") }
    let values = details.run.values.sorted { $0.key < $1.key }
    let width = values.map(\.key.count).max() ?? 0
    for (key, value) in values {
      try console.writeLine(key + String(repeating: " ", count: width - key.count + 2) + shownText(value, of: key))
    }
    if !details.parameters.isEmpty { try console.writeLine("\nparameters of the shown lane") }
    for line in Words.columns(details.parameters.map { [$0.name, number($0.value)] }) { try console.writeLine(line) }
    let known = details.metrics.filter { $0.value != nil }
    if !known.isEmpty { try console.writeLine("\nmetrics") }
    let rows = known.map { metric -> [String] in
      var range = ""
      if let lower = metric.lower, let upper = metric.upper {
        range = "\(number(lower)) to \(number(upper))"
      }
      return [metric.id, number(metric.value ?? .nan), metric.unit, range, metric.basis]
    }
    for line in Words.columns(rows) { try console.writeLine(line) }
    try console.writeLine("\nfiles")
    for line in Words.columns(details.artefacts.map { [$0.name, Words.grouped(UInt64($0.bytes)) + " B"] }) {
      try console.writeLine(line)
    }
    return .success
  }

  private static let tag = Command(
    "tag", summary: "Put words on a run, or take them off.",
    examples: ["runs tag 2024-03-01-quickstart keep", "runs tag 2024-03-01-quickstart --remove keep"],
    parameters: [run, words, dropped, folder]
  ) { invocation in
    let (catalogue, name) = try find(invocation)
    let tagged = try catalogue.tag(
      name, add: invocation.all(words), remove: invocation.all(dropped))
    try invocation.console.writeLine("\(tagged.folder): \(tagged.tags.joined(separator: ", "))")
    return .success
  }

  private static let remove = Command(
    "rm", summary: "Remove a run's folder; the ledger keeps its record.",
    examples: ["runs rm 2024-03-01-quickstart-1a2b"],
    parameters: [run, folder]
  ) { invocation in
    let (catalogue, name) = try find(invocation)
    try invocation.console.writeLine("removed \(try catalogue.remove(name))")
    return .success
  }

  /// The run named on the command line, by its whole name.
  private static func find(_ invocation: Invocation) throws -> (catalogue: RunCatalogue, name: String) {
    let (reports, word) = RunAccess.named(invocation[run], invocation)
    let catalogue = try open(reports, invocation)
    return (catalogue, try RunAccess.find(word, in: catalogue).folder)
  }

  private static func open(_ folder: String, _ invocation: Invocation) throws -> RunCatalogue {
    let catalogue = try RunCatalogue(folder: folder)
    let update = try catalogue.update()
    if update.read + update.removed > 0 {
      invocation.console.remark("catalogue: \(update.read) folders read, \(update.removed) forgotten")
    }
    return catalogue
  }

  private static func shortText(_ value: CatalogueValue) -> String {
    if case .real(let value) = value { number(value) } else { text(value) }
  }

  /// A value of a run as people read it; JSON has it as it is.
  private static func shownText(_ value: CatalogueValue, of column: String) -> String {
    switch (column, value) {
    case ("start_time", .integer(let time)), ("end_time", .integer(let time)): TimeText.iso8601(Int64(time))
    case ("stopped_by_risk", .integer(let flag)): flag == 0 ? "no" : "yes"
    case (_, .real(let value)): value.magnitude >= 1e4 ? Words.decimal(value, 2) : number(value)
    default: text(value)
    }
  }

  /// Whole numbers without decimals, others with the digits that matter.
  private static func number(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e12 ? Words.decimal(value, 0) : Words.significant(value)
  }

  private static func text(_ value: CatalogueValue) -> String {
    switch value {
    case .null: "-"
    case .integer(let number): String(number)
    case .real(let number): "\(number)"
    case .text(let text): text
    }
  }

  private static func json(_ value: CatalogueValue) -> JSONValue {
    switch value {
    case .null: .null
    case .integer(let number): .integer(number)
    case .real(let number): .number(number)
    case .text(let text): .string(text)
    }
  }

  private static func json(_ run: CatalogueRun) -> JSONValue {
    .object(
      [.init(key: "run", value: .string(run.folder))]
        + run.values.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: json($0.value)) }
        + [
          .init(key: "tags", value: .array(run.tags.map { .string($0) })),
          .init(key: "fault", value: run.fault.map { .string($0) } ?? .null),
        ] + (run.orderValue.map { [.init(key: "sorted_by", value: json($0))] } ?? []))
  }

  private static func json(_ details: CatalogueRunDetails) -> JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    return .object([
      "run": json(details.run),
      "parameters": .object(details.parameters.map { .init(key: $0.name, value: .number($0.value)) }),
      "metrics": .array(
        details.metrics.map { metric in
          .object([
            "id": .string(metric.id), "basis": .string(metric.basis), "unit": .string(metric.unit),
            "value": number(metric.value), "lower": number(metric.lower), "upper": number(metric.upper),
          ])
        }),
      "files": .array(
        details.artefacts.map { .object(["name": .string($0.name), "bytes": .integer($0.bytes)]) }),
    ])
  }
}
