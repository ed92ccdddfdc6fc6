/// The mid price of one instrument over time, in half ticks, with lowest and highest values of any span at hand.
public struct MarkSeries: Sendable, Hashable {
  public let times: [Int64]
  public let halfTicks: [Int64]
  /// Level k holds the extremes of runs of 16^(k+1) marks, so that a span of ten million marks reads about 200 values.
  private let minima: [[Int64]]
  private let maxima: [[Int64]]

  private static let fanOut = 16

  /// Times must not decrease; of equal times the last mark counts.
  public init(times: [Int64], halfTicks: [Int64], series: String = "marks") throws(AnalyticsError) {
    guard times.count == halfTicks.count else {
      throw AnalyticsError(
        series: "times of \(series)", reason: .lengthMismatch(found: times.count, expected: halfTicks.count))
    }
    for row in times.indices.dropFirst() where times[row] < times[row - 1] {
      throw AnalyticsError(series: "times of \(series)", row: row, reason: .notAscending)
    }
    // A mid of two Int32 prices is below 2^32; the bound keeps differences and money far from overflow.
    for (row, mark) in halfTicks.enumerated() where mark.magnitude > 1 << 40 {
      throw AnalyticsError(series: series, row: row, reason: .outOfRange("at most 2^40 half ticks"))
    }
    self.times = times
    self.halfTicks = halfTicks
    minima = Self.pyramid(halfTicks, Swift.min)
    maxima = Self.pyramid(halfTicks, Swift.max)
  }

  private static func pyramid(_ base: [Int64], _ choose: (Int64, Int64) -> Int64) -> [[Int64]] {
    var levels: [[Int64]] = []
    var current = base
    while current.count > fanOut {
      current = stride(from: 0, to: current.count, by: fanOut).map { first in
        current[first..<Swift.min(first + fanOut, current.count)].dropFirst().reduce(current[first], choose)
      }
      levels.append(current)
    }
    return levels
  }

  /// The row of the last mark at or before a time; nil before the first.
  func row(at time: Int64) -> Int? {
    let after = firstRow { $0 > time }
    return after == 0 ? nil : after - 1
  }

  private func firstRow(where isAfter: (Int64) -> Bool) -> Int {
    var low = 0
    var high = times.count
    while low < high {
      let middle = low + (high - low) / 2
      if isAfter(times[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The mark in force at a time; nil before the first mark, and after the last because the data no longer knows.
  public func mark(at time: Int64) -> Int64? {
    guard let last = times.last, time <= last, let row = row(at: time) else { return nil }
    return halfTicks[row]
  }

  /// Lowest and highest mark in force between two times, both included; nil when none was.
  public func extremes(from: Int64, through: Int64) -> (lowest: Int64, highest: Int64)? {
    guard from <= through, let end = row(at: through) else { return nil }
    let start = row(at: from) ?? 0
    var lowest = Int64.max
    var highest = Int64.min
    visit(start, end + 1, minima) { lowest = Swift.min(lowest, $0) }
    visit(start, end + 1, maxima) { highest = Swift.max(highest, $0) }
    return (lowest, highest)
  }

  /// Visits every mark of [start, end), runs through their extreme wherever a whole run lies inside.
  private func visit(_ start: Int, _ end: Int, _ levels: [[Int64]], _ body: (Int64) -> Void) {
    var (first, last) = (start, end)
    var level = 0
    func values() -> [Int64] { level == 0 ? halfTicks : levels[level - 1] }
    while first < last {
      let current = values()
      guard level < levels.count, last - first > 2 * Self.fanOut else {
        for row in first..<last { body(current[row]) }
        return
      }
      while first % Self.fanOut != 0 {
        body(current[first])
        first += 1
      }
      while last % Self.fanOut != 0 {
        last -= 1
        body(current[last])
      }
      first /= Self.fanOut
      last /= Self.fanOut
      level += 1
    }
  }
}
