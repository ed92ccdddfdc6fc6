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

  /// Eight consecutive blocks: the two 64-bit halves of each, low word first.
  @inline(__always)
  static func blocks8(
    index: UInt64, upper0: UInt32, upper1: UInt32, key0: UInt32, key1: UInt32
  ) -> (SIMD8<UInt64>, SIMD8<UInt64>) {
    let low = SIMD8<UInt64>(repeating: 0xFFFF_FFFF)
    let counter = SIMD8<UInt64>(repeating: index) &+ SIMD8<UInt64>(0, 1, 2, 3, 4, 5, 6, 7)
    var word0 = counter
    var word1 = counter &>> 32
    var word2 = SIMD8<UInt64>(repeating: UInt64(upper0))
    var word3 = SIMD8<UInt64>(repeating: UInt64(upper1))
    // Only the low 32 bits of a lane are meaningful; what the products leave above them is masked by the next multiply.
    @inline(__always)
    func round(_ number: UInt32) {
      let product0 = (word0 & low) &* multiplier0
      let product1 = (word2 & low) &* multiplier1
      word0 = (product1 &>> 32) ^ (word1 ^ UInt64(key0 &+ number &* keyStep0))
      word1 = product1
      word2 = (product0 &>> 32) ^ (word3 ^ UInt64(key1 &+ number &* keyStep1))
      word3 = product0
    }
    // Written out: as a loop, the compiler keeps it rolled and moves registers about.
    round(0)
    round(1)
    round(2)
    round(3)
    round(4)
    round(5)
    round(6)
    round(7)
    round(8)
    round(9)
    return ((word0 & low) | (word1 &<< 32), (word2 & low) | (word3 &<< 32))
  }
}
