import MarketTypes

extension EventBatch {
  /// Drops what lies before the cursor.
  mutating func dropFirst(_ cursor: EventCursor) {
    guard cursor.event > 0 else { return }
    Self.shift(&codes, &count, cursor.event)
    var timeCount = count + cursor.event
    Self.shift(&times, &timeCount, cursor.event)
    if uniformInstrument == nil {
      var instrumentCount = count + cursor.event
      Self.shift(&instruments, &instrumentCount, cursor.event)
    }
    if hasFeedDelays {
      var delayCount = count + cursor.event
      Self.shift(&feedDelays, &delayCount, cursor.event)
    }
    Self.shift(&buyPrices, &buyPriceCount, cursor.buyPrice)
    Self.shift(&sellPrices, &sellPriceCount, cursor.sellPrice)
    Self.shift(&quantities, &quantityCount, cursor.quantity)
    Self.shift(&slots, &slotCount, cursor.slot)
    Self.shift(&changes, &changeCount, cursor.change)
    Self.shift(&priceChanges, &priceChangeCount, cursor.priceChange)
  }

  private static func shift<Value>(_ values: inout [Value], _ count: inout Int, _ distance: Int) {
    count -= distance
    for index in 0..<count { values[index] = values[index + distance] }
  }

  /// Drops every event from the given one on.
  package mutating func keepFirst(_ kept: Int) {
    guard kept < count else { return }
    var totals = OperandTotals()
    for index in 0..<kept { _ = totals.add(EventCode(rawValue: codes[index]), times: 1) }
    count = kept
    buyPriceCount = totals.buyPrices
    sellPriceCount = totals.sellPrices
    quantityCount = totals.quantities
    slotCount = totals.slots
    changeCount = totals.changes
    priceChangeCount = totals.priceChanges
  }

  /// Says of columns that were not read that they hold nothing.
  mutating func forget(except columns: TickColumns) {
    if !columns.contains(.prices) {
      buyPriceCount = 0
      sellPriceCount = 0
    }
    if !columns.contains(.quantities) { quantityCount = 0 }
    if !columns.contains(.slots) { slotCount = 0 }
    if !columns.contains(.changes) { changeCount = 0 }
    if !columns.contains(.priceChanges) { priceChangeCount = 0 }
  }
}
