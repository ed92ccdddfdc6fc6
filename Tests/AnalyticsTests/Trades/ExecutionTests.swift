import Analytics
import MarketTypes
import Testing

private let second: Int64 = 1_000_000_000
private let share = TradedInstrument(symbol: "ABC", venue: "XNAS", tick: 0.01)
private let future = TradedInstrument(symbol: "ESZ6", venue: "XCME", tick: 0.25, unitsPerLot: 50)

@Test
func markoutsAtEachHorizonAndTheUnknownOnes() throws {
  let marks = try MarkSeries(
    times: [0, 1 * second, 2 * second, 12 * second], halfTicks: [2000, 2002, 1998, 2010])
  let fills = [
    FillRecord(time: 0, side: .buy, priceTicks: 1000, lots: 100),
    FillRecord(time: second, side: .sell, priceTicks: 1002, lots: 300),
  ]
  let log = try TradeLog(instruments: [share], fills: fills)
  let markouts = try Markout.measure(fills, of: log, marks: [marks])
  // One second: the buy sees 1001 (+1 tick), the sell sees 999 (+3 ticks); weighted (100 + 900)/400.
  #expect(near(markouts[0].meanTicks, 2.5))
  #expect(near(markouts[0].money, 10))
  // Ten seconds: still 999 for both: −1 and +3.
  #expect(near(markouts[1].meanTicks, 2))
  // By hand: 2 × ((100 × −3)² + (300 × 1)²) under the root, over 400.
  let squares = 90_000.0 + 90_000
  #expect(near(markouts[1].standardErrorTicks, (2 * squares).squareRoot() / 400))
  #expect(markouts[2].count == 0 && markouts[2].unknownCount == 2 && markouts[2].meanTicks == nil)
  #expect(markouts[2].money == nil, "what nobody knows is not zero")
}

@Test
func slippageRolesAndQueues() throws {
  let fills = [
    FillRecord(time: 1, side: .buy, priceTicks: 1002, lots: 100, fee: 0.3, role: .taker, arrivalMidHalfTicks: 2001),
    FillRecord(
      time: 2, side: .sell, priceTicks: 1001, lots: 300, fee: -0.6, role: .maker, arrivalMidHalfTicks: 2001,
      queueNanoseconds: 4000, queueAheadLots: 700),
    FillRecord(time: 3, side: .sell, priceTicks: 1000, lots: 100, role: .maker, queueNanoseconds: 2000),
  ]
  let orders = [
    OrderRecord(identifier: 1, side: .buy, decisionTime: 0, endTime: 1, lots: 100, filledLots: 100, outcome: .filled),
    OrderRecord(
      identifier: 2, side: .sell, decisionTime: 0, endTime: 5, lots: 600, filledLots: 300, outcome: .cancelled,
      arrivalMidHalfTicks: 2001),
    OrderRecord(identifier: 3, side: .sell, decisionTime: 0, endTime: 5, lots: 100, filledLots: 0, outcome: .rejected),
    OrderRecord(identifier: 4, side: .sell, decisionTime: 0, endTime: 5, lots: 100, filledLots: 100, outcome: .filled),
  ]
  let log = try TradeLog(instruments: [share], fills: fills, orders: orders)
  let quality = ExecutionQuality(log)
  // Bought 1.5 ticks above the mid, sold half a tick above it.
  #expect(near(quality.slippageTicks, (100 * 1.5 - 300 * 0.5) / 400))
  #expect(quality.slippageMoney.map { abs($0) < 1e-12 } == true && quality.slippageCount == 2)
  #expect(quality.makerShare == 0.8 && quality.takerShare == 0.2)
  #expect(quality.makerFees == -0.6 && quality.takerFees == 0.3)
  #expect(quality.meanQueueNanoseconds == 3000 && quality.medianQueueNanoseconds == 3000)
  #expect(near(quality.fillRatio, 0.625) && near(quality.cancelRatio, 1.0 / 3))
  #expect(quality.rejectedOrders == 1 && quality.partlyFilledOrders == 1 && quality.filledOrders == 2)
  // The mid rose a tick and a half while 300 of the sell were left: missing them cost nothing but saved 4.50.
  let marks = try MarkSeries(times: [0, 5], halfTicks: [2001, 2004])
  let shortfall = try ImplementationShortfall(log, marks: [marks])
  #expect(abs(shortfall.opportunityCost + 300 * 0.015) < 1e-12)
  #expect(abs(shortfall.total - (0 - 4.5 - 0.3)) < 1e-12)
  #expect(shortfall.unknownOrders == 2, "those that filled without a mid too")
}

