import Execution
import MarketTypes

/// What the venue does with the lane's messages.
extension ReferenceLane {
  func best(_ side: Int) -> Int32? {
    let prices = market.filter { $0.side == side }.map(\.price) + levels[side].keys
    return side == 0 ? prices.max() : prices.min()
  }

  func standing(_ side: Int, _ price: Int32) -> Int64 {
    market.filter { $0.side == side && $0.price == price }.reduce(levels[side][price] ?? 0) { $0 + $1.quantity }
  }

  var hasBook: Bool { best(0) != nil || best(1) != nil }

  var isCrossedOrLocked: Bool {
    if let bid = best(0), let ask = best(1) { return bid >= ask }
    return false
  }

  var stopsEntry: Bool { [.halted, .paused, .closed, .postClose].contains(status) }

  private func crossesMarket(_ side: Int, _ price: Int32?) -> Bool {
    guard let opposite = best(1 - side) else { return false }
    guard let price else { return true }
    return side == 0 ? price >= opposite : price <= opposite
  }

  mutating func arrive(_ message: Message, time: Int64) {
    switch message {
    case .new(let place): stopsEntry ? finish(place, time) : arriveNew(place, time)
    case .cancel(let place):
      let isLive = orders[place].state == .working || orders[place].state == .waiting
      isLive ? finish(place, time) : tell(.cancelRejected(place), time)
    case .amend(let place, let price, let quantity, let knownFilled):
      amend(place, price, quantity - (orders[place].filled - knownFilled), time)
    case .filled, .finished, .amended, .amendRejected, .cancelRejected, .other: break
    }
  }

  private mutating func amend(_ place: Int, _ asked: Int32, _ quantity: Int64, _ time: Int64) {
    let isAlive = orders[place].state == .working || orders[place].state == .waiting
    guard isAlive, !stopsEntry else { return tell(.amendRejected(place), time) }
    if quantity <= 0 { return finish(place, time) }
    let total = orders[place].open + orders[place].reserve
    let price = orders[place].limit == nil ? Int32.min : asked
    if price == orders[place].limit ?? .min, quantity <= total {
      // An iceberg gives up its reserve first.
      if orders[place].reserve > 0 {
        orders[place].open = min(orders[place].open, quantity)
        orders[place].reserve = quantity - orders[place].open
      } else {
        orders[place].open = quantity
      }
    } else if orders[place].terms.type.isPegged {
      // The last of the pegs, wherever it stands now.
      pegs.removeAll { $0 == place }
      pegs.append(place)
      orders[place].terms.price = Price(ticks: price)
      orders[place].open = quantity
      placePeg(place)
    } else if orders[place].state == .waiting {
      waiting.removeAll { $0 == place }
      waiting.append(place)
      orders[place].open = quantity
      orders[place].price = price
      if orders[place].type == .stopLimit { orders[place].terms.price = Price(ticks: price) }
    } else {
      let crosses = crossesMarket(orders[place].side, price)
      if crosses, orders[place].terms.flags.contains(.postOnly) || isCrossedOrLocked {
        return tell(.amendRejected(place), time)
      }
      orders[place].state = .sent
      orders[place].price = price
      orders[place].open = quantity
      orders[place].reserve = 0
      if crosses || ownOpposite(place) != nil {
        take(place, time)
        if orders[place].state == .finished { return }
      }
      hideReserve(place)
      join(place)
    }
    tell(.amended(place, orders[place].open + orders[place].reserve, limit: price), time)
  }

  /// A limit or market order meets the book.
  mutating func enter(_ place: Int, _ time: Int64) {
    let isMarket = orders[place].type == .market
    let minimum = orders[place].isAcknowledged ? 0 : orders[place].terms.minimumQuantity.lots
    let hasOpposite = best(1 - orders[place].side) != nil
    let mayTrade =
      crossesMarket(orders[place].side, isMarket ? nil : orders[place].price) || ownOpposite(place) != nil
    if mayTrade {
      if orders[place].terms.flags.contains(.postOnly) || isCrossedOrLocked { return finish(place, time) }
      take(place, time)
      if orders[place].state == .finished { return }
    }
    if !hasOpposite, !hasBook, enterWithoutBook(place, time) { return }
    if isMarket || orders[place].terms.timeInForce.isImmediate || (!mayTrade && minimum > 0) {
      return finish(place, time)
    }
    rest(place, time)
  }

