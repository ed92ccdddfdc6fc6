import Accounting
import Execution
import Simulation
import Strategies

/// One pass of many lanes over a replay.
struct LaneJob {
  var plan: LanePlan
  var replay: Replay
  var ordersPerLane: Int
  var threads: Int
  var sampleNanoseconds: Int64
  /// Stop after the batch that reaches this many events.
  var eventLimit: UInt64?
  var checkpoint: Checkpoint?
  var progress: ProgressHandler

  /// Runs all lanes; generic so that the engine is specialised for the strategy.
  func run<Concrete: Strategy>(_ type: Concrete.Type) throws -> LaneOutcome {
    var source = ReplaySource(replay, stage: "replaying", limit: eventLimit, progress: progress)
    var runner = try LaneRunner(
      strategies: plan.parameters.map { Concrete($0) }, terms: plan.terms, instruments: replay.instruments,
      options: LaneRunOptions(ordersPerLane: ordersPerLane))
    try runner.run(&source)
    var outcome = LaneOutcome(eventCount: Int(source.events), start: source.firstTime ?? 0, end: source.lastTime)
    outcome.ledgers = (0..<plan.terms.count).map { lane in
      replay.instruments.indices.map { runner.ledger(lane: lane, instrument: $0) }
    }
    outcome.fills = runner.takeFills()
    return outcome
  }
}

/// What a pass leaves, in the engine's integers.
struct LaneOutcome {
  var eventCount: Int
  /// First and last market time.
  var start: Int64
  var end: Int64
  /// By lane and instrument.
  var ledgers: [[PositionLedger]] = []
  var fills: [LaneFill] = []
}
