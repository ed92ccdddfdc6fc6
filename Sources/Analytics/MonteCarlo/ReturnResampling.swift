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
                // Eight at a time, whatever the stretch: what is too much is overwritten by what follows, and geometric
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

  private static let segment = 128
  @inline(__always) private static var overlap: Int { 8 }

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
  private let method: ResamplingMethod
  private let count: Double
  private let lengthScale: Double
  private var uniforms = InlineArray<32, Double>(repeating: 0)
  private var logs = InlineArray<32, Double>(repeating: 0)
  private var used = 16

  init(stream: RandomStream, first: UInt64, method: ResamplingMethod, count: Int) {
    self.stream = stream
    index = first
    self.method = method
    self.count = Double(count)
    if case .stationary(let mean) = method, mean > 1 {
      // A block ends after each value with probability 1/mean, so its length is 1 + ⌊log U / log(1 − 1/mean)⌋.
      lengthScale = 1 / Elementary.logOnePlus(-1 / mean)
    } else {
      lengthScale = 0
    }
  }

  @inline(__always)
  mutating func next() -> (start: Int, length: Int) {
    if used == 16 { refill() }
    let start = min(Int(uniforms[2 * used] * count), Int(count) - 1)
    let length =
      switch method {
      case .stationary: 1 + Int(min(logs[2 * used + 1] * lengthScale, 1e15))
      case .circular(let length): length
      case .independent: 1
      }
    used += 1
    return (start, length)
  }

  private mutating func refill() {
    var span = uniforms.mutableSpan
    let stream = stream
    let first = 2 &* index
    span.withUnsafeMutableBufferPointer { stream.fillUniforms(into: $0, startingAt: first) }
    if lengthScale != 0 {
      var target = logs.mutableSpan
      uniforms.span.withUnsafeBufferPointer { source in
        target.withUnsafeMutableBufferPointer { target in
          guard let from = UnsafeRawPointer(source.baseAddress), let to = UnsafeMutableRawPointer(target.baseAddress)
          else { return }
          for offset in stride(from: 0, to: 256, by: 64) {
            let value = from.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
            (to + offset).storeBytes(of: Elementary.log(positiveNormal: value), as: SIMD8<Double>.self)
          }
        }
      }
    }
    index &+= 16
    used = 0
  }
}
