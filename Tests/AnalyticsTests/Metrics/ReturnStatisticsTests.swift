import Analytics
import TestSupport
import Testing

@Test
func constantAndShortSeriesAreTypedErrors() throws {
  let constant = try ReturnSeries(name: "flat", values: Array(repeating: 0.1, count: 1000))
  #expect(throws: AnalyticsError(series: "flat", reason: .constant)) { try constant.sharpeRatio() }
  #expect(try constant.volatility() == 0)
  let single = try ReturnSeries(name: "one day", values: [0.01])
  #expect(throws: AnalyticsError(series: "one day", reason: .tooShort(found: 1, needed: 2))) {
    try single.sharpeRatio()
  }
  #expect(throws: AnalyticsError.self) { try single.volatility() }
  #expect(throws: AnalyticsError.self) { try single.calmarRatio() }
  let ruined = try ReturnSeries(name: "ruined", values: [0.1, -1, 0])
  #expect(ruined.totalReturn == -1)
  #expect(try ruined.annualGrowth() == -1)
  #expect(throws: AnalyticsError.self) { try ruined.stability() }
  #expect(throws: AnalyticsError.self) { try ReturnSeries(values: [100_000]).annualGrowth() }
}

@Test
func momentsOfASmallSample() throws {
  // By hand: 1, 2, 3, 10 has mean 4, m₂ 12.5, m₃ 45, m₄ 348.5.
  let moments = try Moments([1, 2, 3, 10])
  #expect(moments.mean == 4 && moments.variance == 12.5)
  #expect(abs(moments.skewness - 45 / (12.5 * 12.5.squareRoot())) < 1e-15)
  #expect(abs(moments.kurtosis - 348.5 / 156.25) < 1e-15)
  // pandas: Series([1, 2, 3, 10]).skew() and .kurt().
  #expect(abs(try #require(moments.unbiasedSkewness) - 1.763632614803888) < 1e-12)
  #expect(abs(try #require(moments.unbiasedExcessKurtosis) - 3.2279999999999998) < 1e-12)
  #expect(try Moments([1, 2]).unbiasedSkewness == nil)
}

@Test
func monthlyAndYearlyReturnsCompound() throws {
  let first = try #require(CalendarDate(year: 2025, month: 12, day: 30))
  let dates = (0..<35).map { first.advanced(by: $0) }
  let returns = try ReturnSeries(values: Array(repeating: 0.01, count: 35), dates: dates, periodsPerYear: 365)
  let months = try #require(returns.monthlyReturns)
  #expect(months.map(\.month) == [12, 1, 2])
  #expect(months.map(\.count) == [2, 31, 2])
  #expect(abs(months[0].value - 0.0201) < 1e-12)
  #expect(try #require(returns.yearlyReturns).map(\.count) == [2, 33])
  #expect(returns.calendarDays == 35)
  #expect(try ReturnSeries(values: [0.01]).monthlyReturns == nil)
}

@Test
func rollingWindowsEqualTheStatisticOfEachPart() throws {
  var generator = SeededGenerator(seed: 7)
  let values = (0..<60).map { _ in Double.random(in: -0.02...0.021, using: &generator) }
  let others = (0..<60).map { _ in Double.random(in: -0.02...0.021, using: &generator) }
  let (returns, benchmark) = (try ReturnSeries(values: values), try ReturnSeries(values: others))
  let rolling = try returns.rollingSharpe(window: 20)
  #expect(rolling.count == 41)
  #expect(rolling[40] == (try ReturnSeries(values: Array(values[40..<60])).sharpeRatio()))
  let betas = try returns.rollingBeta(to: benchmark, window: 60)
  #expect(betas == [try RelativeStatistics(returns, against: benchmark).beta()])
  #expect(try ReturnSeries(values: [0, 0, 0]).rollingSharpe(window: 2) == [nil, nil])
  #expect(throws: AnalyticsError.self) { try returns.rollingVolatility(window: 61) }
}

@Test
func aSeriesAgainstItself() throws {
  let returns = try ReturnSeries(values: [0.01, -0.02, 0.015, -0.005, 0.025])
  let relative = try RelativeStatistics(returns, against: returns)
  #expect(try abs(relative.beta() - 1) < 1e-15 && abs(relative.alpha()) < 1e-15)
  #expect(try abs(relative.rSquared() - 1) < 1e-15 && relative.trackingError == 0)
  #expect(try abs(relative.capture(.up) - 1) < 1e-15 && abs(relative.capture(.down) - 1) < 1e-15)
  #expect(abs(try relative.beta(in: .down) - 1) < 1e-15)
  #expect(throws: AnalyticsError.self) { try relative.informationRatio() }
  let double = try ReturnSeries(values: returns.values.map { 2 * $0 + 0.001 })
  let scaled = try RelativeStatistics(double, against: returns)
  #expect(try abs(scaled.beta() - 2) < 1e-12 && abs(scaled.alpha() - 0.252) < 1e-12)
  #expect(try scaled.standardErrors().beta < 1e-9)
}

@Test
func leanComparesAnnualisedReturns() throws {
  // LEAN's PortfolioStatistics: (1 + mean)^252 − 1 for both, then CAPM; computed with numpy.
  let returns = try ReturnSeries(values: [0.001, -0.002, 0.0015, -0.0005, 0.0025])
  let benchmark = try ReturnSeries(values: [0.002, -0.001, 0.0005, -0.001, 0.001])
  let relative = try RelativeStatistics(returns, against: benchmark, convention: .lean)
  #expect(abs(try relative.alpha() - 0.05341822559210899) < 1e-12)
  #expect(abs(try relative.informationRatio() - 3.049735374622057) < 1e-10)
  #expect(abs(try relative.treynorRatio() - 0.13041083798078382) < 1e-12)
}

@Test
func unequalDatesAndLengthsAreRefused() throws {
  let day = CalendarDate(daysSinceEpoch: 0)
  let left = try ReturnSeries(values: [0, 1], dates: [day, day.advanced(by: 1)])
  let right = try ReturnSeries(name: "index", values: [0, 1], dates: [day, day.advanced(by: 2)])
  #expect(throws: AnalyticsError.self) { try RelativeStatistics(left, against: right) }
  #expect(throws: AnalyticsError(series: "index", reason: .lengthMismatch(found: 1, expected: 2))) {
    try RelativeStatistics(left, against: try ReturnSeries(name: "index", values: [0]))
  }
}
