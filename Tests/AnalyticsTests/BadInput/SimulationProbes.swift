import Analytics
import Numerics

/// Paths, resampling and the Monte Carlo over execution.
enum SimulationProbes {
  static let all: [Probe] = sources + plans + execution

  static func outcome(_ source: some PathSource) throws -> Any {
    var plan = MonteCarloPlan(paths: 32, seed: 1)
    plan.figures = Set(PathFigure.allCases)
    plan.fanSteps = [source.steps - 1]
    var run = try MonteCarloRun(source, plan: plan)
    let result = try run.run()
    return (result.figures.values.map { ($0.mean, $0.quantiles) }, result.fan, result.probabilityOfLoss, result.ruin)
  }

  static let sources: [Probe] = [
    .parameters(
      "GeometricBrownianMotion.init(drift:volatility:years:steps:)",
      "GeometricBrownianMotion.fill(block:seed:scheme:logReturns:simpleReturns:)", good: [0.05, 0.2, 1],
      allowsInfinity: true
    ) { try outcome(GeometricBrownianMotion(drift: $0[0], volatility: $0[1], years: $0[2], steps: 4)) },
    .parameters(
      "OrnsteinUhlenbeck.init(start:level:reversion:volatility:years:steps:)",
      "OrnsteinUhlenbeck.fill(block:seed:scheme:logReturns:simpleReturns:)", good: [0, 0.1, 2, 0.2, 1],
      allowsInfinity: true
    ) {
      try outcome(
        OrnsteinUhlenbeck(
          start: $0[0], level: $0[1], reversion: $0[2], volatility: $0[3], years: $0[4], steps: 4))
    },
    .parameters(
      "MertonJumpDiffusion.init(drift:volatility:jumpIntensity:jumpMean:jumpDeviation:years:steps:)",
      "MertonJumpDiffusion.fill(block:seed:scheme:logReturns:simpleReturns:)", good: [0.05, 0.2, 1, -0.1, 0.2, 1],
      allowsInfinity: true
    ) {
      try outcome(
        MertonJumpDiffusion(
          drift: $0[0], volatility: $0[1], jumpIntensity: $0[2], jumpMean: $0[3], jumpDeviation: $0[4],
          years: $0[5], steps: 4))
    },
    .parameters(
      "HestonModel.init(drift:startVariance:meanVariance:reversion:volatilityOfVariance:correlation:years:steps:)",
      "HestonModel.fill(block:seed:scheme:logReturns:simpleReturns:)", good: [0.05, 0.04, 0.04, 1.5, 0.5, -0.7, 1],
      allowsInfinity: true
    ) {
      try outcome(
        HestonModel(
          drift: $0[0], startVariance: $0[1], meanVariance: $0[2], reversion: $0[3], volatilityOfVariance: $0[4],
          correlation: $0[5], years: $0[6], steps: 4))
    },
    .parameters(
      "CorrelatedAssets.init(drifts:volatilities:correlation:weights:years:steps:)",
      "CorrelatedAssets.fill(block:seed:scheme:logReturns:simpleReturns:)", good: [0.05, 0.2, 0.3, 0.5, 1],
      allowsInfinity: true
    ) {
      try outcome(
        CorrelatedAssets(
          drifts: [$0[0], 0.03], volatilities: [$0[1], 0.1], correlation: Matrix([[1, $0[2]], [$0[2], 1]]),
          weights: [$0[3], 0.4], years: $0[4], steps: 4))
    },
    .parameters(
      "GarchBootstrap.init(mean:omega:alpha:gamma:beta:startVariance:residuals:steps:)",
      "GarchBootstrap.fill(block:seed:scheme:logReturns:simpleReturns:)", good: [0.0001, 1e-6, 0.1, 0.05, 0.8, 0.0001],
      allowsInfinity: true
    ) {
      try outcome(
        GarchBootstrap(
          mean: $0[0], omega: $0[1], alpha: $0[2], gamma: $0[3], beta: $0[4], startVariance: $0[5],
          residuals: [-1, 1], steps: 4))
    },
    .series("GarchBootstrap.init(mean:omega:alpha:gamma:beta:startVariance:residuals:steps:)") {
      try outcome(
        GarchBootstrap(mean: 0, omega: 1e-6, alpha: 0.1, beta: 0.8, startVariance: 0.0001, residuals: $0, steps: 4))
    },
    .series(
      "ReturnResampling.init(returns:method:steps:series:)",
      "ReturnResampling.fill(block:seed:scheme:logReturns:simpleReturns:)"
    ) { try outcome(ReturnResampling(returns: $0)) },
    .series("ReturnResampling.init(returns:method:steps:series:)") {
      try outcome(ReturnResampling(returns: $0, method: .independent))
    },
    .parameters("ReturnResampling.init(returns:method:steps:series:)", good: [5]) {
      try outcome(ReturnResampling(returns: Probe.returns, method: .stationary(meanLength: $0[0])))
    },
    .series("TradeShuffle.init(tradeReturns:)", "TradeShuffle.fill(block:seed:scheme:logReturns:simpleReturns:)") {
      try outcome(TradeShuffle(tradeReturns: $0))
    },
    .series("TradeShuffle.init(tradeProfits:startingCapital:)") {
      try outcome(TradeShuffle(tradeProfits: $0, startingCapital: 100))
    },
    .parameters("TradeShuffle.init(tradeProfits:startingCapital:)", good: [100]) {
      try outcome(TradeShuffle(tradeProfits: [3, -4, 2, 5], startingCapital: $0[0]))
    },
    .series("BlockLength.init(_:series:)") {
      let length = try BlockLength($0)
      return [length.stationary, length.circular]
    },
  ]

