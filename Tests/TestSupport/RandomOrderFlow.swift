public import MarketTypes

/// Seeded random order-level streams that are consistent: every event names a live order and takes what is there.
public struct RandomOrderFlow {
  /// How the prices of new orders move.
  public enum Shape: Sendable, CaseIterable {
    /// Near a slowly wandering touch.
    case calm
    /// The touch jumps by up to 60 % of the price and back.
    case swings
    /// Thousands of orders over tens of thousands of levels.
    case deep
  }

  public var random: SeededGenerator
  public let shape: Shape
  public let instrumentCount: Int
  public private(set) var book = ReferenceBook()
  private var center: Int32 = 10_000
  public private(set) var time: Int64 = 1_700_000_000_000_000_000

  public init(seed: UInt64, shape: Shape, instrumentCount: Int) {
    random = SeededGenerator(seed: seed)
    self.shape = shape
    self.instrumentCount = instrumentCount
  }

  /// Fills a batch with the next events.
  public mutating func fill(_ batch: inout EventBatch, count: Int) {
    batch.removeAll()
    var cursor = EventCursor()
    while batch.count < min(count, batch.capacity) {
      appendEvent(to: &batch)
      while let event = cursor.next(in: batch) { book.apply(event) }
    }
  }

  private mutating func price(sideIndex: Int) -> Int32 {
    switch shape {
    case .calm: center += Int32.random(in: -1...1, using: &random)
    case .swings:
      if Int.random(in: 0..<200, using: &random) == 0 { center = Int32.random(in: 4_000...16_000, using: &random) }
    case .deep: break
    }
    let reach: Int32 = shape == .deep ? 30_000 : 40
    let distance = Int32.random(in: -1...reach, using: &random)
    return sideIndex == 0 ? center - distance : center + distance
  }

  private mutating func appendEvent(to batch: inout EventBatch) {
    time += Int64.random(in: 0...1_000_000, using: &random)
    let target = shape == .deep ? 2_000 : 150
    let isLast = Int.random(in: 0..<8, using: &random) != 0
    let dice = Int.random(in: 0..<1000, using: &random)
    let instrument = UInt16(Int.random(in: 0..<instrumentCount, using: &random))
    if dice == 0 {
      batch.append(EventCode(.clear), time: time, instrument: instrument)
      return
    }
    if dice < 30 {
      let side: Side = Bool.random(using: &random) ? .buy : .sell
      batch.append(EventCode(.trade, side: side), time: time, instrument: instrument)
      batch.append(price: center, sideIndex: side == .buy ? 0 : 1)
      batch.append(quantity: 5)
      return
    }
    let addChance = book.orders.count < target ? 600 : 400
    guard dice >= addChance, let order = book.orders.randomElement(using: &random) else {
      let sideIndex = Int.random(in: 0...1, using: &random)
      batch.append(
        EventCode(.add, side: sideIndex == 0 ? .buy : .sell, isEndOfEvent: isLast), time: time, instrument: instrument)
      batch.append(price: price(sideIndex: sideIndex), sideIndex: sideIndex)
      batch.append(quantity: Int64.random(in: 1...500, using: &random))
      return
    }
    let partial = order.quantity > 1 ? Int64.random(in: 1..<order.quantity, using: &random) : 0
    func code(_ operation: EventCode.Operation) -> EventCode { EventCode(operation, isEndOfEvent: isLast) }
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<45:
      batch.append(code(.cancel), time: time, instrument: order.instrument)
      batch.append(slot: order.slot)
    case 45..<60:
      batch.append(
        EventCode(.executeWhole, isEndOfEvent: isLast, isMarked: dice % 8 == 0), time: time,
        instrument: order.instrument)
      batch.append(slot: order.slot)
    case 60..<75 where partial > 0:
      batch.append(code(Bool.random(using: &random) ? .reduce : .executePart), time: time, instrument: order.instrument)
      batch.append(slot: order.slot)
      batch.append(change: partial)
    case 75..<78:
      let side: Side = order.sideIndex == 0 ? .buy : .sell
      batch.append(
        EventCode(.executePriced, side: side, isMarked: dice % 4 == 0), time: time, instrument: order.instrument)
      batch.append(slot: order.slot)
      batch.append(change: Bool.random(using: &random) || partial == 0 ? order.quantity : partial)
      batch.append(price: order.price + 1, sideIndex: order.sideIndex)
    case 78..<80:
      batch.append(
        EventCode(.fill, isEndOfEvent: isLast, isMarked: dice % 2 == 0), time: time, instrument: order.instrument)
      batch.append(slot: order.slot)
      batch.append(change: order.quantity)
    default:
      batch.append(code(.modify), time: time, instrument: order.instrument)
      batch.append(slot: order.slot)
      batch.append(change: Int64.random(in: 1...500, using: &random))
      batch.append(priceChange: price(sideIndex: order.sideIndex) - order.price)
    }
  }
}
