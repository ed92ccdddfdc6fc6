import Analytics
import MarketTypes

extension ResultSchema {
  /// The groups that hold a `RunAnalysis`: computed from the run, so no part of its hash.
  static let analysisGroups: [ResultGroup] = [
    analysis, dailyReturns, sampledReturns, metrics, drawdowns, dailyDrawdowns, recovery, dailyRecovery, roundTrips,
    markouts, attribution, attributionAbsences,
  ]

  static let dailyLabel = "daily returns"

  /// A group that is written when `rows` finds something in the analysis; its columns are made from that.
  static func group<Rows: Sendable>(
    _ path: String, _ meaning: String, condition: String, _ rows: @escaping @Sendable (RunAnalysis) -> Rows?,
    attributes: [ResultAttribute] = [], columns: [ResultColumn]
  ) -> ResultGroup {
    ResultGroup(
      path, meaning, condition: "the run was analysed and \(condition)", attributes: attributes, columns: columns
    ) { $0.analysis.flatMap(rows) != nil }
  }

  /// Rows of a table, made anew for each column and never kept.
  static func column<Row>(
    _ name: String, axes: [String], _ meaning: String, unit: String? = nil,
    _ rows: @escaping @Sendable (RunAnalysis) -> [Row], _ value: @escaping @Sendable (Row) -> Double?
  ) -> ResultColumn {
    ResultColumn(name, .double, axes: axes, meaning, unit: unit) {
      .double(($0.analysis.map(rows) ?? []).map { value($0) ?? .nan })
    }
  }

  static func column<Row>(
    _ name: String, axes: [String], _ meaning: String, unit: String? = nil,
    _ rows: @escaping @Sendable (RunAnalysis) -> [Row], integer value: @escaping @Sendable (Row) -> Int64
  ) -> ResultColumn {
    ResultColumn(name, .int64, axes: axes, meaning, unit: unit) {
      .int64(($0.analysis.map(rows) ?? []).map(value))
    }
  }

  static func column<Row>(
    _ name: String, axes: [String], _ meaning: String,
    _ rows: @escaping @Sendable (RunAnalysis) -> [Row], text value: @escaping @Sendable (Row) -> String
  ) -> ResultColumn {
    ResultColumn(name, .text, axes: axes, meaning) { .text(($0.analysis.map(rows) ?? []).map(value)) }
  }

  static func words<Row>(
    _ name: String, axes: [String], _ meaning: String,
    _ rows: @escaping @Sendable (RunAnalysis) -> [Row], _ value: @escaping @Sendable (Row) -> String
  ) -> [ResultColumn] {
    ResultColumn.words(name, axes: axes, meaning) { ($0.analysis.map(rows) ?? []).map(value) }
  }

  static func moment<Row>(
    _ name: String, axes: [String], _ meaning: String, isOptional: Bool = false,
    _ rows: @escaping @Sendable (RunAnalysis) -> [Row], _ value: @escaping @Sendable (Row) -> Int64
  ) -> ResultColumn {
    .time(name, axes: axes, meaning, isOptional: isOptional) { ($0.analysis.map(rows) ?? []).map(value) }
  }

  static func index<Row>(
    _ name: String, _ meaning: String, _ rows: @escaping @Sendable (RunAnalysis) -> [Row]
  ) -> ResultColumn {
    .index(name, meaning) { ($0.analysis.map(rows) ?? []).count }
  }

  private static let analysis = ResultGroup(
    "/analysis", "how the run was analysed", condition: "the run was analysed",
    attributes: [
      ResultAttribute("calendar", "sessions of daily figures") { .text($0.analysis?.calendar.name ?? "") },
      ResultAttribute("calendar_reason", "why that calendar") { .text($0.analysis?.calendarReason ?? "") },
      ResultAttribute("basis", "returns that tails, simulation and luck are computed from, or why there are none") {
        .text($0.analysis?.basis.value?.label ?? $0.analysis?.basis.reason ?? "")
      },
      ResultAttribute("risk_free_rate", "annual") { .real($0.analysis?.settings.riskFreeRate ?? 0) },
      ResultAttribute("minimum_acceptable_return", "annual") {
        .real($0.analysis?.settings.minimumAcceptableReturn ?? 0)
      },
      ResultAttribute("benchmark", "what the run is measured against, or why there is nothing") {
        .text($0.analysis?.benchmark.value?.name ?? $0.analysis?.benchmark.reason ?? "")
      },
      ResultAttribute("convention", "whose definitions the metrics follow") {
        .text($0.analysis?.settings.convention.rawValue ?? "")
      },
      ResultAttribute(
        "resamples", "of each bootstrap, where the scenario says how many; each interval's method says it"
      ) {
        .integer(Int64($0.analysis?.settings.resamples ?? 0))
      },
      ResultAttribute("seed", "of bootstraps and simulation") { .unsigned($0.analysis?.settings.seed ?? 0) },
    ], columns: []
  ) { $0.analysis != nil }

