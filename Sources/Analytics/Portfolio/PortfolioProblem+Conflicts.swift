extension PortfolioProblem {
  /// The error that describes why a solve failed: conflicting constraints if there are any.
  func explainFailure(_ objective: Objective, solution: ScenarioSolution) throws(AnalyticsError) -> AnalyticsError {
    if let conflict = conflictingConstraints() {
      return AnalyticsError(
        series: "constraints", reason: .infeasible(conflict.joined(separator: "; ") + " exclude each other"))
    }
    if case .ratio(let riskFree) = objective {
      let best = try maximumReturn().weights
      if netReturn(of: best) <= riskFree {
        return AnalyticsError(
          series: "expected returns",
          reason: .infeasible("no allowed portfolio is expected to return more than the risk-free \(riskFree)"))
      }
    }
    return AnalyticsError(
      series: "portfolio",
      reason: .notConverged(
        "residual \(solution.residual) after \(solution.iterations) iterations; is an objective unbounded?"))
  }

  /// A minimal set of constraints that exclude each other, or nil when all can be met.
  ///
  /// An elastic program lets every constraint be violated at a price; those with a multiplier at the optimum certify the
  /// conflict (Farkas), and a deletion filter then drops each one whose absence leaves the rest in conflict (Chinneck and
  /// Dravnieks 1991).
  public func conflictingConstraints() -> [String]? {
    for asset in 0..<assetCount where constraints.lowerBounds[asset] > constraints.upperBounds[asset] {
      return [
        "\(assetNames[asset]) at least \(constraints.lowerBounds[asset])",
        "\(assetNames[asset]) at most \(constraints.upperBounds[asset])",
      ]
    }
    let all = elasticRows()
    guard let certificate = violated(all) else { return nil }
    var candidates = all.enumerated().filter { $0.element.isDefinition || certificate.contains($0.offset) }
      .map(\.element)
    // Multipliers near zero may have hidden a needed row; start from everything in that case.
    if violated(candidates) == nil { candidates = all }
    var index = 0
    while index < candidates.count {
      if candidates[index].isDefinition {
        index += 1
        continue
      }
      var trial = candidates
      trial.remove(at: index)
      if violated(trial) != nil { candidates = trial } else { index += 1 }
    }
    var names: [String] = []
    for row in candidates where !row.isDefinition && !names.contains(row.name) { names.append(row.name) }
    return names
  }

  /// Every constraint as one-sided rows, bounds and budgets included.
  private func elasticRows() -> [PortfolioConstraints.NamedRow] {
    var rows: [PortfolioConstraints.NamedRow] = []
    for row in constraints.namedRows(assetCount: assetCount, expectedReturns: expectedReturns) {
      var oneSided = row
      oneSided.isEquality = false
      rows.append(oneSided)
      if row.isEquality {
        oneSided.coefficients = row.coefficients.map { -$0 }
        oneSided.limit = -row.limit
        rows.append(oneSided)
      }
    }
    let width = assetCount + constraints.extraVariables(assetCount)
    for asset in 0..<assetCount {
      var coefficients = [Double](repeating: 0, count: width)
      coefficients[asset] = 1
      let (low, high) = (constraints.lowerBounds[asset], constraints.upperBounds[asset])
      if high < .infinity {
        rows.append(
          PortfolioConstraints.NamedRow(
            name: "\(assetNames[asset]) at most \(high)", coefficients: coefficients, limit: high))
      }
      if low > -.infinity {
        coefficients[asset] = -1
        rows.append(
          PortfolioConstraints.NamedRow(
            name: "\(assetNames[asset]) at least \(low)", coefficients: coefficients, limit: -low))
      }
    }
    return rows
  }

  /// Rows that carry the conflict, or nil when the rows can be met together.
  private func violated(_ rows: [PortfolioConstraints.NamedRow]) -> Set<Int>? {
    let width = assetCount + constraints.extraVariables(assetCount)
    var program = ScenarioProgram(variableCount: width)
    // A faint pull to zero keeps the program bounded when rows leave directions free.
    program.quadratic = [Double](repeating: 0, count: width * width)
    for index in 0..<width { program.quadratic![index * width + index] = 1e-9 }
    var scales: [Double] = []
    for row in rows {
      let size = max(row.coefficients.reduce(0) { max($0, abs($1)) }, 1e-300)
      scales.append(size)
      let excess = row.isDefinition ? nil : program.addExcess(linear: 1)
      program.addInequality(row.coefficients.map { $0 / size }, atMost: row.limit / size, excess: excess)
    }
    let solution = program.solve(tolerance: 1e-10)
    let violation = solution.excesses.reduce(0, +)
    guard violation > 1e-6 else { return nil }
    return Set(solution.rowMultipliers.indices.filter { solution.rowMultipliers[$0] > 1e-5 })
  }
}
