import Analytics

extension ResultSchema {
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
      "round trips of the shown lane split by instrument, venue, side, hour of the entry and strategy",
      condition: "there were orders", \.trades.value,
      columns: [index("row", "number of the row", rows)]
        + words("key", axes: axes, "by what they are split", rows, \.key) + [
          column("label", axes: axes, "the part", rows, text: \.row.label),
          column("trades", axes: axes, "round trips", rows, integer: { Int64($0.row.trades) }),
          column("lots", axes: axes, "closed", unit: "lots", rows, integer: \.row.lots),
          column("gross_profit", axes: axes, "before fees", unit: "money", rows) { $0.row.grossProfit },
          column("fees", axes: axes, "of both fills", unit: "money", rows) { $0.row.fees },
          column("net_profit", axes: axes, "after fees", unit: "money", rows) { $0.row.netProfit },
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
