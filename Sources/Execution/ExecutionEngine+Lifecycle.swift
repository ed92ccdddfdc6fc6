import Accounting
import MarketTypes
import OrderBooks

extension ExecutionEngine {
  // MARK: - Telling the lane

  @inline(__always)
  mutating func tell(
    _ index: Int, time: Int64, kind: Notice.Kind, quantity: Int64, price: Int32, isFinal: Bool,
    rejectReason: RejectReason = .none, cancelReason: CancelReason = .none, isMaker: Bool = false
  ) {
    let lane = Int(orders[index].lane)
    orders[index].messagesUnderWay &+= 1
    notices.append(
      Notice(
        time: time &+ routes[lane].noticeNanoseconds, venueTime: time, quantity: quantity,
        identifier: orders[index].identifier, order: Int32(truncatingIfNeeded: index), lane: Int32(lane), price: price,
        instrument: orders[index].instrument, kind: kind, rejectReason: rejectReason, cancelReason: cancelReason,
        side: orders[index].side, isFinal: isFinal, isMaker: isMaker), route: routes[lane].notice)
  }

  mutating func reject(_ index: Int, time: Int64, reason: RejectReason) {
    orders[index].state = .finished
    statistics.venueRejects += 1
    tell(
      index, time: time, kind: .rejected, quantity: orders[index].openQuantity, price: orders[index].price,
      isFinal: true, rejectReason: reason)
  }

  mutating func finish(_ index: Int, time: Int64, kind: Notice.Kind, cancelReason: CancelReason) {
    orders[index].state = .finished
    tell(
      index, time: time, kind: kind, quantity: orders[index].openQuantity, price: orders[index].price, isFinal: true,
      cancelReason: cancelReason)
  }

  /// What the lane learns from a notice that reached it.
  @inline(__always)
  mutating func learn(_ notice: Notice) {
    let index = Int(notice.order)
    let lane = Int(notice.lane)
    let place = lane &* instrumentCount &+ Int(notice.instrument)
    let openPlace = 2 &* place &+ Int(orders[index].sideIndex)
    switch notice.kind {
    case .accepted: orders[index].isAcknowledged = true
    case .filled:
      knownLots[place] &+= notice.side == .buy ? notice.quantity : 0 &- notice.quantity
      orders[index].knownQuantity &-= notice.quantity
      openQuantities[openPlace] &-= notice.quantity
    case .rejected, .cancelled:
      openQuantities[openPlace] &-= orders[index].knownQuantity
      orders[index].knownQuantity = 0
    case .amended:
      openQuantities[openPlace] &+= notice.quantity &- orders[index].knownQuantity
      orders[index].knownQuantity = notice.quantity
    case .cancelRejected: orders[index].isCancelSent = false
    case .amendRejected: break
    }
    settleMessage(index)
  }

  /// A message about an order has been dealt with; its place is free once none is left and the order is done.
  @inline(__always)
  mutating func settleMessage(_ index: Int) {
    orders[index].messagesUnderWay &-= 1
    if orders[index].messagesUnderWay == 0, orders[index].state == .finished {
      orders[index].state = .free
      orders[index].knownQuantity = 0
      let lane = Int(orders[index].lane)
      let place = index &- lane &* ordersPerLane
      usedPlaces[lane &* wordsPerLane &+ place >> 6] &= ~(1 << UInt64(place & 63))
    }
  }

  // MARK: - Filling

  /// Books a fill at the venue and tells the lane.
  @inline(__always)
  mutating func fill(
    _ index: Int, time: Int64, quantity: Int64, price: Int32, isMaker: Bool, cause: FillCause, causeArrival: Int64,
    causePrice: Int32
  ) {
    let lane = Int(orders[index].lane)
    let instrument = Int(orders[index].instrument)
    let isBuy = orders[index].sideIndex == 0
    orders[index].openQuantity &-= quantity
    let isDone = orders[index].openQuantity == 0
    ledgers[lane &* instrumentCount &+ instrument].book(
      sign: isBuy ? 1 : -1, price: price, quantity: quantity,
      feeRate: isMaker ? feeSchedules[lane].maker : feeSchedules[lane].taker)
    statistics.fills += 1
    if keepsFills {
      let cohort = Int(orders[index].cohort)
      fills.append(
        LaneFill(
          time: time, quantity: quantity, identifier: orders[index].identifier,
          aheadWhenJoined: orders[index].aheadWhenJoined, joinedTime: orders[index].joinedTime,
          frontTime: isMaker && cohort >= 0 ? cohorts[cohort].frontTime : .min, causeArrival: causeArrival,
          lane: Int32(lane), price: price, causePrice: causePrice, instrument: UInt16(instrument),
          side: isBuy ? .buy : .sell, isMaker: isMaker, cause: cause))
    }
    if isDone { orders[index].state = .finished }
    tell(
      index, time: time, kind: .filled, quantity: quantity, price: price, isFinal: isDone, isMaker: isMaker)
  }

