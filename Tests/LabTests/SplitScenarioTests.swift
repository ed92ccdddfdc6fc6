import Accounting
import Analytics
import Foundation
import MarketTypes
import Reporting
import Testing
import TickStore

@testable import Lab

/// Splits of scenarios, from the key to the result.
@Suite("Splits of scenarios")
struct SplitScenarioTests {
  /// Three days of a share that is split 3 for 2 in the first night and 2 for 1 in the second.
  static func write(to path: String) throws {
    let writer = try TickWriter(path: path)
    for symbol in ["SHR", "REST"] {
      _ = try writer.addInstrument(
        Instrument(symbol: symbol, tick: try #require(DecimalUnit("0.01")), currency: "USD"))
    }
    let day: Int64 = 86_400_000_000_000
    for (number, price) in [Int32(9_000), 6_000, 3_000].enumerated() {
      for minute in 0..<30 {
        let time = 1_709_303_400_000_000_000 + Int64(number) * day + Int64(minute) * 60_000_000_000
        for instrument in [UInt16(0), 1] {
          let bid = instrument == 0 ? price + Int32(minute % 5) : 2_000
          var event = MarketEvent(
            kind: .quote, exchangeTime: Timestamp(nanoseconds: time + Int64(instrument)), instrument: instrument)
          event.quote = MarketEvent.Quote(
            bidPrice: Price(ticks: bid), bidQuantity: Quantity(lots: 500), askPrice: Price(ticks: bid + 2),
            askQuantity: Quantity(lots: 500))
          try writer.append(event)
        }
      }
    }
    try writer.finish()
  }

  static let splits = """
    [[data.split]]
    time = 2024-03-02T07:00:00Z
    instrument = "SHR"
    new_shares = 3
    old_shares = 2
    [[data.split]]
    time = 2024-03-03T07:00:00Z
    instrument = "SHR"
    new_shares = 2

    """

  static func run(
    _ more: String = splits, lanes: String = "", threads: Int = 1, interval: Double = 60
  ) throws -> RunResult {
    let place = try TestFolder()
    try write(to: place.path + "/share.ticks")
    let text = """
      schema = 1
      [data]
      files = ["\(place.path)/share.ticks"]
      \(more)
      [account]
      capital = 10_000
      lots = "fifo"
      [strategy]
      name = "buy-and-hold"
      parameters.quantity = 7
      [run]
      equity_interval_seconds = \(interval)
      [monte_carlo]
      pessimistic = false
      [report]
      html = false
      resamples = 100
      simulated_paths = 100

      """
    let scenario = try Scenario(text: text + lanes, file: "split.toml", strategies: ScenarioRunTests.registry)
    let result = try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry, threads: threads)
    #expect(throws: Never.self) { try result.validate() }
    return result
  }

  static let once = Result { try run() }

  @Test("Positions, cash, lots, marks and the equity go through splits")
  func through() throws {
    let result = try Self.once.get()
    #expect(result.splits.map(\.lotsBefore) == [7, 10] && result.splits.map(\.lotsAfter) == [10, 20])
    // Half a new share of 2/3 of 90.05: 30.016…, to a cent.
    #expect(result.splits.map(\.cash) == [30.02, 0])
    let rows = result.account.times.indices
    // Bought at 90.02; what is held and what was paid is the equity at every row, and no row jumps by more than ticks.
    let bought = 7 * 90.02
    for row in rows {
      let (lots, mark) = (result.account.lots[2 * row], result.account.markHalfTicks[2 * row])
      guard lots > 0 else { continue }
      let cash = 10_000 - bought + (lots == 7 ? 0 : 30.02)
      #expect(abs(result.account.equity[row] - cash - Double(lots) * Double(mark) / 200) < 1e-9)
      #expect(abs(result.account.equity[row] - 10_000) < 1)
    }
    #expect(result.account.lots[2 * (rows.count - 1)] == 20)
    let closed = try #require(result.closedLots)
    #expect(closed.entries.count == 1 && closed.entries[0].lots == 0)
    #expect(abs(closed.entries[0].proceeds - 30.02) < 0.01)
    #expect(result.assumptions.contains { $0.topic == "splits" })
  }

  @Test("Figures compare prices of old and new shares")
  func figures() throws {
    let result = try Self.once.get()
    var settings = RunAnalysisSettings()
    (settings.resamples, settings.simulatedPaths) = (100, 100)
    let analysis = RunAnalysis(result, settings: settings)
    // Holding both did not lose half: the levels stay near 1.
    #expect(analysis.benchmark.value?.levels.allSatisfy { (0.95...1.05).contains($0) } == true)
    let open = try #require(analysis.trades.value?.fillToFill.open.first)
    // Seven shares of the first day are 21 of the last.
    #expect(open.lots == 21)
    let path = NSTemporaryDirectory() + "split-\(ProcessInfo.processInfo.globallyUniqueString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try RunResultFile.write(result, to: path)
    #expect(try RunResultFile.read(path) == result)
  }

  @Test("A lane among others, and on several threads, is the lane alone")
  func independence() throws {
    let alone = try Self.once.get()
    let more =
      "[[lane]]\nname = \"a\"\nparameters.quantity = 3\n[[lane]]\nname = \"b\"\n[[lane]]\nname = \"c\"\nparameters.quantity = 5\n"
    for threads in [1, 2] {
      let among = try Self.run(lanes: more, threads: threads)
      #expect(Array(among.equity(ofLane: 1)) == Array(alone.equity(ofLane: 0)))
      #expect(among.sampleTimes == alone.sampleTimes)
    }
  }

  @Test(
    "What is no split is refused",
    arguments: [
      ("instrument = \"A\"\nnew_shares = 2", "data.split[0].time: is missing"),
      ("time = 2024-03-01T00:00:00Z\nnew_shares = 2", "data.split[0].instrument: is missing"),
      ("time = 2024-03-01T00:00:00Z\ninstrument = \"A\"", "data.split[0]: changes nothing"),
      ("new_shares = 0", "data.split[0].new_shares"),
    ])
  func refusals(text: String, message: String) {
    let scenario = ScenarioTests.smallest.replacingOccurrences(
      of: "[strategy]", with: "[[data.split]]\n\(text)\n[strategy]")
    #expect(ScenarioTests.refusal(scenario).contains(message))
  }

  @Test("A split of nobody is refused")
  func unknown() {
    #expect(throws: RunError.self) { try Self.run(Self.splits.replacingOccurrences(of: "SHR", with: "NONE")) }
  }
}
