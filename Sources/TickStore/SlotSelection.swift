import MarketTypes

/// Keeps the events of some instruments and renumbers their slots, so that the allocator's rule holds among them alone.
struct SlotSelection {
  private let instruments: Set<UInt16>
  /// The whole file's orders, for the slots that adds of all instruments take.
  private var state = MarketState()
  private var allocator = SlotAllocator()
  /// The selection's slot of each slot of the file.
  private var renumbered: [UInt32] = []

  init(_ instruments: Set<UInt16>) { self.instruments = instruments }

  /// Starts at a keyframe and returns it with other instruments removed and slots renumbered.
  mutating func begin(_ keyframe: TickKeyframe) -> TickKeyframe {
    // The keyframe was built from a consistent state, so restoring it cannot fail.
    if let state = try? MarketState(keyframe) { self.state = state }
    var selected = keyframe
    selected.orders = keyframe.orders.filter { instruments.contains($0.instrument) }
    for index in selected.orders.indices {
      let slot = allocator.take()
      note(selected.orders[index].slot, slot)
      selected.orders[index].slot = slot
    }
    selected.freeSlots = allocator.free
    selected.highWater = allocator.highWater
    selected.levels = keyframe.levels.filter { instruments.contains($0.instrument) }
    for index in selected.quotes.indices where !instruments.contains(UInt16(index)) {
      selected.quotes[index] = nil
      selected.statuses[index] = .unknown
    }
    return selected
  }

  /// Goes on with the slots where another file's selection ended, whose instruments have been cleared in the given order.
  mutating func follow(_ previous: SlotSelection, clearing order: [UInt16]) {
    allocator = previous.allocator
    for instrument in order {
      let live = previous.state.table.slots(of: instrument).map { previous.renumbered[Int($0)] }
      for slot in live.sorted() { allocator.release(slot) }
    }
  }

  private mutating func note(_ fileSlot: UInt32, _ slot: UInt32) {
    while Int(fileSlot) >= renumbered.count { renumbered.append(OrderTable.none) }
    renumbered[Int(fileSlot)] = slot
  }

  /// Removes the events of other instruments from the batch.
  mutating func select(_ batch: inout EventBatch) throws(FormatFault) {
    var source = EventCursor()
    var kept = EventCursor()
    let uniform = batch.uniformInstrument
    let wantsAll = uniform.map { instruments.contains($0) }
    while source.event < batch.count {
      let code = EventCode(rawValue: batch.codes[source.event])
      let instrument = uniform ?? batch.instruments[source.event]
      guard let operation = code.operation else { throw FormatFault("an operation is unknown") }
      let isWanted = wantsAll ?? instruments.contains(instrument)
      let before = source
      try advance(batch, operation, instrument, isWanted, &source)
      if isWanted {
        if batch.hasFeedDelays { batch.feedDelays[kept.event] = batch.feedDelays[before.event] }
        copy(&batch, code, operation, before, to: &kept)
      }
    }
    batch.count = kept.event
    batch.buyPriceCount = kept.buyPrice
    batch.sellPriceCount = kept.sellPrice
    batch.quantityCount = kept.quantity
    batch.slotCount = kept.slot
    batch.changeCount = kept.change
    batch.priceChangeCount = kept.priceChange
  }

  /// Applies one event to the file's state and to the selection's allocator.
  private mutating func advance(
    _ batch: borrowing EventBatch, _ operation: EventCode.Operation, _ instrument: UInt16, _ isWanted: Bool,
    _ source: inout EventCursor
  ) throws(FormatFault) {
    let live = state.table.liveCount
    let slot = operation.readsSlot ? batch.slots[source.slot] : OrderTable.none
    if isWanted, operation == .clear || operation == .snapshotBegin {
      for slot in state.table.slots(of: instrument).map({ renumbered[Int($0)] }).sorted() { allocator.release(slot) }
    }
    let next = operation == .add ? state.nextSlot : OrderTable.none
    try state.apply(batch, 1, &source)
    guard isWanted else { return }
    if operation == .add {
      note(next, allocator.take())
    } else if slot != OrderTable.none, state.table.liveCount < live {
      allocator.release(renumbered[Int(slot)])
    }
  }

  /// Moves the event's operands to the end of what is kept; it never lies behind where they come from.
  private func copy(
    _ batch: inout EventBatch, _ code: EventCode, _ operation: EventCode.Operation, _ from: EventCursor,
    to kept: inout EventCursor
  ) {
    batch.codes[kept.event] = batch.codes[from.event]
    batch.times[kept.event] = batch.times[from.event]
    if batch.uniformInstrument == nil { batch.instruments[kept.event] = batch.instruments[from.event] }
    kept.event += 1
    var operands = OperandTotals()
    _ = operands.add(code, times: 1)
    for index in 0..<operands.buyPrices {
      batch.buyPrices[kept.buyPrice + index] = batch.buyPrices[from.buyPrice + index]
    }
    for index in 0..<operands.sellPrices {
      batch.sellPrices[kept.sellPrice + index] = batch.sellPrices[from.sellPrice + index]
    }
    for index in 0..<operands.quantities {
      batch.quantities[kept.quantity + index] = batch.quantities[from.quantity + index]
    }
    if operands.slots == 1 { batch.slots[kept.slot] = renumbered[Int(batch.slots[from.slot])] }
    if operands.changes == 1 { batch.changes[kept.change] = batch.changes[from.change] }
    if operands.priceChanges == 1 { batch.priceChanges[kept.priceChange] = batch.priceChanges[from.priceChange] }
    kept.buyPrice += operands.buyPrices
    kept.sellPrice += operands.sellPrices
    kept.quantity += operands.quantities
    kept.slot += operands.slots
    kept.change += operands.changes
    kept.priceChange += operands.priceChanges
  }
}

extension MarketState {
  /// The slot that the next add takes.
  var nextSlot: UInt32 { table.allocator.free.last ?? table.allocator.highWater }
}
