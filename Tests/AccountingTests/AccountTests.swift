import MarketTypes
import TestSupport
import Testing

@testable import Accounting

/// Accounts of one share with a tick of a cent, and the helpers that hand-checked cases read well with.
struct ShareDesk {
  static let day: Int64 = 86_400_000_000_000
  /// Monday 2014-06-09 at noon.
  static let monday = Int64(BusinessCalendar.day(ofDate: 20140609)!) * day + day / 2

  var account: Account

  init(
    method: LotMethod = .firstInFirstOut, markRule: MarkRule = .middle, credit: AccountTerms.Credit = .margin,
    margin: MarginRule = .full, settlementDays: Int = 0, borrow: BorrowTerms = BorrowTerms(), start: Int64 = 100_000
  ) throws {
    let share = try AccountInstrument(
      ContractValueTests.share, margin: margin, settlementDays: settlementDays, borrow: borrow)
    account = Account(
      terms: AccountTerms(instruments: [share], lotMethod: method, markRule: markRule, credit: credit))
    try account.deposit(Money(units: start), currency: "USD", time: Self.monday)
  }

  mutating func trade(_ lots: Int64, at ticks: Int32, day: Int64 = 0, fee: Int128 = 0) throws {
    try account.book(
      AccountFill(
        time: Self.monday + day * Self.day, side: lots > 0 ? .buy : .sell, price: Price(ticks: ticks),
        quantity: Quantity(lots: abs(lots)), fee: fee))
  }

  mutating func quote(_ bid: Int32, _ ask: Int32) throws {
    try account.quote(instrument: 0, bid: Price(ticks: bid), ask: Price(ticks: ask))
  }

  var position: AccountPosition { account.positions[0] }
  var cash: CashLedger { account.cash[0] }
}

func cents(_ cents: Int64) -> Money { Money(billionths: cents * 10_000_000) }

@Suite struct AccountTests {
  /// Buys 100 at 10, 100 at 12, 100 at 11, sells 150 at 13: the parts closed are the whole difference of the methods.
  @Test(arguments: [
    (LotMethod.firstInFirstOut, 100 * 300 + 50 * 100, [(100, 1_000), (50, 1_200)]),
    (.lastInFirstOut, 100 * 200 + 50 * 100, [(100, 1_100), (50, 1_200)]),
    (.highestCostFirst, 100 * 100 + 50 * 200, [(100, 1_200), (50, 1_100)]),
    (.averageCost, 150 * 200, [(100, 1_100), (50, 1_100)]),
  ])
  func partialCloses(method: LotMethod, gain: Int, parts: [(Int, Int)]) throws {
    var desk = try ShareDesk(method: method)
    try desk.trade(100, at: 1_000)
    try desk.trade(100, at: 1_200)
    try desk.trade(100, at: 1_100)
    try desk.trade(-150, at: 1_300)
    #expect(desk.position.realised == cents(Int64(gain)))
    #expect(desk.account.closedLots.map { Int($0.lots) } == parts.map(\.0))
    #expect(desk.account.closedLots.map(\.cost) == parts.map { cents(Int64($0 * $1)) })
    #expect(desk.position.lots == 150)
    #expect(desk.position.cost == cents(Int64(330_000 - 195_000 + gain)))
    try desk.quote(1_298, 1_301)
    // 150 at 12.995; equity is the start plus gains.
    #expect(desk.account.marketValue(instrument: 0) == cents(194_925))
    #expect(try desk.account.equity() == Money(units: 100_000) + cents(-330_000 + 195_000 + 194_925))
    #expect(desk.position.book.openLots.reduce(Money.zero) { $0 + $1.cost } == desk.position.cost)
  }

  /// A short of 60 and 40; buying 130 closes it, and 30 are long. The highest cost of a short is its lowest proceeds.
  @Test(arguments: [
    (LotMethod.firstInFirstOut, [1_000, 900]), (.lastInFirstOut, [900, 1_000]), (.highestCostFirst, [900, 1_000]),
  ])
  func flipsThroughZero(method: LotMethod, order: [Int64]) throws {
    var desk = try ShareDesk(method: method)
    try desk.trade(-60, at: 1_000)
    try desk.trade(-40, at: 900)
    #expect(desk.cash.total == Money(units: 100_000) + cents(96_000))
    try desk.trade(130, at: 950, fee: 7_000_000_000)
    #expect(desk.position.lots == 30)
    #expect(desk.position.cost == cents(30 * 950))
    #expect(desk.position.realised == cents(60 * 50 - 40 * 50))
    #expect(desk.position.fees == cents(7))
    let closed = desk.account.closedLots
    #expect(closed.map { -$0.cost } == closed.indices.map { cents(order[$0] * abs(closed[$0].lots)) })
    #expect(closed.allSatisfy { $0.lots < 0 })
    #expect(try desk.account.equity() == Money(units: 100_000) + cents(1_000 - 7))
  }

