import Dispatch
import Execution
import MarketTypes
import Simulation
import Strategies

/// One pass of many lanes over a replay.
struct LaneJob {
  var plan: LanePlan
  var replay: Replay
  /// The market that lanes trade in for real; nil where they follow the replay.
  var market: MarketModel?
  var capital: Double
  var ordersPerLane: Int
  var threads: Int
  var sampleNanoseconds: Int64
  /// Stop after the batch that reaches this many events.
  var eventLimit: UInt64?
  var checkpoint: Checkpoint?
  var progress: ProgressHandler
  /// Shows samples to others while the lanes run.
  var stream: EquityStream?

  /// Batches between two looks at progress when several threads run: enough to make their start worthless.
  private static let batchesPerRound = 16

  /// Runs all lanes; generic so that the engine is specialised for the strategy.
  ///
  /// Lanes do not see each other, so they are split among threads, each with its own replay: nothing depends on how.
  func run<Concrete: Strategy>(_ type: Concrete.Type) throws -> LaneOutcome {
    if let market { return try ImpactJob(job: self, model: market).run(type) }
    let laneCount = plan.terms.count
    let count = max(1, min(threads, laneCount))
    let shards = UnsafeMutablePointer<LaneShard<Concrete>>.allocate(capacity: count)
    var made = 0
    defer {
      shards.deinitialize(count: made)
      shards.deallocate()
    }
    while made < count {
      let lanes = (made * laneCount / count)..<((made + 1) * laneCount / count)
      do throws(LaneTermsError) {
        (shards + made).initialize(to: try LaneShard(self, lanes: lanes))
      } catch { throw RunError(.badScenario, "\(error)") }
      made += 1
    }
    var outcome = LaneOutcome(laneCount: laneCount, shown: plan.shown)
    func note() {
      for index in 0..<count { shards[index].state(into: &outcome) }
    }
    let rounds = count == 1 ? 1 : Self.batchesPerRound
    var checked = checkpoint == nil
    while true {
      let limit = checked ? UInt64.max : UInt64(checkpoint?.events ?? 0)
      advance(shards, count: count, batches: rounds, untilEvents: limit)
      for index in 0..<count {
        if let failure = shards[index].failure { throw failure }
        shards[index].drain(into: &outcome)
      }
      if !checked, shards[0].events >= limit || shards[0].isAtEnd {
        note()
        try check(outcome)
        checked = true
      }
      stream?.show(outcome)
      if shards[0].isAtEnd { break }
      if !progress(shards[0].progress) {
        note()
        throw RunStop.interrupted(
          RunStop.Place(
            sources: replay.parts.map(\.sha256), events: outcome.eventCount, marketTime: outcome.end,
            stateHash: outcome.stateHash))
      }
    }
    note()
    return outcome
  }

  private func advance<Concrete: Strategy>(
    _ shards: UnsafeMutablePointer<LaneShard<Concrete>>, count: Int, batches: Int, untilEvents limit: UInt64
  ) {
    if count == 1 { return shards[0].advance(batches: batches, untilEvents: limit) }
    nonisolated(unsafe) let shards = shards
    DispatchQueue.concurrentPerform(iterations: count) { index in
      shards[index].advance(batches: batches, untilEvents: limit)
    }
  }

  /// Compares the state with the checkpoint's, at its place.
  func check(_ outcome: LaneOutcome) throws(RunError) {
    guard let checkpoint, outcome.eventCount != checkpoint.events || outcome.stateHash != checkpoint.stateHash else {
      return
    }
    throw RunError(
      .mismatch, "after \(checkpoint.events) events the lanes are not where the interrupted run was",
      advice: "the strategy or the program has changed; start the run anew")
  }
}
