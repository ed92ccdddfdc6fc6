public import MarketTypes

/// One price of a book, as displayed.
public struct DepthLevel: Hashable, Sendable {
  public var price: Price
  public var quantity: Quantity

  public init(price: Price, quantity: Quantity) {
    self.price = price
    self.quantity = quantity
  }
}

/// One living order, wherever it is kept.
public struct OpenOrder: Hashable, Sendable {
  public var identifier: OrderIdentifier
  public var side: Side
  public var price: Price
  /// Displayed quantity for displayed orders, the whole open quantity for others.
  public var shown: Quantity
  public var open: Quantity

  public init(identifier: OrderIdentifier, side: Side, price: Price, shown: Quantity, open: Quantity) {
    self.identifier = identifier
    self.side = side
    self.price = price
    self.shown = shown
    self.open = open
  }
}

extension MatchingEngine {
  /// Orders alive.
  public var orderCount: Int { arena.count }

  /// The best displayed price of a side, or `none`.
  public func best(_ side: Side) -> Price {
    guard side != .none else { return .none }
    let best = ladders[Int(side.rawValue)].best
    return best.exists ? Price(ticks: PriceLadder.key(best.key, sideIndex: Int(side.rawValue))) : .none
  }

  /// The displayed quantity at a price.
  public func depth(at price: Price, _ side: Side) -> Quantity {
    let index = side == .none ? -1 : levelIndex(price, side)
    return index < 0 ? .zero : Quantity(lots: ladders[Int(side.rawValue)].levels[index].quantity)
  }

  private func levelIndex(_ price: Price, _ side: Side) -> Int {
    let key = PriceLadder.key(price.ticks, sideIndex: Int(side.rawValue))
    return key == PriceLadder.noKey ? -1 : ladders[Int(side.rawValue)].levelIndex(key)
  }

  /// Displayed levels from the best price on, at most `count`.
  public func levels(_ side: Side, count: Int = .max) -> [DepthLevel] {
    guard side != .none else { return [] }
    let index = Int(side.rawValue)
    var result: [DepthLevel] = []
    var level = ladders[index].best
    while level.exists, result.count < count {
      result.append(
        DepthLevel(
          price: Price(ticks: PriceLadder.key(level.key, sideIndex: index)),
          quantity: Quantity(lots: ladders[index].levels[level.index].quantity)))
      level = ladders[index].next(after: level)
    }
    return result
  }

  /// The displayed orders at a price, first in line first.
  public func queue(at price: Price, _ side: Side) -> [OpenOrder] {
    let index = side == .none ? -1 : levelIndex(price, side)
    guard index >= 0 else { return [] }
    return orders(from: ladders[Int(side.rawValue)].levels[index].head)
  }

  /// A living order.
  public func order(_ identifier: OrderIdentifier) -> OpenOrder? {
    let slot = identifiers.slot(of: identifier.rawValue)
    return slot == noSlot ? nil : openOrder(slot)
  }

  /// Price and displayed quantity of a living order that stands in the displayed book; nil for all others.
  public func displayed(_ identifier: OrderIdentifier) -> DepthLevel? {
    let slot = identifiers.slot(of: identifier.rawValue)
    guard slot != noSlot, arena.nodes[slot].place == .displayed else { return nil }
    let node = arena.nodes[slot]
    return DepthLevel(price: Price(ticks: node.price), quantity: Quantity(lots: node.quantity))
  }

  /// Every living order: displayed by side, price and time, then hidden so, then pegged, stop, trailing, at-close and
  /// auction market orders by arrival.
  public func allOrders() -> [OpenOrder] {
    var result: [OpenOrder] = []
    for ladder in 0..<4 {
      var level = ladders[ladder].best
      while level.exists {
        result += orders(from: ladders[ladder].levels[level.index].head)
        level = ladders[ladder].next(after: level)
      }
    }
    for head in [
      pegs[0].head, pegs[1].head, stops.head, trailingStops.head, parked.head, auctionMarkets[0].head,
      auctionMarkets[1].head,
    ] { result += orders(from: head) }
    return result
  }

  private func orders(from head: UInt32) -> [OpenOrder] {
    var result: [OpenOrder] = []
    var slot = head
    while slot != noSlot {
      result.append(openOrder(slot))
      slot = arena.nodes[slot].next
    }
    return result
  }

  private func openOrder(_ slot: UInt32) -> OpenOrder {
    let node = arena.nodes[slot]
    return OpenOrder(
      identifier: OrderIdentifier(node.identifier), side: node.side, price: Price(ticks: node.price),
      shown: Quantity(lots: node.quantity), open: Quantity(lots: openQuantity(slot)))
  }
}
