import MarketTypes

extension ResultSchema {
  private static let sides = ["buy", "sell", "none"]

  static let orders = ResultGroup(
    "/orders",
    "every order of the shown lane; of more than 10,000 that a risk control refused for one reason the first ones, and "
      + "/risk_events counts all",
    columns: [
      .index("order", "number of the row") { $0.run.orders.count },
      ResultColumn("identifier", .uint64, axes: ["order"], "the lane's own number") {
        .uint64($0.run.orders.map(\.identifier))
      },
      ResultColumn("instrument", .int32, axes: ["order"], "row of /instruments") {
        .int32($0.run.orders.map { Int32(clamping: $0.instrument) })
      },
      .flags("side", axes: ["order"], "side", names: sides) { $0.run.orders.map(\.side.rawValue) },
      .flags(
        "type", axes: ["order"], "how its price comes about", names: OrderType.allCases.map { "\($0)" }
      ) { $0.run.orders.map(\.type.rawValue) },
      .flags(
        "time_in_force", axes: ["order"], "how long it lives", names: TimeInForce.allCases.map { "\($0)" }
      ) { $0.run.orders.map(\.timeInForce.rawValue) },
      ResultColumn(
        "limit_ticks", .int32, axes: ["order"], "limit; -2147483648 for none", unit: "ticks"
      ) { .int32($0.run.orders.map(\.limitTicks)) },
      ResultColumn("lots", .int64, axes: ["order"], "quantity", unit: "lots") { .int64($0.run.orders.map(\.lots)) },
      ResultColumn("filled_lots", .int64, axes: ["order"], "quantity filled", unit: "lots") {
        .int64($0.run.orders.map(\.filledLots))
      },
      .time("decision_time", axes: ["order"], "when the strategy decided") { $0.run.orders.map(\.decisionTime) },
      .time("venue_time", axes: ["order"], "when the venue had it", isOptional: true) {
        $0.run.orders.map(\.venueTime)
      },
      .time("end_time", axes: ["order"], "when it ended") { $0.run.orders.map(\.endTime) },
      .flags(
        "outcome", axes: ["order"], "how it ended", names: ["filled", "cancelled", "rejected", "expired", "open"]
      ) { $0.run.orders.map(\.outcome) },
    ]
      + ResultColumn.words("reason", axes: ["order"], "why it was rejected or cancelled, empty without a reason") {
        $0.run.orders.map(\.reason)
      } + [
        ResultColumn(
          "arrival_mid_half_ticks", .int64, axes: ["order"], "bid plus ask when the strategy decided",
          unit: "half ticks", attributes: missing
        ) { .int64($0.run.orders.map(\.arrivalMidHalfTicks)) }
      ])

  static let fills = ResultGroup(
    "/fills", "every fill of the shown lane, with the reason of each",
    columns: [
      .index("fill", "number of the row") { $0.run.fills.count },
      .time(axes: ["fill"], "when it happened at the venue") { $0.run.fills.map(\.time) },
      ResultColumn("order", .uint64, axes: ["fill"], "identifier of the order") { .uint64($0.run.fills.map(\.order)) },
      ResultColumn("order_row", .int64, axes: ["fill"], "row of /orders; -1 for none") {
        .int64($0.run.fills.map { Int64($0.orderRow) })
      },
      ResultColumn("instrument", .int32, axes: ["fill"], "row of /instruments") {
        .int32($0.run.fills.map { Int32(clamping: $0.instrument) })
      },
      .flags("side", axes: ["fill"], "side", names: sides) { $0.run.fills.map(\.side.rawValue) },
      ResultColumn("price_ticks", .int32, axes: ["fill"], "price", unit: "ticks") {
        .int32($0.run.fills.map(\.priceTicks))
      },
      ResultColumn("lots", .int64, axes: ["fill"], "quantity", unit: "lots") { .int64($0.run.fills.map(\.lots)) },
      ResultColumn("fee", .double, axes: ["fill"], "fee, below zero for a rebate", unit: "money") {
        .double($0.run.fills.map(\.fee))
      },
      ResultColumn("is_maker", .uint8, axes: ["fill"], "1 when it rested, 0 when it took") {
        .uint8($0.run.fills.map { $0.isMaker ? 1 : 0 })
      },
    ] + ResultColumn.words("cause", axes: ["fill"], "rule that filled it") { $0.run.fills.map(\.cause) }
      + ResultColumn.words("model", axes: ["fill"], "queue model in use") { $0.run.fills.map(\.model) } + [
        ResultColumn(
          "cause_price_ticks", .int32, axes: ["fill"], "price of the market event behind it; -2147483648 for none",
          unit: "ticks"
        ) { .int32($0.run.fills.map(\.causePriceTicks)) },
        optional("cause_arrival", "time priority of the market order behind it", \.causeArrival),
        .time("joined_time", axes: ["fill"], "when it joined its queue", isOptional: true) {
          $0.run.fills.map(\.joinedTime)
        },
        optional("ahead_when_joined", "lots ahead of it then", unit: "lots", \.aheadWhenJoined),
        .time("front_time", axes: ["fill"], "when nothing was ahead any more", isOptional: true) {
          $0.run.fills.map(\.frontTime)
        },
        .time("decision_time", axes: ["fill"], "when the strategy decided on the order", isOptional: true) {
          $0.run.fills.map(\.decisionTime)
        },
        optional("arrival_mid_half_ticks", "bid plus ask at that decision", unit: "half ticks", \.arrivalMidHalfTicks),
        optional("fill_mid_half_ticks", "bid plus ask at the fill", unit: "half ticks", \.fillMidHalfTicks),
        ResultColumn("horizon", .int64, axes: ["horizon"], "time after the fill", unit: "nanoseconds") { _ in
          .int64(RunFill.markoutHorizons)
        },
        ResultColumn(
          "markout_mid_half_ticks", .int64, axes: ["fill", "horizon"],
          "bid plus ask that long after the fill, missing past the end", unit: "half ticks", attributes: missing
        ) { .int64($0.run.fills.flatMap(\.markoutMidHalfTicks)) },
      ])

  static let missedFills = ResultGroup(
    "/missed_fills", "fills at the shown lane's prices that were drawn as missed", condition: "some were",
    columns: [
      .index("missed", "number of the row") { $0.run.missedFills.count },
      .time(axes: ["missed"], "when its order joined its queue anew instead") { $0.run.missedFills.map(\.time) },
      ResultColumn("order", .uint64, axes: ["missed"], "identifier of the order") {
        .uint64($0.run.missedFills.map(\.order))
      },
      ResultColumn("order_row", .int64, axes: ["missed"], "row of /orders; -1 for none") {
        .int64($0.run.missedFills.map { Int64($0.orderRow) })
      },
      .time("decision_time", axes: ["missed"], "when the strategy decided on the order") {
        $0.run.missedFills.map(\.decisionTime)
      },
      ResultColumn("instrument", .int32, axes: ["missed"], "row of /instruments") {
        .int32($0.run.missedFills.map { Int32(clamping: $0.instrument) })
      },
      ResultColumn("price_ticks", .int32, axes: ["missed"], "price of the order", unit: "ticks") {
        .int32($0.run.missedFills.map(\.priceTicks))
      },
    ], isPresent: { !$0.run.missedFills.isEmpty })

  private static func optional(
    _ name: String, _ meaning: String, unit: String? = nil, _ path: @escaping @Sendable (RunFill) -> Int64
  ) -> ResultColumn {
    ResultColumn(name, .int64, axes: ["fill"], meaning, unit: unit, attributes: missing) {
      .int64($0.run.fills.map { path($0) })
    }
  }
}
