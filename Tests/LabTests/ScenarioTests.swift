import Foundation
import Simulation
import Testing

@testable import Lab

/// A folder of its own for a test, removed afterwards.
final class TestFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("lab-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    let file = "\(path)/\(name)"
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: false, encoding: .utf8)
    return file
  }

  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

@Suite("Scenarios")
struct ScenarioTests {
  static let smallest = """
    schema = 1
    [data]
    files = ["day.ticks"]
    [strategy]
    name = "grid-maker"
    """

  static func read(_ text: String, _ overrides: [(String, String)] = []) throws(ScenarioError) -> Scenario {
    try Scenario(
      text: text, file: "s.toml",
      overrides: overrides.map { ScenarioOverride(key: $0.0, value: $0.1, origin: "--set \($0.0)=\($0.1)") },
      strategies: StrategyRegistry(StrategyRegistry.builtIn))
  }

  /// The message of a text that must be refused.
  static func refusal(_ text: String, _ overrides: [(String, String)] = []) -> String {
    do throws(ScenarioError) {
      _ = try read(text, overrides)
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test("Two keys are enough, everything else has a default")
  func defaults() throws {
    let scenario = try Self.read(Self.smallest)
    #expect(scenario.name == "run")
    #expect(scenario.variants.count == 1)
    #expect(scenario.account.capital == 1_000_000)
  }

  @Test("A resolved scenario reads back as itself, and its text as the same text")
  func roundTrip() throws {
    let scenario = try Self.read(
      Self.smallest + """

        [strategy.parameters]
        half_spread = 3
        [latency]
        new_order = { law = "drawn", quantiles = [1, 5, 90] }
        cancel.nanoseconds = 7
        [risk]
        drawdown = 12.5
        [[lane]]
        name = "wide"
        parameters.half_spread = 9
        [[lane]]
        name = "slow"
        latency.new_order = { law = "constant", nanoseconds = 5 }
        risk.position = 4
        """)
    let again = try Self.read(try scenario.text())
    #expect(again == scenario)
    #expect(try again.text() == scenario.text())
    #expect(scenario.lanes[0].parameters["half_spread"] == 9)
    #expect(scenario.lanes[1].parameters["half_spread"] == 3)
    #expect(scenario.lanes[1].latency.newOrder.nanoseconds == 5)
    #expect(scenario.lanes[1].latency.cancel?.nanoseconds == 7)
    #expect(scenario.lanes[1].risk.drawdown == 12.5)
    #expect(scenario.lanes[1].risk.position == 4)
  }

  @Test(
    "Wrong scenarios say where and what",
    arguments: [
      ("[data]\nfiles = []", "s.toml:1: schema: is missing; write schema = 1 in the first line"),
      (
        "schema = 2",
        "s.toml:1: schema: is 2, and this program knows version 1 only; write schema = 1"
      ),
      ("schema = 1\n[dta]", "s.toml:2: dta: there is no such key; did you mean 'data'?"),
      (
        smallest + "\n[latency]\nfeed_nanosecond = 1",
        "s.toml:7: latency.feed_nanosecond: there is no such key; did you mean 'feed_nanoseconds'?"
      ),
      (
        smallest + "\n[[lane]]\nname = \"a\"\nfills.orders_per_lane = 128",
        "s.toml:8: lane[0].fills.orders_per_lane: there is no such key; "
          + "all lanes have as many places: state it once, in [fills]"
      ),
      (
        smallest + "\n[fills]\norders_per_lane = 63",
        "s.toml:7: fills.orders_per_lane: wants a whole number from 64 to 65536, not 63; write orders_per_lane = 64"
      ),
      (
        smallest + "\n[latency]\nfeed = \"recorde\"",
        "s.toml:7: latency.feed: 'recorde' is not known here; did you mean 'recorded'?"
      ),
      (
        smallest + "\n[latency]\nfeed_nanoseconds = -1",
        "s.toml:7: latency.feed_nanoseconds: wants a whole number from 0 to 3600000000000, not -1; "
          + "write feed_nanoseconds = 0"
      ),
      (
        smallest + "\n[account]\ncapital = \"much\"",
        "s.toml:7: account.capital: wants a number, not the text \"much\"; write capital = 1000000.0"
      ),
      (
        smallest + "\n[strategy.parameters]\nhalf_spred = 2",
        "s.toml:7: strategy.parameters.half_spred: grid-maker has no such parameter; did you mean 'half_spread'?"
      ),
      (
        smallest + "\n[strategy.parameters]\ncount = 99",
        "s.toml:7: strategy.parameters.count: 99.0 lies outside 1.0...30.0"
      ),
      (
        smallest + "\n[[lane]]\nname = \"a\"\n[[lane]]\nname = \"a\"",
        "s.toml:9: lane[1].name: 'a' is the name of an earlier lane"
      ),
      (
        smallest + "\n[[lane]]\nname = \"a\"\nparameters.count = \"x\"",
        "s.toml:8: lane[0].parameters.count: wants a number, not the text \"x\"; write count = 1.0"
      ),
      (
        "schema = 1\n[strategy]\nname = \"grid-maker\"",
        "s.toml: data.files: is missing; name tick files, or a market to simulate with data.market"
      ),
      (
        "schema = 1\n[data]\nfiles = [\"a\"]\n[strategy]\nname = \"gridmaker\"",
        "s.toml:5: strategy.name: there is no strategy 'gridmaker'; did you mean 'grid-maker'?"
      ),
      (
        "schema = 1\nname = \"../x\"\n[data]\nfiles = [\"a\"]\n[strategy]\nname = \"grid-maker\"",
        "s.toml:2: name: '../x' is no name; use up to 64 letters, digits, '-', '_' and '.'"
      ),
    ])
  func refusals(text: String, message: String) { #expect(Self.refusal(text) == message) }

  @Test("Overrides win, and their messages name them")
  func overrides() throws {
    let scenario = try Self.read(
      Self.smallest, [("run.seed", "7"), ("name", "plain-text"), ("latency.new_order.nanoseconds", "5")])
    #expect(scenario.run.seed == 7)
    #expect(scenario.name == "plain-text")
    #expect(scenario.latency.newOrder.nanoseconds == 5)
    #expect(
      Self.refusal(Self.smallest, [("run.sed", "7")])
        == "--set run.sed=7: run.sed: there is no such key; did you mean 'seed'?")
    #expect(
      Self.refusal(Self.smallest, [("lane[0].name", "x")])
        == "--set lane[0].name=x: lane[0].name: there is no such element to change; "
        + "count from 0, as in lane[0].name, and only elements that a file states")
    #expect(Self.refusal(Self.smallest, [("a..b", "1")]) == "--set a..b=1: a..b: is no key such as run.seed")
    let lanes = Self.smallest + "\n[[lane]]\nname = \"a\""
    #expect(try Self.read(lanes, [("lane[0].name", "b")]).lanes[0].name == "b")
  }

  @Test("Variables of the environment become keys")
  func environment() {
    let found = ScenarioOverride.fromEnvironment([
      (name: "LOCKSTEP_SET_STRATEGY__PARAMETERS__HALF_SPREAD", value: "3"), (name: "HOME", value: "/"),
      (name: "LOCKSTEP_SET_", value: ""), (name: "LOCKSTEP_SET_RUN__SEED", value: "1"),
    ])
    #expect(found.map(\.key) == ["run.seed", "strategy.parameters.half_spread"])
    #expect(found.map(\.value) == ["1", "3"])
  }

  @Test("Included files come first, later files win, and messages name the file of the key")
  func layers() throws {
    let folder = try TestFolder()
    try folder.write("schema = 1\n[run]\nseed = 1\n[fees]\ntaker_rate = 5\n", to: "base.toml")
    try folder.write("", to: "data/day.ticks")
    let main = try folder.write(
      "include = [\"base.toml\"]\n[run]\nseed = 2\n[data]\nfiles = [\"data/day.ticks\"]\n[strategy]\nname = \"grid-maker\"",
      to: "main.toml")
    let registry = StrategyRegistry(StrategyRegistry.builtIn)
    let scenario = try Scenario(paths: [main], strategies: registry)
    #expect(scenario.run.seed == 2)
    #expect(scenario.fees.takerRate == 5)
    #expect(scenario.data.files == ["data/day.ticks"])
    #expect(scenario.data.path(of: scenario.data.files[0]) == "\(folder.path)/data/day.ticks")

    let over = try folder.write("[run]\nseed = \"x\"\n", to: "over.toml")
    do throws(ScenarioError) {
      _ = try Scenario(paths: [main, over], strategies: registry)
      Issue.record("accepted")
    } catch {
      #expect(error.file == over && error.line == 2)
    }
    try folder.write("include = [\"main.toml\"]\nschema = 1\n", to: "base.toml")
    do throws(ScenarioError) {
      _ = try Scenario(paths: [main], strategies: registry)
      Issue.record("accepted")
    } catch {
      #expect(error.description.contains("includes itself"), "\(error)")
    }
    try folder.write("include = [\"gone.toml\"]\nschema = 1\n", to: "base.toml")
    do throws(ScenarioError) {
      _ = try Scenario(paths: [main], strategies: registry)
      Issue.record("accepted")
    } catch {
      #expect(error.isUnreadable && error.file == "\(folder.path)/base.toml" && error.line == 1, "\(error)")
    }
  }

  @Test("Paths are kept as seen from the scenario's folder, wherever it is read from")
  func paths() throws {
    let folder = try TestFolder()
    try folder.write("", to: "data/day.ticks")
    let main = try folder.write(Self.smallest, to: "scenarios/main.toml")
    let registry = StrategyRegistry(StrategyRegistry.builtIn)
    let over = [ScenarioOverride(key: "data.files", value: "[\"\(folder.path)/data/day.ticks\"]", origin: "--set")]
    #expect(
      try Scenario(paths: [main], overrides: over, strategies: registry).data.files == ["\(folder.path)/data/day.ticks"]
    )
    let scenario = try Scenario(paths: [main], strategies: registry)
    // The shown text says where it came from, so that it can be kept elsewhere.
    let stored = try folder.write(try scenario.text(withFolder: true), to: "elsewhere/scenario.toml")
    let again = try Scenario(paths: [stored], strategies: registry)
    #expect(try again.text() == scenario.text())
    #expect(try again.text(withFolder: true) == scenario.text(withFolder: true))
    #expect(again.data.path(of: again.data.files[0]) == scenario.data.path(of: scenario.data.files[0]))
    #expect(try again.fingerprint() == scenario.fingerprint())
  }

