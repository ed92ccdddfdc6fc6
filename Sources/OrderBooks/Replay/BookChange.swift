public import MarketTypes

/// What one event did to one book, so that later stages need not look for it.
public struct BookChange: Hashable, Sendable, BitwiseCopyable {
  /// Exchange time, nanoseconds since the epoch.
  public var time: Int64
  /// The quantity the event speaks of: added, taken away, traded, or the level's or order's new total.
  public var quantity: Int64
  /// The time priority of the resting order concerned, before the event; `noArrival` when no order is.
  public var arrival: Int64
  /// What the feed took to bring the event, nanoseconds; 0 where the batch does not say.
  public var feedNanoseconds: Int64
  /// The price level concerned; for a modify the new price.
  public var price: Int32
  /// The level a modify left, otherwise `price`.
  public var oldPrice: Int32
  /// What the modified order had before; for a level set, the level's total before.
  public var oldQuantity: Int64
  public var slot: UInt32
  public var instrument: UInt16
  public var code: EventCode
  /// The best price of a side changed.
  public var touchMoved: Bool

  public static let noArrival = Int64.max

  /// The side of the resting order or level; for a trade, the aggressor's.
  @inlinable
  public var sideIndex: Int { code.sideIndex }

  @inlinable
  public init(time: Int64, instrument: UInt16, code: EventCode) {
    self.time = time
    self.instrument = instrument
    self.code = code
    quantity = 0
    feedNanoseconds = 0
    arrival = Self.noArrival
    price = .min
    oldPrice = .min
    oldQuantity = 0
    slot = .max
    touchMoved = false
  }
}

/// Follows a replay event by event; generic code is specialised for it, so an empty one costs nothing.
public protocol BookObserver: ~Copyable {
  /// Called after each event has been applied.
  mutating func bookChanged(_ change: BookChange, books: borrowing BookSet)
  /// Events later than this wait: an observer that acts on an event lowers it to the moment its action has effect.
  var horizon: Int64 { get }
}

extension BookObserver where Self: ~Copyable {
  @inlinable
  public var horizon: Int64 { .max }
}

/// Watches nothing.
public struct NullObserver: BookObserver {
  public init() {}

  @inlinable
  public mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {}
}

/// Events that a consistent source cannot contain; counted, never silent, and harmless to the book.
public struct BookAnomalies: Hashable, Sendable {
  /// Events on a slot that holds no order.
  public var deadSlots = 0
  /// A reduction or execution of more than what rests.
  public var overdrawn = 0
  /// Quantities below zero.
  public var negativeQuantities = 0
  /// Events on orders that the source never announced.
  public var orphans = 0
  /// Event codes that this version does not know.
  public var unknownCodes = 0
  /// Events of an instrument beyond the ones the set was made for.
  public var unknownInstruments = 0

  public init() {}

  public var total: Int {
    deadSlots + overdrawn + negativeQuantities + orphans + unknownCodes + unknownInstruments
  }

  /// What each counter counts, with its value.
  public var counts: [(name: String, count: Int)] {
    [
      ("events on slots without an order", deadSlots), ("reductions of more than what rests", overdrawn),
      ("negative quantities", negativeQuantities), ("events on unknown orders", orphans),
      ("unknown event codes", unknownCodes), ("events of unknown instruments", unknownInstruments),
    ]
  }
}

/// The strict policy: a source known to be complete showed events that it cannot contain.
public struct BookAnomalyError: Error, Hashable, CustomStringConvertible {
  public let anomalies: BookAnomalies
  /// Events applied until the check.
  public let eventCount: Int

  public var description: String {
    let found = anomalies.counts.filter { $0.count > 0 }.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
    return "the books are not sound: \(found) among the first \(eventCount) events. "
      + "Import the source again, or replay tolerantly if it is known to have gaps."
  }
}

extension BookSet {
  /// Throws when any event so far was an anomaly. Strict replays ask after each batch and so stop within it; tolerant
  /// ones read `anomalies` at the end.
  public func requireClean() throws(BookAnomalyError) {
    if anomalies.total > 0 { throw BookAnomalyError(anomalies: anomalies, eventCount: eventCount) }
  }
}
