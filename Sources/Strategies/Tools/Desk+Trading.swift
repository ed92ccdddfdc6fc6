public import MarketTypes

extension Desk {
  /// The position once every order under way has traded, in signed lots.
  @inline(__always)
  public func expectedPosition(_ instrument: Int = 0) -> Int64 {
    position(instrument) &+ openQuantity(.buy, instrument) &- openQuantity(.sell, instrument)
  }

  /// Sends a market order for what the position, with all orders under way, lacks to a target.
  @inline(__always)
  public func trade(to target: Int64, instrument: Int = 0) {
    let missing = target &- expectedPosition(instrument)
    if missing != 0 { trade(missing > 0 ? .buy : .sell, missing > 0 ? missing : 0 &- missing, instrument: instrument) }
  }

  /// Sends a market order.
  @inline(__always)
  public func trade(_ side: Side, _ lots: Int64, instrument: Int = 0) {
    send(
      OrderTerms(
        identifier: OrderIdentifier(UInt64(bitPattern: time)), side: side, type: .market,
        quantity: Quantity(lots: lots), timeInForce: .immediateOrCancel), instrument: instrument)
  }

  /// Best bid plus best offer, in half ticks; nil while a side is empty or the instrument does not exist.
  @inline(__always)
  public func doubledMiddle(_ instrument: Int = 0) -> Int64? {
    guard instrument < instrumentCount else { return nil }
    let (bid, ask) = (bestBid(instrument), bestAsk(instrument))
    return bid.isNone || ask.isNone ? nil : Int64(bid.ticks) &+ Int64(ask.ticks)
  }
}
