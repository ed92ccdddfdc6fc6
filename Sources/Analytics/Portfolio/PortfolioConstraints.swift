/// What a portfolio may look like; every limit has a name, which messages about conflicts use.
public struct PortfolioConstraints: Hashable, Sendable {
  /// A limit on a weighted sum of weights: a sector (coefficients 0 and 1), a factor exposure (loadings), a sleeve.
  public struct Linear: Hashable, Sendable {
    public var name: String
    public var coefficients: [Double]
    public var atLeast: Double?
    public var atMost: Double?

    public init(name: String, coefficients: [Double], atLeast: Double? = nil, atMost: Double? = nil) {
      self.name = name
      self.coefficients = coefficients
      self.atLeast = atLeast
      self.atMost = atMost
    }
  }

  /// The sum of the weights; nil leaves it free.
  public var budget: Double? = 1
  public var lowerBounds: [Double]
  public var upperBounds: [Double]
  public var linear: [Linear] = []
  /// Weights held before, for turnover and costs.
  public var previousWeights: [Double]?
  /// Limit of Σ|w − previous|.
  public var turnoverLimit: Double?
  /// Limit of Σ|w|, for long-short portfolios.
  public var grossLimit: Double?
  /// Limit of Σ max(−w, 0).
  public var shortLimit: Double?
  /// Cost of trading per unit of |w − previous|, one per asset; taken off the expected return wherever it appears.
  public var tradingCosts: [Double]?
  /// Lowest acceptable expected return, after trading costs.
  public var minimumReturn: Double?

  /// Long only and fully invested.
  public init(assetCount: Int) {
    lowerBounds = [Double](repeating: 0, count: assetCount)
    upperBounds = [Double](repeating: 1, count: assetCount)
  }

  /// Long and short with gross and short limits, fully invested net.
  public static func longShort(assetCount: Int, grossLimit: Double, bound: Double = 1) -> PortfolioConstraints {
    var constraints = PortfolioConstraints(assetCount: assetCount)
    constraints.lowerBounds = [Double](repeating: -bound, count: assetCount)
    constraints.upperBounds = [Double](repeating: bound, count: assetCount)
    constraints.grossLimit = grossLimit
    return constraints
  }

  var usesTurnover: Bool { turnoverLimit != nil || tradingCosts != nil }
  var usesGross: Bool { grossLimit != nil || shortLimit != nil }

  /// Variables beside the weights: |w − previous| and |w|.
  func extraVariables(_ count: Int) -> Int { (usesTurnover ? count : 0) + (usesGross ? count : 0) }

  func requireValid(assetCount: Int) throws(AnalyticsError) {
    for (name, bounds) in [("lower bounds", lowerBounds), ("upper bounds", upperBounds)] {
      guard bounds.count == assetCount else {
        throw AnalyticsError(series: name, reason: .lengthMismatch(found: bounds.count, expected: assetCount))
      }
      if let row = bounds.firstIndex(where: \.isNaN) {
        throw AnalyticsError(series: name, row: row, reason: .notFinite)
      }
    }
    for row in linear {
      try requireWeights(row.coefficients, count: assetCount, series: row.name)
      if row.atLeast?.isFinite == false || row.atMost?.isFinite == false {
        throw AnalyticsError(series: row.name, reason: .notFinite)
      }
    }
    if usesTurnover || previousWeights != nil {
      try requireWeights(previousWeights ?? [], count: assetCount, series: "previous weights")
    }
    if let tradingCosts {
      try requireWeights(tradingCosts, count: assetCount, series: "trading costs")
      if let row = tradingCosts.firstIndex(where: { $0 < 0 }) {
        throw AnalyticsError(series: "trading costs", row: row, reason: .outOfRange("zero or more"))
      }
    }
    for (name, value) in [
      ("budget", budget), ("turnover limit", turnoverLimit), ("gross limit", grossLimit),
      ("short limit", shortLimit), ("minimum return", minimumReturn),
    ] {
      if let value, !value.isFinite { throw AnalyticsError(series: name, reason: .notFinite) }
    }
  }

  /// One row coefficients'x ≤ limit over weights and extra variables.
  struct NamedRow {
    var name: String
    var coefficients: [Double]
    var limit: Double
    var isEquality = false
    /// Rows that define extra variables are always satisfiable and never part of a conflict.
    var isDefinition = false
  }

  /// All constraints but the bounds as rows; `expectedReturns` is needed for a minimum return.
  func namedRows(assetCount count: Int, expectedReturns: [Double]?) -> [NamedRow] {
    let width = count + extraVariables(count)
    let grossOffset = count + (usesTurnover ? count : 0)
    func padded(_ coefficients: [Double]) -> [Double] {
      coefficients + [Double](repeating: 0, count: width - count)
    }
    var rows: [NamedRow] = []
    if let budget {
      rows.append(
        NamedRow(
          name: "budget = \(budget)", coefficients: padded([Double](repeating: 1, count: count)), limit: budget,
          isEquality: true))
    }
    for row in linear {
      if let most = row.atMost {
        rows.append(NamedRow(name: "\(row.name) at most \(most)", coefficients: padded(row.coefficients), limit: most))
      }
      if let least = row.atLeast {
        rows.append(
          NamedRow(
            name: "\(row.name) at least \(least)", coefficients: padded(row.coefficients.map { -$0 }), limit: -least))
      }
    }
    if let minimumReturn, let expectedReturns {
      var coefficients = padded(expectedReturns.map { -$0 })
      if let tradingCosts {
        for asset in 0..<count { coefficients[count + asset] = tradingCosts[asset] }
      }
      rows.append(
        NamedRow(name: "expected return at least \(minimumReturn)", coefficients: coefficients, limit: -minimumReturn))
    }
    func addAbsolute(offset: Int, centre: [Double]) {
      for asset in 0..<count {
        for sign in [1.0, -1.0] {
          var coefficients = [Double](repeating: 0, count: width)
          coefficients[asset] = sign
          coefficients[offset + asset] = -1
          rows.append(
            NamedRow(name: "", coefficients: coefficients, limit: sign * centre[asset], isDefinition: true))
        }
      }
    }
    func addLimit(_ name: String, offset: Int, weight: Double = 0, limit: Double) {
      var coefficients = [Double](repeating: 0, count: width)
      for asset in 0..<count {
        coefficients[asset] = weight
        coefficients[offset + asset] = weight == 0 ? 1 : 0.5
      }
      rows.append(NamedRow(name: "\(name) at most \(limit)", coefficients: coefficients, limit: limit))
    }
    if usesTurnover, let previousWeights {
      addAbsolute(offset: count, centre: previousWeights)
      if let turnoverLimit { addLimit("turnover", offset: count, limit: turnoverLimit) }
    }
    if usesGross {
      addAbsolute(offset: grossOffset, centre: [Double](repeating: 0, count: count))
      if let grossLimit { addLimit("gross exposure", offset: grossOffset, limit: grossLimit) }
      // max(−w, 0) = (|w| − w)/2.
      if let shortLimit { addLimit("short exposure", offset: grossOffset, weight: -0.5, limit: shortLimit) }
    }
    return rows
  }
}
