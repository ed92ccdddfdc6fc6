import Accounting
import MarketTypes
import OrderBooks

extension ExecutionEngine {
  // MARK: - Telling the lane

  /// Contents of notice messages that need no details: a cancel, by reason.
  @inline(__always)
  static func code(_ reason: CancelReason) -> Int32 { -1 - Int32(reason.rawValue) }

  /// Sends a notice to the order's lane; returns when the lane learns of it, on its own clock.
  @inline(__always)
  @discardableResult
  mutating func tell(
    _ index: Int, time: Int64, kind: Notice.Kind, quantity: Int64, price: Int32, isFinal: Bool,
    rejectReason: RejectReason = .none, cancelReason: CancelReason = .none, isMaker: Bool = false,
    answersAmend: Bool = false
  ) -> Int64 {
    let lane = lane(of: index)
    let content: Int32
    if kind == .cancelled, !lanes[lane].hearsAll {
      content = Self.code(cancelReason)
    } else {
      content = details.insert(
        NoticeDetail(
          venueTime: time, quantity: quantity, price: price, kind: kind, rejectReason: rejectReason,
          cancelReason: cancelReason, isFinal: isFinal, isMaker: isMaker, answersAmend: answersAmend))
    }
    if orders[index].messagesUnderWay != .max { orders[index].messagesUnderWay &+= 1 }
    let route = lanes[lane].notice
    var arrival = time &+ lanes[lane].noticeNanoseconds
    if route == MessageQueue.varying { arrival = drawnNotice(lane: lane, time: time) }
    notices.append(Message(time: arrival, order: Int32(truncatingIfNeeded: index), content: content), route: route)
    let learned = arrival &+ lanes[lane].clockShift
    // Noted here, because a lane that nobody waits for may learn later than other things happen.
    if isFinal { note(index, .confirmed, time: learned) }
    return learned
  }

  @inline(never)
  private mutating func drawnNotice(lane: Int, time: Int64) -> Int64 {
    let sampler = samplers[Int(lanes[lane].sampler) + 3]
    let delay = sampler.nanoseconds(at: time, index: lanes[lane].messageCount, feedNanoseconds: feedNanoseconds)
    lanes[lane].messageCount &+= 1
    let arrival = max(time &+ delay &- lanes[lane].clockShift, lanes[lane].lastNotice)
    lanes[lane].lastNotice = arrival
    return arrival
  }

  mutating func reject(_ index: Int, time: Int64, reason: RejectReason) {
    orders[index].state = .finished
    statistics[lane(of: index)].venueRejects &+= 1
    note(index, .rejected, time: time, rejectReason: reason)
    tell(
      index, time: time, kind: .rejected, quantity: orders[index].openQuantity &+ reserve(index),
      price: orders[index].price, isFinal: true, rejectReason: reason)
  }

  @inline(__always)
  mutating func finish(_ index: Int, time: Int64, kind: Notice.Kind, cancelReason: CancelReason) {
    orders[index].state = .finished
    if orders[index].type.isPegged { special.removePeg(index) }
    note(index, kind == .expired ? .expired : .cancelled, time: time, cancelReason: cancelReason)
    if lanes[lane(of: index)].isRecorded { noteSettlement(index) }
    tell(
      index, time: time, kind: kind, quantity: orders[index].openQuantity &+ reserve(index),
      price: orders[index].price, isFinal: true, cancelReason: cancelReason)
  }

  // MARK: - Learning

  /// Lets lanes learn what has arrived by `time`, up to the first notice that its lane is to be called for.
  @inline(__always)
  public mutating func nextHeardNotice(upTo time: Int64) -> Notice? {
    while notices.nextTime <= time {
      let message = notices.removeFirst()
      let index = Int(message.order)
      let lane = lane(of: index)
      if message.content < 0 {
        learnOfCancel(index, lane: lane)
        continue
      }
      let detail = details.remove(message.content)
      let isHeard = detail.kind == .filled ? lanes[lane].hearsFills : lanes[lane].hearsAll
      let order = orders[index]
      learn(
        detail.kind, quantity: detail.quantity, price: detail.price, isFinal: detail.isFinal, time: message.time,
        index: index, lane: lane)
      if detail.answersAmend { learnOfAmend(index, limit: detail.kind == .amended ? detail.price : nil) }
      if keepsAccounts, detail.kind == .filled { hearFill(index, lane: lane, detail) }
      guard isHeard else { continue }
      return Notice(
        time: message.time &+ lanes[lane].clockShift, venueTime: detail.venueTime, quantity: detail.quantity,
        identifier: order.identifier, order: message.order, lane: Int32(truncatingIfNeeded: lane),
        price: detail.price, instrument: order.instrument, kind: detail.kind, rejectReason: detail.rejectReason,
        cancelReason: detail.cancelReason, side: order.side, isFinal: detail.isFinal, isMaker: detail.isMaker)
    }
    return nil
  }

