public import MarketTypes

/// What an auction would do, or did.
public struct AuctionOutcome: Hashable, Sendable {
  /// `none` when nothing can trade.
  public var price: Price
  public var volume: Quantity
  /// Buying minus selling quantity at the price: what stays unfilled.
  public var imbalance: Quantity

  public init(price: Price, volume: Quantity, imbalance: Quantity) {
    self.price = price
    self.volume = volume
    self.imbalance = imbalance
  }

  public static let none = AuctionOutcome(price: .none, volume: .zero, imbalance: .zero)
}

/// A selling price level during an auction's walk.
struct AuctionLevel: BitwiseCopyable {
  var ticks: Int32
  /// Quantity at this price and lower.
  var cumulated: Int64
}

/// The best auction price so far.
private struct AuctionSearch {
  var reference: Price
  var marketBuys: Int64
  var marketSells: Int64
  var price = Price.none
  var volume: Int64 = 0
  var surplus: Int64 = 0

  /// Most volume, then least surplus, then nearest to the reference, then lowest.
  mutating func consider(_ ticks: Int32, buys: Int64, sells: Int64) {
    let buying = buys + marketBuys
    let selling = sells + marketSells
    let newVolume = min(buying, selling)
    guard newVolume > 0, isBetter(ticks, volume: newVolume, surplus: abs(buying - selling)) else { return }
    price = Price(ticks: ticks)
    volume = newVolume
    surplus = buying - selling
  }

  private func isBetter(_ ticks: Int32, volume newVolume: Int64, surplus newSurplus: Int64) -> Bool {
    if newVolume != volume { return newVolume > volume }
    if newSurplus != abs(surplus) { return newSurplus < abs(surplus) }
    let distance = distance(ticks)
    let standing = self.distance(price.ticks)
    return distance != standing ? distance < standing : ticks < price.ticks
  }

  private func distance(_ ticks: Int32) -> Int64 {
    reference.isNone ? 0 : abs(Int64(ticks) - Int64(reference.ticks))
  }
}

extension MatchingEngine {
  /// The price and volume the book would uncross at now: maximum volume, then minimum imbalance, then the price
  /// nearest to the reference, then the lower one. Prices between the lowest and the highest limit are considered;
  /// with market orders alone it is the reference.
  public func indicativeAuction() -> AuctionOutcome {
    var search = AuctionSearch(
      reference: auctionReference, marketBuys: auctionMarketQuantity(0), marketSells: auctionMarketQuantity(1))
    // Selling levels by ascending price, cumulated, because both sides are then walked from the highest price down.
    var count = 0
    var sells: Int64 = 0
    var level = nextAuctionLevel(side: 1, from: .min)
    while level.key != PriceLadder.noKey {
      sells += level.quantity
      auctionLevels[count] = AuctionLevel(ticks: level.key, cumulated: sells)
      count += 1
      level = nextAuctionLevel(side: 1, from: level.key + 1)
    }
    var buyLevel = nextAuctionLevel(side: 0, from: .min)
    if count == 0, buyLevel.key == PriceLadder.noKey {
      if !search.reference.isNone { search.consider(search.reference.ticks, buys: 0, sells: 0) }
    }
    var buys: Int64 = 0
    while count > 0 || buyLevel.key != PriceLadder.noKey {
      let buyTicks = buyLevel.key == PriceLadder.noKey ? Int32.min : PriceLadder.key(buyLevel.key, sideIndex: 0)
      let sellTicks = count > 0 ? auctionLevels[count - 1].ticks : Int32.min
      let ticks = max(buyTicks, sellTicks)
      if buyTicks == ticks {
        buys += buyLevel.quantity
        buyLevel = nextAuctionLevel(side: 0, from: buyLevel.key + 1)
      }
      search.consider(ticks, buys: buys, sells: count > 0 ? auctionLevels[count - 1].cumulated : 0)
      if sellTicks == ticks { count -= 1 }
      // Between this price and the next lower one, buys from here up and sells from there down take part.
      let lowerBuy = buyLevel.key == PriceLadder.noKey ? Int32.min : PriceLadder.key(buyLevel.key, sideIndex: 0)
      let lower = max(lowerBuy, count > 0 ? auctionLevels[count - 1].ticks : Int32.min)
      if lower != .min, Int64(ticks) - Int64(lower) > 1 {
        let sellsBelow = count > 0 ? auctionLevels[count - 1].cumulated : 0
        search.consider(ticks - 1, buys: buys, sells: sellsBelow)
        search.consider(lower + 1, buys: buys, sells: sellsBelow)
        let reference = search.reference.ticks
        if !search.reference.isNone, reference > lower, reference < ticks {
          search.consider(reference, buys: buys, sells: sellsBelow)
        }
      }
    }
    return AuctionOutcome(
      price: search.price, volume: Quantity(lots: search.volume), imbalance: Quantity(lots: search.surplus))
  }

