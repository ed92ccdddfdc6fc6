import Execution
import MarketTypes
import Reporting
import RiskControls

/// Orders of the recorded lane from decision to end, put together from their steps as these come, and its fills with the
/// order of each.
///
/// What grows with the run lies in `RowFile`s; in memory are the orders at the engine's places.
struct OrderHistory {
  /// Outcomes as SCHEMA.md numbers them.
  private enum Outcome: UInt8 { case filled = 0, cancelled, rejected, expired, open }

  let orders: RowFile<ShownOrder>
  let fills: RowFile<ShownFill>
  let missed: RowFile<ShownMiss>
  /// Every step, where they are kept.
  let steps: RowFile<ShownStep>?
  private(set) var refusals: [RiskEvent] = []
  /// Orders held back for one reason that have a row of their own; a strategy that is refused all the time would fill the disk,
  /// and take longer than all others together.
  static let mostRefusedOrders = 10_000
  /// Events of one reason that have a row of their own; the last of them counts what follows.
  static let mostEvents = 1_000
  private var refused: [UInt8: Refused] = [:]

  private struct Refused {
    var orders = 0
    var events = 0
    /// Index of the reason's latest event.
    var latest = 0
  }

  /// The order that stands at a place of the engine, or stood there last.
  private var atPlace: [Int32: Place] = [:]
  /// Orders of the fills to come: the engine notes a fill and the step of its order together, so both come in one order.
  private var filledOrders: [(row: Int, arrivalMid: Int64)] = []

  private struct Place {
    var row: Int
    var open: Int64
    var order: ShownOrder
    /// What the file has of it is old.
    var isChanged = false
  }

  init(_ storage: RowStorage, keepsSteps: Bool = false) {
    orders = storage.file()
    fills = storage.file()
    missed = storage.file()
    steps = keepsSteps ? storage.file() : nil
  }

  /// Takes the next steps.
  mutating func take(_ transitions: [OrderTransition], lane: Int) throws(RunError) {
    for step in transitions where step.lane == lane {
      guard try note(step) else { continue }
      if let steps { try steps.append(stored(step)) }
    }
  }

  /// Takes the next fills, after the steps that belong to them.
  mutating func take(_ fresh: some Collection<LaneFill>) throws(RunError) {
    precondition(fresh.count <= filledOrders.count, "a fill came without the step of its order")
    for (fill, order) in zip(fresh, filledOrders) {
      try fills.append(ShownFill(fill: fill, orderRow: order.row, arrivalMidHalfTicks: order.arrivalMid))
    }
    filledOrders.removeFirst(fresh.count)
  }

  /// Says that nothing follows.
  mutating func finish() throws(RunError) {
    for place in atPlace.keys.sorted() { try store(place) }
    try orders.finish()
    try fills.finish()
    try missed.finish()
    try steps?.finish()
  }

  private func stored(_ step: OrderTransition) -> ShownStep {
    // What the risk gate held back has its row once it is rejected.
    let held = step.step == .rejected ? orders.count - 1 : orders.count
    let row = step.order < 0 ? held : atPlace[step.order]?.row ?? held
    return ShownStep(
      time: step.time, order: row, openLots: step.quantity, priceTicks: step.price, step: step.step,
      reason: StepReason(step))
  }

  /// False for a step of an order that has no row.
  private mutating func note(_ step: OrderTransition) throws(RunError) -> Bool {
    if step.order < 0 { return try refuse(step) }
    try follow(step)
    return true
  }

  private mutating func follow(_ step: OrderTransition) throws(RunError) {
    if step.step == .received {
      try store(step.order)
      let order = ShownOrder(
        identifier: step.identifier, lots: step.quantity, decisionTime: step.time,
        arrivalMidHalfTicks: step.bidPlusAsk, limitTicks: step.price, instrument: step.instrument, side: step.side,
        type: step.type, timeInForce: step.timeInForce, outcome: Outcome.open.rawValue)
      atPlace[step.order] = Place(row: orders.count, open: step.quantity, order: order)
      return try orders.append(order)
    }
    guard var place = atPlace[step.order] else { return }
    place.isChanged = true
    switch step.step {
    case .acknowledged: place.order.venueTime = step.time
    case .partiallyFilled, .filled:
      place.order.filledLots += max(0, place.open - step.quantity)
      if place.order.venueTime == .min { place.order.venueTime = step.time }
      filledOrders.append((place.row, place.order.arrivalMidHalfTicks))
      if step.step == .filled { Self.end(&place.order, step, .filled) }
    case .cancelled: Self.end(&place.order, step, .cancelled)
    case .rejected: Self.end(&place.order, step, .rejected)
    case .expired: Self.end(&place.order, step, .expired)
    case .received, .validated, .riskApproved, .routed, .settled, .confirmed, .amended, .triggered:
      place.isChanged = false
    case .missed:
      place.isChanged = false
      try missed.append(
        ShownMiss(
          time: step.time, order: place.order.identifier, orderRow: place.row, decisionTime: place.order.decisionTime,
          instrument: place.order.instrument, priceTicks: step.price))
    }
    place.open = step.quantity
    if let former = atPlace[step.order], former.isChanged { place.isChanged = true }
    atPlace[step.order] = place
  }

  /// Brings the file up to date with the order of a place.
  private mutating func store(_ place: Int32) throws(RunError) {
    guard let known = atPlace[place], known.isChanged else { return }
    try orders.replace(known.row, with: known.order)
    atPlace[place]?.isChanged = false
  }

  private static func end(_ order: inout ShownOrder, _ step: OrderTransition, _ outcome: Outcome) {
    order.endTime = step.time
    order.outcome = outcome.rawValue
    if outcome == .cancelled || outcome == .rejected { order.reason = StepReason(step) }
  }

  /// An intent that the risk gate held back: an order that never left, and an event of the control.
  private mutating func refuse(_ step: OrderTransition) throws(RunError) -> Bool {
    let isKept = refused[step.riskReason, default: Refused()].orders < Self.mostRefusedOrders
    guard step.step == .rejected else { return isKept }
    count(step)
    guard isKept else { return false }
    refused[step.riskReason]?.orders += 1
    try orders.append(
      ShownOrder(
        identifier: step.identifier, lots: step.quantity, decisionTime: step.time, endTime: step.time,
        arrivalMidHalfTicks: .min, limitTicks: step.price, instrument: step.instrument, side: step.side,
        type: step.type, timeInForce: step.timeInForce, outcome: Outcome.rejected.rawValue, reason: StepReason(step)))
    return true
  }

  /// Thousands of refusals in a row are one event with a count, and so are those after thousands of events.
  private mutating func count(_ step: OrderTransition) {
    var known = refused[step.riskReason, default: Refused()]
    if known.events > 0, known.latest == refusals.count - 1 || known.events >= Self.mostEvents {
      refusals[known.latest].count += 1
    } else {
      let reason = RiskReason(rawValue: step.riskReason) ?? .none
      known.events += 1
      known.latest = refusals.count
      refusals.append(RiskEvent(time: step.time, lane: Int(step.lane), kind: reason.name, detail: reason.words))
    }
    refused[step.riskReason] = known
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
