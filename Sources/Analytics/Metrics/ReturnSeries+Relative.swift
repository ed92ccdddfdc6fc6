import Numerics

/// A strategy measured against a benchmark over the same periods.
public struct RelativeStatistics: Sendable, Hashable {
  public let returns: ReturnSeries
  public let benchmark: ReturnSeries
  public let riskFree: PeriodRate
  public let convention: MetricConvention

  /// Both series must have the same length, the same dates when both have them, and at least two returns.
  public init(
    _ returns: ReturnSeries, against benchmark: ReturnSeries, riskFree: PeriodRate = .zero,
    convention: MetricConvention = .default
  ) throws(AnalyticsError) {
    guard returns.count == benchmark.count else {
      throw AnalyticsError(
        series: benchmark.name, reason: .lengthMismatch(found: benchmark.count, expected: returns.count))
    }
    if let dates = returns.dates, let others = benchmark.dates,
      let row = dates.indices.first(where: { dates[$0] != others[$0] })
    {
      throw AnalyticsError(
        series: "dates of \(benchmark.name)", row: row,
        reason: .outOfRange("the same as of \(returns.name): \(dates[row])"))
    }
    try returns.requireCount(2)
    self.returns = returns
    self.benchmark = benchmark
    self.riskFree = riskFree
    self.convention = convention
  }

  private func requireMovingBenchmark() throws(AnalyticsError) {
    guard benchmark.values.standardDeviation() > 0 else {
      throw AnalyticsError(series: benchmark.name, reason: .constant)
    }
  }

  /// Returns so small that their squares vanish have no ratios.
  private func requireNumber(_ value: Double) throws(AnalyticsError) -> Double {
    guard value.isFinite else {
      throw AnalyticsError(
        series: returns.name, reason: .undefined("the figure against \(benchmark.name) is beyond the range of numbers"))
    }
    return value
  }

  private static func slope(_ dependent: [Double], _ independent: [Double]) -> Double {
    let (first, second) = (dependent.mean, independent.mean)
    return zip(dependent, independent).lazy.map { ($0 - first) * ($1 - second) }.compensatedSum
      / independent.squaredDeviations(from: second)
  }

  /// Covariance with the benchmark over the benchmark's variance; backtesting.py takes log returns.
  public func beta() throws(AnalyticsError) -> Double {
    try requireMovingBenchmark()
    guard convention == .backtestingPy else {
      return try requireNumber(Self.slope(returns.values, benchmark.values))
    }
    return try requireNumber(Self.slope(try logReturns(returns), try logReturns(benchmark)))
  }

  private func logReturns(_ series: ReturnSeries) throws(AnalyticsError) -> [Double] {
    if let row = series.values.firstIndex(where: { $0 <= -1 }) {
      throw AnalyticsError(series: series.name, row: row, reason: .undefined("a total loss has no logarithm"))
    }
    return series.values.map { Elementary.logOnePlus($0) }
  }

  /// Annualised mean return that beta does not explain. LEAN compares annualised returns, backtesting.py total ones.
  public func alpha() throws(AnalyticsError) -> Double {
    let beta = try beta()
    let rate = riskFree.perPeriod
    let alpha =
      switch convention {
      case .default, .empyrical:
        (returns.values.mean - rate - beta * (benchmark.values.mean - rate)) * returns.periodsPerYear
      case .lean:
        returns.annualisedMean - (riskFree.annual + beta * (benchmark.annualisedMean - riskFree.annual))
      case .backtestingPy:
        returns.totalReturn - riskFree.annual - beta * (benchmark.totalReturn - riskFree.annual)
      }
    return try requireNumber(alpha)
  }

