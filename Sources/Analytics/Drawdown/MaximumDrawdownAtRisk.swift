/// How deep the deepest drawdown could have been with the same returns in another order: its distribution over resampled
/// histories of the same length.
public struct MaximumDrawdownAtRisk: Sendable, Hashable {
  /// The deepest drawdown, as a positive number, that one in 1/(1 − level) histories exceeds.
  public struct Level: Sendable, Hashable {
    public let level: Double
    public let atRisk: Double
    /// The mean of the histories at least as bad.
    public let conditional: Double
    /// Monte Carlo standard error of `atRisk`, from the spread of neighbouring order statistics.
    public let monteCarloError: Double
  }

  public let levels: [Level]
  public let median: Double
  public let mean: Double
  /// Standard error of `mean` from the number of histories.
  public let meanError: Double
  /// Share of histories at least as bad as what happened.
  public let observedRank: Double
  public let observed: Double
  public let method: String

  /// Uses histories that `figures` already resampled.
  public init(
    _ figures: ResampledFigures, observed returns: ReturnSeries, levels: [Double] = [0.5, 0.9, 0.95, 0.99]
  ) throws(AnalyticsError) {
    let depths = figures.maximumDrawdown.map { -$0 }.sorted()
    let count = Double(depths.count)
    var found: [Level] = []
    for level in levels {
      guard level > 0, level < 1 else {
        throw AnalyticsError(series: "confidence level", reason: .outOfRange("between 0 and 1"))
      }
      let atRisk = depths.sortedQuantile(level)
      // One standard error of the rank either side (binomial), half the distance between the values there.
      let reach = (level * (1 - level) / count).squareRoot()
      let spread = depths.sortedQuantile(min(1, level + reach)) - depths.sortedQuantile(max(0, level - reach))
      let worse = depths.filter { $0 >= atRisk }
      found.append(
        Level(
          level: level, atRisk: atRisk, conditional: worse.isEmpty ? atRisk : worse.mean, monteCarloError: spread / 2))
    }
    self.levels = found
    median = depths.sortedQuantile(0.5)
    mean = depths.mean
    meanError = depths.standardDeviation() / count.squareRoot()
    let observed = -returns.maximumDrawdown()
    self.observed = observed
    // A history equal to the observed one must not miss it by a rounding of logarithms.
    observedRank = Double(depths.count { $0 >= observed - 1e-12 }) / count
    method = figures.method
  }

  /// Resamples the returns.
  public init(
    _ returns: ReturnSeries, levels: [Double] = [0.5, 0.9, 0.95, 0.99],
    settings: ResamplingSettings = ResamplingSettings()
  ) throws(AnalyticsError) {
    try self.init(ResampledFigures(returns, settings: settings), observed: returns, levels: levels)
  }
}
