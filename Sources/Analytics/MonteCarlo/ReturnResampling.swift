import Numerics

/// How a series of returns is resampled.
public enum ResamplingMethod: Sendable, Hashable, Codable {
  /// Blocks of geometric length with the given mean (Politis and Romano 1994); keeps short-range dependence and gives a
  /// stationary series. The default.
  case stationary(meanLength: Double)
  /// Blocks of one length, the series closed to a ring.
  case circular(length: Int)
  /// Single observations: destroys autocorrelation and volatility clustering.
  case independent

  /// What a report must say beside the numbers.
  public var label: String {
    switch self {
    case .stationary(let mean) where mean == 1:
      "stationary bootstrap, mean block 1: an i.i.d. bootstrap (destroys autocorrelation)"
    case .circular(1): "circular block bootstrap, block 1: an i.i.d. bootstrap (destroys autocorrelation)"
    case .stationary(let mean): "stationary bootstrap, mean block \(mean)"
    case .circular(let length): "circular block bootstrap, block \(length)"
    case .independent: "i.i.d. bootstrap (destroys autocorrelation)"
    }
  }
}

/// Paths made from a strategy's own periodic returns.
public struct ReturnResampling: PathSource {
  public let steps: Int
  public let method: ResamplingMethod
  private let count: Int
  /// The returns as a ring cut open: the first `overlap` follow the last again, so that short copies need no wrap.
  private let logs: [Double]
  private let simple: [Double]

  /// `returns` are simple returns per period; without a method, the stationary bootstrap with the automatic block length;
  /// without `steps`, paths as long as the series.
  public init(
    returns: [Double], method: ResamplingMethod? = nil, steps: Int? = nil, series: String = "returns"
  ) throws(MonteCarloError) {
    try MonteCarloError.checkReturns(returns, series: series)
    if let method {
      self.method = method
    } else {
      self.method = .stationary(meanLength: try BlockLength(returns, series: series).stationary)
    }
    switch self.method {
    case .stationary(let mean):
      try MonteCarloError.require(mean >= 1 && mean < .infinity, series, "the mean block length is \(mean)")
    case .circular(let length):
      try MonteCarloError.require(
        length >= 1 && length <= returns.count, series, "a block length of \(length) for \(returns.count) returns")
    case .independent: break
    }
    self.steps = steps ?? returns.count
    try MonteCarloError.require(self.steps > 0, series, "at least one step is needed")
    count = returns.count
    simple = (0..<(returns.count + Self.overlap)).map { returns[$0 % returns.count] }
    logs = simple.map { Elementary.logOnePlus($0) }
  }

  public var knowsSimpleReturns: Bool { true }
  public var schemes: Set<SamplingScheme> { [.pseudorandom] }

  public func fill(
    block: UInt64, seed: UInt64, scheme: SamplingScheme, logReturns: UnsafeMutableBufferPointer<Double>,
    simpleReturns: UnsafeMutableBufferPointer<Double>?
  ) {
    guard let target = logReturns.baseAddress else { return }
    let simpleTarget = simpleReturns?.baseAddress
    let stream = RandomStream(seed: seed, stream: 0xD0_0000)
    logs.withUnsafeBufferPointer { logs in
      simple.withUnsafeBufferPointer { simple in
        guard let logs = logs.baseAddress, let simple = simple.baseAddress else { return }
        var lanes = (0..<PathBlock.lanes).map { lane in
          LaneCursor(
            draws: BlockDraws(
              stream: stream, first: (block &* UInt64(PathBlock.lanes) &+ UInt64(lane)) &* UInt64(steps),
              method: method, count: count))
        }
        lanes.withUnsafeMutableBufferPointer { lanes in
          // Short segments of all lanes in turn: a whole path of one lane would touch a new cache line with every store.
          for first in stride(from: 0, to: steps, by: Self.segment) {
            let end = min(first + Self.segment, steps)
            for lane in 0..<PathBlock.lanes {
              var step = first
              while step < end {
                if lanes[lane].remaining == 0 {
                  (lanes[lane].position, lanes[lane].remaining) = lanes[lane].draws.next()
                }
                let stretch = min(end - step, lanes[lane].remaining)
                var position = lanes[lane].position
                var done = 0
                // Twelve at a time, whatever the stretch: what is too much is overwritten by what follows, and geometric
                // lengths cost a mispredicted branch far less often. Not where the path ends.
                if (step &+ stretch &+ Self.overlap) <= steps {
                  repeat {
                    let into = (step &+ done) &* 16 &+ lane
                    for offset in 0..<Self.overlap { target[into &+ offset &* 16] = logs[position &+ offset] }
                    if let simpleTarget {
                      for offset in 0..<Self.overlap { simpleTarget[into &+ offset &* 16] = simple[position &+ offset] }
                    }
                    let copied = min(stretch &- done, Self.overlap)
                    done &+= copied
                    position &+= copied
                    while position >= count { position &-= count }
                  } while done < stretch
                } else {
                  while done < stretch {
                    target[(step &+ done) &* 16 &+ lane] = logs[position]
                    if let simpleTarget { simpleTarget[(step &+ done) &* 16 &+ lane] = simple[position] }
                    done &+= 1
                    position = position &+ 1 == count ? 0 : position &+ 1
                  }
                }
                step += stretch
                lanes[lane].remaining -= stretch
                lanes[lane].position = position
              }
            }
          }
        }
      }
    }
  }

