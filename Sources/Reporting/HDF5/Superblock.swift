/// The first 48 bytes of an HDF5 file with 8-byte addresses: superblock version 2 of the file format specification.
enum Superblock {
  private static let coveredSize = 44

  /// Whether the bytes begin with such a superblock.
  static func isSound(_ image: [UInt8]) -> Bool {
    image.count >= coveredSize + 4 && image[8] == 2 && image[9] == 8 && image[10] == 8
      && word(image, coveredSize) == checksum(of: image)
  }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * $1) }
  }

  private static func rotated(_ value: UInt32, _ bits: UInt32) -> UInt32 { value << bits | value >> (32 - bits) }

  /// Bob Jenkins' lookup3 with start value 0, for 44 bytes: three whole blocks of 12 and a rest of 8.
  private static func checksum(of image: [UInt8]) -> UInt32 {
    var a = 0xDEAD_BEEF + UInt32(coveredSize)
    var b = a
    var c = a
    for block in 0..<3 {
      a &+= word(image, block * 12)
      b &+= word(image, block * 12 + 4)
      c &+= word(image, block * 12 + 8)
      a = (a &- c) ^ rotated(c, 4)
      c &+= b
      b = (b &- a) ^ rotated(a, 6)
      a &+= c
      c = (c &- b) ^ rotated(b, 8)
      b &+= a
      a = (a &- c) ^ rotated(c, 16)
      c &+= b
      b = (b &- a) ^ rotated(a, 19)
      a &+= c
      c = (c &- b) ^ rotated(b, 4)
      b &+= a
    }
    a &+= word(image, 36)
    b &+= word(image, 40)
    c = (c ^ b) &- rotated(b, 14)
    a = (a ^ c) &- rotated(c, 11)
    b = (b ^ a) &- rotated(a, 25)
    c = (c ^ b) &- rotated(b, 16)
    a = (a ^ c) &- rotated(c, 4)
    b = (b ^ a) &- rotated(a, 14)
    return (c ^ b) &- rotated(b, 24)
  }
}
