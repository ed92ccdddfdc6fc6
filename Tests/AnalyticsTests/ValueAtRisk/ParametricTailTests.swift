import Foundation
import Numerics
import TestSupport
import Testing

@testable import Analytics

@Suite struct ParametricTailTests {
  @Test func unitDistributionsMatchClosedForms() throws {
    // mpmath at 30 digits and SciPy.
    for (confidence, value, shortfall) in [
      (0.95, 1.644853627, 2.062712808), (0.975, 1.959963985, 2.337802792), (0.99, 2.326347874, 2.66521422),
    ] {
      let risk = try ParametricTail.normal(deviation: 1, confidence: confidence)
      #expect(abs(risk.valueAtRisk - value) < 1e-9)
      #expect(abs(risk.expectedShortfall - shortfall) < 1e-9)
    }
    for (degrees, value, shortfall) in [
      (3.0, 4.5407028585681335, 7.0030820362421125), (4, 3.746947387979197, 5.220584194492219),
      (5, 3.364929998907218, 4.452429111817974),
    ] {
      let risk = try ParametricTail.studentT(degreesOfFreedom: degrees, scale: 1, confidence: 0.99)
      #expect(abs(risk.valueAtRisk - value) < 1e-12)
      #expect(abs(risk.expectedShortfall - shortfall) < 1e-12)
    }
  }

