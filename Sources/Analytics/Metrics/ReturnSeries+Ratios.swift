import Numerics

extension ReturnSeries {
  /// Mean excess return over its standard deviation, annualised; see `MetricConvention` for the others.
  public func sharpeRatio(
    riskFree: PeriodRate = .zero, convention: MetricConvention = .default
  ) throws(AnalyticsError) -> Double {
    try requireCount(2)
    let deviation = values.standardDeviation()
    guard deviation > 0 else { throw AnalyticsError(series: name, reason: .constant) }
    switch convention {
    case .default, .empyrical:
      return (values.mean - riskFree.perPeriod) / deviation * periodsPerYear.squareRoot()
    case .lean:
      return (annualisedMean - riskFree.annual) / (deviation * periodsPerYear.squareRoot())
    case .backtestingPy:
      let volatility = try volatility(.backtestingPy)
      // Compounded variances cancel before plain ones do.
      guard volatility > 0 else { throw AnalyticsError(series: name, reason: .constant) }
      return (try compoundedGeometricMean() - riskFree.annual) / volatility
    }
  }

  /// The Sharpe ratio of one period, the form the inference of luck works with.
  public func periodSharpeRatio(riskFree: PeriodRate = .zero) throws(AnalyticsError) -> Double {
    try sharpeRatio(riskFree: riskFree) / periodsPerYear.squareRoot()
  }

  /// The Sharpe ratio divided by a penalty for positive or negative autocorrelation,
  /// sqrt(1 + 2 Σ (n−k)/n |ρ|^k) with ρ Pearson's correlation of neighbouring returns, as quantstats defines it.
  public func smartSharpeRatio(riskFree: PeriodRate = .zero) throws(AnalyticsError) -> Double {
    let sharpe = try sharpeRatio(riskFree: riskFree)
    try requireCount(3)
    let correlation = abs(
      try pearsonCorrelation(Array(values.dropLast()), Array(values.dropFirst()), series: name))
    var power = 1.0
    var sum = CompensatedSum()
    for lag in 1..<count {
      power *= correlation
      sum.add(Double(count - lag) / Double(count) * power)
    }
    return sharpe / (1 + 2 * sum.value).squareRoot()
  }

  /// Root mean square of the returns below the threshold over all periods, annualised.
  public func downsideDeviation(minimumAcceptable: PeriodRate = .zero) -> Double {
    let squares = values.lazy.map { value in
      let shortfall = min(0, value - minimumAcceptable.perPeriod)
      return shortfall * shortfall
    }
    return (squares.compensatedSum / Double(count)).squareRoot() * periodsPerYear.squareRoot()
  }

  /// Annualised mean excess over the downside deviation. LEAN divides by the deviation of the losing days alone;
  /// backtesting.py has compound growth above.
  public func sortinoRatio(
    minimumAcceptable: PeriodRate = .zero, convention: MetricConvention = .default
  ) throws(AnalyticsError) -> Double {
    try requireCount(2)
    func noLoss() -> AnalyticsError {
      AnalyticsError(series: name, reason: .undefined("no return is below the minimum acceptable one"))
    }
    switch convention {
    case .default, .empyrical:
      let downside = downsideDeviation(minimumAcceptable: minimumAcceptable)
      guard downside > 0 else { throw noLoss() }
      return (values.mean - minimumAcceptable.perPeriod) * periodsPerYear / downside
    case .lean:
      let deviation = values.filter { $0 < minimumAcceptable.perPeriod }.standardDeviation()
      guard deviation > 0 else { throw noLoss() }
      return (annualisedMean - minimumAcceptable.annual) / (deviation * periodsPerYear.squareRoot())
    case .backtestingPy:
      let downside = downsideDeviation()
      guard downside > 0 else { throw noLoss() }
      return (try compoundedGeometricMean() - minimumAcceptable.annual) / downside
    }
  }

  /// Standard error of the Sortino ratio for independent returns of any distribution with four moments, by the delta
  /// method: the deviation of its influence function (x − m)/d − m (s² − d²)/(2 d³) over sqrt(n), times sqrt(P), with x the
  /// returns less the minimum acceptable one, m their mean, s = min(x, 0) and d² the mean of s²; divisor n − 1 as Mertens'.
  public func sortinoStandardError(minimumAcceptable: PeriodRate = .zero) throws(AnalyticsError) -> Double {
    let ratio = try sortinoRatio(minimumAcceptable: minimumAcceptable) / periodsPerYear.squareRoot()
    let root = downsideDeviation(minimumAcceptable: minimumAcceptable) / periodsPerYear.squareRoot()
    // In units of d, so that returns of any size keep their digits.
    let influence = values.map { value -> Double in
      let excess = (value - minimumAcceptable.perPeriod) / root
      let shortfall = min(0, excess)
      return excess - ratio - ratio / 2 * (shortfall * shortfall - 1)
    }
    let squares = influence.lazy.map { $0 * $0 }.compensatedSum
    let error = (squares / Double(count) / Double(count - 1)).squareRoot() * periodsPerYear.squareRoot()
    guard error.isFinite else {
      throw AnalyticsError(series: name, reason: .undefined("the error of its Sortino ratio is beyond all numbers"))
    }
    return error
  }

  /// The deepest drawdown of compounded returns, zero or negative. empyrical's first peak is the first day's close, so a
  /// loss on the first day does not count there.
  public func maximumDrawdown(_ convention: MetricConvention = .default) -> Double {
    DrawdownCurve.maximum(ofReturns: convention == .empyrical ? Array(values.dropFirst()) : values)
  }

  /// Annual growth over the deepest drawdown.
  public func calmarRatio(_ convention: MetricConvention = .default) throws(AnalyticsError) -> Double {
    let deepest = maximumDrawdown(convention)
    guard deepest < 0 else { throw AnalyticsError(series: name, reason: .undefined("there was no drawdown")) }
    return try annualGrowth(convention) / -deepest
  }

  /// Gains above a threshold over losses below it (Keating and Shadwick 2002).
  public func omegaRatio(threshold: Double = 0) throws(AnalyticsError) -> Double {
    let gains = values.lazy.map { Swift.max(0, $0 - threshold) }.compensatedSum
    let losses = values.lazy.map { Swift.max(0, threshold - $0) }.compensatedSum
    guard losses > 0 else {
      throw AnalyticsError(series: name, reason: .undefined("no return is below the threshold"))
    }
    return gains / losses
  }

  private func compoundedGeometricMean() throws(AnalyticsError) -> Double {
    Elementary.expMinusOne(Elementary.logOnePlus(geometricMean) * periodsPerYear)
  }
}
