import MarketTypes
import OrderBooks

/// Changes of living orders, by the rules of the matching engine: less quantity at the same limit keeps an order's place, and
/// anything else makes it the last of its kind. Stops keep their stop price and their offset, pegs their offset; what an amend
/// changes is the limit, where there is one, and the quantity.
extension ExecutionEngine {
  // MARK: - What the lane knows

  /// Whether an order has a limit that an amend changes; the same before and after a stop is triggered.
  func hasLimit(_ index: Int) -> Bool {
    switch orders[index].type {
    case .limit, .stopLimit: true
    case .peggedPrimary, .peggedMidpoint: extras[index].limit != .min
    case .market, .stop, .trailingStop: false
    }
  }

  /// An order's limit at the venue; `Int32.min` without one. A peg stands at a price of its own.
  func limit(_ index: Int) -> Int32 {
    orders[index].type.isPegged ? extras[index].limit : orders[index].price
  }

  /// The limit that a lane has asked for last.
  func requestedLimit(_ index: Int) -> Int32 {
    orders[index].marks.contains(.pricedApart) ? knownPrices[index].requested : orders[index].price
  }

  /// What the lane takes its order for: a stop, until it has heard that it was triggered.
  func knownType(_ index: Int) -> OrderType {
    let order = orders[index]
    guard order.marks.contains(.special), !order.marks.contains(.triggerHeard) else { return order.type }
    return extras[index].sentType
  }

  mutating func noteRequest(_ index: Int, limit: Int32) {
    if !orders[index].marks.contains(.pricedApart) {
      // Until now the venue's price is what was sent.
      knownPrices[index] = KnownPrice(confirmed: orders[index].price)
      orders[index].marks.insert(.pricedApart)
    }
    if hasLimit(index) { knownPrices[index].requested = limit }
    knownPrices[index].amendsUnderWay &+= 1
  }

  /// The lane hears what became of an amend; a limit when it was made.
  mutating func learnOfAmend(_ index: Int, limit: Int32?) {
    guard orders[index].marks.contains(.pricedApart) else { return }
    if let limit, hasLimit(index) { knownPrices[index].confirmed = limit }
    knownPrices[index].amendsUnderWay &-= 1
    if knownPrices[index].amendsUnderWay <= 0 { knownPrices[index].requested = knownPrices[index].confirmed }
  }

  // MARK: - At the venue

  /// What an amend leaves open once the fills that its lane had not heard of are taken off.
  func quantityLeft(_ amendment: Amendment, of index: Int) -> Int64 {
    amendment.quantity &- (filledQuantities[index] &- amendment.filledBefore)
  }

  mutating func amendArrives(_ index: Int, _ amendment: Amendment, time: Int64, books: borrowing BookSet) {
    let quantity = quantityLeft(amendment, of: index)
    let isAlive = orders[index].state == .working || orders[index].state == .waiting
    guard isAlive, !books.status(of: Int(orders[index].instrument)).stopsEntry,
      !hasTooManyParts(index, quantity: quantity)
    else { return refuseAmend(index, time: time) }
    if quantity <= 0 { return cancelArrives(index, time: time) }
    let limit = hasLimit(index) ? amendment.price : self.limit(index)
    if limit == self.limit(index), quantity <= orders[index].openQuantity &+ reserve(index) {
      reduceOpen(index, to: quantity)
    } else if orders[index].type.isPegged {
      movePeg(index, limit: limit, quantity: quantity, time: time, books: books)
    } else if orders[index].state == .waiting {
      waitAnew(index, limit: limit, quantity: quantity)
    } else if !requeue(index, limit: limit, quantity: quantity, time: time, books: books) {
      return
    }
    note(index, .amended, time: time)
    tell(
      index, time: time, kind: .amended, quantity: orders[index].openQuantity &+ reserve(index), price: limit,
      isFinal: false, answersAmend: true)
  }

  private mutating func refuseAmend(_ index: Int, time: Int64) {
    tell(index, time: time, kind: .amendRejected, quantity: 0, price: .min, isFinal: false, answersAmend: true)
  }

  /// Takes an order out of its queue and lets it in anew; false when it ended, or stayed as it was.
  private mutating func requeue(
    _ index: Int, limit: Int32, quantity: Int64, time: Int64, books: borrowing BookSet
  ) -> Bool {
    let isBuy = orders[index].sideIndex == 0
    let instrument = Int(orders[index].instrument)
    let opposite = books.bestPrice(isBuy ? .sell : .buy, instrument: instrument)
    let wouldTrade = !opposite.isNone && (isBuy ? limit >= opposite.ticks : limit <= opposite.ticks)
    if wouldTrade, orders[index].marks.contains(.postOnly) || books.isCrossedOrLocked(instrument: instrument) {
      refuseAmend(index, time: time)
      return false
    }
    leaveQueue(index)
    orders[index].state = .sent
    orders[index].price = limit
    replaceOpen(index, by: quantity)
    if wouldTrade || meetsOwnOrder(index) {
      take(index, time: time, books: books)
      if orders[index].state == .finished { return false }
    }
    if orders[index].marks.contains(.special) { hideReserve(index) }
    orders[index].state = .working
    joinQueue(index, time: time, books: books)
    return true
  }

  /// An order that waits for a price or an auction becomes the last of those that wait.
  private mutating func waitAnew(_ index: Int, limit: Int32, quantity: Int64) {
    special.remove(index)
    orders[index].openQuantity = quantity
    orders[index].price = limit
    if orders[index].type == .stopLimit { extras[index].limit = limit }
    special.wait(index)
  }
}
