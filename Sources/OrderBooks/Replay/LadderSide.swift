/// The price levels of one side of one book, best first in constant time however far prices swing.
///
/// A price becomes a *key* that grows towards better prices on both sides: the price itself for buys, its complement for
/// sells. Levels near the best lie in a dense window `[base, base + size)` of keys with an occupancy bitmap; all worse
/// keys lie in `far`, sorted, best last. The window moves when a better key appears above it or when it runs empty, and
/// moving touches only occupied levels, so a crash of any depth costs in proportion to the levels it crosses. It doubles
/// while far levels are in use more often than the window is wide.
///
/// Invariants: a bit is set exactly when its level holds an order; `best` is the highest set bit's key, or `noKey` when
/// the side is empty; every far key is below `base`; the window is empty only when the side is.
@safe @usableFromInline
package struct LadderSide: ~Copyable {
  @inlinable package static var noKey: Int64 { .min }
  package static let smallestWindow = 256
  package static let largestWindow = 1 << 18

  /// Key of the first level of the window. Keys are 64-bit so that window arithmetic near the ends of Int32 is exact.
  @usableFromInline var base: Int64 = 0
  @usableFromInline var size: Int
  @usableFromInline package var best: Int64 = noKey
  @usableFromInline var levels: UnsafeMutablePointer<PriceLevel>
  @usableFromInline var words: UnsafeMutablePointer<UInt64>
  /// All ones for sells: a key is `price ^ mask`.
  @usableFromInline let mask: Int32
  private var farKeys: [Int64] = []
  @usableFromInline var farLevels: [PriceLevel] = []
  private var farUses = 0

  package init(sideIndex: Int) {
    mask = sideIndex == 0 ? 0 : -1
    size = Self.smallestWindow
    unsafe levels = .allocate(capacity: size)
    unsafe levels.initialize(repeating: PriceLevel(), count: size)
    unsafe words = .allocate(capacity: size / 64)
    unsafe words.initialize(repeating: 0, count: size / 64)
  }

  deinit {
    unsafe levels.deallocate()
    unsafe words.deallocate()
  }

  @inlinable @inline(__always)
  package func key(_ price: Int32) -> Int64 { Int64(price ^ mask) }

  @inlinable @inline(__always)
  package func price(_ key: Int64) -> Int32 { Int32(truncatingIfNeeded: key) ^ mask }

  package var isEmpty: Bool { best == Self.noKey }

  /// The best price, or the bits of `Price.none` when the side is empty.
  @inlinable @inline(__always)
  package var bestTicks: Int32 { best == Self.noKey ? .min : price(best) }

  /// Adds an order's quantity at a price.
  @inlinable @inline(__always)
  package mutating func add(price: Int32, quantity: Int64) {
    let key = key(price)
    let index = key &- base
    if UInt64(bitPattern: index) < UInt64(size) {
      // In the window: the index is in bounds by the test above.
      let place = Int(index)
      let count = unsafe levels[place].orderCount
      unsafe levels[place].quantity &+= quantity
      unsafe levels[place].orderCount = count &+ 1
      if count == 0 {
        unsafe words[place >> 6] |= 1 << UInt64(place & 63)
        if key > best { best = key }
      }
    } else {
      addOutside(key: key, quantity: quantity)
    }
  }

  /// Takes an order's whole remaining quantity away from a price; false when nothing rests there.
  @inlinable @inline(__always)
  package mutating func remove(price: Int32, quantity: Int64) -> Bool {
    let key = key(price)
    let index = key &- base
    guard UInt64(bitPattern: index) < UInt64(size) else { return removeOutside(key: key, quantity: quantity) }
    let place = Int(index)
    let count = unsafe levels[place].orderCount
    guard count > 0 else { return false }
    unsafe levels[place].orderCount = count &- 1
    unsafe levels[place].quantity &-= quantity
    if count == 1 {
      unsafe levels[place].quantity = 0
      unsafe words[place >> 6] &= ~(1 << UInt64(place & 63))
      if key == best { findBest(below: place) }
    }
    return true
  }

  /// Takes part of an order's quantity away from a price; the order stays.
  @inlinable @inline(__always)
  package mutating func reduce(price: Int32, quantity: Int64) {
    let key = key(price)
    let index = key &- base
    if UInt64(bitPattern: index) < UInt64(size) {
      // A stream that mixes orders and levels can empty a level under its orders: nothing then rests to be reduced.
      if unsafe levels[Int(index)].orderCount > 0 { unsafe levels[Int(index)].quantity &-= quantity }
    } else if let place = farIndex(of: key) {
      farLevels[place].quantity &-= quantity
    }
  }

  /// Replaces the total at a price (level feeds); zero or less removes the level.
  package mutating func set(price: Int32, quantity: Int64) {
    let present = level(price: price)
    if present.orderCount > 0 {
      if quantity > 0 {
        reduce(price: price, quantity: present.quantity &- quantity)
      } else {
        for _ in 0..<present.orderCount { _ = remove(price: price, quantity: 0) }
      }
    } else if quantity > 0 {
      add(price: price, quantity: quantity)
    }
  }

  /// Replaces the quantity of an occupied level and leaves its count of orders; without one nothing happens.
  @inlinable @inline(__always)
  package mutating func setQuantity(price: Int32, _ quantity: Int64) {
    let key = key(price)
    let index = key &- base
    if UInt64(bitPattern: index) < UInt64(size) {
      if unsafe levels[Int(index)].orderCount > 0 { unsafe levels[Int(index)].quantity = quantity }
    } else if let place = farIndex(of: key) {
      farLevels[place].quantity = quantity
    }
  }

  /// What rests at a price.
  @inlinable @inline(__always)
  package func level(price: Int32) -> PriceLevel {
    let key = key(price)
    let index = key &- base
    if UInt64(bitPattern: index) < UInt64(size) { return unsafe levels[Int(index)] }
    return farIndex(of: key).map { farLevels[$0] } ?? PriceLevel()
  }

  /// Whether anything rests at a price.
  @inlinable @inline(__always)
  package func isOccupied(price: Int32) -> Bool {
    let key = key(price)
    let index = key &- base
    if UInt64(bitPattern: index) < UInt64(size) {
      // The bitmap of a window is small enough to stay in the nearest cache, its levels are not.
      let place = Int(index)
      return unsafe words[place >> 6] >> UInt64(place & 63) & 1 == 1
    }
    return key <= best && farIndex(of: key) != nil
  }

  package mutating func removeAll() {
    unsafe levels.update(repeating: PriceLevel(), count: size)
    unsafe words.update(repeating: 0, count: size / 64)
    best = Self.noKey
    farKeys.removeAll(keepingCapacity: true)
    farLevels.removeAll(keepingCapacity: true)
  }

  /// Calls `body` with each level from the best on, until it returns false.
  package func forEachLevel(_ body: (_ price: Int32, _ level: PriceLevel) -> Bool) {
    guard best != Self.noKey else { return }
    var place = Int(best - base)
    while true {
      if unsafe !body(price(base + Int64(place)), levels[place]) { return }
      guard let next = highestBit(below: place) else { break }
      place = next
    }
    for index in farKeys.indices.reversed() {
      if !body(price(farKeys[index]), farLevels[index]) { return }
    }
  }

  // MARK: - Rare paths

  /// After the best level emptied: the next occupied one, from the window or from afar.
  @inlinable @inline(__always)
  mutating func findBest(below place: Int) {
    // Most often the next level is in the same word of the bitmap.
    let word = unsafe words[place >> 6]
    if word != 0 {
      // Every set bit is below the best one, which is now clear, so the highest is the next best.
      best = base &+ Int64((place & ~63) + 63 - word.leadingZeroBitCount)
    } else {
      findBestFurther(below: place)
    }
  }

  @usableFromInline @inline(never)
  mutating func findBestFurther(below place: Int) {
    if let next = highestBit(below: place) {
      best = base + Int64(next)
    } else if let farBest = farKeys.last {
      best = farBest
      moveWindow(toHold: farBest)
    } else {
      best = Self.noKey
    }
  }

  private func highestBit(below place: Int) -> Int? {
    var wordIndex = place >> 6
    var word = unsafe words[wordIndex] & ((1 << UInt64(place & 63)) - 1)
    while word == 0 {
      if wordIndex == 0 { return nil }
      wordIndex -= 1
      word = unsafe words[wordIndex]
    }
    return wordIndex << 6 + 63 - word.leadingZeroBitCount
  }

  @usableFromInline
  func farIndex(of key: Int64) -> Int? {
    let index = farPosition(of: key)
    return index < farKeys.count && farKeys[index] == key ? index : nil
  }

  /// The first far index whose key is not below `key`.
  private func farPosition(of key: Int64) -> Int {
    var (low, high) = (0, farKeys.count)
    while low < high {
      let middle = (low + high) / 2
      if farKeys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  @usableFromInline @inline(never)
  mutating func addOutside(key: Int64, quantity: Int64) {
    if best == Self.noKey {
      base = key - Int64(size / 4 * 3)
      best = key
      add(price: price(key), quantity: quantity)
      return
    }
    if key < base {
      noteFarUse()
      if key < base {
        let index = farPosition(of: key)
        if index < farKeys.count, farKeys[index] == key {
          farLevels[index].quantity &+= quantity
          farLevels[index].orderCount &+= 1
        } else {
          farKeys.insert(key, at: index)
          farLevels.insert(PriceLevel(quantity: quantity, orderCount: 1), at: index)
        }
        return
      }
    } else {
      moveWindow(toHold: key)
    }
    add(price: price(key), quantity: quantity)
  }

  @usableFromInline @inline(never)
  mutating func removeOutside(key: Int64, quantity: Int64) -> Bool {
    guard let index = farIndex(of: key) else { return false }
    if farLevels[index].orderCount == 1 {
      farKeys.remove(at: index)
      farLevels.remove(at: index)
    } else {
      farLevels[index].orderCount -= 1
      farLevels[index].quantity &-= quantity
    }
    noteFarUse()
    return true
  }

  /// Doubles the window once far levels were used as often as it is wide, so a wide book pays for its width once.
  private mutating func noteFarUse() {
    farUses += 1
    guard farUses >= size, size < Self.largestWindow, best != Self.noKey else { return }
    farUses = 0
    rebuild(base: best - Int64(size * 2 / 4 * 3), size: size * 2)
  }

  private mutating func moveWindow(toHold key: Int64) {
    rebuild(base: key - Int64(size / 4 * 3), size: size)
  }

  /// Moves the window: levels that leave it go to `far`, far levels that it now covers come in.
  private mutating func rebuild(base newBase: Int64, size newSize: Int) {
    var leaving: [(Int64, PriceLevel)] = []
    for wordIndex in 0..<(size / 64) {
      var word = unsafe words[wordIndex]
      while word != 0 {
        let place = wordIndex * 64 + word.trailingZeroBitCount
        word &= word - 1
        unsafe leaving.append((base + Int64(place), levels[place]))
        unsafe levels[place] = PriceLevel()
      }
      unsafe words[wordIndex] = 0
    }
    if newSize != size {
      unsafe levels.deallocate()
      unsafe words.deallocate()
      unsafe levels = .allocate(capacity: newSize)
      unsafe levels.initialize(repeating: PriceLevel(), count: newSize)
      unsafe words = .allocate(capacity: newSize / 64)
      unsafe words.initialize(repeating: 0, count: newSize / 64)
      size = newSize
    }
    base = newBase
    // Window levels are all better than far ones, so appending them in rising order keeps `far` sorted.
    for (key, level) in leaving {
      farKeys.append(key)
      farLevels.append(level)
    }
    while let key = farKeys.last, key >= newBase {
      let place = Int(key - newBase)
      // A level above the window cannot stay: `best` is always inside, and nothing is better than `best`.
      precondition(place < size, "Invariant: no level above the window")
      unsafe levels[place] = farLevels.removeLast()
      unsafe words[place >> 6] |= 1 << UInt64(place & 63)
      farKeys.removeLast()
    }
  }

  /// Walks everything and traps when an invariant is broken; for tests.
  package func checkInvariants() {
    var highest = Self.noKey
    for place in 0..<size {
      let isSet = unsafe words[place >> 6] >> UInt64(place & 63) & 1 == 1
      precondition(unsafe (levels[place].orderCount > 0) == isSet, "Invariant: bit and level agree")
      if isSet { highest = base + Int64(place) }
    }
    if let far = farKeys.last { precondition(far < base && highest != Self.noKey, "Invariant: far is worse") }
    precondition(farKeys.count == farLevels.count)
    precondition(zip(farKeys, farKeys.dropFirst()).allSatisfy { $0 < $1 }, "Invariant: far is sorted")
    precondition(highest == best, "Invariant: best is the highest level")
  }
}
