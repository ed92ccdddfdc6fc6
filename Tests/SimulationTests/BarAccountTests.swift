import Accounting
import Execution
import MarketTypes
import RiskControls
import Simulation
import Strategies
import Testing

/// Bars of one price each, a day apart.
private struct DailyBars: EventSource, ~Copyable {
  let closes: [Int32]
  var isDone = false
  let instrumentCount = 1

  init(_ closes: [Int32]) { self.closes = closes }

  static let start: Int64 = 1_699_920_000_000_000_000
  static let day: Int64 = 86_400_000_000_000

  func makeBatch() -> EventBatch { EventBatch(capacity: 512) }

  mutating func nextBatch(into batch: inout EventBatch) throws(Never) -> Bool {
    if isDone { return false }
    isDone = true
    batch.removeAll()
    for (index, close) in closes.enumerated() {
      batch.append(EventCode(.bar, isEndOfEvent: true), time: Self.start + Int64(index) * Self.day)
      for _ in 0..<4 { batch.append(price: close, sideIndex: 0) }
      batch.append(quantity: 1_000_000)
    }
    return true
  }
}

/// Accounts, controls and splits on data that has bars alone.
@Suite struct BarAccountTests {
  /// A saw that rises and falls, so that every strategy trades; all prices are multiples of four.
  private static let closes = (0..<80).map { (day: Int32) -> Int32 in
    let (tooth, step): (Int32, Int32) = (day * 7 % 31, day / 9 % 5)
    return 400 + 4 * tooth + 8 * step
  }

  private struct Outcome {
    var fills: [LaneFill]
    var lots: Int64
    var cash: Int128
    var rejects: Int
  }

  private static func run<Concrete: Strategy>(
    _ type: Concrete.Type, _ values: [String: Double], closes: [Int32] = closes, terms: LaneTerms = LaneTerms(),
    splits: [InstrumentChanges.Split] = []
  ) throws -> Outcome {
    var run = try LaneRunner(
      strategies: [Concrete(try ParameterValues(values, for: Concrete.self))], terms: [terms],
      instruments: [Instrument(symbol: "TEST", tick: .one)],
      options: LaneRunOptions(changes: InstrumentChanges(splits: splits)))
    var source = DailyBars(closes)
    run.run(&source)
    return Outcome(
      fills: run.takeFills(), lots: run.ledger(lane: 0).lots, cash: run.ledger(lane: 0).cash,
      rejects: run.statistics(lane: 0).riskRejects)
  }

  /// Money for two lots of some 500 dollars, but not for ten.
  @Test func cashBuysAtTheLastPrice() throws {
    let terms = LaneTerms(credit: CreditTerms(credit: .none, capital: Money(units: 3_000)))
    let free = try Self.run(Momentum.self, ["window": 3, "quantity": 2, "short": 0])
    let paid = try Self.run(Momentum.self, ["window": 3, "quantity": 2, "short": 0], terms: terms)
    #expect(free.fills.count > 10 && paid.fills == free.fills && paid.rejects == 0)
    let tooMuch = try Self.run(Momentum.self, ["window": 3, "quantity": 10, "short": 0], terms: terms)
    #expect(tooMuch.fills.isEmpty && tooMuch.rejects > 5)
  }

  @Test func controlsOfValueGoByTheLastPrice() throws {
    var limits = RiskLimits.none
    // A fill at a bar is heard of after it: two lots short and a sale of four count as six.
    limits.notional = 3_500
    let free = try Self.run(Momentum.self, ["window": 3, "quantity": 2, "short": 1])
    let held = try Self.run(Momentum.self, ["window": 3, "quantity": 2, "short": 1], terms: LaneTerms(limits: limits))
    #expect(free.fills.count > 10 && held.fills == free.fills)
    let tooMuch = try Self.run(
      Momentum.self, ["window": 3, "quantity": 10, "short": 1], terms: LaneTerms(limits: limits))
    #expect(tooMuch.fills.isEmpty && tooMuch.rejects > 5)
  }

