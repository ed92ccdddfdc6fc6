import TestSupport
import Testing

@testable import Strategies

@Suite struct DirectionalRuleTests {
  @Test(arguments: [(1, 1), (3, 8), (8, 3), (5, 5), (15, 16), (17, 15), (50, 500)])
  func averagesEqualTheObviousOnes(fast: Int, slow: Int) {
    var random = SeededGenerator(seed: UInt64(fast * 1_000 + slow))
    var averages = MovingAverageCross.Averages(fast: fast, slow: slow)
    var closes: [Int32] = []
    for _ in 0..<1_200 {
      closes.append(Int32.random(in: -50...2_000_000, using: &random))
      averages.add(closes[closes.count - 1])
      #expect(averages.isFull == (closes.count >= max(fast, slow)))
      guard averages.isFull else { continue }
      let sums = [fast, slow].map { length in closes.suffix(length).map { Int64($0) }.reduce(0, +) }
      #expect(averages.difference == sums[0] * Int64(slow) - sums[1] * Int64(fast))
    }
  }

  @Test func theLongestWindowsDoNotOverflow() {
    var averages = MovingAverageCross.Averages(fast: 29_999, slow: 30_000)
    for _ in 0..<30_000 { averages.add(.max) }
    #expect(averages.difference == 0)
    for _ in 0..<15_000 { averages.add(-.max) }
    #expect(averages.difference < 0)
  }

  @Test func bandsOpenAndCloseAsStated() {
    let rule = BandRule(entry: 2, exit: 0.5)
    let scores = [0, 1.9, 2.1, 1, 0.6, 0.5, -1.9, -2.5, -0.6, -0.4, -3, 2.5, -0.1]
    var stance = 0
    let stances = scores.map { score in
      stance = rule.stance(after: stance, score: score)
      return stance
    }
    #expect(stances == [0, 0, -1, -1, -1, 0, 0, 1, 1, 0, 1, -1, 0])
  }

  @Test func momentumComparesTheReturnWithItsThreshold() {
    // 10 basis points of 10,000 are 10 ticks; the threshold itself is not enough.
    #expect(Momentum.stance(now: 10_010, before: 10_000, threshold: 10) == 0)
    #expect(Momentum.stance(now: 10_011, before: 10_000, threshold: 10) == 1)
    #expect(Momentum.stance(now: 9_990, before: 10_000, threshold: 10) == 0)
    #expect(Momentum.stance(now: 9_989, before: 10_000, threshold: 10) == -1)
    #expect(Momentum.stance(now: -9_980, before: -10_000, threshold: 10) == 1)
    #expect(Momentum.stance(now: 5, before: 5, threshold: 0) == 0)
  }

  @Test func imbalanceIsTheShareOfTheHeavierSide() {
    #expect(OrderBookImbalance.imbalance(bid: 300, ask: 100) == 0.5)
    #expect(OrderBookImbalance.imbalance(bid: 100, ask: 300) == -0.5)
    #expect(OrderBookImbalance.imbalance(bid: 0, ask: 0) == 0)
    #expect(OrderBookImbalance.imbalance(bid: 7, ask: 0) == 1)
  }

  @Test func hedgesAreRoundedToLots() {
    #expect(Pairs.hedgeLots(of: 100, slope: 1.504, tickValueRatio: 1) == 150)
    #expect(Pairs.hedgeLots(of: 100, slope: 1.505, tickValueRatio: 0.5) == 301)
    #expect(Pairs.hedgeLots(of: 1_000_000_000, slope: 1e9, tickValueRatio: 1e-6) == 1_000_000_000_000)
  }

  @Test func moneyBuysTheMostLotsThatItPaysFor() {
    var random = SeededGenerator(seed: 8)
    for _ in 0..<2_000 {
      let money = Int128(Int64.random(in: 1...1_000_000_000_000, using: &random)) * Affordable.unit
      let price = Int32.random(in: 1...2_000_000, using: &random)
      let fee = Int64.random(in: 0...2_000_000, using: &random)
      let lots = Affordable.lots(money: money, price: price, feeRate: fee)
      #expect(Affordable.money(lots: lots, price: price, feeRate: fee) <= money)
      #expect(Affordable.money(lots: lots + 1, price: price, feeRate: fee) > money)
    }
    #expect(Affordable.lots(money: 1_000, price: 0, feeRate: 0) == 0)
    #expect(Affordable.lots(money: -1, price: 1, feeRate: 0) == 0)
    // 0.1 % of 100,000 is 100 for the fee: 999 lots at 100 cost 99,900 and a fee of 99.9.
    #expect(Affordable.lots(money: 100_000 * Affordable.unit, price: 100, feeRate: 1_000_000) == 999)
  }
}
