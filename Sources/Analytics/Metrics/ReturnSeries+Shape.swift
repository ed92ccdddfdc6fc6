import Numerics

/// Central moments of a sample with divisor n, and the shape figures they give.
public struct Moments: Sendable, Hashable {
  public let count: Int
  public let mean: Double
  /// Divisor n.
  public let variance: Double
  /// m₃ / m₂^1.5; zero when the series is constant.
  public let skewness: Double
  /// m₄ / m₂², 3 for the normal distribution; 3 when the series is constant.
  public let kurtosis: Double

  /// Moments of at least one finite value.
  public init(_ values: [Double], series: String = "values") throws(AnalyticsError) {
    try requireFinite(values, atLeast: 1, series: series)
    let mean = values.mean
    var second = CompensatedSum()
    var third = CompensatedSum()
    var fourth = CompensatedSum()
    for value in values {
      let distance = value - mean
      let square = distance * distance
      second.add(square)
      third.add(square * distance)
      fourth.add(square * square)
    }
    let count = Double(values.count)
    self.count = values.count
    self.mean = mean
    let isConstant = !values.contains { $0 != values[0] }
    variance = isConstant ? 0 : second.value / count
    let fourthScale = variance * variance
    skewness = fourthScale > 0 ? third.value / count / (variance * variance.squareRoot()) : 0
    kurtosis = fourthScale > 0 ? fourth.value / count / fourthScale : 3
  }

  /// The bias-corrected skewness G₁ (Joanes and Gill 1998), nil below three values.
  public var unbiasedSkewness: Double? {
    let n = Double(count)
    return count < 3 ? nil : skewness * (n * (n - 1)).squareRoot() / (n - 2)
  }

  /// The bias-corrected excess kurtosis G₂ (Joanes and Gill 1998), nil below four values.
  public var unbiasedExcessKurtosis: Double? {
    let n = Double(count)
    return count < 4 ? nil : (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (kurtosis - 3) + 6)
  }
}

extension ReturnSeries {
  /// Moments of the returns.
  public var moments: Moments {
    guard let moments = try? Moments(values, series: name) else {
      preconditionFailure("a checked series has finite values")
    }
    return moments
  }

  /// Correlation of the series with itself `lag` periods later, around one mean.
  public func autocorrelation(lag: Int) throws(AnalyticsError) -> Double {
    guard lag > 0 else { throw AnalyticsError(series: "lag", reason: .outOfRange("1 or more")) }
    try requireCount(lag + 2)
    guard values.standardDeviation() > 0 else { throw AnalyticsError(series: name, reason: .constant) }
    let mean = values.mean
    let products = (lag..<count).lazy.map { (values[$0] - mean) * (values[$0 - lag] - mean) }
    return products.compensatedSum / values.squaredDeviations(from: mean)
  }

  /// The quantile of the returns, interpolated linearly (type 7).
  public func quantile(_ probability: Double) throws(AnalyticsError) -> Double {
    guard (0...1).contains(probability) else {
      throw AnalyticsError(series: "probability", reason: .outOfRange("0 to 1"))
    }
    return values.sorted().sortedQuantile(probability)
  }

  /// |95 % quantile| over |5 % quantile|.
  public func tailRatio() throws(AnalyticsError) -> Double {
    let sorted = values.sorted()
    let lower = abs(sorted.sortedQuantile(0.05))
    guard lower > 0 else { throw AnalyticsError(series: name, reason: .undefined("the 5 % quantile is zero")) }
    return abs(sorted.sortedQuantile(0.95)) / lower
  }

  /// R² of a straight line through the cumulated log returns: 1 is perfectly steady growth (or decline).
  public func stability() throws(AnalyticsError) -> Double {
    try requireCount(2)
    if let row = values.firstIndex(where: { $0 <= -1 }) {
      throw AnalyticsError(series: name, row: row, reason: .undefined("a total loss has no logarithm"))
    }
    var level = 0.0
    let path = values.map { value in
      level += Elementary.logOnePlus(value)
      return level
    }
    let correlation = try pearsonCorrelation(path, path.indices.map(Double.init), series: name)
    return correlation * correlation
  }
}

/// Pearson's correlation of two series of equal length.
func pearsonCorrelation(_ left: [Double], _ right: [Double], series: String) throws(AnalyticsError) -> Double {
  guard left.standardDeviation() > 0, right.standardDeviation() > 0 else {
    throw AnalyticsError(series: series, reason: .constant)
  }
  let (leftMean, rightMean) = (left.mean, right.mean)
  let product = zip(left, right).lazy.map { ($0 - leftMean) * ($1 - rightMean) }.compensatedSum
  let scale = (left.squaredDeviations(from: leftMean) * right.squaredDeviations(from: rightMean)).squareRoot()
  guard scale > 0 else { throw AnalyticsError(series: series, reason: .constant) }
  return min(1, max(-1, product / scale))
}
