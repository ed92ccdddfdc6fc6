/// The live orders of a feed that identifies them by number: what a decoder must remember to tell a whole cancel from a
/// partial one, and a change of size from a change of price.
///
/// Open addressing with linear probing. Emptying one instrument only raises its generation, so a hostile file full of
/// clears costs nothing; entries of older generations are dropped when the table is rebuilt. The hash is keyed by a random number,
/// because order numbers chosen by an enemy must not all fall into one run; results never depend on the key.
struct OrderTable {
  struct Order {
    var price: Int64
    var quantity: UInt32
    var side: UInt8
  }

  private struct Entry {
    var identifier: UInt64 = 0
    var order = Order(price: 0, quantity: 0, side: 0)
    var generation: UInt32 = 0
    var instrument: UInt16 = 0
    var isUsed = false
  }

  /// More orders alive at once are refused: no venue has as many, and the table then takes half a gigabyte.
  static let maximumCount = 1 << 23

  private(set) var count = 0
  private var entries: [Entry]
  /// Used entries, those of older generations included.
  private var used = 0
  private var generations: [UInt32] = []
  private var liveByInstrument: [Int] = []
  private let key: UInt64

  init(key: UInt64 = .random(in: .min ... .max)) {
    entries = Array(repeating: Entry(), count: 1 << 12)
    self.key = key | 1
  }

  @inline(__always)
  private func home(_ identifier: UInt64, _ instrument: UInt16) -> Int {
    let mixed = (identifier ^ key) &+ UInt64(instrument) &* 0xA076_1D64_78BD_642F
    let product = mixed.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15 ^ key)
    return Int(truncatingIfNeeded: product.high ^ product.low) & (entries.count - 1)
  }

  /// The place of a live order, or -1. Places are valid until the next insert or remove.
  @inline(__always)
  func find(_ identifier: UInt64, _ instrument: UInt16) -> Int {
    guard Int(instrument) < generations.count else { return -1 }
    let generation = generations[Int(instrument)]
    var place = home(identifier, instrument)
    while entries[place].isUsed {
      if entries[place].identifier == identifier, entries[place].instrument == instrument,
        entries[place].generation == generation
      {
        return place
      }
      place = (place + 1) & (entries.count - 1)
    }
    return -1
  }

  subscript(_ place: Int) -> Order {
    @inline(__always) get { entries[place].order }
    @inline(__always) set { entries[place].order = newValue }
  }

  /// Adds an order that is not there; false when the table is full.
  mutating func insert(_ identifier: UInt64, _ instrument: UInt16, _ order: Order) -> Bool {
    assert(find(identifier, instrument) < 0)
    while Int(instrument) >= generations.count {
      generations.append(0)
      liveByInstrument.append(0)
    }
    if used * 8 >= entries.count * 5 {
      guard count < Self.maximumCount else { return false }
      rebuild()
    }
    var place = home(identifier, instrument)
    while entries[place].isUsed { place = (place + 1) & (entries.count - 1) }
    entries[place] = Entry(
      identifier: identifier, order: order, generation: generations[Int(instrument)], instrument: instrument,
      isUsed: true)
    used += 1
    count += 1
    liveByInstrument[Int(instrument)] += 1
    return true
  }

  /// Removes the order at a place and closes the gap, so that no probe ever ends too early.
  mutating func remove(at place: Int) {
    assert(entries[place].isUsed)
    count -= 1
    used -= 1
    liveByInstrument[Int(entries[place].instrument)] -= 1
    let mask = entries.count - 1
    var gap = place
    var next = (gap + 1) & mask
    while entries[next].isUsed {
      let start = home(entries[next].identifier, entries[next].instrument)
      if (next - start) & mask >= (next - gap) & mask {
        entries[gap] = entries[next]
        gap = next
      }
      next = (next + 1) & mask
    }
    entries[gap].isUsed = false
  }

  func hasOrders(of instrument: UInt16) -> Bool {
    Int(instrument) < liveByInstrument.count && liveByInstrument[Int(instrument)] > 0
  }

  mutating func removeAll(of instrument: UInt16) {
    guard Int(instrument) < generations.count else { return }
    generations[Int(instrument)] &+= 1
    count -= liveByInstrument[Int(instrument)]
    liveByInstrument[Int(instrument)] = 0
  }

  private mutating func rebuild() {
    let old = entries
    // At most 5/16 full afterwards: the next rebuild is at least that many inserts away.
    var capacity = entries.count
    while count * 16 >= capacity * 5 { capacity *= 2 }
    entries = Array(repeating: Entry(), count: capacity)
    used = 0
    for entry in old where entry.isUsed && entry.generation == generations[Int(entry.instrument)] {
      var place = home(entry.identifier, entry.instrument)
      while entries[place].isUsed { place = (place + 1) & (capacity - 1) }
      entries[place] = entry
      used += 1
    }
  }
}
