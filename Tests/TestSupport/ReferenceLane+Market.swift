import Execution
import MarketTypes
import Numerics

/// What market events do to the lane's resting orders.
extension ReferenceLane {
  mutating func applyMarket(_ event: HotEvent) {
    guard let operation = event.code.operation else { return }
    let touch = [best(0), best(1)]
    let place = event.slot.flatMap { slot in market.firstIndex { $0.slot == slot } }
    let side = event.code.sideIndex
    switch operation {
    case .add:
      namesOrders = true
      let order = MarketOrder(
        slot: slots.take(), side: side, price: event.prices[0], quantity: event.quantities[0], arrival: arrivals)
      arrivals += 1
      market.append(order)
      marketArrived(side: side, price: order.price, quantity: order.quantity, slot: order.slot, event)
    case .cancel, .reduce:
      guard let place else { return }
      remove(place, event.change ?? market[place].quantity, releases: operation == .cancel)
    case .executeWhole, .executePart, .executePriced:
      guard let place else { return }
      let order = market[place]
      let quantity = event.change ?? order.quantity
      if !event.code.isMarked { lastTrade = operation == .executePriced ? event.prices[0] : order.price }
      remove(place, quantity, releases: quantity == order.quantity)
      let used = executed(order, quantity: quantity, time: event.time)
      if !event.code.isMarked {
        watchTrade(
          price: lastTrade, isAuction: operation == .executePriced, quantity: quantity - used, time: event.time)
      }
    case .modify:
      guard let place, let quantity = event.change, let change = event.priceChange else { return }
      market[place].price += change
      market[place].quantity = quantity
      market[place].arrival = arrivals
      arrivals += 1
      marketArrived(
        side: market[place].side, price: market[place].price, quantity: quantity, slot: market[place].slot, event)
    case .fill:
      guard let place, !event.code.isMarked else { return }
      _ = executed(market[place], quantity: event.change ?? 0, time: event.time)
    case .clear, .snapshotBegin:
      for order in market.sorted(by: { $0.slot < $1.slot }) { slots.release(order.slot) }
      market.removeAll()
      levels = [[:], [:]]
      takenOrders = [:]
      takenLevels = [[:], [:]]
    case .trade:
      lastTrade = event.prices[0]
      let used = watchTrade(
        price: lastTrade, isAuction: event.code.isMarked, quantity: event.quantities[0], time: event.time)
      if !namesOrders, !event.code.isMarked { printed(event, used: used) }
    case .setLevel:
      let (price, quantity) = (event.prices[0], event.quantities[0])
      let old = levels[side][price] ?? 0
      levels[side][price] = quantity > 0 ? quantity : nil
      // No more of what was taken can still stand than the level holds.
      takenLevels[side][price] = takenLevels[side][price].map { min($0, quantity) }.flatMap { $0 > 0 ? $0 : nil }
      levelChanged(side, price, from: old, to: quantity)
      if quantity > old { marketArrived(side: side, price: price, quantity: quantity - old, event) }
    case .quote: quoted(event)
    case .bar: barEnded(event)
    case .status: phaseChanged(to: MarketStatus(rawValue: UInt8(event.quantities[0])) ?? .unknown, time: event.time)
    case .snapshotEnd, .orphan: break
    }
    if touch != [best(0), best(1)] { movePegs() }
  }

  private mutating func remove(_ place: Int, _ quantity: Int64, releases: Bool) {
    market[place].quantity -= quantity
    if releases {
      slots.release(market[place].slot)
      takenOrders[market[place].slot] = nil
      market.remove(at: place)
    }
  }

  /// Fills an own resting order; an iceberg then shows its next part, at the back of its price.
  private mutating func fillResting(_ place: Int, _ quantity: Int64, price: Int32? = nil, time: Int64) -> Int64 {
    let filled = min(quantity, orders[place].open)
    guard filled > 0 else { return 0 }
    fill(place, time, price: price ?? orders[place].price, quantity: filled, isMaker: true)
    showMore(place)
    return filled
  }

