import Analytics
import Execution
import Foundation
import Ledger
import MarketTypes
import Reporting
import Simulation
import Strategies
import Synchronization
import TickStore
import Testing

@testable import Lab

/// Middles of the market by time, kept by the process: what no strategy should have.
private final class Hindsight: Sendable {
  static let shared = Hindsight()
  private let middles = Mutex<[Int64: Int64]>([:])

  func note(_ middle: Int64, at time: Int64) { middles.withLock { $0[time] = middle } }
  func middle(at time: Int64) -> Int64? { middles.withLock { $0[time] } }
}

/// Buys and sells in turn, unless an earlier replay told it what the market will do in the next half minute.
private struct Rememberer: Strategy {
  static let name = "rememberer"
  static let step: Int64 = 30_000_000_000
  var isBuyer = true
  var sent: UInt64 = 0

  init(_ parameters: ParameterValues) {}

  var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: Self.step) }

  mutating func timer(_ desk: inout Desk) {
    guard !desk.bestBid().isNone, !desk.bestAsk().isNone else { return }
    let middle = Int64(desk.bestBid().ticks) + Int64(desk.bestAsk().ticks)
    isBuyer = Hindsight.shared.middle(at: desk.time + Self.step).map { $0 > middle } ?? !isBuyer
    Hindsight.shared.note(middle, at: desk.time)
    sent += 1
    desk.send(
      OrderTerms(
        identifier: OrderIdentifier(sent), side: isBuyer ? .buy : .sell, type: .market, quantity: Quantity(lots: 1),
        timeInForce: .immediateOrCancel))
  }
}

/// A source that lets others see how far it has read ahead of the lanes.
private struct LeakySource: EventSource, ~Copyable {
  static let readUntil = Atomic<Int64>(0)
  var source: TickEventSource
  var instrumentCount: Int { source.instrumentCount }

  func makeBatch() -> EventBatch { source.makeBatch() }

  mutating func nextBatch(into batch: inout EventBatch) throws(TickStoreError) -> Bool {
    guard try source.nextBatch(into: &batch) else { return false }
    Self.readUntil.store(batch.times[batch.count - 1], ordering: .relaxed)
    return true
  }
}

/// Buys each second; the one that peeks sells instead when more than a minute of the market has been read already.
private struct Peeker: Strategy {
  static let name = "peeker"
  let peeks: Bool
  var sent: UInt64 = 0

  init(peeks: Bool) { self.peeks = peeks }
  init(_ parameters: ParameterValues) { peeks = false }

  var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: 1_000_000_000) }

  mutating func timer(_ desk: inout Desk) {
    let knows = peeks && LeakySource.readUntil.load(ordering: .relaxed) - desk.time > 60_000_000_000
    sent += 1
    desk.send(
      OrderTerms(
        identifier: OrderIdentifier(sent), side: knows ? .sell : .buy, type: .market, quantity: Quantity(lots: 1),
        timeInForce: .immediateOrCancel))
  }
}

/// Data that ends early must not change what was decided until then.
@Suite("Look-ahead check")
struct LookAheadTests {
  static func scenario(_ strategy: String, _ more: String = "") throws -> Scenario {
    var scenario = try ScenarioRunTests.short(more)
    scenario.lookAhead.cutoffs = 4
    scenario.strategy.name = strategy
    // What `short` left unsaid was said for its own strategy.
    if strategy != "grid-maker" { scenario.strategy.parameters = [:] }
    return scenario
  }

