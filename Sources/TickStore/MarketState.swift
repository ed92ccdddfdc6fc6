import MarketTypes

/// Orders, levels, quotes and statuses of all instruments while events are written or read: what a keyframe records.
struct MarketState {
  private(set) var table = OrderTable()
  /// Total quantity by instrument and then by price and side (`levelKey`).
  private var levels: [[UInt64: Int64]] = []
  private var quotes: [MarketEvent.Quote?] = []
  private var statuses: [MarketStatus] = []

  init() {}

  static func levelKey(_ side: Side, _ price: Int32) -> UInt64 {
    // Ascending keys are ascending prices: the sign bit is turned.
    UInt64(side.rawValue) << 32 | UInt64(UInt32(bitPattern: price) ^ 0x8000_0000)
  }

  private mutating func reach(_ instrument: UInt16) {
    while Int(instrument) >= levels.count {
      levels.append([:])
      quotes.append(nil)
      statuses.append(.unknown)
    }
  }

  @inline(__always)
  mutating func add(_ order: OrderTable.Order) -> UInt32 { table.add(order) }
  @inline(__always)
  mutating func remove(_ slot: UInt32) { table.remove(slot) }
  @inline(__always)
  mutating func setQuantity(_ slot: UInt32, _ quantity: Int64) { table.setQuantity(slot, quantity) }
  @inline(__always)
  mutating func setIdentifier(_ slot: UInt32, _ identifier: UInt64) { table.setIdentifier(slot, identifier) }
  @inline(__always)
  mutating func modify(_ slot: UInt32, price: Int32, quantity: Int64) {
    table.modify(slot, price: price, quantity: quantity)
  }

  mutating func setLevel(_ instrument: UInt16, _ side: Side, _ price: Int32, _ quantity: Int64) {
    reach(instrument)
    levels[Int(instrument)][Self.levelKey(side, price)] = quantity == 0 ? nil : quantity
  }

  mutating func setQuote(_ instrument: UInt16, _ quote: MarketEvent.Quote) {
    reach(instrument)
    quotes[Int(instrument)] = quote
  }

  mutating func setStatus(_ instrument: UInt16, _ status: MarketStatus) {
    reach(instrument)
    statuses[Int(instrument)] = status
  }

  /// Empties the instrument's book; returns the orders that left with their slots.
  mutating func clear(_ instrument: UInt16) -> [OrderTable.Order] {
    reach(instrument)
    levels[Int(instrument)].removeAll()
    return table.clear(instrument).map { table.orders[Int($0)] }
  }

  /// How much a keyframe would store, in entries.
  var size: Int { table.liveCount + table.allocator.free.count + levels.reduce(0) { $0 + $1.count } }
}

extension MarketState {
  init(_ keyframe: TickKeyframe) throws(FormatFault) {
    table = OrderTable(free: keyframe.freeSlots, highWater: keyframe.highWater)
    for order in keyframe.orders {
      let restored = OrderTable.Order(
        identifier: order.identifier, quantity: order.quantity.lots, price: order.price.ticks,
        instrument: order.instrument, side: order.side)
      guard table.restore(restored, order.slot) else {
        throw FormatFault("a keyframe has two orders in slot \(order.slot)")
      }
    }
    // Every slot ever taken is live or free, and none twice: otherwise a later add could land on a live order.
    var isFree = [Bool](repeating: false, count: Int(keyframe.highWater))
    for slot in keyframe.freeSlots {
      guard Int(slot) < isFree.count, !isFree[Int(slot)], table[slot] == nil else {
        throw FormatFault("a keyframe has an impossible free slot")
      }
      isFree[Int(slot)] = true
    }
    guard table.liveCount + keyframe.freeSlots.count == Int(keyframe.highWater) else {
      throw FormatFault("a keyframe's live and free slots do not add up")
    }
    for level in keyframe.levels { setLevel(level.instrument, level.side, level.price.ticks, level.quantity.lots) }
    for (number, quote) in keyframe.quotes.enumerated() {
      reach(UInt16(number))
      quotes[number] = quote
    }
    for (number, status) in keyframe.statuses.enumerated() { setStatus(UInt16(number), status) }
  }

  /// The state as a keyframe of a file with `instrumentCount` instruments.
  func keyframe(ordinal: UInt64, instrumentCount: Int) -> TickKeyframe {
    var keyframe = TickKeyframe()
    keyframe.ordinal = ordinal
    keyframe.freeSlots = table.allocator.free
    keyframe.highWater = table.allocator.highWater
    keyframe.orders.reserveCapacity(table.liveCount)
    for instrument in 0..<UInt16(instrumentCount) {
      for slot in table.slots(of: instrument) {
        let order = table.orders[Int(slot)]
        keyframe.orders.append(
          TickKeyframe.Order(
            slot: slot, instrument: instrument, side: order.side, price: Price(ticks: order.price),
            quantity: Quantity(lots: order.quantity), identifier: order.identifier))
      }
      let isKnown = Int(instrument) < levels.count
      keyframe.quotes.append(isKnown ? quotes[Int(instrument)] : nil)
      keyframe.statuses.append(isKnown ? statuses[Int(instrument)] : .unknown)
      guard isKnown else { continue }
      for (key, quantity) in levels[Int(instrument)].sorted(by: { $0.key < $1.key }) {
        keyframe.levels.append(
          TickKeyframe.Level(
            instrument: instrument, side: key >> 32 == 0 ? .buy : .sell,
            price: Price(ticks: Int32(bitPattern: UInt32(truncatingIfNeeded: key) ^ 0x8000_0000)),
            quantity: Quantity(lots: quantity)))
      }
    }
    return keyframe
  }
}
