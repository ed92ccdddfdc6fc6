import Glibc

extension PortfolioProblem {
  /// The portfolio of highest expected logarithmic growth over the scenarios (Kelly 1956), under the constraints, times
  /// `fraction`: half Kelly gives up a quarter of the growth for half the volatility. What is not invested earns nothing.
  ///
  /// Exact over the scenarios, not the mean-variance approximation. Set the budget to nil to let it choose its own leverage.
  /// The budget is that of the whole growth portfolio, of which a fraction is held; a fraction that breaks any other
  /// constraint is refused by its name.
  public func maximumGrowth(fraction: Double = 1) throws(AnalyticsError) -> Portfolio {
    try requireValid()
    guard let panel else { throw AnalyticsError(series: "returns", reason: .empty) }
    guard fraction > 0, fraction <= 1 else {
      throw AnalyticsError(series: "fraction", reason: .outOfRange("above 0 and at most 1"))
    }
    let structural = assetCount + constraints.extraVariables(assetCount)
    var program = ScenarioProgram(variableCount: structural)
    for row in constraints.namedRows(assetCount: assetCount, expectedReturns: expectedReturns) {
      if row.isEquality {
        program.addEquality(row.coefficients, equals: row.limit)
      } else {
        program.addInequality(row.coefficients, atMost: row.limit)
      }
    }
    let (assets, rows, values) = (assetCount, panel.rowCount, panel.values)
    for asset in 0..<assets {
      program.lower[asset] = constraints.lowerBounds[asset]
      program.upper[asset] = constraints.upperBounds[asset]
      if let budget = constraints.budget { program.start[asset] = budget / Double(assets) }
    }
    if let costs = constraints.tradingCosts {
      for asset in 0..<assets { program.linear[assets + asset] = costs[asset] }
    }
    // Growth is tiny next to one, so it is scaled up for the solver's tolerances to mean something.
    let scale = 1 / max(values.reduce(0) { $0 + abs($1) } / Double(values.count), 1e-12)
    program.linear = program.linear.map { $0 * scale }
    program.smooth = { point, gradient, hessian in
      var sum = 0.0
      for row in 0..<rows {
        var wealth = 1.0
        for asset in 0..<assets { wealth += point[asset] * values[row * assets + asset] }
        guard wealth > 0 else { return .infinity }
        sum -= log(wealth)
        let slope = scale / (wealth * Double(rows))
        for asset in 0..<assets { gradient[asset] -= slope * values[row * assets + asset] }
        guard hessian != nil else { continue }
        for first in 0..<assets {
          let part = slope / wealth * values[row * assets + first]
          for second in 0..<assets { hessian![first * structural + second] += part * values[row * assets + second] }
        }
      }
      return sum * scale / Double(rows)
    }
    let solution = program.solve()
    guard solution.status == .optimal else { throw try explainFailure(.expectedReturn, solution: solution) }
    let weights = (0..<assets).map {
      fraction * min(max(solution.point[$0], constraints.lowerBounds[$0]), constraints.upperBounds[$0])
    }
    if fraction < 1, let broken = constraintsBroken(by: weights).first {
      throw AnalyticsError(
        series: "constraints", reason: .infeasible("\(fraction) of the growth portfolio breaks \(broken)"))
    }
    return try portfolio(weights, method: fraction == 1 ? "maximum growth" : "\(fraction) of maximum growth")
  }

  /// Names of the constraints but the budget that weights break, by more than a hair.
  func constraintsBroken(by weights: [Double]) -> [String] {
    var broken: [String] = []
    func require(_ name: String, _ value: Double, atMost limit: Double) {
      if value > limit + 1e-7 * max(1, abs(limit)) { broken.append(name) }
    }
    for asset in weights.indices {
      let (low, high) = (constraints.lowerBounds[asset], constraints.upperBounds[asset])
      require("\(assetNames[asset]) at least \(low)", -weights[asset], atMost: -low)
      require("\(assetNames[asset]) at most \(high)", weights[asset], atMost: high)
    }
    for row in constraints.namedRows(assetCount: assetCount, expectedReturns: expectedReturns)
    where !row.isEquality && !row.isDefinition {
      var point = weights
      if constraints.usesTurnover {
        let previous = constraints.previousWeights ?? []
        point += zip(weights, previous).map { abs($0 - $1) }
      }
      if constraints.usesGross { point += weights.map { abs($0) } }
      require(row.name, zip(row.coefficients, point).reduce(0) { $0 + $1.0 * $1.1 }, atMost: row.limit)
    }
    return broken
  }
}
