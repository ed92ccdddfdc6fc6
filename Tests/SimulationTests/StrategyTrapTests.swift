import Execution
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

  init(_ parameters: ParameterValues) {}
  init(traps: Bool) { self.traps = traps }

  var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: 3_000_000) }

  mutating func timer(_ desk: inout Desk) {
    calls.append(calls.count)
    if traps, calls.count == 10 { calls[calls.count] = 1 }
  }
}

@Suite struct StrategyTrapTests {
  static func run() throws {
    var run = try LaneRunner(
      strategies: (0..<5).map { TrappingStrategy(traps: $0 == 3) }, terms: Array(repeating: LaneTerms(), count: 5),
      instruments: [Instrument(symbol: "TEST", tick: .one)])
    var source = FlowSource(seed: 1, shape: .calm, batches: 5)
    run.run(&source)
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
}
