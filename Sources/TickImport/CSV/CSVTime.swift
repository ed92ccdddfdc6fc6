import MarketTypes

/// How a table writes time: a count since 1970 in a stated unit, or a date and time of day.
enum CSVTime: Hashable, Sendable {
  case count(EpochUnit)
  /// `2024-01-31 23:59:59.123456789`, with `T`, without separators (`20240131 235959123`), with `Z` or an offset, or a
  /// date alone; without an offset in the given zone.
  case calendar(MarketZone)
  /// Calendar text where the field has a separator, else a count whose unit follows from its size.
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
      self = .count(unit)
    }
  }
}

extension LinePlace {
  func time(_ field: String, _ text: TextSlice, as format: CSVTime) throws(ImportError) -> Timestamp {
    switch format {
    case .count(let unit):
      if unit == .nanoseconds { return Timestamp(nanoseconds: try integer(field, text)) }
      return Timestamp(nanoseconds: try decimal(field, text, places: unit.decimals))
    case .calendar(let zone):
      return try calendarTime(field, text, zone)
    case .automatic(let zone):
      let isCalendar = (0..<text.count).contains { index in
        let byte = text[index]
        return byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ":") || byte == 0x20
      }
      if isCalendar { return try calendarTime(field, text, zone) }
      if let point = text.firstIndex(of: UInt8(ascii: ".")) {
        let unit = EpochUnit(magnitudeOf: try unsigned(field, text.slice(0..<point)))
        return Timestamp(nanoseconds: try decimal(field, text, places: unit.decimals))
      }
      return try epochTime(field, text)
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
