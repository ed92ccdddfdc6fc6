/// Finds a number by (64-bit key, instrument): open addressing with linear probing and no tombstones.
struct IdentifierMap {
  private struct Entry {
    var key: UInt64 = 0
    var value: UInt32 = 0
    var instrument: UInt16 = 0
    var isUsed = false
  }

  private var entries: [Entry]
  private var mask: Int
  private(set) var count = 0

  init() {
    entries = Array(repeating: Entry(), count: 1024)
    mask = 1023
  }

  @inline(__always)
  private func home(_ key: UInt64, _ instrument: UInt16) -> Int {
    var mixed = key ^ (UInt64(instrument) &* 0x9E37_79B9_7F4A_7C15)
    mixed = (mixed ^ (mixed &>> 33)) &* 0xFF51_AFD7_ED55_8CCD
    mixed ^= mixed &>> 29
    return Int(truncatingIfNeeded: mixed) & mask
  }

  subscript(_ key: UInt64, _ instrument: UInt16) -> UInt32? {
    var place = home(key, instrument)
    while entries[place].isUsed {
      if entries[place].key == key, entries[place].instrument == instrument { return entries[place].value }
      place = (place &+ 1) & mask
    }
    return nil
  }

  /// Adds a key that is not there.
  mutating func insert(_ key: UInt64, _ instrument: UInt16, _ value: UInt32) {
    if count * 2 >= entries.count { grow() }
    place(Entry(key: key, value: value, instrument: instrument, isUsed: true))
    count += 1
  }

  /// Removes a key and moves later entries of its run back, so that no gap splits it.
  mutating func remove(_ key: UInt64, _ instrument: UInt16) {
    var gap = home(key, instrument)
    while entries[gap].isUsed {
      if entries[gap].key == key, entries[gap].instrument == instrument { break }
      gap = (gap &+ 1) & mask
    }
    guard entries[gap].isUsed else { return }
    count -= 1
    var next = (gap &+ 1) & mask
    while entries[next].isUsed {
      let start = home(entries[next].key, entries[next].instrument)
      // The entry may fill the gap when its home does not lie between the gap and itself.
      if ((next &- start) & mask) >= ((next &- gap) & mask) {
        entries[gap] = entries[next]
        gap = next
      }
      next = (next &+ 1) & mask
    }
    entries[gap].isUsed = false
  }

  private mutating func place(_ entry: Entry) {
    var place = home(entry.key, entry.instrument)
    while entries[place].isUsed { place = (place &+ 1) & mask }
    entries[place] = entry
  }

  @inline(never)
  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Entry(), count: old.count * 2)
    mask = entries.count - 1
    for entry in old where entry.isUsed { place(entry) }
  }
}
