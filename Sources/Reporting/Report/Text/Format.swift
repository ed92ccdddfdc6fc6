import Analytics

/// How a number is written: the same here and in the page's script, which gets `code`.
///
/// Decimals are the fewest: a value that rounding to them would change by more than a twentieth is written with more, up to
/// nine (and of money up to two more), so that nothing small is shown as nothing. What even those do not show is zero.
enum NumberStyle: Hashable, Sendable {
  /// A share of one as percent with decimals.
  case percent(Int)
  case number(Int)
  /// Account currency with decimals; the currency's name stands beside the figure, not in every cell.
  case money(Int)
  /// Nanoseconds as a duration.
  case duration

  var code: String {
    switch self {
    case .percent(let decimals): "p\(decimals)"
    case .number(let decimals): "n\(decimals)"
    case .money(let decimals): "m\(decimals)"
    case .duration: "d0"
    }
  }

  func text(_ value: Double) -> String {
    switch fitted(to: value) {
    case .percent(let decimals):
      let text = Format.fixed(value * 100, decimals)
      return value.isNaN ? text : text + "%"
    case .number(let decimals), .money(let decimals): return Format.fixed(value, decimals)
    case .duration: return Format.duration(value)
    }
  }

  /// With the decimals that a value needs.
  func fitted(to value: Double) -> NumberStyle {
    switch self {
    case .percent(let decimals): .percent(Format.decimals(for: value * 100, from: decimals, through: 9))
    case .number(let decimals): .number(Format.decimals(for: value, from: decimals, through: 9))
    case .money(let decimals): .money(Format.decimals(for: value, from: decimals, through: decimals + 2))
    case .duration: .duration
    }
  }

  /// With exactly the decimals it has, whatever a value would need.
  func exactText(_ value: Double) -> String {
    switch self {
    case .percent(let decimals): value.isNaN ? "–" : Format.fixed(value * 100, decimals) + "%"
    case .number(let decimals), .money(let decimals): Format.fixed(value, decimals)
    case .duration: Format.duration(value)
    }
  }

  /// An interval with the decimals of its estimate and of its farther end: a bound close to zero needs no more.
  func text(_ lower: Double, to upper: Double, of estimate: Double?) -> String {
    let far = fitted(to: max(lower.magnitude, upper.magnitude))
    let style = estimate.map { fitted(to: $0) }.map { $0.storedDecimals > far.storedDecimals ? $0 : far } ?? far
    let (low, high) = (style.exactText(lower), style.exactText(upper))
    return low == high ? "\(text(lower)) to \(text(upper))" : "\(low) to \(high)"
  }

  /// With the decimals that most values of a column need, so that all of them can have the same.
  func fitted(toColumn values: [Double]) -> NumberStyle {
    let sizes = values.filter { $0 != 0 && $0.isFinite }.map(\.magnitude).sorted()
    return sizes.isEmpty ? self : fitted(to: sizes[sizes.count / 2])
  }

  /// With a plus sign where it is above zero.
  func signedText(_ value: Double) -> String {
    let text = text(value)
    // What rounds to zero has no sign.
    return value > 0 && text.contains(where: { ("1"..."9").contains($0) }) ? "+" + text : text
  }

  /// Short, for axes.
  func axisText(_ value: Double, step: Double) -> String {
    switch self {
    case .percent: Format.fixed(value * 100, Format.decimals(forStep: step * 100)) + "%"
    case .number, .money: Format.compact(value, step: step)
    case .duration: Format.duration(value)
    }
  }

  /// Decimals that a stored value needs so that nothing shown is lost.
  var storedDecimals: Int {
    switch self {
    case .percent(let decimals): decimals + 4
    case .number(let decimals), .money(let decimals): decimals
    case .duration: 0
    }
  }
}

/// Numbers, durations and moments as text. No locale, no clock: the same bytes everywhere.
enum Format {
  static let minus = "\u{2212}"

