import Dispatch
public import Execution
public import MarketTypes
public import Strategies

/// Why lanes cannot trade in a simulated market.
public enum ImpactError: Error, Hashable, Sendable, CustomStringConvertible {
  case market(MarketModelError)
  case terms(LaneTermsError)

  public var description: String {
    switch self {
    case .market(let error): "\(error)"
    case .terms(let error): "\(error)"
    }
  }
}

/// Lanes that trade in a simulated market for real, each in its own copy of it.
///
/// The copies have the same seed, so that without a lane's orders they are the same market. Where a lane trades, its
/// orders stand in the book, take liquidity away and are traded with by agents and flow, which react to what they see.
/// See IMPACT.md beside this file for what is and is not modelled.
public struct ImpactRunner<LaneStrategy: Strategy>: ~Copyable {
  public let model: MarketModel
  public let laneCount: Int
  /// The instruments of the feed: every instrument on every venue, venues of one instrument side by side.
  public let instruments: [Instrument]
  let lanes: UnsafeMutablePointer<ImpactLane<LaneStrategy>>
  /// The simulated time reached.
  public private(set) var time: Int64
  /// The end of the trading day.
  public let endTime: Int64

  public init(
    strategies: [LaneStrategy], terms: [LaneTerms], model: MarketModel, options: LaneRunOptions = LaneRunOptions()
  ) throws(ImpactError) {
    precondition(strategies.count == terms.count, "each lane needs a strategy and its terms")
    let market = try Self.market(model)
    lanes = try Self.makeLanes(strategies, terms, model, options)
    self.model = model
    laneCount = strategies.count
    instruments = market.instruments
    time = model.startNanoseconds
    endTime = market.endTime
  }

  deinit {
    lanes.deinitialize(count: laneCount)
    lanes.deallocate()
  }

  private static func market(_ model: MarketModel) throws(ImpactError) -> SimulatedMarket {
    do throws(MarketModelError) { return try SimulatedMarket(model) } catch { throw .market(error) }
  }

  private static func makeLanes(
    _ strategies: [LaneStrategy], _ terms: [LaneTerms], _ model: MarketModel, _ options: LaneRunOptions
  ) throws(ImpactError) -> UnsafeMutablePointer<ImpactLane<LaneStrategy>> {
    let lanes = UnsafeMutablePointer<ImpactLane<LaneStrategy>>.allocate(capacity: max(1, strategies.count))
    for (lane, strategy) in strategies.enumerated() {
      do throws(ImpactError) {
        (lanes + lane).initialize(to: try makeLane(strategy, terms[lane], model, options))
      } catch {
        lanes.deinitialize(count: lane)
        lanes.deallocate()
        throw error
      }
    }
    return lanes
  }

  private static func makeLane(
    _ strategy: LaneStrategy, _ terms: LaneTerms, _ model: MarketModel, _ options: LaneRunOptions
  ) throws(ImpactError) -> ImpactLane<LaneStrategy> {
    let market = try market(model)
    do throws(LaneTermsError) {
      return try ImpactLane(market: market, strategy: strategy, terms: terms, options: options)
    } catch { throw .terms(error) }
  }

  // MARK: - Running

  /// Runs the whole day, a span of simulated time after the other, threads sharing the lanes. `progress` sees the time
  /// reached and returns false to stop.
  public mutating func run(
    threads: Int = 1, spanNanoseconds: Int64 = 60_000_000_000, progress: (Int64) -> Bool = { _ in true }
  ) {
    var sink = NullMarketSink()
    run(recording: nil, into: &sink, threads: threads, spanNanoseconds: spanNanoseconds, progress: progress)
  }

  /// As `run`, and hands over the events of one lane's market, the lane's own orders among them.
  public mutating func run<Sink: MarketEventSink>(
    recording recorded: Int?, into sink: inout Sink, threads: Int = 1, spanNanoseconds: Int64 = 60_000_000_000,
    progress: (Int64) -> Bool = { _ in true }
  ) throws(Sink.Failure) {
    precondition(spanNanoseconds > 0 && (recorded ?? 0) < max(1, laneCount))
    if let recorded { lanes[recorded].keepsEvents = true }
    while time < endTime {
      let limit = min(endTime, time + spanNanoseconds)
      advance(until: limit, threads: threads)
      time = limit
      if let recorded {
        for event in lanes[recorded].events { try sink.append(event) }
        lanes[recorded].events.removeAll(keepingCapacity: true)
      }
      if !progress(time) { return }
    }
  }

  private mutating func advance(until limit: Int64, threads: Int) {
    let count = laneCount
    nonisolated(unsafe) let lanes = lanes
    let workers = min(threads, count)
    if workers <= 1 {
      for lane in 0..<count { lanes[lane].run(until: limit) }
    } else {
      // Lanes share nothing, so threads cannot change a result.
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        for lane in stride(from: worker, to: count, by: workers) { lanes[lane].run(until: limit) }
      }
    }
  }
}

/// Takes events and keeps none.
struct NullMarketSink: MarketEventSink {
  mutating func append(_ event: MarketEvent) throws(Never) {}
}
