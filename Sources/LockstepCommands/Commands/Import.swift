import CommandLineInterface
import Lab
import MarketTypes
import TickImport

/// `lockstep import`: foreign market data into one tick file.
enum Import {
  static let sources = Argument<String>(
    .file("SOURCE"), isRepeated: true,
    "Files to read, as they are or compressed (gz, xz, zst, zip), merged by time; - is standard input.")
  static let output = Option(
    "output", short: "o", .file(endings: [".ticks"]), isRequired: true, "The tick file to write.")
  static let format = Option(
    "format", .choice("NAME", of: TickFormat.all.map(\.name)), "The sources' format; by default the first bytes tell.")
  static let tick = Option("tick", .unit("DECIMAL"), "The price of one tick, such as 0.25; by default found out.")
  static let lot = Option("lot", .unit("DECIMAL"), "The quantity of one lot, such as 0.001; by default found out.")

  static let inOrder = Flag("in-order", "Take several sources one after the other instead of merging them by time.")

  static let append = Flag(
    "append", "Put the events behind those of the output, if it is there; nothing is lost when that fails.")

  static let overlaps = Option(
    "overlaps", .choice("WHAT", of: ImportOptions.Overlaps.allCases.map(\.rawValue)),
    "Sources that hold the same kind of events of one instrument over the same time: refuse (default) or keep.")

  /// What decoders understand, handed on by name.
  static let decoderOptions = [
    Option("instrument", .text("SYMBOL"), "The instrument, where the source does not name it; else only these: A,B."),
    Option("date", .text("YYYY-MM-DD"), "The day, where the source states times of day only (csv too)."),
    Option("zone", .text("ZONE"), "The time zone of the source's clock: UTC, America/New_York, +09:00, ..."),
    Option("venue", .text("NAME"), "csv: the venue."),
    Option("columns", .text("MAP"), "csv: fields by column number or name: time=0,price=Px,quantity=2."),
    Option("table", .choice("KIND", of: ["trade", "quote", "bar", "level", "order"]), "csv: what a row is."),
    Option("time-format", .choice("UNIT", of: ["iso", "s", "ms", "us", "ns", "auto"]), "csv: how times are written."),
    Option("header", .choice("YESNO", of: ["yes", "no"]), "csv: whether the first row names the columns."),
    Option("separator", .text("CHARACTER"), "csv: , ; | or tab."),
    Option("interval", .text("SECONDS"), "csv: the length of bars that are stamped at their begin."),
    Option("price-decimals", .text("N"), "How many decimals of prices to keep."),
    Option("quantity-decimals", .text("N"), "How many decimals of quantities to keep."),
    Option("book", .file(), "lobster: the order book file whose first row the book starts from."),
    Option("book-row", .text("ROW"), "lobster: the first row of the order book file, to start from."),
    Option("resync", .choice("ONOFF", of: ["on", "off"]), "bitstamp-log: rebuild the book from its snapshots (on)."),
    Option("gaps", .choice("WHAT", of: ["refuse", "count"]), "binance, bybit: a gap in the update numbers (refuse)."),
    Option("security", .text("TYPE"), "lean: equity, forex, crypto, ... where the path does not tell."),
    Option("market", .text("NAME"), "lean: the market."),
    Option("resolution", .text("NAME"), "lean: tick, second, minute, hour, daily."),
    Option("kind", .text("NAME"), "lean: trade or quote."),
    Option("map", .file("FILE|FOLDER"), "lean: map files, so that a share is one instrument whatever its ticker was."),
  ]

