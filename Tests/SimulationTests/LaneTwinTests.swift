import Accounting
import Execution
import Foundation
import MarketTypes
import Simulation
import Strategies
import TestSupport
import Testing

/// Scripts of every kind of order, on random data, agree with the obvious lane to the last lot.
@Suite struct LaneTwinTests {
  static let period: Int64 = 3_000_000

  /// What scripts are made of: plain orders everywhere, the rest where it is asked for.
  enum Mix: CaseIterable { case plain, special }

  static func script(seed: UInt64, mix: Mix, steps: Int, start: Int64) -> [[ScriptedAction]] {
    var random = SeededGenerator(seed: seed)
    var sent: UInt64 = 0
    func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    return (0..<steps).map { step in
      (0..<below(3)).map { _ in
        let dice = below(100)
        if dice < 22, sent > 0 { return .cancel(sent - UInt64(below(Int(min(sent, 12))))) }
        let price = 10_000 + Int32(below(91)) - 45
        let quantity = Int64(1 + below(400))
        if dice < 31, sent > 0 {
          return .amend(sent - UInt64(below(Int(min(sent, 12)))), price: price, quantity: quantity)
        }
        if dice < 38, sent > 0 {
          return .amendBy(
            sent - UInt64(below(Int(min(sent, 12)))), offset: Int32(below(7)) - 3, quantity: quantity,
            fromRequested: below(2) == 0)
        }
        sent += 1
        var terms = OrderTerms(
          identifier: OrderIdentifier(sent), side: below(2) == 0 ? .buy : .sell, price: Price(ticks: price),
          quantity: Quantity(lots: quantity), flags: below(5) == 0 ? .postOnly : [])
        switch below(8) {
        case 0: terms.timeInForce = .immediateOrCancel
        case 1: terms.timeInForce = .fillOrKill
        case 2:
          terms.type = .market
          terms.price = .none
        default: break
        }
        if mix == .special {
          let now = start + Int64(step + 1) * period
          makeSpecial(&terms, now: now, dice: (0..<6).map { _ in below(24) })
        }
        return terms.type == .limit && below(3) == 0 ? .sendAtTouch(terms, offset: Int32(below(13)) - 6) : .send(terms)
      }
    }
  }

  private static func makeSpecial(_ terms: inout OrderTerms, now: Int64, dice: [Int]) {
    let near = Price(ticks: 10_000 + Int32(dice[1] * 4) - 46)
    switch dice[0] {
    case 0...2:
      terms.type = .stop
      terms.price = .none
      terms.stopPrice = near
    case 3...5:
      terms.type = .stopLimit
      terms.stopPrice = near
      if terms.price.isNone { terms.price = near }
    case 6, 7:
      terms.type = .trailingStop
      terms.price = .none
      terms.offset = Int32(dice[2])
      if dice[3] < 12 { terms.stopPrice = near }
    case 8, 9:
      terms.type = dice[2] < 12 ? .peggedPrimary : .peggedMidpoint
      terms.offset = Int32(dice[3] / 4)
      if dice[4] < 12 { terms.price = .none }
      terms.timeInForce = .goodTillCancelled
    case 10...12: terms.displayQuantity = Quantity(lots: Int64(1 + dice[2] * 4))
    case 13, 14: terms.flags.insert(.hidden)
    case 15: terms.timeInForce = dice[2] < 12 ? .atOpen : .atClose
    case 16: terms.timeInForce = .day
    case 17, 18: terms.minimumQuantity = Quantity(lots: Int64(1 + dice[2] * 8))
    default: break
    }
    if dice[5] < 4 {
      terms.timeInForce = .goodTillDate
      terms.expiry = Timestamp(nanoseconds: now + Int64(dice[4]) * 2_700_001)
    }
    terms.selfTradePrevention = SelfTradePrevention.allCases[dice[3] % SelfTradePrevention.allCases.count]
  }

