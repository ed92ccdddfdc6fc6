extension TickFile {
  /// Earliest and latest exchange time, from the index alone; nil for a file without timed events. A block that holds
  /// an event of unknown time does not count for the earliest one.
  public var timeSpan: ClosedRange<Int64>? {
    guard let last = index.blocks.last?.reachedTime, last != .min else { return nil }
    let first = index.blocks.map(\.minTime).filter { $0 != .min }.min() ?? last
    return min(first, last)...last
  }
}