  @inline(__always)
  private mutating func learn(
    _ kind: Notice.Kind, quantity: Int64, price: Int32, isFinal: Bool, time: Int64, index: Int, lane: Int
  ) {
    let place = lane &* instrumentCount &+ Int(orders[index].instrument)
    let openPlace = 2 &* place &+ Int(orders[index].sideIndex)
    var known = orders[index].knownQuantity
    switch kind {
    case .accepted: break
    case .triggered: orders[index].marks.insert(.triggerHeard)
    case .filled:
      unheardQuantities[index] &-= quantity
      let signed = orders[index].sideIndex == 0 ? quantity : 0 &- quantity
      knownLots[place] &+= signed
      knownCash[place] -= contracts[Int(orders[index].instrument)].value(lots: signed, price: price)
      openQuantities[openPlace] &-= quantity
      known &-= quantity
    case .rejected, .cancelled, .expired:
      openQuantities[openPlace] &-= known
      known = 0
    case .amended:
      openQuantities[openPlace] &+= quantity &- known
      known = quantity
    case .cancelRejected: orders[index].marks.remove(.cancelSent)
    case .amendRejected: break
    }
    orders[index].knownQuantity = known
    newsCounts[lane] &+= 1
    if known == 0 { alivePlaces[index &>> 6] &= ~(1 &<< UInt64(index & 63)) }
    settleMessage(index)
  }

  /// A lane that does not want to hear of it learns that its order was cancelled.
  @inline(__always)
  private mutating func learnOfCancel(_ index: Int, lane: Int) {
    let order = orders.place(index)
    let openPlace =
      2 &* (lane &* instrumentCount &+ Int(order.pointee.instrument)) &+ Int(order.pointee.sideIndex)
    openQuantities[openPlace] &-= order.pointee.knownQuantity
    order.pointee.knownQuantity = 0
    newsCounts[lane] &+= 1
    alivePlaces[index &>> 6] &= ~(1 &<< UInt64(index & 63))
    settleMessage(index)
  }

  /// A message about an order has been dealt with; its place is free once none is left and the order is done.
  @inline(__always)
  mutating func settleMessage(_ index: Int) {
    let order = orders.place(index)
    if order.pointee.messagesUnderWay == .max { return }
    let left = order.pointee.messagesUnderWay &- 1
    order.pointee.messagesUnderWay = left
    if left == 0, order.pointee.state == .finished {
      order.pointee.state = .free
      let bit: UInt64 = 1 &<< UInt64(index & 63)
      usedPlaces[index &>> 6] &= ~bit
      if order.pointee.knownQuantity != 0 {
        order.pointee.knownQuantity = 0
        alivePlaces[index &>> 6] &= ~bit
      }
    }
  }

  // MARK: - Filling