  @Test func averageCostRoundsToAtomsAndLosesNothing() throws {
    var desk = try ShareDesk(method: .averageCost)
    try desk.trade(1, at: 1_000)
    try desk.trade(2, at: 1_001)
    // A third of 30.02 is not whole in atoms.
    try desk.trade(-1, at: 1_000)
    #expect(desk.account.closedLots[0].cost.atoms == 10_006_666_666_666_666_667)
    try desk.trade(-2, at: 1_000)
    #expect(desk.position.cost == .zero)
    #expect(desk.position.realised == cents(-2))
    #expect(desk.account.terms.instruments[0].amount(perUnit: 1, lots: 3) == Money(billionths: 3))
  }

  @Test func holdingPeriodsDecideTheTerm() throws {
    var desk = try ShareDesk()
    try desk.trade(10, at: 1_000)
    try desk.trade(10, at: 1_000, day: 1)
    try desk.trade(-20, at: 1_100, day: 366)
    #expect(desk.account.closedLots.map(\.holdingDays) == [366, 365])
    #expect(desk.account.closedLots.map(\.isLongTerm) == [true, false])
    #expect(desk.position.realisedLongTerm == cents(1_000))
  }

  @Test func cashSettlesAfterBusinessDays() throws {
    var desk = try ShareDesk(credit: .none, settlementDays: 2, start: 1_000)
    try desk.trade(50, at: 1_000, day: 3)  // Thursday
    #expect(desk.cash.settled == Money(units: 1_000))
    #expect(desk.cash.unsettled == Money(units: -500))
    #expect(desk.cash.available == Money(units: 500))
    #expect(try desk.account.affordableLots(instrument: 0, side: .buy, price: Price(ticks: 1_000)) == 50)
    #expect(try desk.account.affordableLots(instrument: 0, side: .sell, price: Price(ticks: 1_000)) == 50)
    desk.account.advance(to: ShareDesk.monday + 6 * ShareDesk.day)
    #expect(desk.cash.settled == Money(units: 1_000))
    try desk.trade(-50, at: 1_100, day: 7)
    // Tuesday: the purchase has settled on Monday's next business day, the sale has not.
    #expect(desk.cash.settled == Money(units: 500))
    #expect(desk.cash.unsettled == Money(units: 550))
    #expect(try desk.account.buyingPower() == Money(units: 500))
    desk.account.advance(to: ShareDesk.monday + 9 * ShareDesk.day)
    #expect(desk.cash.settled == Money(units: 1_050))
    #expect(try desk.account.equity() == Money(units: 1_050))
  }

  @Test func marksFollowTheirRule() throws {
    for (rule, long, short) in [
      (MarkRule.middle, Int64(100_100), Int64(-100_100)), (.last, 99_900, -99_900), (.touch, 100_000, -100_200),
    ] {
      var desk = try ShareDesk(markRule: rule)
      try desk.trade(100, at: 1_000)
      #expect(desk.account.unrealised(instrument: 0) == .zero)
      try desk.account.quote(
        instrument: 0, bid: Price(ticks: 1_000), ask: Price(ticks: 1_002), last: Price(ticks: 999))
      #expect(desk.account.marketValue(instrument: 0) == cents(long))
      try desk.trade(-200, at: 1_001)
      try desk.account.quote(instrument: 0, last: Price(ticks: 999))
      #expect(desk.account.marketValue(instrument: 0) == cents(short))
    }
  }

  @Test func marginBuyingPowerAndCalls() throws {
    var desk = try ShareDesk(margin: .regulationT, start: 10_000)
    let price = Price(ticks: 10_000)
    #expect(try desk.account.affordableLots(instrument: 0, side: .buy, price: price) == 200)
    try desk.trade(150, at: 10_000)
    #expect(try desk.account.initialMargin() == Money(units: 7_500))
    #expect(try desk.account.maintenanceMargin() == Money(units: 3_750))
    #expect(try desk.account.buyingPower() == Money(units: 2_500))
    #expect(try desk.account.affordableLots(instrument: 0, side: .buy, price: price) == 50)
    // Closing 150 and a short of 200.
    #expect(try desk.account.affordableLots(instrument: 0, side: .sell, price: price) == 350)
    // Equity is 150 × price − 5,000; it falls below a quarter of the value under 44.44.
    try desk.quote(4_445, 4_445)
    #expect(try !desk.account.isMarginCalled())
    try desk.quote(4_444, 4_444)
    #expect(try desk.account.isMarginCalled())
    #expect(try desk.account.affordableLots(instrument: 0, side: .buy, price: price) == 0)
  }

