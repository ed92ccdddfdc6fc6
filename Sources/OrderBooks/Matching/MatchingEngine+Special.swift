import MarketTypes

extension MatchingEngine {
  /// Everything that is not a plain limit order in a plain market.
  @inline(never)
  mutating func submitSpecial<Sink: MatchingSink & ~Copyable>(_ terms: OrderTerms, into sink: inout Sink) {
    let reason = rejectReason(terms)
    guard reason == .none else {
      reject(terms, reason, into: &sink)
      return
    }
    sink.receive(
      MatchingReport(
        kind: .accepted, sequence: sequence, order: terms.identifier, side: terms.side, price: terms.price,
        quantity: terms.quantity))
    if terms.type.isStop {
      keepStop(terms)
    } else if terms.timeInForce == .atClose, phase != .closingAuction {
      arena.append(makeOrder(terms, open: terms.quantity.lots, place: .parked), to: &parked)
    } else if phase != .open {
      keepForAuction(terms)
    } else {
      enter(terms, into: &sink)
    }
    settle(into: &sink)
    refreshPlain()
  }

  /// Writes a new order into a slot; the caller puts it where `place` says.
  func detailOf(_ terms: OrderTerms, arrival: UInt64) -> OrderDetail {
    OrderDetail(
      arrival: arrival, reserve: 0, display: terms.displayQuantity.lots, expiry: terms.expiry.nanoseconds,
      stopPrice: terms.stopPrice.ticks, offset: terms.offset, type: terms.type, timeInForce: terms.timeInForce,
      selfTradePrevention: terms.selfTradePrevention, flags: terms.flags)
  }

  mutating func makeOrder(_ terms: OrderTerms, open: Int64, place: OrderPlace) -> UInt32 {
    let slot = arena.take()
    var node = OrderNode(
      identifier: terms.identifier.rawValue,
      word: (terms.side == .sell ? OrderNode.sellBit : 0) | OrderNode.detailBit
        | (terms.timeInForce == .day ? OrderNode.dayBit : 0),
      next: noSlot, previous: noSlot, price: terms.price.ticks, participant: terms.participant.rawValue)
    node.place = place
    node.quantity = open
    if terms.displayQuantity.lots > 0, terms.displayQuantity < terms.quantity { node.word |= OrderNode.icebergBit }
    arena.nodes[slot] = node
    arrivals += 1
    arena.details[slot] = detailOf(terms, arrival: arrivals)
    identifiers.insert(node.identifier, slot: slot)
    if terms.timeInForce == .goodTillDate {
      expiries.insert(key: terms.expiry.nanoseconds, arrival: arrivals, slot: slot)
      nextExpiry = expiries.first.key
    }
    return slot
  }

  /// Puts an order whose node holds its whole open quantity into its side's displayed or hidden ladder.
  mutating func rest(_ slot: UInt32) {
    let side = arena.nodes[slot].sideIndex
    let hasDetail = arena.nodes[slot].hasDetail
    let isHidden = hasDetail && arena.details[slot].flags.contains(.hidden)
    arena.nodes[slot].place = isHidden ? .hidden : .displayed
    if hasDetail, !isHidden {
      if arena.nodes[slot].isIceberg {
        let open = arena.nodes[slot].quantity
        let shown = min(arena.details[slot].display, open)
        arena.details[slot].reserve = open - shown
        arena.nodes[slot].quantity = shown
        icebergCount += 1
      }
      if arena.details[slot].timeInForce.isAuctionOnly { auctionOnlyCount += 1 }
    }
    let node = arena.nodes[slot]
    ladders[isHidden ? 2 + side : side].append(
      slot, key: PriceLadder.key(node.price, sideIndex: side), quantity: node.quantity, nodes: arena.nodes)
  }

