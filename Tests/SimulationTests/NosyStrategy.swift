import Accounting
import Execution
import MarketTypes
import RiskControls
import Strategies
import TestSupport

/// Acts at random on everything it hears, and puts a digest of all it has seen into its orders' numbers: two runs that
/// show it anything different leave different orders.
struct NosyStrategy: Strategy {
  static let name = "nosy"
  var random = SeededGenerator(seed: 0)
  var digest: UInt64 = 0
  var wanted = Subscriptions()
  var wakes = false
  /// Acts on one call in so many.
  var calm = 1
  var pace: Int64 = 1

  init(_ parameters: ParameterValues) {}

  init(seed: UInt64, wanted: Subscriptions, wakes: Bool, calm: Int, pace: Int64 = 1) {
    random = SeededGenerator(seed: seed)
    digest = seed
    self.wanted = wanted
    self.wakes = wakes
    self.calm = calm
    self.pace = pace
  }

  var subscriptions: Subscriptions { wanted }

  mutating func see(_ value: Int64) {
    digest = (digest ^ UInt64(bitPattern: value)) &* 0x9E37_79B9_7F4A_7C15
    digest ^= digest >> 29
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

  mutating func act(_ code: Int64, _ desk: inout Desk) {
    see(code)
    see(desk.time)
    see(Int64(desk.bestBid().ticks))
    see(Int64(desk.bestAsk().ticks))
    see(desk.bestQuantity(.buy))
    see(desk.bestQuantity(.sell))
    see(Int64(desk.lastTradePrice().ticks))
    see(desk.position())
    see(desk.openQuantity(.buy))
    see(desk.openQuantity(.sell))
    see(Int64(truncatingIfNeeded: desk.cash()))
    see(Int64(desk.newsCount))
    for order in desk.orders {
      see(order.openQuantity)
      see(order.isAcknowledged ? 1 : 0)
      see(Int64(order.price.ticks))
      see(Int64(order.requestedPrice.ticks))
    }
    if wanted.account {
      let account = desk.account
      see(Int64(truncatingIfNeeded: account?.equity.atoms ?? 1))
      see(Int64(truncatingIfNeeded: account?.realised.atoms ?? 1))
      see(Int64(truncatingIfNeeded: account?.fees.atoms ?? 1))
      see(Int64(truncatingIfNeeded: account?.buyingPower?.atoms ?? 1))
    }
    guard below(calm) == 0 else { return }
    if wakes, below(4) == 0 { desk.wake(at: desk.time + pace * (Int64(below(5_000_000)) - 10_000)) }
    let orders = Array(desk.orders)
    if let order = orders.randomElement(using: &random) {
      switch below(orders.count > 20 ? 2 : 6) {
      case 0: see(desk.cancel(order.handle) ? 1 : 0)
      case 1:
        let price = Price(ticks: order.price.isNone ? 10_000 : order.price.ticks &+ Int32(below(9)) - 4)
        see(desk.amend(order.handle, price: price, quantity: Int64(1 + below(300))) ? 1 : 0)
      default: break
      }
    }
    switch desk.send(terms(desk)) {
    case .sent: see(1)
    case .refused(let reason): see(Int64(reason.rawValue))
    case .tooManyOrders: see(-1)
    }
  }

  mutating func terms(_ desk: borrowing Desk) -> OrderTerms {
    let last = desk.lastTradePrice()
    let center = !desk.bestBid().isNone ? desk.bestBid().ticks : last.isNone ? 10_000 : last.ticks
    let type = [
      OrderType.limit, .limit, .limit, .limit, .market, .stop, .stopLimit, .trailingStop, .peggedPrimary,
      .peggedMidpoint, .limit, .limit,
    ][below(12)]
    let times = [
      TimeInForce.goodTillCancelled, .goodTillCancelled, .goodTillCancelled, .goodTillCancelled, .day,
      .immediateOrCancel, .fillOrKill, .goodTillDate, .atOpen, .atClose,
    ]
    let quantity = Int64(1 + below(300))
    let hasLimit = type == .limit || type == .stopLimit || (type.isPegged && below(2) == 0)
    return OrderTerms(
      identifier: OrderIdentifier(digest), side: below(2) == 0 ? .buy : .sell, type: type,
      price: hasLimit ? Price(ticks: center &+ Int32(below(61)) - 30) : .none, quantity: Quantity(lots: quantity),
      timeInForce: times[below(times.count)],
      selfTradePrevention: SelfTradePrevention.allCases[below(SelfTradePrevention.allCases.count)],
      flags: OrderFlags(rawValue: UInt8([0, 0, 0, 1, 2][below(5)])),
      displayQuantity: Quantity(lots: below(6) == 0 ? Int64(1 + below(60)) : 0),
      minimumQuantity: Quantity(lots: below(12) == 0 ? Int64(1 + below(100)) : 0),
      stopPrice: type == .trailingStop && below(2) == 0 ? .none : Price(ticks: center &+ Int32(below(61)) - 30),
      offset: Int32(below(12)), expiry: Timestamp(nanoseconds: desk.time + Int64(below(60_000_000))))
  }

  mutating func started(_ desk: inout Desk) { act(1, &desk) }
  mutating func timer(_ desk: inout Desk) { act(2, &desk) }
  mutating func woken(_ desk: inout Desk) { act(3, &desk) }
  mutating func filled(_ notice: Notice, _ desk: inout Desk) {
    see(notice.quantity)
    see(notice.venueTime)
    see(notice.isFinal ? 1 : 0)
    act(4, &desk)
  }
  mutating func orderChanged(_ notice: Notice, _ desk: inout Desk) {
    see(Int64(notice.kind.rawValue))
    see(notice.venueTime)
    // Answering each refusal at once with another request would never end.
    if notice.kind == .accepted || notice.kind == .triggered { act(5, &desk) }
  }
  mutating func touchChanged(_ instrument: Int, _ desk: inout Desk) { act(6, &desk) }
  mutating func traded(_ trade: MarketTrade, _ desk: inout Desk) {
    see(trade.quantity)
    see(trade.time)
    see(Int64(trade.price.ticks))
    see(Int64(trade.aggressor.rawValue))
    act(7, &desk)
  }
  mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk) {
    see(bar.volume)
    see(bar.time)
    see(Int64(bar.close.ticks))
    act(8, &desk)
  }
  mutating func marketChanged(_ instrument: Int, _ desk: inout Desk) { act(9, &desk) }
}
