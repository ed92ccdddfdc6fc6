import Numerics

/// How to resample returns.
public struct ResamplingSettings: Sendable, Hashable {
  public var resamples: Int
  /// Nil for the automatic length of Politis and White (2004).
  public var meanBlockLength: Double?
  public var seed: UInt64
  /// Of intervals, 0.95 for example.
  public var level: Double

  public init(resamples: Int = 5000, meanBlockLength: Double? = nil, seed: UInt64 = 1, level: Double = 0.95) {
    self.resamples = resamples
    self.meanBlockLength = meanBlockLength
    self.seed = seed
    self.level = level
  }
}

/// Figures of every resample of a series of returns by the stationary bootstrap. Element i of each array belongs to
/// resample i, whose rows depend on seed, length and block length alone: two series of equal length are paired.
public struct ResampledFigures: Sendable, Hashable {
  /// NaN marks a resample in which the figure does not exist; such resamples are counted, never shown.
  public let sharpe: [Double]
  public let sortino: [Double]
  public let growth: [Double]
  public let volatility: [Double]
  /// Zero or negative.
  public let maximumDrawdown: [Double]
  public let settings: ResamplingSettings
  public let meanBlockLength: Double

  /// Needs at least ten returns: fewer say nothing that resampling could bring out.
  public init(
    _ returns: ReturnSeries, riskFree: PeriodRate = .zero, minimumAcceptable: PeriodRate = .zero,
    settings: ResamplingSettings = ResamplingSettings()
  ) throws(AnalyticsError) {
    try returns.requireCount(10)
    guard (100...10_000_000).contains(settings.resamples) else {
      throw AnalyticsError(series: "resamples", reason: .outOfRange("100 to 10,000,000"))
    }
    guard settings.level > 0, settings.level < 1 else {
      throw AnalyticsError(series: "confidence level", reason: .outOfRange("between 0 and 1"))
    }
    let length = settings.meanBlockLength ?? StationaryRows.automaticBlockLength(returns.values)
    let rows = try StationaryRows(count: returns.count, meanBlockLength: length, seed: settings.seed)
    let pass = ResamplingPass(returns, riskFree: riskFree.perPeriod, minimumAcceptable: minimumAcceptable.perPeriod)
    var sharpe: [Double] = []
    var sortino: [Double] = []
    var growth: [Double] = []
    var volatility: [Double] = []
    var drawdown: [Double] = []
    for resample in 0..<settings.resamples {
      let figures = pass.figures(rows, resample)
      sharpe.append(figures.sharpe)
      sortino.append(figures.sortino)
      growth.append(figures.growth)
      volatility.append(figures.volatility)
      drawdown.append(figures.drawdown)
    }
    self.sharpe = sharpe
    self.sortino = sortino
    self.growth = growth
    self.volatility = volatility
    maximumDrawdown = drawdown
    self.settings = settings
    meanBlockLength = length
  }

  public var method: String {
    "\(StationaryRows.label(meanBlockLength: meanBlockLength)), percentile, \(settings.resamples) resamples, "
      + "seed \(settings.seed)"
  }

  /// Intervals by metric id, for `MetricInputs.intervals`; a figure that fewer than nine of ten resamples have gets none.
  public var intervals: [String: ConfidenceInterval] {
    var intervals: [String: ConfidenceInterval] = [:]
    for (id, values) in byMetric {
      guard let (lower, upper) = Self.interval(values, level: settings.level) else { continue }
      intervals[id] = ConfidenceInterval(lower: lower, upper: upper, level: settings.level, method: method)
    }
    return intervals
  }

  private var byMetric: [(id: String, values: [Double])] {
    [
      ("sharpe", sharpe), ("sortino", sortino), ("cagr", growth), ("volatility", volatility),
      ("max_drawdown", maximumDrawdown),
    ]
  }

  /// Standard errors by metric id, for `MetricInputs.resampledErrors`: the deviation of each figure over the resamples
  /// (Efron and Tibshirani 1993, section 6.2); a figure that fewer than nine of ten resamples have gets none.
  public var standardErrors: [String: MetricError] {
    var errors: [String: MetricError] = [:]
    for (id, values) in byMetric {
      let known = values.filter(\.isFinite)
      guard known.count * 10 >= values.count * 9, known.count > 1 else { continue }
      errors[id] = MetricError(
        known.standardDeviation(),
        method: "deviation over resamples, \(StationaryRows.label(meanBlockLength: meanBlockLength))")
    }
    return errors
  }

  static func interval(_ values: [Double], level: Double) -> (lower: Double, upper: Double)? {
    let known = values.filter(\.isFinite).sorted()
    guard known.count * 10 >= values.count * 9, !known.isEmpty else { return nil }
    let tail = (1 - level) / 2
    return (known.sortedQuantile(tail), known.sortedQuantile(1 - tail))
  }
}

/// One walk over the rows of a resample.
private struct ResamplingPass: Sendable {
  let values: [Double]
  /// Losses below the minimum acceptable return, squared.
  let shortfalls: [Double]
  let logs: [Double]
  let origin: Double
  let riskFree: Double
  let minimumAcceptable: Double
  let periods: Double