  /// An order accepted in an auction call.
  private mutating func keepForAuction(_ terms: OrderTerms) {
    if terms.type == .market {
      let side = Int(terms.side.rawValue)
      arena.append(makeOrder(terms, open: terms.quantity.lots, place: .auctionMarket), to: &auctionMarkets[side])
    } else {
      rest(makeOrder(terms, open: terms.quantity.lots, place: .displayed))
    }
  }

  /// A limit, market or pegged order enters continuous trading.
  private mutating func enter<Sink: MatchingSink & ~Copyable>(_ terms: OrderTerms, into sink: inout Sink) {
    let side = Int(terms.side.rawValue)
    var taker = Taker(
      identifier: terms.identifier.rawValue, remaining: terms.quantity.lots, participant: terms.participant.rawValue,
      limitKey: 0, sideIndex: side, selfTradePrevention: terms.selfTradePrevention)
    if terms.type.isPegged {
      let price = pegPrice(type: terms.type, offset: terms.offset, cap: terms.price, sideIndex: side)
      if !price.isNone {
        taker.limitKey = PriceLadder.key(price.ticks, sideIndex: side ^ 1)
        match(&taker, into: &sink)
      }
    } else {
      let limit = terms.type == .market ? marketLimit(sideIndex: side) : terms.price.ticks
      taker.limitKey = PriceLadder.key(limit, sideIndex: side ^ 1)
      let needed = terms.timeInForce == .fillOrKill ? terms.quantity.lots : terms.minimumQuantity.lots
      if needed > 0, !canTrade(needed, taker) {
        reportCancel(
          terms, terms.quantity.lots, terms.timeInForce == .fillOrKill ? .fillOrKill : .minimumQuantityNotMet,
          into: &sink)
        return
      }
      match(&taker, into: &sink)
    }
    if taker.isCancelled {
      reportCancel(terms, taker.remaining, .selfTradePrevention, into: &sink)
    } else if taker.remaining == 0 {
      return
    } else if terms.type == .market {
      reportCancel(terms, taker.remaining, .noLiquidity, into: &sink)
    } else if terms.timeInForce.isImmediate {
      reportCancel(
        terms, taker.remaining, terms.timeInForce == .fillOrKill ? .fillOrKill : .immediateOrCancel, into: &sink)
    } else if terms.type.isPegged {
      keepPeg(makeOrder(terms, open: taker.remaining, place: .pegged))
    } else {
      rest(makeOrder(terms, open: taker.remaining, place: .displayed))
    }
  }

  /// The worst price a market order may trade at.
  func marketLimit(sideIndex: Int) -> Int32 {
    if sideIndex == 0 {
      return limits.limitUp.isNone ? configuration.highestPrice : min(limits.limitUp.ticks, configuration.highestPrice)
    }
    return limits.limitDown.isNone ? configuration.lowestPrice : max(limits.limitDown.ticks, configuration.lowestPrice)
  }

  private func reportCancel<Sink: MatchingSink & ~Copyable>(
    _ terms: OrderTerms, _ quantity: Int64, _ reason: CancelReason, into sink: inout Sink
  ) {
    sink.receive(
      MatchingReport(
        kind: .cancelled, sequence: sequence, order: terms.identifier, side: terms.side, price: terms.price,
        quantity: Quantity(lots: quantity), cancelReason: reason))
  }

  /// Lets everything happen that the message's trades and quotes have set off.
  mutating func settle<Sink: MatchingSink & ~Copyable>(into sink: inout Sink) {
    guard phase == .open else { return }
    repeat {
      if midpointCount > 0 { tradeCrossedMidpoints(into: &sink) }
      guard triggered.head != noSlot else { return }
      enterTriggered(triggered.head, into: &sink)
    } while true
  }

  /// Open quantity, displayed or not.
  func openQuantity(_ slot: UInt32) -> Int64 {
    let node = arena.nodes[slot]
    return node.quantity + (node.isIceberg && node.place == .displayed ? arena.details[slot].reserve : 0)
  }
}
