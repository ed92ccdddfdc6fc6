import MarketTypes

extension MatchingEngine {
  /// One round of pro-rata or mixed allocation at the best displayed level.
  ///
  /// Icebergs that show a new part during the round wait at the back of the queue for the next one.
  @inline(never)
  mutating func shareBestLevel<Sink: MatchingSink & ~Copyable>(
    _ taker: inout Taker, ticks: Int32, into sink: inout Sink
  ) {
    let maker = taker.sideIndex ^ 1
    if taker.checksSelf {
      let own = firstOwnOrder(taker, maker: maker)
      if own != noSlot {
        preventSelfTrade(own, &taker, ticks: ticks, into: &sink)
        return
      }
    }
    let level = ladders[maker].levels[ladders[maker].best.index]
    let last = level.tail
    let incoming = taker.remaining
    let share = LevelShare(incoming: incoming, resting: level.quantity, allocation: configuration.allocation)
    var firstLeft = share.first
    var extraLeft = share.leftOver(head: level.head, nodes: arena.nodes)
    var slot = level.head
    while true {
      let next = arena.nodes[slot].next
      let resting = arena.nodes[slot].quantity
      let first = min(firstLeft, resting)
      firstLeft -= first
      let proportional = share.proportional(resting - first)
      let extra = min(extraLeft, resting - first - proportional)
      extraLeft -= extra
      let quantity = first + proportional + extra
      if quantity > 0 { trade(slot, &taker, quantity: quantity, ticks: ticks, into: &sink) }
      if slot == last { break }
      slot = next
    }
  }

  private func firstOwnOrder(_ taker: Taker, maker: Int) -> UInt32 {
    var slot = ladders[maker].levels[ladders[maker].best.index].head
    while slot != noSlot, arena.nodes[slot].participant != taker.participant { slot = arena.nodes[slot].next }
    return slot
  }
}

/// How an incoming quantity is divided over a level.
private struct LevelShare {
  /// Goes first come, first served.
  var first: Int64
  /// Goes in proportion, over `pool`.
  var shared: Int64
  var pool: Int64

  init(incoming: Int64, resting: Int64, allocation: Allocation) {
    let traded = min(incoming, resting)
    switch allocation {
    case .priceTime: first = traded
    case .proRata: first = 0
    // Below 2^38 × 100, so no overflow.
    case .mixed(let percent): first = traded * Int64(percent) / 100
    }
    shared = traded - first
    pool = resting - first
  }

  func proportional(_ resting: Int64) -> Int64 {
    guard pool > 0, resting > 0 else { return 0 }
    // The quotient is at most `resting`, because `shared` is at most `pool`.
    let product = shared.multipliedFullWidth(by: resting)
    return pool.dividingFullWidth(product).quotient
  }

  /// Lots that rounding down leaves.
  func leftOver(head: UInt32, nodes: borrowing FixedBuffer<OrderNode>) -> Int64 {
    var firstLeft = first
    var left = shared
    var slot = head
    while slot != noSlot {
      let resting = nodes[slot].quantity
      let firstPart = min(firstLeft, resting)
      firstLeft -= firstPart
      left -= proportional(resting - firstPart)
      slot = nodes[slot].next
    }
    return left
  }
}
