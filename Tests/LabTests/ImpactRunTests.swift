import Foundation
import Reporting
import Simulation
import Testing

@testable import Lab

@Suite("Runs with impact")
struct ImpactRunTests {
  static func scenario() throws -> Scenario {
    var scenario = try Scenario(
      paths: ["\(ScenarioRunTests.folder)/impact.toml"], strategies: ScenarioRunTests.registry)
    scenario.market?.continuousSeconds = 150
    for place in scenario.lanes.indices { scenario.lanes[place].parameters["duration_s"] = 80 }
    return scenario
  }

  @Test("A lane moves its own market, the more the larger it is, and nobody else's")
  func impact() throws {
    let scenario = try Self.scenario()
    let result = try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry)
    #expect(throws: Never.self) { try result.validate() }
    RunInvariants.check(result, scenario)
    #expect(result.lanes.map(\.name) == ["small", "large", "huge"])
    #expect(result.lanes.map(\.tradedLots) == [2_000, 20_000, 60_000])
    // What each lane paid for a lot against where the market stood at first.
    var costs: [Double] = []
    for lane in ["small", "large", "huge"] {
      var shown = scenario
      shown.report.shownLane = lane
      let own = try ScenarioRun.compute(shown, strategies: ScenarioRunTests.registry)
      let lots = own.fills.reduce(0) { $0 + $1.lots }
      let paid = own.fills.reduce(0.0) { $0 + Double($1.lots) * Double($1.priceTicks) }
      costs.append(paid / Double(lots))
      #expect(own.fills.allSatisfy { $0.model == "matched" })
      #expect(own.lanes == result.lanes)
      // Each lane's own market is what its fills are marked by.
      #expect(own.identity.sources[0].path == "simulated market, traded in by \(lane)")
    }
    #expect(costs[0] < costs[1] && costs[1] < costs[2], "\(costs)")
    let assumption = try #require(result.assumptions.first { $0.topic == "impact" })
    #expect(assumption.text.contains("matched in the simulated market"))
  }

  @Test("Without impact the same lanes leave the market as it was")
  func withoutImpact() throws {
    var scenario = try Self.scenario()
    scenario.run.hasImpact = false
    let result = try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry)
    #expect(result.identity.sources[0].path == "simulated market")
    RunInvariants.check(result, scenario)
  }

  @Test("An interrupted run resumes to the same bytes and is verified")
  func resume() throws {
    let place = try TestFolder()
    let registry = ScenarioRunTests.registry
    var scenario = try Self.scenario()
    scenario.report.resamples = 100
    scenario.report.simulatedPaths = 100
    let whole = try ScenarioRun.execute(
      scenario, strategies: registry, options: RunFolderTests.options("\(place.path)/whole"))
    let path = "\(place.path)/cut"
    let message = RunFolderTests.message {
      _ = try ScenarioRun.execute(
        scenario, strategies: registry, options: RunFolderTests.options(path) { $0.share < 0.5 })
    }
    #expect(message.contains("lockstep resume \(path)"), "\(message)")
    _ = try ScenarioRun.resume(folder: path, strategies: registry, options: RunFolderTests.options(path))
    for name in ["result.h5", "summary.json", "scenario.toml"] {
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
          == Data(contentsOf: URL(fileURLWithPath: "\(whole.folder)/\(name)")), "\(name)")
    }
    try StoredRun(folder: path).verify(strategies: registry, threads: 2)
  }

  @Test("An estimate goes by the length of the day")
  func estimate() throws {
    let estimate = try RunEstimate(try Self.scenario(), strategies: ScenarioRunTests.registry, seconds: 0.2)
    #expect(estimate.events > 100 && estimate.events < 1_000_000)
    #expect(estimate.seconds > 0 && estimate.seconds < 10_000)
  }
}
