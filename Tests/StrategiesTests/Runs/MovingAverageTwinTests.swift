import Execution
import MarketTypes
import TestSupport
import Testing

@testable import Strategies

/// The rules of `MovingAverageCross` as a plain loop over closes with prefix sums, in floating point.
private struct AverageLoop {
  struct Trade: Equatable {
    var bar: Int
    var side: Side
    var quantity: Double
  }

  var trades: [Trade] = []
  var money: Double
  let wholeLots: Bool

  init(closes: [Int32], fast: Int, slow: Int, money: Double, fee: Double, wholeLots: Bool) {
    self.money = money
    self.wholeLots = wholeLots
    var prefix = [0.0]
    for close in closes { prefix.append(prefix[prefix.count - 1] + Double(close)) }
    var (held, wasAbove, isFirst) = (0.0, false, true)
    for bar in (slow - 1)..<closes.count {
      let fastMean = (prefix[bar + 1] - prefix[bar + 1 - fast]) / Double(fast)
      let slowMean = (prefix[bar + 1] - prefix[bar + 1 - slow]) / Double(slow)
      let isAbove = fastMean > slowMean
      let price = Double(closes[bar])
      if !isFirst {
        if isAbove, !wasAbove, held == 0 {
          held = self.money / (price * (1 + fee))
          if wholeLots { held.round(.down) }
          self.money -= held * price * (1 + fee)
          trades.append(Trade(bar: bar, side: .buy, quantity: held))
        } else if !isAbove, wasAbove, fastMean < slowMean, held > 0 {
          self.money += held * price * (1 - fee)
          trades.append(Trade(bar: bar, side: .sell, quantity: held))
          held = 0
        }
      }
      (wasAbove, isFirst) = (isAbove, false)
    }
    if let last = closes.last { self.money += held * Double(last) }
  }
}

@Suite struct MovingAverageTwinTests {
  static func closes(seed: UInt64, count: Int) -> [Int32] {
    var random = SeededGenerator(seed: seed)
    var close: Int32 = 100_000
    return (0..<count).map { _ in
      close += Int32.random(in: -60...60, using: &random)
      return close
    }
  }

  @Test(arguments: [(3, 8), (5, 60), (20, 50)])
  func tradesAndMoneyEqualThePlainLoop(fast: Int, slow: Int) throws {
    let closes = Self.closes(seed: UInt64(fast), count: 3_000)
    var market = HandMadeMarket()
    for (place, close) in closes.enumerated() { market.bar(at: Int64(place) * 1_000, close: close) }
    let notional = 1e12
    let outcome = try LaneOutcome.of(
      MovingAverageCross.self,
      ["fast": Double(fast), "slow": Double(slow), "notional": notional, "fee_billionths": 100_000], in: market,
      terms: LaneTerms(tradesAtLastPrice: true))
    let whole = AverageLoop(
      closes: closes, fast: fast, slow: slow, money: notional, fee: 1e-4, wholeLots: true)
    #expect(whole.trades.count > 10)
    #expect(
      outcome.fills.map {
        AverageLoop.Trade(bar: Int($0.milliseconds / 1_000), side: $0.side, quantity: Double($0.quantity))
      }
        == whole.trades)
    for fill in outcome.fills { #expect(fill.price == closes[Int(fill.milliseconds / 1_000)]) }
    // Ten million lots leave a part of a ten-millionth unspent: the return of fractions is the same to seven digits.
    let fractions = AverageLoop(
      closes: closes, fast: fast, slow: slow, money: notional, fee: 1e-4, wholeLots: false)
    #expect(abs(fractions.money - whole.money) < 1e-5 * notional)
  }
}
