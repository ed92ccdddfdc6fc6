/// Figures of a set of round trips. A figure that does not exist (no losing trade, one trade) is nil.
public struct TradeStatistics: Sendable, Hashable {
  public let count: Int
  public let wins: Int
  public let losses: Int
  /// Trades that ended at exactly zero after fees.
  public let even: Int
  public let grossProfit: Double
  public let fees: Double
  public let netProfit: Double
  /// Sum of the winning trades, and of the losing ones as a positive number, both after fees.
  public let winSum: Double
  public let lossSum: Double
  public let best: Double?
  public let worst: Double?
  /// Mean net profit of a trade and its standard deviation (divisor n − 1).
  public let expectancy: Double?
  public let deviation: Double?
  /// Longest run of consecutive winning and losing trades, in order of exit.
  public let longestWinStreak: Int
  public let longestLossStreak: Int
  public let meanHoldingNanoseconds: Double?
  public let medianHoldingNanoseconds: Double?
  public let longestHoldingNanoseconds: Int64?
  public let meanAdverseExcursion: Double?
  public let meanFavourableExcursion: Double?
  /// Sum of the five best trades over the net profit; nil when that is not positive.
  public let bestFiveShare: Double?

  public init(_ trips: [RoundTrip]) {
    let profits = trips.map(\.netProfit)
    let won = profits.filter { $0 > 0 }
    let lost = profits.filter { $0 < 0 }
    count = trips.count
    wins = won.count
    losses = lost.count
    even = count - wins - losses
    grossProfit = trips.lazy.map(\.grossProfit).compensatedSum
    fees = trips.lazy.map(\.fees).compensatedSum
    netProfit = profits.compensatedSum
    winSum = won.compensatedSum
    lossSum = -lost.compensatedSum
    best = profits.max()
    worst = profits.min()
    expectancy = profits.isEmpty ? nil : profits.mean
    deviation = profits.count < 2 ? nil : profits.standardDeviation()
    longestWinStreak = Self.longestRun(profits) { $0 > 0 }
    longestLossStreak = Self.longestRun(profits) { $0 < 0 }
    let holding = trips.map(\.holdingNanoseconds).sorted()
    meanHoldingNanoseconds = holding.isEmpty ? nil : holding.map(Double.init).mean
    medianHoldingNanoseconds = holding.isEmpty ? nil : holding.map(Double.init).sortedQuantile(0.5)
    longestHoldingNanoseconds = holding.last
    let adverse = trips.compactMap(\.adverseExcursion)
    let favourable = trips.compactMap(\.favourableExcursion)
    meanAdverseExcursion = adverse.isEmpty ? nil : adverse.mean
    meanFavourableExcursion = favourable.isEmpty ? nil : favourable.mean
    bestFiveShare = ProfitConcentration(checked: profits, best: 5).share
  }

  private static func longestRun(_ values: [Double], where belongs: (Double) -> Bool) -> Int {
    var longest = 0
    var current = 0
    for value in values {
      current = belongs(value) ? current + 1 : 0
      longest = max(longest, current)
    }
    return longest
  }

  public var winRate: Double? { count == 0 ? nil : Double(wins) / Double(count) }

  /// Standard error of the win rate, sqrt(p (1 − p)/n).
  public var winRateStandardError: Double? {
    winRate.map { ($0 * (1 - $0) / Double(count)).squareRoot() }
  }

  /// Sum of gains over sum of losses; nil without a losing trade.
  public var profitFactor: Double? { lossSum > 0 ? winSum / lossSum : nil }

  /// Mean gain over mean loss; nil without both.
  public var payoffRatio: Double? {
    wins > 0 && losses > 0 ? (winSum / Double(wins)) / (lossSum / Double(losses)) : nil
  }

  /// Mean profit in units of the mean loss (Tharp's R); nil without a losing trade.
  public var expectancyInRisk: Double? {
    guard let expectancy, losses > 0 else { return nil }
    return expectancy / (lossSum / Double(losses))
  }

  /// sqrt(n) × mean / standard deviation of net profit (Tharp); nil when it does not vary.
  public var systemQuality: Double? {
    guard let expectancy, let deviation, deviation > 0 else { return nil }
    return Double(count).squareRoot() * expectancy / deviation
  }

  /// The Kelly fraction W − (1 − W)/payoff of a repeated bet with these odds; nil without both wins and losses.
  public var kellyFraction: Double? {
    guard let winRate, let payoffRatio else { return nil }
    return winRate - (1 - winRate) / payoffRatio
  }
}

/// How much of a total its best parts make: five trades or five days that carry a result are luck until shown otherwise.
public struct ProfitConcentration: Sendable, Hashable {
  /// Sum of all values, and of the best ones.
  public let total: Double
  public let bestSum: Double
  /// The total without the best values.
  public var withoutBest: Double { total - bestSum }
  /// Best over total; nil when the total is not positive, because the ratio then means nothing.
  public var share: Double? { total > 0 ? bestSum / total : nil }

  /// Only values above zero count as best. Values must be finite.
  public init(_ values: [Double], best count: Int) throws(AnalyticsError) {
    try requireFinite(values, series: "values")
    self.init(checked: values, best: count)
  }

  /// For values that are finite or, as the logarithm of a total loss is, minus infinity.
  init(checked values: [Double], best count: Int) {
    total = values.compensatedSum
    bestSum = values.filter { $0 > 0 }.sorted(by: >).prefix(max(0, count)).compensatedSum
  }
}
