public import Reporting
import RiskControls

/// Orders of the shown lane that were refused for one reason, and when the first one was.
public struct OrderRefusal: Hashable, Sendable {
  /// In words, such as `position limit`.
  public var reason: String
  /// The venue refused them, not a risk control.
  public var byVenue: Bool
  public var count: Int
  /// Nanoseconds since the epoch.
  public var firstTime: Int64

  /// By falling count, then by reason. Counts are exact, whatever rows the result keeps.
  public static func list(of result: RunResult) -> [OrderRefusal] {
    var all: [String: OrderRefusal] = [:]
    func add(_ reason: String, byVenue: Bool, count: Int, at time: Int64) {
      let key = byVenue ? "venue " + reason : reason
      var known = all[key] ?? OrderRefusal(reason: reason, byVenue: byVenue, count: 0, firstTime: time)
      known.count += count
      known.firstTime = min(known.firstTime, time)
      all[key] = known
    }
    let controls = Dictionary(RiskReason.allCases.map { ($0.name, $0.words) }) { first, _ in first }
    // The event of a stop itself bears the name of the control, and other words.
    for event in result.riskEvents where event.lane == result.shownLane && controls[event.kind] == event.detail {
      add(event.detail, byVenue: false, count: event.count, at: event.time)
    }
    if result.lanes.indices.contains(result.shownLane), result.lanes[result.shownLane].venueRejects > 0 {
      for order in result.orders where order.outcome == 2 && !order.reason.hasPrefix("risk control") {
        add(order.reason, byVenue: true, count: 1, at: order.endTime)
      }
    }
    return all.values.sorted { (-$0.count, $0.reason) < (-$1.count, $1.reason) }
  }

  /// What to do about it.
  public var advice: String {
    Self.advices[reason] ?? (byVenue ? "'lockstep explain' tells what the venue had then" : "see the keys of [risk]")
  }

  private static let advices = [
    "position limit": "raise risk.position, or let the strategy look at its position and open orders first",
    "order too large": "raise risk.order_quantity, or send less",
    "notional limit": "raise risk.notional, or hold less",
    "price collar": "raise risk.price_collar_ticks, or send prices nearer to the touch",
    "order rate": "raise risk.order_rate, or send less often",
    "drawdown stop": "the lane was stopped by risk.drawdown and may only reduce",
    "buying power": "raise account.capital, or see account.credit and account.margin",
    "no reference price": "wait until both sides of the book have a price",
    "invalid price": "the strategy computes a price that no order can have",
    "quantity not positive": "the strategy computes a quantity that is no order",
    "invalid side": "the strategy sends orders without a side",
    "unknown instrument": "the strategy names an instrument that the run does not have; see data.instruments",
    "too many at once": "the strategy answers its own answers at one moment; give [latency] some time",
    "halted": "trading was halted, or a split had no new price yet; look at desk.status",
    "closed": "the market was closed; look at desk.status",
    "wrong phase": "the book was crossed or an auction ran; look at desk.status",
    "post only would trade": "the price had moved; quote further from the other side, or not post-only",
  ]
}
