/// Storage of a fixed number of plain values, allocated once.
///
/// Invariant: every index handed in lies in `0..<count`. The structures of this folder only use indices they made
/// themselves, never numbers from a message; debug builds check each one, and the property tests run there.
@safe
struct FixedBuffer<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  let count: Int
  @usableFromInline let base: UnsafeMutablePointer<Element>

  /// Every element is `value`.
  init(repeating value: Element, count: Int) {
    self.count = count
    unsafe base = .allocate(capacity: max(count, 1))
    unsafe base.initialize(repeating: value, count: max(count, 1))
  }

  /// The elements hold nothing meaningful: the owner writes each before it reads it. Untouched pages cost no memory.
  init(unwritten count: Int) {
    self.count = count
    unsafe base = .allocate(capacity: max(count, 1))
  }

  deinit { unsafe base.deallocate() }

  @inline(__always)
  subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count)
      return unsafe base[index]
    }
    nonmutating _modify {
      assert(index >= 0 && index < count)
      yield unsafe &base[index]
    }
  }

  @inline(__always)
  subscript(index: UInt32) -> Element {
    get { self[Int(index)] }
    nonmutating _modify { yield &self[Int(index)] }
  }
}
