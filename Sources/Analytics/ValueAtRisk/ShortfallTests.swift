import Glibc
import Numerics

/// Backtests of expected shortfall (Acerbi and Székely 2014). Each statistic is zero on average when the model is right
/// and negative when shortfall was understated; critical values come from simulation under the model.
public enum ShortfallTests {
  /// Z1: the size of losses beyond value at risk, given that they happened. Nil without violations.
  public static func conditional(
    returns: [Double], valueAtRisk: [Double], expectedShortfall: [Double]
  ) throws(AnalyticsError) -> Double? {
    try requireForecasts(returns, valueAtRisk, expectedShortfall)
    var (sum, hits) = (0.0, 0)
    for row in returns.indices where returns[row] < -valueAtRisk[row] {
      sum += returns[row] / expectedShortfall[row]
      hits += 1
    }
    return hits == 0 ? nil : sum / Double(hits) + 1
  }

  /// Z2: size and frequency of losses beyond value at risk together.
  public static func unconditional(
    returns: [Double], valueAtRisk: [Double], expectedShortfall: [Double], confidence: Double
  ) throws(AnalyticsError) -> Double {
    try requireConfidence(confidence)
    try requireForecasts(returns, valueAtRisk, expectedShortfall)
    var sum = 0.0
    for row in returns.indices where returns[row] < -valueAtRisk[row] {
      sum += returns[row] / expectedShortfall[row]
    }
    return sum / (Double(returns.count) * tailProbability(confidence)) + 1
  }

  /// Z3: shortfall estimated from the ranks of the outcomes under the model.
  ///
  /// `probabilities` are the model's distribution functions at the outcomes, uniform when it is right; `quantile` gives the
  /// model's quantile of a day. Works with any forecast distribution, at days × tail observations of work.
  public static func ranked(
    probabilities: [Double], confidence: Double, quantile: (_ day: Int, _ probability: Double) -> Double
  ) throws(AnalyticsError) -> Double {
    try requireConfidence(confidence)
    try requireFinite(probabilities, atLeast: 1, series: "probabilities")
    if let row = probabilities.firstIndex(where: { $0 <= 0 || $0 >= 1 }) {
      throw AnalyticsError(series: "probabilities", row: row, reason: .outOfRange("between 0 and 1, both excluded"))
    }
    let days = probabilities.count
    let tail = tailRows(days: days, confidence: confidence)
    let worst = probabilities.sorted().prefix(tail)
    let nodes = expectedTailNodes(days: days, tail: tail)
    var sum = 0.0
    for day in 0..<days {
      let observed = worst.reduce(0) { $0 - quantile(day, $1) } / Double(tail)
      let expected = nodes.reduce(0) { $0 - $1.weight * quantile(day, $1.probability) }
      guard observed.isFinite, expected.isFinite, expected > 0 else {
        throw AnalyticsError(
          series: "quantile", row: day, reason: .outOfRange("finite, with a positive expected shortfall"))
      }
      sum += observed / expected
    }
    return 1 - sum / Double(days)
  }

  /// Observations that Z3 takes for the tail.
  static func tailRows(days: Int, confidence: Double) -> Int {
    max(Int((Double(days) * tailProbability(confidence) + 1e-9).rounded(.down)), 1)
  }

  /// Nodes p and weights w with Σ w q(p) the expected mean of the `tail` smallest of `days` draws of quantile function q:
  /// (days/tail) ∫ P(fewer than `tail` of the other draws below p) q(p) dp, by the midpoint rule over log p, which keeps
  /// away from both ends.
  static func expectedTailNodes(days: Int, tail: Int) -> [(probability: Double, weight: Double)] {
    let steps = 240
    let width = 36.0 / Double(steps)
    var nodes: [(probability: Double, weight: Double)] = []
    for step in 0..<steps {
      let probability = exp(-width * (Double(step) + 0.5))
      let chance = days > 1 ? BinomialDistribution(trials: days - 1, probability: probability).cdf(tail - 1) : 1
      let weight = chance * probability
      if weight > 1e-18 { nodes.append((probability, weight)) }
    }
    // The weights add up to one but for the rule's error; exactness for a constant costs nothing.
    let total = nodes.reduce(0) { $0 + $1.weight }
    return nodes.map { ($0.probability, $0.weight / total) }
  }

  /// The joint score of value at risk and expected shortfall of Fissler and Ziegel in the zero-homogeneous form of Patton,
  /// Ziegel and Chen (2019): smaller is better, and forecasts of both are compared by its mean.
  public static func jointScore(
    returns: [Double], valueAtRisk: [Double], expectedShortfall: [Double], confidence: Double
  ) throws(AnalyticsError) -> [Double] {
    try requireConfidence(confidence)
    try requireForecasts(returns, valueAtRisk, expectedShortfall)
    let tail = tailProbability(confidence)
    return returns.indices.map { row in
      let (value, shortfall) = (-valueAtRisk[row], -expectedShortfall[row])
      let hit = returns[row] <= value ? 1.0 : 0
      return -hit * (value - returns[row]) / (tail * shortfall) + value / shortfall + log(-shortfall) - 1
    }
  }

