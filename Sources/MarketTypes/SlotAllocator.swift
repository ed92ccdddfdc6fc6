/// Hands out the dense order numbers of a tick file by a rule that every reader can repeat.
///
/// The most recently freed slot is taken first, otherwise the lowest never used. Writer, books and any second
/// implementation therefore agree on the slot of every add without storing it.
public struct SlotAllocator: Sendable {
  public private(set) var free: [UInt32]
  /// One more than the highest slot ever taken.
  public private(set) var highWater: UInt32

  public init() {
    free = []
    highWater = 0
  }

  /// Restores the state a keyframe recorded.
  public init(free: [UInt32], highWater: UInt32) {
    self.free = free
    self.highWater = highWater
  }

  /// The slot of an added order: the one freed last, or else the lowest never used.
  @inlinable
  public mutating func take() -> UInt32 {
    popFree() ?? nextUnused()
  }

  @usableFromInline
  mutating func popFree() -> UInt32? { free.popLast() }

  @usableFromInline
  mutating func nextUnused() -> UInt32 {
    precondition(highWater < UInt32.max - 1, "more than 4 billion live orders")
    defer { highWater += 1 }
    return highWater
  }

  /// Frees the slot of an order that left.
  @inlinable
  public mutating func release(_ slot: UInt32) {
    push(slot)
  }

  @usableFromInline
  mutating func push(_ slot: UInt32) { free.append(slot) }
}
