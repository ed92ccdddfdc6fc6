/// How much money a strategy could trade before its own impact eats its profit.
///
/// Model: scaling every trade by k scales the profit seen in the backtest by k and adds the square-root law of market
/// impact, Y σ sqrt(q/V) of the value traded (Tóth et al. 2011; Almgren et al. 2005 find a similar power), with q the
/// lots of a fill, V the day's volume and σ the day's volatility. Profit is then k G − k^1.5 C: it is highest at
/// k = (2G/3C)² and gone at k = (G/C)². It says nothing about depth, latency or competitors, and a backtest whose fills
/// already pay impact counts that twice; read it as an order of magnitude.
public struct CapacityEstimate: Sendable, Hashable {
  /// Daily volume and volatility of an instrument.
  public struct Liquidity: Sendable, Hashable {
    public var dailyLots: Double
    /// Standard deviation of daily returns.
    public var dailyVolatility: Double

    public init(dailyLots: Double, dailyVolatility: Double) {
      self.dailyLots = dailyLots
      self.dailyVolatility = dailyVolatility
    }
  }

  /// Impact coefficient Y.
  public let coefficient: Double
  /// Net profit G of the run, and the impact C that its own fills would cost under the model.
  public let profit: Double
  public let impact: Double
  public let capital: Double

  /// `liquidity` has one entry for each instrument of the log; `profit` is the run's net profit.
  public init(
    _ log: TradeLog, profit: Double, capital: Double, liquidity: [Liquidity], coefficient: Double = 1
  ) throws(AnalyticsError) {
    guard liquidity.count == log.instruments.count else {
      throw AnalyticsError(
        series: "liquidity", reason: .lengthMismatch(found: liquidity.count, expected: log.instruments.count))
    }
    for (row, entry) in liquidity.enumerated() {
      guard entry.dailyLots.isFinite, entry.dailyLots > 0, entry.dailyVolatility.isFinite, entry.dailyVolatility > 0
      else { throw AnalyticsError(series: "liquidity", row: row, reason: .notPositive) }
    }
    guard capital.isFinite, capital > 0 else { throw AnalyticsError(series: "capital", reason: .notPositive) }
    guard coefficient.isFinite, coefficient > 0 else {
      throw AnalyticsError(series: "impact coefficient", reason: .notPositive)
    }
    try requireFinite([profit], series: "profit")
    self.coefficient = coefficient
    self.profit = profit
    self.capital = capital
    impact =
      log.fills.lazy.map { fill in
        let market = liquidity[fill.instrument]
        let value = abs(log.instruments[fill.instrument].value(halfTicks: fill.priceHalfTicks, lots: fill.lots))
        return coefficient * market.dailyVolatility * (Double(fill.lots) / market.dailyLots).squareRoot() * value
      }.compensatedSum
  }

  /// Capital at which profit is highest; nil when the run lost money or traded nothing.
  public var bestCapital: Double? { scale(2.0 / 3).map { $0 * capital } }

  /// Capital at which impact has eaten the whole profit; nil as above.
  public var breakEvenCapital: Double? { scale(1).map { $0 * capital } }

  private func scale(_ factor: Double) -> Double? {
    guard profit > 0, impact > 0 else { return nil }
    let ratio = factor * profit / impact
    return ratio * ratio
  }

  /// Profit under the model with capital scaled by a factor.
  public func profit(scale: Double) -> Double { scale * profit - scale * scale.squareRoot() * impact }
}
