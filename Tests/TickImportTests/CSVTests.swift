import MarketTypes
import TestSupport
import Testing

@testable import TickImport

@Suite struct CSVTests {
  @Test func guessesFromTheHeader() throws {
    let quotes = try decode(
      CSVDecoder.self, "timestamp,bid,ask\n2013-01-01 22:00:00.295000+00:00,86.655,86.728\n", name: "data/usdjpy.csv")
    #expect(quotes.instruments.map(\.symbol) == ["usdjpy"])
    #expect(quotes.records[0].event.kind == .quote && quotes.records[0].price2 == 86_728_000_000)
    #expect(quotes.records[0].event.exchangeTime.nanoseconds == 1_357_077_600_295_000_000)
    let bars = try decode(
      CSVDecoder.self, "Date;Open;High;Low;Close;Volume\n2024-01-02;1;2;0.5;1.5;100\n", name: "a.csv",
      options: ["interval": "86400", "zone": "America/New_York", "instrument": "SPY", "venue": "X"])
    #expect(bars.records[0].event.kind == .bar && bars.records[0].price3 == 500_000_000)
    #expect(bars.records[0].event.exchangeTime.nanoseconds == 1_704_171_600_000_000_000 + 86_400_000_000_000)
    #expect(bars.instruments[0].symbol == "SPY" && bars.instruments[0].venue == "X")
    let trades = try decode(
      CSVDecoder.self, "\u{FEFF}\"Time\"\t\"Price\"\t\"Size\"\t\"Side\"\r\n1583020803.145\t5\t2\tBuy\r\n", name: "a.csv"
    )
    #expect(trades.records[0].event.exchangeTime.nanoseconds == 1_583_020_803_145_000_000)
    #expect(trades.records[0].event.side == .buy && trades.records[0].quantity == 200_000_000)
  }

  @Test func mapsColumnsByNumberOrName() throws {
    let plain = try decode(
      CSVDecoder.self, "20200101 170000065,1.121200,1.121720,0\n", name: "a.csv",
      options: ["columns": "time=0,bid=1,ask=2"])
    #expect(plain.records[0].event.exchangeTime.nanoseconds == 1_577_898_000_065_000_000)
    let named = try decode(
      CSVDecoder.self, "when,what,much\n1,2,3\n", name: "a.csv",
      options: ["columns": "time=when, price=what, quantity=2", "time-format": "ms"])
    #expect(named.records[0].event.exchangeTime.nanoseconds == 1_000_000 && named.records[0].quantity == 300_000_000)
  }

  @Test(arguments: [
    ("s", "1583020803", 1_583_020_803_000_000_000), ("ms", "1583020803145", 1_583_020_803_145_000_000),
    ("us", "1583020803145001", 1_583_020_803_145_001_000), ("ns", "1583020803145001002", 1_583_020_803_145_001_002),
    ("s", "1583020803.5", 1_583_020_803_500_000_000), ("iso", "2020-03-01T00:00:03.145Z", 1_583_020_803_145_000_000),
    ("iso", "2020-03-01T05:30:03.145+0530", 1_583_020_803_145_000_000), ("iso", "20200301", 1_583_020_800_000_000_000),
    ("iso", "2020/03/01 00:00", 1_583_020_800_000_000_000), ("auto", "1583020803145", 1_583_020_803_145_000_000),
    ("auto", "2020-03-01 00:00:03,5", 1_583_020_803_500_000_000),
  ])
  func readsTimes(_ format: String, text: String, nanoseconds: Int64) throws {
    let read = try decode(
      CSVDecoder.self, "time;price\n\(text);1\n", name: "a.csv", options: ["time-format": format, "separator": ";"])
    #expect(read.records[0].event.exchangeTime.nanoseconds == nanoseconds)
  }

  private func nanoseconds(_ text: String, _ options: [String: String] = [:]) throws -> Int64 {
    try decode(CSVDecoder.self, text, name: "a.csv", options: options).records[0].event.exchangeTime.nanoseconds
  }

