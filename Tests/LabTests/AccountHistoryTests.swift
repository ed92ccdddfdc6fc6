import Execution
import Reporting
import Testing

@testable import Lab

/// The account over time: a row for a moment, and no more of them than memory bears.
@Suite("Account history")
struct AccountHistoryTests {
  /// All lanes over all data, and the market at the moments that the account needs.
  private static func run(_ scenario: Scenario) throws -> (LaneOutcome, Replay, MarketProbe) {
    let pass = try RunPass(scenario, strategies: ScenarioRunTests.registry, threads: 1, progress: { _ in true })
    let outcome = try pass.lanes(eventLimit: nil)
    let assembly = RunAssembly(scenario: scenario, plan: pass.plan, replay: pass.replay, outcome: outcome)
    var windows = assembly.windowCapture(showsOwnOrders: false)
    let probe = try MarketProbe(
      times: assembly.probeTimes(with: windows), windows: &windows, replay: pass.replay, progress: { _ in true })
    return (outcome, pass.replay, probe)
  }

  @Test("Moments have one row each, and of too many every second, fourth or eighth")
  func rows() throws {
    let scenario = try ScenarioRunTests.short("[monte_carlo]\npessimistic = false\n")
    let (outcome, replay, probe) = try Self.run(scenario)
    let all = AccountHistory(outcome, capital: 1e6, replay: replay, probe: probe).columns
    #expect(zip(all.times, all.times.dropFirst()).allSatisfy { $0 < $1 })
    let moments = Set(outcome.fills.map(\.time)).union(outcome.sampleTimes)
    #expect(Set(all.times) == moments)
    let few = AccountHistory(outcome, capital: 1e6, replay: replay, probe: probe, mostMoments: 20).columns
    #expect(few.times.count < all.times.count && few.times.count <= outcome.sampleTimes.count + 20)
    #expect(Set(few.times).isSuperset(of: outcome.sampleTimes))
    let places = Dictionary(uniqueKeysWithValues: all.times.enumerated().map { ($0.element, $0.offset) })
    for (row, time) in few.times.enumerated() {
      let place = try #require(places[time])
      #expect(few.equity[row] == all.equity[place] && few.lots[row] == all.lots[place])
    }
  }

  /// With samples every second, what was carried by a fill is at most a second old; with none between, it comes from notes.
  @Test("Funding and borrow are in the row of the next fill, however rare samples are")
  func carry() throws {
    func columns(everySeconds interval: Int) throws -> AccountColumns {
      let scenario = try ScenarioRunTests.short(
        """
        [monte_carlo]
        pessimistic = false
        [carry]
        funding_rate = 1_000_000
        funding_interval_seconds = 60
        borrow_rate = 30_000_000
        [run]
        equity_interval_seconds = \(interval)

        """)
      let (outcome, replay, probe) = try Self.run(scenario)
      return AccountHistory(outcome, capital: 1e6, replay: replay, probe: probe).columns
    }
    let (rare, often) = (try columns(everySeconds: 86_400), try columns(everySeconds: 1))
    let rows = Dictionary(uniqueKeysWithValues: often.times.enumerated().map { ($0.element, $0.offset) })
    var (compared, different) = (0, Set<Double>())
    for (row, time) in rare.times.enumerated() {
      guard let other = rows[time] else { continue }
      compared += 1
      different.insert(rare.carry[row])
      #expect(abs(rare.carry[row] - often.carry[other]) < 1e-6, "at \(time)")
      #expect(abs(rare.equity[row] - often.equity[other]) < 1e-6)
    }
    #expect(compared > 20 && different.count > 5)
  }
}