  private static let dailyReturns = group(
    "/returns",
    "equity and returns at session closes; of a lane that a risk control stopped until it held nothing any more",
    condition: "it covers a session", \.daily.value,
    attributes: [
      ResultAttribute("periods_per_year", "what annualises daily figures") {
        .real($0.analysis?.daily.value?.returns.periodsPerYear ?? 0)
      }
    ],
    columns: [
      moment("time", axes: ["time"], "close of the session", { $0.closes }, { $0 }),
      column(
        "equity", axes: ["time"], "equity at the close", unit: "money",
        { Array($0.daily.value?.equity.dropFirst() ?? []) }
      ) {
        $0
      },
      column(
        "value", axes: ["time"], "simple return of the session", unit: "1", { $0.daily.value?.returns.values ?? [] }
      ) {
        $0
      },
      column(
        "benchmark", axes: ["time"], "return of the benchmark; missing without one", unit: "1",
        { $0.benchmarkReturns($0.closes) }
      ) { $0 },
    ])

  private static let sampledReturns = group(
    "/returns/sampled",
    "returns of equal steps within sessions, for runs of few sessions, until the end of the run or until a lane that a risk "
      + "control stopped held nothing any more; the last step of a session ends there or with it, half as long to half as long "
      + "again as the others, and the first one holds what happened since the last close",
    condition: "equity was recorded often enough",
    \.sampled.value,
    attributes: [
      ResultAttribute("label", "name of these returns") { .text($0.analysis?.sampled.value?.label ?? "") },
      ResultAttribute("periods_per_year", "what annualises figures made from them") {
        .real($0.analysis?.sampled.value?.returns.periodsPerYear ?? 0)
      },
    ],
    columns: [
      moment("time", axes: ["time"], "end of the period", { $0.sampled.value?.ends ?? [] }, { $0 }),
      column(
        "value", axes: ["time"], "simple return of the period", unit: "1", { $0.sampled.value?.returns.values ?? [] }
      ) {
        $0
      },
      column(
        "benchmark", axes: ["time"], "return of the benchmark; missing without one", unit: "1",
        { $0.benchmarkReturns($0.sampled.value?.ends ?? []) }
      ) { $0 },
    ])

  private struct MetricRow: Sendable {
    let basis: String
    let metric: MetricValue
  }