  // MARK: - Queues

  /// Puts a resting order at the back of its price's queue.
  @inline(__always)
  mutating func joinQueue(_ index: Int, time: Int64, books: borrowing BookSet) {
    let instrument = orders[index].instrument
    let sideIndex = orders[index].sideIndex
    let price = orders[index].price
    let key = PriceTable.key(instrument: instrument, sideIndex: sideIndex, price: price)
    var level = Int(levelTable.find(key))
    if level < 0 {
      level = levels.count
      levels.append(LaneLevel(price: price, instrument: instrument, sideIndex: sideIndex))
      levelTable.insert(key, value: Int32(level))
    }
    let ahead =
      books.level(sideIndex == 0 ? .buy : .sell, at: Price(ticks: price), instrument: Int(instrument)).quantity
    let last = Int(levels[level].lastCohort)
    let cohort: Int
    // The same arrival count and the same quantity ahead: nothing has come between, so it is the same place.
    if last >= 0, cohorts[last].arrival == books.nextArrival, cohorts[last].ahead == ahead {
      cohort = last
    } else {
      cohort = makeCohort(
        Cohort(
          arrival: books.nextArrival, ahead: ahead, frontTime: ahead == 0 ? time : .min, previous: Int32(last),
          level: Int32(level)))
      if last >= 0 { cohorts[last].next = Int32(cohort) } else { levels[level].firstCohort = Int32(cohort) }
      levels[level].lastCohort = Int32(cohort)
    }
    let lastOrder = cohorts[cohort].lastOrder
    orders[index].cohort = Int32(cohort)
    orders[index].previous = lastOrder
    orders[index].next = -1
    orders[index].joinedTime = time
    orders[index].aheadWhenJoined = ahead
    if lastOrder >= 0 {
      orders[Int(lastOrder)].next = Int32(index)
    } else {
      cohorts[cohort].firstOrder = Int32(index)
    }
    cohorts[cohort].lastOrder = Int32(index)
    occupied[Int(instrument) &* 2 &+ Int(sideIndex)].add(price: price, quantity: 0)
  }

  private mutating func makeCohort(_ cohort: Cohort) -> Int {
    if freeCohorts.count > 0 {
      let place = Int(freeCohorts.removeLast())
      cohorts[place] = cohort
      return place
    }
    cohorts.append(cohort)
    return cohorts.count - 1
  }

  /// Takes a resting order out of its queue; an empty cohort goes with it.
  @inline(__always)
  mutating func leaveQueue(_ index: Int) {
    let cohort = Int(orders[index].cohort)
    let (previous, next) = (orders[index].previous, orders[index].next)
    if previous >= 0 { orders[Int(previous)].next = next } else { cohorts[cohort].firstOrder = next }
    if next >= 0 { orders[Int(next)].previous = previous } else { cohorts[cohort].lastOrder = previous }
    orders[index].cohort = -1
    let place = Int(orders[index].instrument) &* 2 &+ Int(orders[index].sideIndex)
    _ = occupied[place].remove(price: orders[index].price, quantity: 0)
    guard cohorts[cohort].firstOrder < 0 else { return }
    let level = Int(cohorts[cohort].level)
    let (before, after) = (cohorts[cohort].previous, cohorts[cohort].next)
    if before >= 0 { cohorts[Int(before)].next = after } else { levels[level].firstCohort = after }
    if after >= 0 { cohorts[Int(after)].previous = before } else { levels[level].lastCohort = before }
    freeCohorts.append(Int32(cohort))
  }
}
