import Accounting
import Execution
import MarketTypes
import RiskControls
import Simulation
import Strategies
import Synchronization
import TestSupport
import Testing

/// Plays a script, and notes at every timer what the desk says of its orders.
private struct Watcher: Strategy {
  struct Line: Equatable, Sendable {
    var time: Int64
    var number: UInt64
    var price: Int32
    var requested: Int32
    var open: Int64
  }

  final class Notes: Sendable {
    let lines = Mutex<[Line]>([])
  }

  static let name = "watcher"
  var script = ScriptedStrategy(script: [], period: 1_000)
  let notes = Notes()

  init(_ parameters: ParameterValues) {}

  init(_ actions: [Int: [ScriptedAction]]) {
    let last = actions.keys.max() ?? 0
    script = ScriptedStrategy(script: (0...last).map { actions[$0 + 1] ?? [] }, period: 1_000)
  }

  var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: 1_000) }

  mutating func timer(_ desk: inout Desk) {
    for order in desk.orders {
      let line = Line(
        time: desk.time, number: order.identifier, price: order.price.ticks, requested: order.requestedPrice.ticks,
        open: order.openQuantity)
      notes.lines.withLock { $0.append(line) }
    }
    script.timer(&desk)
  }
}

/// What a lane is told of its orders, and what is noted of them.
@Suite struct OrderStepTests {
  static let instrument = Instrument(symbol: "TEST", tick: .one)
  /// Requests take 2 µs, notices 3 µs.
  static let latency = LatencyModel(newOrderNanoseconds: 2_000, acknowledgementNanoseconds: 3_000)
  static let none = Int32.min

  private static func terms(
    _ number: UInt64, _ side: Side, _ price: Int32, _ lots: Int64, type: OrderType = .limit
  ) -> OrderTerms {
    OrderTerms(
      identifier: OrderIdentifier(number), side: side, type: type, price: Price(ticks: price),
      quantity: Quantity(lots: lots))
  }

  private static func watch(
    _ actions: [Int: [ScriptedAction]],
    quotes: [(time: Int64, bid: Int32, ask: Int32)] = [(0, 99, 101), (40_000, 99, 101)]
  ) throws -> (lines: [Watcher.Line], steps: [OrderTransition]) {
    let watcher = Watcher(actions)
    var run = try LaneRunner(
      strategies: [watcher], terms: [LaneTerms(latency: latency)], instruments: [instrument])
    var source = QuoteSource(quotes)
    run.run(&source)
    return (watcher.notes.lines.withLock { $0 }, run.takeTransitions())
  }

  // MARK: - Prices

  /// An amend sent at 10 µs is at the venue at 12 and known at 15: until then the order has its old price for the lane.
  @Test func anAmendIsKnownWhenItIsAnswered() throws {
    let (lines, _) = try Self.watch([1: [.send(Self.terms(1, .buy, 90, 5))], 10: [.amend(1, price: 91, quantity: 7)]])
    for line in lines {
      #expect(line.price == (line.time < 15_000 ? 90 : 91), "\(line.time)")
      #expect(line.requested == (line.time <= 10_000 ? 90 : 91), "\(line.time)")
      #expect(line.open == (line.time < 15_000 ? 5 : 7), "\(line.time)")
    }
    #expect(lines.last?.time == 40_000)
  }

  /// A post-only order may not cross: what was asked for is forgotten when the refusal arrives.
  @Test func aRefusedAmendIsForgotten() throws {
    var order = Self.terms(1, .buy, 90, 5)
    order.flags = .postOnly
    let (lines, _) = try Self.watch([1: [.send(order)], 10: [.amend(1, price: 103, quantity: 5)]])
    for line in lines {
      #expect(line.price == 90)
      #expect(line.requested == (line.time > 10_000 && line.time < 15_000 ? 103 : 90), "\(line.time)")
    }
  }

  /// The venue does not say where a peg stands; the lane knows the limit that it set.
  @Test func aPegShowsItsLimitAlone() throws {
    var capped = Self.terms(2, .buy, 95, 5, type: .peggedPrimary)
    capped.offset = 1
    var free = Self.terms(1, .buy, 90, 5, type: .peggedPrimary)
    free.price = .none
    let (lines, _) = try Self.watch(
      [1: [.send(free), .send(capped)], 20: [.amend(1, price: 80, quantity: 4), .amend(2, price: 96, quantity: 6)]],
      quotes: [(0, 99, 101), (8_000, 94, 101), (30_000, 97, 101), (40_000, 97, 101)])
    for line in lines where line.number == 1 {
      #expect(line.price == Self.none && line.requested == Self.none)
      #expect(line.open == (line.time < 25_000 ? 5 : 4))
    }
    for line in lines where line.number == 2 {
      #expect(line.price == (line.time < 25_000 ? 95 : 96))
      #expect(line.open == (line.time < 25_000 ? 5 : 6))
    }
  }

