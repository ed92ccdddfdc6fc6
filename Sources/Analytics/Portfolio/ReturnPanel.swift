/// Returns of several assets over the same rows of time, checked once.
public struct ReturnPanel: Hashable, Sendable {
  public let assetNames: [String]
  public let rowCount: Int
  /// Row-major: all assets of row 0, then of row 1.
  public let values: [Double]

  public var assetCount: Int { assetNames.count }

  /// Takes row-major returns; every value must be finite.
  public init(assetNames: [String], rowMajor values: [Double]) throws(AnalyticsError) {
    guard !assetNames.isEmpty else { throw AnalyticsError(series: "assets", reason: .empty) }
    guard !values.isEmpty else { throw AnalyticsError(series: "returns", reason: .empty) }
    guard values.count % assetNames.count == 0 else {
      throw AnalyticsError(
        series: "returns",
        reason: .lengthMismatch(
          found: values.count, expected: (values.count / assetNames.count + 1) * assetNames.count))
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw AnalyticsError(
        series: assetNames[index % assetNames.count], row: index / assetNames.count, reason: .notFinite)
    }
    self.assetNames = assetNames
    self.values = values
    rowCount = values.count / assetNames.count
  }

  /// Takes one column of returns per asset.
  public init(assetNames: [String], columns: [[Double]]) throws(AnalyticsError) {
    guard assetNames.count == columns.count else {
      throw AnalyticsError(
        series: "asset names", reason: .lengthMismatch(found: assetNames.count, expected: columns.count))
    }
    let rows = columns.first?.count ?? 0
    for (name, column) in zip(assetNames, columns) where column.count != rows {
      throw AnalyticsError(series: name, reason: .lengthMismatch(found: column.count, expected: rows))
    }
    var values = [Double](repeating: 0, count: rows * columns.count)
    for (asset, column) in columns.enumerated() {
      for (row, value) in column.enumerated() { values[row * columns.count + asset] = value }
    }
    try self.init(assetNames: assetNames, rowMajor: values)
  }

  /// The simple returns of prices, which must be above zero.
  public init(assetNames: [String], priceColumns: [[Double]]) throws(AnalyticsError) {
    guard assetNames.count == priceColumns.count else {
      throw AnalyticsError(
        series: "asset names", reason: .lengthMismatch(found: assetNames.count, expected: priceColumns.count))
    }
    var columns: [[Double]] = []
    for (name, prices) in zip(assetNames, priceColumns) {
      try requireFinite(prices, atLeast: 2, series: name)
      if let row = prices.firstIndex(where: { $0 <= 0 }) {
        throw AnalyticsError(series: name, row: row, reason: .notPositive)
      }
      columns.append(zip(prices.dropFirst(), prices).map { $0 / $1 - 1 })
    }
    try self.init(assetNames: assetNames, columns: columns)
  }

  /// The return of an asset in a row.
  public subscript(row: Int, asset: Int) -> Double { values[row * assetCount + asset] }

  /// The returns of one asset.
  public func column(_ asset: Int) -> [Double] { (0..<rowCount).map { self[$0, asset] } }

  /// The rows of a range.
  public func rows(_ range: Range<Int>) throws(AnalyticsError) -> ReturnPanel {
    guard range.lowerBound >= 0, range.upperBound <= rowCount, !range.isEmpty else {
      throw AnalyticsError(series: "rows", reason: .outOfRange("a non-empty range within 0..<\(rowCount)"))
    }
    return try ReturnPanel(
      assetNames: assetNames,
      rowMajor: Array(values[(range.lowerBound * assetCount)..<(range.upperBound * assetCount)]))
  }

  /// Mean return of each asset.
  public var means: [Double] {
    var sums = [Double](repeating: 0, count: assetCount)
    for row in 0..<rowCount {
      for asset in 0..<assetCount { sums[asset] += self[row, asset] }
    }
    return sums.map { $0 / Double(rowCount) }
  }

  /// Returns of the portfolio with these weights, held at the same weights every row.
  public func portfolioReturns(_ weights: [Double]) throws(AnalyticsError) -> [Double] {
    try requireWeights(weights, count: assetCount)
    return (0..<rowCount).map { row in
      var sum = 0.0
      for asset in 0..<assetCount { sum += self[row, asset] * weights[asset] }
      return sum
    }
  }
}

/// Throws unless there is one finite weight per asset.
func requireWeights(_ weights: [Double], count: Int, series: String = "weights") throws(AnalyticsError) {
  guard weights.count == count else {
    throw AnalyticsError(series: series, reason: .lengthMismatch(found: weights.count, expected: count))
  }
  try requireFinite(weights, series: series)
}
