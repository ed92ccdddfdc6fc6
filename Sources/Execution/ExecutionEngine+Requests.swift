import Accounting
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

/// How many requests a lane has made at a moment of its clock.
struct RequestMoment: BitwiseCopyable {
  var time = Int64.min
  var count = 0
}

extension ExecutionEngine {
  /// Contents of request messages that need no details.
  enum RequestCode {
    static let new: Int32 = -1
    static let cancel: Int32 = -2
  }

  // MARK: - Sending

  /// Passes an intent through the risk gate and sends it to the venue.
  @inline(__always)
  public mutating func send(
    _ intent: OrderIntent, lane: Int, time: Int64, bestBid: Price, bestAsk: Price
  ) -> SendResult {
    if lanes[lane].isWatched,
      let reason = watchedFailure(intent, lane: lane, time: time, bestBid: bestBid, bestAsk: bestAsk)
    {
      return refuse(intent, lane: lane, time: time, reason: reason)
    }
    let instrument = min(Int(intent.instrument), instrumentCount &- 1)
    let exposure = self.exposure(lane: lane, instrument: instrument, bestBid: bestBid, bestAsk: bestAsk)
    let gate = gates.place(Int(lanes[lane].gate))
    let state = riskStates.place(lane)
    return gate.pointee.approve(
      intent, exposure: exposure, time: time, state: &state.pointee,
      approved: { route($0, lane: lane, time: time, bestBid: bestBid, bestAsk: bestAsk) },
      refused: { refuse(intent, lane: lane, time: time, reason: $0) })
  }

  @inline(__always)
  private mutating func refuse(_ intent: OrderIntent, lane: Int, time: Int64, reason: RiskReason) -> SendResult {
    statistics[lane].riskRejects &+= 1
    if lanes[lane].isRecorded {
      recordRefusal(intent.terms, instrument: intent.instrument, lane: lane, time: time, reason: reason.rawValue)
    }
    return .refused(reason)
  }

  @inline(__always)
  private mutating func route(
    _ approved: ApprovedOrder, lane: Int, time: Int64, bestBid: Price, bestAsk: Price
  ) -> SendResult {
    var word = lane &* wordsPerLane
    let end = word &+ wordsPerLane
    while word < end, usedPlaces[word] == .max { word &+= 1 }
    guard word < end else { return .tooManyOrders }
    let bit = (~usedPlaces[word]).trailingZeroBitCount
    usedPlaces[word] |= 1 &<< UInt64(bit)
    alivePlaces[word] |= 1 &<< UInt64(bit)
    // Words and places of all lanes follow each other, so the word's number gives the place.
    let index = word &* 64 &+ bit
    let terms = approved.terms
    let sideIndex: UInt8 = terms.side == .buy ? 0 : 1
    let quantity = terms.quantity.lots
    var order = LaneOrder()
    order.openQuantity = quantity
    order.knownQuantity = quantity
    order.identifier = terms.identifier.rawValue
    order.sentTime = time
    order.price = terms.price.ticks
    order.instrument = approved.instrument
    order.state = .sent
    order.timeInForce = terms.timeInForce
    order.type = terms.type
    order.messagesUnderWay = 1
    order.marks = LaneOrder.Marks(rawValue: sideIndex << 4 | (terms.flags.contains(.postOnly) ? 1 : 0))
    orders[index] = order
    if keepsRecords { beginRecords(index, lane: lane) }
    if Self.isSpecial(terms) { keepExtras(index, terms: terms) }
    openQuantities[2 &* (lane &* instrumentCount &+ Int(approved.instrument)) &+ Int(sideIndex)] &+= quantity
    statistics[lane].sent &+= 1
    if lanes[lane].isRecorded {
      let known = !bestBid.isNone && !bestAsk.isNone
      let middle = known ? Int64(bestBid.ticks) + Int64(bestAsk.ticks) : Int64.min
      lastFillTimes[index] = .min
      note(index, .received, time: time, bidPlusAsk: middle)
      note(index, .validated, time: time)
      note(index, .riskApproved, time: time)
      note(index, .routed, time: time)
    }
    post(index, lane: lane, time: time, content: RequestCode.new, law: 0)
    return .sent(Int32(truncatingIfNeeded: index))
  }

