import Foundation
import MarketTypes
import TestSupport
import Testing

@testable import TickImport

@Suite struct LeanTests {
  static let equityQuotes = "Data/equity/usa/tick/bac/20131007_quote.zip/20131007_bac_Quote_Tick.csv"

  static let oneSided = """
    14400151,0,0,140200,500,Q,1,0
    14400554,138400,700,0,0,P,1,0
    14400554,0,0,139500,20000,P,1,1

    """

  @Test func carriesTheUnchangedSide() throws {
    let read = try decode(LeanDecoder.self, Self.oneSided, name: Self.equityQuotes)
    #expect(read.instruments.map(\.symbol) == ["BAC"] && read.instruments[0].priceExponent == 6)
    #expect(read.records.map(\.price) == [SourceRecord.noPrice, 13_840_000, 13_840_000])
    #expect(read.records.map(\.price2) == [14_020_000, 14_020_000, 13_950_000])
    #expect(read.records.map { $0.quantity / 100_000_000 } == [0, 700, 700])
    #expect(read.records.map { $0.quantity2 / 100_000_000 } == [500, 500, 20_000])
    // 04:00 in New York is 08:00 UTC in October.
    #expect(read.records[0].event.exchangeTime.nanoseconds == 1_381_132_800_151_000_000)
    #expect(read.records[1].event.exchangeTime == read.records[2].event.exchangeTime)
    #expect(read.records.map(\.event.channel) == [0x51, 0x50, 0x50])
    #expect(read.records[2].event.flags == [.endOfEvent, .nonPrintable])
  }

  @Test func readsTrades() throws {
    let shares = try decode(
      LeanDecoder.self, "14400614,139400,500,P,20002020,0\n22018359,139450.5,100,P,2000,0\n",
      name: "equity/usa/tick/bac/20131007_trade.zip/20131007_bac_Trade_Tick.csv")
    #expect(shares.records.map(\.price) == [13_940_000, 13_945_050])
    #expect(shares.records[0].event.origin == 0x2000_2020 && shares.records[0].event.side == .none)
    let gold = try decode(
      LeanDecoder.self, "4933381,1313.8,1,usa,,0\n",
      name: "future/comex/tick/gc/20131007_trade.zip/20131007_gc_tick_trade_201312.csv")
    #expect(gold.instruments[0].symbol == "GC-201312" && gold.instruments[0].venue == "COMEX")
    #expect(gold.records[0].price == 131_380_000_000)
    // Futures are kept in UTC.
    #expect(gold.records[0].event.exchangeTime.nanoseconds == 1_381_104_000_000_000_000 + 4_933_381_000_000)
  }

  @Test func readsCurrencyQuotes() throws {
    let read = try decode(
      LeanDecoder.self, "1787,1.38727,1.38729\n",
      name: "forex/fxcm/tick/eurusd/20140501_quote.zip/20140501_eurusd_tick_quote.csv")
    #expect(read.instruments[0].currency == "USD")
    #expect(read.records[0].price == 138_727_000 && read.records[0].price2 == 138_729_000)
    // FXCM's files are five hours west of UTC all year.
    #expect(read.records[0].event.exchangeTime.nanoseconds == 1_398_920_401_787_000_000)
  }

