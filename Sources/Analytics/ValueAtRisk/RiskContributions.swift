import Numerics

/// How the risk of a portfolio divides over its positions.
///
/// Components add up to the total (Euler's theorem for a measure that scales with the positions).
public struct RiskContributions: Hashable, Sendable {
  public var total: TailRisk
  /// Change of value at risk per unit of each weight.
  public var marginalValueAtRisk: [Double]
  /// Weight × marginal; their sum is the total.
  public var componentValueAtRisk: [Double]
  public var componentExpectedShortfall: [Double]
  /// Total minus the value at risk without the position.
  public var incrementalValueAtRisk: [Double]

  /// Under a joint normal distribution.
  public static func normal(
    weights: [Double], covariance: Covariance, means: [Double]? = nil, confidence: Double
  ) throws(AnalyticsError) -> RiskContributions {
    try requireWeights(weights, count: covariance.assetCount)
    let means = means ?? [Double](repeating: 0, count: weights.count)
    try requireWeights(means, count: weights.count, series: "means")
    func total(_ weights: [Double]) throws(AnalyticsError) -> TailRisk {
      let mean = zip(weights, means).reduce(0) { $0 + $1.0 * $1.1 }
      return try ParametricTail.normal(
        mean: mean, deviation: covariance.variance(weights).squareRoot(), confidence: confidence)
    }
    let risk = try total(weights)
    let deviation = covariance.variance(weights).squareRoot()
    guard deviation > 0 else {
      throw AnalyticsError(series: "covariance", reason: .singular("these weights have no variance to divide"))
    }
    let unit = try ParametricTail.normal(deviation: 1, confidence: confidence)
    let slopes = covariance.times(weights).map { $0 / deviation }
    let marginal = weights.indices.map { unit.valueAtRisk * slopes[$0] - means[$0] }
    var incremental: [Double] = []
    for index in weights.indices {
      var without = weights
      without[index] = 0
      incremental.append(risk.valueAtRisk - (try total(without)).valueAtRisk)
    }
    return RiskContributions(
      total: risk, marginalValueAtRisk: marginal, componentValueAtRisk: zip(weights, marginal).map { $0 * $1 },
      componentExpectedShortfall: weights.indices.map {
        weights[$0] * (unit.expectedShortfall * slopes[$0] - means[$0])
      },
      incrementalValueAtRisk: incremental)
  }

  /// From past scenarios: expected shortfall divides by each position's mean loss in the tail, value at risk by its loss
  /// in the scenario at the quantile. The second is exact but rests on one scenario, so it moves from sample to sample.
  public static func historical(
    weights: [Double], panel: ReturnPanel, confidence: Double
  ) throws(AnalyticsError) -> RiskContributions {
    let returns = try panel.portfolioReturns(weights)
    let risk = try HistoricalTail.estimate(returns, confidence: confidence)
    let order = returns.indices.sorted { (returns[$0], $0) < (returns[$1], $1) }
    let mass = tailProbability(confidence) * Double(returns.count)
    let rank = min(max(Int((mass - 1e-9).rounded(.up)), 1), returns.count)
    var shortfall = [Double](repeating: 0, count: weights.count)
    for position in 0..<rank {
      let share = position == rank - 1 ? mass - Double(rank - 1) : 1
      for asset in weights.indices {
        shortfall[asset] -= share * weights[asset] * panel[order[position], asset] / mass
      }
    }
    var incremental: [Double] = []
    for asset in weights.indices {
      var without = weights
      without[asset] = 0
      let rest = try HistoricalTail.estimate(panel.portfolioReturns(without), confidence: confidence)
      incremental.append(risk.valueAtRisk - rest.valueAtRisk)
    }
    let marginal = weights.indices.map { -panel[order[rank - 1], $0] }
    return RiskContributions(
      total: risk, marginalValueAtRisk: marginal, componentValueAtRisk: zip(weights, marginal).map { $0 * $1 },
      componentExpectedShortfall: shortfall, incrementalValueAtRisk: incremental)
  }
}
