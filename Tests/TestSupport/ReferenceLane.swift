public import Execution
public import MarketTypes
import Numerics

/// What a scripted lane does at one of its timers.
public enum ScriptedAction: Hashable, Sendable {
  /// A new order; its number is its place among the script's orders.
  case send(OrderTerms)
  /// The same, its price so many ticks from the best price of its own side as the lane sees it, if there is one.
  case sendAtTouch(OrderTerms, offset: Int32)
  /// Cancel or amend the order with this number, if it is known to be alive.
  case cancel(UInt64)
  case amend(UInt64, price: Int32, quantity: Int64)
  /// The same, the price so far from the limit that the lane knows the order to have, or has asked for last, if it has one.
  case amendBy(UInt64, offset: Int32, quantity: Int64, fromRequested: Bool)
}

/// One lane, the obvious way: lists searched from the front, one rule after the other. Twin of `ExecutionEngine`.
public struct ReferenceLane {
  enum State { case sent, working, waiting, finished }

  struct Order {
    var terms: OrderTerms
    /// As now: a triggered stop is a market or limit order.
    var type: OrderType
    var price: Int32
    /// Shown, and the part of an iceberg behind it.
    var open: Int64
    var reserve: Int64 = 0
    var known: Int64
    var state = State.sent
    /// Market orders that arrived before it joined, and its own count of joining.
    var arrival = 0
    var joined = 0
    /// Level feeds: what is believed ahead, and what trades took off since the level's last change.
    var ahead: Int64 = 0
    var traded: Int64 = 0
    var stop = Int32.min
    var watermark = Int32.min
    var isAcknowledged = false
    var isCancelSent = false
    /// When the lane sent it.
    var sent: Int64
    /// Filled at the venue, and as the lane knows it.
    var filled: Int64 = 0
    var knownFilled: Int64 = 0
    /// Its limit as the lane knows it, what it has asked for last, and amends without an answer.
    var knownLimit = Int32.min
    var requestedLimit = Int32.min
    var unanswered = 0
    /// Fills that were drawn for it.
    var draws: UInt64 = 0

    var side: Int { terms.side == .buy ? 0 : 1 }
    /// What an amend may change; nil for what has no limit.
    var limit: Int32? {
      switch type {
      case .limit: price
      case .stopLimit: terms.price.ticks
      case .peggedPrimary, .peggedMidpoint: terms.price.isNone ? nil : terms.price.ticks
      case .market, .stop, .trailingStop: nil
      }
    }
    var isHidden: Bool { terms.flags.contains(.hidden) || terms.type.isPegged }
  }

  enum Message {
    case new(Int)
    case cancel(Int)
    case amend(Int, price: Int32, quantity: Int64, knownFilled: Int64)
    case filled(Int, Int64)
    case finished(Int)
    /// With the limit, where it answers an amend.
    case amended(Int, Int64, limit: Int32?)
    case amendRejected(Int)
    case cancelRejected(Int)
    /// News that changes nothing the lane acts on.
    case other
  }

  /// A market order of the reference book with the moment it joined its queue.
  struct MarketOrder {
    var slot: UInt32
    var side: Int
    var price: Int32
    var quantity: Int64
    var arrival: Int
  }

  public struct Fill: Hashable {
    public var time: Int64
    public var order: UInt64
    public var price: Int32
    public var quantity: Int64
    public var isMaker: Bool

    public init(time: Int64, order: UInt64, price: Int32, quantity: Int64, isMaker: Bool) {
      self.time = time
      self.order = order
      self.price = price
      self.quantity = quantity
      self.isMaker = isMaker
    }
  }

