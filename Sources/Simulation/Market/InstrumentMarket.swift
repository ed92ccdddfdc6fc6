import MarketTypes
import Numerics
import OrderBooks

/// One instrument on all its venues: matching engines, background flow and agents, advanced event by event.
///
/// Time is continuous; the next thing to happen is the earliest of the day's phases, messages that reach a venue, the
/// clustered background flow, and the wake-ups of each kind of agent (a Poisson process a kind, shared by its agents).
/// Ties go in that order; messages by order of sending, kinds of agents by order of declaration.
struct InstrumentMarket: ~Copyable {
  let model: InstrumentModel
  let venueModels: [VenueModel]
  var venues: VenueArray
  var draws: DrawSequence
  var fundamental: FundamentalValue
  var messages = MessageHeap()
  var takers: [TakerGroup]
  var makers: MakerGroup
  var institution: InstitutionState?
  /// Net quantity of each agent: takers, makers, and the institution last.
  var inventories: [Int64]
  /// When orders from outside end, last first, and where.
  var outsideExpiries: [(time: Int64, venue: Int)] = []
  /// Who sent each agent order, by order number.
  var ownerOfOrder: [Int32] = []
  let distances: AliasTable
  let sizes: AliasTable
  let venueShares: AliasTable
  /// Excitation of the flow above its base rate at `excitationTime`, arrivals a second.
  var excitation = 0.0
  var excitationTime: Int64
  var nextFlow: Int64
  var lastMarketSide = Side.buy
  var nextFlowOrder: UInt64 = 1
  var sequence: UInt64 = 0
  private(set) var phase = 0
  /// Agents' and flow's actions so far.
  var actionCount = 0
  private(set) var time: Int64
  /// When each phase begins: pre-open, continuous, closing auction, closed.
  let phaseStarts: [Int64]
  private static let statuses: [MarketStatus] = [.preOpen, .open, .closingAuction, .closed]

  init(market: MarketModel, index: Int) {
    model = market.instruments[index]
    venueModels = market.venues
    let start = market.startNanoseconds
    time = start
    draws = DrawSequence(seed: market.seed, stream: UInt64(index) * 2 + 1)
    let seconds = [market.preOpenSeconds, market.continuousSeconds, market.closingAuctionSeconds]
    phaseStarts = seconds.reduce(into: [start]) { $0.append($0[$0.count - 1] + Int64($1 * 1e9)) }
    fundamental = FundamentalValue(market: market, index: index)
    let opening = model.openingPriceTicks
    let venueCount = market.venues.count
    venues = VenueArray(count: venueCount) { venue in
      var configuration = MatchingConfiguration()
      configuration.capacity = 1 << 17
      configuration.windowLevels = 1 << 12
      configuration.lowestPrice = 1
      configuration.highestPrice = Int32(min(Int64(opening) * 8, 1 << 30))
      configuration.initialPhase = .preOpen
      var engine = MatchingEngine(configuration: configuration)
      engine.setReferencePrice(Price(ticks: opening))
      var recorder = FeedRecorder(instrument: UInt16(index * venueCount + venue))
      recorder.append(status: .preOpen, time: start)
      return VenueState(engine: engine, recorder: recorder)
    }
    distances = AliasTable(weights: model.flow.distanceWeights)
    sizes = AliasTable(weights: model.flow.sizeWeights)
    venueShares = AliasTable(weights: market.venues.map(\.share))
    excitationTime = start
    nextFlow = start
    let agents = model.agents
    takers = [
      TakerGroup(kind: .momentum, model: agents.momentum, firstAgent: 0),
      TakerGroup(kind: .meanReversion, model: agents.meanReversion, firstAgent: agents.momentum.count),
      TakerGroup(
        kind: .fundamental, model: agents.fundamental, firstAgent: agents.momentum.count + agents.meanReversion.count),
    ]
    let takerCount = agents.momentum.count + agents.meanReversion.count + agents.fundamental.count
    makers = MakerGroup(model: agents.makers, firstAgent: takerCount, venueCount: venueCount)
    let opensAt = phaseStarts[1]
    institution = agents.institution.map { InstitutionState(model: $0, start: opensAt) }
    inventories = Array(repeating: 0, count: takerCount + agents.makers.count + 1)
    for group in takers.indices { takers[group].schedule(from: phaseStarts[1], &draws) }
    makers.schedule(from: phaseStarts[1], &draws)
    scheduleFlow()
  }

  var isClosed: Bool { phase == 3 }
  var isContinuous: Bool { phase == 1 }

  private var nextPhase: Int64 { phase < 3 ? phaseStarts[phase + 1] : .max }

  /// When the next thing happens; Int64.max once the market is closed.
  var nextTime: Int64 { isClosed ? .max : nextHappening.time }

