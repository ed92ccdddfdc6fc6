import MarketTypes

/// The order in which feeds that are each sorted by time go out together: by time, then by feed; a binary heap with one
/// entry for every feed that has events left.
struct FeedMerge {
  private struct Entry {
    var time: Int64
    var feed: Int
  }

  private var heap: [Entry] = []
  private var positions: [Int]

  init(feeds: [[MarketEvent]]) {
    positions = Array(repeating: 0, count: feeds.count)
    heap = feeds.enumerated().compactMap { feed, events in
      events.first.map { Entry(time: $0.exchangeTime.nanoseconds, feed: feed) }
    }
    heap.sort(by: Self.precedes)
  }

  /// The feed whose events come next; nil when all are out.
  var earliestFeed: Int? { heap.first?.feed }

  @inline(__always)
  private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
    left.time != right.time ? left.time < right.time : left.feed < right.feed
  }

  /// Takes the earliest feed's events that come before any other feed's, at least one; `earliestFeed` must not be nil.
  mutating func takeRun(_ feeds: [[MarketEvent]]) -> Range<Int> {
    let feed = heap[0].feed
    let begin = positions[feed]
    var end = begin + 1
    // The second earliest is one of the root's children.
    var rival = Entry(time: .max, feed: .max)
    for child in 1..<3 where child < heap.count && Self.precedes(heap[child], rival) { rival = heap[child] }
    let events = feeds[feed]
    while end < events.count, Self.precedes(Entry(time: events[end].exchangeTime.nanoseconds, feed: feed), rival) {
      end += 1
    }
    positions[feed] = end
    if end < events.count {
      heap[0].time = events[end].exchangeTime.nanoseconds
    } else {
      heap[0] = heap[heap.count - 1]
      heap.removeLast()
    }
    siftDown()
    return begin..<end
  }

  private mutating func siftDown() {
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { return }
      if child + 1 < heap.count, Self.precedes(heap[child + 1], heap[child]) { child += 1 }
      guard Self.precedes(heap[child], heap[parent]) else { return }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}
