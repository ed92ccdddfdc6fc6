import MarketTypes

extension ResultReader {
  func orders() throws(HDF5Error) -> [RunOrder] {
    let table = try ResultTable("/orders", index: "order", file)
    let identifiers = try table.uint64s("identifier")
    let instruments = try table.int32s("instrument")
    let sides = try table.cases("side", of: Side.self)
    let types = try table.cases("type", of: OrderType.self)
    let lives = try table.cases("time_in_force", of: TimeInForce.self)
    let limits = try table.int32s("limit_ticks")
    let lots = try table.int64s("lots")
    let filled = try table.int64s("filled_lots")
    let decisions = try table.int64s("decision_time")
    let arrivals = try table.int64s("venue_time")
    let ends = try table.int64s("end_time")
    let outcomes = try table.bytes("outcome")
    let reasons = try table.words("reason")
    let mids = try table.int64s("arrival_mid_half_ticks")
    return identifiers.indices.map { row in
      RunOrder(
        identifier: identifiers[row], instrument: Int(instruments[row]), side: sides[row], type: types[row],
        timeInForce: lives[row], limitTicks: limits[row], lots: lots[row], filledLots: filled[row],
        decisionTime: decisions[row], venueTime: arrivals[row], endTime: ends[row], outcome: outcomes[row],
        reason: reasons[row], arrivalMidHalfTicks: mids[row])
    }
  }

  func fills() throws(HDF5Error) -> [RunFill] {
    let table = try ResultTable("/fills", index: "fill", file)
    guard case .int64(let horizons) = try file.values("/fills/horizon", kind: .int64).column,
      horizons == RunFill.markoutHorizons
    else { throw file.file.fault("other markouts than this Lockstep knows", in: "/fills/horizon") }
    let times = try table.int64s("time")
    let orders = try table.uint64s("order")
    let rows = try table.int64s("order_row")
    let instruments = try table.int32s("instrument")
    let sides = try table.cases("side", of: Side.self)
    let prices = try table.int32s("price_ticks")
    let lots = try table.int64s("lots")
    let fees = try table.doubles("fee")
    let makers = try table.bytes("is_maker")
    let causes = try table.words("cause")
    let models = try table.words("model")
    let causePrices = try table.int32s("cause_price_ticks")
    let causeArrivals = try table.int64s("cause_arrival")
    let joined = try table.int64s("joined_time")
    let ahead = try table.int64s("ahead_when_joined")
    let front = try table.int64s("front_time")
    let decisions = try table.int64s("decision_time")
    let arrivalMids = try table.int64s("arrival_mid_half_ticks")
    let fillMids = try table.int64s("fill_mid_half_ticks")
    let width = horizons.count
    let markouts = try table.int64s("markout_mid_half_ticks", width: width)
    return times.indices.map { row in
      RunFill(
        time: times[row], order: orders[row], orderRow: Int(rows[row]), instrument: Int(instruments[row]),
        side: sides[row], priceTicks: prices[row], lots: lots[row], fee: fees[row], isMaker: makers[row] != 0,
        cause: causes[row],
        model: models[row], causePriceTicks: causePrices[row], causeArrival: causeArrivals[row],
        joinedTime: joined[row], aheadWhenJoined: ahead[row], frontTime: front[row], decisionTime: decisions[row],
        arrivalMidHalfTicks: arrivalMids[row], fillMidHalfTicks: fillMids[row],
        markoutMidHalfTicks: Array(markouts[(row * width)..<((row + 1) * width)]))
    }
  }

  func missedFills() throws(HDF5Error) -> [MissedFill] {
    guard file.has("/missed_fills") else { return [] }
    let table = try ResultTable("/missed_fills", index: "missed", file)
    let times = try table.int64s("time")
    let orders = try table.uint64s("order")
    let rows = try table.int64s("order_row")
    let decisions = try table.int64s("decision_time")
    let instruments = try table.int32s("instrument")
    let prices = try table.int32s("price_ticks")
    return times.indices.map { row in
      MissedFill(
        time: times[row], order: orders[row], decisionTime: decisions[row], instrument: Int(instruments[row]),
        priceTicks: prices[row], orderRow: Int(rows[row]))
    }
  }
}
