/// The equity of an account at a set interval and at every fill.
///
/// Points lie at whole multiples of the interval after the start, so that traces of many lanes line up; a point of the
/// interval states the equity just before the first moment at or after it that the trace hears of.
public struct EquityTrace: Hashable, Sendable {
  public enum Cause: UInt8, Hashable, Sendable {
    case interval
    case fill
  }

  public struct Point: Hashable, Sendable {
    public var time: Int64
    public var equity: Money
    public var cause: Cause
  }

  /// Nanoseconds; 0 keeps points of fills only.
  public let interval: Int64
  public private(set) var points: [Point] = []
  private var next: Int64
  /// The last points of the interval that may be kept: a gap of years at a fine interval repeats one equity and no more.
  static let mostPerGap: Int64 = 100_000

  public init(start: Int64, intervalNanoseconds: Int64) {
    precondition(intervalNanoseconds >= 0, "an interval is not negative")
    interval = intervalNanoseconds
    next = intervalNanoseconds == 0 ? .max : start
  }

  /// Whether a point of the interval is due at or before a time: ask before the account changes at that time.
  public func isDue(at time: Int64) -> Bool { next <= time }

  /// Enters the points of the interval that are due. A gap of more than 100,000 points is entered as its last ones.
  public mutating func advance(to time: Int64, equity: Money) {
    guard next <= time, interval > 0 else { return }
    let (span, overflows) = time.subtractingReportingOverflow(next)
    let due = overflows ? Int64.max / interval : span / interval
    if due > Self.mostPerGap { next += (due - Self.mostPerGap) * interval }
    while next <= time {
      points.append(Point(time: next, equity: equity, cause: .interval))
      let (following, ends) = next.addingReportingOverflow(interval)
      if ends { return next = .max }
      next = following
    }
  }

  /// Enters the equity after a fill; several fills of one moment leave the last.
  public mutating func fill(at time: Int64, equity: Money) {
    if let last = points.last, last.time == time, last.cause == .fill { points.removeLast() }
    points.append(Point(time: time, equity: equity, cause: .fill))
  }
}
