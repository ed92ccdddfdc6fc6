/// What a portfolio's weights earn when held, drifting, and traded back under a policy, after costs.
public struct RebalancingStudy: Hashable, Sendable {
  /// When to trade back to the target.
  public enum Policy: Hashable, Sendable {
    case never
    case every(rows: Int)
    /// When some weight is further than this from its target.
    case band(Double)
  }

  public var policy: Policy
  /// Value of one unit invested, after costs, at the start and after each row.
  public var wealth: [Double]
  /// Rows before which the portfolio was traded, the first purchase not counted.
  public var tradeRows: [Int]
  /// Σ|trades| over the study, relative to the wealth at each trade.
  public var turnover: Double
  /// Costs paid, in units of the starting wealth.
  public var costs: Double
  /// Largest distance of a weight from its target before any trade.
  public var largestDrift: Double

  /// Runs a policy with fixed target weights; what the weights leave of one is cash without interest.
  ///
  /// `costRate` is paid per unit traded, on the first purchase too. The weights of a row are those before its return.
  public static func run(
    _ panel: ReturnPanel, target: [Double], policy: Policy, costRate: Double
  ) throws(AnalyticsError) -> RebalancingStudy {
    try run(panel, policy: policy, costRate: costRate) { (_: Int) throws(AnalyticsError) -> [Double] in target }
  }

  /// Runs a policy whose target is asked anew at each trade, with the row about to come; only rows before it may be used.
  public static func run(
    _ panel: ReturnPanel, policy: Policy, costRate: Double,
    target: (_ row: Int) throws(AnalyticsError) -> [Double]
  ) throws(AnalyticsError) -> RebalancingStudy {
    guard costRate >= 0, costRate < 1 else {
      throw AnalyticsError(series: "cost rate", reason: .outOfRange("at least 0 and below 1"))
    }
    switch policy {
    case .every(let rows) where rows < 1:
      throw AnalyticsError(series: "policy", reason: .outOfRange("every 1 row or more"))
    case .band(let width) where !(width > 0 && width < .infinity):
      throw AnalyticsError(series: "policy", reason: .outOfRange("a finite band above zero; without one, never"))
    default: break
    }
    let count = panel.assetCount
    var goal = try target(0)
    try requireWeights(goal, count: count, series: "target weights")
    var study = RebalancingStudy(policy: policy, wealth: [1], tradeRows: [], turnover: 0, costs: 0, largestDrift: 0)
    var holdings = [Double](repeating: 0, count: count)
    var cash = 1.0
    func trade() {
      let wealth = cash + holdings.reduce(0, +)
      // Costs come out of cash, so weights after a trade are relative to the wealth before it.
      var traded = 0.0
      for asset in 0..<count {
        let wanted = goal[asset] * wealth
        traded += abs(wanted - holdings[asset])
        cash -= wanted - holdings[asset]
        holdings[asset] = wanted
      }
      cash -= traded * costRate
      study.costs += traded * costRate
      study.turnover += traded / wealth
    }
    trade()
    for row in 0..<panel.rowCount {
      if row > 0 {
        let wealth = cash + holdings.reduce(0, +)
        let drift = (0..<count).reduce(0) { max($0, abs(holdings[$1] / wealth - goal[$1])) }
        study.largestDrift = max(study.largestDrift, drift)
        let isDue =
          switch policy {
          case .never: false
          case .every(let rows): row % rows == 0
          case .band(let width): drift > width
          }
        if isDue {
          goal = try target(row)
          try requireWeights(goal, count: count, series: "target weights")
          trade()
          study.tradeRows.append(row)
        }
      }
      for asset in 0..<count { holdings[asset] *= 1 + panel[row, asset] }
      let wealth = cash + holdings.reduce(0, +)
      guard wealth > 0, wealth.isFinite else {
        throw AnalyticsError(series: "wealth", row: row, reason: .notPositive)
      }
      study.wealth.append(wealth)
    }
    return study
  }
}
