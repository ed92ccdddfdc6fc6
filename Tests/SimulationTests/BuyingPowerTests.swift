import Accounting
import Execution
import MarketTypes
import RiskControls
import Simulation
import Strategies
import TestSupport
import Testing

/// Buying power, checked by hand: a price of a tick is a dollar, and an account begins with a thousand.
@Suite struct BuyingPowerTests {
  /// Tuesday, 2023-11-14, noon.
  static let start: Int64 = 1_699_963_200_000_000_000
  static let hour: Int64 = 3_600_000_000_000

  /// What is refused for want of buying power, of scripts with a step every hour.
  static func refused(
    _ script: [[ScriptedAction]], credit: CreditTerms, settlementDays: Int = 0, hours: Int = 60
  ) throws -> (refused: [UInt64], lots: Int64, rejects: Int) {
    var run = try LaneRunner(
      strategies: [ScriptedStrategy(script: script, period: hour)],
      terms: [LaneTerms(settlementDays: settlementDays, credit: credit)],
      instruments: [Instrument(symbol: "TEST", tick: .one)])
    var source = StandingQuotes(times: (0...hours).map { start + Int64($0) * hour })
    run.run(&source)
    let refused = run.takeTransitions().filter {
      $0.riskReason == RiskReason.buyingPower.rawValue && $0.step == .rejected
    }
    return (refused.map(\.identifier), run.ledger(lane: 0).lots, run.statistics(lane: 0).riskRejects)
  }

  static func order(_ number: UInt64, _ side: Side, _ lots: Int64, at price: Int32? = nil) -> ScriptedAction {
    .send(
      OrderTerms(
        identifier: OrderIdentifier(number), side: side, type: price == nil ? .market : .limit,
        price: price.map { Price(ticks: $0) } ?? .none, quantity: Quantity(lots: lots),
        timeInForce: price == nil ? .immediateOrCancel : .goodTillCancelled))
  }

  static let margin = CreditTerms(
    credit: .margin, capital: Money(units: 1_000),
    margin: MarginRule(initial: .init(rate: 500_000_000), maintenance: .init(rate: 250_000_000)))
  static let cash = CreditTerms(credit: .none, capital: Money(units: 1_000))

  /// Half of 20 × 101 is more than 1,000, half of 19 × 101 is not; open orders count.
  @Test func marginCountsOpenOrders() throws {
    let outcome = try Self.refused(
      [
        [Self.order(1, .buy, 20, at: 101)], [Self.order(2, .buy, 19, at: 98)], [Self.order(3, .buy, 1, at: 98)],
        [Self.order(4, .sell, 19, at: 103)], [Self.order(5, .sell, 2, at: 103)],
      ],
      credit: Self.margin)
    // Half of 20 resting buys at the middle of 100 is 1,000, which the account bears; at 103, the price of the sells, it is
    // 1,030. Sells count for themselves: 19 raise nothing, 21 would, to 1,081.50.
    #expect(outcome.refused == [1, 5])
  }

  /// 19 bought at 101 leave an equity of 981 at the middle; closing and turning round to as much is free.
  @Test func closingIsNeverRefused() throws {
    let outcome = try Self.refused(
      [[Self.order(1, .buy, 19)], [Self.order(2, .buy, 1)], [Self.order(3, .sell, 39)], [Self.order(4, .sell, 38)]],
      credit: Self.margin)
    #expect(outcome.refused == [2, 3])
    #expect(outcome.lots == -19)
  }

  /// 9 × 101 = 909 of 1,000; another 101 are not there, and what is not held cannot be sold.
  @Test func cashPaysForWhatItBuys() throws {
    let outcome = try Self.refused(
      [
        [Self.order(1, .sell, 1)], [Self.order(2, .buy, 9, at: 98)], [Self.order(3, .buy, 2, at: 98)],
        [Self.order(4, .buy, 1, at: 98)], [Self.order(5, .buy, 1)],
      ],
      credit: Self.cash)
    // 9 × 98 + 1 × 98 = 980 rest.
    #expect(outcome.refused == [1, 3, 5])
  }

  /// An amend to more than there is stays away from the venue.
  @Test func amendsAreCheckedToo() throws {
    let outcome = try Self.refused(
      [[Self.order(1, .buy, 9, at: 98)], [.amend(1, price: 98, quantity: 11)], [.amend(1, price: 98, quantity: 10)]],
      credit: Self.cash)
    #expect(outcome.rejects == 1)
  }

  /// Every control that holds an order back holds an amend to the same back, except for taking quantity away.
  @Test func noControlIsPassedByAnAmend() throws {
    func rejects(_ limits: RiskLimits, _ price: Int32, _ quantity: Int64, sent: Int64 = 9) throws -> Int {
      var run = try LaneRunner(
        strategies: [
          ScriptedStrategy(
            script: [[Self.order(1, .buy, sent, at: 98)], [.amend(1, price: price, quantity: quantity)]],
            period: Self.hour)
        ], terms: [LaneTerms(limits: limits)], instruments: [Instrument(symbol: "TEST", tick: .one)])
      var source = StandingQuotes(times: (0...8).map { Self.start + Int64($0) * Self.hour })
      run.run(&source)
      #expect(run.statistics(lane: 0).sent == 1)
      return run.statistics(lane: 0).riskRejects
    }
    var limits = RiskLimits()
    limits.orderQuantity = 10
    #expect(try rejects(limits, 98, 10) == 0 && rejects(limits, 98, 11) == 1)
    limits = RiskLimits()
    limits.position = 10
    // The order's own open quantity does not count twice.
    #expect(try rejects(limits, 97, 10) == 0 && rejects(limits, 97, 11) == 1)
    limits = RiskLimits()
    limits.notional = 1_000
    #expect(try rejects(limits, 100, 10) == 0 && rejects(limits, 101, 10) == 1)
    limits = RiskLimits()
    limits.priceCollarTicks = 3
    #expect(try rejects(limits, 104, 9) == 0 && rejects(limits, 105, 9) == 1)
    limits = RiskLimits()
    (limits.orderRate, limits.orderRateWindowNanoseconds) = (1, 10 * Self.hour)
    #expect(try rejects(limits, 98, 8) == 1, "a request counts, whatever it asks for")
  }

  /// Nine bought and sold again leave 982 in all, of which 91 can be spent before Wednesday, the next business day.
  @Test(arguments: [0, 1]) func proceedsSettleBeforeTheyAreSpent(days: Int) throws {
    var script = [[Self.order(1, .buy, 9)], [Self.order(2, .sell, 9)], [Self.order(3, .buy, 2)]]
    script += Array(repeating: [], count: 10)
    script.append([Self.order(4, .buy, 2)])
    let outcome = try Self.refused(script, credit: Self.cash, settlementDays: days)
    #expect(outcome.refused == (days == 0 ? [] : [3]))
    #expect(outcome.lots == (days == 0 ? 4 : 2))
  }
}
