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
  /// How long each step within days is, but the last, which ends with the data.
  let interval: Int64?
  /// Periods that make a year; nil within days, where a year of such periods would be an extrapolation.
  let periodsPerYear: Double?
  /// What one return covers, and so what texts, charts and tables call it.
  let period: ReturnPeriod
  /// The rates that figures are measured above. Within days, where nothing is multiplied up to a year, a period stands for
  /// the year.
  let riskFree: PeriodRate
  let minimumAcceptable: PeriodRate
  /// What the scenario asked for, by the year.
  let annualRates: (riskFree: Double, minimumAcceptable: Double)
  let convention: MetricConvention
  let calendarName: String
  let dates: [CalendarDate]?
  /// Why there are no periods; nil when there are.
  let absence: String?

  init(_ result: RunResult, _ analysis: RunAnalysis) {
    let settings = analysis.settings
    convention = settings.convention
    annualRates = (settings.riskFreeRate, settings.minimumAcceptableReturn)
    func rate(_ annual: Double) -> PeriodRate {
      guard let basis = analysis.basis.value,
        let rate = try? PeriodRate(annual: annual, periodsPerYear: basis.returns.periodsPerYear)
      else { return .zero }
      if basis.isDaily { return rate }
      return (try? PeriodRate(perPeriod: rate.perPeriod, periodsPerYear: 1)) ?? .zero
    }
    riskFree = rate(settings.riskFreeRate)
    minimumAcceptable = rate(settings.minimumAcceptableReturn)
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
      interval = nil
      periodsPerYear = nil
      period = .whole
      dates = nil
      absence = analysis.basis.reason ?? analysis.equity.reason
      return
    }
    times = basis.ends
    start = curve.times[0]
    equity = [curve.startingCapital] + curve.sampled(at: basis.ends)
    returns = basis.returns.values
    isDaily = basis.isDaily
    interval = basis.intervalNanoseconds
    periodsPerYear = basis.isDaily ? basis.returns.periodsPerYear : nil
    period = basis.returns.period
    dates = basis.returns.dates
    absence = nil
  }

  /// `day`, or the length of a step.
  var periodName: String { period.singular }

  static func returns(_ equity: [Double]) -> [Double] { RunAnalysis.returns(equity) }

  /// The returns as a checked series, not annualised within days.
  func series() throws(AnalyticsError) -> ReturnSeries {
    try ReturnSeries(
      name: "returns", values: returns, dates: dates, periodsPerYear: periodsPerYear ?? 1, period: period)
  }

  /// What the last step is, where it is not as long as the others.
  var lastStep: String? {
    guard let interval, times.count > 1 else { return nil }
    let length = times[times.count - 1] - times[times.count - 2]
    // What no figure of a page shows need not be told.
    guard (length - interval).magnitude >= interval / 100 else { return nil }
    return
      "The last step is \(Format.duration(Double(length))) long, to the end, so that all of them make up the result."
  }

  /// `3 days`, `1 step`.
  func counted(_ count: Int) -> String { Format.counted(count, period.short) }

  /// What makes a figure another one than its plain definition, in a few words: the convention and the rates it uses.
  func terms(_ id: String) -> String? {
    var parts: [String] = []
    if MetricCatalogue.standard[id]?.differs(under: convention) ?? false { parts.append("as \(convention.rawValue)") }
    if ["sharpe", "alpha", "treynor"].contains(id), annualRates.riskFree != 0 {
      parts.append("above \(Format.plain(annualRates.riskFree * 100, 4))% a year")
    }
    if id == "sortino", annualRates.minimumAcceptable != 0 {
      parts.append("above \(Format.plain(annualRates.minimumAcceptable * 100, 4))% a year")
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}
