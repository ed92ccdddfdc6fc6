/// Splits and dividends of one share as LEAN keeps them: `date,price factor,split factor,reference price`.
///
/// A price of a day is multiplied by both factors of the first row on or after it; both are decimal, kept exactly in
/// units of 10^-`places`.
public struct LeanFactorFile: Hashable, Sendable {
  public static let places = 12

  /// One line of the file.
  public struct Row: Hashable, Sendable {
    /// Year, month and day as 20140609.
    public var day: Int
    public var priceFactor: Int64
    public var splitFactor: Int64
    /// The closing price before the event; 0 where the file has none.
    public var referencePrice: Int64
  }

  public let rows: [Row]

  public init(_ bytes: [UInt8], file: String) throws(ImportError) {
    rows = try LeanTable.rows(bytes, file: file) { fields, place throws(ImportError) in
      guard fields.count >= 3 else { throw place.error("a factor row has at least 3 fields") }
      return Row(
        day: try LeanTable.day(fields[0], place),
        priceFactor: try place.quantity("price factor", fields[1], places: Self.places),
        splitFactor: try place.quantity("split factor", fields[2], places: Self.places),
        referencePrice: fields.count > 3 ? try place.quantity("reference price", fields[3], places: 6) : 0)
    }
    for (row, next) in zip(rows, rows.dropFirst()) where next.day < row.day {
      throw ImportError(file: file, reason: "the day \(next.day) follows \(row.day)")
    }
  }

  /// The factors of a day (20140609); one where the file says nothing any more.
  public func row(on day: Int) -> Row? { rows.first { $0.day >= day } }
}

/// The tickers of one share over time as LEAN keeps them: `last day,ticker[,exchange]`.
public struct LeanMapFile: Hashable, Sendable {
  /// One line of the file.
  public struct Row: Hashable, Sendable {
    /// The last day of the ticker as 20140609; the first row only states the first day.
    public var day: Int
    public var ticker: String
    public var exchange: String
  }

  public let rows: [Row]

  public init(_ bytes: [UInt8], file: String) throws(ImportError) {
    rows = try LeanTable.rows(bytes, file: file) { fields, place throws(ImportError) in
      guard fields.count >= 2 else { throw place.error("a map row has at least 2 fields") }
      return Row(
        day: try LeanTable.day(fields[0], place), ticker: fields[1].string.uppercased(),
        exchange: fields.count > 2 ? fields[2].string : "")
    }
    for (row, next) in zip(rows, rows.dropFirst()) where next.day < row.day {
      throw ImportError(file: file, reason: "the day \(next.day) follows \(row.day)")
    }
  }

  public var firstDay: Int { rows.first?.day ?? 0 }
  /// The last day of trading; 20501231 for a share that still trades.
  public var lastDay: Int { rows.last?.day ?? 0 }

  /// The ticker on a day; nil before the first and after the last.
  public func ticker(on day: Int) -> String? {
    guard day >= firstDay else { return nil }
    return rows.first { $0.day >= day }?.ticker
  }
}

private enum LeanTable {
  static func rows<Row>(
    _ bytes: [UInt8], file: String, _ read: (FieldList, LinePlace) throws(ImportError) -> Row
  ) throws(ImportError) -> [Row] {
    let outcome = bytes.withUnsafeBytes { buffer -> Result<[Row], ImportError> in
      do throws(ImportError) {
        var place = LinePlace(file: file)
        var cursor = LineCursor(buffer, isLast: true)
        var fields = FieldList()
        var rows: [Row] = []
        while let line = try place.next(&cursor) {
          if line.isEmpty { continue }
          guard fields.split(line) else { throw place.error("the line has too many fields") }
          rows.append(try read(fields, place))
        }
        guard !rows.isEmpty else { throw place.error("the file is empty") }
        return .success(rows)
      } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  static func day(_ text: TextSlice, _ place: LinePlace) throws(ImportError) -> Int {
    guard text.count == 8, let date = CivilDate(text) else { throw place.error("\(text.quoted) is not a day") }
    return date.year * 10_000 + date.month * 100 + date.day
  }
}
