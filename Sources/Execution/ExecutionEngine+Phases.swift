import MarketTypes
import OrderBooks

/// Auctions, trading phases and expiries.
extension ExecutionEngine {
  /// An auction trades at one price: orders priced better than it fill for certain, as far as what it trades goes; orders at
  /// it may not and do not here.
  mutating func fillInAuction(_ index: Int, price: Int32, change: BookChange, books: borrowing BookSet) {
    let order = orders[index]
    let wanted =
      order.timeInForce == .atOpen
      ? [MarketStatus.openingAuction, .preOpen, .open, .unknown] : [.closingAuction, .closed, .postClose]
    guard wanted.contains(feedKinds[Int(order.instrument)].status) else { return }
    let isBetter = order.sideIndex == 0 ? order.price > price : order.price < price
    guard order.type == .market || isBetter else { return }
    fillAtPrice(index, price: price, change: change, cause: .auction, books: books)
  }

  /// The trading phase changed: what was only for the phase that ended is cancelled.
  @inline(never)
  mutating func statusChanged(_ change: BookChange, books: borrowing BookSet) {
    let instrument = Int(change.instrument)
    guard instrument < instrumentCount else { return }
    let before = feedKinds[instrument].status
    let now = books.status(of: instrument)
    feedKinds[instrument].status = now
    if tradesAtVenue { return }
    for order in special.waiting where orders[Int(order)].instrument == change.instrument {
      let index = Int(order)
      let timeInForce = orders[index].timeInForce
      let ends =
        (timeInForce == .atOpen && before.isAuctionCall && now == .halted)
        || (timeInForce == .atClose && now == .postClose)
      if ends {
        special.remove(index)
        finish(index, time: change.time, kind: .cancelled, cancelReason: .auctionEnded)
      }
    }
    guard now == .closed || now == .postClose, before != now else { return }
    for index in 0..<orders.count
    where orders[index].instrument == change.instrument && orders[index].timeInForce == .day {
      expire(index, time: change.time)
    }
  }

  mutating func expire(_ index: Int, time: Int64) {
    switch orders[index].state {
    case .working:
      leaveQueue(index)
      special.remove(index)
      finish(index, time: time, kind: .expired, cancelReason: .none)
    case .waiting:
      special.remove(index)
      finish(index, time: time, kind: .expired, cancelReason: .none)
    case .free, .sent, .finished: break
    }
  }

  /// Ends the good-till-date orders whose time has come.
  public mutating func handleExpiries(upTo time: Int64) {
    while special.nextExpiry <= time, let expiry = special.takeExpiry() {
      let order = orders[Int(expiry.order)]
      if order.sentTime == expiry.sentTime, order.identifier == expiry.identifier {
        expire(Int(expiry.order), time: expiry.time)
      }
    }
  }
}
