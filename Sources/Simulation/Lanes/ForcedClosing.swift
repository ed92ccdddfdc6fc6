import Accounting
import Execution
import MarketTypes
import RiskControls
import Strategies

/// Lanes whose positions are being closed for them: after a drawdown stop, or on a margin call.
///
/// Orders are cancelled first. Once none of an instrument is left, market orders go for the whole position, none larger than
/// the lane's orders may be and at most 32 at a time, under the identifier 2^64 - 1; until everything is closed this is tried
/// again, after 100 ms while that makes the positions smaller, and after twice as long each time, up to a minute, while it
/// does not, because an empty or closed market takes nothing. Meanwhile no other order of a lane on a margin call passes.
public struct ForcedClosing: Sendable {
  /// Why a lane's positions are closed.
  public enum Reason: UInt8, Hashable, Sendable { case drawdownStop, marginCall }

  /// A closing that began.
  public struct Note: Hashable, Sendable {
    /// Nanoseconds since the epoch, venue's clock.
    public var time: Int64
    public var lane: Int
    public var reason: Reason

    public init(time: Int64, lane: Int, reason: Reason) {
      self.time = time
      self.lane = lane
      self.reason = reason
    }
  }

  private static let pauses: ClosedRange<Int64> = 100_000_000...60_000_000_000
  static let mostOrdersAtOnce = 32

  private struct Waiting {
    var lane: Int
    var time: Int64
    var pause: Int64
    /// Of all positions together, at the last try.
    var lots = UInt64.max
  }

  private var waiting: [Waiting] = []
  private var notes: [Note] = []
  /// When the next try is due; Int64.max without one.
  private(set) var next = Int64.max

  func isClosing(_ lane: Int) -> Bool { waiting.contains { $0.lane == lane } }

  mutating func begin(lane: Int, time: Int64, reason: Reason) {
    notes.append(Note(time: time, lane: lane, reason: reason))
    waiting.append(Waiting(lane: lane, time: time, pause: Self.pauses.lowerBound))
    next = min(next, time)
  }

  mutating func takeNotes() -> [Note] {
    defer { notes.removeAll() }
    return notes
  }

  /// Tries what is due; `attempt` says how many lots are left of a lane's positions, nil when neither they nor orders are.
  mutating func advance(to time: Int64, _ attempt: (_ lane: Int) -> UInt64?) {
    for place in waiting.indices where waiting[place].time <= time {
      guard let lots = attempt(waiting[place].lane) else {
        waiting[place].time = .max
        continue
      }
      if lots < waiting[place].lots { waiting[place].pause = Self.pauses.lowerBound }
      waiting[place].lots = lots
      waiting[place].time = time + waiting[place].pause
      waiting[place].pause = min(2 * waiting[place].pause, Self.pauses.upperBound)
    }
    waiting.removeAll { $0.time == .max }
    next = waiting.map(\.time).min() ?? .max
  }
}

extension LaneRunner {
  /// Looks at the accounts that must be watched: lanes that have lost more than they may are stopped, and those that a margin
  /// call closes are closed.
  mutating func watchAccounts(at time: Int64) {
    for lane in 0..<laneCount {
      if engine.pointee.hasDrawdownStop(lane: lane), !engine.pointee.hasLeft(lane: lane) {
        var sum: Int128 = 0
        for instrument in instruments.indices {
          let lots = ledger(lane: lane, instrument: instrument).lots
          sum += engine.pointee.equity(
            lane: lane, instrument: instrument, mark: samples.mark(instrument: instrument, lots: lots))
        }
        let equity = Int64(clamping: sum / 1_000_000_000)
        if engine.pointee.mark(lane: lane, equity: equity, time: time) { stop(lane, at: time) }
      }
      if engine.pointee.isCalled(lane: lane), !closings.isClosing(lane) {
        closings.begin(lane: lane, time: time, reason: .marginCall)
        engine.pointee.restrict(lane: lane, true)
      }
    }
  }

  /// Tells a lane that it is stopped, cancels its orders and, unless it goes on, calls it no more.
  private mutating func stop(_ lane: Int, at time: Int64) {
    places.call(lane, localTime: time + places.clockShifts[lane]) {
      $0.stopped(&$1)
      $1.cancelAll()
    }
    let after = engine.pointee.afterStop(lane: lane)
    guard after != .continues else { return }
    audience.pointee.remove(Int32(lane))
    for group in timers.indices { timers[group].lanes.removeAll { $0 == lane } }
    places.wakes.pointee.times[lane] = .max
    engine.pointee.silence(lane: lane)
    if after == .closes, !closings.isClosing(lane) {
      closings.begin(lane: lane, time: time, reason: .drawdownStop)
    }
  }

  /// Takes the next step of every closing that is due.
  @inline(never)
  mutating func closePositions(upTo time: Int64) {
    let (places, engine) = (places, engine)
    closings.advance(to: time) { lane in
      var left: UInt64?
      let largest = engine.pointee.largestOrder(lane: lane)
      places.call(lane, localTime: time + places.clockShifts[lane]) { _, desk in
        left = Self.close(&desk, largestOrder: largest)
      }
      if left == nil { engine.pointee.restrict(lane: lane, false) }
      return left
    }
  }

  /// Sends what closes a lane's positions; the lots of these, nil when there are neither positions nor orders.
  private static func close(_ desk: inout Desk, largestOrder: Int64) -> UInt64? {
    for order in desk.orders where order.identifier != ExecutionEngine.closingIdentifier.rawValue {
      desk.cancel(order.handle)
    }
    var total: UInt64?
    for instrument in 0..<desk.instrumentCount {
      let lots = desk.position(instrument)
      let open = desk.openQuantity(.buy, instrument) + desk.openQuantity(.sell, instrument)
      if lots == 0, open == 0 { continue }
      total = (total ?? 0) &+ lots.magnitude
      guard open == 0 else { continue }
      var left = Int64(clamping: lots.magnitude)
      var orders = 0
      while left > 0, orders < ForcedClosing.mostOrdersAtOnce {
        let part = min(left, max(1, largestOrder))
        let result = desk.send(
          OrderTerms(
            identifier: ExecutionEngine.closingIdentifier, side: lots > 0 ? .sell : .buy, type: .market,
            quantity: Quantity(lots: part)), instrument: instrument)
        guard case .sent = result else { break }
        left -= part
        orders += 1
      }
    }
    return total
  }
}
