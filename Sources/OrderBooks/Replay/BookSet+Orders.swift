import MarketTypes

/// Events that name resting orders.
extension BookSet {
  @inline(__always)
  mutating func add(price: Int32, quantity: Int64, sideIndex: Int, change: inout BookChange) {
    guard isKnown(change.instrument) else { return }
    var quantity = quantity
    if quantity < 0 {
      anomalies.negativeQuantities += 1
      quantity = 0
    }
    change.arrival = arena.nextArrival
    change.slot = arena.insert(
      price: price, quantity: quantity, instrument: change.instrument, sideIndex: sideIndex)
    let side = unsafe ladder(change.instrument, sideIndex)
    let before = unsafe side.pointee.best
    unsafe side.pointee.add(price: price, quantity: quantity)
    change.touchMoved = unsafe side.pointee.best != before
    change.price = price
    change.oldPrice = price
    change.quantity = quantity
  }

  @inline(__always)
  mutating func isLive(_ slot: UInt32) -> Bool {
    if arena.isLive(slot) { return true }
    anomalies.deadSlots += 1
    return false
  }

  /// Fills in what an event on a resting order is about: the order's own side, instrument, price and priority.
  @inline(__always)
  func describe(_ order: RestingOrder, slot: UInt32, change: inout BookChange) {
    change.slot = slot
    change.arrival = order.arrival
    change.instrument = order.instrument
    change.price = order.price
    change.oldPrice = order.price
    change.oldQuantity = order.quantity
    change.code.rawValue = change.code.rawValue & ~0x20 | (order.sideIndex << 5)
  }

  @inline(__always)
  mutating func removeWhole(_ slot: UInt32, change: inout BookChange) {
    guard isLive(slot) else { return }
    let order = arena[checked: slot]
    describe(order, slot: slot, change: &change)
    change.quantity = order.quantity
    takeAway(order, slot: slot, change: &change)
  }

  @inline(__always)
  mutating func takeAway(_ order: RestingOrder, slot: UInt32, change: inout BookChange) {
    arena.release(slot)
    let side = unsafe ladder(order.instrument, Int(order.sideIndex))
    let before = unsafe side.pointee.best
    _ = unsafe side.pointee.remove(price: order.price, quantity: order.quantity)
    change.touchMoved = unsafe side.pointee.best != before
  }

  @inline(__always)
  mutating func removePart(_ slot: UInt32, quantity: Int64, change: inout BookChange) {
    guard isLive(slot) else { return }
    let order = arena[checked: slot]
    describe(order, slot: slot, change: &change)
    var quantity = quantity
    if quantity < 0 || quantity > order.quantity {
      anomalies.overdrawn += 1
      quantity = max(0, min(quantity, order.quantity))
    }
    change.quantity = quantity
    arena.setQuantity(slot, order.quantity &- quantity)
    unsafe ladder(order.instrument, Int(order.sideIndex)).pointee.reduce(price: order.price, quantity: quantity)
  }

  @inline(__always)
  mutating func modify(_ slot: UInt32, priceChange: Int32, quantity: Int64, _ old: BookChange) -> BookChange {
    var change = old
    guard isLive(slot) else { return change }
    let order = arena[checked: slot]
    describe(order, slot: slot, change: &change)
    var quantity = quantity
    if quantity < 0 {
      anomalies.negativeQuantities += 1
      quantity = 0
    }
    let price = order.price &+ priceChange
    change.price = price
    change.quantity = quantity
    arena.requeue(slot, price: price, quantity: quantity)
    let side = unsafe ladder(order.instrument, Int(order.sideIndex))
    let before = unsafe side.pointee.best
    _ = unsafe side.pointee.remove(price: order.price, quantity: order.quantity)
    unsafe side.pointee.add(price: price, quantity: quantity)
    change.touchMoved = unsafe side.pointee.best != before
    return change
  }

  @inline(never)
  mutating func executePriced(_ slot: UInt32, tradePrice: Int32, quantity: Int64, _ old: BookChange)
    -> BookChange
  {
    var change = old
    guard isLive(slot) else { return change }
    let order = arena[checked: slot]
    if !change.code.isMarked {
      recordTrade(price: tradePrice, quantity: quantity, time: change.time, instrument: order.instrument)
    }
    if quantity >= order.quantity {
      if quantity > order.quantity { anomalies.overdrawn += 1 }
      removeWhole(slot, change: &change)
    } else {
      removePart(slot, quantity: quantity, change: &change)
    }
    return change
  }

  @inline(never)
  mutating func fill(_ slot: UInt32, quantity: Int64, _ old: BookChange) -> BookChange {
    var change = old
    guard isLive(slot) else { return change }
    describe(arena[checked: slot], slot: slot, change: &change)
    change.quantity = max(0, quantity)
    return change
  }

  /// A resting order traded at its own price; one that is not printable has a print of its own.
  @inline(__always)
  mutating func recordExecution(_ change: BookChange) {
    guard change.slot != .max, !change.code.isMarked else { return }
    recordTrade(
      price: change.price, quantity: change.quantity, time: change.time, instrument: change.instrument)
  }
}
