import Foundation
import Reporting
import Testing

@testable import Lab

/// Assumptions about fills bite where the feed names single orders, too.
@Suite("Fill assumptions")
struct FillAssumptionTests {
  static func run(_ more: String, threads: Int = 1) throws -> RunResult {
    try ScenarioRun.compute(
      try ScenarioRunTests.short(more), strategies: ScenarioRunTests.registry, threads: threads)
  }

  @Test("Missed fills leave their trace, and nothing else decides them")
  func missed() throws {
    let text = "[fills]\nprobability = 0.4\n[monte_carlo]\npessimistic = false\n"
    let half = try Self.run(text)
    let whole = try Self.run("[monte_carlo]\npessimistic = false\n")
    #expect(whole.missedFills.isEmpty)
    #expect(half.missedFills.count > 10)
    #expect(half.fills != whole.fills && half.fills.count > 5)
    #expect(half.assumptions.contains { $0.topic == "chance of fills" && $0.text.contains("probability 0.4") })
    #expect(whole.assumptions.contains { $0.topic == "chance of fills" && $0.direction == .optimistic })
    #expect(half.fills.contains { $0.model == "order-level, probability 0.4" })
    #expect(!whole.fills.contains { $0.model.contains(RunFill.chanceMark) })
    for missed in half.missedFills {
      let order = half.orders.first { $0.identifier == missed.order && $0.decisionTime == missed.decisionTime }
      #expect(order?.limitTicks == missed.priceTicks)
      for fill in half.fills where fill.order == missed.order && fill.decisionTime == missed.decisionTime {
        // Whoever misses one joins anew.
        #expect(fill.time <= missed.time || fill.joinedTime >= missed.time)
      }
    }
    #expect(try Self.run(text, threads: 2) == half)
    RunInvariants.check(half, try ScenarioRunTests.short(text))
    // In a file and back.
    let path = NSTemporaryDirectory() + "missed-\(ProcessInfo.processInfo.globallyUniqueString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try RunResultFile.write(half, to: path)
    #expect(try RunResultFile.read(path) == half)
  }

  @Test("The pessimistic run and every draw differ on order-level data by their chance of fills alone")
  func draws() throws {
    let result = try Self.run("[monte_carlo]\nexecution_draws = 6\nlatency_spread = 0\nleast_fill_probability = 0.2\n")
    let draws = try #require(result.executionDraws)
    #expect(draws.settings.allSatisfy { $0.latencyFactor == 1 && $0.feeChange == 0 })
    #expect(draws.settings.allSatisfy { (0.2...1).contains($0.fillProbability) })
    #expect(Set(draws.settings.map(\.fillProbability)).count == 6)
    #expect(Set(draws.profits).count > 3)
    #expect(draws.drawn.contains { $0.contains("uniform from 0.2 to 1") })
    let worse = try #require(result.pessimistic)
    #expect(worse.changes.contains { $0.contains("with probability 0.2, not 1") })
    #expect(worse.outcome.fills < result.lanes[0].fills)
  }

  @Test("Runs without latency have a pessimistic run that bites")
  func withoutLatency() throws {
    let result = try Self.run("[monte_carlo]\nleast_fill_probability = 1\n")
    #expect(result.pessimistic?.changes.first == "all latencies doubled")
    var scenario = try ScenarioRunTests.short("[monte_carlo]\nleast_fill_probability = 1\n")
    scenario.latency = LatencyTerms()
    let instant = try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry)
    let worse = try #require(instant.pessimistic)
    #expect(worse.changes.first == "the feed and messages each way take 1 ms, not no time")
    #expect(worse.outcome.profit != instant.lanes[0].profit)
  }

  @Test("A table of latencies reaches the lanes, between its points too")
  func measured() throws {
    func result(_ second: Int) throws -> RunResult {
      try Self.run(
        """
        [monte_carlo]
        pessimistic = false
        [[lane]]
        name = "table"
        latency.new_order.law = "measured"
        [[lane.latency.new_order.point]]
        time = 2024-03-01T14:00:00Z
        nanoseconds = 500_000
        [[lane.latency.new_order.point]]
        time = 2024-03-01T15:00:00Z
        nanoseconds = \(second)
        """)
    }
    let constant = try Self.run("[monte_carlo]\npessimistic = false\n")
    #expect(try result(500_000).fills == constant.fills)
    let slower = try result(50_000_000)
    #expect(slower.fills != constant.fills)
    #expect(slower.assumptions.contains { $0.text.contains("as measured at 2 moments, 500 µs to 50 ms") })
    let refusal = ScenarioTests.refusal(ScenarioTests.smallest + "\n[latency.new_order]\nlaw = \"measured\"\n")
    #expect(refusal.contains("latency.new_order.point: a measured latency wants points with rising times"))
  }

  @Test("Every step of every order is logged on request")
  func orderSteps() throws {
    let result = try Self.run("[monte_carlo]\npessimistic = false\n[risk]\nposition = 300\n")
    #expect(result.orderSteps.isEmpty)
    var scenario = try ScenarioRunTests.short("[monte_carlo]\npessimistic = false\n[risk]\nposition = 300\n")
    scenario.report.keepsOrderSteps = true
    let logged = try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry)
    #expect(logged.orders == result.orders && logged.fills == result.fills)
    try logged.validate()
    var byOrder = Array(repeating: [String](), count: logged.orders.count)
    for step in logged.orderSteps { byOrder[step.order].append(step.step) }
    for (order, steps) in zip(logged.orders, byOrder) {
      if order.reason.hasPrefix("risk control") {
        #expect(steps == ["received", "rejected"])
      } else {
        #expect(steps.prefix(4) == ["received", "validated", "risk-approved", "routed"])
        if order.outcome == 0 {
          #expect(steps.contains("filled") && steps.contains("settled") && steps.last == "confirmed")
        }
      }
    }
    #expect(logged.orderSteps.contains { $0.step == "cancelled" && $0.reason == "requested" })
    #expect(logged.orderSteps.contains { $0.reason == "risk control: position limit" })
    let path = NSTemporaryDirectory() + "steps-\(ProcessInfo.processInfo.globallyUniqueString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try RunResultFile.write(logged, to: path)
    #expect(try RunResultFile.read(path) == logged)
  }

  @Test("A matching engine leaves nothing to assume")
  func impact() {
    let market = "schema = 1\n[market]\n[strategy]\nname = \"null\"\n[run]\nimpact = true\n"
    #expect(
      ScenarioTests.refusal(market + "[fills]\nprobability = 0.5\n")
        == "s.toml:8: fills.probability: wants recorded or replayed events; with run.impact a matching engine decides "
        + "every fill; leave it at 1, or set run.impact = false")
    let recorded = "schema = 1\n[data]\nfiles = [\"a\"]\n[strategy]\nname = \"null\"\n"
    #expect(ScenarioTests.refusal(recorded + "[fills]\nprobability = 1.5\n").contains("fills.probability"))
  }
}
