import Foundation
import Numerics
import Testing

@testable import Analytics

@Suite struct PeaksOverThresholdTests {
  @Test func tailFormulaMatchesClosedForm() throws {
    // Recomputed with mpmath: n = 1000, 50 beyond u = 2, ξ = .2, β = .7.
    let fit = try PeaksOverThreshold(threshold: 2, shape: 0.2, scale: 0.7, count: 1000, exceedances: 50)
    for (confidence, value, shortfall) in [
      (0.99, 3.3290538151142512, 4.536317268892814), (0.995, 4.047126173613895, 5.433907717017369),
      (0.999, 6.153534517602945, 8.06691814700368),
    ] {
      let risk = try fit.tail(confidence: confidence)
      #expect(abs(risk.valueAtRisk - value) < 1e-12)
      #expect(abs(risk.expectedShortfall - shortfall) < 1e-12)
    }
    #expect(throws: AnalyticsError.self) { try fit.tail(confidence: 0.9) }
  }

  static func paretoLosses(shape: Double, scale: Double, count: Int) -> [Double] {
    let stream = RandomStream(seed: 8)
    return (0..<count).map { scale / shape * (pow(stream.uniform(at: UInt64($0)), -shape) - 1) }
  }

  @Test(arguments: [-0.2, 0.05, 0.3]) func bothEstimatorsRecoverTheTail(shape: Double) throws {
    let losses = Self.paretoLosses(shape: shape, scale: 2, count: 3000)
    for estimator in [PeaksOverThreshold.Estimator.maximumLikelihood, .weightedMoments] {
      let fit = try PeaksOverThreshold(losses: losses, threshold: 0, estimator: estimator)
      #expect(abs(fit.shape - shape) < 0.08)
      #expect(abs(fit.scale - 2) < 0.2)
    }
  }

  @Test func maximumLikelihoodIsAMaximum() throws {
    let losses = Self.paretoLosses(shape: 0.25, scale: 1, count: 500)
    let fit = try PeaksOverThreshold(losses: losses, threshold: 0.2)
    let excesses = losses.filter { $0 > 0.2 }.map { $0 - 0.2 }
    func logLikelihood(_ shape: Double, _ scale: Double) -> Double {
      let distribution = GeneralizedParetoDistribution(shape: shape, scale: scale)
      return excesses.reduce(0) { $0 + distribution.logPdf($1) }
    }
    let best = logLikelihood(fit.shape, fit.scale)
    for (a, b) in [(0.01, 0.0), (-0.01, 0), (0, 0.01), (0, -0.01), (0.01, -0.01), (-0.01, 0.01)] {
      #expect(logLikelihood(fit.shape + a, fit.scale + b) < best)
    }
  }

  @Test func diagnosticsShowTheTail() throws {
    let losses = Self.paretoLosses(shape: 0.5, scale: 1, count: 5000).map { $0 + 2 }
    // Losses plus β/ξ are Pareto with index 2: Hill's estimate of ξ is .5.
    #expect(abs(try ThresholdDiagnostics.hill(losses: losses, largest: 500) - 0.5) < 0.08)
    let excess = try ThresholdDiagnostics.meanExcess(losses: losses, minimum: 50)
    #expect(zip(excess, excess.dropFirst()).allSatisfy { $0.threshold < $1.threshold })
    #expect(excess[excess.count - 1].exceedances >= 50)
    #expect(excess[excess.count - 1].meanExcess > 2 * excess[0].meanExcess)
    let stable = try ThresholdDiagnostics.stability(losses: losses, confidence: 0.99)
    #expect(stable.count == 8)
    for row in stable { #expect(abs(row.risk.valueAtRisk / stable[4].risk.valueAtRisk - 1) < 0.1) }
  }

  @Test func badTailsAreRefused() {
    #expect(throws: AnalyticsError.self) { try PeaksOverThreshold(losses: [1, 2, 3], threshold: 0) }
    #expect(throws: AnalyticsError.self) {
      try PeaksOverThreshold(losses: [Double](repeating: 1, count: 100), threshold: 0)
    }
    #expect(throws: AnalyticsError.self) {
      try PeaksOverThreshold(losses: (0..<100).map(Double.init), threshold: 95)
    }
  }
}
