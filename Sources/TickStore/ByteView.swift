/// A window on bytes that someone else keeps alive for longer than the view; every access is checked.
///
/// Invariant: `base` points at `count` readable bytes for the life of the view. Views are made only from a `MappedFile`
/// (which outlives its readers) or inside a closure over an array, and never stored beyond either.
@safe
struct ByteView: Copyable {
  let base: UnsafeRawPointer
  let count: Int
  /// Where the first byte lies in the file, for error messages.
  let origin: Int

  init(base: UnsafeRawPointer, count: Int, origin: Int) {
    unsafe self.base = base
    self.count = count
    self.origin = origin
  }

  /// The part at `offset`, which must lie inside.
  func slice(_ offset: Int, _ length: Int) throws(FormatFault) -> ByteView {
    guard offset >= 0, length >= 0, offset <= count, length <= count - offset else {
      throw FormatFault("\(length) bytes are stated but only \(max(0, count - offset)) are there", at: origin + offset)
    }
    return unsafe ByteView(base: base + offset, count: length, origin: origin + offset)
  }

  @inline(__always)
  func load<Value: BitwiseCopyable & FixedWidthInteger>(_ offset: Int, as type: Value.Type) throws(FormatFault) -> Value
  {
    guard offset >= 0, offset <= count - MemoryLayout<Value>.size else {
      throw FormatFault("the bytes end inside a field", at: origin + offset)
    }
    return unsafe Value(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  func byte(_ offset: Int) throws(FormatFault) -> UInt8 { try load(offset, as: UInt8.self) }
  func u16(_ offset: Int) throws(FormatFault) -> UInt16 { try load(offset, as: UInt16.self) }
  func u32(_ offset: Int) throws(FormatFault) -> UInt32 { try load(offset, as: UInt32.self) }
  func u64(_ offset: Int) throws(FormatFault) -> UInt64 { try load(offset, as: UInt64.self) }
  func i64(_ offset: Int) throws(FormatFault) -> Int64 { try load(offset, as: Int64.self) }

  /// The view's XXH64.
  var checksum: UInt64 { unsafe XXH64.hash(base, count: count) }
}

extension [UInt8] {
  mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
    unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
  }

  mutating func storeLittleEndian(_ value: some FixedWidthInteger, at offset: Int) {
    var rest = value
    for index in 0..<(rest.bitWidth / 8) {
      self[offset + index] = UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
  }

  /// The XXH64 of a range of the array.
  func checksum(_ range: Range<Int>) -> UInt64 {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return unsafe XXH64.hash([0], count: 0) }
      return unsafe XXH64.hash(base + range.lowerBound, count: range.count)
    }
  }
}
