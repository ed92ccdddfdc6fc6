/// Which column of a table holds what.
struct CSVColumns {
  enum Field: String, CaseIterable {
    case time, date, local, symbol, kind, side, price, quantity, id, sequence
    case bid, ask, open, high, low, close, volume
    case bidQuantity = "bid-quantity"
    case askQuantity = "ask-quantity"
  }

  /// What a row is when no column says so.
  enum Table: String {
    case trade, quote, bar, level, order
  }

  private var places: [Field: Int] = [:]
  private(set) var table = Table.trade
  /// What was assumed, for the user to check.
  private(set) var guesses: [String] = []
  /// The time column is one that names the begin of a bar.
  private(set) var hasBeginTime = false
  /// One more than the last column needed.
  private(set) var width = 0

  subscript(field: Field) -> Int? { places[field] }

  /// Header names that need no mapping, without case and punctuation.
  private static let usualNames: [(Field, [String])] = [
    (.local, ["local", "localtime", "localtimestamp", "tsrecv", "receivetime"]),
    (.symbol, ["symbol", "ticker", "instrument"]),
    (.kind, ["kind", "action", "type", "event"]),
    (.side, ["side", "direction"]),
    (.price, ["price", "px", "last"]),
    (.quantity, ["quantity", "qty", "size", "amount", "shares"]),
    (.id, ["id", "orderid", "tradeid"]),
    (.sequence, ["sequence", "seq", "sequencenumber"]),
    (.bid, ["bid", "bidprice", "bidpx"]),
    (.ask, ["ask", "askprice", "askpx", "offer"]),
    (.bidQuantity, ["bidquantity", "bidsize", "bidqty", "bidamount", "bidvolume"]),
    (.askQuantity, ["askquantity", "asksize", "askqty", "askamount", "askvolume"]),
    (.open, ["open"]),
    (.high, ["high"]),
    (.low, ["low"]),
    (.close, ["close"]),
    (.volume, ["volume", "vol"]),
  ]

  private static let timeNames = [
    "time", "timestamp", "timestamputc", "datetime", "ts", "exchangetime", "tsevent", "opentime", "timeofday",
  ]
  private static let dateNames = ["date", "day", "tradingday", "tradedate"]
  /// Times of day, where a date stands beside them.
  private static let clockNames = ["time", "timeofday"]
  /// Times at which a bar begins.
  private static let beginNames = ["opentime", "tsevent", "begin", "begintime", "start", "starttime"]

  /// `map` is the text of `--columns` (`time=0,price=3` or `time=Date,price=Last`); `header` the names of the first line
  /// when the table has some.
  init(map: String?, table: String?, header: [String]?, file: String) throws(ImportError) {
    if let map {
      try read(map, header: header, file: file)
    } else if let header {
      for (field, names) in Self.usualNames {
        if let index = header.firstIndex(where: { names.contains(Self.plain($0)) }) { places[field] = index }
      }
      try findTime(header, file)
    }
    // A date alone is a time.
    if places[.time] == nil, let date = places.removeValue(forKey: .date) { places[.time] = date }
    guard places[.time] != nil else {
      throw ImportError(
        file: file, reason: "no column is known to hold the time",
        advice: "Map the columns, for example --columns time=0,price=1,quantity=2")
    }
    if let table {
      guard let stated = Table(rawValue: table) else {
        throw ImportError(
          file: file, reason: "--table '\(table)' is not known", advice: "Use trade, quote, bar, level or order")
      }
      self.table = stated
    } else {
      self.table = guess()
      if map == nil, let header { try refuseDoubtfulSide(header, file) }
    }
    if self.table == .trade, places[.quantity] == nil { places[.quantity] = places.removeValue(forKey: .volume) }
    try checkFields(file)
    if let header, let time = places[.time], time < header.count {
      hasBeginTime = self.table == .bar && Self.beginNames.contains(Self.plain(header[time]))
    }
    noteGuesses(isMapped: map != nil, isStated: table != nil, header)
    width = (places.values.max() ?? 0) + 1
  }

  /// The column of the time: one, or a date and a time of day.
  private mutating func findTime(_ header: [String], _ file: String) throws(ImportError) {
    let times = header.indices.filter { Self.timeNames.contains(Self.plain(header[$0])) }
    let dates = header.indices.filter { Self.dateNames.contains(Self.plain(header[$0])) }
    places[.time] = times.first
    places[.date] = dates.first
    let isPair = times.count == 1 && dates.count == 1 && Self.clockNames.contains(Self.plain(header[times[0]]))
    guard times.count + dates.count > 1, !isPair else { return }
    let names = (times + dates).sorted().map { "'\(header[$0])'" }.joined(separator: " and ")
    throw ImportError(
      file: file, reason: "the time may be in \(names)",
      advice: "Map all columns, for example --columns time=\(header[times.first ?? 0]),price=<column>,quantity=<column>"
    )
  }

