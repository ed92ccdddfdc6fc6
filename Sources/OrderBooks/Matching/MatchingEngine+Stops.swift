import MarketTypes

extension MatchingEngine {
  /// Keeps a new stop order, or sends it on at once when the last trade has already reached its stop price.
  mutating func keepStop(_ terms: OrderTerms) {
    let isTrailing = terms.type == .trailingStop
    let slot = makeOrder(terms, open: terms.quantity.lots, place: isTrailing ? .trailingStop : .stop)
    if isTrailing, terms.stopPrice.isNone {
      let distance = terms.side == .buy ? terms.offset : -terms.offset
      arena.details[slot].stopPrice = lastTradePrice.ticks + distance
    }
    if phase == .open, !lastTradePrice.isNone, isReached(slot, by: lastTradePrice.ticks) {
      arena.nodes[slot].place = .triggered
      arena.append(slot, to: &triggered)
    } else if isTrailing {
      arena.append(slot, to: &trailingStops)
    } else {
      keepFixedStop(slot)
    }
  }

  mutating func keepFixedStop(_ slot: UInt32) {
    let side = arena.nodes[slot].sideIndex
    let detail = arena.details[slot]
    // Selling stops trigger from above: bit-flipped keys put the highest first.
    let key = side == 0 ? Int64(detail.stopPrice) : ~Int64(detail.stopPrice)
    stopHeaps[side].insert(key: key, arrival: detail.arrival, slot: slot)
    arena.append(slot, to: &stops)
  }

  func isReached(_ slot: UInt32, by ticks: Int32) -> Bool {
    let stopPrice = arena.details[slot].stopPrice
    return arena.nodes[slot].sideIndex == 0 ? ticks >= stopPrice : ticks <= stopPrice
  }

  /// A trade happened: moves the stops it reaches to the queue of triggered orders, and trailing stops along.
  ///
  /// One trade triggers buys from the lowest stop price up, sells from the highest down, then trailing stops by
  /// arrival; equal stop prices go by arrival.
  @inline(__always)
  mutating func noteTrade(_ ticks: Int32) {
    lastTradePrice = Price(ticks: ticks)
    if stops.count > 0 || trailingStops.count > 0 { triggerStops(ticks) }
  }

  @inline(never)
  mutating func triggerStops(_ ticks: Int32) {
    for side in 0..<2 {
      let reached = side == 0 ? Int64(ticks) : ~Int64(ticks)
      while stopHeaps[side].count > 0, stopHeaps[side].first.key <= reached {
        let slot = stopHeaps[side].first.slot
        detach(slot)
        arena.nodes[slot].place = .triggered
        arena.append(slot, to: &triggered)
      }
    }
    var slot = trailingStops.head
    while slot != noSlot {
      let next = arena.nodes[slot].next
      if isReached(slot, by: ticks) {
        detach(slot)
        arena.nodes[slot].place = .triggered
        arena.append(slot, to: &triggered)
      } else {
        let offset = arena.details[slot].offset
        let stopPrice = arena.details[slot].stopPrice
        arena.details[slot].stopPrice =
          arena.nodes[slot].sideIndex == 0 ? min(stopPrice, ticks + offset) : max(stopPrice, ticks - offset)
      }
      slot = next
    }
  }

  /// The first triggered order enters the market.
  mutating func enterTriggered<Sink: MatchingSink & ~Copyable>(_ slot: UInt32, into sink: inout Sink) {
    arena.remove(slot, from: &triggered)
    let node = arena.nodes[slot]
    let detail = arena.details[slot]
    sink.receive(
      MatchingReport(
        kind: .triggered, sequence: sequence, order: OrderIdentifier(node.identifier), side: node.side,
        price: Price(ticks: node.price), quantity: Quantity(lots: node.quantity)))
    let isLimit = detail.type == .stopLimit
    var reason = CancelReason.none
    var remaining = node.quantity
    if isLimit, isBeyondLimit(Price(ticks: node.price), side: node.side) {
      reason = .priceLimit
    } else {
      let limit = isLimit ? node.price : marketLimit(sideIndex: node.sideIndex)
      var taker = Taker(
        identifier: node.identifier, remaining: node.quantity, participant: node.participant,
        limitKey: PriceLadder.key(limit, sideIndex: node.sideIndex ^ 1), sideIndex: node.sideIndex,
        selfTradePrevention: detail.selfTradePrevention)
      match(&taker, into: &sink)
      remaining = taker.remaining
      if taker.isCancelled {
        reason = .selfTradePrevention
      } else if remaining > 0, !isLimit {
        reason = .noLiquidity
      }
    }
    finishEntry(slot, remaining: remaining, reason: reason, into: &sink)
  }

  /// A detached order has matched: it is reported cancelled, forgotten, or rests with what remains.
  mutating func finishEntry<Sink: MatchingSink & ~Copyable>(
    _ slot: UInt32, remaining: Int64, reason: CancelReason, into sink: inout Sink
  ) {
    let node = arena.nodes[slot]
    if reason != .none {
      sink.receive(
        MatchingReport(
          kind: .cancelled, sequence: sequence, order: OrderIdentifier(node.identifier), side: node.side,
          price: Price(ticks: node.price), quantity: Quantity(lots: remaining), cancelReason: reason))
      forget(slot)
    } else if remaining == 0 {
      forget(slot)
    } else {
      arrivals += 1
      arena.details[slot].arrival = arrivals
      arena.nodes[slot].quantity = remaining
      rest(slot)
    }
    refreshPlain()
  }
}
