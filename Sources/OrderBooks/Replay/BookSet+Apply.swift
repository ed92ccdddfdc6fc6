public import MarketTypes

extension BookSet {
  /// Applies all events of a batch in order; `observer` sees each with what it changed.
  @inline(__always)
  public mutating func apply<Observer: BookObserver & ~Copyable>(
    _ batch: borrowing EventBatch, observer: inout Observer
  ) {
    var position = EventCursor()
    apply(batch, from: &position, upTo: .max, observer: &observer)
  }

  /// Applies the events of a batch from `position` on that are not later than `time`.
  public mutating func apply<Observer: BookObserver & ~Copyable>(
    _ batch: borrowing EventBatch, from position: inout EventCursor, upTo time: Int64, observer: inout Observer
  ) {
    let count = batch.count
    let codes = batch.codes.span
    let times = batch.times.span
    let instruments = batch.instruments.span
    let buyPrices = batch.buyPrices.span
    let sellPrices = batch.sellPrices.span
    let quantities = batch.quantities.span
    let slots = batch.slots.span
    let changes = batch.changes.span
    let priceChanges = batch.priceChanges.span
    let uniform = batch.uniformInstrument
    let feedDelays = batch.feedDelays.span
    let hasFeedDelays = batch.hasFeedDelays && feedDelays.count >= count
    var cursor = position
    let first = cursor.event

    // An event reads at most one value of each operand column, but four buy prices and two quantities. With room for
    // that, no cursor can leave its column, whatever the codes say, and the reads below need no checks.
    let left = max(0, count &- cursor.event)
    precondition(
      count <= codes.count && count <= times.count && (uniform != nil || count <= instruments.count)
        && cursor.buyPrice &+ 4 &* left <= buyPrices.count && cursor.sellPrice &+ left <= sellPrices.count
        && cursor.quantity &+ 2 &* left <= quantities.count && cursor.slot &+ left <= slots.count
        && cursor.change &+ left <= changes.count && cursor.priceChange &+ left <= priceChanges.count
        && cursor.isNotNegative, "the batch's columns are shorter than its events")

    while cursor.event < count {
      let now = unsafe times[unchecked: cursor.event]
      if now > time || now > observer.horizon { break }
      let code = EventCode(rawValue: unsafe codes[unchecked: cursor.event])
      let instrument = unsafe uniform ?? instruments[unchecked: cursor.event]
      var change = BookChange(time: now, instrument: instrument, code: code)
      if hasFeedDelays { change.feedNanoseconds = unsafe feedDelays[unchecked: cursor.event] }
      cursor.event &+= 1
      let sideIndex = code.sideIndex
      switch code.operationNumber {
      case EventCode.Operation.add.rawValue:
        let price =
          unsafe sideIndex == 0 ? buyPrices[unchecked: cursor.buyPrice] : sellPrices[unchecked: cursor.sellPrice]
        cursor.buyPrice &+= 1 &- sideIndex
        cursor.sellPrice &+= sideIndex
        let quantity = unsafe quantities[unchecked: cursor.quantity]
        cursor.quantity &+= 1
        add(price: price, quantity: quantity, sideIndex: sideIndex, change: &change)
      case EventCode.Operation.cancel.rawValue:
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        removeWhole(slot, change: &change)
      case EventCode.Operation.executeWhole.rawValue:
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        removeWhole(slot, change: &change)
        recordExecution(change)
      case EventCode.Operation.reduce.rawValue:
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        let quantity = unsafe changes[unchecked: cursor.change]
        cursor.change &+= 1
        removePart(slot, quantity: quantity, change: &change)
      case EventCode.Operation.executePart.rawValue:
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        let quantity = unsafe changes[unchecked: cursor.change]
        cursor.change &+= 1
        removePart(slot, quantity: quantity, change: &change)
        recordExecution(change)
      case EventCode.Operation.modify.rawValue:
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        let quantity = unsafe changes[unchecked: cursor.change]
        cursor.change &+= 1
        let priceChange = unsafe priceChanges[unchecked: cursor.priceChange]
        cursor.priceChange &+= 1
        change = modify(slot, priceChange: priceChange, quantity: quantity, change)
      case EventCode.Operation.executePriced.rawValue:
        let price =
          unsafe sideIndex == 0 ? buyPrices[unchecked: cursor.buyPrice] : sellPrices[unchecked: cursor.sellPrice]
        cursor.buyPrice &+= 1 &- sideIndex
        cursor.sellPrice &+= sideIndex
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        let quantity = unsafe changes[unchecked: cursor.change]
        cursor.change &+= 1
        change = executePriced(slot, tradePrice: price, quantity: quantity, change)
      case EventCode.Operation.fill.rawValue:
        let slot = unsafe slots[unchecked: cursor.slot]
        cursor.slot &+= 1
        let quantity = unsafe changes[unchecked: cursor.change]
        cursor.change &+= 1
        change = fill(slot, quantity: quantity, change)
      case EventCode.Operation.trade.rawValue, EventCode.Operation.setLevel.rawValue:
        let price =
          unsafe sideIndex == 0 ? buyPrices[unchecked: cursor.buyPrice] : sellPrices[unchecked: cursor.sellPrice]
        cursor.buyPrice &+= 1 &- sideIndex
        cursor.sellPrice &+= sideIndex
        let quantity = unsafe quantities[unchecked: cursor.quantity]
        cursor.quantity &+= 1
        if code.operationNumber == EventCode.Operation.trade.rawValue {
          change = trade(price: price, quantity: quantity, change)
        } else {
          change = setLevel(price: price, quantity: quantity, change)
        }
      case EventCode.Operation.quote.rawValue:
        let bid = (unsafe buyPrices[unchecked: cursor.buyPrice], unsafe quantities[unchecked: cursor.quantity])
        let ask = (unsafe sellPrices[unchecked: cursor.sellPrice], unsafe quantities[unchecked: cursor.quantity &+ 1])
        cursor.buyPrice &+= 1
        cursor.sellPrice &+= 1
        cursor.quantity &+= 2
        change = quote(bid: bid, ask: ask, change)
      case EventCode.Operation.bar.rawValue:
        let place = cursor.buyPrice
        let bar = MarketEvent.Bar(
          open: Price(ticks: unsafe buyPrices[unchecked: place]),
          high: Price(ticks: unsafe buyPrices[unchecked: place &+ 1]),
          low: Price(ticks: unsafe buyPrices[unchecked: place &+ 2]),
          close: Price(ticks: unsafe buyPrices[unchecked: place &+ 3]),
          volume: Quantity(lots: unsafe quantities[unchecked: cursor.quantity]))
        cursor.buyPrice &+= 4
        cursor.quantity &+= 1
        change = self.bar(bar, change)
      case EventCode.Operation.status.rawValue:
        let status = unsafe quantities[unchecked: cursor.quantity]
        cursor.quantity &+= 1
        change = setStatus(status, change)
      case EventCode.Operation.clear.rawValue, EventCode.Operation.snapshotBegin.rawValue:
        change = clear(change)
      case EventCode.Operation.snapshotEnd.rawValue:
        change = endSnapshot(change)
      case EventCode.Operation.orphan.rawValue:
        anomalies.orphans += 1
      default:
        anomalies.unknownCodes += 1
      }
      observer.bookChanged(change, books: self)
    }
    eventCount &+= cursor.event &- first
    position = cursor
  }
}
