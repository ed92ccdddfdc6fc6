import CommandLineInterface
import Glibc
import Lab

/// Parameters that the commands on scenarios share, and how they are read.
enum ScenarioAccess {
  static let scenario = Argument<String>(
    .file("SCENARIO", endings: [".toml"]), isRepeated: true, "Scenario files; later ones win over earlier ones.")
  static let set = Option(
    "set", .keyAndValue(), isRepeated: true, "Another value for a key, such as run.seed=7; may be given several times.")

  static let overrideNote = """
    Every key can be set from outside: --set strategy.parameters.half_spread=3 wins over the environment
    (LOCKSTEP_SET_STRATEGY__PARAMETERS__HALF_SPREAD=3), which wins over files. 'lockstep config schema' lists the keys.
    """

  /// The scenario of a command line, with the environment's and the command line's settings.
  static func read(_ invocation: Invocation, _ registry: StrategyRegistry) throws -> Scenario {
    try Scenario(paths: invocation.all(scenario), overrides: overrides(invocation), strategies: registry)
  }

  static func overrides(_ invocation: Invocation) -> [ScenarioOverride] {
    ScenarioOverride.fromEnvironment(variables())
      + invocation.all(set).map {
        ScenarioOverride(key: $0.key, value: $0.value, origin: "--set \($0.key)=\($0.value)")
      }
  }

  private static func variables() -> [(name: String, value: String)] {
    var found: [(name: String, value: String)] = []
    var place = environ
    while let entry = place.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        found.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
      }
      place += 1
    }
    return found
  }
}