  /// Standard errors of alpha (annualised) and beta by ordinary least squares; needs three returns.
  public func standardErrors() throws(AnalyticsError) -> (alpha: Double, beta: Double) {
    try returns.requireCount(3)
    try requireMovingBenchmark()
    let beta = Self.slope(returns.values, benchmark.values)
    let (first, second) = (returns.values.mean, benchmark.values.mean)
    let residuals = zip(returns.values, benchmark.values).lazy.map { own, other in
      let residual = own - first - beta * (other - second)
      return residual * residual
    }
    let count = Double(returns.count)
    let variance = residuals.compensatedSum / (count - 2)
    let spread = benchmark.values.squaredDeviations(from: second)
    let alphaError = (variance * (1 / count + second * second / spread)).squareRoot()
    return (
      try requireNumber(alphaError * returns.periodsPerYear), try requireNumber((variance / spread).squareRoot())
    )
  }

  /// Pearson's correlation with the benchmark.
  public func correlation() throws(AnalyticsError) -> Double {
    try requireMovingBenchmark()
    return try pearsonCorrelation(returns.values, benchmark.values, series: returns.name)
  }

  /// The share of the variance that the benchmark explains.
  public func rSquared() throws(AnalyticsError) -> Double {
    let correlation = try correlation()
    return correlation * correlation
  }

  var active: [Double] { zip(returns.values, benchmark.values).map { $0 - $1 } }

  /// Annualised standard deviation of the difference of returns.
  public var trackingError: Double { active.standardDeviation() * returns.periodsPerYear.squareRoot() }

  /// Mean difference of returns over its deviation, annualised; empyrical does not annualise, LEAN compares annualised
  /// returns.
  public func informationRatio() throws(AnalyticsError) -> Double {
    let deviation = active.standardDeviation()
    guard deviation > 0 else {
      throw AnalyticsError(series: "\(returns.name) minus \(benchmark.name)", reason: .constant)
    }
    let root = returns.periodsPerYear.squareRoot()
    let ratio =
      switch convention {
      case .default, .backtestingPy: active.mean / deviation * root
      case .empyrical: active.mean / deviation
      case .lean: (returns.annualisedMean - benchmark.annualisedMean) / (deviation * root)
      }
    return try requireNumber(ratio)
  }

  /// Annualised excess return per unit of beta; the total one for quantstats, which stands in for empyrical here.
  public func treynorRatio() throws(AnalyticsError) -> Double {
    let beta = try beta()
    guard beta != 0 else { throw AnalyticsError(series: returns.name, reason: .undefined("beta is zero")) }
    let ratio =
      switch convention {
      case .lean: (returns.annualisedMean - riskFree.annual) / beta
      case .empyrical: (returns.totalReturn - riskFree.annual) / beta
      case .default, .backtestingPy: (returns.values.mean - riskFree.perPeriod) * returns.periodsPerYear / beta
      }
    return try requireNumber(ratio)
  }

  /// Which periods of the benchmark to look at.
  public enum Market: String, Sendable, Hashable, CaseIterable {
    case up = "up"
    case down = "down"
  }

  private func rows(_ market: Market) -> [Int] {
    benchmark.values.indices.filter { market == .up ? benchmark.values[$0] > 0 : benchmark.values[$0] < 0 }
  }

  /// Annual growth over the benchmark's, both in the periods when the benchmark rose (or fell).
  public func capture(_ market: Market) throws(AnalyticsError) -> Double {
    let rows = rows(market)
    guard !rows.isEmpty else {
      throw AnalyticsError(series: benchmark.name, reason: .undefined("it never went \(market.rawValue)"))
    }
    func growth(_ series: ReturnSeries) throws(AnalyticsError) -> Double {
      try ReturnSeries(
        name: series.name, values: rows.map { series.values[$0] }, periodsPerYear: series.periodsPerYear
      ).annualGrowth()
    }
    let own = try growth(returns)
    return try requireNumber(own / (try growth(benchmark)))
  }

  /// Beta over the periods when the benchmark rose (bull) or fell (bear).
  public func beta(in market: Market) throws(AnalyticsError) -> Double {
    let rows = rows(market)
    let others = rows.map { benchmark.values[$0] }
    guard rows.count >= 2, others.standardDeviation() > 0 else {
      throw AnalyticsError(
        series: benchmark.name, reason: .undefined("fewer than two different returns when it went \(market.rawValue)"))
    }
    return try requireNumber(Self.slope(rows.map { returns.values[$0] }, others))
  }
}
