import Strategies

/// Lanes whose timers fall together; times are the venue's.
struct TimerGroup {
  var period: Int64
  /// What the lanes' clocks show more.
  var shift: Int64
  var next = Int64.max
  var lanes: [Int32] = []

  /// The first timer that is not before the lanes hear of the first event; periods without end never come.
  mutating func start(at time: Int64) {
    let missed = shift > 0 ? (shift - 1) / period : 0
    let (wait, overflow) = period.multipliedReportingOverflow(by: missed + 1)
    next = overflow ? .max : Self.sum(time - shift, wait)
  }

  mutating func advance() { next = Self.sum(next, period) }

  private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }

  /// One group for each period and clock shift, shortest first.
  static func groups<LaneStrategy: Strategy>(
    _ subscriptions: [Subscriptions], places: LanePlaces<LaneStrategy>
  ) -> [TimerGroup] {
    var groups: [[Int64]: TimerGroup] = [:]
    for (lane, wanted) in subscriptions.enumerated() where wanted.intervalNanoseconds > 0 {
      let (period, shift) = (wanted.intervalNanoseconds, places.clockShifts[lane])
      groups[[period, shift], default: TimerGroup(period: period, shift: shift)].lanes.append(Int32(lane))
    }
    return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }
}
