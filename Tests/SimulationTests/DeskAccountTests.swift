import Accounting
import Execution
import MarketTypes
import RiskControls
import Simulation
import Strategies
import Synchronization
import TestSupport
import Testing

/// What a lane read of its account, moment by moment.
private final class AccountDiary: Sendable {
  struct Entry: Sendable {
    var time: Int64
    var bid: Price
    var ask: Price
    var account: LaneAccount
    var position: LaneAccount.Position
  }

  private let kept = Mutex<[Entry]>([])

  var entries: [Entry] { kept.withLock { $0 } }

  func write(_ desk: borrowing Desk) {
    guard let account = desk.account, let position = desk.accountPosition() else { return }
    let entry = Entry(
      time: desk.time, bid: desk.bestBid(), ask: desk.bestAsk(), account: account, position: position)
    kept.withLock { $0.append(entry) }
  }
}

/// Plays a script, and writes down its account at every timer.
private struct Bookkeeper: Strategy {
  static let name = "bookkeeper"
  var script = ScriptedStrategy(script: [], period: 1)
  let diary = AccountDiary()
  var reads = true

  init(_ parameters: ParameterValues) {}

  init(script: [[ScriptedAction]], period: Int64, reads: Bool = true) {
    self.script = ScriptedStrategy(script: script, period: period)
    self.reads = reads
  }

  var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: script.period, account: reads) }

  mutating func timer(_ desk: inout Desk) {
    diary.write(desk)
    script.timer(&desk)
  }
}

/// A strategy reads its account as it knows it: what its notices and its feed have told it, and no more.
@Suite struct DeskAccountTests {
  static let instrument = Instrument(symbol: "TEST", tick: .one)
  static let start: Int64 = 1_700_000_000_000_000_000
  static let capital = Money(units: 1_000_000)

  struct Case: Sendable, CustomTestStringConvertible {
    var latency: LatencyModel
    var method: LotMethod
    var isPlain = true

    var testDescription: String { "\(method), \(latency.acknowledgement), plain \(isPlain)" }
  }

  /// At once, by a clock shift, and through a delayed book.
  static let cases: [Case] = {
    let shifted = LatencyModel(
      feed: .constant(nanoseconds: 2_000_000), newOrderNanoseconds: 500_000, acknowledgementNanoseconds: 3_000_000)
    let delayed = LatencyModel(
      feed: .constant(nanoseconds: 4_000_000), newOrderNanoseconds: 300_000, acknowledgementNanoseconds: 1_000_000)
    return [
      Case(latency: LatencyModel(), method: .firstInFirstOut),
      Case(latency: shifted, method: .averageCost, isPlain: false),
      Case(latency: shifted, method: .highestCostFirst),
      Case(latency: delayed, method: .lastInFirstOut, isPlain: false),
    ]
  }()

  /// An account of its own that books each fill when its notice has arrived says the same at every moment.
  @Test(arguments: cases) func knowsWhatNoticesTold(_ one: Case) throws {
    var fees = FeeSchedule(makerRate: -20_000, takerRate: 100_000)
    if !one.isPlain { fees.perFill = 350_000_000 }
    let terms = LaneTerms(
      latency: one.latency, fees: fees, account: AccountBasis(capital: Self.capital, lotMethod: one.method))
    let keeper = Bookkeeper(
      script: LaneTwinTests.script(seed: 5, mix: .special, steps: 200, start: Self.start), period: 2_000_000)
    var run = try LaneRunner(
      strategies: [keeper], terms: [terms], instruments: [Self.instrument],
      options: LaneRunOptions(ordersPerLane: 512))
    var source = FlowSource(seed: 4, shape: .calm, batches: 4)
    run.run(&source)
    let fills = run.takeFills()
    #expect(fills.count > 15)
    let entries = keeper.diary.entries
    #expect(entries.count > 90)
    var account = Account(
      terms: AccountTerms(instruments: [try AccountInstrument(Self.instrument)], lotMethod: one.method))
    try account.deposit(Self.capital, currency: "USD", time: Self.start)
    let notice = try #require(one.latency.acknowledgement.constantNanoseconds)
    var next = 0
    var differing = 0
    for entry in entries {
      // What is sent at a timer and answered at once comes after it.
      while next < fills.count, fills[next].time + max(notice, 1) <= entry.time {
        let fill = fills[next]
        try account.book(
          AccountFill(
            time: fill.time, side: fill.side, price: Price(ticks: fill.price),
            quantity: Quantity(lots: fill.quantity), fee: fill.fee))
        next += 1
      }
      let (position, booked) = (entry.position, account.positions[0])
      #expect(position.lots == booked.lots && position.cost == booked.cost)
      #expect(position.realised == booked.realised && position.fees == booked.fees)
      #expect(entry.account.cash == account.cash[0].total)
      if let mark = position.mark {
        if !entry.bid.isNone, !entry.ask.isNone { #expect(mark == MarkPrice(bid: entry.bid, ask: entry.ask)) }
        let half = Int32(truncatingIfNeeded: mark.halfTicks >> 1)
        try account.quote(
          instrument: 0, bid: Price(ticks: half), ask: Price(ticks: Int32(mark.halfTicks - Int64(half))))
        #expect(entry.account.equity == (try account.equity()))
        #expect(entry.account.unrealised == account.unrealised(instrument: 0))
      }
      #expect(
        entry.account.equity
          == Self.capital + entry.account.realised + entry.account.unrealised - entry.account.fees)
      if next < fills.count, fills[next].time <= entry.time { differing += 1 }
    }
    // With latency there were moments at which the venue knew more.
    #expect(notice == 0 || differing > 0)
  }

