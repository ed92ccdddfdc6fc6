import Simulation
import TestSupport
import Testing

@testable import Lab

@Suite("Market scenarios")
struct MarketScenarioTests {
  /// The message of a text that must be refused.
  static func refusal(_ text: String) -> String {
    do throws(ScenarioError) {
      _ = try MarketScenario(text: text, file: "m.toml")
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test("Nothing but the schema gives the model's defaults")
  func defaults() throws {
    #expect(try MarketScenario(text: "schema = 1", file: "m.toml").model == MarketModel())
  }

  @Test("Every key lands in its place")
  func keys() throws {
    let model = try MarketScenario(
      text: """
        schema = 1
        [market]
        seed = 7
        start = 2024-03-01T15:30:00.25+01:00
        fundamental_correlation = 1
        [[venue]]
        name = "ONE"
        maker_rate = -20_000
        [[venue]]
        [[instrument]]
        symbol = "ALFA"
        flow.size_weights = [1, 2.5]
        [instrument.agents.momentum]
        count = 3
        [instrument.agents.institution]
        buys = false
        [[instrument]]
        opening_price_ticks = 50
        """, file: "m.toml"
    ).model
    #expect(model.seed == 7)
    #expect(model.startNanoseconds == 1_709_303_400_250_000_000)
    #expect(model.fundamentalCorrelation == 1)
    #expect(model.venues.map(\.name) == ["ONE", "SIM"])
    #expect(model.venues[0].makerRate == -20_000)
    #expect(model.instruments.map(\.symbol) == ["ALFA", "SIM"])
    #expect(model.instruments.map(\.openingPriceTicks) == [10_000, 50])
    #expect(model.instruments[0].flow.sizeWeights == [1, 2.5])
    #expect(model.instruments[0].agents.momentum.count == 3)
    #expect(model.instruments[0].agents.momentum.threshold == AgentMix().momentum.threshold)
    #expect(model.instruments[0].agents.institution?.buys == false)
    #expect(model.instruments[1].agents.institution == nil)
  }

  @Test("What is written reads back as the same model")
  func roundTrip() throws {
    var model = MarketModel()
    model.seed = .max
    model.startNanoseconds = 1_709_251_199_999_999_999
    model.fundamentalCorrelation = 0.1 + 0.2
    model.venues = [VenueModel(), VenueModel()]
    model.venues[1].name = "A \"quoted\\ name\"\n\u{1}\u{7F}é"
    model.venues[1].makerRate = .min
    var other = InstrumentModel()
    other.tick = "0.25"
    other.flow.distanceWeights = [1e-300, 1e15, 0, 0.1]
    other.agents = .none
    other.agents.institution = InstitutionModel()
    model.instruments = [InstrumentModel(), other]
    let text = try MarketScenario(model: model).text()
    #expect(try MarketScenario(text: text, file: "m.toml").model == model)
    #expect(text.contains("start = 2024-02-29T23:59:59.999999999Z  # of the pre-open"))
    #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 120 })
  }

  @Test(
    "Moments are written in the civil calendar",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999999999Z"),
      (951_782_400_000_000_000, "2000-02-29T00:00:00Z"),
      (4_107_542_400_000_000_000, "2100-03-01T00:00:00Z"), (1_709_303_400_500_000_000, "2024-03-01T14:30:00.5Z"),
    ] as [(Int64, String)])
  func moments(nanoseconds: Int64, text: String) throws {
    #expect(UTCText.text(nanoseconds) == text)
    let document = try TomlDocument(text: "x = \(text)", file: "m.toml")
    guard case .table(let entries) = document.root.value else { return }
    #expect(entries.first?.node.value == .moment(nanoseconds))
  }

  @Test(
    "Messages name file, line, key, what is wrong and what to write",
    arguments: [
      ("schema = 1\n\n[market]\nsed = 3", "m.toml:4: market.sed: there is no such key; did you mean 'seed'?"),
      (
        "schema = 1\n[[instrument]]\n[instrument.flow]\nlimit_rat = 3",
        "m.toml:4: instrument[0].flow.limit_rat: there is no such key; did you mean 'limit_rate'?"
      ),
      (
        "schema = 1\nanything_else = 3",
        "m.toml:2: anything_else: there is no such key; the keys here are schema, market, venue, instrument"
      ),
      ("[market]", "m.toml:1: schema: is missing; write schema = 1 in the first line"),
      ("#\nschema = 2", "m.toml:2: schema: is 2, and this program knows version 1 only; write schema = 1"),
      (
        "schema = 1\n[market]\nseed = \"x\"",
        "m.toml:3: market.seed: wants a whole number, not the text \"x\"; write seed = 1"
      ),
      (
        "schema = 1\n[market]\nseed = -1",
        "m.toml:3: market.seed: wants a whole number from 0 to 18446744073709551615, not -1; write seed = 1"
      ),
      (
        "schema = 1\n[market]\ncontinuous_seconds = nan",
        "m.toml:3: market.continuous_seconds: wants a number, not nan; write continuous_seconds = 3600.0"
      ),
      (
        "schema = 1\n[market]\nstart = 2024-03-01",
        "m.toml:3: market.start: names no moment between the years 1700 and 2200; "
          + "write day, time and zone: start = 2023-11-16T08:30:00Z"
      ),
      (
        "schema = 1\n[instrument]\nsymbol = \"A\"",
        "m.toml:2: instrument: wants an array of tables, not a table; write [[instrument]]"
      ),
      (
        "schema = 1\n[[instrument]]\nflow = 3",
        "m.toml:3: instrument[0].flow: wants a table, not 3; write [instrument[0].flow] and its keys below"
      ),
      (
        "schema = 1\n[[instrument]]\nflow.size_weights = [1,\n2,\n\"a\"]",
        "m.toml:5: instrument[0].flow.size_weights[2]: wants a number, not the text \"a\"; write size_weights = [1.0, 0.5]"
      ),
      (
        "schema = 1\n[[instrument]]\n[[instrument]]\n[instrument.flow]\nbranching = 1.5",
        "m.toml:5: instrument[1].flow.branching: must lie between 0 and 0.99"
      ),
      (
        "schema = 1\n[market]\npre_open_seconds = -1",
        "m.toml:3: market.pre_open_seconds: must lie between 0 and 864,000"
      ),
    ])
  func messages(text: String, message: String) {
    #expect(Self.refusal(text) == message)
  }

  @Test("Text that is no TOML is refused with its line")
  func syntax() {
    #expect(Self.refusal("schema = 1\n[market\n").hasPrefix("m.toml:2: no valid TOML: "))
    #expect(Self.refusal("schema = 1\nschema = 1").hasPrefix("m.toml:2: no valid TOML: "))
    // What the parser itself only asserts.
    #expect(Self.refusal("schema = 1\n\n[@\nx = 1\n").hasPrefix("m.toml:3: no valid TOML: something other than a key"))
    #expect(Self.refusal("[.").hasPrefix("m.toml:1: no valid TOML: "))
    #expect(Self.refusal("\u{0}").contains("no valid TOML"))
  }

  @Test("Depth is bounded, whatever is nested")
  func depth() {
    let dots = String(repeating: "a.", count: 400_000) + "a"
    for text in [
      "schema = 1\n\(dots) = 1", "[\(dots)]", "[[\(dots)]]", "x = {\(dots) = 1}",
      "x = " + String(repeating: "[", count: 400_000), "x = " + String(repeating: "{a=", count: 400_000),
      "\"=\"" + String(repeating: ".\"=\"", count: 400_000) + " = 1",
      "'''='''" + String(repeating: ".'='", count: 400_000) + " = 1",
    ] {
      #expect(Self.refusal(text).contains("no valid TOML"))
    }
    // Dots and brackets in texts and comments are not nesting.
    let calm = "x = \"\(dots)\" # \(dots)\ny = '''\n\(dots)'''\nz = \"\"\"\(dots)\\\"\"\"\"\nw = [\n" + "0.5, "
    #expect(Self.refusal("schema = 1\n" + calm + "]").hasPrefix("m.toml:2: x: there is no such key"))
  }

  @Test("A missing file and one that is too large are said")
  func files() {
    #expect(throws: ScenarioError.self) { try MarketScenario(path: "/nonexistent/m.toml") }
    #expect(throws: ScenarioError.self) { try MarketScenario(path: "/") }
    #expect(throws: ScenarioError.self) { try MarketScenario(path: "/dev/zero") }
  }

  /// Any bytes give a model or an error; the process survives.
  @Test("Mutated scenarios never trap", arguments: 1...8 as ClosedRange<UInt64>)
  func mutations(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var model = MarketModel()
    model.instruments[0].flow.distanceWeights = [1, 2, 3]
    model.instruments[0].agents.institution = InstitutionModel()
    let original = Array(try MarketScenario(model: model).text().utf8)
    let pieces = [
      "[", "]", "[[", "{", "}", "\"", "'''", "\"\"\"", "=", ".", ",", "\n", "#", "nan", "-", "9e999", "\\", "\u{0}",
    ]
    var accepted = 0
    for _ in 0..<300 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
        case 2: bytes.insert(contentsOf: Array(pieces.randomElement(using: &random)?.utf8 ?? "".utf8), at: place)
        default:
          let end = min(bytes.count, place + Int.random(in: 1...200, using: &random))
          bytes.insert(contentsOf: Array(bytes[place..<end]), at: Int.random(in: 0..<bytes.count, using: &random))
        }
        if bytes.isEmpty { bytes = original }
      }
      do throws(ScenarioError) {
        let scenario = try MarketScenario(TomlDocument(bytes, file: "m.toml"))
        #expect(throws: Never.self) { try scenario.model.validate() }
        accepted += 1
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
    #expect(accepted < 300)
  }
}
