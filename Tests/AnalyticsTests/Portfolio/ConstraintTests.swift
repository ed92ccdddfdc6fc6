import Testing

@testable import Analytics

/// Every optimiser keeps every kind of constraint or refuses it by name; none is passed over in silence.
@Suite struct ConstraintTests {
  /// One kind of constraint with what breaks it.
  struct Kind: Sendable, CustomTestStringConvertible {
    let name: String
    let set: @Sendable (inout PortfolioConstraints) -> Void
    /// How far weights are beyond the limit; at most zero when it is kept.
    let excess: @Sendable (_ weights: [Double], _ means: [Double]) -> Double

    var testDescription: String { name }
  }

  static let previous = [0.4, 0.3, 0.1, 0.1, 0.1]
  static let costs = [0.0001, 0.0002, 0.0001, 0.0002, 0.0001]

  static func traded(_ weights: [Double]) -> Double { zip(weights, previous).reduce(0) { $0 + abs($1.0 - $1.1) } }
  static func gain(_ weights: [Double], _ means: [Double]) -> Double {
    zip(weights, means).reduce(0) { $0 + $1.0 * $1.1 }
  }

  static let kinds: [Kind] = [
    Kind(name: "upper bound", set: { $0.upperBounds = [0.15, 0.25, 1, 1, 1] }) { weights, _ in
      max(weights[0] - 0.15, weights[1] - 0.25)
    },
    Kind(name: "lower bound", set: { $0.lowerBounds[4] = 0.3 }) { weights, _ in 0.3 - weights[4] },
    Kind(name: "budget", set: { $0.budget = 0.8 }) { weights, _ in abs(weights.reduce(0, +) - 0.8) },
    Kind(
      name: "sector at least",
      set: { $0.linear = [.init(name: "late", coefficients: [0, 0, 0, 1, 1], atLeast: 0.45)] }
    ) { weights, _ in 0.45 - weights[3] - weights[4] },
    Kind(
      name: "factor at most",
      set: { $0.linear = [.init(name: "loading", coefficients: [1, 0.5, 0, -0.5, -1], atMost: 0.05)] }
    ) { weights, _ in weights[0] + 0.5 * weights[1] - 0.5 * weights[3] - weights[4] - 0.05 },
    Kind(
      name: "turnover",
      set: {
        $0.previousWeights = previous
        $0.turnoverLimit = 0.1
      }
    ) { weights, _ in traded(weights) - 0.1 },
    Kind(
      name: "gross exposure",
      set: {
        $0.lowerBounds = [Double](repeating: -1, count: 5)
        $0.grossLimit = 1.2
      }
    ) { weights, _ in weights.reduce(0) { $0 + abs($1) } - 1.2 },
    Kind(
      name: "short exposure",
      set: {
        $0.lowerBounds = [Double](repeating: -1, count: 5)
        $0.shortLimit = 0.05
      }
    ) { weights, _ in weights.reduce(0) { $0 - min(0, $1) } - 0.05 },
    Kind(name: "minimum return", set: { $0.minimumReturn = 0.0012 }) { weights, means in 0.0012 - gain(weights, means)
    },
    Kind(
      name: "minimum return after costs",
      set: {
        $0.previousWeights = previous
        $0.tradingCosts = costs
        $0.minimumReturn = 0.001
      }
    ) { weights, means in
      let paid = (0..<5).reduce(0) { $0 + costs[$1] * abs(weights[$1] - previous[$1]) }
      return 0.001 + paid - gain(weights, means)
    },
  ]

  static let optimisers: [(name: String, run: @Sendable (PortfolioProblem) throws -> [Portfolio])] = [
    ("minimum risk", { [try $0.minimumRisk()] }),
    ("maximum return", { [try $0.maximumReturn()] }),
    (
      "maximum return at a risk limit",
      { problem in
        // A limit that does not bind; one that does asks for the points of the frontier.
        [try problem.maximumReturn(riskAtMost: try problem.minimumRisk().risk * 1e6)]
      }
    ),
    ("maximum utility", { [try $0.maximumUtility(aversion: 3)] }),
    ("maximum ratio", { [try $0.maximumRatio()] }),
    ("frontier", { try $0.frontier(points: 3) }),
    ("maximum diversification", { [try $0.maximumDiversification()] }),
    ("risk parity", { [try $0.riskParity()] }),
    ("risk budgets", { [try $0.riskParity(budgets: [5, 1, 1, 1, 2])] }),
    ("limited assets", { [try $0.minimumRisk(assetsAtMost: 3)] }),
    ("growth", { [try $0.maximumGrowth()] }),
    ("half growth", { [try $0.maximumGrowth(fraction: 0.5)] }),
    (
      "conditional value at risk",
      { problem in
        var problem = problem
        problem.measure = .conditionalValueAtRisk(confidence: 0.9)
        return [try problem.minimumRisk(), try problem.riskParity()]
      }
    ),
    (
      "conditional drawdown",
      { problem in
        var problem = problem
        problem.measure = .conditionalDrawdown(confidence: 0.9)
        return [try problem.minimumRisk()]
      }
    ),
  ]

