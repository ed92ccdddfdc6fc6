import MarketTypes

/// Turns a simulated market's events into hot operations for books that follow it, by the slot rule of tick files.
///
/// A market recorded into a tick file and read back gives the same operations.
struct FeedBatchEncoder {
  private var allocator = SlotAllocator()
  /// Slots by order, one table a feed: instruments number their orders independently.
  private var slots: [[UInt64: UInt32]]
  private var quantities: [Int64] = []
  private var prices: [Int32] = []

  init(feedCount: Int) { slots = Array(repeating: [:], count: feedCount) }

  mutating func append(_ event: MarketEvent, to batch: inout EventBatch) {
    switch event.kind {
    case .add:
      let slot = allocator.take()
      while Int(slot) >= quantities.count {
        quantities.append(0)
        prices.append(0)
      }
      quantities[Int(slot)] = event.quantity.lots
      prices[Int(slot)] = event.price.ticks
      slots[Int(event.instrument)][event.identifier] = slot
      code(.add, event, side: event.side, &batch)
      batch.append(price: event.price.ticks, sideIndex: event.side == .sell ? 1 : 0)
      batch.append(quantity: event.quantity.lots)
    case .cancel, .reduce, .modify, .execute: appendOrderEvent(event, to: &batch)
    case .trade:
      code(.trade, event, side: event.side == .sell ? .sell : .buy, isMarked: event.side == .none, &batch)
      batch.append(price: event.price.ticks, sideIndex: event.side == .sell ? 1 : 0)
      batch.append(quantity: event.quantity.lots)
    case .status:
      code(.status, event, side: .buy, &batch)
      batch.append(quantity: event.quantity.lots)
    case .fill, .setLevel, .quote, .bar, .clear, .snapshotBegin, .snapshotEnd, .orphan:
      assertionFailure("a simulated market's feed has no \(event.kind)")
    }
  }

  private mutating func appendOrderEvent(_ event: MarketEvent, to batch: inout EventBatch) {
    guard let slot = slots[Int(event.instrument)][event.identifier] else {
      assertionFailure("the feed speaks of order \(event.identifier) that it never showed")
      return
    }
    let place = Int(slot)
    let quantity = event.quantity.lots
    let isWhole = event.kind == .cancel || quantity >= quantities[place]
    switch event.kind {
    case .modify:
      code(.modify, event, side: .buy, &batch)
      batch.append(slot: slot)
      batch.append(change: quantity)
      batch.append(priceChange: event.price.ticks &- prices[place])
      quantities[place] = quantity
      prices[place] = event.price.ticks
    case .execute where event.flags.contains(.pricedExecution):
      code(
        .executePriced, event, side: event.side, isMarked: event.flags.contains(.nonPrintable), &batch)
      batch.append(price: event.price.ticks, sideIndex: event.side == .sell ? 1 : 0)
      batch.append(slot: slot)
      batch.append(change: quantity)
      forget(event, place, isWhole: isWhole)
      return
    case .execute:
      code(
        isWhole ? .executeWhole : .executePart, event, side: .buy,
        isMarked: event.flags.contains(.nonPrintable), &batch)
    default: code(isWhole ? .cancel : .reduce, event, side: .buy, &batch)
    }
    guard event.kind != .modify else { return }
    batch.append(slot: slot)
    if !isWhole { batch.append(change: quantity) }
    forget(event, place, isWhole: isWhole)
  }

  /// What the order no longer has.
  private mutating func forget(_ event: MarketEvent, _ place: Int, isWhole: Bool) {
    if isWhole {
      slots[Int(event.instrument)][event.identifier] = nil
      allocator.release(UInt32(place))
    } else {
      quantities[place] -= event.quantity.lots
    }
  }

  private func code(
    _ operation: EventCode.Operation, _ event: MarketEvent, side: Side, isMarked: Bool = false,
    _ batch: inout EventBatch
  ) {
    let code = EventCode(
      operation, side: side, isEndOfEvent: event.flags.contains(.endOfEvent), isMarked: isMarked)
    batch.append(code, time: event.exchangeTime.nanoseconds, instrument: event.instrument)
  }
}
