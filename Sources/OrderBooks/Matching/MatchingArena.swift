/// No order.
let noSlot = UInt32.max

/// A queue of orders linked through their nodes, first come first.
struct SlotList: BitwiseCopyable {
  var head = noSlot
  var tail = noSlot
  var count = 0
}

/// Orders by slot: nodes, details and the free slots, all set up once.
struct MatchingArena: ~Copyable {
  let nodes: FixedBuffer<OrderNode>
  let details: FixedBuffer<OrderDetail>
  let capacity: Int
  /// Chain of free slots through `next`; slots from `highWater` on were never used.
  var firstFree = noSlot
  var highWater: UInt32 = 0
  var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    nodes = FixedBuffer(unwritten: capacity)
    details = FixedBuffer(unwritten: capacity)
  }

  @inline(__always) var isFull: Bool { count == capacity }

  /// A slot to write; call only when not full.
  @inline(__always)
  mutating func take() -> UInt32 {
    assert(!isFull)
    count &+= 1
    let slot = firstFree
    if slot != noSlot {
      firstFree = nodes[slot].next
      return slot
    }
    defer { highWater &+= 1 }
    return highWater
  }

  @inline(__always)
  mutating func release(_ slot: UInt32) {
    count &-= 1
    nodes[slot].next = firstFree
    firstFree = slot
  }

  func append(_ slot: UInt32, to list: inout SlotList) {
    nodes[slot].next = noSlot
    nodes[slot].previous = list.tail
    if list.tail == noSlot { list.head = slot } else { nodes[list.tail].next = slot }
    list.tail = slot
    list.count += 1
  }

  func remove(_ slot: UInt32, from list: inout SlotList) {
    let node = nodes[slot]
    if node.previous == noSlot { list.head = node.next } else { nodes[node.previous].next = node.next }
    if node.next == noSlot { list.tail = node.previous } else { nodes[node.next].previous = node.previous }
    list.count -= 1
  }
}
