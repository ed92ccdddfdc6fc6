/// Order identifier → slot: small identifiers by direct index, all others in an open-addressing hash table.
///
/// The table in use is a few times as large as the orders alive, whatever the capacity, so that a small book's lookups
/// stay in the nearest cache; it doubles into the other of two buffers set aside at the start. Sixteen consecutive
/// identifiers share a stretch of it, because venues and simulations number orders in sequence. Entries never lie more
/// than `longestProbe` cells from home, so that identifiers chosen to collide cost a rejected order instead of time;
/// removal shifts later entries back and leaves no tombstones.
struct IdentifierTable: ~Copyable {
  static let longestProbe = 512

  struct Cell: BitwiseCopyable {
    var identifier: UInt64
    /// Slot + 1; 0 is an empty cell.
    var stored: UInt32
  }

  let directCount: UInt64
  /// Slot + 1 of identifiers below `directCount`; 0 is no order.
  let direct: FixedBuffer<UInt32>
  /// Swapped when the table grows.
  private var cells: FixedBuffer<Cell>
  private var spare: FixedBuffer<Cell>
  private let largestSize: Int
  private var mask: Int
  private(set) var hashedCount = 0
  /// Entries at which the table doubles.
  private var growsAt: Int

  init(capacity: Int, directIdentifiers: Int) {
    directCount = UInt64(directIdentifiers)
    direct = FixedBuffer(repeating: 0, count: directIdentifiers)
    var size = 1024
    while size < capacity * 2 { size *= 2 }
    largestSize = size
    cells = FixedBuffer(unwritten: size)
    spare = FixedBuffer(unwritten: size)
    mask = 1023
    growsAt = 256
    for index in 0...mask { cells[index] = Cell(identifier: 0, stored: 0) }
  }

  @inline(__always)
  static func mix(_ identifier: UInt64) -> UInt64 {
    var mixed = (identifier ^ (identifier >> 32)) &* 0x9E37_79B9_7F4A_7C15
    mixed ^= mixed >> 29
    return mixed &* 0xBF58_476D_1CE4_E5B9
  }

  @inline(__always) func home(_ identifier: UInt64) -> Int {
    let stretch = Int(truncatingIfNeeded: IdentifierTable.mix(identifier >> 4) >> 20) << 4
    return (stretch | Int(truncatingIfNeeded: identifier & 15)) & mask
  }

  /// The slot, or `noSlot`.
  @inline(__always)
  func slot(of identifier: UInt64) -> UInt32 {
    if identifier < directCount { return direct[Int(truncatingIfNeeded: identifier)] &- 1 }
    return hashedSlot(of: identifier)
  }

  @inline(never)
  func hashedSlot(of identifier: UInt64) -> UInt32 {
    var index = home(identifier)
    for _ in 0...IdentifierTable.longestProbe {
      let cell = cells[index]
      if cell.stored == 0 { return noSlot }
      if cell.identifier == identifier { return cell.stored &- 1 }
      index = (index &+ 1) & mask
    }
    return noSlot
  }

  /// Whether a new identifier would find a cell; ask before `insert`.
  @inline(__always)
  func hasRoom(for identifier: UInt64) -> Bool {
    identifier < directCount || hasHashedRoom(for: identifier)
  }

  @inline(never)
  func hasHashedRoom(for identifier: UInt64) -> Bool {
    var index = home(identifier)
    for _ in 0...IdentifierTable.longestProbe {
      if cells[index].stored == 0 { return true }
      index = (index &+ 1) & mask
    }
    return false
  }

  /// Adds an absent identifier that has room.
  @inline(__always)
  mutating func insert(_ identifier: UInt64, slot: UInt32) {
    if identifier < directCount {
      direct[Int(truncatingIfNeeded: identifier)] = slot &+ 1
    } else {
      insertHashed(identifier, slot: slot)
    }
  }

  @inline(never)
  mutating func insertHashed(_ identifier: UInt64, slot: UInt32) {
    var index = home(identifier)
    while cells[index].stored != 0 { index = (index &+ 1) & mask }
    cells[index] = Cell(identifier: identifier, stored: slot &+ 1)
    hashedCount += 1
    if hashedCount >= growsAt { grow() }
  }

  /// Doubles the table, unless an entry would lie too far from its home in the new one; then it stays as it is.
  private mutating func grow() {
    growsAt *= 2
    let old = mask
    guard old + 1 < largestSize else { return }
    mask = old * 2 + 1
    for index in 0...mask { spare[index] = Cell(identifier: 0, stored: 0) }
    for cell in 0...old where cells[cell].stored != 0 {
      var index = home(cells[cell].identifier)
      var distance = 0
      while spare[index].stored != 0 {
        index = (index &+ 1) & mask
        distance += 1
      }
      guard distance <= IdentifierTable.longestProbe else {
        mask = old
        return
      }
      spare[index] = cells[cell]
    }
    swap(&cells, &spare)
  }

  /// Removes a present identifier.
  @inline(__always)
  mutating func remove(_ identifier: UInt64) {
    if identifier < directCount {
      direct[Int(truncatingIfNeeded: identifier)] = 0
    } else {
      removeHashed(identifier)
    }
  }

  @inline(never)
  mutating func removeHashed(_ identifier: UInt64) {
    var hole = home(identifier)
    while cells[hole].identifier != identifier || cells[hole].stored == 0 {
      assert(cells[hole].stored != 0, "the identifier is present")
      hole = (hole &+ 1) & mask
    }
    hashedCount -= 1
    // Backward shift: an entry may move into the hole unless its home lies cyclically after the hole.
    var index = hole
    while true {
      index = (index &+ 1) & mask
      let cell = cells[index]
      if cell.stored == 0 { break }
      let distanceFromHome = (index &- home(cell.identifier)) & mask
      let distanceFromHole = (index &- hole) & mask
      if distanceFromHome >= distanceFromHole {
        cells[hole] = cell
        hole = index
      }
    }
    cells[hole].stored = 0
  }
}
