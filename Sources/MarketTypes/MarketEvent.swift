/// What happened in the market.
public enum EventKind: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  /// A new resting order: side, price, quantity, slot.
  case add = 0
  /// A resting order left without trading: slot.
  case cancel = 1
  /// A resting order lost part of its quantity and kept its priority: slot, quantity removed.
  case reduce = 2
  /// A resting order got a new price or a larger size and lost its priority: slot, new price, new quantity.
  case modify = 3
  /// A resting order traded: slot, quantity taken from it; the price is its own unless `pricedExecution` is set.
  case execute = 4
  /// A resting order traded, and another event takes the quantity from the book: slot, quantity.
  case fill = 5
  /// A trade print without book effect: aggressor side, price, quantity.
  case trade = 6
  /// The total quantity at a price level is now this: side, price, quantity (0 removes the level).
  case setLevel = 7
  /// The best bid and offer are now these; a side with `Price.none` is empty.
  case quote = 8
  /// Open, high, low and close prices and volume of the interval that ends at the event's time.
  case bar = 9
  /// The instrument's trading status changed: quantity holds a `MarketStatus`.
  case status = 10
  /// The instrument's book is now empty.
  case clear = 11
  /// The instrument's book is now empty and a snapshot of it follows.
  case snapshotBegin = 12
  case snapshotEnd = 13
  /// An event on an order the source never announced: no book effect, kept for audit and counted.
  case orphan = 14
}

/// The trading status of an instrument.
public enum MarketStatus: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  case unknown = 0
  case preOpen = 1
  case openingAuction = 2
  case open = 3
  case halted = 4
  case paused = 5
  case closingAuction = 6
  case closed = 7
  case postClose = 8
}

/// Marks on an event.
public struct EventFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt16

  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The book is consistent after this event: the feed's own group of messages is complete.
  public static let endOfEvent = EventFlags(rawValue: 1 << 0)
  /// Part of a snapshot, not news.
  public static let snapshot = EventFlags(rawValue: 1 << 1)
  /// A trade against an order that was not displayed.
  public static let hidden = EventFlags(rawValue: 1 << 2)
  /// An execution at a price other than the resting order's.
  public static let pricedExecution = EventFlags(rawValue: 1 << 3)
  /// Not counted in volume (ITCH's non-printable executions).
  public static let nonPrintable = EventFlags(rawValue: 1 << 4)
  /// A trade that came from an auction or cross.
  public static let auction = EventFlags(rawValue: 1 << 5)
  /// Added by the importer; the source has no such record, so export leaves it out.
  public static let synthetic = EventFlags(rawValue: 1 << 6)
  /// One execution stands for the source's three records trade, fill and cancel.
  public static let mergedExecution = EventFlags(rawValue: 1 << 7)
  /// The source said something else than what the book implies; the stated values are the event's.
  public static let contradictsBook = EventFlags(rawValue: 1 << 8)
}

/// One market event with everything the source said, as a fixed 64-byte record.
///
/// This is the calm form, for import, export and inspection. Replay uses `EventBatch`.
public struct MarketEvent: Hashable, Sendable, BitwiseCopyable {
  public static let noSlot = UInt32.max

  public var exchangeTime: Timestamp
  /// When the capture received it; may lie before the exchange's time, because real clocks disagree.
  public var localTime: Timestamp
  /// The source's order id, trade id or update id. A quote keeps its ask quantity here, a bar its high and low.
  public var identifier: UInt64
  public var quantity: Quantity
  public var sequence: UInt64
  public var price: Price
  /// The dense number of the order in its file. A quote keeps its ask price here, a bar its close.
  public var slot: UInt32
  public var instrument: UInt16
  public var kind: EventKind
  public var side: Side
  public var flags: EventFlags
  /// The source's publisher, channel or condition code.
  public var channel: UInt16
  /// Nanoseconds between the matching engine's send time and the capture, where the source states them.
  public var sendDelta: Int32
  /// 32 bits that belong to the source's format and survive the way back (DBN: flags, action and side bytes).
  public var origin: UInt32

  public init(
    kind: EventKind, exchangeTime: Timestamp, localTime: Timestamp = .unknown, instrument: UInt16 = 0,
    side: Side = .none, price: Price = .none, quantity: Quantity = .zero, identifier: UInt64 = 0,
    slot: UInt32 = MarketEvent.noSlot, sequence: UInt64 = 0, flags: EventFlags = [.endOfEvent], channel: UInt16 = 0,
    sendDelta: Int32 = 0, origin: UInt32 = 0
  ) {
    self.exchangeTime = exchangeTime
    self.localTime = localTime
    self.identifier = identifier
    self.quantity = quantity
    self.sequence = sequence
    self.price = price
    self.slot = slot
    self.instrument = instrument
    self.kind = kind
    self.side = side
    self.flags = flags
    self.channel = channel
    self.sendDelta = sendDelta
    self.origin = origin
  }
}

extension MarketEvent {
  /// The best bid and offer of a quote event.
  public struct Quote: Hashable, Sendable, BitwiseCopyable {
    public var bidPrice: Price
    public var bidQuantity: Quantity
    public var askPrice: Price
    public var askQuantity: Quantity

    public init(bidPrice: Price, bidQuantity: Quantity, askPrice: Price, askQuantity: Quantity) {
      self.bidPrice = bidPrice
      self.bidQuantity = bidQuantity
      self.askPrice = askPrice
      self.askQuantity = askQuantity
    }
  }

  /// The prices and the volume of a bar event.
  public struct Bar: Hashable, Sendable, BitwiseCopyable {
    public var open: Price
    public var high: Price
    public var low: Price
    public var close: Price
    public var volume: Quantity

    public init(open: Price, high: Price, low: Price, close: Price, volume: Quantity) {
      self.open = open
      self.high = high
      self.low = low
      self.close = close
      self.volume = volume
    }
  }

  public var quote: Quote {
    get {
      Quote(
        bidPrice: price, bidQuantity: quantity, askPrice: Price(ticks: Int32(bitPattern: slot)),
        askQuantity: Quantity(lots: Int64(bitPattern: identifier)))
    }
    set {
      price = newValue.bidPrice
      quantity = newValue.bidQuantity
      slot = UInt32(bitPattern: newValue.askPrice.ticks)
      identifier = UInt64(bitPattern: newValue.askQuantity.lots)
    }
  }

  public var bar: Bar {
    get {
      Bar(
        open: price, high: Price(ticks: Int32(truncatingIfNeeded: Int64(bitPattern: identifier) >> 32)),
        low: Price(ticks: Int32(truncatingIfNeeded: identifier)), close: Price(ticks: Int32(bitPattern: slot)),
        volume: quantity)
    }
    set {
      price = newValue.open
      identifier =
        UInt64(UInt32(bitPattern: newValue.high.ticks)) << 32 | UInt64(UInt32(bitPattern: newValue.low.ticks))
      slot = UInt32(bitPattern: newValue.close.ticks)
      quantity = newValue.volume
    }
  }

  public var status: MarketStatus {
    get { MarketStatus(rawValue: UInt8(truncatingIfNeeded: quantity.lots)) ?? .unknown }
    set { quantity = Quantity(lots: Int64(newValue.rawValue)) }
  }
}
