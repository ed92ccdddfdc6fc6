import MarketTypes

extension MatchingEngine {
  /// What is wrong with the engine's structures: empty unless there is a mistake in this module. Walks everything.
  public func invariantFaults() -> [String] {
    var faults: [String] = []
    var seen = 0
    for ladder in 0..<4 { seen += ladderFaults(ladder, &faults) }
    var icebergs = 0
    for (list, place) in [
      (pegs[0], OrderPlace.pegged), (pegs[1], .pegged), (stops, .stop), (trailingStops, .trailingStop),
      (parked, .parked), (auctionMarkets[0], .auctionMarket), (auctionMarkets[1], .auctionMarket),
    ] { seen += listFaults(list, place, &faults) }
    for ladder in 0..<2 {
      forEachOrder(in: ladder) { slot in if arena.nodes[slot].isIceberg { icebergs += 1 } }
    }
    if triggered.count != 0, phase == .open { faults.append("triggered orders wait") }
    if seen + triggered.count != arena.count { faults.append("\(arena.count) orders alive, \(seen) kept") }
    if icebergs != icebergCount { faults.append("\(icebergs) icebergs, counted \(icebergCount)") }
    if stopHeaps[0].count + stopHeaps[1].count != stops.count { faults.append("stop heaps and list differ") }
    if ladders[0].best.exists, ladders[1].best.exists, !hasPendingCall, best(.buy) >= best(.sell) {
      faults.append("crossed: \(best(.buy).ticks) over \(best(.sell).ticks)")
    }
    return faults
  }

  private func forEachOrder(in ladder: Int, _ body: (UInt32) -> Void) {
    var level = ladders[ladder].best
    while level.exists {
      var slot = ladders[ladder].levels[level.index].head
      while slot != noSlot {
        body(slot)
        slot = arena.nodes[slot].next
      }
      level = ladders[ladder].next(after: level)
    }
  }

  private func ladderFaults(_ ladder: Int, _ faults: inout [String]) -> Int {
    let side = ladder & 1
    var count = 0
    var level = ladders[ladder].best
    if ladders[ladder].lowest(atLeast: .min).key != level.key { faults.append("ladder \(ladder): stale best") }
    while level.exists {
      if ladders[ladder].levelIndex(level.key) != level.index { faults.append("ladder \(ladder): level not found") }
      var total: Int64 = 0
      var previous = noSlot
      var slot = ladders[ladder].levels[level.index].head
      if slot == noSlot { faults.append("ladder \(ladder): empty level at key \(level.key)") }
      while slot != noSlot {
        let node = arena.nodes[slot]
        total += node.quantity
        count += 1
        let isPlaced = node.place == (ladder < 2 ? .displayed : .hidden) && node.sideIndex == side
        if !isPlaced || PriceLadder.key(node.price, sideIndex: side) != level.key || node.quantity <= 0
          || node.previous != previous || identifiers.slot(of: node.identifier) != slot
        {
          faults.append("ladder \(ladder): bad order \(node.identifier)")
        }
        previous = slot
        slot = node.next
      }
      if total != ladders[ladder].levels[level.index].quantity { faults.append("ladder \(ladder): bad total") }
      if ladders[ladder].levels[level.index].tail != previous { faults.append("ladder \(ladder): bad tail") }
      level = ladders[ladder].next(after: level)
    }
    if count != ladders[ladder].count { faults.append("ladder \(ladder): \(count) orders, counted") }
    return count
  }

  private func listFaults(_ list: SlotList, _ place: OrderPlace, _ faults: inout [String]) -> Int {
    var count = 0
    var slot = list.head
    while slot != noSlot {
      let node = arena.nodes[slot]
      if node.place != place || node.quantity <= 0 || identifiers.slot(of: node.identifier) != slot {
        faults.append("\(place): bad order \(node.identifier)")
      }
      count += 1
      slot = node.next
    }
    if count != list.count { faults.append("\(place): \(count) orders, counted \(list.count)") }
    return count
  }
}
