import MarketTypes
import OrderBooks

/// Orders whose price follows the touch.
extension ExecutionEngine {
  func pegPrice(_ index: Int, books: borrowing BookSet) -> Int32? {
    let instrument = Int(orders[index].instrument)
    let (bid, ask) = (books.bestPrice(.buy, instrument: instrument), books.bestPrice(.sell, instrument: instrument))
    let isBuy = orders[index].sideIndex == 0
    let offset = Int64(extras[index].offset)
    var price: Int64
    if extras[index].sentType == .peggedPrimary {
      let own = isBuy ? bid : ask
      guard !own.isNone else { return nil }
      price = Int64(own.ticks) + (isBuy ? -offset : offset)
    } else {
      guard !bid.isNone, !ask.isNone, bid < ask else { return nil }
      let sum = Int64(bid.ticks) + Int64(ask.ticks)
      // Rounded away from the other side.
      price = isBuy ? (sum >> 1) - offset : ((sum + 1) >> 1) + offset
    }
    let limit = extras[index].limit
    if limit != .min { price = isBuy ? min(price, Int64(limit)) : max(price, Int64(limit)) }
    return Int32(exactly: price)
  }

  mutating func placePeg(_ index: Int, time: Int64, books: borrowing BookSet) {
    special.addPeg(index)
    stand(index, time: time, books: books)
    acknowledge(index, time: time)
  }

  /// A peg with another limit or more quantity: the last of the pegs, and of the queue where it stands.
  mutating func movePeg(_ index: Int, limit: Int32, quantity: Int64, time: Int64, books: borrowing BookSet) {
    if orders[index].state == .working { leaveQueue(index) }
    special.removePeg(index)
    special.addPeg(index)
    extras[index].limit = limit
    orders[index].openQuantity = quantity
    stand(index, time: time, books: books)
  }

  private mutating func stand(_ index: Int, time: Int64, books: borrowing BookSet) {
    if let price = pegPrice(index, books: books) {
      orders[index].price = price
      orders[index].state = .working
      joinQueue(index, time: time, books: books, isShared: false)
    } else {
      orders[index].state = .waiting
    }
  }

  /// The touch moved: pegged orders follow it.
  @inline(never)
  mutating func followPegs(_ change: BookChange, books: borrowing BookSet) {
    for order in special.pegs where orders[Int(order)].instrument == change.instrument {
      let index = Int(order)
      guard orders[index].state == .working || orders[index].state == .waiting else { continue }
      let price = pegPrice(index, books: books)
      if orders[index].state == .working {
        if price == orders[index].price { continue }
        leaveQueue(index)
      }
      if let price {
        orders[index].price = price
        orders[index].state = .working
        joinQueue(index, time: change.time, books: books, isShared: false)
      } else {
        orders[index].state = .waiting
      }
    }
  }
}
