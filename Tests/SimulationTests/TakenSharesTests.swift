import Execution
import MarketTypes
import Simulation
import Strategies
import TestSupport
import Testing

/// No two orders of a lane trade with the same shares of the market, and none is denied shares that are new.
@Suite struct TakenSharesTests {
  private static let second: Int64 = 1_000_000_000

  /// One batch of events, written one by one.
  private struct Tape: ~Copyable {
    var batch = EventBatch(capacity: 64)

    mutating func add(_ side: Side, _ price: Int32, _ quantity: Int64, at seconds: Double) {
      batch.append(EventCode(.add, side: side), time: Self.time(seconds))
      batch.append(price: price, sideIndex: side == .buy ? 0 : 1)
      batch.append(quantity: quantity)
    }

    mutating func executeWhole(_ slot: UInt32, at seconds: Double) {
      batch.append(EventCode(.executeWhole), time: Self.time(seconds))
      batch.append(slot: slot)
    }

    mutating func modify(_ slot: UInt32, to quantity: Int64, by ticks: Int32 = 0, at seconds: Double) {
      batch.append(EventCode(.modify), time: Self.time(seconds))
      batch.append(slot: slot)
      batch.append(change: quantity)
      batch.append(priceChange: ticks)
    }

    mutating func level(_ side: Side, _ price: Int32, _ total: Int64, at seconds: Double) {
      batch.append(EventCode(.setLevel, side: side), time: Self.time(seconds))
      batch.append(price: price, sideIndex: side == .buy ? 0 : 1)
      batch.append(quantity: total)
    }

    mutating func bar(_ prices: [Int32], _ volume: Int64, at seconds: Double) {
      batch.append(EventCode(.bar), time: Self.time(seconds))
      for price in prices { batch.append(price: price, sideIndex: 0) }
      batch.append(quantity: volume)
    }

    static func time(_ seconds: Double) -> Int64 { Int64(seconds * 1e9) }
  }

  private static func buy(
    _ quantity: Int64, at price: Int32?, _ timeInForce: TimeInForce = .goodTillCancelled
  ) -> ScriptedAction {
    .send(
      OrderTerms(
        identifier: OrderIdentifier(1), side: .buy, type: price == nil ? .market : .limit,
        price: price.map { Price(ticks: $0) } ?? .none, quantity: Quantity(lots: quantity), timeInForce: timeInForce))
  }

  /// Price and lots of each fill; the script's first list is played a second after the first event.
  private static func fills(_ script: [[ScriptedAction]], _ tape: consuming Tape) throws -> [[Int64]] {
    var run = try LaneRunner(
      strategies: [ScriptedStrategy(script: script, period: second)], terms: [LaneTerms()],
      instruments: [Instrument(symbol: "A", tick: .one)])
    run.apply(tape.batch)
    run.finish()
    return run.takeFills().map { [Int64($0.price), $0.quantity] }
  }

  /// The order that was taken leaves, and another comes to its price: that one is free.
  @Test func anOrderThatLeftIsForgotten() throws {
    var tape = Tape()
    tape.add(.sell, 101, 100, at: 0)
    tape.add(.sell, 101, 100, at: 0.1)
    tape.add(.sell, 102, 500, at: 0.2)
    tape.executeWhole(0, at: 1.5)
    tape.add(.sell, 101, 40, at: 1.6)
    tape.executeWhole(1, at: 1.7)
    tape.add(.sell, 103, 1, at: 3)
    // 150 of the two orders; what is left of the second has gone, the 40 are new.
    let fills = try Self.fills(
      [[Self.buy(150, at: 101, .immediateOrCancel)], [Self.buy(60, at: nil)]], tape)
    #expect(fills == [[101, 150], [101, 40], [102, 20]])
  }

  /// A seller that fills the lane's bid goes on resting in the replay, and is not there for the lane again.
  @Test func whatFilledABidIsNotTakenAgain() throws {
    var tape = Tape()
    tape.add(.buy, 100, 10, at: 0)
    tape.add(.sell, 105, 500, at: 0.1)
    tape.add(.sell, 101, 50, at: 1.5)
    tape.add(.sell, 101, 7, at: 1.6)
    tape.add(.buy, 99, 1, at: 3)
    let fills = try Self.fills([[Self.buy(50, at: 101)], [Self.buy(50, at: 101, .immediateOrCancel)]], tape)
    #expect(fills == [[101, 50], [101, 7]])
  }

  /// Of an order that is amended only what it has more than the lane took of it can fill the lane.
  @Test func anAmendBringsItsIncreaseOnly() throws {
    var tape = Tape()
    tape.add(.buy, 90, 10, at: 0)
    tape.add(.sell, 101, 200, at: 0.1)
    tape.modify(1, to: 150, at: 1.5)
    tape.modify(1, to: 260, at: 1.6)
    tape.add(.buy, 89, 1, at: 3)
    let fills = try Self.fills([[Self.buy(300, at: 101)]], tape)
    #expect(fills == [[101, 200], [101, 60]])
  }

  /// Of 40 taken from a level no more than 10 still stand once the level has held 10.
  @Test func aLevelKeepsNoMoreThanItHeld() throws {
    var tape = Tape()
    tape.level(.buy, 100, 50, at: 0)
    tape.level(.sell, 101, 100, at: 0.1)
    tape.level(.sell, 101, 10, at: 1.2)
    tape.level(.sell, 101, 200, at: 1.4)
    tape.level(.buy, 99, 1, at: 3.5)
    let fills = try Self.fills(
      [[Self.buy(40, at: nil)], [Self.buy(300, at: 101, .immediateOrCancel)], [Self.buy(5, at: nil)]], tape)
    #expect(fills == [[101, 40], [101, 190]])
  }

  /// Sent in the middle of a bar: nothing of it but its close is known to be later, and its volume is all there is.
  @Test func aBarFillsNothingFromBeforeAnOrder() throws {
    var tape = Tape()
    tape.bar([100, 100, 100, 100], 50, at: 0)
    tape.bar([100, 130, 90, 120], 50, at: 1.5)
    tape.bar([121, 125, 110, 115], 1_000, at: 2.5)
    tape.bar([115, 116, 114, 115], 1_000, at: 3.5)
    let fills = try Self.fills([[Self.buy(500, at: nil)], [Self.buy(10, at: 111)]], tape)
    #expect(fills == [[120, 50], [121, 450]])
  }
}
