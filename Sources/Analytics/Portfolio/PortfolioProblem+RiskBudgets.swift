extension PortfolioProblem {
  /// Long-only weights by risk budgets: y minimises risk(y) − Σ b log y, and w is y scaled to the budget.
  ///
  /// Neither the order of portfolios nor a constraint depends on the scale of y, since the budget says what y is a multiple
  /// of: a row a'w ≤ h is a'y ≤ (h/B) Σy. So the least over the cone of allowed directions is the least over the allowed
  /// portfolios of log risk(w) − Σ b log w.
  func solvedForBudgets(_ budgets: [Double]) throws(AnalyticsError) -> [Double] {
    try requireValid()
    let budget = constraints.budget ?? 1
    guard budget > 0 else {
      throw AnalyticsError(
        series: "constraints", reason: .infeasible("budget = \(budget); risk parity is long in every asset"))
    }
    let scaled = try scaledData()
    var term = RiskTerm(measure: scaled.measure, panel: scaled.panel, covariance: scaled.covariance)
    // Without a budget of its own the sum of the weights is one all the same.
    var whole = constraints
    whole.budget = budget
    for asset in 0..<assetCount { whole.lowerBounds[asset] = max(0, whole.lowerBounds[asset]) }
    let rows = whole.namedRows(assetCount: assetCount, expectedReturns: expectedReturns).filter { !$0.isEquality }
    let structural = assetCount + whole.extraVariables(assetCount)
    for _ in 0..<60 {
      var program = ScenarioProgram(variableCount: structural + term.variableCount)
      let rest = [Double](repeating: 0, count: program.variableCount - assetCount)
      program.logWeights = budgets + rest
      for asset in 0..<assetCount {
        program.start[asset] =
          1 / (scaled.covariance[asset, asset].squareRoot() * Double(assetCount).squareRoot())
      }
      func add(_ coefficients: [Double], limit: Double) {
        var row = coefficients + [Double](repeating: 0, count: program.variableCount - coefficients.count)
        for asset in 0..<assetCount { row[asset] -= limit / budget }
        let size = row.reduce(0) { max($0, abs($1)) }
        guard size > 0 else { return }
        program.addInequality(row.map { $0 / size }, atMost: 0)
      }
      for row in rows { add(row.coefficients, limit: row.limit) }
      for asset in 0..<assetCount {
        var unit = [Double](repeating: 0, count: assetCount)
        unit[asset] = 1
        // No long-only weight exceeds the budget anyway.
        if whole.upperBounds[asset] < budget { add(unit, limit: whole.upperBounds[asset]) }
        unit[asset] = -1
        if whole.lowerBounds[asset] > 0 { add(unit, limit: -whole.lowerBounds[asset]) }
      }
      term.add(to: &program, offset: structural)
      // The start breaks rows; how far away from them it may pretend to be decides how quickly they are met.
      var solution: ScenarioSolution?
      for slack in [0, 1, 0.1, 10, 0.01] where solution?.status != .optimal {
        program.leastSlack = slack
        solution = program.solve()
      }
      guard let solution, solution.status == .optimal else { throw explainBudgetFailure(budget) }
      let scale = solution.point[0..<assetCount].reduce(0, +)
      let weights = solution.point[0..<assetCount].map { $0 / scale }
      guard term.isDrawdown, term.addViolatedPeaks(weights: weights) else {
        return weights.enumerated().map { asset, weight in
          min(max(weight * budget, whole.lowerBounds[asset]), whole.upperBounds[asset])
        }
      }
    }
    throw AnalyticsError(series: "portfolio", reason: .notConverged("drawdown peaks kept changing"))
  }

  /// Conflicts among the constraints themselves, or of them with being long in every asset, if there are any.
  private func explainBudgetFailure(_ budget: Double) -> AnalyticsError {
    var problem = self
    problem.constraints.budget = budget
    if let conflict = problem.conflictingConstraints() {
      return AnalyticsError(
        series: "constraints", reason: .infeasible(conflict.joined(separator: "; ") + " exclude each other"))
    }
    let least = budget * 1e-4 / Double(assetCount)
    for asset in 0..<assetCount {
      problem.constraints.lowerBounds[asset] = max(least, problem.constraints.lowerBounds[asset])
    }
    if let conflict = problem.conflictingConstraints(), !conflict.isEmpty {
      let own = conflict.filter { !$0.hasSuffix("at least \(least)") }
      return AnalyticsError(
        series: "constraints",
        reason: .infeasible((own.isEmpty ? conflict : own).joined(separator: "; ") + " leave no weight for every asset")
      )
    }
    return AnalyticsError(
      series: "risk budgets",
      reason: .notConverged("the measure may not be positive for every long portfolio of these returns"))
  }
}
