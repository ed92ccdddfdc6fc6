public import MarketTypes
public import OrderBooks
public import RiskControls

/// What became of a request to send.
public enum SendResult: Hashable, Sendable {
  /// On its way; the index names the order from now on.
  case sent(Int32)
  case refused(RiskReason)
  /// The lane has as many orders alive or under way as it may.
  case tooManyOrders
}

extension ExecutionEngine {
  /// Passes an intent through the risk gate and sends it to the venue.
  @inline(__always)
  public mutating func send(
    _ intent: OrderIntent, lane: Int, time: Int64, bestBid: Price, bestAsk: Price
  ) -> SendResult {
    let instrument = min(Int(intent.instrument), instrumentCount - 1)
    let place = lane &* instrumentCount &+ instrument
    let exposure = Exposure(
      position: knownLots[place], openBuys: openQuantities[2 &* place], openSells: openQuantities[2 &* place &+ 1],
      bestBid: bestBid, bestAsk: bestAsk)
    let gate = Int(routes[lane].gate)
    switch gates[gate].approve(intent, exposure: exposure, time: time, state: &riskStates[lane]) {
    case .success(let approved): return route(approved, lane: lane, time: time)
    case .failure(let reason):
      statistics.riskRejects += 1
      return .refused(reason)
    }
  }

  @inline(__always)
  private mutating func route(_ approved: ApprovedOrder, lane: Int, time: Int64) -> SendResult {
    var word = 0
    while word < wordsPerLane, usedPlaces[lane &* wordsPerLane &+ word] == .max { word &+= 1 }
    guard word < wordsPerLane else { return .tooManyOrders }
    let bit = (~usedPlaces[lane &* wordsPerLane &+ word]).trailingZeroBitCount
    usedPlaces[lane &* wordsPerLane &+ word] |= 1 << UInt64(bit)
    let index = lane &* ordersPerLane &+ word &* 64 &+ bit
    let terms = approved.terms
    let sideIndex: UInt8 = terms.side == .buy ? 0 : 1
    let quantity = terms.quantity.lots
    orders[index].identifier = terms.identifier.rawValue
    orders[index].openQuantity = quantity
    orders[index].knownQuantity = quantity
    orders[index].sentTime = time
    orders[index].joinedTime = .min
    orders[index].aheadWhenJoined = 0
    orders[index].price = terms.price.ticks
    orders[index].cohort = -1
    orders[index].instrument = approved.instrument
    orders[index].sideIndex = sideIndex
    orders[index].state = .sent
    orders[index].isAcknowledged = false
    orders[index].isCancelSent = false
    orders[index].isPostOnly = terms.flags.contains(.postOnly)
    orders[index].timeInForce = terms.timeInForce
    orders[index].type = terms.type
    orders[index].messagesUnderWay = 1
    openQuantities[2 &* (lane &* instrumentCount &+ Int(approved.instrument)) &+ Int(sideIndex)] &+= quantity
    statistics.sent += 1
    requests.append(
      Request(
        time: time &+ routes[lane].newOrderNanoseconds, quantity: quantity, order: Int32(truncatingIfNeeded: index),
        price: terms.price.ticks, kind: .new), route: routes[lane].newOrder)
    return .sent(Int32(truncatingIfNeeded: index))
  }

  /// Sends a cancel for an order; false when the lane already knows it is done or a cancel is under way.
  @inline(__always)
  public mutating func cancel(_ order: Int32, time: Int64) -> Bool {
    let index = Int(order)
    guard index >= 0, index < orders.count, orders[index].knownQuantity > 0, !orders[index].isCancelSent else {
      return false
    }
    let lane = Int(orders[index].lane)
    orders[index].isCancelSent = true
    orders[index].messagesUnderWay &+= 1
    statistics.cancels += 1
    requests.append(
      Request(
        time: time &+ routes[lane].cancelNanoseconds, quantity: 0, order: order, price: .min, kind: .cancel),
      route: routes[lane].cancel)
    return true
  }

  /// Sends an amend: a new price or more quantity loses the place in the queue, less quantity keeps it.
  public mutating func amend(_ order: Int32, price: Price, quantity: Int64, time: Int64) -> Bool {
    let index = Int(order)
    guard index >= 0, index < orders.count, orders[index].knownQuantity > 0, quantity > 0, !price.isNone else {
      return false
    }
    let lane = Int(orders[index].lane)
    orders[index].messagesUnderWay &+= 1
    requests.append(
      Request(
        time: time &+ routes[lane].amendNanoseconds, quantity: quantity, order: order, price: price.ticks, kind: .amend),
      route: routes[lane].amend)
    return true
  }

  /// Handles the oldest request, which has arrived at the venue.
  @inline(__always)
  public mutating func handleRequest(books: borrowing BookSet) {
    let request = requests.removeFirst()
    let index = Int(request.order)
    switch request.kind {
    case .new: arrive(index, time: request.time, books: books)
    case .cancel:
      if orders[index].state == .working {
        leaveQueue(index)
        finish(index, time: request.time, kind: .cancelled, cancelReason: .requested)
      } else {
        tell(index, time: request.time, kind: .cancelRejected, quantity: 0, price: .min, isFinal: false)
      }
      settleMessage(index)
    case .amend:
      amendArrives(index, request: request, books: books)
      settleMessage(index)
    }
  }

