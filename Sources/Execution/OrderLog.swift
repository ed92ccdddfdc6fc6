public import MarketTypes

/// The states an order goes through, in order.
public enum OrderStep: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  /// The strategy has decided.
  case received = 0
  /// Its terms make sense.
  case validated = 1
  case riskApproved = 2
  /// On its way to the venue.
  case routed = 3
  /// The venue has taken it.
  case acknowledged = 4
  case partiallyFilled = 5
  case filled = 6
  case cancelled = 7
  case rejected = 8
  case expired = 9
  /// Its fills have changed hands.
  case settled = 10
  /// The lane has been told of its end.
  case confirmed = 11
  /// Price or quantity changed at the venue.
  case amended = 12
  /// A stop's price was reached.
  case triggered = 13
  /// A fill at its price was drawn as missed (`FillChance`): it joined its queue anew.
  case missed = 14
}

/// One step of one order of a recorded lane.
public struct OrderTransition: Hashable, Sendable, BitwiseCopyable {
  /// When, at the place where it happened, nanoseconds since the epoch.
  public var time: Int64
  public var identifier: UInt64
  /// What was open after it.
  public var quantity: Int64
  /// Bid plus ask in ticks as the lane saw them when it decided; Int64.min otherwise, or when a side was empty.
  public var bidPlusAsk: Int64
  public var lane: Int32
  /// Index of the order's place, for telling apart orders with equal identifiers.
  public var order: Int32
  public var price: Int32
  public var instrument: UInt16
  public var step: OrderStep
  public var side: Side
  public var type: OrderType
  public var timeInForce: TimeInForce
  public var rejectReason: RejectReason
  public var cancelReason: CancelReason
  public var riskReason: UInt8
}

extension ExecutionEngine {
  /// Notes a step of an order, for lanes that are recorded.
  @inline(__always)
  mutating func note(
    _ index: Int, _ step: OrderStep, time: Int64, rejectReason: RejectReason = .none,
    cancelReason: CancelReason = .none, bidPlusAsk: Int64 = .min
  ) {
    if lanes[lane(of: index)].isRecorded {
      record(
        index, step, time: time, rejectReason: rejectReason, cancelReason: cancelReason, bidPlusAsk: bidPlusAsk)
    }
  }

  @inline(never)
  private mutating func record(
    _ index: Int, _ step: OrderStep, time: Int64, rejectReason: RejectReason, cancelReason: CancelReason,
    bidPlusAsk: Int64
  ) {
    let order = orders[index]
    transitions.append(
      OrderTransition(
        time: time, identifier: order.identifier, quantity: order.openQuantity &+ reserve(index),
        bidPlusAsk: bidPlusAsk, lane: Int32(lane(of: index)), order: Int32(truncatingIfNeeded: index),
        price: order.price, instrument: order.instrument, step: step, side: order.side, type: order.type,
        timeInForce: order.timeInForce, rejectReason: rejectReason, cancelReason: cancelReason, riskReason: 0))
  }

  /// Notes an intent that the risk gate held back: it never became an order.
  @inline(never)
  mutating func recordRefusal(_ terms: OrderTerms, instrument: UInt16, lane: Int, time: Int64, reason: UInt8) {
    for step in [OrderStep.received, .rejected] {
      transitions.append(
        OrderTransition(
          time: time, identifier: terms.identifier.rawValue, quantity: terms.quantity.lots, bidPlusAsk: .min,
          lane: Int32(lane), order: -1, price: terms.price.ticks, instrument: instrument, step: step, side: terms.side,
          type: terms.type, timeInForce: terms.timeInForce, rejectReason: .none, cancelReason: .none,
          riskReason: reason))
    }
  }

  /// The steps noted so far, in the order in which the venue caused them; empties the store. A confirmation stands where
  /// its message left the venue, with the time at which it arrives.
  public mutating func takeTransitions() -> [OrderTransition] {
    defer { transitions.removeAll(keepingCapacity: true) }
    return transitions
  }

  /// The fills kept so far, oldest first; empties the store.
  public mutating func takeFills() -> [LaneFill] {
    defer { fills.removeAll(keepingCapacity: true) }
    return fills
  }
}
