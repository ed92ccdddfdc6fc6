import MarketTypes
import TestSupport
import Testing

@testable import Accounting

@Suite struct ShareSplitTests {
  /// Cash and position value are the same before and after, up to the one rounding of the cash in lieu, for any position,
  /// price and ratio: half lots × half ticks are compared in units that are whole on both sides.
  @Test func valueIsConserved() throws {
    var random = SeededGenerator(seed: 20)
    for _ in 0..<2_000 {
      let split = try #require(
        ShareSplit(Int64.random(in: 1...30, using: &random), for: Int64.random(in: 1...30, using: &random)))
      let lots = Int64.random(in: -100_000...100_000, using: &random)
      let mark = Int64.random(in: 1...200_000, using: &random)
      let after = split.lots(lots)
      let cash = split.cashInLieu(lots: lots, halfTicks: mark)
      // lots × mark ÷ 2 = after × (mark × old ÷ new) ÷ 2 + cash, times 2 × new.
      let before = Int128(lots) * Int128(mark) * Int128(split.numerator)
      let now = Int128(after) * Int128(mark) * Int128(split.denominator) + 2 * Int128(split.numerator) * cash
      let difference = before - now
      #expect(difference.magnitude <= UInt128(split.numerator))
      #expect(abs(after) <= abs(lots) * split.numerator)
      let error = split.carried(halfTicks: mark) * split.numerator - mark * split.denominator
      #expect(abs(error) * 2 <= split.numerator)
    }
  }

  @Test func handCheckedCases() throws {
    let half = try #require(ShareSplit(3, for: 2))
    #expect(half.lots(7) == 10 && half.lots(-7) == -10 && half.lots(6) == 9)
    // Half a new lot at 2/3 of 100 is 33 1/3.
    #expect(half.cashInLieu(lots: 7, halfTicks: 200) == 33 && half.cashInLieu(lots: 6, halfTicks: 200) == 0)
    let reverse = try #require(ShareSplit(1, for: 10))
    #expect(reverse.lots(95) == 9 && reverse.cashInLieu(lots: 95, halfTicks: 40) == 100)
    #expect(ShareSplit(0, for: 1) == nil && ShareSplit(1, for: -1) == nil && ShareSplit(.max, for: 1) == nil)
    #expect(try #require(ShareSplit(1_000_000, for: 1)).lots(.max) == .max)
  }

  @Test func aContractIsWorthItsRate() throws {
    let contract = try ContractValue(ContractValueTests.share)
    let rate = try #require(ConversionRate(108, over: 100))
    let worth = try #require(contract.worth(rate))
    #expect(worth.moneyPerCount * 100 == contract.moneyPerCount * 108)
    #expect(worth.value(lots: 3, price: 5) == contract.value(lots: 3, price: 5))
    #expect(worth.restated(1_000, inWorth: contract.moneyPerCount) == 1_080)
    #expect(contract.worth(try #require(ConversionRate(1, over: .max))) == nil)
  }
}
