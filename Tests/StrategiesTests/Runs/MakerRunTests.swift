import Execution
import MarketTypes
import Testing

@testable import Strategies

/// The makers on books whose every quote can be computed by hand.
@Suite struct MakerRunTests {
  typealias Fill = LaneOutcome.Fill

  /// The touch is 99 to 101; the best bid is taken at 180 ms and an order behind the lane's bid right after; then the same
  /// happens to the offer.
  static func market(bid: Int32, ask: Int32) -> HandMadeMarket {
    var market = HandMadeMarket()
    let bestBid = market.add(at: 0, .buy, price: 99, quantity: 10)
    let bestAsk = market.add(at: 1, .sell, price: 101, quantity: 10)
    let behindBid = market.add(at: 150, .buy, price: bid, quantity: 150)
    market.executeWhole(at: 180, bestBid)
    market.execute(at: 181, behindBid, quantity: 100)
    let behindAsk = market.add(at: 210, .sell, price: ask, quantity: 150)
    market.executeWhole(at: 220, bestAsk)
    market.execute(at: 221, behindAsk, quantity: 100)
    market.wait(until: 290)
    return market
  }

  @Test func fixedSpreadRestsAroundTheMiddle() throws {
    // 97.5 and 102.5 go to 97 and 103. After the purchase the bid rests no more, and around 99 the offer wants 102.
    let outcome = try LaneOutcome.of(
      FixedSpreadMaker.self, ["half_spread": 2.5, "position_limit": 100], in: Self.market(bid: 97, ask: 102))
    #expect(
      outcome.fills == [
        Fill(milliseconds: 181, side: .buy, price: 97, quantity: 100),
        Fill(milliseconds: 221, side: .sell, price: 102, quantity: 100),
      ])
    #expect(outcome.statistics.sent == 3 && outcome.statistics.cancels == 1)
  }

  @Test func aMakerWithoutRiskAversionKeepsAFixedSpread() throws {
    // 1 / 0.4 are 2.5 ticks.
    let outcome = try LaneOutcome.of(
      AvellanedaStoikov.self, ["risk_aversion": 0, "arrival_decay": 0.4, "position_limit": 100],
      in: Self.market(bid: 97, ask: 102))
    #expect(
      outcome.fills == [
        Fill(milliseconds: 181, side: .buy, price: 97, quantity: 100),
        Fill(milliseconds: 221, side: .sell, price: 102, quantity: 100),
      ])
    #expect(outcome.statistics.sent == 3 && outcome.statistics.cancels == 1)
  }

  @Test func reservationLeansAgainstTheInventory() throws {
    // γ σ² = 2.5 and 10 log(1.25) = 2.23. At 0.1 s of a second: half spread 3.36, quotes 96 and 104. At 0.2 s, one quote
    // held, around (96 + 101) / 2: reservation 98.5 − 2, half spread 3.23, quotes 93 and 100.
    let outcome = try LaneOutcome.of(
      AvellanedaStoikov.self,
      ["risk_aversion": 0.1, "volatility": 5, "arrival_decay": 0.4, "horizon_s": 1],
      in: Self.market(bid: 96, ask: 100))
    #expect(
      outcome.fills == [
        Fill(milliseconds: 181, side: .buy, price: 96, quantity: 100),
        // Ten lots that took the offer at 101 would have taken this one first.
        Fill(milliseconds: 220, side: .sell, price: 100, quantity: 10),
        Fill(milliseconds: 221, side: .sell, price: 100, quantity: 90),
      ])
  }

  @Test func gridRestsItsLadder() throws {
    // Bids 98 and 97, offers 102 and 103. After the purchase of 100 lots at 98 the middle (98 + 101) / 2 leans to 98.5:
    // bids from 96.5 down, on ticks 96 and 95; offers from 101 up.
    let outcome = try LaneOutcome.of(
      GridMaker.self, ["count": 2, "half_spread": 2, "skew": 1], in: Self.market(bid: 98, ask: 101))
    #expect(
      outcome.fills == [
        Fill(milliseconds: 181, side: .buy, price: 98, quantity: 100),
        Fill(milliseconds: 221, side: .sell, price: 101, quantity: 100),
      ])
  }
}
