import Analytics
import Foundation
import Testing

/// The code of the guide, run; and the guide's code, compared with it.
@Suite struct GuideTests {
  static let returns = pattern(7919, modulus: 101, mean: 0.012)
  static let others = pattern(6997, modulus: 97, mean: 0.0115)

  private static func pattern(_ step: Int, modulus: Int, mean: Double) -> [Double] {
    (1...250).map { (day: Int) -> Double in
      let place = step * day % modulus
      return Double(place) / 4000 - mean
    }
  }

  @Test func tails() throws {
    let returns = Self.returns
    let risk = try HistoricalTail.estimate(returns, confidence: 0.99)
    let filtered = try FilteredHistoricalTail.exponentiallyWeighted(returns, decay: 0.94, confidence: 0.99)
    let extreme = try PeaksOverThreshold(losses: returns.map { -$0 }, threshold: 0.005).tail(confidence: 0.99)
    print(risk.valueAtRisk, risk.expectedShortfall, filtered.valueAtRisk, extreme.expectedShortfall)
    #expect(risk.expectedShortfall >= risk.valueAtRisk && filtered.valueAtRisk > 0 && extreme.valueAtRisk > 0)
  }

  @Test func backtests() throws {
    let returns = Self.returns
    let backtest = try RollingBacktest.run(
      returns, window: 100, method: .filteredHistorical(decay: 0.94), confidence: 0.95)
    for test in backtest.coverage { print(test.name, test.statistic, test.pValue) }
    print(backtest.trafficLight.zone, backtest.conditionalShortfall ?? 0, backtest.unconditionalShortfall ?? 0)
    let calm = returns[..<100].sorted()
    // Z3 asks each day's whole forecast distribution: the ranks of the returns, and the quantiles of the forecast.
    let ranks = returns[100...].map { value in
      (Double(calm.count { $0 <= value }) + 0.5) / 101
    }
    let ranked = try ShortfallTests.ranked(probabilities: ranks, confidence: 0.95) { _, probability in
      calm[Int(probability * 99.999)]
    }
    print(ranked)
    #expect(backtest.forecasts.count == 150 && ranked.isFinite)
  }

  @Test func volatility() throws {
    let returns = Self.returns
    let fit = try GARCH.fit(returns, errors: .normal, asymmetric: true)
    let path = try fit.model.forecast(from: fit.filtered.nextVariance, horizon: 10)
    print(fit.parameterNames, fit.logLikelihood, fit.robustErrors ?? [], path)
    #expect(path.count == 10 && path.allSatisfy { $0 > 0 })
  }

  @Test func paths() throws {
    let returns = Self.returns
    var plan = MonteCarloPlan(paths: 1_600, seed: 1)
    plan.figures = [.sharpeRatio]
    plan.stop = MonteCarloPlan.StopRule(figure: .terminalWealth, standardError: 0.001)
    var own = try MonteCarloRun(ReturnResampling(returns: returns), plan: plan)
    var model = try MonteCarloRun(
      HestonModel(
        drift: 0.05, startVariance: 0.04, meanVariance: 0.04, reversion: 2, volatilityOfVariance: 0.3,
        correlation: -0.7, years: 1, steps: 12),
      plan: MonteCarloPlan(paths: 160, seed: 1))
    let resampled = try own.run()
    let simulated = try model.run()
    print(resampled.probabilityOfLoss, resampled.maximumDrawdown?.mean.value ?? 0, simulated.ruin.count)
    #expect(resampled.paths > 0 && simulated.paths == 160)
  }

  @Test func luck() throws {
    let returns = Self.returns
    let others = Self.others
    let variants = try VariantReturns([returns, others], names: ["fast", "slow"])
    let overfitting = try BacktestOverfitting(variants, blocks: 8)
    let trials = try EffectiveTrials.participationRatio.count(variants)
    let sharpe = try SharpeInference(sharpe: 0.05, count: returns.count)
    let deflated = try sharpe.deflated(trials: trials, trialVariance: variants.sharpeVariance)
    print(overfitting.probability, trials, deflated)
    // Purged folds, combinatorial paths and walk-forward windows are rows to train and to test on.
    let validation = try PurgedCrossValidation(rows: returns.count, embargo: 5)
    let paths = try CombinatorialSplits(validation, groups: 6, tested: 2)
    let windows = try WalkForward(rows: returns.count, train: 100, test: 25, gap: 5)
    print(try validation.folds(5)[0].train.count, paths.paths.count, windows.splits.count)
    #expect(paths.paths.count == 5 && windows.splits.count == 6 && trials >= 1)
  }

  @Test func portfolios() throws {
    let returns = Self.returns
    let others = Self.others
    let panel = try ReturnPanel(assetNames: ["A", "B"], columns: [returns, others])
    var constraints = PortfolioConstraints(assetCount: 2)
    constraints.upperBounds = [0.8, 0.8]
    constraints.linear = [.init(name: "sector", coefficients: [1, 0], atLeast: 0.3)]
    let problem = try PortfolioProblem(
      panel: panel, covariance: Covariance.ledoitWolf(panel), constraints: constraints)
    let safest = try problem.minimumRisk()
    let parity = try problem.riskParity()
    let tail = try PortfolioProblem(panel: panel, measure: .conditionalValueAtRisk(confidence: 0.95)).minimumRisk()
    let tree = try HierarchicalPortfolios(panel: panel).riskParity()
    let study = try RebalancingStudy.run(panel, target: safest.weights, policy: .every(rows: 20), costRate: 0.001)
    print(safest.weights, parity.weights, tail.risk, tree.weights, study.wealth.last ?? 1, study.costs)
    #expect(safest.weights[0] >= 0.3 - 1e-9 && abs(safest.weights.reduce(0, +) - 1) < 1e-9)
  }

  /// Every line of code in the guide is a line of this file.
  @Test func theGuideIsThisCode() throws {
    let here = URL(filePath: #filePath)
    let root = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let lines = Set(
      try String(contentsOf: here, encoding: .utf8).split(separator: "\n").map {
        $0.trimmingCharacters(in: .whitespaces)
      })
    let guide = try String(contentsOf: root.appending(path: "Sources/Analytics/ANALYTICS.md"), encoding: .utf8)
    var count = 0
    for (number, block) in guide.components(separatedBy: "```").enumerated() where number % 2 == 1 {
      for line in block.split(separator: "\n").dropFirst(block.hasPrefix("swift") ? 1 : 0) {
        let line = line.trimmingCharacters(in: .whitespaces)
        if line.isEmpty || line.hasPrefix("import ") { continue }
        #expect(lines.contains(line), "the guide has '\(line)'")
        count += 1
      }
    }
    #expect(count > 40)
  }
}
