/// Numbers and tables as people read them.
enum Words {
  /// `1,234,567`.
  static func grouped(_ value: UInt64) -> String {
    var digits = Array(String(value))
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: place)
      place -= 3
    }
    return String(digits)
  }

  static func decimal(_ value: Double, _ places: Int) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return "-" }
    let scale = (0..<places).reduce(Int64(1)) { scale, _ in scale * 10 }
    let count = Int64((value.magnitude * Double(scale)).rounded())
    let sign = value < 0 && count > 0 ? "-" : ""
    guard places > 0 else { return sign + String(count) }
    let fraction = String(count % scale)
    return sign + "\(count / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
  }

  /// An amount of money: two decimals, or as many as show two digits of one that is smaller, as amounts of coins are.
  static func money(_ value: Double) -> String { decimal(value, places(of: value, least: 2, below: 0.1, most: 10)) }

  /// What one fill paid, without a sign: four decimals, or as many as show three digits of a smaller amount.
  static func fee(_ value: Double) -> String {
    decimal(value.magnitude, places(of: value, least: 4, below: 0.01, most: 12))
  }

  /// A decimal more for every power of ten that a value lies below a bound.
  private static func places(of value: Double, least: Int, below bound: Double, most: Int) -> Int {
    var (places, bound) = (least, bound)
    while value != 0, value.magnitude < bound, places < most {
      bound /= 10
      places += 1
    }
    return places
  }

  /// Six digits that matter; very large and very small numbers as they are.
  static func significant(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    guard value != 0, (1e-4..<1e6).contains(value.magnitude) else { return "\(value)" }
    var places = 5
    var bound = 10.0
    while places > 0, value.magnitude >= bound {
      places -= 1
      bound *= 10
    }
    return decimal(value, value.magnitude < 1 ? 6 : places)
  }

  static func percent(_ part: Double, of whole: Double) -> String {
    decimal(whole > 0 ? 100 * part / whole : 0, 2) + " %"
  }

  static func duration(_ nanoseconds: Int64) -> String {
    let seconds = Double(nanoseconds) / 1e9
    if seconds < 1 { return "\(decimal(seconds * 1000, 3)) ms" }
    if seconds < 120 { return "\(decimal(seconds, 3)) s" }
    if seconds < 7200 { return "\(decimal(seconds / 60, 1)) min" }
    return "\(decimal(seconds / 3600, 1)) h"
  }

  /// Rows as columns; a column whose last cell is a number stands to the right.
  static func columns(_ rows: [[String]]) -> [String] {
    guard let first = rows.first else { return [] }
    let isNumeric = first.indices.map { rows.last?[$0].first?.isNumber == true }
    let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return isNumeric[column] ? padding + cell : cell + padding
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
