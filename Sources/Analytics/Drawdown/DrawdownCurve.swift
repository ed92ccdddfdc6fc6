/// How far equity stands below its highest value so far, at every observation: the underwater curve.
public struct DrawdownCurve: Sendable, Hashable {
  /// How often equity was observed; the deepest point of a day is not its close, so the two must not be mixed.
  public enum Sampling: String, Sendable, Hashable, CaseIterable {
    /// Every recorded change of equity.
    case intraday = "intraday"
    /// Session closes only.
    case dailyClose = "daily closes"
  }

  public let sampling: Sampling
  /// Zero at a new high, otherwise negative; −1 from where equity is at or below zero on, since a ruined account has no more
  /// returns. What it owes beyond that is in the equity.
  public let depths: [Double]
  /// Nanoseconds since the epoch of each observation, when known; the unit of durations is then nanoseconds, else rows.
  public let times: [Int64]?

  /// Equity must start above zero; the first observation is the first peak, so a loss on the first day counts.
  public init(
    equity: [Double], times: [Int64]? = nil, sampling: Sampling = .dailyClose, series: String = "equity"
  ) throws(AnalyticsError) {
    try requireFinite(equity, atLeast: 1, series: series)
    guard equity[0] > 0 else { throw AnalyticsError(series: series, row: 0, reason: .notPositive) }
    if let times {
      guard times.count == equity.count else {
        throw AnalyticsError(
          series: "times of \(series)", reason: .lengthMismatch(found: times.count, expected: equity.count))
      }
      for row in times.indices.dropFirst() where times[row] < times[row - 1] {
        throw AnalyticsError(series: "times of \(series)", row: row, reason: .notAscending)
      }
    }
    try requireTimes(times ?? [], series: "times of \(series)")
    var peak = equity[0]
    var isRuined = false
    depths = equity.map { value in
      if value <= 0 { isRuined = true }
      if isRuined { return -1 }
      peak = max(peak, value)
      return value / peak - 1
    }
    self.times = times
    self.sampling = sampling
  }

  /// Every recorded point of an equity curve.
  public init(intraday curve: EquityCurve) throws(AnalyticsError) {
    try self.init(equity: curve.values, times: curve.times, sampling: .intraday, series: curve.name)
  }

  /// Session closes of an equity curve, the starting capital first; durations are in sessions.
  public init(daily: EquityCurve.Daily) throws(AnalyticsError) {
    try self.init(equity: daily.equity, sampling: .dailyClose, series: daily.returns.name)
  }

  /// Compounded returns, the starting capital first.
  public init(returns: ReturnSeries) throws(AnalyticsError) {
    try self.init(equity: returns.compounded(), sampling: .dailyClose, series: returns.name)
  }

  public var count: Int { depths.count }

  /// Where an observation stands on the duration axis: nanoseconds when times are known, else its row.
  func position(_ row: Int) -> Int64 { times.map { $0[row] } ?? Int64(row) }
}