  /// Sends a cancel for an order of the lane; false when it is none, when the lane knows it is done, or when a cancel is
  /// under way.
  @inline(never)
  public mutating func cancel(_ handle: Int32, lane: Int, time: Int64) -> Bool {
    let index = Int(handle)
    guard handle >= 0, self.lane(of: index) == lane else { return false }
    let order = orders.place(index)
    guard order.pointee.knownQuantity > 0, !order.pointee.marks.contains(.cancelSent),
      order.pointee.messagesUnderWay < 60_000
    else { return false }
    if lanes[lane].mayStandStill, hasAskedTooMuch(lane: lane, time: time) { return false }
    order.pointee.marks.insert(.cancelSent)
    order.pointee.messagesUnderWay &+= 1
    statistics[lane].cancels &+= 1
    post(index, lane: lane, time: time, content: RequestCode.cancel, law: 1)
    return true
  }

  /// Sends an amend: a new price or more quantity loses the place in the queue, less quantity keeps it. What fills before it
  /// arrives counts as part of the quantity asked for, so that no fill under way makes a position larger than was approved.
  /// An order without a limit keeps none, whatever the price; a peg's limit is the one that it may not pass, and of stops only
  /// what they become is changed, as at venues. False when there is nothing to amend, or when a risk control holds it back.
  public mutating func amend(
    _ handle: Int32, lane: Int, price: Price, quantity: Int64, time: Int64, bestBid: Price, bestAsk: Price
  ) -> Bool {
    let index = Int(handle)
    guard handle >= 0, self.lane(of: index) == lane, orders[index].knownQuantity > 0, quantity > 0,
      orders[index].messagesUnderWay < 60_000
    else { return false }
    let price = hasLimit(index) ? price : .none
    if price.isNone, hasLimit(index) { return false }
    if lanes[lane].mayStandStill, hasAskedTooMuch(lane: lane, time: time) { return false }
    let exposure = self.exposure(
      lane: lane, instrument: Int(orders[index].instrument), bestBid: bestBid, bestAsk: bestAsk)
    guard passesGate(index, lane: lane, price: price, quantity: quantity, exposure: exposure, time: time) else {
      statistics[lane].riskRejects &+= 1
      return false
    }
    orders[index].messagesUnderWay &+= 1
    noteRequest(index, limit: price.ticks)
    let content = amendments.insert(
      Amendment(
        quantity: quantity, filledBefore: filledQuantities[index] &- unheardQuantities[index], price: price.ticks))
    post(index, lane: lane, time: time, content: content, law: 2)
    return true
  }

  /// An amend asks for what an order would: nothing may reach the venue around the controls.
  private mutating func passesGate(
    _ index: Int, lane: Int, price: Price, quantity: Int64, exposure: Exposure, time: Int64
  ) -> Bool {
    let order = orders[index]
    let intent = OrderIntent(
      OrderTerms(
        identifier: OrderIdentifier(order.identifier), side: order.side, type: knownType(index), price: price,
        quantity: Quantity(lots: quantity)), instrument: order.instrument)
    // What the lane has asked for last is what the venue will have when this arrives.
    let before = hasLimit(index) ? Price(ticks: requestedLimit(index)) : .none
    let reason = gates[Int(lanes[lane].gate)].refusalOfAmend(
      intent, from: before, open: order.knownQuantity, exposure: exposure, time: time, state: &riskStates[lane])
    guard reason == .none else { return false }
    return !lanes[lane].isWatched
      || bearsAmend(
        index, lane: lane, price: price, quantity: quantity, time: time, bestBid: exposure.bestBid,
        bestAsk: exposure.bestAsk)
  }

  @inline(__always)
  private func exposure(lane: Int, instrument: Int, bestBid: Price, bestAsk: Price) -> Exposure {
    let place = lane &* instrumentCount &+ instrument
    var (bid, ask) = (bestBid, bestAsk)
    if _slowPath(bid.isNone && ask.isNone), instrument < instrumentCount {
      bid = feedKinds[instrument].priceWithoutBook
      ask = bid
    }
    return Exposure(
      position: knownLots[place], openBuys: openQuantities[2 &* place], openSells: openQuantities[2 &* place &+ 1],
      bestBid: bid, bestAsk: ask)
  }

