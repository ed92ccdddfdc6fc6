public import MarketTypes

/// Where a lane's order stands at the venue.
public enum LaneOrderState: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  /// The place holds no order.
  case free = 0
  /// On its way to the venue.
  case sent = 1
  /// Resting in a queue at the venue.
  case working = 2
  /// Filled, cancelled, rejected or expired at the venue; the lane may not know yet.
  case finished = 3
  /// At the venue but in no queue: an untriggered stop, or an order waiting for its auction.
  case waiting = 4
}

/// One order of one lane: what the venue knows, and what the lane knows, which is older. 64 bytes: one cache line.
public struct LaneOrder: Sendable, BitwiseCopyable {
  /// Open quantity at the venue.
  public internal(set) var openQuantity: Int64 = 0
  /// Open quantity as the lane knows it.
  public internal(set) var knownQuantity: Int64 = 0
  /// The strategy's own number.
  public internal(set) var identifier: UInt64 = 0
  /// When it was sent, nanoseconds since the epoch, lane's clock.
  public internal(set) var sentTime: Int64 = 0
  /// When the lane learns, or learned, that the venue took it; Int64.max before the venue did.
  public internal(set) var acknowledgedTime: Int64 = .max
  public internal(set) var price: Int32 = .min
  /// Links of the queue it rests in.
  var cohort: Int32 = -1
  var next: Int32 = -1
  var previous: Int32 = -1
  public internal(set) var instrument: UInt16 = 0
  /// Messages about it that are under way in either direction; its place is reused only at zero. At its highest value the
  /// count has been lost, and the place is never reused.
  var messagesUnderWay: UInt16 = 0
  public internal(set) var state = LaneOrderState.free
  public internal(set) var marks: Marks = []
  public internal(set) var timeInForce = TimeInForce.goodTillCancelled
  public internal(set) var type = OrderType.limit

  public struct Marks: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let postOnly = Marks(rawValue: 1)
    /// A cancel is on its way.
    public static let cancelSent = Marks(rawValue: 2)
    /// Something about it is beyond a plain limit order: see `OrderExtras`.
    static let special = Marks(rawValue: 4)
    /// Undisplayed: behind every displayed order of its price.
    static let hidden = Marks(rawValue: 8)
    static let sell = Marks(rawValue: 16)
    /// What the lane knows of its limit stands apart: see `KnownPrice`.
    static let pricedApart = Marks(rawValue: 32)
    /// The lane has heard that its stop was triggered.
    static let triggerHeard = Marks(rawValue: 64)
  }

  /// 0 for a buy, 1 for a sell: kept among the marks, so that the record fits its cache line.
  @inline(__always)
  public var sideIndex: UInt8 { (marks.rawValue >> 4) & 1 }

  @inline(__always)
  public var side: Side { sideIndex == 0 ? .buy : .sell }
}

/// The limit of an order as its lane knows it, where the order's own price may be another: of orders that were amended, and
/// of types that are more than a limit or market order.
@usableFromInline
package struct KnownPrice: BitwiseCopyable {
  /// Confirmed by the venue, or as sent; `Int32.min` without a limit.
  package var confirmed = Int32.min
  /// As asked for by the latest amend that is not answered; the confirmed one otherwise.
  package var requested = Int32.min
  /// Amends that are not answered.
  var amendsUnderWay: Int32 = 0
}

/// What few orders have: parallel to the orders, and allocated when the first such order is sent.
struct OrderExtras: BitwiseCopyable {
  var expiry: Int64 = .max
  /// Shown at a time, and the part behind it.
  var displayQuantity: Int64 = 0
  var reserve: Int64 = 0
  var minimumQuantity: Int64 = 0
  var stopPrice: Int32 = .min
  var offset: Int32 = 0
  /// The best trade price since a trailing stop began.
  var watermark: Int32 = .min
  /// The limit a pegged order must not pass; `Int32.min` for none.
  var limit: Int32 = .min
  var participant: UInt32 = 0
  var selfTradePrevention = SelfTradePrevention.none
  /// The type it was sent with; a triggered stop becomes a market or limit order.
  var sentType = OrderType.limit
}

/// The orders of one side, price and moment of joining: one place in the queue.
///
/// Lanes do not see each other, so all of them share what lies ahead. Only arrival decides who fills, and the sweep over
/// a level costs by the moment of joining, not by the lane.
struct Cohort: BitwiseCopyable {
  /// Arrival count of the book when it joined: market orders below are ahead, others behind.
  var arrival: Int64
  /// Market quantity still ahead.
  var ahead: Int64
  /// When nothing was ahead any more; Int64.min while something is.
  var frontTime: Int64
  var joinedTime: Int64
  var aheadWhenJoined: Int64
  /// The number of the event it joined after: until the next one, whoever joins joins it.
  var event: Int64
  var firstOrder: Int32 = -1
  var lastOrder: Int32 = -1
  var next: Int32 = -1
  var previous: Int32 = -1
  /// Level feeds: what trades took off the front since the level's last change.
  var traded: Int64 = 0
  /// Level feeds: index of the model that estimates what is ahead.
  var model: UInt16 = 0
  /// Behind every displayed order of the price, whenever that arrived.
  var isHidden = false
}