@Test("Costs against a middle that was known nowhere are not zero: there are none.")
func unknownMidsGiveNoMoney() throws {
  let fills = [FillRecord(time: 1, side: .buy, priceTicks: 1002, lots: 100, fee: 0.3)]
  let orders = [
    OrderRecord(identifier: 1, side: .buy, decisionTime: 0, endTime: 1, lots: 100, filledLots: 100, outcome: .filled)
  ]
  let log = try TradeLog(instruments: [share], fills: fills, orders: orders)
  #expect(ExecutionQuality(log).slippageMoney == nil && ExecutionQuality(log).slippageFraction == nil)
  let marks = try MarkSeries(times: [0, 5], halfTicks: [2001, 2004])
  #expect(throws: AnalyticsError.self) { try ImplementationShortfall(log, marks: [marks]) }
  let left = OrderRecord(
    identifier: 2, side: .buy, decisionTime: 0, endTime: 1, lots: 100, filledLots: 0, outcome: .cancelled)
  let unfilled = try TradeLog(instruments: [share], fills: [], orders: [left])
  #expect(throws: AnalyticsError.self) { try ImplementationShortfall(unfilled, marks: [marks]) }
  #expect(try ImplementationShortfall(TradeLog(instruments: [share], fills: []), marks: [marks]).total == 0)
  let recorded = try Markout.measure(fills, recordedHalfTicks: [[nil, 2004, nil]], of: log)
  #expect(recorded[0].money == nil && near(recorded[1].money, 0) && recorded[2].money == nil)
}

@Test("What an instrument is known to have paid and made stands in its row.")
func attributionKnowsTheInstruments() throws {
  func fill(_ time: Int64, _ instrument: Int, _ side: Side, _ price: Int32) -> FillRecord {
    FillRecord(time: time, instrument: instrument, side: side, priceTicks: price, lots: 2, fee: 0.25)
  }
  let log = try TradeLog(
    instruments: [share, future],
    fills: [fill(1, 0, .buy, 1000), fill(2, 0, .sell, 1100), fill(3, 1, .buy, 1000), fill(4, 1, .sell, 1004)])
  let trips = try RoundTrips(log).trips
  // Two shares a dollar up, two contracts four ticks of a quarter of 50 up: 2 − 0.5 and 100 − 0.5, less carry of 3 and 7, and
  // a conversion that cost the second one 5. One more unit of carry belongs to neither.
  let parts = [
    Attribution.InstrumentPart(instrument: 0, carry: 3, netProfit: -1.5),
    .init(instrument: 1, carry: 7, netProfit: 87.5),
  ]
  let found = Attribution(trips, open: [], carry: 11, other: -5, parts: parts, by: .instrument, of: log)
  #expect(found.rows.map(\.label) == ["ESZ6", Attribution.unsplit, "ABC"])
  #expect(found.rows.map(\.carry) == [7, 1, 3] && found.rows.map(\.other) == [-5, 0, 0])
  #expect(zip(found.rows, [87.5, -1, -1.5]).allSatisfy { abs($0.netProfit - $1) < 1e-9 })
  let whole = Attribution(trips, open: [], carry: 10, other: -5, parts: parts, by: .venue, of: log)
  #expect(whole.rows.map(\.label) == ["XCME", "XNAS"], "nothing is left for a row of its own")
  let side = Attribution(trips, open: [], carry: 10, other: -5, parts: parts, by: .side, of: log)
  #expect(side.rows.count == 1 && side.rows[0].carry == 10)
}

@Test
func oneDecisionInManyOrdersCostsWhatThePriceMoved() throws {
  // Three slices of a hundred, each a tick above the mid of its own moment, while the mid rises a dollar with each.
  var fills: [FillRecord] = []
  var orders: [OrderRecord] = []
  for slice: Int64 in [2, 0, 1] {
    let mid: Int64 = 2_000 + 200 * slice
    let decided: Int64 = slice * second
    let number = UInt64(slice + 1)
    orders.append(
      OrderRecord(
        identifier: number, side: .buy, decisionTime: decided, endTime: decided + 1, lots: 100, filledLots: 100,
        outcome: .filled, arrivalMidHalfTicks: mid))
    fills.append(
      FillRecord(
        time: decided + 1, order: number, side: .buy, priceTicks: Int32(mid / 2 + 1), lots: 100, fee: 0.5,
        arrivalMidHalfTicks: mid))
  }
  fills.sort { $0.time < $1.time }
  let log = try TradeLog(instruments: [share], fills: fills, orders: orders)
  let decision = try DecisionShortfall(log)
  #expect(abs(decision.executionCost - 303) < 1e-9 && decision.fees == 1.5)
  #expect(abs(decision.total - 304.5) < 1e-9 && abs(decision.paperValue - 3_000) < 1e-9)
  // Each order on its own knows nothing of it.
  #expect(near(ExecutionQuality(log).slippageMoney, 3))
  let sale = FillRecord(time: 9 * second, side: .sell, priceTicks: 1_000, lots: 1)
  for other in [fills + [sale], []] {
    #expect(throws: AnalyticsError.self) {
      try DecisionShortfall(TradeLog(instruments: [share], fills: other, orders: orders))
    }
  }
  #expect(throws: AnalyticsError.self) { try DecisionShortfall(TradeLog(instruments: [share], fills: fills)) }
}

@Test
func nothingTradedHasNoRatios() throws {
  let quality = ExecutionQuality(try TradeLog(instruments: [], fills: []))
  #expect(quality.fillRatio == nil && quality.cancelRatio == nil && quality.makerShare == nil)
  #expect(quality.slippageTicks == nil && quality.valueTraded == 0)
}

