import Numerics

/// Historical simulation on returns divided by their own volatility and scaled to tomorrow's (Hull and White 1998;
/// Barone-Adesi, Giannopoulos and Vosper 1999).
public enum FilteredHistoricalTail {
  /// With exponentially weighted volatility.
  public static func exponentiallyWeighted(
    _ returns: [Double], decay: Double = 0.94, confidence: Double
  ) throws(AnalyticsError) -> TailRisk {
    let (variances, forecast) = try EWMAVolatility.filter(returns, decay: decay)
    let standardized = zip(returns, variances).map { $0 / $1.squareRoot() }
    return try HistoricalTail.estimate(standardized, confidence: confidence)
      .scaled(by: forecast.squareRoot(), mean: 0)
  }

  /// With a GARCH model's variances.
  public static func garch(
    _ returns: [Double], model: GARCH, confidence: Double
  ) throws(AnalyticsError) -> TailRisk {
    let filtered = try model.filter(returns)
    return try HistoricalTail.estimate(filtered.standardizedErrors, confidence: confidence)
      .scaled(by: filtered.nextVariance.squareRoot(), mean: model.mean)
  }

  /// The loss over several days: paths of the model with shocks drawn from the past standardised errors, so that
  /// volatility clusters within the horizon too. The answer depends on the seed only, not on threads.
  public static func garchPaths(
    _ returns: [Double], model: GARCH, horizon: Int, paths: Int, seed: UInt64, confidence: Double
  ) throws(AnalyticsError) -> TailRisk {
    guard horizon >= 1, paths >= 1 else {
      throw AnalyticsError(series: "horizon and paths", reason: .outOfRange("1 or more"))
    }
    let filtered = try model.filter(returns)
    var sums: [Double] = []
    sums.reserveCapacity(paths)
    for path in 0..<paths {
      let stream = RandomStream(seed: seed, stream: UInt64(path))
      var variance = filtered.nextVariance
      var sum = 0.0
      for day in 0..<horizon {
        let draw = stream.integer(at: UInt64(day), below: filtered.standardizedErrors.count)
        let error = filtered.standardizedErrors[draw] * variance.squareRoot()
        sum += model.mean + error
        variance = model.nextVariance(after: variance, error: error)
      }
      sums.append(sum)
    }
    return try HistoricalTail.estimate(sums, confidence: confidence)
  }
}