  let terms: LaneTerms
  let period: Int64
  let script: [[ScriptedAction]]
  var orders: [Order] = []
  var waiting: [Int] = []
  var pegs: [Int] = []
  var expiries: [(time: Int64, order: Int)] = []
  // The market.
  var market: [MarketOrder] = []
  var levels: [[Int32: Int64]] = [[:], [:]]
  var quote: (bid: Int32, bidQuantity: Int64, ask: Int32, askQuantity: Int64) = (.min, 0, .min, 0)
  var namesOrders = false
  var status = MarketStatus.unknown
  var lastTrade = Int32.min
  var slots = SlotAllocator()
  var arrivals = 0
  /// The touch after every event, for what the lane sees later.
  var touches: [(time: Int64, bid: Int32, ask: Int32)] = []
  // Messages.
  var lastRequest = Int64.min
  var lastNotice = Int64.min
  var draws: UInt64 = 0
  var requests: [(time: Int64, sequence: Int, message: Message)] = []
  var notices: [(time: Int64, sequence: Int, message: Message)] = []
  var sequence = 0
  var joins = 0
  /// What the lane traded with and still stands: of named orders by slot, of levels by price.
  var takenOrders: [UInt32: Int64] = [:]
  var takenLevels: [[Int32: Int64]] = [[:], [:]]
  /// When the last bar ended.
  var lastBar = Int64.min
  var nextTimer = Int64.max
  var step = 0
  public internal(set) var fills: [Fill] = []
  public internal(set) var lots: Int64 = 0
  public internal(set) var cash: Int128 = 0

  public init(terms: LaneTerms, period: Int64, script: [[ScriptedAction]]) {
    self.terms = terms
    self.period = period
    self.script = script
  }

  /// Feeds the next market event; everything due strictly before it happens first.
  public mutating func apply(_ event: HotEvent) {
    if nextTimer == .max { nextTimer = event.time + firstTimer }
    while let due = nextDue, due < event.time { handle(at: due) }
    applyMarket(event)
    touches.append((event.time, best(0) ?? .min, best(1) ?? .min))
  }

  /// Lets everything happen that is due by the last event.
  public mutating func finish() {
    guard let last = touches.last?.time else { return }
    while let due = nextDue, due <= last { handle(at: due) }
  }

  /// Where notices are at least as late as the feed, timers begin once the lane has heard of the market.
  private var firstTimer: Int64 {
    guard case .constant(let feed) = terms.latency.feed,
      let notice = terms.latency.acknowledgement.constantNanoseconds, notice >= feed
    else { return period }
    return period * max(1, (feed + period - 1) / period)
  }

  private var nextDue: Int64? {
    [requests.map(\.time).min(), notices.map(\.time).min(), expiries.map(\.time).min(), nextTimer]
      .compactMap { $0 }.min()
  }

  private mutating func handle(at time: Int64) {
    while let place = expiries.indices.filter({ expiries[$0].time <= time }).min(by: {
      (expiries[$0].time, $0) < (expiries[$1].time, $1)
    }) {
      let expiry = expiries.remove(at: place)
      expire(expiry.order, expiry.time)
    }
    while let place = first(requests, upTo: time) {
      let request = requests.remove(at: place)
      arrive(request.message, time: request.time)
    }
    while let place = first(notices, upTo: time) { learn(notices.remove(at: place).message) }
    if nextTimer <= time {
      if step < script.count { for action in script[step] { act(action, time: nextTimer) } }
      step += 1
      nextTimer += period
    }
  }

  private func first(_ list: [(time: Int64, sequence: Int, message: Message)], upTo time: Int64) -> Int? {
    let place = list.indices.min { (list[$0].time, list[$0].sequence) < (list[$1].time, list[$1].sequence) }
    return place.flatMap { list[$0].time <= time ? $0 : nil }
  }

  // MARK: - The lane

  private mutating func act(_ action: ScriptedAction, time: Int64) {
    switch action {
    case .send(let terms): send(terms, time)
    case .sendAtTouch(var terms, let offset):
      guard case .constant(let feed) = self.terms.latency.feed else { return }
      // Only what the feed has brought by now.
      let seen = touches.last { $0.time <= time - feed }
      let price = seen.map { terms.side == .buy ? $0.bid : $0.ask } ?? .min
      if price != .min { terms.price = Price(ticks: price + offset) }
      send(terms, time)
    case .cancel(let number):
      guard let place = living(number), !orders[place].isCancelSent else { return }
      orders[place].isCancelSent = true
      post(.cancel(place), law: 1, time)
    case .amend(let number, let price, let quantity):
      if let place = living(number) { amend(place, price: price, quantity: quantity, time) }
    case .amendBy(let number, let offset, let quantity, let fromRequested):
      guard let place = living(number) else { return }
      let from = fromRequested ? orders[place].requestedLimit : orders[place].knownLimit
      amend(place, price: from == .min ? .min : from + offset, quantity: quantity, time)
    }
  }

