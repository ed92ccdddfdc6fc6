/// Times as people write them, UTC, in both directions and exact to the nanosecond.
///
/// The calendar is the proleptic Gregorian one; day numbers follow Howard Hinnant's "chrono-compatible low-level date
/// algorithms" (eras of 400 years that begin on the first of March).
public enum TimeText {
  static let nanosecondsPerDay: Int64 = 86_400_000_000_000

  /// `2024-03-01T14:30:00.500000000Z`.
  public static func iso8601(_ nanoseconds: Int64) -> String {
    let (day, ofDay) = floorDivide(nanoseconds, nanosecondsPerDay)
    let date = civil(day: day)
    let seconds = ofDay / 1_000_000_000
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
      + "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))."
      + "\(padded(ofDay % 1_000_000_000, 9))Z"
  }

  /// Nanoseconds of `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM[:SS[.fraction]][Z]` (a space may stand for T) or of an integer;
  /// nil for anything else and for times an Int64 of nanoseconds cannot hold.
  public static func nanoseconds(_ text: String) -> Int64? {
    if let integer = Int64(text) { return integer }
    var rest = Array(text.utf8)[...]
    guard let year = digits(4, &rest), skip("-", &rest), let month = digits(2, &rest), skip("-", &rest),
      let dayOfMonth = digits(2, &rest), (1...12).contains(month),
      (1...daysInMonth(year: year, month: month)).contains(dayOfMonth)
    else { return nil }
    var ofDay: Int64 = 0
    if !rest.isEmpty {
      guard let time = timeOfDay(&rest) else { return nil }
      ofDay = time
    }
    let (product, productOverflows) = dayNumber(year: year, month: month, day: dayOfMonth)
      .multipliedReportingOverflow(by: nanosecondsPerDay)
    let (sum, sumOverflows) = product.addingReportingOverflow(ofDay)
    return productOverflows || sumOverflows ? nil : sum
  }

  private static func timeOfDay(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    guard skip("T", &rest) || skip(" ", &rest), let hour = digits(2, &rest), hour < 24, skip(":", &rest),
      let minute = digits(2, &rest), minute < 60
    else { return nil }
    var total = (hour * 60 + minute) * 60_000_000_000
    if skip(":", &rest) {
      guard let second = digits(2, &rest), second < 60 else { return nil }
      total += second * 1_000_000_000
      if skip(".", &rest) {
        var unit: Int64 = 100_000_000
        guard let first = rest.first, isDigit(first) else { return nil }
        while let byte = rest.first, isDigit(byte) {
          guard unit > 0 else { return nil }
          total += Int64(byte - UInt8(ascii: "0")) * unit
          unit /= 10
          rest.removeFirst()
        }
      }
    }
    _ = skip("Z", &rest)
    return rest.isEmpty ? total : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private static func digits(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int64? {
    guard rest.count >= count else { return nil }
    var value: Int64 = 0
    for _ in 0..<count {
      let byte = rest.removeFirst()
      guard isDigit(byte) else { return nil }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return value
  }

  private static func skip(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  static func daysInMonth(year: Int64, month: Int64) -> Int64 {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return switch month {
    case 2: isLeap ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01.
  static func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = floorDivide(shifted, 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func civil(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = floorDivide(day + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    )
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let text = String(value)
    return text.utf8.count >= width ? text : String(repeating: "0", count: width - text.utf8.count) + text
  }
}
