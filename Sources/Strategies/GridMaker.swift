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
  /// A bit for each price of the grid.
  let grid: UInt64
  let skew: Double
  var quantity: Int64
  var positionLimit: Int64
  public let subscriptions: Subscriptions
  /// What the last decision was made from, when it left nothing to be done later.
  private var settled: (bid: Price, ask: Price, news: UInt32)?

  public init(_ parameters: ParameterValues) {
    instrument = parameters.place()
    halfSpread = parameters["half_spread"]
    interval = parameters["interval"]
    grid = (1 << UInt64(parameters.whole("count"))) - 1
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
    let (highest, lowest) = (min(middle - halfSpread, Double(bid.ticks)), max(middle + halfSpread, Double(ask.ticks)))
    let step = Int32(interval)
    // A division for each price and order would cost more than all the rest.
    let top = step == 1 ? highest.rounded(.down) : (highest / interval).rounded(.down) * interval
    let bottom = step == 1 ? lowest.rounded(.up) : (lowest / interval).rounded(.up) * interval
    guard abs(top) < 1e9, abs(bottom) < 1e9 else { return }
    // Wanted prices are `top, top − step, …` and `bottom, bottom + step, …`, a bit each: bids below, offers above bit 32.
    let (firstBid, firstAsk) = (Int32(top), Int32(bottom))
    let wanted =
      (position < positionLimit ? grid : 0) | (position > -positionLimit ? grid &<< 32 : 0)
    var missing = wanted
    for order in desk.orders {
      let isBuy = order.isBuy
      let price = order.price.ticks
      let distance = isBuy ? firstBid &- price : price &- firstAsk
      let place = step == 1 ? distance : distance % step == 0 ? distance / step : -1
      let bit: UInt64 =
        UInt32(bitPattern: place) < 32 ? 1 &<< UInt64(truncatingIfNeeded: isBuy ? place : place &+ 32) : 0
      if wanted & bit != 0 {
        missing &= ~bit
      } else if order.isAcknowledged {
        desk.cancel(order.handle)
      } else {
        isSettled = false
      }
    }
    while missing != 0 {
      let place = Int32(truncatingIfNeeded: missing.trailingZeroBitCount)
      missing &= missing &- 1
      let isSent =
        place < 32
        ? send(.buy, price: firstBid &- place &* step, desk)
        : send(.sell, price: firstAsk &+ (place &- 32) &* step, desk)
      if !isSent { isSettled = false }
    }
    settled = isSettled ? (bid, ask, news) : nil
  }

  /// Lots follow the split; distances are in ticks and stay.
  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) {
    guard split.instrument == instrument else { return }
    quantity = max(1, split.lots(quantity))
    positionLimit = split.lots(positionLimit)
    settled = nil
  }

  @inline(never)
  private func send(_ side: Side, price: Int32, _ desk: borrowing Desk) -> Bool {
    let result = desk.send(
      OrderTerms(
        identifier: OrderIdentifier(UInt64(UInt32(bitPattern: price))), side: side, price: Price(ticks: price),
        quantity: Quantity(lots: quantity), flags: .postOnly), instrument: instrument)
    if case .sent = result { return true }
    return false
  }
}