  init(_ returns: ReturnSeries, riskFree: Double, minimumAcceptable: Double) {
    values = returns.values
    shortfalls = returns.values.map { value in
      let shortfall = min(0, value - minimumAcceptable)
      return shortfall * shortfall
    }
    logs = returns.logReturns
    // Sums are taken around the mean, so that the variance does not cancel.
    origin = returns.values.mean
    self.riskFree = riskFree
    self.minimumAcceptable = minimumAcceptable
    periods = returns.periodsPerYear
  }

  struct Figures {
    var sharpe: Double
    var sortino: Double
    var growth: Double
    var volatility: Double
    var drawdown: Double
  }

  func figures(_ rows: StationaryRows, _ resample: Int) -> Figures {
    var sum = 0.0
    var squares = 0.0
    var shortfall = 0.0
    var level = 0.0
    var peak = 0.0
    var fall = 0.0
    values.withUnsafeBufferPointer { values in
      shortfalls.withUnsafeBufferPointer { shortfalls in
        logs.withUnsafeBufferPointer { logs in
          rows.visitRuns(resample) { run in
            for row in run {
              let distance = values[row] - origin
              sum += distance
              squares += distance * distance
              shortfall += shortfalls[row]
              level += logs[row]
              peak = max(peak, level)
              fall = max(fall, peak - level)
            }
          }
        }
      }
    }
    let count = Double(values.count)
    let mean = origin + sum / count
    let variance = max(0, squares - sum * sum / count) / (count - 1)
    let root = periods.squareRoot()
    let isConstant = variance <= 1e-28 * max(squares / count, origin * origin)
    return Figures(
      sharpe: isConstant ? .nan : (mean - riskFree) / variance.squareRoot() * root,
      sortino: shortfall > 0 ? (mean - minimumAcceptable) * root / (shortfall / count).squareRoot() : .nan,
      growth: Elementary.expMinusOne(level * periods / count),
      volatility: isConstant ? 0 : variance.squareRoot() * root,
      drawdown: Elementary.expMinusOne(-fall))
  }
}

/// The difference between two strategies over the same periods, by resampling both with the same rows.
public struct PairedDifference: Sendable, Hashable {
  /// First minus second, in the data and resampled.
  public let observed: Double
  public let interval: ConfidenceInterval
  /// Twice the share of resamples on the other side of zero, what happened counted as one more, at most 1: small when the
  /// sign is sure, never zero.
  public let pValue: Double

  init?(observed: Double, first: [Double], second: [Double], figures: ResampledFigures) {
    let differences = zip(first, second).map { $0 - $1 }
    guard observed.isFinite, let (lower, upper) = ResampledFigures.interval(differences, level: figures.settings.level)
    else { return nil }
    self.observed = observed
    interval = ConfidenceInterval(
      lower: lower, upper: upper, level: figures.settings.level, method: "paired " + figures.method)
    let known = differences.filter(\.isFinite)
    let below = known.count { $0 <= 0 }
    let above = known.count { $0 >= 0 }
    pValue = min(1, 2 * Double(1 + min(below, above)) / Double(1 + known.count))
  }

  /// Differences by metric id: sharpe, sortino, cagr, volatility, max_drawdown. A figure that one of the two does not
  /// have is left out. Definitions are those of the default convention; rates are annual. Both series need equal length (and dates); the first's block length is used for both.
  public static func compare(
    _ first: ReturnSeries, with second: ReturnSeries, riskFreeRate: Double = 0,
    minimumAcceptableReturn: Double = 0, settings: ResamplingSettings = ResamplingSettings()
  ) throws(AnalyticsError) -> [String: PairedDifference] {
    // The same checks as against a benchmark.
    _ = try RelativeStatistics(first, against: second)
    let riskFree = try PeriodRate(annual: riskFreeRate, periodsPerYear: first.periodsPerYear, name: "risk-free rate")
    let acceptable = try PeriodRate(
      annual: minimumAcceptableReturn, periodsPerYear: first.periodsPerYear, name: "minimum acceptable return")
    let ours = try ResampledFigures(first, riskFree: riskFree, minimumAcceptable: acceptable, settings: settings)
    var same = settings
    same.meanBlockLength = ours.meanBlockLength
    let theirs = try ResampledFigures(second, riskFree: riskFree, minimumAcceptable: acceptable, settings: same)
    var differences: [String: PairedDifference] = [:]
    func add(
      _ id: String, _ left: [Double], _ right: [Double], _ value: (ReturnSeries) throws(AnalyticsError) -> Double
    ) {
      guard let mine = try? value(first), let other = try? value(second) else { return }
      differences[id] = PairedDifference(observed: mine - other, first: left, second: right, figures: ours)
    }
    add("sharpe", ours.sharpe, theirs.sharpe) { series throws(AnalyticsError) in
      try series.sharpeRatio(riskFree: riskFree)
    }
    add("sortino", ours.sortino, theirs.sortino) { series throws(AnalyticsError) in
      try series.sortinoRatio(minimumAcceptable: acceptable)
    }
    add("cagr", ours.growth, theirs.growth) { series throws(AnalyticsError) in try series.annualGrowth() }
    add("volatility", ours.volatility, theirs.volatility) { series throws(AnalyticsError) in try series.volatility() }
    add("max_drawdown", ours.maximumDrawdown, theirs.maximumDrawdown) { $0.maximumDrawdown() }
    return differences
  }
}
