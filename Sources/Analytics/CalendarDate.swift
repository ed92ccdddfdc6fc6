import MarketTypes

/// A day of the proleptic Gregorian calendar, as a count of days since 1970-01-01.
public struct CalendarDate: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var daysSinceEpoch: Int32

  public init(daysSinceEpoch: Int32) { self.daysSinceEpoch = daysSinceEpoch }

  /// The date of a year, month and day; nil when there is no such day.
  public init?(year: Int, month: Int, day: Int) {
    guard let civil = CivilDay(year: year, month: month, day: day) else { return nil }
    daysSinceEpoch = civil.daysSinceEpoch
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
    let civil = CivilDay(daysSinceEpoch: daysSinceEpoch)
    return (civil.year, civil.month, civil.day)
  }

  /// The day of the week: 1 is Monday, 7 is Sunday.
  public var weekday: Int {
    let remainder = (Int(daysSinceEpoch) + 3) % 7
    return (remainder < 0 ? remainder + 7 : remainder) + 1
  }

  /// The day so many days later.
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
