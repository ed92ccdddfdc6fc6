import Execution
import MarketTypes
import Simulation
import Strategies
import Synchronization
import TestSupport
import Testing

/// Adds up what it hears of trades and of bars built here.
private struct Listener: Strategy {
  final class Heard: Sendable {
    let tradedLots = Atomic<Int64>(0)
    let barLots = Atomic<Int64>(0)
  }

  static let name = "listener"
  var heard = Heard()

  init(_ parameters: ParameterValues) {}

  var subscriptions: Subscriptions { Subscriptions(trades: true, barIntervalNanoseconds: 1_000) }

  mutating func traded(_ trade: MarketTrade, _ desk: inout Desk) {
    heard.tradedLots.add(trade.quantity, ordering: .relaxed)
  }

  mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk) {
    heard.barLots.add(bar.volume, ordering: .relaxed)
  }
}

/// Sends one sell stop at the start.
private struct Stopped: Strategy {
  static let name = "stopped"

  init(_ parameters: ParameterValues) {}

  var subscriptions: Subscriptions { Subscriptions() }

  mutating func started(_ desk: inout Desk) {
    desk.send(
      OrderTerms(
        identifier: OrderIdentifier(1), side: .sell, type: .stop, quantity: Quantity(lots: 3),
        stopPrice: Price(ticks: 95)))
  }
}

@Suite struct PrintTests {
  /// Orders of 10 lots at 98, 96 and 94, executed one after the other; the second in an auction, whose print repeats it.
  private static func market() -> EventBatch {
    var batch = EventBatch(capacity: 32)
    for price in [98, 96, 94, 90] as [Int32] {
      batch.append(EventCode(.add), time: 100)
      batch.append(price: price, sideIndex: 0)
      batch.append(quantity: 10)
    }
    for (slot, isMarked) in [(0, false), (1, true), (2, false)] {
      batch.append(EventCode(.executeWhole, isMarked: isMarked), time: Int64(1_000 * (slot + 1)))
      batch.append(slot: UInt32(slot))
      guard isMarked else { continue }
      batch.append(EventCode(.trade, isMarked: true), time: Int64(1_000 * (slot + 1)))
      batch.append(price: 96, sideIndex: 0)
      batch.append(quantity: 10)
    }
    batch.append(EventCode(.status), time: 9_000)
    batch.append(quantity: Int64(MarketStatus.open.rawValue))
    return batch
  }

  private static let instruments = [Instrument(symbol: "A", tick: .one)]

  @Test(arguments: [0, 50] as [Int64])
  func anExecutionWithAPrintOfItsOwnIsOneTrade(feedNanoseconds: Int64) throws {
    let listener = try Listener(ParameterValues([:], for: Listener.self))
    var run = try LaneRunner(
      strategies: [listener],
      terms: [LaneTerms(latency: LatencyModel(feed: .constant(nanoseconds: feedNanoseconds)))],
      instruments: Self.instruments)
    run.apply(Self.market())
    run.finish()
    #expect(listener.heard.tradedLots.load(ordering: .relaxed) == 30)
    #expect(listener.heard.barLots.load(ordering: .relaxed) == 30)
  }

  /// Executions of named orders are trades: a stop at 95 falls at the one at 94, not before.
  @Test func stopsFollowExecutions() throws {
    var run = try LaneRunner(
      strategies: [try Stopped(ParameterValues([:], for: Stopped.self))], terms: [LaneTerms()],
      instruments: Self.instruments)
    run.apply(Self.market())
    run.finish()
    let fills = run.takeFills()
    #expect(fills.map(\.time) == [3_000])
    #expect(fills.map(\.price) == [90])
  }
}
