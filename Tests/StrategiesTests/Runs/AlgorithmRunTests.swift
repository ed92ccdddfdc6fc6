import Execution
import MarketTypes
import Testing

@testable import Strategies

/// The execution algorithms on books that take and give what the schedule asks for.
@Suite struct AlgorithmRunTests {
  typealias Fill = LaneOutcome.Fill

  /// Deep at 99 and 101 until the end.
  static func deep(until milliseconds: Int64) -> HandMadeMarket {
    var market = HandMadeMarket()
    market.add(at: 0, .sell, price: 101, quantity: 1_000_000)
    market.add(at: 1, .buy, price: 99, quantity: 1_000_000)
    market.wait(until: milliseconds)
    return market
  }

  @Test func partsTradeAtTheirTimes() throws {
    let parameters = ["quantity": 10, "slices": 3, "duration_s": 3, "period_ms": 500.0]
    let outcome = try LaneOutcome.of(TWAP.self, parameters, in: Self.deep(until: 9_000))
    let expected = [(0, 3), (1_000, 3), (2_000, 4)] as [(Int64, Int64)]
    #expect(outcome.fills == expected.map { Fill(milliseconds: $0.0, side: .buy, price: 101, quantity: $0.1) })
    let sold = try LaneOutcome.of(
      TWAP.self, parameters.merging(["sell": 1, "start_s": 1]) { $1 }, in: Self.deep(until: 9_000))
    #expect(
      sold.fills == expected.map { Fill(milliseconds: $0.0 + 1_000, side: .sell, price: 99, quantity: $0.1) })
    // A path without risk aversion is the same straight line.
    let path = try LaneOutcome.of(
      AlmgrenChriss.self, parameters.merging(["risk_aversion": 0, "quantity": 12]) { $1 }, in: Self.deep(until: 9_000))
    #expect(path.fills.map(\.quantity) == [4, 4, 4] && path.fills.map(\.milliseconds) == [0, 1_000, 2_000])
  }

  @Test func messagesUnderWayAreNotSentTwice() throws {
    let parameters = ["quantity": 10, "slices": 3, "duration_s": 3, "period_ms": 100.0]
    let slow = LaneTerms(
      latency: LatencyModel(newOrderNanoseconds: 350_000_000, acknowledgementNanoseconds: 450_000_000))
    let outcome = try LaneOutcome.of(TWAP.self, parameters, in: Self.deep(until: 9_000), terms: slow)
    #expect(outcome.fills.map(\.quantity) == [3, 3, 4])
    #expect(outcome.fills.map(\.milliseconds) == [350, 1_350, 2_350])
    for passive in [0, 1.0] {
      let slowest = try LaneOutcome.of(
        TWAP.self, parameters.merging(["passive": passive, "quantity": 1_000, "slices": 30]) { $1 },
        in: Self.deep(until: 60_000), terms: slow)
      #expect(slowest.lots == [1_000])
    }
  }

  @Test func aPassivePartRestsUntilItIsDue() throws {
    var market = HandMadeMarket()
    market.add(at: 0, .sell, price: 101, quantity: 1_000)
    let front = market.add(at: 1, .buy, price: 99, quantity: 5)
    let behind = market.add(at: 1_600, .buy, price: 99, quantity: 10)
    market.executeWhole(at: 1_700, front)
    market.execute(at: 1_750, behind, quantity: 5)
    market.wait(until: 9_000)
    let outcome = try LaneOutcome.of(
      TWAP.self, ["quantity": 10, "slices": 2, "duration_s": 2, "period_ms": 500, "passive": 1], in: market)
    #expect(
      outcome.fills == [
        // Rested since 500 ms behind five lots, due at 1,000.
        Fill(milliseconds: 1_000, side: .buy, price: 101, quantity: 5),
        // Rested since 1,500 ms; the order behind traded, so this one had.
        Fill(milliseconds: 1_750, side: .buy, price: 99, quantity: 5),
      ])
  }

  @Test func nothingTradesBeyondTheLimit() throws {
    var market = HandMadeMarket()
    market.add(at: 0, .sell, price: 101, quantity: 1_000)
    market.add(at: 1_500, .sell, price: 100, quantity: 4)
    market.wait(until: 9_000)
    let outcome = try LaneOutcome.of(
      TWAP.self, ["quantity": 10, "slices": 3, "duration_s": 3, "period_ms": 500, "limit": 100], in: market)
    #expect(outcome.fills == [Fill(milliseconds: 1_500, side: .buy, price: 100, quantity: 4)])
  }

  @Test func volumeProfileIsTradedTenthByTenth() throws {
    let outcome = try LaneOutcome.of(
      VWAP.self, ["quantity": 100, "slices": 10, "duration_s": 10, "period_ms": 1_000], in: Self.deep(until: 20_000))
    #expect(outcome.fills.map(\.quantity) == [18, 11, 9, 7, 6, 6, 7, 9, 11, 16])
    #expect(outcome.fills.map(\.milliseconds) == (0..<10).map { $0 * 1_000 })
  }

  @Test func participationFollowsTheVolumeOfOthers() throws {
    var market = HandMadeMarket()
    let offer = market.add(at: 0, .sell, price: 101, quantity: 100_000)
    market.execute(at: 100, offer, quantity: 40)
    market.execute(at: 1_500, offer, quantity: 100)
    market.execute(at: 2_500, offer, quantity: 3)
    market.execute(at: 7_000, offer, quantity: 900)
    market.wait(until: 20_000)
    // A fifth of all is a quarter of the others' lots: 40 / 4, then 140 / 4; 143 / 4 is no whole lot more.
    let outcome = try LaneOutcome.of(POV.self, ["rate_bp": 2_000, "duration_s": 5], in: market)
    #expect(
      outcome.fills == [
        Fill(milliseconds: 1_000, side: .buy, price: 101, quantity: 10),
        Fill(milliseconds: 2_000, side: .buy, price: 101, quantity: 25),
      ])
    let bounded = try LaneOutcome.of(POV.self, ["rate_bp": 2_000, "quantity": 200], in: market)
    #expect(bounded.lots == [200])
  }

  @Test func riskAversionTradesAlongItsPath() throws {
    let outcome = try LaneOutcome.of(
      AlmgrenChriss.self,
      [
        "quantity": 1_000, "slices": 10, "duration_s": 10, "risk_aversion": 0.1, "volatility": 1, "temporary_impact": 1,
      ], in: Self.deep(until: 20_000))
    let model = AlmgrenChriss.Model(
      riskAversion: 0.1, volatility: 1, temporaryImpact: 1, permanentImpact: 0, intervalSeconds: 1, intervals: 10)
    let path = model.cumulative(of: 1_000)
    #expect(outcome.fills.map(\.quantity) == zip(path.dropFirst(), path).map { $0 - $1 })
    #expect(outcome.fills[0].quantity > 250 && outcome.lots == [1_000])
  }

  @Test func anIcebergShowsOnlyItsTip() throws {
    var market = HandMadeMarket()
    market.add(at: 0, .sell, price: 101, quantity: 1_000)
    let first = market.add(at: 1, .buy, price: 99, quantity: 5)
    let second = market.add(at: 150, .buy, price: 99, quantity: 100)
    market.executeWhole(at: 160, first)
    market.execute(at: 170, second, quantity: 10)
    let third = market.add(at: 180, .buy, price: 99, quantity: 20)
    market.executeWhole(at: 190, second)
    market.execute(at: 200, third, quantity: 10)
    let fourth = market.add(at: 210, .buy, price: 99, quantity: 10)
    market.executeWhole(at: 220, third)
    market.execute(at: 230, fourth, quantity: 5)
    market.wait(until: 9_000)
    let outcome = try LaneOutcome.of(Iceberg.self, ["quantity": 25, "display": 10, "period_ms": 100], in: market)
    // What trades at 190 and 220 ms stood ahead of the part of that moment, so the part waited.
    #expect(
      outcome.fills == [
        Fill(milliseconds: 170, side: .buy, price: 99, quantity: 10),
        Fill(milliseconds: 200, side: .buy, price: 99, quantity: 10),
        Fill(milliseconds: 230, side: .buy, price: 99, quantity: 5),
      ])
    #expect(outcome.statistics.sent == 3)
  }
}
