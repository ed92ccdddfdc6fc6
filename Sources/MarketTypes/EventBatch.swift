/// The hot columns of consecutive events, structure-of-arrays: what replay reads and nothing else.
///
/// `codes[i]` says which operand columns event `i` advances (see `EventCode.Operation`); a consumer keeps one cursor
/// per operand column. The arrays are allocated once and longer than their counts, so that kernels may write whole
/// vectors past the end.
public struct EventBatch: ~Copyable, Sendable {
  /// Kernels may write this many elements past a column's count.
  public static let padding = 1024

  /// How many events fit.
  public let capacity: Int
  public var count = 0
  public var codes: [UInt8]
  /// Exchange time of each event, nanoseconds since the epoch.
  public var times: [Int64]
  /// The instrument of each event; meaningful only when `uniformInstrument` is nil.
  public var instruments: [UInt16]
  /// The instrument of every event of this batch, when they share one.
  public var uniformInstrument: UInt16? = 0

  /// Prices of events whose code says buy, in event order; and of those that say sell.
  public var buyPrices: [Int32]
  public var sellPrices: [Int32]
  public var quantities: [Int64]
  public var slots: [UInt32]
  /// Quantities that change a resting order (see each operation).
  public var changes: [Int64]
  public var priceChanges: [Int32]
  /// What the feed took for each event, local time less exchange time, nanoseconds, never below zero; meaningful only with
  /// `hasFeedDelays`. Empty until a reader is asked for it.
  public var feedDelays: [Int64] = []
  public var hasFeedDelays = false

  public var buyPriceCount = 0
  public var sellPriceCount = 0
  public var quantityCount = 0
  public var slotCount = 0
  public var changeCount = 0
  public var priceChangeCount = 0

  public init(capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
    let padded = capacity + Self.padding
    codes = Array(repeating: 0, count: padded)
    times = Array(repeating: 0, count: padded)
    instruments = Array(repeating: 0, count: padded)
    // A bar reads four prices, a quote two quantities; one event reads at most one slot, change and price change.
    buyPrices = Array(repeating: 0, count: capacity * 4 + Self.padding)
    sellPrices = Array(repeating: 0, count: padded)
    quantities = Array(repeating: 0, count: capacity * 2 + Self.padding)
    slots = Array(repeating: 0, count: padded)
    changes = Array(repeating: 0, count: padded)
    priceChanges = Array(repeating: 0, count: padded)
  }

  /// A batch whose columns take their memory as a decoder fills them: a start in the middle of a file needs one block, and
  /// to clear what the largest block could need took longer than to decode it.
  public init(growingTo capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
    codes = []
    times = []
    instruments = []
    buyPrices = []
    sellPrices = []
    quantities = []
    slots = []
    changes = []
    priceChanges = []
  }

  public var isFull: Bool { count == capacity }

  /// Forgets all events and keeps the memory.
  public mutating func removeAll() {
    count = 0
    hasFeedDelays = false
    uniformInstrument = 0
    buyPriceCount = 0
    sellPriceCount = 0
    quantityCount = 0
    slotCount = 0
    changeCount = 0
    priceChangeCount = 0
  }
}

extension EventBatch {
  /// Appends an event's code and time; its operands follow through the other appends.
  @inlinable
  public mutating func append(_ code: EventCode, time: Int64, instrument: UInt16 = 0) {
    precondition(count < capacity, "batch is full")
    codes[count] = code.rawValue
    times[count] = time
    if count == 0 {
      uniformInstrument = instrument
    } else if let uniform = uniformInstrument, uniform != instrument {
      spreadInstrument(uniform)
    }
    if uniformInstrument == nil { instruments[count] = instrument }
    count += 1
  }

  @usableFromInline
  mutating func spreadInstrument(_ instrument: UInt16) {
    for index in 0..<count { instruments[index] = instrument }
    uniformInstrument = nil
  }

  /// Adds a price operand of the event appended last: 0 for buy, 1 for sell.
  @inlinable
  public mutating func append(price: Int32, sideIndex: Int) {
    if sideIndex == 0 {
      buyPrices[buyPriceCount] = price
      buyPriceCount += 1
    } else {
      sellPrices[sellPriceCount] = price
      sellPriceCount += 1
    }
  }

  /// Adds a quantity operand of the event appended last.
  @inlinable
  public mutating func append(quantity: Int64) {
    quantities[quantityCount] = quantity
    quantityCount += 1
  }

