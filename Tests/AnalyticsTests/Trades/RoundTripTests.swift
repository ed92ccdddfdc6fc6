import Analytics
import MarketTypes
import TestSupport
import Testing

private let share = TradedInstrument(symbol: "ABC", venue: "XNAS", tick: 0.01)

private func fill(_ time: Int64, _ side: Side, _ price: Int32, _ lots: Int64, fee: Double = 0) -> FillRecord {
  FillRecord(time: time, side: side, priceTicks: price, lots: lots, fee: fee)
}

@Test
func fillsMatchFirstInFirstOut() throws {
  let log = try TradeLog(
    instruments: [share],
    fills: [
      fill(1, .buy, 1000, 100, fee: 1), fill(2, .buy, 1010, 100, fee: 1), fill(5, .sell, 1020, 150, fee: 3),
      fill(9, .sell, 990, 100, fee: 2),
    ])
  let trips = try RoundTrips(log)
  #expect(trips.trips.map(\.lots) == [100, 50, 50])
  #expect(trips.trips.map(\.entryTime) == [1, 2, 2])
  #expect(trips.trips.map(\.exitTime) == [5, 5, 9])
  let gross = [100 * 0.20, 50 * 0.10, 50 * -0.20]
  let fees = [1.0 + 2, 0.5 + 1, 0.5 + 1]
  for (trip, (profit, fee)) in zip(trips.trips, zip(gross, fees)) {
    #expect(abs(trip.grossProfit - profit) < 1e-12 && abs(trip.fees - fee) < 1e-12)
  }
  // The last sell goes through zero: fifty lots are now short.
  #expect(trips.open.map(\.lots) == [50] && trips.open[0].direction == .sell && trips.open[0].fees == 1)
  #expect(abs(try #require(trips.trips[0].netReturn) - 17.0 / 1000) < 1e-12)
}

@Test
func flatToFlatJoinsAllFillsOfAPosition() throws {
  let log = try TradeLog(
    instruments: [share],
    fills: [
      fill(1, .sell, 1000, 10), fill(2, .sell, 1020, 10), fill(3, .buy, 1000, 15), fill(4, .buy, 990, 10),
      fill(6, .sell, 991, 5),
    ])
  let trips = try RoundTrips(log, grouping: .flatToFlat).trips
  #expect(trips.count == 2)
  #expect(trips[0].direction == .sell && trips[0].lots == 20 && trips[0].entryTime == 1 && trips[0].exitTime == 4)
  #expect(trips[0].entryHalfTicks == 2020)
  #expect(abs(trips[0].grossProfit - (5 * 0.20 + 5 * 0.30)) < 1e-12)
  #expect(trips[1].direction == .buy && trips[1].lots == 5 && abs(trips[1].grossProfit - 0.05) < 1e-12)
}

@Test
func excursionsComeFromTheMarksWhileHeld() throws {
  let marks = try MarkSeries(times: [0, 2, 3, 4, 20], halfTicks: [2000, 1960, 2100, 2010, 9999])
  let log = try TradeLog(instruments: [share], fills: [fill(1, .buy, 1000, 10), fill(5, .sell, 1005, 10)])
  let long = try RoundTrips(log, marks: [marks]).trips[0]
  #expect(abs(try #require(long.adverseExcursion) - 10 * -0.20) < 1e-12)
  #expect(abs(try #require(long.favourableExcursion) - 10 * 0.50) < 1e-12)
  let short = try RoundTrips(
    TradeLog(instruments: [share], fills: [fill(1, .sell, 1000, 10), fill(5, .buy, 1005, 10)]), marks: [marks]
  ).trips[0]
  #expect(abs(try #require(short.adverseExcursion) - 10 * -0.50) < 1e-12)
  #expect(try RoundTrips(log).trips[0].adverseExcursion == nil)
  // Sold at 10.60 where no mark ever was: the profit of 6.00 is the best that there was; bought back, the worst.
  for (side, back) in [(Side.buy, Side.sell), (.sell, .buy)] {
    let beyond = try RoundTrips(
      TradeLog(instruments: [share], fills: [fill(1, side, 1000, 10), fill(5, back, 1060, 10)]), marks: [marks]
    ).trips[0]
    #expect(near(side == .buy ? beyond.favourableExcursion : beyond.adverseExcursion, side == .buy ? 6 : -6))
    #expect(near(beyond.grossProfit, side == .buy ? 6 : -6))
  }
}

