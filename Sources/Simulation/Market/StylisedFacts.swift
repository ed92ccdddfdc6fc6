import Numerics

/// One measured property of a market beside the band that the literature reports for it.
public struct StylisedFact: Hashable, Sendable, Codable {
  public var identifier: String
  public var summary: String
  public var value: Double
  public var low: Double
  public var high: Double
  public var source: String

  public var isWithinBand: Bool { value >= low && value <= high }
}

/// Too little was observed to measure anything.
public struct SurveyError: Error, Hashable, Sendable, CustomStringConvertible {
  public var reason: String

  public var description: String { "market survey: \(reason)" }
}

/// Measures the stylised facts of a market from a survey of its book.
public enum StylisedFacts {
  /// The facts in a fixed order, each beside its band.
  public static func measure(_ survey: MarketSurvey) throws(SurveyError) -> [StylisedFact] {
    let middles = survey.doubledMiddles.map { Double($0) / 2 }
    guard middles.count >= 200, survey.tradeSigns.count >= 200 else {
      throw SurveyError(
        reason: "\(middles.count) samples and \(survey.tradeSigns.count) trades; 200 of each are needed")
    }
    let returns = zip(middles.dropFirst(), middles).map { $0 - $1 }
    let moments = centralMoments(returns)
    guard moments.variance > 0 else { throw SurveyError(reason: "the price never moved") }
    let absolute = returns.map { abs($0) }
    let cont = "Cont, Quantitative Finance 1 (2001) 223-236"
    let lillo = "Lillo and Farmer, Studies in Nonlinear Dynamics & Econometrics 8(3) (2004)"
    let signs = survey.tradeSigns.map { Double($0) }
    return [
      StylisedFact(
        identifier: "excess_kurtosis", summary: "excess kurtosis of returns over one sample",
        value: moments.kurtosis - 3, low: 1, high: 500, source: cont),
      StylisedFact(
        identifier: "tail_index", summary: "Hill estimate of the tail index from the largest 5 % of absolute returns",
        value: hillIndex(absolute), low: 2, high: 6, source: cont),
      StylisedFact(
        identifier: "return_autocorrelation", summary: "mean autocorrelation of returns at lags 5 to 20",
        value: mean((5...20).map { autocorrelation(returns, lag: $0) }), low: -0.05, high: 0.05, source: cont),
      StylisedFact(
        identifier: "volatility_clustering", summary: "mean autocorrelation of absolute returns at lags 1 to 20",
        value: mean((1...20).map { autocorrelation(absolute, lag: $0) }), low: 0.02, high: 0.6, source: cont),
      StylisedFact(
        identifier: "order_flow_autocorrelation", summary: "mean autocorrelation of trade signs at lags 1 to 10",
        value: mean((1...10).map { autocorrelation(signs, lag: $0) }), low: 0.05, high: 0.6, source: lillo),
      StylisedFact(
        identifier: "mean_spread_ticks", summary: "mean spread in ticks",
        value: mean(survey.spreads.map { Double($0) }), low: 1, high: 30,
        source: "Bouchaud, Farmer and Lillo, Handbook of Financial Markets (2009) ch. 2"),
      StylisedFact(
        identifier: "depth_hump", summary: "ticks behind the touch at which the book is deepest",
        value: depthPeak(survey), low: 1, high: 60,
        source: "Bouchaud, Mezard and Potters, Quantitative Finance 2 (2002) 251-256"),
    ]
  }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }

  static func centralMoments(_ values: [Double]) -> (variance: Double, kurtosis: Double) {
    let average = mean(values)
    let squares = values.map { ($0 - average) * ($0 - average) }
    let variance = mean(squares)
    return (variance, variance > 0 ? mean(squares.map { $0 * $0 }) / (variance * variance) : 0)
  }

  static func autocorrelation(_ values: [Double], lag: Int) -> Double {
    guard values.count > lag + 1 else { return 0 }
    let average = mean(values)
    var (product, square) = (0.0, 0.0)
    for index in values.indices {
      let centred = values[index] - average
      square += centred * centred
      if index >= lag { product += centred * (values[index - lag] - average) }
    }
    return square > 0 ? product / square : 0
  }

  /// Hill's estimator over the largest twentieth. Prices on a grid tie often; ties of the threshold are left out.
  static func hillIndex(_ absolute: [Double]) -> Double {
    let sorted = absolute.filter { $0 > 0 }.sorted(by: >)
    let count = max(2, sorted.count / 20)
    guard sorted.count > count else { return 0 }
    let threshold = sorted[count]
    let exceeding = sorted.prefix(count).filter { $0 > threshold }
    guard !exceeding.isEmpty, threshold > 0 else { return 0 }
    let sum = exceeding.reduce(0) { $0 + Elementary.log($1 / threshold) }
    return sum > 0 ? Double(exceeding.count) / sum : 0
  }

  private static func depthPeak(_ survey: MarketSurvey) -> Double {
    let peak = survey.depthProfile.indices.max { survey.depthProfile[$0] < survey.depthProfile[$1] }
    return Double(peak ?? 0)
  }
}