  @Test("Data of the working folder is named as it is from there, wherever the scenario lies")
  func workingFolder() throws {
    // Tests run in some folder; what stands there is named as seen from it.
    let here = try #require(
      FileManager.default.contentsOfDirectory(atPath: ".").filter { !$0.hasPrefix(".") }.sorted().first)
    let registry = StrategyRegistry(StrategyRegistry.builtIn)
    let text = Self.smallest.replacingOccurrences(of: "day.ticks", with: here)
    let folder = try TestFolder()
    let other = try TestFolder()
    let scenarios = try [folder.write(text, to: "a/s.toml"), other.write(text, to: "deep/er/s.toml")].map {
      try Scenario(paths: [$0], strategies: registry)
    }
    #expect(scenarios.map(\.data.files) == [[here], [here]])
    #expect(scenarios.map { $0.data.path(of: here) } == [here, here])
    #expect(try scenarios[0].text(withFolder: true) == scenarios[1].text(withFolder: true))
  }

  @Test("A market may be named, included or written inline, once")
  func markets() throws {
    let folder = try TestFolder()
    try folder.write("schema = 1\n[market]\nseed = 5\n[[instrument]]\nsymbol = \"X\"\n", to: "market.toml")
    let registry = StrategyRegistry(StrategyRegistry.builtIn)
    let strategy = "[strategy]\nname = \"grid-maker\"\n"
    let named = try folder.write("schema = 1\ndata.market = \"market.toml\"\n" + strategy, to: "a.toml")
    let inline = try folder.write("include = \"market.toml\"\n" + strategy, to: "b.toml")
    let first = try Scenario(paths: [named], strategies: registry)
    let second = try Scenario(paths: [inline], strategies: registry)
    #expect(first.market?.seed == 5 && first.market == second.market)
    #expect(try first.text() == second.text())
    #expect(try Self.read(try first.text()).market == first.market)
    let over = [ScenarioOverride(key: "data.market", value: "market.toml", origin: "--set")]
    #expect(throws: ScenarioError.self) { try Scenario(paths: [inline], overrides: over, strategies: registry) }
  }

  @Test("Every key has a meaning or a unit in its name, and a default that reads back")
  func schema() throws {
    let keys = try Scenario.keys()
    #expect(keys.count > 100)
    #expect(Set(keys.map(\.path)).count == keys.count)
    for key in keys where !key.path.contains("[]") && !key.defaultText.isEmpty && !key.path.hasPrefix("market") {
      if key.defaultText.hasSuffix("numbers") || ["schema", "include", "data.market"].contains(key.path) { continue }
      if ["name", "strategy.name", "data.files"].contains(key.path) { continue }
      #expect(throws: Never.self, "\(key.path) = \(key.defaultText)") {
        try Self.read(Self.smallest, [(key.path, key.defaultText)])
      }
    }
  }

  @Test("Mutated scenarios never trap", arguments: 0..<8)
  func mutations(seed: Int) throws {
    let text = Array(
      (try Self.read(Self.smallest + "\n[[lane]]\nname = \"a\"\nparameters.count = 2\n").text()).utf8)
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    for _ in 0..<120 {
      var bytes = text
      for _ in 0...next(3) { bytes[next(bytes.count)] = UInt8(next(256)) }
      do throws(ScenarioError) {
        let scenario = try Self.read(String(decoding: bytes, as: UTF8.self))
        #expect(try Self.read(scenario.text()) == scenario)
      } catch {
        #expect(!error.problem.isEmpty)
      }
    }
  }
}
