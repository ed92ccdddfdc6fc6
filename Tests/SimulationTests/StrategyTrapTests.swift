import Execution
import Foundation
import MarketTypes
import Simulation
import Strategies
import TestSupport
import Testing

/// Reaches beyond an array at its tenth timer.
struct TrappingStrategy: Strategy {
  static let name = "reaches beyond"
  var calls: [Int] = []
  var traps = false

  /// Calls itself without end instead.
  var recurses = false

  init(_ parameters: ParameterValues) {}
  init(traps: Bool, recurses: Bool = false) {
    self.traps = traps
    self.recurses = recurses
  }

  var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: 3_000_000) }

  mutating func timer(_ desk: inout Desk) {
    calls.append(calls.count)
    if traps, calls.count == 10 { calls[calls.count] = 1 }
    if recurses, calls.count == 10 { calls.append(Self.depth(1)) }
  }

  @inline(never)
  private static func depth(_ level: Int) -> Int { level == 0 ? 0 : 1 + depth(level + 1) % 1_000 }
}

@Suite struct StrategyTrapTests {
  static func run(recurses: Bool = false) throws {
    var run = try LaneRunner(
      strategies: (0..<5).map { TrappingStrategy(traps: $0 == 3 && !recurses, recurses: $0 == 3 && recurses) },
      terms: Array(repeating: LaneTerms(), count: 5),
      instruments: [Instrument(symbol: "TEST", tick: .one)])
    var source = FlowSource(seed: 1, shape: .calm, batches: 5)
    run.run(&source)
  }

  /// As the workers of a run do.
  static func runOnThread() {
    let thread = Thread { try? run(recurses: true) }
    thread.start()
    while !thread.isFinished { Thread.sleep(forTimeInterval: 0.01) }
  }

  @Test func namesStrategyLaneAndTime() async throws {
    var flow = RandomOrderFlow(seed: 1, shape: .calm)
    var batch = EventBatch(capacity: 100)
    flow.fill(&batch, count: 1)
    let time = batch.times[0] + 30_000_000
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      StrategyTraps.nameOnStandardError()
      try StrategyTrapTests.run()
    }
    let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(said.contains("a strategy trapped: reaches beyond, lane 3, market time 2023-11-14T22:13:20.03"))
    #expect(said.contains("Z (\(time) ns)\n"))
  }

  @Test func namesWhoCallsItselfWithoutEnd() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      StrategyTraps.nameOnStandardError()
      StrategyTrapTests.runOnThread()
    }
    let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(said.contains("a strategy trapped: reaches beyond, lane 3, market time 2023-11-14T22:13:20.03"))
    #expect(said.contains("; calls without end"))
  }
}
