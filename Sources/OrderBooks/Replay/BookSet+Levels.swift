import MarketTypes

/// Trades, and feeds of level totals and quotes.
extension BookSet {
  mutating func recordTrade(price: Int32, quantity: Int64, time: Int64, instrument: UInt16) {
    unsafe states[Int(instrument)].lastTradePrice = price
    unsafe states[Int(instrument)].lastTradeQuantity = quantity
    unsafe states[Int(instrument)].lastTradeTime = time
  }

  @inline(never)
  mutating func trade(price: Int32, quantity: Int64, _ old: BookChange) -> BookChange {
    var change = old
    guard isKnown(change.instrument) else { return change }
    change.price = price
    change.oldPrice = price
    change.quantity = quantity
    recordTrade(price: price, quantity: quantity, time: change.time, instrument: change.instrument)
    return change
  }

  @inline(never)
  mutating func setLevel(price: Int32, quantity: Int64, _ old: BookChange) -> BookChange {
    var change = old
    guard isKnown(change.instrument) else { return change }
    var quantity = quantity
    if quantity < 0 {
      anomalies.negativeQuantities += 1
      quantity = 0
    }
    var replacesQuote = false
    if unsafe !states[Int(change.instrument)].hasDepth { replacesQuote = beginDepth(change.instrument) }
    let side = unsafe ladder(change.instrument, change.sideIndex)
    let before = unsafe side.pointee.best
    change.oldQuantity = unsafe side.pointee.level(price: price).quantity
    unsafe side.pointee.set(price: price, quantity: quantity)
    change.touchMoved = unsafe replacesQuote || side.pointee.best != before
    change.price = price
    change.oldPrice = price
    change.quantity = quantity
    return change
  }

  /// From its first level on, a book is its depth feed's: what quotes put there goes. Returns whether there was any.
  @inline(never)
  mutating func beginDepth(_ instrument: UInt16) -> Bool {
    unsafe states[Int(instrument)].hasDepth = true
    let hadQuote = unsafe states[Int(instrument)].quotedPrices != (Int32.min, Int32.min)
    replaceQuoted(instrument, (.min, 0), (.min, 0))
    return hadQuote
  }

  /// A quote states the whole touch: what an earlier quote said is replaced.
  mutating func replaceQuoted(_ instrument: UInt16, _ bid: (Int32, Int64), _ ask: (Int32, Int64)) {
    let (buys, sells) = unsafe (ladder(instrument, 0), ladder(instrument, 1))
    let quoted = unsafe states[Int(instrument)].quotedPrices
    if quoted.0 != .min, quoted.0 != bid.0 { unsafe buys.pointee.set(price: quoted.0, quantity: 0) }
    if quoted.1 != .min, quoted.1 != ask.0 { unsafe sells.pointee.set(price: quoted.1, quantity: 0) }
    if bid.0 != .min { unsafe buys.pointee.set(price: bid.0, quantity: max(0, bid.1)) }
    if ask.0 != .min { unsafe sells.pointee.set(price: ask.0, quantity: max(0, ask.1)) }
    unsafe states[Int(instrument)].quotedPrices = (bid.0, ask.0)
  }

  @inline(never)
  mutating func quote(bid: (Int32, Int64), ask: (Int32, Int64), _ old: BookChange) -> BookChange {
    var change = old
    guard isKnown(change.instrument) else { return change }
    let place = Int(change.instrument)
    let (buys, sells) = unsafe (ladder(change.instrument, 0), ladder(change.instrument, 1))
    change.price = bid.0
    change.quantity = bid.1
    change.oldPrice = ask.0
    change.oldQuantity = ask.1
    if bid.1 < 0 || ask.1 < 0 { anomalies.negativeQuantities += 1 }
    unsafe states[place].lastQuote = (bid.0, max(0, bid.1), ask.0, max(0, ask.1))
    let before = unsafe (buys.pointee.best, sells.pointee.best)
    let isQuoted = unsafe states[place].quotedPrices != (Int32.min, Int32.min)
    // Orders leave no mark of their own in the state, but only they fill a ladder that neither quotes nor levels did.
    if !isQuoted, unsafe !buys.pointee.isEmpty || !sells.pointee.isEmpty { unsafe states[place].hasDepth = true }
    if unsafe states[place].hasDepth { return change }
    replaceQuoted(change.instrument, bid, ask)
    change.touchMoved = unsafe before != (buys.pointee.best, sells.pointee.best)
    return change
  }
}
