/// Which column of a table holds what.
struct CSVColumns {
  enum Field: String, CaseIterable {
    case time, local, symbol, kind, side, price, quantity, id, sequence
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
  /// One more than the last column needed.
  private(set) var width = 0

  subscript(field: Field) -> Int? { places[field] }

  /// Header names that need no mapping, without case and punctuation.
  private static let usualNames: [(Field, [String])] = [
    (.time, ["time", "timestamp", "timestamputc", "datetime", "date", "ts", "exchangetime", "tsevent", "opentime"]),
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

  /// `map` is the text of `--columns` (`time=0,price=3` or `time=Date,price=Last`); `header` the names of the first line
  /// when the table has some.
  init(map: String?, table: String?, header: [String]?, file: String) throws(ImportError) {
    if let map {
      try read(map, header: header, file: file)
    } else if let header {
      for (field, names) in Self.usualNames {
        if let index = header.firstIndex(where: { names.contains(Self.plain($0)) }) { places[field] = index }
      }
    }
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
    }
    try checkFields(file)
    width = (places.values.max() ?? 0) + 1
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