  @inline(__always)
  private mutating func arrive(_ index: Int, time: Int64, books: borrowing BookSet) {
    defer { settleMessage(index) }
    let instrument = Int(orders[index].instrument)
    let isBuy = orders[index].sideIndex == 0
    let price = orders[index].price
    let opposite = books.bestPrice(isBuy ? .sell : .buy, instrument: instrument)
    let isMarket = orders[index].type == .market
    let isMarketable =
      !opposite.isNone && (isMarket || (isBuy ? price >= opposite.ticks : price <= opposite.ticks))
    if isMarketable {
      if orders[index].isPostOnly { return reject(index, time: time, reason: .postOnlyWouldTrade) }
      // Crossed or locked books exist before an open; nothing trades on them.
      if books.isCrossedOrLocked(instrument: instrument) {
        return reject(index, time: time, reason: .wrongPhase)
      }
      take(index, time: time, books: books)
      if orders[index].openQuantity == 0 { return }
    }
    if isMarket || orders[index].timeInForce.isImmediate {
      let reason: CancelReason = isMarket ? .noLiquidity : .immediateOrCancel
      return finish(index, time: time, kind: .cancelled, cancelReason: reason)
    }
    orders[index].state = .working
    joinQueue(index, time: time, books: books)
    tell(
      index, time: time, kind: .accepted, quantity: orders[index].openQuantity, price: price, isFinal: false)
  }

  private mutating func amendArrives(_ index: Int, request: Request, books: borrowing BookSet) {
    guard orders[index].state == .working else {
      return tell(index, time: request.time, kind: .amendRejected, quantity: 0, price: .min, isFinal: false)
    }
    let old = orders[index].openQuantity
    if request.price == orders[index].price, request.quantity <= old {
      orders[index].openQuantity = request.quantity
    } else {
      let isBuy = orders[index].sideIndex == 0
      let instrument = Int(orders[index].instrument)
      let opposite = books.bestPrice(isBuy ? .sell : .buy, instrument: instrument)
      let wouldTrade = !opposite.isNone && (isBuy ? request.price >= opposite.ticks : request.price <= opposite.ticks)
      if wouldTrade, orders[index].isPostOnly || books.isCrossedOrLocked(instrument: instrument) {
        // The order stays as it was.
        return tell(index, time: request.time, kind: .amendRejected, quantity: 0, price: .min, isFinal: false)
      }
      leaveQueue(index)
      orders[index].price = request.price
      orders[index].openQuantity = request.quantity
      if wouldTrade {
        take(index, time: request.time, books: books)
        if orders[index].openQuantity == 0 { return }
      }
      joinQueue(index, time: request.time, books: books)
    }
    tell(
      index, time: request.time, kind: .amended, quantity: orders[index].openQuantity, price: request.price,
      isFinal: false)
  }

  /// Walks the opposite side of the book; shares the lane took before and that still stand are not there for it.
  private mutating func take(_ index: Int, time: Int64, books: borrowing BookSet) {
    let instrument = Int(orders[index].instrument)
    let isBuy = orders[index].sideIndex == 0
    let limit = orders[index].type == .market ? nil : Optional(orders[index].price)
    let lane = Int(orders[index].lane)
    let opposite: UInt8 = isBuy ? 1 : 0
    // Levels that are gone, and shares of them, are no longer remembered.
    takenLiquidity[lane].removeAll {
      books.level($0.sideIndex == 0 ? .buy : .sell, at: Price(ticks: $0.price), instrument: Int($0.instrument))
        .quantity == 0
    }
    var open = orders[index].openQuantity
    if orders[index].timeInForce == .fillOrKill {
      var available: Int64 = 0
      books.forEachLevel(isBuy ? .sell : .buy, instrument: instrument) { price, quantity in
        if let limit, isBuy ? price.ticks > limit : price.ticks < limit { return false }
        available &+= freeQuantity(lane: lane, instrument, opposite, price.ticks, standing: quantity)
        return available < open
      }
      if available < open {
        return finish(index, time: time, kind: .cancelled, cancelReason: .fillOrKill)
      }
    }
    var takes: [(price: Int32, quantity: Int64)] = []
    books.forEachLevel(isBuy ? .sell : .buy, instrument: instrument) { price, quantity in
      if let limit, isBuy ? price.ticks > limit : price.ticks < limit { return false }
      let taken = min(open, freeQuantity(lane: lane, instrument, opposite, price.ticks, standing: quantity))
      if taken > 0 {
        takes.append((price.ticks, taken))
        open &-= taken
      }
      return open > 0
    }
    for (price, quantity) in takes {
      remember(lane: lane, instrument, opposite, price, quantity)
      fill(
        index, time: time, quantity: quantity, price: price, isMaker: false, cause: .aggressed,
        causeArrival: BookChange.noArrival, causePrice: price)
    }
  }

  private func freeQuantity(
    lane: Int, _ instrument: Int, _ sideIndex: UInt8, _ price: Int32, standing: Int64
  ) -> Int64 {
    for taken in takenLiquidity[lane]
    where taken.price == price && taken.sideIndex == sideIndex && Int(taken.instrument) == instrument {
      return max(0, standing - taken.quantity)
    }
    return standing
  }

  private mutating func remember(
    lane: Int, _ instrument: Int, _ sideIndex: UInt8, _ price: Int32, _ quantity: Int64
  ) {
    for place in takenLiquidity[lane].indices {
      let taken = takenLiquidity[lane][place]
      if taken.price == price, taken.sideIndex == sideIndex, Int(taken.instrument) == instrument {
        takenLiquidity[lane][place].quantity += quantity
        return
      }
    }
    takenLiquidity[lane].append(
      TakenLiquidity(instrument: UInt16(instrument), sideIndex: sideIndex, price: price, quantity: quantity))
  }
}
