import Execution
import Foundation
import Ledger
import Reporting
import Testing

@testable import Lab

@Suite("Runs")
struct ScenarioRunTests {
  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let folder = repository.appendingPathComponent("Scenarios").path
  static let registry = StrategyRegistry(StrategyRegistry.builtIn)
  static let sample = repository.appendingPathComponent("Datasets/sample/day.ticks").path

  /// Every scenario that can be run: all but descriptions of markets.
  static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(5)) }
    .filter { name in
      let text = (try? String(contentsOfFile: "\(folder)/\(name).toml", encoding: .utf8)) ?? ""
      return text.contains("[strategy]")
    }.sorted()

  /// A few minutes of the sample.
  static func short(_ more: String = "") throws -> Scenario {
    try Scenario(
      text: """
        schema = 1
        name = "short"
        [data]
        files = ["\(sample)"]
        instruments = ["ALFA"]
        until = 2024-03-01T14:40:00Z
        [latency]
        feed_nanoseconds = 500_000
        new_order.nanoseconds = 500_000
        acknowledgement.nanoseconds = 500_000
        [fees]
        maker_rate = -20_000
        [strategy]
        name = "grid-maker"
        [report]
        resamples = 100
        simulated_paths = 100

        """ + more, file: "short.toml", strategies: registry)
  }

  @Test("There are at least eight scenarios, each with its expected result")
  func enumeration() {
    #expect(Self.names.count >= 8)
    for name in Self.names {
      #expect(FileManager.default.fileExists(atPath: "\(Self.folder)/\(name).expected.json"), "\(name)")
    }
  }

  /// The expected file is the run's summary: statistics of every lane, and the hash of the whole result.
  /// `LOCKSTEP_WRITE_EXPECTED=1` writes it anew.
  @Test("Every scenario gives its expected statistics and result hash", arguments: names)
  func expected(name: String) throws {
    let scenario = try Scenario(paths: ["\(Self.folder)/\(name).toml"], strategies: Self.registry)
    let result = try ScenarioRun.compute(scenario, strategies: Self.registry)
    #expect(throws: Never.self) { try result.validate() }
    RunInvariants.check(result, scenario)
    let summary = try RunSummary.json(result).canonicalText() + "\n"
    let path = "\(Self.folder)/\(name).expected.json"
    if ProcessInfo.processInfo.environment["LOCKSTEP_WRITE_EXPECTED"] != nil {
      try summary.write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == summary)
    #expect(result.identity.isStoppedByRisk == (name == "drawdown-stop"))
    #expect(result.lanes[result.shownLane].fills > 0)
  }

  @Test("Threads, other lanes and where it is read from change nothing")
  func independence() throws {
    let scenario = try Self.short("[monte_carlo]\nexecution_draws = 3\n")
    let one = try ScenarioRun.compute(scenario, strategies: Self.registry)
    let two = try ScenarioRun.compute(scenario, strategies: Self.registry, threads: 2)
    #expect(one == two)
    #expect(one.executionDraws?.profits.count == 3)
    #expect(one.pessimistic != nil)
    let alone = try ScenarioRun.compute(
      try Self.short("[monte_carlo]\npessimistic = false\n"), strategies: Self.registry)
    #expect(alone.fills == one.fills && alone.account == one.account && alone.orders == one.orders)
  }

  @Test("The account rebuilt from fills is the one that the engine sampled")
  func account() throws {
    let result = try ScenarioRun.compute(try Self.short(), strategies: Self.registry)
    #expect(result.fills.count > 10)
    var next = 0
    for (sample, time) in result.sampleTimes.enumerated() {
      while next < result.account.times.count - 1, result.account.times[next + 1] <= time { next += 1 }
      #expect(abs(result.account.equity[next] - result.equity(ofLane: 0)[sample]) < 1e-6)
    }
    #expect(result.orders.map(\.filledLots).reduce(0, +) == result.fills.map(\.lots).reduce(0, +))
    for fill in result.fills {
      #expect(fill.arrivalMidHalfTicks != .min)
      #expect(fill.joinedTime <= fill.time)
    }
    #expect(result.windows.count == min(48, result.fills.count))
    for window in result.windows {
      // The last column at which the order waited shows what the engine knew when it joined, or less.
      let fill = result.fills[window.fill]
      for ahead in window.ahead where ahead != .min { #expect(ahead <= fill.aheadWhenJoined) }
    }
  }

  @Test("A run that begins later sees the books as they stood")
  func laterStart() throws {
    let whole = try ScenarioRun.compute(
      try Self.short(), strategies: Self.registry)
    let from = try Scenario(
      text: """
        schema = 1
        [data]
        files = ["\(Self.sample)"]
        instruments = ["BETA", "ALFA"]
        from = 2024-03-01T14:35:00Z
        until = 2024-03-01T14:36:00Z
        [strategy]
        name = "null"
        [run]
        equity_interval_seconds = 10
        """, file: "s.toml", strategies: Self.registry)
    let pass = try RunPass(from, strategies: Self.registry, threads: 1, progress: { _ in true })
    var none = WindowCapture(fills: [LaneFill](), count: 0, windowSeconds: 1, start: 0, end: 0)
    // The middle at moments of the later run equals that of a replay from the start.
    let times: [Int64] = [1_709_303_701_000_000_000, 1_709_303_720_000_000_000, 1_709_303_755_000_000_000]
    let late = try MarketProbe(times: Self.rows(times), windows: &none, replay: pass.replay, progress: { _ in true })
    var plain = from
    plain.data.from = nil
    plain.data.instruments = []
    let early = try MarketProbe(
      times: Self.rows(times), windows: &none, replay: try Replay(plain.data, scenario: "s"), progress: { _ in true })
    for time in times {
      #expect(late.middle(at: time, instrument: 0) == early.middle(at: time, instrument: 1))
      #expect(late.middle(at: time, instrument: 1) == early.middle(at: time, instrument: 0))
    }
    #expect(whole.identity.eventCount > 0)
  }

  private static func rows(_ times: [Int64]) throws -> RowFile<Int64> {
    let rows: RowFile<Int64> = RowStorage().file()
    for time in times { try rows.append(time) }
    try rows.finish()
    return rows
  }

  @Test("A file that follows itself replays twice as many events into cleared books")
  func following() throws {
    let text = """
      schema = 1
      [data]
      files = ["\(Self.sample)", "\(Self.sample)"]
      until = 2024-03-01T14:33:00Z
      [strategy]
      name = "null"
      """
    let scenario = try Scenario(text: text, file: "s.toml", strategies: Self.registry)
    var single = scenario
    single.data.files.removeLast()
    let twice = try Replay(scenario.data, scenario: "s")
    let once = try Replay(single.data, scenario: "s")
    func last(_ replay: Replay) throws -> (events: UInt64, middle: Int64) {
      var none = WindowCapture(fills: [LaneFill](), count: 0, windowSeconds: 1, start: 0, end: 0)
      var count: UInt64 = 0
      let probe = try MarketProbe(
        times: Self.rows([1_709_303_579_000_000_000, .max - 1]), windows: &none, replay: replay,
        progress: {
          count = $0.events
          return true
        })
      return (count, probe.mark(at: .max - 1, instrument: 0, lots: 1))
    }
    let (first, second) = (try last(once), try last(twice))
    #expect(second.events == 2 * first.events)
    #expect(second.middle == first.middle)
  }
}