@Test
func inverseContractsPayInTheBaseCurrency() throws {
  let perpetual = TradedInstrument(symbol: "XBTUSD", settlement: .inverse, tick: 0.5, unitsPerLot: 1)
  let log = try TradeLog(
    instruments: [perpetual], fills: [fill(1, .buy, 100_000, 5000), fill(2, .sell, 125_000, 5000)])
  #expect(abs(try RoundTrips(log).trips[0].grossProfit - 5000 * (1.0 / 50_000 - 1.0 / 62_500)) < 1e-15)
  #expect(throws: AnalyticsError.self) { try TradeLog(instruments: [perpetual], fills: [fill(1, .buy, 0, 1)]) }
}

@Test
func badFillsAreRefusedByRow() {
  func reason(_ fills: [FillRecord]) -> AnalyticsError? {
    do {
      _ = try TradeLog(instruments: [share], fills: fills)
      return nil
    } catch { return error }
  }
  #expect(reason([fill(2, .buy, 1, 1), fill(1, .buy, 1, 1)])?.row == 1)
  #expect(reason([fill(2, .buy, 1, 0)])?.reason == .notPositive)
  #expect(reason([fill(1, .buy, 1, .max)])?.series == "fill lots")
  #expect(reason([fill(1, .buy, 1, 1 << 61), fill(1, .buy, 1, 1 << 62)])?.row == 1)
  #expect(reason([fill(.min, .buy, 1, 1)])?.series == "fill times")
  let wild = FillRecord(time: 0, side: .buy, priceTicks: 1, lots: 1, arrivalMidHalfTicks: .min)
  #expect(reason([wild])?.series == "arrival mids of fills")
  #expect(reason([fill(2, .none, 1, 1)])?.series == "fill sides")
  #expect(reason([fill(2, .buy, 1, 1, fee: .nan)])?.reason == .notFinite)
  #expect(
    reason([FillRecord(time: 0, instrument: 1, side: .buy, priceTicks: 1, lots: 1)])?.series == "fill instruments")
}

/// The definition: a queue of single lots.
private func naiveProfit(_ fills: [FillRecord]) -> (profits: [Int64], open: Int64) {
  var queue: [(Side, Int64)] = []
  var profits: [Int64] = []
  for fill in fills {
    for _ in 0..<fill.lots {
      if let first = queue.first, first.0 != fill.side {
        queue.removeFirst()
        profits.append(first.0 == .buy ? Int64(fill.priceTicks) - first.1 : first.1 - Int64(fill.priceTicks))
      } else {
        queue.append((fill.side, Int64(fill.priceTicks)))
      }
    }
  }
  return (profits, Int64(queue.count))
}

