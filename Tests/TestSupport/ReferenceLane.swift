public import Execution
public import MarketTypes

/// What a scripted lane does at one of its timers.
public enum ScriptedAction: Hashable, Sendable {
  /// A new order; its number is its place among the script's orders.
  case send(OrderTerms)
  /// Cancel or amend the order with this number, if it is known to be alive.
  case cancel(UInt64)
  case amend(UInt64, price: Int32, quantity: Int64)
}

/// One lane, the obvious way: lists searched from the front, one rule after the other. Twin of `ExecutionEngine`.
public struct ReferenceLane {
  struct Order {
    var terms: OrderTerms
    var price: Int32
    var open: Int64
    var known: Int64
    /// Sent 0, working 1, finished 2.
    var state = 0
    /// Market orders that arrived before it joined.
    var arrival = 0
    var joined = 0
    var isCancelSent = false
  }

  enum Message {
    case new(Int)
    case cancel(Int)
    case amend(Int, price: Int32, quantity: Int64)
    case filled(Int, Int64)
    case finished(Int)
    case amended(Int, Int64)
    case cancelRejected(Int)
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

  let latency: LatencyModel
  var lastRequest = Int64.min
  let period: Int64
  let script: [[ScriptedAction]]
  var orders: [Order] = []
  var market: [MarketOrder] = []
  var slots = SlotAllocator()
  var arrivals = 0
  var joins = 0
  var requests: [(time: Int64, sequence: Int, message: Message)] = []
  var notices: [(time: Int64, sequence: Int, message: Message)] = []
  var sequence = 0
  var taken: [(side: Int, price: Int32, quantity: Int64)] = []
  var nextTimer = Int64.max
  var step = 0
  public private(set) var fills: [Fill] = []
  public private(set) var lots: Int64 = 0
  public private(set) var cash: Int128 = 0

  public init(latency: LatencyModel, period: Int64, script: [[ScriptedAction]]) {
    self.latency = latency
    self.period = period
    self.script = script
  }

  /// Feeds the next market event; everything due strictly before it happens first.
  public mutating func apply(_ event: HotEvent) {
    if nextTimer == .max { nextTimer = event.time + period }
    while let due = nextDue, due < event.time { handle(at: due) }
    applyMarket(event)
  }

  private var nextDue: Int64? {
    [requests.map(\.time).min(), notices.map(\.time).min(), nextTimer].compactMap { $0 }.min()
  }

