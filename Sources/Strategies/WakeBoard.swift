/// When each lane wants to be woken, on its own clock, and the earliest of these on the venue's.
///
/// Invariant: `next` is no later than any lane's wish less its clock shift; the arrays hold `laneCount` elements.
@usableFromInline
package struct WakeBoard {
  /// Between a wake-up and the next one, when a lane asks for one at once.
  package static let shortestPause: Int64 = 1_000

  package let times: UnsafeMutablePointer<Int64>
  private let clockShifts: UnsafeMutablePointer<Int64>
  package var next = Int64.max

  package init(laneCount: Int, clockShifts: UnsafeMutablePointer<Int64>) {
    times = .allocate(capacity: laneCount)
    times.initialize(repeating: .max, count: laneCount)
    self.clockShifts = clockShifts
  }

  package func deallocate() { times.deallocate() }

  @inline(__always)
  package mutating func set(_ lane: Int, _ time: Int64) {
    times[lane] = time
    next = min(next, time &- clockShifts[lane])
  }
}
