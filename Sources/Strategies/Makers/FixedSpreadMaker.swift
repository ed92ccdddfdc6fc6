import MarketTypes

/// Rests one bid and one offer at a fixed distance from the middle.
public struct FixedSpreadMaker: Strategy {
  public static let name = "fixed-spread-maker"
  public static let summary = "Rests one bid and one offer at a fixed distance from the middle."
  public static let parameters = [
    Parameter.instrument,
    Parameter("half_spread", "ticks from the middle to each quote", default: 2, in: 0...1_000_000),
    .quantity("lots of each quote"), .positionLimit, .period(),
  ]

  let instrument: Int
  let halfSpread: Double
  var quantity: Int64
  var positionLimit: Int64
  public let subscriptions: Subscriptions

  public init(_ parameters: ParameterValues) {
    instrument = parameters.place()
    halfSpread = parameters["half_spread"]
    quantity = parameters.whole("quantity")
    positionLimit = parameters.whole("position_limit")
    subscriptions = Subscriptions(intervalNanoseconds: parameters.nanoseconds(milliseconds: "period_ms"))
  }

  @inline(__always)
  public mutating func timer(_ desk: inout Desk) {
    guard let doubled = desk.doubledMiddle(instrument) else { return }
    let middle = Double(doubled) / 2
    let quotes = QuotePrices(bid: middle - halfSpread, ask: middle + halfSpread)
    desk.keepQuotes(
      quotes.resting(desk, instrument: instrument, positionLimit: positionLimit), lots: quantity,
      instrument: instrument)
  }

  /// Lots follow the split; the spread is in ticks and stays.
  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) {
    guard split.instrument == instrument else { return }
    quantity = max(1, split.lots(quantity))
    positionLimit = split.lots(positionLimit)
  }
}
