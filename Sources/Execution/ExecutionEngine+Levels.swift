import MarketTypes
import OrderBooks

/// Feeds that do not name orders: level totals, quotes, trade prints and bars.
extension ExecutionEngine {
  /// A trade print: on feeds without orders it uses up what is ahead and then fills.
  @inline(never)
  mutating func traded(_ change: BookChange, books: borrowing BookSet) {
    guard Int(change.instrument) < instrumentCount, change.price != .min else { return }
    stamp &+= 1
    if special.isWatching { marketTraded(change, books: books) }
    if !books.hasBook(instrument: Int(change.instrument)) {
      noteMiddle(instrument: Int(change.instrument), time: change.time, books: books)
    }
    // Executions of named orders already say this.
    if feedKinds[Int(change.instrument)].namesOrders || change.code.isMarked { return }
    let restingSide = 1 - change.sideIndex
    let side = Int(change.instrument) &* 2 &+ restingSide
    if occupied[side].best == LadderSide.noKey { return }
    fillLevels(
      change, sideIndex: restingSide, downTo: change.price, isInclusive: false, cause: .tradedThrough, books: books)
    let level = occupied[side].level(price: change.price)
    guard level.orderCount > 0 else { return }
    var cohort = Int(Self.first(level.quantity))
    let lastJoin = unsharedJoins
    while cohort >= 0, cohorts[cohort].event >= lastJoin {
      let next = Int(cohorts[cohort].next)
      if !cohorts[cohort].isHidden {
        let ahead = cohorts[cohort].ahead
        cohorts[cohort].traded &+= change.quantity
        advance(cohort, by: change.quantity, time: change.time)
        if change.quantity > ahead {
          fillCohort(
            cohort, quantity: change.quantity - ahead, change: change, cause: .tradeAtPrice, books: books)
        }
      }
      cohort = next
    }
  }

  /// A level's total changed: the lane's queue model says how much of that was ahead; new quantity on the other side may
  /// cross lane orders.
  @inline(never)
  mutating func levelSet(_ change: BookChange, books: borrowing BookSet) {
    guard Int(change.instrument) < instrumentCount, change.price != .min else { return }
    levelMoved(
      Int(change.instrument) &* 2 &+ change.sideIndex, price: change.price, from: change.oldQuantity,
      to: change.quantity, time: change.time)
    levelHolds(Int(change.instrument) &* 2 &+ change.sideIndex, price: change.price, change.quantity)
    if change.quantity > change.oldQuantity {
      crossedBy(
        change, sideIndex: change.sideIndex, price: change.price, quantity: change.quantity &- change.oldQuantity,
        books: books)
    }
  }

  private mutating func levelMoved(_ side: Int, price: Int32, from old: Int64, to new: Int64, time: Int64) {
    let level = occupied[side].level(price: price)
    var cohort = level.orderCount > 0 ? Int(Self.first(level.quantity)) : -1
    while cohort >= 0 {
      let model = queueModels[Int(cohorts[cohort].model)]
      setAhead(
        cohort, model.ahead(cohorts[cohort].ahead, traded: cohorts[cohort].traded, from: old, to: new), time: time)
      cohorts[cohort].traded = 0
      cohort = Int(cohorts[cohort].next)
    }
  }

  private mutating func crossedBy(
    _ change: BookChange, sideIndex: Int, price: Int32, quantity: Int64, books: borrowing BookSet
  ) {
    let opposite = Int(change.instrument) &* 2 &+ (1 &- sideIndex)
    let best = occupied[opposite].best
    if quantity <= 0 || best == LadderSide.noKey || best < occupied[opposite].key(price) { return }
    guard Self.isTradable(change.instrument, books: books), !change.code.isMarked else { return }
    var arrival = change
    arrival.price = price
    arrival.quantity = quantity
    // A quote has no side of its own.
    arrival.code.rawValue = change.code.rawValue & ~0x20 | UInt8(truncatingIfNeeded: sideIndex << 5)
    stamp &+= 1
    fillLevels(
      arrival, sideIndex: 1 - sideIndex, downTo: price, isInclusive: true, cause: .crossedByArrival, books: books)
  }

  /// A quote: the two levels of the touch are now these, and may cross lane orders.
  @inline(never)
  mutating func quoted(_ change: BookChange, books: borrowing BookSet) {
    let instrument = Int(change.instrument)
    // Beside a depth feed quotes speak of another moment, and would count the same shares twice.
    guard instrument < instrumentCount, !books.hasDepth(instrument: instrument) else { return }
    let before = feedKinds[instrument]
    feedKinds[instrument].quote = (change.price, change.quantity, change.oldPrice, change.oldQuantity)
    for (side, old, new) in [(0, before.quote.0, change.price), (1, before.quote.2, change.oldPrice)]
    where old != .min && old != new { levelHolds(2 &* instrument &+ side, price: old, 0) }
    if change.price != .min { levelHolds(2 &* instrument, price: change.price, change.quantity) }
    if change.oldPrice != .min { levelHolds(2 &* instrument &+ 1, price: change.oldPrice, change.oldQuantity) }
    if change.price != .min {
      let old = before.quote.0 == change.price ? before.quote.1 : change.quantity
      levelMoved(2 &* instrument, price: change.price, from: old, to: change.quantity, time: change.time)
      let fresh = before.quote.0 == change.price ? change.quantity &- old : change.quantity
      crossedBy(change, sideIndex: 0, price: change.price, quantity: fresh, books: books)
    }
    if change.oldPrice != .min {
      let old = before.quote.2 == change.oldPrice ? before.quote.3 : change.oldQuantity
      levelMoved(
        2 &* instrument &+ 1, price: change.oldPrice, from: old, to: change.oldQuantity, time: change.time)
      let fresh = before.quote.2 == change.oldPrice ? change.oldQuantity &- old : change.oldQuantity
      crossedBy(change, sideIndex: 1, price: change.oldPrice, quantity: fresh, books: books)
    }
  }

  /// A bar fills what its range went through, not merely touched, up to its volume; orders that it opened beyond fill at
  /// the open. A bar without volume sets no bound. Of an order that came during the bar nobody knows what traded after it but
  /// the close: only a close beyond its price fills it.
  @inline(never)
  mutating func barEnded(_ change: BookChange, books: borrowing BookSet) {
    guard Int(change.instrument) < instrumentCount,
      let bar = books.lastBar(instrument: Int(change.instrument))
    else { return }
    noteMiddle(instrument: Int(change.instrument), time: change.time, books: books)
    var change = change
    if change.quantity <= 0 { change.quantity = .max }
    stamp &+= 1
    barStart = feedKinds[Int(change.instrument)].lastBarTime
    feedKinds[Int(change.instrument)].lastBarTime = change.time
    if special.isWatching { barPassed(change, bar, books: books) }
    for sideIndex in 0..<2 {
      let side = Int(change.instrument) &* 2 &+ sideIndex
      if occupied[side].best == LadderSide.noKey { continue }
      let reach = sideIndex == 0 ? bar.low.ticks : bar.high.ticks
      let limit = occupied[side].key(reach)
      let open = occupied[side].key(bar.open.ticks)
      scratchPrices.removeAll()
      occupied[side].forEachLevel { price, _ in
        guard occupied[side].key(price) > limit else { return false }
        scratchPrices.append(price)
        return true
      }
      for place in 0..<scratchPrices.count {
        let price = scratchPrices[place]
        fillLevel(
          side, price: price, change: change, cause: .barRange,
          at: occupied[side].key(price) >= open ? bar.open.ticks : price, books: books)
      }
    }
  }
}
