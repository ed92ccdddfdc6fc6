import MarketTypes

/// How the mid moved after fills: negative means that the market went against whoever traded, which is what a maker pays
/// for being picked off.
public struct Markout: Sendable, Hashable {
  public let horizonNanoseconds: Int64
  /// Fills whose mid was known at the horizon, and those after which the data ended.
  public let count: Int
  public let unknownCount: Int
  /// Mean profit of a lot in ticks from the fill's price to the mid at the horizon, weighted by lots.
  public let meanTicks: Double?
  /// Standard error of `meanTicks`, taking fills as independent; nil below two fills.
  public let standardErrorTicks: Double?
  /// The same in currency, summed over all lots; nil without a known mid.
  public let money: Double?

  /// One, ten and sixty seconds.
  public static let standardHorizons: [Int64] = [1_000_000_000, 10_000_000_000, 60_000_000_000]

  /// Markouts of fills at each horizon; `marks` has one series for each instrument of the log.
  public static func measure(
    _ fills: [FillRecord], of log: TradeLog, marks: [MarkSeries], horizons: [Int64] = standardHorizons
  ) throws(AnalyticsError) -> [Markout] {
    guard marks.count == log.instruments.count else {
      throw AnalyticsError(
        series: "mark series", reason: .lengthMismatch(found: marks.count, expected: log.instruments.count))
    }
    if let row = horizons.firstIndex(where: { $0 < 0 }) {
      throw AnalyticsError(series: "markout horizons", row: row, reason: .outOfRange("zero or more"))
    }
    return horizons.map { horizon in
      var ticks: [Double] = []
      var lots: [Double] = []
      var money = CompensatedSum()
      for fill in fills {
        let (time, overflows) = fill.time.addingReportingOverflow(horizon)
        guard !overflows, let mark = marks[fill.instrument].mark(at: time) else { continue }
        let instrument = log.instruments[fill.instrument]
        let direction: Double = fill.side == .sell ? -1 : 1
        ticks.append(direction * Double(mark - fill.priceHalfTicks) / 2)
        lots.append(Double(fill.lots))
        if instrument.settlement != .inverse || mark > 0 {
          money.add(
            instrument.profit(fromHalfTicks: fill.priceHalfTicks, toHalfTicks: mark, lots: fill.signedLots))
        }
      }
      let mean = WeightedMean(ticks, weights: lots)
      return Markout(
        horizonNanoseconds: horizon, count: ticks.count, unknownCount: fills.count - ticks.count,
        meanTicks: mean?.mean, standardErrorTicks: mean?.standardError, money: ticks.isEmpty ? nil : money.value)
    }
  }
}

/// A weighted mean and its standard error with the weights taken as given.
struct WeightedMean {
  let mean: Double
  let standardError: Double?

  /// Nil without values; weights are above zero.
  init?(_ values: [Double], weights: [Double]) {
    guard !values.isEmpty else { return nil }
    let total = weights.compensatedSum
    let mean = zip(values, weights).lazy.map { $0 * $1 }.compensatedSum / total
    self.mean = mean
    guard values.count > 1 else {
      standardError = nil
      return
    }
    // Linearised ratio estimator (Cochran 1977, 6.3): sqrt(n/(n − 1) Σ w²(x − x̄)²) / Σ w.
    let squares = zip(values, weights).lazy.map { value, weight in
      let part = weight * (value - mean)
      return part * part
    }.compensatedSum
    let count = Double(values.count)
    standardError = (count / (count - 1) * squares).squareRoot() / total
  }
}