  /// Adds the slot of the event appended last.
  @inlinable
  public mutating func append(slot: UInt32) {
    slots[slotCount] = slot
    slotCount += 1
  }

  /// Adds the change of quantity of the event appended last.
  @inlinable
  public mutating func append(change: Int64) {
    changes[changeCount] = change
    changeCount += 1
  }

  /// Adds the change of price of the event appended last.
  @inlinable
  public mutating func append(priceChange: Int32) {
    priceChanges[priceChangeCount] = priceChange
    priceChangeCount += 1
  }
}

/// One event of a batch with its operands, for code that is not hot.
public struct HotEvent: Hashable, Sendable {
  public var code: EventCode
  public var time: Int64
  public var instrument: UInt16
  /// Up to four prices: one, a quote's bid and ask, or a bar's open, high, low and close.
  public var prices: [Int32] = []
  public var quantities: [Int64] = []
  public var slot: UInt32?
  public var change: Int64?
  public var priceChange: Int32?
}

/// How many values of each operand column an operation reads.
public struct OperandCounts: Hashable, Sendable {
  public var prices: Int
  public var quantities: Int
  public var slots: Int
  public var changes: Int
  public var priceChanges: Int
}

extension EventCode.Operation {
  public var operands: OperandCounts {
    switch self {
    case .add, .trade, .setLevel: OperandCounts(prices: 1, quantities: 1, slots: 0, changes: 0, priceChanges: 0)
    case .cancel, .executeWhole: OperandCounts(prices: 0, quantities: 0, slots: 1, changes: 0, priceChanges: 0)
    case .reduce, .executePart, .fill: OperandCounts(prices: 0, quantities: 0, slots: 1, changes: 1, priceChanges: 0)
    case .modify: OperandCounts(prices: 0, quantities: 0, slots: 1, changes: 1, priceChanges: 1)
    case .executePriced: OperandCounts(prices: 1, quantities: 0, slots: 1, changes: 1, priceChanges: 0)
    case .quote: OperandCounts(prices: 2, quantities: 2, slots: 0, changes: 0, priceChanges: 0)
    case .bar: OperandCounts(prices: 4, quantities: 1, slots: 0, changes: 0, priceChanges: 0)
    case .status: OperandCounts(prices: 0, quantities: 1, slots: 0, changes: 0, priceChanges: 0)
    case .clear, .snapshotBegin, .snapshotEnd, .orphan:
      OperandCounts(prices: 0, quantities: 0, slots: 0, changes: 0, priceChanges: 0)
    }
  }
}

/// The place of every column's next value in a batch.
public struct EventCursor: Sendable {
  public var event = 0
  public var buyPrice = 0
  public var sellPrice = 0
  public var quantity = 0
  public var slot = 0
  public var change = 0
  public var priceChange = 0

  public init() {}

  /// Every place is a legal index as far as its sign goes.
  public var isNotNegative: Bool {
    event >= 0 && buyPrice >= 0 && sellPrice >= 0 && quantity >= 0 && slot >= 0 && change >= 0 && priceChange >= 0
  }

  /// The next event, or nil at the end of the batch; an unknown operation reads no operands.
  public mutating func next(in batch: borrowing EventBatch) -> HotEvent? {
    guard event < batch.count else { return nil }
    let code = EventCode(rawValue: batch.codes[event])
    var result = HotEvent(
      code: code, time: batch.times[event], instrument: batch.uniformInstrument ?? batch.instruments[event])
    event += 1
    guard let operation = code.operation else { return result }
    let operands = operation.operands
    if operands.slots == 1 {
      result.slot = batch.slots[slot]
      slot += 1
    }
    if operands.changes == 1 {
      result.change = batch.changes[change]
      change += 1
    }
    if operands.priceChanges == 1 {
      result.priceChange = batch.priceChanges[priceChange]
      priceChange += 1
    }
    for index in 0..<operands.prices {
      let readsSell: Bool
      switch operation {
      case .quote: readsSell = index == 1
      case .bar: readsSell = false
      default: readsSell = code.sideIndex == 1
      }
      if readsSell {
        result.prices.append(batch.sellPrices[sellPrice])
        sellPrice += 1
      } else {
        result.prices.append(batch.buyPrices[buyPrice])
        buyPrice += 1
      }
    }
    for _ in 0..<operands.quantities {
      result.quantities.append(batch.quantities[quantity])
      quantity += 1
    }
    return result
  }
}
