/// The returns of every variant of a search over the same periods: what tests of luck are computed from.
public struct VariantReturns: Sendable, Hashable {
  public let names: [String]
  /// One array of equal length for each variant.
  public let series: [[Double]]

  /// At least one variant; all finite and of equal length.
  public init(_ series: [[Double]], names: [String]? = nil) throws(AnalyticsError) {
    let names = names ?? series.indices.map { "variant \($0)" }
    guard names.count == series.count else {
      throw AnalyticsError(
        series: "names of variants", reason: .lengthMismatch(found: names.count, expected: series.count))
    }
    guard let first = series.first else { throw AnalyticsError(series: "variants", reason: .empty) }
    for (values, name) in zip(series, names) {
      guard values.count == first.count else {
        throw AnalyticsError(series: name, reason: .lengthMismatch(found: values.count, expected: first.count))
      }
      try requireFinite(values, atLeast: 2, series: name)
    }
    self.names = names
    self.series = series
  }

  /// Variants, and periods of each.
  public var count: Int { series.count }
  public var periods: Int { series[0].count }

  /// Sharpe ratio per period of each variant, zero for a constant one, and their variance (divisor n − 1): what the
  /// deflated Sharpe ratio needs to know of a search. The variance of a single variant is zero.
  public var sharpeRatios: [Double] {
    series.map { values in
      let deviation = values.standardDeviation()
      return deviation > 0 ? values.mean / deviation : 0
    }
  }

  public var sharpeVariance: Double { Self.variance(ofRatios: sharpeRatios) }

  /// The variance of ratios (divisor n − 1), exactly zero where all are equal.
  package static func variance(ofRatios ratios: [Double]) -> Double {
    let deviation = ratios.standardDeviation()
    return deviation * deviation
  }
}
