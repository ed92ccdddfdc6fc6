import Accounting
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
  /// Moments of every day that are sampled besides, because sessions may close there; nanoseconds after midnight UTC.
  var closes: [Int64] = []
  var limits = SampleLimits()
  /// Stop after the batch that reaches this many events.
  var eventLimit: UInt64?
  /// Lanes go on until this moment after the last event.
  var endTime = Int64.min
  var checkpoint: Checkpoint?
  var progress: ProgressHandler
  /// Where rows of the shown lane lie, and whether its orders' steps are among them.
  var storage = RowStorage()
  var keepsSteps = false
  var marks = MarkRule.middle
  /// Splits, and rates of currencies.
  var changes = InstrumentChanges.none
  /// Shows samples to others while the lanes run.
  var stream: EquityStream?

  /// Batches between two looks at progress when several threads run: enough to make their start worthless.
  private static let batchesPerRound = 16

  /// Runs all lanes; generic so that the engine is specialised for the strategy.
  ///
  /// Lanes do not see each other, so they are split among threads, each with its own books: nothing depends on how.
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
    var outcome = LaneOutcome(
      laneCount: laneCount, shown: plan.shown, storage: storage, keepsSteps: keepsSteps)
    if plan.keepsDecisions { outcome.keepDecisions(of: plan.variants.count) }
    var checked = checkpoint == nil
    var limit = checkpoint.map { UInt64(clamping: $0.events) } ?? .max
    var shared = SharedReplay(
      ReplaySource(replay, stage: "replaying", limit: eventLimit, progress: { _ in true }),
      batchesPerRound: count == 1 ? 1 : Self.batchesPerRound, endingAt: limit)
    nonisolated(unsafe) let workers = shards
    // The first thread asks whoever watches, and the others hear of the answer: one that may draw a line is called by one at a
    // time.
    let question = StopQuestion(shared.place.progress, progress)
    for index in 0..<count { shards[index].ask { question.goesOn(asks: index == 0) } }
    while true {
      let (place, isLast) = try shared.advance(workers: count, endingAt: limit) { worker, round in
        workers[worker].advance(over: round)
      }
      question.state = place.progress
      // Within a batch there is no place that a resumed run could be compared at.
      if (0..<count).contains(where: { shards[$0].isAbandoned }) { throw RunStop.interrupted(nil) }
      for index in 0..<count { try shards[index].drain(into: &outcome) }
      stream?.show((0..<count).map { workers[$0].samples })
      func note() {
        for index in 0..<count { shards[index].state(at: place, into: &outcome) }
      }
      if !checked, place.events >= limit || isLast {
        note()
        try check(outcome)
        checked = true
        limit = .max
      }
      if isLast {
        note()
        for index in 0..<count { shards[index].samples.give(to: &outcome) }
        return outcome
      }
      if !progress(place.progress) {
        note()
        throw RunStop.interrupted(
          RunStop.Place(
            sources: replay.parts.map(\.sha256), events: outcome.eventCount, marketTime: outcome.end,
            stateHash: outcome.stateHash))
      }
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
