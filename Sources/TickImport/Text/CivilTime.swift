import MarketTypes

/// A calendar day within the years that nanoseconds can hold.
struct CivilDate: Hashable, Comparable, Sendable {
  private let civil: CivilDay

  var year: Int { civil.year }
  var month: Int { civil.month }
  var day: Int { civil.day }
  /// Days since 1970-01-01.
  var daysSinceEpoch: Int { Int(civil.daysSinceEpoch) }

  /// The day, or nil when it does not exist or lies outside 1900...2261.
  init?(year: Int, month: Int, day: Int) {
    guard (1900...2261).contains(year), let civil = CivilDay(year: year, month: month, day: day) else { return nil }
    self.civil = civil
  }

  var secondsSinceEpoch: Int64 { Int64(daysSinceEpoch) * 86_400 }

  /// 0 for Sunday.
  var weekday: Int {
    let days = (daysSinceEpoch + 4) % 7
    return days < 0 ? days + 7 : days
  }

  static func < (left: CivilDate, right: CivilDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }

  /// Reads `20130731`, `2013-07-31` or `2013/07/31` from the front of `text`.
  init?(_ text: TextSlice) {
    func number(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= text.count, let value = try? text.slice(range).unsigned() else { return nil }
      return Int(value)
    }
    guard text.count >= 8, let year = number(0..<4) else { return nil }
    let isSpaced = text[4] == UInt8(ascii: "-") || text[4] == UInt8(ascii: "/")
    if isSpaced {
      guard text.count >= 10, text[7] == text[4] else { return nil }
    }
    guard let month = number(isSpaced ? 5..<7 : 4..<6), let day = number(isSpaced ? 8..<10 : 6..<8) else { return nil }
    self.init(year: year, month: month, day: day)
  }

  init?(_ text: String) {
    var text = text
    let date = text.withUTF8 { bytes -> CivilDate? in
      guard let start = bytes.baseAddress else { return nil }
      return CivilDate(TextSlice(start: start, count: bytes.count))
    }
    guard let date else { return nil }
    self = date
  }

  /// The n-th (from 1) or the last (0) given weekday of a month.
  static func weekday(_ weekday: Int, number: Int, month: Int, year: Int) -> CivilDate? {
    guard let first = CivilDate(year: year, month: month, day: 1) else { return nil }
    let day = 1 + (weekday - first.weekday + 7) % 7
    if number > 0 { return CivilDate(year: year, month: month, day: day + (number - 1) * 7) }
    let length = CivilDay.days(inMonth: month, of: year)
    return CivilDate(year: year, month: month, day: day + (length - day) / 7 * 7)
  }
}

/// How far a market's wall clock is from UTC, from the rules in force since 1976 (US) and 1996 (EU).
enum MarketZone: Hashable, Sendable {
  /// Constant seconds east of UTC.
  case fixed(Int)
  /// United States daylight saving over a standard offset in seconds.
  case unitedStates(Int)
  /// European Union summer time over a standard offset in seconds.
  case europe(Int)

  static let utc = MarketZone.fixed(0)
  static let newYork = MarketZone.unitedStates(-5 * 3600)
  static let chicago = MarketZone.unitedStates(-6 * 3600)

  /// Reads an IANA name of the markets supported, `UTC`, or an offset such as `UTC-05` or `+05:30`.
  init?(_ name: String) {
    switch name.lowercased() {
    case "utc", "gmt", "z", "etc/utc": self = .utc
    case "america/new_york", "new_york", "us/eastern": self = .newYork
    case "america/chicago", "chicago", "us/central": self = .chicago
    case "america/los_angeles": self = .unitedStates(-8 * 3600)
    case "europe/london": self = .europe(0)
    case "europe/berlin", "europe/paris", "europe/amsterdam", "europe/zurich": self = .europe(3600)
    case "asia/hong_kong", "asia/singapore", "asia/shanghai": self = .fixed(8 * 3600)
    case "asia/tokyo", "asia/seoul": self = .fixed(9 * 3600)
    case "asia/kolkata": self = .fixed(5 * 3600 + 1800)
    default:
      var digits = Substring(name)
      if digits.uppercased().hasPrefix("UTC") { digits = digits.dropFirst(3) }
      guard let sign = digits.first, sign == "+" || sign == "-" else { return nil }
      let parts = digits.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
      guard (1...2).contains(parts.count), let hours = Int(parts[0]), (0...14).contains(hours) else { return nil }
      var minutes = 0
      if parts.count == 2 {
        guard let stated = Int(parts[1]), (0...59).contains(stated) else { return nil }
        minutes = stated
      }
      self = .fixed((sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60))
    }
  }

