import Glibc
import Ledger

/// Where the relative paths of a run's data start: `location.json` beside the run's `scenario.toml`.
///
/// The scenario of a run is the same to the byte wherever it was made, so what depends on the machine stands apart. Of the
/// two places noted, the one seen from the run's folder outlives a move of everything together, and the one seen from the
/// root a move of the run alone.
struct DataLocation: Hashable, Sendable {
  static let fileName = "location.json"
  static let schema = 1

  /// Seen from the run's folder.
  var fromRun: String
  var fromRoot: String

  init(fromRun: String, fromRoot: String) {
    self.fromRun = fromRun
    self.fromRoot = fromRoot
  }

  /// The folder that data paths start in, for a run that stands in another one.
  init(dataFolder: String, runFolder: String) {
    fromRoot = ScenarioLayers.absolute(dataFolder)
    fromRun = ScenarioLayers.path(to: fromRoot, from: runFolder)
  }

  var bytes: [UInt8] {
    get throws {
      try CanonicalJSON.object([
        "schema": .integer(Self.schema), "data_from_root": .string(fromRoot), "data_from_run": .string(fromRun),
      ]).canonicalBytes() + [UInt8(ascii: "\n")]
    }
  }

  /// Reads a location; any bytes give one or nil.
  init?(parsing bytes: [UInt8]) {
    guard let json = try? CanonicalJSON(parsing: bytes), json["schema"]?.exactInteger == Self.schema,
      let fromRun = json["data_from_run"]?.text, let fromRoot = json["data_from_root"]?.text,
      fromRoot.hasPrefix("/"), !fromRun.utf8.contains(0), !fromRoot.utf8.contains(0)
    else { return nil }
    self.init(fromRun: fromRun, fromRoot: fromRoot)
  }

  /// Where the data of a scenario file starts that belongs to a run; nil for any other file.
  static func folder(ofScenario path: String, files: [String]) -> String? {
    guard path == "scenario.toml" || path.hasSuffix("/scenario.toml") else { return nil }
    let folder = ScenarioLayers.folder(of: path)
    guard let bytes = try? ScenarioText.bytes(of: folder.isEmpty ? fileName : "\(folder)/\(fileName)"),
      let location = DataLocation(parsing: bytes)
    else { return nil }
    let places = [
      ScenarioLayers.tidied(folder.isEmpty ? location.fromRun : "\(folder)/\(location.fromRun)"), location.fromRoot,
    ]
    let relative = files.filter { !$0.hasPrefix("/") }
    return places.first { place in relative.allSatisfy { access(ScenarioLayers.tidied("\(place)/\($0)"), F_OK) == 0 } }
      ?? location.fromRoot
  }
}
