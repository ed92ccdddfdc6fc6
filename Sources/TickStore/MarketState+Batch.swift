import MarketTypes

extension MarketState {
  /// Applies the first `count` events of a batch and moves the cursor past them.
  mutating func apply(_ batch: borrowing EventBatch, _ count: Int, _ cursor: inout EventCursor) throws(FormatFault) {
    var place = cursor
    let end = place.event + count
    precondition(end <= batch.count)
    while place.event < end {
      let code = EventCode(rawValue: batch.codes[place.event])
      let instrument = batch.uniformInstrument ?? batch.instruments[place.event]
      place.event += 1
      guard let operation = code.operation else { throw FormatFault("an operation is unknown") }
      switch operation {
      case .add, .trade, .setLevel:
        let isSell = code.sideIndex == 1
        let price = isSell ? batch.sellPrices[place.sellPrice] : batch.buyPrices[place.buyPrice]
        if isSell { place.sellPrice += 1 } else { place.buyPrice += 1 }
        let quantity = batch.quantities[place.quantity]
        place.quantity += 1
        if operation == .add {
          _ = add(
            OrderTable.Order(quantity: quantity, price: price, instrument: instrument, side: isSell ? .sell : .buy))
        } else if operation == .setLevel {
          setLevel(instrument, isSell ? .sell : .buy, price, quantity)
        }
      case .cancel, .executeWhole:
        let (slot, _) = try live(batch.slots[place.slot], instrument)
        place.slot += 1
        remove(slot)
      case .reduce, .executePart, .fill, .modify, .executePriced:
        let (slot, order) = try live(batch.slots[place.slot], instrument)
        let change = batch.changes[place.change]
        place.slot += 1
        place.change += 1
        switch operation {
        case .fill: break
        case .modify:
          modify(slot, price: order.price &+ batch.priceChanges[place.priceChange], quantity: change)
          place.priceChange += 1
        case .executePriced:
          if code.sideIndex == 1 { place.sellPrice += 1 } else { place.buyPrice += 1 }
          if change >= order.quantity { remove(slot) } else { setQuantity(slot, order.quantity &- change) }
        default: setQuantity(slot, order.quantity &- change)
        }
      case .quote:
        setQuote(
          instrument,
          MarketEvent.Quote(
            bidPrice: Price(ticks: batch.buyPrices[place.buyPrice]),
            bidQuantity: Quantity(lots: batch.quantities[place.quantity]),
            askPrice: Price(ticks: batch.sellPrices[place.sellPrice]),
            askQuantity: Quantity(lots: batch.quantities[place.quantity + 1])))
        place.buyPrice += 1
        place.sellPrice += 1
        place.quantity += 2
      case .bar:
        place.buyPrice += 4
        place.quantity += 1
      case .status:
        setStatus(
          instrument, MarketStatus(rawValue: UInt8(truncatingIfNeeded: batch.quantities[place.quantity])) ?? .unknown)
        place.quantity += 1
      case .clear, .snapshotBegin: _ = clear(instrument)
      case .snapshotEnd, .orphan: break
      }
    }
    cursor = place
  }

  /// The order that an event names, which must rest on the event's instrument.
  func live(_ slot: UInt32, _ instrument: UInt16) throws(FormatFault) -> (UInt32, OrderTable.Order) {
    guard let order = table[slot], order.instrument == instrument else {
      throw FormatFault("an event names slot \(slot), where no order of its instrument rests")
    }
    return (slot, order)
  }
}
