import MarketTypes

/// How a table writes time: a count since 1970 in a stated unit, or a date and time of day.
enum CSVTime: Hashable, Sendable {
  case count(EpochUnit, MarketZone)
  /// `2024-01-31 23:59:59.123456789`, with `T`, without separators (`20240131 235959123`), with `Z` or an offset, or a
  /// date alone; without an offset in the given zone.
  case calendar(MarketZone)
  /// Calendar text where the field has a separator or the digits of a date, else a count whose unit follows from its
  /// size.
  case automatic(MarketZone)

  init(_ context: SourceContext) throws(ImportError) {
    let zone = try context.zone(usual: .utc)
    switch context.options["time-format"]?.lowercased() {
    case nil, "auto": self = .automatic(zone)
    case "iso", "date": self = .calendar(zone)
    case .some(let text):
      guard let unit = EpochUnit(rawValue: text) else {
        throw ImportError(
          file: context.name, reason: "--time-format '\(text)' is not known", advice: "Use iso, s, ms, us, ns or auto")
      }
      self = .count(unit, zone)
    }
  }

  /// Smaller counts are no moments of 1973 and after in any unit, but times of day.
  static let leastCount: UInt64 = 100_000_000

  var zone: MarketZone {
    switch self {
    case .count(_, let zone), .calendar(let zone), .automatic(let zone): zone
    }
  }

  /// `20240131`, and with hours and minutes, seconds, milliseconds behind it: as counts these would lie outside of 1990
  /// to 2262.
  static func isCompactDate(_ text: TextSlice) -> Bool {
    guard [8, 12, 14, 17].contains(text.count), (0..<text.count).allSatisfy({ text[$0] &- 0x30 <= 9 }),
      let date = CivilDate(text)
    else { return false }
    return (1970...2099).contains(date.year)
  }

  /// The bytes of the date at the front of a text that begins with one.
  static func dateLength(_ text: TextSlice) -> Int {
    text.count > 4 && (text[4] == UInt8(ascii: "-") || text[4] == UInt8(ascii: "/")) ? 10 : 8
  }

  /// The end of the day, when the text is a date and nothing else.
  func endOfDay(_ text: TextSlice) -> Timestamp? {
    if case .count = self { return nil }
    guard let date = CivilDate(text), text.count == Self.dateLength(text) else { return nil }
    return zone.nanoseconds(localSeconds: date.secondsSinceEpoch + 86_400).map { Timestamp(nanoseconds: $0) }
  }

  /// What an automatic reading makes of a text; nil where nothing was guessed.
  func words(_ text: TextSlice) -> String? {
    guard case .automatic = self, !text.isEmpty else { return nil }
    let isDate = (0..<text.count).contains { text[$0] &- 0x30 > 9 && text[$0] != UInt8(ascii: ".") }
    guard !isDate, !Self.isCompactDate(text) else { return "dates, in UTC unless they or --zone say otherwise" }
    let whole = text.slice(0..<(text.firstIndex(of: UInt8(ascii: ".")) ?? text.count))
    guard let count = try? whole.unsigned() else { return nil }
    let unit =
      switch EpochUnit(magnitudeOf: count) {
      case .seconds: "seconds"
      case .milliseconds: "milliseconds"
      case .microseconds: "microseconds"
      case .nanoseconds: "nanoseconds"
      }
    return "\(unit) since 1970"
  }
}

