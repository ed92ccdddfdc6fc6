import Analytics
import MarketTypes

extension ReturnProbes {
  static let instrument = TradedInstrument(symbol: "X", tick: 0.01)

  /// Two round trips and an open lot, each fee a parameter.
  static func log(_ instrument: TradedInstrument = instrument, fees: [Double]) throws -> TradeLog {
    let sides: [Side] = [.buy, .sell, .sell, .buy, .buy]
    let prices: [Int32] = [10_000, 10_010, 10_005, 10_020, 10_015]
    return try TradeLog(
      instruments: [instrument],
      fills: fees.indices.map { row in
        FillRecord(
          time: Int64(row) * 1_000_000_000, order: UInt64(row), side: sides[row % 5], priceTicks: prices[row % 5],
          lots: 2,
          fee: fees[row], role: row % 2 == 0 ? .maker : .taker, arrivalMidHalfTicks: 20_001, queueNanoseconds: 5,
          queueAheadLots: 3)
      })
  }

  static let fees = [0.1, 0.2, -0.05, 0.1, 0]
  static let marks = try? MarkSeries(times: [0, 1_500_000_000, 9_000_000_000], halfTicks: [20_000, 20_030, 20_010])

  static let trades: [Probe] = [
    .series(
      "FillRecord.init(time:order:instrument:side:priceTicks:lots:fee:role:arrivalMidHalfTicks:queueNanoseconds:queueAheadLots:strategy:predictor:)",
      "RoundTrip.netProfit", "RoundTrip.netReturn", "TradeStatistics.winRate", "TradeStatistics.winRateStandardError",
      "TradeStatistics.profitFactor", "TradeStatistics.payoffRatio", "TradeStatistics.expectancyInRisk",
      "TradeStatistics.systemQuality", "TradeStatistics.kellyFraction", "Attribution.concentration",
      "ExecutionQuality.cancelRatio", "ExecutionQuality.makerShare", "ExecutionQuality.takerShare",
      "ExecutionQuality.orderToTradeRatio", "ExecutionQuality.fees", "ImplementationShortfall.total", good: fees
    ) { fees in
      let log = try log(fees: fees)
      let trips = try RoundTrips(log, marks: [marks!])
      let statistics = TradeStatistics(trips.trips)
      let quality = ExecutionQuality(log)
      var numbers: [Double] = trips.trips.flatMap { [$0.netProfit, $0.netReturn ?? 0] }
      let known: [Double?] = [
        statistics.winRate, statistics.winRateStandardError, statistics.profitFactor, statistics.payoffRatio,
        statistics.expectancyInRisk, statistics.systemQuality, statistics.kellyFraction, quality.cancelRatio,
        quality.makerShare, quality.takerShare, quality.orderToTradeRatio,
      ]
      numbers += known.compactMap { $0 }
      numbers += [quality.fees, try ImplementationShortfall(log, marks: [marks!]).total]
      for key in AttributionKey.allCases {
        let attribution = Attribution(trips.trips, by: key, of: log)
        numbers += [attribution.concentration ?? 0] + Probe.numbers(in: attribution)
      }
      return (numbers, statistics, quality, try Markout.measure(log.fills, of: log, marks: [marks!]))
    },
    .series("DecisionShortfall.total", good: [0.1, 0.2, 0.05]) { fees in
      let fills = fees.indices.map { row in
        FillRecord(time: Int64(row) + 1, order: 1, side: .buy, priceTicks: 10_001, lots: 2, fee: fees[row])
      }
      let order = OrderRecord(
        identifier: 1, side: .buy, decisionTime: 0, endTime: 9, lots: 6, filledLots: 6, outcome: .filled,
        arrivalMidHalfTicks: 20_000)
      return try DecisionShortfall(TradeLog(instruments: [instrument], fills: fills, orders: [order])).total
    },
    .parameters(
      "TradedInstrument.init(symbol:venue:currency:settlement:tick:unitsPerLot:payoffRate:)",
      "TradedInstrument.init(_:payoffRate:)", "TradedInstrument.profit(fromHalfTicks:toHalfTicks:lots:)",
      "TradedInstrument.value(halfTicks:lots:)", "TradedInstrument.price(halfTicks:)", good: [0.01, 1, 1],
      allowsInfinity: true
    ) { values in
      // The log refuses sizes that are no sizes; what it takes gives numbers, infinite only beyond the range of numbers.
      let instrument = TradedInstrument(
        symbol: "X", tick: values[0], unitsPerLot: values[1], payoffRate: values[2])
      let checked = try log(instrument, fees: fees).instruments[0]
      return [
        checked.profit(fromHalfTicks: 20_000, toHalfTicks: 20_010, lots: 2), checked.value(halfTicks: 20_000, lots: 2),
        checked.price(halfTicks: 20_000),
      ]
    },
    .parameters(
      "CapacityEstimate.Liquidity.init(dailyLots:dailyVolatility:)",
      "CapacityEstimate.init(_:profit:capital:liquidity:coefficient:)", "CapacityEstimate.bestCapital",
      "CapacityEstimate.breakEvenCapital", "CapacityEstimate.profit(scale:)", good: [100, 0.02, 5, 1_000, 1, 2],
      allowsInfinity: true
    ) { values in
      let estimate = try CapacityEstimate(
        log(fees: fees), profit: values[2], capital: values[3],
        liquidity: [CapacityEstimate.Liquidity(dailyLots: values[0], dailyVolatility: values[1])],
        coefficient: values[4])
      let scale = values[5] >= 0 && values[5] < 1e100 ? values[5] : 1
      return [estimate.bestCapital, estimate.breakEvenCapital, estimate.profit(scale: scale)].compactMap { $0 }
    },
    .series(
      "ExposureStatistics.init(times:gross:net:equity:largest:)",
      "ExposureStatistics.annualTurnover(valueTraded:years:)",
      good: Probe.levels
    ) { values in
      let statistics = try ExposureStatistics(
        times: values.indices.map { Int64($0) }, gross: values, net: values.map { -$0 }, equity: values, largest: values
      )
      return (statistics, try statistics.annualTurnover(valueTraded: 100, years: 1))
    },
    .prices("ExposurePath.statistics(equity:)", good: [100, 110, 105]) { equity in
      try ExposurePath(log(fees: fees), marks: [marks!], at: equity.indices.map { Int64($0) * 2_000_000_000 })
        .statistics(equity: equity)
    },
    .parameters("ExposureStatistics.annualTurnover(valueTraded:years:)", good: [100, 0.5], allowsInfinity: true) {
      try ExposureStatistics(times: [0, 1], gross: [1, 1], net: [1, 1], equity: [10, 10])
        .annualTurnover(valueTraded: $0[0], years: $0[1])
    },
    .series("ProfitConcentration.init(_:best:)", "ProfitConcentration.share", "ProfitConcentration.withoutBest") {
      let concentration = try ProfitConcentration($0, best: 5)
      return [concentration.share ?? 0, concentration.withoutBest]
    },
  ]
}