  /// Five assets of one factor whose mean returns rise with their risk.
  static func problem() throws -> PortfolioProblem {
    let values = (1...40).flatMap { row -> [Double] in
      let market = Double(7919 * row % 101) / 101 - 0.5
      return (0..<5).map { asset in
        let own = Double((3571 * row * (asset + 2) + 17 * asset) % 103) / 103 - 0.5
        return 0.02 * market + (0.02 + 0.004 * Double(asset)) * own + 0.0004 * Double(asset + 1)
      }
    }
    return try PortfolioProblem(
      panel: ReturnPanel(assetNames: ["A", "B", "C", "D", "E"], rowMajor: values),
      expectedReturns: (0..<5).map { 0.0004 * Double($0 + 1) })
  }

  @Test(arguments: kinds) func everyOptimiserKeepsOrRefusesIt(kind: Kind) throws {
    var problem = try Self.problem()
    kind.set(&problem.constraints)
    var kept = 0
    for optimiser in Self.optimisers {
      do {
        for portfolio in try optimiser.run(problem) {
          let weights =
            optimiser.name == "half growth" && kind.name == "budget"
            ? portfolio.weights.map { 2 * $0 } : portfolio.weights
          let excess = kind.excess(weights, problem.expectedReturns)
          #expect(excess < 2e-6, "\(optimiser.name): \(portfolio.weights) is \(excess) beyond")
        }
        kept += 1
      } catch let error as AnalyticsError {
        // Only a fraction of the growth portfolio, and too few assets for two floors, may have to refuse.
        #expect(optimiser.name == "half growth" || optimiser.name == "limited assets", "\(optimiser.name): \(error)")
        guard case .infeasible(let names) = error.reason else {
          Issue.record("\(optimiser.name): \(error)")
          continue
        }
        #expect(!names.isEmpty)
      }
    }
    #expect(kept >= Self.optimisers.count - 2)
  }

  /// The constraint binds in the table above: without it, risk parity would break it.
  @Test func theTableIsNotEmptyTalk() throws {
    let free = try Self.problem().riskParity()
    let binding = Self.kinds.filter { $0.excess(free.weights, try! Self.problem().expectedReturns) > 1e-3 }.map(\.name)
    #expect(
      Set(binding).isSuperset(of: [
        "upper bound", "lower bound", "budget", "sector at least", "factor at most", "turnover",
      ]), "\(binding)")
  }

  /// Least log risk − Σ b log w under the limits, by SciPy's SLSQP from six starts on the synthetic panel, and by Riskfolio-Lib
  /// 7.4.0 to the tolerance of its solver; the free portfolio is the equal risk contribution of the known answers.
  @Test func constrainedRiskParityAgreesWithSciPyAndRiskfolio() throws {
    var problem = try PortfolioProblem(panel: syntheticPanel())
    problem.constraints.upperBounds = [0.2, 0.2, 1, 1, 1]
    #expect(
      agree(try problem.riskParity().weights, [0.2, 0.2, 0.2338187648, 0.2023574858, 0.1638237494], within: 1e-6))
    problem.constraints.upperBounds = [1, 1, 1, 1, 1]
    problem.constraints.linear = [.init(name: "late", coefficients: [0, 0, 0, 1, 1], atLeast: 0.45)]
    #expect(
      agree(
        try problem.riskParity().weights, [0.2055159223, 0.1818493451, 0.1626347326, 0.2531383161, 0.1968616839],
        within: 1e-6))
    problem.measure = .conditionalValueAtRisk(confidence: 0.9)
    #expect(
      agree(
        try problem.riskParity().weights, [0.185480757, 0.198056463, 0.166462778, 0.270833958, 0.179166044],
        within: 2e-5))
    problem.measure = .variance
    problem.constraints.linear = []
    problem.constraints.budget = 2
    problem.constraints.upperBounds = [2, 2, 2, 2, 2]
    #expect(
      agree(
        try problem.riskParity().weights, [0.26432087, 0.22526685, 0.19553254, 0.17223366, 0.14264608].map { 2 * $0 },
        within: 1e-7))
  }

  @Test func riskParityNamesConflicts() throws {
    func names(_ set: (inout PortfolioConstraints) -> Void) throws -> String {
      var problem = try Self.problem()
      set(&problem.constraints)
      let error = #expect(throws: AnalyticsError.self) { try problem.riskParity() }
      guard case .infeasible(let names)? = error?.reason else { return "\(error.map(String.init(describing:)) ?? "")" }
      return names
    }
    let bounds = try names { $0.upperBounds = [0.1, 0.1, 0.1, 0.1, 0.1] }
    #expect(
      bounds.contains("budget = 1.0") && bounds.contains("A at most 0.1") && bounds.contains("exclude each other"))
    let floor = try names {
      $0.lowerBounds[0] = 0.4
      $0.linear = [.init(name: "early", coefficients: [1, 1, 0, 0, 0], atMost: 0.3)]
    }
    #expect(floor.contains("A at least 0.4") && floor.contains("early at most 0.3"), "\(floor)")
    #expect(try names { $0.upperBounds[2] = 0 } == "C at most 0.0 leave no weight for every asset")
    #expect(try names { $0.budget = 0 }.contains("budget = 0.0"))
  }
}
