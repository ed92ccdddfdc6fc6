public import MarketTypes

extension MatchingEngine {
  /// Cancels a living order; allowed in every phase.
  @inlinable
  public mutating func cancel<Sink: MatchingSink & ~Copyable>(
    _ identifier: OrderIdentifier, sequence: UInt64, time: Timestamp, into sink: inout Sink
  ) {
    cancelImplementation(identifier, sequence: sequence, time: time, into: &sink)
  }

  @usableFromInline
  mutating func cancelImplementation<Sink: MatchingSink & ~Copyable>(
    _ identifier: OrderIdentifier, sequence: UInt64, time: Timestamp, into sink: inout Sink
  ) {
    guard begin(sequence: sequence, time: time, into: &sink) else {
      rejectChange(.cancelRejected, identifier, .timeReversed, into: &sink)
      return
    }
    let slot = identifiers.slot(of: identifier.rawValue)
    guard slot != noSlot else {
      rejectChange(.cancelRejected, identifier, .unknownOrder, into: &sink)
      return
    }
    let node = arena.nodes[slot]
    guard !node.hasDetail, isPlain else {
      cancelResting(slot, .requested, into: &sink)
      settle(into: &sink)
      refreshPlain()
      return
    }
    let side = node.sideIndex
    sink.receive(
      MatchingReport(
        kind: .cancelled, sequence: sequence, order: identifier, side: node.side, price: Price(ticks: node.price),
        quantity: Quantity(lots: node.quantity), cancelReason: .requested))
    ladders[side].remove(
      slot, key: PriceLadder.key(node.price, sideIndex: side), quantity: node.quantity, nodes: arena.nodes)
    identifiers.remove(identifier.rawValue)
    arena.release(slot)
  }

  @inline(never)
  func rejectChange<Sink: MatchingSink & ~Copyable>(
    _ kind: MatchingReport.Kind, _ identifier: OrderIdentifier, _ reason: RejectReason, into sink: inout Sink
  ) {
    sink.receive(MatchingReport(kind: kind, sequence: sequence, order: identifier, rejectReason: reason))
  }

  /// Changes an order's price and open quantity. A smaller quantity at the same price keeps its place in the queue;
  /// everything else enters anew and may trade.
  @inlinable
  public mutating func amend<Sink: MatchingSink & ~Copyable>(
    _ amendment: OrderAmendment, sequence: UInt64, time: Timestamp, into sink: inout Sink
  ) {
    amendImplementation(amendment, sequence: sequence, time: time, into: &sink)
  }

  @usableFromInline
  mutating func amendImplementation<Sink: MatchingSink & ~Copyable>(
    _ amendment: OrderAmendment, sequence: UInt64, time: Timestamp, into sink: inout Sink
  ) {
    guard begin(sequence: sequence, time: time, into: &sink) else {
      rejectChange(.modifyRejected, amendment.identifier, .timeReversed, into: &sink)
      return
    }
    let slot = identifiers.slot(of: amendment.identifier.rawValue)
    let reason = amendRejectReason(amendment, slot: slot)
    guard reason == .none else {
      rejectChange(.modifyRejected, amendment.identifier, reason, into: &sink)
      return
    }
    let node = arena.nodes[slot]
    guard isPlain, !node.hasDetail else {
      amendSpecial(slot, amendment, into: &sink)
      settle(into: &sink)
      refreshPlain()
      return
    }
    let side = node.sideIndex
    let lots = amendment.quantity.lots
    let key = PriceLadder.key(node.price, sideIndex: side)
    reportModified(node, amendment.price, amendment.quantity, into: &sink)
    if amendment.price.ticks == node.price, lots <= node.quantity {
      ladders[side].reduce(key: key, by: node.quantity - lots)
      arena.nodes[slot].quantity = lots
      return
    }
    ladders[side].remove(slot, key: key, quantity: node.quantity, nodes: arena.nodes)
    var taker = Taker(
      identifier: node.identifier, remaining: lots, participant: node.participant,
      limitKey: PriceLadder.key(amendment.price.ticks, sideIndex: side ^ 1), sideIndex: side,
      selfTradePrevention: .none)
    if ladders[side ^ 1].best.key <= taker.limitKey {
      matchPlain(&taker, into: &sink)
      if taker.remaining == 0 {
        forget(slot)
        return
      }
    }
    arena.nodes[slot].price = amendment.price.ticks
    arena.nodes[slot].quantity = taker.remaining
    ladders[side].append(
      slot, key: PriceLadder.key(amendment.price.ticks, sideIndex: side), quantity: taker.remaining,
      nodes: arena.nodes)
  }

  @inline(__always)
  private func reportModified<Sink: MatchingSink & ~Copyable>(
    _ node: OrderNode, _ price: Price, _ quantity: Quantity, into sink: inout Sink
  ) {
    sink.receive(
      MatchingReport(
        kind: .modified, sequence: sequence, order: OrderIdentifier(node.identifier), side: node.side, price: price,
        quantity: quantity))
  }