extension LinePlace {
  func time(_ field: String, _ text: TextSlice, as format: CSVTime) throws(ImportError) -> Timestamp {
    switch format {
    case .count(let unit, _):
      if unit == .nanoseconds { return Timestamp(nanoseconds: try integer(field, text)) }
      return Timestamp(nanoseconds: try decimal(field, text, places: unit.decimals))
    case .calendar(let zone):
      return try calendarTime(field, text, zone)
    case .automatic(let zone):
      let isCalendar = (0..<text.count).contains { index in
        let byte = text[index]
        return byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ":") || byte == 0x20
      }
      if isCalendar || CSVTime.isCompactDate(text) { return try calendarTime(field, text, zone) }
      let point = text.firstIndex(of: UInt8(ascii: "."))
      let whole = try unsigned(field, text.slice(0..<(point ?? text.count)))
      guard whole >= CSVTime.leastCount else {
        throw error(
          "\(field) \(text.quoted) is a time of day, or before 1973",
          advice: "State the day with --date or in a column 'date', or the unit since 1970 with --time-format")
      }
      guard point != nil else { return try epochTime(field, text) }
      let unit = EpochUnit(magnitudeOf: whole)
      return Timestamp(nanoseconds: try decimal(field, text, places: unit.decimals))
    }
  }

  /// A day and a time of day: `09:30:00.5`, `093000`, `093000123`, or with a stated unit a count since midnight.
  func time(onDay day: TextSlice, at clock: TextSlice, as format: CSVTime) throws(ImportError) -> Timestamp {
    guard let date = CivilDate(day), day.count == CSVTime.dateLength(day) else {
      throw error("date \(day.quoted) is not a day", advice: "Write it as 2024-01-31 or 20240131")
    }
    if case .count(let unit, let zone) = format {
      let nanoseconds =
        unit == .nanoseconds ? try integer("time", clock) : try decimal("time", clock, places: unit.decimals)
      // A day of 25 hours is the longest.
      guard (0..<90_000_000_000_000).contains(nanoseconds) else {
        throw error("time \(clock.quoted) is beyond the day")
      }
      return MarketDay(date, zone: zone).time(afterMidnight: nanoseconds)
    }
    let hasColon = clock.firstIndex(of: UInt8(ascii: ":")) != nil
    let digits = clock.firstIndex(of: UInt8(ascii: ".")) ?? clock.count
    guard hasColon ? clock.count >= 5 && clock[2] == UInt8(ascii: ":") : [6, 9, 12].contains(digits) else {
      throw error(
        "time \(clock.quoted) is no time of day",
        advice: "Map the column of the whole time with --columns, or state a unit since midnight with --time-format")
    }
    var joined = (0..<day.count).map { day[$0] } + [0x20]
    for index in 0..<clock.count { joined.append(clock[index]) }
    return try String(decoding: joined, as: UTF8.self).withTextSlice { (text) throws(ImportError) in
      try calendarTime("time", text, format.zone)
    }
  }

  private func calendarTime(_ field: String, _ text: TextSlice, _ zone: MarketZone) throws(ImportError) -> Timestamp {
    func refused() -> ImportError {
      error("\(field) \(text.quoted) is not a date and time", advice: "State how times are written with --time-format")
    }
    guard let date = CivilDate(text) else { throw refused() }
    let dateLength = text[4] == UInt8(ascii: "-") || text[4] == UInt8(ascii: "/") ? 10 : 8
    var rest = text.slice(dateLength..<text.count)
    if let first = rest.first, first == 0x20 || first == UInt8(ascii: "T") { rest = rest.slice(1..<rest.count) }
    var seconds: Int64 = 0
    var fraction: Int64 = 0
    var used = 0
    // Hours, minutes and seconds with or without colons; minutes and seconds may be missing.
    for scale in [Int64(3600), 60, 1] {
      var begin = used
      if used > 0, used < rest.count, rest[used] == UInt8(ascii: ":") { begin += 1 }
      guard begin + 2 <= rest.count, let value = try? rest.slice(begin..<begin + 2).unsigned() else {
        if begin > used { throw refused() }
        break
      }
      guard value < (scale == 3600 ? 24 : scale == 1 ? 61 : 60) else { throw refused() }
      seconds += Int64(value) * scale
      used = begin + 2
    }
    if used == 6 || used == 8, used < rest.count {
      let hasPoint = rest[used] == UInt8(ascii: ".") || rest[used] == UInt8(ascii: ",")
      var end = used + (hasPoint ? 1 : 0)
      var scale: Int64 = 100_000_000
      while end < rest.count, rest[end] &- 0x30 <= 9 {
        fraction += Int64(rest[end] &- 0x30) * scale
        scale /= 10
        end += 1
      }
      used = end
    }
    let local = date.secondsSinceEpoch + seconds
    let zone = try statedZone(rest.slice(used..<rest.count), refused()) ?? zone
    guard let nanoseconds = zone.nanoseconds(localSeconds: local, fraction: fraction) else { throw refused() }
    return Timestamp(nanoseconds: nanoseconds)
  }

  private func statedZone(
    _ text: TextSlice, _ refusal: @autoclosure () -> ImportError
  ) throws(ImportError) -> MarketZone? {
    let text = text.trimmed
    if text.isEmpty { return nil }
    if text.equals("Z") || text.equals("z") { return .utc }
    // +05:30, +0530 or +05.
    guard text.count >= 3, text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-"),
      let hours = try? text.slice(1..<3).unsigned(), hours <= 14
    else { throw refusal() }
    var minutes: UInt64 = 0
    if text.count > 3 {
      let begin = text[3] == UInt8(ascii: ":") ? 4 : 3
      guard text.count == begin + 2, let stated = try? text.slice(begin..<begin + 2).unsigned(), stated < 60 else {
        throw refusal()
      }
      minutes = stated
    }
    let offset = Int(hours) * 3600 + Int(minutes) * 60
    return .fixed(text[0] == UInt8(ascii: "-") ? -offset : offset)
  }
}
