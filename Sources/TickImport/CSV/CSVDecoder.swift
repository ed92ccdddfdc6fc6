import MarketTypes

/// Decodes any delimited table whose columns the user maps, or whose header uses the usual names.
///
/// Options, all without their dashes in `SourceContext.options`:
/// - a date and a time of day in two columns (`date` and `time`), or `--date` and a time of day, are one time;
/// - `--columns time=0,price=3,quantity=Size`: fields by column number from 0 or by header name (`CSVColumns.Field`);
/// - `--table trade|quote|bar|level|order`: what rows are; guessed from the columns without it;
/// - `--time-format iso|s|ms|us|ns|auto` and `--zone` for times without an offset;
/// - `--header yes|no` and `--separator` (`,` `;` `|` or `tab`), both found out without it;
/// - `--interval` seconds (`60`) when bars are stamped at their begin: the event is at the end. Columns that are called
///   `open_time` or `ts_event` are such begins and demand it; a bar with a date alone ends with the day;
/// - `--instrument` names the symbol, or selects some where a column holds symbols; `--venue`;
/// - `--price-decimals` and `--quantity-decimals` (9 and 8).
///
/// Order tables state `add`, `cancel`, `reduce`, `modify`, `execute`, `trade` or `clear` in the kind column. The table of
/// events that an export writes is known by its header and read without loss (`EventTable`).
///
/// What is guessed is said in a remark; what may mean two things is refused.
public struct CSVDecoder: SourceDecoder {
  var place: LinePlace
  var fields = FieldList()
  let context: SourceContext
  let timeFormat: CSVTime
  let pricePlaces: Int
  let quantityPlaces: Int
  let interval: Int64
  /// The day of all rows, which then state times of day.
  let day: String?
  /// Whether the way times are read was remarked on.
  var saidTime = false
  private var selection: SymbolSelection
  private var separator: UInt8?
  private(set) var columns: CSVColumns?
  private var eventTable: EventTable?
  private var instruments: [String: UInt16] = [:]
  var sawRow = false

  public init(context: SourceContext) throws(ImportError) {
    self.context = context
    place = LinePlace(file: context.name)
    timeFormat = try CSVTime(context)
    pricePlaces = try context.places("price-decimals", usual: 9)
    quantityPlaces = try context.places("quantity-decimals", usual: 8)
    interval = try Self.interval(context)
    day = context.options["date"]
    if day != nil { _ = try context.date() }
    selection = SymbolSelection(context)
    switch context.options["separator"] {
    case nil: separator = nil
    case "tab", "\t": separator = 0x09
    case .some(let text):
      guard text.utf8.count == 1, let byte = text.utf8.first, byte > 0x20, byte != UInt8(ascii: "\"") else {
        throw ImportError(file: context.name, reason: "--separator '\(text)' is not one character")
      }
      separator = byte
    }
  }

  private static func interval(_ context: SourceContext) throws(ImportError) -> Int64 {
    guard let text = context.options["interval"] else { return 0 }
    guard let seconds = Int64(text), (1...31_622_400).contains(seconds) else {
      throw ImportError(file: context.name, reason: "--interval '\(text)' is not a number of seconds")
    }
    return seconds * 1_000_000_000
  }

  public mutating func decode(
    _ bytes: UnsafeRawBufferPointer, offset: Int, isLast: Bool, into sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    var cursor = LineCursor(bytes, isLast: isLast)
    while let line = try place.next(&cursor) {
      if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
      let separator = separator ?? Self.separator(of: line)
      self.separator = separator
      guard fields.split(line, separator: separator) else { throw place.error("the line has too many fields") }
      if eventTable != nil {
        try eventTable?.decode(EventRow(fields: fields, place: place), context, into: &sink)
        sawRow = true
      } else if let columns {
        try decodeRow(columns, into: &sink)
        sawRow = true
      } else if let columns = try readColumns(into: &sink) {
        self.columns = columns
        try decodeRow(columns, into: &sink)
        sawRow = true
      }
    }
    if isLast, !sawRow { throw place.error("the table has no rows") }
    return cursor.position
  }

  /// The most frequent of the usual separators.
  private static func separator(of line: TextSlice) -> UInt8 {
    var counts = [0, 0, 0, 0]
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")]
    for index in 0..<line.count {
      if let found = candidates.firstIndex(of: line[index]) { counts[found] += 1 }
    }
    let most = counts.max() ?? 0
    return candidates[counts.firstIndex(of: most) ?? 0]
  }

  /// Settles the columns from the first line; nil when that line was the header.
  private mutating func readColumns(into sink: inout some RecordSink) throws(ImportError) -> CSVColumns? {
    let hasHeader: Bool
    switch context.options["header"] {
    case "yes": hasHeader = true
    case "no": hasHeader = false
    case nil:
      // Every row has a number somewhere; a header begins with a letter everywhere.
      hasHeader = !(0..<fields.count).contains { index in
        guard let first = fields[index].trimmed.first else { return false }
        return first &- 0x30 <= 9 || first == UInt8(ascii: "-") || first == UInt8(ascii: ".")
      }
    case .some(let text): throw place.error("--header '\(text)' is neither yes nor no")
    }
    let header = hasHeader ? (0..<fields.count).map { fields[$0].trimmed.unescaped } : nil
    if let header, context.options["columns"] == nil, context.options["table"] == nil,
      let table = EventTable(header: header, selection: selection)
    {
      eventTable = table
      return nil
    }
    let columns = try CSVColumns(
      map: context.options["columns"], table: context.options["table"], header: header, file: context.name)
    for guess in columns.guesses { sink.remark(guess) }
    guard hasHeader else { return columns }
    self.columns = columns
    return nil
  }

  /// The instrument of the row; nil when it is not selected.
  mutating func instrument(_ columns: CSVColumns, into sink: inout some RecordSink) throws(ImportError) -> UInt16? {
    var symbol = ""
    if let column = columns[.symbol] {
      symbol = fields[column].trimmed.unescaped
      guard !symbol.isEmpty else { throw place.error("the symbol is empty") }
    }
    if let known = instruments[symbol] { return known }
    if columns[.symbol] != nil, !selection.includes(symbol) {
      sink.passOver(symbol)
      return nil
    }
    let name = symbol.isEmpty ? context.options["instrument"] ?? context.stem : symbol
    let number = try sink.declare(
      SourceInstrument(
        symbol: name, venue: context.options["venue"] ?? "", priceExponent: Int8(pricePlaces),
        quantityExponent: Int8(quantityPlaces)))
    instruments[symbol] = number
    return number
  }
}

extension SourceContext {
  /// The file's name without folder and endings.
  var stem: String {
    let name = baseName.split(separator: ".").first ?? baseName
    return name.isEmpty ? "UNKNOWN" : String(name)
  }
}
