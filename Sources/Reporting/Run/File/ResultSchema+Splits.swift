extension ResultSchema {
  static let splits = ResultGroup(
    "/splits", "new shares for old ones while the run went on", condition: "there were any",
    columns: [
      .index("split", "number of the row") { $0.run.splits.count },
      .time(axes: axes, "when it happened") { $0.run.splits.map(\.time) },
      ResultColumn("instrument", .int32, axes: axes, "row of /instruments") {
        .int32($0.run.splits.map { Int32(clamping: $0.instrument) })
      },
      ResultColumn("new_shares", .int64, axes: axes, "for every old_shares") { .int64($0.run.splits.map(\.newShares)) },
      ResultColumn("old_shares", .int64, axes: axes, "see new_shares") { .int64($0.run.splits.map(\.oldShares)) },
      ResultColumn("lots_before", .int64, axes: axes, "the shown lane's position before it", unit: "lots") {
        .int64($0.run.splits.map(\.lotsBefore))
      },
      ResultColumn("lots_after", .int64, axes: axes, "the shown lane's position after it", unit: "lots") {
        .int64($0.run.splits.map(\.lotsAfter))
      },
      ResultColumn(
        "cash", .double, axes: axes, "received for what was below a whole lot, below zero when a short paid it",
        unit: "money"
      ) { .double($0.run.splits.map(\.cash)) },
    ], isPresent: { !$0.run.splits.isEmpty })

  private static let axes = ["split"]
}

extension ResultReader {
  func splits() throws(HDF5Error) -> [RunSplit] {
    guard file.has("/splits") else { return [] }
    let table = try ResultTable("/splits", index: "split", file)
    let times = try table.int64s("time")
    let instruments = try table.int32s("instrument")
    let new = try table.int64s("new_shares")
    let old = try table.int64s("old_shares")
    let before = try table.int64s("lots_before")
    let after = try table.int64s("lots_after")
    let cash = try table.doubles("cash")
    return times.indices.map { row in
      RunSplit(
        time: times[row], instrument: Int(instruments[row]), newShares: new[row], oldShares: old[row],
        lotsBefore: before[row], lotsAfter: after[row], cash: cash[row])
    }
  }
}
