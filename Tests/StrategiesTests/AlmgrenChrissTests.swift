import Foundation
import TestSupport
import Testing

@testable import Strategies

@Suite struct AlmgrenChrissTests {
  static func model(_ riskAversion: Double, intervals: Int = 20, permanent: Double = 0.000_25) -> AlmgrenChriss.Model {
    AlmgrenChriss.Model(
      riskAversion: riskAversion, volatility: 0.95, temporaryImpact: 0.025, permanentImpact: permanent,
      intervalSeconds: 5.0 / Double(intervals), intervals: intervals)
  }

  @Test(arguments: [1e-6, 1e-3, 0.01, 0.3, 20])
  func pathIsTheHyperbolicSineOfThePaper(riskAversion: Double) {
    let model = Self.model(riskAversion)
    let tau = model.intervalSeconds
    let squared = riskAversion * 0.95 * 0.95 / (0.025 - 0.000_25 * tau / 2)
    let kappa = acosh(1 + squared * tau * tau / 2) / tau
    #expect(abs(model.urgency - kappa * tau) <= 1e-7 * model.urgency)
    for (interval, left) in model.remaining.enumerated() {
      // κ from the model, because acosh loses digits near 1.
      let expected = sinh(model.urgency * Double(20 - interval)) / sinh(model.urgency * 20)
      #expect(abs(left - expected) <= 1e-12 + 1e-11 * expected)
    }
  }

  @Test func withoutRiskAversionItIsTheStraightLine() {
    let path = Self.model(0).remaining
    for (interval, left) in path.enumerated() { #expect(abs(left - Double(20 - interval) / 20) < 1e-15) }
    #expect(Self.model(0).cumulative(of: 2_000) == TWAP.cumulative(of: 2_000, slices: 20))
    let almost = Self.model(1e-12).remaining
    for (left, straight) in zip(almost, path) { #expect(abs(left - straight) < 1e-9) }
  }

  @Test func extremeUrgencyTradesAtOnce() {
    #expect(Self.model(1e30).cumulative(of: 500) == [0] + Array(repeating: 500, count: 20))
    #expect(Self.model(1, permanent: 1e6).cumulative(of: 500) == [0] + Array(repeating: 500, count: 20))
  }

  @Test(arguments: [0, 1e-4, 0.05, 3])
  func lotsRiseToTheWholeOrder(riskAversion: Double) {
    let cumulative = Self.model(riskAversion).cumulative(of: 99_999)
    #expect(cumulative.first == 0 && cumulative.last == 99_999)
    #expect(zip(cumulative.dropFirst(), cumulative).allSatisfy { $0 >= $1 })
  }

  /// No path near the closed form costs less: expected cost + λ variance, by equations 4 and 5 of the paper.
  @Test(arguments: [0.001, 0.05, 1])
  func pathIsTheCheapest(riskAversion: Double) {
    let model = Self.model(riskAversion)
    func utility(_ path: [Double]) -> Double {
      var total = 0.0
      for interval in 1...model.intervals {
        let trade = path[interval - 1] - path[interval]
        total += model.permanentImpact * trade * path[interval]
        total += model.temporaryImpact / model.intervalSeconds * trade * trade
        total +=
          riskAversion * model.volatility * model.volatility * model.intervalSeconds * path[interval] * path[interval]
      }
      return total
    }
    let best = model.remaining.map { $0 * 1_000 }
    var random = SeededGenerator(seed: 9)
    for _ in 0..<500 {
      var other = best
      for interval in 1..<model.intervals { other[interval] += Double.random(in: -3...3, using: &random) }
      #expect(utility(other) > utility(best))
    }
    // The stated cost is the same sum: Σ γ n x = γ X² / 2 − γ Σ n² / 2.
    let costs = model.costs(of: 1_000)
    #expect(abs(costs.expected + riskAversion * costs.variance - utility(best)) < 1e-9 * utility(best))
  }
}