  mutating func rest(_ place: Int, _ time: Int64) {
    hideReserve(place)
    join(place)
    acknowledge(place, time)
  }

  /// Data without a book: marketable orders trade at the last price, or wait for the next one.
  private mutating func enterWithoutBook(_ place: Int, _ time: Int64) -> Bool {
    guard lastTrade != .min else { return false }
    let order = orders[place]
    let isMarketable =
      order.type == .market || (order.side == 0 ? order.price >= lastTrade : order.price <= lastTrade)
    guard isMarketable else { return false }
    if order.terms.flags.contains(.postOnly) {
      finish(place, time)
    } else if terms.tradesAtLastPrice {
      fill(place, time, price: lastTrade, quantity: order.open, isMaker: false)
    } else if order.type == .market {
      wait(place, time)
    } else {
      return false
    }
    return true
  }

  mutating func hideReserve(_ place: Int) {
    let shown = orders[place].terms.displayQuantity.lots
    guard shown > 0, orders[place].open > shown else { return }
    orders[place].reserve += orders[place].open - shown
    orders[place].open = shown
  }

  mutating func join(_ place: Int) {
    orders[place].state = .working
    orders[place].arrival = arrivals
    orders[place].joined = joins
    orders[place].ahead = standing(orders[place].side, orders[place].price)
    orders[place].traded = 0
    joins += 1
  }

  mutating func finish(_ place: Int, _ time: Int64) {
    orders[place].state = .finished
    waiting.removeAll { $0 == place }
    pegs.removeAll { $0 == place }
    tell(.finished(place), time)
  }

  mutating func fill(_ place: Int, _ time: Int64, price: Int32, quantity: Int64, isMaker: Bool) {
    orders[place].open -= quantity
    orders[place].filled += quantity
    if orders[place].open == 0, orders[place].reserve == 0 { orders[place].state = .finished }
    let sign: Int64 = orders[place].side == 0 ? 1 : -1
    lots += sign * quantity
    cash -= Int128(sign) * Int128(price) * Int128(quantity)
    fills.append(
      Fill(
        time: time, order: orders[place].terms.identifier.rawValue, price: price, quantity: quantity, isMaker: isMaker))
    tell(.filled(place, quantity), time)
  }

  /// A resting order's shown part may be gone: the next one joins the back.
  mutating func showMore(_ place: Int) {
    guard orders[place].open == 0, orders[place].reserve > 0 else { return }
    orders[place].open = min(orders[place].terms.displayQuantity.lots, orders[place].reserve)
    orders[place].reserve -= orders[place].open
    join(place)
  }

  // MARK: - Taking

  /// Own working orders of a side, best price first, then by joining.
  func resting(_ side: Int) -> [Int] {
    orders.indices
      .filter { orders[$0].state == .working && orders[$0].side == side }
      .sorted {
        let (left, right) = (orders[$0], orders[$1])
        if left.price != right.price { return side == 0 ? left.price > right.price : left.price < right.price }
        return left.joined < right.joined
      }
  }

  /// The first working order of the lane on the other side that the order's price reaches.
  func ownOpposite(_ place: Int) -> Int? {
    let order = orders[place]
    return resting(1 - order.side).first {
      order.type == .market
        || (order.side == 0 ? orders[$0].price <= order.price : orders[$0].price >= order.price)
    }
  }

  /// The market's levels on the other side that a price reaches, best first.
  private func reached(_ side: Int, _ limit: Int32?) -> [Int32] {
    Set(market.filter { $0.side == 1 - side }.map(\.price) + levels[1 - side].keys)
      .filter { price in limit.map { side == 0 ? price <= $0 : price >= $0 } ?? true }
      .sorted { side == 0 ? $0 < $1 : $0 > $1 }
  }