  @Test func `a date and a time of day are one time`() throws {
    let expected: Int64 = 1_704_187_800_500_000_000
    for row in ["2024-01-02,09:30:00.5", "20240102,093000500", "2024/01/02,093000.5"] {
      #expect(try nanoseconds("date,time,price,size\n\(row),5,1\n") == expected, "\(row)")
    }
    #expect(try nanoseconds("Date,Time,price\n2024-01-02,34200500,5\n", ["time-format": "ms"]) == expected)
    #expect(try nanoseconds("time,price\n09:30:00.5,5\n", ["date": "2024-01-02"]) == expected)
    let zone = ["zone": "America/New_York", "columns": "date=0,time=1,price=2"]
    #expect(try nanoseconds("2024-01-02,04:30:00.5,5\n", zone) == expected)
    for refused in [
      "date,time,price\n2024-01-02,1704187800,5\n", "date,time,price\n2024-01-02,34200.5,5\n",
      "date,time,price\n2024-01-02,2024-01-02 09:30:00,5\n", "date,timestamp,price\n2024-01-02,1704187800,5\n",
      "time,timestamp,price\n1,1704187800,5\n", "time,price\n34200.5,5\n", "time,price\n093000,5\n",
    ] {
      #expect(throws: ImportError.self, "\(refused)") { try nanoseconds(refused) }
    }
  }

  @Test func `digits of a date are a date`() throws {
    #expect(try nanoseconds("date,price\n20240102,5\n") == 1_704_153_600_000_000_000)
    #expect(try nanoseconds("time,price\n20240102093000,5\n") == 1_704_187_800_000_000_000)
    #expect(try nanoseconds("time,price\n1700000000.123456789,5\n") == 1_700_000_000_123_456_789)
  }

  @Test func `bars end at their end`() throws {
    let day = "date,open,high,low,close\n2024-01-02,1,2,0.5,1.5\n"
    #expect(try nanoseconds(day) == 1_704_240_000_000_000_000)
    #expect(try nanoseconds(day, ["interval": "86400"]) == 1_704_240_000_000_000_000)
    for name in ["open_time", "ts_event"] {
      let bars = "\(name),open,high,low,close,volume\n1700000000000,1,2,0.5,1.5,10\n"
      #expect(try nanoseconds(bars, ["interval": "60"]) == 1_700_000_060_000_000_000)
      let error = #expect(throws: ImportError.self) { try nanoseconds(bars) }
      #expect(error?.advice.contains("--interval") == true)
    }
  }

  @Test func `bars of other formats have the schema of their length`() throws {
    let folder = try TemporaryFolder()
    let ticks = try folder.write([], "bars.ticks")
    for (step, schema) in [(86_400, DBNSchema.ohlcv1d), (60, .ohlcv1m), (1, .ohlcv1s)] {
      let rows = (0..<3).map { "\(1_700_000_000 + $0 * step),1,2,0.5,1.5,10\n" }.joined()
      let table = try folder.write(Array("time,open,high,low,close,volume\n\(rows)".utf8), "bars.csv")
      _ = try importTicks(from: [table], to: ticks, replaces: true)
      #expect(try naturalSchema(of: ticks) == schema)
    }
  }

