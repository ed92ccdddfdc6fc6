/// A large order cut into slices over time: how much of it must and may have traded at a moment.
struct SliceSchedule: Sendable, Hashable {
  /// Lots after each slice; starts with 0 and ends with the whole order.
  private(set) var cumulative: [Int64]
  let durationNanoseconds: Int64

  static let parameters = [
    Parameter("start_s", "seconds from the first event to the first slice", default: 0, in: 0...86_400, isWhole: true),
    Parameter("duration_s", "seconds over which the order is spread", default: 3_600, in: 1...86_400, isWhole: true),
    Parameter("slices", "parts of equal time", default: 60, in: 1...10_000, isWhole: true),
  ]

  init(cumulative: [Int64], durationNanoseconds: Int64) {
    precondition(cumulative.count > 1 && durationNanoseconds > 0)
    self.cumulative = cumulative
    self.durationNanoseconds = durationNanoseconds
  }

  mutating func carry(through split: MarketSplit) { cumulative = cumulative.map(split.lots) }

  var sliceCount: Int { cumulative.count - 1 }

  /// What must have traded and what may have been sent, a time after the start. A slice may rest from its beginning on
  /// and must have traded at its end; without resting it is due at its beginning.
  @inline(__always)
  func due(after elapsed: Int64, isPassive: Bool) -> (must: Int64, may: Int64) {
    guard elapsed >= 0 else { return (0, 0) }
    guard elapsed < durationNanoseconds else { return (cumulative[sliceCount], cumulative[sliceCount]) }
    // At most 10,000 slices of 86,400 s in nanoseconds: below 2⁶⁰.
    let slice = Int(elapsed &* Int64(sliceCount) / durationNanoseconds)
    return (cumulative[isPassive ? slice : slice + 1], cumulative[slice + 1])
  }
}

/// What the scheduled algorithms share: the order, its schedule and when it began.
struct ScheduledOrder: Sendable {
  private(set) var order: ParentOrder
  private(set) var schedule: SliceSchedule
  let delayNanoseconds: Int64
  private var startTime = Int64.min

  static let parameters =
    ParentOrder.parameters + SliceSchedule.parameters + [ParentOrder.passive, .period(default: 1_000)]

  init(_ parameters: ParameterValues, cumulative: [Int64]) {
    order = ParentOrder(parameters, isPassive: parameters.isOn("passive"))
    schedule = SliceSchedule(
      cumulative: cumulative, durationNanoseconds: parameters.whole("duration_s") * 1_000_000_000)
    delayNanoseconds = parameters.whole("start_s") * 1_000_000_000
  }

  static func subscriptions(_ parameters: ParameterValues) -> Subscriptions {
    Subscriptions(intervalNanoseconds: parameters.nanoseconds(milliseconds: "period_ms"))
  }

  mutating func start(_ desk: borrowing Desk) { startTime = desk.time &+ delayNanoseconds }

  mutating func carry(through split: MarketSplit) {
    order.carry(through: split)
    if split.instrument == order.instrument { schedule.carry(through: split) }
  }

  func work(_ desk: borrowing Desk) {
    let due = schedule.due(after: desk.time &- startTime, isPassive: order.isPassive)
    if due.may > 0 { order.work(must: due.must, may: due.may, desk) }
  }
}
