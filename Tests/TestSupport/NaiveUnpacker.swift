/// Reads vertically packed integers bit by bit: the naive twin of the column kernels.
public enum NaiveUnpacker {
  public static func unpack(_ bytes: [UInt8], width: Int, count: Int) -> [UInt32] {
    (0..<count).map { index in
      let lane = index % 8
      let row = index / 8
      var value: UInt32 = 0
      for bit in 0..<width {
        let place = row * width + bit
        let byte = (place / 32) * 32 + lane * 4 + (place % 32) / 8
        if bytes[byte] >> UInt8(place % 8) & 1 != 0 { value |= 1 << UInt32(bit) }
      }
      return value
    }
  }
}
