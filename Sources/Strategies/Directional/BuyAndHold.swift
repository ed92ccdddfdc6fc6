import MarketTypes

/// Buys once and keeps: the base of every long strategy.
///
/// It buys as soon as it knows a price, and looks again each period until it holds what it wants, because a thin book
/// may fill only a part.
public struct BuyAndHold: Strategy {
  public static let name = "buy-and-hold"
  public static let summary = "Buys once as soon as there is a price, and keeps."
  public static let parameters = [
    Parameter.instrument, .quantity("lots to hold"), Affordable.notional, Affordable.feeRate,
    .period(default: 1_000),
  ]

  let instrument: Int
  let notional: Int64
  let feeRate: Int64
  let period: Int64
  /// Lots to hold; with a notional it is known from the first price on.
  var target: Int64

  public init(_ parameters: ParameterValues) {
    instrument = parameters.place()
    notional = parameters.whole("notional")
    feeRate = parameters.whole("fee_billionths")
    period = parameters.nanoseconds(milliseconds: "period_ms")
    target = notional > 0 ? 0 : parameters.whole("quantity")
  }

  public var subscriptions: Subscriptions { Subscriptions(bars: true) }

  public mutating func started(_ desk: inout Desk) { act(at: .none, &desk) }

  public mutating func woken(_ desk: inout Desk) { act(at: .none, &desk) }

  @inline(__always)
  public mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk) {
    if bar.instrument == instrument, !isDone(desk) { act(at: bar.close, &desk) }
  }

  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) {
    if split.instrument == instrument { target = split.lots(target) }
  }

  @inline(__always)
  private func isDone(_ desk: borrowing Desk) -> Bool { target > 0 && desk.position(instrument) >= target }

  private mutating func act(at close: Price, _ desk: inout Desk) {
    guard instrument < desk.instrumentCount else { return }
    var price = close
    if price.isNone { price = desk.bestAsk(instrument) }
    if !price.isNone {
      if target == 0 {
        target = Affordable.lots(
          money: Int128(notional) * Affordable.unit, price: price.ticks, feeRate: feeRate)
      }
      if target > 0 { desk.trade(to: target, instrument: instrument) }
      // Money that buys no lot at the first price never will: the amount was fixed there.
      if target == 0 { return }
    }
    if !isDone(desk) { desk.wake(at: desk.time &+ period) }
  }
}
