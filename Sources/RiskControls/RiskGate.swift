public import MarketTypes

/// What becomes of a lane whose drawdown stop has fallen. In every case its orders are cancelled.
public enum AfterStop: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  /// It goes on, and may only reduce its position.
  case continues = 0
  /// It is not called any more; its position stays.
  case holds = 1
  /// It is not called any more; its position is closed at market.
  case closes = 2
}

/// The limits of one lane; nil switches a control off.
public struct RiskLimits: Hashable, Sendable, BitwiseCopyable {
  /// Largest quantity of one order, in lots.
  public var orderQuantity: Int64?
  /// Largest absolute position, counting what open orders of the side could add, in lots.
  public var position: Int64?
  /// Largest absolute position value, in ticks × lots at the reference price.
  public var notional: Int64?
  /// Ticks a buy may lie above the best offer, or a sell below the best bid.
  public var priceCollarTicks: Int32?
  /// Orders and amends a lane may send in each window.
  public var orderRate: Int32?
  public var orderRateWindowNanoseconds: Int64 = 1_000_000_000
  /// Largest loss from the highest equity, in ticks × lots; then the lane stops.
  public var drawdown: Int64?
  public var afterStop = AfterStop.continues

  public init() {}

  /// No control at all.
  public static let none = RiskLimits()
}

/// What the gate must know about a lane at the moment of an intent.
public struct Exposure: Hashable, Sendable, BitwiseCopyable {
  public var position: Int64
  /// Open quantity of the lane's buys and sells, in flight or resting.
  public var openBuys: Int64
  public var openSells: Int64
  public var bestBid: Price
  public var bestAsk: Price

  @inlinable
  public init(position: Int64, openBuys: Int64, openSells: Int64, bestBid: Price, bestAsk: Price) {
    self.position = position
    self.openBuys = openBuys
    self.openSells = openSells
    self.bestBid = bestBid
    self.bestAsk = bestAsk
  }
}

/// What the gate remembers of one lane.
public struct RiskState: Hashable, Sendable, BitwiseCopyable {
  var windowStart = Int64.min
  var ordersInWindow: Int32 = 0
  /// Highest equity seen, in ticks × lots.
  public private(set) var peakEquity: Int64 = 0
  public private(set) var isStopped = false
  /// When the drawdown stop fell, nanoseconds since the epoch.
  public private(set) var stoppedTime = Int64.min

  public init() {}

  /// Marks the lane to market; true when this makes the drawdown stop fall.
  @inline(__always)
  public mutating func mark(equity: Int64, time: Int64, limits: borrowing RiskLimits) -> Bool {
    if equity > peakEquity { peakEquity = equity }
    guard let limit = limits.drawdown, !isStopped, peakEquity &- equity > limit else { return false }
    isStopped = true
    stoppedTime = time
    return true
  }
}

/// Stands between every intent and the market.
public struct RiskGate: Sendable, BitwiseCopyable {
  public let limits: RiskLimits
  public let instrumentCount: Int
  /// The limits that every order meets, as plain numbers: none is the largest there is.
  private let largestQuantity: Int64
  private let largestPosition: Int64
  private let orderRate: Int32
  private let collarTicks: Int32
  private let largestNotional: Int64

  public init(limits: RiskLimits, instrumentCount: Int) {
    self.limits = limits
    self.instrumentCount = instrumentCount
    largestQuantity = limits.orderQuantity ?? .max
    largestPosition = limits.position ?? .max
    orderRate = limits.orderRate ?? .max
    collarTicks = limits.priceCollarTicks ?? .max
    largestNotional = limits.notional ?? .max
  }