  static let plans: [Probe] = [
    .parameters("MonteCarloPlan.StopRule.init(figure:standardError:)", good: [0.5, 0.9, 252, 0.0001, 0.01]) {
      var plan = MonteCarloPlan(paths: 32, seed: 1)
      plan.probabilities = [$0[0]]
      plan.ruinLevels = [$0[1]]
      plan.periodsPerYear = $0[2]
      plan.riskFreePerStep = $0[3]
      plan.stop = .init(figure: .terminalWealth, standardError: $0[4])
      plan.figures = [.sharpeRatio]
      var run = try MonteCarloRun(
        GeometricBrownianMotion(drift: 0.05, volatility: 0.2, years: 1, steps: 4), plan: plan)
      let result = try run.run()
      return (
        result.figures.values.map { ($0.mean, $0.quantiles) }, result.ruin.map(\.probability),
        result.terminalWealth?.quantile(plan.probabilities[0])
      )
    },
    .parameters(
      "MonteCarloExpectation.estimate<Source(_:plan:control:payoff:)",
      "MonteCarloExpectation.Control.init(expectation:value:)",
      "MonteCarloExpectation.Control.terminalWealth(expectation:)", "FigureSummary.quantile(_:)", good: [1.05, 1]
    ) { values in
      try MonteCarloExpectation.estimate(
        GeometricBrownianMotion(drift: 0.05, volatility: 0.2, years: 1, steps: 4),
        plan: MonteCarloPlan(paths: 96, seed: 1), control: .terminalWealth(expectation: values[0])
      ) { [strike = values[1]] outcome in strike.isNaN ? .nan : max(outcome.terminalWealth - strike, 0) }
    },
    .parameters("QuantileSketch.add(_:)", "QuantileSketch.quantiles(_:)", good: [1, 2, 3, 0.5], allowsInfinity: true) {
      var sketch = QuantileSketch()
      var buckets = QuantileSketch(exactLimit: 1)
      for value in $0.dropLast() + [4, 5] {
        sketch.add(value)
        buckets.add(value)
      }
      // A probability outside 0 to 1 has the documented answer NaN; here only the others are looked at.
      let isKnown = $0[3] >= 0 && $0[3] <= 1
      return isKnown ? sketch.quantiles([$0[3]]) + buckets.quantiles([$0[3], 0.2]) : sketch.quantiles([0.5])
    },
  ]

  static let drawnLatency = DrawnFactor("latency", numbers: Probe.returns.map { 1 + 50 * $0 })
  static func outcomes(_ profits: [Double], factors: [DrawnFactor]) throws -> ExecutionOutcomes {
    try ExecutionOutcomes(
      profits: profits, fills: profits.indices.map { 10 + $0 % 7 }, deepestDrawdowns: profits.map { -abs($0) },
      base: .init(profit: 0.001, fills: 12, deepestDrawdown: -0.1), factors: factors)
  }

  static let execution: [Probe] = [
    .series(
      "ExecutionOutcomes.init(profits:fills:deepestDrawdowns:base:factors:)",
      "ExecutionUncertainty.init(_:probabilities:level:)", "ExecutionUncertainty.unexplainedShare",
      "DrawnFactor.init(_:numbers:)"
    ) { profits in
      let uncertainty = try ExecutionUncertainty(
        outcomes(
          profits,
          factors: [
            DrawnFactor("latency", numbers: Array(Probe.returns.prefix(profits.count))),
            DrawnFactor("queue", choices: profits.indices.map { ["exact", "risk-averse"][$0 % 2] }),
          ]))
      return (uncertainty, uncertainty.unexplainedShare)
    },
    .series("DrawnFactor.init(_:numbers:)") { numbers in
      try ExecutionUncertainty(
        outcomes(Array(Probe.returns.prefix(numbers.count)), factors: [DrawnFactor("latency", numbers: numbers)]))
    },
    .parameters("ExecutionOutcomes.Outcome.init(profit:fills:deepestDrawdown:)", good: [1, -0.1]) {
      try ExecutionUncertainty(
        ExecutionOutcomes(
          profits: [1, 2, 3], fills: [1, 1, 2], deepestDrawdowns: [0, -0.1, -0.2],
          base: .init(profit: $0[0], fills: 1, deepestDrawdown: $0[1])))
    },
    .parameters("ExecutionUncertainty.init(_:probabilities:level:)", good: [0.5, 0.95]) {
      try ExecutionUncertainty(
        outcomes(Probe.returns, factors: [drawnLatency]), probabilities: [$0[0]], level: $0[1])
    },
    .series(
      "OutcomeDistribution.init(_:base:probabilities:level:series:)", "OutcomeDistribution.baseAdvantage",
      "OutcomeDistribution.quantile(_:)"
    ) {
      let distribution = try OutcomeDistribution($0, base: 0)
      return (distribution, distribution.baseAdvantage, distribution.quantile(0.5))
    },
  ]
}