@Test
func capacityFollowsTheSquareRootLaw() throws {
  let fills = [FillRecord(time: 0, side: .buy, priceTicks: 20_000, lots: 4)]
  let log = try TradeLog(instruments: [future], fills: fills)
  // Value 4 × 50 × 5000 = 1,000,000; impact 0.01 × sqrt(4/40000) × value = 100.
  let capacity = try CapacityEstimate(
    log, profit: 300, capital: 10_000, liquidity: [.init(dailyLots: 40_000, dailyVolatility: 0.01)])
  #expect(abs(capacity.impact - 100) < 1e-9)
  #expect(abs(try #require(capacity.bestCapital) - 40_000) < 1e-6)
  #expect(abs(try #require(capacity.breakEvenCapital) - 90_000) < 1e-6)
  #expect(abs(capacity.profit(scale: 9)) < 1e-9)
  #expect(
    capacity.profit(scale: 4) > capacity.profit(scale: 3.9) && capacity.profit(scale: 4) > capacity.profit(scale: 4.1))
  let losing = try CapacityEstimate(
    log, profit: -1, capital: 10_000, liquidity: [.init(dailyLots: 40_000, dailyVolatility: 0.01)])
  #expect(losing.bestCapital == nil)
}

@Test
func attributionAddsUpUnderEveryKey() throws {
  var fills: [FillRecord] = []
  for step in 0..<24 {
    let hour = Int64(step) * 3600 * second
    fills.append(
      FillRecord(
        time: hour, instrument: step % 2, side: step % 3 == 0 ? .sell : .buy, priceTicks: 1000, lots: 2, fee: 0.1,
        strategy: step % 2, predictor: step % 4 == 0 ? nil : 0))
    fills.append(
      FillRecord(
        time: hour + second, instrument: step % 2, side: step % 3 == 0 ? .buy : .sell,
        priceTicks: Int32(1000 + step - 9),
        lots: 2, fee: 0.1, strategy: step % 2))
  }
  let log = try TradeLog(
    instruments: [share, future], strategies: ["maker", "trend"], predictors: ["imbalance"], fills: fills)
  let trips = try RoundTrips(log).trips
  let whole = TradeStatistics(trips)
  for key in AttributionKey.allCases {
    let attribution = Attribution(trips, by: key, of: log)
    #expect(attribution.rows.reduce(0) { $0 + $1.trades } == whole.count)
    #expect(abs(attribution.rows.reduce(0) { $0 + $1.netProfit } - whole.netProfit) < 1e-9)
    #expect(abs(attribution.rows.reduce(0) { $0 + ($1.share ?? 0) } - 1) < 1e-9)
  }
  #expect(Attribution(trips, by: .hour, of: log).rows.map(\.label).first == "00:00")
  #expect(Attribution(trips, by: .hour, of: log).rows.count == 24)
  #expect(Attribution(trips, by: .predictor, of: log).rows.map(\.label).sorted() == ["(none)", "imbalance"])
  #expect(Attribution([], by: .venue, of: log).concentration == nil)
}

@Test
func exposureIsWeightedByTime() throws {
  let fills = [
    FillRecord(time: 10, side: .buy, priceTicks: 1000, lots: 100),
    FillRecord(time: 20, side: .sell, priceTicks: 1100, lots: 300),
    FillRecord(time: 40, side: .buy, priceTicks: 1000, lots: 200),
  ]
  let log = try TradeLog(instruments: [share], fills: fills)
  let marks = try MarkSeries(times: [0, 20], halfTicks: [2000, 2200])
  let path = try ExposurePath(log, marks: [marks], at: [0, 10, 20, 40, 50])
  #expect(zip(path.net, [0.0, 1000, -2200, 0, 0]).allSatisfy { abs($0 - $1) < 1e-9 })
  let statistics = try path.statistics(equity: [1000, 1000, 1100, 1100, 1100])
  // 10 ns flat, 10 at 1, 20 at −2, 10 flat.
  #expect(abs(statistics.meanGrossLeverage - (10 + 40) / 50.0) < 1e-12)
  #expect(abs(statistics.meanNetLeverage - (10 - 40) / 50.0) < 1e-12)
  #expect(abs(statistics.timeInMarket - 30.0 / 50) < 1e-12 && statistics.meanLargestShare == 1)
  #expect(abs(statistics.lowestNetLeverage + 2) < 1e-12)
  #expect(abs(statistics.meanEquity - (20 * 1000 + 30 * 1100) / 50.0) < 1e-9)
  #expect(throws: AnalyticsError(series: "equity", row: 1, reason: .notPositive)) {
    try path.statistics(equity: [1000, 0, 1, 1, 1])
  }
}

@Test
func concentrationCountsGainsOnly() throws {
  let concentration = try ProfitConcentration([5, -3, 4, 1], best: 2)
  #expect(concentration.total == 7 && concentration.bestSum == 9 && concentration.withoutBest == -2)
  #expect(concentration.share == 9.0 / 7)
  #expect(try ProfitConcentration([-1, 1], best: 5).share == nil)
}
