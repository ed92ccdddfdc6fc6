import Execution
import MarketTypes
import Simulation
import Strategies
import TestSupport
import Testing

/// Fills at an order's own price are drawn; a missed one sends the order to the back of its queue.
@Suite struct FillChanceTests {
  struct Outcome: Equatable {
    var fills: [LaneFill]
    var missed: [Int64]
  }

  static func run(_ chances: [FillChance?], _ batch: borrowing EventBatch) throws -> [Outcome] {
    let order = ScriptedAction.send(
      OrderTerms(identifier: OrderIdentifier(1), side: .buy, price: Price(ticks: 100), quantity: Quantity(lots: 10)))
    var run = try LaneRunner(
      strategies: chances.map { _ in ScriptedStrategy(script: [[order]], period: 1_000) },
      terms: chances.map { LaneTerms(fillChance: $0) }, instruments: [IcebergArrivalTests.instrument])
    run.apply(batch)
    run.finish()
    let (fills, steps) = (run.takeFills(), run.takeTransitions())
    return chances.indices.map { lane in
      Outcome(
        fills: fills.filter { $0.lane == lane }.map {
          var fill = $0
          fill.lane = 0
          return fill
        }, missed: steps.filter { $0.lane == lane && $0.step == .missed }.map(\.time))
    }
  }

  /// 50 lots join behind the order; 40 and then 10 of them are executed, 5 arrive on the other side at the price and leave,
  /// and 4 arrive through it.
  static func market() -> EventBatch {
    var batch = EventBatch(capacity: 64)
    IcebergArrivalTests.add(.sell, 200, 5, at: 500, to: &batch)
    IcebergArrivalTests.add(.buy, 90, 5, at: 1_000, to: &batch)
    IcebergArrivalTests.add(.buy, 100, 50, at: 40_000, to: &batch)
    batch.append(EventCode(.executePart), time: 50_000, instrument: 0)
    batch.append(slot: 2)
    batch.append(change: 40)
    batch.append(EventCode(.executeWhole), time: 60_000, instrument: 0)
    batch.append(slot: 2)
    IcebergArrivalTests.add(.sell, 100, 5, at: 70_000, to: &batch)
    batch.append(EventCode(.cancel), time: 75_000, instrument: 0)
    batch.append(slot: 2)
    IcebergArrivalTests.add(.sell, 99, 4, at: 80_000, to: &batch)
    return batch
  }

  @Test func withoutAChanceOnlyWhatIsTradedThroughFills() throws {
    let outcome = try Self.run([FillChance(probability: 0)], Self.market())[0]
    // At 60,000 what is executed stood ahead of the order, which had joined anew.
    #expect(outcome.missed == [50_000, 70_000])
    #expect(outcome.fills.map(\.quantity) == [4])
    let fill = try #require(outcome.fills.first)
    #expect(fill.time == 80_000 && fill.cause == .crossedByArrival && fill.price == 100)
    #expect(fill.joinedTime == 70_000 && fill.aheadWhenJoined == 0)
  }

  @Test func aCertainChanceChangesNothing() throws {
    let outcomes = try Self.run([nil, FillChance(probability: 1, seed: 5)], Self.market())
    #expect(outcomes[0] == outcomes[1])
    #expect(outcomes[0].fills.map(\.time) == [50_000] && outcomes[0].missed.isEmpty)
  }

  /// What is ahead of an order that joins anew is what the book shows after the trade that missed it.
  @Test func whatIsAheadIsWhatIsLeft() throws {
    var batch = Self.market()
    IcebergArrivalTests.add(.buy, 100, 7, at: 90_000, to: &batch)
    var stream: UInt64 = 0
    // The first draw misses, the second fills: at 70,000, behind the ten lots that 50,000 left and 60,000 took.
    while try Self.run([FillChance(probability: 0.5, stream: stream)], batch)[0].missed != [50_000] { stream += 1 }
    let fill = try #require(try Self.run([FillChance(probability: 0.5, stream: stream)], batch)[0].fills.first)
    #expect(fill.time == 70_000 && fill.quantity == 5)
    #expect(fill.joinedTime == 50_000 && fill.aheadWhenJoined == 10 && fill.frontTime == 60_000)
  }

  /// The share of streams that fill at the first turn is the probability, and lanes of one stream agree.
  @Test(arguments: [0.1, 0.5, 0.9]) func chancesAreWhatTheySay(probability: Double) throws {
    let count = 2_000
    let chances = (0..<count).map { FillChance(probability: probability, seed: 3, stream: UInt64($0 / 2)) }
    let outcomes = try Self.run(chances, Self.market())
    for pair in stride(from: 0, to: count, by: 2) { #expect(outcomes[pair] == outcomes[pair + 1]) }
    let share = Double(outcomes.count { $0.fills.first?.time == 50_000 }) / Double(count)
    // Four standard errors of 1,000 draws.
    #expect(abs(share - probability) < 4 * (probability * (1 - probability) / 1_000).squareRoot())
  }
}
