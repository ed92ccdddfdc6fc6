/// Vertical bit packing: value *i* of a chunk lies in SIMD lane *i mod 8*, row *i div 8*.
///
/// Each lane is a stream of little-endian 32-bit words; row *r* takes the bits `r·w ..< r·w + w` of its lane's stream.
/// Unpacking a row is two loads, two shifts, an or, a mask and an add, whatever the width.
enum PackedIntegers {
  /// Values per chunk; every chunk has its own minimum, width and patches.
  static let chunk = 1024
  static let lanes = 8
  /// Bytes in front of a chunk's packed rows: width, flags, patch count, minimum.
  static let chunkHeader = 12

  /// Rows that hold `count` values.
  @inline(__always)
  static func rows(_ count: Int) -> Int { (count &+ 7) &>> 3 }

  /// Bytes that `rows` rows take at a width of at most 32 bits.
  @inline(__always)
  static func packedBytes(rows: Int, width: Int) -> Int { ((rows &* width &+ 31) &>> 5) &* 32 }

  /// Bytes that `rows` rows take at any width: widths over 32 are the low halves at 32 bits, then the high halves.
  @inline(__always)
  static func wideBytes(rows: Int, width: Int) -> Int {
    width <= 32
      ? packedBytes(rows: rows, width: width) : rows &* 32 &+ packedBytes(rows: rows, width: width &- 32)
  }

  /// Appends `values`, each of at most `width` (0...32) bits.
  static func pack(_ values: [UInt32], width: Int, into output: inout [UInt8]) {
    precondition(width >= 0 && width <= 32)
    guard width > 0 else { return }
    let rows = rows(values.count)
    let vectors = packedBytes(rows: rows, width: width) / 32
    var words = [UInt32](repeating: 0, count: vectors * lanes)
    for (index, value) in values.enumerated() {
      let lane = index & 7
      let bit = (index >> 3) * width
      let shift = UInt32(bit & 31)
      let word = (bit >> 5) * lanes + lane
      words[word] |= value &<< shift
      if Int(shift) + width > 32 { words[word + lanes] |= value &>> (32 &- shift) }
    }
    for index in words.indices { words[index] = words[index].littleEndian }
    unsafe words.withUnsafeBytes { unsafe output.append(contentsOf: $0) }
  }

  /// Unpacks `rows` rows of a width of 0...32 bits and adds `base` to each value.
  ///
  /// Invariant of the caller: `source` has `packedBytes(rows:width:)` bytes and `output` room for `rows · 8` values.
  @inline(__always)
  static func unpack(
    _ source: UnsafeRawPointer, width: Int, rows: Int, base: UInt32, into output: UnsafeMutablePointer<UInt32>
  ) {
    let target = UnsafeMutableRawPointer(output)
    let bases = SIMD8<UInt32>(repeating: base)
    if width == 0 {
      for row in 0..<rows { unsafe target.storeBytes(of: bases, toByteOffset: row &* 32, as: SIMD8<UInt32>.self) }
      return
    }
    let mask = SIMD8<UInt32>(repeating: UInt32(truncatingIfNeeded: (UInt64(1) &<< UInt64(width)) &- 1))
    var bit = 0
    for row in 0..<rows {
      let shift = UInt32(truncatingIfNeeded: bit & 31)
      // The word that holds the value's last bit: the same word again when the value does not straddle, and then the
      // bits that the left shift brings in lie above the mask (or, for shift 0, repeat the value itself).
      let last = (bit &+ width &- 1) &>> 5
      let low = unsafe source.loadUnaligned(fromByteOffset: (bit &>> 5) &* 32, as: SIMD8<UInt32>.self)
      let high = unsafe source.loadUnaligned(fromByteOffset: last &* 32, as: SIMD8<UInt32>.self)
      let joined =
        (low &>> SIMD8(repeating: shift)) | (high &<< SIMD8(repeating: (32 &- shift) & 31))
      unsafe target.storeBytes(
        of: (joined & mask) &+ bases, toByteOffset: row &* 32, as: SIMD8<UInt32>.self)
      bit &+= width
    }
  }
}
