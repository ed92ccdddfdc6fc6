import MarketTypes

/// An agent's message on its way to a venue.
struct MarketMessage: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable { case new, cancel, amend }

  var time: Int64
  /// Order of sending; breaks ties of time.
  var sequence: UInt64
  var order: UInt64
  var quantity: Int64
  var price: Int32
  var agent: Int32
  var venue: UInt8
  var kind: Kind
  var side: Side
  var timeInForce: TimeInForce
  var flags: OrderFlags
}

/// Messages under way, earliest first: a binary heap by (time, sequence).
struct MessageHeap {
  private var items: [MarketMessage] = []

  @inline(__always)
  var nextTime: Int64 { items.isEmpty ? .max : items[0].time }

  private static func precedes(_ left: MarketMessage, _ right: MarketMessage) -> Bool {
    left.time != right.time ? left.time < right.time : left.sequence < right.sequence
  }

  mutating func push(_ message: MarketMessage) {
    items.append(message)
    var child = items.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard Self.precedes(items[child], items[parent]) else { break }
      items.swapAt(child, parent)
      child = parent
    }
  }

  /// The earliest message; the heap must not be empty.
  mutating func pop() -> MarketMessage {
    let first = items[0]
    let last = items.removeLast()
    guard !items.isEmpty else { return first }
    items[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < items.count else { break }
      if child + 1 < items.count, Self.precedes(items[child + 1], items[child]) { child += 1 }
      guard Self.precedes(items[child], items[parent]) else { break }
      items.swapAt(child, parent)
      parent = child
    }
    return first
  }
}
