public import Execution
import MarketTypes

/// Long while the fast average of closes lies above the slow one.
///
/// It acts on a cross only: buys when the fast average rises above the slow one while it holds nothing, and sells
/// everything when the fast average falls below it. The first bar with a full window only sets the state.
public struct MovingAverageCross: Strategy {
  public static let name = "moving-average-cross"
  public static let summary = "Long while a fast average of closing prices lies above a slow one."
  public static let parameters = [
    Parameter.instrument,
    Parameter("fast", "bars of the fast average", default: 10, in: 1...30_000, isWhole: true),
    Parameter("slow", "bars of the slow average", default: 50, in: 1...30_000, isWhole: true),
    .quantity("lots to buy"), Affordable.notional, Affordable.feeRate, .barMilliseconds,
  ]

  let instrument: Int
  var quantity: Int64
  let feeRate: Int64
  let usesMoney: Bool
  public let subscriptions: Subscriptions
  let cross: AverageCross
  let longest: Int
  private var wasAbove = false
  /// Money of the lane when all of it is traded, in billionths of ticks × lots.
  var money: Int128

  public init(_ parameters: ParameterValues) {
    instrument = parameters.place()
    quantity = parameters.whole("quantity")
    feeRate = parameters.whole("fee_billionths")
    money = Int128(parameters.whole("notional")) * Affordable.unit
    usesMoney = money > 0
    cross = AverageCross(
      instrument: instrument, fast: Int(parameters.whole("fast")), slow: Int(parameters.whole("slow")))
    longest = max(cross.fast, cross.slow)
    var subscriptions = parameters.barSubscription(fills: usesMoney, history: longest)
    subscriptions.barCross = cross
    self.subscriptions = subscriptions
  }

  @inline(__always)
  public mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk) {
    guard bar.instrument == instrument else { return }
    let closes = desk.closes(of: bar)
    guard closes.count >= longest else { return }
    let difference = cross.difference(closes)
    if (difference > 0) != wasAbove {
      wasAbove.toggle()
      if closes.count > longest { crossed(difference, close: bar.close, desk) }
    }
  }

  /// Acts on the fast average minus the slow one, times both lengths.
  @inline(never)
  private func crossed(_ difference: Int64, close: Price, _ desk: borrowing Desk) {
    let holding = desk.expectedPosition(instrument)
    if difference > 0 {
      guard holding == 0 else { return }
      let lots = usesMoney ? Affordable.lots(money: money, price: close.ticks, feeRate: feeRate) : quantity
      if lots > 0 { desk.trade(.buy, lots, instrument: instrument) }
    } else if difference < 0, holding > 0 {
      desk.trade(.sell, holding, instrument: instrument)
    }
  }

  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) {
    if split.instrument == instrument { quantity = split.lots(quantity) }
  }

  /// Keeps count of the money, when all of it is traded.
  public mutating func filled(_ notice: Notice, _ desk: inout Desk) {
    money +=
      notice.side == .buy
      ? -Affordable.money(lots: notice.quantity, price: notice.price, feeRate: feeRate)
      : Affordable.money(lots: notice.quantity, price: notice.price, feeRate: -feeRate)
  }
}
