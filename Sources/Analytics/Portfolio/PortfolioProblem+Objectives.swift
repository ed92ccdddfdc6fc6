extension PortfolioProblem {
  /// The portfolio of least risk.
  public func minimumRisk() throws(AnalyticsError) -> Portfolio {
    try portfolio(solved(.risk), method: "minimum risk")
  }

  /// The portfolio of highest expected return after costs, at most this risky.
  ///
  /// The limit is reached by bisection over the return asked of a minimum-risk portfolio, to 1e-10 of the range.
  public func maximumReturn(riskAtMost limit: Double? = nil) throws(AnalyticsError) -> Portfolio {
    let best = try solved(.expectedReturn)
    guard let limit else { return try portfolio(best, method: "maximum return") }
    guard limit.isFinite else { throw AnalyticsError(series: "risk limit", reason: .notFinite) }
    let safest = try solved(.risk)
    let lowestRisk = try risk(of: safest)
    guard lowestRisk <= limit * (1 + 1e-9) + 1e-300 else {
      throw AnalyticsError(
        series: "constraints", reason: .infeasible("risk at most \(limit); the least possible is \(lowestRisk)"))
    }
    if try risk(of: best) <= limit { return try portfolio(best, method: "maximum return") }
    var (low, high) = (netReturn(of: safest), netReturn(of: best))
    var answer = safest
    for _ in 0..<40 where high - low > 1e-10 * max(abs(high), abs(low)) {
      let middle = (low + high) / 2
      let weights = try asking(minimumReturn: middle).solved(.risk)
      if try risk(of: weights) <= limit {
        low = middle
        answer = weights
      } else {
        high = middle
      }
    }
    return try portfolio(answer, method: "maximum return at a risk limit")
  }

  /// The portfolio of highest expected return − aversion × risk; for squared measures aversion × half the square, so that
  /// variance gives the usual µ'w − (δ/2) w'Σw.
  public func maximumUtility(aversion: Double) throws(AnalyticsError) -> Portfolio {
    guard aversion.isFinite, aversion > 0 else {
      throw AnalyticsError(series: "aversion", reason: .outOfRange("above zero"))
    }
    return try portfolio(solved(.utility(aversion)), method: "maximum utility")
  }

  /// The portfolio of highest (expected return − risk free)/risk: for variance, of highest Sharpe ratio.
  public func maximumRatio(riskFree: Double = 0) throws(AnalyticsError) -> Portfolio {
    guard riskFree.isFinite else { throw AnalyticsError(series: "risk free", reason: .notFinite) }
    return try portfolio(solved(.ratio(riskFree)), method: "maximum return per risk")
  }

  /// Minimum-risk portfolios at equally spaced returns between that of the safest and the highest possible.
  public func frontier(points: Int) throws(AnalyticsError) -> [Portfolio] {
    guard points >= 2 else { throw AnalyticsError(series: "points", reason: .outOfRange("2 or more")) }
    let safest = try minimumRisk()
    let best = try maximumReturn()
    let (low, high) = (netReturn(of: safest.weights), netReturn(of: best.weights))
    var result = [safest]
    for index in 1..<points {
      // A hair below the maximum, where the program still has an interior.
      let share = min(Double(index) / Double(points - 1), 1 - 1e-9)
      let weights = try asking(minimumReturn: low + share * (high - low)).solved(.risk)
      result.append(try portfolio(weights, method: "frontier"))
    }
    return result
  }

  /// The portfolio whose weighted mean volatility is the largest multiple of its own volatility (Choueifaty and Coignard
  /// 2008).
  public func maximumDiversification() throws(AnalyticsError) -> Portfolio {
    var problem = self
    problem.rewards = covariance.volatilities
    problem.measure = .variance
    let weights = try problem.solved(.ratio(0))
    return try portfolio(weights, method: "maximum diversification")
  }

  /// Long-only weights whose contributions to risk are in the proportions of `budgets` (equal when nil), which are
  /// positive. Budgets fix the weights; constraints that exclude them give the portfolio nearest to them in the sense of
  /// Richard and Roncalli (2019): the least log risk(w) − Σ b log w that the constraints allow. Every constraint is kept; of
  /// a budget of nil, the sum of the weights is one.
  public func riskParity(budgets: [Double]? = nil) throws(AnalyticsError) -> Portfolio {
    let budgets = budgets ?? [Double](repeating: 1, count: assetCount)
    try requireWeights(budgets, count: assetCount, series: "risk budgets")
    if let row = budgets.firstIndex(where: { $0 <= 0 }) {
      throw AnalyticsError(series: "risk budgets", row: row, reason: .notPositive)
    }
    if let row = (0..<assetCount).first(where: { covariance[$0, $0] <= 0 }) {
      throw AnalyticsError(series: assetNames[row], reason: .constant)
    }
    let total = budgets.reduce(0, +)
    return try portfolio(
      solvedForBudgets(budgets.map { $0 / total }), method: "risk parity")
  }

  /// The minimum-risk portfolio of at most `limit` assets, by dropping the smallest weight and solving again, then trying
  /// to swap each held asset for one that is not. A heuristic: the exact problem is combinatorial.
  public func minimumRisk(assetsAtMost limit: Int) throws(AnalyticsError) -> Portfolio {
    guard limit >= 1 else { throw AnalyticsError(series: "asset limit", reason: .outOfRange("1 or more")) }
    func restricted(to held: Set<Int>) throws(AnalyticsError) -> [Double] {
      var problem = self
      for asset in 0..<assetCount where !held.contains(asset) {
        problem.constraints.lowerBounds[asset] = min(max(0, constraints.lowerBounds[asset]), 0)
        problem.constraints.upperBounds[asset] = 0
        if constraints.lowerBounds[asset] > 0 {
          throw AnalyticsError(
            series: assetNames[asset],
            reason: .infeasible("a weight of at least \(constraints.lowerBounds[asset]) among \(limit) assets"))
        }
      }
      return try problem.solved(.risk)
    }
    var held = Set(0..<assetCount)
    var weights = try solved(.risk)
    let required = Set((0..<assetCount).filter { constraints.lowerBounds[$0] > 0 })
    while held.count > limit {
      guard
        let smallest = held.subtracting(required).min(by: { (abs(weights[$0]), $0) < (abs(weights[$1]), $1) })
      else { return try portfolio(restricted(to: []), method: "minimum risk, limited assets", isHeuristic: true) }
      held.remove(smallest)
      // Weights that are already zero can go together without solving again.
      if abs(weights[smallest]) > 1e-7 || held.count == limit { weights = try restricted(to: held) }
    }
    var best = try risk(of: weights)
    for out in held.sorted() where !required.contains(out) {
      for candidate in 0..<assetCount where !held.contains(candidate) {
        guard let trial = try? restricted(to: held.subtracting([out]).union([candidate])) else { continue }
        let value = try risk(of: trial)
        if value < best * (1 - 1e-9) {
          (best, weights) = (value, trial)
          held.remove(out)
          held.insert(candidate)
          break
        }
      }
    }
    return try portfolio(weights, method: "minimum risk, limited assets", isHeuristic: true)
  }

  // MARK: Shared

  func asking(minimumReturn: Double) -> PortfolioProblem {
    var problem = self
    problem.constraints.minimumReturn = max(minimumReturn, constraints.minimumReturn ?? -.infinity)
    return problem
  }

  /// Expected return after trading costs.
  func netReturn(of weights: [Double]) -> Double {
    var value = expectedReturn(of: weights)
    if let costs = constraints.tradingCosts, let previous = constraints.previousWeights {
      for asset in weights.indices { value -= costs[asset] * abs(weights[asset] - previous[asset]) }
    }
    return value
  }
}