  /// A stop-limit's limit is amended, its stop price stays: the amended limit decides where it rests once triggered.
  @Test func aStopTakesItsAmendedLimitAlong() throws {
    var order = Self.terms(1, .buy, 103, 5, type: .stopLimit)
    order.stopPrice = Price(ticks: 102)
    let watcher = Watcher([1: [.send(order)], 10: [.amend(1, price: 100, quantity: 8)]])
    var run = try LaneRunner(
      strategies: [watcher], terms: [LaneTerms(latency: Self.latency)], instruments: [Self.instrument])
    var batch = EventBatch(capacity: 16)
    func quote(_ time: Int64) {
      batch.append(EventCode(.quote), time: time)
      batch.append(price: 99, sideIndex: 0)
      batch.append(price: 101, sideIndex: 1)
      batch.append(quantity: 1_000)
      batch.append(quantity: 1_000)
    }
    quote(0)
    batch.append(EventCode(.trade, side: .buy), time: 20_000)
    batch.append(price: 102, sideIndex: 0)
    batch.append(quantity: 1)
    quote(40_000)
    run.apply(batch)
    run.finish()
    let steps = run.takeTransitions()
    #expect(steps.map(\.step) == [.received, .validated, .riskApproved, .routed, .acknowledged, .amended, .triggered])
    #expect(steps.last?.price == 100 && steps.last?.quantity == 8)
    #expect(run.takeFills().isEmpty)
  }

  // MARK: - Settled and confirmed

  /// Days that settlement takes, and what becomes of an order: every order that traded settles once, after its last fill, and
  /// every one that ended is confirmed, whether the whole of it traded or not.
  @Test(arguments: [0, 1, 2, 5]) func whatTradedSettles(days: Int) throws {
    // A Thursday, 10:00.
    let start: Int64 = 1_700_128_800_000_000_000
    var partial = Self.terms(2, .buy, 101, 1_500)
    partial.timeInForce = .immediateOrCancel
    var expiring = Self.terms(3, .sell, 99, 1_200)
    expiring.timeInForce = .goodTillDate
    expiring.expiry = Timestamp(nanoseconds: start + 20_000)
    let watcher = Watcher([
      1: [.send(Self.terms(1, .buy, 101, 10))], 3: [.send(partial)], 5: [.send(expiring)],
      7: [.send(Self.terms(4, .buy, 50, 10))], 20: [.cancel(4)],
    ])
    let terms = LaneTerms(latency: Self.latency, settlementDays: days)
    var run = try LaneRunner(strategies: [watcher], terms: [terms], instruments: [Self.instrument])
    var source = QuoteSource([(start, 99, 101), (start + 2_000_000, 99, 101)])
    run.run(&source)
    let steps = Dictionary(grouping: run.takeTransitions(), by: \.identifier)
    let day: Int64 = 86_400_000_000_000
    // Friday is one business day on, then a weekend lies between.
    let calendarDays = [0: 0, 1: 1, 2: 4, 5: 7][days] ?? 0
    for (number, ending) in [1: OrderStep.filled, 2: .cancelled, 3: .expired, 4: .cancelled] as [UInt64: OrderStep] {
      let own = try #require(steps[number])
      let ends = own.filter { [.filled, .cancelled, .expired, .rejected].contains($0.step) }
      #expect(ends.map(\.step) == [ending], "order \(number)")
      let settled = own.filter { $0.step == .settled }
      #expect(settled.count == (number == 4 ? 0 : 1), "order \(number)")
      if let last = own.last(where: { $0.step == .filled || $0.step == .partiallyFilled }) {
        let expected = days == 0 ? last.time : (last.time / day + Int64(calendarDays)) * day
        #expect(settled.first?.time == expected, "order \(number)")
      }
      let confirmed = own.filter { $0.step == .confirmed }
      #expect(confirmed.map(\.time) == ends.map { $0.time + 3_000 }, "order \(number)")
      #expect(own.last?.step == .confirmed)
    }
  }
}