  /// What of a level the lane has not traded with, of orders that arrived before `arrival`.
  private func free(_ side: Int, _ price: Int32, before arrival: Int = .max) -> Int64 {
    let orders = market.filter { $0.side == side && $0.price == price && $0.arrival < arrival }
      .reduce(Int64(0)) { $0 + max(0, $1.quantity - (takenOrders[$1.slot] ?? 0)) }
    return orders + max(0, (levels[side][price] ?? 0) - (takenLevels[side][price] ?? 0))
  }

  /// Takes from a level: the oldest orders first.
  private mutating func note(_ quantity: Int64, of side: Int, _ price: Int32) {
    var left = quantity
    for order in market.sorted(by: { $0.arrival < $1.arrival }) where order.side == side && order.price == price {
      let part = min(left, max(0, order.quantity - (takenOrders[order.slot] ?? 0)))
      takenOrders[order.slot, default: 0] += part
      left -= part
    }
    if left > 0 { takenLevels[side][price, default: 0] += left }
  }

  /// Takes what rests on the other side, or ends the order where it asks for more than there is.
  mutating func take(_ place: Int, _ time: Int64) {
    let side = orders[place].side
    let minimum =
      orders[place].isAcknowledged ? 0 : min(orders[place].terms.minimumQuantity.lots, orders[place].open)
    if orders[place].terms.timeInForce == .fillOrKill || minimum > 0 {
      let wanted = minimum > 0 ? minimum : orders[place].open
      let available = reached(side, orders[place].type == .market ? nil : orders[place].price)
        .reduce(Int64(0)) { $0 + free(1 - side, $1) }
      if available < wanted { return finish(place, time) }
    }
    while orders[place].open > 0 {
      let own = ownOpposite(place)
      takeMarket(place, time, before: own)
      guard let own, orders[place].open > 0 else { break }
      meet(place, own, time)
      if orders[place].state == .finished { return }
    }
  }

  /// Takes from the market down to the order's limit, or down to the place of an own order that comes first.
  private mutating func takeMarket(_ place: Int, _ time: Int64, before own: Int?) {
    let side = orders[place].side
    let limit = own.map { orders[$0].price } ?? (orders[place].type == .market ? nil : orders[place].price)
    for price in reached(side, limit) {
      var free = free(1 - side, price)
      if let own, price == limit {
        free =
          namesOrders
          ? self.free(1 - side, price, before: orders[own].arrival)
          : max(0, min(standing(1 - side, price), orders[own].ahead) - (takenLevels[1 - side][price] ?? 0))
      }
      let quantity = min(free, orders[place].open)
      guard quantity > 0 else { continue }
      note(quantity, of: 1 - side, price)
      fill(place, time, price: price, quantity: quantity, isMaker: false)
    }
  }

  /// The lane's own order is next.
  private mutating func meet(_ place: Int, _ own: Int, _ time: Int64) {
    let quantity = min(orders[place].open, orders[own].open)
    let isSame = orders[place].terms.participant == orders[own].terms.participant
    switch isSame ? orders[place].terms.selfTradePrevention : .none {
    case .none:
      let price = orders[own].price
      fill(own, time, price: price, quantity: quantity, isMaker: true)
      showMore(own)
      fill(place, time, price: price, quantity: quantity, isMaker: false)
    case .cancelNewest: finish(place, time)
    case .cancelOldest: finish(own, time)
    case .cancelBoth:
      finish(own, time)
      finish(place, time)
    case .decrement:
      for one in [own, place] {
        if orders[one].open + orders[one].reserve == quantity {
          finish(one, time)
        } else {
          orders[one].open -= quantity
          showMore(one)
          tell(.amended(one, orders[one].open + orders[one].reserve, limit: nil), time)
        }
      }
    }
  }
}