  @Test func barsEndTheirInterval() throws {
    let minute = try decode(
      LeanDecoder.self, "34200000,682800,684000,682500,683700,50669\n",
      name: "equity/usa/minute/twx/20140623_trade.zip/20140623_twx_minute_trade.csv")
    let bar = minute.records[0]
    #expect(bar.event.kind == .bar && bar.event.side == .none && bar.quantity == 5_066_900_000_000)
    #expect(
      [bar.price, bar.price2, bar.price3, bar.price4] == [68_280_000, 68_400_000, 68_250_000, 68_370_000])
    // 09:31 in New York.
    #expect(bar.event.exchangeTime.nanoseconds == 1_403_530_260_000_000_000)
    let daily = try decode(
      LeanDecoder.self,
      "19980102 00:00,973100,975300,965300,973600,2150000\n20071103 00:00,1,1,1,1,1\n20071104 00:00,1,1,1,1,1\n",
      name: "equity/usa/daily/spy.zip/spy.csv")
    #expect(daily.instruments[0].symbol == "SPY")
    // 1998-01-03 00:00 in New York; then a day before and the day of the change to standard time.
    #expect(
      daily.records.map(\.event.exchangeTime.nanoseconds) == [
        883_803_600_000_000_000, 1_194_148_800_000_000_000, 1_194_238_800_000_000_000,
      ])
    let hour = try decode(
      LeanDecoder.self, "20180501 00:00,9246.01,9248.99,8934.44,8955.01,5263.799551\n",
      name: "crypto/binance/hour/btcusdt_trade.zip/btcusdt.csv")
    #expect(hour.records[0].event.exchangeTime.nanoseconds == 1_525_136_400_000_000_000)
    #expect(hour.records[0].quantity == 526_379_955_100 && hour.instruments[0].currency == "USDT")
  }

  @Test func quoteBarsHaveTwoSides() throws {
    let read = try decode(
      LeanDecoder.self,
      "34200000,1900,4900,1900,4900,44,9200,22700,9200,9400,49\n34380000,4900,4900,4900,4900,63,,,,,0\n",
      name:
        "option/usa/minute/twx/20140605_quote_american.zip/20140605_twx_minute_quote_american_call_1055000_20160115.csv"
    )
    #expect(read.instruments[0].symbol == "TWX-20160115-C-105.5")
    #expect(read.instruments[0].multiplier.description == "100")
    #expect(read.records.map(\.event.side) == [.buy, .sell, .buy])
    #expect(read.records.map(\.event.flags) == [[], [.endOfEvent], [.endOfEvent]])
    #expect(read.records[1].price2 == 2_270_000)
  }

  @Test func roundsOnlyPrintedDoubles() throws {
    let name = "crypto/coinbase/minute/btceur/20180404_quote.zip/20180404_btceur_minute_quote.csv"
    let read = try decode(
      LeanDecoder.self,
      "60000,6045.02,6045.02,6045.02,6045.02,0.001,6045.03,6045.03,6045.03,6045.03,1.4758166499999998\n",
      name: name)
    #expect(read.records[1].quantity == 147_581_665)
    #expect(throws: ImportError.self) {
      try decode(LeanDecoder.self, "60000,6045.123456789,6045.02,6045.02,6045.02,0.001\n", name: name)
    }
  }

  @Test(arguments: [
    ("14400151,0\n", equityQuotes), ("x,0,0,140200,500,Q,1,0\n", equityQuotes),
    ("99999999,0,0,1,1,Q,1,0\n", equityQuotes),
    ("1,0,0,1,-1,Q,1,0\n", equityQuotes), ("1,0,0,1,1,Q,wrong,0\n", equityQuotes), ("", equityQuotes),
    ("1,2\n", "future/cme/minute/es/20131007_openinterest.zip/20131007_es_minute_openinterest_201312.csv"),
    ("1,2,3\n", "something.csv"), ("1,2,3\n", "equity/usa/tick/bac/quote.csv"),
    ("20139907 00:00,1,1,1,1,1\n", "equity/usa/daily/spy.zip/spy.csv"),
  ])
  func refuses(_ text: String, name: String) {
    #expect(throws: ImportError.self) { try decode(LeanDecoder.self, text, name: name) }
  }

  @Test func optionsReplaceThePath() throws {
    let read = try decode(
      LeanDecoder.self, "0,1,2,3\n", name: "x.csv",
      options: [
        "resolution": "tick", "security": "crypto", "date": "2020-01-01", "kind": "trade", "instrument": "BTCUSD",
      ])
    #expect(read.records[0].event.exchangeTime.nanoseconds == 1_577_836_800_000_000_000)
  }

  @Test func isTotal() throws {
    try checkTotality(LeanDecoder.self, sample: Array(Self.oneSided.utf8), name: Self.equityQuotes)
    try checkTotality(
      LeanDecoder.self, sample: Array("20180501 00:00,9246.01,9248.99,8934.44,8955.01,5263.799551\n".utf8),
      name: "crypto/binance/hour/btcusdt_trade.zip/btcusdt.csv")
  }

  @Test func mapsTellWhichShareATickerWas() throws {
    func file(_ text: String) throws -> LeanMapFile { try LeanMapFile(Array(text.utf8), file: "map") }
    let maps = LeanMaps([
      ("GOOG", try file("20140327,goocv,Q\n20140402,goocv,Q\n20501231,goog,Q\n")),
      ("GOOGL", try file("20040819,goog,Q\n20140402,goog,Q\n20501231,googl,Q\n")),
    ])
    #expect(maps.share(of: "GOOG", on: 20_140_402)?.share == "GOOGL")
    #expect(maps.share(of: "GOOG", on: 20_140_403)?.share == "GOOG")
    #expect(maps.share(of: "GOOCV", on: 20_140_327)?.share == "GOOG")
    #expect(maps.share(of: "GOOCV", on: 20_140_403) == nil && maps.share(of: "GOOG", on: 20_040_818) == nil)
    #expect(maps.nameOfUnmapped("GOOG") == "GOOG-UNMAPPED" && maps.nameOfUnmapped("GOOCV") == "GOOCV")
    #expect(LeanMaps.share("x/map_files/tap.a.csv") == "TAP.A")
    for path in ["/nowhere", "/proc/self"] { #expect(throws: ImportError.self) { try LeanMaps(path: path) } }
  }

  /// Tickers that passed from share to share, and shares that changed tickers, of LEAN's own data.
  @Test(.enabled(if: RealData.isPresent)) func importFollowsTheShare() throws {
    func imported(_ names: [String]) throws -> (ArrayOutput, ImportSummary) {
      let output = ArrayOutput()
      let summary = try importEvents(
        from: names.map { RealData.file("lean/equity/usa/daily/\($0).zip").path },
        options: ImportOptions(decoderOptions: ["map": RealData.file("lean/equity/usa/map_files").path]),
        to: { () throws(ImportError) in output })
      return (output, summary)
    }
    func count(_ output: ArrayOutput, _ symbol: String) -> Int {
      let numbers = output.instruments.indices.filter { output.instruments[$0].symbol == symbol }
      return output.events.count { numbers.contains(Int($0.instrument)) }
    }
    let (output, summary) = try imported(["goog", "googl", "goocv"])
    #expect(Set(output.instruments.map(\.symbol)) == ["GOOG", "GOOGL"] && output.instruments.count == 2)
    #expect(summary.remarks.isEmpty)
    // Rows of goog.zip until 2014-04-02 are the class A share's; goocv.zip's five are the class C share's.
    #expect(count(output, "GOOGL") == 2_422 + 1_761 && count(output, "GOOG") == 4_183 - 2_422 + 5)
    // WM was another share before 2009-08-05, of which no file tells.
    let (waste, unmapped) = try imported(["uw", "wmi", "wm"])
    #expect(Set(waste.instruments.map(\.symbol)) == ["WM", "WM-UNMAPPED"])
    #expect(unmapped.remarks.count == 1 && unmapped.remarks[0].contains("WM-UNMAPPED"))
    #expect(try imported(["nwsa", "foxa"]).0.instruments.map(\.symbol) == ["TFCFA"])
  }

  @Test func readsFactorAndMapFiles() throws {
    let factors = try LeanFactorFile(
      Array("19980102,0.8613657,0.00892857,1\n20050225,0.8613657,0.01785710,88.97\n20501231,1,1\n".utf8),
      file: "aapl.csv")
    #expect(factors.row(on: 20_000_101)?.splitFactor == 17_857_100_000)
    #expect(factors.row(on: 20_200_101)?.priceFactor == 1_000_000_000_000)
    let map = try LeanMapFile(Array("20140327,goocv,Q\n20140402,goocv,Q\n20501231,goog,Q\n".utf8), file: "goog.csv")
    #expect(map.ticker(on: 20_140_328) == "GOOCV" && map.ticker(on: 20_140_403) == "GOOG")
    #expect(map.ticker(on: 20_140_101) == nil && map.lastDay == 20_501_231)
    #expect(throws: ImportError.self) { try LeanMapFile([], file: "a.csv") }
    #expect(throws: ImportError.self) { try LeanFactorFile(Array("20140327,x,1\n".utf8), file: "a.csv") }
    #expect(throws: ImportError.self) { try LeanMapFile(Array("20140327,a\n20140326,b\n".utf8), file: "a.csv") }
  }

  private struct Expected: Decodable {
    struct Entry: Decodable {
      var entry: String
      var rows: Int
      var cols: Int
      var first: String
    }
    var entries: [Entry]
    var bytes: Int
  }

  @Test(.enabled(if: RealData.isPresent)) func tablesHaveTheirRows() throws {
    let expected = try JSONDecoder().decode(
      [String: Expected].self, from: Data(contentsOf: RealData.file("lean/EXPECTED.json")))
    var tables = 0
    for (path, file) in expected.sorted(by: { $0.key < $1.key }) {
      // A sample of the large folders keeps the test quick.
      guard file.bytes < 12_000, !path.contains("openinterest") else { continue }
      let stream = try SourceStream(path: RealData.file("lean/" + path).path)
      for entry in file.entries {
        #expect(try stream.nextEntry())
        #expect(stream.entry == entry.entry)
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = try bytes.withUnsafeMutableBytes { try stream.read(into: $0) }
        let read = try decode(LeanDecoder.self, Array(bytes[..<count]), name: stream.name)
        let events = read.records.count { $0.event.flags.contains(.endOfEvent) }
        #expect(events == entry.rows, "\(stream.name)")
        tables += 1
      }
    }
    #expect(tables > 100)
  }

  @Test(.enabled(if: RealData.isPresent)) func consolidatedQuotesDoNotCross() throws {
    // The first hour of trading shows it as well as the day, which takes long tests.
    let isLong = ProcessInfo.processInfo.environment["LOCKSTEP_LONG_TESTS"] != nil
    var bytes = try realFile("lean/equity/usa/tick/bac/20131007_quote.zip")
    if !isLong {
      bytes = Array(bytes.split(separator: 0x0A, maxSplits: 100_000).prefix(100_000).joined(separator: [0x0A]))
    }
    let read = try decode(LeanDecoder.self, bytes, name: "lean/" + Self.equityQuotes)
    #expect(read.records.count == (isLong ? 476_855 : 100_000))
    // Regular trading hours: 09:30 to 16:00.
    let open: Int64 = 1_381_152_600_000_000_000
    let regular = read.records.filter { (0..<23_400_000_000_000).contains($0.event.exchangeTime.nanoseconds - open) }
    #expect(regular.count > 90_000 && regular.count { $0.price > $0.price2 } == 0)
    let locked = Double(regular.count { $0.price == $0.price2 }) / Double(regular.count)
    #expect(locked > 0.005 && locked < 0.06)
    let times = read.records.map(\.event.exchangeTime)
    #expect(Double(zip(times, times.dropFirst()).count { $0 == $1 }) > 0.7 * Double(times.count))
  }

  /// IBM's quotes cross at times: data to keep, not a fault to refuse.
  @Test(.enabled(if: RealData.isPresent)) func someConsolidatedQuotesCross() throws {
    let bytes = try realFile("lean/equity/usa/tick/ibm/20131009_quote.zip")
      .split(separator: 0x0A, maxSplits: 10_000).prefix(10_000).joined(separator: [0x0A])
    let name = "lean/" + Self.equityQuotes.replacing("bac", with: "ibm").replacing("20131007", with: "20131009")
    let read = try decode(LeanDecoder.self, Array(bytes), name: name)
    let open: Int64 = 1_381_325_400_000_000_000
    let regular = read.records.filter { $0.event.exchangeTime.nanoseconds >= open }
    #expect(regular.count { $0.price != SourceRecord.noPrice && $0.price > $0.price2 } == 17)
  }

  @Test(.enabled(if: RealData.isPresent)) func referenceFilesRead() throws {
    for path in ["factor_files", "map_files"] {
      let folder = RealData.file("lean/equity/usa/" + path)
      for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
        let bytes = try realFile("lean/equity/usa/\(path)/\(file)")
        if path == "map_files" {
          #expect(try !LeanMapFile(bytes, file: file).rows.isEmpty)
        } else {
          #expect(try !LeanFactorFile(bytes, file: file).rows.isEmpty)
        }
      }
    }
  }
}
