/// Which samples of a run are kept: all of them up to a limit; of more, those at every second multiple of the interval between
/// them, or fourth, or eighth, and always the first one, the last one, and those at which a session may close.
///
/// What is kept follows from the times alone, so lanes that are sampled at the same moments keep the same ones, however they
/// are split among threads. Memory is bounded by the limit and four closes a day.
struct SampleTimes {
  private let interval: Int64
  /// Moments of a day at which sessions may close, nanoseconds after midnight UTC.
  private let closes: [Int64]
  private let limit: Int
  /// Multiples of the interval that are kept are those of so many intervals.
  private(set) var stride: Int64 = 1
  private(set) var times: [Int64] = []
  /// More than this are thinned: the limit, or twice what the last thinning had to leave.
  private var most: Int

  private static let day: Int64 = 86_400_000_000_000

  init(interval: Int64, closes: [Int64] = [], limit: Int) {
    self.interval = max(1, interval)
    self.closes = closes
    self.limit = max(2, limit)
    most = self.limit
  }

  /// Takes the next time. True where it stands in the place of the last one, which was kept only as long as it was the last.
  mutating func add(_ time: Int64) -> Bool {
    guard stride > 1, times.count > 1, let last = times.last, !isKept(last) else {
      times.append(time)
      return false
    }
    times[times.count - 1] = time
    return true
  }

  /// Leaves fewer times where there are too many, and says which rows stay.
  mutating func thin() -> [Int]? {
    guard times.count > most else { return nil }
    var rows: [Int] = []
    repeat {
      stride *= 2
      rows = times.indices.filter { $0 == 0 || $0 == times.count - 1 || isKept(times[$0]) }
    } while rows.count > limit && stride * interval <= Self.day
    times = rows.map { times[$0] }
    most = rows.count > limit ? 2 * rows.count : limit
    return rows
  }

  private func isKept(_ time: Int64) -> Bool {
    if time % (interval * stride) == 0 { return true }
    let ofDay = time % Self.day
    return closes.contains(ofDay < 0 ? ofDay + Self.day : ofDay)
  }
}

extension Array {
  /// Keeps some rows, which ascend, and the memory.
  mutating func keep(_ rows: [Int], width: Int = 1) {
    var place = 0
    for row in rows {
      for column in 0..<width {
        self[place] = self[row * width + column]
        place += 1
      }
    }
    removeSubrange(place...)
  }
}

/// How many samples a run keeps at most; more than anybody looks at, and what a laptop has memory for.
struct SampleLimits {
  /// Of the shown lane: 24 days of seconds, four years of minutes.
  var shown = 1 << 21
  /// Of all lanes together, a quarter of a gigabyte, which writing them doubles; but never fewer than `leastOfLane` of each.
  var all = 1 << 25
  var leastOfLane = 1 << 12

  /// Of each of so many lanes; a power of two, because arrays grow by doubling.
  func ofLane(among lanes: Int) -> Int {
    var limit = shown
    while limit > leastOfLane, limit * max(1, lanes) > all { limit /= 2 }
    return limit
  }
}