  /// Whether a fill at the order's own price happens, drawn anew each time; if not, the order is the last of its queue.
  private mutating func isMissed(_ place: Int, _ quantity: Int64, at price: Int32) -> Bool {
    guard let chance = terms.fillChance, chance.probability < 1, orders[place].price == price else { return false }
    guard min(quantity, orders[place].open) > 0 else { return false }
    // A part in 2^32, of an order's own million numbers.
    let bits = chance.random.bits(at: UInt64(place) * 1_048_576 + orders[place].draws) >> 32
    orders[place].draws += 1
    if Double(bits) < (chance.probability * 4_294_967_296).rounded() { return false }
    join(place)
    return true
  }

  /// A named order was executed: own orders priced better, or of its price and before it, were first.
  /// Returns how much of it the lane had.
  private mutating func executed(_ order: MarketOrder, quantity: Int64, time: Int64) -> Int64 {
    var left = quantity
    while left > 0 {
      let next = resting(order.side).first {
        let own = orders[$0]
        let isBetter = order.side == 0 ? own.price > order.price : own.price < order.price
        return isBetter || (own.price == order.price && own.arrival <= order.arrival && !own.isHidden)
      }
      guard let next else { break }
      if isMissed(next, left, at: order.price) { continue }
      left -= fillResting(next, left, time: time)
    }
    return quantity - left
  }

  /// New quantity of the market reaches own orders of the other side.
  private mutating func marketArrived(
    side: Int, price: Int32, quantity: Int64, slot: UInt32? = nil, _ event: HotEvent
  ) {
    if event.code.isMarked { return }
    if let bid = best(0), let ask = best(1), bid > ask { return }
    // What a lane took of an order before it changed, it cannot trade with again.
    var left = quantity - (slot.flatMap { takenOrders[$0] } ?? 0)
    var missed: Set<Int> = []
    // Looked for anew each time: what an iceberg shows anew comes before the next price.
    while left > 0, let place = resting(1 - side).first(where: { !missed.contains($0) }) {
      let own = orders[place].price
      guard side == 0 ? own <= price : own >= price else { break }
      if isMissed(place, left, at: price) {
        missed.insert(place)
        continue
      }
      let filled = fillResting(place, left, time: event.time)
      left -= filled
      // The arriving shares go on resting in the replay.
      if let slot { takenOrders[slot, default: 0] += filled } else { takenLevels[side][price, default: 0] += filled }
    }
  }

  // MARK: - Feeds that do not name orders

  private mutating func printed(_ event: HotEvent, used before: Int64) {
    let side = 1 - event.code.sideIndex
    let (price, quantity) = (event.prices[0], event.quantities[0])
    var used = before
    while used < quantity, let place = resting(side).first {
      guard side == 0 ? orders[place].price > price : orders[place].price < price else { break }
      used += fillResting(place, quantity - used, time: event.time)
    }
    for place in resting(side) {
      let own = orders[place]
      if own.price == price, !own.isHidden {
        orders[place].traded += quantity
        orders[place].ahead = max(0, own.ahead - quantity)
        let reached = quantity - own.ahead
        if reached > used, !isMissed(place, reached - used, at: price) {
          used += fillResting(place, reached - used, time: event.time)
        }
      }
    }
  }

  private mutating func levelChanged(_ side: Int, _ price: Int32, from old: Int64, to new: Int64) {
    for place in orders.indices
    where orders[place].state == .working && orders[place].side == side && orders[place].price == price {
      let order = orders[place]
      let gone = old - new - order.traded
      if gone > 0 {
        let behind = Double(max(0, old - order.ahead))
        let share = shareBehind(ahead: Double(order.ahead), behind: behind)
        // What would have to come off behind, and is not there, came off the front.
        let estimate = Double(order.ahead) - (1 - share) * Double(gone) + min(behind - share * Double(gone), 0)
        if terms.queueModel != .riskAverse { orders[place].ahead = max(0, Int64(estimate.rounded(.toNearestOrEven))) }
      }
      orders[place].ahead = min(orders[place].ahead, new)
      orders[place].traded = 0
    }
  }

