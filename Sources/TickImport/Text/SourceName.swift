/// What file names and options tell a decoder that the bytes do not.
extension SourceContext {
  /// The parts of the path, of archives the entry last.
  var pathParts: [Substring] {
    name.split { $0 == "/" || $0 == "\\" || $0 == "#" || $0 == "!" || $0 == ":" }
  }

  /// The last part of the path.
  var baseName: Substring { pathParts.last ?? Substring(name) }

  /// Words of the last part of the path, cut at `_`, `.`, `-` and spaces.
  var nameWords: [Substring] { baseName.split { $0 == "_" || $0 == "." || $0 == " " || $0 == "-" } }

  /// The day that `--date` or else the name states: `2012-06-21`, `20120621`, or NASDAQ's `01302017`.
  func date() throws(ImportError) -> CivilDate? {
    if let text = options["date"] {
      guard let date = CivilDate(text) else {
        throw ImportError(file: name, reason: "--date '\(text)' is not a day", advice: "Write it as 2012-06-21")
      }
      return date
    }
    return Self.date(inName: baseName)
  }

  static func date(inName name: Substring) -> CivilDate? {
    let bytes = Array(name.utf8)
    func isDigit(_ index: Int) -> Bool { index >= 0 && index < bytes.count && bytes[index] &- 0x30 <= 9 }
    for begin in bytes.indices where isDigit(begin) && !isDigit(begin - 1) {
      var end = begin
      while isDigit(end) { end += 1 }
      if end - begin == 8 {
        let digits = String(decoding: bytes[begin..<end], as: UTF8.self)
        if let date = plausible(CivilDate(digits)) { return date }
        // Month, day and year, as NASDAQ names its files.
        let turned = digits.suffix(4) + digits.prefix(4)
        if let date = plausible(CivilDate(String(turned))) { return date }
      } else if end - begin == 4, begin + 10 <= bytes.count, bytes[end] == 0x2D || bytes[end] == 0x2F {
        if let date = plausible(CivilDate(String(decoding: bytes[begin..<begin + 10], as: UTF8.self))) { return date }
      }
    }
    return nil
  }

  private static func plausible(_ date: CivilDate?) -> CivilDate? {
    guard let date, (1970...2099).contains(date.year) else { return nil }
    return date
  }

  /// How many decimals of prices or quantities to keep, by option or the format's usual number.
  func places(_ option: String, usual: Int) throws(ImportError) -> Int {
    guard let text = options[option] else { return usual }
    guard let places = Int(text), (0...12).contains(places) else {
      throw ImportError(file: name, reason: "--\(option) '\(text)' is not a number of decimals from 0 to 12")
    }
    return places
  }

  /// The time zone of the market's wall clock, by option or the format's.
  func zone(usual: MarketZone) throws(ImportError) -> MarketZone {
    guard let text = options["zone"] else { return usual }
    guard let zone = MarketZone(text) else {
      throw ImportError(
        file: name, reason: "--zone '\(text)' is not known",
        advice: "Use UTC, America/New_York, America/Chicago, Europe/London, Europe/Berlin or an offset such as +09:00")
    }
    return zone
  }

  /// Whether missing updates are counted and read over (`--gaps count`) instead of refused.
  func countsGaps() throws(ImportError) -> Bool {
    switch options["gaps"] {
    case nil, "refuse": return false
    case "count": return true
    case .some(let text): throw ImportError(file: name, reason: "--gaps '\(text)' is neither refuse nor count")
    }
  }

  /// The symbols that `--instrument A,B` selects, or nil for all.
  var selectedSymbols: Set<String>? {
    guard let text = options["instrument"] else { return nil }
    return Set(text.split(separator: ",").map { $0.trimmingSpaces.uppercased() })
  }
}

extension Substring {
  var trimmingSpaces: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
