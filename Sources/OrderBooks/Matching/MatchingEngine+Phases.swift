public import MarketTypes

extension MatchingEngine {
  /// Moves to a trading phase. Leaving an auction call for open, closed or post-close trading uncrosses the book.
  public mutating func setPhase<Sink: MatchingSink & ~Copyable>(
    _ new: MarketStatus, sequence: UInt64, time: Timestamp, into sink: inout Sink
  ) {
    guard begin(sequence: sequence, time: time, into: &sink) else { return }
    let ends = new == .open || new == .closed || new == .postClose
    if ends, hasPendingCall {
      uncross(into: &sink)
      hasPendingCall = false
    }
    phase = new
    if new.isAuctionCall { hasPendingCall = true }
    if new == .closingAuction { releaseParked(into: &sink) }
    if new == .open {
      if !lastTradePrice.isNone { noteTrade(lastTradePrice.ticks) }
      settle(into: &sink)
    }
    refreshPlain()
  }

  /// At-close orders join the closing auction, by arrival.
  private mutating func releaseParked<Sink: MatchingSink & ~Copyable>(into sink: inout Sink) {
    while parked.head != noSlot {
      let slot = parked.head
      let node = arena.nodes[slot]
      if arena.details[slot].type == .market {
        arena.remove(slot, from: &parked)
        arena.nodes[slot].place = .auctionMarket
        arena.append(slot, to: &auctionMarkets[node.sideIndex])
      } else if isBeyondLimit(Price(ticks: node.price), side: node.side) {
        cancelResting(slot, .priceLimit, into: &sink)
      } else {
        arena.remove(slot, from: &parked)
        rest(slot)
      }
    }
  }

  /// Sets price bands and the limit up and down; resting orders beyond the latter are cancelled, best price first:
  /// displayed buys, displayed sells, hidden buys, hidden sells.
  public mutating func setLimits<Sink: MatchingSink & ~Copyable>(
    _ new: PriceLimits, sequence: UInt64, time: Timestamp, into sink: inout Sink
  ) {
    guard begin(sequence: sequence, time: time, into: &sink) else { return }
    limits = new
    refreshEntryPrices()
    for ladder in 0..<4 {
      let side = ladder & 1
      while ladders[ladder].best.exists {
        let best = ladders[ladder].best
        let price = Price(ticks: PriceLadder.key(best.key, sideIndex: side))
        guard isBeyondLimit(price, side: side == 0 ? .buy : .sell) else { break }
        cancelResting(ladders[ladder].levels[best.index].head, .priceLimit, into: &sink)
      }
    }
    settle(into: &sink)
    refreshPlain()
  }

  /// States the auction's reference price; without it the last trade's price serves.
  public mutating func setReferencePrice(_ price: Price) { statedReference = price }

  /// Moves time on: good-till-date orders that end by then expire.
  public mutating func advance<Sink: MatchingSink & ~Copyable>(
    to time: Timestamp, sequence: UInt64, into sink: inout Sink
  ) {
    guard begin(sequence: sequence, time: time, into: &sink) else { return }
    settle(into: &sink)
    refreshPlain()
  }

  /// Ends the session: day orders expire. Displayed ones first, then hidden, pegged, stop, trailing, at-close and
  /// auction market orders; buys before sells, best price first, by arrival.
  public mutating func endSession<Sink: MatchingSink & ~Copyable>(
    sequence: UInt64, time: Timestamp, into sink: inout Sink
  ) {
    guard begin(sequence: sequence, time: time, into: &sink) else { return }
    for ladder in 0..<4 {
      var level = ladders[ladder].best
      while level.exists {
        let key = level.key
        expireDayOrders(from: ladders[ladder].levels[level.index].head, into: &sink)
        level = ladders[ladder].lowest(atLeast: key + 1)
      }
    }
    for side in 0..<2 { expireDayOrders(from: pegs[side].head, into: &sink) }
    expireDayOrders(from: stops.head, into: &sink)
    expireDayOrders(from: trailingStops.head, into: &sink)
    expireDayOrders(from: parked.head, into: &sink)
    for side in 0..<2 { expireDayOrders(from: auctionMarkets[side].head, into: &sink) }
    settle(into: &sink)
    refreshPlain()
  }

  private mutating func expireDayOrders<Sink: MatchingSink & ~Copyable>(
    from head: UInt32, into sink: inout Sink
  ) {
    var slot = head
    while slot != noSlot {
      let next = arena.nodes[slot].next
      if arena.nodes[slot].isDay { expire(slot, into: &sink) }
      slot = next
    }
  }

  @inline(never)
  mutating func expireOrders<Sink: MatchingSink & ~Copyable>(into sink: inout Sink) {
    while expiries.count > 0, expiries.first.key <= now { expire(expiries.first.slot, into: &sink) }
    settle(into: &sink)
    refreshPlain()
  }

  private mutating func expire<Sink: MatchingSink & ~Copyable>(_ slot: UInt32, into sink: inout Sink) {
    let node = arena.nodes[slot]
    sink.receive(
      MatchingReport(
        kind: .expired, sequence: sequence, order: OrderIdentifier(node.identifier), side: node.side,
        price: Price(ticks: node.price), quantity: Quantity(lots: openQuantity(slot))))
    remove(slot)
  }
}
