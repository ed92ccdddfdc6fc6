import MarketTypes
import OrderBooks

/// Orders that take what rests: the market's, minus what the lane took before, and the lane's own.
extension ExecutionEngine {
  /// Whether the lane has a working order on the other side at or better than this order's price.
  @inline(__always)
  func meetsOwnOrder(_ index: Int) -> Bool {
    let opposite = Int(orders[index].instrument) &* 2 &+ (1 &- Int(orders[index].sideIndex))
    // Nothing of any lane rests there at the price or better: the common case, without a look at the lane's own.
    let best = occupied[opposite].best
    if best == LadderSide.noKey { return false }
    if orders[index].type != .market, best < occupied[opposite].key(orders[index].price) { return false }
    return bestOwnOpposite(of: index) != nil
  }

  /// The lane's own best working order on the other side that this order's price reaches; the first in its queue.
  private func bestOwnOpposite(of index: Int) -> Int? {
    let order = orders[index]
    let lane = lane(of: index)
    let reachesAll = order.type == .market
    var bestPrice: Int32?
    for word in (lane * wordsPerLane)..<((lane + 1) * wordsPerLane) {
      var bits = usedPlaces[word]
      while bits != 0 {
        let own = orders[word * 64 + bits.trailingZeroBitCount]
        bits &= bits - 1
        guard own.state == .working, own.instrument == order.instrument, own.sideIndex != order.sideIndex else {
          continue
        }
        let isReached = order.sideIndex == 0 ? own.price <= order.price : own.price >= order.price
        guard isReached || reachesAll else { continue }
        guard let known = bestPrice else {
          bestPrice = own.price
          continue
        }
        if order.sideIndex == 0 ? own.price < known : own.price > known { bestPrice = own.price }
      }
    }
    return bestPrice.flatMap { firstOrder(of: lane, instrument: order.instrument, 1 - order.sideIndex, at: $0) }
  }

  /// The lane's order that is first in the queue of a price.
  private func firstOrder(of lane: Int, instrument: UInt16, _ sideIndex: UInt8, at price: Int32) -> Int? {
    let level = occupied[Int(instrument) &* 2 &+ Int(sideIndex)].level(price: price)
    var cohort = level.orderCount > 0 ? Int(Self.first(level.quantity)) : -1
    while cohort >= 0 {
      var index = Int(cohorts[cohort].firstOrder)
      while index >= 0 {
        if self.lane(of: index) == lane { return index }
        index = Int(orders[index].next)
      }
      cohort = Int(cohorts[cohort].next)
    }
    return nil
  }

  /// Walks the opposite side of the book; shares the lane took before and that still stand are not there for it.
  mutating func take(_ index: Int, time: Int64, books: borrowing BookSet) {
    let lane = lane(of: index)
    forgetGone(lane: lane, books: books)
    let minimum = minimumQuantity(index)
    if orders[index].timeInForce == .fillOrKill || minimum > 0 {
      let wanted = minimum > 0 ? minimum : orders[index].openQuantity
      if available(index, upTo: wanted, books: books) < wanted {
        finish(
          index, time: time, kind: .cancelled,
          cancelReason: minimum > 0 ? .minimumQuantityNotMet : .fillOrKill)
        return
      }
    }
    while orders[index].openQuantity > 0 {
      let own = meetsOwnOrder(index) ? bestOwnOpposite(of: index) : nil
      takeFromMarket(index, time: time, before: own, books: books)
      guard let own, orders[index].openQuantity > 0 else { break }
      meet(index, own: own, time: time, books: books)
      if orders[index].state == .finished { return }
    }
    // An iceberg takes with all it has; what is left shows a part.
    if orders[index].openQuantity == 0, reserve(index) > 0 { refill(index) }
  }

