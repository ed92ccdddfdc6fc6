import MarketTypes
import Testing

@testable import Accounting

@Suite struct CarryLedgerTests {
  @Test func longsPayPositiveFundingInEverySettlement() throws {
    let linear = try ContractValue(ContractValueTests.share)
    let inverse = try ContractValue(ContractValueTests.inverse)
    let mark = MarkPrice(Price(ticks: 100_000))
    var ledger = CarryLedger()
    // 0.01 % of 100 × 1,000 USD is 10 USD: 1,000 counts of a cent.
    #expect(ledger.payFunding(lots: 100, mark: mark, rate: 100_000, contract: linear) == 1_000_000_000_000)
    #expect(ledger.payFunding(lots: -100, mark: mark, rate: 100_000, contract: linear) == -1_000_000_000_000)
    #expect(ledger.payFunding(lots: -100, mark: mark, rate: -100_000, contract: linear) == 1_000_000_000_000)
    #expect(ledger.funding == 1_000_000_000_000)
    // 3 contracts at 50,000 USD are 0.006 XBT, of which 0.01 % are 600 billionths of an XBT.
    #expect(ledger.payFunding(lots: 3, mark: mark, rate: 100_000, contract: inverse) == 600_000_000_000)
    #expect(ledger.payFunding(lots: -3, mark: mark, rate: 100_000, contract: inverse) == -600_000_000_000)
    // Half a billionth is rounded away from zero.
    let middle = MarkPrice(halfTicks: 3)
    #expect(ledger.payFunding(lots: 1, mark: middle, rate: 1, contract: linear) == 2)
    #expect(ledger.payFunding(lots: -1, mark: middle, rate: 1, contract: linear) == -2)
  }

  @Test func shortsPayBorrowByTimeHeld() throws {
    let contract = try ContractValue(ContractValueTests.share)
    let terms = BorrowTerms(annualRate: 36_000_000)
    let day: Int64 = 86_400_000_000_000
    let mark = MarkPrice(Price(ticks: 10_000))
    var ledger = CarryLedger()
    // The first call only starts the clock.
    #expect(ledger.accrueBorrow(lots: -100, mark: mark, until: day, terms: terms, contract: contract) == 0)
    // 3.6 % a year of 10,000 USD for a day of 360: 1 USD.
    #expect(
      ledger.accrueBorrow(lots: -100, mark: mark, until: 2 * day, terms: terms, contract: contract) == 100_000_000_000)
    #expect(ledger.accrueBorrow(lots: 100, mark: mark, until: 3 * day, terms: terms, contract: contract) == 0)
    #expect(
      ledger.accrueBorrow(lots: -50, mark: mark, until: 4 * day, terms: terms, contract: contract) == 50_000_000_000)
    // Time does not run backwards.
    #expect(ledger.accrueBorrow(lots: -50, mark: mark, until: 3 * day, terms: terms, contract: contract) == 0)
    #expect(ledger.borrow == 150_000_000_000)
    #expect(ledger.borrowedUntil == 4 * day)
  }
}