  /// The share of a decrease that falls behind, as the models' formulas say.
  private func shareBehind(ahead: Double, behind: Double) -> Double {
    func power(_ base: Double, _ exponent: Double) -> Double {
      if base == 0 { return 0 }
      if exponent == exponent.rounded() { return (0..<Int(exponent)).reduce(1.0) { product, _ in product * base } }
      return Elementary.exp(exponent * Elementary.log(base))
    }
    let total = ahead + behind
    let share: Double
    switch terms.queueModel {
    case .riskAverse: share = 1
    case .uniform: share = behind / total
    case .power(let n): share = power(behind, n) / (power(behind, n) + power(ahead, n))
    case .powerOfTotal(let n): share = power(behind, n) / power(total, n)
    case .powerOfAhead(let n): share = 1 - power(ahead, n) / power(total, n)
    case .logarithm:
      share = Elementary.log(1 + behind) / (Elementary.log(1 + behind) + Elementary.log(1 + ahead))
    case .logarithmOfTotal: share = Elementary.log(1 + behind) / Elementary.log(1 + behind + ahead)
    }
    return share.isNaN ? 1 : min(1, max(0, share))
  }

  /// A quote replaces the touch; only what is new at a price can cross.
  private mutating func quoted(_ event: HotEvent) {
    let before = quote
    quote = (event.prices[0], event.quantities[0], event.prices[1], event.quantities[1])
    for (side, old, new) in [
      (0, (before.bid, before.bidQuantity), (quote.bid, quote.bidQuantity)),
      (1, (before.ask, before.askQuantity), (quote.ask, quote.askQuantity)),
    ] {
      if old.0 != .min { levels[side][old.0] = nil }
      if new.0 != .min { levels[side][new.0] = new.1 }
      takenLevels[side] = takenLevels[side].compactMapValues { $0 }.reduce(into: [:]) { kept, taken in
        let held = min(taken.value, levels[side][taken.key] ?? 0)
        if held > 0 { kept[taken.key] = held }
      }
    }
    for (side, old, new) in [
      (0, (before.bid, before.bidQuantity), (quote.bid, quote.bidQuantity)),
      (1, (before.ask, before.askQuantity), (quote.ask, quote.askQuantity)),
    ] where new.0 != .min {
      levelChanged(side, new.0, from: old.0 == new.0 ? old.1 : new.1, to: new.1)
      let fresh = old.0 == new.0 ? new.1 - old.1 : new.1
      if fresh > 0 { marketArrived(side: side, price: new.0, quantity: fresh, event) }
    }
  }

  private mutating func barEnded(_ event: HotEvent) {
    let (open, low, high, close) = (event.prices[0], event.prices[2], event.prices[1], event.prices[3])
    lastTrade = close
    let start = lastBar
    lastBar = event.time
    var left = event.quantities[0] > 0 ? event.quantities[0] : .max
    let late = Set(waiting.filter { isLate($0, start) })
    watchBar(prices: event.prices, late: late, left: &left, time: event.time)
    for side in 0..<2 {
      // Looked for anew each time: what an iceberg shows anew comes before the next price.
      var tried: Set<Int> = []
      while left > 0, let place = resting(side).first(where: { !tried.contains($0) }) {
        let own = orders[place].price
        guard side == 0 ? own > low : own < high else { break }
        let isBeyondOpen = side == 0 ? own >= open : own <= open
        if isLate(place, start) {
          // Only the close is known to be later than such an order.
          guard side == 0 ? close < own : close > own else {
            tried.insert(place)
            continue
          }
          left -= fillResting(place, left, price: own, time: event.time)
        } else {
          left -= fillResting(place, left, price: isBeyondOpen ? open : own, time: event.time)
        }
      }
    }
  }

  /// Sent after a bar began by a lane that may have heard of more than its beginning.
  private func isLate(_ place: Int, _ start: Int64) -> Bool {
    var longest: Int64
    switch terms.latency.feed {
    case .constant(let nanoseconds), .varying(.constant(let nanoseconds)): longest = nanoseconds
    case .recorded, .varying(.recorded): return false
    case .varying(.measured(let points)): longest = points.map(\.nanoseconds).max() ?? 0
    case .varying(.drawn(let quantiles)): longest = quantiles.max() ?? 0
    }
    longest = max(0, longest)
    return start != .min && orders[place].sent - longest > start
  }
}
