import Strategies

/// Lanes whose timers fall together; times are the venue's.
struct TimerGroup {
  var period: Int64
  /// What the lanes' clocks show more.
  var shift: Int64
  var next = Int64.max
  var lanes: [Int32] = []

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
