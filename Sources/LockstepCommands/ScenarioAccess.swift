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
    for path in invocation.all(scenario) { try requirePresence(path) }
    return try Scenario(paths: invocation.all(scenario), overrides: overrides(invocation), strategies: registry)
  }

  /// Refuses a file that does not exist, with the names that may have been meant.
  static func requirePresence(_ path: String) throws(Failure) {
    guard access(path, F_OK) != 0, errno == ENOENT else { return }
    let near = near(path)
    throw Failure(
      .badData, "\(path) cannot be read: \(String(cString: strerror(ENOENT)))",
      advice: near.isEmpty ? "" : question(near).capitalized)
  }

  /// Scenarios beside the place of a missing one and under Scenarios whose names are like it.
  private static func near(_ path: String) -> [String] {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    var found: [String] = []
    for place in [folder, "Scenarios/", "\(folder)Scenarios/"] {
      let names = ((try? FolderListing.names(in: place.isEmpty ? "." : place)) ?? []).filter { $0.hasSuffix(".toml") }
      let stem = name.hasSuffix(".toml") ? String(name.dropLast(".toml".count)) : name
      let stems = names.map { String($0.dropLast(".toml".count)) }
      for match in nearest(to: stem, among: stems) where !found.contains("\(place)\(match).toml") {
        found.append("\(place)\(match).toml")
      }
    }
    return Array(found.prefix(3))
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
