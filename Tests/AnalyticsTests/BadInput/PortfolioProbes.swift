import Analytics
import Numerics

/// Covariances, optimisation, trees, views and rebalancing.
enum PortfolioProbes {
  static let all: [Probe] = matrices + problems + others

  static func problem() throws -> PortfolioProblem { try PortfolioProblem(panel: TailProbes.panel(Probe.returns)) }
  /// Every measure of risk, its parameter the confidence or the target.
  static func measures(_ level: Double) -> [RiskMeasure] {
    [
      .variance, .meanAbsoluteDeviation, .giniMeanDifference, .semivariance, .firstLowerPartialMoment(target: level),
      .secondLowerPartialMoment(target: level), .conditionalValueAtRisk(confidence: level),
      .tailGini(confidence: level), .entropicValueAtRisk(confidence: level), .worstRealization, .range,
      .conditionalValueAtRiskRange(confidence: level), .tailGiniRange(confidence: level), .maximumDrawdown,
      .averageDrawdown, .conditionalDrawdown(confidence: level), .entropicDrawdown(confidence: level), .ulcerIndex,
    ]
  }

  static let matrices: [Probe] = [
    .series("ReturnPanel.init(assetNames:rowMajor:)", "ReturnPanel.subscript(row:asset:)") {
      let panel = try ReturnPanel(assetNames: ["A"], rowMajor: $0)
      return panel[0, 0]
    },
    .series(
      "ReturnPanel.init(assetNames:columns:)", "ReturnPanel.column(_:)", "ReturnPanel.means",
      "ReturnPanel.portfolioReturns(_:)"
    ) {
      let panel = try TailProbes.panel($0)
      return try panel.column(0) + panel.means + panel.portfolioReturns([0.5, 0.5])
    },
    .prices("ReturnPanel.init(assetNames:priceColumns:)") {
      try ReturnPanel(assetNames: ["A", "B"], priceColumns: [$0, $0]).means
    },
    .series("ReturnPanel.portfolioReturns(_:)", good: [0.5, 0.5]) {
      try TailProbes.panel(Probe.returns).portfolioReturns($0)
    },
    .series("Covariance.sample") {
      let panel = try TailProbes.panel($0)
      return [try Covariance.sample(panel), try Covariance.exponentiallyWeighted(panel)]
    },
    .series("Covariance.ledoitWolf") {
      let panel = try TailProbes.panel($0)
      return [try Covariance.ledoitWolf(panel), try Covariance.oracleApproximating(panel)]
    },
    .series("Covariance.factorModel") {
      let factors = try ReturnPanel(assetNames: ["market"], columns: [$0])
      return try Covariance.factorModel(TailProbes.panel(Array(Probe.returns.prefix($0.count))), factors: factors)
    },
    .parameters("Covariance.exponentiallyWeighted(_:decay:)", good: [0.94]) {
      try Covariance.exponentiallyWeighted(TailProbes.panel(Probe.returns), decay: $0[0])
    },
    .series(
      "Covariance.init(assetNames:rowMajor:shrinkage:)", "Covariance.subscript(row:column:)", "Covariance.volatilities",
      "Covariance.times(_:)", "Covariance.variance(_:)", "Covariance.correlations",
      "HierarchicalClustering.correlationDistances(_:)", good: TailProbes.correlated, namesRow: false
    ) {
      let matrix = try TailProbes.covariance($0)
      return matrix.volatilities + matrix.times([1, 2]) + matrix.correlations
        + HierarchicalClustering.correlationDistances(matrix) + [matrix[0, 1], matrix.variance([1, -1])]
    },
    .series("Covariance.init(assetNames:volatilities:correlations:)", good: [0.2, 0.3]) {
      try Covariance(assetNames: TailProbes.names, volatilities: $0, correlations: [1, 0.2, 0.2, 1])
    },
    .parameters("Covariance.init(assetNames:volatilities:correlations:)", good: [0.2]) {
      try Covariance(assetNames: TailProbes.names, volatilities: [0.1, 0.2], correlations: [1, $0[0], $0[0], 1])
    },
  ]

