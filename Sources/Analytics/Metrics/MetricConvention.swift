import Numerics

/// Whose definitions to follow where tools disagree; the same returns have at least four different Sharpe ratios.
public enum MetricConvention: String, Sendable, Hashable, CaseIterable {
  /// Lockstep's own; each metric's formula says what it is.
  case `default` = "default"
  /// empyrical 0.5.5; quantstats 0.0.86, which mostly shares it, for figures that empyrical does not have.
  case empyrical = "empyrical"
  /// QuantConnect LEAN's portfolio statistics, without their rounding.
  case lean = "lean"
  /// backtesting.py's statistics, as fractions instead of percent.
  case backtestingPy = "backtesting.py"
}

/// An annual rate and the rate of one period that compounds to it.
public struct PeriodRate: Sendable, Hashable {
  public let perPeriod: Double
  public let annual: Double

  public static let zero = PeriodRate(perPeriod: 0, annual: 0)

  private init(perPeriod: Double, annual: Double) {
    self.perPeriod = perPeriod
    self.annual = annual
  }

  /// (1 + annual)^(1/P) − 1 for each period.
  public init(annual: Double, periodsPerYear: Double, name: String = "annual rate") throws(AnalyticsError) {
    guard annual.isFinite, annual > -1 else { throw AnalyticsError(series: name, reason: .outOfRange("above -100 %")) }
    try Self.requirePeriods(periodsPerYear)
    let perPeriod = annual == 0 ? 0 : Elementary.expMinusOne(Elementary.logOnePlus(annual) / periodsPerYear)
    guard perPeriod.isFinite else {
      throw AnalyticsError(series: name, reason: .undefined("its rate for a period overflows"))
    }
    self.init(perPeriod: perPeriod, annual: annual)
  }

  /// (1 + rate)^P − 1 for the year.
  public init(perPeriod: Double, periodsPerYear: Double, name: String = "rate per period") throws(AnalyticsError) {
    guard perPeriod.isFinite, perPeriod > -1 else {
      throw AnalyticsError(series: name, reason: .outOfRange("above -100 %"))
    }
    try Self.requirePeriods(periodsPerYear)
    let annual = perPeriod == 0 ? 0 : Elementary.expMinusOne(Elementary.logOnePlus(perPeriod) * periodsPerYear)
    guard annual.isFinite else {
      throw AnalyticsError(series: name, reason: .undefined("it overflows when annualised"))
    }
    self.init(perPeriod: perPeriod, annual: annual)
  }

  /// Fewer than one in a million years or more than one a nanosecond are no periods.
  private static func requirePeriods(_ periodsPerYear: Double) throws(AnalyticsError) {
    guard periodsPerYear >= 1e-6, periodsPerYear <= 1e17 else {
      throw AnalyticsError(series: "periods per year", reason: .outOfRange("0.000001 to 1e17"))
    }
  }
}
