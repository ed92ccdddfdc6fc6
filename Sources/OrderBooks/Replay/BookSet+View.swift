public import MarketTypes

/// A resting order as seen in its level's queue.
public struct QueuedOrder: Hashable, Sendable {
  public var slot: UInt32
  public var quantity: Int64
  public var arrival: Int64
}

/// A price level as seen from outside.
public struct BookLevel: Hashable, Sendable {
  public var price: Price
  public var quantity: Int64
  public var orderCount: Int32

  public init(price: Price, quantity: Int64, orderCount: Int32) {
    self.price = price
    self.quantity = quantity
    self.orderCount = orderCount
  }
}

/// What filling a size at once would cost, walking the book from the touch.
public struct FillEstimate: Hashable, Sendable {
  /// How much the book could fill.
  public var filledQuantity: Int64
  /// Sum of price ticks × lots over what was filled.
  public var notional: Int128
  public var worstPrice: Price
}

extension BookSet {
  /// The best price of a side, `Price.none` when it is empty.
  @inline(__always)
  public func bestPrice(_ side: Side, instrument: Int = 0) -> Price {
    Price(ticks: withSide(instrument, side == .buy ? 0 : 1) { $0.bestTicks })
  }

  /// What rests at the best price of a side.
  public func bestLevel(_ side: Side, instrument: Int = 0) -> BookLevel? {
    let best = bestPrice(side, instrument: instrument)
    return best.isNone ? nil : level(side, at: best, instrument: instrument)
  }

  /// What rests at a price.
  @inline(__always)
  public func level(_ side: Side, at price: Price, instrument: Int = 0) -> BookLevel {
    let level = withSide(instrument, side == .buy ? 0 : 1) { $0.level(price: price.ticks) }
    return BookLevel(price: price, quantity: level.quantity, orderCount: level.orderCount)
  }

  /// The levels of a side from the touch on, at most `limit`.
  public func levels(_ side: Side, limit: Int = .max, instrument: Int = 0) -> [BookLevel] {
    var result: [BookLevel] = []
    guard limit > 0 else { return result }
    withSide(instrument, side == .buy ? 0 : 1) {
      $0.forEachLevel { price, level in
        result.append(
          BookLevel(price: Price(ticks: price), quantity: level.quantity, orderCount: level.orderCount))
        return result.count < limit
      }
    }
    return result
  }

  /// Walks the levels of a side from the touch on until `body` returns false; allocates nothing.
  public func forEachLevel(_ side: Side, instrument: Int = 0, _ body: (Price, Int64) -> Bool) {
    withSide(instrument, side == .buy ? 0 : 1) {
      $0.forEachLevel { price, level in body(Price(ticks: price), level.quantity) }
    }
  }

  /// The orders of a level in time priority, listed on demand from the arena.
  public func queue(_ side: Side, at price: Price, instrument: Int = 0) -> [QueuedOrder] {
    var result: [QueuedOrder] = []
    let sideIndex: UInt8 = side == .buy ? 0 : 1
    for slot in 0..<arena.highWater where arena.isLive(slot) {
      let order = arena[checked: slot]
      if order.price == price.ticks, order.sideIndex == sideIndex, Int(order.instrument) == instrument {
        result.append(QueuedOrder(slot: slot, quantity: order.quantity, arrival: order.arrival))
      }
    }
    return result.sorted { $0.arrival < $1.arrival }
  }

  /// How much rests ahead of an order in its level's queue; nil when the slot holds no order.
  public func quantityAhead(of slot: UInt32) -> Int64? {
    guard arena.isLive(slot) else { return nil }
    let order = arena[checked: slot]
    return queue(
      order.sideIndex == 0 ? .buy : .sell, at: Price(ticks: order.price), instrument: Int(order.instrument)
    )
    .reduce(0) { $1.arrival < order.arrival ? $0 &+ $1.quantity : $0 }
  }

  /// The live order at a slot.
  public func order(at slot: UInt32) -> RestingOrder? { arena.isLive(slot) ? arena[checked: slot] : nil }

  /// Time priority that the next order to arrive will get.
  @inline(__always)
  public var nextArrival: Int64 { arena.nextArrival }

  public var liveOrderCount: Int { arena.liveCount }

  /// What an aggressor on `side` would pay for `quantity` lots at once.
  public func estimateFill(_ side: Side, quantity: Int64, instrument: Int = 0) -> FillEstimate {
    var estimate = FillEstimate(filledQuantity: 0, notional: 0, worstPrice: .none)
    guard quantity > 0 else { return estimate }
    forEachLevel(side.opposite, instrument: instrument) { price, available in
      let taken = min(available, quantity - estimate.filledQuantity)
      if taken > 0 {
        estimate.filledQuantity += taken
        estimate.notional += Int128(taken) * Int128(price.ticks)
        estimate.worstPrice = price
      }
      return estimate.filledQuantity < quantity
    }
    return estimate
  }

  public func status(of instrument: Int = 0) -> MarketStatus { state(of: instrument).status }

  /// A snapshot is being received: the book is not complete.
  public func isInSnapshot(instrument: Int = 0) -> Bool { state(of: instrument).isInSnapshot }

  public func lastTradePrice(instrument: Int = 0) -> Price { Price(ticks: state(of: instrument).lastTradePrice) }

  /// The last quote of a top-of-book feed; nil before the first.
  public func lastQuote(instrument: Int = 0) -> MarketEvent.Quote? {
    let (bid, bidQuantity, ask, askQuantity) = state(of: instrument).lastQuote
    if bid == .min, ask == .min { return nil }
    return MarketEvent.Quote(
      bidPrice: Price(ticks: bid), bidQuantity: Quantity(lots: bidQuantity), askPrice: Price(ticks: ask),
      askQuantity: Quantity(lots: askQuantity))
  }

  public func lastBar(instrument: Int = 0) -> MarketEvent.Bar? { state(of: instrument).lastBar }

  /// A depth feed fills the book: quotes beside it are kept apart.
  public func hasDepth(instrument: Int = 0) -> Bool { state(of: instrument).hasDepth }

  /// Something of this instrument rests on either side; data of bars or trades alone never fills a book.
  public func hasBook(instrument: Int = 0) -> Bool {
    !bestPrice(.buy, instrument: instrument).isNone || !bestPrice(.sell, instrument: instrument).isNone
  }

  /// Best bid at or above best ask: real before an open, never tradable.
  public func isCrossedOrLocked(instrument: Int = 0) -> Bool {
    let (bid, ask) = (bestPrice(.buy, instrument: instrument), bestPrice(.sell, instrument: instrument))
    return !bid.isNone && !ask.isNone && bid >= ask
  }

  /// Walks every structure and traps when an invariant is broken; for tests.
  public func checkInvariants() {
    for instrument in 0..<instrumentCount {
      for side in 0..<2 { withSide(instrument, side) { $0.checkInvariants() } }
    }
  }
}