  /// Digits with a fixed number of decimals and commas between thousands; halves round away from zero.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "–" : value > 0 ? "∞" : minus + "∞" }
    let scale = powerOfTen(decimals)
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 9_007_199_254_740_992 else { return (value < 0 ? minus : "") + "\(value.magnitude)" }
    let units = UInt64(scaled)
    guard decimals > 0 else { return (value < 0 && units > 0 ? minus : "") + grouped(units) }
    let divisor = UInt64(scale)
    let fraction = String(units % divisor)
    return (value < 0 && units > 0 ? minus : "") + grouped(units / divisor) + "."
      + String(repeating: "0", count: decimals - fraction.count) + fraction
  }

  static func count(_ value: Int) -> String { (value < 0 ? minus : "") + grouped(UInt64(value.magnitude)) }

  /// A share of one, with the decimals that it needs.
  static func percent(_ value: Double, _ decimals: Int = 2) -> String { NumberStyle.percent(decimals).text(value) }

  /// A number with the decimals that it needs, at least so many.
  static func number(_ value: Double, _ decimals: Int) -> String { NumberStyle.number(decimals).text(value) }

  /// The fewest decimals in a range whose rounding changes a value by at most a twentieth; the lower end when none does.
  static func decimals(for value: Double, from least: Int, through most: Int) -> Int {
    let size = value.magnitude
    guard size > 0, size.isFinite else { return least }
    var scale = powerOfTen(least)
    var decimals = least
    while decimals <= most {
      if ((size * scale).rounded() / scale - size).magnitude <= 0.05 * size { return decimals }
      scale *= 10
      decimals += 1
    }
    return least
  }

  /// A text whose negative numbers have a minus sign instead of a hyphen.
  static func signed(_ text: String) -> String {
    guard text.contains("-") else { return text }
    var result = ""
    let characters = Array(text)
    for (place, character) in characters.enumerated() {
      let next = place + 1 < characters.count ? characters[place + 1] : " "
      let isBeforeDigit = next.isASCII && next.isNumber
      let isAfterGap = place == 0 || " =([,;:".contains(characters[place - 1])
      result += character == "-" && isBeforeDigit && isAfterGap ? minus : String(character)
    }
    return result
  }

  private static func grouped(_ value: UInt64) -> String {
    let digits = Array(String(value).utf8)
    guard digits.count > 3 else { return String(value) }
    var text: [UInt8] = []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(UInt8(ascii: ",")) }
      text.append(digit)
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func powerOfTen(_ exponent: Int) -> Double {
    var power = 1.0
    for _ in 0..<max(0, exponent) { power *= 10 }
    return power
  }

  /// Decimals that tell multiples of a step apart.
  static func decimals(forStep step: Double) -> Int {
    guard step > 0, step.isFinite else { return 0 }
    var decimals = 0
    var scaled = step
    while decimals < 9, (scaled - scaled.rounded()).magnitude > 1e-6 * max(1, scaled) || scaled < 0.5 {
      scaled *= 10
      decimals += 1
    }
    return decimals
  }

  /// Plain digits, so many of them significant.
  static func significant(_ value: Double, _ digits: Int) -> String {
    var (decimals, size) = (digits - 1, value.magnitude)
    while size >= 10, decimals > 0 {
      size /= 10
      decimals -= 1
    }
    while size > 0, size < 1, decimals < 15 {
      size *= 10
      decimals += 1
    }
    return plain(value, decimals)
  }

  /// Two significant digits in words, for what is known to an order of magnitude: `39 million`.
  static func rough(_ value: Double) -> String {
    guard value.isFinite, value.magnitude >= 1 else { return number(value, 2) }
    var scale = 1.0
    while value.magnitude >= scale * 100 { scale *= 10 }
    let rounded = (value / scale).rounded() * scale
    for (limit, name) in [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")] where rounded.magnitude >= limit {
      return fixed(rounded / limit, rounded.magnitude < 10 * limit ? 1 : 0) + " " + name
    }
    return fixed(rounded, rounded.magnitude < 10 ? 1 : 0)
  }

  /// With k, M or G for thousands and more.
  static func compact(_ value: Double, step: Double) -> String {
    for (limit, suffix) in [(1e9, "G"), (1e6, "M"), (1e4, "k")] where value.magnitude >= limit {
      let unit = suffix == "k" ? 1e3 : limit
      return fixed(value / unit, decimals(forStep: step / unit)) + suffix
    }
    return fixed(value, decimals(forStep: step))
  }

  /// Plain digits without grouping or a typographic minus, for coordinates and data: at most `decimals` places.
  static func plain(_ value: Double, _ decimals: Int) -> String {
    let scaled = (value * powerOfTen(decimals)).rounded()
    guard scaled.magnitude < 9_007_199_254_740_992 else { return "\(value)" }
    var units = Int64(scaled)
    var places = decimals
    while places > 0, units % 10 == 0 {
      units /= 10
      places -= 1
    }
    guard places > 0 else { return String(units) }
    let digits = String(units.magnitude)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let split = padded.index(padded.endIndex, offsetBy: -places)
    return (units < 0 ? "-" : "") + padded[..<split] + "." + padded[split...]
  }

  /// A duration in the two largest units that fit.
  static func duration(_ nanoseconds: Double) -> String {
    guard nanoseconds.isFinite else { return "–" }
    let sign = nanoseconds < 0 ? minus : ""
    let value = nanoseconds.magnitude
    switch value {
    case ..<1e3: return sign + fixed(value, 0) + " ns"
    case ..<1e6: return sign + significant(value / 1e3) + " µs"
    case ..<1e9: return sign + significant(value / 1e6) + " ms"
    case ..<60e9: return sign + significant(value / 1e9) + " s"
    case ..<3600e9: return sign + pair(value / 1e9, 60, "min", "s")
    case ..<86_400e9: return sign + pair(value / 60e9, 60, "h", "min")
    case ..<(30 * 86_400e9): return sign + pair(value / 3600e9, 24, "d", "h")
    default: return sign + fixed(value / 86_400e9, 0) + " d"
    }
  }

  /// A span that somebody chose: whole seconds below two minutes have no decimals.
  static func horizon(_ nanoseconds: Int64) -> String {
    nanoseconds % 1_000_000_000 == 0 && (1...119).contains(nanoseconds / 1_000_000_000)
      ? "\(nanoseconds / 1_000_000_000) s" : duration(Double(nanoseconds))
  }

  private static func pair(_ value: Double, _ base: Int, _ large: String, _ small: String) -> String {
    let whole = Int(value.rounded())
    let rest = whole % base
    return "\(whole / base) \(large)" + (rest == 0 ? "" : " \(rest) \(small)")
  }

  private static func significant(_ value: Double) -> String {
    fixed(value, value < 9.95 ? 2 : value < 99.5 ? 1 : 0)
  }

  /// `2024-03-01 14:30:05` with as many decimals of the second as asked for.
  static func moment(_ nanoseconds: Int64, decimals: Int = 0) -> String {
    date(nanoseconds) + " " + time(nanoseconds, decimals: decimals)
  }

  static func date(_ nanoseconds: Int64) -> String { CalendarDate(nanoseconds: nanoseconds).description }

  static func time(_ nanoseconds: Int64, decimals: Int = 0) -> String {
    let day = CalendarDate.nanosecondsPerDay
    let ofDay = ((nanoseconds % day) + day) % day
    let seconds = ofDay / 1_000_000_000
    let text = twoDigits(seconds / 3600) + ":" + twoDigits(seconds / 60 % 60) + ":" + twoDigits(seconds % 60)
    guard decimals > 0 else { return text }
    let fraction = String(ofDay % 1_000_000_000)
    let padded = String(repeating: "0", count: 9 - fraction.count) + fraction
    return text + "." + padded.prefix(min(9, decimals))
  }

  private static func twoDigits(_ value: Int64) -> String { (value < 10 ? "0" : "") + String(value) }

  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  /// A text whose numbers with many decimals are cut to six significant digits: reasons quote doubles in full.
  static func tidied(_ text: String) -> String {
    var result = ""
    var number = ""
    func flush() {
      let decimals = number.split(separator: ".", omittingEmptySubsequences: false)
      if decimals.count == 2, decimals[1].count > 6, let value = Double(number) {
        result += plain(value, value.magnitude >= 100 ? 2 : value.magnitude >= 0.01 ? 4 : 9)
      } else {
        result += number
      }
      number = ""
    }
    for character in text {
      if character.isASCII, character.isNumber || character == "." {
        number.append(character)
      } else {
        flush()
        result.append(character)
      }
    }
    flush()
    return signed(result)
  }

  /// Why something has no value, as a reader would say it.
  static func refusal(_ text: String) -> String {
    tidied(
      text.replacing(
        ": is constant, so a ratio over its spread does not exist",
        with: " are all the same, so a ratio over their spread does not exist"
      ).replacing(": has ", with: ": "))
  }

  /// What refuses, by reason, each reason once: `a, b: the record is too short`.
  static func refusals(_ pairs: [(name: String, reason: String)]) -> [String] {
    var order: [String] = []
    var names: [String: [String]] = [:]
    for (name, reason) in pairs {
      if names[reason] == nil { order.append(reason) }
      names[reason, default: []].append(name)
    }
    return order.map { "\((names[$0] ?? []).joined(separator: ", ")): \(refusal($0))" }
  }

  /// `2nd`, `13th`.
  static func ordinal(_ value: Int) -> String {
    let ending =
      (11...13).contains(value % 100) ? "th" : [1: "st", 2: "nd", 3: "rd"][value % 10] ?? "th"
    return count(value) + ending
  }

  /// With the digits it has and no more, up to nine decimals.
  static func natural(_ value: Double) -> String {
    var decimals = 0
    while decimals < 9, (value * powerOfTen(decimals)).rounded() != value * powerOfTen(decimals) {
      // Seven digits tell settings apart; what is left after them is the binary form of a decimal.
      if ((value * powerOfTen(decimals)).rounded() / powerOfTen(decimals) - value).magnitude <= 1e-9 * value.magnitude {
        break
      }
      decimals += 1
    }
    return fixed(value, decimals)
  }

  /// `1 fill`, `2 fills`.
  static func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
    Format.count(count) + " " + (count == 1 ? singular : plural ?? singular + "s")
  }
}
