extension PortfolioProblem {
  /// What to optimise.
  enum Objective {
    case risk
    case expectedReturn
    case utility(Double)
    case ratio(Double)
  }

  /// The weights that are best under the constraints.
  ///
  /// Data are scaled to unit size first. The ratio is the least risk of y = κw at a fixed excess return, κ ≥ 0 being the
  /// scale (Charnes and Cooper 1962), so every constraint row becomes homogeneous in (y, κ). Drawdowns repeat with the
  /// peaks that the last answer showed to be missing.
  func solved(_ objective: Objective) throws(AnalyticsError) -> [Double] {
    try requireValid()
    let scaled = try scaledData()
    var term = RiskTerm(measure: scaled.measure, panel: scaled.panel, covariance: scaled.covariance)
    var needsRisk = true
    if case .expectedReturn = objective { needsRisk = false }
    for _ in 0..<60 {
      let program = try makeProgram(objective, term: needsRisk ? term : nil, scaled: scaled)
      let solution = program.solve()
      guard solution.status == .optimal else {
        throw try explainFailure(objective, solution: solution)
      }
      let weights = try weights(from: solution.point, objective: objective)
      guard needsRisk, term.isDrawdown, term.addViolatedPeaks(weights: weights) else { return weights }
    }
    throw AnalyticsError(series: "portfolio", reason: .notConverged("drawdown peaks kept changing"))
  }

  // MARK: Building

  struct ScaledData {
    var panel: ReturnPanel
    var covariance: Covariance
    var measure: RiskMeasure
    var factor: Double
  }

  /// Data divided by the typical size of a return, so that tolerances mean the same for every market.
  func scaledData() throws(AnalyticsError) -> ScaledData {
    var factor = 0.0
    if let panel, measure != .variance {
      factor = panel.values.reduce(0) { $0 + abs($1) } / Double(panel.values.count)
    } else {
      factor = (0..<assetCount).reduce(0) { $0 + covariance[$1, $1].squareRoot() } / Double(assetCount)
    }
    guard factor > 0 else { throw AnalyticsError(series: "returns", reason: .constant) }
    var measure = measure
    if case .firstLowerPartialMoment(let target) = measure {
      measure = .firstLowerPartialMoment(target: target / factor)
    }
    if case .secondLowerPartialMoment(let target) = measure {
      measure = .secondLowerPartialMoment(target: target / factor)
    }
    let usesPanel = measure != .variance
    return ScaledData(
      panel: try usesPanel
        ? ReturnPanel(assetNames: assetNames, rowMajor: panel?.values.map { $0 / factor } ?? [])
        : ReturnPanel(assetNames: assetNames, rowMajor: [Double](repeating: 0, count: assetCount)),
      covariance: try Covariance(
        assetNames: assetNames, rowMajor: covariance.values.map { $0 / factor / factor }),
      measure: measure, factor: factor)
  }

  private func makeProgram(
    _ objective: Objective, term: RiskTerm?, scaled: ScaledData
  ) throws(AnalyticsError) -> ScenarioProgram {
    let count = assetCount
    let rows = constraints.namedRows(assetCount: count, expectedReturns: expectedReturns)
    let structural = count + constraints.extraVariables(count)
    var riskFree: Double?
    if case .ratio(let rate) = objective { riskFree = rate }
    let riskOffset = structural + (riskFree == nil ? 0 : 1)
    var program = ScenarioProgram(variableCount: riskOffset + (term?.variableCount ?? 0))
    program.reserve(rows: (term?.panel.rowCount ?? 0) * max(1, term?.variableCount ?? 1) + rows.count)
    let width = program.variableCount
    func padded(_ row: PortfolioConstraints.NamedRow) -> [Double] {
      var coefficients = row.coefficients + [Double](repeating: 0, count: width - structural)
      if riskFree != nil { coefficients[structural] = -row.limit }
      return coefficients
    }
    for row in rows {
      if row.isEquality {
        program.addEquality(padded(row), equals: riskFree == nil ? row.limit : 0)
      } else {
        program.addInequality(padded(row), atMost: riskFree == nil ? row.limit : 0)
      }
    }
    let budget = constraints.budget
    // Upper bounds that a long-only budget already implies would only slow the solver down.
    let impliedUpper = constraints.lowerBounds.allSatisfy { $0 >= 0 } ? budget ?? .infinity : .infinity
    for asset in 0..<count {
      let (low, high) = (constraints.lowerBounds[asset], constraints.upperBounds[asset])
      if riskFree == nil || low == 0 {
        program.lower[asset] = low
      } else if low > -.infinity {
        addBound(&program, asset: asset, sign: -1, limit: -low, scale: structural)
      }
      guard high < impliedUpper else { continue }
      if riskFree == nil {
        program.upper[asset] = high
      } else {
        addBound(&program, asset: asset, sign: 1, limit: high, scale: structural)
      }
    }
    let level = (budget ?? 1) / Double(count)
    for asset in 0..<count {
      program.start[asset] = min(max(level, constraints.lowerBounds[asset]), constraints.upperBounds[asset])
    }
    // The gain per unit of scaled return: expected returns and costs in the data's unit.
    var gain = (rewards ?? expectedReturns).map { $0 / scaled.factor } + [Double](repeating: 0, count: width - count)
    // Costs are taken off returns; what stands in their place pays none.
    if rewards == nil, let costs = constraints.tradingCosts {
      for asset in 0..<count { gain[count + asset] = -costs[asset] / scaled.factor }
    }
    switch objective {
    case .risk: break
    case .expectedReturn: program.linear = gain.map { -$0 }
    case .utility(let aversion):
      // For a squared measure the scaled half square is factor² smaller, the return factor smaller.
      let weight = 1 / (aversion * (measure.isSquared ? scaled.factor : 1))
      program.linear = gain.map { -$0 * weight }
    case .ratio(let rate):
      gain[structural] = -rate / scaled.factor
      let best = (0..<count).reduce(0) { max($0, abs(gain[$1] + gain[structural])) }
      guard best > 0 else {
        throw AnalyticsError(series: "expected returns", reason: .outOfRange("different from the risk-free rate"))
      }
      program.addInequality(gain.map { -$0 }, atMost: -best)
      program.lower[structural] = 0
      program.start[structural] = 1
    }
    term?.add(to: &program, offset: riskOffset)
    return program
  }

  private func addBound(_ program: inout ScenarioProgram, asset: Int, sign: Double, limit: Double, scale: Int) {
    var row = [Double](repeating: 0, count: program.variableCount)
    row[asset] = sign
    row[scale] = -limit
    program.addInequality(row, atMost: 0)
  }

  private func weights(from point: [Double], objective: Objective) throws(AnalyticsError) -> [Double] {
    var weights = Array(point[0..<assetCount])
    if case .ratio = objective {
      let scale = point[assetCount + constraints.extraVariables(assetCount)]
      guard scale > 1e-12 else {
        throw AnalyticsError(
          series: "constraints", reason: .infeasible("the ratio grows without bound as the portfolio grows"))
      }
      for index in weights.indices { weights[index] /= scale }
    }
    // Interior points stop a hair inside the bounds.
    for asset in weights.indices {
      weights[asset] = min(max(weights[asset], constraints.lowerBounds[asset]), constraints.upperBounds[asset])
    }
    return weights
  }
}
