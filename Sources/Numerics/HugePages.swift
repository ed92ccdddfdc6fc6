import Glibc

/// Large arrays on large pages. A scan of hundreds of megabytes on pages of 4 KiB spends part of its time looking them up;
/// Linux gives pages of 2 MiB to memory that asks for them, as NumPy's allocator does by itself.
public enum HugePages {
  private static let size = 1 << 21
  /// Below this the C library may keep freed memory for other uses, and the gain is small.
  private static let smallestBytes = 64 << 20

  /// An array whose memory is asked for in large pages before `fill` writes every element.
  public static func array<Element: BitwiseCopyable>(
    count: Int, fill: (UnsafeMutableBufferPointer<Element>) -> Void
  ) -> [Element] {
    [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      advise(UnsafeMutableRawBufferPointer(buffer))
      fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }

  /// Advice only: where the system has no large pages, nothing changes.
  static func advise(_ memory: UnsafeMutableRawBufferPointer) {
    #if os(Linux)
      guard memory.count >= smallestBytes, let base = memory.baseAddress else { return }
      let start = (UInt(bitPattern: base) + UInt(size - 1)) & ~UInt(size - 1)
      let end = (UInt(bitPattern: base) + UInt(memory.count)) & ~UInt(size - 1)
      if start < end { madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_HUGEPAGE) }
    #endif
  }
}
