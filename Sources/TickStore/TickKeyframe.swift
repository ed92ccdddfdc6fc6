public import MarketTypes

/// The state of every book at one place of a tick file: what a book loads to start there.
public struct TickKeyframe: Hashable, Sendable {
  /// A resting order.
  public struct Order: Hashable, Sendable, BitwiseCopyable {
    public var slot: UInt32
    public var instrument: UInt16
    public var side: Side
    public var price: Price
    /// What is left of it.
    public var quantity: Quantity
    /// The source's order id; 0 when the keyframe was read without cold columns.
    public var identifier: UInt64

    public init(
      slot: UInt32, instrument: UInt16, side: Side, price: Price, quantity: Quantity, identifier: UInt64 = 0
    ) {
      self.slot = slot
      self.instrument = instrument
      self.side = side
      self.price = price
      self.quantity = quantity
      self.identifier = identifier
    }
  }

  /// A price level of a source that publishes levels.
  public struct Level: Hashable, Sendable, BitwiseCopyable {
    public var instrument: UInt16
    public var side: Side
    public var price: Price
    public var quantity: Quantity

    public init(instrument: UInt16, side: Side, price: Price, quantity: Quantity) {
      self.instrument = instrument
      self.side = side
      self.price = price
      self.quantity = quantity
    }
  }

  /// How many events of the file lie before this state.
  public var ordinal: UInt64 = 0
  /// Grouped by instrument, within it in order of arrival: orders of one level are in priority order.
  public var orders: [Order] = []
  /// Free slots in the order they were freed; the last is taken first.
  public var freeSlots: [UInt32] = []
  /// One more than the highest slot ever taken.
  public var highWater: UInt32 = 0
  /// Ordered by instrument, side and price.
  public var levels: [Level] = []
  /// The last quote of each instrument by its number, where there was one.
  public var quotes: [MarketEvent.Quote?] = []
  /// The last status of each instrument by its number.
  public var statuses: [MarketStatus] = []

  public init() {}

  /// The allocator that continues with the next add.
  public var allocator: SlotAllocator { SlotAllocator(free: freeSlots, highWater: highWater) }
}
