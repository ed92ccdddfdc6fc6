import Accounting
import Execution
import MarketTypes
import Simulation
import Strategies

/// The lanes of one thread with their own replay; all shards see the same batches.
struct LaneShard<Concrete: Strategy>: ~Copyable {
  let lanes: Range<Int>
  private var runner: LaneRunner<Concrete>
  private var source: ReplaySource
  private var batch: EventBatch
  private let contracts: [ContractValue]
  private let capital: Double
  private(set) var isAtEnd = false
  /// What stopped it, where something did.
  private(set) var failure: (any Error)?

  init(_ job: LaneJob, lanes: Range<Int>) throws(LaneTermsError) {
    self.lanes = lanes
    source = ReplaySource(job.replay, stage: "replaying", limit: job.eventLimit, progress: { _ in true })
    batch = source.makeBatch()
    contracts = job.replay.contracts
    capital = job.capital
    runner = try LaneRunner(
      strategies: lanes.map { Concrete(job.plan.parameters[$0]) }, terms: Array(job.plan.terms[lanes]),
      instruments: job.replay.instruments,
      options: LaneRunOptions(
        ordersPerLane: job.ordersPerLane, sampleIntervalNanoseconds: job.sampleNanoseconds))
  }

  /// Replays up to some batches, or until the given number of events lies behind.
  mutating func advance(batches: Int, untilEvents limit: UInt64) {
    guard !isAtEnd, failure == nil else { return }
    do throws(RunStop) {
      for _ in 0..<batches where source.events < limit {
        guard try source.nextBatch(into: &batch) else {
          isAtEnd = true
          runner.finish()
          return
        }
        runner.apply(batch)
      }
    } catch {
      failure = error
    }
  }

  var events: UInt64 { source.events }

  var progress: RunProgress { source.state }

  /// Moves what the lanes have left since the last call into an outcome that holds all shards' lanes.
  mutating func drain(into outcome: inout LaneOutcome) {
    var fills = runner.takeFills()
    for index in fills.indices { fills[index].lane += Int32(lanes.lowerBound) }
    outcome.take(fills)
    var transitions = runner.takeTransitions()
    for index in transitions.indices { transitions[index].lane += Int32(lanes.lowerBound) }
    outcome.transitions += transitions
    // Nobody reads them; marks come from a replay of their own.
    _ = runner.takeMiddles()
    let block = runner.takeSamples()
    for lane in lanes {
      outcome.take(block, lane: lane, own: lane - lanes.lowerBound, contracts: contracts, capital: capital)
    }
  }

  /// States every lane as it is now.
  func state(into outcome: inout LaneOutcome) {
    for lane in lanes {
      let own = lane - lanes.lowerBound
      outcome.ledgers[lane] = contracts.indices.map { runner.ledger(lane: own, instrument: $0) }
      outcome.statistics[lane] = runner.statistics(lane: own)
      outcome.riskStates[lane] = runner.riskState(lane: own)
      if lane == outcome.shown {
        outcome.carry = contracts.indices.map { runner.carryLedger(lane: own, instrument: $0) }
      }
    }
    outcome.eventCount = Int(source.events)
    outcome.start = source.firstTime ?? 0
    outcome.end = source.lastTime
  }
}
