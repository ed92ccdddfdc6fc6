import MarketTypes

/// Bars, trading phases and new beginnings.
extension BookSet {
  @inline(never)
  mutating func bar(_ bar: MarketEvent.Bar, _ old: BookChange) -> BookChange {
    var change = old
    guard isKnown(change.instrument) else { return change }
    unsafe states[Int(change.instrument)].lastBar = bar
    recordTrade(
      price: bar.close.ticks, quantity: bar.volume.lots, time: change.time, instrument: change.instrument)
    change.price = bar.close.ticks
    change.oldPrice = bar.open.ticks
    change.quantity = bar.volume.lots
    return change
  }

  @inline(never)
  mutating func setStatus(_ status: Int64, _ old: BookChange) -> BookChange {
    var change = old
    guard isKnown(change.instrument) else { return change }
    change.quantity = status
    unsafe states[Int(change.instrument)].status =
      MarketStatus(rawValue: UInt8(truncatingIfNeeded: status)) ?? .unknown
    return change
  }

  @inline(never)
  mutating func clear(_ old: BookChange) -> BookChange {
    var change = old
    guard isKnown(change.instrument) else { return change }
    let (buys, sells) = unsafe (ladder(change.instrument, 0), ladder(change.instrument, 1))
    change.touchMoved = unsafe !buys.pointee.isEmpty || !sells.pointee.isEmpty
    var slot: UInt32 = 0
    while slot < arena.highWater {
      if arena.isLive(slot), arena[checked: slot].instrument == change.instrument { arena.release(slot) }
      slot += 1
    }
    unsafe buys.pointee.removeAll()
    unsafe sells.pointee.removeAll()
    unsafe states[Int(change.instrument)].quotedPrices = (.min, .min)
    if change.code.operationNumber == EventCode.Operation.snapshotBegin.rawValue {
      unsafe states[Int(change.instrument)].isInSnapshot = true
    }
    return change
  }

  @inline(never)
  mutating func endSnapshot(_ change: BookChange) -> BookChange {
    guard isKnown(change.instrument) else { return change }
    unsafe states[Int(change.instrument)].isInSnapshot = false
    return change
  }
}