  /// Takes from the market down to the order's limit, or down to the queue place of an own order that comes first.
  private mutating func takeFromMarket(_ index: Int, time: Int64, before own: Int?, books: borrowing BookSet) {
    let instrument = Int(orders[index].instrument)
    let isBuy = orders[index].sideIndex == 0
    let lane = lane(of: index)
    let opposite: UInt8 = isBuy ? 1 : 0
    var limit = orders[index].type == .market ? nil : Optional(orders[index].price)
    var (aheadOfOwn, arrivalOfOwn) = (Int64.max, Int64.max)
    if let own {
      limit = orders[own].price
      let cohort = cohorts[Int(orders[own].cohort)]
      (aheadOfOwn, arrivalOfOwn) = (cohort.ahead, cohort.arrival)
    }
    var open = orders[index].openQuantity
    scratchPrices.removeAll()
    scratchQuantities.removeAll()
    books.forEachLevel(isBuy ? .sell : .buy, instrument: instrument) { price, quantity in
      if let limit, isBuy ? price.ticks > limit : price.ticks < limit { return false }
      let standing = own != nil && price.ticks == limit ? min(quantity, aheadOfOwn) : quantity
      let free = freeQuantity(
        lane: lane, instrument, opposite, price.ticks, standing: standing,
        before: own != nil && price.ticks == limit ? arrivalOfOwn : .max, books: books)
      let taken = min(open, free)
      if taken > 0 {
        scratchPrices.append(price.ticks)
        scratchQuantities.append(taken)
        open &-= taken
      }
      return open > 0
    }
    for place in 0..<scratchPrices.count {
      let (price, quantity) = (scratchPrices[place], scratchQuantities[place])
      remember(lane: lane, instrument, opposite, price, quantity, books: books)
      fill(
        index, time: time, quantity: quantity, price: price, isMaker: false, cause: .aggressed,
        causeArrival: BookChange.noArrival, causePrice: price, books: books)
    }
  }

  /// An order meets a resting one of its own lane.
  private mutating func meet(_ index: Int, own: Int, time: Int64, books: borrowing BookSet) {
    switch prevention(index, own) {
    case .none:
      let quantity = min(orders[index].openQuantity, orders[own].openQuantity)
      let price = orders[own].price
      fill(
        own, time: time, quantity: quantity, price: price, isMaker: true, cause: .ownOrder,
        causeArrival: BookChange.noArrival, causePrice: price, books: books)
      if orders[own].openQuantity == 0 {
        leaveQueue(own)
        if orders[own].state != .finished { showMore(own, time: time, books: books) }
      }
      fill(
        index, time: time, quantity: quantity, price: price, isMaker: false, cause: .ownOrder,
        causeArrival: BookChange.noArrival, causePrice: price, books: books)
    case .cancelNewest: finish(index, time: time, kind: .cancelled, cancelReason: .selfTradePrevention)
    case .cancelOldest:
      leaveQueue(own)
      finish(own, time: time, kind: .cancelled, cancelReason: .selfTradePrevention)
    case .cancelBoth:
      leaveQueue(own)
      finish(own, time: time, kind: .cancelled, cancelReason: .selfTradePrevention)
      finish(index, time: time, kind: .cancelled, cancelReason: .selfTradePrevention)
    case .decrement:
      let quantity = min(orders[index].openQuantity, orders[own].openQuantity)
      for place in [own, index] {
        if orders[place].openQuantity == quantity, reserve(place) == 0 {
          if place == own { leaveQueue(own) }
          finish(place, time: time, kind: .cancelled, cancelReason: .selfTradePrevention)
        } else {
          orders[place].openQuantity &-= quantity
          if orders[place].openQuantity == 0 {
            leaveQueue(place)
            showMore(place, time: time, books: books)
          }
          note(place, .amended, time: time)
          tell(
            place, time: time, kind: .amended, quantity: orders[place].openQuantity &+ reserve(place),
            price: orders[place].price, isFinal: false)
        }
      }
    }
  }

  /// What becomes of an order that meets another of its lane; orders of different participants trade.
  private func prevention(_ index: Int, _ own: Int) -> SelfTradePrevention {
    participant(index) == participant(own) ? selfTradePrevention(index) : .none
  }

  private func available(_ index: Int, upTo wanted: Int64, books: borrowing BookSet) -> Int64 {
    let instrument = Int(orders[index].instrument)
    let isBuy = orders[index].sideIndex == 0
    let lane = lane(of: index)
    let limit = orders[index].type == .market ? nil : Optional(orders[index].price)
    var total: Int64 = 0
    books.forEachLevel(isBuy ? .sell : .buy, instrument: instrument) { price, quantity in
      if let limit, isBuy ? price.ticks > limit : price.ticks < limit { return false }
      total &+= freeQuantity(lane: lane, instrument, isBuy ? 1 : 0, price.ticks, standing: quantity, books: books)
      return total < wanted
    }
    return total
  }
}
