import Glibc

/// A convex measure of the risk of a series of portfolio returns; larger is riskier.
///
/// Levels are confidences (0.95: the worst 5 % counts). Drawdowns are of the sum of returns, uncompounded, from a start
/// at zero, which is what keeps them convex in the weights.
public enum RiskMeasure: Hashable, Sendable {
  case variance
  /// Mean |r − mean|.
  case meanAbsoluteDeviation
  /// Mean |rₛ − rₜ| over all pairs.
  case giniMeanDifference
  /// Σ min(r − mean, 0)² / (n − 1).
  case semivariance
  /// Mean shortfall below the target.
  case firstLowerPartialMoment(target: Double)
  /// Mean squared shortfall below the target (n − 1 in the denominator).
  case secondLowerPartialMoment(target: Double)
  case conditionalValueAtRisk(confidence: Double)
  /// Conditional value at risk averaged over the levels of the tail, by 100 levels from 0.01 % (Cajas 2021).
  case tailGini(confidence: Double)
  case entropicValueAtRisk(confidence: Double)
  case worstRealization
  case range
  /// Conditional value at risk of losses plus that of gains.
  case conditionalValueAtRiskRange(confidence: Double)
  case tailGiniRange(confidence: Double)
  case maximumDrawdown
  case averageDrawdown
  case conditionalDrawdown(confidence: Double)
  case entropicDrawdown(confidence: Double)
  /// Root mean square drawdown.
  case ulcerIndex

  /// The confidence level, for measures that have one.
  var confidence: Double? {
    switch self {
    case .conditionalValueAtRisk(let level), .tailGini(let level), .entropicValueAtRisk(let level),
      .conditionalValueAtRiskRange(let level), .tailGiniRange(let level), .conditionalDrawdown(let level),
      .entropicDrawdown(let level):
      level
    default: nil
    }
  }

  /// The level below which a return falls short, for measures that have one.
  var target: Double? {
    switch self {
    case .firstLowerPartialMoment(let target), .secondLowerPartialMoment(let target): target
    default: nil
    }
  }

  func requireValid() throws(AnalyticsError) {
    if let confidence { try requireConfidence(confidence) }
    if let target, !target.isFinite {
      throw AnalyticsError(series: "target of the risk measure", reason: .notFinite)
    }
  }

  /// Whether the optimiser works with the square of the measure's natural scale, as for variance.
  var isSquared: Bool {
    switch self {
    case .variance, .semivariance, .secondLowerPartialMoment, .ulcerIndex: true
    default: false
    }
  }

  /// The measure of a finite series of returns.
  public func value(of returns: [Double]) throws(AnalyticsError) -> Double {
    try requireFinite(returns, atLeast: 2, series: "returns")
    try requireValid()
    let count = Double(returns.count)
    let mean = returns.reduce(0, +) / count
    func excess(below target: Double, power: Int) -> Double {
      returns.reduce(0) { $0 + (power == 1 ? max(target - $1, 0) : max(target - $1, 0) * max(target - $1, 0)) }
    }
    switch self {
    case .variance: return returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    case .meanAbsoluteDeviation: return returns.reduce(0) { $0 + abs($1 - mean) } / count
    case .giniMeanDifference:
      var sum = 0.0
      for (rank, value) in returns.sorted().enumerated() { sum += (2 * Double(rank + 1) - 1 - count) * value }
      return 2 * sum / (count * (count - 1))
    case .semivariance: return excess(below: mean, power: 2) / (count - 1)
    case .firstLowerPartialMoment(let target): return excess(below: target, power: 1) / count
    case .secondLowerPartialMoment(let target): return excess(below: target, power: 2) / (count - 1)
    case .conditionalValueAtRisk(let level):
      return try HistoricalTail.estimate(returns, confidence: level).expectedShortfall
    case .tailGini(let level): return Self.ordered(returns, Self.tailGiniWeights(returns.count, level))
    case .entropicValueAtRisk(let level): return Self.entropic(returns.map { -$0 }, confidence: level)
    case .worstRealization: return -(returns.min() ?? 0)
    case .range: return (returns.max() ?? 0) - (returns.min() ?? 0)
    case .conditionalValueAtRiskRange(let level):
      return try RiskMeasure.conditionalValueAtRisk(confidence: level).value(of: returns)
        + RiskMeasure.conditionalValueAtRisk(confidence: level).value(of: returns.map { -$0 })
    case .tailGiniRange(let level):
      let weights = Self.tailGiniWeights(returns.count, level)
      return Self.ordered(returns, weights) + Self.ordered(returns.map { -$0 }, weights)
    case .maximumDrawdown: return Self.drawdowns(returns).max() ?? 0
    case .averageDrawdown: return Self.drawdowns(returns).reduce(0, +) / count
    case .conditionalDrawdown(let level):
      return try HistoricalTail.estimate(Self.drawdowns(returns).map { -$0 }, confidence: level).expectedShortfall
    case .entropicDrawdown(let level): return Self.entropic(Self.drawdowns(returns), confidence: level)
    case .ulcerIndex: return (Self.drawdowns(returns).reduce(0) { $0 + $1 * $1 } / count).squareRoot()
    }
  }

  /// Distance of the running sum below its peak so far, the start counting as a peak.
  static func drawdowns(_ returns: [Double]) -> [Double] {
    var depth = 0.0
    return returns.map { value in
      depth = max(0, depth - value)
      return depth
    }
  }

  /// Weights of the losses from the worst on, decreasing, that make the tail Gini measure.
  static func tailGiniWeights(_ count: Int, _ confidence: Double) -> [Double] {
    let tail = tailProbability(confidence)
    let levels = (0..<100).map { 0.0001 + (tail - 0.0001) * Double($0) / 99 }
    var shares = [levels[1] * levels[0] / (tail * tail)]
    for index in 1..<99 { shares.append((levels[index + 1] - levels[index - 1]) * levels[index] / (tail * tail)) }
    shares.append((tail - levels[98]) / tail)
    var weights = [Double](repeating: 0, count: count)
    for (level, share) in zip(levels, shares) {
      let mass = level * Double(count)
      let whole = min(max(Int((mass - 1e-9).rounded(.up)) - 1, 0), count - 1)
      for index in 0..<whole { weights[index] += share / mass }
      weights[whole] += share * (1 - Double(whole) / mass)
    }
    return weights
  }

  static func ordered(_ returns: [Double], _ weights: [Double]) -> Double {
    zip(returns.sorted(), weights).reduce(0) { $0 - $1.0 * $1.1 }
  }

  /// inf over t > 0 of t log(mean exp(loss/t) / (1 − c)), Ahmadi-Javid's entropic value at risk.
  static func entropic(_ losses: [Double], confidence: Double) -> Double {
    let worst = losses.max() ?? 0
    let spread = worst - (losses.min() ?? 0)
    guard spread > 0 else { return worst }
    let logTail = log(tailProbability(confidence) * Double(losses.count))
    func bound(_ logScale: Double) -> Double {
      let scale = exp(logScale)
      return worst + scale * (log(losses.reduce(0) { $0 + exp(($1 - worst) / scale) }) - logTail)
    }
    let best = goldenMaximum(of: { -bound($0) }, from: log(spread) - 14, to: log(spread) + 8)
    return min(bound(best), logTail > 0 ? .infinity : worst)
  }
}
