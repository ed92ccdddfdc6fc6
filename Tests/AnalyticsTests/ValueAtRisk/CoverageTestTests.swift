import Foundation
import TestSupport
import Testing

@testable import Analytics

@Suite struct CoverageTestTests {
  @Test(arguments: [
    // n, x, p, LR, p-value: recomputed from Kupiec (1995); the first three are the counts of MathWorks' varbacktest
    // summary example, 250/10 and 1000/0 the usual edges.
    (1043, 57, 0.05, 0.4614663953, 0.49693945), (1043, 17, 0.01, 3.511812861, 0.060932747),
    (1043, 59, 0.05, 0.9102302822, 0.34005333), (250, 5, 0.01, 1.956809788, 0.16185492),
    (250, 10, 0.01, 12.95549106, 0.00031898451), (255, 6, 0.01, 3.415357526, 0.0646),
    (255, 7, 0.01, 5.316341341, 0.0211), (255, 21, 0.05, 4.741833604, 0.02943768),
    (1000, 0, 0.01, 20.10067171, 7.3470868e-6),
    // Hull, Options, Futures and Other Derivatives, problem 9.14: 2.19.
    (1000, 15, 0.01, 2.189248388847858, 0.139), (250, 3, 0.01, 0.09494012266443264, 0.758),
    (252, 20, 0.05, 3.9125508275532184, 0.0479),
  ])
  func kupiec(_ days: Int, _ hits: Int, _ probability: Double, _ ratio: Double, _ pValue: Double) throws {
    let outcome = try CoverageTests.proportionOfFailures(violations: hits, count: days, tailProbability: probability)
    #expect(abs(outcome.statistic - ratio) < 2e-9 * max(ratio, 1))
    // Four digits where only four were tabulated.
    #expect(abs(outcome.pValue - pValue) < max(1e-4, 1e-7 * pValue))
  }

  @Test func kupiecNonRejectionRegions() throws {
    // Recomputed at 95 % from the closed form; Kupiec's own table agrees in all but the open end at p = .01, T = 255.
    let regions: [(Double, Int, ClosedRange<Int>)] = [
      (0.01, 255, 1...6), (0.01, 510, 2...10), (0.01, 1000, 5...16), (0.025, 255, 3...11), (0.025, 510, 7...20),
      (0.025, 1000, 16...35), (0.05, 255, 7...20), (0.05, 510, 17...35), (0.05, 1000, 38...64),
      (0.075, 255, 12...27), (0.075, 510, 28...50), (0.075, 1000, 60...91), (0.1, 255, 17...35),
      (0.1, 510, 39...64), (0.1, 1000, 82...119),
    ]
    for (probability, days, region) in regions {
      for hits in [region.lowerBound - 1, region.lowerBound, region.upperBound, region.upperBound + 1] {
        let outcome = try CoverageTests.proportionOfFailures(
          violations: hits, count: days, tailProbability: probability)
        #expect(outcome.isRejected() != region.contains(hits), "\(probability) \(days) \(hits)")
      }
    }
  }

  @Test(arguments: [
    // Recomputed from Christoffersen (1998) with 0 log 0 = 0.
    (957, 39, 39, 7, 8.580770254, 0.0033973163), (900, 45, 45, 9, 9.65633229, 0.0018869999),
    (240, 4, 4, 1, 3.153989287, 0.075741582), (240, 5, 5, 0, 0.2040958014, 0.65143495),
  ])
  func christoffersen(_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ ratio: Double, _ pValue: Double) throws {
    let outcome = try CoverageTests.independence(
      TransitionCounts(calmToCalm: a, calmToHit: b, hitToCalm: c, hitToHit: d))
    #expect(abs(outcome.statistic - ratio) < 1e-8)
    #expect(abs(outcome.pValue - pValue) < 1e-8)
  }

