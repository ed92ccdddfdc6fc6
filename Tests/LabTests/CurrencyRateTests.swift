import Accounting
import Foundation
import MarketTypes
import Reporting
import Testing

@testable import Lab

/// Rates of currencies over time.
@Suite("Rates over time")
struct CurrencyRateTests {
  static let euros = "capital = 1_000_000\ncurrency = \"EUR\"\n[[account.rate]]\ncurrency = \"USD\"\n"
  static let points = """
    [[account.rate.point]]
    time = 2024-03-01T14:00:00Z
    rate = 0.5
    [[account.rate.point]]
    time = 2024-03-01T14:35:00Z
    rate = 0.8

    """

  @Test("What is earned in a currency is worth what its rate of the moment makes of it")
  func overTime() throws {
    let (dollars, _) = try AccountScenarioTests.run("capital = 1_000_000\n")
    let scenario = try ScenarioRunTests.short(
      "[monte_carlo]\npessimistic = false\n[account]\n" + Self.euros + Self.points)
    let result = try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry)
    #expect(result.fills.map(\.priceTicks) == dollars.fills.map(\.priceTicks))
    #expect(result.sampleTimes == dollars.sampleTimes && dollars.lanes[0].profit != 0)
    let change: Int64 = 1_709_303_700_000_000_000
    for (sample, time) in result.sampleTimes.enumerated() {
      let gain = dollars.laneEquity[sample] - 1_000_000
      #expect(abs(result.laneEquity[sample] - 1_000_000 - gain * (time < change ? 0.5 : 0.8)) < 1e-6)
    }
    for (row, time) in result.account.times.enumerated() {
      let gain = dollars.account.equity[row] - 1_000_000
      #expect(abs(result.account.equity[row] - 1_000_000 - gain * (time < change ? 0.5 : 0.8)) < 1e-6)
    }
    #expect(abs(result.lanes[0].profit - dollars.lanes[0].profit * 0.8) < 1e-6)
    #expect(result.assumptions.contains { $0.topic == "currency" && $0.text.contains("2 rates over time") })
    #expect(try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry, threads: 2) == result)
  }

  @Test("A file of rates says the same as points, either way round")
  func file() throws {
    let place = try TestFolder()
    let text = """
      time,pair,rate
      # Of somebody else:
      2024-03-01T14:00:00Z,GBPEUR,1.17
      2024-03-01T14:00:00Z,EUR/USD,2
      1709303700000000000,EURUSD,1.25

      """
    try text.write(toFile: place.path + "/rates.csv", atomically: true, encoding: .utf8)
    func scenario(_ rates: String) throws -> Scenario {
      try ScenarioRunTests.short("[account]\n" + Self.euros + rates)
    }
    let named = try scenario("file = \"\(place.path)/rates.csv\"\n")
    #expect(named.account == (try scenario(Self.points)).account)
    // The resolved scenario needs the file no more.
    #expect(
      try Scenario(text: named.text(), file: "again.toml", strategies: ScenarioRunTests.registry).account
        == named.account)
  }

  @Test(
    "Bad rates are refused with their line",
    arguments: [
      ("", "holds no rate of USD in EUR"),
      ("2024-03-01T14:00:00Z,EURUSD", ":1: '2024-03-01T14:00:00Z,EURUSD' is no line"),
      ("x,EURUSD,1.1\ny,EURUSD,1.2", ":1: 'x' is no time"), ("2024-03-01,EURUSD,0", "is no rate"),
      ("2024-03-01,EURUSD,1e-9", "is no rate"),
      ("2024-03-02,EURUSD,1.1\n2024-03-01,EURUSD,1.1", ":2: 2024-03-01 does not lie after"),
    ])
  func refusals(text: String, message: String) throws {
    let error = #expect(throws: ScenarioError.self) {
      try CurrencyRateFile.points(Array(text.utf8), file: "rates.csv", currency: "USD", base: "EUR")
    }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    // Bytes of any kind are no reason to trap.
    for seed in 0..<50 {
      var bytes = Array(text.utf8)
      for place in bytes.indices where (place * 31 + seed * 17) % 5 == 0 { bytes[place] = UInt8((place * seed) & 255) }
      _ = try? CurrencyRateFile.points(bytes, file: "rates.csv", currency: "USD", base: "EUR")
    }
  }

  @Test("A first rate after the data's start wants a rate for the time before it")
  func lateStart() throws {
    let late = Self.points.replacingOccurrences(of: "T14:00", with: "T14:32")
    let error = #expect(throws: RunError.self) { try AccountScenarioTests.run(Self.euros + late) }
    #expect(error?.description.contains("state account.rate.rate") == true)
    #expect(
      ScenarioTests.refusal(ScenarioTests.smallest + "\n[account]\n[[account.rate]]\ncurrency = \"EUR\"")
        .contains("account.rate[0].rate: is missing"))
  }

  @Test("Margins follow the rates")
  func margins() throws {
    let credit =
      "capital = 12_000\ncurrency = \"EUR\"\ncredit = \"margin\"\nmargin.leverage = 1\n[[account.rate]]\ncurrency = \"USD\"\n"
    let scenario = try ScenarioRunTests.short("[monte_carlo]\npessimistic = false\n[account]\n" + credit + Self.points)
    let result = try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry)
    let change: Int64 = 1_709_303_700_000_000_000
    func largest(_ isWanted: (Int64) -> Bool) -> Double {
      result.account.times.indices.filter { isWanted(result.account.times[$0]) }.map {
        result.account.grossExposure[$0]
      }
      .max() ?? 0
    }
    #expect(largest { $0 < change } > 0 && largest { $0 < change } <= 12_300)
    #expect(result.lanes[0].riskRejects > 0)
  }
}
