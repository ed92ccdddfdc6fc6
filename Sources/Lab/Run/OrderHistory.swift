import Execution
import MarketTypes
import Reporting
import RiskControls

/// Orders of the recorded lane from decision to end, put together from their steps.
struct OrderHistory {
  /// Outcomes as SCHEMA.md numbers them.
  private enum Outcome: UInt8 { case filled = 0, cancelled, rejected, expired, open }

  private(set) var orders: [RunOrder] = []
  private(set) var missed: [MissedFill] = []
  private(set) var refusals: [RiskEvent] = []
  /// The order that stands at a place of the engine now.
  private var atPlace: [Int32: (row: Int, open: Int64)] = [:]
  /// Row of each order by its decision.
  private var rows: [Decision: Int] = [:]

  private struct Decision: Hashable {
    var identifier: UInt64
    var time: Int64
  }

  /// Every step, where they are kept.
  private(set) var steps: [OrderStepEntry] = []

  init(_ transitions: [OrderTransition], keepsSteps: Bool = false) {
    for step in transitions {
      note(step)
      if keepsSteps { keep(step) }
    }
  }

  private mutating func keep(_ step: OrderTransition) {
    // What the risk gate held back has its row once it is rejected.
    let held = step.step == .rejected ? orders.count - 1 : orders.count
    let row = step.order < 0 ? held : atPlace[step.order]?.row ?? held
    var reason = ""
    if step.rejectReason != .none { reason = step.rejectReason.words }
    if step.cancelReason != .none { reason = step.cancelReason.words }
    if let risk = RiskReason(rawValue: step.riskReason), risk != .none { reason = "risk control: \(risk.words)" }
    steps.append(
      OrderStepEntry(
        time: step.time, order: row, step: step.step.name, openLots: step.quantity, priceTicks: step.price,
        reason: reason
      ))
  }

  /// The order that a fill belongs to.
  func order(of fill: LaneFill) -> RunOrder? {
    rows[Decision(identifier: fill.identifier, time: fill.sentTime)].map { orders[$0] }
  }

  private mutating func note(_ step: OrderTransition) {
    if step.order < 0 { return refuse(step) }
    if step.step == .received {
      atPlace[step.order] = (orders.count, step.quantity)
      rows[Decision(identifier: step.identifier, time: step.time)] = orders.count
      orders.append(
        RunOrder(
          identifier: step.identifier, instrument: Int(step.instrument), side: step.side, type: step.type,
          timeInForce: step.timeInForce, limitTicks: step.price, lots: step.quantity, filledLots: 0,
          decisionTime: step.time, venueTime: .min, endTime: .min, outcome: Outcome.open.rawValue,
          arrivalMidHalfTicks: step.bidPlusAsk))
      return
    }
    guard var place = atPlace[step.order] else { return }
    switch step.step {
    case .acknowledged: orders[place.row].venueTime = step.time
    case .partiallyFilled, .filled:
      orders[place.row].filledLots += max(0, place.open - step.quantity)
      if orders[place.row].venueTime == .min { orders[place.row].venueTime = step.time }
      if step.step == .filled { end(place.row, step, .filled) }
    case .cancelled:
      end(place.row, step, .cancelled)
      orders[place.row].reason = step.cancelReason.words
    case .rejected:
      end(place.row, step, .rejected)
      orders[place.row].reason = step.rejectReason.words
    case .expired: end(place.row, step, .expired)
    case .received, .validated, .riskApproved, .routed, .settled, .confirmed, .amended, .triggered: break
    case .missed:
      let order = orders[place.row]
      missed.append(
        MissedFill(
          time: step.time, order: order.identifier, decisionTime: order.decisionTime, instrument: order.instrument,
          priceTicks: step.price))
    }
    place.open = step.quantity
    atPlace[step.order] = place
  }

  private mutating func end(_ row: Int, _ step: OrderTransition, _ outcome: Outcome) {
    orders[row].endTime = step.time
    orders[row].outcome = outcome.rawValue
  }

  /// An intent that the risk gate held back: an order that never left, and an event of the control.
  private mutating func refuse(_ step: OrderTransition) {
    guard step.step == .rejected else { return }
    let reason = RiskReason(rawValue: step.riskReason) ?? .none
    orders.append(
      RunOrder(
        identifier: step.identifier, instrument: Int(step.instrument), side: step.side, type: step.type,
        timeInForce: step.timeInForce, limitTicks: step.price, lots: step.quantity, filledLots: 0,
        decisionTime: step.time, venueTime: .min, endTime: step.time, outcome: Outcome.rejected.rawValue,
        reason: "risk control: \(reason.words)"))
    // Thousands of refusals in a row are one event with a count.
    if refusals.last?.kind == reason.name {
      refusals[refusals.count - 1].count += 1
    } else {
      refusals.append(
        RiskEvent(time: step.time, lane: Int(step.lane), kind: reason.name, detail: reason.words))
    }
  }
}

extension OrderStep {
  /// A stable name, such as `risk-approved`.
  var name: String { "\(self)".hyphenated }
}

extension RiskReason {
  /// A stable name of the control.
  var name: String { "\(self)".hyphenated }
  var words: String { "\(self)".spaced }
}

extension RejectReason { var words: String { "\(self)".spaced } }
extension CancelReason { var words: String { "\(self)".spaced } }

extension String {
  /// `positionLimit` as `position limit`.
  fileprivate var spaced: String { split(" ") }
  fileprivate var hyphenated: String { split("-") }

  private func split(_ separator: String) -> String {
    var text = ""
    for character in self {
      if character.isUppercase { text += separator }
      text += character.lowercased()
    }
    return text
  }
}
