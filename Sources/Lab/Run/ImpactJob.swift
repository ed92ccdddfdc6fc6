import Accounting
import Execution
import MarketTypes
import Simulation
import Strategies
import TickStore

/// One pass of many lanes, each of which trades for real in a copy of its own of a simulated market.
///
/// The shown lane's market, its own orders in it, is recorded: fills are marked by what that lane moved.
struct ImpactJob {
  let job: LaneJob
  let model: MarketModel

  /// Simulated time between two looks at progress; the same whatever the threads, so that a resumed run passes through
  /// the place of its checkpoint.
  private static let spanNanoseconds: Int64 = 30_000_000_000

  /// Left generic: the lanes' markets take nearly all the time, and a copy of the loop for each strategy took a sixth of
  /// the time it takes to compile this module.
  @_semantics("optimize.sil.specialize.generic.never")
  @inline(never)
  func run<Concrete: Strategy>(_ type: Concrete.Type) throws -> LaneOutcome {
    var outcome = LaneOutcome(
      laneCount: job.plan.terms.count, shown: job.plan.shown, storage: job.storage, keepsSteps: job.keepsSteps)
    outcome.market = try SimulatedDay.file(named: "simulated market, traded in by \(shownName)") { path in
      try trade(type, recordingTo: path, &outcome)
    }
    return outcome
  }

  private var shownName: String { job.plan.variants[job.plan.shown].name }

  private func trade<Concrete: Strategy>(
    _ type: Concrete.Type, recordingTo path: String, _ outcome: inout LaneOutcome
  ) throws {
    let shown = job.plan.shown
    var runner = try makeRunner(type)
    // Each lane has a market of its own.
    let samples = job.plan.terms.indices.map { LaneSamples(job, lanes: $0..<($0 + 1)) }
    var writer = try TickWriter(path: path)
    for instrument in runner.instruments { _ = try writer.addInstrument(instrument) }
    var isChecked = job.checkpoint == nil
    while runner.time < runner.endTime {
      // One span at a time, so that what lanes leave does not pile up.
      try runner.run(
        recording: shown, into: &writer, threads: job.threads, spanNanoseconds: Self.spanNanoseconds
      ) { _ in false }
      try drain(&runner, samples, into: &outcome)
      job.stream?.show(samples)
      if !isChecked, outcome.eventCount >= job.checkpoint?.events ?? 0 || runner.time >= runner.endTime {
        try job.check(outcome)
        isChecked = true
      }
      if runner.time >= runner.endTime { break }
      if let limit = job.eventLimit, UInt64(outcome.eventCount) >= limit { break }
      guard job.progress(progress(of: outcome, at: runner.time, until: runner.endTime)) else {
        throw RunStop.interrupted(
          RunStop.Place(
            sources: [], events: outcome.eventCount, marketTime: runner.time, stateHash: outcome.stateHash))
      }
    }
    // Every market ends with its closing status, so all lanes are sampled at the same times.
    for samples in samples { samples.give(to: &outcome) }
    try writer.finish()
  }

  private func makeRunner<Concrete: Strategy>(_ type: Concrete.Type) throws(RunError) -> ImpactRunner<Concrete> {
    do throws(ImpactError) {
      return try ImpactRunner(
        strategies: job.plan.parameters.map { Concrete($0) }, terms: job.plan.terms, model: model,
        options: LaneRunOptions(
          ordersPerLane: job.ordersPerLane, sampleIntervalNanoseconds: job.sampleNanoseconds,
          sampleTimesOfDay: job.closes, marks: job.marks))
    } catch { throw RunError(.badScenario, "\(error)") }
  }

  private func progress(of outcome: LaneOutcome, at time: Int64, until end: Int64) -> RunProgress {
    let start = model.startNanoseconds
    return RunProgress(
      stage: "trading", events: UInt64(outcome.eventCount), share: Double(time - start) / Double(max(1, end - start)),
      marketTime: time, marketStart: start)
  }

  /// Moves what the lanes have left into the outcome, and states every lane as it is now.
  private func drain<Concrete: Strategy>(
    _ runner: inout ImpactRunner<Concrete>, _ samples: [LaneSamples], into outcome: inout LaneOutcome
  ) throws(RunError) {
    let contracts = job.replay.contracts
    let fills = runner.takeFills()
    try outcome.take(runner.takeTransitions())
    try outcome.take(fills)
    for lane in job.plan.terms.indices {
      _ = runner.takeMiddles(lane: lane)
      try outcome.take(runner.takeCarryNotes(lane: lane), firstLane: 0)
      for note in runner.takeClosings(lane: lane) { outcome.take(note) }
      samples[lane].take(runner.takeSamples(lane: lane))
      outcome.ledgers[lane] = contracts.indices.map { runner.ledger(lane: lane, instrument: $0) }
      outcome.carries[lane] = contracts.indices.map { runner.carryLedger(lane: lane, instrument: $0) }
      outcome.statistics[lane] = runner.statistics(lane: lane)
      outcome.riskStates[lane] = runner.riskState(lane: lane)
    }
    outcome.eventCount = runner.eventCount(lane: outcome.shown)
    outcome.start = samples[outcome.shown].times.first ?? model.startNanoseconds
    outcome.end = samples[outcome.shown].times.last ?? runner.time
  }
}

extension MarketModel {
  /// From the pre-open to the close.
  var day: ClosedRange<Int64> {
    let seconds = preOpenSeconds + continuousSeconds + closingAuctionSeconds
    return startNanoseconds...(startNanoseconds + Int64(seconds * 1e9))
  }
}