  /// Four shares for one at a quarter of the price: the same decisions, in four times as many lots.
  private static func changesNothing<Concrete: Strategy>(_ type: Concrete.Type, _ values: [String: Double]) throws {
    // An order that waits for the next bar would be cancelled by the split.
    let terms = LaneTerms(tradesAtLastPrice: true)
    let whole = try run(type, values, terms: terms)
    let place = 41
    let split = InstrumentChanges.Split(
      time: DailyBars.start + Int64(place) * DailyBars.day - DailyBars.day / 2, split: ShareSplit(4, for: 1)!)
    let parts = try run(
      type, values, closes: closes.enumerated().map { $0 < place ? $1 : $1 / 4 }, terms: terms, splits: [split])
    #expect(!whole.fills.isEmpty && whole.fills.count == parts.fills.count, "\(Concrete.name)")
    #expect(parts.lots == 4 * whole.lots && parts.cash == whole.cash, "\(Concrete.name)")
    for (left, right) in zip(whole.fills, parts.fills) {
      let factor: Int64 = right.time < split.time ? 1 : 4
      #expect(left.time == right.time && left.side == right.side && left.quantity * factor == right.quantity)
    }
  }

  @Test func aSplitIsNoMove() throws {
    try Self.changesNothing(Momentum.self, ["window": 5, "quantity": 3, "short": 1])
    try Self.changesNothing(MeanReversion.self, ["window": 6, "entry": 1, "exit": 0.2, "quantity": 3, "short": 1])
    try Self.changesNothing(MovingAverageCross.self, ["fast": 3, "slow": 8, "quantity": 3])
    try Self.changesNothing(BuyAndHold.self, ["quantity": 3])
  }

  /// Borrowing a short costs a third of its value a day: the account is called at the midnight that takes too much, with
  /// nothing else happening for days.
  @Test func accountsAreLookedAtWhenCarryingCostsAreDue() throws {
    var credit = CreditTerms(
      credit: .margin, capital: Money(units: 1_000),
      margin: MarginRule(initial: .init(rate: 500_000_000), maintenance: .init(rate: 250_000_000)))
    credit.closesOnCall = true
    let carry = CarryTerms(borrow: BorrowTerms(annualRate: 120_000_000_000, daysPerYear: 360))
    var run = try LaneRunner(
      strategies: [Seller()], terms: [LaneTerms(carry: carry, credit: credit)],
      instruments: [Instrument(symbol: "TEST", tick: .one)])
    var source = SparseBars()
    run.run(&source)
    // 300 a day from the second bar on; a quarter of 900 must be there, so the third midnight after it is the one.
    #expect(run.takeClosings().map(\.time) == [DailyBars.start + 4 * DailyBars.day])
  }

  /// A month of a resting market lies in one batch; whoever watches can end it there.
  @Test func runsEndWithinABatch() throws {
    var run = try LaneRunner(
      strategies: [Ticking()], terms: [LaneTerms()], instruments: [Instrument(symbol: "TEST", tick: .one)])
    let answers = Answers(3)
    run.goesOn = { answers.next() }
    var source = SparseBars()
    run.run(&source)
    #expect(run.isAbandoned && answers.asked == 3)
  }
}

private final class Answers {
  private let stopsAt: Int
  private(set) var asked = 0

  init(_ stopsAt: Int) { self.stopsAt = stopsAt }

  func next() -> Bool {
    asked += 1
    return asked < stopsAt
  }
}

/// Is called every second.
private struct Ticking: Strategy {
  static let name = "ticking"

  init() {}
  init(_ parameters: ParameterValues) {}

  var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: 1_000_000_000) }
}

/// Sells three lots short at the first bar.
private struct Seller: Strategy {
  static let name = "seller"
  var hasSold = false

  init() {}
  init(_ parameters: ParameterValues) {}

  var subscriptions: Subscriptions { Subscriptions(bars: true) }

  mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk) {
    if hasSold { return }
    hasSold = true
    desk.send(
      OrderTerms(
        identifier: OrderIdentifier(1), side: .sell, type: .market, quantity: Quantity(lots: 3),
        timeInForce: .immediateOrCancel))
  }
}

/// Two bars a day apart, and a third a month later.
private struct SparseBars: EventSource, ~Copyable {
  var isDone = false
  let instrumentCount = 1

  func makeBatch() -> EventBatch { EventBatch(capacity: 512) }

  mutating func nextBatch(into batch: inout EventBatch) throws(Never) -> Bool {
    if isDone { return false }
    isDone = true
    batch.removeAll()
    for days: Int64 in [0, 1, 31] {
      batch.append(EventCode(.bar, isEndOfEvent: true), time: DailyBars.start + days * DailyBars.day)
      for _ in 0..<4 { batch.append(price: 300, sideIndex: 0) }
      batch.append(quantity: 1_000_000)
    }
    return true
  }
}
