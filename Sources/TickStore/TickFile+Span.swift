public import MarketTypes

extension TickFile {
  /// Earliest and latest exchange time, from the index alone; nil for a file without timed events. A block that holds
  /// an event of unknown time does not count for the earliest one.
  public var timeSpan: ClosedRange<Int64>? {
    guard let last = index.blocks.last?.reachedTime, last != .min else { return nil }
    let first = index.blocks.map(\.minTime).filter { $0 != .min }.min() ?? last
    return min(first, last)...last
  }

  /// The first block holds an event of unknown time.
  public var beginsWithoutTime: Bool { index.blocks.first?.minTime == .min }

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

  /// About how many events lie between two moments, both included, from the index alone: within a block they are taken to lie
  /// evenly in time.
  public func estimatedEventCount(from: Int64, through time: Int64) -> Double {
    var count = 0.0
    var reached = timeSpan?.lowerBound ?? time
    for block in index.blocks where reached <= time {
      let (begin, end) = (max(from, reached), min(time, block.reachedTime))
      let length = Double(block.reachedTime) - Double(reached)
      reached = block.reachedTime
      guard begin <= end else { continue }
      count += Double(block.eventCount) * (length > 0 ? (Double(end) - Double(begin)) / length : 1)
    }
    return count
  }

  /// How many events of a kind the file holds, from the index alone.
  public func count(of operation: EventCode.Operation) -> UInt64 { index.operationCounts[Int(operation.rawValue)] }

  /// When the first event happened that tells more than what stood before: no clear, and no part of a snapshot, whose
  /// orders may be days old. Nil without such an event; reads as few blocks as that takes.
  public func firstNewsTime() throws(TickStoreError) -> Int64? {
    var reader = try TickReader(self, options: TickReader.Options(columns: .times))
    var batch = makeBatch()
    while try reader.nextBatch(into: &batch) {
      for index in 0..<batch.count where batch.times[index] != Timestamp.unknown.nanoseconds {
        let code = EventCode(rawValue: batch.codes[index])
        switch code.operation {
        case .clear, .snapshotBegin, .snapshotEnd: continue
        case .add, .setLevel: if code.isMarked { continue }
        default: break
        }
        return batch.times[index]
      }
    }
    return nil
  }
}
