/// Rates of currencies over time as text: `time,pair,rate` in each line.
///
/// A time is ISO 8601 with its zone, a date, or nanoseconds since 1970; a pair is `EURUSD`, `EUR/USD` or `EUR-USD`, the worth
/// of the first in the second, and may stand the other way round; a first line with names is left out, and so are empty
/// lines and those that begin with `#`. Lines of other pairs concern somebody else.
enum CurrencyRateFile {
  /// Of one currency, in a file or in a scenario: rates of an hour for eleven years.
  static let mostPoints = 100_000

  /// Puts a file's rates of a currency into the place of its name, so that the scenario holds all it needs.
  static func resolve(
    _ rate: inout CurrencyRate, base: String, path: String, key: String, _ document: TomlDocument
  ) throws(ScenarioError) {
    guard rate.points.isEmpty else {
      throw ScenarioError(
        file: document.file, line: document.line(of: key), key: key, problem: "stands beside points",
        advice: "keep one of the two")
    }
    let bytes: [UInt8]
    do throws(ScenarioError) { bytes = try ScenarioText.bytes(of: path) } catch {
      throw ScenarioError(
        file: document.file, line: document.line(of: key), key: key, problem: "\(path) \(error.problem)",
        advice: error.advice, isUnreadable: error.isUnreadable)
    }
    rate.points = try points(bytes, file: path, currency: rate.currency, base: base)
    rate.file = ""
  }

  /// The rates of a currency in another one, by rising time; any bytes give them or an error with the line.
  static func points(
    _ bytes: [UInt8], file: String, currency: String, base: String
  ) throws(ScenarioError) -> [CurrencyRate.Point] {
    func wrong(_ line: Int, _ problem: String, _ advice: String = "") -> ScenarioError {
      ScenarioError(file: file, line: line, key: "", problem: problem, advice: advice)
    }
    var points: [CurrencyRate.Point] = []
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let text = trimmed(String(decoding: line.prefix(200), as: UTF8.self))
      if text.isEmpty || text.hasPrefix("#") { continue }
      let cells = text.split(separator: ",", omittingEmptySubsequences: false).map { trimmed(String($0)) }
      guard cells.count == 3 else {
        throw wrong(
          number, "'\(text.prefix(60))' is no line of time,pair,rate", "such as 2024-03-01T00:00:00Z,EURUSD,1.0812")
      }
      if points.isEmpty, number == 1, Double(cells[2]) == nil { continue }
      let pair = cells[1].filter { !["/", "-", "_", " "].contains($0) }
      let isDirect = pair == currency + base
      guard isDirect || pair == base + currency else { continue }
      guard let time = nanoseconds(cells[0]) else {
        throw wrong(
          number, "'\(cells[0].prefix(40))' is no time", "write 2024-03-01T00:00:00Z, or nanoseconds since 1970")
      }
      guard let stated = Double(cells[2]), stated > 0, CurrencyRate.range.contains(isDirect ? stated : 1 / stated)
      else {
        throw wrong(number, "'\(cells[2].prefix(40))' is no rate from 0.000001 to 1000000")
      }
      if let last = points.last?.time, time <= last {
        throw wrong(number, "\(cells[0]) does not lie after the rate before it", "sort the file by time")
      }
      points.append(CurrencyRate.Point(time: time, rate: isDirect ? stated : 1 / stated))
      guard points.count <= mostPoints else {
        throw wrong(number, "there are more than \(mostPoints) rates of \(currency)", "keep one an hour, for example")
      }
    }
    guard !points.isEmpty else {
      throw wrong(
        0, "holds no rate of \(currency) in \(base)", "name the pair \(currency)\(base) or \(base)\(currency)")
    }
    return points
  }

  private static func nanoseconds(_ text: String) -> Int64? {
    if let number = Int64(text) { return number }
    // The scenario's own reader knows days, leap years and zones.
    let moment = text.utf8.count == 10 ? text + "T00:00:00Z" : text
    guard moment.utf8.count <= 40, let document = try? TomlDocument(text: "time = " + moment, file: ""),
      case .table(let entries) = document.root.value, entries.count == 1, case .moment(let time) = entries[0].node.value
    else { return nil }
    return time
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text.drop(while: \.isWhitespace))
  }
}