  private var auctionReference: Price { statedReference.isNone ? lastTradePrice : statedReference }

  private func auctionMarketQuantity(_ side: Int) -> Int64 {
    var total: Int64 = 0
    var slot = auctionMarkets[side].head
    while slot != noSlot {
      total += arena.nodes[slot].quantity
      slot = arena.nodes[slot].next
    }
    return total
  }

  /// The next price of a side, displayed and hidden quantity and reserves together.
  private func nextAuctionLevel(side: Int, from key: Int32) -> (key: Int32, quantity: Int64) {
    let displayed = ladders[side].lowest(atLeast: key)
    let hidden = ladders[2 + side].lowest(atLeast: key)
    let next = min(displayed.key, hidden.key)
    var quantity: Int64 = 0
    if next != PriceLadder.noKey {
      if displayed.key == next { quantity += levelOpenQuantity(ladder: side, displayed) }
      if hidden.key == next { quantity += ladders[2 + side].levels[hidden.index].quantity }
    }
    return (next, quantity)
  }

  private func levelOpenQuantity(ladder: Int, _ level: LevelReference) -> Int64 {
    guard icebergCount > 0 else { return ladders[ladder].levels[level.index].quantity }
    var total: Int64 = 0
    var slot = ladders[ladder].levels[level.index].head
    while slot != noSlot {
      total += openQuantity(slot)
      slot = arena.nodes[slot].next
    }
    return total
  }

  /// Trades the auction's volume at its price, market orders first, then by price and time; ends the orders that were
  /// meant for it. Self-trades are not prevented in auctions.
  mutating func uncross<Sink: MatchingSink & ~Copyable>(into sink: inout Sink) {
    let outcome = indicativeAuction()
    var volume = outcome.volume.lots
    while volume > 0 {
      let buyer = firstInAuction(0)
      let seller = firstInAuction(1)
      let quantity = min(volume, min(openQuantity(buyer), openQuantity(seller)))
      sink.receive(
        MatchingReport(
          kind: .trade, sequence: sequence, order: OrderIdentifier(arena.nodes[buyer].identifier), side: .none,
          price: outcome.price, quantity: Quantity(lots: quantity),
          counterparty: OrderIdentifier(arena.nodes[seller].identifier)))
      takeInAuction(quantity, from: buyer)
      takeInAuction(quantity, from: seller)
      volume -= quantity
    }
    if !outcome.price.isNone { lastTradePrice = outcome.price }
    for side in 0..<2 {
      while auctionMarkets[side].head != noSlot { cancelResting(auctionMarkets[side].head, .auctionEnded, into: &sink) }
    }
    endAuctionOnlyOrders(into: &sink)
  }

  private func firstInAuction(_ side: Int) -> UInt32 {
    if auctionMarkets[side].head != noSlot { return auctionMarkets[side].head }
    let ladder = ladders[side].best.key <= ladders[2 + side].best.key ? side : 2 + side
    return ladders[ladder].levels[ladders[ladder].best.index].head
  }

  /// As `take`, but an iceberg gives from everything it has and keeps its place.
  private mutating func takeInAuction(_ quantity: Int64, from slot: UInt32) {
    let node = arena.nodes[slot]
    guard node.isIceberg, node.place == .displayed else {
      take(quantity, from: slot)
      return
    }
    let left = openQuantity(slot) - quantity
    let shown = min(left, arena.details[slot].display)
    ladders[node.sideIndex].reduce(
      key: PriceLadder.key(node.price, sideIndex: node.sideIndex), by: node.quantity - shown)
    arena.nodes[slot].quantity = shown
    arena.details[slot].reserve = left - shown
    if left == 0 { remove(slot) }
  }

  private mutating func endAuctionOnlyOrders<Sink: MatchingSink & ~Copyable>(into sink: inout Sink) {
    for side in 0..<2 {
      var level = ladders[side].best
      while auctionOnlyCount > 0, level.exists {
        let key = level.key
        var slot = ladders[side].levels[level.index].head
        while slot != noSlot {
          let next = arena.nodes[slot].next
          if arena.nodes[slot].hasDetail, arena.details[slot].timeInForce.isAuctionOnly {
            cancelResting(slot, .auctionEnded, into: &sink)
          }
          slot = next
        }
        level = ladders[side].lowest(atLeast: key + 1)
      }
    }
  }
}
