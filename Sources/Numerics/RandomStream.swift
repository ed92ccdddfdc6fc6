/// Random numbers as a function of (seed, stream, index): no state, no order, the same value on every machine and from
/// every thread. The kinds of draw share their bits: take another stream for another purpose, not another kind.
public struct RandomStream: Sendable, Hashable {
  public let seed: UInt64
  /// Below 2^48; the sixteen bits above number the extra blocks of a rejection loop.
  public let stream: UInt64

  public init(seed: UInt64, stream: UInt64 = 0) {
    precondition(stream < 1 << 48, "stream numbers must be below 2^48")
    self.seed = seed
    self.stream = stream
  }

  @inline(__always) var key: SIMD2<UInt32> {
    SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
  }
  @inline(__always) var upper0: UInt32 { UInt32(truncatingIfNeeded: stream) }
  @inline(__always) var upper1: UInt32 { UInt32(truncatingIfNeeded: stream >> 32) }

  /// 128 bits of block `index`; `attempt` > 0 gives blocks no other draw uses.
  @inline(__always)
  func halves(block index: UInt64, attempt: UInt16 = 0) -> (UInt64, UInt64) {
    let words = Philox4x32.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), upper0,
        upper1 | UInt32(attempt) << 16),
      key: key)
    return (UInt64(words[0]) | UInt64(words[1]) << 32, UInt64(words[2]) | UInt64(words[3]) << 32)
  }

  /// 64 random bits.
  public func bits(at index: UInt64) -> UInt64 {
    let (first, second) = halves(block: index >> 1)
    return index & 1 == 0 ? first : second
  }

  /// Both 64-bit words of block `index`, that is `bits(at: 2 · index)` and the next.
  public func pair(at index: UInt64) -> (UInt64, UInt64) { halves(block: index) }

  /// Uniform in the open interval (0, 1): an odd multiple of 2^−53.
  public func uniform(at index: UInt64) -> Double { Self.openUniform(bits(at: index)) }

  /// A uniform in the open interval (0, 1) from the top 52 of 64 random bits.
  @inlinable
  public static func openUniform(_ bits: UInt64) -> Double {
    Double(bitPattern: (bits >> 12) | 0x3FF0_0000_0000_0000) - (1 - 0x1p-53)
  }

  /// Uniform integer in 0..<bound by the high half of a product; the bias is below bound/2^64.
  public func integer(at index: UInt64, below bound: Int) -> Int {
    precondition(bound > 0, "the bound must be positive")
    return Int(bits(at: index).multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Standard normal, below 7.54 in magnitude. A 64-bit word makes two: 40 bits for the radius, 24 for the angle.
  public func normal(at index: UInt64) -> Double {
    // 32 consecutive normals come from eight consecutive blocks: the first component of each block's first word, then the
    // second components, then both of the second words.
    let halves = halves(block: (index >> 5) << 3 | (index & 7))
    let word = index & 16 == 0 ? halves.0 : halves.1
    let pair = NormalKernel.pair(
      radius: Double(bitPattern: NormalKernel.radiusBits(word)) - NormalKernel.radiusOffset,
      turn: Double(bitPattern: NormalKernel.turnBits(word)) - NormalKernel.turnOffset,
      swaps: word & 1 != 0, negates: word & 2 != 0)
    return index & 8 == 0 ? pair.0 : pair.1
  }

  /// Exponential with mean 1.
  public func exponential(at index: UInt64) -> Double { -LaneKernels.log(uniform(at: index)) }
}

/// The Box-Muller transform of one word; CVectorMath's `normals.h` does the same to eight, bit for bit.
enum NormalKernel {
  /// The top 40 bits as the mantissa of a value in [1, 2).
  @inline(__always)
  static func radiusBits(_ word: UInt64) -> UInt64 { (word >> 12) & 0x000F_FFFF_FFFF_F000 | 0x3FF0_0000_0000_0000 }
  /// Bits 2 to 23 likewise.
  @inline(__always)
  static func turnBits(_ word: UInt64) -> UInt64 { (word << 28) & 0x000F_FFFF_C000_0000 | 0x3FF0_0000_0000_0000 }
  /// Both grids are taken at their midpoints: the radius never meets 0, and the angles are symmetric.
  static let radiusOffset = 1 - 0x1p-41
  static let turnOffset = 1.5 - 0x1p-23

  /// Two independent normals from a uniform in (0, 1), an angle in quarter turns in [−½, ½), and two random bits that take
  /// the angle to the whole circle. The polynomials are Chebyshev fits with relative errors below 1e-13: far below what any
  /// number of draws could show, and half the work of correctly rounded functions.
  @inline(__always)
  static func pair<Lanes: RealLanes>(
    radius uniform: Lanes, turn: Lanes, swaps: Lanes.Mask, negates: Lanes.Mask
  ) -> (Lanes, Lanes) {
    let (mantissa, exponent) = uniform.mantissaAndExponent
    // −2 log u = −2 e log 2 − 4 atanh(s) with s = (m − 1)/(m + 1).
    let s = (mantissa - .splat(1)) / (mantissa + .splat(1))
    let z = s * s
    var logarithm = Lanes.splat(-0.392180951925787)
    logarithm = Lanes.splat(-0.44348361987412144).addingProduct(logarithm, z)
    logarithm = Lanes.splat(-0.5714433578263358).addingProduct(logarithm, z)
    logarithm = Lanes.splat(-0.7999998974759711).addingProduct(logarithm, z)
    logarithm = Lanes.splat(-1.3333333335928883).addingProduct(logarithm, z)
    logarithm = Lanes.splat(-3.9999999999998934).addingProduct(logarithm, z)
    let radius = (exponent * .splat(-1.3862943611198906)).addingProduct(s, logarithm).root
    let square = turn * turn
    var sine = Lanes.splat(-3.556388849621439e-06)
    sine = Lanes.splat(0.00016042926666312088).addingProduct(sine, square)
    sine = Lanes.splat(-0.004681752591812208).addingProduct(sine, square)
    sine = Lanes.splat(0.07969262615577764).addingProduct(sine, square)
    sine = Lanes.splat(-0.64596409750431).addingProduct(sine, square)
    sine = Lanes.splat(1.57079632679489).addingProduct(sine, square)
    var cosine = Lanes.splat(-2.4850988050231297e-05)
    cosine = Lanes.splat(0.0009191617523877111).addingProduct(cosine, square)
    cosine = Lanes.splat(-0.02086346800562106).addingProduct(cosine, square)
    cosine = Lanes.splat(0.2536695071540058).addingProduct(cosine, square)
    cosine = Lanes.splat(-1.2337005501201685).addingProduct(cosine, square)
    cosine = Lanes.splat(0.9999999999999445).addingProduct(cosine, square)
    let across = radius * cosine
    let along = radius * turn * sine
    let signed = across.replacing(with: -across, where: negates)
    return (signed.replacing(with: along, where: swaps), along.replacing(with: signed, where: swaps))
  }
}
