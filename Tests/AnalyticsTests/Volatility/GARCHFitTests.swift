import Foundation
import Numerics
import TestSupport
import Testing

@testable import Analytics

@Suite struct GARCHFitTests {
  /// Returns drawn from the model, with normal or scaled Student-t errors.
  static func simulated(_ model: GARCH, count: Int, seed: UInt64) -> [Double] {
    let stream = RandomStream(seed: seed)
    var variance = model.longRunVariance ?? 1
    return (0..<count).map { row in
      var shock = stream.normal(at: UInt64(row))
      if let nu = model.degreesOfFreedom {
        shock =
          RandomStream(seed: seed, stream: 1).studentT(at: UInt64(row), degreesOfFreedom: nu)
          * ((nu - 2) / nu).squareRoot()
      }
      let error = variance.squareRoot() * shock
      variance = model.nextVariance(after: variance, error: error)
      return model.mean + error
    }
  }

  @Test func gradientMatchesDifferences() {
    let returns = Self.simulated(GARCH(mean: 0.1, omega: 0.1, alpha: 0.1, beta: 0.8), count: 300, seed: 1)
    for asymmetric in [false, true] {
      for hasDegreesOfFreedom in [false, true] {
        let layout = ParameterLayout(
          fixedMean: nil, isAsymmetric: asymmetric, hasDegreesOfFreedom: hasDegreesOfFreedom)
        let start: GARCH.FirstVariance = asymmetric ? .afterMeanSquaredError : .meanSquaredError
        let likelihood = GARCHLikelihood(returns: returns, layout: layout, start: start)
        let point = layout.free(
          from: GARCH(mean: 0.05, omega: 0.2, alpha: 0.12, gamma: 0.04, beta: 0.7, degreesOfFreedom: 6))
        let gradient = likelihood.negativeMean(free: point).gradient
        for index in point.indices {
          var (above, below) = (point, point)
          above[index] += 1e-5
          below[index] -= 1e-5
          let slope =
            (likelihood.negativeMean(free: above).value - likelihood.negativeMean(free: below).value) / 2e-5
          #expect(abs(gradient[index] - slope) < 1e-6 * max(1, abs(slope)))
        }
      }
    }
  }

  @Test func recoversTheModelWithinItsErrors() throws {
    let truth = GARCH(mean: 0.0005, omega: 2e-6, alpha: 0.08, beta: 0.9)
    let fit = try GARCH.fit(Self.simulated(truth, count: 4000, seed: 5))
    let errors = try #require(fit.hessianErrors)
    #expect(fit.parameterNames == ["mu", "omega", "alpha", "beta"])
    let found = [fit.model.mean, fit.model.omega, fit.model.alpha, fit.model.beta]
    let expected = [truth.mean, truth.omega, truth.alpha, truth.beta]
    for index in 0..<4 {
      #expect(abs(found[index] - expected[index]) < 4 * errors[index], "\(fit.parameterNames[index])")
    }
    // With the right model all three estimates of uncertainty are close.
    let scores = try #require(fit.scoreErrors)
    let robust = try #require(fit.robustErrors)
    for index in 0..<4 {
      #expect(abs(scores[index] / errors[index] - 1) < 0.4)
      #expect(abs(robust[index] / errors[index] - 1) < 0.4)
    }
  }

  @Test func recoversAsymmetryAndTails() throws {
    let truth = GARCH(omega: 0.05, alpha: 0.03, gamma: 0.12, beta: 0.85, degreesOfFreedom: 5)
    let fit = try GARCH.fit(
      Self.simulated(truth, count: 4000, seed: 9), errors: .studentT, asymmetric: true, fixedMean: 0)
    let errors = try #require(fit.robustErrors)
    let found = [
      fit.model.omega, fit.model.alpha, fit.model.gamma, fit.model.beta, fit.model.degreesOfFreedom ?? 0,
    ]
    for (index, value) in [0.05, 0.03, 0.12, 0.85, 5].enumerated() {
      #expect(abs(found[index] - value) < 4 * errors[index], "\(fit.parameterNames[index])")
    }
  }

  @Test func answerDoesNotDependOnTheUnit() throws {
    let returns = Self.simulated(GARCH(omega: 0.05, alpha: 0.1, beta: 0.85), count: 800, seed: 3)
    let small = try GARCH.fit(returns.map { $0 * 1e-4 })
    let large = try GARCH.fit(returns)
    #expect(abs(small.model.alpha - large.model.alpha) < 1e-6)
    #expect(abs(small.model.omega / large.model.omega * 1e8 - 1) < 1e-5)
  }

