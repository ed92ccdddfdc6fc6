import FuzzSupport
import Lab

// Any bytes give a market that can be simulated, or an error; a market survives being written and read again.
fuzz { bytes in
  do throws(ScenarioError) {
    let scenario = try MarketScenario(TomlDocument([UInt8](bytes), file: "scenario.toml"))
    let text = try scenario.text()
    let again = try MarketScenario(text: text, file: "again.toml")
    precondition(again == scenario, "a scenario reads back as another one")
  } catch {
    precondition(!error.problem.isEmpty && error.file == "scenario.toml", "\(error)")
  }
}
