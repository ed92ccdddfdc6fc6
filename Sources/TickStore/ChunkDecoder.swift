/// One checked chunk: its fields, and where its rows and patches lie.
///
/// Invariant after `init`: the rows and the patches lie inside the view and the patch positions are below `count`, so
/// that the kernels below need no checks.
@safe
struct Chunk {
  let minimum: Int64
  let width: Int
  let rows: Int
  let count: Int
  let patches: Int
  let isWide: Bool
  let packed: UnsafeRawPointer
  let positions: UnsafeRawPointer
  let values: UnsafeRawPointer
  /// Bytes the chunk takes in the view.
  let bytes: Int

  /// The chunk of `count` values at `offset`.
  init(_ view: ByteView, at offset: Int, count: Int) throws(FormatFault) {
    let width = Int(try view.byte(offset))
    let flags = try view.byte(offset + 1)
    let patches = Int(try view.u16(offset + 2))
    minimum = try view.i64(offset + 4)
    guard width <= 64, flags <= 1, patches <= count, flags == 1 || width <= 32 else {
      throw FormatFault("a packed chunk states an impossible width or patch count", at: view.origin + offset)
    }
    isWide = flags == 1
    self.width = width
    self.count = count
    self.patches = patches
    rows = PackedIntegers.rows(count)
    let rowBytes = PackedIntegers.wideBytes(rows: rows, width: width)
    bytes = PackedIntegers.chunkHeader + rowBytes + patches * (isWide ? 10 : 6)
    guard bytes <= view.count - offset else {
      throw FormatFault("a packed chunk is longer than its column", at: view.origin + offset)
    }
    unsafe packed = view.base + (offset + PackedIntegers.chunkHeader)
    unsafe positions = packed + rowBytes
    unsafe values = positions + patches * 2
    for index in 0..<patches where position(index) >= count {
      throw FormatFault("a patch lies outside its chunk", at: view.origin + offset)
    }
  }

  @inline(__always)
  func position(_ index: Int) -> Int {
    unsafe Int(UInt16(littleEndian: positions.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)))
  }

  @inline(__always)
  func narrowPatch(_ index: Int) -> UInt32 {
    unsafe UInt32(littleEndian: values.loadUnaligned(fromByteOffset: index &* 4, as: UInt32.self))
  }

  @inline(__always)
  func patch(_ index: Int) -> UInt64 {
    isWide
      ? unsafe UInt64(littleEndian: values.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self))
      : UInt64(narrowPatch(index))
  }

  /// Writes the residuals plus the low half of the minimum, mod 2^32. `output` has room for `rows · 8` values.
  @inline(__always)
  func unpack32(into output: UnsafeMutablePointer<UInt32>) {
    let base = UInt32(truncatingIfNeeded: minimum)
    if width <= 32 {
      unsafe PackedIntegers.unpack(packed, width: width, rows: rows, base: base, into: output)
    } else {
      unsafe PackedIntegers.unpack(packed, width: 32, rows: rows, base: base, into: output)
    }
    for index in 0..<patches {
      unsafe output[position(index)] = base &+ UInt32(truncatingIfNeeded: patch(index))
    }
  }

  /// Writes the residuals (without the minimum) where all of them have at most 32 bits.
  @inline(__always)
  func residuals32(into output: UnsafeMutablePointer<UInt32>) {
    unsafe PackedIntegers.unpack(packed, width: width, rows: rows, base: 0, into: output)
    for index in 0..<patches { unsafe output[position(index)] = narrowPatch(index) }
  }

  /// Writes the values, whatever their width. `scratch` has room for 1,024 values, `output` for `rows · 8`.
  @inline(never)
  func unpack64(into output: UnsafeMutablePointer<Int64>, scratch: UnsafeMutablePointer<UInt32>) {
    unsafe PackedIntegers.unpack(packed, width: min(width, 32), rows: rows, base: 0, into: scratch)
    for index in 0..<count { unsafe output[index] = minimum &+ Int64(scratch[index]) }
    if width > 32 {
      unsafe PackedIntegers.unpack(packed + rows * 32, width: width - 32, rows: rows, base: 0, into: scratch)
      for index in 0..<count { unsafe output[index] &+= Int64(bitPattern: UInt64(scratch[index]) << 32) }
    }
    for index in 0..<patches { unsafe output[position(index)] = minimum &+ Int64(bitPattern: patch(index)) }
  }
}
