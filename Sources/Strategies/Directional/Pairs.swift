import MarketTypes

/// Trades two instruments against each other when their spread leaves its usual band.
///
/// The spread is first − β · second, with β fixed or the least-squares slope over the window. Far above its mean the first
/// is sold and β as much of the second bought; far below, the other way round. The hedge is kept as it was at the entry.
public struct Pairs: Strategy {
  public static let name = "pairs"
  public static let summary = "Trades two instruments against each other when their spread leaves its usual band."
  public static let parameters = [
    Parameter("first", "which instrument is compared, from 0", default: 0, in: 0...65_535, isInstrument: true),
    Parameter("second", "which instrument it is hedged with", default: 1, in: 0...65_535, isInstrument: true),
    Parameter("window", "samples of slope, mean and deviation", default: 100, in: 2...30_000, isWhole: true),
    Parameter("entry", "standard deviations of the spread that open a position", default: 2, in: 0...100),
    Parameter("exit", "standard deviations that close it", default: 0.5, in: 0...100),
    Parameter(
      "hedge_ratio", "ticks of the first for each tick of the second; 0 estimates it", default: 0, in: 0...10_000),
    Parameter(
      "tick_value_ratio", "worth of a tick times lot of the second, over that of the first", default: 1,
      in: 0.000_001...1_000_000),
    .quantity("lots of the first"),
    Parameter(
      "period_ms", "milliseconds between samples of the middle; 0 takes the closes of the data's bars", default: 1_000,
      in: 0...86_400_000, isWhole: true),
  ]

  let first: Int
  let second: Int
  let rule: BandRule
  /// 0 where it is estimated.
  var hedgeRatio: Double
  let tickValueRatio: Double
  var quantity: Int64
  public let subscriptions: Subscriptions
  var window: PairWindow
  var stance = 0
  /// Lots of the second held against the first, fixed at the entry.
  var hedgeLots: Int64 = 0
  /// The last bar of each, until both ended at the same time.
  var firstBar = MarketBar(time: .min, instrument: 0, open: .none, high: .none, low: .none, close: .none, volume: 0)
  var secondBar = MarketBar(time: .min, instrument: 0, open: .none, high: .none, low: .none, close: .none, volume: 0)

  public init(_ parameters: ParameterValues) {
    first = parameters.place("first")
    second = parameters.place("second")
    rule = BandRule(entry: parameters["entry"], exit: parameters["exit"])
    hedgeRatio = parameters["hedge_ratio"]
    tickValueRatio = parameters["tick_value_ratio"]
    quantity = parameters.whole("quantity")
    let period = parameters.nanoseconds(milliseconds: "period_ms")
    subscriptions = Subscriptions(intervalNanoseconds: period, bars: period == 0)
    window = PairWindow(length: Int(parameters.whole("window")))
  }

  public mutating func timer(_ desk: inout Desk) {
    if let y = desk.doubledMiddle(first), let x = desk.doubledMiddle(second) { sampled(y, x, desk) }
  }

  public mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk) {
    if bar.instrument == first { firstBar = bar } else if bar.instrument == second { secondBar = bar } else { return }
    guard firstBar.time == secondBar.time else { return }
    sampled(2 &* Int64(firstBar.close.ticks), 2 &* Int64(secondBar.close.ticks), desk)
  }

  /// Takes in a sample, in half ticks, and trades to what it implies.
  private mutating func sampled(_ y: Int64, _ x: Int64, _ desk: borrowing Desk) {
    window.add(y, x)
    guard window.isFull, let slope = hedgeRatio > 0 ? hedgeRatio : window.slope else { return }
    let before = stance
    stance = rule.stance(after: stance, score: window.standardScore(y, x, slope: slope))
    if stance != before, stance != 0 {
      hedgeLots = Self.hedgeLots(of: quantity, slope: slope, tickValueRatio: tickValueRatio)
    }
    desk.trade(to: Int64(stance) &* quantity, instrument: first)
    desk.trade(to: Int64(0 - stance) &* hedgeLots, instrument: second)
  }

  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) {
    let (isFirst, isSecond) = (split.instrument == first, split.instrument == second)
    guard isFirst || isSecond else { return }
    window.carry(through: split, first: isFirst, second: isSecond)
    if isFirst {
      quantity = split.lots(quantity)
      firstBar.close = split.price(firstBar.close)
      hedgeRatio *= split.priceRatio
    }
    if isSecond {
      hedgeLots = split.lots(hedgeLots)
      secondBar.close = split.price(secondBar.close)
      hedgeRatio /= split.priceRatio
    }
  }

  /// Lots of the second whose value moves with `lots` of the first: lots × slope ÷ worth of the second's tick, rounded.
  static func hedgeLots(of lots: Int64, slope: Double, tickValueRatio: Double) -> Int64 {
    let exact = (Double(lots) * slope / tickValueRatio).rounded()
    return Int64(min(max(exact, -1e12), 1e12))
  }
}
