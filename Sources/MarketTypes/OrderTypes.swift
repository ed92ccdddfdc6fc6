/// How an order's price comes about.
public enum OrderType: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  /// Trades at its price or better, and rests at it.
  case limit = 0
  /// Trades at any price; what is left is cancelled.
  case market = 1
  /// Waits for a trade at its stop price, then is a market order.
  case stop = 2
  /// Waits for a trade at its stop price, then is a limit order.
  case stopLimit = 3
  /// A stop whose stop price follows favourable trades at a fixed distance.
  case trailingStop = 4
  /// Undisplayed; follows its own side's best displayed price, `offset` ticks behind it.
  case peggedPrimary = 5
  /// Undisplayed; follows the middle of the displayed touch, rounded and `offset` ticks away from the other side.
  case peggedMidpoint = 6

  /// Waits for a trade price before it takes part in the market.
  @inlinable
  public var isStop: Bool { self == .stop || self == .stopLimit || self == .trailingStop }

  @inlinable
  public var isPegged: Bool { self == .peggedPrimary || self == .peggedMidpoint }
}

/// How long an order lives.
public enum TimeInForce: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  /// Until the end of the session.
  case day = 0
  case goodTillCancelled = 1
  /// Trades what it can at once; the rest is cancelled.
  case immediateOrCancel = 2
  /// Trades wholly at once or not at all.
  case fillOrKill = 3
  /// Until the moment in the order's expiry.
  case goodTillDate = 4
  /// Takes part in the opening auction only.
  case atOpen = 5
  /// Waits for the closing auction and takes part in it only.
  case atClose = 6

  /// Never rests.
  @inlinable
  public var isImmediate: Bool { self == .immediateOrCancel || self == .fillOrKill }

  @inlinable
  public var isAuctionOnly: Bool { self == .atOpen || self == .atClose }
}

/// What happens instead of a trade between two orders of one participant; the incoming order's choice counts.
public enum SelfTradePrevention: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  /// They trade.
  case none = 0
  /// The incoming order is cancelled.
  case cancelNewest = 1
  /// The resting order is cancelled.
  case cancelOldest = 2
  case cancelBoth = 3
  /// The smaller quantity is taken off both without a trade.
  case decrement = 4
}

/// Marks on an order.
public struct OrderFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Rejected when it would trade on arrival.
  public static let postOnly = OrderFlags(rawValue: 1 << 0)
  /// Rests undisplayed, behind the displayed orders of its price.
  public static let hidden = OrderFlags(rawValue: 1 << 1)
}
