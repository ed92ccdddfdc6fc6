/// What is known of the sessions of a venue by its code: which days, how long, how many a year.
///
/// Codes are those of data: `GLBX.MDP3`, `BINANCE-USDM` and `XNAS#39` count by what stands before the first of `.`, `-`, `#`.
public struct VenueSessions: Hashable, Sendable {
  /// Any of them, upper case.
  public var codes: [String]
  /// In words, for the table of METRICS.md.
  public var name: String
  public var isEveryDay: Bool
  public var periodsPerYear: Double
  public var sessionHours: Double
  /// Hours after midnight UTC where the data does not show when a day's trading ends.
  public var closeHour: Double
  /// Quantities are contracts of many units each, which ticks do not tell.
  public var tradesContracts: Bool

  init(
    _ codes: [String], _ name: String, isEveryDay: Bool = false, periodsPerYear: Double = 252, sessionHours: Double,
    closeHour: Double, tradesContracts: Bool = false
  ) {
    self.codes = codes
    self.name = name
    self.isEveryDay = isEveryDay
    self.periodsPerYear = periodsPerYear
    self.sessionHours = sessionHours
    self.closeHour = closeHour
    self.tradesContracts = tradesContracts
  }

  public static let table = [
    VenueSessions(
      [
        "BINANCE", "BINANCEUS", "BITFINEX", "BITMEX", "BITSTAMP", "BYBIT", "COINBASE", "DERIBIT", "GDAX", "GEMINI",
        "HUOBI", "KRAKEN", "KUCOIN", "OKX",
      ], "crypto-currencies, around the clock", isEveryDay: true, periodsPerYear: 365, sessionHours: 24, closeHour: 24),
    VenueSessions(
      ["CBOT", "CME", "COMEX", "GLBX", "NYMEX", "XCBT", "XCEC", "XCME", "XNYM"],
      "futures of CME Group, with a pause of an hour", sessionHours: 23, closeHour: 22, tradesContracts: true),
    VenueSessions(
      ["IFUS", "NDEX", "XEEE", "XEUR"], "futures of ICE US and of European exchanges", sessionHours: 21, closeHour: 22,
      tradesContracts: true),
    VenueSessions(
      ["OPRA"], "American options", sessionHours: 6.5, closeHour: 22, tradesContracts: true),
    VenueSessions(
      ["DUKASCOPY", "FXCM", "OANDA"], "currencies between banks", periodsPerYear: 260, sessionHours: 24, closeHour: 22),
    VenueSessions(
      [
        "ARCX", "BATS", "BATY", "DBEQ", "EDGA", "EDGX", "EQUS", "IEXG", "MEMX", "USA", "XASE", "XBOS", "XCHI", "XNAS",
        "XNYS", "XPSX",
      ], "American shares", sessionHours: 6.5, closeHour: 22),
  ]

  /// The row of a venue's code; nil for one that the table does not know.
  public static func of(_ venue: String) -> VenueSessions? {
    let code = venue.uppercased().prefix { $0 != "." && $0 != "-" && $0 != "#" }
    return table.first { $0.codes.contains(String(code)) }
  }

  /// The row that all venues share; nil where one is unknown or two differ.
  public static func common(of venues: [String]) -> VenueSessions? {
    guard let first = venues.first, let row = of(first), venues.dropFirst().allSatisfy({ of($0) == row }) else {
      return nil
    }
    return row
  }

  /// The calendar of the venue; the close is what the data showed, where that has weekdays too.
  public func calendar(shown: TradingCalendar) -> TradingCalendar {
    var calendar = TradingCalendar.everyDay
    if !isEveryDay {
      let close =
        shown.sessionWeekdays.count == 5
        ? shown.closeNanosecondsOfDay : Int64(closeHour * Double(TradingHours.nanosecondsPerHour))
      calendar = .weekdays(closingAt: close)
    }
    calendar.periodsPerYear = periodsPerYear
    let usual = Int64(sessionHours * Double(TradingHours.nanosecondsPerHour))
    // Where trading goes on after the venue's own close, the session is as long as what is traded.
    let isMoved = Double(calendar.closeNanosecondsOfDay) > closeHour * Double(TradingHours.nanosecondsPerHour)
    calendar.sessionNanoseconds = isMoved ? max(usual, shown.sessionNanoseconds) : usual
    return calendar
  }
}