  /// Phase, then whether the order lives, then quantity and price, then post-only.
  @inline(__always)
  private func amendRejectReason(_ amendment: OrderAmendment, slot: UInt32) -> RejectReason {
    guard isPlain, slot != noSlot, !arena.nodes[slot].hasDetail else {
      return specialAmendRejectReason(amendment, slot: slot)
    }
    let lots = amendment.quantity.lots
    let ticks = amendment.price.ticks
    let side = arena.nodes[slot].sideIndex
    if lots >= configuration.smallestQuantity, lots <= configuration.largestQuantity, ticks >= lowestEntry[side],
      ticks <= highestEntry[side], configuration.quantityIncrement == 1, configuration.priceIncrement == 1
    {
      return .none
    }
    return specialAmendRejectReason(amendment, slot: slot)
  }

  @inline(never)
  private func specialAmendRejectReason(_ amendment: OrderAmendment, slot: UInt32) -> RejectReason {
    switch phase {
    case .halted, .paused: return .halted
    case .closed, .postClose, .unknown: return .closed
    case .open, .preOpen, .openingAuction, .closingAuction: break
    }
    guard slot != noSlot else { return .unknownOrder }
    let reason = quantityRejectReason(amendment.quantity.lots)
    guard reason == .none else { return reason }
    let node = arena.nodes[slot]
    guard isPriced(slot) else { return .none }
    let priceReason = priceRejectReason(amendment.price, side: node.side)
    guard priceReason == .none else { return priceReason }
    let isSame = amendment.price.ticks == node.price && amendment.quantity.lots <= openQuantity(slot)
    if !isSame, node.hasDetail, arena.details[slot].flags.contains(.postOnly),
      wouldTrade(side: node.side, price: amendment.price)
    {
      return .postOnlyWouldTrade
    }
    return .none
  }

  /// Whether the order has a limit that an amendment changes.
  private func isPriced(_ slot: UInt32) -> Bool {
    let node = arena.nodes[slot]
    guard node.hasDetail else { return true }
    switch arena.details[slot].type {
    case .limit, .stopLimit: return true
    case .peggedPrimary, .peggedMidpoint: return node.price != Price.none.ticks
    case .market, .stop, .trailingStop: return false
    }
  }

  @inline(never)
  private mutating func amendSpecial<Sink: MatchingSink & ~Copyable>(
    _ slot: UInt32, _ amendment: OrderAmendment, into sink: inout Sink
  ) {
    let node = arena.nodes[slot]
    let lots = amendment.quantity.lots
    let price = isPriced(slot) ? amendment.price : Price(ticks: node.price)
    reportModified(node, price, amendment.quantity, into: &sink)
    let open = openQuantity(slot)
    if price.ticks == node.price, lots <= open {
      shrink(slot, by: open - lots)
      return
    }
    let place = node.place
    detach(slot)
    arena.nodes[slot].price = price.ticks
    arena.nodes[slot].quantity = lots
    if node.hasDetail {
      arrivals += 1
      arena.details[slot].arrival = arrivals
    }
    switch place {
    case .displayed, .hidden:
      if phase == .open { reenter(slot, limit: price, into: &sink) } else { rest(slot) }
    case .pegged:
      let moved = pegPrice(slot)
      if phase == .open, !moved.isNone { reenter(slot, limit: moved, into: &sink) } else { keepPeg(slot) }
    case .stop: keepFixedStop(slot)
    case .trailingStop: arena.append(slot, to: &trailingStops)
    case .parked: arena.append(slot, to: &parked)
    case .auctionMarket: arena.append(slot, to: &auctionMarkets[node.sideIndex])
    case .triggered: assertionFailure("triggered orders leave their queue before the message ends")
    }
  }

  /// Takes quantity off an order that stays where it is: reserve first, then what is shown.
  private mutating func shrink(_ slot: UInt32, by quantity: Int64) {
    let node = arena.nodes[slot]
    var shown = quantity
    if node.isIceberg, node.place == .displayed {
      let fromReserve = min(quantity, arena.details[slot].reserve)
      arena.details[slot].reserve -= fromReserve
      shown -= fromReserve
    }
    arena.nodes[slot].quantity = node.quantity - shown
    let key = PriceLadder.key(node.price, sideIndex: node.sideIndex)
    if node.place == .displayed { ladders[node.sideIndex].reduce(key: key, by: shown) }
    if node.place == .hidden { ladders[2 + node.sideIndex].reduce(key: key, by: shown) }
  }

  /// A detached order with a new price or more quantity matches like a new one.
  private mutating func reenter<Sink: MatchingSink & ~Copyable>(
    _ slot: UInt32, limit: Price, into sink: inout Sink
  ) {
    let node = arena.nodes[slot]
    let prevention = node.hasDetail ? arena.details[slot].selfTradePrevention : .none
    var taker = Taker(
      identifier: node.identifier, remaining: node.quantity, participant: node.participant,
      limitKey: PriceLadder.key(limit.ticks, sideIndex: node.sideIndex ^ 1), sideIndex: node.sideIndex,
      selfTradePrevention: prevention)
    match(&taker, into: &sink)
    if node.hasDetail, arena.details[slot].type.isPegged, taker.remaining > 0, !taker.isCancelled {
      arena.nodes[slot].quantity = taker.remaining
      keepPeg(slot)
      return
    }
    finishEntry(
      slot, remaining: taker.remaining, reason: taker.isCancelled ? .selfTradePrevention : .none, into: &sink)
  }
}
