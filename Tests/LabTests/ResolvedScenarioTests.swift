import Analytics
import MarketTypes
import Reporting
import Strategies
import Testing

@testable import Lab

/// What a scenario leaves unsaid is said in what is stored of it, and what cannot be meant is refused.
@Suite("Resolved scenarios")
struct ResolvedScenarioTests {
  @Test("A resolved scenario states every parameter and latency, and reads back as itself")
  func everythingIsStated() throws {
    let scenario = try ScenarioRunTests.short("[[lane]]\nname = \"a\"\nparameters.half_spread = 3\n")
    let entry = try #require(ScenarioRunTests.registry[scenario.strategy.name])
    let names = Set(entry.parameters.map(\.name))
    #expect(Set(scenario.strategy.parameters.keys) == names && Set(scenario.lanes[0].parameters.keys) == names)
    #expect(scenario.latency.cancel == scenario.latency.newOrder && scenario.lanes[0].latency.amend != nil)
    let text = try scenario.text()
    #expect(text.contains("\n[latency.cancel]\n") && text.contains("\ncount = 5\n"))
    let again = try Scenario(text: text, file: "again.toml", strategies: ScenarioRunTests.registry)
    #expect(try again.text() == text)
  }

  @Test("A parameter that names no instrument of the run is refused")
  func instrumentIsThere() throws {
    let scenario = try ScenarioRunTests.short("[[lane]]\nname = \"a\"\nparameters.instrument = 7\n")
    let error = #expect(throws: RunError.self) {
      try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry)
    }
    #expect(error?.description.contains("lane[0].parameters.instrument = 7") == true)
  }

  @Test("A contract's multiplier scales what is won and paid")
  func multiplier() throws {
    let base = "[monte_carlo]\npessimistic = false\n[account]\ncapital = 1e9\n"
    func run(_ more: String) throws -> RunResult {
      try ScenarioRun.compute(try ScenarioRunTests.short(base + more), strategies: ScenarioRunTests.registry)
    }
    let plain = try run("")
    let fifty = try run("[[data.contract]]\nmultiplier = 50\n")
    #expect(fifty.fills.map(\.time) == plain.fills.map(\.time) && !fifty.fills.isEmpty)
    #expect(abs(fifty.lanes[0].profit - 50 * plain.lanes[0].profit) < 1e-3)
    #expect(abs(fifty.lanes[0].fees - 50 * plain.lanes[0].fees) < 1e-3)
    #expect(fifty.assumptions.contains { $0.topic == "contracts" && $0.text.contains("× 50 USD") })
    for wrong in ["instrument = \"NONE\"\nmultiplier = 2\n", "multiplier = 0.12345678912\n"] {
      #expect(throws: RunError.self) { try run("[[data.contract]]\n" + wrong) }
    }
  }

  @Test("A day of stocks is one session, its closing auction with it")
  func sessions() throws {
    let scenario = try ScenarioRunTests.short("")
    let result = try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry)
    let hours = try #require(result.marketHours)
    #expect(!hours.isEmpty && !hours.isActive[5 * 24] && result.contentHash() == result.identity.resultHash)
    let analysis = RunAnalysis(result, settings: scenario.analysisSettings)
    #expect(analysis.calendar.periodsPerYear == 252 && analysis.calendar.sessionNanoseconds == 23_400_000_000_000)
    #expect(analysis.daily.value?.dates.count == 1)
    let set = try ScenarioRunTests.short(
      "[metrics]\ncalendar = \"every-day\"\nsession_close = 8\nsession_hours = 12\n")
    let other = RunAnalysis(result, settings: set.analysisSettings).calendar
    #expect(other.periodsPerYear == 365 && other.name == "every day, close 08:00 UTC")
    #expect(other.sessionNanoseconds == 43_200_000_000_000)
  }
}
