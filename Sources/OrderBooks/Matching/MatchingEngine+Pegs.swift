import MarketTypes

extension MatchingEngine {
  /// Where a pegged order stands now; `none` while its reference is missing or out of range.
  func pegPrice(type: OrderType, offset: Int32, cap: Price, sideIndex: Int) -> Price {
    let own = ladders[sideIndex].best
    guard own.exists else { return .none }
    var ticks = Int64(PriceLadder.key(own.key, sideIndex: sideIndex))
    if type == .peggedMidpoint {
      let other = ladders[sideIndex ^ 1].best
      guard other.exists else { return .none }
      let sum = ticks + Int64(PriceLadder.key(other.key, sideIndex: sideIndex ^ 1))
      // Half ticks round away from the other side: down for buys, up for sells.
      ticks = sideIndex == 0 ? sum >> 1 : (sum + 1) >> 1
    }
    if sideIndex == 0 {
      ticks -= Int64(offset)
      if !cap.isNone { ticks = min(ticks, Int64(cap.ticks)) }
    } else {
      ticks += Int64(offset)
      if !cap.isNone { ticks = max(ticks, Int64(cap.ticks)) }
    }
    ticks = sideIndex == 0 ? min(ticks, Int64(marketLimit(sideIndex: 0))) : max(ticks, Int64(marketLimit(sideIndex: 1)))
    guard ticks >= Int64(configuration.lowestPrice), ticks <= Int64(configuration.highestPrice) else { return .none }
    return Price(ticks: Int32(ticks))
  }

  func pegPrice(_ slot: UInt32) -> Price {
    let node = arena.nodes[slot]
    let detail = arena.details[slot]
    return pegPrice(
      type: detail.type, offset: detail.offset, cap: Price(ticks: node.price), sideIndex: node.sideIndex)
  }

  mutating func keepPeg(_ slot: UInt32) {
    arena.nodes[slot].place = .pegged
    if arena.details[slot].type == .peggedMidpoint { midpointCount += 1 }
    arena.append(slot, to: &pegs[arena.nodes[slot].sideIndex])
  }

  /// A midpoint that moved may let pegged orders trade that rested before: buys first, then sells, by arrival, until
  /// none can. Each step trades or cancels something, so it ends. Primary pegs never get there: they stand at or
  /// behind their own side's touch, and every resting order of the other side stands beyond it.
  mutating func tradeCrossedMidpoints<Sink: MatchingSink & ~Copyable>(into sink: inout Sink) {
    while true {
      var slot = firstCrossedMidpoint(sideIndex: 0)
      if slot == noSlot { slot = firstCrossedMidpoint(sideIndex: 1) }
      guard slot != noSlot else { return }
      let node = arena.nodes[slot]
      var taker = Taker(
        identifier: node.identifier, remaining: node.quantity, participant: node.participant,
        limitKey: PriceLadder.key(pegPrice(slot).ticks, sideIndex: node.sideIndex ^ 1), sideIndex: node.sideIndex,
        selfTradePrevention: arena.details[slot].selfTradePrevention)
      match(&taker, into: &sink)
      arena.nodes[slot].quantity = taker.remaining
      if taker.isCancelled {
        cancelResting(slot, .selfTradePrevention, into: &sink)
      } else if taker.remaining == 0 {
        remove(slot)
      }
    }
  }

  private func firstCrossedMidpoint(sideIndex: Int) -> UInt32 {
    var slot = pegs[sideIndex].head
    guard slot != noSlot else { return noSlot }
    let best = bestMaker(sideIndex ^ 1)
    guard best.key != PriceLadder.noKey else { return noSlot }
    while slot != noSlot {
      let price = arena.details[slot].type == .peggedMidpoint ? pegPrice(slot) : .none
      if !price.isNone, best.key <= PriceLadder.key(price.ticks, sideIndex: sideIndex ^ 1) { return slot }
      slot = arena.nodes[slot].next
    }
    return noSlot
  }
}