  private mutating func handle(at time: Int64) {
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

  private mutating func post(_ message: Message, at time: Int64) {
    sequence += 1
    // One connection: nothing overtakes.
    lastRequest = max(lastRequest, time)
    requests.append((lastRequest, sequence, message))
  }

  private mutating func tell(_ message: Message, at time: Int64) {
    sequence += 1
    notices.append((time + (latency.acknowledgement.constantNanoseconds ?? 0), sequence, message))
  }

  private mutating func act(_ action: ScriptedAction, time: Int64) {
    switch action {
    case .send(let terms):
      orders.append(
        Order(terms: terms, price: terms.price.ticks, open: terms.quantity.lots, known: terms.quantity.lots))
      post(.new(orders.count - 1), at: time + (latency.newOrder.constantNanoseconds ?? 0))
    case .cancel(let number):
      guard let place = living(number), !orders[place].isCancelSent else { return }
      orders[place].isCancelSent = true
      post(.cancel(place), at: time + (latency.cancel.constantNanoseconds ?? 0))
    case .amend(let number, let price, let quantity):
      guard let place = living(number) else { return }
      post(.amend(place, price: price, quantity: quantity), at: time + (latency.amend.constantNanoseconds ?? 0))
    }
  }

  private func living(_ number: UInt64) -> Int? {
    orders.firstIndex { $0.terms.identifier.rawValue == number && $0.known > 0 }
  }

  private mutating func learn(_ message: Message) {
    switch message {
    case .filled(let place, let quantity): orders[place].known -= quantity
    case .finished(let place): orders[place].known = 0
    case .amended(let place, let quantity): orders[place].known = quantity
    case .cancelRejected(let place): orders[place].isCancelSent = false
    case .new, .cancel, .amend: break
    }
  }

  // MARK: - At the venue

  private func best(_ side: Int) -> Int32? {
    let prices = market.filter { $0.side == side }.map(\.price)
    return side == 0 ? prices.max() : prices.min()
  }

  private var isCrossedOrLocked: Bool {
    if let bid = best(0), let ask = best(1) { return bid >= ask }
    return false
  }

  private func trades(_ side: Int, _ price: Int32?) -> Bool {
    guard let opposite = best(1 - side) else { return false }
    guard let price else { return true }
    return side == 0 ? price >= opposite : price <= opposite
  }

  private mutating func arrive(_ message: Message, time: Int64) {
    switch message {
    case .new(let place):
      let terms = orders[place].terms
      let side = terms.side == .buy ? 0 : 1
      let isMarket = terms.type == .market
      if trades(side, isMarket ? nil : orders[place].price) || ownOpposite(place) != nil {
        if terms.flags.contains(.postOnly) || isCrossedOrLocked { return finish(place, time) }
        if !take(place, time) { return finish(place, time) }
        if orders[place].open == 0 { return }
      }
      if isMarket || terms.timeInForce.isImmediate { return finish(place, time) }
      join(place)
    case .cancel(let place):
      if orders[place].state == 1 { finish(place, time) } else { tell(.cancelRejected(place), at: time) }
    case .amend(let place, let price, let quantity):
      guard orders[place].state == 1 else { return }
      if price == orders[place].price, quantity <= orders[place].open {
        orders[place].open = quantity
      } else {
        let side = orders[place].terms.side == .buy ? 0 : 1
        let crossesMarket = trades(side, price)
        if crossesMarket, orders[place].terms.flags.contains(.postOnly) || isCrossedOrLocked { return }
        orders[place].price = price
        orders[place].open = quantity
        orders[place].state = 0
        if crossesMarket || ownOpposite(place) != nil {
          _ = take(place, time)
          if orders[place].open == 0 { return }
        }
        join(place)
      }
      tell(.amended(place, orders[place].open), at: time)
    case .filled, .finished, .amended, .cancelRejected: break
    }
  }

  private mutating func join(_ place: Int) {
    orders[place].state = 1
    orders[place].arrival = arrivals
    orders[place].joined = joins
    joins += 1
  }

  private mutating func finish(_ place: Int, _ time: Int64) {
    orders[place].state = 2
    tell(.finished(place), at: time)
  }

  /// Takes what rests on the other side; false when a fill-or-kill cannot be whole.
  private mutating func take(_ place: Int, _ time: Int64) -> Bool {
    let side = orders[place].terms.side == .buy ? 0 : 1
    let limit = orders[place].terms.type == .market ? nil : Optional(orders[place].price)
    taken.removeAll { entry in !market.contains { $0.side == entry.side && $0.price == entry.price && $0.quantity > 0 }
    }
    var levels: [(price: Int32, free: Int64)] = []
    let prices = Set(market.filter { $0.side == 1 - side }.map(\.price)).sorted { side == 0 ? $0 < $1 : $0 > $1 }
    for price in prices {
      if let limit, side == 0 ? price > limit : price < limit { break }
      let standing = market.filter { $0.side == 1 - side && $0.price == price }.reduce(0) { $0 + $1.quantity }
      let mine = taken.first { $0.side == 1 - side && $0.price == price }?.quantity ?? 0
      levels.append((price, max(0, standing - mine)))
    }
    let available = levels.reduce(0) { $0 + $1.free }
    if orders[place].terms.timeInForce == .fillOrKill, available < orders[place].open { return false }
    while orders[place].open > 0 {
      let own = ownOpposite(place)
      takeMarket(place, time, before: own)
      guard let own, orders[place].open > 0 else { break }
      // The lane's own order is next: they trade at its price.
      let quantity = min(orders[place].open, orders[own].open)
      fill(own, time, price: orders[own].price, quantity: quantity, isMaker: true)
      fill(place, time, price: orders[own].price, quantity: quantity, isMaker: false)
    }
    return true
  }

  /// The first working order of the lane on the other side that the order's price reaches.
  private func ownOpposite(_ place: Int) -> Int? {
    let side = orders[place].terms.side == .buy ? 0 : 1
    return resting(1 - side).first {
      orders[place].terms.type == .market
        || (side == 0 ? orders[$0].price <= orders[place].price : orders[$0].price >= orders[place].price)
    }
  }

  /// Takes from the market down to the order's limit, or down to the place of an own order that comes first.
  private mutating func takeMarket(_ place: Int, _ time: Int64, before own: Int?) {
    let side = orders[place].terms.side == .buy ? 0 : 1
    let limit = own.map { orders[$0].price } ?? (orders[place].terms.type == .market ? nil : orders[place].price)
    let prices = Set(market.filter { $0.side == 1 - side }.map(\.price)).sorted { side == 0 ? $0 < $1 : $0 > $1 }
    for price in prices {
      if let limit, side == 0 ? price > limit : price < limit { break }
      let level = market.filter { $0.side == 1 - side && $0.price == price }
      var standing = level.reduce(0) { $0 + $1.quantity }
      if let own, price == limit {
        standing = level.filter { $0.arrival < orders[own].arrival }.reduce(0) { $0 + $1.quantity }
      }
      let mine = taken.first { $0.side == 1 - side && $0.price == price }?.quantity ?? 0
      let quantity = min(max(0, standing - mine), orders[place].open)
      guard quantity > 0 else { continue }
      if let known = taken.firstIndex(where: { $0.side == 1 - side && $0.price == price }) {
        taken[known].quantity += quantity
      } else {
        taken.append((1 - side, price, quantity))
      }
      fill(place, time, price: price, quantity: quantity, isMaker: false)
    }
  }

  private mutating func fill(_ place: Int, _ time: Int64, price: Int32, quantity: Int64, isMaker: Bool) {
    orders[place].open -= quantity
    if orders[place].open == 0 { orders[place].state = 2 }
    let sign: Int64 = orders[place].terms.side == .buy ? 1 : -1
    lots += sign * quantity
    cash -= Int128(sign) * Int128(price) * Int128(quantity)
    fills.append(
      Fill(
        time: time, order: orders[place].terms.identifier.rawValue, price: price, quantity: quantity, isMaker: isMaker))
    tell(.filled(place, quantity), at: time)
  }

  // MARK: - The market

  /// Own working orders of a side, best price first, then by joining.
  private func resting(_ side: Int) -> [Int] {
    orders.indices
      .filter { orders[$0].state == 1 && (orders[$0].terms.side == .buy ? 0 : 1) == side }
      .sorted {
        let (left, right) = (orders[$0], orders[$1])
        if left.price != right.price { return side == 0 ? left.price > right.price : left.price < right.price }
        return left.joined < right.joined
      }
  }

  private mutating func executed(_ order: MarketOrder, quantity: Int64, time: Int64) {
    var left = quantity
    for place in resting(order.side) where left > 0 {
      let price = orders[place].price
      let isBetter = order.side == 0 ? price > order.price : price < order.price
      guard isBetter || (price == order.price && orders[place].arrival <= order.arrival) else { continue }
      let filled = min(left, orders[place].open)
      left -= filled
      fill(place, time, price: price, quantity: filled, isMaker: true)
    }
  }

  private mutating func marketArrived(side: Int, price: Int32, quantity: Int64, time: Int64) {
    if let bid = best(0), let ask = best(1), bid > ask { return }
    var left = quantity
    for place in resting(1 - side) where left > 0 {
      let own = orders[place].price
      guard side == 0 ? own <= price : own >= price else { break }
      let filled = min(left, orders[place].open)
      left -= filled
      fill(place, time, price: own, quantity: filled, isMaker: true)
    }
  }

  private mutating func applyMarket(_ event: HotEvent) {
    guard let operation = event.code.operation else { return }
    let place = event.slot.flatMap { slot in market.firstIndex { $0.slot == slot } }
    switch operation {
    case .add:
      let order = MarketOrder(
        slot: slots.take(), side: event.code.sideIndex, price: event.prices[0], quantity: event.quantities[0],
        arrival: arrivals)
      arrivals += 1
      market.append(order)
      marketArrived(side: order.side, price: order.price, quantity: order.quantity, time: event.time)
    case .cancel, .reduce:
      guard let place else { return }
      remove(place, event.change ?? market[place].quantity, releases: operation == .cancel)
    case .executeWhole, .executePart, .executePriced:
      guard let place else { return }
      let order = market[place]
      let quantity = event.change ?? order.quantity
      remove(place, quantity, releases: quantity == order.quantity)
      executed(order, quantity: quantity, time: event.time)
    case .modify:
      guard let place, let quantity = event.change, let change = event.priceChange else { return }
      market[place].price += change
      market[place].quantity = quantity
      market[place].arrival = arrivals
      arrivals += 1
      let order = market[place]
      marketArrived(side: order.side, price: order.price, quantity: quantity, time: event.time)
    case .fill:
      guard let place else { return }
      executed(market[place], quantity: event.change ?? 0, time: event.time)
    case .clear, .snapshotBegin:
      for order in market.sorted(by: { $0.slot < $1.slot }) { slots.release(order.slot) }
      market.removeAll()
    default: break
    }
  }

  private mutating func remove(_ place: Int, _ quantity: Int64, releases: Bool) {
    market[place].quantity -= quantity
    if releases {
      slots.release(market[place].slot)
      market.remove(at: place)
    }
  }
}
