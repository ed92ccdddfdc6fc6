/// Works an order in equal parts over time.
public struct TWAP: Strategy {
  public static let name = "twap"
  public static let summary = "Works an order in equal parts over time."
  public static let parameters = ScheduledOrder.parameters

  public let subscriptions: Subscriptions
  var order: ScheduledOrder

  public init(_ parameters: ParameterValues) {
    subscriptions = ScheduledOrder.subscriptions(parameters)
    order = ScheduledOrder(
      parameters,
      cumulative: Self.cumulative(of: parameters.whole("quantity"), slices: Int(parameters.whole("slices"))))
  }

  public mutating func started(_ desk: inout Desk) {
    order.start(desk)
    order.work(desk)
  }

  public mutating func timer(_ desk: inout Desk) { order.work(desk) }

  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) { order.carry(through: split) }

  /// Lots after each slice: quantity · k / slices, rounded down. Slices differ by at most one lot, and all of them make
  /// the quantity.
  static func cumulative(of quantity: Int64, slices: Int) -> [Int64] {
    // At most 1e9 lots × 10,000 slices.
    (0...slices).map { quantity * Int64($0) / Int64(slices) }
  }
}