  static let command = Command(
    "import", summary: "Read market data in a foreign format and store it as one .ticks file.",
    examples: [
      "import day.dbn.zst -o day.ticks",
      "import btcusdt.gz ethusdt.gz -o both.ticks",
      "import 2024-03-02.dbn.zst -o march.ticks --append",
      "import trades.csv --columns time=0,price=1,quantity=2 --instrument ALFA --tick 0.01 -o day.ticks",
      "import equity/usa/daily/goog.zip equity/usa/daily/googl.zip --map equity/usa/map_files -o goog.ticks",
    ],
    discussion: """
      Several sources, and the entries of a zip, become one stream in the order of exchange times. Within a source events
      keep their order, even where a capture's times step back; of equal times the source named first goes first.
      Instruments are one when symbol and venue agree, whatever number the source gives them on a day, and books that
      continue from file to file want the earlier file named first. A venue's numbers are read by the day for which the
      source says them; where a name passes to another number, such as a continuous future's, its book begins anew. Two files that hold the same kind of events of one instrument over the same time (more
      than a second, snapshots aside) are refused, because what both hold would count twice; --overlaps keep takes the
      events of both. Of orders stated twice the later copies change no book, and 'lockstep inspect' counts them as
      orphans. --in-order takes one source after the other, unchecked.

      Tables of the format csv are read by the usual names of their columns. What is guessed is said: what rows are, which
      column is what, how times are written. What may mean two things is refused: two times but for a date and a time of
      day, a side beside columns of unknown meaning (--table trade or --table level), bars whose times are called their
      begin (--interval), times of day without a day (--date).

      What a contract is worth comes from the definitions of DBN, before or behind the events, in the same file or
      in another one of the same import; and from exchange and symbol where these leave no doubt: inverse contracts of
      BitMEX, Deribit, Huobi, OKX, Bybit and Binance, options of Deribit, and LEAN's options for 100. Where nothing tells, a
      note says so; [[data.contract]] in a scenario states it.

      With --append the sources follow what the output holds already: times may not go back, an instrument keeps tick, lot
      and contract, and books begin anew, because orders are not known from one import to the next.

      Shares change their tickers, and tickers their shares. With --map, LEAN's map file of a share or a folder of them, the
      days of GOOG until 2014-04-02 become those of GOOGL, as its map file says, and those since stay GOOG; the sources of
      one share under several tickers become one instrument. A ticker that no file tells of on a day is kept, and said.

      A table that 'lockstep export --format csv' wrote comes back as the same tick file.

      Memory does not grow with the sources: what is to be merged waits in a temporary file without a name beside the
      output. Nothing is left behind when the import fails or is interrupted. 'lockstep formats' lists the formats.
      """,
    parameters: [sources, output, append, format, tick, lot, inOrder, overlaps] + decoderOptions + [
      CommonParameters.force, CommonParameters.json,
    ],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    let path = invocation.required(output)
    let sources = invocation.all(sources)
    let isForced = invocation[CommonParameters.force]
    let appends = invocation[append]
    if appends, isForced { throw Failure.usage("--append keeps what --force replaces: give one of them") }
    try OutputPath.prepare(path, isForced: isForced || appends, inputs: sources)
    var options = ImportOptions(
      format: invocation[format].flatMap { TickFormat.named($0) }, order: invocation[inOrder] ? .asNamed : .byTime,
      overlaps: invocation[overlaps].flatMap { ImportOptions.Overlaps(rawValue: $0) } ?? .refuse,
      tick: invocation[tick], lot: invocation[lot])
    for option in decoderOptions {
      if let value = invocation[option] { options.decoderOptions[option.specification.name] = value }
    }
    let start = ContinuousClock.now
    let line = invocation.console.progress("importing")
    defer { line.finish() }
    let summary = try importTicks(
      from: sources, to: path, replaces: isForced, appends: appends, options: options
    ) { progress in
      line.update(bytes: progress.bytesRead, totalBytes: progress.totalBytes, events: progress.events)
      return !Interruption.isRequested
    }
    line.finish()
    try report(summary, path, ContinuousClock.now - start, invocation)
    return .success
  }

  private static func report(
    _ summary: ImportSummary, _ path: String, _ time: Duration, _ invocation: Invocation
  ) throws {
    let console = invocation.console
    let bytes = OutputPath.size(of: path)
    let skipped = summary.skipped.sorted { $0.key < $1.key }
    for (what, count) in skipped { console.remark("skipped: \(Words.grouped(UInt64(count))) \(what)") }
    for remark in summary.remarks { console.remark("note: \(remark)") }
    let warning = ContractWarning.text(summary.instruments)
    if let warning { console.remark("warning: \(warning)") }
    let kinds = summary.eventsByKind.sorted { $0.key.rawValue < $1.key.rawValue }
    guard invocation[CommonParameters.json] else {
      let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
      return console.remark(
        "\(path): \(Words.grouped(UInt64(summary.events))) events of "
          + "\(summary.instruments.count) instrument\(summary.instruments.count == 1 ? "" : "s") from \(summary.format), "
          + "\(Words.grouped(UInt64(bytes))) bytes, \(Words.decimal(seconds, 2)) s")
    }
    let json: JSONValue = .object([
      "file": .string(path), "format": .string(summary.format), "events": .integer(summary.events),
      "bytes": .integer(bytes), "sourceBytes": .integer(summary.bytesRead), "passes": .integer(summary.passes),
      "instruments": .array(summary.instruments.map { .string($0.symbol) }),
      "counts": .object(kinds.map { .init(key: EventLine.name(of: $0.key), value: .integer($0.value)) }),
      "skipped": .object(skipped.map { .init(key: $0.key, value: .integer($0.value)) }),
      "remarks": .array((summary.remarks + [warning].compactMap { $0 }).map { .string($0) }),
    ])
    try console.writeLine(json.indentedText)
  }
}
