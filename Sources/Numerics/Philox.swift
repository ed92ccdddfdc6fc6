/// Philox 4×32 with 10 rounds (Salmon, Moraes, Dror, Shaw 2011): a block cipher used as a random function. A 128-bit
/// counter and a 64-bit key give 128 random bits, so any draw can be computed alone and in any order.
public enum Philox4x32 {
  @usableFromInline static let multiplier0: UInt64 = 0xD251_1F53
  @usableFromInline static let multiplier1: UInt64 = 0xCD9E_8D57
  @usableFromInline static let keyStep0: UInt32 = 0x9E37_79B9
  @usableFromInline static let keyStep1: UInt32 = 0xBB67_AE85

  /// The 128 random bits of one counter under one key.
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var state = counter
    var key0 = key[0]
    var key1 = key[1]
    for _ in 0..<10 {
      let product0 = multiplier0 &* UInt64(state[0])
      let product1 = multiplier1 &* UInt64(state[2])
      state = SIMD4(
        UInt32(truncatingIfNeeded: product1 >> 32) ^ state[1] ^ key0, UInt32(truncatingIfNeeded: product1),
        UInt32(truncatingIfNeeded: product0 >> 32) ^ state[3] ^ key1, UInt32(truncatingIfNeeded: product0))
      key0 &+= keyStep0
      key1 &+= keyStep1
    }
    return state
  }
}
