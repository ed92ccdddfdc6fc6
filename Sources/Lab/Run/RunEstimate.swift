import Execution
import Glibc

/// What a run will take, before it starts.
public struct RunEstimate: Sendable {
  public var events: UInt64
  public var laneCount: Int
  public var instrumentCount: Int
  /// Market events a second that the calibration replayed with all lanes.
  public var eventsPerSecond: Double
  public var seconds: Double
  /// Of the whole run folder.
  public var bytes: Double
  /// Largest working memory of the process, roughly.
  public var memoryBytes: Double
  /// Events that the calibration replayed.
  public var calibrationEvents: UInt64

  /// Replays the beginning of the data for about `seconds` and extrapolates.
  public init(_ scenario: Scenario, strategies: StrategyRegistry, threads: Int = 1, seconds limit: Double = 1) throws {
    let clock = ContinuousClock.now
    func elapsed() -> Double {
      let parts = (ContinuousClock.now - clock).components
      return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
    }
    var pass = try RunPass(scenario, strategies: strategies, threads: threads, progress: { _ in true })
    let preparation = elapsed()
    let day = scenario.run.hasImpact ? scenario.market?.day : nil
    // A market that lanes trade in has no events before they do: its length in time has to serve.
    events = day == nil ? pass.replay.eventCount : .max
    laneCount = pass.plan.terms.count
    instrumentCount = pass.replay.instruments.count
    // Longer and longer pieces, so that a slow strategy on a slow machine is not run for minutes.
    var piece: UInt64 = 1 << 13
    var outcome = LaneOutcome(laneCount: 0, shown: 0)
    var spent = 0.0
    while true {
      let before = elapsed()
      pass.checkpoint = nil
      do { outcome = try pass.lanes(eventLimit: piece) } catch let stop as RunStop { throw stop.asError }
      spent = elapsed() - before
      if spent >= limit / 2 || UInt64(outcome.eventCount) < piece || piece >= events { break }
      piece *= spent < limit / 16 ? 4 : 2
    }
    calibrationEvents = UInt64(outcome.eventCount)
    eventsPerSecond = Double(outcome.eventCount) / max(spent, 1e-6)
    var share = Double(events) / Double(max(1, outcome.eventCount))
    if let day {
      share = Double(day.upperBound - day.lowerBound) / Double(max(1, outcome.end - day.lowerBound))
      events = UInt64((Double(outcome.eventCount) * share).rounded())
    }
    // The second replay that marks fills touches books only; it costs at most what a lane does.
    self.seconds = preparation + spent * share * (1 + 1 / Double(laneCount))
    let span = Double(outcome.end - outcome.start) * share
    let samples = span / (scenario.run.equityIntervalSeconds * 1e9) + 2
    let fills = Double(outcome.fills.count) * share
    let columns = Double(6 + 2 * instrumentCount) * 8
    // Measured sizes after compression: about a third of the columns, 60 bytes a fill and 40 an order.
    bytes = 60_000 + samples * (columns + Double(laneCount) * 8) / 3 + fills * (60 + columns / 3 + 40)
    memoryBytes =
      5e7 + fills * 600 + samples * Double(laneCount) * (8 + 64 * Double(instrumentCount))
      + Double(laneCount * scenario.fills.ordersPerLane) * 100
  }
}
