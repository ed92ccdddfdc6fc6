import CDeflate
import Dispatch
import Glibc

/// How a dataset is cut into chunks, which are numbered row of chunks after row of chunks.
struct ChunkPlan {
  let shape: [Int]
  let kind: HDF5Kind
  /// The extent of a chunk along each axis; those at the end are filled up with zeros.
  let chunk: [Int]
  let isChunked: Bool

  /// Values per chunk: 256 KiB of 8-byte values, well inside every reader's chunk cache of 1 MiB.
  static let chunkValues = 32_768
  /// Smaller datasets are stored plainly: the index of chunks alone takes 2 KiB.
  static let smallestChunked = 4_096

  init(shape: [Int], kind: HDF5Kind) {
    self.shape = shape
    self.kind = kind
    let size = shape.reduce(1, *)
    // Texts are references to a heap; compressing those gains nothing.
    isChunked = kind != .text && size * kind.size >= Self.smallestChunked
    let columns = shape.count == 2 ? min(max(shape[1], 1), Self.chunkValues) : 1
    let rows = max(1, min(shape[0], Self.chunkValues / columns))
    chunk = shape.count == 2 ? [rows, columns] : [rows]
  }

  var chunkBytes: Int { chunk.reduce(kind.size, *) }

  private func chunks(along axis: Int) -> Int { (shape[axis] + chunk[axis] - 1) / chunk[axis] }

  var chunkCount: Int { shape.indices.reduce(1) { $0 * chunks(along: $1) } }

  /// Where a chunk begins along each axis.
  func offset(of place: Int) -> [Int] {
    guard shape.count == 2 else { return [place * chunk[0]] }
    let across = chunks(along: 1)
    return [place / across * chunk[0], place % across * chunk[1]]
  }

  /// Calls `body` with each stretch of a chunk that is contiguous in the dataset: bytes from, bytes into, length.
  func visitStretches(of place: Int, _ body: (_ from: Int, _ into: Int, _ count: Int) -> Void) {
    let start = offset(of: place)
    let size = kind.size
    guard shape.count == 2 else {
      return body(start[0] * size, 0, min(chunk[0], shape[0] - start[0]) * size)
    }
    let columns = min(chunk[1], shape[1] - start[1])
    for row in 0..<min(chunk[0], shape[0] - start[0]) {
      body(((start[0] + row) * shape[1] + start[1]) * size, row * chunk[1] * size, columns * size)
    }
  }
}

/// Shuffles and deflates chunks as HDF5's filters 2 and 1 do.
final class ChunkCompressor {
  private let handle: OpaquePointer

  init?(level: Int32) {
    guard let handle = libdeflate_alloc_compressor(level) else { return nil }
    self.handle = handle
  }

  deinit { libdeflate_free_compressor(handle) }

  /// The stored bytes of several chunks, made by as many threads as there are processors; the bytes do not depend on them.
  static func compress(
    _ plan: ChunkPlan, _ places: Range<Int>, of bytes: UnsafeRawBufferPointer, level: Int32
  ) -> [[UInt8]]? {
    let workers = max(1, min(places.count, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    var chunks = [[UInt8]?](repeating: nil, count: places.count)
    chunks.withUnsafeMutableBufferPointer { chunks in
      // Each thread has elements of its own.
      nonisolated(unsafe) let chunks = chunks
      nonisolated(unsafe) let bytes = bytes
      @Sendable func work(_ worker: Int) {
        guard let compressor = ChunkCompressor(level: level) else { return }
        for index in stride(from: worker, to: places.count, by: workers) {
          chunks[index] = compressor.compress(plan, places.lowerBound + index, of: bytes)
        }
      }
      if workers == 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: workers, execute: work) }
    }
    let made = chunks.compactMap(\.self)
    return made.count == places.count ? made : nil
  }

  /// The stored bytes of one chunk of a dataset's bytes.
  func compress(_ plan: ChunkPlan, _ place: Int, of bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    let count = plan.chunkBytes
    let size = plan.kind.size
    guard let source = bytes.baseAddress else { return nil }
    let shuffled = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let target = buffer.baseAddress else { return }
      let isWhole = plan.shape.count == 1 && (place + 1) * plan.chunk[0] <= plan.shape[0]
      if isWhole {
        Shuffle.apply(source + place * count, target, count: count / size, size: size)
      } else {
        let plain = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 8)
        defer { plain.deallocate() }
        plain.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        plan.visitStretches(of: place) { from, into, length in
          (plain + into).copyMemory(from: source + from, byteCount: length)
        }
        Shuffle.apply(UnsafeRawPointer(plain), target, count: count / size, size: size)
      }
      initialized = count
    }
    let bound = libdeflate_zlib_compress_bound(handle, count)
    let result = [UInt8](unsafeUninitializedCapacity: bound) { buffer, initialized in
      initialized = shuffled.withUnsafeBytes {
        libdeflate_zlib_compress(handle, $0.baseAddress, count, buffer.baseAddress, bound)
      }
    }
    return result.isEmpty ? nil : result
  }
}

/// Puts first the first bytes of all values, then the second ones, and so on; and back.
enum Shuffle {
  static func apply(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<UInt8>, count: Int, size: Int) {
    guard size == 8 else {
      for byte in 0..<size {
        for index in 0..<count {
          target[byte &* count &+ index] = source.load(fromByteOffset: index &* size &+ byte, as: UInt8.self)
        }
      }
      return
    }
    // Eight values at a time: an 8 × 8 transposition of bytes in registers.
    let whole = count & ~7
    for first in stride(from: 0, to: whole, by: 8) {
      var rows = source.loadUnaligned(fromByteOffset: first &* 8, as: SIMD8<UInt64>.self)
      transpose(&rows)
      for byte in 0..<8 {
        UnsafeMutableRawPointer(target + (byte &* count &+ first)).storeBytes(of: rows[byte], as: UInt64.self)
      }
    }
    for byte in 0..<8 {
      for index in whole..<count {
        target[byte &* count &+ index] = source.load(fromByteOffset: index &* 8 &+ byte, as: UInt8.self)
      }
    }
  }

  static func revert(_ source: UnsafePointer<UInt8>, _ target: UnsafeMutableRawPointer, count: Int, size: Int) {
    for byte in 0..<size {
      for index in 0..<count {
        target.storeBytes(of: source[byte &* count &+ index], toByteOffset: index &* size &+ byte, as: UInt8.self)
      }
    }
  }

  /// Transposes the 8 × 8 bytes of eight words by swapping halves, quarters and single bytes (Warren, Hacker's Delight,
  /// 7-3, on words instead of bits).
  @inline(__always)
  private static func transpose(_ rows: inout SIMD8<UInt64>) {
    @inline(__always)
    func swap(_ distance: Int, _ shift: UInt64, _ mask: UInt64) {
      for low in 0..<8 where low & distance == 0 {
        let high = low | distance
        let change = ((rows[low] >> shift) ^ rows[high]) & mask
        rows[high] ^= change
        rows[low] ^= change << shift
      }
    }
    swap(4, 32, 0x0000_0000_FFFF_FFFF)
    swap(2, 16, 0x0000_FFFF_0000_FFFF)
    swap(1, 8, 0x00FF_00FF_00FF_00FF)
  }
}
