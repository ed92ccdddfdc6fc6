public import MarketTypes

/// News about an order, as it reaches its lane.
public struct Notice: Hashable, Sendable, BitwiseCopyable {
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
    case accepted, rejected, filled, cancelled, amended, cancelRejected, amendRejected, expired, triggered
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

/// What a message from the venue says when a code is not enough.
struct NoticeDetail: BitwiseCopyable {
  var venueTime: Int64
  var quantity: Int64
  var price: Int32
  var kind: Notice.Kind
  var rejectReason: RejectReason
  var cancelReason: CancelReason
  var isFinal: Bool
  var isMaker: Bool
  /// What the lane asked for, rather than a change that came about otherwise.
  var answersAmend = false
}

/// A change of a living order on its way to the venue.
struct Amendment: BitwiseCopyable {
  var quantity: Int64
  /// What the lane knew to be filled of all orders in the place, when it was sent.
  var filledBefore: Int64
  /// `Int32.min` for an order without a limit.
  var price: Int32
}

/// Why an order filled.
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
  /// The opening or closing auction traded at its price or better.
  case auction = 6
  /// Another order of the same lane.
  case ownOrder = 7
  /// A participant of the market that the lane trades in took it.
  case counterparty = 8
}

/// One fill with its explanation.
public struct LaneFill: Hashable, Sendable, BitwiseCopyable {
  /// Venue time, nanoseconds since the epoch.
  public var time: Int64
  public var quantity: Int64
  public var identifier: UInt64
  /// Quantity ahead when the order joined its queue, and when that was; Int64.min when it rested in none.
  public var aheadWhenJoined: Int64
  public var joinedTime: Int64
  /// When nothing was ahead any more; Int64.min when it never came to that.
  public var frontTime: Int64
  /// Time priority of the market order whose event caused the fill; `BookChange.noArrival` without one.
  public var causeArrival: Int64
  /// In billionths of tick × lot; negative for a rebate.
  public var fee: Int128
  /// Bid plus ask in ticks at the fill; Int64.min when a side was empty.
  public var bidPlusAsk: Int64
  public var sentTime: Int64
  public var lane: Int32
  public var price: Int32
  public var causePrice: Int32
  public var instrument: UInt16
  public var side: Side
  public var isMaker: Bool
  public var cause: FillCause
}
