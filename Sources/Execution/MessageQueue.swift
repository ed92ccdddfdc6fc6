import MarketTypes

/// A message that knows when it arrives.
protocol TimedMessage: BitwiseCopyable {
  var time: Int64 { get }
}

extension Request: TimedMessage {}
extension Notice: TimedMessage {}

/// Messages under way, taken in order of arrival.
///
/// Messages of one constant delay arrive in the order they were sent, so each distinct delay has a plain queue and no
/// heap is needed. Queues are ordered by falling delay: of two messages that arrive together, the one sent earlier is
/// first. That order is the same for a lane alone and among others.
struct MessageQueue<Message: TimedMessage>: ~Copyable {
  private var delays: [Int64] = []
  private let queues: UnsafeMutablePointer<RingQueue<Message>>
  /// Earliest arrival over all queues; Int64.max when nothing is under way.
  private(set) var nextTime = Int64.max
  private var nextQueue = 0

  init(delays: some Sequence<Int64>) {
    self.delays = Set(delays).sorted(by: >)
    queues = .allocate(capacity: max(1, self.delays.count))
    for index in self.delays.indices { (queues + index).initialize(to: RingQueue<Message>()) }
  }

  deinit {
    queues.deinitialize(count: delays.count)
    queues.deallocate()
  }

  /// The queue of a delay that the set was made with.
  func route(of delay: Int64) -> Int32 { Int32(delays.firstIndex(of: delay) ?? 0) }

  @inline(__always)
  mutating func append(_ message: Message, route: Int32) {
    queues[Int(route)].append(message)
    if message.time < nextTime || (message.time == nextTime && Int(route) < nextQueue) {
      nextTime = message.time
      nextQueue = Int(route)
    }
  }

  @inline(__always)
  mutating func removeFirst() -> Message {
    let message = queues[nextQueue].removeFirst()
    if queues[nextQueue].isEmpty || queues[nextQueue].first.time != message.time { findNext() }
    return message
  }

  private mutating func findNext() {
    nextTime = .max
    for index in delays.indices where !queues[index].isEmpty && queues[index].first.time < nextTime {
      nextTime = queues[index].first.time
      nextQueue = index
    }
  }
}