  /// A side tells trades from the levels of a book as little as it tells an aggressor from a maker.
  private func refuseDoubtfulSide(_ header: [String], _ file: String) throws(ImportError) {
    let used = used
    let unknown = header.indices.filter { !used.contains($0) }.map { header[$0] }
    guard table == .trade, places[.side] != nil, !unknown.isEmpty else { return }
    throw ImportError(
      file: file,
      reason: "rows with a side beside \(unknown.prefix(5).map { "'\($0)'" }.joined(separator: ", ")) may be trades or "
        + "levels of a book",
      advice: "Say which with --table trade or --table level")
  }

  /// The columns that rows of the table are read from.
  private var used: Set<Int> {
    var fields: [Field] = [.time, .date, .local, .symbol, .sequence]
    switch table {
    case .trade: fields += [.side, .price, .quantity, .id]
    case .quote: fields += [.bid, .ask, .bidQuantity, .askQuantity]
    case .bar: fields += [.open, .high, .low, .close, .volume] + (places[.volume] == nil ? [.quantity] : [])
    case .level: fields += [.side, .price, .quantity, .id]
    case .order: fields += [.kind, .side, .price, .quantity, .id]
    }
    return Set(fields.compactMap { places[$0] })
  }

  private mutating func noteGuesses(isMapped: Bool, isStated: Bool, _ header: [String]?) {
    if !isMapped || !isStated {
      var text = "rows are read as \(table.rawValue)s"
      if !isMapped, let header {
        let used = used
        let columns = Field.allCases.compactMap { field in
          places[field].flatMap { used.contains($0) ? "\(field.rawValue) = '\(header[$0])'" : nil }
        }
        text += ": " + columns.joined(separator: ", ")
        let unused = header.indices.filter { !used.contains($0) }.map { "'\(header[$0])'" }
        if !unused.isEmpty { text += "; not used: " + unused.prefix(20).joined(separator: ", ") }
      }
      guesses.append(text)
    }
    let hasQuantity = places[.quantity] != nil || places[.volume] != nil
    if table == .trade || table == .bar, !hasQuantity { guesses.append("no column holds quantities: all are 0") }
  }

  private mutating func read(_ map: String, header: [String]?, file: String) throws(ImportError) {
    for pair in map.split(separator: ",") {
      let parts = pair.split(separator: "=", maxSplits: 1).map(\.trimmingSpaces)
      guard parts.count == 2, let field = Field(rawValue: parts[0].lowercased()) else {
        throw ImportError(
          file: file, reason: "--columns has '\(pair)'",
          advice: "Write field=column; fields are \(Field.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      if let index = header?.firstIndex(of: parts[1]) {
        places[field] = index
      } else if let index = Int(parts[1]), (0..<FieldList.most).contains(index) {
        places[field] = index
      } else {
        throw ImportError(file: file, reason: "there is no column '\(parts[1])' for \(field.rawValue)")
      }
    }
  }

  private static func plain(_ name: String) -> String {
    String(
      decoding: name.lowercased().utf8.filter { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) },
      as: UTF8.self)
  }

  private func guess() -> Table {
    if places[.open] != nil, places[.close] != nil { return .bar }
    if places[.bid] != nil || places[.ask] != nil { return .quote }
    if places[.kind] != nil, places[.id] != nil { return .order }
    return .trade
  }

  private func checkFields(_ file: String) throws(ImportError) {
    let needed: [Field]
    switch table {
    case .trade: needed = [.price]
    case .quote: needed = []
    case .bar: needed = [.open, .high, .low, .close]
    case .level: needed = [.side, .price, .quantity]
    case .order: needed = [.kind, .id]
    }
    for field in needed where places[field] == nil {
      throw ImportError(
        file: file, reason: "a table of \(table.rawValue)s needs a column for \(field.rawValue)",
        advice: "Map it with --columns \(field.rawValue)=<column>")
    }
    guard table != .quote || places[.bid] != nil || places[.ask] != nil else {
      throw ImportError(file: file, reason: "a table of quotes needs a column for bid or ask")
    }
  }
}
