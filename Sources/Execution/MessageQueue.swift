import MarketTypes

/// A message on its way, 16 bytes: when it arrives, which order it is about, and what it says.
struct Message: BitwiseCopyable {
  var time: Int64
  var order: Int32
  /// What it says: a code below zero, or the place of its details.
  var content: Int32
}

/// Messages under way, taken in order of arrival.
///
/// Messages of one constant delay arrive in the order they were sent, so each distinct delay has a plain queue and no
/// heap is needed. Messages whose delay varies go through a heap, where the one sent earlier is first among equals. All
/// messages of a lane take one route, so the order among routes concerns no lane.
struct MessageQueue: ~Copyable {
  /// The route of messages whose delay varies.
  static let varying: Int32 = -1

  private let delays: [Int64]
  private let queues: UnsafeMutablePointer<RingQueue<Message>>
  private var heap: [Entry] = []
  private var sequence: UInt64 = 0
  /// Earliest arrival over all routes; Int64.max when nothing is under way.
  private(set) var nextTime = Int64.max
  private var nextQueue: Int32 = 0

  private struct Entry {
    var message: Message
    var sequence: UInt64

    @inline(__always)
    static func < (left: Entry, right: Entry) -> Bool {
      (left.message.time, left.sequence) < (right.message.time, right.sequence)
    }
  }

  init(delays: some Sequence<Int64>) {
    self.delays = Set(delays).sorted()
    queues = .allocate(capacity: max(1, self.delays.count))
    for index in self.delays.indices { (queues + index).initialize(to: RingQueue<Message>()) }
  }

  deinit {
    queues.deinitialize(count: delays.count)
    queues.deallocate()
  }

  /// The queue of a delay that the set was made with; without a constant delay, the heap.
  func route(of delay: Int64?) -> Int32 {
    delay.flatMap { delays.firstIndex(of: $0) }.map { Int32($0) } ?? Self.varying
  }

  @inline(__always)
  mutating func append(_ message: Message, route: Int32) {
    if route >= 0 { queues[Int(route)].append(message) } else { push(message) }
    if message.time < nextTime {
      nextTime = message.time
      nextQueue = route
    }
  }

  @inline(__always)
  mutating func removeFirst() -> Message {
    let route = nextQueue
    if route >= 0 {
      let message = queues[Int(route)].removeFirst()
      if queues[Int(route)].isEmpty || queues[Int(route)].first.time != message.time { findNext() }
      return message
    }
    let message = pop()
    findNext()
    return message
  }

  private mutating func findNext() {
    nextTime = .max
    for index in delays.indices where !queues[index].isEmpty && queues[index].first.time < nextTime {
      nextTime = queues[index].first.time
      nextQueue = Int32(truncatingIfNeeded: index)
    }
    if let first = heap.first, first.message.time < nextTime {
      nextTime = first.message.time
      nextQueue = Self.varying
    }
  }

  @inline(never)
  private mutating func push(_ message: Message) {
    heap.append(Entry(message: message, sequence: sequence))
    sequence &+= 1
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child] < heap[parent] else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  @inline(never)
  private mutating func pop() -> Message {
    let first = heap[0]
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      var parent = 0
      while true {
        var child = 2 * parent + 1
        guard child < heap.count else { break }
        if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
        guard heap[child] < heap[parent] else { break }
        heap.swapAt(child, parent)
        parent = child
      }
    }
    return first.message
  }
}

/// Records that messages point to: taken and given back, the last freed first.
struct Slab<Element: BitwiseCopyable>: ~Copyable {
  private var elements = Column<Element>(capacity: 256)
  private var free = Column<Int32>(capacity: 256)

  init() {}

  @inline(__always)
  mutating func insert(_ element: Element) -> Int32 {
    if free.count > 0 {
      let place = free.removeLast()
      elements[Int(place)] = element
      return place
    }
    elements.append(element)
    return Int32(truncatingIfNeeded: elements.count &- 1)
  }

  @inline(__always)
  mutating func remove(_ place: Int32) -> Element {
    free.append(place)
    return elements[Int(place)]
  }
}
