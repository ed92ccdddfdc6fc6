import Accounting
import Execution
import MarketTypes
import Strategies
import TestSupport
import Testing

@testable import Simulation

/// Lanes that trade in their market for real leave what they leave alone, whatever runs beside them: the built-in execution
/// algorithms, and every kind of order and request under every kind of latency.
@Suite struct ImpactIndependenceTests {
  struct Outcome: Equatable {
    var fills: [LaneFill]
    var steps: [OrderTransition]
    var ledger: PositionLedger
  }

  private static func outcomes<LaneStrategy: Strategy>(
    _ lanes: [(strategy: LaneStrategy, terms: LaneTerms)], model: MarketModel, threads: Int = 1
  ) throws -> [Outcome] {
    var run = try ImpactRunner(
      strategies: lanes.map(\.strategy), terms: lanes.map(\.terms), model: model,
      options: LaneRunOptions(ordersPerLane: 256))
    run.run(threads: threads, spanNanoseconds: threads == 1 ? 60_000_000_000 : 3_000_000_000)
    return lanes.indices.map { lane in
      Outcome(
        fills: run.takeFills(lane: lane).map {
          var fill = $0
          fill.lane = 0
          return fill
        },
        steps: run.takeTransitions(lane: lane).map {
          var step = $0
          step.lane = 0
          return step
        }, ledger: run.ledger(lane: lane))
    }
  }

  /// All lanes together, in reversed order on two threads, and each alone.
  private static func check<LaneStrategy: Strategy>(
    _ lanes: [(strategy: LaneStrategy, terms: LaneTerms)], model: MarketModel, alone: [Int]
  ) throws {
    let together = try outcomes(lanes, model: model)
    let reversed = try outcomes(lanes.reversed(), model: model, threads: 2)
    #expect(together == reversed.reversed())
    for lane in alone { #expect(try outcomes([lanes[lane]], model: model) == [together[lane]], "lane \(lane)") }
    #expect(together.allSatisfy { !$0.steps.isEmpty } && together.contains { !$0.fills.isEmpty })
  }

  private static func algorithms<LaneStrategy: Strategy>(
    _ kind: LaneStrategy.Type, _ settings: [String: Double]
  ) throws {
    let lanes = try [300.0, 1_000].map { quantity in
      var all = settings
      all["quantity"] = quantity
      return (
        strategy: LaneStrategy(try ParameterValues(all, for: kind)),
        terms: LaneTerms(latency: quantity < 500 ? LatencyModel() : ImpactRunnerTests.latency)
      )
    }
    try check(lanes, model: shortModel, alone: [0, 1])
  }

  private static let shortModel: MarketModel = {
    var model = ImpactRunnerTests.model()
    model.continuousSeconds = 8
    return model
  }()

  @Test func twap() throws { try Self.algorithms(TWAP.self, ["duration_s": 6]) }

  @Test func vwap() throws { try Self.algorithms(VWAP.self, ["duration_s": 6]) }

  @Test func pov() throws { try Self.algorithms(POV.self, [:]) }

  @Test func almgrenChriss() throws { try Self.algorithms(AlmgrenChriss.self, ["duration_s": 6]) }

  @Test func iceberg() throws { try Self.algorithms(Iceberg.self, ["display": 40]) }

  /// Every latency of the lane tests, and every order type.
  @Test func latenciesAndOrderTypes() throws {
    let lanes = LaneIndependenceTests.latencies.enumerated().map { number, latency in
      (strategy: RestlessStrategy(seed: UInt64(number), hears: number % 2 == 0), terms: LaneTerms(latency: latency))
    }
    let alone = LaneIndependenceTests.isLong ? Array(lanes.indices) : [1, 5, 9]
    try Self.check(lanes, model: Self.shortModel, alone: alone)
  }
}