  @Test func cornishFisherInsideItsDomain() throws {
    // Recomputed: skewness −.5, excess kurtosis 3 at 1 %.
    #expect(
      abs(ParametricTail.cornishFisherQuantile(0.01, skewness: -0.5, excessKurtosis: 3) - -3.301284492) < 1e-9)
    let risk = try ParametricTail.cornishFisher(
      mean: 0, deviation: 1, skewness: -0.5, excessKurtosis: 3, confidence: 0.99)
    #expect(abs(risk.valueAtRisk - 3.301284492) < 1e-9)
    // Its shortfall is the mean of the quantiles over the tail.
    let steps = 20_000
    let mean = (0..<steps).reduce(0.0) {
      $0
        - ParametricTail.cornishFisherQuantile(
          0.01 * (Double($1) + 0.5) / Double(steps), skewness: -0.5, excessKurtosis: 3)
    }
    #expect(abs(risk.expectedShortfall - mean / Double(steps)) < 1e-3)
    let plain = try ParametricTail.cornishFisher(
      mean: 0.1, deviation: 2, skewness: 0, excessKurtosis: 0, confidence: 0.99)
    let normal = try ParametricTail.normal(mean: 0.1, deviation: 2, confidence: 0.99)
    #expect(abs(plain.expectedShortfall - normal.expectedShortfall) < 1e-12)
  }

  @Test func cornishFisherRefusesOutsideItsDomain() {
    #expect(throws: AnalyticsError.self) {
      try ParametricTail.cornishFisher(mean: 0, deviation: 1, skewness: -3, excessKurtosis: 1, confidence: 0.99)
    }
    #expect(throws: AnalyticsError.self) {
      try ParametricTail.cornishFisher(mean: 0, deviation: 1, skewness: 0, excessKurtosis: 20, confidence: 0.99)
    }
    // The test of the domain is the sign of the slope everywhere.
    for skewness in stride(from: -1.5, through: 1.5, by: 0.25) {
      for kurtosis in stride(from: 0.25, through: 9, by: 0.75) {
        let quantiles = stride(from: -8.0, through: 8, by: 0.05).map { z in
          ParametricTail.cornishFisherQuantile(
            NormalDistribution().cdf(z), skewness: skewness, excessKurtosis: kurtosis)
        }
        let increases = zip(quantiles, quantiles.dropFirst()).allSatisfy { $0 < $1 + 1e-9 }
        if ParametricTail.isCornishFisherMonotone(skewness: skewness, excessKurtosis: kurtosis) {
          #expect(increases, "\(skewness) \(kurtosis)")
        }
      }
    }
  }

  @Test func studentTFitRecoversItsParameters() throws {
    let stream = RandomStream(seed: 21)
    let returns = (0..<4000).map { 0.001 + 0.02 * stream.studentT(at: UInt64($0), degreesOfFreedom: 4) }
    let fit = try StudentTFit(returns)
    #expect(abs(fit.degreesOfFreedom - 4) < 0.7)
    #expect(abs(fit.scale - 0.02) < 0.001)
    #expect(abs(fit.location - 0.001) < 0.0015)
    // No neighbour is likelier.
    func logLikelihood(_ location: Double, _ scale: Double, _ nu: Double) -> Double {
      let distribution = StudentTDistribution(degreesOfFreedom: nu)
      return returns.reduce(0) { $0 + distribution.logPdf(($1 - location) / scale) - log(scale) }
    }
    let best = logLikelihood(fit.location, fit.scale, fit.degreesOfFreedom)
    #expect(abs(best - fit.logLikelihood) < 1e-6)
    for (a, b, c) in [(1e-4, 0, 0), (-1e-4, 0, 0), (0, 2e-4, 0), (0, -2e-4, 0), (0, 0, 0.05), (0, 0, -0.05)] {
      #expect(logLikelihood(fit.location + a, fit.scale + b, fit.degreesOfFreedom + c) < best)
    }
    #expect(throws: AnalyticsError(series: "returns", reason: .constant)) {
      try StudentTFit([Double](repeating: 1, count: 20))
    }
  }

  @Test func tailsWithoutAVarianceAreRefused() throws {
    // Six in ten returns are zero, as of a strategy that is seldom in the market.
    let returns = (0..<200).map { (row: Int) -> Double in row % 5 < 3 ? 0 : Double(row % 7 - 3) * 0.01 }
    for confidence in [0.95, 0.99] {
      let error = #expect(throws: AnalyticsError.self) { try ParametricTail.studentT(returns, confidence: confidence) }
      let said = error?.description ?? ""
      #expect(said.contains("equal") && !said.contains("nan"), "\(said)")
    }
    let found = TailMethod.studentT.forecasts(returns, confidences: [0.95], model: nil)
    #expect(throws: AnalyticsError.self) { try found.levels[0].get() }
  }

  @Test func shortfallIsNeverBelowValueAtRisk() throws {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20 {
      let returns = (0..<300).map { _ in Double.random(in: -1...1, using: &generator) }
      for confidence in [0.9, 0.99] {
        for risk in [
          try ParametricTail.normal(returns, confidence: confidence),
          try ParametricTail.studentT(returns, confidence: confidence),
          try FilteredHistoricalTail.exponentiallyWeighted(returns, confidence: confidence),
        ] {
          #expect(risk.expectedShortfall >= risk.valueAtRisk)
        }
      }
    }
  }

  @Test func sampleFiguresOfAnEvenNormalSampleMatchTheClosedForm() throws {
    // After QuantLib's test-suite/riskstats.cpp: 2^16 − 1 even points through the inverse normal, several means and
    // scales; the sample and the closed form then agree to the spacing of the points.
    let count = 65_535
    let base = (0..<count).map { SpecialFunctions.normalQuantile((Double($0) + 0.5) / Double(count)) }
    for mean in [-100.0, -1, 0, 1, 100] {
      for deviation in [0.1, 1, 100] {
        let sample = base.map { mean + deviation * $0 }
        let exact = try ParametricTail.normal(mean: mean, deviation: deviation, confidence: 0.95)
        let found = try HistoricalTail.estimate(sample, confidence: 0.95)
        #expect(abs(found.valueAtRisk - exact.valueAtRisk) < 3e-4 * deviation)
        #expect(abs(found.expectedShortfall - exact.expectedShortfall) < 3e-4 * deviation)
      }
    }
  }
}
