import Foundation
import Testing
import TickStore

@Suite("simulate, calibrate and facts")
struct SimulateCommandTests {
  private let folder: ScratchFolder
  private let scenario: String

  static let text = """
    schema = 1
    [market]
    pre_open_seconds = 5
    continuous_seconds = 40
    closing_auction_seconds = 5
    [[instrument]]
    symbol = "ALFA"
    [[instrument]]
    symbol = "BETA"
    """

  init() throws {
    folder = try ScratchFolder()
    scenario = folder.path("market.toml")
    try write(Self.text)
  }

  private func write(_ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: scenario))
  }

  private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.path(name))) }

  @Test("A scenario and a seed give the same bytes for any number of threads")
  func determinism() throws {
    let json = try Binary.run("simulate", scenario, "-o", folder.path("a.ticks"), "--json")
    #expect(json.code == 0 && json.messages.isEmpty)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(object["instruments"] as? [String] == ["ALFA", "BETA"])
    let file = try TickFile(path: folder.path("a.ticks"))
    #expect(object["events"] as? Int == Int(file.eventCount) && file.eventCount > 2_000)
    #expect(file.orphanCount == 0)
    #expect(try Binary.run("simulate", scenario, "-o", folder.path("b.ticks"), "--threads", "2").code == 0)
    #expect(try bytes("a.ticks") == bytes("b.ticks"))
    #expect(try Binary.run("simulate", scenario, "-o", folder.path("c.ticks"), "--seed", "2").code == 0)
    #expect(try bytes("a.ticks") != bytes("c.ticks"))
    // Calibration reads what simulation wrote, and its scenario simulates.
    let fit = try Binary.run("calibrate", folder.path("a.ticks"), "-o", folder.path("fit.toml"), "-i", "BETA", "--json")
    #expect(fit.code == 0, "\(fit.messages)")
    let fits = try #require(try JSONSerialization.jsonObject(with: Data(fit.output.utf8)) as? [String: Any])
    #expect(fits["symbol"] as? String == "BETA" && (fits["fits"] as? [Any])?.count == 5)
    #expect(String(decoding: try bytes("fit.toml"), as: UTF8.self).contains("symbol = \"BETA\""))
    #expect(try Binary.run("simulate", folder.path("fit.toml"), "-o", folder.path("d.ticks")).code == 0)
    let facts = try Binary.run("facts", folder.path("a.ticks"), "--sample", "100")
    #expect(facts.code == 0 && facts.output.contains("Cont, Quantitative Finance"), "\(facts.messages)")
    let factsJSON = try Binary.run("facts", folder.path("a.ticks"), "--sample", "100", "--json")
    let table = try #require(try JSONSerialization.jsonObject(with: Data(factsJSON.output.utf8)) as? [String: Any])
    #expect((table["facts"] as? [Any])?.count == 7)
    #expect(folder.names == ["a.ticks", "b.ticks", "c.ticks", "d.ticks", "fit.toml", "market.toml"])
  }

  @Test("Mistakes in a scenario end with 3, missing ones with 4, and nothing is written")
  func mistakes() throws {
    let target = folder.path("a.ticks")
    try write("schema = 1\n[market]\nsed = 3")
    let unknown = try Binary.run("simulate", scenario, "-o", target)
    #expect(unknown.code == 3)
    #expect(unknown.messages.contains("market.toml:3: market.sed: there is no such key; did you mean 'seed'?"))
    try write("schema = 1\n[[instrument]]\ntick = \"zero\"")
    let tick = try Binary.run("simulate", scenario, "-o", target)
    #expect(tick.code == 3 && tick.messages.contains(":3: instrument[0].tick: must be a positive decimal"))
    #expect(try Binary.run("simulate", folder.path("none.toml"), "-o", target).code == 4)
    #expect(try Binary.run("calibrate", scenario, "-o", folder.path("fit.toml")).code == 4)
    #expect(try Binary.run("facts", folder.path("none.ticks")).code == 4)
    try write(Self.text)
    #expect(try Binary.run("simulate", scenario, "-o", folder.path("no/such/a.ticks")).code == 1)
    #expect(try Binary.run("simulate", scenario, "-o", scenario, "--force").code == 1)
    #expect(folder.names == ["market.toml"])
  }

  @Test("An interrupted simulation leaves nothing behind")
  func interruption() throws {
    try write(Self.text.replacingOccurrences(of: "continuous_seconds = 40", with: "continuous_seconds = 864_000"))
    let outcome = try Binary.shell(
      "set -m; '\(Binary.url.path)' simulate '\(scenario)' -o '\(folder.path("a.ticks"))' & sleep 1; kill -INT $!; wait $!"
    )
    #expect(outcome.code == 130, "\(outcome.messages)")
    #expect(folder.names == ["market.toml"])
  }

  @Test("A file with too little to measure is said")
  func tooLittle() throws {
    try write(Self.text.replacingOccurrences(of: "continuous_seconds = 40", with: "continuous_seconds = 1"))
    #expect(try Binary.run("simulate", scenario, "-o", folder.path("a.ticks")).code == 0)
    let facts = try Binary.run("facts", folder.path("a.ticks"))
    #expect(facts.code == 4 && facts.messages.contains("200 of each are needed"))
    let unknown = try Binary.run("facts", folder.path("a.ticks"), "-i", "GAMMA")
    #expect(unknown.code == 4 && unknown.messages.contains("It holds ALFA, BETA."))
  }
}
