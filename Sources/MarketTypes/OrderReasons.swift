/// Why a venue refused a request; the first check that fails decides, in the order of the raw values.
public enum RejectReason: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  case none = 0
  /// The request's time lies before a time already seen.
  case timeReversed = 1
  /// The instrument is closed.
  case closed = 2
  /// The instrument is halted or paused.
  case halted = 3
  /// The order's kind is not taken in this trading phase.
  case wrongPhase = 4
  case invalidSide = 5
  /// Type, time in force, flags and quantities do not go together.
  case unsupportedCombination = 6
  case quantityNotPositive = 7
  case quantityTooSmall = 8
  case quantityTooLarge = 9
  /// Not a multiple of the lot.
  case lotSize = 10
  case invalidDisplayQuantity = 11
  case invalidMinimumQuantity = 12
  /// The price is absent or beyond what the instrument can express.
  case invalidPrice = 13
  /// Not a multiple of the tick.
  case tickSize = 14
  case outsidePriceBand = 15
  case aboveLimitUp = 16
  case belowLimitDown = 17
  case invalidStopPrice = 18
  case invalidOffset = 19
  case noReferencePrice = 20
  case expiryInPast = 21
  case duplicateIdentifier = 22
  /// No living order has this identifier.
  case unknownOrder = 23
  case postOnlyWouldTrade = 24
  /// The book holds as many orders as it was set up for.
  case bookFull = 25
}

/// Why a living order, or what was left of it, was cancelled.
public enum CancelReason: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  case none = 0
  case requested = 1
  case immediateOrCancel = 2
  case fillOrKill = 3
  /// A market order found nothing more to trade with.
  case noLiquidity = 4
  case minimumQuantityNotMet = 5
  case selfTradePrevention = 6
  /// The order's price lies beyond the limit up or limit down of the moment.
  case priceLimit = 7
  /// The auction it was meant for has ended.
  case auctionEnded = 8
  /// The instrument's shares were split.
  case corporateAction = 9
}
