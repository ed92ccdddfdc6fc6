/// One ITCH message in place.
///
/// Invariant: at least `size` bytes are readable from `base`, and callers only read fields inside the size of the
/// message's type, which the decoder has checked.
struct ItchMessage {
  let base: UnsafeRawPointer

  @inline(__always)
  func byte(_ offset: Int) -> UInt8 { base.load(fromByteOffset: offset, as: UInt8.self) }

  @inline(__always)
  func unsigned16(_ offset: Int) -> UInt16 {
    UInt16(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  @inline(__always)
  func unsigned32(_ offset: Int) -> UInt32 {
    UInt32(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  @inline(__always)
  func unsigned64(_ offset: Int) -> UInt64 {
    UInt64(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  var type: UInt8 { byte(0) }
  var locate: UInt16 { unsigned16(1) }
  var trackingNumber: UInt16 { unsigned16(3) }

  /// Nanoseconds since midnight: six bytes, read as the low part of the eight that begin at the locate's end.
  var nanoseconds: Int64 { Int64(unsigned64(3) & 0xFFFF_FFFF_FFFF) }

  /// Eight characters, padded with spaces.
  func symbol(_ offset: Int) -> String {
    var bytes: [UInt8] = []
    for index in 0..<8 {
      let byte = byte(offset + index)
      if byte > 0x20, byte < 0x7F { bytes.append(byte) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Bytes of each message type including the type byte; 0 for types the format does not have
  /// (NASDAQ TotalView-ITCH 5.0).
  static let sizes: [UInt8] = {
    var sizes = [UInt8](repeating: 0, count: 256)
    let known: [(Character, UInt8)] = [
      ("S", 12), ("R", 39), ("H", 25), ("Y", 20), ("L", 26), ("V", 35), ("W", 12), ("K", 28), ("J", 35), ("h", 21),
      ("A", 36), ("F", 40), ("E", 31), ("C", 36), ("X", 23), ("D", 19), ("U", 35), ("P", 44), ("Q", 40), ("B", 19),
      ("I", 50), ("N", 20), ("O", 48),
    ]
    for (type, size) in known { sizes[Int(type.asciiValue ?? 0)] = size }
    return sizes
  }()
}
