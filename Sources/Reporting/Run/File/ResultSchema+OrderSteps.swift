extension ResultSchema {
  static let orderSteps = ResultGroup(
    "/order_steps", "every step of the shown lane's orders, in the order in which the venue caused them",
    condition: "they were asked for",
    columns: [
      .index("order_step", "number of the row") { $0.run.orderSteps.count },
      .time(axes: ["order_step"], "when, by the lane's clock for decisions and confirmations, else by the venue's") {
        $0.run.orderSteps.map(\.time)
      },
      ResultColumn("order", .int64, axes: ["order_step"], "row of /orders") {
        .int64($0.run.orderSteps.map { Int64($0.order) })
      },
    ] + ResultColumn.words("step", axes: ["order_step"], "what happened") { $0.run.orderSteps.map(\.step) } + [
      ResultColumn("open_lots", .int64, axes: ["order_step"], "what was open after it", unit: "lots") {
        .int64($0.run.orderSteps.map(\.openLots))
      },
      ResultColumn(
        "price_ticks", .int32, axes: ["order_step"], "price of the order; -2147483648 for none", unit: "ticks"
      ) { .int32($0.run.orderSteps.map(\.priceTicks)) },
    ]
      + ResultColumn.words("reason", axes: ["order_step"], "why it was rejected or cancelled, empty without a reason") {
        $0.run.orderSteps.map(\.reason)
      }, isPresent: { !$0.run.orderSteps.isEmpty })
}

extension ResultReader {
  func orderSteps() throws(HDF5Error) -> [OrderStepEntry] {
    guard file.has("/order_steps") else { return [] }
    let table = try ResultTable("/order_steps", index: "order_step", file)
    let times = try table.int64s("time")
    let orders = try table.counts("order")
    let steps = try table.words("step")
    let open = try table.int64s("open_lots")
    let prices = try table.int32s("price_ticks")
    let reasons = try table.words("reason")
    return times.indices.map { row in
      OrderStepEntry(
        time: times[row], order: orders[row], step: steps[row], openLots: open[row], priceTicks: prices[row],
        reason: reasons[row])
    }
  }
}
