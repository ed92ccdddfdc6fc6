import Execution
import MarketTypes
import Testing

@testable import Strategies

/// The strategies that take, each on a market whose every decision can be checked by hand.
@Suite struct DirectionalRunTests {
  typealias Fill = LaneOutcome.Fill

  /// A deep book at 99 and 101, then a bar each 100 ms.
  static func bars(_ closes: [Int32], bid: Int32 = 99, ask: Int32 = 101) -> HandMadeMarket {
    var market = HandMadeMarket()
    market.add(at: 0, .sell, price: ask, quantity: 100_000)
    market.add(at: 1, .buy, price: bid, quantity: 100_000)
    for (place, close) in closes.enumerated() { market.bar(at: Int64(place + 1) * 100, close: close) }
    market.wait(until: Int64(closes.count + 1) * 100)
    return market
  }

  @Test func nullDoesNothing() throws {
    let outcome = try LaneOutcome.of(NullStrategy.self, in: Self.bars([100, 101, 99]))
    #expect(outcome.fills.isEmpty && outcome.lots == [0] && outcome.statistics.sent == 0)
  }

  @Test func buyAndHoldWaitsForAPriceAndFillsWhatAThinBookLeft() throws {
    var market = HandMadeMarket()
    market.add(at: 0, .buy, price: 99, quantity: 10)
    market.add(at: 500, .sell, price: 101, quantity: 60)
    market.add(at: 1_500, .sell, price: 105, quantity: 500)
    market.wait(until: 10_000)
    let outcome = try LaneOutcome.of(BuyAndHold.self, in: market)
    #expect(
      outcome.fills == [
        Fill(milliseconds: 1_000, side: .buy, price: 101, quantity: 60),
        Fill(milliseconds: 2_000, side: .buy, price: 105, quantity: 40),
      ])
    // 10,000 / (101 · 1.001) is 98.9.
    let money = try LaneOutcome.of(
      BuyAndHold.self, ["notional": 10_000, "fee_billionths": 1_000_000], in: Self.bars([101]))
    #expect(money.lots == [98])
    let nothing = try LaneOutcome.of(BuyAndHold.self, ["notional": 100], in: Self.bars([101]))
    #expect(nothing.statistics.sent == 0)
  }

  @Test func buyAndHoldTakesTheCloseOfBarsAsItsPrice() throws {
    var market = HandMadeMarket()
    market.add(at: 0, .buy, price: 1, quantity: 10)
    market.bar(at: 300, close: 50)
    market.add(at: 400, .sell, price: 51, quantity: 1_000)
    market.wait(until: 10_000)
    let outcome = try LaneOutcome.of(BuyAndHold.self, ["notional": 1_000], in: market)
    #expect(outcome.lots == [20])
  }

  @Test func averagesTradeOnCrossesOnly() throws {
    // With 1 and 2 bars, the fast one is above when the close rises.
    let market = Self.bars([100, 101, 100, 102, 102, 101, 103, 99, 100])
    let outcome = try LaneOutcome.of(MovingAverageCross.self, ["fast": 1, "slow": 2, "quantity": 7], in: market)
    #expect(
      outcome.fills == [
        // The rise at 200 ms only sets the state; the fall at 300 has nothing to sell.
        Fill(milliseconds: 400, side: .buy, price: 101, quantity: 7),
        // Equal averages at 500 end "above" without a sale, so the fall at 600 is no cross, nor the rise at 700 a purchase.
        Fill(milliseconds: 800, side: .sell, price: 99, quantity: 7),
        Fill(milliseconds: 900, side: .buy, price: 101, quantity: 7),
      ])
  }

  @Test func allMoneyIsTradedToTheLot() throws {
    let market = Self.bars([100, 99, 102, 98, 102], bid: 98, ask: 102)
    let outcome = try LaneOutcome.of(
      MovingAverageCross.self, ["fast": 1, "slow": 2, "notional": 10_250, "fee_billionths": 1_000_000], in: market)
    #expect(
      outcome.fills == [
        // 10,250 / (102 · 1.001) = 100.39; left 10,250 − 10,200 − 10.2 = 39.8.
        Fill(milliseconds: 300, side: .buy, price: 102, quantity: 100),
        // 9,800 less 9.8: money 9,830.
        Fill(milliseconds: 400, side: .sell, price: 98, quantity: 100),
        // 9,830 / 102.102 = 96.28.
        Fill(milliseconds: 500, side: .buy, price: 102, quantity: 96),
      ])
  }

  @Test func meanReversionTradesAgainstUnusualPrices() throws {
    // Scores: +1.73, −0.58, −1.61, +0.23 from the fourth bar on.
    let market = Self.bars([100, 100, 100, 104, 100, 92, 100])
    let parameters = ["window": 4, "entry": 1.5, "quantity": 10.0]
    let outcome = try LaneOutcome.of(MeanReversion.self, parameters, in: market)
    #expect(
      outcome.fills == [
        Fill(milliseconds: 400, side: .sell, price: 99, quantity: 10),
        Fill(milliseconds: 500, side: .buy, price: 101, quantity: 10),
        Fill(milliseconds: 600, side: .buy, price: 101, quantity: 10),
        Fill(milliseconds: 700, side: .sell, price: 99, quantity: 10),
      ])
    let long = try LaneOutcome.of(MeanReversion.self, parameters.merging(["short": 0]) { $1 }, in: market)
    #expect(long.fills == Array(outcome.fills.suffix(2)))
  }

  @Test func momentumFollowsTheReturn() throws {
    let market = Self.bars([1_000, 1_000, 1_011, 1_010, 1_000])
    let parameters = ["window": 2, "threshold": 100, "quantity": 10.0]
    let outcome = try LaneOutcome.of(Momentum.self, parameters, in: market)
    #expect(
      outcome.fills == [
        Fill(milliseconds: 300, side: .buy, price: 101, quantity: 10),
        Fill(milliseconds: 400, side: .sell, price: 99, quantity: 10),
        Fill(milliseconds: 500, side: .sell, price: 99, quantity: 10),
      ])
    let long = try LaneOutcome.of(Momentum.self, parameters.merging(["short": 0]) { $1 }, in: market)
    #expect(long.fills == Array(outcome.fills.prefix(2)))
  }

  @Test(arguments: [["levels": 1.0], ["levels": 2], ["levels": 1, "period_ms": 10]])
  func imbalanceFollowsTheHeavierSide(parameters: [String: Double]) throws {
    var market = HandMadeMarket()
    market.add(at: 0, .buy, price: 99, quantity: 300)
    market.add(at: 1, .sell, price: 101, quantity: 100)
    market.add(at: 10, .buy, price: 99, quantity: 100)
    market.add(at: 20, .sell, price: 101, quantity: 300)
    market.add(at: 30, .sell, price: 101, quantity: 2_000)
    market.wait(until: 100)
    let outcome = try LaneOutcome.of(
      OrderBookImbalance.self, parameters.merging(["quantity": 10]) { $1 }, in: market)
    #expect(
      outcome.fills == [
        Fill(milliseconds: 10, side: .buy, price: 101, quantity: 10),
        Fill(milliseconds: 20, side: .sell, price: 99, quantity: 10),
        Fill(milliseconds: 30, side: .sell, price: 99, quantity: 10),
      ])
  }

  @Test(arguments: [0, 100.0])
  func pairsTradeTheSpread(period: Double) throws {
    var market = HandMadeMarket(instrumentCount: 2)
    market.add(at: 0, .sell, price: 301, quantity: 1_000)
    market.add(at: 0, .buy, price: 199, quantity: 1_000)
    market.add(at: 0, .sell, price: 51, quantity: 1_000, instrument: 1)
    market.add(at: 0, .buy, price: 49, quantity: 1_000, instrument: 1)
    // Middles of the first: 250, 250, 250, 254, 250; of the second: 50.
    var raised: UInt32 = 0
    for (place, close) in ([250, 250, 250, 254, 250] as [Int32]).enumerated() {
      let time = Int64(place + 1) * 100
      market.bar(at: time, close: close)
      market.bar(at: time, close: 50, instrument: 1)
      if place == 3 { market.cancel(at: time + 50, raised) }
      if place == 2 { raised = market.add(at: time + 50, .buy, price: 207, quantity: 1_000) }
    }
    market.wait(until: 550)
    let outcome = try LaneOutcome.of(
      Pairs.self, ["window": 4, "entry": 1.5, "hedge_ratio": 2, "quantity": 10, "period_ms": period], in: market)
    #expect(
      outcome.fills == [
        Fill(milliseconds: 400, side: .sell, price: 207, quantity: 10),
        Fill(milliseconds: 400, side: .buy, price: 51, quantity: 20, instrument: 1),
        Fill(milliseconds: 500, side: .buy, price: 301, quantity: 10),
        Fill(milliseconds: 500, side: .sell, price: 49, quantity: 20, instrument: 1),
      ])
  }

  @Test(arguments: StrategyCatalogue.builtIn.map { $0.name })
  func anAbsentInstrumentMeansNoOrders(name: String) throws {
    let strategy = try #require(StrategyCatalogue.strategy(named: name))
    var parameters: [String: Double] = [:]
    for parameter in strategy.parameters where ["instrument", "first", "second"].contains(parameter.name) {
      parameters[parameter.name] = 65_535
    }
    let outcome = try LaneOutcome.of(strategy, parameters, in: Self.bars([100, 103, 90, 120]))
    #expect(outcome.fills.isEmpty && outcome.statistics.sent == 0)
  }
}