  @Test func badSeriesAreRefused() {
    #expect(throws: AnalyticsError(series: "returns", reason: .constant)) {
      try GARCH.fit([Double](repeating: 0.01, count: 100))
    }
    #expect(throws: AnalyticsError.self) { try GARCH.fit([0.1, 0.2]) }
  }

  @Test func quantLibCalibrationIsReproduced() throws {
    // QuantLib, test-suite/garch.cpp: 50,000 returns of ω 0.2, α 0.2, β 0.3 from MT19937(48) through the inverse normal.
    // Its simplex stops within a tenth of a standard error of the maximum, and it starts the variance at ω where we start
    // at the mean square.
    var twister = MersenneTwister(seed: 48)
    var variance = 0.0
    var value = 0.0
    let returns = (0..<50_000).map { _ in
      variance = 0.2 + 0.2 * value * value + 0.3 * variance
      value = SpecialFunctions.normalQuantile(twister.nextUniform()) * variance.squareRoot()
      return value
    }
    let fit = try GARCH.fit(returns, fixedMean: 0)
    #expect(abs(fit.model.alpha - 0.207592) < 5e-4, "\(fit.model)")
    #expect(abs(fit.model.beta - 0.281979) < 2e-3, "\(fit.model)")
    #expect(abs(fit.model.omega - 0.204647) < 1e-3, "\(fit.model)")
    let mean = (fit.logLikelihood / 50_000 + 0.5 * log(2 * Double.pi))
    #expect(abs(mean + 0.0217413) < 3e-5, "\(mean)")
  }

  static let exchangeRates = RealData.folder?.appendingPathComponent("panels/fgarch/dem2gbp.csv")

  /// The benchmark of Fiorentini, Calzolari and Panattoni (1996) on Bollerslev and Ghysels' 1,974 returns of mark against
  /// pound, as rugarch's and fGarch's own tests assert it. The series comes with fGarch (data/dem2gbp.csv, GPL) and is not
  /// shipped here: the test runs where the file is.
  @Test(
    "The exchange-rate benchmark is reproduced (needs panels/fgarch/dem2gbp.csv)",
    .enabled(
      if: exchangeRates.map { FileManager.default.fileExists(atPath: $0.path) } ?? false,
      "not checked: LOCKSTEP_REAL_DATA has no panels/fgarch/dem2gbp.csv (fGarch's data/dem2gbp.csv)"))
  func theExchangeRateBenchmarkIsReproduced() throws {
    let text = try String(contentsOf: #require(Self.exchangeRates), encoding: .utf8)
    let returns = text.split(separator: "\n").compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
    #expect(returns.count == 1974)
    let fit = try GARCH.fit(returns, start: .afterMeanSquaredError)
    let found = [fit.model.mean, fit.model.omega, fit.model.alpha, fit.model.beta]
    let errors = try #require(fit.hessianErrors)
    for (index, expected) in [-0.00619041, 0.0107613, 0.153134, 0.805974].enumerated() {
      #expect(abs(found[index] / expected - 1) < 2e-5, "\(fit.parameterNames[index]) \(found[index])")
    }
    for (index, expected) in [0.00846212, 0.00285271, 0.0265228, 0.0335527].enumerated() {
      #expect(abs(errors[index] / expected - 1) < 2e-4, "error of \(fit.parameterNames[index]) \(errors[index])")
    }
  }
}

/// Matsumoto and Nishimura's MT19937 (1998, seeding of 2002).
private struct MersenneTwister {
  private var state: [UInt32]
  private var index = 624

  init(seed: UInt32) {
    state = [seed]
    for place in 1..<624 {
      let last = state[place - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(place))
    }
  }

  /// The midpoints of 2^32 equal cells, as QuantLib takes them.
  mutating func nextUniform() -> Double {
    if index == 624 {
      for place in 0..<624 {
        let joined = (state[place] & 0x8000_0000) | (state[(place + 1) % 624] & 0x7FFF_FFFF)
        state[place] = state[(place + 397) % 624] ^ (joined >> 1) ^ (joined & 1 == 0 ? 0 : 0x9908_B0DF)
      }
      index = 0
    }
    var word = state[index]
    index += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C_5680
    word ^= (word << 15) & 0xEFC6_0000
    word ^= word >> 18
    return (Double(word) + 0.5) / 4_294_967_296
  }
}
