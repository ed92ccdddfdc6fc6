import Numerics

/// Filtered bootstrap (Barone-Adesi, Giannopoulos and Vosper 1999): the variance follows a GARCH(1,1) or GJR recursion,
/// r = μ + σ z, σ² ← ω + (α + γ [r < μ]) (r − μ)² + β σ², and z is drawn from the model's own standardised residuals.
public struct GarchBootstrap: PathSource {
  public let steps: Int
  public let mean: Double
  public let omega: Double
  public let alpha: Double
  /// Extra weight of negative shocks; zero gives the plain GARCH.
  public let gamma: Double
  public let beta: Double
  /// Variance of the first simulated period.
  public let startVariance: Double
  private let residuals: [Double]

  /// `residuals` should have mean 0 and variance 1, as a fit gives them; returns are simple returns per period. Residuals
  /// of a larger variance can make the recursion explode; a variance then stays at `highestVariance`.
  public init(
    mean: Double, omega: Double, alpha: Double, gamma: Double = 0, beta: Double, startVariance: Double,
    residuals: [Double], steps: Int
  ) throws(MonteCarloError) {
    try MonteCarloError.require(steps > 0, "GARCH bootstrap", "at least one step is needed")
    try MonteCarloError.require(mean, in: -1e3...1e3, "GARCH bootstrap", "mean")
    try MonteCarloError.require(
      omega > 0 && omega <= Self.highestVariance && alpha >= 0 && alpha + gamma >= 0 && beta >= 0
        && alpha + gamma / 2 + beta < 1,
      "GARCH bootstrap", "ω \(omega), α \(alpha), γ \(gamma), β \(beta) do not give a stationary positive variance")
    try MonteCarloError.require(
      startVariance > 0 && startVariance <= Self.highestVariance, "GARCH bootstrap",
      "the start variance is \(startVariance)")
    try MonteCarloError.require(residuals.count >= 2, "residuals", "at least 2 are needed")
    if let row = residuals.firstIndex(where: { !(abs($0) <= 1e6) }) {
      throw MonteCarloError(series: "residuals", row: row, reason: "the value is \(residuals[row])")
    }
    self.steps = steps
    self.mean = mean
    self.omega = omega
    self.alpha = alpha
    self.gamma = gamma
    self.beta = beta
    self.startVariance = startVariance
    self.residuals = residuals
  }

  /// A standard deviation of a million per cent per period.
  public static let highestVariance = 1e8

  public var knowsSimpleReturns: Bool { true }
  public var schemes: Set<SamplingScheme> { [.pseudorandom] }

  public func fill(
    block: UInt64, seed: UInt64, scheme: SamplingScheme, logReturns: UnsafeMutableBufferPointer<Double>,
    simpleReturns: UnsafeMutableBufferPointer<Double>?
  ) {
    let stream = RandomStream(seed: seed, stream: 0xF0_0000)
    let count = Double(residuals.count)
    let first = block &* UInt64(steps * PathBlock.lanes)
    stream.fillUniforms(into: logReturns, startingAt: first)
    residuals.withUnsafeBufferPointer { residuals in
      for lane in 0..<PathBlock.lanes {
        var variance = startVariance
        for step in 0..<steps {
          let index = step * PathBlock.lanes + lane
          let draw = min(Int(logReturns[index] * count), residuals.count - 1)
          let shock = variance.squareRoot() * residuals[draw]
          variance = min(
            omega + (shock < 0 ? alpha + gamma : alpha) * shock * shock + beta * variance, Self.highestVariance)
          // A simulated loss of everything keeps a trace, so that the logarithm exists.
          logReturns[index] = max(mean + shock, -1 + 1e-12)
        }
      }
    }
    guard let base = UnsafeMutableRawPointer(logReturns.baseAddress) else { return }
    for offset in stride(from: 0, to: logReturns.count * 8, by: 64) {
      let value = base.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
      if let simpleReturns, let simple = UnsafeMutableRawPointer(simpleReturns.baseAddress) {
        simple.storeBytes(of: value, toByteOffset: offset, as: SIMD8<Double>.self)
      }
      base.storeBytes(of: Elementary.log(positiveNormal: value + 1), toByteOffset: offset, as: SIMD8<Double>.self)
    }
  }
}
