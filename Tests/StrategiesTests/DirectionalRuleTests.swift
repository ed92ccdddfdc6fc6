import MarketTypes
import TestSupport
import Testing

@testable import Strategies

@Suite struct DirectionalRuleTests {
  @Test(arguments: [1, 2, 3, 8, 15, 16, 17, 50, 500])
  func movingSumsEqualTheObviousOnes(lookback: Int) {
    var random = SeededGenerator(seed: UInt64(lookback))
    var nothing: Int64 = 0
    withUnsafeMutablePointer(to: &nothing) { nothing in
      var ring = CloseRing(lookback: lookback, nothing: nothing)
      defer { ring.deallocate() }
      withUnsafePointer(to: ring) { #expect(CloseHistory(ring: $0).sum(last: 3) == 0) }
      var closes: [Int32] = []
      for bar in 0..<1_200 {
        closes.append(bar % 7 == 0 ? .max : Int32.random(in: -50...2_000_000, using: &random))
        ring.append(closes[bar], time: Int64(bar))
        let history = (lengths: [1, min(2, lookback), lookback / 2, lookback], kept: min(closes.count, ring.mask))
        withUnsafePointer(to: ring) { ring in
          let seen = CloseHistory(ring: ring)
          #expect(seen.count == closes.count && history.kept >= min(closes.count, lookback))
          for length in history.lengths {
            #expect(seen.sum(last: length) == closes.suffix(length).reduce(0) { $0 + Int64($1) })
          }
          // More than is kept is what is kept; nonsense is nothing.
          #expect(seen.sum(last: .max) == closes.suffix(history.kept).reduce(0) { $0 + Int64($1) })
          #expect(seen.sum(last: -1) == 0 && seen.sum(last: .min) == 0)
          #expect(seen.close(barsAgo: 0).ticks == closes[bar])
          #expect(seen.close(barsAgo: -1).isNone && seen.close(barsAgo: .max).isNone)
          #expect(seen.close(barsAgo: lookback - 1).ticks == (bar < lookback - 1 ? .min : closes[bar - lookback + 1]))
        }
      }
    }
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
