import Numerics

/// Geometric Brownian motion: log returns are (μ − σ²/2) Δt + σ √Δt Z, exact at any step.
public struct GeometricBrownianMotion: PathSource {
  public let steps: Int
  public let drift: Double
  public let volatility: Double
  public let years: Double

  /// `drift` and `volatility` per year, the path spanning `years`.
  public init(drift: Double, volatility: Double, years: Double, steps: Int) throws(MonteCarloError) {
    try MonteCarloError.requireSpan(years: years, steps: steps, "GBM")
    try MonteCarloError.require(drift, in: -1e4...1e4, "GBM", "drift")
    try MonteCarloError.require(volatility, in: 0...1e3, "GBM", "volatility")
    self.steps = steps
    self.drift = drift
    self.volatility = volatility
    self.years = years
  }

  public func fill(
    block: UInt64, seed: UInt64, scheme: SamplingScheme, logReturns: UnsafeMutableBufferPointer<Double>,
    simpleReturns: UnsafeMutableBufferPointer<Double>?
  ) {
    let interval = years / Double(steps)
    NormalSupply.fill(
      logReturns, steps: steps, factor: 0, block: block, seed: seed, scheme: scheme,
      scale: volatility * interval.squareRoot(), offset: (drift - 0.5 * volatility * volatility) * interval)
    fillSimpleReturns(from: logReturns, into: simpleReturns)
  }
}

/// The logarithm of the price reverts to a level (Schwartz 1997, one factor): X(t + Δ) = θ + (X − θ) e^(−κΔ) + noise, the
/// exact transition of the Ornstein-Uhlenbeck process. The path starts at `start` and its "log returns" are the changes of X.
public struct OrnsteinUhlenbeck: PathSource {
  public let steps: Int
  public let start: Double
  public let level: Double
  public let reversion: Double
  public let volatility: Double
  public let years: Double

  public init(
    start: Double, level: Double, reversion: Double, volatility: Double, years: Double, steps: Int
  ) throws(MonteCarloError) {
    let name = "Ornstein-Uhlenbeck"
    try MonteCarloError.requireSpan(years: years, steps: steps, name)
    try MonteCarloError.require(start, in: -1e4...1e4, name, "start")
    try MonteCarloError.require(level, in: -1e4...1e4, name, "level")
    try MonteCarloError.require(reversion, in: 1e-9...1e9, name, "reversion")
    try MonteCarloError.require(volatility, in: 0...1e3, name, "volatility")
    self.steps = steps
    self.start = start
    self.level = level
    self.reversion = reversion
    self.volatility = volatility
    self.years = years
  }

  public func fill(
    block: UInt64, seed: UInt64, scheme: SamplingScheme, logReturns: UnsafeMutableBufferPointer<Double>,
    simpleReturns: UnsafeMutableBufferPointer<Double>?
  ) {
    NormalSupply.fill(logReturns, steps: steps, factor: 0, block: block, seed: seed, scheme: scheme)
    let interval = years / Double(steps)
    let pull = Elementary.expMinusOne(-reversion * interval)
    // Without reversion to speak of within a step, the limit: the variance of a step is then its length.
    let exposure = 2 * reversion * interval
    let share = exposure > 1e-16 ? -Elementary.expMinusOne(-exposure) / exposure : 1
    let deviation = volatility * (interval * share).squareRoot()
    for lane in 0..<PathBlock.lanes {
      var distance = start - level
      for step in 0..<steps {
        let index = step * PathBlock.lanes + lane
        let change = pull * distance + deviation * logReturns[index]
        logReturns[index] = change
        distance += change
      }
    }
    fillSimpleReturns(from: logReturns, into: simpleReturns)
  }
}

/// Merton's jump diffusion (1976): GBM plus Poisson jumps whose logarithms are normal; exact at any step. The drift is
/// compensated, so `drift` is the expected growth rate of the price.
public struct MertonJumpDiffusion: PathSource {
  public let steps: Int
  public let drift: Double
  public let volatility: Double
  /// Expected jumps per year, and mean and deviation of their logarithm.
  public let jumpIntensity: Double
  public let jumpMean: Double
  public let jumpDeviation: Double
  public let years: Double

