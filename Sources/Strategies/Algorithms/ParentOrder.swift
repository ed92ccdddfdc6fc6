import MarketTypes

/// A large order worked in parts: turns how much is due into child orders, never more than was asked for.
///
/// Two amounts drive it: what `must` have traded by now and what `may` rest meanwhile. What is due goes out as market
/// orders, or as immediate orders at the limit price; what may rest joins the best price of its own side.
struct ParentOrder: Sendable {
  let side: Side
  private(set) var quantity: Int64
  let instrument: Int
  /// Rest what is not due yet, instead of trading at once when it is.
  let isPassive: Bool
  /// The worst price to accept; `Price.none` accepts any.
  private(set) var limit: Price

  static let parameters = [
    Parameter.instrument,
    .quantity("lots of the whole order", default: 10_000),
    Parameter("sell", "1 sells, 0 buys", default: 0, in: 0...1, isWhole: true),
    Parameter(
      "limit", "worst price in ticks; 0 accepts any", default: 0, in: -2_000_000_000...2_000_000_000, isWhole: true),
  ]

  static let passive = Parameter(
    "passive", "1 rests a slice at the own best price until it is due, 0 takes it at once", default: 0, in: 0...1,
    isWhole: true)

  init(_ parameters: ParameterValues, isPassive: Bool) {
    self.init(
      side: parameters.isOn("sell") ? .sell : .buy, quantity: parameters.whole("quantity"),
      instrument: parameters.place(), isPassive: isPassive,
      limit: parameters.whole("limit") == 0 ? .none : Price(ticks: Int32(parameters.whole("limit"))))
  }

  init(side: Side, quantity: Int64, instrument: Int = 0, isPassive: Bool = false, limit: Price = .none) {
    self.side = side
    self.quantity = quantity
    self.instrument = instrument
    self.isPassive = isPassive
    self.limit = limit
  }

  /// The same order in new lots and at a new limit, where it concerns the instrument.
  mutating func carry(through split: MarketSplit) {
    guard split.instrument == instrument else { return }
    quantity = split.lots(quantity)
    limit = split.price(limit)
  }

  /// What to do next.
  struct Step: Hashable, Sendable {
    /// Take back what rests, because it is due.
    var cancelsResting = false
    /// Lots to trade at once.
    var cross: Int64 = 0
    /// Lots to rest.
    var rest: Int64 = 0
  }

  /// The next step, from lots traded and lots of living orders, immediate and resting.
  ///
  /// Invariant: traded + living + cross + rest ≤ max(may, traded + living), so nothing is ever sent twice: what rests is
  /// cancelled first, and sent again only when it is known to be gone.
  static func step(must: Int64, may: Int64, traded: Int64, crossing: Int64, resting: Int64) -> Step {
    let free = max(0, max(must, may) - traded - crossing - resting)
    let due = must - traded - crossing
    guard due > 0 else { return Step(rest: free) }
    return Step(cancelsResting: resting > 0, cross: min(due, free))
  }

  /// How many lots have traded.
  @inline(__always)
  func traded(_ desk: borrowing Desk) -> Int64 {
    side == .buy ? desk.position(instrument) : 0 &- desk.position(instrument)
  }

  /// Sends and cancels what the two amounts imply.
  func work(must: Int64, may: Int64, _ desk: borrowing Desk) {
    guard instrument < desk.instrumentCount else { return }
    let best = side == .buy ? desk.bestBid(instrument) : desk.bestAsk(instrument)
    let restingPrice = best.isNone ? best : within(best)
    var (crossing, resting) = (Int64(0), Int64(0))
    for order in desk.orders {
      if order.identifier == Self.crossingIdentifier {
        crossing &+= order.openQuantity
        continue
      }
      resting &+= order.openQuantity
      // It follows the best price; what it leaves behind is sent again once the cancel is confirmed.
      if !restingPrice.isNone, order.price != restingPrice, order.isAcknowledged { desk.cancel(order.handle) }
    }
    let step = Self.step(
      must: min(must, quantity), may: min(may, quantity), traded: traded(desk), crossing: crossing, resting: resting)
    if step.cancelsResting {
      for order in desk.orders where order.identifier == Self.restingIdentifier && order.isAcknowledged {
        desk.cancel(order.handle)
      }
    }
    if step.cross > 0 { desk.send(crossingTerms(step.cross), instrument: instrument) }
    if step.rest > 0, !restingPrice.isNone {
      desk.send(restingTerms(step.rest, at: restingPrice), instrument: instrument)
    }
  }

  static let crossingIdentifier: UInt64 = 1
  static let restingIdentifier: UInt64 = 2

  func within(_ price: Price) -> Price { limit.isNone ? price : side == .buy ? min(price, limit) : max(price, limit) }

  private func crossingTerms(_ lots: Int64) -> OrderTerms {
    OrderTerms(
      identifier: OrderIdentifier(Self.crossingIdentifier), side: side, type: limit.isNone ? .market : .limit,
      price: limit, quantity: Quantity(lots: lots), timeInForce: .immediateOrCancel)
  }

  private func restingTerms(_ lots: Int64, at price: Price) -> OrderTerms {
    OrderTerms(
      identifier: OrderIdentifier(Self.restingIdentifier), side: side, price: price, quantity: Quantity(lots: lots),
      flags: .postOnly)
  }
}
