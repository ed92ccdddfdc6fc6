import MarketTypes

/// The best order a taker could trade with, over displayed, hidden and pegged ones.
struct BestMaker {
  var key = PriceLadder.noKey
  /// Names a pegged or hidden order; `noSlot` for the displayed level at `key`.
  var slot = noSlot
}

extension MatchingEngine {
  /// The best of one side: price first, displayed before undisplayed, then arrival.
  func bestMaker(_ maker: Int) -> BestMaker {
    var best = BestMaker(key: ladders[maker].best.key)
    let hidden = ladders[2 + maker].best
    if hidden.key < best.key {
      best = BestMaker(key: hidden.key, slot: ladders[2 + maker].levels[hidden.index].head)
    }
    var slot = pegs[maker].head
    while slot != noSlot {
      let price = pegPrice(slot)
      if !price.isNone {
        let key = PriceLadder.key(price.ticks, sideIndex: maker)
        let isEarlier =
          key == best.key && best.slot != noSlot && arena.details[slot].arrival < arena.details[best.slot].arrival
        if key < best.key || isEarlier { best = BestMaker(key: key, slot: slot) }
      }
      slot = arena.nodes[slot].next
    }
    return best
  }

  /// Matches against every kind of resting order.
  @inline(never)
  mutating func match<Sink: MatchingSink & ~Copyable>(_ taker: inout Taker, into sink: inout Sink) {
    let maker = taker.sideIndex ^ 1
    while taker.remaining > 0, !taker.isCancelled {
      let best = bestMaker(maker)
      guard best.key <= taker.limitKey, best.key != PriceLadder.noKey else { return }
      let ticks = PriceLadder.key(best.key, sideIndex: maker)
      if best.slot != noSlot {
        if isOwn(best.slot, taker) {
          preventSelfTrade(best.slot, &taker, ticks: ticks, into: &sink)
        } else {
          let traded = min(taker.remaining, arena.nodes[best.slot].quantity)
          trade(best.slot, &taker, quantity: traded, ticks: ticks, into: &sink)
        }
      } else if configuration.allocation == .priceTime {
        let slot = ladders[maker].levels[ladders[maker].best.index].head
        if isOwn(slot, taker) {
          preventSelfTrade(slot, &taker, ticks: ticks, into: &sink)
        } else {
          let traded = min(taker.remaining, arena.nodes[slot].quantity)
          trade(slot, &taker, quantity: traded, ticks: ticks, into: &sink)
        }
      } else {
        shareBestLevel(&taker, ticks: ticks, into: &sink)
      }
    }
  }

  @inline(__always)
  func isOwn(_ slot: UInt32, _ taker: Taker) -> Bool {
    taker.checksSelf && arena.nodes[slot].participant == taker.participant
  }

  /// One trade with a resting order.
  mutating func trade<Sink: MatchingSink & ~Copyable>(
    _ slot: UInt32, _ taker: inout Taker, quantity: Int64, ticks: Int32, into sink: inout Sink
  ) {
    sink.receive(
      MatchingReport(
        kind: .trade, sequence: sequence, order: OrderIdentifier(taker.identifier),
        side: taker.sideIndex == 0 ? .buy : .sell, price: Price(ticks: ticks), quantity: Quantity(lots: quantity),
        counterparty: OrderIdentifier(arena.nodes[slot].identifier)))
    taker.remaining -= quantity
    take(quantity, from: slot)
    noteTrade(ticks)
  }

  /// Lowers the displayed (or only) quantity of a resting order, with all that follows from its end.
  mutating func take(_ quantity: Int64, from slot: UInt32) {
    let node = arena.nodes[slot]
    arena.nodes[slot].quantity = node.quantity - quantity
    let key = PriceLadder.key(node.price, sideIndex: node.sideIndex)
    switch node.place {
    case .displayed: ladders[node.sideIndex].reduce(key: key, by: quantity)
    case .hidden: ladders[2 + node.sideIndex].reduce(key: key, by: quantity)
    default: break
    }
    guard node.quantity == quantity else { return }
    if node.place == .displayed { finishEmptied(slot) } else { remove(slot) }
  }

  /// The taker meets an order of its own participant.
  mutating func preventSelfTrade<Sink: MatchingSink & ~Copyable>(
    _ slot: UInt32, _ taker: inout Taker, ticks: Int32, into sink: inout Sink
  ) {
    switch taker.selfTradePrevention {
    case .none: break
    case .cancelNewest: taker.isCancelled = true
    case .cancelOldest: cancelResting(slot, .selfTradePrevention, into: &sink)
    case .cancelBoth:
      cancelResting(slot, .selfTradePrevention, into: &sink)
      taker.isCancelled = true
    case .decrement:
      let quantity = min(taker.remaining, arena.nodes[slot].quantity)
      sink.receive(
        MatchingReport(
          kind: .decremented, sequence: sequence, order: OrderIdentifier(taker.identifier),
          side: taker.sideIndex == 0 ? .buy : .sell, price: Price(ticks: ticks), quantity: Quantity(lots: quantity),
          counterparty: OrderIdentifier(arena.nodes[slot].identifier)))
      taker.remaining -= quantity
      take(quantity, from: slot)
    }
  }

  /// Cancels a resting order with everything it has left.
  mutating func cancelResting<Sink: MatchingSink & ~Copyable>(
    _ slot: UInt32, _ reason: CancelReason, into sink: inout Sink
  ) {
    let node = arena.nodes[slot]
    sink.receive(
      MatchingReport(
        kind: .cancelled, sequence: sequence, order: OrderIdentifier(node.identifier), side: node.side,
        price: Price(ticks: node.price), quantity: Quantity(lots: openQuantity(slot)), cancelReason: reason))
    remove(slot)
  }

  /// Whether `needed` could trade at once, for fill-or-kill and minimum quantities.
  ///
  /// Pegged orders are not counted, because their prices move while the book is swept; they only make more of it.
  /// Where self-trade prevention would stop or shrink the order, counting ends before the level with its own order.
  func canTrade(_ needed: Int64, _ taker: Taker) -> Bool {
    let maker = taker.sideIndex ^ 1
    let stopsAtOwn = taker.checksSelf && taker.selfTradePrevention != .cancelOldest
    if stopsAtOwn {
      var slot = pegs[maker].head
      while slot != noSlot {
        if arena.nodes[slot].participant == taker.participant { return false }
        slot = arena.nodes[slot].next
      }
    }
    var total: Int64 = 0
    var displayed = ladders[maker].best
    var hidden = ladders[2 + maker].best
    while total < needed {
      let isDisplayed = displayed.key <= hidden.key
      let level = isDisplayed ? displayed : hidden
      guard level.exists, level.key <= taker.limitKey else { return false }
      let ladder = isDisplayed ? maker : 2 + maker
      if !taker.checksSelf && icebergCount == 0 {
        total += ladders[ladder].levels[level.index].quantity
      } else {
        var slot = ladders[ladder].levels[level.index].head
        while slot != noSlot {
          if stopsAtOwn, isOwn(slot, taker) { return false }
          slot = arena.nodes[slot].next
        }
        slot = ladders[ladder].levels[level.index].head
        while slot != noSlot {
          if !isOwn(slot, taker) { total += openQuantity(slot) }
          slot = arena.nodes[slot].next
        }
      }
      if isDisplayed {
        displayed = ladders[maker].next(after: displayed)
      } else {
        hidden = ladders[2 + maker].next(after: hidden)
      }
    }
    return true
  }
}
