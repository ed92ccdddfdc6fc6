/// In which hours of the week, UTC, a market traded: what tells a calendar apart from another.
public struct TradingHours: Hashable, Sendable {
  public static let hoursPerWeek = 168
  static let nanosecondsPerHour: Int64 = 3_600_000_000_000

  /// By hour of the week, from Monday 00:00 UTC; true where something traded.
  public private(set) var isActive = [Bool](repeating: false, count: hoursPerWeek)

  public init() {}

  /// Nil unless there is a value for every hour of a week.
  public init?(isActive: [Bool]) {
    guard isActive.count == Self.hoursPerWeek else { return nil }
    self.isActive = isActive
  }

  public var isEmpty: Bool { !isActive.contains(true) }

  /// Notes a trade; returns until when a further one would fall into the same hour.
  @discardableResult
  public mutating func note(_ nanoseconds: Int64) -> Int64 {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: Self.nanosecondsPerHour)
    let hour = remainder < 0 ? quotient - 1 : quotient
    // The epoch began on a Thursday.
    let ofWeek = Int((hour + 72) % Int64(Self.hoursPerWeek))
    isActive[ofWeek < 0 ? ofWeek + Self.hoursPerWeek : ofWeek] = true
    return (hour + 1).multipliedReportingOverflow(by: Self.nanosecondsPerHour).partialValue
  }

  /// Whether something traded from one hour of the week up to another.
  func trades(from: Int, upTo end: Int) -> Bool { isActive[from..<end].contains(true) }

  /// Whether something traded from Monday to Friday between 01:00 and 08:00, when exchanges of stocks in America are closed.
  var tradesAtNight: Bool { (0..<5).contains { trades(from: $0 * 24 + 1, upTo: $0 * 24 + 8) } }
}

extension TradingCalendar {
  /// Closes that separate the trading of one weekday from the next, in hours after midnight UTC: futures and currencies
  /// pause then; stocks and their evening are over; daily bars, which are stamped at their end, have come.
  private static let closes = [22, 25, 30]

  /// Every close that the calendar of a run at some venues may have, nanoseconds after midnight UTC: by the venues where they
  /// are known, and by when their market turns out to trade.
  public static func possibleCloses(of venues: [String]) -> [Int64] {
    let known = VenueSessions.common(of: venues)
    if known?.isEveryDay == true { return [everyDay.closeNanosecondsOfDay] }
    return closes.map { Int64($0) * TradingHours.nanosecondsPerHour }
      + [known.map { $0.calendar(shown: everyDay).closeNanosecondsOfDay } ?? everyDay.closeNanosecondsOfDay]
  }

  /// The calendar of a market that trades in some hours of the week: Monday to Friday where the weekend was quiet, and
  /// either a whole weekend was seen or the nights were quiet too; every day otherwise. With the reason in words.
  public static func fitting(
    _ hours: TradingHours, from start: Int64, through end: Int64
  ) -> (calendar: TradingCalendar, reason: String) {
    let (friday, sunday) = (4 * 24, 6 * 24 + 20)
    let close = closes.first { !hours.trades(from: friday + $0, upTo: sunday) }
    guard let close else { return (.everyDay, "the market traded on a weekend") }
    let isNightQuiet = !hours.tradesAtNight
    guard isNightQuiet || seesWeekend(from: start, through: end) else {
      return (.everyDay, "the market traded at night, and the run sees no weekend")
    }
    // A close after the regular one belongs to trading around it: the session is all that trades, from its first hour.
    let regular: Int64 = 23_400_000_000_000
    let first = (0..<5).flatMap { day in (8..<24).filter { hours.trades(from: day * 24 + $0, upTo: day * 24 + $0 + 1) }
    }
    .min()
    let traded = first.map { Int64(close - $0) * TradingHours.nanosecondsPerHour } ?? regular
    let length: Int64 =
      !isNightQuiet ? CalendarDate.nanosecondsPerDay : close > closes[0] ? max(regular, traded) : regular
    return (
      .weekdays(closingAt: Int64(close) * TradingHours.nanosecondsPerHour, sessionNanoseconds: length),
      isNightQuiet ? "nothing traded on a weekend or between 01:00 and 08:00 UTC" : "nothing traded on a weekend"
    )
  }

  /// Whether Saturday 06:00 to Sunday 20:00 of some week lies within a span.
  private static func seesWeekend(from start: Int64, through end: Int64) -> Bool {
    var date = CalendarDate(nanoseconds: start)
    for _ in 0..<8 {
      if date.weekday == 6 {
        let day = Int64(date.daysSinceEpoch)
        let (midnight, overflow) = day.multipliedReportingOverflow(by: CalendarDate.nanosecondsPerDay)
        let from = midnight &+ 6 * TradingHours.nanosecondsPerHour
        let until = midnight &+ 44 * TradingHours.nanosecondsPerHour
        if !overflow, start <= from, from < until, until <= end { return true }
      }
      date = date.advanced(by: 1)
    }
    return false
  }

  /// Monday to Friday with another close; after 24 hours it lies in the next day, UTC.
  public static func weekdays(closingAt close: Int64, sessionNanoseconds: Int64 = 23_400_000_000_000) -> TradingCalendar
  {
    TradingCalendar(
      name: "Monday to Friday, close \(words(close)) UTC", closeNanosecondsOfDay: close,
      sessionWeekdays: [1, 2, 3, 4, 5], periodsPerYear: 252, sessionNanoseconds: sessionNanoseconds)
  }

  /// The same days with another close.
  public func closing(at close: Int64) -> TradingCalendar {
    var calendar = self
    calendar.closeNanosecondsOfDay = close
    calendar.name = name.split(separator: ", close").first.map(String.init) ?? name
    calendar.name += ", close \(Self.words(close)) UTC"
    return calendar
  }

  private static func words(_ close: Int64) -> String {
    let minutes = Int(close / 60_000_000_000)
    let isNext = minutes > 1_440
    let (hour, minute) = (minutes - (isNext ? 1_440 : 0)).quotientAndRemainder(dividingBy: 60)
    func digits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(digits(hour)):\(digits(minute))" + (isNext ? " of the next day" : "")
  }
}
