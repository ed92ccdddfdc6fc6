import MarketTypes

/// Follows the price: long after a rise over the window, short after a fall, flat when neither is large enough.
public struct Momentum: Strategy {
  public static let name = "momentum"
  public static let summary = "Long after a rise over a window of bars, short after a fall."
  public static let parameters = [
    Parameter.instrument,
    Parameter("window", "bars over which the return is measured", default: 20, in: 1...30_000, isWhole: true),
    Parameter("threshold", "return that opens a position, basis points", default: 10, in: 0...100_000),
    .quantity("lots of a position"), .canSellShort, .barMilliseconds,
  ]

  let instrument: Int
  var quantity: Int64
  let threshold: Double
  let sellsShort: Bool
  public let subscriptions: Subscriptions
  /// The last closes; the oldest is the one that leaves.
  var closes: RollingWindow

  public init(_ parameters: ParameterValues) {
    instrument = parameters.place()
    quantity = parameters.whole("quantity")
    threshold = parameters["threshold"]
    sellsShort = parameters.isOn("short")
    subscriptions = parameters.barSubscription()
    closes = RollingWindow(length: Int(parameters.whole("window")))
  }

  @inline(__always)
  public mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk) {
    guard bar.instrument == instrument else { return }
    let wasFull = closes.isFull
    let before = closes.add(Int64(bar.close.ticks))
    guard wasFull else { return }
    let stance = Self.stance(now: Int64(bar.close.ticks), before: before, threshold: threshold)
    desk.trade(to: stance < 0 && !sellsShort ? 0 : Int64(stance) &* quantity, instrument: instrument)
  }

  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) {
    guard split.instrument == instrument else { return }
    closes.carry(through: split)
    quantity = split.lots(quantity)
  }

  /// Long, short or flat (1, −1, 0) after a move from one price to another; threshold in basis points.
  ///
  /// The comparison is (now − before) × 10,000 > threshold × |before|, so that it holds without dividing.
  @inline(__always)
  static func stance(now: Int64, before: Int64, threshold: Double) -> Int {
    let move = Double((now &- before) &* 10_000)
    let needed = threshold * Double(abs(before))
    return move > needed ? 1 : move < -needed ? -1 : 0
  }
}
