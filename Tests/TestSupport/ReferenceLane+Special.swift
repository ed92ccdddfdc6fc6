import MarketTypes

/// Stops, pegs, auctions and expiries.
extension ReferenceLane {
  mutating func arriveNew(_ place: Int, _ time: Int64) {
    let asked = orders[place].terms
    if isRefused(asked, time) { return finish(place, time) }
    if asked.timeInForce == .goodTillDate { expiries.append((asked.expiry.nanoseconds, place)) }
    let isCall = [.preOpen, .openingAuction, .closingAuction].contains(status)
    if asked.timeInForce.isAuctionOnly {
      // The open it asks for is over.
      if asked.timeInForce == .atOpen, !isCall, status != .unknown { return finish(place, time) }
      return wait(place, time)
    }
    if asked.type.isStop {
      if asked.type == .trailingStop {
        let distance = orders[place].side == 0 ? -asked.offset : asked.offset
        orders[place].watermark = asked.stopPrice.isNone ? lastTrade : asked.stopPrice.ticks + distance
        follow(place, lastTrade)
      }
      lastTrade != .min && isTriggered(place, lastTrade) ? trigger(place, time) : wait(place, time)
    } else if asked.type.isPegged {
      pegs.append(place)
      placePeg(place)
      acknowledge(place, time)
    } else {
      enter(place, time)
    }
  }

  private func isRefused(_ asked: OrderTerms, _ time: Int64) -> Bool {
    let isHidden = asked.flags.contains(.hidden) || asked.type.isPegged
    if asked.displayQuantity > asked.quantity || asked.minimumQuantity > asked.quantity { return true }
    if asked.timeInForce == .goodTillDate, asked.expiry.nanoseconds <= time { return true }
    if asked.displayQuantity.lots > 0, asked.type != .limit || isHidden { return true }
    if asked.timeInForce.isAuctionOnly, asked.type != .limit, asked.type != .market { return true }
    switch asked.type {
    case .stop: return asked.stopPrice.isNone
    case .stopLimit: return asked.stopPrice.isNone || asked.price.isNone
    case .trailingStop: return asked.offset <= 0 || (asked.stopPrice.isNone && lastTrade == .min)
    case .peggedPrimary, .peggedMidpoint: return asked.offset < 0
    case .limit, .market: return false
    }
  }

  mutating func wait(_ place: Int, _ time: Int64) {
    orders[place].state = .waiting
    waiting.append(place)
    acknowledge(place, time)
  }

  mutating func expire(_ place: Int, _ time: Int64) {
    if orders[place].state == .working || orders[place].state == .waiting { finish(place, time) }
  }

  // MARK: - Stops

  private mutating func follow(_ place: Int, _ price: Int32) {
    guard orders[place].type == .trailingStop, price != .min else { return }
    let order = orders[place]
    orders[place].watermark = order.side == 0 ? min(order.watermark, price) : max(order.watermark, price)
    orders[place].stop = orders[place].watermark + (order.side == 0 ? order.terms.offset : -order.terms.offset)
  }

  private func isTriggered(_ place: Int, _ price: Int32) -> Bool {
    orders[place].side == 0 ? price >= orders[place].stop : price <= orders[place].stop
  }

  private mutating func becomeActive(_ place: Int) {
    waiting.removeAll { $0 == place }
    orders[place].state = .sent
    orders[place].type = orders[place].type == .stopLimit ? .limit : .market
    orders[place].price = orders[place].type == .limit ? orders[place].terms.price.ticks : .min
  }

  private mutating func trigger(_ place: Int, _ time: Int64) {
    becomeActive(place)
    acknowledge(place, time)
    tell(.other, time)
    enter(place, time)
  }

  /// A trade of the market of so many lots; returns how many of them the lane's waiting orders had.
  @discardableResult
  mutating func watchTrade(price: Int32, isAuction: Bool, quantity: Int64, time: Int64) -> Int64 {
    var left = quantity
    for place in waiting where orders[place].state == .waiting {
      if orders[place].terms.timeInForce.isAuctionOnly {
        if isAuction {
          left -= fillInAuction(place, price, time, upTo: left)
        } else if orders[place].terms.timeInForce == .atOpen, status == .open {
          finish(place, time)
        }
      } else if orders[place].type.isStop {
        follow(place, price)
        if isTriggered(place, price) { trigger(place, time) }
      } else {
        left -= fillWaiting(place, price, time, upTo: left)
      }
    }
    return quantity - left
  }

