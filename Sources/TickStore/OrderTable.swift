import MarketTypes

/// Every resting order by slot, with the orders of an instrument linked in order of arrival.
///
/// Writer, event reader and keyframes share it, so that all three agree on slots, implied values and priority.
struct OrderTable {
  static let none = UInt32.max

  struct Order {
    var identifier: UInt64 = 0
    var quantity: Int64 = 0
    var price: Int32 = 0
    var next = OrderTable.none
    var previous = OrderTable.none
    var instrument: UInt16 = 0
    var side = Side.none
    var isLive = false
  }

  private struct Chain {
    var first = OrderTable.none
    var last = OrderTable.none
  }

  private(set) var orders: [Order] = []
  private(set) var allocator = SlotAllocator()
  private var chains: [Chain] = []
  private(set) var liveCount = 0

  init() {}

  /// Restores the free slots of a keyframe; its orders follow through `restore`.
  init(free: [UInt32], highWater: UInt32) {
    allocator = SlotAllocator(free: free, highWater: highWater)
    orders = Array(repeating: Order(), count: Int(highWater))
  }

  /// The live order at `slot`, or nil.
  @inline(__always)
  subscript(_ slot: UInt32) -> Order? {
    guard Int(slot) < orders.count, orders[Int(slot)].isLive else { return nil }
    return orders[Int(slot)]
  }

  mutating func add(_ order: Order) -> UInt32 {
    let slot = allocator.take()
    while Int(slot) >= orders.count { orders.append(Order()) }
    put(order, slot)
    return slot
  }

  /// Puts a keyframe's order, the latest of its instrument, at its slot; false when the slot is taken.
  mutating func restore(_ order: Order, _ slot: UInt32) -> Bool {
    guard Int(slot) < orders.count, !orders[Int(slot)].isLive else { return false }
    put(order, slot)
    return true
  }

  private mutating func put(_ order: Order, _ slot: UInt32) {
    var order = order
    order.isLive = true
    orders[Int(slot)] = order
    link(slot)
    liveCount += 1
  }

  mutating func remove(_ slot: UInt32) {
    unlink(slot)
    orders[Int(slot)].isLive = false
    allocator.release(slot)
    liveCount -= 1
  }

  mutating func setQuantity(_ slot: UInt32, _ quantity: Int64) { orders[Int(slot)].quantity = quantity }

  mutating func setIdentifier(_ slot: UInt32, _ identifier: UInt64) { orders[Int(slot)].identifier = identifier }

  /// New price and quantity, and to the back of the queue.
  mutating func modify(_ slot: UInt32, price: Int32, quantity: Int64) {
    orders[Int(slot)].price = price
    orders[Int(slot)].quantity = quantity
    unlink(slot)
    link(slot)
  }

  /// Frees every slot of the instrument in ascending order and returns them.
  mutating func clear(_ instrument: UInt16) -> [UInt32] {
    var slots = self.slots(of: instrument)
    slots.sort()
    for slot in slots { remove(slot) }
    return slots
  }

  /// The instrument's live slots in order of arrival.
  func slots(of instrument: UInt16) -> [UInt32] {
    guard Int(instrument) < chains.count else { return [] }
    var slots: [UInt32] = []
    var slot = chains[Int(instrument)].first
    while slot != Self.none {
      slots.append(slot)
      slot = orders[Int(slot)].next
    }
    return slots
  }

  private mutating func link(_ slot: UInt32) {
    let instrument = Int(orders[Int(slot)].instrument)
    while instrument >= chains.count { chains.append(Chain()) }
    let last = chains[instrument].last
    orders[Int(slot)].previous = last
    orders[Int(slot)].next = Self.none
    if last == Self.none { chains[instrument].first = slot } else { orders[Int(last)].next = slot }
    chains[instrument].last = slot
  }

  private mutating func unlink(_ slot: UInt32) {
    let order = orders[Int(slot)]
    let instrument = Int(order.instrument)
    if order.previous == Self.none {
      chains[instrument].first = order.next
    } else {
      orders[Int(order.previous)].next = order.next
    }
    if order.next == Self.none {
      chains[instrument].last = order.previous
    } else {
      orders[Int(order.next)].previous = order.previous
    }
  }
}
