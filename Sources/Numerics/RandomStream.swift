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

  /// Uniform in the open interval (0, 1): an odd multiple of 2^−53.
  public func uniform(at index: UInt64) -> Double { Self.openUniform(bits(at: index)) }

  @inline(__always)
  static func openUniform(_ bits: UInt64) -> Double {
    Double(bitPattern: (bits >> 12) | 0x3FF0_0000_0000_0000) - (1 - 0x1p-53)
  }

  /// Uniform integer in 0..<bound by the high half of a product; the bias is below bound/2^64.
  public func integer(at index: UInt64, below bound: Int) -> Int {
    precondition(bound > 0, "the bound must be positive")
    return Int(bits(at: index).multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Standard normal.
  public func normal(at index: UInt64) -> Double {
    // Sixteen consecutive normals come from eight consecutive blocks: the first component of each, then the second.
    let block = (index >> 4) << 3 | (index & 7)
    let (radiusBits, angleBits) = halves(block: block)
    let pair = NormalKernel.pair(
      radius: Self.openUniform(radiusBits),
      turn: Double(bitPattern: (angleBits >> 12) | 0x3FF0_0000_0000_0000) - 1.5,
      swaps: angleBits & 1 != 0, negates: angleBits & 2 != 0)
    return index & 8 == 0 ? pair.0 : pair.1
  }

  /// Exponential with mean 1.
  public func exponential(at index: UInt64) -> Double { -LaneKernels.log(uniform(at: index)) }
}

/// The Box-Muller transform, the same for scalars and vectors.
enum NormalKernel {
  /// Two independent normals from a uniform in (0, 1), an angle in quarter turns in [−½, ½), and two random bits that take
  /// the angle to the whole circle.
  @inline(__always)
  static func pair<Lanes: RealLanes>(
    radius uniform: Lanes, turn: Lanes, swaps: Lanes.Mask, negates: Lanes.Mask
  ) -> (Lanes, Lanes) {
    let radius = (LaneKernels.log(uniform) * .splat(-2)).root
    let x = turn * .splat(1.5707963267948966)
    let z = x * x
    // Minimax polynomials on ±π/4, fdlibm's degrees.
    var sine = Lanes.splat(1.58969099521155010221e-10)
    sine = Lanes.splat(-2.50507602534068634195e-08).addingProduct(sine, z)
    sine = Lanes.splat(2.75573137070700676789e-06).addingProduct(sine, z)
    sine = Lanes.splat(-1.98412698298579493134e-04).addingProduct(sine, z)
    sine = Lanes.splat(8.33333333332248946124e-03).addingProduct(sine, z)
    sine = Lanes.splat(-1.66666666666666324348e-01).addingProduct(sine, z)
    sine = x.addingProduct(x * z, sine)
    var cosine = Lanes.splat(-1.13596475577881948265e-11)
    cosine = Lanes.splat(2.08757232129817482790e-09).addingProduct(cosine, z)
    cosine = Lanes.splat(-2.75573143513906633035e-07).addingProduct(cosine, z)
    cosine = Lanes.splat(2.48015872894767294178e-05).addingProduct(cosine, z)
    cosine = Lanes.splat(-1.38888888888741095749e-03).addingProduct(cosine, z)
    cosine = Lanes.splat(4.16666666666666019037e-02).addingProduct(cosine, z)
    cosine = Lanes.splat(-0.5).addingProduct(cosine, z)
    cosine = Lanes.splat(1).addingProduct(cosine, z)
    let large = (radius * cosine).replacing(with: -(radius * cosine), where: negates)
    let small = radius * sine
    return (large.replacing(with: small, where: swaps), small.replacing(with: large, where: swaps))
  }
}
