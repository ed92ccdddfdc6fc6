import Accounting
import Execution
import MarketTypes
import Simulation
import Strategies

/// The lanes of one thread with books of their own; all shards see the same batches.
struct LaneShard<Concrete: Strategy>: ~Copyable {
  let lanes: Range<Int>
  private var runner: LaneRunner<Concrete>
  private let replay: Replay
  let samples: LaneSamples
  /// Until when things happen after the last event.
  private let endTime: Int64

  init(_ job: LaneJob, lanes: Range<Int>) throws(LaneTermsError) {
    self.lanes = lanes
    replay = job.replay
    samples = LaneSamples(job, lanes: lanes)
    endTime = job.endTime
    runner = try LaneRunner(
      strategies: lanes.map { Concrete(job.plan.parameters[$0]) }, terms: Array(job.plan.terms[lanes]),
      instruments: job.replay.instruments,
      options: LaneRunOptions(
        ordersPerLane: job.ordersPerLane, sampleIntervalNanoseconds: job.sampleNanoseconds,
        sampleTimesOfDay: job.closes, marks: job.marks, changes: job.changes))
    let samples = samples
    runner.handOverSamples(atLedgers: Self.ledgersAtOnce) { samples.take($0) }
  }

  /// Ledgers of samples that lie in memory before their equity is worked out: a megabyte of them.
  private static var ledgersAtOnce: Int { 1 << 14 }

  /// Whether the run was given up within a batch.
  var isAbandoned: Bool { runner.isAbandoned }

  /// Who is asked within batches whether to go on.
  mutating func ask(_ goesOn: @escaping () -> Bool) { runner.goesOn = goesOn }

  /// Replays some batches, and lets what is due by the last event happen after the last of them.
  mutating func advance(over round: borrowing BatchRound) {
    round.forEach { runner.apply($0) }
    if round.isLast { runner.finish(through: endTime) }
    samples.take(runner.takeSamples())
  }

  /// Moves what the lanes have left since the last call into an outcome that holds all shards' lanes.
  mutating func drain(into outcome: inout LaneOutcome) throws(RunError) {
    var fills = runner.takeFills()
    for index in fills.indices { fills[index].lane += Int32(lanes.lowerBound) }
    var transitions = runner.takeTransitions()
    for index in transitions.indices { transitions[index].lane += Int32(lanes.lowerBound) }
    try outcome.take(transitions)
    try outcome.take(fills)
    for var note in runner.takeClosings() {
      note.lane += lanes.lowerBound
      outcome.take(note)
    }
    outcome.take(runner.takeSplitNotes(), firstLane: lanes.lowerBound)
    try outcome.take(runner.takeCarryNotes(), firstLane: lanes.lowerBound)
    // Nobody reads them; marks come from a replay of their own.
    _ = runner.takeMiddles()
  }

  /// States every lane as it is now, at a place of the replay.
  func state(at place: ReplayPlace, into outcome: inout LaneOutcome) {
    for lane in lanes {
      let own = lane - lanes.lowerBound
      outcome.ledgers[lane] = replay.contracts.indices.map { runner.ledger(lane: own, instrument: $0) }
      outcome.statistics[lane] = runner.statistics(lane: own)
      outcome.riskStates[lane] = runner.riskState(lane: own)
      outcome.carries[lane] = replay.contracts.indices.map { runner.carryLedger(lane: own, instrument: $0) }
    }
    outcome.eventCount = Int(place.events)
    outcome.start = place.firstTime ?? 0
    outcome.end = place.lastTime
  }
}
