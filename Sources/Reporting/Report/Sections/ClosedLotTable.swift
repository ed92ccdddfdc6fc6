import Analytics
import MarketTypes

/// Gains by lots and holding period, where the scenario chose a method.
enum ClosedLotTable {
  static func add(_ context: ReportContext, _ content: inout SectionContent) {
    guard let closed = context.result.closedLots else {
      content.add(missing: "Gains by lots and holding period", because: "the scenario chose no method (account.lots)")
      return
    }
    var rows: [[DataTable.Cell]] = []
    for instrument in context.result.instruments.indices {
      let own = ClosedLots(method: closed.method, entries: closed.entries.filter { $0.instrument == instrument })
      guard !own.entries.isEmpty else { continue }
      let days = own.entries.map { Double($0.holdingDays) }
      rows.append([
        .init(context.symbol(instrument)), .init(Double(own.entries.count), .number(0)),
        .init(own.gain(isLongTerm: false), context.money), .init(own.gain(isLongTerm: true), context.money),
        .init(days.reduce(0, +) / Double(days.count), .number(1)), .init(days.max() ?? 0, .number(0)),
      ])
    }
    guard !rows.isEmpty else {
      content.add(missing: "Gains by lots and holding period", because: "no lot was closed")
      return
    }
    content.add(
      DataTable(
        columns: ["Instrument", "Parts closed", "Short-term gain", "Long-term gain", "Mean days", "Longest"],
        rows: rows,
        note: "Before fees and carrying costs; every part stands in result.h5 under /closed_lots."),
      title: "Gains by lots, \(closed.method)", introduction: "In \(context.currency).")
  }
}
