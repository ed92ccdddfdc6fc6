public import Analytics
import MarketTypes

extension RunAnalysis {
  private static let hour: Int64 = 3_600_000_000_000

  /// The calendar that fits a run: by the venue's code where that is known, or else by the hours in which its market traded, or
  /// by the moments that the run knows of.
  public static func calendar(for run: RunResult) -> (calendar: TradingCalendar, reason: String) {
    let shown = shownCalendar(run)
    guard let venue = VenueSessions.common(of: run.instruments.map(\.venue)) else { return shown }
    let names = Set(run.instruments.map(\.venue)).sorted().prefix(3).joined(separator: ", ")
    return (venue.calendar(shown: shown.calendar), "\(names): \(venue.name)")
  }

  private static func shownCalendar(_ run: RunResult) -> (calendar: TradingCalendar, reason: String) {
    if let hours = run.marketHours {
      return TradingCalendar.fitting(hours, from: run.identity.start, through: run.identity.end)
    }
    let day = CalendarDate.nanosecondsPerDay
    for time in [run.identity.start, run.identity.end] + run.sampleTimes + run.account.times {
      let date = CalendarDate(nanoseconds: time)
      let (midnight, overflow) = Int64(date.daysSinceEpoch).multipliedReportingOverflow(by: day)
      let ofDay = overflow ? 0 : time &- midnight
      if date.weekday > 5 { return (.everyDay, "the run covers \(date), a weekend") }
      if (hour..<(8 * hour)).contains(ofDay) { return (.everyDay, "the run covers the night of \(date)") }
    }
    return (.weekdays, "nothing happened on a weekend or between 01:00 and 08:00 UTC")
  }

  /// The shown lane's equity, up to a moment where one is given.
  static func equityCurve(of run: RunResult, through settled: Int64? = nil) -> Finding<EquityCurve> {
    var times = run.account.times
    var values = run.account.equity
    if times.isEmpty, run.lanes.indices.contains(run.shownLane) {
      times = run.sampleTimes
      values = Array(run.equity(ofLane: run.shownLane))
    }
    if times.isEmpty {
      guard run.lanes.indices.contains(run.shownLane) else { return .absent(reason: "the run has no lanes") }
      times = [max(run.identity.end, run.identity.start)]
      values = [run.lanes[run.shownLane].finalEquity]
    }
    let kept = prefix(times, through: settled)
    if let settled, kept.count > 0 {
      times = Array(times.prefix(kept.count)) + (kept.endsBetween ? [settled] : [])
      values = Array(values.prefix(kept.count)) + (kept.endsBetween ? [values[kept.count - 1]] : [])
    }
    // The first point is the starting capital, also when recording began later.
    if values[0] != run.identity.startingCapital || times.count == 1 {
      times.insert(min(run.identity.start, times[0]), at: 0)
      values.insert(run.identity.startingCapital, at: 0)
    }
    return .from { () throws(AnalyticsError) in try EquityCurve(times: times, values: values) }
  }

  /// How many sessions a curve touches.
  static func sessions(of curve: EquityCurve, _ calendar: TradingCalendar) -> Int {
    guard let last = curve.times.last else { return 0 }
    return calendar.sessions(from: curve.times[0], through: last).count
  }

