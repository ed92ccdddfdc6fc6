extension ResultSchema {
  static let gains = ResultGroup(
    "/positions/gains",
    "what the positions of /positions cost and gained, row by row, before fees and carrying costs, by the lots of account.lots, "
      + "at their average cost without it: the equity is the starting capital and all gains less fees and carry",
    condition: "it was recorded",
    columns: [
      .time(axes: ["time"], "moment") { $0.run.account.times },
      .index("instrument", "number of the instrument") { $0.run.instruments.count },
      ResultColumn(
        "average_ticks", .double, axes: axes, "average price of the open lots, 0 while nothing is held", unit: "ticks"
      ) { .double($0.run.account.averageTicks) },
      ResultColumn("realised", .double, axes: axes, "gains of closed lots so far", unit: "money") {
        .double($0.run.account.realised)
      },
      ResultColumn("unrealised", .double, axes: axes, "gains that closing at the mark would realise", unit: "money") {
        .double($0.run.account.unrealised)
      },
    ], isPresent: { !$0.run.account.realised.isEmpty })

  private static let axes = ["time", "instrument"]
}

extension ResultReader {
  func readGains(into account: inout AccountColumns, instruments: Int) throws(HDF5Error) {
    guard file.has("/positions/gains") else { return }
    let table = try ResultTable("/positions/gains", index: "time", kind: .int64, file)
    account.averageTicks = try table.doubles("average_ticks", width: instruments)
    account.realised = try table.doubles("realised", width: instruments)
    account.unrealised = try table.doubles("unrealised", width: instruments)
  }
}
