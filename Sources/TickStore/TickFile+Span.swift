public import MarketTypes

extension TickFile {
  /// Earliest and latest exchange time, from the index alone; nil for a file without timed events. A block that holds
  /// an event of unknown time does not count for the earliest one.
  public var timeSpan: ClosedRange<Int64>? {
    guard let last = index.blocks.last?.reachedTime, last != .min else { return nil }
    let first = index.blocks.map(\.minTime).filter { $0 != .min }.min() ?? last
    return min(first, last)...last
  }

  /// Events of the blocks that a reader of a time range visits, from the index alone: what the range holds, and up to two
  /// blocks more.
  public func eventCount(from: Timestamp?, until: Timestamp?) -> UInt64 {
    var count: UInt64 = 0
    for block in index.blocks {
      if let from, block.reachedTime < from.nanoseconds { continue }
      count += UInt64(block.eventCount)
      if let until, block.reachedTime >= until.nanoseconds { break }
    }
    return count
  }
}
