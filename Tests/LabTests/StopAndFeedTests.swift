import Accounting
import Execution
import Foundation
import MarketTypes
import Reporting
import Testing

@testable import Lab

/// Stops, margin calls, marks and feeds as scenarios state them.
@Suite("Stops, margin calls, marks and feeds of scenarios")
struct StopAndFeedTests {
  static func run(_ more: String, threads: Int = 1) throws -> RunResult {
    let scenario = try ScenarioRunTests.short("[monte_carlo]\npessimistic = false\n" + more)
    let result = try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry, threads: threads)
    RunInvariants.check(result, scenario)
    #expect(throws: Never.self) { try result.validate() }
    return result
  }

  @Test("A stop closes, holds or lets the lane reduce, and a stopped lane sends nothing that is refused")
  func stops() throws {
    let risk = "[risk]\ndrawdown = 2.0\n"
    let closed = try Self.run(risk)
    let held = try Self.run(risk + "after_stop = \"hold\"\n")
    let reduced = try Self.run(risk + "after_stop = \"reduce\"\n")
    for result in [closed, held, reduced] {
      #expect(result.identity.isStoppedByRisk && result.riskEvents.contains { $0.kind == "drawdown-stop" })
    }
    #expect(reduced.lanes[0].riskRejects > 0)
    #expect(closed.lanes[0].riskRejects == 0 && held.lanes[0].riskRejects == 0)
    #expect(closed.account.lots.last == 0)
    let time = try #require(held.riskEvents.first { $0.kind == "drawdown-stop" }?.time)
    #expect(held.orders.allSatisfy { $0.decisionTime <= time + 1_000_000 })
    #expect(closed.orders.last?.identifier == .max || closed.fills.allSatisfy { $0.time <= time })
    #expect(closed.assumptions.contains { $0.topic == "drawdown stop" && $0.text.contains("closes all positions") })
  }

  @Test("A margin call that closes leaves an event and no position")
  func marginCalls() throws {
    let account = "[account]\ncapital = 10_030\ncredit = \"margin\"\nmargin.initial_rate = 1_000_000_000\n"
    let rates = "margin.maintenance_rate = 1_000_000_000\n"
    let noted = try Self.run(account + rates)
    let closed = try Self.run(account + rates + "margin.on_call = \"close\"\n")
    #expect(noted.riskEvents.contains { $0.kind == "margin-call" })
    #expect(!noted.riskEvents.contains { $0.kind == "margin-closing" })
    let event = try #require(closed.riskEvents.first { $0.kind == "margin-closing" })
    #expect(closed.orders.contains { $0.identifier == .max && $0.decisionTime >= event.time })
  }

  @Test("Positions are valued at the middle, the last trade, or what closing would get")
  func marks() throws {
    let middle = try Self.run("[account]\nmark = \"mid\"\n")
    let touch = try Self.run("[account]\nmark = \"touch\"\n")
    let last = try Self.run("[account]\nmark = \"last\"\n")
    #expect(middle.fills == touch.fills && middle.fills == last.fills)
    #expect(middle.account.equity != touch.account.equity && middle.account.equity != last.account.equity)
    var differing = 0
    for row in middle.account.times.indices where middle.account.lots[row] != 0 {
      let (lots, mark) = (middle.account.lots[row], middle.account.markHalfTicks[row])
      let other = touch.account.markHalfTicks[row]
      // Whole ticks, on the side of the market that would take the position.
      #expect(other % 2 == 0 && (lots < 0 ? other >= mark : other <= mark), "row \(row)")
      #expect(last.account.markHalfTicks[row] % 2 == 0)
      #expect(touch.account.equity[row] <= middle.account.equity[row] + 1e-6)
      if other != mark { differing += 1 }
    }
    #expect(differing > 10)
    #expect(touch.assumptions.contains { $0.topic == "marks" && $0.text.contains("longs at the best bid") })
  }

  static let feedTexts = [
    "feed = \"drawn\"\nfeed_quantiles = [0, 300_000, 9_000_000]\n",
    "feed = \"measured\"\n[[latency.feed_point]]\ntime = 2024-03-01T14:30:00Z\nnanoseconds = 400_000\n"
      + "[[latency.feed_point]]\ntime = 2024-03-01T14:40:00Z\nnanoseconds = 90_000_000\n",
  ]

  /// The short scenario with another feed.
  static func scenario(feed: String) throws -> Scenario {
    var scenario = try ScenarioRunTests.short("[monte_carlo]\npessimistic = false\n")
    let text = ScenarioTests.smallest + "\n[latency]\n" + feed
    let other = try ScenarioTests.read(text).latency
    scenario.latency.feed = other.feed
    scenario.latency.feedQuantiles = other.feedQuantiles
    scenario.latency.feedPoints = other.feedPoints
    return scenario
  }

  @Test("A feed that varies is the same whatever the threads and whoever else listens", arguments: feedTexts)
  func feeds(feed: String) throws {
    let scenario = try Self.scenario(feed: feed)
    let registry = ScenarioRunTests.registry
    let one = try ScenarioRun.compute(scenario, strategies: registry)
    #expect(
      try ScenarioRun.compute(ScenarioRunTests.short("[monte_carlo]\npessimistic = false\n"), strategies: registry)
        .fills != one.fills)
    #expect(
      one.assumptions.contains { $0.topic == "latency" && $0.text.contains("moments") || $0.text.contains("drawn") })
    let shown = LaneVariant(inheriting: scenario, name: "base")
    var (slow, constant) = (shown, shown)
    slow.name = "slow"
    slow.latency = shown.latency.scaled(by: 3)
    constant.name = "constant"
    constant.latency.feed = .constant
    var crowded = scenario
    crowded.lanes = [slow, shown, constant]
    crowded.report.shownLane = "base"
    let among = try ScenarioRun.compute(crowded, strategies: registry, threads: 2)
    ScenarioIndependenceTests.compare(among, one, "among others")
    #expect(among.lanes[0].fills != among.lanes[1].fills || among.lanes[0].profit != among.lanes[1].profit)
  }

  @Test(
    "Keys are written as they were read, and nonsense is refused with the key",
    arguments: [
      ("[latency]\nfeed = \"drawn\"", "latency.feed_quantiles: a drawn feed wants two or more quantiles"),
      ("[latency]\nfeed = \"measured\"", "latency.feed_point: a measured feed wants points"),
      ("[latency]\nfeed = \"draw\"", "drawn"), ("[risk]\nafter_stop = \"clsoe\"", "close"),
      ("[account]\nmark = \"middle\"", "mid"), ("[account]\nmargin.on_call = \"sell\"", "note"),
    ])
  func refusals(text: String, says: String) throws {
    let error = #expect(throws: ScenarioError.self) { try ScenarioTests.read(ScenarioTests.smallest + "\n" + text) }
    #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    let all = try ScenarioTests.read(
      ScenarioTests.smallest
        + "\n[account]\nmark = \"touch\"\nmargin.on_call = \"close\"\n[risk]\nafter_stop = \"hold\"\n[latency]\n"
        + Self.feedTexts[1])
    #expect(all.account.mark == .touch && all.risk.afterStop == .hold && all.latency.feedPoints.count == 2)
    #expect(try ScenarioTests.read(try all.text()) == all)
  }
}
