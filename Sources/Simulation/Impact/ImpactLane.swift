import Execution
import MarketTypes
import OrderBooks
import Strategies

/// One lane in a market of its own: the market's clock and the lane's clock, advanced together.
///
/// At a moment come first everything the market does by itself, then the lane's requests that reach it, then what the
/// lane hears and does: the rule of `LaneRunner`.
struct ImpactLane<LaneStrategy: Strategy>: ~Copyable {
  var market: SimulatedMarket
  var runner: LaneRunner<LaneStrategy>
  private var encoder: FeedBatchEncoder
  private var batch = EventBatch(capacity: Self.batchCapacity)
  /// The venue's number of the order in each place of the engine.
  private var venueOrders: [UInt64]
  private var sentCount: UInt64 = 0
  /// The market's events since they were last taken, when somebody wants them.
  var events: [MarketEvent] = []
  var keepsEvents = false
  private(set) var eventCount = 0

  private static var batchCapacity: Int { 512 }
  /// Participants of the simulation have lower numbers.
  private static var firstParticipant: UInt32 { 1 << 31 }

  init(
    market: consuming SimulatedMarket, strategy: LaneStrategy, terms: LaneTerms, options: LaneRunOptions
  ) throws(LaneTermsError) {
    runner = try LaneRunner(
      strategies: [strategy], terms: [terms], instruments: market.instruments, options: options)
    runner.engine.pointee.tradesAtVenue = true
    encoder = FeedBatchEncoder(feedCount: market.feedCount)
    venueOrders = Array(repeating: 0, count: runner.engine.pointee.ordersPerLane)
    self.market = market
  }

  /// Advances over everything that is not later than `limit`; at the end of the day the lane ends too.
  mutating func run(until limit: Int64) {
    if !runner.isStarted { takeMarketEvents() }
    while true {
      let (marketTime, laneTime) = (market.nextTime, runner.nextTime)
      guard min(marketTime, laneTime) <= limit, marketTime != .max || laneTime <= market.endTime else { break }
      if marketTime <= laneTime {
        market.step(to: marketTime)
        takeMarketEvents()
      } else {
        handle(at: laneTime)
      }
    }
    flush()
    if limit >= market.endTime { runner.finishWithoutVenue() }
  }

  /// What the lane's side does at a moment, the market having done its own.
  private mutating func handle(at time: Int64) {
    flush()
    if runner.engine.pointee.nextCarryTime <= time { runner.payCarry(at: time) }
    while let request = runner.engine.pointee.takeRequest(upTo: time) {
      market.receive(outside(request), feed: Int(request.instrument), at: request.time)
      takeMarketEvents()
      flush()
      runner.engine.pointee.settle(request)
    }
    runner.callLanes(at: time)
  }

  // MARK: - To the market

  private mutating func outside(_ request: VenueRequest) -> OutsideRequest {
    let place = Int(request.order)
    switch request.kind {
    case .new(var terms):
      // The low bits lead back to the order's place, the others tell its successive orders apart.
      sentCount += 1
      venueOrders[place] = FeedRecorder.firstOutsideOrder | sentCount << 16 | UInt64(place)
      terms.identifier = OrderIdentifier(venueOrders[place])
      terms.participant = ParticipantIdentifier(
        Self.firstParticipant | (terms.participant.rawValue & (Self.firstParticipant - 1)))
      return .new(terms)
    case .cancel: return .cancel(OrderIdentifier(venueOrders[place]))
    case .amend(let price, let quantity):
      return .amend(
        OrderAmendment(identifier: OrderIdentifier(venueOrders[place]), price: price, quantity: quantity))
    }
  }

  // MARK: - From the market

  /// Takes what the market did at one moment: reports first, while the books still show the market of before.
  private mutating func takeMarketEvents() {
    for feed in 0..<market.feedCount {
      if market.withRecorder(feed, { $0.events.isEmpty && $0.outsideReports.isEmpty }) { continue }
      takeReports(feed)
      takeEvents(feed)
    }
    // Who hears of events hears of each at its moment; others need the books only when they are called.
    if runner.followers.isBusy || !runner.isStarted { flush() }
  }

  private mutating func takeReports(_ feed: Int) {
    var reports: [OutsideReport] = []
    market.withRecorder(feed) { swap(&reports, &$0.outsideReports) }
    guard !reports.isEmpty else { return }
    flush()
    for report in reports { deliver(report) }
    reports.removeAll(keepingCapacity: true)
    market.withRecorder(feed) { swap(&reports, &$0.outsideReports) }
  }

  private mutating func deliver(_ outside: OutsideReport) {
    let report = outside.report
    let isTrade = report.kind == .trade || report.kind == .decremented
    let parties = [report.order.rawValue, isTrade ? report.counterparty.rawValue : 0]
    let isOwn = parties.allSatisfy { $0 >= FeedRecorder.firstOutsideOrder }
    for (role, party) in parties.enumerated() where party >= FeedRecorder.firstOutsideOrder {
      // An auction has neither taker nor maker.
      let isCross = report.side == .none
      let isMaker = role == 1 && !isCross
      let cause: FillCause = isCross ? .auction : isOwn ? .ownOrder : isMaker ? .counterparty : .aggressed
      runner.engine.pointee.venueReported(
        report, order: Int32(party & 0xFFFF), isMaker: isMaker, cause: cause, time: outside.time,
        books: runner.books.pointee)
    }
  }

  private mutating func takeEvents(_ feed: Int) {
    var taken: [MarketEvent] = []
    market.withRecorder(feed) { swap(&taken, &$0.events) }
    for event in taken {
      if batch.isFull { flush() }
      encoder.append(event, to: &batch)
    }
    eventCount += taken.count
    if keepsEvents { events += taken }
    taken.removeAll(keepingCapacity: true)
    market.withRecorder(feed) { swap(&taken, &$0.events) }
  }

  /// Brings the lane's books up to date.
  private mutating func flush() {
    guard batch.count > 0 else { return }
    runner.apply(batch)
    batch.removeAll()
  }
}
