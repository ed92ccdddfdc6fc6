import MarketTypes

/// Decodes the CSV tables of Tardis: incremental_book_L2, book_snapshot_N, trades, quotes, book_ticker and, as quotes,
/// options_chain. The header tells which one it is; derivative_ticker holds no market event and is refused.
///
/// - Times are microseconds since 1970 (nanoseconds in some derived files; told apart by size). Rows with the same
///   `local_timestamp` and symbol are one message of the exchange, and its last row ends the event.
/// - A row with `is_snapshot` after one without it (or the first row) begins a new book: `snapshotBegin` and
///   `snapshotEnd` are put around the run.
/// - A book_snapshot row is the whole visible book, so only what differs from the row before is passed on; a level that
///   left the visible range is removed.
/// - Trade numbers that are not numeric (BitMEX' UUIDs) become a 64-bit hash.
/// - Contracts are settled by exchange and symbol where these leave no doubt (`ContractRules`); otherwise a remark says so.
/// - Several symbols may share a file; `--instrument` selects some.
public struct TardisDecoder: SourceDecoder {
  enum Table {
    case incrementalBook
    case bookSnapshot(depth: Int)
    case trades
    case quotes
  }

  struct Columns {
    var symbol = 0
    var exchange = 0
    var time = 0
    var localTime = 0
    var isSnapshot = 0
    var side = 0
    var price = 0
    var amount = 0
    var identifier = 0
    var bidPrice = 0
    var bidAmount = 0
    var askPrice = 0
    var askAmount = 0
    /// Columns of each level of a snapshot row: ask price, ask amount, bid price, bid amount.
    var levels: [[Int]] = []
    var count = 0
  }

  struct Book {
    var instrument: UInt16
    var isInSnapshot = false
    /// Both clocks of the snapshot's last row.
    var snapshotTimes = (Timestamp.unknown, Timestamp.unknown)
    var sawRow = false
    /// The visible levels of the last snapshot row, bids and asks, best first.
    var visible: [[(price: Int64, quantity: Int64)]] = [[], []]
  }

  var place: LinePlace
  var fields = FieldList()
  let pricePlaces: Int
  let quantityPlaces: Int
  private var selection: SymbolSelection
  private var table: Table?
  var columns = Columns()
  var books: [Book] = []
  /// Per symbol its book.
  private var numbers: [String: Int] = [:]
  /// The last record, which ends its event only if the next row is another message.
  var held: SourceRecord?

  public init(context: SourceContext) throws(ImportError) {
    place = LinePlace(file: context.name)
    pricePlaces = try context.places("price-decimals", usual: 9)
    quantityPlaces = try context.places("quantity-decimals", usual: 8)
    selection = SymbolSelection(context)
  }

  public mutating func decode(
    _ bytes: UnsafeRawBufferPointer, offset: Int, isLast: Bool, into sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    var cursor = LineCursor(bytes, isLast: isLast)
    while let line = try place.next(&cursor) {
      if line.isEmpty { continue }
      guard fields.split(line) else { throw place.error("the line has too many fields") }
      if let table {
        guard fields.count >= columns.count else {
          throw place.error("the line has \(fields.count) fields, the header \(columns.count)")
        }
        guard let book = try book(into: &sink) else { continue }
        try decodeRow(table, book: book, into: &sink)
      } else {
        table = try readHeader()
      }
    }
    if isLast {
      guard table != nil else { throw place.error("the file is empty") }
      try release(into: &sink)
      for index in books.indices where books[index].isInSnapshot { try endSnapshot(index, into: &sink) }
    }
    return cursor.position
  }

  private func column(_ name: StaticString) -> Int? { (0..<fields.count).first { fields[$0].equals(name) } }

  private mutating func readHeader() throws(ImportError) -> Table {
    func required(_ name: StaticString) throws(ImportError) -> Int {
      guard let index = column(name) else { throw place.error("the header has no column '\(name)'") }
      return index
    }
    columns.count = fields.count
    columns.exchange = try required("exchange")
    columns.symbol = try required("symbol")
    columns.time = try required("timestamp")
    columns.localTime = try required("local_timestamp")
    guard column("funding_rate") == nil else {
      throw place.error(
        "derivative_ticker holds funding, mark prices and open interest, which are not market events",
        advice: "Import the trades, quotes or book tables of the same day")
    }
    if let isSnapshot = column("is_snapshot") {
      columns.isSnapshot = isSnapshot
      columns.side = try required("side")
      columns.price = try required("price")
      columns.amount = try required("amount")
      return .incrementalBook
    }
    if column("asks[0].price") != nil { return try readSnapshotHeader() }
    if column("bid_price") != nil || column("ask_price") != nil {
      columns.bidPrice = try required("bid_price")
      columns.bidAmount = try required("bid_amount")
      columns.askPrice = try required("ask_price")
      columns.askAmount = try required("ask_amount")
      return .quotes
    }
    columns.identifier = try required("id")
    columns.side = try required("side")
    columns.price = try required("price")
    columns.amount = try required("amount")
    return .trades
  }

  private mutating func readSnapshotHeader() throws(ImportError) -> Table {
    var byName: [String: Int] = [:]
    for index in 0..<fields.count { byName[fields[index].string] = index }
    while true {
      let level = columns.levels.count
      guard let askPrice = byName["asks[\(level)].price"] else { break }
      guard let askAmount = byName["asks[\(level)].amount"], let bidPrice = byName["bids[\(level)].price"],
        let bidAmount = byName["bids[\(level)].amount"]
      else { throw place.error("the header lacks columns of level \(level)") }
      columns.levels.append([askPrice, askAmount, bidPrice, bidAmount])
    }
    return .bookSnapshot(depth: columns.levels.count)
  }

  /// The book of the row's symbol; nil when it is not selected.
  private mutating func book(into sink: inout some RecordSink) throws(ImportError) -> Int? {
    let symbol = fields[columns.symbol].string
    if let known = numbers[symbol] { return known }
    guard !symbol.isEmpty else { throw place.error("the symbol is empty") }
    guard selection.includes(symbol) else {
      sink.passOver(symbol)
      return nil
    }
    guard books.count < Int(UInt16.max) else { throw place.error("more than 65,535 symbols") }
    let exchange = fields[columns.exchange].string
    var instrument = SourceInstrument(
      symbol: symbol, venue: exchange.uppercased(), priceExponent: Int8(pricePlaces),
      quantityExponent: Int8(quantityPlaces))
    if let contract = ContractRules.contract(exchange: exchange, symbol: symbol) {
      instrument.take(contract)
    } else {
      sink.remark(ContractRules.doubt(symbol, exchange))
    }
    let number = try sink.declare(instrument)
    numbers[symbol] = books.count
    books.append(Book(instrument: number))
    return books.count - 1
  }
}