  @inline(__always)
  private mutating func post(_ index: Int, lane: Int, time: Int64, content: Int32, law: Int) {
    let route = lanes[lane].request
    var arrival = time &+ lanes[lane].requestNanoseconds
    if route == MessageQueue.varying { arrival = drawnArrival(lane: lane, time: time, law: law) }
    requests.append(
      Message(time: arrival, order: Int32(truncatingIfNeeded: index), content: content), route: route)
  }

  @inline(never)
  private mutating func drawnArrival(lane: Int, time: Int64, law: Int) -> Int64 {
    let sampler = samplers[Int(lanes[lane].sampler) + law]
    let delay = sampler.nanoseconds(at: time, index: lanes[lane].messageCount, feedNanoseconds: feedNanoseconds)
    lanes[lane].messageCount &+= 1
    let arrival = max(time &+ delay, lanes[lane].lastRequest)
    lanes[lane].lastRequest = arrival
    return arrival
  }

  // MARK: - Standing still

  /// What a lane may ask for at one moment of its clock where its messages may take no time: a lane that answers every
  /// answer at once would otherwise never let time pass, for itself or for others. Further orders are refused with
  /// `RiskReason.tooManyAtOnce`, further cancels and amends are not sent; at any later moment it may go on.
  public var mostRequestsAtOnce: Int { max(1_000, 4 * ordersPerLane) }

  /// Counts a request; true when the lane has made all it may at this moment.
  @inline(never)
  mutating func hasAskedTooMuch(lane: Int, time: Int64) -> Bool {
    if time > moments[lane].time { moments[lane] = RequestMoment(time: time) }
    moments[lane].count += 1
    return moments[lane].count > mostRequestsAtOnce
  }

  // MARK: - At the venue

  /// Handles every request that has reached the venue by `time`, oldest first.
  @inline(__always)
  public mutating func handleRequests(upTo time: Int64, books: borrowing BookSet) {
    while requests.nextTime <= time {
      let request = requests.removeFirst()
      let index = Int(request.order)
      if request.content == RequestCode.new {
        arrive(index, time: request.time, books: books)
      } else if request.content == RequestCode.cancel {
        cancelArrives(index, time: request.time)
      } else {
        amendArrives(index, amendments.remove(request.content), time: request.time, books: books)
      }
      settleMessage(index)
    }
  }

  @inline(__always)
  mutating func cancelArrives(_ index: Int, time: Int64) {
    let order = orders.place(index)
    if order.pointee.state == .working {
      leaveQueue(index)
      let lane = lanes.place(lane(of: index))
      guard lane.pointee.isSilent, !order.pointee.marks.contains(.special), order.pointee.messagesUnderWay < 60_000
      else {
        return finish(index, time: time, kind: .cancelled, cancelReason: .requested)
      }
      // Nobody hears of it but the lane's own books: a bare message.
      order.pointee.state = .finished
      order.pointee.messagesUnderWay &+= 1
      notices.append(
        Message(
          time: time &+ lane.pointee.noticeNanoseconds, order: Int32(truncatingIfNeeded: index),
          content: Self.code(.requested)), route: lane.pointee.notice)
    } else {
      cancelArrivesElsewhere(index, time: time)
    }
  }

  @inline(never)
  private mutating func cancelArrivesElsewhere(_ index: Int, time: Int64) {
    if orders[index].state == .waiting {
      special.remove(index)
      finish(index, time: time, kind: .cancelled, cancelReason: .requested)
    } else {
      tell(index, time: time, kind: .cancelRejected, quantity: 0, price: .min, isFinal: false)
    }
  }

  @inline(__always)
  private mutating func arrive(_ index: Int, time: Int64, books: borrowing BookSet) {
    let order = orders.place(index)
    let instrument = Int(order.pointee.instrument)
    // The engine's own copy of the phase spares a look into the books.
    let status = feedKinds[instrument].status
    if status.stopsEntry, waitsAfterSplit(instrument, books: books) {
      return reject(index, time: time, reason: status == .halted || status == .paused ? .halted : .closed)
    }
    if order.pointee.marks.contains(.special) {
      arriveSpecial(index, time: time, books: books)
    } else if order.pointee.type == .limit {
      enterLimit(index, time: time, books: books)
    } else {
      enter(index, time: time, books: books)
    }
  }

