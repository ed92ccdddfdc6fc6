public import Execution
import MarketTypes

/// Works a large order by resting a small part of it and renewing the part when it has traded.
///
/// Each part joins the back of its price's queue, as the parts of an exchange's own iceberg orders do.
public struct Iceberg: Strategy {
  public static let name = "iceberg"
  public static let summary = "Rests a small part of a large order and renews it when it has traded."
  public static let parameters =
    ParentOrder.parameters + [
      Parameter("display", "lots that rest at a time", default: 100, in: 1...1_000_000_000, isWhole: true),
      .period(default: 1_000),
    ]

  var order: ParentOrder
  var display: Int64
  public let subscriptions: Subscriptions

  public init(_ parameters: ParameterValues) {
    order = ParentOrder(parameters, isPassive: true)
    display = parameters.whole("display")
    subscriptions = Subscriptions(
      intervalNanoseconds: parameters.nanoseconds(milliseconds: "period_ms"), fills: true)
  }

  public mutating func timer(_ desk: inout Desk) { renew(desk) }

  public mutating func filled(_ notice: Notice, _ desk: inout Desk) {
    if notice.isFinal { renew(desk) }
  }

  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) {
    order.carry(through: split)
    if split.instrument == order.instrument { display = max(1, split.lots(display)) }
  }

  private func renew(_ desk: borrowing Desk) {
    let traded = order.traded(desk)
    // While a part rests nothing may be added; the next one is the display, or what is left.
    let living = desk.openQuantity(order.side, order.instrument)
    order.work(must: 0, may: traded &+ (living > 0 ? living : display), desk)
  }
}
