/// The Sobol sequence in up to 256 dimensions with 32-bit points, addressed by index, and Owen's scrambling.
public enum Sobol {
  public static let dimensionLimit = 256

  /// 32 direction numbers per dimension, highest bit first.
  private static let directions: [UInt32] = {
    var table = [UInt32](repeating: 0, count: dimensionLimit * 32)
    for bit in 0..<32 { table[bit] = 1 << (31 - UInt32(bit)) }
    for (offset, entry) in SobolDirections.text.split(whereSeparator: { $0 == " " || $0 == "\n" }).enumerated() {
      let parts = entry.split(separator: ":")
      let polynomial = UInt32(parts[0]) ?? 1
      let initial = parts[1].split(separator: ",").compactMap { UInt32($0) }
      let degree = initial.count
      let base = (offset + 1) * 32
      for bit in 0..<32 {
        if bit < degree {
          table[base + bit] = initial[bit] << (31 - UInt32(bit))
          continue
        }
        // The recurrence of Bratley and Fox (1988); the polynomial's inner bits, highest first, choose the terms.
        var value = table[base + bit - degree] ^ (table[base + bit - degree] >> UInt32(degree))
        for term in 1..<max(degree, 1) where (polynomial >> UInt32(degree - term)) & 1 == 1 {
          value ^= table[base + bit - term]
        }
        table[base + bit] = value
      }
    }
    return table
  }()

  /// Coordinate `dimension` of point `index` as a 32-bit fraction. Points 2^k … 2^(k+1) − 1 come in Gray code order, which
  /// permutes them within such a range only.
  public static func point(_ index: UInt32, dimension: Int) -> UInt32 {
    precondition(dimension >= 0 && dimension < dimensionLimit, "Sobol dimensions are 0 to \(dimensionLimit - 1)")
    var gray = index ^ (index >> 1)
    var value: UInt32 = 0
    directions.withUnsafeBufferPointer { table in
      while gray != 0 {
        value ^= table[dimension * 32 + gray.trailingZeroBitCount]
        gray &= gray - 1
      }
    }
    return value
  }

  /// As a double in [0, 1).
  public static func uniform(_ index: UInt32, dimension: Int) -> Double {
    Double(point(index, dimension: dimension)) * 0x1p-32
  }

  /// Owen's nested uniform scrambling by a hash that lets each bit depend on the higher ones only (Laine and Karras 2011,
  /// constants of Vegdahl 2021); one random `key` per dimension and replicate. Every replicate keeps the net property.
  public static func owenScramble(_ point: UInt32, key: UInt32) -> UInt32 {
    var x = reverseBits(point)
    x ^= x &* 0x3D20_ADEA
    x = x &+ key
    x = x &* ((key >> 16) | 1)
    x ^= x &* 0x0552_6C56
    x ^= x &* 0x53A2_2864
    return reverseBits(x)
  }

  static func reverseBits(_ value: UInt32) -> UInt32 {
    var x = value.byteSwapped
    x = (x >> 4) & 0x0F0F_0F0F | (x & 0x0F0F_0F0F) << 4
    x = (x >> 2) & 0x3333_3333 | (x & 0x3333_3333) << 2
    return (x >> 1) & 0x5555_5555 | (x & 0x5555_5555) << 1
  }
}
