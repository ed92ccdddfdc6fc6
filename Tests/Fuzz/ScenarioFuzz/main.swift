import FuzzSupport
import Lab

let strategies = StrategyRegistry(StrategyRegistry.builtIn)

// Any bytes give a market that can be simulated, a scenario that can be run, or an error; each survives being written and
// read again.
fuzz { bytes in
  do throws(ScenarioError) {
    let scenario = try MarketScenario(TomlDocument([UInt8](bytes), file: "scenario.toml"))
    let text = try scenario.text()
    let again = try MarketScenario(text: text, file: "again.toml")
    precondition(again == scenario, "a market reads back as another one")
  } catch {
    precondition(!error.problem.isEmpty && error.file == "scenario.toml", "\(error)")
  }
  let text = String(decoding: bytes, as: UTF8.self)
  // Includes and markets in other files belong to the disk, not to these bytes.
  guard !text.contains("include"), !text.contains("market") || text.contains("[market]") else { return }
  do throws(ScenarioError) {
    let scenario = try Scenario(text: text, file: "scenario.toml", strategies: strategies)
    let resolved = try scenario.text()
    let again = try Scenario(text: resolved, file: "scenario.toml", strategies: strategies)
    let rewritten = try again.text()
    precondition(rewritten == resolved, "a scenario reads back as another one")
  } catch {
    precondition(!error.problem.isEmpty, "\(error)")
  }
}
