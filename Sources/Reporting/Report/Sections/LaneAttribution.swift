import MarketTypes

/// Which lanes and instruments the results of a run of several lanes came from.
enum LaneAttribution {
  /// Rows from either end: a run may have thousands of lanes.
  private static let mostRows = 6

  static func add(_ context: ReportContext, _ content: inout SectionContent) {
    let result = context.result
    // By net profit, best first; equal ones in the order of the lanes.
    let parts = result.laneInstruments.enumerated().sorted { left, right in
      let (one, other) = (left.element.netProfit, right.element.netProfit)
      return one == other ? left.offset < right.offset : one > other
    }.map(\.element)
    let isWhole = parts.count <= 2 * mostRows
    let rows = isWhole ? parts : parts.prefix(mostRows) + parts.suffix(mostRows)
    content.add(
      DataTable(
        columns: ["Lane", "Instrument", "Fills", "Gross", "Fees", "Carry", "Net"],
        rows: rows.map { part in
          [
            .init(result.lanes[part.lane].name + (part.lane == result.shownLane ? " (shown)" : "")),
            .init(result.instruments[part.instrument].symbol), .init(count: part.fills),
            .init(part.grossProfit, context.money), .init(part.fees, context.money), .init(part.carry, context.money),
            .init(part.netProfit, context.money),
          ]
        },
        note: isWhole
          ? nil : "The best \(mostRows) and the worst \(mostRows) of \(Format.count(parts.count)); result.h5 has all."),
      title: "Result by lane and instrument", isWide: true,
      introduction:
        "Every lane is the strategy with settings and an account of its own. Positions open at the end are valued at the "
        + "last mark; \(context.currency).")
  }
}
