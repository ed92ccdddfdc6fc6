/// What an order asks for: the same value for an intent, an approved order and a message to a venue.
public struct OrderTerms: Hashable, Sendable, BitwiseCopyable {
  public var identifier: OrderIdentifier
  /// Total quantity.
  public var quantity: Quantity
  /// The part shown at a time; zero shows everything.
  public var displayQuantity: Quantity
  /// The least that must trade on arrival; the order is cancelled otherwise. Zero asks for nothing.
  public var minimumQuantity: Quantity
  /// When a good-till-date order ends.
  public var expiry: Timestamp
  /// The limit; `none` for market orders and for pegged orders without a limit.
  public var price: Price
  /// Where a stop triggers; a trailing stop may leave it out and start from the last trade.
  public var stopPrice: Price
  /// Ticks between a trailing stop and the best trade since, or between a pegged order and its reference.
  public var offset: Int32
  public var participant: ParticipantIdentifier
  public var side: Side
  public var type: OrderType
  public var timeInForce: TimeInForce
  public var selfTradePrevention: SelfTradePrevention
  public var flags: OrderFlags

  @inlinable
  public init(
    identifier: OrderIdentifier, side: Side, type: OrderType = .limit, price: Price = .none, quantity: Quantity,
    timeInForce: TimeInForce = .goodTillCancelled, participant: ParticipantIdentifier = .anonymous,
    selfTradePrevention: SelfTradePrevention = .none, flags: OrderFlags = [], displayQuantity: Quantity = .zero,
    minimumQuantity: Quantity = .zero, stopPrice: Price = .none, offset: Int32 = 0, expiry: Timestamp = .unknown
  ) {
    self.identifier = identifier
    self.quantity = quantity
    self.displayQuantity = displayQuantity
    self.minimumQuantity = minimumQuantity
    self.expiry = expiry
    self.price = price
    self.stopPrice = stopPrice
    self.offset = offset
    self.participant = participant
    self.side = side
    self.type = type
    self.timeInForce = timeInForce
    self.selfTradePrevention = selfTradePrevention
    self.flags = flags
  }
}

/// A change of a living order.
public struct OrderAmendment: Hashable, Sendable, BitwiseCopyable {
  public var identifier: OrderIdentifier
  /// The new limit; ignored for orders without one.
  public var price: Price
  /// The new open quantity.
  public var quantity: Quantity

  @inlinable
  public init(identifier: OrderIdentifier, price: Price, quantity: Quantity) {
    self.identifier = identifier
    self.price = price
    self.quantity = quantity
  }
}
