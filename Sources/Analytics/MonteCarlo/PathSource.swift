import Numerics

/// Sixteen paths are simulated together, so that two vectors of eight doubles carry one step of all of them.
public enum PathBlock {
  public static let lanes = 16
}

/// Where normals come from. All variants are functions of (seed, block), so blocks can be computed in any order.
public enum SamplingScheme: String, Codable, Sendable, Hashable {
  case pseudorandom
  /// The upper eight lanes mirror the lower eight.
  case antithetic
  /// Scrambled Sobol points through a Brownian bridge: block b is point b, and the sixteen lanes are independent
  /// scramblings, whose spread gives the standard error. All factors of a model share the dimensions; those beyond the table
  /// are pseudorandom.
  case quasiRandom
}

/// Something that makes paths of log returns.
public protocol PathSource: Sendable {
  var steps: Int { get }
  /// Whether `simpleReturns` can be asked for more cheaply than by exponentials.
  var knowsSimpleReturns: Bool { get }
  /// Schemes that change what `fill` draws; a run with another one is refused, since its error would mean something else.
  var schemes: Set<SamplingScheme> { get }

  /// Fills `logReturns` with steps × 16 values, step by step, for the paths of one block; and `simpleReturns` likewise when
  /// it is given. Must depend on nothing but the arguments. A run refuses values that are no numbers or are left unfilled,
  /// and says in which path and at which step; only a log return of minus infinity, a total loss, is allowed.
  func fill(
    block: UInt64, seed: UInt64, scheme: SamplingScheme, logReturns: UnsafeMutableBufferPointer<Double>,
    simpleReturns: UnsafeMutableBufferPointer<Double>?)
}

extension PathSource {
  public var knowsSimpleReturns: Bool { false }
  public var schemes: Set<SamplingScheme> { [.pseudorandom, .antithetic, .quasiRandom] }

  func requireScheme(_ scheme: SamplingScheme) throws(MonteCarloError) {
    try MonteCarloError.require(
      schemes.contains(scheme), "plan",
      "the scheme is \(scheme.rawValue), and \(Self.self) draws \(schemes.map(\.rawValue).sorted().joined(separator: ", ")) "
        + "numbers only")
  }

  /// Simple returns from log returns, for sources that only know the latter.
  @inline(__always)
  func fillSimpleReturns(
    from logReturns: UnsafeMutableBufferPointer<Double>, into simpleReturns: UnsafeMutableBufferPointer<Double>?
  ) {
    guard let simpleReturns, let target = UnsafeMutableRawPointer(simpleReturns.baseAddress),
      let source = UnsafeRawPointer(logReturns.baseAddress)
    else { return }
    var offset = 0
    while offset < logReturns.count * 8 {
      let value = source.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
      target.storeBytes(of: PathMeasures.wealth(value) - 1, toByteOffset: offset, as: SIMD8<Double>.self)
      offset += 64
    }
  }
}

/// Normal increments for one block of paths.
enum NormalSupply {
  /// `offset + scale · z` for each of the steps × 16 standard normals z.
  static func fill(
    _ values: UnsafeMutableBufferPointer<Double>, steps: Int, factor: Int, of factors: Int = 1, block: UInt64,
    seed: UInt64, scheme: SamplingScheme, scale: Double, offset: Double
  ) {
    guard scheme != .pseudorandom else {
      RandomStream(seed: seed, stream: UInt64(factor)).fillNormals(
        into: values, startingAt: start(of: block, count: steps * PathBlock.lanes), scale: scale, offset: offset)
      return
    }
    fill(values, steps: steps, factor: factor, of: factors, block: block, seed: seed, scheme: scheme)
    LaneArithmetic.scale(values, by: scale, adding: offset)
  }

  /// Whole groups of 32 normals belong to one block, which keeps the bulk generator on its fast path.
  private static func start(of block: UInt64, count: Int) -> UInt64 { block &* UInt64((count + 31) / 32 * 32) }

  /// Fills steps × 16 standard normals of factor `factor` of `factors`; each factor has its own stream.
  static func fill(
    _ values: UnsafeMutableBufferPointer<Double>, steps: Int, factor: Int, of factors: Int = 1, block: UInt64,
    seed: UInt64, scheme: SamplingScheme
  ) {
    let lanes = PathBlock.lanes
    let stream = RandomStream(seed: seed, stream: UInt64(factor))
    switch scheme {
    case .pseudorandom:
      stream.fillNormals(into: values, startingAt: start(of: block, count: steps * lanes))
    case .antithetic:
      let half = steps * lanes / 2
      guard let base = values.baseAddress else { return }
      stream.fillNormals(
        into: UnsafeMutableBufferPointer(start: base, count: half), startingAt: start(of: block, count: half))
      for step in (0..<steps).reversed() {
        for lane in (0..<8).reversed() {
          let value = base[step * 8 + lane]
          base[step * lanes + lane] = value
          base[step * lanes + 8 + lane] = -value
        }
      }
    case .quasiRandom:
      QuasiNormals.fill(values, steps: steps, factor: factor, of: factors, point: block, seed: seed)
    }
  }
}
