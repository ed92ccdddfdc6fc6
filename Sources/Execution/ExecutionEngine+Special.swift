import MarketTypes
import OrderBooks

/// What few orders have beyond a plain limit order, and how such orders arrive.
extension ExecutionEngine {
  @inline(__always)
  static func isSpecial(_ terms: OrderTerms) -> Bool {
    terms.type.rawValue > OrderType.market.rawValue || terms.timeInForce.rawValue > TimeInForce.fillOrKill.rawValue
      || terms.displayQuantity.lots > 0 || terms.minimumQuantity.lots > 0
      || terms.selfTradePrevention != .none || terms.flags.contains(.hidden) || terms.participant != .anonymous
  }

  @inline(never)
  mutating func keepExtras(_ index: Int, terms: OrderTerms) {
    while extras.count < orders.count { extras.append(OrderExtras()) }
    orders[index].marks.insert(.special)
    if terms.flags.contains(.hidden) || terms.type.isPegged { orders[index].marks.insert(.hidden) }
    if terms.type.rawValue > OrderType.market.rawValue {
      let hasLimit = terms.type == .stopLimit || terms.type.isPegged
      let limit = hasLimit ? terms.price.ticks : .min
      knownPrices[index] = KnownPrice(confirmed: limit, requested: limit)
      orders[index].marks.insert(.pricedApart)
    }
    extras[index] = OrderExtras(
      expiry: terms.timeInForce == .goodTillDate ? terms.expiry.nanoseconds : .max,
      displayQuantity: max(0, terms.displayQuantity.lots), reserve: 0,
      minimumQuantity: max(0, terms.minimumQuantity.lots), stopPrice: terms.stopPrice.ticks, offset: terms.offset,
      watermark: .min, limit: terms.price.ticks, participant: terms.participant.rawValue,
      selfTradePrevention: terms.selfTradePrevention, sentType: terms.type)
  }

  /// Quantity of an iceberg that is not shown.
  @inline(__always)
  func reserve(_ index: Int) -> Int64 { orders[index].marks.contains(.special) ? extras[index].reserve : 0 }

  func minimumQuantity(_ index: Int) -> Int64 {
    orders[index].marks.contains(.special) && orders[index].acknowledgedTime == .max
      ? min(extras[index].minimumQuantity, orders[index].openQuantity) : 0
  }

  func participant(_ index: Int) -> UInt32 {
    orders[index].marks.contains(.special) ? extras[index].participant : 0
  }

  func selfTradePrevention(_ index: Int) -> SelfTradePrevention {
    orders[index].marks.contains(.special) ? extras[index].selfTradePrevention : .none
  }

  @inline(never)
  mutating func arriveSpecial(_ index: Int, time: Int64, books: borrowing BookSet) {
    if let reason = refusal(index, time: time, books: books) { return reject(index, time: time, reason: reason) }
    let order = orders[index]
    if extras[index].expiry != .max {
      special.addExpiry(
        SpecialOrders.Expiry(
          time: extras[index].expiry, order: Int32(truncatingIfNeeded: index), sentTime: order.sentTime,
          identifier: order.identifier))
    }
    let isCall = feedKinds[Int(order.instrument)].status.isAuctionCall
    if order.timeInForce.isAuctionOnly {
      // An order for the open that comes after it has nothing to wait for.
      if order.timeInForce == .atOpen, !isCall, feedKinds[Int(order.instrument)].status != .unknown {
        return finish(index, time: time, kind: .cancelled, cancelReason: .auctionEnded)
      }
      return wait(index, time: time)
    }
    if order.type.isStop {
      if order.type == .trailingStop { startTrailing(index, books: books) }
      let last = books.lastTradePrice(instrument: Int(order.instrument))
      if !last.isNone, isTriggered(index, by: last.ticks) {
        trigger(index, time: time, books: books, isShared: true)
      } else {
        wait(index, time: time)
      }
      return
    }
    if order.type.isPegged { return placePeg(index, time: time, books: books) }
    enter(index, time: time, books: books)
  }

  func refusal(_ index: Int, time: Int64, books: borrowing BookSet) -> RejectReason? {
    let order = orders[index]
    let extra = extras[index]
    if extra.displayQuantity > order.openQuantity { return .invalidDisplayQuantity }
    if hasTooManyParts(index, quantity: order.openQuantity) { return .invalidDisplayQuantity }
    if extra.minimumQuantity > order.openQuantity { return .invalidMinimumQuantity }
    if extra.expiry <= time { return .expiryInPast }
    if extra.displayQuantity > 0, order.type != .limit || order.marks.contains(.hidden) {
      return .unsupportedCombination
    }
    switch order.type {
    case .stop, .stopLimit:
      if extra.stopPrice == .min { return .invalidStopPrice }
      if order.type == .stopLimit, extra.limit == .min { return .invalidPrice }
    case .trailingStop:
      if extra.offset <= 0 { return .invalidOffset }
      if extra.stopPrice == .min, books.lastTradePrice(instrument: Int(order.instrument)).isNone {
        return .noReferencePrice
      }
    case .peggedPrimary, .peggedMidpoint: if extra.offset < 0 { return .invalidOffset }
    case .limit, .market: break
    }
    if order.timeInForce.isAuctionOnly, order.type != .limit && order.type != .market {
      return .unsupportedCombination
    }
    return nil
  }

  mutating func wait(_ index: Int, time: Int64) {
    orders[index].state = .waiting
    special.wait(index)
    acknowledge(index, time: time)
  }
}
