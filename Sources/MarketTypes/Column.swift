/// Growable storage of plain values for engines: one allocation, indices made by its owner, checked in debug builds.
///
/// Invariant: every index handed in lies in `0..<count`. Owners index with numbers they made themselves or have compared
/// with `count`, never with numbers from a file or a message; the property tests of each owner run in debug builds,
/// where each access is checked.
@safe
public struct Column<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  @usableFromInline var base: UnsafeMutablePointer<Element>
  @usableFromInline var capacity: Int
  public private(set) var count: Int

  /// Holds `count` times `value`.
  public init(repeating value: Element, count: Int, capacity: Int = 0) {
    self.count = count
    self.capacity = max(count, capacity, 8)
    unsafe base = .allocate(capacity: self.capacity)
    unsafe base.initialize(repeating: value, count: count)
  }

  public init(capacity: Int = 0) {
    count = 0
    self.capacity = max(capacity, 8)
    unsafe base = .allocate(capacity: self.capacity)
  }

  deinit { unsafe base.deallocate() }

  /// The value at an index below `count`.
  @inline(__always)
  public subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count)
      return unsafe base[index]
    }
    nonmutating _modify {
      assert(index >= 0 && index < count)
      yield unsafe &base[index]
    }
  }

  /// The place of an element, for code that reads and writes several of its fields; valid until the column grows.
  @inlinable @inline(__always)
  package func place(_ index: Int) -> UnsafeMutablePointer<Element> {
    assert(index >= 0 && index < count)
    return unsafe base + index
  }

  /// The place of the first element; valid until the column grows.
  package var start: UnsafeMutablePointer<Element> { unsafe base }

  /// Adds a value at the end; there must be room.
  @inline(__always)
  public mutating func append(_ element: Element) {
    if count == capacity { grow() }
    unsafe base[count] = element
    count &+= 1
  }

  /// Takes the last value away.
  @inline(__always)
  public mutating func removeLast() -> Element {
    assert(count > 0)
    count &-= 1
    return unsafe base[count]
  }

  /// Forgets all values and keeps the memory.
  public mutating func removeAll() { count = 0 }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
    unsafe larger.update(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = larger
    capacity *= 2
  }
}

/// A first-in first-out queue of plain values in a ring that doubles when it is full.
@safe
public struct RingQueue<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  // Invariant: `mask + 1` is the capacity, a power of two; elements lie at `head & mask ..< tail & mask`, wrapping.
  private var base: UnsafeMutablePointer<Element>
  private var mask: Int
  private var head = 0
  private var tail = 0

  public init(capacity: Int = 64) {
    var size = 8
    while size < capacity { size *= 2 }
    mask = size - 1
    unsafe base = .allocate(capacity: size)
  }

  deinit { unsafe base.deallocate() }

  @inline(__always) public var isEmpty: Bool { head == tail }
  @inline(__always) public var count: Int { tail &- head }

  /// The oldest element; the queue must not be empty.
  @inline(__always) public var first: Element {
    assert(!isEmpty)
    return unsafe base[head & mask]
  }

  /// Adds a value at the end; there must be room.
  @inline(__always)
  public mutating func append(_ element: Element) {
    if tail &- head > mask { grow() }
    unsafe base[tail & mask] = element
    tail &+= 1
  }

  /// Takes the value that came first.
  @inline(__always)
  public mutating func removeFirst() -> Element {
    assert(!isEmpty)
    defer { head &+= 1 }
    return unsafe base[head & mask]
  }

  @inline(never)
  private mutating func grow() {
    let size = mask + 1
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: size * 2)
    for index in 0..<(tail - head) { unsafe larger[index] = base[(head + index) & mask] }
    unsafe base.deallocate()
    unsafe base = larger
    tail -= head
    head = 0
    mask = size * 2 - 1
  }
}
