import Execution
import MarketTypes
import TickStore

/// What a run will take, before it starts.
public struct RunEstimate: Sendable {
  /// Market events that the lanes will see.
  public var events: UInt64
  /// The scenario's own variants.
  public var laneCount: Int
  /// Lanes that the run adds: drawn executions, and the pessimistic one.
  public var addedLaneCount: Int
  public var instrumentCount: Int
  /// Market events a second that the calibration replayed with all lanes.
  public var eventsPerSecond: Double
  /// Of the whole run.
  public var seconds: Double
  /// The part of it that goes to statistics, bootstraps, simulated paths and the files.
  public var analysisSeconds: Double
  /// Of the whole run folder.
  public var bytes: Double
  /// Largest working memory of the process, roughly.
  public var memoryBytes: Double
  /// Events that the calibration replayed.
  public var calibrationEvents: UInt64
  /// What somebody should know before the run.
  public var warnings: [String] = []

  /// Replays the beginning of the data for about `seconds`, analyses a made-up run of the same size, and extrapolates.
  ///
  /// `progress` is asked whether to go on.
  public init(
    _ scenario: Scenario, strategies: StrategyRegistry, threads: Int = 1, seconds limit: Double = 1,
    progress: @escaping ProgressHandler = { _ in true }
  ) throws {
    let clock = Stopwatch()
    var pass = try RunPass(scenario, strategies: strategies, threads: threads, progress: progress)
    let preparation = clock.seconds
    let day = scenario.run.hasImpact ? scenario.market?.day : nil
    let lanes = pass.plan.terms.count
    laneCount = pass.plan.variants.count
    addedLaneCount = lanes - laneCount
    instrumentCount = pass.replay.instruments.count
    warnings = [ContractWarning.text(scenario, pass.replay.instruments)].compactMap { $0 }
    // Longer and longer pieces, so that a slow strategy on a slow machine is not run for minutes.
    var piece: UInt64 = 1 << 9
    var outcome = LaneOutcome(laneCount: 0, shown: 0)
    var spent = 0.0
    while true {
      let watch = Stopwatch()
      pass.checkpoint = nil
      do { outcome = try pass.lanes(eventLimit: piece) } catch let stop as RunStop { throw stop.asError }
      spent = watch.seconds
      // A market that lanes trade in has no events before they do, and cannot say how many there will be.
      if spent >= limit / 2 || UInt64(outcome.eventCount) < piece || (day == nil && piece >= pass.replay.eventCount) {
        break
      }
      piece *= spent < limit / 16 ? 4 : 2
    }
    let isWhole = UInt64(outcome.eventCount) < piece
    calibrationEvents = UInt64(outcome.eventCount)
    eventsPerSecond = Double(outcome.eventCount) / max(spent, 1e-6)
    let share: Double
    if isWhole {
      share = 1
    } else if let day {
      share = Double(day.upperBound - day.lowerBound) / Double(max(1, outcome.end - day.lowerBound))
    } else {
      share = pass.replay.length(comparedWith: outcome)
    }
    events = UInt64((Double(outcome.eventCount) * share).rounded())
    // Markets that rest are sampled less often than the interval says.
    let all = Double(outcome.sampleCount) * share + 2
    let limits = SampleLimits()
    let samples = min(all, Double(limits.ofLane(among: laneCount)))
    let size = RunSize(
      samples: samples, fills: Double(outcome.fills.count) * share,
      orders: Double(outcome.history.orders.count) * share)
    let rehearsal = RunRehearsal(scenario, pass.plan, instruments: pass.replay.instruments, size: size)
    analysisSeconds = rehearsal.seconds
    // The second replay that marks fills touches books only; it costs at most what a lane does.
    seconds = preparation + spent * share * (1 + 1 / Double(lanes)) + analysisSeconds
    // The look-ahead check replays the scenario's own lanes up to moments that are spread over the data.
    seconds += Double(scenario.lookAhead.cutoffs) / 2 * spent * share * Double(laneCount) / Double(lanes)
    bytes = size.fileBytes(scenario, lanes: laneCount, instruments: instrumentCount) + rehearsal.pageBytes
    // Equity of the lanes, the shown lane's account and what is worked out from it, and what the engine has of each order.
    memoryBytes =
      6e7 + size.fills * 400 + size.orders * 120 + samples * Double(laneCount) * 16
      + min(all, Double(limits.shown)) * (160 + 90 * Double(instrumentCount))
      + Double(lanes * scenario.ordersPerLane) * 100
  }
}

/// What a run's files and analysis grow with.
struct RunSize {
  var samples: Double
  /// Of the shown lane.
  var fills: Double
  var orders: Double

  /// All files but the report, from the sizes of runs of many kinds: the chunks of 250 datasets, metrics and windows take the
  /// same in all of them; a fill comes with its row of the account and its part of a round trip.
  func fileBytes(_ scenario: Scenario, lanes: Int, instruments: Int) -> Double {
    let account = Double(6 + 2 * instruments) * 4
    let windows = min(fills, Double(scenario.report.windows)) * 1_300
    return 295_000 + windows + fills * (60 + account) + orders * 15
      + samples * (16 + account + Double(lanes) * 8) + Double(lanes) * 3_000
  }
}

/// Seconds since it was made.
struct Stopwatch {
  private let start = ContinuousClock.now

  var seconds: Double {
    let parts = (ContinuousClock.now - start).components
    return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
  }
}

extension Replay {
  /// How many times as long everything that is replayed is as the part that lanes have seen, in events.
  fileprivate func length(comparedWith outcome: LaneOutcome) -> Double {
    if from == nil, until == nil, parts.allSatisfy({ $0.instruments.count == $0.file.instruments.count }) {
      return max(1, Double(eventCount) / Double(max(1, outcome.eventCount)))
    }
    // The index does not say how many events of a block concern some of its instruments: both are about so many of all.
    func count(through time: Int64) -> Double {
      parts.reduce(0) { $0 + $1.file.estimatedEventCount(from: from?.nanoseconds ?? .min, through: time) }
    }
    return max(1, count(through: until.map { $0.nanoseconds - 1 } ?? .max) / max(1, count(through: outcome.end)))
  }
}
