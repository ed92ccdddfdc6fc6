import CZstd

/// Compresses cold columns, reusing one context.
///
/// Invariant: the context is made once, used by one thread at a time and freed with the object.
@safe
final class ZstdEncoder {
  /// Fast enough that import stays bound by its source.
  private static let level: Int32 = 3
  /// A column that did not gain is tried again after this many blocks.
  private static let retryBlocks = 16

  private let context: OpaquePointer?
  private var pauses = [Int](repeating: 0, count: 64)

  init() { unsafe context = ZSTD_createCCtx() }

  deinit { unsafe _ = ZSTD_freeCCtx(context) }

  /// The column as a byte width and a frame, or nil when zstd does not save a fifth of `packedBytes`.
  func column(_ values: [Int64], number: UInt8, packedBytes: Int, always: Bool) -> [UInt8]? {
    let place = Int(number) & 63
    if !always, pauses[place] > 0 {
      pauses[place] -= 1
      return nil
    }
    let width = Self.byteWidth(values)
    var raw = [UInt8](repeating: 0, count: values.count * width)
    for (index, value) in values.enumerated() {
      var rest = UInt64(bitPattern: value)
      for place in index * width..<(index + 1) * width {
        raw[place] = UInt8(truncatingIfNeeded: rest)
        rest &>>= 8
      }
    }
    let bound = ZSTD_compressBound(raw.count)
    var output = [UInt8](repeating: 0, count: bound + 1)
    output[0] = UInt8(width)
    let written = unsafe output.withUnsafeMutableBytes { target in
      unsafe raw.withUnsafeBytes { source in
        unsafe ZSTD_compressCCtx(
          context, target.baseAddress! + 1, bound, source.baseAddress!, source.count, Self.level)
      }
    }
    guard ZSTD_isError(written) == 0 else { return nil }
    let bytes = written + 1
    if !always, bytes * 5 >= packedBytes * 4 {
      pauses[place] = Self.retryBlocks
      return nil
    }
    output.removeLast(output.count - bytes)
    return output
  }

  /// Bytes that hold every value zero-extended: 1, 2, 4 or 8.
  static func byteWidth(_ values: [Int64]) -> Int {
    var all: UInt64 = 0
    for value in values { all |= UInt64(bitPattern: value) }
    return all < 1 << 8 ? 1 : all < 1 << 16 ? 2 : all < 1 << 32 ? 4 : 8
  }
}

enum ZstdDecoder {
  /// Exactly `size` bytes from one frame; anything else is a fault. The output is never larger than `size`.
  static func decompress(_ view: ByteView, size: Int) throws(FormatFault) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: size)
    let written = unsafe output.withUnsafeMutableBytes { target in
      unsafe ZSTD_decompress(target.baseAddress, size, view.base, view.count)
    }
    guard ZSTD_isError(written) == 0, written == size else {
      throw FormatFault("a compressed column does not decompress to its stated size", at: view.origin)
    }
    return output
  }
}
