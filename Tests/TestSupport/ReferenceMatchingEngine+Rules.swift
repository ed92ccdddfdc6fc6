import MarketTypes
import OrderBooks

// MARK: - Stops

extension ReferenceMatchingEngine {
  mutating func keepStop(_ terms: OrderTerms) {
    let order = add(terms, terms.quantity.lots)
    order.place = .stop
    if terms.type == .trailingStop, terms.stopPrice.isNone {
      order.stopPrice = last! + (terms.side == .buy ? terms.offset : -terms.offset)
    }
    if phase == .open, let last, isReached(order, last) { moveToTriggered([order]) }
  }

  func isReached(_ order: Order, _ price: Int32) -> Bool {
    order.side == .buy ? price >= order.stopPrice : price <= order.stopPrice
  }

  mutating func moveToTriggered(_ list: [Order]) {
    for order in list { order.place = .triggered }
    triggered += list
  }

  mutating func trigger(by price: Int32) {
    let fixed = byArrival(.stop) { $0.terms.type != .trailingStop && isReached($0, price) }
    let buys = fixed.filter { $0.side == .buy }.sorted { ($0.stopPrice, $0.arrival) < ($1.stopPrice, $1.arrival) }
    let sells = fixed.filter { $0.side == .sell }.sorted { (-$0.stopPrice, $0.arrival) < (-$1.stopPrice, $1.arrival) }
    moveToTriggered(buys + sells)
    let trailing = byArrival(.stop) { $0.terms.type == .trailingStop }
    moveToTriggered(trailing.filter { isReached($0, price) })
    for order in trailing where order.place == .stop {
      let offset = order.terms.offset
      order.stopPrice =
        order.side == .buy ? min(order.stopPrice, price + offset) : max(order.stopPrice, price - offset)
    }
  }

  mutating func enterTriggered(_ order: Order) {
    report(.triggered, order.terms, order.open)
    let isLimit = order.terms.type == .stopLimit
    if isLimit, isBeyondLimit(order.terms.price, order.side) { return cancel(order, .priceLimit) }
    let limit = isLimit ? order.terms.price.ticks : marketLimit(order.side)
    var incoming = Incoming(terms: order.terms, open: order.open, limit: limit)
    match(&incoming)
    order.open = incoming.open
    if incoming.isCancelled {
      cancel(order, .selfTradePrevention)
    } else if order.open == 0 {
      forget(order)
    } else if isLimit {
      order.arrival = nextNumber()
      rest(order)
    } else {
      cancel(order, .noLiquidity)
    }
  }
}

// MARK: - Auction

extension ReferenceMatchingEngine {
  mutating func uncross() {
    let outcome = indicativeAuction()
    func queue(_ side: Side) -> [Order] {
      byArrival(.auctionMarket, side)
        + (ladder(.displayed, side) + ladder(.hidden, side)).enumerated().sorted { left, right in
          let (first, second) = (left.element.terms.price, right.element.terms.price)
          if first != second { return side == .buy ? first > second : first < second }
          return left.offset < right.offset
        }.map(\.element)
    }
    var volume = outcome.volume.lots
    while volume > 0 {
      let (buyer, seller) = (queue(.buy)[0], queue(.sell)[0])
      let quantity = min(volume, buyer.open, seller.open)
      reports.append(
        MatchingReport(
          kind: .trade, sequence: sequence, order: buyer.terms.identifier, side: .none, price: outcome.price,
          quantity: Quantity(lots: quantity), counterparty: seller.terms.identifier))
      for order in [buyer, seller] {
        order.open -= quantity
        order.shown = order.isIceberg ? min(order.open, order.terms.displayQuantity.lots) : order.open
        if order.open == 0 { forget(order) }
      }
      volume -= quantity
    }
    if !outcome.price.isNone { last = outcome.price.ticks }
    for order in byArrival(.auctionMarket, .buy) + byArrival(.auctionMarket, .sell) { cancel(order, .auctionEnded) }
    for order in ladder(.displayed, .buy) + ladder(.displayed, .sell) where order.terms.timeInForce.isAuctionOnly {
      cancel(order, .auctionEnded)
    }
  }
}

// MARK: - Checks and reports

extension ReferenceMatchingEngine {
  mutating func begin(_ sequence: UInt64, _ time: Timestamp) -> Bool {
    self.sequence = sequence
    guard time.nanoseconds >= now else { return false }
    now = time.nanoseconds
    let ended = orders.filter { $0.terms.timeInForce == .goodTillDate && $0.terms.expiry.nanoseconds <= now }
      .sorted { ($0.terms.expiry.nanoseconds, $0.entry) < ($1.terms.expiry.nanoseconds, $1.entry) }
    for order in ended {
      report(.expired, order.terms, order.open)
      forget(order)
    }
    if !ended.isEmpty { settle() }
    return true
  }

  func hasLimit(_ terms: OrderTerms) -> Bool {
    terms.type == .limit || terms.type == .stopLimit || (terms.type.isPegged && !terms.price.isNone)
  }

