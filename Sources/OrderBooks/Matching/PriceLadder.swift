/// The orders of one price, first come first.
struct QueueLevel: BitwiseCopyable {
  /// `noSlot` in an empty level.
  var head: UInt32
  var tail: UInt32
  /// The sum of the orders' displayed quantities.
  var quantity: Int64

  static let empty = QueueLevel(head: noSlot, tail: noSlot, quantity: 0)
}

/// A level's key and where it is kept.
struct LevelReference: BitwiseCopyable {
  var key: Int32
  var index: Int

  static let none = LevelReference(key: PriceLadder.noKey, index: -1)

  @inline(__always) var exists: Bool { key != PriceLadder.noKey }
}

/// The price levels of one side, by key: the lowest key is the best price.
///
/// Keys are prices for sells and bit-flipped prices for buys, so that one code serves both sides. Levels inside a
/// window of consecutive keys are an array with two layers of occupancy bits; the others are leaves of a tree. When
/// the touch has left the window for as many operations as the window has levels, the window moves after it, so the
/// cost of moving is constant per operation, however wide or often the price swings.
struct PriceLadder: ~Copyable {
  /// Larger than every key of an order.
  static let noKey = Int32.max
  /// Before the first order the window lies beyond every key.
  private static let unplaced: Int64 = 1 << 40

  /// The window's levels, then one per leaf of the tree.
  let levels: FixedBuffer<QueueLevel>
  private let words: FixedBuffer<UInt64>
  private let summary: FixedBuffer<UInt64>
  private let windowCount: Int
  private(set) var far: FarLevels
  /// The key of level 0; Int64, so that windows at the ends of the key range need no care.
  private var base = PriceLadder.unplaced
  private var farVisits = 0
  private(set) var best = LevelReference.none
  /// Orders in all levels.
  private(set) var count = 0

  /// `windowCount` is a power of two and at least 64.
  init(capacity: Int, windowCount: Int) {
    precondition(windowCount >= 64 && windowCount & (windowCount - 1) == 0, "the window is a power of two")
    self.windowCount = windowCount
    levels = FixedBuffer(unwritten: windowCount + capacity)
    for index in 0..<windowCount { levels[index] = .empty }
    words = FixedBuffer(repeating: 0, count: windowCount / 64)
    summary = FixedBuffer(repeating: 0, count: (windowCount / 64 + 63) / 64)
    far = FarLevels(capacity: capacity)
  }

  /// Price to key and back.
  @inline(__always)
  static func key(_ ticks: Int32, sideIndex: Int) -> Int32 { ticks ^ (Int32(truncatingIfNeeded: sideIndex) &- 1) }

  /// The window's place of a key, or a number that is not one.
  @inline(__always)
  private func windowIndex(_ key: Int32) -> Int { Int(truncatingIfNeeded: Int64(key) &- base) }

  @inline(__always)
  private func isInWindow(_ index: Int) -> Bool { UInt(bitPattern: index) < UInt(bitPattern: windowCount) }

  /// The level of a key that has one, or -1.
  @inline(__always)
  func levelIndex(_ key: Int32) -> Int {
    let index = windowIndex(key)
    if isInWindow(index) { return levels[index].head == noSlot ? -1 : index }
    let leaf = far.find(key)
    return leaf == noSlot ? -1 : windowCount &+ Int(leaf)
  }

  /// Puts an order at the end of its level's queue.
  @inline(__always)
  mutating func append(_ slot: UInt32, key: Int32, quantity: Int64, nodes: borrowing FixedBuffer<OrderNode>) {
    var index = windowIndex(key)
    if !isInWindow(index) { index = farAppendIndex(key, nodes: nodes) }
    count &+= 1
    let tail = levels[index].tail
    nodes[slot].next = noSlot
    nodes[slot].previous = tail
    levels[index].tail = slot
    if levels[index].head == noSlot {
      levels[index].head = slot
      levels[index].quantity = quantity
      if isInWindow(index) {
        words[index >> 6] |= 1 << UInt64(index & 63)
        summary[index >> 12] |= 1 << UInt64((index >> 6) & 63)
      }
      if key < best.key { best = LevelReference(key: key, index: index) }
    } else {
      levels[index].quantity &+= quantity
      nodes[tail].next = slot
    }
  }

  /// The level of a key outside the window, made if need be.
  @inline(never)
  private mutating func farAppendIndex(_ key: Int32, nodes: borrowing FixedBuffer<OrderNode>) -> Int {
    if base == PriceLadder.unplaced { base = Int64(key) - Int64(windowCount / 2) }
    farVisits += 1
    if farVisits >= windowCount { moveWindow(including: key) }
    let index = windowIndex(key)
    if isInWindow(index) { return index }
    let leaf = far.find(key)
    if leaf != noSlot { return windowCount + Int(leaf) }
    let added = windowCount + Int(far.insert(key))
    levels[added] = .empty
    return added
  }

  /// Takes an order of displayed quantity `quantity` out of its level.
  @inline(__always)
  mutating func remove(_ slot: UInt32, key: Int32, quantity: Int64, nodes: borrowing FixedBuffer<OrderNode>) {
    let index = key == best.key ? best.index : levelIndex(key)
    let next = nodes[slot].next
    let previous = nodes[slot].previous
    count &-= 1
    levels[index].quantity &-= quantity
    if previous == noSlot { levels[index].head = next } else { nodes[previous].next = next }
    if next == noSlot { levels[index].tail = previous } else { nodes[next].previous = previous }
    if previous == noSlot && next == noSlot { removeLevel(LevelReference(key: key, index: index)) }
  }

