/// Exponentially weighted variance, σ²(t+1) = λ σ²(t) + (1 − λ) r²(t), as RiskMetrics defines it.
public enum EWMAVolatility {
  /// One variance per return, known before that return, and the forecast after the last.
  ///
  /// The first variance is `initialVariance`, or the mean square of all returns; the mean return is taken as zero.
  public static func filter(
    _ returns: [Double], decay: Double = 0.94, initialVariance: Double? = nil
  ) throws(AnalyticsError) -> (variances: [Double], forecast: Double) {
    try requireFinite(returns, atLeast: 2, series: "returns")
    guard decay > 0, decay < 1 else {
      throw AnalyticsError(series: "decay", reason: .outOfRange("between 0 and 1, both excluded"))
    }
    var variance =
      initialVariance ?? returns.reduce(0) { $0 + $1 * $1 } / Double(returns.count)
    guard variance > 0, variance.isFinite else {
      throw AnalyticsError(
        series: initialVariance == nil ? "returns" : "initial variance",
        reason: initialVariance == nil ? .constant : .notPositive)
    }
    var variances: [Double] = []
    variances.reserveCapacity(returns.count)
    for value in returns {
      variances.append(variance)
      variance = decay * variance + (1 - decay) * value * value
    }
    return (variances, variance)
  }
}