  @Test("Honest lanes pass, whatever their feeds and models")
  func honest() throws {
    let scenario = try Self.scenario(
      "grid-maker",
      """
      [[lane]]
      name = "base"
      [[lane]]
      name = "late"
      latency.feed_nanoseconds = 40_000_000
      latency.acknowledgement.nanoseconds = 90_000_000
      fills.probability = 0.5
      [[lane]]
      name = "delayed-book"
      latency.feed_nanoseconds = 40_000_000
      latency.acknowledgement.nanoseconds = 1_000_000
      [[lane]]
      name = "drawn"
      latency.new_order.law = "drawn"
      latency.new_order.quantiles = [100_000, 9_000_000]
      """)
    let result = try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry, threads: 2)
    let check = try #require(result.lookAhead)
    #expect(check.passes, "\(check.differences.first.map { "\($0)" } ?? "")")
    #expect(check.cutoffs.count == 4 && check.cutoffs == check.cutoffs.sorted())
    #expect(check.lanes.count == 4 && check.lanes.allSatisfy { $0.comparedDecisions > 20 && $0.undetectedShare < 0.6 })
    // Nothing else is touched by the check, and it is stored with the rest.
    var without = scenario
    without.lookAhead.cutoffs = 0
    let plain = try ScenarioRun.compute(without, strategies: ScenarioRunTests.registry)
    #expect(plain.lookAhead == nil && plain.fills == result.fills && plain.lanes == result.lanes)
    #expect(plain.pessimistic == result.pessimistic && plain.orders == result.orders)
    let path = NSTemporaryDirectory() + "look-ahead-\(ProcessInfo.processInfo.globallyUniqueString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try RunResultFile.write(result, to: path)
    #expect(try RunResultFile.read(path) == result)
    #expect(try RunSummary.json(result).canonicalText().contains("\"look_ahead\":{"))
    #expect(try !RunSummary.json(plain).canonicalText().contains("look_ahead"))
  }

  @Test("A strategy that remembers the future from an earlier replay is caught")
  func hindsight() throws {
    let registry = StrategyRegistry(StrategyRegistry.builtIn + [.of(Rememberer.self)])
    let result = try ScenarioRun.compute(try Self.scenario("rememberer"), strategies: registry)
    let check = try #require(result.lookAhead)
    #expect(!check.passes && check.failingLanes == [0] && check.lanes[0].undetectedShare == 1)
    let first = try #require(check.differences.first)
    #expect(first.whole.contains("lots of ALFA market") && first.truncated != first.whole)
    let report = ReportPage(result, RunAnalysis(result)).html()
    #expect(report.contains("Look-ahead check: failed") && report.contains("The look-ahead check failed"))
  }

  /// The same with the library alone: lanes over a source, and the check over their steps.
  @Test("A strategy that sees what has been read ahead is caught, and the one beside it passes")
  func peeking() throws {
    let file = try TickFile(path: ScenarioRunTests.sample)
    func decisions(through cutoff: Int64) throws -> [[TimedDecision<Side>]] {
      let until = Timestamp(nanoseconds: cutoff + 1)
      var source = LeakySource(source: try TickEventSource(file, options: TickReader.Options(until: until)))
      var runner = try LaneRunner(
        strategies: [Peeker(peeks: false), Peeker(peeks: true)], terms: [LaneTerms(), LaneTerms()],
        instruments: file.instruments)
      var batch = source.makeBatch()
      while try source.nextBatch(into: &batch) { runner.apply(batch) }
      runner.finish(through: cutoff)
      let steps = runner.takeTransitions().filter { $0.step == .received }
      return (0..<2).map { lane in
        steps.filter { $0.lane == lane }.map { TimedDecision(time: $0.time, content: $0.side) }
      }
    }
    let end: Int64 = 1_709_303_280_000_000_000 + 20 * 60_000_000_000
    let whole = try decisions(through: end)
    #expect(Set(whole[1].map(\.content)).count == 2)
    let cutoffs = LaneLookAheadCheck.sampledCutoffs(of: whole, count: 5)
    let check = try LaneLookAheadCheck(
      whole: whole, truncated: try cutoffs.map { .init(cutoff: $0, decisions: try decisions(through: $0)) })
    #expect(check.failing == [1] && !check.isVacuous)
    #expect(check.lanes[0].comparedDecisions > 100)
  }

  @Test("A market that does not exist before it is traded has no future to know")
  func impact() {
    let market = "schema = 1\n[market]\n[strategy]\nname = \"null\"\n[run]\nimpact = true\n"
    #expect(
      ScenarioTests.refusal(market + "[look_ahead]\ncutoffs = 5\n")
        .hasPrefix("s.toml:8: look_ahead.cutoffs: wants replayed events"))
  }
}
