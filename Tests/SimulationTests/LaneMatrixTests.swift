import Execution
import Foundation
import MarketTypes
import Simulation
import Strategies
import TestSupport
import TickStore
import Testing

/// The same bytes for every latency, queue model and order type, whatever the number of lanes and threads and their order: on
/// a simulated market, whose events are those of a real matching engine, and with the rest of the cases on recorded and random
/// markets (`LaneRealDataTests`, `LaneIndependenceTests`) and in markets that lanes trade in (`ImpactIndependenceTests`).
@Suite struct LaneMatrixTests {
  /// Enough for all latencies with all models.
  static let count = LaneIndependenceTests.isLong ? 110 : 28

  @Test func onASimulatedMarket() throws {
    let outcomes = try ImpactRunnerTests.withFile(ImpactRunnerTests.model()) { file in
      try LaneIndependenceTests.check(
        count: Self.count, alone: LaneIndependenceTests.alone(Self.count, from: 3), instruments: file.instruments,
        pace: 40, threads: 3
      ) { try TickEventSource(file) }
    }
    // Every type of order was sent, and traded.
    for type in OrderType.allCases {
      let sent = outcomes.contains { $0.transitions.contains { $0.step == .routed && $0.type == type } }
      #expect(sent, "\(type)")
    }
    let traded = outcomes.reduce(into: Set<OrderType>()) { types, outcome in
      let filled = Set(outcome.fills.map(\.identifier))
      for step in outcome.transitions where step.step == .received && filled.contains(step.identifier) {
        types.insert(step.type)
      }
    }
    #expect(traded == Set(OrderType.allCases))
  }

  /// The lanes that markets are tried with have every law of latency, every queue model, and are called for everything.
  @Test func lanesCoverEveryModel() {
    let lanes = (0..<Self.count).map(LaneIndependenceTests.terms)
    #expect(Set(lanes.map(\.queueModel)) == Set(LaneIndependenceTests.models))
    let laws = lanes.flatMap { [$0.latency.newOrder, $0.latency.cancel, $0.latency.amend, $0.latency.acknowledgement] }
    #expect(laws.contains { $0.constantNanoseconds != nil })
    #expect(laws.contains { if case .recorded = $0 { true } else { false } })
    #expect(laws.contains { if case .measured = $0 { true } else { false } })
    #expect(laws.contains { if case .drawn = $0 { true } else { false } })
    #expect(lanes.contains { $0.latency.clockShift == nil } && lanes.contains { $0.latency.clockShift ?? 0 > 0 })
    #expect(lanes.contains { $0.credit != nil } && lanes.contains { $0.fillChance != nil })
    let heard = (0..<Self.count).map { LaneIndependenceTests.strategy($0).subscriptions }
    #expect(heard.contains(where: \.account) && heard.contains(where: \.orderChanges))
  }
}