  @Test func `what is guessed is said, and what may be two things is refused`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("timestamp,price,volume,note\n1700000000,100.5,3,x\n".utf8), "t.csv")
    let (output, summary) = try importToArray([path])
    #expect(output.events[0].quantity.lots == 3)
    #expect(
      summary.remarks == [
        "\(path): rows are read as trades: time = 'timestamp', price = 'price', quantity = 'volume'; "
          + "not used: 'note'", "\(path): times such as '1700000000' are seconds since 1970",
      ])
    let bare = try folder.write(Array("time,price\n2024-01-02 10:00,5\n".utf8), "bare.csv")
    #expect(
      try importToArray([bare]).summary.remarks.contains { $0.hasSuffix("no column holds quantities: all are 0") })
    let depth = "timestamp,side,update_type,price,qty\n1700000000,b,snap,1,2\n"
    let error = #expect(throws: ImportError.self) { try decode(CSVDecoder.self, depth, name: "depth.csv") }
    #expect(error?.advice.contains("--table level") == true)
    let levels = try decode(CSVDecoder.self, depth, name: "depth.csv", options: ["table": "level"])
    #expect(levels.count(.setLevel) == 1)
  }

  @Test func `quotes inside of quotes are single`() throws {
    let read = try decode(CSVDecoder.self, "time,symbol,price\n1700000000,\"C\"\"D\",5\n", name: "a.csv")
    #expect(read.instruments.map(\.symbol) == ["C\"D"])
  }

  @Test func followsDaylightSaving() throws {
    func hour(_ text: String, _ zone: String) throws -> Int64 {
      let read = try decode(CSVDecoder.self, "time,price\n\(text),1\n", name: "a.csv", options: ["zone": zone])
      return read.records[0].event.exchangeTime.nanoseconds / 3_600_000_000_000 % 24
    }
    #expect(try hour("2024-03-10 01:00", "America/New_York") == 6)
    #expect(try hour("2024-03-10 03:00", "America/New_York") == 7)
    #expect(try hour("2024-11-03 00:30", "America/New_York") == 4)
    #expect(try hour("2024-11-03 03:00", "America/New_York") == 8)
    #expect(try hour("2006-03-20 09:00", "America/New_York") == 14)
    #expect(try hour("2006-04-02 09:00", "America/New_York") == 13)
    #expect(try hour("2024-03-31 01:00", "Europe/Berlin") == 0)
    #expect(try hour("2024-03-31 03:00", "Europe/Berlin") == 1)
    #expect(try hour("2024-10-27 04:00", "Europe/Berlin") == 3)
    #expect(try hour("2024-07-01 00:00", "UTC+09:30") == 14)
  }

  static let orders = """
    ts,symbol,action,side,price,qty,id
    1583020803145,ABC,add,buy,10,5,1
    1583020803146,XYZ,add,sell,11,5,2
    1583020803147,ABC,execute,,,2,1
    1583020803148,ABC,cancel,,,,1

    """

  @Test func readsOrdersAndLevels() throws {
    let read = try decode(CSVDecoder.self, Self.orders, name: "a.csv")
    #expect(read.records.map(\.event.kind) == [.add, .add, .execute, .cancel])
    #expect(read.instruments.map(\.symbol) == ["ABC", "XYZ"])
    let one = try decode(CSVDecoder.self, Self.orders, name: "a.csv", options: ["instrument": "ABC"])
    #expect(one.records.count == 3)
    let levels = try decode(
      CSVDecoder.self, "time,side,price,amount\n1583020803145,bid,10,0\n", name: "a.csv", options: ["table": "level"])
    #expect(levels.records[0].event.kind == .setLevel && levels.records[0].event.side == .buy)
  }

  @Test(
    arguments: [
      ("", [:]), ("a,b\n1,2\n", [:]), ("time,price\n", [:]), ("time,price\n1,x\n", [:]), ("time,price\n1\n", [:]),
      ("1,2\n", ["columns": "time=0,price=9"]), ("1,2\n", ["columns": "time=0,colour=1"]),
      ("1,2\n", ["columns": "nonsense"]),
      ("time,price\n1,2\n", ["table": "chair"]), ("time,price\n1,2\n", ["time-format": "weeks"]),
      ("time,price\n1,2\n", ["zone": "Mars"]), ("time,price\n1,2\n", ["separator": "ab"]),
      ("time,price\n1,2\n", ["price-decimals": "99"]), ("time,price\n2020-13-01,2\n", [:]),
      ("time,price\n2020-01-01 25:00,2\n", [:]), ("time,price\n2020-01-01 10:00 CET,2\n", [:]),
      ("time,side,price\n1,up,2\n", [:]), ("time,bid\n1,2e30\n", [:]), ("ts,action,id\n1,jump,2\n", [:]),
      ("ts,action,id\n1,add,2\n", [:]), ("time,price\n9999999999999999999,2\n", ["interval": "1"]),
    ] as [(String, [String: String])])
  func refuses(_ text: String, options: [String: String]) {
    #expect(throws: ImportError.self) { try decode(CSVDecoder.self, text, name: "a.csv", options: options) }
  }

  @Test func isTotal() throws {
    try checkTotality(CSVDecoder.self, sample: Array(Self.orders.utf8), name: "a.csv")
    try checkTotality(
      CSVDecoder.self, sample: Array("time,open,high,low,close\n2020-01-01T10:00:00.5+01:00,1,2,1,2\n".utf8),
      name: "a.csv")
  }

  @Test func keepsDecimalsExactly() throws {
    func decimal(_ text: String, _ places: Int) throws(NumberFault) -> Int64 {
      let bytes = Array(text.utf8)
      let result = bytes.withUnsafeBufferPointer { buffer -> Result<Int64, NumberFault> in
        guard let start = buffer.baseAddress else { return .failure(.empty) }
        do throws(NumberFault) {
          return .success(try TextSlice(start: start, count: buffer.count).decimal(places: places))
        } catch { return .failure(error) }
      }
      return try result.get()
    }
    #expect(try decimal("1.25", 4) == 12_500)
    #expect(try decimal("-0.0001", 4) == -1)
    #expect(try decimal("3e-05", 8) == 3000)
    #expect(try decimal("1.5E3", 0) == 1500)
    #expect(try decimal("+7", 0) == 7)
    #expect(try decimal(".5", 1) == 5)
    #expect(try decimal("1.500000", 1) == 15)
    #expect(try decimal("000000000000000000000001", 0) == 1)
    #expect(try decimal("8.8351857299999992", 8) == 883_518_573)
    #expect(try decimal("1700000000.123456789", 9) == 1_700_000_000_123_456_789)
    #expect(try decimal("236.61000000000001", 2) == 23_661)
    #expect(throws: NumberFault.tooFine) { try decimal("1.25", 1) }
    #expect(throws: NumberFault.overflow) { try decimal("9223372036854775807", 0) }
    #expect(throws: NumberFault.overflow) { try decimal("99999999999999999999", 0) }
    #expect(throws: NumberFault.overflow) { try decimal("1e300", 0) }
    for text in ["-", "1.2.3", "1e", "e5", "1e9999999999999999999", "0x5", "1 2", "nan", "."] {
      #expect(throws: NumberFault.self) { try decimal(text, 4) }
    }
    #expect(throws: NumberFault.empty) { try decimal("", 4) }
  }

  @Test(
    .enabled(if: RealData.isPresent),
    arguments: [
      ("truefx/usdjpy-ticks.csv", [:], EventKind.quote, 1_000),
      ("quote_tick_data.csv", ["columns": "time=0,bid=1,ask=2"], .quote, 9_500),
      ("fxcm/gbpusd-m1-bid-2012.csv.gz", ["interval": "60"], .bar, 30_117),
      ("btc-perp-20211231-20220201_1m.csv.gz", [:], .bar, 45_031),
      ("xcme/6EH4.XCME_1min_bars_20240101_20240131.csv.gz", [:], .bar, 29_996),
      (
        "ADABTC-1m-2021-11-27.csv", ["columns": "time=0,open=1,high=2,low=3,close=4,volume=5", "interval": "60"], .bar,
        10
      ),
      ("binance/btcusdt-depth-update.csv", ["table": "level"], .setLevel, 100),
    ] as [(String, [String: String], EventKind, Int)])
  func readsTheSamples(_ path: String, options: [String: String], kind: EventKind, count: Int) throws {
    let bytes = try realFile("crypto-fx/nautilus/" + path)
    let read = try decode(CSVDecoder.self, bytes, name: path, options: options, chunk: 1 << 16)
    #expect(read.count(kind) == count)
  }
}