  public init(
    drift: Double, volatility: Double, jumpIntensity: Double, jumpMean: Double, jumpDeviation: Double, years: Double,
    steps: Int
  ) throws(MonteCarloError) {
    try MonteCarloError.requireSpan(years: years, steps: steps, "Merton")
    try MonteCarloError.require(drift, in: -1e4...1e4, "Merton", "drift")
    try MonteCarloError.require(volatility, in: 0...1e3, "Merton", "volatility")
    try MonteCarloError.require(jumpMean, in: -100...100, "Merton", "jump mean")
    try MonteCarloError.require(jumpDeviation, in: 0...20, "Merton", "jump deviation")
    try MonteCarloError.require(jumpIntensity, in: 0...1e9, "Merton", "jump intensity")
    try MonteCarloError.require(
      jumpIntensity * years < 1e6, "Merton",
      "\(jumpIntensity * years) jumps are expected on a path; a million is the limit")
    self.steps = steps
    self.drift = drift
    self.volatility = volatility
    self.jumpIntensity = jumpIntensity
    self.jumpMean = jumpMean
    self.jumpDeviation = jumpDeviation
    self.years = years
  }

  public func fill(
    block: UInt64, seed: UInt64, scheme: SamplingScheme, logReturns: UnsafeMutableBufferPointer<Double>,
    simpleReturns: UnsafeMutableBufferPointer<Double>?
  ) {
    let interval = years / Double(steps)
    let compensation =
      jumpIntensity * Elementary.expMinusOne(jumpMean + 0.5 * jumpDeviation * jumpDeviation)
    NormalSupply.fill(
      logReturns, steps: steps, factor: 0, of: 3, block: block, seed: seed, scheme: scheme,
      scale: volatility * interval.squareRoot(),
      offset: (drift - 0.5 * volatility * volatility - compensation) * interval)
    let mean = jumpIntensity * interval
    if scheme == .quasiRandom, mean < RandomStream.inversionLimit {
      addQuasiJumps(logReturns, block: block, seed: seed, mean: mean)
    } else {
      let counts = RandomStream(seed: seed, stream: 1)
      let sizes = RandomStream(seed: seed, stream: 2)
      let first = block &* UInt64(steps * PathBlock.lanes)
      for index in 0..<steps * PathBlock.lanes {
        let jumps = counts.poisson(at: first &+ UInt64(index), mean: mean)
        guard jumps > 0 else { continue }
        logReturns[index] += jump(jumps, sizes.normal(at: first &+ UInt64(index)))
      }
    }
    fillSimpleReturns(from: logReturns, into: simpleReturns)
  }
}

extension MertonJumpDiffusion {
  /// The sum of so many normal jumps.
  @inline(__always)
  private func jump(_ count: Int, _ normal: Double) -> Double {
    Double(count) * jumpMean + Double(count).squareRoot() * jumpDeviation * normal
  }

  /// Number and size of the jumps of each step take dimensions of their own, beside the diffusion's.
  private func addQuasiJumps(
    _ logReturns: UnsafeMutableBufferPointer<Double>, block: UInt64, seed: UInt64, mean: Double
  ) {
    var counts = [Double](repeating: 0, count: steps * PathBlock.lanes)
    var sizes = counts
    QuasiNormals.fillUniforms(&counts, steps: steps, factor: 1, of: 3, point: block, seed: seed)
    QuasiNormals.fillUniforms(&sizes, steps: steps, factor: 2, of: 3, point: block, seed: seed)
    for index in counts.indices {
      let jumps = RandomStream.poissonByInversion(mean: mean, uniform: counts[index])
      guard jumps > 0 else { continue }
      logReturns[index] += jump(jumps, SpecialFunctions.normalQuantile(sizes[index]))
    }
  }
}

/// Elementwise work on whole blocks, written out in vectors.
enum LaneArithmetic {
  @inline(__always)
  static func scale(_ values: UnsafeMutableBufferPointer<Double>, by factor: Double, adding offset: Double) {
    guard let base = UnsafeMutableRawPointer(values.baseAddress) else { return }
    let factors = SIMD8<Double>(repeating: factor)
    let offsets = SIMD8<Double>(repeating: offset)
    var position = 0
    while position < values.count * 8 {
      let value = base.loadUnaligned(fromByteOffset: position, as: SIMD8<Double>.self)
      base.storeBytes(of: offsets.addingProduct(factors, value), toByteOffset: position, as: SIMD8<Double>.self)
      position += 64
    }
  }
}