  /// A plain limit order that reaches nobody goes straight into its queue: the common case of `enter`.
  @inline(__always)
  private mutating func enterLimit(_ index: Int, time: Int64, books: borrowing BookSet) {
    let order = orders.place(index)
    let sideIndex = Int(order.pointee.sideIndex)
    let instrument = Int(order.pointee.instrument)
    let price = order.pointee.price
    let opposite = books.bestPrice(sideIndex == 0 ? .sell : .buy, instrument: instrument).ticks
    let own = occupied + (instrument &* 2 &+ (1 &- sideIndex))
    let isPassive =
      opposite != .min && (sideIndex == 0 ? price < opposite : price > opposite)
      && (own.pointee.best == LadderSide.noKey || own.pointee.best < own.pointee.key(price))
    if isPassive, !order.pointee.timeInForce.isImmediate {
      order.pointee.state = .working
      joinQueue(index, time: time, books: books, isShared: true)
      acknowledge(index, time: time)
    } else {
      enter(index, time: time, books: books)
    }
  }

  /// A limit or market order meets the book: it trades what it can, and rests or ends.
  @inline(never)
  mutating func enter(_ index: Int, time: Int64, books: borrowing BookSet, isShared: Bool = true) {
    let instrument = Int(orders[index].instrument)
    let isBuy = orders[index].sideIndex == 0
    let opposite = books.bestPrice(isBuy ? .sell : .buy, instrument: instrument)
    let isMarket = orders[index].type == .market
    let price = orders[index].price
    var mayTrade = !opposite.isNone && (isMarket || (isBuy ? price >= opposite.ticks : price <= opposite.ticks))
    if !mayTrade { mayTrade = meetsOwnOrder(index) }
    if mayTrade {
      if orders[index].marks.contains(.postOnly) { return reject(index, time: time, reason: .postOnlyWouldTrade) }
      // Crossed or locked books exist before an open; nothing trades on them.
      if books.isCrossedOrLocked(instrument: instrument) { return reject(index, time: time, reason: .wrongPhase) }
      take(index, time: time, books: books)
      if orders[index].state == .finished { return }
    }
    if opposite.isNone, !books.hasBook(instrument: instrument), enterWithoutBook(index, time: time, books: books) {
      return
    }
    if !mayTrade, minimumQuantity(index) > 0 {
      return finish(index, time: time, kind: .cancelled, cancelReason: .minimumQuantityNotMet)
    }
    if isMarket || orders[index].timeInForce.isImmediate {
      let isWhole = orders[index].timeInForce == .fillOrKill
      return finish(
        index, time: time, kind: .cancelled,
        cancelReason: isWhole ? .fillOrKill : isMarket ? .noLiquidity : .immediateOrCancel)
    }
    rest(index, time: time, books: books, isShared: isShared)
  }

  /// Puts an order into its queue and tells the lane that it was taken.
  @inline(__always)
  mutating func rest(_ index: Int, time: Int64, books: borrowing BookSet, isShared: Bool = true) {
    if orders[index].marks.contains(.special) { hideReserve(index) }
    orders[index].state = .working
    joinQueue(index, time: time, books: books, isShared: isShared)
    acknowledge(index, time: time)
  }

  /// Tells the lane that the venue took its order, once.
  @inline(__always)
  mutating func acknowledge(_ index: Int, time: Int64) {
    let order = orders.place(index)
    guard order.pointee.acknowledgedTime == .max else { return }
    let lane = lanes.place(lane(of: index))
    if lane.pointee.isSilent {
      order.pointee.acknowledgedTime = time &+ lane.pointee.noticeNanoseconds &+ lane.pointee.clockShift
    } else {
      announceAcknowledgement(index, time: time)
    }
  }

  @inline(never)
  private mutating func announceAcknowledgement(_ index: Int, time: Int64) {
    let lane = lane(of: index)
    note(index, .acknowledged, time: time)
    if lanes[lane].hearsAll || lanes[lane].notice == MessageQueue.varying {
      // The moment of learning is known only when the message is sent.
      orders[index].acknowledgedTime = tell(
        index, time: time, kind: .accepted, quantity: orders[index].openQuantity &+ reserve(index),
        price: orders[index].price, isFinal: false)
    } else {
      orders[index].acknowledgedTime = time &+ lanes[lane].noticeNanoseconds &+ lanes[lane].clockShift
    }
  }
}

extension MarketStatus {
  /// The venue takes no new orders.
  @inline(__always)
  var stopsEntry: Bool { self == .halted || self == .paused || self == .closed || self == .postClose }
}
