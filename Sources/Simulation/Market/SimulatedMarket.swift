import Dispatch
public import MarketTypes
import OrderBooks

/// Takes the events of a simulated market in time order.
public protocol MarketEventSink {
  associatedtype Failure: Error

  mutating func append(_ event: MarketEvent) throws(Failure)
}

/// Several instruments on several venues, simulated event by event; the same model gives the same events for any number of
/// threads.
public struct SimulatedMarket: ~Copyable {
  public let model: MarketModel
  /// The instruments of the feed: every instrument on every venue, venues of one instrument side by side.
  public let instruments: [Instrument]
  let markets: UnsafeMutablePointer<InstrumentMarket>
  public private(set) var time: Int64
  /// What flow and agents have done so far.
  public private(set) var actionCount = 0
  public private(set) var eventCount = 0

  public init(_ model: MarketModel) throws(MarketModelError) {
    let instruments = try Self.instruments(of: model)
    self.model = model
    self.instruments = instruments
    markets = .allocate(capacity: model.instruments.count)
    for index in model.instruments.indices {
      (markets + index).initialize(to: InstrumentMarket(market: model, index: index))
    }
    time = model.startNanoseconds
  }

  /// Checks the model and lists what its feed speaks of.
  private static func instruments(of model: MarketModel) throws(MarketModelError) -> [Instrument] {
    try model.validate()
    var instruments: [Instrument] = []
    for instrument in model.instruments {
      for venue in model.venues {
        guard let tick = DecimalUnit(instrument.tick), let lot = DecimalUnit(instrument.lot) else {
          throw MarketModelError(field: instrument.symbol, reason: "has no valid tick or lot")
        }
        instruments.append(Instrument(symbol: instrument.symbol, venue: venue.name, tick: tick, lot: lot))
      }
    }
    return instruments
  }

  deinit {
    markets.deinitialize(count: model.instruments.count)
    markets.deallocate()
  }

  /// The end of the trading day.
  public var endTime: Int64 {
    model.startNanoseconds
      + Int64((model.preOpenSeconds + model.continuousSeconds + model.closingAuctionSeconds) * 1e9)
  }

  /// Runs the whole day, a span of simulated time after the other, and hands the events over in order of time, then of
  /// instrument. `progress` sees the time reached and returns false to stop.
  public mutating func run<Sink: MarketEventSink>(
    into sink: inout Sink, threads: Int = 1, spanNanoseconds: Int64 = 10_000_000_000,
    progress: (Int64) -> Bool = { _ in true }
  ) throws(Sink.Failure) {
    precondition(spanNanoseconds > 0)
    while time < endTime {
      let limit = min(endTime, time + spanNanoseconds)
      advance(until: limit, threads: threads)
      try drain(into: &sink)
      time = limit
      if !progress(time) { return }
    }
  }

  private mutating func advance(until limit: Int64, threads: Int) {
    let count = model.instruments.count
    nonisolated(unsafe) let markets = markets
    if threads <= 1 || count == 1 {
      for index in 0..<count { markets[index].run(until: limit) }
    } else {
      // Instruments share nothing but the fundamentals' counter-based shocks, so threads cannot change a result.
      let workers = min(threads, count)
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        for index in stride(from: worker, to: count, by: workers) { markets[index].run(until: limit) }
      }
    }
    actionCount = (0..<count).reduce(0) { $0 + markets[$1].actionCount }
  }

  /// Merges the feeds' events of the span: by time, then by instrument; each feed's own order is kept.
  private mutating func drain<Sink: MarketEventSink>(into sink: inout Sink) throws(Sink.Failure) {
    var feeds: [[MarketEvent]] = []
    for index in model.instruments.indices {
      for venue in 0..<model.venues.count { feeds.append(markets[index].takeEvents(venue: venue)) }
    }
    var merge = FeedMerge(feeds: feeds)
    while let feed = merge.earliestFeed {
      // A feed's events up to the next feed's first one go out together.
      for event in feeds[feed][merge.takeRun(feeds)] { try sink.append(event) }
    }
    eventCount += feeds.reduce(0) { $0 + $1.count }
    for index in model.instruments.indices {
      for venue in 0..<model.venues.count {
        let feed = index * model.venues.count + venue
        markets[index].giveBack(&feeds[feed], venue: venue)
      }
    }
  }
}

extension InstrumentMarket {
  /// The events of one venue's feed since the last call.
  mutating func takeEvents(venue: Int) -> [MarketEvent] {
    var events: [MarketEvent] = []
    swap(&events, &venues[venue].recorder.events)
    return events
  }

  /// Returns the memory of what `takeEvents` gave, so that the next span needs none.
  mutating func giveBack(_ events: inout [MarketEvent], venue: Int) {
    events.removeAll(keepingCapacity: true)
    swap(&events, &venues[venue].recorder.events)
  }
}