  private static let metrics: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [MetricRow] = { analysis in
      analysis.metrics.map { MetricRow(basis: dailyLabel, metric: $0) }
        + analysis.sampledMetrics.map { MetricRow(basis: analysis.basis.value?.label ?? "", metric: $0) }
    }
    let axes = ["metric"]
    return ResultGroup(
      "/metrics", "every metric of METRICS.md; those of sampled returns follow the daily ones",
      condition: "the run was analysed",
      columns: [
        index("metric", "number of the row", rows),
        column("id", axes: axes, "stable identifier", rows, text: \.metric.id),
        column("name", axes: axes, "name", rows, text: \.metric.name),
      ] + words("group", axes: axes, "part of the table", rows, \.metric.group.rawValue)
        + words("basis", axes: axes, "returns it is computed from", rows, \.basis)
        + words("unit", axes: axes, "what its value counts", rows, \.metric.unit.rawValue)
        + words("orientation", axes: axes, "which way is good", rows, \.metric.orientation.rawValue) + [
          column("value", axes: axes, "missing when it does not exist", rows) { $0.metric.number },
          column("reason", axes: axes, "why it does not exist; empty when it does", rows) { row -> String in
            if case .absent(let reason) = row.metric.result { reason } else { "" }
          },
          column("caveat", axes: axes, "what makes the value say less than it seems to; empty when nothing does", rows)
          {
            row -> String in row.metric.caveat ?? ""
          },
          column("standard_error", axes: axes, "of the value, where known", rows, \.metric.standardError),
        ]
        + words("standard_error_method", axes: axes, "where the standard error comes from", rows) {
          $0.metric.standardErrorMethod ?? ""
        } + [
          column("lower", axes: axes, "lower end of the interval", rows) { $0.metric.interval?.lower },
          column("upper", axes: axes, "upper end of the interval", rows) { $0.metric.interval?.upper },
          column("level", axes: axes, "probability that the interval covers the truth", rows) {
            $0.metric.interval?.level
          },
        ] + words("method", axes: axes, "how the interval was made", rows) { $0.metric.interval?.method ?? "" } + [
          column("formula", axes: axes, "definition", rows, text: \.metric.formula),
          column("parameters", axes: axes, "name = value, separated by semicolons", rows) { row -> String in
            row.metric.parameters.map { "\($0.name) = \($0.value)" }.joined(separator: "; ")
          },
        ]
    ) { $0.analysis != nil }
  }()

  private static let roundTrips: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [RoundTrip] = { $0.trades.value?.fillToFill.trips ?? [] }
    let axes = ["trip"]
    return group(
      "/round_trips", "each closing of lots matched with their opening, first in first out",
      condition: "there were orders", \.trades.value,
      columns: [
        index("trip", "number of the row", rows),
        column("instrument", axes: axes, "row of /instruments", rows, integer: { Int64($0.instrument) }),
      ] + words("direction", axes: axes, "long or short", rows) { $0.direction == .sell ? "short" : "long" } + [
        column("lots", axes: axes, "quantity", unit: "lots", rows, integer: \.lots),
        moment("entry_time", axes: axes, "fill that opened", rows, \.entryTime),
        moment("exit_time", axes: axes, "fill that closed", rows, \.exitTime),
        column("entry_half_ticks", axes: axes, "price of the opening", unit: "half ticks", rows, \.entryHalfTicks),
        column("exit_half_ticks", axes: axes, "price of the closing", unit: "half ticks", rows, \.exitHalfTicks),
        column("gross_profit", axes: axes, "before fees", unit: "money", rows, \.grossProfit),
        column("fees", axes: axes, "of both fills, by lots", unit: "money", rows, \.fees),
        column("net_profit", axes: axes, "after fees", unit: "money", rows, \.netProfit),
        column(
          "adverse_excursion", axes: axes, "deepest loss at the rows of /positions on the way and at the exit",
          unit: "money", rows,
          \.adverseExcursion),
        column(
          "favourable_excursion", axes: axes, "highest gain at the rows of /positions on the way and at the exit",
          unit: "money", rows,
          \.favourableExcursion),
      ])
  }()

  private struct MarkoutRow: Sendable {
    let fills: String
    let markout: Markout
  }

  private static let markouts: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [MarkoutRow] = { analysis in
      guard let trades = analysis.trades.value else { return [] }
      return [("all", trades.markouts), ("maker", trades.makerMarkouts), ("taker", trades.takerMarkouts)].flatMap {
        name, markouts in markouts.map { MarkoutRow(fills: name, markout: $0) }
      }
    }
    let axes = ["row"]
    return group(
      "/markouts", "where the mid went after fills", condition: "there were orders", \.trades.value,
      columns: [index("row", "number of the row", rows)]
        + words("fills", axes: axes, "which fills", rows, \.fills) + [
          column(
            "horizon", axes: axes, "time after the fill", unit: "nanoseconds", rows,
            integer: \.markout.horizonNanoseconds),
          column("count", axes: axes, "fills with a known mid", rows, integer: { Int64($0.markout.count) }),
          column("mean_ticks", axes: axes, "by lots; positive when the mid moved in favour", unit: "ticks", rows) {
            $0.markout.meanTicks
          },
          column("standard_error_ticks", axes: axes, "of the mean", unit: "ticks", rows) {
            $0.markout.standardErrorTicks
          },
          column("money", axes: axes, "over all lots; missing without a known mid", unit: "money", rows) {
            $0.markout.money
          },
        ])
  }()
}

extension RunAnalysis {
  /// Of periods that end at these moments; nothing when there is no benchmark.
  func benchmarkReturns(_ ends: [Int64]) -> [Double] {
    guard let benchmark = benchmark.value, let start = equity.value?.times.first ?? ends.first else {
      return ends.map { _ in .nan }
    }
    return benchmark.returns(from: start, ends: ends)
  }

  /// The close of every session.
  var closes: [Int64] { daily.value?.dates.map { calendar.close(of: $0) } ?? [] }
}
