public import MarketTypes

extension Desk {
  /// Keeps one post-only order of `lots` at each of two prices and nothing else; `Price.none` wants no order there.
  ///
  /// An order at its price stays, even when part of it has traded, because it would lose its place in the queue. Others
  /// are cancelled, and the new order leaves at the same moment as the cancel. While an order is on its way its side
  /// waits, so that a slow venue never holds more than one order a side besides those being cancelled.
  @inline(__always)
  public func keepQuotes(bid: Price, ask: Price, lots: Int64, instrument: Int = 0) {
    var (needsBid, needsAsk) = (!bid.isNone, !ask.isNone)
    for order in orders where order.instrument == instrument && !order.isCancelSent {
      let isBuy = order.side == .buy
      if !order.isAcknowledged || (isBuy ? needsBid && order.price == bid : needsAsk && order.price == ask) {
        if isBuy { needsBid = false } else { needsAsk = false }
      } else {
        cancel(order.handle)
      }
    }
    if needsBid { rest(.buy, at: bid, lots: lots, instrument: instrument) }
    if needsAsk { rest(.sell, at: ask, lots: lots, instrument: instrument) }
  }

  /// Sends a post-only limit order.
  @inline(__always)
  public func rest(_ side: Side, at price: Price, lots: Int64, instrument: Int = 0) {
    send(
      OrderTerms(
        identifier: OrderIdentifier(UInt64(UInt32(bitPattern: price.ticks))), side: side, price: price,
        quantity: Quantity(lots: lots), flags: .postOnly), instrument: instrument)
  }
}
