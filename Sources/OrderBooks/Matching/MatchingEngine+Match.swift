import MarketTypes

extension MatchingEngine {
  /// Matches against displayed orders alone, first come first served; for `isPlain` markets.
  ///
  /// Trades here cannot trigger anything, since no stops wait.
  @inline(__always)
  mutating func matchPlain<Sink: MatchingSink & ~Copyable>(_ taker: inout Taker, into sink: inout Sink) {
    let maker = taker.sideIndex ^ 1
    let takerSide: Side = taker.sideIndex == 0 ? .buy : .sell
    var remaining = taker.remaining
    var ticks = Int32.min
    repeat {
      let level = ladders[maker].best
      guard level.key <= taker.limitKey else { break }
      ticks = PriceLadder.key(level.key, sideIndex: maker)
      let slot = ladders[maker].levels[level.index].head
      let word = arena.nodes[slot].word
      let resting = word >> OrderNode.quantityShift
      let traded = min(resting, remaining)
      let identifier = arena.nodes[slot].identifier
      sink.receive(
        MatchingReport(
          kind: .trade, sequence: sequence, order: OrderIdentifier(taker.identifier), side: takerSide,
          price: Price(ticks: ticks), quantity: Quantity(lots: traded), counterparty: OrderIdentifier(identifier)))
      remaining &-= traded
      ladders[maker].levels[level.index].quantity &-= traded
      if traded == resting {
        if word & (OrderNode.icebergBit | OrderNode.detailBit) == 0 {
          ladders[maker].removeBestHead(slot, nodes: arena.nodes)
          identifiers.remove(identifier)
          arena.release(slot)
        } else {
          arena.nodes[slot].quantity = 0
          finishEmptied(slot)
        }
      } else {
        arena.nodes[slot].word = word &- (traded << OrderNode.quantityShift)
      }
    } while remaining > 0
    taker.remaining = remaining
    if ticks != .min { lastTradePrice = Price(ticks: ticks) }
  }

  /// A displayed order has nothing displayed any more: it shows its reserve at the back of the queue, or is gone.
  @inline(never)
  mutating func finishEmptied(_ slot: UInt32) {
    let node = arena.nodes[slot]
    guard node.isIceberg, arena.details[slot].reserve > 0 else {
      remove(slot)
      return
    }
    let key = PriceLadder.key(node.price, sideIndex: node.sideIndex)
    ladders[node.sideIndex].remove(slot, key: key, quantity: 0, nodes: arena.nodes)
    let shown = min(arena.details[slot].display, arena.details[slot].reserve)
    arena.details[slot].reserve -= shown
    arena.nodes[slot].quantity = shown
    ladders[node.sideIndex].append(slot, key: key, quantity: shown, nodes: arena.nodes)
  }

  /// Takes an order out of wherever it is kept, and forgets it.
  mutating func remove(_ slot: UInt32) {
    detach(slot)
    forget(slot)
  }

  /// Takes an order out of its ladder, list and stop heap; its slot, identifier and expiry stay.
  mutating func detach(_ slot: UInt32) {
    let node = arena.nodes[slot]
    let side = node.sideIndex
    switch node.place {
    case .displayed:
      ladders[side].remove(
        slot, key: PriceLadder.key(node.price, sideIndex: side), quantity: node.quantity, nodes: arena.nodes)
      if node.hasDetail {
        if node.isIceberg { icebergCount -= 1 }
        if arena.details[slot].timeInForce.isAuctionOnly { auctionOnlyCount -= 1 }
      }
    case .hidden:
      ladders[2 + side].remove(
        slot, key: PriceLadder.key(node.price, sideIndex: side), quantity: node.quantity, nodes: arena.nodes)
    case .pegged:
      arena.remove(slot, from: &pegs[side])
      if arena.details[slot].type == .peggedMidpoint { midpointCount -= 1 }
    case .stop:
      stopHeaps[side].remove(slot: slot)
      arena.remove(slot, from: &stops)
    case .trailingStop: arena.remove(slot, from: &trailingStops)
    case .parked: arena.remove(slot, from: &parked)
    case .auctionMarket: arena.remove(slot, from: &auctionMarkets[side])
    case .triggered: arena.remove(slot, from: &triggered)
    }
    if node.place != .displayed { refreshPlain() }
  }

  /// Gives back a detached order's identifier, expiry and slot.
  mutating func forget(_ slot: UInt32) {
    let node = arena.nodes[slot]
    if node.hasDetail, arena.details[slot].timeInForce == .goodTillDate {
      expiries.remove(slot: slot)
      nextExpiry = expiries.count > 0 ? expiries.first.key : .max
    }
    identifiers.remove(node.identifier)
    arena.release(slot)
  }
}
