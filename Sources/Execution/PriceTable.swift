import MarketTypes

/// Finds the lane level of an instrument, side and price: open addressing over plain integers, grown at half load.
struct PriceTable: ~Copyable {
  private var keys: Column<UInt64>
  private var values: Column<Int32>
  private var mask: Int
  private var used = 0
  private static let empty = UInt64.max

  init(capacity: Int = 1024) {
    var size = 64
    while size < capacity * 2 { size *= 2 }
    keys = Column(repeating: Self.empty, count: size)
    values = Column(repeating: -1, count: size)
    mask = size - 1
  }

  /// Unique below the empty mark: instrument and side use 17 bits above the price's 32.
  @inline(__always)
  static func key(instrument: UInt16, sideIndex: UInt8, price: Int32) -> UInt64 {
    UInt64(instrument) << 33 | UInt64(sideIndex) << 32 | UInt64(UInt32(bitPattern: price))
  }

  @inline(__always)
  func find(_ key: UInt64) -> Int32 {
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while true {
      let found = keys[place]
      if found == key { return values[place] }
      if found == Self.empty { return -1 }
      place = (place &+ 1) & mask
    }
  }

  mutating func insert(_ key: UInt64, value: Int32) {
    if used * 2 >= mask { grow() }
    place(key, value)
    used += 1
  }

  private func place(_ key: UInt64, _ value: Int32) {
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while keys[place] != Self.empty { place = (place &+ 1) & mask }
    keys[place] = key
    values[place] = value
  }

  private mutating func grow() {
    let size = (mask + 1) * 2
    var pairs: [(UInt64, Int32)] = []
    for index in 0...mask where keys[index] != Self.empty { pairs.append((keys[index], values[index])) }
    keys = Column(repeating: Self.empty, count: size)
    values = Column(repeating: -1, count: size)
    mask = size - 1
    for (key, value) in pairs { place(key, value) }
  }
}
