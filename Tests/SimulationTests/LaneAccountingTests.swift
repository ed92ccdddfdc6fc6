import Accounting
import Execution
import MarketTypes
import Simulation
import Strategies
import TestSupport
import Testing

/// What fills say adds up to what ledgers say, and no share is taken twice.
@Suite struct LaneAccountingTests {
  static let instrument = Instrument(symbol: "TEST", tick: .one)

  @Test(arguments: [false, true])
  func fillsAddUpToLedgers(isPlain: Bool) throws {
    var schedule = FeeSchedule(makerRate: -20_000, takerRate: 100_000)
    if !isPlain {
      schedule.perFill = 350_000_000
      schedule.orderBounds = FeeSchedule.Bounds(minimum: 2_000_000_000, maximum: 90_000_000_000)
      schedule.sellDuty = FeeSchedule.Duty(rate: 27_000, perUnit: 1_000)
      schedule.tiers = [
        FeeSchedule.Tier(volume: 1_000_000, rates: FeeSchedule.Rates(makerRate: -25_000, takerRate: 80_000))
      ]
    }
    let lanes = Array(0..<12)
    var run = try LaneRunner(
      strategies: lanes.map { LaneIndependenceTests.strategy($0) },
      terms: lanes.map {
        var terms = LaneIndependenceTests.terms($0)
        terms.fees = schedule
        return terms
      }, instruments: [Self.instrument])
    var source = FlowSource(seed: 3, shape: .calm, batches: 5)
    run.run(&source)
    let fills = run.takeFills()
    #expect(!fills.isEmpty)
    for lane in lanes {
      let (ledger, own) = (run.ledger(lane: lane), fills.filter { $0.lane == lane })
      let signed = own.map { $0.side == .buy ? $0.quantity : -$0.quantity }
      #expect(ledger.lots == signed.reduce(0, +))
      #expect(ledger.cash == zip(own, signed).reduce(Int128(0)) { $0 - Int128($1.0.price) * Int128($1.1) })
      #expect(ledger.fees == own.reduce(Int128(0)) { $0 + Int128($1.fee) })
      #expect(ledger.turnoverLots == own.reduce(0) { $0 + $1.quantity })
      #expect(ledger.fillCount == Int64(own.count))
      // Equity is cash and position at the middle, less fees.
      if run.lastBidPlusAsk() != .min {
        let value = 2 * ledger.cash + Int128(ledger.lots) * Int128(run.lastBidPlusAsk())
        #expect(run.equity(lane: lane) == value * 500_000_000 - ledger.fees)
      }
    }
  }

  /// A level of 100 and eight orders of 30 that take it: three whole, one in part, the rest nothing.
  @Test func takersShareWhatRests() throws {
    var batch = EventBatch(capacity: 64)
    batch.append(EventCode(.add, side: .sell), time: 1_000, instrument: 0)
    batch.append(price: 101, sideIndex: 1)
    batch.append(quantity: 100)
    batch.append(EventCode(.add, side: .buy), time: 50_000, instrument: 0)
    batch.append(price: 90, sideIndex: 0)
    batch.append(quantity: 1)
    let script = (1...8).map { number in
      [
        ScriptedAction.send(
          OrderTerms(
            identifier: OrderIdentifier(UInt64(number)), side: .buy, price: Price(ticks: 101),
            quantity: Quantity(lots: 30), timeInForce: .immediateOrCancel))
      ]
    }
    var run = try LaneRunner(
      strategies: [ScriptedStrategy(script: script, period: 1_000)], terms: [LaneTerms()],
      instruments: [Self.instrument])
    run.apply(batch)
    run.finish()
    #expect(run.takeFills().map(\.quantity) == [30, 30, 30, 10])
  }

  /// An execution of 50 behind two orders of 30 fills one whole and one in part.
  @Test func makersShareWhatIsTraded() throws {
    var batch = EventBatch(capacity: 64)
    for (time, quantity) in [(1_000, 1), (100_000, 80)] as [(Int64, Int64)] {
      batch.append(EventCode(.add, side: .buy), time: time, instrument: 0)
      batch.append(price: 90, sideIndex: 0)
      batch.append(quantity: quantity)
    }
    batch.append(EventCode(.executePart), time: 110_000, instrument: 0)
    batch.append(slot: 1)
    batch.append(change: 50)
    let script = (1...2).map { number in
      [
        ScriptedAction.send(
          OrderTerms(
            identifier: OrderIdentifier(UInt64(number)), side: .buy, price: Price(ticks: 90),
            quantity: Quantity(lots: 30)))
      ]
    }
    var run = try LaneRunner(
      strategies: [ScriptedStrategy(script: script, period: 1_000)], terms: [LaneTerms()],
      instruments: [Self.instrument])
    run.apply(batch)
    let fills = run.takeFills()
    #expect(fills.map(\.quantity) == [30, 20])
    #expect(fills.allSatisfy { $0.isMaker && $0.cause == .queueReached })
  }
}
