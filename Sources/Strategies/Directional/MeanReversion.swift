import MarketTypes

/// Trades against unusual prices: short far above the rolling mean, long far below it, flat again near it.
public struct MeanReversion: Strategy {
  public static let name = "mean-reversion"
  public static let summary = "Short when the price lies far above its rolling mean, long when far below."
  public static let parameters = [
    Parameter.instrument,
    Parameter(
      "window", "bars of mean and deviation, the current one included", default: 20, in: 2...30_000, isWhole: true),
    Parameter("entry", "standard deviations from the mean that open a position", default: 2, in: 0...100),
    Parameter("exit", "standard deviations from the mean that close it", default: 0.5, in: 0...100),
    .quantity("lots of a position"), .canSellShort, .barMilliseconds,
  ]

  let instrument: Int
  var quantity: Int64
  let rule: BandRule
  let sellsShort: Bool
  public let subscriptions: Subscriptions
  var window: RollingWindow
  var stance = 0

  public init(_ parameters: ParameterValues) {
    instrument = parameters.place()
    quantity = parameters.whole("quantity")
    rule = BandRule(entry: parameters["entry"], exit: parameters["exit"])
    sellsShort = parameters.isOn("short")
    subscriptions = parameters.barSubscription()
    window = RollingWindow(length: Int(parameters.whole("window")))
  }

  @inline(__always)
  public mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk) {
    guard bar.instrument == instrument else { return }
    let close = Int64(bar.close.ticks)
    window.add(close)
    guard window.isFull else { return }
    stance = rule.stance(after: stance, score: window.standardScore(close))
    if stance < 0, !sellsShort { stance = 0 }
    desk.trade(to: Int64(stance) &* quantity, instrument: instrument)
  }

  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) {
    guard split.instrument == instrument else { return }
    window.carry(through: split)
    quantity = split.lots(quantity)
  }
}
