extension ResultSchema {
  static let closedLots = ResultGroup(
    "/closed_lots", "what the shown lane's fills closed, lot by lot, before fees and carrying costs",
    condition: "the scenario chose a lot method",
    attributes: [
      ResultAttribute("method", "which lots go first: fifo, lifo, hifo or average") {
        .text($0.run.closedLots?.method ?? "")
      }
    ],
    columns: [
      .index("closed_lot", "number of the row, in the order of closing") { entries($0).count },
      ResultColumn("instrument", .int32, axes: axes, "row of /instruments") {
        .int32(entries($0).map { Int32(clamping: $0.instrument) })
      },
      ResultColumn("lots", .int64, axes: axes, "above zero for a long", unit: "lots") {
        .int64(entries($0).map(\.lots))
      },
      .time("opened_time", axes: axes, "when it was opened") { entries($0).map(\.openedTime) },
      .time("closed_time", axes: axes, "when it was closed") { entries($0).map(\.closedTime) },
      ResultColumn("cost", .double, axes: axes, "what it was opened for, below zero for a short", unit: "money") {
        .double(entries($0).map(\.cost))
      },
      ResultColumn("proceeds", .double, axes: axes, "what closing brought, below zero for a short", unit: "money") {
        .double(entries($0).map(\.proceeds))
      },
      ResultColumn("holding_days", .int64, axes: axes, "days between opening and closing") {
        .int64(entries($0).map { Int64($0.holdingDays) })
      },
      ResultColumn("is_long_term", .uint8, axes: axes, "1 when it was held for longer than account.long_term_days") {
        .uint8(entries($0).map { $0.isLongTerm ? 1 : 0 })
      },
    ], isPresent: { $0.run.closedLots != nil })

  private static let axes = ["closed_lot"]

  private static func entries(_ contents: ResultContents) -> [ClosedLots.Entry] {
    contents.run.closedLots?.entries ?? []
  }
}

extension ResultReader {
  func closedLots() throws(HDF5Error) -> ClosedLots? {
    guard file.has("/closed_lots") else { return nil }
    guard case .text(let method)? = try file.attributes(of: "/closed_lots")["method"] else {
      throw file.file.fault("the attribute method is missing or of another type", in: "/closed_lots")
    }
    let table = try ResultTable("/closed_lots", index: "closed_lot", file)
    let instruments = try table.int32s("instrument")
    let lots = try table.int64s("lots")
    let opened = try table.int64s("opened_time")
    let closed = try table.int64s("closed_time")
    let costs = try table.doubles("cost")
    let proceeds = try table.doubles("proceeds")
    let days = try table.counts("holding_days")
    let long = try table.bytes("is_long_term")
    return ClosedLots(
      method: method,
      entries: instruments.indices.map { row in
        ClosedLots.Entry(
          instrument: Int(instruments[row]), lots: lots[row], openedTime: opened[row], closedTime: closed[row],
          cost: costs[row], proceeds: proceeds[row], holdingDays: days[row], isLongTerm: long[row] != 0)
      })
  }
}
