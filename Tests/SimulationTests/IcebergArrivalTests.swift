import Accounting
import Execution
import MarketTypes
import Simulation
import Strategies
import TestSupport
import Testing

/// What goes through an iceberg goes on with what it shows anew.
@Suite struct IcebergArrivalTests {
  static let instrument = Instrument(symbol: "TEST", tick: .one)

  static func iceberg(_ number: UInt64, price: Int32, quantity: Int64, shown: Int64) -> ScriptedAction {
    .send(
      OrderTerms(
        identifier: OrderIdentifier(number), side: .buy, price: Price(ticks: price),
        quantity: Quantity(lots: quantity), displayQuantity: Quantity(lots: shown)))
  }

  static func add(_ side: Side, _ price: Int32, _ quantity: Int64, at time: Int64, to batch: inout EventBatch) {
    batch.append(EventCode(.add, side: side), time: time, instrument: 0)
    batch.append(price: price, sideIndex: side == .buy ? 0 : 1)
    batch.append(quantity: quantity)
  }

  static func fills(_ script: [ScriptedAction], _ batch: borrowing EventBatch) throws -> [LaneFill] {
    var run = try LaneRunner(
      strategies: [ScriptedStrategy(script: [script], period: 1_000)], terms: [LaneTerms()],
      instruments: [instrument])
    run.apply(batch)
    run.finish()
    return run.takeFills()
  }

  /// An iceberg of 100 that shows 10 and a plain order of 10 behind it, at one price: an arrival of 45 takes the shown
  /// part, then the plain order, then part after part.
  @Test func anArrivalTakesPartAfterPart() throws {
    var batch = EventBatch(capacity: 64)
    Self.add(.sell, 200, 5, at: 500, to: &batch)
    Self.add(.buy, 90, 5, at: 1_000, to: &batch)
    Self.add(.sell, 100, 45, at: 50_000, to: &batch)
    let plain = ScriptedAction.send(
      OrderTerms(
        identifier: OrderIdentifier(2), side: .buy, price: Price(ticks: 100), quantity: Quantity(lots: 10)))
    let lower = ScriptedAction.send(
      OrderTerms(
        identifier: OrderIdentifier(3), side: .buy, price: Price(ticks: 99), quantity: Quantity(lots: 10)))
    let fills = try Self.fills([Self.iceberg(1, price: 100, quantity: 100, shown: 10), plain, lower], batch)
    #expect(fills.map(\.identifier) == [1, 2, 1, 1, 1])
    #expect(fills.map(\.quantity) == [10, 10, 10, 10, 5])
    #expect(fills.allSatisfy { $0.cause == .crossedByArrival && $0.price == 100 })
  }

  /// The whole iceberg goes before the next price is reached.
  @Test func theNextPriceComesAfterTheWholeIceberg() throws {
    var batch = EventBatch(capacity: 64)
    Self.add(.sell, 200, 5, at: 500, to: &batch)
    Self.add(.buy, 90, 5, at: 1_000, to: &batch)
    Self.add(.sell, 99, 38, at: 50_000, to: &batch)
    let lower = ScriptedAction.send(
      OrderTerms(
        identifier: OrderIdentifier(3), side: .buy, price: Price(ticks: 99), quantity: Quantity(lots: 10)))
    let fills = try Self.fills([Self.iceberg(1, price: 100, quantity: 35, shown: 10), lower], batch)
    #expect(fills.map(\.identifier) == [1, 1, 1, 1, 3])
    #expect(fills.map(\.quantity) == [10, 10, 10, 5, 3])
  }

  /// An execution at the iceberg's price takes what was ahead of the executed order only: the next part stands behind it.
  @Test func anExecutionBehindTakesTheShownPartOnly() throws {
    var batch = EventBatch(capacity: 64)
    Self.add(.sell, 200, 5, at: 500, to: &batch)
    Self.add(.buy, 90, 5, at: 1_000, to: &batch)
    Self.add(.buy, 100, 50, at: 40_000, to: &batch)
    batch.append(EventCode(.executePart), time: 50_000, instrument: 0)
    batch.append(slot: 2)
    batch.append(change: 40)
    let fills = try Self.fills([Self.iceberg(1, price: 100, quantity: 100, shown: 10)], batch)
    #expect(fills.map(\.quantity) == [10])
  }

  /// An amend must not turn an iceberg into more parts than one may be sent with.
  @Test func anAmendIntoTooManyPartsIsRefused() throws {
    var batch = EventBatch(capacity: 64)
    Self.add(.sell, 200, 5, at: 500, to: &batch)
    Self.add(.buy, 90, 5, at: 1_000, to: &batch)
    Self.add(.buy, 90, 5, at: 20_000, to: &batch)
    Self.add(.sell, 100, 1 << 40, at: 50_000, to: &batch)
    var run = try LaneRunner(
      strategies: [
        ScriptedStrategy(
          script: [
            [Self.iceberg(1, price: 100, quantity: 10, shown: 1)],
            [.amend(1, price: 100, quantity: 1 << 40)],
          ], period: 1_000)
      ], terms: [LaneTerms()], instruments: [Self.instrument])
    run.apply(batch)
    run.finish()
    #expect(run.ledger(lane: 0).lots == 10)
  }
}