  /// Goes on with the order that an intent becomes, or with the control that held it back: the first failing check, in source
  /// order. A result that carries either would be
  /// written out and read again, which cost an order as much as all the checks.
  @inline(__always)
  public func approve<Outcome>(
    _ intent: OrderIntent, exposure: Exposure, time: Int64, state: inout RiskState,
    approved: (ApprovedOrder) -> Outcome, refused: (RiskReason) -> Outcome
  ) -> Outcome {
    let reason = firstFailure(intent, exposure: exposure, time: time, state: &state)
    return reason == .none ? approved(ApprovedOrder(approved: intent)) : refused(reason)
  }

  /// What holds an amend of a resting order back; `none` when nothing does. `open` is what the lane believes open of the order,
  /// which the exposure counts. Taking quantity away at the same price only counts as a request.
  public func refusalOfAmend(
    _ intent: OrderIntent, from price: Price, open: Int64, exposure: Exposure, time: Int64, state: inout RiskState
  ) -> RiskReason {
    if intent.terms.price == price, intent.terms.quantity.lots <= open {
      return rateFailure(time: time, state: &state) ?? .none
    }
    var rest = exposure
    if intent.terms.side == .buy { rest.openBuys &-= open } else { rest.openSells &-= open }
    return firstFailure(intent, exposure: rest, time: time, state: &state)
  }

  @inline(__always)
  private func firstFailure(
    _ intent: OrderIntent, exposure: Exposure, time: Int64, state: inout RiskState
  ) -> RiskReason {
    let terms = intent.terms
    if Int(intent.instrument) >= instrumentCount { return .unknownInstrument }
    if terms.side == .none { return .invalidSide }
    let quantity = terms.quantity.lots
    if quantity <= 0 { return .quantityNotPositive }
    let isBuy = terms.side == .buy
    let open = isBuy ? exposure.openBuys : exposure.openSells
    // Towards the order's side. Saturating sums: absurd sizes must be refused, not wrap around into small ones.
    let held = isBuy ? exposure.position : negated(exposure.position)
    let openAfter = saturatingSum(open, quantity)
    if state.isStopped, openAfter > negated(held) { return .drawdownStop }
    if quantity > largestQuantity { return .orderTooLarge }
    if terms.type == .limit, terms.price.isNone { return .invalidPrice }
    if let reason = rateFailure(time: time, state: &state) { return reason }
    let wanted = saturatingSum(openAfter, held)
    if wanted > largestPosition { return .positionLimit }
    let price = terms.price
    let reference = isBuy ? exposure.bestAsk : exposure.bestBid
    if collarTicks != .max, terms.type == .limit {
      if reference.isNone { return .noReferencePrice }
      let above = Int64(price.ticks) - Int64(reference.ticks)
      if (isBuy ? above : -above) > Int64(collarTicks) { return .priceCollar }
    }
    guard largestNotional != .max else { return .none }
    // Also for orders without a price of their own. A sell's limit says the least it may trade at: at the bid it trades higher.
    let isHigher = !isBuy && !reference.isNone && reference > price
    let value = price.isNone || isHigher ? reference : price
    if value.isNone { return .noReferencePrice }
    let (notional, overflow) = wanted.multipliedReportingOverflow(by: Int64(value.ticks.magnitude))
    // Beyond 64 bits a product of a positive quantity lies above every limit, one of a negative quantity below.
    return overflow ? (wanted > 0 ? .notionalLimit : .none) : notional > largestNotional ? .notionalLimit : .none
  }

  @inline(__always)
  private func rateFailure(time: Int64, state: inout RiskState) -> RiskReason? {
    if orderRate == .max { return nil }
    if time &- state.windowStart >= limits.orderRateWindowNanoseconds || state.windowStart == .min {
      state.windowStart = time
      state.ordersInWindow = 0
    }
    guard state.ordersInWindow < orderRate else { return .orderRate }
    state.ordersInWindow &+= 1
    return nil
  }

  @inline(__always)
  private func negated(_ value: Int64) -> Int64 { value == .min ? .max : -value }

  @inline(__always)
  private func saturatingSum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? (left > 0 ? .max : .min) : sum
  }
}
