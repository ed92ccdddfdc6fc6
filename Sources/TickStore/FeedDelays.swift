import MarketTypes

/// Reads what the feed took for each event of a block: local less exchange time.
///
/// Real clocks disagree, so a capture may show an event before it happened; nobody can act on what has not happened yet, and
/// such delays count as zero. An event without a local time takes as long as the one before it.
struct FeedDelays {
  private var decoder = ColumnDecoder()
  private var marks: [Int64] = []
  private var last: Int64 = 0

  init() {}

  mutating func read(_ cold: ByteView, into batch: inout EventBatch) throws(FormatFault) {
    let section = try SectionView(cold)
    let hasTimes = try section.column(.localTimes) != nil
    if batch.feedDelays.count < batch.count {
      batch.feedDelays = Array(repeating: 0, count: batch.codes.count)
    }
    var delays: [Int64] = []
    swap(&delays, &batch.feedDelays)
    defer { swap(&delays, &batch.feedDelays) }
    let room = delays.count
    try section.values(.localTimes, count: batch.count, decoder: &decoder, into: &delays)
    try section.values(.marks, count: batch.count, decoder: &decoder, into: &marks)
    for index in 0..<batch.count {
      let lacksTime =
        !hasTimes || EventMarks(rawValue: UInt32(truncatingIfNeeded: marks[index])).contains(.lacksLocalTime)
      if !lacksTime { last = max(0, delays[index]) }
      delays[index] = last
    }
    while delays.count < room { delays.append(0) }
    batch.hasFeedDelays = true
  }
}
