import Foundation
import MarketTypes
import Reporting
import Testing
import TickStore

@testable import Lab

/// What runs on bars say of themselves, and how changes of fees are told.
@Suite("Runs on bars")
struct BarRunTests {
  /// Six days with opens at 100.00, 101.00, …
  static func write(to path: String) throws {
    let writer = try TickWriter(path: path)
    _ = try writer.addInstrument(Instrument(symbol: "DAY", tick: try #require(DecimalUnit("0.01")), currency: "USD"))
    for day in 0..<6 {
      let open = Int32(10_000 + 100 * day)
      let time: Int64 = 1_709_326_800_000_000_000 + Int64(day) * 86_400_000_000_000
      var event = MarketEvent(kind: .bar, exchangeTime: Timestamp(nanoseconds: time), instrument: 0)
      event.bar = MarketEvent.Bar(
        open: Price(ticks: open), high: Price(ticks: open + 60), low: Price(ticks: open - 40),
        close: Price(ticks: open + 20), volume: Quantity(lots: 1_000))
      try writer.append(event)
    }
    try writer.finish()
  }

  @Test("The assumptions tell of opens without spread, and of no queue")
  func assumptions() throws {
    let place = try TestFolder()
    try Self.write(to: place.path + "/day.ticks")
    let scenario = try Scenario(
      text: """
        schema = 1
        [data]
        files = ["\(place.path)/day.ticks"]
        [strategy]
        name = "buy-and-hold"
        parameters.quantity = 7
        [run]
        equity_interval_seconds = 86400
        [report]
        html = false
        resamples = 100
        simulated_paths = 100

        """, file: "bars.toml", strategies: ScenarioRunTests.registry)
    let result = try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry)
    let bars = try #require(result.assumptions.first { $0.topic == "bars" })
    #expect(bars.direction == .optimistic && bars.text.contains("at the next bar's open"))
    #expect(bars.text.contains("no spread and no slippage"))
    #expect(!result.assumptions.contains { $0.topic == "queue" || $0.topic == "chance of fills" })
    #expect(result.assumptions.contains { $0.topic == "marks" && $0.text.contains("close of the last bar") })
    // Six days that end at 105.20: so much is a lot worth.
    let mark: Int64 = 2 * 10_520
    #expect(result.account.markHalfTicks.last == mark)
    let fill = try #require(result.fills.first)
    #expect(fill.cause == "bar-range" && fill.priceTicks % 100 == 0)
  }

  @Test("Fee rates are told in basis points, by what became of them")
  func fees() {
    #expect(RunAssembly.words("maker", -20_000, -18_000) == "maker rebate cut from 0.20 to 0.18 bp")
    #expect(RunAssembly.words("taker", 30_000, 33_000) == "taker fee raised from 0.30 to 0.33 bp")
    #expect(RunAssembly.words("maker", -5_000, 10_000) == "maker rebate of 0.05 bp turned into a fee of 0.10 bp")
    #expect(RunAssembly.words("maker", -5_000, 0) == "maker rebate cut from 0.05 to 0.00 bp")
    #expect(RunAssembly.words("taker", 123_456, 1_000_000) == "taker fee raised from 1.23456 to 10.00 bp")
    #expect(RunAssembly.words("maker", 0, 0) == nil)
  }
}
