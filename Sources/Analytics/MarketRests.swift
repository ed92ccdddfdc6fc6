/// A time of more than a day in which nothing moved in a market, between what moved before it and after it.
public struct MarketRest: Hashable, Sendable, BitwiseCopyable {
  /// Nanoseconds since the epoch.
  public var from: Int64
  public var until: Int64

  public init(from: Int64, until: Int64) {
    self.from = from
    self.until = until
  }
}

/// Finds the rests of a market from the moments at which something moved.
public struct MarketRests: Hashable, Sendable {
  public private(set) var all: [MarketRest] = []
  @usableFromInline var latest: Int64?

  public init() {}

  /// Notes that something moved. Moments that step back rest no longer.
  @inlinable
  public mutating func note(_ nanoseconds: Int64) {
    guard let latest else { return begin(nanoseconds) }
    if nanoseconds > latest { advance(nanoseconds, latest) }
  }

  @usableFromInline
  mutating func begin(_ nanoseconds: Int64) { latest = nanoseconds }

  @usableFromInline
  mutating func advance(_ nanoseconds: Int64, _ last: Int64) {
    let (span, overflow) = nanoseconds.subtractingReportingOverflow(last)
    if overflow || span > CalendarDate.nanosecondsPerDay { all.append(MarketRest(from: last, until: nanoseconds)) }
    latest = nanoseconds
  }
}

extension TradingCalendar {
  /// The calendar without the days on which its market rested from the close before to the day's own: holidays, and days that
  /// the data does not have. A market that trades every day has no holidays, so it keeps them all.
  public func resting(in rests: [MarketRest]) -> TradingCalendar {
    guard sessionWeekdays.count < 7, !sessionWeekdays.isEmpty else { return self }
    var calendar = self
    for rest in rests {
      // Sessions are those of the days of the week alone: of two holidays in a row each begins at the other's close.
      var date = CalendarDate(nanoseconds: rest.from).advanced(by: -2)
      var former: Int64?
      while close(of: date) < rest.until {
        if sessionWeekdays.contains(date.weekday) {
          if let former, former >= rest.from { calendar.closedDates.insert(date) }
          former = close(of: date)
        }
        date = date.advanced(by: 1)
      }
    }
    return calendar
  }
}

extension TradingCalendar {
  /// How many sessions a year the data really has, where that is fewer than three quarters of the days that this calendar
  /// has: bars of weeks or months, and data with wide gaps. 365.25 (n − 1) over the days from the first of n sessions to the
  /// last one. Nil for what holidays explain, and below three sessions or six weeks, which say nothing of a year.
  package func sessionsPerYear(counted dates: [CalendarDate]) -> Double? {
    guard dates.count >= 3, let first = dates.first, let last = dates.last else { return nil }
    let days = Int64(last.daysSinceEpoch) - Int64(first.daysSinceEpoch)
    guard days >= 42 else { return nil }
    var (possible, date) = (0, first)
    while date < last {
      date = date.advanced(by: 1)
      if isSession(date) { possible += 1 }
    }
    guard 4 * (dates.count - 1) < 3 * possible else { return nil }
    return 365.25 * Double(dates.count - 1) / Double(days)
  }
}
