import Accounting
import Execution
import MarketTypes
import Simulation
import Strategies
import TestSupport
import Testing

/// Plays a script: one list of actions a timer.
struct ScriptedStrategy: Strategy {
  static let name = "scripted"
  var script: [[ScriptedAction]] = []
  var period: Int64 = 1
  var step = 0

  init(_ parameters: ParameterValues) {}

  init(script: [[ScriptedAction]], period: Int64) {
    self.script = script
    self.period = period
  }

  var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: period) }

  mutating func timer(_ desk: inout Desk) {
    defer { step += 1 }
    guard step < script.count else { return }
    for action in script[step] {
      switch action {
      case .send(let terms): desk.send(terms)
      case .cancel(let number):
        if let order = desk.order(identifier: number) { desk.cancel(order.handle) }
      case .amend(let number, let price, let quantity):
        if let order = desk.order(identifier: number) {
          desk.amend(order.handle, price: Price(ticks: price), quantity: quantity)
        }
      }
    }
  }
}

/// Random order flow as a source; the same seed gives the same events.
struct FlowSource: EventSource, ~Copyable {
  var flow: RandomOrderFlow
  var batches: Int
  let instrumentCount = 1

  init(seed: UInt64, shape: RandomOrderFlow.Shape, batches: Int) {
    flow = RandomOrderFlow(seed: seed, shape: shape)
    self.batches = batches
  }

  func makeBatch() -> EventBatch { EventBatch(capacity: 100) }

  mutating func nextBatch(into batch: inout EventBatch) throws(Never) -> Bool {
    guard batches > 0 else { return false }
    batches -= 1
    flow.fill(&batch, count: 100)
    return true
  }
}

@Suite struct LaneRunnerTests {
  static let period: Int64 = 3_000_000

  static func script(seed: UInt64) -> [[ScriptedAction]] {
    var random = SeededGenerator(seed: seed)
    var sent: UInt64 = 0
    return (0..<600).map { _ in
      (0..<Int.random(in: 0...2, using: &random)).map { _ in
        let dice = Int.random(in: 0..<100, using: &random)
        if dice < 25, sent > 0 { return .cancel(UInt64.random(in: (sent > 12 ? sent - 12 : 1)...sent, using: &random)) }
        let price = 10_000 + Int32.random(in: -45...45, using: &random)
        let quantity = Int64.random(in: 1...400, using: &random)
        if dice < 35, sent > 0 {
          return .amend(
            UInt64.random(in: (sent > 12 ? sent - 12 : 1)...sent, using: &random), price: price, quantity: quantity)
        }
        sent += 1
        let types: [(OrderType, TimeInForce)] = [
          (.limit, .goodTillCancelled), (.limit, .goodTillCancelled), (.limit, .goodTillCancelled),
          (.limit, .immediateOrCancel), (.limit, .fillOrKill), (.market, .immediateOrCancel),
        ]
        let kind = types.randomElement(using: &random) ?? types[0]
        return .send(
          OrderTerms(
            identifier: OrderIdentifier(sent), side: Bool.random(using: &random) ? .buy : .sell, type: kind.0,
            price: kind.0 == .market ? .none : Price(ticks: price), quantity: Quantity(lots: quantity),
            timeInForce: kind.1, flags: Int.random(in: 0..<4, using: &random) == 0 ? .postOnly : []))
      }
    }
  }

  static func latency(_ seed: UInt64) -> LatencyModel {
    let models = [
      LatencyModel(),
      LatencyModel(newOrderNanoseconds: 500_000, acknowledgementNanoseconds: 700_000),
      LatencyModel(
        feed: .constant(nanoseconds: 10_000), newOrderNanoseconds: 2_000_001, cancelNanoseconds: 900_000,
        amendNanoseconds: 4_500_000, acknowledgementNanoseconds: 3_000_000),
    ]
    return models[Int(seed % 3)]
  }

  struct Outcome: Equatable {
    var fills: [ReferenceLane.Fill]
    var lots: Int64
    var cash: Int128
  }

  static func outcomes(lanes: [UInt64], market: UInt64, shape: RandomOrderFlow.Shape) throws -> [Outcome] {
    var run = try LaneRunner(
      strategies: lanes.map { ScriptedStrategy(script: script(seed: $0), period: period) },
      terms: lanes.map { LaneTerms(latency: latency($0), fees: FeeSchedule(makerRate: -20_000, takerRate: 100_000)) },
      instruments: [Instrument(symbol: "TEST", tick: .one)], options: LaneRunOptions(ordersPerLane: 2_048))
    var source = FlowSource(seed: market, shape: shape, batches: 30)
    run.run(&source)
    let fills = run.takeFills()
    return lanes.indices.map { lane in
      Outcome(
        fills: fills.filter { $0.lane == lane }.map {
          ReferenceLane.Fill(
            time: $0.time, order: $0.identifier, price: $0.price, quantity: $0.quantity, isMaker: $0.isMaker)
        }, lots: run.ledger(lane: lane).lots, cash: run.ledger(lane: lane).cash)
    }
  }

  @Test(arguments: [RandomOrderFlow.Shape.calm, .swings])
  func everyLaneEqualsTheObviousOne(shape: RandomOrderFlow.Shape) throws {
    for market in 0..<6 as Range<UInt64> {
      let lanes = (0..<3).map { market * 3 + $0 }
      let together = try Self.outcomes(lanes: lanes, market: market, shape: shape)
      for (place, lane) in lanes.enumerated() {
        var reference = ReferenceLane(
          latency: Self.latency(lane), period: Self.period, script: Self.script(seed: lane))
        var source = FlowSource(seed: market, shape: shape, batches: 30)
        var batch = source.makeBatch()
        while source.nextBatch(into: &batch) {
          var cursor = EventCursor()
          while let event = cursor.next(in: batch) { reference.apply(event) }
        }
        #expect(together[place].fills == reference.fills, "market \(market) lane \(lane)")
        #expect(together[place].lots == reference.lots)
        #expect(together[place].cash == reference.cash)
        #expect(!reference.fills.isEmpty)
      }
    }
  }

  @Test func alonessAndOrderChangeNothing() throws {
    let lanes: [UInt64] = Array(0..<24)
    let together = try Self.outcomes(lanes: lanes, market: 1, shape: .calm)
    let reversed = try Self.outcomes(lanes: lanes.reversed(), market: 1, shape: .calm)
    #expect(together == reversed.reversed())
    for lane in lanes {
      #expect(try Self.outcomes(lanes: [lane], market: 1, shape: .calm)[0] == together[Int(lane)])
    }
  }
}