  /// Books a fill at the venue and tells the lane.
  mutating func fill(
    _ index: Int, time: Int64, quantity: Int64, price: Int32, isMaker: Bool, cause: FillCause, causeArrival: Int64,
    causePrice: Int32, books: borrowing BookSet
  ) {
    let lane = lane(of: index)
    let instrument = Int(orders[index].instrument)
    let isBuy = orders[index].sideIndex == 0
    orders[index].openQuantity &-= quantity
    filledQuantities[index] &+= quantity
    unheardQuantities[index] &+= quantity
    let isDone = orders[index].openQuantity == 0 && reserve(index) == 0
    let place = lane &* instrumentCount &+ instrument
    if keepsBookings { beforeBooking(index, lane: lane, price: price, quantity: quantity, time: time) }
    let before = ledgers[place].fees
    if meter.isPlain {
      ledgers[place].book(
        sign: isBuy ? 1 : -1, price: price, quantity: quantity, feeRate: meter.plainRate(lane: lane, isMaker: isMaker))
    } else {
      let fee = meter.charge(
        lane: lane, instrument: instrument, side: isBuy ? .buy : .sell, isMaker: isMaker, price: price,
        quantity: quantity, order: &orderFees[index])
      ledgers[place].book(
        sign: isBuy ? 1 : -1, price: price, quantity: quantity, fee: fee, contract: contracts[instrument])
    }
    if keepsAccounts { noteFee(ledgers[place].fees - before, lane: lane) }
    statistics[lane].fills &+= 1
    if isDone {
      orders[index].state = .finished
      if orders[index].type.isPegged { special.removePeg(index) }
    }
    if lanes[lane].isRecorded {
      let cohort = Int(orders[index].cohort)
      let isQueued = isMaker && cohort >= 0
      let (bid, ask) = (
        books.bestPrice(.buy, instrument: instrument), books.bestPrice(.sell, instrument: instrument)
      )
      fills.append(
        LaneFill(
          time: time, quantity: quantity, identifier: orders[index].identifier,
          aheadWhenJoined: isQueued ? cohorts[cohort].aheadWhenJoined : .min,
          joinedTime: isQueued ? cohorts[cohort].joinedTime : .min,
          frontTime: isQueued ? cohorts[cohort].frontTime : .min, causeArrival: causeArrival,
          fee: ledgers[place].fees - before,
          bidPlusAsk: bid.isNone || ask.isNone ? .min : Int64(bid.ticks) + Int64(ask.ticks),
          sentTime: orders[index].sentTime, lane: Int32(lane), price: price, causePrice: causePrice,
          instrument: UInt16(instrument), side: isBuy ? .buy : .sell, isMaker: isMaker, cause: cause))
      note(index, isDone ? .filled : .partiallyFilled, time: time)
      lastFillTimes[index] = time
      if isDone { noteSettlement(index) }
    }
    tell(index, time: time, kind: .filled, quantity: quantity, price: price, isFinal: isDone, isMaker: isMaker)
  }

  /// An order has ended: notes when the last of its fills has changed hands, where it had any.
  @inline(never)
  private mutating func noteSettlement(_ index: Int) {
    let last = lastFillTimes[index]
    if last != .min { note(index, .settled, time: settlementTime(of: last, lane: lane(of: index))) }
  }

  /// When what traded at `time` has changed hands: the start of a business day, or at once.
  private func settlementTime(of time: Int64, lane: Int) -> Int64 {
    let days = settlementDays[lane]
    guard days > 0 else { return time }
    let calendar = BusinessCalendar.weekdays
    return Int64(calendar.day(days, after: calendar.day(of: time))) &* CarrySchedule.dayNanoseconds
  }

  // MARK: - Queues

  @inline(__always)
  static func pack(first: Int32, last: Int32) -> Int64 { Int64(first) << 32 | Int64(UInt32(bitPattern: last)) }
  @inline(__always)
  static func first(_ packed: Int64) -> Int32 { Int32(truncatingIfNeeded: packed >> 32) }
  @inline(__always)
  static func last(_ packed: Int64) -> Int32 { Int32(truncatingIfNeeded: packed) }

  /// Puts a resting order at the back of its price's queue. `isShared` says that the books' count of events is up to date,
  /// so that whoever joined under the same count joined at the same moment; inside a batch it is not.
  @inline(__always)
  mutating func joinQueue(_ index: Int, time: Int64, books: borrowing BookSet, isShared: Bool = true) {
    let order = orders.place(index)
    let instrument = Int(order.pointee.instrument)
    let sideIndex = Int(order.pointee.sideIndex)
    let price = order.pointee.price
    let side = instrument &* 2 &+ sideIndex
    let level = occupied[side].level(price: price)
    var event = Int64(truncatingIfNeeded: books.eventCount)
    if !isShared {
      unsharedJoins &-= 1
      event = unsharedJoins
    }
    let isHidden = order.pointee.marks.contains(.hidden)
    let model = lanes[lane(of: index)].queueModel
    if level.orderCount > 0 {
      let last = Self.last(level.quantity)
      let cohort = cohorts.place(Int(last))
      // No event has come between: it is the same place in the queue. Fills name the time of joining, so that counts too.
      if cohort.pointee.event == event, cohort.pointee.model == model, cohort.pointee.isHidden == isHidden,
        cohort.pointee.joinedTime == time
      {
        let lastOrder = cohort.pointee.lastOrder
        order.pointee.cohort = last
        order.pointee.previous = lastOrder
        order.pointee.next = -1
        orders[Int(lastOrder)].next = Int32(truncatingIfNeeded: index)
        cohort.pointee.lastOrder = Int32(truncatingIfNeeded: index)
        return
      }
    }
    beginCohort(index, level: level, event: event, model: model, isHidden: isHidden, time: time, books: books)
  }

