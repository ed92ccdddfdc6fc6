import MarketTypes
import OrderBooks

/// Orders that wait for a price, which may follow the market.
extension ExecutionEngine {
  mutating func startTrailing(_ index: Int, books: borrowing BookSet) {
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
  mutating func follow(_ index: Int, _ price: Int32) {
    guard orders[index].type == .trailingStop, price != .min else { return }
    let isBuy = orders[index].sideIndex == 0
    let mark = extras[index].watermark
    if isBuy ? price < mark : price > mark { extras[index].watermark = price }
    extras[index].stopPrice = extras[index].watermark &+ (isBuy ? extras[index].offset : 0 &- extras[index].offset)
  }

  func isTriggered(_ index: Int, by price: Int32) -> Bool {
    orders[index].sideIndex == 0 ? price >= extras[index].stopPrice : price <= extras[index].stopPrice
  }

  mutating func trigger(_ index: Int, time: Int64, books: borrowing BookSet, isShared: Bool) {
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
        fillAtPrice(index, price: price, change: change, cause: .aggressed, books: books)
      }
    }
  }
}