  @Test func badEntriesSayWhyAndChangeNothing() throws {
    var desk = try ShareDesk()
    try desk.trade(10, at: 1_000)
    let (cash, position) = (desk.account.cash, desk.account.positions)
    func refuses(_ body: (inout Account) throws -> Void) {
      #expect(throws: AccountingError.self) { try body(&desk.account) }
      #expect(desk.account.cash == cash && desk.account.positions == position)
    }
    let time = ShareDesk.monday
    let price = Price(ticks: 1_000)
    refuses { try $0.book(AccountFill(time: time, side: .none, price: price, quantity: Quantity(lots: 1))) }
    refuses { try $0.book(AccountFill(time: time, side: .buy, price: price, quantity: .zero)) }
    refuses { try $0.book(AccountFill(time: time, side: .buy, price: .none, quantity: Quantity(lots: 1))) }
    refuses { try $0.book(AccountFill(time: time, side: .buy, price: price, quantity: Quantity(lots: .max))) }
    refuses { try $0.book(AccountFill(time: time, side: .sell, price: price, quantity: Quantity(lots: .max))) }
    refuses {
      try $0.book(AccountFill(time: time, side: .buy, price: price, quantity: Quantity(lots: 1), fee: .max))
    }
    refuses {
      try $0.book(AccountFill(time: time, instrument: 1, side: .buy, price: price, quantity: Quantity(lots: 1)))
    }
    refuses { try $0.deposit(Money(atoms: .max), currency: "USD", time: time) }
    refuses { try $0.deposit(Money(units: 1), currency: "EUR", time: time) }
    refuses { try $0.apply(.split(numerator: 0, denominator: 1), to: 0, time: time) }
    refuses { try $0.apply(.split(numerator: .max, denominator: 1), to: 0, time: time) }
    refuses { try $0.apply(.dividend(perUnit: 1), to: 7, time: time) }
    refuses { try $0.payFunding(instrument: 0, rate: .max, time: time) }
    refuses { try $0.payFunding(instrument: 0, rate: 1, mark: MarkPrice(halfTicks: .max), time: time) }
    refuses { try $0.setRate(.one, of: "USD", at: time) }
    #expect(throws: AccountingError.self) { try AccountInstrument(ContractValueTests.share, settlementDays: -1) }
    #expect(ConversionRate(0, over: 1) == nil)
  }

  /// Random fills, splits and dividends against the twin of single lots, for every method.
  @Test(arguments: LotMethod.allCases, 0..<15) func agreesWithTheTwin(method: LotMethod, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let settlementDays = Int.random(in: 0...3, using: &random)
    let cent: Int128 = 10_000_000_000_000_000
    var desk = try ShareDesk(method: method, settlementDays: settlementDays, start: 1_000)
    var twin = ReferenceAccount(method: method, longTermDays: 365, count: cent, start: 100_000 * cent)
    let calendar = BusinessCalendar.weekdays
    var day = 0
    var splits = 0
    for _ in 0..<60 {
      day += .random(in: 0...20, using: &random)
      let date = calendar.day(of: ShareDesk.monday) + day
      let time = ShareDesk.monday + Int64(day) * ShareDesk.day
      switch Int.random(in: 0..<12, using: &random) {
      case 0 where splits < 4:
        splits += 1
        let parts = Int.random(in: 2...4, using: &random) & ~1
        try desk.account.apply(.split(numerator: Int64(parts), denominator: 1), to: 0, time: time)
        twin.split(into: parts)
      case 1:
        let perUnit = Int64.random(in: 1...900, using: &random)
        try desk.account.apply(.dividend(perUnit: perUnit), to: 0, time: time, paymentDay: date + 9)
        twin.dividend(atomsPerLot: Int128(perUnit) * 1_000_000_000, day: date + 9)
      default:
        let lots = Int.random(in: 1...20, using: &random) * (Bool.random(using: &random) ? 1 : -1)
        let ticks = Int.random(in: 95...105, using: &random)
        let fee = Int128.random(in: -1_000...9_000, using: &random)
        try desk.trade(Int64(lots), at: Int32(ticks), day: Int64(day), fee: fee * 1_000_000_000)
        twin.fill(
          lots: lots, ticks: ticks, fee: fee * cent, day: date,
          settlesOn: calendar.day(settlementDays, after: date))
      }
      let bid = Int32.random(in: 90...100, using: &random)
      try desk.quote(bid, 101)
      #expect(Int(desk.position.lots) == twin.lots)
      #expect(desk.position.cost.atoms == twin.cost)
      #expect(desk.position.realised.atoms == twin.realised, "seed \(seed)")
      #expect(desk.position.realisedLongTerm.atoms == twin.realisedLongTerm)
      #expect(desk.cash.settled.atoms == twin.settled(on: date))
      #expect(try desk.account.equity().atoms == twin.equity(halfTicks: Int128(bid) + 101))
      #expect(desk.account.invariantViolation() == nil)
    }
    #expect(desk.account.closedLots.reduce(Money.zero) { $0 + $1.gain } == desk.position.realised)
  }
}
