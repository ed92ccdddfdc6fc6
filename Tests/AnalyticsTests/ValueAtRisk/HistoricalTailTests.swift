import Testing
import TestSupport

@testable import Analytics

@Suite struct HistoricalTailTests {
  /// The same figures by sorting everything.
  private func bySorting(_ returns: [Double], confidence: Double) -> (Double, Double) {
    let sorted = returns.sorted()
    let mass = (1 - confidence) * Double(returns.count)
    let rank = max(1, Int((mass - 1e-9).rounded(.up)))
    let whole = sorted[..<(rank - 1)].reduce(0, +)
    return (-sorted[rank - 1], -(whole + (mass - Double(rank - 1)) * sorted[rank - 1]) / mass)
  }

  @Test func selectionAgreesWithSorting() throws {
    var generator = SeededGenerator(seed: 4)
    for size in [1, 2, 3, 17, 100, 101, 1000, 4321] {
      for confidence in [0.5, 0.9, 0.95, 0.975, 0.99, 0.999] {
        // Few distinct values on every other round, so ties are common.
        let returns = (0..<size).map { _ in
          size % 2 == 0
            ? Double.random(in: -1...1, using: &generator) : Double(Int.random(in: -3...3, using: &generator))
        }
        let risk = try HistoricalTail.estimate(returns, confidence: confidence)
        let (value, shortfall) = bySorting(returns, confidence: confidence)
        #expect(risk.valueAtRisk == value)
        #expect(abs(risk.expectedShortfall - shortfall) < 1e-12)
        #expect(risk.expectedShortfall >= risk.valueAtRisk)
      }
    }
  }

  @Test func boundaryObservationCountsByItsFraction() throws {
    // Ten losses 1...10; the worst 15 % are 10 and half of 9: (10 + .5 × 9)/1.5.
    let returns = (1...10).map { -Double($0) }
    let risk = try HistoricalTail.estimate(returns, confidence: 0.85)
    #expect(risk.valueAtRisk == 9)
    #expect(abs(risk.expectedShortfall - 14.5 / 1.5) < 1e-12)
    // 200 × (1 − .95) is ten observations, although 1 − .95 is a little more than .05 in binary.
    let long = (1...200).map { -Double($0) }
    #expect(try HistoricalTail.estimate(long, confidence: 0.95).valueAtRisk == 191)
  }

  @Test func equalWeightsAreThePlainEstimate() throws {
    var generator = SeededGenerator(seed: 9)
    let returns = (0..<250).map { _ in Double.random(in: -1...1, using: &generator) }
    let plain = try HistoricalTail.estimate(returns, confidence: 0.99)
    let weighted = try HistoricalTail.estimate(
      returns, weights: [Double](repeating: 3, count: 250), confidence: 0.99)
    #expect(plain.valueAtRisk == weighted.valueAtRisk)
    #expect(abs(plain.expectedShortfall - weighted.expectedShortfall) < 1e-12)
    let ageless = try HistoricalTail.ageWeighted(returns, decay: 1, confidence: 0.99)
    #expect(ageless.valueAtRisk == plain.valueAtRisk)
  }

  @Test func recentLossesWeighMore() throws {
    var returns = [Double](repeating: 0.001, count: 100)
    returns[99] = -0.1
    let recent = try HistoricalTail.ageWeighted(returns, decay: 0.95, confidence: 0.95)
    #expect(recent.valueAtRisk == 0.1)
    returns.reverse()
    let old = try HistoricalTail.ageWeighted(returns, decay: 0.95, confidence: 0.95)
    #expect(old.valueAtRisk == -0.001)
  }

  @Test func worstWindowFindsTheCrisis() throws {
    var returns = [Double](repeating: 0.01, count: 60)
    for row in 30..<35 { returns[row] = -0.2 }
    let worst = try HistoricalTail.worstWindow(returns, length: 5, confidence: 0.1)
    #expect(worst.window == 30..<35)
    #expect(abs(worst.risk.expectedShortfall - 0.2) < 1e-12)
  }

  @Test func badInputIsRefused() {
    #expect(throws: AnalyticsError(series: "returns", reason: .empty)) {
      try HistoricalTail.estimate([], confidence: 0.99)
    }
    #expect(throws: AnalyticsError(series: "returns", row: 1, reason: .notFinite)) {
      try HistoricalTail.estimate([0, .nan], confidence: 0.99)
    }
    #expect(throws: AnalyticsError.self) { try HistoricalTail.estimate([0, 1], confidence: 1) }
    #expect(throws: AnalyticsError.self) {
      try HistoricalTail.estimate([0, 1], weights: [0, 0], confidence: 0.9)
    }
  }

  @Test func gatheringTheTailOfManyValuesChangesNothing() throws {
    var generator = SeededGenerator(seed: 6)
    let random = (0..<80_000).map { _ in Double.random(in: -1...1, using: &generator) }
    // Sorted and nearly constant inputs mislead a sample.
    for values in [random, random.sorted(), random.map { $0 < -0.999 ? $0 : 0 }] {
      for confidence in [0.99, 0.9999, 0.95] {
        let risk = try HistoricalTail.estimate(values, confidence: confidence)
        let (value, shortfall) = bySorting(values, confidence: confidence)
        #expect(risk.valueAtRisk == value)
        #expect(abs(risk.expectedShortfall - shortfall) < 1e-12)
      }
    }
  }
}
