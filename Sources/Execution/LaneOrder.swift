public import MarketTypes

/// Where a lane's order stands at the venue.
public enum LaneOrderState: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  /// The place holds no order.
  case free = 0
  /// On its way to the venue.
  case sent = 1
  /// Resting at the venue.
  case working = 2
  /// Filled, cancelled, rejected or expired at the venue; the lane may not know yet.
  case finished = 3
}

/// One order of one lane: what the venue knows, and what the lane knows, which is older.
public struct LaneOrder: Sendable, BitwiseCopyable {
  /// The strategy's own number.
  public internal(set) var identifier: UInt64 = 0
  /// Open quantity at the venue.
  public internal(set) var openQuantity: Int64 = 0
  /// Open quantity as the lane knows it.
  public internal(set) var knownQuantity: Int64 = 0
  /// When it was sent, nanoseconds since the epoch, lane's clock.
  public internal(set) var sentTime: Int64 = 0
  /// When it joined its queue, and what was ahead then.
  public internal(set) var joinedTime: Int64 = .min
  public internal(set) var aheadWhenJoined: Int64 = 0
  public internal(set) var price: Int32 = .min
  /// Links of the queue it rests in.
  var cohort: Int32 = -1
  var next: Int32 = -1
  var previous: Int32 = -1
  public internal(set) var lane: Int32 = 0
  public internal(set) var instrument: UInt16 = 0
  public internal(set) var sideIndex: UInt8 = 0
  public internal(set) var state = LaneOrderState.free
  /// The lane has been told that the order rests.
  public internal(set) var isAcknowledged = false
  /// A cancel is on its way.
  public internal(set) var isCancelSent = false
  public internal(set) var isPostOnly = false
  public internal(set) var timeInForce = TimeInForce.goodTillCancelled
  public internal(set) var type = OrderType.limit
  /// Messages about it that are under way in either direction; its place is reused only at zero.
  var messagesUnderWay: Int32 = 0

  public var side: Side { sideIndex == 0 ? .buy : .sell }
}

/// The orders of one lane at one price that joined between the same two market orders: one place in the queue.
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
  var firstOrder: Int32 = -1
  var lastOrder: Int32 = -1
  var next: Int32 = -1
  var previous: Int32 = -1
  var level: Int32
}

/// A price at which lane orders rest: its cohorts, earliest first.
struct LaneLevel: BitwiseCopyable {
  var firstCohort: Int32 = -1
  var lastCohort: Int32 = -1
  var price: Int32
  var instrument: UInt16
  var sideIndex: UInt8
}