  /// Takes the first order of the best level out, when its quantity has gone from the level already.
  @inline(__always)
  mutating func removeBestHead(_ slot: UInt32, nodes: borrowing FixedBuffer<OrderNode>) {
    assert(levels[best.index].head == slot)
    let next = nodes[slot].next
    count &-= 1
    levels[best.index].head = next
    if next == noSlot {
      levels[best.index].tail = noSlot
      removeLevel(best)
    } else {
      nodes[next].previous = noSlot
    }
  }

  @inline(__always)
  func reduce(key: Int32, by quantity: Int64) {
    let index = key == best.key ? best.index : levelIndex(key)
    levels[index].quantity &-= quantity
  }

  @inline(__always)
  private mutating func removeLevel(_ level: LevelReference) {
    if isInWindow(level.index) {
      let word = words[level.index >> 6] & ~(1 << UInt64(level.index & 63))
      words[level.index >> 6] = word
      if word == 0 { summary[level.index >> 12] &= ~(1 << UInt64((level.index >> 6) & 63)) }
    } else {
      farVisits &+= 1
      far.remove(level.key)
    }
    if level.key == best.key { best = lowest(atLeast: level.key) }
  }

  /// The lowest level whose key is at least `key`.
  @inline(__always)
  func lowest(atLeast key: Int32) -> LevelReference {
    let inWindow = lowestInWindow(atLeast: key)
    if far.count == 0 { return inWindow }
    return lowestWithFar(atLeast: key, inWindow: inWindow)
  }

  @inline(never)
  private func lowestWithFar(atLeast key: Int32, inWindow: LevelReference) -> LevelReference {
    let leaf = far.lowest(atLeast: key)
    guard leaf != noSlot else { return inWindow }
    let farKey = FarLevels.key(far.keys[leaf])
    return farKey < inWindow.key ? LevelReference(key: farKey, index: windowCount + Int(leaf)) : inWindow
  }

  /// The level after one, towards worse prices.
  @inline(__always)
  func next(after level: LevelReference) -> LevelReference { lowest(atLeast: level.key &+ 1) }

  @inline(__always)
  private func lowestInWindow(atLeast key: Int32) -> LevelReference {
    let start = max(0, windowIndex(key))
    guard start < windowCount else { return .none }
    let wordIndex = start >> 6
    let first = words[wordIndex] & (~0 << UInt64(start & 63))
    if first != 0 { return windowLevel((wordIndex << 6) &+ first.trailingZeroBitCount) }
    return lowestInWindow(afterWord: wordIndex)
  }

  @inline(never)
  private func lowestInWindow(afterWord wordIndex: Int) -> LevelReference {
    var summaryIndex = wordIndex >> 6
    // The bits above `wordIndex` in its own summary word; a shift by 64 gives none.
    var candidates = summary[summaryIndex] & (~UInt64(0) << UInt64((wordIndex & 63) + 1))
    while candidates == 0 {
      summaryIndex += 1
      guard summaryIndex < summary.count else { return .none }
      candidates = summary[summaryIndex]
    }
    let word = (summaryIndex << 6) &+ candidates.trailingZeroBitCount
    return windowLevel((word << 6) &+ words[word].trailingZeroBitCount)
  }

  @inline(__always)
  private func windowLevel(_ index: Int) -> LevelReference {
    LevelReference(key: Int32(truncatingIfNeeded: base &+ Int64(index)), index: index)
  }

  /// Moves the window so that the best price has a quarter of it before and the rest behind it.
  private mutating func moveWindow(including key: Int32) {
    farVisits = 0
    let touch = min(key, best.key)
    let newBase = Int64(touch) - Int64(windowCount / 4)
    guard abs(newBase - base) >= Int64(windowCount / 4) else { return }
    // Everything into the tree, then what the new window covers out of it.
    var level = lowestInWindow(atLeast: .min)
    while level.exists {
      let leaf = far.insert(level.key)
      levels[windowCount + Int(leaf)] = levels[level.index]
      levels[level.index] = .empty
      words[level.index >> 6] &= ~(1 << UInt64(level.index & 63))
      if words[level.index >> 6] == 0 { summary[level.index >> 12] &= ~(1 << UInt64((level.index >> 6) & 63)) }
      level = lowestInWindow(atLeast: level.key)
    }
    base = newBase
    let end = newBase + Int64(windowCount)
    var from = Int32(clamping: newBase)
    while true {
      let leaf = far.lowest(atLeast: from)
      guard leaf != noSlot else { break }
      let key = FarLevels.key(far.keys[leaf])
      guard Int64(key) < end else { break }
      let index = windowIndex(key)
      levels[index] = levels[windowCount + Int(leaf)]
      words[index >> 6] |= 1 << UInt64(index & 63)
      summary[index >> 12] |= 1 << UInt64((index >> 6) & 63)
      far.remove(key)
      from = key
    }
    best = lowest(atLeast: .min)
  }
}
