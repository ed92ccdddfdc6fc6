import MarketTypes
import OrderBooks

/// Bars and trade prints without a book: orders fill at the last price or at the next.
extension ExecutionEngine {
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

  /// Trades with an event, for no more than it has left for the lane; what is left of the order waits on.
  mutating func fillAtPrice(
    _ index: Int, price: Int32, change: BookChange, cause: FillCause, books: borrowing BookSet
  ) {
    let lane = lane(of: index)
    beginTaking(lane: lane, change: change, cause: cause, books: books)
    let quantity = min(orders[index].openQuantity, change.quantity &- takenNow[lane])
    guard quantity > 0 else { return }
    takenNow[lane] &+= quantity
    let isWhole = quantity == orders[index].openQuantity
    if isWhole {
      special.remove(index)
      orders[index].state = .sent
    }
    fill(
      index, time: change.time, quantity: quantity, price: price, isMaker: false, cause: cause,
      causeArrival: change.arrival, causePrice: price, books: books)
  }

  /// The order was sent after the bar began, by a lane that could have heard of more than the bar's beginning.
  @inline(never)
  func arrivedDuringBar(_ index: Int) -> Bool {
    let feed = lanes[lane(of: index)].feedNanoseconds
    return barStart != .min && feed != .max && orders[index].sentTime &- feed > barStart
  }

  /// Whether a price lies beyond an order's limit, so that the market has traded through it.
  static func isThrough(_ price: Int32, _ limit: Int32, sideIndex: UInt8) -> Bool {
    sideIndex == 0 ? price < limit : price > limit
  }

  /// A bar: stops trigger inside its range and fill no better than the open, orders that waited fill at the open. For those
  /// that came during the bar only its close is known to be later.
  mutating func barPassed(_ change: BookChange, _ bar: MarketEvent.Bar, books: borrowing BookSet) {
    for order in special.waiting where orders[Int(order)].instrument == change.instrument {
      let index = Int(order)
      guard orders[index].state == .waiting, !orders[index].timeInForce.isAuctionOnly else { continue }
      let isLate = arrivedDuringBar(index)
      if orders[index].type.isStop {
        let isBuy = orders[index].sideIndex == 0
        let (worst, best) = isBuy ? (bar.high.ticks, bar.low.ticks) : (bar.low.ticks, bar.high.ticks)
        let opensBeyond = !isLate && isTriggered(index, by: bar.open.ticks)
        if opensBeyond || isTriggered(index, by: isLate ? bar.close.ticks : worst) {
          let price = opensBeyond ? bar.open.ticks : isLate ? bar.close.ticks : extras[index].stopPrice
          triggerInBar(index, price: price, change: change, books: books)
        } else {
          follow(index, isLate ? bar.close.ticks : best)
        }
      } else {
        fillAtPrice(
          index, price: isLate ? bar.close.ticks : bar.open.ticks, change: change, cause: .barRange, books: books)
      }
    }
  }

  /// A stop has met its price inside a bar; what the bar's volume does not fill waits for the next one.
  private mutating func triggerInBar(_ index: Int, price: Int32, change: BookChange, books: borrowing BookSet) {
    special.remove(index)
    let isLimit = orders[index].type == .stopLimit
    let limit = extras[index].limit
    orders[index].state = .sent
    orders[index].type = isLimit ? .limit : .market
    orders[index].price = isLimit ? limit : .min
    note(index, .triggered, time: change.time)
    tell(
      index, time: change.time, kind: .triggered, quantity: orders[index].openQuantity, price: orders[index].price,
      isFinal: false)
    if !isLimit || (orders[index].sideIndex == 0 ? price <= limit : price >= limit) {
      fillAtPrice(index, price: price, change: change, cause: .barRange, books: books)
    }
    if orders[index].state == .finished { return }
    if isLimit { rest(index, time: change.time, books: books, isShared: false) } else { wait(index, time: change.time) }
  }
}
