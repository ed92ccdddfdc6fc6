import Foundation
import Reporting
import Simulation
import Testing

@testable import Lab

/// Each scenario, cut short, gives the same whatever the threads and whatever runs beside it.
@Suite("Independence of scenarios")
struct ScenarioIndependenceTests {
  /// Twenty minutes of recorded data, or two of a simulated market.
  static func cut(_ name: String) throws -> Scenario {
    var scenario = try Scenario(
      paths: ["\(ScenarioRunTests.folder)/\(name).toml"], strategies: ScenarioRunTests.registry)
    if scenario.market == nil {
      scenario.data.until = (scenario.data.from ?? 1_709_303_280_000_000_000) + 20 * 60_000_000_000
    } else {
      scenario.market?.continuousSeconds = 120
    }
    scenario.monteCarlo.executionDraws = min(2, scenario.monteCarlo.executionDraws)
    return scenario
  }

  @Test("Threads, other lanes and their order change nothing", arguments: ScenarioRunTests.names)
  func independence(name: String) throws {
    let registry = ScenarioRunTests.registry
    let scenario = try Self.cut(name)
    let one = try ScenarioRun.compute(scenario, strategies: registry)
    let two = try ScenarioRun.compute(scenario, strategies: registry, threads: 2)
    #expect(one == two)
    #expect(one.contentHash() == two.contentHash())

    let shown = scenario.variants.first { $0.name == scenario.report.shownLane } ?? scenario.variants[0]
    var alone = scenario
    alone.lanes = [shown]
    alone.monteCarlo.executionDraws = 0
    alone.monteCarlo.runsPessimistic = false
    Self.compare(try ScenarioRun.compute(alone, strategies: registry), one, "alone")

    var crowded = scenario
    var other = shown
    other.name = "other-latency"
    other.latency.feedNanoseconds = 3_000_000
    other.latency.newOrder = LatencyTerms.Rule(nanoseconds: 40_000_000)
    var another = shown
    another.name = "other-fees"
    another.fees.perFill = 0.5
    another.fills.queue = .uniform
    another.risk.position = 100
    crowded.lanes = [another] + scenario.variants.reversed() + [other]
    crowded.report.shownLane = shown.name
    Self.compare(try ScenarioRun.compute(crowded, strategies: registry, threads: 2), one, "among others")
  }

  static func compare(_ left: RunResult, _ right: RunResult, _ place: Comment) {
    #expect(left.fills == right.fills, place)
    #expect(left.orders == right.orders, place)
    #expect(left.account == right.account, place)
    #expect(left.windows == right.windows, place)
    #expect(left.equity(ofLane: left.shownLane) == right.equity(ofLane: right.shownLane), place)
    #expect(left.identity.sources == right.identity.sources, place)
  }
}
