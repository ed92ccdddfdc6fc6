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

  @Test("A list that a lane empties stays empty in what is stored")
  func emptyLists() throws {
    let lists = [
      "fees.tier", "carry.funding", "carry.dividend", "latency.feed_quantiles", "latency.feed_point",
      "latency.cancel.point", "latency.amend.point",
      "latency.acknowledgement.point",
    ]
    var point = 1_709_303_400
    func moment() -> String {
      point += 60
      return UTCText.text(Int64(point) * 1_000_000_000)
    }
    var base = """
      [[fees.tier]]
      volume = 300_000
      taker_per_unit = 0.003
      [[carry.funding]]
      time = \(moment())
      rate = 100_000
      [[carry.dividend]]
      time = \(moment())
      instrument = "ALFA"
      per_unit = 0.25

      """
    base += "[latency]\nfeed_quantiles = [1, 2]\nnew_order = { law = \"drawn\", quantiles = [1, 5, 90] }\n"
    for name in ["feed_point", "cancel.point", "amend.point", "acknowledgement.point"] {
      base += "[[latency.\(name)]]\ntime = \(moment())\nnanoseconds = 5\n"
    }
    let emptied = "[[lane]]\nname = \"none\"\n" + lists.map { "\($0) = []\n" }.joined()
    let scenario = try ScenarioTests.read(
      ScenarioTests.smallest + "\n" + base + "[[lane]]\nname = \"all\"\n" + emptied)
    let (all, none) = (scenario.lanes[0], scenario.lanes[1])
    #expect(all.fees.tiers.count == 1 && all.carry.funding.count == 1 && all.latency.cancel?.points.count == 1)
    #expect(none.fees.tiers.isEmpty && none.carry.dividends.isEmpty && none.latency.cancel?.points.isEmpty == true)
    let text = try scenario.text()
    let again = try Scenario(text: text, file: "again.toml", strategies: ScenarioRunTests.registry)
    #expect(again.lanes == scenario.lanes)
    #expect(try again.text() == text)
    let stored = try Scenario(stored: text, file: "stored.toml")
    #expect(stored.lanes == scenario.lanes)
    // Nothing is said where nothing would be inherited.
    let plain = try ScenarioTests.read(ScenarioTests.smallest).text()
    #expect(text.contains("\nfunding = []  # ") && !plain.contains("\nfunding = "))
    // Every list of tables that lanes have is above; lists of plain values are always said.
    let known = Set(
      try TomlKeyList.keys(of: none).map(\.path).compactMap { path in
        path.firstRange(of: "[].").map { String(path[..<$0.lowerBound]) }
      })
    #expect(known.subtracting(lists) == ["latency.new_order.point"])
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