  @Test func nobodyPaysWhoDoesNotAsk() throws {
    let keeper = Bookkeeper(script: [], period: 1_000_000, reads: false)
    var run = try LaneRunner(strategies: [keeper], terms: [LaneTerms()], instruments: [Self.instrument])
    var source = FlowSource(seed: 4, shape: .calm, batches: 1)
    run.run(&source)
    #expect(keeper.diary.entries.isEmpty)
  }

  // MARK: - By hand

  /// A market of 99 to 101 for 1,000 each, and one order sent at the first timer.
  private static func entries(
    _ orders: [OrderTerms], terms: LaneTerms, options: LaneRunOptions = LaneRunOptions(), until end: Int64 = 10_000
  ) throws -> [AccountDiary.Entry] {
    let keeper = Bookkeeper(script: [orders.map { .send($0) }], period: 1_000)
    var run = try LaneRunner(
      strategies: [keeper], terms: [terms], instruments: [Self.instrument], options: options)
    var source = QuoteSource([(0, 99, 101), (end, 99, 101)])
    run.run(&source)
    return keeper.diary.entries
  }

  private static func order(
    _ number: UInt64, _ side: Side, _ price: Int32?, _ lots: Int64
  ) -> OrderTerms {
    OrderTerms(
      identifier: OrderIdentifier(number), side: side, type: price == nil ? .market : .limit,
      price: price.map { Price(ticks: $0) } ?? .none, quantity: Quantity(lots: lots),
      timeInForce: price == nil ? .immediateOrCancel : .goodTillCancelled)
  }

  /// 1,000 in cash, 4 bought at 101, an open buy of 2 at 90: 1,000 − 404 − 180 can be spent.
  @Test func buyingPowerWithoutCredit() throws {
    let terms = LaneTerms(credit: CreditTerms(credit: .none, capital: Money(units: 1_000)))
    let entries = try Self.entries([Self.order(1, .buy, nil, 4), Self.order(2, .buy, 90, 2)], terms: terms)
    #expect(entries.first?.account.buyingPower == Money(units: 1_000))
    let last = try #require(entries.last)
    #expect(last.account.cash == Money(units: 596) && last.account.equity == Money(units: 996))
    #expect(last.account.buyingPower == Money(units: 416))
    #expect(last.position.averageCost == Money(units: 101) && last.position.unrealised == Money(units: -4))
  }

  /// Half of 100 must back each of 4 long and of 3 more that an open buy may bring: 1,000 − 4 − 350.
  @Test func buyingPowerWithCredit() throws {
    let terms = LaneTerms(
      credit: CreditTerms(credit: .margin, capital: Money(units: 1_000), margin: .regulationT))
    let entries = try Self.entries([Self.order(1, .buy, nil, 4), Self.order(2, .buy, 90, 3)], terms: terms)
    let last = try #require(entries.last)
    #expect(last.account.equity == Money(units: 996) && last.account.buyingPower == Money(units: 646))
  }

  /// Funding due while the lane's feed shows an earlier market is not known; with the next event of the market it is.
  @Test func carryingCostsComeWithTheMarket() throws {
    let carry = CarryTerms(funding: [CarryTerms.Funding(time: 5_500, rate: 10_000_000)])
    var terms = LaneTerms(carry: carry)
    let delayed = LatencyModel(
      feed: .constant(nanoseconds: 2_000), newOrderNanoseconds: 0, acknowledgementNanoseconds: 0)
    // One lot at a middle of 100, one hundredth of it.
    for (latency, known) in [(LatencyModel(), 6_000), (delayed, 12_000)] as [(LatencyModel, Int64)] {
      terms.latency = latency
      let script = Array(repeating: [ScriptedAction](), count: 3) + [[.send(Self.order(1, .buy, nil, 1))]]
      let keeper = Bookkeeper(script: script, period: 1_000)
      var run = try LaneRunner(strategies: [keeper], terms: [terms], instruments: [Self.instrument])
      var source = QuoteSource([(0, 99, 101), (10_000, 99, 101), (20_000, 99, 101)])
      run.run(&source)
      for entry in keeper.diary.entries {
        #expect(entry.account.fees == (entry.time < known ? .zero : Money(units: 1)), "\(entry.time)")
      }
    }
  }

  /// Two for one: twice the lots at the same cost, and nothing gained.
  @Test func splitsKeepCostAndGains() throws {
    let split = try #require(ShareSplit(2, for: 1))
    let keeper = Bookkeeper(script: [[.send(Self.order(1, .buy, nil, 3))]], period: 1_000)
    var run = try LaneRunner(
      strategies: [keeper], terms: [LaneTerms()], instruments: [Self.instrument],
      options: LaneRunOptions(changes: InstrumentChanges(splits: [.init(time: 5_500, split: split)])))
    var source = QuoteSource([(0, 100, 102), (10_000, 50, 51), (20_000, 50, 51)])
    run.run(&source)
    let entries = keeper.diary.entries
    let before = try #require(entries.last { $0.time < 5_500 })
    let after = try #require(entries.first { $0.time > 5_500 })
    let last = try #require(entries.last)
    #expect(before.position.lots == 3 && after.position.lots == 6)
    #expect(before.position.cost == Money(units: 306) && after.position.cost == Money(units: 306))
    #expect(after.position.averageCost == Money(units: 51) && after.position.realised == .zero)
    // 101 halved is 50.5, until the market says 50.5 as well.
    #expect(after.account.equity == before.account.equity && last.account.equity == before.account.equity)
  }
}
