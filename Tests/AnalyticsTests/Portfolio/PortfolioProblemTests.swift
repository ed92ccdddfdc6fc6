import Foundation
import Numerics
import TestSupport
import Testing

@testable import Analytics

@Suite struct PortfolioProblemTests {
  @Test func syntheticAnswers() throws {
    // SciPy and HiGHS on the synthetic panel.
    let panel = try syntheticPanel()
    let variance = try PortfolioProblem(panel: panel)
    #expect(agree(try variance.minimumRisk().weights, [0.8587401, 0.1412599, 0, 0, 0], within: 1e-7))
    #expect(
      agree(
        try variance.riskParity().weights, [0.26432087, 0.22526685, 0.19553254, 0.17223366, 0.14264608],
        within: 1e-8))
    let tail = try PortfolioProblem(panel: panel, measure: .conditionalValueAtRisk(confidence: 0.9)).minimumRisk()
    #expect(agree(tail.weights, [0.585648105, 0.414351895, 0, 0, 0], within: 1e-8))
    #expect(abs(tail.risk - 1.2428905233369114) < 1e-9)
    let value = try HistoricalTail.estimate(panel.portfolioReturns(tail.weights), confidence: 0.9).valueAtRisk
    #expect(abs(value - 1.1758644615593816) < 1e-7)
    var free = PortfolioConstraints(assetCount: 5)
    free.lowerBounds = [Double](repeating: -.infinity, count: 5)
    free.upperBounds = [Double](repeating: .infinity, count: 5)
    #expect(
      agree(
        try PortfolioProblem(panel: panel, constraints: free).minimumRisk().weights,
        [0.9509449783, 0.6436190998, 0.2636630868, -0.112454273, -0.745772892], within: 1e-9))
  }

  static func randomProblem(_ seed: UInt64, assets: Int) throws -> PortfolioProblem {
    let draws = RandomStream(seed: seed)
    let rows = 60
    var values = [Double](repeating: 0, count: rows * assets)
    for row in 0..<rows {
      let market = draws.normal(at: UInt64(row))
      for asset in 0..<assets {
        values[row * assets + asset] =
          0.001 * Double(asset % 3) + 0.01 * market
          + 0.01 * (1 + 0.2 * Double(asset)) * draws.normal(at: UInt64(1000 + row * assets + asset))
      }
    }
    return try PortfolioProblem(
      panel: ReturnPanel(assetNames: (0..<assets).map { "asset \($0)" }, rowMajor: values))
  }

  /// No feasible move between two assets lowers the objective.
  static func isLocalMinimum(_ problem: PortfolioProblem, _ weights: [Double], _ objective: ([Double]) throws -> Double)
    throws -> Bool
  {
    let value = try objective(weights)
    for from in weights.indices {
      for to in weights.indices where to != from {
        let step = min(1e-3, weights[from] - problem.constraints.lowerBounds[from])
        guard step > 1e-6 else { continue }
        var moved = weights
        moved[from] -= step
        moved[to] += step
        guard moved[to] <= problem.constraints.upperBounds[to] else { continue }
        if try objective(moved) < value - 1e-9 * abs(value) { return false }
      }
    }
    return true
  }

  @Test func everyObjectiveIsAtItsOptimum() throws {
    for measure: RiskMeasure in [
      .variance, .semivariance, .conditionalValueAtRisk(confidence: 0.9), .conditionalDrawdown(confidence: 0.9),
      .meanAbsoluteDeviation,
    ] {
      var problem = try Self.randomProblem(5, assets: 6)
      problem.measure = measure
      problem.constraints.upperBounds = [Double](repeating: 0.4, count: 6)
      let half = measure.isSquared ? 0.5 : 1
      let safest = try problem.minimumRisk()
      #expect(try Self.isLocalMinimum(problem, safest.weights) { try problem.risk(of: $0) }, "\(measure)")
      let useful = try problem.maximumUtility(aversion: 2)
      #expect(
        try Self.isLocalMinimum(problem, useful.weights) {
          try 2 * half * problem.risk(of: $0) - problem.expectedReturn(of: $0)
        }, "\(measure)")
      let sharp = try problem.maximumRatio()
      #expect(
        try Self.isLocalMinimum(problem, sharp.weights) {
          let risk = try problem.risk(of: $0)
          return -problem.expectedReturn(of: $0) / (measure.isSquared ? risk.squareRoot() : risk)
        }, "\(measure)")
      for portfolio in [safest, useful, sharp] {
        #expect(abs(portfolio.weights.reduce(0, +) - 1) < 1e-8)
        #expect(portfolio.weights.allSatisfy { $0 >= 0 && $0 <= 0.4 })
      }
    }
  }

  @Test func frontierIsConvexAndEndsAtTheMaximum() throws {
    let problem = try Self.randomProblem(8, assets: 5)
    let frontier = try problem.frontier(points: 8)
    #expect(frontier.count == 8)
    for (first, second) in zip(frontier, frontier.dropFirst()) {
      #expect(second.expectedReturn > first.expectedReturn)
      #expect(second.risk >= first.risk * (1 - 1e-9))
    }
    let best = try problem.maximumReturn()
    #expect(abs(frontier[7].expectedReturn - best.expectedReturn) < 1e-8)
    let limited = try problem.maximumReturn(riskAtMost: frontier[4].risk)
    #expect(abs(limited.expectedReturn - frontier[4].expectedReturn) < 1e-6 * abs(best.expectedReturn))
    #expect(limited.risk <= frontier[4].risk * (1 + 1e-9))
    #expect(throws: AnalyticsError.self) { try problem.maximumReturn(riskAtMost: frontier[0].risk / 2) }
  }

  @Test func limitsOnSectorsTurnoverAndGrossHold() throws {
    var problem = try Self.randomProblem(3, assets: 6)
    let previous = [Double](repeating: 1 / 6.0, count: 6)
    problem.constraints.linear = [
      .init(name: "technology", coefficients: [1, 1, 1, 0, 0, 0], atMost: 0.3),
      .init(name: "beta", coefficients: [0.5, 1, 1.5, 0.5, 1, 1.5], atLeast: 1, atMost: 1.1),
    ]
    problem.constraints.previousWeights = previous
    problem.constraints.turnoverLimit = 0.5
    let found = try problem.maximumRatio()
    #expect(found.weights[0...2].reduce(0, +) <= 0.3 + 1e-8)
    let beta = zip(found.weights, [0.5, 1, 1.5, 0.5, 1, 1.5]).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(beta >= 1 - 1e-8 && beta <= 1.1 + 1e-8)
    #expect(found.turnover(from: previous) <= 0.5 + 1e-7)

    var longShort = try Self.randomProblem(3, assets: 6)
    longShort.constraints = .longShort(assetCount: 6, grossLimit: 1.6, bound: 0.5)
    let hedged = try longShort.maximumUtility(aversion: 5)
    #expect(hedged.weights.contains { $0 < -0.01 })
    #expect(hedged.weights.reduce(0) { $0 + abs($1) } <= 1.6 + 1e-7)
    longShort.constraints.shortLimit = 0.1
    let shorter = try longShort.maximumUtility(aversion: 5)
    #expect(shorter.weights.reduce(0) { $0 + max(-$1, 0) } <= 0.1 + 1e-7)
  }

  @Test func tradingCostsKeepWhatIsHeld() throws {
    var problem = try Self.randomProblem(4, assets: 4)
    let previous = [0.4, 0.3, 0.2, 0.1]
    problem.constraints.previousWeights = previous
    problem.constraints.tradingCosts = [Double](repeating: 1, count: 4)
    #expect(agree(try problem.maximumUtility(aversion: 3).weights, previous, within: 1e-6))
    problem.constraints.tradingCosts = [Double](repeating: 0, count: 4)
    #expect(!agree(try problem.maximumUtility(aversion: 3).weights, previous, within: 1e-2))
  }

  @Test func conflictsAreNamed() throws {
    var problem = try Self.randomProblem(1, assets: 4)
    problem.constraints.upperBounds = [0.2, 0.2, 0.2, 1]
    problem.constraints.linear = [
      .init(name: "bonds", coefficients: [0, 0, 0, 1], atMost: 0.3),
      .init(name: "harmless", coefficients: [1, 0, 0, 0], atMost: 0.9),
    ]
    let conflict = try #require(problem.conflictingConstraints())
    #expect(
      Set(conflict) == [
        "budget = 1.0", "bonds at most 0.3", "asset 0 at most 0.2", "asset 1 at most 0.2", "asset 2 at most 0.2",
      ])
    #expect {
      try problem.minimumRisk()
    } throws: { error in
      guard let error = error as? AnalyticsError, case .infeasible(let text) = error.reason else { return false }
      return text.contains("bonds at most 0.3") && !text.contains("harmless")
    }
    problem.constraints.linear = []
    problem.constraints.upperBounds = [1, 1, 1, 1]
    problem.constraints.minimumReturn = 5
    let unreachable = try #require(problem.conflictingConstraints())
    #expect(unreachable.contains("expected return at least 5.0"))
    problem.constraints.minimumReturn = nil
    #expect(problem.conflictingConstraints() == nil)
    problem.constraints.lowerBounds[2] = 2
    #expect(problem.conflictingConstraints() == ["asset 2 at least 2.0", "asset 2 at most 1.0"])
  }

  @Test func riskBudgetsAreMet() throws {
    let problem = try Self.randomProblem(6, assets: 4)
    let found = try problem.riskParity(budgets: [1, 2, 3, 4])
    let parts = zip(found.weights, problem.covariance.times(found.weights)).map { $0 * $1 / found.risk }
    #expect(agree(parts, [0.1, 0.2, 0.3, 0.4], within: 1e-9))
    #expect(throws: AnalyticsError(series: "risk budgets", row: 1, reason: .notPositive)) {
      try problem.riskParity(budgets: [1, 0, 1, 1])
    }
  }

  @Test func diversificationRatioIsAtItsMaximum() throws {
    let problem = try Self.randomProblem(7, assets: 5)
    let found = try problem.maximumDiversification()
    let deviations = problem.covariance.volatilities
    #expect(
      try Self.isLocalMinimum(problem, found.weights) { weights in
        -zip(weights, deviations).reduce(0) { $0 + $1.0 * $1.1 } / problem.covariance.variance(weights).squareRoot()
      })
  }

  @Test func cardinalityIsAHeuristicThatHolds() throws {
    let problem = try Self.randomProblem(9, assets: 7)
    let found = try problem.minimumRisk(assetsAtMost: 3)
    #expect(found.isHeuristic)
    #expect(found.weights.count { $0 > 1e-9 } <= 3)
    #expect(found.risk >= (try problem.minimumRisk()).risk)
    // Small enough to try every triple.
    var best = Double.infinity
    for a in 0..<7 {
      for b in (a + 1)..<7 {
        for c in (b + 1)..<7 {
          var trial = problem
          trial.constraints.upperBounds = (0..<7).map { [a, b, c].contains($0) ? 1 : 0 }
          best = min(best, try trial.minimumRisk().risk)
        }
      }
    }
    #expect(found.risk <= best * 1.02)
  }

  @Test func growthIsAtItsMaximum() throws {
    // One asset that doubles or loses everything but a little: f = p/a − q/b in closed form for two outcomes.
    let coin = try ReturnPanel(assetNames: ["coin"], rowMajor: [1, -0.5, 1, -0.5, 1, -0.5, 1, 1, 1, -0.5])
    var problem = try PortfolioProblem(panel: coin)
    problem.constraints.budget = nil
    // p = .6 of +1, .4 of −.5: f = .6/.5 − .4/1 = .8.
    #expect(abs(try problem.maximumGrowth().weights[0] - 0.8) < 1e-8)
    #expect(abs(try problem.maximumGrowth(fraction: 0.5).weights[0] - 0.4) < 1e-8)
    let many = try Self.randomProblem(2, assets: 4)
    let growth = try many.maximumGrowth()
    let panel = try #require(many.panel)
    #expect(
      try Self.isLocalMinimum(many, growth.weights) {
        -(try panel.portfolioReturns($0)).reduce(0) { $0 + log(1 + $1) }
      })
  }

  @Test func badInputIsTyped() throws {
    let panel = try ReturnPanel(assetNames: ["a", "b"], rowMajor: [0.01, 0, 0.02, 0, -0.01, 0])
    #expect(throws: AnalyticsError(series: "b", reason: .constant)) {
      try PortfolioProblem(panel: panel).riskParity()
    }
    #expect(throws: AnalyticsError.self) {
      try PortfolioProblem(panel: panel, expectedReturns: [1])
    }
    let flat = try ReturnPanel(assetNames: ["a", "b"], rowMajor: [0, 0, 0, 0])
    #expect(throws: AnalyticsError(series: "returns", reason: .constant)) {
      try PortfolioProblem(panel: flat).minimumRisk()
    }
    #expect(throws: AnalyticsError.self) { try PortfolioProblem(panel: panel).maximumRatio(riskFree: 0.5) }
    // A singular covariance still has a minimum: two identical assets.
    let twins = try Covariance(assetNames: ["a", "b"], rowMajor: [1, 1, 1, 1])
    let shared = try PortfolioProblem(covariance: twins).minimumRisk()
    #expect(abs(shared.risk - 1) < 1e-8)
  }
}
