public import MarketTypes

/// A request on its way from a lane to the venue.
struct Request: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable { case new, cancel, amend }

  var time: Int64
  var quantity: Int64
  /// Index of the order in the engine.
  var order: Int32
  var price: Int32
  var kind: Kind
}

/// News about an order on its way from the venue to its lane.
public struct Notice: Hashable, Sendable, BitwiseCopyable {
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
    case accepted, rejected, filled, cancelled, amended, cancelRejected, amendRejected
  }

  /// When the lane learns of it, nanoseconds since the epoch.
  public var time: Int64
  /// When it happened at the venue.
  public var venueTime: Int64
  public var quantity: Int64
  public var identifier: UInt64
  /// Index of the order in the engine.
  public var order: Int32
  public var lane: Int32
  public var price: Int32
  public var instrument: UInt16
  public var kind: Kind
  public var rejectReason: RejectReason
  public var cancelReason: CancelReason
  public var side: Side
  /// The order lives no longer.
  public var isFinal: Bool
  public var isMaker: Bool
}

/// Why a resting order filled.
public enum FillCause: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  /// The lane's order took what rested.
  case aggressed = 0
  /// A market order behind it in the same queue was executed, so it would have been executed before.
  case queueReached = 1
  /// The market traded at a worse price, so it went through the order's price.
  case tradedThrough = 2
  /// A market order arrived on the other side at or through the order's price.
  case crossedByArrival = 3
  /// A trade print used up the quantity ahead (level feeds).
  case tradeAtPrice = 4
  /// A bar's range went through the order's price.
  case barRange = 5
}

/// One fill with its explanation.
public struct LaneFill: Hashable, Sendable, BitwiseCopyable {
  /// Venue time, nanoseconds since the epoch.
  public var time: Int64
  public var quantity: Int64
  public var identifier: UInt64
  /// Quantity ahead when the order joined its queue.
  public var aheadWhenJoined: Int64
  public var joinedTime: Int64
  /// When nothing was ahead any more; Int64.min when it never came to that.
  public var frontTime: Int64
  /// Time priority of the market order whose event caused the fill; `BookChange.noArrival` without one.
  public var causeArrival: Int64
  public var lane: Int32
  public var price: Int32
  public var causePrice: Int32
  public var instrument: UInt16
  public var side: Side
  public var isMaker: Bool
  public var cause: FillCause
}

/// Takes the fills as they happen.
public protocol FillSink: ~Copyable {
  mutating func filled(_ fill: LaneFill)
}
