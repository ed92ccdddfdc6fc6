import Numerics

/// Value at risk and expected shortfall over simulated scenarios, with the error from their number.
public struct SimulatedTail: Hashable, Sendable {
  public let risk: TailRisk
  /// Half the distance between the order statistics one binomial standard error either side.
  public let valueAtRiskError: Double
  /// sqrt((var(losses beyond) + c (ES − VaR)²)/(n (1 − c))) (Manistre and Hancock 2005).
  public let expectedShortfallError: Double
  public let scenarios: Int
}

extension CopulaModel {
  /// The degrees of freedom for which a t copula with the panel's rank correlations makes its ranks likeliest, between 2 and
  /// `gaussianLimit`; at the limit the panel prefers a Gaussian copula. Ranks over n + 1 stand for the probabilities (Genest,
  /// Ghoudi and Rivest 1995); ties share their mean rank.
  public static func fittedDegreesOfFreedom(_ panel: ReturnPanel) throws(AnalyticsError) -> Double {
    let (rows, assets) = (panel.rowCount, panel.assetCount)
    guard assets >= 2 else {
      throw AnalyticsError(series: "assets", reason: .tooShort(found: assets, needed: 2))
    }
    guard rows >= 20 else { throw AnalyticsError(series: "returns", reason: .tooShort(found: rows, needed: 20)) }
    let correlations = try RankCorrelation.kendall(panel)
    let cholesky: Cholesky
    do {
      cholesky = try Cholesky(Matrix(rows: assets, columns: assets, values: correlations))
    } catch {
      throw AnalyticsError(series: "correlations", reason: .singular(error.description))
    }
    var twiceRanks = [Int](repeating: 0, count: rows * assets)
    for asset in 0..<assets {
      for (row, rank) in RankCorrelation.twiceRanks(panel.column(asset)).enumerated() {
        twiceRanks[row * assets + asset] = rank
      }
    }
    let used = Set(twiceRanks).sorted()
    func logLikelihood(_ logDegrees: Double) -> Double {
      let degrees = Elementary.exp(logDegrees)
      let distribution = StudentTDistribution(degreesOfFreedom: degrees)
      var scores = [Double](repeating: 0, count: 2 * rows + 1)
      for rank in used {
        let probability = Double(rank) / Double(2 * (rows + 1))
        // The smaller tail keeps its digits, and both sides the same ones.
        scores[rank] =
          probability > 0.5 ? -distribution.quantile(1 - probability) : distribution.quantile(probability)
      }
      var sum = 0.0
      var row = [Double](repeating: 0, count: assets)
      for index in 0..<rows {
        var marginal = 0.0
        for asset in 0..<assets {
          row[asset] = scores[twiceRanks[index * assets + asset]]
          marginal += Elementary.logOnePlus(row[asset] * row[asset] / degrees)
        }
        let whitened = cholesky.solveLower(row)
        let distance = whitened.reduce(0) { $0 + $1 * $1 }
        sum +=
          (degrees + 1) / 2 * marginal
          - (degrees + Double(assets)) / 2 * Elementary.logOnePlus(distance / degrees)
      }
      let constant =
        SpecialFunctions.logGamma((degrees + Double(assets)) / 2)
        + Double(assets - 1) * SpecialFunctions.logGamma(degrees / 2)
        - Double(assets) * SpecialFunctions.logGamma((degrees + 1) / 2)
      return sum + Double(rows) * (constant - cholesky.logDeterminant / 2)
    }
    let (low, high) = (Elementary.log(2), Elementary.log(gaussianLimit))
    let best = goldenMaximum(of: logLikelihood, from: low, to: high, steps: 24)
    // A likelihood that only rises has its maximum at the end, which the section approaches but never reaches.
    let degrees = logLikelihood(high) >= logLikelihood(best) ? gaussianLimit : Elementary.exp(best)
    guard degrees.isFinite else {
      throw AnalyticsError(series: "copula degrees of freedom", reason: .notConverged("no likelihood is finite"))
    }
    return degrees
  }

  /// With more degrees of freedom a t copula is a Gaussian one for all that a sample can tell.
  public static let gaussianLimit = 100.0

  /// Value at risk and expected shortfall of `weights`, with their Monte Carlo errors.
  public func simulatedTail(
    weights: [Double], scenarios: Int, seed: UInt64, confidence: Double
  ) throws(AnalyticsError) -> SimulatedTail {
    try simulatedTails(weights: weights, scenarios: scenarios, seed: seed, confidences: [confidence])[0]
  }

  /// Several levels of one set of scenarios.
  public func simulatedTails(
    weights: [Double], scenarios: Int, seed: UInt64, confidences: [Double]
  ) throws(AnalyticsError) -> [SimulatedTail] {
    var levels: [SimulatedTail] = []
    for found in try tails(weights: weights, scenarios: scenarios, seed: seed, confidences: confidences) {
      levels.append(try found.get())
    }
    return levels
  }

  /// The same with what each level allows: marginals of past returns refuse tails that none of them lies in.
  package func tails(
    weights: [Double], scenarios: Int, seed: UInt64, confidences: [Double]
  ) throws(AnalyticsError) -> [Result<SimulatedTail, AnalyticsError>] {
    guard scenarios >= 100 else { throw AnalyticsError(series: "scenarios", reason: .outOfRange("100 or more")) }
    let profits = try profits(weights: weights, scenarios: 0..<scenarios, seed: seed)
    try requireFinite(profits, series: "profits")
    let sorted = profits.sorted()
    return confidences.map { confidence in
      Result { () throws(AnalyticsError) in
        try requireMarginals(confidence: confidence)
        return try Self.simulatedTail(profits, sorted: sorted, confidence: confidence)
      }
    }
  }

  private static func simulatedTail(
    _ profits: [Double], sorted: [Double], confidence: Double
  ) throws(AnalyticsError) -> SimulatedTail {
    let count = Double(sorted.count)
    let risk = try HistoricalTail.estimate(profits, confidence: confidence)
    let tail = tailProbability(confidence)
    let reach = (tail * (1 - tail) / count).squareRoot()
    func order(_ probability: Double) -> Double {
      sorted[min(max(Int((probability * count).rounded(.up)) - 1, 0), sorted.count - 1)]
    }
    let beyond = sorted.prefix(max(1, Int((tail * count).rounded(.up)))).map { -$0 }
    let mean = beyond.mean
    let variance = beyond.lazy.map { ($0 - mean) * ($0 - mean) }.compensatedSum / Double(beyond.count)
    let distance = risk.expectedShortfall - risk.valueAtRisk
    return SimulatedTail(
      risk: risk, valueAtRiskError: (order(tail + reach) - order(max(0, tail - reach))) / 2,
      expectedShortfallError: ((variance + confidence * distance * distance) / (count * tail)).squareRoot(),
      scenarios: sorted.count)
  }
}
