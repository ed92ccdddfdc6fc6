import Analytics

extension ResultSchema {
  /// The lanes of a run are what it has instead of several strategies, and each is a strategy with settings of its own.
  static let laneInstruments: ResultGroup = {
    @Sendable func rows(_ contents: ResultContents) -> [LaneInstrumentResult] { contents.run.laneInstruments }
    func real(
      _ name: String, _ meaning: String, _ path: @escaping @Sendable (LaneInstrumentResult) -> Double
    ) -> ResultColumn {
      ResultColumn(name, .double, axes: ["row"], meaning, unit: "money") { .double(rows($0).map(path)) }
    }
    return ResultGroup(
      "/lanes/instruments",
      "every lane's profit split by the instruments that it traded, positions at the end valued at the last mark",
      condition: "the run has several lanes and one of them traded",
      columns: [
        .index("row", "number of the row") { rows($0).count },
        ResultColumn("lane", .int32, axes: ["row"], "row of /lanes") {
          .int32(rows($0).map { Int32(clamping: $0.lane) })
        },
        ResultColumn("instrument", .int32, axes: ["row"], "row of /instruments") {
          .int32(rows($0).map { Int32(clamping: $0.instrument) })
        },
        ResultColumn("fills", .int64, axes: ["row"], "number of fills") { .int64(rows($0).map { Int64($0.fills) }) },
        ResultColumn("traded_lots", .int64, axes: ["row"], "bought and sold", unit: "lots") {
          .int64(rows($0).map(\.tradedLots))
        },
        real("gross_profit", "before fees and carry", \.grossProfit),
        real("fees", "of fills, negative when rebates were higher", \.fees),
        real("carry", "funding, borrow and dividends, negative when more was received", \.carry),
        real("net_profit", "after fees and carry; those of a lane make its profit", \.netProfit),
      ], isPresent: { !$0.run.laneInstruments.isEmpty })
  }()

  private struct AttributionEntry: Sendable {
    let key: String
    let row: AttributionRow
  }

  static let attribution: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [AttributionEntry] = { analysis in
      (analysis.trades.value?.attributions ?? []).flatMap { attribution in
        attribution.rows.map { AttributionEntry(key: attribution.key.rawValue, row: $0) }
      }
    }
    let axes = ["row"]
    return group(
      "/attribution",
      "the shown lane's profit split by instrument, venue, side, hour of the entry and strategy; the net profits of a key add up "
        + "to it, and what belongs to no fill is the row \(Attribution.unsplit) where a key has several",
      condition: "there were orders", \.trades.value,
      columns: [index("row", "number of the row", rows)]
        + words("key", axes: axes, "by what they are split", rows, \.key) + [
          column("label", axes: axes, "the part", rows, text: \.row.label),
          column("trades", axes: axes, "closed round trips", rows, integer: { Int64($0.row.trades) }),
          column("lots", axes: axes, "closed", unit: "lots", rows, integer: \.row.lots),
          column("gross_profit", axes: axes, "of round trips, before fees", unit: "money", rows) { $0.row.grossProfit },
          column("open_lots", axes: axes, "still held at the end", unit: "lots", rows, integer: \.row.openLots),
          column("open_profit", axes: axes, "of lots still held, at the last mark, before fees", unit: "money", rows) {
            $0.row.openProfit
          },
          column("fees", axes: axes, "of all fills", unit: "money", rows) { $0.row.fees },
          column(
            "carry", axes: axes, "funding, borrow and dividends, negative when more was received", unit: "money", rows
          ) { $0.row.carry },
          column(
            "other", axes: axes, "of no fill: conversion of currencies, lots without a mark", unit: "money", rows
          ) { $0.row.other },
          column("net_profit", axes: axes, "gross + open - fees - carry + other", unit: "money", rows) {
            $0.row.netProfit
          },
          column("win_rate", axes: axes, "share of trips with a profit", unit: "1", rows) { $0.row.winRate },
        ])
  }()

  static let attributionAbsences: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [AttributionAbsence] = { $0.trades.value?.attributionAbsences ?? [] }
    let axes = ["row"]
    return group(
      "/attribution/absent", "keys that the round trips cannot be split by", condition: "there were orders",
      \.trades.value,
      columns: [index("row", "number of the row", rows)]
        + words("key", axes: axes, "by what they are not split", rows, \.key.rawValue) + [
          column("reason", axes: axes, "why", rows, text: \.reason)
        ])
  }()
}