  static let problems: [Probe] = [
    .series("RiskMeasure.value(of:)") { values in try measures(0.9).map { try $0.value(of: values) } },
    .parameters("RiskMeasure.value(of:)", good: [0.9], allowsInfinity: true) { values in
      try ReturnProbes.figuresOf(measures(values[0])) { try $0.value(of: Probe.returns) }
    },
    .series("PortfolioProblem.init(panel:measure:expectedReturns:covariance:constraints:)") { values in
      let panel = try TailProbes.panel(values)
      return try measures(0.9).compactMap { measure -> Portfolio? in
        let problem = try PortfolioProblem(panel: panel, measure: measure)
        do { return try problem.minimumRisk() } catch let error as AnalyticsError {
          // A program that these returns give no answer to says so; the others are looked at.
          if error.series.isEmpty { throw error }
          return nil
        }
      }.map { ($0, 0.0) } + [(try PortfolioProblem(panel: panel).minimumRisk(), 0.0)]
    },
    .series(
      "PortfolioProblem.init(covariance:expectedReturns:constraints:)", "PortfolioProblem.expectedReturn(of:)",
      good: [0.01, 0.02]
    ) {
      let problem = try PortfolioProblem(covariance: TailProbes.covariance(), expectedReturns: $0)
      return ([try problem.maximumReturn(), try problem.minimumRisk()], problem.expectedReturn(of: [0.5, 0.5]))
    },
    .series("PortfolioProblem.risk(of:)", good: [0.5, 0.5]) { try problem().risk(of: $0) },
    .prices("PortfolioProblem.riskParity(budgets:)", good: [0.5, 0.5]) { try problem().riskParity(budgets: $0) },
    .parameters("PortfolioProblem.maximumUtility(aversion:)", good: [3]) {
      try problem().maximumUtility(aversion: $0[0])
    },
    .parameters("PortfolioProblem.maximumRatio(riskFree:)", good: [-0.01]) {
      try problem().maximumRatio(riskFree: $0[0])
    },
    .parameters("PortfolioProblem.maximumReturn(riskAtMost:)", good: [0.01]) {
      try problem().maximumReturn(riskAtMost: $0[0])
    },
    .parameters("PortfolioProblem.maximumGrowth(fraction:)", good: [0.5]) {
      try problem().maximumGrowth(fraction: $0[0])
    },
    .parameters(
      "PortfolioConstraints.longShort(assetCount:grossLimit:bound:)",
      "PortfolioConstraints.Linear.init(name:coefficients:atLeast:atMost:)", good: [1.5, 1, 0.2, 0.9]
    ) {
      var problem = try problem()
      problem.constraints = .longShort(assetCount: 2, grossLimit: $0[0], bound: $0[1])
      problem.constraints.linear = [.init(name: "sector", coefficients: [1, 0], atLeast: $0[2], atMost: $0[3])]
      return try problem.minimumRisk()
    },
    .parameters(
      "Portfolio.init(assetNames:weights:expectedReturn:risk:method:isHeuristic:)", "Portfolio.turnover(from:)",
      good: [1]
    ) { _ in
      Portfolio(assetNames: ["A"], weights: [1], expectedReturn: 0, risk: 1, method: "").turnover(from: [0.5])
    },
  ]

  static let others: [Probe] = [
    .series("HierarchicalPortfolios") { values in
      let portfolios = try HierarchicalPortfolios(panel: TailProbes.panel(values))
      return [try portfolios.riskParity(), try portfolios.equalRiskContribution()]
    },
    .series(
      "HierarchicalClustering.init(distances:count:linkage:)",
      "HierarchicalClustering.gapClusterCount(distances:maximum:)", good: [0, 0.3, 0.5, 0.3, 0, 0.2, 0.5, 0.2, 0]
    ) {
      let tree = try HierarchicalClustering(distances: $0, count: 3)
      return tree.merges.map(\.distance) + [Double(tree.gapClusterCount(distances: $0))]
    },
    .series("BlackLitterman.init(prior:covariance:tau:)", good: [0.01, 0.02]) {
      try BlackLitterman(prior: $0, covariance: TailProbes.covariance()).posterior(views: []).expectedReturns
    },
    .series("BlackLitterman.init(equilibriumWeights:aversion:covariance:tau:)", good: [0.6, 0.4]) {
      try BlackLitterman(equilibriumWeights: $0, aversion: 2.5, covariance: TailProbes.covariance()).prior
    },
    .parameters(
      "BlackLitterman.View.init(weights:value:confidence:)", "BlackLitterman.Posterior.optimalWeights(aversion:)",
      "BlackLitterman.init(equilibriumWeights:aversion:covariance:tau:)", good: [2.5, 0.05, 1, -1, 0.02, 0.5, 2.5]
    ) {
      let posterior = try BlackLitterman(
        equilibriumWeights: [0.6, 0.4], aversion: $0[0], covariance: TailProbes.covariance(), tau: $0[1]
      ).posterior(views: [.init(weights: [$0[2], $0[3]], value: $0[4], confidence: $0[5])])
      return (posterior, try posterior.optimalWeights(aversion: $0[6]))
    },
    .series("RebalancingStudy.run(_:target:policy:costRate:)") {
      try RebalancingStudy.run(TailProbes.panel($0), target: [0.5, 0.5], policy: .every(rows: 5), costRate: 0.001)
    },
    .series("RebalancingStudy.run(_:policy:costRate:target:)", good: [0.5, 0.4]) { target in
      try RebalancingStudy.run(TailProbes.panel(Probe.returns), policy: .band(0.001), costRate: 0.001) {
        (_: Int) throws(AnalyticsError) in target
      }
    },
    .parameters("RebalancingStudy.run(_:target:policy:costRate:)", good: [0.001, 0.05]) {
      try RebalancingStudy.run(
        TailProbes.panel(Probe.returns), target: [0.5, 0.5], policy: .band($0[1]), costRate: $0[0])
    },
  ]
}

extension ReturnProbes {
  /// The answers of those that have one; the first error when none has.
  static func figuresOf<Item>(_ items: [Item], _ figure: (Item) throws -> Double) throws -> [Double] {
    var numbers: [Double] = []
    var first: (any Error)?
    for item in items {
      do { numbers.append(try figure(item)) } catch {
        guard error is AnalyticsError else { throw error }
        first = first ?? error
      }
    }
    if numbers.isEmpty, let first { throw first }
    return numbers
  }
}
