import Accounting
import Execution
import MarketTypes
import Simulation
import Strategies
import TestSupport
import Testing

/// Sells once and holds.
private struct SellOnce: Strategy {
  static let name = "sell-once"
  var hasSold = false

  init(_ parameters: ParameterValues) {}
  init() {}

  var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: 1_000_000_000) }

  mutating func timer(_ desk: inout Desk) {
    guard !hasSold, !desk.bestBid().isNone else { return }
    hasSold = true
    desk.send(
      OrderTerms(
        identifier: OrderIdentifier(1), side: .sell, type: .market, quantity: Quantity(lots: 10),
        timeInForce: .immediateOrCancel))
  }
}

@Suite struct CarryTests {
  static let day: Int64 = 86_400_000_000_000

  private static func fees(
    _ carry: CarryTerms?, times: [Int64] = [0, 10_000_000, day, 2 * day, 3 * day + 1]
  ) throws -> (fees: Int128, carry: CarryLedger) {
    var run = try LaneRunner(
      strategies: [SellOnce()], terms: [LaneTerms(carry: carry)],
      instruments: [Instrument(symbol: "TEST", tick: .one)])
    var source = StandingQuotes(times: times)
    run.run(&source)
    #expect(run.ledger(lane: 0).lots == -10)
    return (run.ledger(lane: 0).fees, run.carryLedger(lane: 0))
  }

  /// Ten lots short at a middle of 100: a positive rate is received, exactly rate × 1,000.
  @Test func shortsReceiveFunding() throws {
    let terms = CarryTerms(funding: [
      .init(time: Self.day / 2, rate: 100_000), .init(time: Self.day, rate: -40_000), .init(time: -5, rate: 1),
      .init(time: 9 * Self.day, rate: 7),
    ])
    let (fees, carry) = try Self.fees(terms)
    #expect(carry.funding == -100_000 * 1_000 + 40_000 * 1_000)
    #expect(fees == carry.funding)
  }

  /// 3.65 % a year of 1,000 over the three days that the short is held, less the first second.
  @Test func shortsPayBorrow() throws {
    let (fees, carry) = try Self.fees(CarryTerms(borrow: BorrowTerms(annualRate: 36_500_000, daysPerYear: 365)))
    let wholeDays: Int128 = 3 * 100_000 * 1_000
    #expect(carry.borrow <= wholeDays && carry.borrow > wholeDays * 999 / 1_000)
    #expect(fees == carry.borrow)
  }

  /// The last, unfinished day costs what it lasted.
  @Test func borrowIsPaidUpToTheEnd() throws {
    let (fees, carry) = try Self.fees(
      CarryTerms(borrow: BorrowTerms(annualRate: 36_500_000, daysPerYear: 365)), times: [0, 10_000_000, Self.day / 2])
    let halfDay: Int128 = 100_000 * 1_000 / 2
    #expect(carry.borrow <= halfDay && carry.borrow > halfDay * 999 / 1_000)
    #expect(fees == carry.borrow)
  }

  @Test func nothingWithoutTerms() throws {
    let (fees, carry) = try Self.fees(nil)
    #expect(fees == 0 && carry == CarryLedger())
  }
}