  /// The first order of a new place in the queue.
  @inline(never)
  private mutating func beginCohort(
    _ index: Int, level: PriceLevel, event: Int64, model: UInt16, isHidden: Bool, time: Int64,
    books: borrowing BookSet
  ) {
    let instrument = Int(orders[index].instrument)
    let sideIndex = Int(orders[index].sideIndex)
    let price = orders[index].price
    let side = instrument &* 2 &+ sideIndex
    let standing =
      books.level(sideIndex == 0 ? .buy : .sell, at: Price(ticks: price), instrument: instrument).quantity
    let previous: Int32 = level.orderCount > 0 ? Self.last(level.quantity) : -1
    let cohort = makeCohort(
      Cohort(
        arrival: books.nextArrival, ahead: standing, frontTime: standing == 0 ? time : .min, joinedTime: time,
        aheadWhenJoined: standing, event: event, firstOrder: Int32(truncatingIfNeeded: index),
        lastOrder: Int32(truncatingIfNeeded: index), previous: previous, model: model, isHidden: isHidden))
    orders[index].cohort = cohort
    orders[index].previous = -1
    orders[index].next = -1
    if previous >= 0 { cohorts[Int(previous)].next = cohort }
    occupied[side].add(price: price, quantity: 0)
    occupied[side].setQuantity(
      price: price, Self.pack(first: previous >= 0 ? Self.first(level.quantity) : cohort, last: cohort))
  }

  @inline(__always)
  mutating func makeCohort(_ cohort: Cohort) -> Int32 {
    if freeCohorts.count > 0 {
      let place = freeCohorts.removeLast()
      cohorts[Int(place)] = cohort
      return place
    }
    cohorts.append(cohort)
    return Int32(truncatingIfNeeded: cohorts.count &- 1)
  }

  /// Takes a resting order out of its queue; an empty cohort goes with it.
  @inline(__always)
  mutating func leaveQueue(_ index: Int) {
    let order = orders.place(index)
    let number = order.pointee.cohort
    let cohort = cohorts.place(Int(number))
    let (previous, next) = (order.pointee.previous, order.pointee.next)
    if previous >= 0 { orders[Int(previous)].next = next } else { cohort.pointee.firstOrder = next }
    if next >= 0 { orders[Int(next)].previous = previous } else { cohort.pointee.lastOrder = previous }
    order.pointee.cohort = -1
    // The ladder counts cohorts: an order that leaves company behind changes nothing there.
    if cohort.pointee.firstOrder < 0 { removeCohort(number, order) }
  }

  @inline(never)
  private mutating func removeCohort(_ number: Int32, _ order: UnsafeMutablePointer<LaneOrder>) {
    let side = Int(order.pointee.instrument) &* 2 &+ Int(order.pointee.sideIndex)
    let price = order.pointee.price
    let (before, after) = (cohorts[Int(number)].previous, cohorts[Int(number)].next)
    if before >= 0 { cohorts[Int(before)].next = after }
    if after >= 0 { cohorts[Int(after)].previous = before }
    freeCohorts.append(number)
    if before < 0 || after < 0 {
      let packed = occupied[side].level(price: price).quantity
      occupied[side].setQuantity(
        price: price,
        Self.pack(first: before < 0 ? after : Self.first(packed), last: after < 0 ? before : Self.last(packed)))
    }
    _ = occupied[side].remove(price: price, quantity: 0)
  }
}
