import Numerics
import Testing

@testable import Analytics

@Suite struct MonteCarloPathTests {
  /// Price of a call on wealth 1, in units of a spot of 100.
  func call(_ source: some PathSource, paths: Int, scheme: SamplingScheme = .pseudorandom, control: Bool = false) throws
    -> Estimate
  {
    var plan = MonteCarloPlan(paths: paths, seed: 42)
    plan.scheme = scheme
    let discount = Elementary.exp(-0.05)
    return try MonteCarloExpectation.estimate(
      source, plan: plan, control: control ? .terminalWealth(expectation: Elementary.exp(0.05)) : nil
    ) { 100 * discount * max($0.terminalWealth - 1, 0) }
  }

  /// Black-Scholes: spot 100, strike 100, rate 5 %, volatility 20 %, one year.
  @Test func brownianCallMatchesBlackScholes() throws {
    let exact = 10.4505835721855667
    let gbm = try GeometricBrownianMotion(drift: 0.05, volatility: 0.2, years: 1, steps: 32)
    let plain = try call(gbm, paths: 20_000)
    #expect(abs(plain.value - exact) < 3 * plain.standardError && plain.standardError < 0.12, "\(plain)")
    let mirrored = try call(gbm, paths: 20_000, scheme: .antithetic)
    #expect(abs(mirrored.value - exact) < 3 * mirrored.standardError, "\(mirrored)")
    #expect(mirrored.standardError < 0.8 * plain.standardError)
    let controlled = try call(gbm, paths: 20_000, control: true)
    #expect(abs(controlled.value - exact) < 3 * controlled.standardError, "\(controlled)")
    #expect(controlled.standardError < 0.5 * plain.standardError)
    let quasi = try call(gbm, paths: 16 * 1024, scheme: .quasiRandom)
    #expect(abs(quasi.value - exact) < 4 * quasi.standardError, "\(quasi)")
    #expect(quasi.standardError < 0.05 * plain.standardError, "\(quasi)")
  }

  /// Merton's series with 60 terms in 30 digits: λ = 0.8, jumps N(−0.1, 0.15²).
  @Test func jumpDiffusionCallMatchesMerton() throws {
    let model = try MertonJumpDiffusion(
      drift: 0.05, volatility: 0.2, jumpIntensity: 0.8, jumpMean: -0.1, jumpDeviation: 0.15, years: 1, steps: 16)
    let price = try call(model, paths: 40_000, control: true)
    #expect(abs(price.value - 12.3338112062985560) < 3 * price.standardError, "\(price)")
    #expect(price.standardError < 0.05)
  }

  /// Heston's characteristic function integrated in 30 digits: v₀ = θ = 0.04, κ = 1.5, ξ = 0.5, ρ = −0.7.
  @Test func stochasticVolatilityCallMatchesHeston() throws {
    let model = try HestonModel(
      drift: 0.05, startVariance: 0.04, meanVariance: 0.04, reversion: 1.5, volatilityOfVariance: 0.5,
      correlation: -0.7,
      years: 1, steps: 32)
    let price = try call(model, paths: 40_000, control: true)
    #expect(abs(price.value - 10.0554829676102393) < 3 * price.standardError, "\(price)")
    #expect(price.standardError < 0.05)
  }

  @Test func meanReversionHasItsStationaryLaw() throws {
    let model = try OrnsteinUhlenbeck(start: 1, level: 0.2, reversion: 2, volatility: 0.3, years: 1.5, steps: 12)
    var moments = RunningMoments()
    let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: 12 * 16)
    defer { buffer.deallocate() }
    for block in 0..<800 as Range<UInt64> {
      model.fill(block: block, seed: 1, scheme: .pseudorandom, logReturns: buffer, simpleReturns: nil)
      for lane in 0..<16 { moments.add(1 + (0..<12).reduce(0) { $0 + buffer[$1 * 16 + lane] }) }
    }
    let mean = 0.2 + 0.8 * Elementary.exp(-3)
    let variance = 0.09 * (1 - Elementary.exp(-6)) / 4
    #expect(abs(moments.mean - mean) < 4 * (variance / 12_800).squareRoot())
    #expect(abs(moments.variance / variance - 1) < 0.06)
  }

  @Test func correlatedAssetsMoveTogether() throws {
    let one = try CorrelatedAssets(
      drifts: [0.1, 0.1], volatilities: [0.2, 0.2], correlation: Matrix([[1, 0.5], [0.5, 1]]), weights: [0.5, 0.5],
      years: 1,
      steps: 50)
    var plan = MonteCarloPlan(paths: 8_000, seed: 3)
    plan.figures = [.sharpeRatio]
    var run = try MonteCarloRun(one, plan: plan)
    let result = try run.run()
    let wealth = try #require(result.terminalWealth)
    #expect(abs(wealth.mean.value - Elementary.exp(0.1)) < 4 * wealth.mean.standardError)
    // Rebalanced continuously, the portfolio is lognormal with variance (1 + ρ)/2 σ² = 0.03.
    let spread = try #require(wealth.quantile(0.95)).value / (try #require(wealth.quantile(0.05))).value
    #expect(abs(Elementary.log(spread) / (2 * 1.6448536269514722) - 0.03.squareRoot()) < 0.006)
  }

  @Test func badParametersAreNamed() throws {
    #expect(throws: MonteCarloError.self) {
      _ = try GeometricBrownianMotion(drift: .nan, volatility: 0.2, years: 1, steps: 3)
    }
    #expect(throws: MonteCarloError.self) {
      _ = try CorrelatedAssets(
        drifts: [0, 0], volatilities: [1, 1], correlation: Matrix([[1, 1], [1, 1]]), weights: [1, 1], years: 1, steps: 1
      )
    }
    #expect(throws: MonteCarloError.self) {
      _ = try HestonModel(
        drift: 0, startVariance: 0.04, meanVariance: 0, reversion: 1, volatilityOfVariance: 1, correlation: 0, years: 1,
        steps: 1)
    }
    #expect(throws: MonteCarloError.self) {
      _ = try GarchBootstrap(mean: 0, omega: 1, alpha: 0.5, beta: 0.6, startVariance: 1, residuals: [1, -1], steps: 1)
    }
  }
}