  func reasonAgainst(_ terms: OrderTerms) -> RejectReason? {
    let tif = terms.timeInForce
    switch phase {
    case .halted, .paused: return .halted
    case .closed, .postClose, .unknown: return .closed
    case .open: if tif == .atOpen { return .wrongPhase }
    case .preOpen, .openingAuction, .closingAuction:
      if tif == .immediateOrCancel || tif == .fillOrKill || terms.type.isPegged || terms.flags.contains(.postOnly)
        || terms.minimumQuantity.lots != 0 || (tif == .atOpen && phase == .closingAuction)
      {
        return .wrongPhase
      }
    }
    if terms.side == .none { return .invalidSide }
    if !isSupported(terms) { return .unsupportedCombination }
    if let reason = reasonAgainst(quantity: terms.quantity.lots) { return reason }
    let shown = terms.displayQuantity.lots
    if shown < 0 || shown > terms.quantity.lots || shown % configuration.quantityIncrement != 0 {
      return .invalidDisplayQuantity
    }
    if terms.minimumQuantity.lots < 0 || terms.minimumQuantity > terms.quantity { return .invalidMinimumQuantity }
    if hasLimit(terms), let reason = reasonAgainst(price: terms.price, terms.side) { return reason }
    if terms.type == .stop || terms.type == .stopLimit || (terms.type == .trailingStop && !terms.stopPrice.isNone) {
      let stop = terms.stopPrice.ticks
      if stop < configuration.lowestPrice || stop > configuration.highestPrice
        || stop % configuration.priceIncrement != 0
      {
        return .invalidStopPrice
      }
    }
    if terms.type == .trailingStop, !(1...(1 << 20)).contains(terms.offset) { return .invalidOffset }
    if terms.type.isPegged, !(0...(1 << 20)).contains(terms.offset) { return .invalidOffset }
    if terms.type == .trailingStop, terms.stopPrice.isNone, last == nil { return .noReferencePrice }
    if tif == .goodTillDate, terms.expiry.nanoseconds <= now { return .expiryInPast }
    if order(terms.identifier) != nil { return .duplicateIdentifier }
    if terms.flags.contains(.postOnly), wouldTrade(terms.side, terms.price.ticks) { return .postOnlyWouldTrade }
    return orders.count >= configuration.capacity ? .bookFull : nil
  }

  func isSupported(_ terms: OrderTerms) -> Bool {
    let tif = terms.timeInForce
    let isImmediate = tif == .immediateOrCancel || tif == .fillOrKill
    let isAuctionOnly = tif == .atOpen || tif == .atClose
    let hasSizes = terms.displayQuantity.lots != 0 || terms.minimumQuantity.lots != 0
    if terms.type == .limit {
      if terms.flags.contains(.postOnly) && (isImmediate || terms.minimumQuantity.lots != 0) { return false }
      if terms.flags.contains(.hidden) && terms.displayQuantity.lots != 0 { return false }
      if isAuctionOnly && (!terms.flags.isEmpty || hasSizes) { return false }
      return true
    }
    if !terms.flags.isEmpty || terms.displayQuantity.lots != 0 { return false }
    if terms.type == .market { return tif != .goodTillDate && !(isAuctionOnly && hasSizes) }
    return !hasSizes && !isImmediate && !isAuctionOnly
  }

  func reasonAgainst(quantity: Int64) -> RejectReason? {
    if quantity <= 0 { return .quantityNotPositive }
    if quantity < configuration.smallestQuantity { return .quantityTooSmall }
    if quantity > configuration.largestQuantity { return .quantityTooLarge }
    return quantity % configuration.quantityIncrement == 0 ? nil : .lotSize
  }

  func reasonAgainst(price: Price, _ side: Side) -> RejectReason? {
    if price.ticks < configuration.lowestPrice || price.ticks > configuration.highestPrice { return .invalidPrice }
    if price.ticks % configuration.priceIncrement != 0 { return .tickSize }
    if !limits.bandLow.isNone && price < limits.bandLow { return .outsidePriceBand }
    if !limits.bandHigh.isNone && price > limits.bandHigh { return .outsidePriceBand }
    if isBeyondLimit(price, side) { return side == .buy ? .aboveLimitUp : .belowLimitDown }
    return nil
  }

  func reasonAgainst(_ amendment: OrderAmendment) -> RejectReason? {
    switch phase {
    case .halted, .paused: return .halted
    case .closed, .postClose, .unknown: return .closed
    default: break
    }
    guard let order = order(amendment.identifier) else { return .unknownOrder }
    if let reason = reasonAgainst(quantity: amendment.quantity.lots) { return reason }
    guard hasLimit(order.terms) else { return nil }
    if let reason = reasonAgainst(price: amendment.price, order.side) { return reason }
    let keepsPlace = amendment.price == order.terms.price && amendment.quantity.lots <= order.open
    if !keepsPlace && order.terms.flags.contains(.postOnly) && wouldTrade(order.side, amendment.price.ticks) {
      return .postOnlyWouldTrade
    }
    return nil
  }

  func wouldTrade(_ side: Side, _ price: Int32) -> Bool {
    guard phase == .open, let best = makers(against: side).first else { return false }
    return side == .buy ? best.price <= price : best.price >= price
  }

  mutating func report(
    _ kind: MatchingReport.Kind, _ terms: OrderTerms, _ quantity: Int64, price: Price? = nil,
    cancelReason: CancelReason = .none
  ) {
    reports.append(
      MatchingReport(
        kind: kind, sequence: sequence, order: terms.identifier, side: terms.side, price: price ?? terms.price,
        quantity: Quantity(lots: quantity), cancelReason: cancelReason))
  }

  mutating func rejectNew(_ terms: OrderTerms, _ reason: RejectReason) {
    reports.append(
      MatchingReport(
        kind: .rejected, sequence: sequence, order: terms.identifier, side: terms.side, price: terms.price,
        quantity: terms.quantity, rejectReason: reason))
  }

  mutating func rejectChange(_ kind: MatchingReport.Kind, _ identifier: OrderIdentifier, _ reason: RejectReason) {
    reports.append(MatchingReport(kind: kind, sequence: sequence, order: identifier, rejectReason: reason))
  }
}
