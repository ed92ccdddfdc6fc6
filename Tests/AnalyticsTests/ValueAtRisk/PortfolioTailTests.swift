import Foundation
import Numerics
import Testing

@testable import Analytics

@Suite struct PortfolioTailTests {
  static func covariance() throws -> Covariance {
    try Covariance(
      assetNames: ["a", "b", "c"], volatilities: [0.1, 0.2, 0.3],
      correlations: [1, 0.5, 0.2, 0.5, 1, -0.3, 0.2, -0.3, 1])
  }

  @Test func componentsAddUpToTheTotal() throws {
    let weights = [0.5, 0.8, -0.3]
    let normal = try RiskContributions.normal(
      weights: weights, covariance: Self.covariance(), means: [0.01, 0.02, 0], confidence: 0.99)
    #expect(abs(normal.componentValueAtRisk.reduce(0, +) - normal.total.valueAtRisk) < 1e-12)
    #expect(abs(normal.componentExpectedShortfall.reduce(0, +) - normal.total.expectedShortfall) < 1e-12)
    // The marginal is the slope.
    let nudged = try RiskContributions.normal(
      weights: [0.5 + 1e-6, 0.8, -0.3], covariance: Self.covariance(), means: [0.01, 0.02, 0], confidence: 0.99)
    #expect(
      abs((nudged.total.valueAtRisk - normal.total.valueAtRisk) / 1e-6 - normal.marginalValueAtRisk[0]) < 1e-5)
    let stream = RandomStream(seed: 2)
    let panel = try ReturnPanel(assetNames: ["a", "b", "c"], rowMajor: stream.normals(count: 999))
    let historical = try RiskContributions.historical(weights: weights, panel: panel, confidence: 0.95)
    #expect(abs(historical.componentValueAtRisk.reduce(0, +) - historical.total.valueAtRisk) < 1e-12)
    #expect(
      abs(historical.componentExpectedShortfall.reduce(0, +) - historical.total.expectedShortfall) < 1e-12)
  }

  @Test func simulationAgreesWithTheClosedForm() throws {
    let covariance = try Self.covariance()
    let weights = [0.5, 0.3, 0.2]
    let exact = try ParametricTail.normal(deviation: covariance.variance(weights).squareRoot(), confidence: 0.95)
    let model = try CopulaModel(
      marginals: [0.1, 0.2, 0.3].map { .normal(mean: 0, deviation: $0) }, correlations: covariance.correlations,
      copula: .gaussian)
    let copula = try model.tail(weights: weights, scenarios: 20_000, seed: 7, confidence: 0.95)
    #expect(abs(copula.valueAtRisk / exact.valueAtRisk - 1) < 0.03)
    #expect(abs(copula.expectedShortfall / exact.expectedShortfall - 1) < 0.03)
    let linear = try LinearScenarios.normalTail(
      weights: weights, covariance: covariance, scenarios: 50_000, seed: 7, confidence: 0.95)
    #expect(abs(linear.valueAtRisk / exact.valueAtRisk - 1) < 0.02)
  }

  @Test func linearShortcutGivesTheSameScenarios() throws {
    let covariance = try Self.covariance()
    let weights = [0.5, 0.3, 0.2]
    let model = try CopulaModel(
      marginals: [0.1, 0.2, 0.3].map { .normal(mean: 0, deviation: $0) }, correlations: covariance.correlations,
      copula: .gaussian)
    let built = try model.profits(weights: weights, scenarios: 0..<500, seed: 3)
    let short = try LinearScenarios.normalProfits(weights: weights, covariance: covariance, scenarios: 500, seed: 3)
    #expect(agree(built, short, within: 1e-12))
    #expect(
      try LinearScenarios.normalProfits(
        weights: weights, covariance: covariance, scenarios: 500, seed: 3, threads: 3) == short)
    // Any split of the scenarios gives the same numbers.
    let parts =
      try model.profits(weights: weights, scenarios: 0..<137, seed: 3)
      + model.profits(weights: weights, scenarios: 137..<500, seed: 3)
    #expect(parts == built)
  }

  @Test func tCopulaHasFatterJointTails() throws {
    let correlations = [1, 0.3, 0.3, 1]
    func tail(_ copula: CopulaModel.Copula) throws -> TailRisk {
      try CopulaModel(
        marginals: [.normal(mean: 0, deviation: 1), .normal(mean: 0, deviation: 1)], correlations: correlations,
        copula: copula
      ).tail(weights: [1, 1], scenarios: 4000, seed: 11, confidence: 0.995)
    }
    #expect(try tail(.studentT(degreesOfFreedom: 2.5)).expectedShortfall > tail(.gaussian).expectedShortfall)
    // The t copula with t marginals of the same degrees is the multivariate t.
    let model = try CopulaModel(
      marginals: [Double](repeating: 1, count: 2).map {
        .studentT(location: 0, scale: $0, degreesOfFreedom: 4)
      }, correlations: correlations, copula: .studentT(degreesOfFreedom: 4))
    let exact = try ParametricTail.studentT(degreesOfFreedom: 4, scale: 2.6.squareRoot(), confidence: 0.95)
    let found = try model.tail(weights: [1, 1], scenarios: 20_000, seed: 1, confidence: 0.95)
    #expect(abs(found.valueAtRisk / exact.valueAtRisk - 1) < 0.05)
  }

  @Test func scenarioMatrixAgreesWithThePanel() throws {
    let panel = try ReturnPanel(
      assetNames: (0..<11).map(String.init), rowMajor: RandomStream(seed: 4).normals(count: 11 * 400))
    let weights = (0..<11).map { Double($0) / 10 - 0.3 }
    let exact = try HistoricalTail.estimate(panel.portfolioReturns(weights), confidence: 0.99)
    let fast = try ScenarioMatrix(panel).tail(weights: weights, confidence: 0.99)
    #expect(abs(exact.valueAtRisk - fast.valueAtRisk) < 1e-6)
    #expect(abs(exact.expectedShortfall - fast.expectedShortfall) < 1e-6)
    #expect(try ScenarioMatrix(panel).tail(weights: weights, confidence: 0.99, threads: 3) == fast)
  }

  /// The rounded copy only decides which rows are valued; the figures must be those of valuing all, to the bit.
  @Test(arguments: [0.99, 0.95, 0.999, 0.5])
  func aRoundedScenarioMatrixGivesTheSameBits(confidence: Double) throws {
    let (assets, rows) = (3, 65_600)
    var values = RandomStream(seed: 8).normals(count: assets * rows)
    // A column of rare jumps, whose rounding is coarse, and one that is always zero.
    for row in 0..<rows {
      values[row * assets + 1] = row % 5_000 == 7 ? -90 : values[row * assets + 1] * 0.01
      values[row * assets + 2] = 0
    }
    let matrix = try ScenarioMatrix(assetCount: assets, rowMajor: values)
    for weights in [[0.7, 0.3, 1], [0, 1, 0], [0, 0, 1], [-1e200, 2, 0]] {
      var profits = try matrix.profits(weights: weights)
      let exact = profits.withUnsafeMutableBufferPointer { HistoricalTail.tail(of: $0, confidence: confidence) }
      #expect(try matrix.tail(weights: weights, confidence: confidence) == exact)
      #expect(try matrix.tail(weights: weights, confidence: confidence, threads: 3) == exact)
      #expect(try LinearScenarios.tail(rowMajor: values, weights: weights, confidence: confidence) == exact)
    }
    // A bad value among many is found, though it has no place in an order.
    values[40_000 * assets] = .nan
    #expect(throws: AnalyticsError(series: "scenarios", row: 40_000, reason: .notFinite)) {
      try LinearScenarios.tail(rowMajor: values, weights: [1, 1, 1], confidence: confidence)
    }
  }

  @Test func profitsBeyondTheRangeOfNumbersAreRefused() throws {
    let matrix = try ScenarioMatrix(assetCount: 1, rowMajor: [1e300, -1e300])
    #expect(throws: AnalyticsError.self) { try matrix.tail(weights: [1e300], confidence: 0.9) }
  }

  /// Maximum of the t copula's likelihood of the ranks by SciPy 1.16 (bounded scalar minimisation), Pearson correlations.
  @Test func degreesOfFreedomOfACopulaAreLikeliest() throws {
    // By scipy: kendalltau, t.ppf of ranks over n + 1, minimize_scalar of the copula's likelihood.
    #expect(try CopulaModel.fittedDegreesOfFreedom(syntheticPanel()) == CopulaModel.gaussianLimit)
    var rows: [Double] = []
    for row in 1...120 {
      let share = Double(7919 * row % 101) / 101
      let cube = share * share * share
      let size = 1 + 4 * cube * cube
      let common = 0.6 * (Double(1009 * row % 97) / 97 - 0.5)
      for asset in 0..<3 {
        let own = Double((3571 * row * (asset + 2) + 17 * asset) % 103) / 103 - 0.5
        rows.append(size * (own + common))
      }
    }
    let panel = try ReturnPanel(assetNames: ["A", "B", "C"], rowMajor: rows)
    #expect(abs(try CopulaModel.fittedDegreesOfFreedom(panel) - 2.221858739) < 1e-3)
    #expect(throws: AnalyticsError.self) {
      try CopulaModel.fittedDegreesOfFreedom(ReturnPanel(assetNames: ["A"], columns: [Probe.returns]))
    }
  }

  /// Two normal assets under a Gaussian copula are a normal portfolio, whose figures are known; the errors must cover them.
  @Test func simulatedTailsKnowTheirError() throws {
    let model = try CopulaModel(
      marginals: [.normal(mean: 0, deviation: 0.01), .normal(mean: 0, deviation: 0.02)],
      correlations: [1, 0.5, 0.5, 1], copula: .gaussian)
    // 1² + 2² + 2 · ½ · 1 · 2.
    let deviation = 7.0.squareRoot()
    let tails = try model.simulatedTails(
      weights: [100, 100], scenarios: 20_000, seed: 5, confidences: [0.95, 0.99])
    for (tail, value, shortfall) in [(tails[0], 1.644853627, 2.062712808), (tails[1], 2.326347874, 2.66521422)] {
      #expect(abs(tail.risk.valueAtRisk - value * deviation) < 3 * tail.valueAtRiskError)
      #expect(abs(tail.risk.expectedShortfall - shortfall * deviation) < 3 * tail.expectedShortfallError)
      #expect(tail.valueAtRiskError < 0.03 * tail.risk.valueAtRisk && tail.expectedShortfallError > 0)
    }
    // Asymptotic theory: sqrt(p (1 − p)/n)/φ(z) deviations for the quantile at 95 %.
    let theory = (0.05 * 0.95 / 20_000).squareRoot() / 0.103135640 * deviation
    #expect(abs(tails[0].valueAtRiskError / theory - 1) < 0.25)
  }

  @Test func singularCorrelationsAreRefused() {
    #expect(throws: AnalyticsError.self) {
      try CopulaModel(
        marginals: [.normal(mean: 0, deviation: 1), .normal(mean: 0, deviation: 1)], correlations: [1, 1, 1, 1],
        copula: .gaussian)
    }
    #expect(throws: AnalyticsError.self) {
      try CopulaModel(
        marginals: [.normal(mean: 0, deviation: 1), .normal(mean: 0, deviation: 1)], correlations: [1, 2, 2, 1],
        copula: .gaussian)
    }
  }

  @Test("A fifth off the price takes a quarter of an inverse contract's value in coins, and half of it all.")
  func inverseContractsAreStressedByOneOverThePrice() throws {
    var long = StressPosition(asset: "I", value: 14_781, relativeSpread: 0.01)
    long.isInverse = true
    func loss(_ move: Double, _ position: StressPosition) throws -> StressResult {
      try StressScenario(name: "move", shocks: [.init(.price, size: move)]).apply(to: [position])
    }
    let fall = try loss(-0.2, long)
    #expect(abs(fall.priceLoss - 3_695.25) < 1e-9 && abs(fall.spreadCost - 14_781 / 0.8 * 0.01 / 2) < 1e-9)
    let (half, double) = (try loss(-0.5, long).priceLoss, try loss(1, long).priceLoss)
    #expect(abs(half - 14_781) < 1e-9 && abs(double + 7_390.5) < 1e-9)
    #expect(throws: AnalyticsError.self) { try loss(-1, long) }
    long.value = 0
    #expect(try loss(-1, long).totalLoss == 0)
    long.value = -100
    #expect(abs(try loss(-0.2, long).priceLoss + 25) < 1e-12)
  }

  @Test func stressScenariosAddUpByCause() throws {
    let positions = [
      StressPosition(
        asset: "A", value: 1000, relativeSpread: 0.002, dailyVolatility: 0.02, dailyTurnover: 100_000,
        volatilitySensitivity: -50),
      StressPosition(asset: "B", value: -500),
    ]
    let crash = StressScenario(
      name: "crash",
      shocks: [
        .init(.price, size: -0.2), .init(.price, asset: "B", size: -0.4), .init(.spread, size: 5),
        .init(.volatility, size: 3), .init(.liquidity, size: 0.1),
      ])
    let result = try crash.apply(to: positions)
    #expect(abs(result.priceLoss - (200 - 200)) < 1e-12)
    #expect(abs(result.volatilityLoss - 100) < 1e-12)
    #expect(abs(result.spreadCost - 800 * 0.002 * 5 / 2) < 1e-12)
    #expect(abs(result.impactCost - 800 * 0.06 * (800 / 10_000.0).squareRoot()) < 1e-12)
    #expect(abs(result.totalLoss - result.lossByAsset.values.reduce(0, +)) < 1e-9)
    // A sensitivity stated with the scenario is a share of the position's value, beside the position's own.
    let vega = StressScenario(
      name: "vega",
      shocks: [.init(.volatility, size: 3), .init(.volatilitySensitivity, asset: "B", size: 0.25)])
    let held = try vega.apply(to: positions)
    #expect(abs(held.volatilityLoss - (100 + 250)) < 1e-12)
    #expect(vega.formula.contains("for B a gain of 0.25 v per relative change of σ"))
    let all = StressScenario(
      name: "all", shocks: [.init(.volatility, size: 2), .init(.volatilitySensitivity, size: -0.1)])
    #expect(abs(try all.apply(to: positions).volatilityLoss - (50 + 100 - 50)) < 1e-12)
    #expect(all.formula.hasPrefix("Σ −v m − −0.1 v (2 − 1) + "))
    let copy = try JSONDecoder().decode(StressScenario.self, from: JSONEncoder().encode(crash))
    #expect(copy == crash)
    #expect(throws: AnalyticsError.self) {
      try StressScenario(name: "typo", shocks: [.init(.price, asset: "C", size: 0)]).apply(to: positions)
    }
    #expect(throws: AnalyticsError(series: "x", row: 0, reason: .belowTotalLoss)) {
      try StressScenario(name: "x", shocks: [.init(.price, size: -1.5)]).apply(to: positions)
    }
  }
}