  // MARK: Critical values

  /// A distribution of standardised returns under which critical values are simulated.
  public enum Reference: Hashable, Sendable {
    case normal
    case studentT(degreesOfFreedom: Double)

    func quantile(_ probability: Double) -> Double {
      switch self {
      case .normal: SpecialFunctions.normalQuantile(probability)
      case .studentT(let nu): StudentTDistribution(degreesOfFreedom: nu).quantile(probability)
      }
    }

    func tail(confidence: Double) throws(AnalyticsError) -> TailRisk {
      switch self {
      case .normal: try ParametricTail.normal(deviation: 1, confidence: confidence)
      case .studentT(let nu): try ParametricTail.studentT(degreesOfFreedom: nu, scale: 1, confidence: confidence)
      }
    }
  }

  /// Values of Z2 when the model is right, sorted: the number of violations is drawn first and then only the losses beyond
  /// the quantile, so a trial costs days × tail draws, not days.
  public static func simulatedUnconditional(
    days: Int, confidence: Double, reference: Reference, trials: Int, seed: UInt64
  ) throws(AnalyticsError) -> [Double] {
    try requireConfidence(confidence)
    guard days >= 1, trials >= 1 else {
      throw AnalyticsError(series: "days and trials", reason: .outOfRange("1 or more"))
    }
    guard confidence > 0.5 else {
      throw AnalyticsError(
        series: "confidence", reason: .outOfRange("above one half, where every tail value is a loss"))
    }
    let tail = tailProbability(confidence)
    return unconditionalValues(
      days: days, tail: tail, shortfall: try reference.tail(confidence: confidence).expectedShortfall,
      quantiles: TailQuantiles(reference: reference, tail: tail), trials: trials, seed: seed)
  }

  /// The same for a tail that is known already.
  static func unconditionalValues(
    days: Int, tail: Double, shortfall: Double, quantiles: TailQuantiles, trials: Int, seed: UInt64
  ) -> [Double] {
    let counts = BinomialDistribution(trials: days, probability: tail)
    // The inverse of the count's distribution as a table, since every trial needs it.
    var table: [Double] = []
    while table.last ?? 0 < 1 - 1e-15, table.count <= days { table.append(counts.cdf(table.count)) }
    var values: [Double] = []
    values.reserveCapacity(trials)
    for trial in 0..<trials {
      let stream = RandomStream(seed: seed, stream: UInt64(trial))
      let draw = stream.uniform(at: 0)
      var hits = 0
      while hits < table.count - 1, table[hits] < draw { hits += 1 }
      var sum = 0.0
      for hit in 0..<hits { sum += quantiles[stream.uniform(at: UInt64(hit + 1))] }
      values.append(sum / (Double(days) * tail * shortfall) + 1)
    }
    return values.sorted()
  }

  /// Quantiles of the share u of a tail, from a table: the logarithm of the loss is almost linear in log u, so straight
  /// lines between 1,500 nodes are good to 1e-5 of the loss.
  struct TailQuantiles {
    private static let width = 0.02
    private let logLosses: [Double]

    init(reference: Reference, tail: Double) {
      logLosses = (0...1500).map { log(max(-reference.quantile(tail * exp(-Self.width * Double($0))), 1e-12)) }
    }

    subscript(share: Double) -> Double {
      let position = min(max(-log(share), 0) / Self.width, Double(logLosses.count - 2))
      let index = Int(position)
      return -exp(logLosses[index] + (position - Double(index)) * (logLosses[index + 1] - logLosses[index]))
    }
  }

  /// The value of Z2 below which the model is rejected at this significance.
  public static func unconditionalCriticalValue(
    days: Int, confidence: Double, significance: Double, reference: Reference = .normal, trials: Int = 20_000,
    seed: UInt64 = 1
  ) throws(AnalyticsError) -> Double {
    guard significance > 0, significance < 1 else {
      throw AnalyticsError(series: "significance", reason: .outOfRange("between 0 and 1, both excluded"))
    }
    let values = try simulatedUnconditional(
      days: days, confidence: confidence, reference: reference, trials: trials, seed: seed)
    return Quantile.value(values, probability: significance)
  }

  static func requireForecasts(
    _ returns: [Double], _ valueAtRisk: [Double], _ expectedShortfall: [Double]
  ) throws(AnalyticsError) {
    try requireFinite(returns, atLeast: 1, series: "returns")
    for (name, series) in [("value at risk", valueAtRisk), ("expected shortfall", expectedShortfall)] {
      guard series.count == returns.count else {
        throw AnalyticsError(series: name, reason: .lengthMismatch(found: series.count, expected: returns.count))
      }
      try requireFinite(series, series: name)
    }
    if let row = expectedShortfall.firstIndex(where: { $0 <= 0 }) {
      throw AnalyticsError(series: "expected shortfall", row: row, reason: .notPositive)
    }
  }
}
