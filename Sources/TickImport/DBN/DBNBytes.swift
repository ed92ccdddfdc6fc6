/// Little-endian fields of one DBN record or header.
///
/// Invariant: whoever makes one has checked that every offset read lies inside `count`; debug builds check again.
struct DBNBytes {
  let base: UnsafeRawPointer
  let count: Int

  init(_ base: UnsafeRawPointer, count: Int) {
    self.base = base
    self.count = count
  }

  @inline(__always)
  func load<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: Value.Type = Value.self) -> Value {
    assert(offset >= 0 && offset + MemoryLayout<Value>.size <= count)
    return Value(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  @inline(__always)
  subscript(_ offset: Int) -> UInt8 {
    assert(offset >= 0 && offset < count)
    return base.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// A string of at most `length` bytes that ends at the first zero.
  func text(_ offset: Int, length: Int) -> String {
    assert(offset >= 0 && offset + length <= count)
    let bytes = UnsafeRawBufferPointer(start: base + offset, count: length)
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// The numbers that every part of the DBN format shares.
enum DBN {
  static let newestVersion: UInt8 = 3
  static let headerLength = 16
  /// A record states its length in units of four bytes.
  static let lengthUnit = 4
  static let preludeLength = 8
  static let datasetLength = 16
  static let metadataFixedLength = 100
  /// Longer metadata is refused: real files with ten thousand symbols have less than a megabyte.
  static let maximumMetadataLength = 64 << 20
  static let undefinedPrice = Int64.max
  static let undefinedSize = UInt32.max
  static let undefinedTimestamp = UInt64.max
  static let priceExponent: Int8 = 9
  /// In an event's origin: the bits come from a trade or depth record, not from an order. Letters leave it free.
  static let marketRecord: UInt32 = 1 << 31

  enum Flag {
    static let last: UInt8 = 1 << 7
    static let topOfBook: UInt8 = 1 << 6
    static let snapshot: UInt8 = 1 << 5
  }

  /// Longer symbols are refused: versions 2 and 3 have 71 bytes, of which no venue fills half.
  static let maximumSymbolLength = 256

  static func symbolLength(version: UInt8) -> Int { version == 1 ? 22 : 71 }
}
