import Reporting
import Testing

@testable import Lab

/// What a result says of how its lanes differ.
@Suite("Differences of lanes")
struct LaneDifferencesTests {
  private static func settings(_ lanes: String) throws -> [[LaneResult.Setting]] {
    try LaneDifferences(try ScenarioTests.read(ScenarioTests.smallest + lanes).variants).settings
  }

  private static func texts(_ settings: [LaneResult.Setting]) -> [String] {
    settings.map { "\($0.name) = \($0.word.isEmpty ? TomlNumber.text($0.value) : $0.word)" }
  }

  @Test("Every key in which two lanes differ is stated of all of them, the base included")
  func everyKey() throws {
    let found = try Self.settings(
      """

      [[lane]]
      name = "base"
      [[lane]]
      name = "slow"
      latency.new_order.nanoseconds = 7
      fees.taker_rate = 9
      fees.tier = [{ volume = 10, maker_rate = 1 }]
      [[lane]]
      name = "other"
      fills.queue = "uniform"
      fills.trades_at_last_price = true
      risk.position = 200
      carry.borrow_rate = 3
      """)
    let texts = found.map(Self.texts)
    #expect(texts[0].contains("latency.new_order.nanoseconds = 0") && texts[0].contains("fees.taker_rate = 0"))
    #expect(texts[1].contains("latency.new_order.nanoseconds = 7") && texts[1].contains("fees.taker_rate = 9"))
    #expect(texts[1].contains("fees.tier[0].volume = 10") && !texts[0].contains { $0.hasPrefix("fees.tier") })
    #expect(texts[2].contains("fills.queue = uniform") && texts[0].contains("fills.queue = risk-averse"))
    #expect(texts[2].contains("fills.trades_at_last_price = true"))
    #expect(texts[2].contains("carry.borrow_rate = 3") && texts[0].contains("carry.borrow_rate = 0"))
    // A control that is off has no value.
    #expect(texts[2].contains("risk.position = 200") && !texts[0].contains { $0.hasPrefix("risk.position") })
    #expect(!texts.joined().contains { $0.hasPrefix("fees.maker_rate =") }, "all lanes have the same")
    #expect(found[2].first { $0.name == "fills.queue" }?.value == 1, "the second word that lanes have")
  }

  @Test("Lanes with the same terms of trade have none")
  func none() throws {
    #expect(try Self.settings("\n[[lane]]\nname = \"a\"\n[[lane]]\nname = \"b\"\n").allSatisfy(\.isEmpty))
    #expect(try Self.settings("").allSatisfy(\.isEmpty))
  }
}