  /// Fills what waits for a price, and returns how much of it; the rest waits on.
  private mutating func fillWaiting(_ place: Int, _ price: Int32, _ time: Int64, upTo most: Int64) -> Int64 {
    let quantity = min(most, orders[place].open)
    guard quantity > 0 else { return 0 }
    if quantity == orders[place].open {
      waiting.removeAll { $0 == place }
      orders[place].state = .sent
    }
    fill(place, time, price: price, quantity: quantity, isMaker: false)
    return quantity
  }

  private mutating func fillInAuction(_ place: Int, _ price: Int32, _ time: Int64, upTo most: Int64) -> Int64 {
    let order = orders[place]
    let phases: [MarketStatus] =
      order.terms.timeInForce == .atOpen
      ? [.openingAuction, .preOpen, .open, .unknown] : [.closingAuction, .closed, .postClose]
    let isBetter = order.side == 0 ? order.price > price : order.price < price
    guard phases.contains(status), order.type == .market || isBetter else { return 0 }
    return fillWaiting(place, price, time, upTo: most)
  }

  /// A bar: stops inside its range trade no better than the open; what waited trades at the open, and what came during the bar
  /// at its close. `left` is what the bar's volume still holds.
  mutating func watchBar(prices: [Int32], late: Set<Int>, left: inout Int64, time: Int64) {
    let (open, high, low, close) = (prices[0], prices[1], prices[2], prices[3])
    for place in waiting where orders[place].state == .waiting && !orders[place].terms.timeInForce.isAuctionOnly {
      let late = late.contains(place)
      guard orders[place].type.isStop else {
        left -= fillWaiting(place, late ? close : open, time, upTo: left)
        continue
      }
      let isBuy = orders[place].side == 0
      let opensBeyond = !late && isTriggered(place, open)
      guard opensBeyond || isTriggered(place, late ? close : isBuy ? high : low) else {
        follow(place, late ? close : isBuy ? low : high)
        continue
      }
      let price = opensBeyond ? open : late ? close : orders[place].stop
      becomeActive(place)
      tell(.other, time)
      let limit = orders[place].price
      if orders[place].type == .market || (isBuy ? price <= limit : price >= limit) {
        let quantity = min(left, orders[place].open)
        if quantity > 0 { fill(place, time, price: price, quantity: quantity, isMaker: false) }
        left -= quantity
      }
      guard orders[place].state != .finished else { continue }
      if orders[place].type == .market { wait(place, time) } else { rest(place, time) }
    }
  }

  // MARK: - Pegs

  private func pegPrice(_ place: Int) -> Int32? {
    let order = orders[place]
    let (bid, ask) = (best(0), best(1))
    var price: Int32
    if order.terms.type == .peggedPrimary {
      guard let own = order.side == 0 ? bid : ask else { return nil }
      price = own
    } else {
      guard let bid, let ask, bid < ask else { return nil }
      // The middle, rounded away from the other side; prices here are positive.
      price = order.side == 0 ? (bid + ask) / 2 : (bid + ask + 1) / 2
    }
    price += order.side == 0 ? -order.terms.offset : order.terms.offset
    if order.terms.price.isNone { return price }
    return order.side == 0 ? min(price, order.terms.price.ticks) : max(price, order.terms.price.ticks)
  }

  mutating func placePeg(_ place: Int) {
    if let price = pegPrice(place) {
      orders[place].price = price
      join(place)
    } else {
      orders[place].state = .waiting
    }
  }

  /// The touch moved.
  mutating func movePegs() {
    for place in pegs where orders[place].state == .working || orders[place].state == .waiting {
      if orders[place].state == .working, pegPrice(place) == orders[place].price { continue }
      placePeg(place)
    }
  }

  // MARK: - Phases

  mutating func phaseChanged(to now: MarketStatus, time: Int64) {
    let before = status
    status = now
    let wasCall = [.preOpen, .openingAuction, .closingAuction].contains(before)
    for place in waiting {
      let timeInForce = orders[place].terms.timeInForce
      let isOver =
        (timeInForce == .atOpen && wasCall && now == .halted) || (timeInForce == .atClose && now == .postClose)
      if isOver { finish(place, time) }
    }
    guard now == .closed || now == .postClose, before != now else { return }
    for place in orders.indices where orders[place].terms.timeInForce == .day { expire(place, time) }
  }
}
