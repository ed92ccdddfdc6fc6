import MarketTypes

/// Takes a part of the market's volume: never more of it than its rate.
public struct POV: Strategy {
  public static let name = "pov"
  public static let summary = "Takes part in the market's volume at a rate it never exceeds."
  public static let parameters =
    ParentOrder.parameters + [
      Parameter(
        "rate_bp", "own share of all volume, basis points", default: 1_000, in: 1...9_000, isWhole: true),
      Parameter(
        "start_s", "seconds from the first event until it takes part", default: 0, in: 0...86_400, isWhole: true),
      Parameter("duration_s", "seconds it takes part", default: 86_400, in: 1...864_000, isWhole: true),
      ParentOrder.passive, .period(default: 1_000),
    ]

  var order: ParentOrder
  let rate: Int64
  let delay: Int64
  let duration: Int64
  public let subscriptions: Subscriptions
  var startTime = Int64.max
  /// Volume on the feed while it takes part, in lots.
  var volume: Int64 = 0
  var dueBefore: Int64 = 0

  public init(_ parameters: ParameterValues) {
    order = ParentOrder(parameters, isPassive: parameters.isOn("passive"))
    rate = parameters.whole("rate_bp")
    delay = parameters.whole("start_s") * 1_000_000_000
    duration = parameters.whole("duration_s") * 1_000_000_000
    subscriptions = Subscriptions(
      intervalNanoseconds: parameters.nanoseconds(milliseconds: "period_ms"), trades: true)
  }

  public mutating func started(_ desk: inout Desk) { startTime = desk.time &+ delay }

  @inline(__always)
  public mutating func traded(_ trade: MarketTrade, _ desk: inout Desk) {
    guard trade.instrument == order.instrument, isTakingPart(desk.time) else { return }
    volume = min(volume &+ max(0, trade.quantity), 1 << 60)
  }

  public mutating func timer(_ desk: inout Desk) {
    // Where the feed shows its own trades they are not others' volume; it may show one before the lane hears that it filled.
    var own: Int64 = 0
    if desk.feedShowsOwnTrades {
      own = order.traded(desk) &+ desk.openQuantity(order.side, order.instrument)
    }
    let others = max(0, volume &- own)
    let due = isTakingPart(desk.time) ? min(Self.due(volume: others, rate: rate), order.quantity) : dueBefore
    // A resting part has one period to trade before it is due.
    if due > 0 { order.work(must: order.isPassive ? dueBefore : due, may: due, desk) }
    dueBefore = due
  }

  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) {
    order.carry(through: split)
    guard split.instrument == order.instrument else { return }
    volume = min(split.lots(volume), 1 << 60)
    dueBefore = split.lots(dueBefore)
  }

  @inline(__always)
  private func isTakingPart(_ time: Int64) -> Bool { time >= startTime && time &- startTime < duration }

  /// The most lots whose share of all volume, the others' and its own, is at most the rate: own / (own + others) ≤ rate.
  @inline(__always)
  static func due(volume: Int64, rate: Int64) -> Int64 {
    Int64(clamping: Int128(volume) &* Int128(rate) / Int128(10_000 &- rate))
  }
}
