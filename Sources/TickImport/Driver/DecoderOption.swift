/// Something a user may state about a source, by the name it has on the command line (`--date 2012-06-21`).
public struct DecoderOption: Hashable, Sendable {
  public let name: String
  /// What its value looks like.
  public let placeholder: String
  public let summary: String
  /// The formats that read it; empty for all.
  public let formats: [String]

  init(_ name: String, _ placeholder: String, _ summary: String, _ formats: [String] = []) {
    self.name = name
    self.placeholder = placeholder
    self.summary = summary
    self.formats = formats
  }

  private static let text = ["bitstamp", "bitstamp-log", "binance", "bybit", "kraken", "tardis", "lean", "csv"]
  private static let dated = ["itch", "lobster", "pitch", "lean"]

  /// Every option that a decoder looks up in `SourceContext.options`; others have no effect.
  public static let all: [DecoderOption] = [
    DecoderOption("instrument", "SYMBOL,…", "Only these symbols; names the instrument where the file does not"),
    DecoderOption(
      "date", "YYYY-MM-DD", "The day, where neither the file's name nor its rows state it", dated + ["csv"]),
    DecoderOption("zone", "ZONE", "The zone of local times: UTC, America/New_York, +09:00", dated + ["csv"]),
    DecoderOption("price-decimals", "COUNT", "How many decimals of prices are kept, 0 to 12", text),
    DecoderOption("quantity-decimals", "COUNT", "How many decimals of quantities are kept, 0 to 12", text),
    DecoderOption("book", "FILE", "The order book file whose first row seeds the book", ["lobster"]),
    DecoderOption("book-row", "ROW", "That row itself", ["lobster"]),
    DecoderOption("gaps", "refuse|count", "What to do where depth updates are missing", ["binance", "bybit"]),
    DecoderOption("resync", "on|off", "Whether published books seed and purge the book", ["bitstamp-log"]),
    DecoderOption("security", "TYPE", "equity, option, future, forex, crypto, cryptofuture, index or cfd", ["lean"]),
    DecoderOption("market", "NAME", "LEAN's name of the market, for example usa or fxcm", ["lean"]),
    DecoderOption("resolution", "STEP", "tick, second, minute, hour or daily", ["lean"]),
    DecoderOption("kind", "KIND", "trade or quote", ["lean"]),
    DecoderOption("map", "FILE|FOLDER", "Map files that say which share a ticker meant on a day", ["lean"]),
    DecoderOption("columns", "FIELD=COLUMN,…", "Which column holds what, by number from 0 or header name", ["csv"]),
    DecoderOption("table", "KIND", "What rows are: trade, quote, bar, level or order", ["csv"]),
    DecoderOption("time-format", "FORMAT", "How times are written: iso, s, ms, us, ns or auto", ["csv"]),
    DecoderOption("header", "yes|no", "Whether the first line names the columns", ["csv"]),
    DecoderOption("separator", "CHARACTER", "What separates columns: a character or tab", ["csv"]),
    DecoderOption("interval", "SECONDS", "The length of bars that are stamped at their begin", ["csv"]),
    DecoderOption("venue", "NAME", "The venue of the instruments", ["csv"]),
  ]
}
