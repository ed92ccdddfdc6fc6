import Numerics

/// Is the best of many variants better than a benchmark, or just the luckiest? White's reality check (2000) and Hansen's
/// test of superior predictive ability (2005) by the stationary bootstrap.
public struct SuperiorAbility: Sendable, Hashable {
  /// The variant with the highest mean advantage, and with the highest studentised one.
  public let best: Int
  public let bestStudentised: Int
  /// √T times the highest mean advantage.
  public let realityCheckStatistic: Double
  public let realityCheck: Double
  /// The highest studentised mean advantage, zero when none is above zero.
  public let statistic: Double
  /// p-values that recentre bad variants fully, by Hansen's rule, and not at all.
  public let lower: Double
  public let consistent: Double
  public let upper: Double
  public let resamples: Int
  public let meanBlockLength: Double
  /// Standard error of a p-value from the number of resamples B: sqrt(p (1 − p)/(B + 1)).
  public func monteCarloError(of pValue: Double) -> Double {
    (max(0, pValue * (1 - pValue)) / Double(resamples + 1)).squareRoot()
  }

  /// White's p-value and Hansen's consistent one, with their Monte Carlo errors.
  public var realityCheckEstimate: EstimatedProbability { estimate(realityCheck) }
  public var consistentEstimate: EstimatedProbability { estimate(consistent) }

  private func estimate(_ pValue: Double) -> EstimatedProbability {
    EstimatedProbability(
      Estimate(value: pValue, standardError: monteCarloError(of: pValue)), of: resamples + 1, level: 0.95)
  }

  /// `advantages` holds returns (or negative losses) of each variant minus the benchmark's; at least 20 periods. A variant
  /// whose advantage never changes cannot be studentised and is refused by name.
  public init(
    _ advantages: VariantReturns, resamples: Int = 10_000, meanBlockLength: Double? = nil, seed: UInt64 = 1
  ) throws(AnalyticsError) {
    let periods = advantages.periods
    guard periods >= 20 else {
      throw AnalyticsError(series: advantages.names[0], reason: .tooShort(found: periods, needed: 20))
    }
    guard (100...10_000_000).contains(resamples) else {
      throw AnalyticsError(series: "resamples", reason: .outOfRange("100 to 10,000,000"))
    }
    // One length for all variants, since all are resampled with the same rows: the longest that any of them asks for.
    let length =
      meanBlockLength ?? (advantages.series.lazy.map { StationaryRows.automaticBlockLength($0) }.max() ?? 1)
    let rows = try StationaryRows(count: periods, meanBlockLength: length, seed: seed)
    let count = advantages.count
    let root = Double(periods).squareRoot()
    let means = advantages.series.map(\.mean)
    var deviations: [Double] = []
    for (variant, values) in advantages.series.enumerated() {
      let variance = SuperiorAbility.longRunVariance(values, restart: 1 / length)
      guard values.standardDeviation() > 0, variance > 0 else {
        throw AnalyticsError(series: advantages.names[variant], reason: .constant)
      }
      deviations.append(variance.squareRoot())
    }
    // Hansen's threshold: variants worse than this by the law of the iterated logarithm cannot matter in the limit.
    let threshold = (2 * Elementary.log(Elementary.log(Double(periods)))).squareRoot()
    let isClearlyWorse = (0..<count).map { root * means[$0] / deviations[$0] < -threshold }

    let highest = means.indices.max { means[$0] < means[$1] } ?? 0
    let studentised = (0..<count).map { root * means[$0] / deviations[$0] }
    best = highest
    bestStudentised = studentised.indices.max { studentised[$0] < studentised[$1] } ?? 0
    let observed = root * means[highest]
    let observedStudentised = max(0, studentised[bestStudentised])

    // Rows are resampled by weights, so that a resample's mean of every variant is one matrix product.
    let centred = Matrix(advantages.series.enumerated().map { variant, values in values.map { $0 - means[variant] } })
    var frequencies = [Double](repeating: 0, count: periods)
    var exceeding = (check: 0, lower: 0, consistent: 0, upper: 0)
    for resample in 0..<resamples {
      rows.frequencies(resample: resample, into: &frequencies)
      let sums = centred * frequencies
      var greatest = (check: -Double.infinity, lower: 0.0, consistent: 0.0, upper: 0.0)
      for variant in 0..<count {
        let deviation = root * (sums[variant] / Double(periods))
        let scaled = deviation / deviations[variant]
        greatest.check = max(greatest.check, deviation)
        greatest.upper = max(greatest.upper, scaled)
        // Not recentred means: the variant's own bad mean stays in.
        greatest.consistent = max(greatest.consistent, isClearlyWorse[variant] ? scaled + studentised[variant] : scaled)
        greatest.lower = max(greatest.lower, scaled + min(0, studentised[variant]))
      }
      if greatest.check >= observed { exceeding.check += 1 }
      if greatest.lower >= observedStudentised { exceeding.lower += 1 }
      if greatest.consistent >= observedStudentised { exceeding.consistent += 1 }
      if greatest.upper >= observedStudentised { exceeding.upper += 1 }
    }
    realityCheckStatistic = observed
    statistic = observedStudentised
    // What happened counts as one of the resamples (Davison and Hinkley 1997, section 4.2), so no p-value is ever zero.
    func pValue(_ exceeding: Int) -> Double { Double(1 + exceeding) / Double(1 + resamples) }
    realityCheck = pValue(exceeding.check)
    lower = pValue(exceeding.lower)
    consistent = pValue(exceeding.consistent)
    upper = pValue(exceeding.upper)
    self.resamples = resamples
    self.meanBlockLength = length
  }

  /// Variance of √T times the mean under the stationary bootstrap (Politis and Romano 1994, lemma 1), in linear time.
  ///
  /// With circular autocovariances C(k) it is C(0) + 2 Σ (1 − k/T) ρ^k C(k), ρ = 1 − restart; the sums over k of one row
  /// follow from those of the row before.
  static func longRunVariance(_ values: [Double], restart: Double) -> Double {
    let count = values.count
    let size = Double(count)
    let mean = values.mean
    let distances = values.map { $0 - mean }
    let decay = 1 - restart
    var full = 1.0
    // Σ ρ^k d(t−k) and Σ k ρ^k d(t−k), k from 1 to T − 1, at t = 0.
    var geometric = CompensatedSum()
    var weighted = CompensatedSum()
    for lag in 1..<count {
      full *= decay
      geometric.add(full * distances[count - lag])
      weighted.add(Double(lag) * full * distances[count - lag])
    }
    full *= decay
    var (first, second) = (geometric.value, weighted.value)
    var variance = CompensatedSum()
    for row in 0..<count {
      variance.add(distances[row] * (distances[row] + 2 * (first - second / size)))
      let next = distances[row + 1 == count ? 0 : row + 1]
      second = decay * (second + first + distances[row]) - size * full * next
      first = decay * (first + distances[row]) - full * next
    }
    return variance.value / size
  }
}
