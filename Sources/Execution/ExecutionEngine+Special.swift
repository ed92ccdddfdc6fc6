import MarketTypes
import OrderBooks

/// Stops, pegs, icebergs, auctions and expiries.
extension ExecutionEngine {
  // MARK: - What few orders have

  @inline(__always)
  static func isSpecial(_ terms: OrderTerms) -> Bool {
    terms.type.rawValue > OrderType.market.rawValue || terms.timeInForce.rawValue > TimeInForce.fillOrKill.rawValue
      || terms.displayQuantity.lots > 0 || terms.minimumQuantity.lots > 0
      || terms.selfTradePrevention != .none || terms.flags.contains(.hidden)
  }

  @inline(never)
  mutating func keepExtras(_ index: Int, terms: OrderTerms) {
    while extras.count < orders.count { extras.append(OrderExtras()) }
    orders[index].marks.insert(.special)
    if terms.flags.contains(.hidden) || terms.type.isPegged { orders[index].marks.insert(.hidden) }
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

  func selfTradePrevention(_ index: Int) -> SelfTradePrevention {
    orders[index].marks.contains(.special) ? extras[index].selfTradePrevention : .none
  }

  // MARK: - Icebergs

  /// Shows the next part of an iceberg, or all of a plain order.
  mutating func refill(_ index: Int) {
    let shown = min(extras[index].displayQuantity, extras[index].reserve)
    extras[index].reserve &-= shown
    orders[index].openQuantity = shown
  }

  /// The shown part is gone: the next one joins the back of the queue.
  mutating func showMore(_ index: Int, time: Int64, books: borrowing BookSet) {
    refill(index)
    joinQueue(index, time: time, books: books, isShared: false)
  }

  /// Splits what is open into the shown part and the reserve, before it rests.
  mutating func hideReserve(_ index: Int) {
    let shown = extras[index].displayQuantity
    guard shown > 0, orders[index].openQuantity > shown else { return }
    extras[index].reserve &+= orders[index].openQuantity &- shown
    orders[index].openQuantity = shown
  }

  /// Lowers what is open in total; an iceberg gives up its reserve first.
  mutating func reduceOpen(_ index: Int, to quantity: Int64) {
    let reserve = reserve(index)
    guard reserve > 0 else {
      orders[index].openQuantity = quantity
      return
    }
    let shown = min(orders[index].openQuantity, quantity)
    extras[index].reserve = quantity &- shown
    orders[index].openQuantity = shown
  }

  /// Sets what is open in total, for an order that will join a queue anew.
  mutating func replaceOpen(_ index: Int, by quantity: Int64) {
    orders[index].openQuantity = quantity
    if orders[index].marks.contains(.special) { extras[index].reserve = 0 }
  }

  // MARK: - Arriving

  static let mostIcebergParts: Int64 = 10_000

  /// Each part of an iceberg is a step of its own: a lane must not be able to ask for billions of them.
  func hasTooManyParts(_ index: Int, quantity: Int64) -> Bool {
    guard orders[index].marks.contains(.special), extras[index].displayQuantity > 0 else { return false }
    return quantity / extras[index].displayQuantity > Self.mostIcebergParts
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

  private func refusal(_ index: Int, time: Int64, books: borrowing BookSet) -> RejectReason? {
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

  private mutating func wait(_ index: Int, time: Int64) {
    orders[index].state = .waiting
    special.wait(index)
    acknowledge(index, time: time)
  }

  // MARK: - Stops

  private mutating func startTrailing(_ index: Int, books: borrowing BookSet) {
    let isBuy = orders[index].sideIndex == 0
    let last = books.lastTradePrice(instrument: Int(orders[index].instrument)).ticks
    if extras[index].stopPrice == .min {
      extras[index].watermark = last
    } else {
      extras[index].watermark = extras[index].stopPrice &+ (isBuy ? 0 &- extras[index].offset : extras[index].offset)
    }
    follow(index, last)
  }

  /// Lets a trailing stop follow a favourable trade.
  private mutating func follow(_ index: Int, _ price: Int32) {
    guard orders[index].type == .trailingStop, price != .min else { return }
    let isBuy = orders[index].sideIndex == 0
    let mark = extras[index].watermark
    if isBuy ? price < mark : price > mark { extras[index].watermark = price }
    extras[index].stopPrice = extras[index].watermark &+ (isBuy ? extras[index].offset : 0 &- extras[index].offset)
  }

  private func isTriggered(_ index: Int, by price: Int32) -> Bool {
    orders[index].sideIndex == 0 ? price >= extras[index].stopPrice : price <= extras[index].stopPrice
  }

  private mutating func trigger(_ index: Int, time: Int64, books: borrowing BookSet, isShared: Bool) {
    orders[index].state = .sent
    acknowledge(index, time: time)
    orders[index].type = orders[index].type == .stopLimit ? .limit : .market
    orders[index].price = orders[index].type == .limit ? extras[index].limit : .min
    note(index, .triggered, time: time)
    tell(
      index, time: time, kind: .triggered, quantity: orders[index].openQuantity, price: orders[index].price,
      isFinal: false)
    enter(index, time: time, books: books, isShared: isShared)
  }

  /// A trade of the market: stops may trigger, auctions may fill, and orders that waited for a price have one.
  @inline(never)
  mutating func marketTraded(_ change: BookChange, books: borrowing BookSet) {
    let price =
      change.code.operationNumber == EventCode.Operation.trade.rawValue
      ? change.price : books.lastTradePrice(instrument: Int(change.instrument)).ticks
    let isAuction =
      change.code.operationNumber == EventCode.Operation.executePriced.rawValue || change.code.isMarked
    for order in special.waiting where orders[Int(order)].instrument == change.instrument {
      let index = Int(order)
      guard orders[index].state == .waiting else { continue }
      if orders[index].timeInForce.isAuctionOnly {
        if isAuction {
          fillInAuction(index, price: price, change: change, books: books)
        } else if orders[index].timeInForce == .atOpen, feedKinds[Int(change.instrument)].status == .open {
          // Continuous trading has begun: the opening auction is over.
          special.remove(index)
          finish(index, time: change.time, kind: .cancelled, cancelReason: .auctionEnded)
        }
      } else if orders[index].type.isStop {
        follow(index, price)
        if isTriggered(index, by: price) {
          special.remove(index)
          trigger(index, time: change.time, books: books, isShared: false)
        }
      } else {
        // Waits for the next price of data without a book.
        special.remove(index)
        fillAtPrice(index, price: price, change: change, cause: .aggressed, books: books)
      }
    }
  }

  // MARK: - Data without a book

  /// A market or marketable order on data that has no book: at the last price, or at the next one.
  mutating func enterWithoutBook(_ index: Int, time: Int64, books: borrowing BookSet) -> Bool {
    let instrument = Int(orders[index].instrument)
    let last = books.lastTradePrice(instrument: instrument)
    guard !last.isNone else { return false }
    let isBuy = orders[index].sideIndex == 0
    let isMarketable =
      orders[index].type == .market || (isBuy ? orders[index].price >= last.ticks : orders[index].price <= last.ticks)
    guard isMarketable else { return false }
    if orders[index].marks.contains(.postOnly) {
      reject(index, time: time, reason: .postOnlyWouldTrade)
    } else if lanes[lane(of: index)].tradesAtLastPrice {
      let quantity = orders[index].openQuantity
      fill(
        index, time: time, quantity: quantity, price: last.ticks, isMaker: false, cause: .aggressed,
        causeArrival: BookChange.noArrival, causePrice: last.ticks, books: books)
    } else if orders[index].type == .market {
      wait(index, time: time)
    } else {
      return false
    }
    return true
  }

  private mutating func fillAtPrice(
    _ index: Int, price: Int32, change: BookChange, cause: FillCause, books: borrowing BookSet
  ) {
    orders[index].state = .sent
    fill(
      index, time: change.time, quantity: orders[index].openQuantity, price: price, isMaker: false, cause: cause,
      causeArrival: change.arrival, causePrice: price, books: books)
  }

  /// A bar: stops trigger inside its range and fill no better than the open, orders that waited fill at the open.
  mutating func barPassed(_ change: BookChange, _ bar: MarketEvent.Bar, books: borrowing BookSet) {
    for order in special.waiting where orders[Int(order)].instrument == change.instrument {
      let index = Int(order)
      guard orders[index].state == .waiting, !orders[index].timeInForce.isAuctionOnly else { continue }
      let isBuy = orders[index].sideIndex == 0
      if orders[index].type.isStop {
        let opensBeyond = isTriggered(index, by: bar.open.ticks)
        let reaches = isTriggered(index, by: isBuy ? bar.high.ticks : bar.low.ticks)
        if opensBeyond || reaches {
          special.remove(index)
          let stop = extras[index].stopPrice
          let isLimit = orders[index].type == .stopLimit
          let price = opensBeyond ? bar.open.ticks : stop
          orders[index].state = .sent
          orders[index].type = isLimit ? .limit : .market
          orders[index].price = isLimit ? extras[index].limit : .min
          note(index, .triggered, time: change.time)
          if !isLimit || (isBuy ? price <= extras[index].limit : price >= extras[index].limit) {
            fillAtPrice(index, price: price, change: change, cause: .barRange, books: books)
          } else {
            rest(index, time: change.time, books: books, isShared: false)
          }
        } else {
          follow(index, isBuy ? bar.low.ticks : bar.high.ticks)
        }
      } else {
        special.remove(index)
        fillAtPrice(index, price: bar.open.ticks, change: change, cause: .barRange, books: books)
      }
    }
  }

  // MARK: - Pegs

  private func pegPrice(_ index: Int, books: borrowing BookSet) -> Int32? {
    let instrument = Int(orders[index].instrument)
    let (bid, ask) = (books.bestPrice(.buy, instrument: instrument), books.bestPrice(.sell, instrument: instrument))
    let isBuy = orders[index].sideIndex == 0
    let offset = Int64(extras[index].offset)
    var price: Int64
    if extras[index].sentType == .peggedPrimary {
      let own = isBuy ? bid : ask
      guard !own.isNone else { return nil }
      price = Int64(own.ticks) + (isBuy ? -offset : offset)
    } else {
      guard !bid.isNone, !ask.isNone, bid < ask else { return nil }
      let sum = Int64(bid.ticks) + Int64(ask.ticks)
      // Rounded away from the other side.
      price = isBuy ? (sum >> 1) - offset : ((sum + 1) >> 1) + offset
    }
    let limit = extras[index].limit
    if limit != .min { price = isBuy ? min(price, Int64(limit)) : max(price, Int64(limit)) }
    return Int32(exactly: price)
  }

  private mutating func placePeg(_ index: Int, time: Int64, books: borrowing BookSet) {
    special.addPeg(index)
    if let price = pegPrice(index, books: books) {
      orders[index].price = price
      orders[index].state = .working
      joinQueue(index, time: time, books: books, isShared: false)
    } else {
      orders[index].state = .waiting
    }
    acknowledge(index, time: time)
  }

  /// The touch moved: pegged orders follow it.
  @inline(never)
  mutating func followPegs(_ change: BookChange, books: borrowing BookSet) {
    for order in special.pegs where orders[Int(order)].instrument == change.instrument {
      let index = Int(order)
      guard orders[index].state == .working || orders[index].state == .waiting else { continue }
      let price = pegPrice(index, books: books)
      if orders[index].state == .working {
        if price == orders[index].price { continue }
        leaveQueue(index)
      }
      if let price {
        orders[index].price = price
        orders[index].state = .working
        joinQueue(index, time: change.time, books: books, isShared: false)
      } else {
        orders[index].state = .waiting
      }
    }
  }

  // MARK: - Auctions, phases, expiries

  /// An auction trades at one price: orders priced better than it fill for certain, orders at it may not and do not here.
  private mutating func fillInAuction(_ index: Int, price: Int32, change: BookChange, books: borrowing BookSet) {
    let order = orders[index]
    let wanted =
      order.timeInForce == .atOpen
      ? [MarketStatus.openingAuction, .preOpen, .open, .unknown] : [.closingAuction, .closed, .postClose]
    guard wanted.contains(feedKinds[Int(order.instrument)].status) else { return }
    let isBetter = order.sideIndex == 0 ? order.price > price : order.price < price
    guard order.type == .market || isBetter else { return }
    special.remove(index)
    orders[index].state = .sent
    fill(
      index, time: change.time, quantity: orders[index].openQuantity, price: price, isMaker: false, cause: .auction,
      causeArrival: change.arrival, causePrice: price, books: books)
  }

  /// The trading phase changed: what was only for the phase that ended is cancelled.
  @inline(never)
  mutating func statusChanged(_ change: BookChange, books: borrowing BookSet) {
    let instrument = Int(change.instrument)
    guard instrument < instrumentCount else { return }
    let before = feedKinds[instrument].status
    let now = books.status(of: instrument)
    feedKinds[instrument].status = now
    if tradesAtVenue { return }
    for order in special.waiting where orders[Int(order)].instrument == change.instrument {
      let index = Int(order)
      let timeInForce = orders[index].timeInForce
      let ends =
        (timeInForce == .atOpen && before.isAuctionCall && now == .halted)
        || (timeInForce == .atClose && now == .postClose)
      if ends {
        special.remove(index)
        finish(index, time: change.time, kind: .cancelled, cancelReason: .auctionEnded)
      }
    }
    guard now == .closed || now == .postClose, before != now else { return }
    for index in 0..<orders.count
    where orders[index].instrument == change.instrument && orders[index].timeInForce == .day {
      expire(index, time: change.time)
    }
  }

  private mutating func expire(_ index: Int, time: Int64) {
    switch orders[index].state {
    case .working:
      leaveQueue(index)
      special.remove(index)
      finish(index, time: time, kind: .expired, cancelReason: .none)
    case .waiting:
      special.remove(index)
      finish(index, time: time, kind: .expired, cancelReason: .none)
    case .free, .sent, .finished: break
    }
  }

  /// Ends the good-till-date orders whose time has come.
  public mutating func handleExpiries(upTo time: Int64) {
    while special.nextExpiry <= time, let expiry = special.takeExpiry() {
      let order = orders[Int(expiry.order)]
      if order.sentTime == expiry.sentTime, order.identifier == expiry.identifier {
        expire(Int(expiry.order), time: expiry.time)
      }
    }
  }
}