  @Test func conditionalCoverageIsTheSum() throws {
    var hits = [Bool](repeating: false, count: 250)
    for day in [10, 11, 90, 170] { hits[day] = true }
    let sequence = try ViolationSequence(hits: hits, confidence: 0.99)
    let transitions = sequence.transitions
    #expect(transitions == TransitionCounts(calmToCalm: 242, calmToHit: 3, hitToCalm: 3, hitToHit: 1))
    let joint = try sequence.conditionalCoverage()
    let coverage = try sequence.proportionOfFailures()
    let independence = try sequence.independence()
    #expect(abs(joint.statistic - coverage.statistic - independence.statistic) < 1e-12)
    // χ² with two degrees of freedom has survival exp(−x/2).
    #expect(abs(joint.pValue - exp(-joint.statistic / 2)) < 1e-12)
    #expect(sequence.durations == [11, 1, 79, 80])
  }

  @Test func trafficLightOfTheBaselTable() throws {
    // Basle Committee, January 1996; cumulative percentages recomputed (they round to the published table).
    let table: [(Double, Double)] = [
      (8.10585, 0), (28.5752, 0), (54.3169, 0), (75.8117, 0), (89.2188, 0), (95.8817, 0.4), (98.6299, 0.5),
      (99.5975, 0.65), (99.8943, 0.75), (99.975, 0.85), (99.9946, 1),
    ]
    for (hits, (cumulative, factor)) in table.enumerated() {
      let light = try TrafficLight(violations: hits, count: 250, tailProbability: 0.01)
      #expect(abs(light.cumulativeProbability * 100 - cumulative) < 6e-5 * max(cumulative, 1))
      #expect(abs(light.plusFactor - factor) < 1e-12)
      #expect(light.zone == (hits <= 4 ? .green : hits <= 9 ? .yellow : .red))
    }
    // MathWorks varbacktest.tl example: 57 of 1,043 at 95 %.
    let example = try TrafficLight(violations: 57, count: 1043, tailProbability: 0.05)
    #expect(abs(example.cumulativeProbability - 0.77913) < 5e-6)
    #expect(abs(example.typeOneError - 0.26396) < 5e-6)
    #expect(example.zone == .green && example.plusFactor == 0)
    // Jorion, Value at Risk: P(N > 4 | p = .01, T = 250) = 10.8 %.
    let jorion = try TrafficLight(violations: 5, count: 250, tailProbability: 0.01)
    #expect(abs(jorion.typeOneError - 0.1078123730963767) < 1e-12)
  }

  @Test func durationsOfIndependentViolationsAreAccepted() throws {
    var generator = SeededGenerator(seed: 77)
    var accepted = 0
    for _ in 0..<40 {
      let hits = (0..<1000).map { _ in Double.random(in: 0..<1, using: &generator) < 0.05 }
      let sequence = try ViolationSequence(hits: hits, confidence: 0.95)
      if !(try sequence.weibullDuration().outcome.isRejected()) { accepted += 1 }
      if try !sequence.timeBetweenFailures().isRejected(atSignificance: 0.001) { accepted += 1 }
    }
    #expect(accepted >= 72)
  }

  @Test func clusteredViolationsAreRejected() throws {
    let hits = (0..<1000).map { ($0 / 10) % 20 == 3 }
    let sequence = try ViolationSequence(hits: hits, confidence: 0.95)
    let (outcome, shape) = try sequence.weibullDuration()
    #expect(outcome.pValue < 1e-6)
    // Clusters make short durations too common: a falling hazard.
    #expect(shape < 0.8)
    #expect(try sequence.independence().pValue < 1e-6)
    #expect(sequence.timeBetweenFailuresIndependence().pValue < 1e-6)
    #expect(try sequence.proportionOfFailures().pValue > 0.5)
  }

  @Test func firstFailureTakesTheGeometricRatio() throws {
    // −2 log(p (1−p)^(n−1)) + 2 log((1/n)(1 − 1/n)^(n−1)) at n = 58, p = .05.
    let outcome = try CoverageTests.timeUntilFirstFailure(firstViolation: 58, tailProbability: 0.05)
    let expected =
      -2 * (log(0.05) + 57 * log(0.95)) + 2 * (log(1 / 58.0) + 57 * log(1 - 1 / 58.0))
    #expect(abs(outcome.statistic - expected) < 1e-12)
    #expect(try CoverageTests.timeUntilFirstFailure(firstViolation: 1, tailProbability: 0.05).pValue < 0.02)
  }
}
