extension DrawdownCurve {
  /// The deepest point, zero or negative.
  public var maximum: Double { depths.min() ?? 0 }

  /// The mean depth over all observations, those at a high included.
  public var mean: Double { depths.mean }

  /// The mean of the deepest points of all drawdowns; nil when there was none.
  public var meanOfPeriods: Double? {
    let depths = periods.map(\.depth)
    return depths.isEmpty ? nil : depths.mean
  }

  /// The square root of the mean squared depth, over n observations (Martin and McCann 1989).
  public var ulcerIndex: Double { (depths.squaredDeviations(from: 0) / Double(count)).squareRoot() }

  /// As `ulcerIndex` with divisor n − 1, the form quantstats prints; nil with fewer than two observations.
  public var ulcerIndexSampleDivisor: Double? {
    count < 2 ? nil : (depths.squaredDeviations(from: 0) / Double(count - 1)).squareRoot()
  }

  /// The mean depth as a positive number.
  public var painIndex: Double { -mean }

  /// The share of observations below the high.
  public var fractionUnderWater: Double {
    Double(depths.lazy.filter { $0 < 0 }.count) / Double(count)
  }

  /// The share of time below the high, each observation lasting until the next; by rows when times are unknown.
  public var timeUnderWater: Double {
    guard let times, let first = times.first, let last = times.last, last > first else { return fractionUnderWater }
    var below = 0.0
    for row in 0..<count - 1 where depths[row] < 0 { below += Double(times[row + 1] - times[row]) }
    return below / Double(last - first)
  }

  /// The longest drawdown in the unit of the curve, the open one as far as it goes; zero when there was none.
  public var longestLength: Int64 { periods.map(\.length).max() ?? 0 }

  /// The depth, as a positive number, that the worst 1 − `level` share of observations reaches or exceeds.
  public func drawdownAtRisk(level: Double) throws(AnalyticsError) -> Double {
    try tail(level: level).threshold
  }

  /// The mean depth, as a positive number, of the worst 1 − `level` share of observations; the observation on the border
  /// counts with the fraction that completes the share (Chekhlov, Uryasev and Zabarankin 2005).
  public func conditionalDrawdownAtRisk(level: Double) throws(AnalyticsError) -> Double {
    try tail(level: level).mean
  }

  private func tail(level: Double) throws(AnalyticsError) -> (threshold: Double, mean: Double) {
    guard level > 0, level < 1 else {
      throw AnalyticsError(series: "confidence level", reason: .outOfRange("between 0 and 1"))
    }
    let sorted = depths.sorted()
    // (1 − 0.8) × 10 is 1.9999999999999996: without the snap the border would be one observation too shallow.
    let exact = (1 - level) * Double(count)
    let share = (exact - exact.rounded()).magnitude < 1e-9 * Double(count) ? exact.rounded() : exact
    guard share > 0 else { return (-sorted[0], -sorted[0]) }
    let whole = min(Int(share), count)
    let fraction = share - Double(whole)
    let border = fraction > 0 ? whole : max(0, whole - 1)
    let sum = sorted[..<whole].compensatedSum + (fraction > 0 ? fraction * sorted[border] : 0)
    return (-sorted[border], -sum / share)
  }
}

extension DrawdownCurve {
  /// The deepest drawdown of equity in one pass, without storing the curve.
  public static func maximum(ofReturns returns: [Double]) -> Double {
    var equity = 1.0
    var peak = 1.0
    var deepest = 0.0
    for value in returns {
      equity *= 1 + value
      peak = max(peak, equity)
      deepest = min(deepest, equity / peak - 1)
    }
    return deepest
  }
}
