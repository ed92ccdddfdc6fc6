import Execution
import MarketTypes

/// What a lane decided: an order as it left or was held back, or a change or withdrawal of one as it reached the venue.
/// Nothing that happened to the order later is part of it.
struct LaneDecision: Hashable, Sendable {
  /// The lane's clock for an order, the venue's for what became of it.
  var time: Int64
  var step: OrderStep
  var identifier: UInt64
  var instrument: UInt16
  var side: Side
  var type: OrderType
  var timeInForce: TimeInForce
  var price: Int32
  var quantity: Int64

  /// Nil for steps that no decision makes.
  init?(_ step: OrderTransition) {
    switch step.step {
    case .received, .amended: break
    case .cancelled where step.cancelReason == .requested: break
    default: return nil
    }
    time = step.time
    self.step = step.step
    identifier = step.identifier
    instrument = step.instrument
    side = step.side
    type = step.type
    timeInForce = step.timeInForce
    price = step.price
    quantity = step.quantity
  }

  /// In words, for people.
  func words(_ instruments: [Instrument]) -> String {
    let name = instruments.indices.contains(Int(instrument)) ? instruments[Int(instrument)].symbol : "?"
    let verb =
      switch step {
      case .amended: "amend order \(identifier) to"
      case .cancelled: "cancel order \(identifier):"
      default: "order \(identifier):"
      }
    let limit =
      price == .min || !instruments.indices.contains(Int(instrument))
      ? "\(type)" : "at \(instruments[Int(instrument)].tick.text(count: Int64(price)))"
    return "\(verb) \(side == .buy ? "buy" : "sell") \(quantity) lots of \(name) \(limit), \(timeInForce)"
  }
}