  /// The earliest thing to happen, and which group of agents it belongs to: -1 for none.
  private var nextHappening: (time: Int64, group: Int) {
    var next = min(nextPhase, messages.nextTime, nextFlow, outsideExpiries.last?.time ?? .max)
    var group = -1
    for index in takers.indices where takers[index].nextWake < next {
      next = takers[index].nextWake
      group = index
    }
    if makers.nextWake < next {
      next = makers.nextWake
      group = takers.count
    }
    if let slice = institution?.nextSlice, slice < next {
      next = slice
      group = takers.count + 1
    }
    return (next, group)
  }

  /// Lets everything happen that is not later than `limit`.
  mutating func run(until limit: Int64) {
    while true {
      let (next, group) = nextHappening
      guard next <= limit, next != .max, !isClosed else { break }
      time = next
      switch group {
      case -1:
        if next == outsideExpiries.last?.time {
          expireOutsideOrders()
        } else if next == nextPhase {
          enterNextPhase()
        } else if next == messages.nextTime {
          deliver(messages.pop())
        } else {
          flowArrives()
        }
      case takers.count: wakeMaker()
      case takers.count + 1: workInstitution()
      default: wakeTaker(group)
      }
    }
    time = max(time, limit)
  }

  private mutating func enterNextPhase() {
    phase += 1
    let status = Self.statuses[phase]
    for venue in 0..<venues.count {
      sequence += 1
      venues[venue].recorder.begin(time: time, inAuction: true)
      venues[venue].engine.setPhase(
        status, sequence: sequence, time: Timestamp(nanoseconds: time), into: &venues[venue].recorder)
      if !venues[venue].recorder.outsideOrders.isEmpty { outsidePhaseChanged(venue) }
      venues[venue].endMessage()
      venues[venue].recorder.append(status: status, time: time)
      collectFills(venue)
    }
    if isContinuous { scheduleFlow() }
  }

  /// Does something to one venue's engine as one message of its feed.
  @inline(__always)
  mutating func submit(_ terms: OrderTerms, venue: Int) {
    sequence &+= 1
    venues[venue].recorder.begin(time: time, inAuction: false)
    venues[venue].engine.submit(
      terms, sequence: sequence, time: Timestamp(nanoseconds: time), into: &venues[venue].recorder)
    venues[venue].endMessage()
  }

  mutating func deliver(_ message: MarketMessage) {
    let venue = Int(message.venue)
    let identifier = OrderIdentifier(message.order)
    let now = Timestamp(nanoseconds: time)
    switch message.kind {
    case .new:
      submit(
        OrderTerms(
          identifier: identifier, side: message.side, price: Price(ticks: message.price),
          quantity: Quantity(lots: message.quantity), timeInForce: message.timeInForce,
          participant: ParticipantIdentifier(UInt32(message.agent) + 1), selfTradePrevention: .cancelOldest,
          flags: message.flags), venue: venue)
    case .cancel:
      sequence += 1
      venues[venue].recorder.begin(time: time, inAuction: false)
      venues[venue].engine.cancel(identifier, sequence: sequence, time: now, into: &venues[venue].recorder)
      venues[venue].endMessage()
    case .amend:
      sequence += 1
      venues[venue].recorder.begin(time: time, inAuction: false)
      venues[venue].engine.amend(
        OrderAmendment(
          identifier: identifier, price: Price(ticks: message.price), quantity: Quantity(lots: message.quantity)),
        sequence: sequence, time: now, into: &venues[venue].recorder)
      venues[venue].endMessage()
    }
    collectFills(venue)
  }

  /// Books agents' fills of the last message.
  @inline(__always)
  mutating func collectFills(_ venue: Int) {
    if venues[venue].recorder.agentFills.isEmpty { return }
    for fill in venues[venue].recorder.agentFills {
      let owner = Int(ownerOfOrder[Int(fill.order - FeedRecorder.firstAgentOrder)])
      inventories[owner] += fill.buys ? fill.quantity : -fill.quantity
      if owner == inventories.count - 1 { institution?.remaining -= fill.quantity }
    }
    venues[venue].recorder.agentFills.removeAll(keepingCapacity: true)
  }

  /// The middle of a venue's touch; of what is there when a side is empty; the fundamental value of an empty book.
  mutating func middle(_ venue: Int) -> Double {
    let (bid, ask) = (venues[venue].engine.best(.buy), venues[venue].engine.best(.sell))
    if !bid.isNone, !ask.isNone { return (Double(bid.ticks) + Double(ask.ticks)) / 2 }
    if !bid.isNone { return Double(bid.ticks) }
    return ask.isNone ? fundamental.value(at: time) : Double(ask.ticks)
  }
}
