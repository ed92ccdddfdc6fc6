import MarketTypes
import OrderBooks

/// Turns a matching engine's reports into the events its public feed would carry.
///
/// A message's effects come as one group that ends with an end-of-event mark: what it traded against, then what of it
/// rests. Fills of agents' orders are handed on as well, and all reports about orders from outside the simulation (see
/// `FeedRecorder+Outside`).
struct FeedRecorder: MatchingSink, ~Copyable {
  /// A fill of an agent's order: which order, how much, at what price, and whether it bought.
  struct AgentFill {
    var order: UInt64
    var quantity: Int64
    var price: Int32
    var buys: Bool
  }

  var events: [MarketEvent] = []
  var agentFills: [AgentFill] = []
  /// Reports about orders from outside, and what the feed shows of them.
  var outsideReports: [OutsideReport] = []
  var outsideOrders: [UInt64: OutsideOrder] = [:]
  /// Orders from outside that the message at work may have changed, in order.
  var touchedOrders: [UInt64] = []
  /// The part shown at a time of the order that is being submitted from outside.
  var submittedDisplay: Int64 = 0
  /// Net quantity of the background flow.
  private(set) var flowNet: Int64 = 0
  var tradeCount = 0
  private(set) var reportCount = 0
  var openTaker: UInt64 = 0
  var takerOpen: Int64 = 0
  private var takerPrice = Price.none
  private var takerSide = Side.none
  private var takerWasResting = false
  private var groupStart = 0
  private(set) var time: Int64 = 0
  private var inAuction = false
  let instrument: UInt16
  /// Identifiers at or above this belong to agents.
  static let firstAgentOrder: UInt64 = 1 << 40
  /// Identifiers at or above this come from outside the simulation: a lane that trades in it.
  static let firstOutsideOrder: UInt64 = 1 << 56

  init(instrument: UInt16) { self.instrument = instrument }

  mutating func begin(time: Int64, inAuction: Bool) {
    self.time = time
    self.inAuction = inAuction
    openTaker = 0
    groupStart = events.count
  }

  /// States what rests of the message's order, and closes the group.
  mutating func end() {
    stateTaker()
    closeGroup()
  }

  /// States what rests of the message's order, once. Market orders never rest in the feed.
  mutating func stateTaker() {
    if openTaker != 0 {
      if takerOpen > 0, !takerPrice.isNone {
        append(
          takerWasResting ? .modify : .add, order: openTaker, side: takerSide, price: takerPrice, quantity: takerOpen)
      } else if takerWasResting {
        append(.cancel, order: openTaker, side: takerSide, price: takerPrice, quantity: 0)
      }
      openTaker = 0
    }
  }

  mutating func closeGroup() {
    guard events.count > groupStart else { return }
    for index in groupStart..<(events.count - 1) { events[index].flags.remove(.endOfEvent) }
  }

  mutating func append(status: MarketStatus, time: Int64) {
    var event = MarketEvent(
      kind: .status, exchangeTime: Timestamp(nanoseconds: time), localTime: Timestamp(nanoseconds: time),
      instrument: instrument)
    event.status = status
    events.append(event)
  }

  mutating func append(
    _ kind: EventKind, order: UInt64, side: Side, price: Price, quantity: Int64, flags: EventFlags = []
  ) {
    events.append(
      MarketEvent(
        kind: kind, exchangeTime: Timestamp(nanoseconds: time), localTime: Timestamp(nanoseconds: time),
        instrument: instrument, side: side, price: price, quantity: Quantity(lots: quantity), identifier: order,
        flags: flags.union(.endOfEvent)))
  }

  mutating func receive(_ report: MatchingReport) {
    reportCount += 1
    let order = report.order.rawValue
    if order >= Self.firstOutsideOrder || report.counterparty.rawValue >= Self.firstOutsideOrder {
      return receiveOutside(report)
    }
    switch report.kind {
    case .accepted:
      openTaker = order
      takerOpen = report.quantity.lots
      takerPrice = report.price
      takerSide = report.side
      takerWasResting = false
    case .modified:
      openTaker = order
      takerOpen = report.quantity.lots
      takerPrice = report.price
      takerSide = report.side
      takerWasResting = true
    case .trade:
      tradeCount += 1
      let quantity = report.quantity.lots
      let resting = report.counterparty.rawValue
      if inAuction {
        // Both orders rest; the cross itself is one print, so neither execution counts in the volume.
        for (identifier, side) in [(order, Side.buy), (resting, Side.sell)] {
          append(
            .execute, order: identifier, side: side, price: report.price, quantity: quantity,
            flags: [.auction, .nonPrintable, .pricedExecution])
        }
        append(.trade, order: 0, side: .none, price: report.price, quantity: quantity, flags: .auction)
      } else {
        if order == openTaker { takerOpen -= quantity }
        append(.execute, order: resting, side: report.side.opposite, price: report.price, quantity: quantity)
      }
      let takerBuys = inAuction || report.side == .buy
      note(order, quantity, report.price.ticks, buys: takerBuys)
      note(resting, quantity, report.price.ticks, buys: !takerBuys)
    case .cancelled, .expired:
      if order == openTaker {
        takerOpen = 0
        if !takerWasResting { openTaker = 0 }
      } else {
        append(.cancel, order: order, side: report.side, price: report.price, quantity: report.quantity.lots)
      }
    case .decremented:
      // Both orders of one participant shrink without a trade: the feed shows the resting one's part.
      if order == openTaker { takerOpen -= report.quantity.lots }
      append(
        .reduce, order: report.counterparty.rawValue, side: report.side.opposite, price: report.price,
        quantity: report.quantity.lots)
    case .rejected, .cancelRejected, .modifyRejected, .triggered: break
    }
  }

  @inline(__always)
  mutating func note(_ order: UInt64, _ quantity: Int64, _ price: Int32, buys: Bool) {
    if order < Self.firstAgentOrder {
      flowNet &+= buys ? quantity : -quantity
    } else if order < Self.firstOutsideOrder {
      agentFills.append(AgentFill(order: order, quantity: quantity, price: price, buys: buys))
    }
  }
}
