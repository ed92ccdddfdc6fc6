import MarketTypes

/// Follows the heavier side of the book: long while much more is bid than offered, short in the other case.
public struct OrderBookImbalance: Strategy {
  public static let name = "order-book-imbalance"
  public static let summary = "Long while much more is bid than offered near the touch, short in the other case."
  public static let parameters = [
    Parameter.instrument,
    Parameter("levels", "prices a side that count", default: 1, in: 1...1_000, isWhole: true),
    Parameter("entry", "imbalance that opens a position, 0 to 1", default: 0.5, in: 0...1),
    Parameter("exit", "imbalance below which it is closed", default: 0.1, in: 0...1),
    .quantity("lots of a position"), .canSellShort,
    Parameter(
      "period_ms", "milliseconds between decisions; 0 decides at every change of the book it looks at", default: 0,
      in: 0...86_400_000, isWhole: true),
  ]

  let instrument: Int
  let levels: Int
  var quantity: Int64
  let rule: BandRule
  let sellsShort: Bool
  public let subscriptions: Subscriptions
  var stance = 0

  public init(_ parameters: ParameterValues) {
    instrument = parameters.place()
    levels = Int(parameters.whole("levels"))
    quantity = parameters.whole("quantity")
    rule = BandRule(entry: parameters["entry"], exit: parameters["exit"])
    sellsShort = parameters.isOn("short")
    let period = parameters.nanoseconds(milliseconds: "period_ms")
    subscriptions = Subscriptions(
      intervalNanoseconds: period, touch: period == 0 && levels == 1, events: period == 0 && levels > 1)
  }

  @inline(__always)
  public mutating func timer(_ desk: inout Desk) { decide(desk) }

  @inline(__always)
  public mutating func touchChanged(_ instrument: Int, _ desk: inout Desk) {
    if instrument == self.instrument { decide(desk) }
  }

  @inline(__always)
  public mutating func marketChanged(_ instrument: Int, _ desk: inout Desk) {
    if instrument == self.instrument { decide(desk) }
  }

  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) {
    if split.instrument == instrument { quantity = split.lots(quantity) }
  }

  private mutating func decide(_ desk: borrowing Desk) {
    guard desk.doubledMiddle(instrument) != nil else { return }
    let imbalance = Self.imbalance(
      bid: near(.buy, desk), ask: near(.sell, desk))
    // The rule trades against its score; a heavy bid is a reason to buy.
    stance = rule.stance(after: stance, score: 0 - imbalance)
    if stance < 0, !sellsShort { stance = 0 }
    desk.trade(to: Int64(stance) &* quantity, instrument: instrument)
  }

  /// The quantity of the first levels of a side.
  @inline(__always)
  private func near(_ side: Side, _ desk: borrowing Desk) -> Int64 {
    if levels == 1 {
      return desk.quantity(
        side, at: side == .buy ? desk.bestBid(instrument) : desk.bestAsk(instrument), instrument: instrument)
    }
    var (total, seen) = (Int64(0), 0)
    desk.forEachLevel(side, instrument: instrument) { _, quantity in
      total &+= quantity
      seen &+= 1
      return seen < levels
    }
    return total
  }

  /// (bid − ask) / (bid + ask) of two quantities; zero when nothing rests.
  @inline(__always)
  static func imbalance(bid: Int64, ask: Int64) -> Double {
    let sum = Double(bid) + Double(ask)
    return sum > 0 ? (Double(bid) - Double(ask)) / sum : 0
  }
}
