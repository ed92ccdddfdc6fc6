import Execution
import MarketTypes

/// Rests a ladder of bids and offers around a middle that leans against its position.
///
/// At each timer it wants bids at `count` grid prices from min(middle − half spread, best bid) down, while the position is
/// below its limit, and offers likewise; it cancels what it does not want and sends what is missing, post-only.
public struct GridMaker: Strategy {
  public static let name = "grid-maker"
  public static let summary = "Rests a ladder of bids and offers around a middle that leans against its position."
  public static let parameters = [
    Parameter.instrument,
    Parameter("half_spread", "ticks between the leaning middle and the first price", default: 2, in: 0...10_000),
    Parameter("interval", "ticks between prices of the grid", default: 1, in: 1...10_000, isWhole: true),
    Parameter("count", "prices a side", default: 5, in: 1...30, isWhole: true),
    Parameter("skew", "ticks the middle leans for each 100 lots of position", default: 1, in: 0...1_000),
    Parameter("quantity", "lots of each order", default: 100, in: 1...1_000_000_000, isWhole: true),
    Parameter("position_limit", "lots at which a side stops", default: 1_000, in: 0...1_000_000_000, isWhole: true),
    Parameter("period_ms", "milliseconds between decisions", default: 100, in: 1...86_400_000, isWhole: true),
  ]

  let instrument: Int
  let halfSpread: Double
  let interval: Double
  let count: Int64
  let skew: Double
  let quantity: Int64
  let positionLimit: Int64
  public let subscriptions: Subscriptions
  /// What the last decision was made from, when it left nothing to be done later.
  private var settled: (bid: Price, ask: Price, news: UInt32)?

  public init(_ parameters: ParameterValues) {
    instrument = parameters.place()
    halfSpread = parameters["half_spread"]
    interval = parameters["interval"]
    count = parameters.whole("count")
    skew = parameters["skew"]
    quantity = parameters.whole("quantity")
    positionLimit = parameters.whole("position_limit")
    subscriptions = Subscriptions(intervalNanoseconds: parameters.whole("period_ms") * 1_000_000)
  }

  @inline(__always)
  public mutating func timer(_ desk: inout Desk) {
    guard instrument < desk.instrumentCount else { return }
    let (bid, ask) = (desk.bestBid(instrument), desk.bestAsk(instrument))
    guard !bid.isNone, !ask.isNone else { return }
    let news = desk.newsCount
    // The same market, orders and position lead to the same wishes, which stand already.
    if let settled, settled.bid == bid, settled.ask == ask, settled.news == news { return }
    var isSettled = true
    let position = desk.position(instrument)
    let middle = Double(Int64(bid.ticks) + Int64(ask.ticks)) / 2 - skew * Double(position) / 100
    let top = (min(middle - halfSpread, Double(bid.ticks)) / interval).rounded(.down) * interval
    let bottom = (max(middle + halfSpread, Double(ask.ticks)) / interval).rounded(.up) * interval
    let step = Int32(interval)
    // Wanted prices are `top, top − step, …` and `bottom, bottom + step, …`, a bit each.
    guard abs(top) < 1e9, abs(bottom) < 1e9 else { return }
    let (firstBid, firstAsk) = (Int32(top), Int32(bottom))
    var missingBids: UInt32 = position < positionLimit ? (1 << UInt32(count)) - 1 : 0
    var missingAsks: UInt32 = position > -positionLimit ? (1 << UInt32(count)) - 1 : 0
    let (wantedBids, wantedAsks) = (missingBids, missingAsks)
    for order in desk.orders {
      let isBuy = order.isBuy
      let distance = isBuy ? firstBid &- order.price.ticks : order.price.ticks &- firstAsk
      // A division for each order would cost more than all the rest.
      let place = step == 1 ? distance : distance % step == 0 ? distance / step : -1
      if place >= 0, place < 32, (isBuy ? wantedBids : wantedAsks) >> UInt32(place) & 1 == 1 {
        if isBuy { missingBids &= ~(1 << UInt32(place)) } else { missingAsks &= ~(1 << UInt32(place)) }
      } else if order.isAcknowledged {
        desk.cancel(order.handle)
      } else {
        isSettled = false
      }
    }
    while missingBids != 0 {
      let place = missingBids.trailingZeroBitCount
      missingBids &= missingBids - 1
      if !send(.buy, price: firstBid &- Int32(place) &* step, desk) { isSettled = false }
    }
    while missingAsks != 0 {
      let place = missingAsks.trailingZeroBitCount
      missingAsks &= missingAsks - 1
      if !send(.sell, price: firstAsk &+ Int32(place) &* step, desk) { isSettled = false }
    }
    settled = isSettled ? (bid, ask, news) : nil
  }

  @inline(__always)
  private func send(_ side: Side, price: Int32, _ desk: borrowing Desk) -> Bool {
    let result = desk.send(
      OrderTerms(
        identifier: OrderIdentifier(UInt64(UInt32(bitPattern: price))), side: side, price: Price(ticks: price),
        quantity: Quantity(lots: quantity), flags: .postOnly), instrument: instrument)
    if case .sent = result { return true }
    return false
  }
}
