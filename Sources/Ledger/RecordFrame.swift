/// The fixed bytes of FORMAT.md: the file header and the header of a record.
enum RecordFrame {
  static let headerSize = 32
  static let leafSizes = 2...(1 << 24)
  static let mark = Array("LSLR".utf8)

  static let fileHeader: [UInt8] = {
    let bytes = Array("LSLEDGER".utf8) + littleEndian(UInt32(1)) + [UInt8](repeating: 0, count: 12)
    return bytes + check(bytes)
  }()

  /// The header of a leaf.
  static func header(index: Int, leafSize: Int, leafHash: Digest) -> [UInt8] {
    let bytes = mark + littleEndian(UInt32(leafSize)) + littleEndian(UInt64(index)) + leafHash.bytes.prefix(8)
    return bytes + check(bytes)
  }

  /// What a valid header says.
  struct Header {
    var leafSize: Int
    var index: UInt64
    var leafCheck: [UInt8]
  }

  /// Reads the header at the start of `bytes`, if a valid one is there.
  static func header(in bytes: ArraySlice<UInt8>) -> Header? {
    guard bytes.count >= headerSize, bytes.starts(with: mark) else { return nil }
    let start = bytes.startIndex
    let covered = bytes[start..<(start + 24)]
    guard Array(bytes[(start + 24)..<(start + 32)]) == check(Array(covered)) else { return nil }
    let size = integer(covered[(start + 4)..<(start + 8)])
    guard let leafSize = Int(exactly: size), leafSizes.contains(leafSize) else { return nil }
    return Header(
      leafSize: leafSize, index: integer(covered[(start + 8)..<(start + 16)]),
      leafCheck: Array(covered[(start + 16)..<(start + 24)]))
  }

  private static func check(_ bytes: [UInt8]) -> [UInt8] { Array(Digest(hashing: bytes).bytes.prefix(8)) }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<(value.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