  /// Lengths of periods that people can name, in seconds.
  private static let intervals: [Int64] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400]
  /// Sampled returns aim below this many.
  private static let sampledLimit: Int64 = 500

  /// Where steps lie: in each session of a run of several, from `close − length` to the close; sessions without time
  /// between them are one. A run of one session has its steps wherever it is.
  static func stepSpans(from start: Int64, through end: Int64, _ calendar: TradingCalendar) -> [Range<Int64>] {
    let dates = calendar.sessions(from: start, through: end)
    guard dates.count > 1, start < end else { return [start..<max(start, end)] }
    var spans: [Range<Int64>] = []
    for date in dates {
      let close = calendar.close(of: date)
      let (open, last) = (max(start, close - calendar.sessionNanoseconds), min(end, close))
      guard open < last else { continue }
      if let former = spans.last, open <= former.upperBound {
        spans[spans.count - 1] = former.lowerBound..<last
      } else {
        spans.append(open..<last)
      }
    }
    return spans.isEmpty ? [start..<end] : spans
  }

  /// Ends of steps of one length within spans. The last one of a span ends with it: what is left over after whole steps is
  /// a step of its own, or lengthens the last one where it is less than half of one. What happened between two spans is in
  /// the first step of the later one, and what follows the last span in its last step. So all of them together are the run.
  static func stepEnds(in spans: [Range<Int64>], through end: Int64, interval: Int64) -> [Int64] {
    var ends: [Int64] = []
    for span in spans {
      let (whole, rest) = (span.upperBound - span.lowerBound).quotientAndRemainder(dividingBy: interval)
      if whole > 0 { ends += (1...whole).map { span.lowerBound + $0 * interval } }
      if rest >= (interval + 1) / 2 {
        ends.append(span.upperBound)
      } else if whole > 0 {
        ends[ends.count - 1] = span.upperBound
      }
    }
    if ends.isEmpty { return [end] }
    ends[ends.count - 1] = end
    return ends
  }

  /// Returns at equal intervals from the start, for runs too short for daily ones.
  static func sampledReturns(
    _ equity: Finding<EquityCurve>, _ run: RunResult, calendar: TradingCalendar
  ) -> Finding<ReturnBasis> {
    equity.flatMap { curve in
      let times = curve.times
      let (span, overflow) = times[times.count - 1].subtractingReportingOverflow(times[0])
      guard !overflow, span > 0 else { return .absent(reason: "equity was recorded at one moment only") }
      // Between samples equity is known only at fills: a shorter interval would show gaps as calm.
      let sampled = run.sampleTimes.count > 1 ? sampledSpan(run) : nil
      let known = sampled.map { $0 / Int64(run.sampleTimes.count - 1) } ?? span / Int64(times.count)
      let spans = stepSpans(from: times[0], through: times[times.count - 1], calendar)
      let covered = spans.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) }
      guard
        let seconds = intervals.first(where: { seconds in
          // Up to a thousandth early counts, so that samples of "one second" give returns of one second.
          seconds * 1_001_000_000 >= known && covered / (seconds * 1_000_000_000) <= sampledLimit
        })
      else { return .absent(reason: "equity was recorded too seldom or over too long a time for shorter returns") }
      let interval = seconds * 1_000_000_000
      let count = Int(covered / interval)
      guard count >= 2 else { return .absent(reason: "equity covers \(count) periods of \(seconds) s only") }
      let ends = stepEnds(in: spans, through: times[times.count - 1], interval: interval)
      // A session apart from others has whole steps, one of which may be longer or shorter.
      let steps = Double(calendar.sessionNanoseconds) / Double(interval)
      let periods = calendar.periodsPerYear * (spans.count > 1 ? max(1, steps.rounded()) : steps)
      let length = seconds < 120 ? "\(seconds) s" : "\(seconds / 60) min"
      let label = "returns of \(length)"
      return .from { () throws(AnalyticsError) in
        ReturnBasis(
          label: label, intervalNanoseconds: interval,
          returns: try ReturnSeries(
            name: label, values: returns([curve.startingCapital] + curve.sampled(at: ends)), periodsPerYear: periods,
            period: .step(of: Format.duration(Double(interval)))),
          ends: ends)
      }
    }
  }

  /// How long samples go on, whatever part of it the curve covers.
  private static func sampledSpan(_ run: RunResult) -> Int64? {
    let times = run.sampleTimes
    let (span, overflow) = times[times.count - 1].subtractingReportingOverflow(times[0])
    return overflow ? nil : span
  }

  /// Returns between values; from the first value at or below zero on, the account is ruined: −100 %, then nothing.
  static func returns(_ equity: [Double]) -> [Double] {
    var isRuined = false
    return zip(equity.dropFirst(), equity).map { after, before in
      if isRuined { return 0 }
      if after <= 0 {
        isRuined = true
        return -1
      }
      return after / before - 1
    }
  }

  static func drawdowns(_ curve: DrawdownCurve?, times: [Int64]?) -> [DrawdownEntry] {
    guard let curve, let times, times.count == curve.depths.count else { return [] }
    return curve.deepest(10).map { period in
      DrawdownEntry(
        period: period, length: times[period.endRow].subtractingReportingOverflow(times[period.startRow]).partialValue,
        start: times[period.startRow], trough: times[period.troughRow],
        recovery: period.recoveryRow.map { times[$0] })
    }
  }

  static func exposure(of run: RunResult, through settled: Int64? = nil) -> Finding<ExposureStatistics> {
    let account = run.account
    guard !account.times.isEmpty else { return .absent(reason: "the run has no record of positions") }
    let kept = prefix(account.times, through: settled)
    if account.equity.prefix(kept.count).contains(where: { $0 <= 0 }) {
      return .absent(reason: "the account was ruined: with equity at or below zero there is no leverage")
    }
    func rows<Value>(_ values: [Value]) -> [Value] {
      guard settled != nil, values.count == account.times.count else { return values }
      return Array(values.prefix(kept.count)) + (kept.endsBetween ? [values[kept.count - 1]] : [])
    }
    var times = rows(account.times)
    if let settled, kept.endsBetween { times[times.count - 1] = settled }
    return .from { () throws(AnalyticsError) in
      try ExposureStatistics(
        times: times, gross: rows(account.grossExposure), net: rows(account.netExposure), equity: rows(account.equity),
        largest: largestExposure(of: run).map(rows))
    }
  }

  /// The largest single position's value at each row of the account; nil where rows do not hold every instrument.
  private static func largestExposure(of run: RunResult) -> [Double]? {
    let account = run.account
    let instruments = run.instruments.map { TradedInstrument($0) }
    guard !instruments.isEmpty, account.lots.count == account.times.count * instruments.count,
      account.markHalfTicks.count == account.lots.count
    else { return nil }
    // One instrument is all there is, whatever its value is in the account's currency.
    if instruments.count == 1 { return account.grossExposure }
    return account.times.indices.map { row in
      let values = instruments.indices.map { instrument in
        let place = row * instruments.count + instrument
        let (lots, mark) = (account.lots[place], account.markHalfTicks[place])
        return lots == 0 || mark == .min ? 0 : instruments[instrument].value(halfTicks: mark, lots: lots).magnitude
      }
      return min(values.max() ?? 0, account.grossExposure[row])
    }
  }
}