@Test(arguments: 0..<40)
func randomFillsAgreeWithAQueueOfSingleLots(seed: UInt64) throws {
  var generator = SeededGenerator(seed: seed)
  var fills: [FillRecord] = []
  for time in 0..<Int.random(in: 0..<60, using: &generator) {
    fills.append(
      fill(
        Int64(time), Bool.random(using: &generator) ? .buy : .sell, Int32.random(in: 990...1010, using: &generator),
        Int64.random(in: 1...9, using: &generator), fee: 0.25))
  }
  let point = TradedInstrument(symbol: "P", tick: 1)
  let log = try TradeLog(instruments: [point], fills: fills)
  let (profits, open) = naiveProfit(fills)
  for grouping in RoundTripGrouping.allCases {
    let trips = try RoundTrips(log, grouping: grouping)
    #expect(trips.trips.reduce(0) { $0 + $1.grossProfit } == Double(profits.reduce(0, +)))
    #expect(trips.trips.reduce(0) { $0 + $1.lots } == Int64(profits.count))
    #expect(trips.open.reduce(0) { $0 + $1.lots } == open)
    let fees = trips.trips.reduce(0) { $0 + $1.fees } + trips.open.reduce(0) { $0 + $1.fees }
    #expect(abs(fees - 0.25 * Double(fills.count)) < 1e-9)
    #expect(zip(trips.trips, trips.trips.dropFirst()).allSatisfy { $0.exitTime <= $1.exitTime })
  }
}

@Test(arguments: 0..<30)
func extremesOfMarksAgreeWithAScan(seed: UInt64) throws {
  var generator = SeededGenerator(seed: seed)
  let count = Int.random(in: 1..<5000, using: &generator)
  var time: Int64 = 0
  var times: [Int64] = []
  for _ in 0..<count {
    time += Int64.random(in: 0...3, using: &generator)
    times.append(time)
  }
  let values = (0..<count).map { _ in Int64.random(in: -1_000_000...1_000_000, using: &generator) }
  let marks = try MarkSeries(times: times, halfTicks: values)
  for _ in 0..<50 {
    let from = Int64.random(in: -2...time + 2, using: &generator)
    let through = Int64.random(in: from...time + 5, using: &generator)
    let start = times.lastIndex { $0 <= from } ?? 0
    let end = times.lastIndex { $0 <= through }
    let expected = end.map { values[start...$0] }
    let found = marks.extremes(from: from, through: through)
    #expect(found?.lowest == expected?.min() && found?.highest == expected?.max())
    #expect(marks.mark(at: through) == (through > time ? nil : end.map { values[$0] }))
  }
}

@Test
func statisticsOfHandMadeTrades() throws {
  // Profits 3, −1, 2, −2, −1, 5 of one point a lot; the last fill leaves nothing open.
  var fills: [FillRecord] = []
  for (index, profit) in [3, -1, 2, -2, -1, 5].enumerated() {
    fills.append(fill(Int64(index) * 10, .buy, 100, 1))
    fills.append(fill(Int64(index) * 10 + Int64(index) + 1, .sell, Int32(100 + profit), 1))
  }
  let log = try TradeLog(instruments: [TradedInstrument(symbol: "P", tick: 1)], fills: fills)
  let statistics = TradeStatistics(try RoundTrips(log).trips)
  #expect(statistics.count == 6 && statistics.wins == 3 && statistics.losses == 3 && statistics.even == 0)
  #expect(statistics.netProfit == 6 && statistics.profitFactor == 2.5)
  #expect(abs(try #require(statistics.payoffRatio) - 2.5) < 1e-15)
  #expect(statistics.winRate == 0.5 && statistics.expectancy == 1 && statistics.expectancyInRisk == 0.75)
  // Deviations 2, −2, 1, −3, −2, 4 from the mean: sum of squares 38.
  #expect(abs(try #require(statistics.systemQuality) - 6.0.squareRoot() / (38.0 / 5).squareRoot()) < 1e-15)
  #expect(abs(try #require(statistics.kellyFraction) - 0.3) < 1e-15)
  #expect(statistics.longestWinStreak == 1 && statistics.longestLossStreak == 2)
  #expect(statistics.meanHoldingNanoseconds == 3.5 && statistics.medianHoldingNanoseconds == 3.5)
  #expect(statistics.longestHoldingNanoseconds == 6 && statistics.best == 5 && statistics.worst == -2)
  #expect(statistics.bestFiveShare == 10.0 / 6)
  let none = TradeStatistics([])
  #expect(none.winRate == nil && none.profitFactor == nil && none.netProfit == 0 && none.bestFiveShare == nil)
}