  private static let segment = 64
  @inline(__always) private static var overlap: Int { 12 }

  /// Where one lane stands in its current block.
  private struct LaneCursor {
    var draws: BlockDraws
    var position = 0
    var remaining = 0
  }
}

/// Where the blocks of one path start and how long they are: draw j of a path is a function of its index alone. Sixteen
/// draws are made at once, so that the logarithms of geometric lengths run in vectors.
struct BlockDraws {
  private let stream: RandomStream
  private var index: UInt64
  private let count: Double
  private let lengthScale: Double
  private let fixedLength: UInt64
  /// Start in the lower half of a word, length in the upper.
  private var words = InlineArray<16, UInt64>(repeating: 0)
  private var used = 16

  /// A path whose draws begin at `first`; one with n draws leaves those from first + n on to others.
  init(stream: RandomStream, first: UInt64, method: ResamplingMethod, count: Int) {
    precondition(count < 1 << 31, "a series to resample has fewer than 2^31 values")
    self.stream = stream
    // Whole blocks of random bits keep the bulk generator on its fast path.
    index = 2 &* first
    self.count = Double(count)
    switch method {
    case .stationary(let mean) where mean > 1:
      // A block ends after each value with probability 1/mean, so its length is 1 + ⌊log U / log(1 − 1/mean)⌋.
      lengthScale = 1 / Elementary.logOnePlus(-1 / mean)
      fixedLength = 0
    case .circular(let length):
      lengthScale = 0
      fixedLength = UInt64(length) << 32
    case .stationary, .independent:
      lengthScale = 0
      fixedLength = 1 << 32
    }
  }

  @inline(__always)
  mutating func next() -> (start: Int, length: Int) {
    if used == 16 { refill() }
    let word = words[used]
    used &+= 1
    return (Int(word & 0xFFFF_FFFF), Int(word >> 32))
  }

  /// One uniform serves both: its product with the count has the start as whole part, and its fraction, which is uniform
  /// whatever the start is and has 52 bits less those of the count, gives the length.
  private mutating func refill() {
    var uniforms = InlineArray<16, Double>(repeating: 0)
    var span = uniforms.mutableSpan
    let (stream, first) = (stream, index)
    span.withUnsafeMutableBufferPointer { stream.fillUniforms(into: $0, startingAt: first) }
    let (scale, fixed) = (lengthScale, fixedLength)
    let size = SIMD8<Double>(repeating: count)
    var target = words.mutableSpan
    uniforms.span.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        guard let from = UnsafeRawPointer(source.baseAddress), let to = UnsafeMutableRawPointer(target.baseAddress)
        else { return }
        for offset in stride(from: 0, to: 128, by: 64) {
          let place = from.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self) * size
          // The product may round up to the count.
          let start = Self.smaller(place.rounded(.down), size - 1)
          var word = Self.integer(start)
          if scale != 0 {
            let fraction = Self.smaller(place - start, SIMD8(repeating: 1)) + SIMD8(repeating: 0x1p-53)
            let steps = Elementary.log(positiveNormal: fraction) * SIMD8(repeating: scale)
            let length = 1 + Self.larger(Self.smaller(steps.rounded(.down), SIMD8(repeating: 1e9)), SIMD8(repeating: 0))
            word |= Self.integer(length) &<< SIMD8(repeating: 32)
          } else {
            word |= SIMD8(repeating: fixed)
          }
          to.storeBytes(of: word, toByteOffset: offset, as: SIMD8<UInt64>.self)
        }
      }
    }
    index &+= 16
    used = 0
  }

  /// A whole number below 2^32 as an integer: its bits are the low ones of its sum with 2^52.
  @inline(__always)
  private static func integer(_ value: SIMD8<Double>) -> SIMD8<UInt64> {
    unsafeBitCast(value + SIMD8(repeating: 0x1p52), to: SIMD8<UInt64>.self) & SIMD8(repeating: 0xFFFF_FFFF)
  }

  @inline(__always)
  private static func smaller(_ left: SIMD8<Double>, _ right: SIMD8<Double>) -> SIMD8<Double> {
    left.replacing(with: right, where: right .< left)
  }

  @inline(__always)
  private static func larger(_ left: SIMD8<Double>, _ right: SIMD8<Double>) -> SIMD8<Double> {
    left.replacing(with: right, where: left .< right)
  }
}
