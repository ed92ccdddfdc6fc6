/// A symmetric covariance matrix of named assets.
public struct Covariance: Hashable, Sendable {
  public let assetNames: [String]
  /// Row-major, symmetric.
  public let values: [Double]
  /// How much of the matrix is the shrinkage target; zero for estimators that do not shrink.
  public let shrinkage: Double

  public var assetCount: Int { assetNames.count }

  /// Takes a matrix, which must be finite, symmetric to rounding, and have no negative variance.
  public init(assetNames: [String], rowMajor values: [Double], shrinkage: Double = 0) throws(AnalyticsError) {
    let count = assetNames.count
    guard count > 0 else { throw AnalyticsError(series: "assets", reason: .empty) }
    guard values.count == count * count else {
      throw AnalyticsError(
        series: "covariance", reason: .lengthMismatch(found: values.count, expected: count * count))
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw AnalyticsError(series: "covariance", row: index / count, reason: .notFinite)
    }
    for row in 0..<count {
      guard values[row * count + row] >= 0 else {
        throw AnalyticsError(series: "covariance", row: row, reason: .outOfRange("zero or more on the diagonal"))
      }
      for column in 0..<row {
        let difference = abs(values[row * count + column] - values[column * count + row])
        let scale = (values[row * count + row] * values[column * count + column]).squareRoot()
        guard difference <= 1e-8 * max(scale, 1e-300) else {
          throw AnalyticsError(series: "covariance", row: row, reason: .outOfRange("symmetric"))
        }
      }
    }
    self.assetNames = assetNames
    self.values = values
    self.shrinkage = shrinkage
  }

  /// From volatilities and a row-major correlation matrix.
  public init(
    assetNames: [String], volatilities: [Double], correlations: [Double]
  ) throws(AnalyticsError) {
    let count = assetNames.count
    try requireWeights(volatilities, count: count, series: "volatilities")
    try requireWeights(correlations, count: count * count, series: "correlations")
    var values = correlations
    for row in 0..<count {
      for column in 0..<count { values[row * count + column] *= volatilities[row] * volatilities[column] }
    }
    try self.init(assetNames: assetNames, rowMajor: values)
  }

  /// The covariance of two assets.
  public subscript(row: Int, column: Int) -> Double { values[row * assetCount + column] }

  public var volatilities: [Double] { (0..<assetCount).map { self[$0, $0].squareRoot() } }

  /// Σw.
  public func times(_ weights: [Double]) -> [Double] {
    precondition(weights.count == assetCount, "one weight per asset")
    return (0..<assetCount).map { row in
      var sum = 0.0
      for column in 0..<assetCount { sum += self[row, column] * weights[column] }
      return sum
    }
  }

  /// w'Σw, never below zero.
  public func variance(_ weights: [Double]) -> Double {
    max(zip(times(weights), weights).reduce(0) { $0 + $1.0 * $1.1 }, 0)
  }

  /// Correlations; an asset without variance correlates with nothing but itself.
  public var correlations: [Double] {
    let deviations = volatilities
    var result = [Double](repeating: 0, count: assetCount * assetCount)
    for row in 0..<assetCount {
      for column in 0..<assetCount {
        let scale = deviations[row] * deviations[column]
        result[row * assetCount + column] =
          row == column ? 1 : scale > 0 ? min(max(self[row, column] / scale, -1), 1) : 0
      }
    }
    return result
  }
}
