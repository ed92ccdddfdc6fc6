import Analytics

/// The periods that returns are counted in: sessions when the run has enough of them, else equal steps within them. A run of
/// one day has no daily returns worth a statistic, but it has a curve.
struct ReportBasis: Sendable {
  /// When each period ends.
  let times: [Int64]
  let start: Int64
  /// One more than there are periods: the starting capital first.
  let equity: [Double]
  /// The account's loss to zero is −100 %, and zero afterwards.
  let returns: [Double]
  let isDaily: Bool
  /// Periods that make a year; nil within days, where a year of such periods would be an extrapolation.
  let periodsPerYear: Double?
  /// `day`, or the length of a step.
  let periodName: String
  let calendarName: String
  let dates: [CalendarDate]?
  /// Why there are no periods; nil when there are.
  let absence: String?

  init(_ result: RunResult, _ analysis: RunAnalysis) {
    calendarName = "\(analysis.calendar.name): \(analysis.calendarReason)"
    guard let basis = analysis.basis.value, let curve = analysis.equity.value else {
      let curve = analysis.equity.value
      // Too short for returns that a statistic could be made from; what it came to in all is known all the same.
      let end = curve?.times.last ?? .min
      let isKnown = curve.map { $0.values.count > 1 && end > $0.times[0] } ?? false
      times = isKnown ? [end] : []
      start = curve?.times.first ?? result.identity.start
      equity =
        [curve?.startingCapital ?? result.identity.startingCapital] + (isKnown ? curve?.values.suffix(1) ?? [] : [])
      returns = Self.returns(equity)
      isDaily = false
      periodsPerYear = nil
      periodName = isKnown ? "run" : "step"
      dates = nil
      absence = analysis.basis.reason ?? analysis.equity.reason
      return
    }
    times = basis.ends
    start = curve.times[0]
    equity = [curve.startingCapital] + curve.sampled(at: basis.ends)
    returns = basis.returns.values
    isDaily = basis.isDaily
    periodsPerYear = basis.isDaily ? basis.returns.periodsPerYear : nil
    periodName = basis.intervalNanoseconds.map { "step of \(Format.duration(Double($0)))" } ?? "day"
    dates = basis.returns.dates
    absence = nil
  }

  static func returns(_ equity: [Double]) -> [Double] { RunAnalysis.returns(equity) }

  /// The returns as a checked series, not annualised within days.
  func series() throws(AnalyticsError) -> ReturnSeries {
    try ReturnSeries(name: "returns", values: returns, dates: dates, periodsPerYear: periodsPerYear ?? 1)
  }

  /// `3 days`, `1 step`.
  func counted(_ count: Int) -> String { Format.counted(count, isDaily ? "day" : "step") }
}