  /// Seconds to add to UTC at a wall-clock moment given in seconds since 1970. Of an hour that occurs twice the first
  /// is meant; an hour that is left out counts as daylight saving.
  func offset(atLocalSeconds local: Int64) -> Int {
    switch self {
    case .fixed(let offset): return offset
    case .unitedStates(let standard):
      guard let (begin, end) = Self.unitedStatesSummer(year: Self.year(of: local)) else { return standard }
      let isSummer = local >= begin.secondsSinceEpoch + 7200 && local < end.secondsSinceEpoch + 7200
      return isSummer ? standard + 3600 : standard
    case .europe(let standard):
      let year = Self.year(of: local)
      guard year >= 1996, let begin = CivilDate.weekday(0, number: 0, month: 3, year: year),
        let end = CivilDate.weekday(0, number: 0, month: 10, year: year)
      else { return standard }
      // Both changes are at 01:00 UTC.
      let isSummer =
        local >= begin.secondsSinceEpoch + 3600 + Int64(standard)
        && local < end.secondsSinceEpoch + 7200 + Int64(standard)
      return isSummer ? standard + 3600 : standard
    }
  }

  private static func unitedStatesSummer(year: Int) -> (CivilDate, CivilDate)? {
    let begin: CivilDate?
    let end: CivilDate?
    switch year {
    case 2007...:
      begin = CivilDate.weekday(0, number: 2, month: 3, year: year)
      end = CivilDate.weekday(0, number: 1, month: 11, year: year)
    case 1987...:
      begin = CivilDate.weekday(0, number: 1, month: 4, year: year)
      end = CivilDate.weekday(0, number: 0, month: 10, year: year)
    case 1976...:
      begin = CivilDate.weekday(0, number: 0, month: 4, year: year)
      end = CivilDate.weekday(0, number: 0, month: 10, year: year)
    default: return nil
    }
    guard let begin, let end else { return nil }
    return (begin, end)
  }

  private static func year(of seconds: Int64) -> Int {
    // Rounded to the second of the mean Gregorian year, then corrected by at most one.
    var year = 1970 + Int(seconds / 31_556_952)
    if let next = CivilDate(year: year + 1, month: 1, day: 1), seconds >= next.secondsSinceEpoch { year += 1 }
    if let begin = CivilDate(year: year, month: 1, day: 1), seconds < begin.secondsSinceEpoch { year -= 1 }
    return year
  }

  /// A wall-clock moment as nanoseconds since the epoch, UTC; nil outside of what nanoseconds hold.
  func nanoseconds(localSeconds: Int64, fraction: Int64 = 0) -> Int64? {
    let seconds = localSeconds - Int64(offset(atLocalSeconds: localSeconds))
    let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflowsSum) = product.addingReportingOverflow(fraction)
    return overflows || overflowsSum ? nil : sum
  }
}

/// One day of a market whose files count from local midnight.
struct MarketDay {
  /// UTC nanoseconds of local midnight.
  private let midnight: Int64
  /// Nanoseconds after midnight at which the wall clock changes, and by how much UTC differs from then on.
  private let changeAt: Int64
  private let change: Int64
  private let isStated: Bool

  /// The day, or the epoch itself when `date` is nil.
  init(_ date: CivilDate?, zone: MarketZone) {
    isStated = date != nil
    guard let date else {
      midnight = 0
      changeAt = .max
      change = 0
      return
    }
    let local = date.secondsSinceEpoch
    let offset = zone.offset(atLocalSeconds: local)
    midnight = (local - Int64(offset)) * 1_000_000_000
    var changeAt = Int64.max
    var change: Int64 = 0
    if zone.offset(atLocalSeconds: local + 86_399) != offset {
      for quarter in 1..<96 where changeAt == .max {
        let later = zone.offset(atLocalSeconds: local + Int64(quarter) * 900)
        if later != offset {
          changeAt = Int64(quarter) * 900_000_000_000
          change = Int64(offset - later) * 1_000_000_000
        }
      }
    }
    self.changeAt = changeAt
    self.change = change
  }

  /// Tells the user when the times will be those of 1970.
  func remark(to sink: inout some RecordSink) {
    guard !isStated else { return }
    sink.remark(
      "neither the file's name nor --date states the day, so its times count from 1970-01-01; state it with --date")
  }

  /// UTC of a wall-clock time; `nanoseconds` below two days.
  @inline(__always)
  func time(afterMidnight nanoseconds: Int64) -> Timestamp {
    Timestamp(nanoseconds: midnight &+ nanoseconds &+ (nanoseconds >= changeAt ? change : 0))
  }
}