  private mutating func amend(_ place: Int, price: Int32, quantity: Int64, _ time: Int64) {
    if orders[place].limit != nil {
      if price == .min { return }
      orders[place].requestedLimit = price
    }
    orders[place].unanswered += 1
    post(.amend(place, price: price, quantity: quantity, knownFilled: orders[place].knownFilled), law: 2, time)
  }

  private mutating func send(_ terms: OrderTerms, _ time: Int64) {
    orders.append(
      Order(
        terms: terms, type: terms.type, price: terms.price.ticks, open: terms.quantity.lots,
        known: terms.quantity.lots, stop: terms.stopPrice.ticks, sent: time))
    let limit = orders[orders.count - 1].limit ?? (terms.type == .market ? terms.price.ticks : .min)
    orders[orders.count - 1].knownLimit = limit
    orders[orders.count - 1].requestedLimit = limit
    post(.new(orders.count - 1), law: 0, time)
  }

  private func living(_ number: UInt64) -> Int? {
    orders.firstIndex { $0.terms.identifier.rawValue == number && $0.known > 0 }
  }

  private mutating func learn(_ message: Message) {
    switch message {
    case .filled(let place, let quantity):
      orders[place].known -= quantity
      orders[place].knownFilled += quantity
    case .finished(let place): orders[place].known = 0
    case .amended(let place, let quantity, let limit):
      orders[place].known = quantity
      if let limit { answered(place, limit) }
    case .amendRejected(let place): answered(place, .min)
    case .cancelRejected(let place): orders[place].isCancelSent = false
    case .new, .cancel, .amend, .other: break
    }
  }

  private mutating func answered(_ place: Int, _ limit: Int32) {
    if limit != .min { orders[place].knownLimit = limit }
    orders[place].unanswered -= 1
    if orders[place].unanswered == 0 { orders[place].requestedLimit = orders[place].knownLimit }
  }

  // MARK: - Messages

  private mutating func post(_ message: Message, law: Int, _ time: Int64) {
    let latency = terms.latency
    let laws = [latency.newOrder, latency.cancel, latency.amend]
    var arrival = time
    if Set(laws.map(\.constantNanoseconds)).count == 1, let always = laws[0].constantNanoseconds {
      arrival += always
    } else {
      arrival += delay(laws[law], number: law, time)
    }
    sequence += 1
    // One connection: nothing overtakes.
    lastRequest = max(lastRequest, arrival)
    requests.append((lastRequest, sequence, message))
  }

  mutating func tell(_ message: Message, _ time: Int64) {
    let law = terms.latency.acknowledgement
    let arrival = time + (law.constantNanoseconds ?? delay(law, number: 3, time))
    sequence += 1
    lastNotice = max(lastNotice, arrival)
    notices.append((lastNotice, sequence, message))
  }

  /// Each message of a varying delay takes the lane's next number, whichever way it goes.
  private mutating func delay(_ law: LatencyLaw, number: Int, _ time: Int64) -> Int64 {
    defer { draws += 1 }
    switch law {
    case .constant(let nanoseconds): return max(0, nanoseconds)
    case .recorded(_, let added): return max(0, added)
    case .measured(let points):
      guard let after = points.firstIndex(where: { $0.time > time }) else {
        return max(0, points.last?.nanoseconds ?? 0)
      }
      guard after > 0 else { return max(0, points[0].nanoseconds) }
      let (left, right) = (points[after - 1], points[after])
      let rise = Int128(right.nanoseconds - left.nanoseconds) * Int128(time - left.time)
      return max(0, left.nanoseconds + Int64(rise / Int128(right.time - left.time)))
    case .drawn(let quantiles):
      let stream = RandomStream(
        seed: terms.latency.seed, stream: (terms.latency.stream * 4 + UInt64(number)) % (1 << 48))
      // A number of 32 bits over 2^32 is where between the quantiles.
      let place = Int128(stream.bits(at: draws) >> 32) * Int128(quantiles.count - 1)
      let (step, part) = (Int(place >> 32), place % (1 << 32))
      let rise = Int128(quantiles[step + 1] - quantiles[step]) * part / (1 << 32)
      return max(0, quantiles[step] + Int64(rise))
    }
  }

  /// Tells the lane once that the venue took its order; a message of its own where its moment must be drawn.
  mutating func acknowledge(_ place: Int, _ time: Int64) {
    guard !orders[place].isAcknowledged else { return }
    orders[place].isAcknowledged = true
    if terms.latency.acknowledgement.constantNanoseconds == nil { tell(.other, time) }
  }
}
