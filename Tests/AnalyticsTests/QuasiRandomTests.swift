import Numerics
import Testing

@testable import Analytics

/// Quasi-random numbers drive every factor of a model, so its error falls below the pseudorandom one in many dimensions too.
@Suite struct QuasiRandomTests {
  private func call(_ source: some PathSource, _ scheme: SamplingScheme, paths: Int, strike: Double) throws -> Estimate
  {
    var plan = MonteCarloPlan(paths: paths, seed: 11)
    plan.scheme = scheme
    return try MonteCarloExpectation.estimate(source, plan: plan) { 100 * max($0.terminalWealth - strike, 0) }
  }

  /// A call on a basket of five correlated assets, eight steps: 40 dimensions.
  @Test func basketCall() throws {
    let correlation = Matrix((0..<5).map { row in (0..<5).map { row == $0 ? 1 : 0.4 } })
    let basket = try CorrelatedAssets(
      drifts: [0.03, 0.03, 0.03, 0.03, 0.03], volatilities: [0.15, 0.2, 0.25, 0.3, 0.35], correlation: correlation,
      weights: [0.2, 0.2, 0.2, 0.2, 0.2], years: 1, steps: 8)
    let plain = try call(basket, .pseudorandom, paths: 4_096, strike: 1)
    let quasi = try call(basket, .quasiRandom, paths: 4_096, strike: 1)
    #expect(abs(plain.value - quasi.value) < 4 * plain.standardError)
    // A quarter of the error is a sixteenth of the variance.
    #expect(quasi.standardError < plain.standardError / 4, "\(quasi) against \(plain)")
  }

  /// Heston's two factors and Merton's three, against the closed forms of `MonteCarloPathTests`.
  @Test func stochasticVolatilityAndJumps() throws {
    let discount = Elementary.exp(-0.05)
    let heston = try HestonModel(
      drift: 0.05, startVariance: 0.04, meanVariance: 0.04, reversion: 1.5, volatilityOfVariance: 0.5,
      correlation: -0.7, years: 1, steps: 32)
    let plain = try call(heston, .pseudorandom, paths: 4_096, strike: 1)
    let quasi = try call(heston, .quasiRandom, paths: 4_096, strike: 1)
    #expect(quasi.standardError < plain.standardError / 2, "\(quasi) against \(plain)")
    #expect(abs(discount * quasi.value - 10.0554829676102393) < 0.03 + 4 * quasi.standardError, "\(quasi)")
    let merton = try MertonJumpDiffusion(
      drift: 0.05, volatility: 0.2, jumpIntensity: 0.8, jumpMean: -0.1, jumpDeviation: 0.15, years: 1, steps: 4)
    let jumps = try call(merton, .pseudorandom, paths: 4_096, strike: 1)
    let even = try call(merton, .quasiRandom, paths: 4_096, strike: 1)
    #expect(even.standardError < jumps.standardError / 2, "\(even) against \(jumps)")
    #expect(abs(discount * even.value - 12.3338112062985560) < 4 * even.standardError, "\(even)")
  }

  /// Points of different factors and lanes are different ones: independent factors stay uncorrelated.
  @Test func factorsAreApart() {
    let steps = 4
    var sums = [Double](repeating: 0, count: 3)
    var first = [Double](repeating: 0, count: steps * 16)
    var second = first
    for point in 0..<256 as Range<UInt64> {
      QuasiNormals.fillUniforms(&first, steps: steps, factor: 0, of: 2, point: point, seed: 3)
      QuasiNormals.fillUniforms(&second, steps: steps, factor: 1, of: 2, point: point, seed: 3)
      for index in first.indices {
        #expect(first[index] > 0 && first[index] < 1)
        sums[0] += first[index] - 0.5
        sums[1] += second[index] - 0.5
        sums[2] += (first[index] - 0.5) * (second[index] - 0.5)
      }
    }
    let count = Double(256 * steps * 16)
    // Pseudorandom means would miss by 0.29/sqrt(16,384) = 0.0023; scrambled nets of 256 points by far less.
    #expect(abs(sums[0] / count) < 2e-4 && abs(sums[1] / count) < 2e-4)
    #expect(abs(sums[2] / count) < 4 * 0.0833 / count.squareRoot())
  }

  /// Resampling draws one kind of numbers only, and a plan that asks for others is refused instead of mislabelled.
  @Test func schemesThatMeanNothingAreRefused() throws {
    var plan = MonteCarloPlan(paths: 64, seed: 1)
    plan.scheme = .quasiRandom
    let returns = RandomStream(seed: 8).normals(count: 60).map { 0.01 * $0 }
    let error = #expect(throws: MonteCarloError.self) {
      _ = try MonteCarloRun(ReturnResampling(returns: returns, method: .independent), plan: plan)
    }
    #expect(error?.reason.contains("pseudorandom numbers only") == true)
    plan.scheme = .antithetic
    #expect(throws: MonteCarloError.self) {
      _ = try MonteCarloRun(TradeShuffle(tradeReturns: returns), plan: plan)
    }
  }
}