  static func terms(_ lane: Int) -> LaneTerms {
    LaneTerms(
      // All but the last, which is recorded: random markets have one clock.
      latency: LaneIndependenceTests.latencies[lane % (LaneIndependenceTests.latencies.count - 1)],
      fees: FeeSchedule(makerRate: -20_000, takerRate: 100_000),
      queueModel: LaneIndependenceTests.models[lane % LaneIndependenceTests.models.count],
      tradesAtLastPrice: lane % 3 == 0, fillChance: chances[lane % chances.count])
  }

  /// Of fills at the price: certain, likely, even, and never.
  static let chances: [FillChance?] = [
    nil, FillChance(probability: 0.8, seed: 7, stream: 3), FillChance(probability: 0.5, seed: 9),
    FillChance(probability: 0), FillChance(probability: 1, seed: 1), FillChance(probability: 0.3, seed: 2, stream: 9),
  ]

  struct Outcome: Equatable {
    var fills: [ReferenceLane.Fill]
    var lots: Int64
    var cash: Int128
  }

  /// Compares several lanes of one run with one reference each.
  static func compare<Source: EventSource & ~Copyable>(
    lanes: [Int], mix: Mix, steps: Int, start: Int64 = 1_700_000_000_000_000_000, source: () -> Source
  ) throws where Source.Failure == Never {
    let scripts = lanes.map { script(seed: UInt64($0), mix: mix, steps: steps, start: start) }
    var run = try LaneRunner(
      strategies: scripts.map { ScriptedStrategy(script: $0, period: period) }, terms: lanes.map(terms),
      instruments: [Instrument(symbol: "TEST", tick: .one)], options: LaneRunOptions(ordersPerLane: 2_048))
    var feed = source()
    run.run(&feed)
    let fills = run.takeFills()
    for (place, lane) in lanes.enumerated() {
      var reference = ReferenceLane(terms: terms(lane), period: period, script: scripts[place])
      var source = source()
      var batch = source.makeBatch()
      while source.nextBatch(into: &batch) {
        var cursor = EventCursor()
        while let event = cursor.next(in: batch) { reference.apply(event) }
      }
      reference.finish()
      let found = fills.filter { $0.lane == place }.map {
        ReferenceLane.Fill(
          time: $0.time, order: $0.identifier, price: $0.price, quantity: $0.quantity, isMaker: $0.isMaker)
      }
      if let first = zip(found, reference.fills).first(where: { $0 != $1 }) {
        Issue.record("lane \(lane): \(first.0) here, \(first.1) in the reference")
      }
      #expect(found.count == reference.fills.count, "lane \(lane)")
      #expect(run.ledger(lane: place).lots == reference.lots, "lane \(lane)")
      #expect(run.ledger(lane: place).cash == reference.cash, "lane \(lane)")
    }
    #expect(!fills.isEmpty)
  }

  /// Two markets of each shape, which cover all latencies and models, and forty in long tests.
  static let markets: Range<Int> = 0..<(LaneIndependenceTests.isLong ? 40 : 2)

  @Test(arguments: [RandomOrderFlow.Shape.calm, .swings], Mix.allCases)
  func onOrderFeeds(shape: RandomOrderFlow.Shape, mix: Mix) throws {
    for market in Self.markets {
      try Self.compare(
        lanes: (0..<5).map { market * 5 + $0 }, mix: mix, steps: LaneIndependenceTests.isLong ? 200 : 100
      ) {
        FlowSource(seed: UInt64(market), shape: shape, batches: LaneIndependenceTests.isLong ? 10 : 4)
      }
    }
  }

  @Test(arguments: RandomLevelFlow.Shape.allCases, Mix.allCases)
  func onLevelFeeds(shape: RandomLevelFlow.Shape, mix: Mix) throws {
    for market in Self.markets {
      try Self.compare(
        lanes: (0..<5).map { market * 5 + $0 }, mix: mix, steps: LaneIndependenceTests.isLong ? 200 : 100
      ) {
        LevelSource(
          seed: UInt64(market), shape: shape, batches: shape == .bars ? 1 : LaneIndependenceTests.isLong ? 10 : 4)
      }
    }
  }
}
