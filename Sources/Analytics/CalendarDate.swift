/// A day of the proleptic Gregorian calendar, as a count of days since 1970-01-01.
public struct CalendarDate: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var daysSinceEpoch: Int32

  public init(daysSinceEpoch: Int32) { self.daysSinceEpoch = daysSinceEpoch }

  /// The date of a year, month and day; nil when there is no such day.
  public init?(year: Int, month: Int, day: Int) {
    guard (-9999...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    // Years start in March here, so that the leap day is the last of its year (Hinnant, "chrono-compatible low-level
    // date algorithms").
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    daysSinceEpoch = Int32(era * 146_097 + dayOfEra - 719_468)
    guard self.day == day else { return nil }
  }

  /// The UTC day that contains a moment in nanoseconds since the epoch.
  public init(nanoseconds: Int64) {
    daysSinceEpoch = Int32(nanoseconds.flooredQuotient(by: Self.nanosecondsPerDay))
  }

  public static let nanosecondsPerDay: Int64 = 86_400_000_000_000

  public var year: Int { components.year }
  public var month: Int { components.month }
  public var day: Int { components.day }

  /// Year, month and day at once.
  public var components: (year: Int, month: Int, day: Int) {
    let shifted = Int(daysSinceEpoch) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// The day of the week: 1 is Monday, 7 is Sunday.
  public var weekday: Int {
    let remainder = (Int(daysSinceEpoch) + 3) % 7
    return (remainder < 0 ? remainder + 7 : remainder) + 1
  }

  public func advanced(by days: Int) -> CalendarDate {
    CalendarDate(daysSinceEpoch: daysSinceEpoch + Int32(days))
  }

  public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
    left.daysSinceEpoch < right.daysSinceEpoch
  }
}

extension CalendarDate: CustomStringConvertible {
  /// ISO 8601, for example `2026-03-31`.
  public var description: String {
    let (year, month, day) = components
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value.magnitude)
      return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }
}

extension Int64 {
  /// Division that rounds toward minus infinity; `divisor` is positive.
  func flooredQuotient(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
