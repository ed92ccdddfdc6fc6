/// Orders by (key, arrival), smallest first, with removal from the middle.
struct OrderHeap: ~Copyable {
  struct Entry: BitwiseCopyable {
    var key: Int64
    var arrival: UInt64
    var slot: UInt32

    @inline(__always)
    func isBefore(_ other: Entry) -> Bool {
      key != other.key ? key < other.key : arrival < other.arrival
    }
  }

  let entries: FixedBuffer<Entry>
  /// Slot → its place in `entries`, for slots that are in the heap.
  let positions: FixedBuffer<UInt32>
  private(set) var count = 0

  init(capacity: Int) {
    entries = FixedBuffer(unwritten: capacity)
    positions = FixedBuffer(unwritten: capacity)
  }

  var first: Entry { entries[0] }

  mutating func insert(key: Int64, arrival: UInt64, slot: UInt32) {
    count += 1
    siftUp(Entry(key: key, arrival: arrival, slot: slot), from: count - 1)
  }

  mutating func remove(slot: UInt32) {
    let position = Int(positions[slot])
    assert(position < count && entries[position].slot == slot)
    count -= 1
    guard position != count else { return }
    let moved = entries[count]
    if position > 0, moved.isBefore(entries[(position - 1) / 2]) {
      siftUp(moved, from: position)
    } else {
      siftDown(moved, from: position)
    }
  }

  private func place(_ entry: Entry, at position: Int) {
    entries[position] = entry
    positions[entry.slot] = UInt32(position)
  }

  private mutating func siftUp(_ entry: Entry, from start: Int) {
    var position = start
    while position > 0 {
      let parent = (position - 1) / 2
      guard entry.isBefore(entries[parent]) else { break }
      place(entries[parent], at: position)
      position = parent
    }
    place(entry, at: position)
  }

  private mutating func siftDown(_ entry: Entry, from start: Int) {
    var position = start
    while true {
      var child = position * 2 + 1
      guard child < count else { break }
      if child + 1 < count, entries[child + 1].isBefore(entries[child]) { child += 1 }
      guard entries[child].isBefore(entry) else { break }
      place(entries[child], at: position)
      position = child
    }
    place(entry, at: position)
  }
}
