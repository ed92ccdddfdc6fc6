import MarketTypes
public import OrderBooks

/// What market events do to resting lane orders.
///
/// Order-level feeds need no estimate. A market order with arrival count s that leaves its queue moves up exactly the
/// lane orders that joined after it. When it is executed, every lane order of its level that joined before it would have
/// been executed first, and so would every lane order at a better price: those fill, each lane at most for the quantity
/// traded. A market order that arrives on the other side at or through a lane's price fills it as well.
extension ExecutionEngine: BookObserver {
  @inline(__always)
  public mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
    feedNanoseconds = change.feedNanoseconds
    let concerns = mayConcern(change)
    if change.touchMoved { touchMoved(change, isLast: !concerns, books: books) }
    if concerns { followed(change, books: books) }
  }

  /// Whether an event could do anything to any lane's order; most cannot. Small, so that it is compiled into the replay
  /// loop: a call for every event took a fifth of a replay's time.
  @inline(__always)
  private func mayConcern(_ change: BookChange) -> Bool {
    switch change.code.operationNumber {
    case EventCode.Operation.add.rawValue:
      guard change.slot != .max else { return false }
      if !feedKinds[Int(change.instrument)].namesOrders { return true }
      let opposite = Int(change.instrument) &* 2 &+ (1 &- change.sideIndex)
      // An empty side's best key is below every price's.
      return occupied[opposite].best >= occupied[opposite].key(change.price)
    case EventCode.Operation.cancel.rawValue, EventCode.Operation.reduce.rawValue:
      guard change.arrival != BookChange.noArrival else { return false }
      return occupied[Int(change.instrument) &* 2 &+ change.sideIndex].isOccupied(price: change.price)
    default: return true
    }
  }

  /// The best bid or offer changed: the middle does before the event fills anything, pegs follow after that.
  @inline(never)
  private mutating func touchMoved(_ change: BookChange, isLast: Bool, books: borrowing BookSet) {
    noteMiddle(instrument: Int(change.instrument), time: change.time, books: books)
    if isLast, special.hasPegs { followPegs(change, books: books) }
  }

  @inline(never)
  private mutating func followed(_ change: BookChange, books: borrowing BookSet) {
    switch change.code.operationNumber {
    case EventCode.Operation.add.rawValue:
      guard change.slot != .max else { break }
      feedKinds[Int(change.instrument)].namesOrders = true
      arrived(change, books: books)
    case EventCode.Operation.cancel.rawValue, EventCode.Operation.reduce.rawValue:
      guard change.arrival != BookChange.noArrival else { break }
      moveUp(change, price: change.price, quantity: change.quantity)
    case EventCode.Operation.executeWhole.rawValue, EventCode.Operation.executePart.rawValue,
      EventCode.Operation.executePriced.rawValue:
      guard change.arrival != BookChange.noArrival else { break }
      let side = Int(change.instrument) &* 2 &+ change.sideIndex
      stamp &+= 1
      if occupied[side].best >= occupied[side].key(change.price) { executed(change, movesUp: true, books: books) }
      if special.isWatching, !change.code.isMarked { marketTraded(change, books: books) }
    case EventCode.Operation.modify.rawValue:
      guard change.arrival != BookChange.noArrival else { break }
      moveUp(change, price: change.oldPrice, quantity: change.oldQuantity)
      modified(change, books: books)
      arrived(change, books: books)
    case EventCode.Operation.fill.rawValue:
      // A fill beyond the order's price is an aggressor's: nothing that rested beside the order was executed.
      guard change.arrival != BookChange.noArrival, !change.code.isMarked else { break }
      stamp &+= 1
      executed(change, movesUp: false, books: books)
    case EventCode.Operation.trade.rawValue: traded(change, books: books)
    case EventCode.Operation.setLevel.rawValue: levelSet(change, books: books)
    case EventCode.Operation.quote.rawValue: quoted(change, books: books)
    case EventCode.Operation.bar.rawValue: barEnded(change, books: books)
    case EventCode.Operation.status.rawValue: statusChanged(change, books: books)
    case EventCode.Operation.clear.rawValue, EventCode.Operation.snapshotBegin.rawValue:
      forgetTaken(instrument: change.instrument)
    default: break
    }
    if change.touchMoved, special.hasPegs { followPegs(change, books: books) }
  }

  /// A market order joined the book: lane orders on the other side that it reaches fill.
  @inline(__always)
  private mutating func arrived(_ change: BookChange, books: borrowing BookSet) {
    let opposite = Int(change.instrument) &* 2 &+ (1 &- change.sideIndex)
    // Keys of the other side grow towards better prices: it is reached from its best down to the arriving price.
    if occupied[opposite].best < occupied[opposite].key(change.price) { return }
    crossed(change, books: books)
  }

  @inline(never)
  private mutating func crossed(_ change: BookChange, books: borrowing BookSet) {
    guard Self.isTradable(change.instrument, books: books), !change.code.isMarked else { return }
    stamp &+= 1
    fillLevels(
      change, sideIndex: 1 - change.sideIndex, downTo: change.price, isInclusive: true, cause: .crossedByArrival,
      books: books)
  }

  /// No strategy trades on a book that is crossed or being rebuilt.
  static func isTradable(_ instrument: UInt16, books: borrowing BookSet) -> Bool {
    if books.isInSnapshot(instrument: Int(instrument)) { return false }
    let (bid, ask) = (
      books.bestPrice(.buy, instrument: Int(instrument)), books.bestPrice(.sell, instrument: Int(instrument))
    )
    return bid.isNone || ask.isNone || bid <= ask
  }

  /// A market order left the queue or shrank: lane orders that joined after it move up.
  @inline(__always)
  private mutating func moveUp(_ change: BookChange, price: Int32, quantity: Int64) {
    let level = occupied[Int(change.instrument) &* 2 &+ change.sideIndex].level(price: price)
    guard level.orderCount > 0 else { return }
    var cohort = Int(Self.last(level.quantity))
    while cohort >= 0, cohorts[cohort].arrival > change.arrival {
      advance(cohort, by: quantity, time: change.time)
      cohort = Int(cohorts[cohort].previous)
    }
  }

  @inline(__always)
  func advance(_ cohort: Int, by quantity: Int64, time: Int64) {
    setAhead(cohort, max(0, cohorts[cohort].ahead &- quantity), time: time)
  }

  @inline(__always)
  func setAhead(_ cohort: Int, _ ahead: Int64, time: Int64) {
    if ahead == 0, cohorts[cohort].ahead > 0 { cohorts[cohort].frontTime = time }
    cohorts[cohort].ahead = ahead
  }

  @inline(never)
  private mutating func executed(_ change: BookChange, movesUp: Bool, books: borrowing BookSet) {
    fillLevels(
      change, sideIndex: change.sideIndex, downTo: change.price, isInclusive: false, cause: .tradedThrough,
      books: books)
    let side = Int(change.instrument) &* 2 &+ change.sideIndex
    let level = occupied[side].level(price: change.price)
    guard level.orderCount > 0 else { return }
    // Before anything joins anew: the books have taken this quantity off what such an order finds ahead of it.
    if movesUp { moveUp(change, price: change.price, quantity: change.quantity) }
    var cohort = Int(Self.first(level.quantity))
    while cohort >= 0, cohorts[cohort].arrival <= change.arrival {
      let next = Int(cohorts[cohort].next)
      if !cohorts[cohort].isHidden {
        fillCohort(cohort, quantity: change.quantity, change: change, cause: .queueReached, books: books)
      }
      cohort = next
    }
  }

  /// Fills lane orders of a side from its best price down to a limit, each lane for at most the event's quantity.
  mutating func fillLevels(
    _ change: BookChange, sideIndex: Int, downTo price: Int32, isInclusive: Bool, cause: FillCause,
    books: borrowing BookSet
  ) {
    let side = Int(change.instrument) &* 2 &+ sideIndex
    let limit = occupied[side].key(price)
    let best = occupied[side].best
    if best == LadderSide.noKey || (isInclusive ? best < limit : best <= limit) { return }
    // Orders that stay partly open keep their level occupied, so prices are listed before any of them is touched.
    scratchPrices.removeAll()
    occupied[side].forEachLevel { levelPrice, _ in
      let key = occupied[side].key(levelPrice)
      guard isInclusive ? key >= limit : key > limit else { return false }
      scratchPrices.append(levelPrice)
      return true
    }
    for place in 0..<scratchPrices.count {
      fillLevel(side, price: scratchPrices[place], change: change, cause: cause, books: books)
    }
  }

  /// Fills all lane orders of one price in turn, and what icebergs among them show anew after those that stood there
  /// before, until the event's quantity is used up. `trade` is what they trade at, if not their price.
  ///
  /// Joins inside events have ever lower numbers, which tell apart what has joined since.
  mutating func fillLevel(
    _ side: Int, price: Int32, change: BookChange, cause: FillCause, at trade: Int32? = nil, books: borrowing BookSet
  ) {
    var level = occupied[side].level(price: price)
    var cohort = level.orderCount > 0 ? Int(Self.first(level.quantity)) : -1
    while cohort >= 0 {
      let lastJoin = unsharedJoins
      while cohort >= 0, cohorts[cohort].event >= lastJoin {
        let next = Int(cohorts[cohort].next)
        fillCohort(cohort, quantity: change.quantity, change: change, cause: cause, price: trade, books: books)
        cohort = next
      }
      if unsharedJoins == lastJoin { return }
      // What was shown anew stands at the back, each part for itself.
      level = occupied[side].level(price: price)
      cohort = Int(Self.last(level.quantity))
      while cohorts[cohort].previous >= 0, cohorts[Int(cohorts[cohort].previous)].event < lastJoin {
        cohort = Int(cohorts[cohort].previous)
      }
    }
  }

  /// What a lane has of the event being handled already: nothing, but for an order that it took from before the order changed.
  @inline(__always)
  func beginTaking(lane: Int, change: BookChange, cause: FillCause, books: borrowing BookSet) {
    guard takenStamp[lane] != stamp else { return }
    takenStamp[lane] = stamp
    takenNow[lane] = 0
    if cause == .crossedByArrival, !takenLiquidity[lane].isEmpty, let order = books.order(at: change.slot) {
      takenNow[lane] = takenQuantity(lane: lane, slot: change.slot, arrival: order.arrival)
    }
  }

  /// Fills a cohort's orders in turn, each lane for at most the event's quantity over all its orders.
  mutating func fillCohort(
    _ cohort: Int, quantity: Int64, change: BookChange, cause: FillCause, price: Int32? = nil,
    books: borrowing BookSet
  ) {
    var index = Int(cohorts[cohort].firstOrder)
    while index >= 0 {
      let next = Int(orders[index].next)
      let lane = lane(of: index)
      beginTaking(lane: lane, change: change, cause: cause, books: books)
      var filled = min(orders[index].openQuantity, quantity &- takenNow[lane])
      var trade = price ?? orders[index].price
      if cause == .barRange, arrivedDuringBar(index) {
        // Of the bar only its end came after the order.
        trade = orders[index].price
        if !Self.isThrough(change.price, trade, sideIndex: orders[index].sideIndex) { filled = 0 }
      }
      if filled > 0, !drawsFills || !misses(index, change: change, cause: cause, books: books) {
        takenNow[lane] &+= filled
        if cause == .crossedByArrival { rememberArrival(lane: lane, change, quantity: filled, books: books) }
        fill(
          index, time: change.time, quantity: filled, price: trade, isMaker: true, cause: cause,
          causeArrival: change.arrival, causePrice: change.price, books: books)
        if orders[index].openQuantity == 0 {
          leaveQueue(index)
          if orders[index].state != .finished { showMore(index, time: change.time, books: books) }
        }
      }
      index = next
    }
  }
}
