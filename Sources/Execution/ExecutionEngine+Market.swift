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
    switch change.code.operationNumber {
    case EventCode.Operation.add.rawValue:
      if Int(change.instrument) < instrumentCount { feedKinds[Int(change.instrument)].namesOrders = true }
      arrived(change, books: books)
    case EventCode.Operation.cancel.rawValue, EventCode.Operation.reduce.rawValue:
      let side = Int(change.instrument) &* 2 &+ change.sideIndex
      if change.arrival != BookChange.noArrival, occupied[side].level(price: change.price).orderCount > 0 {
        moveUp(change, price: change.price, quantity: change.quantity)
      }
    case EventCode.Operation.executeWhole.rawValue, EventCode.Operation.executePart.rawValue,
      EventCode.Operation.executePriced.rawValue:
      guard change.arrival != BookChange.noArrival else { return }
      let side = Int(change.instrument) &* 2 &+ change.sideIndex
      let best = occupied[side].best
      if best == LadderSide.noKey || best < occupied[side].key(change.price) { return }
      executed(change, movesUp: true)
    case EventCode.Operation.modify.rawValue:
      guard change.arrival != BookChange.noArrival else { return }
      let side = Int(change.instrument) &* 2 &+ change.sideIndex
      if occupied[side].level(price: change.oldPrice).orderCount > 0 {
        moveUp(change, price: change.oldPrice, quantity: change.oldQuantity)
      }
      arrived(change, books: books)
    case EventCode.Operation.fill.rawValue:
      guard change.arrival != BookChange.noArrival else { return }
      executed(change, movesUp: false)
    case EventCode.Operation.trade.rawValue: traded(change)
    case EventCode.Operation.setLevel.rawValue: levelSet(change, books: books)
    case EventCode.Operation.quote.rawValue: quoted(change, books: books)
    case EventCode.Operation.bar.rawValue: barEnded(change, books: books)
    default: break
    }
  }

  /// A market order joined the book: lane orders on the other side that it reaches fill.
  @inline(__always)
  private mutating func arrived(_ change: BookChange, books: borrowing BookSet) {
    guard change.slot != .max else { return }
    let opposite = Int(change.instrument) &* 2 &+ (1 &- change.sideIndex)
    // Keys of the other side grow towards better prices: it is reached from its best down to the arriving price.
    let best = occupied[opposite].best
    if best == LadderSide.noKey || best < occupied[opposite].key(change.price) { return }
    crossed(change, books: books)
  }

  @inline(never)
  private mutating func crossed(_ change: BookChange, books: borrowing BookSet) {
    guard Self.isTradable(change.instrument, books: books), !change.code.isMarked else { return }
    stamp &+= 1
    fillLevels(
      change.instrument, sideIndex: 1 - change.sideIndex, downTo: change.price, isInclusive: true,
      quantity: change.quantity, change: change, cause: .crossedByArrival)
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
  @inline(never)
  private mutating func moveUp(_ change: BookChange, price: Int32, quantity: Int64) {
    let level = levelIndex(change.instrument, change.sideIndex, price)
    guard level >= 0 else { return }
    var cohort = Int(levels[level].lastCohort)
    while cohort >= 0, cohorts[cohort].arrival > change.arrival {
      advance(cohort, by: quantity, time: change.time)
      cohort = Int(cohorts[cohort].previous)
    }
  }

  @inline(__always)
  private func advance(_ cohort: Int, by quantity: Int64, time: Int64) {
    let ahead = max(0, cohorts[cohort].ahead &- quantity)
    if ahead == 0, cohorts[cohort].ahead > 0 { cohorts[cohort].frontTime = time }
    cohorts[cohort].ahead = ahead
  }

  @inline(__always)
  func levelIndex(_ instrument: UInt16, _ sideIndex: Int, _ price: Int32) -> Int {
    Int(levelTable.find(PriceTable.key(instrument: instrument, sideIndex: UInt8(sideIndex), price: price)))
  }

  @inline(never)
  private mutating func executed(_ change: BookChange, movesUp: Bool) {
    stamp &+= 1
    fillLevels(
      change.instrument, sideIndex: change.sideIndex, downTo: change.price, isInclusive: false,
      quantity: change.quantity, change: change, cause: .tradedThrough)
    let level = levelIndex(change.instrument, change.sideIndex, change.price)
    guard level >= 0 else { return }
    var cohort = Int(levels[level].firstCohort)
    while cohort >= 0, cohorts[cohort].arrival <= change.arrival {
      let next = Int(cohorts[cohort].next)
      fillCohort(cohort, quantity: change.quantity, change: change, cause: .queueReached)
      cohort = next
    }
    if movesUp { moveUp(change, price: change.price, quantity: change.quantity) }
  }

  /// Fills lane orders of a side from its best price down to a limit.
  private mutating func fillLevels(
    _ instrument: UInt16, sideIndex: Int, downTo price: Int32, isInclusive: Bool, quantity: Int64, change: BookChange,
    cause: FillCause
  ) {
    let side = Int(instrument) &* 2 &+ sideIndex
    let limit = occupied[side].key(price)
    // Orders that stay partly open keep their level occupied, so prices are listed before any of them is touched.
    var prices: [Int32] = []
    occupied[side].forEachLevel { levelPrice, _ in
      let key = occupied[side].key(levelPrice)
      guard isInclusive ? key >= limit : key > limit else { return false }
      prices.append(levelPrice)
      return true
    }
    for levelPrice in prices {
      let level = levelIndex(instrument, sideIndex, levelPrice)
      guard level >= 0 else { continue }
      var cohort = Int(levels[level].firstCohort)
      while cohort >= 0 {
        let next = Int(cohorts[cohort].next)
        fillCohort(cohort, quantity: quantity, change: change, cause: cause)
        cohort = next
      }
    }
  }

  /// Fills a cohort's orders in turn, each lane for at most the event's quantity over all its orders.
  private mutating func fillCohort(_ cohort: Int, quantity: Int64, change: BookChange, cause: FillCause) {
    var index = Int(cohorts[cohort].firstOrder)
    while index >= 0 {
      let next = Int(orders[index].next)
      let lane = Int(orders[index].lane)
      if takenStamp[lane] != stamp {
        takenStamp[lane] = stamp
        takenNow[lane] = 0
      }
      let filled = min(orders[index].openQuantity, quantity &- takenNow[lane])
      if filled > 0 {
        takenNow[lane] &+= filled
        fill(
          index, time: change.time, quantity: filled, price: orders[index].price, isMaker: true, cause: cause,
          causeArrival: change.arrival, causePrice: change.price)
        if orders[index].openQuantity == 0 { leaveQueue(index) }
      }
      index = next
    }
  }

  // MARK: - Level feeds, quotes and bars

  /// A trade print: on feeds without orders it uses up what is ahead and then fills.
  @inline(never)
  private mutating func traded(_ change: BookChange) {
    // Executions of named orders already say this.
    if feedKinds[Int(change.instrument)].namesOrders || change.price == .min || change.code.isMarked { return }
    let restingSide = 1 - change.sideIndex
    let best = occupied[Int(change.instrument) &* 2 &+ restingSide].best
    if best == LadderSide.noKey { return }
    stamp &+= 1
    fillLevels(
      change.instrument, sideIndex: restingSide, downTo: change.price, isInclusive: false, quantity: change.quantity,
      change: change, cause: .tradedThrough)
    let level = levelIndex(change.instrument, restingSide, change.price)
    guard level >= 0 else { return }
    var cohort = Int(levels[level].firstCohort)
    while cohort >= 0 {
      let next = Int(cohorts[cohort].next)
      let ahead = cohorts[cohort].ahead
      advance(cohort, by: change.quantity, time: change.time)
      if change.quantity > ahead {
        fillCohort(cohort, quantity: change.quantity - ahead, change: change, cause: .tradeAtPrice)
      }
      cohort = next
    }
  }

  /// A level's total changed: the risk-averse model lets nothing move up except what cannot be ahead any more.
  @inline(never)
  private mutating func levelSet(_ change: BookChange, books: borrowing BookSet) {
    let side = Int(change.instrument) &* 2 &+ change.sideIndex
    if occupied[side].level(price: change.price).orderCount > 0 {
      let level = levelIndex(change.instrument, change.sideIndex, change.price)
      var cohort = level >= 0 ? Int(levels[level].firstCohort) : -1
      while cohort >= 0 {
        let excess = cohorts[cohort].ahead &- change.quantity
        if excess > 0 { advance(cohort, by: excess, time: change.time) }
        cohort = Int(cohorts[cohort].next)
      }
    }
    if change.quantity > change.oldQuantity {
      var arrival = change
      arrival.slot = 0
      arrival.quantity = change.quantity &- change.oldQuantity
      arrived(arrival, books: books)
    }
  }

  @inline(never)
  private mutating func quoted(_ change: BookChange, books: borrowing BookSet) {
    for (sideIndex, price, quantity) in [
      (0, change.price, change.quantity), (1, change.oldPrice, change.oldQuantity),
    ] where price != .min {
      var arrival = change
      arrival.code = EventCode(.add, side: sideIndex == 0 ? .buy : .sell)
      arrival.slot = 0
      arrival.price = price
      arrival.quantity = quantity
      arrived(arrival, books: books)
    }
  }

  /// A bar fills what its range went through, not merely touched, up to its volume.
  @inline(never)
  private mutating func barEnded(_ change: BookChange, books: borrowing BookSet) {
    guard let bar = books.lastBar(instrument: Int(change.instrument)) else { return }
    stamp &+= 1
    for (sideIndex, price) in [(0, bar.low.ticks), (1, bar.high.ticks)] {
      fillLevels(
        change.instrument, sideIndex: sideIndex, downTo: price, isInclusive: false, quantity: change.quantity,
        change: change, cause: .barRange)
    }
  }
}
