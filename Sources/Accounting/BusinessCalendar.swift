/// Days that trades settle on. A day is a count of days since 1970-01-01.
public struct BusinessCalendar: Hashable, Sendable {
  /// Days of the week with settlement, 1 for Monday to 7 for Sunday.
  public let weekdays: Set<Int>
  public let holidays: Set<Int>
  /// What is added to UTC before the day is taken: −5 h where the day ends at midnight in New York in winter.
  public let offsetNanoseconds: Int64

  /// Monday to Friday.
  public static let weekdays = BusinessCalendar()
  /// Every day, as venues that never close settle.
  public static let everyDay = BusinessCalendar(weekdays: Set(1...7))

  static let nanosecondsPerDay: Int64 = 86_400_000_000_000

  public init(weekdays: Set<Int> = Set(1...5), holidays: Set<Int> = [], offsetNanoseconds: Int64 = 0) {
    precondition(weekdays.contains { (1...7).contains($0) }, "a calendar needs a day of the week that settles")
    precondition(offsetNanoseconds.magnitude <= Self.nanosecondsPerDay.magnitude, "an offset has at most a day")
    self.weekdays = weekdays
    self.holidays = holidays
    self.offsetNanoseconds = offsetNanoseconds
  }

  /// The day of a moment in nanoseconds since the epoch.
  public func day(of time: Int64) -> Int {
    let (local, overflows) = time.addingReportingOverflow(offsetNanoseconds)
    let moment = overflows ? time : local
    let quotient = moment / Self.nanosecondsPerDay
    return Int(moment % Self.nanosecondsPerDay < 0 ? quotient - 1 : quotient)
  }

  public func isBusinessDay(_ day: Int) -> Bool {
    let fromMonday = (day + 3) % 7
    return weekdays.contains((fromMonday < 0 ? fromMonday + 7 : fromMonday) + 1) && !holidays.contains(day)
  }

  /// The `count`-th business day after a day; the day itself for 0. Ends, because holidays are finite.
  public func day(_ count: Int, after day: Int) -> Int {
    var (day, left) = (day, count)
    while left > 0 {
      day += 1
      if isBusinessDay(day) { left -= 1 }
    }
    return day
  }

  /// The day of a date written as 20140609; nil when there is no such day.
  public static func day(ofDate date: Int) -> Int? {
    let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100)
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[month - 1] else { return nil }
    let before = year - 1
    let leapDays = before / 4 - before / 100 + before / 400
    // 719,162 days lie between 0001-01-01 and 1970-01-01.
    return before * 365 + leapDays - 719_162 + lengths[..<(month - 1)].reduce(0, +) + day - 1
  }
}
