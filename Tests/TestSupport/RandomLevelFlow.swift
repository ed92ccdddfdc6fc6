public import MarketTypes

/// Seeded random streams of feeds that do not name orders.
public struct RandomLevelFlow {
  public enum Shape: Sendable, CaseIterable {
    /// Level totals and trade prints, mostly uncrossed.
    case levels
    /// Quotes of the touch and trade prints.
    case quotes
    /// Trade prints alone.
    case prints
    case bars
  }

  public var random: SeededGenerator
  public let shape: Shape
  private var center: Int32 = 10_000
  private var levels: [[Int32: Int64]] = [[:], [:]]
  private var status = MarketStatus.open
  public private(set) var time: Int64 = 1_700_000_000_000_000_000

  public init(seed: UInt64, shape: Shape) {
    random = SeededGenerator(seed: seed)
    self.shape = shape
  }

  /// Fills a batch with the next events.
  public mutating func fill(_ batch: inout EventBatch, count: Int) {
    batch.removeAll()
    while batch.count < min(count, batch.capacity) { appendEvent(to: &batch) }
  }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

  private func best(_ side: Int) -> Int32? { side == 0 ? levels[0].keys.max() : levels[1].keys.min() }

  private mutating func appendEvent(to batch: inout EventBatch) {
    time += Int64(below(1_000_000))
    if below(3) == 0 { center += Int32(below(3)) - 1 }
    let dice = below(1_000)
    if dice < 3, shape != .bars { return appendStatus(to: &batch) }
    if dice < 5, shape == .levels {
      levels = [[:], [:]]
      batch.append(EventCode(.clear), time: time, instrument: 0)
      return
    }
    switch shape {
    case .levels: dice < 250 ? appendTrade(to: &batch) : appendLevel(to: &batch)
    case .quotes: dice < 300 ? appendTrade(to: &batch) : appendQuote(to: &batch)
    case .prints: appendTrade(to: &batch)
    case .bars: appendBar(to: &batch)
    }
  }

  private mutating func appendStatus(to batch: inout EventBatch) {
    let all: [MarketStatus] = [.open, .halted, .closingAuction, .postClose, .openingAuction]
    status = status == .open ? all[below(all.count)] : .open
    batch.append(EventCode(.status), time: time, instrument: 0)
    batch.append(quantity: Int64(status.rawValue))
  }

  private mutating func appendTrade(to batch: inout EventBatch) {
    let aggressor = below(2)
    let price = (best(1 - aggressor) ?? center) + (below(10) == 0 ? Int32(below(5)) - 2 : 0)
    batch.append(
      EventCode(.trade, side: aggressor == 0 ? .buy : .sell, isMarked: below(12) == 0), time: time, instrument: 0)
    batch.append(price: price, sideIndex: aggressor)
    batch.append(quantity: Int64(1 + below(300)))
  }

  private mutating func appendLevel(to batch: inout EventBatch) {
    let side = below(2)
    var price = side == 0 ? center - Int32(below(25)) : center + 1 + Int32(below(25))
    if below(3) == 0, let touch = best(side) { price = touch }
    let quantity = below(3) == 0 ? 0 : Int64(1 + below(500))
    levels[side][price] = quantity > 0 ? quantity : nil
    batch.append(
      EventCode(.setLevel, side: side == 0 ? .buy : .sell, isEndOfEvent: below(4) != 0), time: time, instrument: 0)
    batch.append(price: price, sideIndex: side)
    batch.append(quantity: quantity)
  }

  private mutating func appendQuote(to batch: inout EventBatch) {
    let bid = below(40) == 0 ? Int32.min : center - Int32(below(3))
    let ask = below(40) == 0 ? Int32.min : center + 1 + Int32(below(3))
    let sizes = (Int64(1 + below(500)), Int64(1 + below(500)))
    levels = [bid == .min ? [:] : [bid: sizes.0], ask == .min ? [:] : [ask: sizes.1]]
    batch.append(EventCode(.quote), time: time, instrument: 0)
    batch.append(price: bid, sideIndex: 0)
    batch.append(price: ask, sideIndex: 1)
    batch.append(quantity: sizes.0)
    batch.append(quantity: sizes.1)
  }

  private mutating func appendBar(to batch: inout EventBatch) {
    time += 5_000_000
    let open = center + Int32(below(9)) - 4
    center += Int32(below(31)) - 15
    let high = max(open, center) + Int32(below(10))
    let low = min(open, center) - Int32(below(10))
    batch.append(EventCode(.bar), time: time, instrument: 0)
    for price in [open, high, low, center] { batch.append(price: price, sideIndex: 0) }
    batch.append(quantity: below(10) == 0 ? 0 : Int64(1 + below(5_000)))
  }
}
