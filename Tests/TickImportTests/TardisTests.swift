import MarketTypes
import TestSupport
import Testing

@testable import TickImport

@Suite struct TardisTests {
  static let book = """
    exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount
    binance-futures,BTCUSDT,1640995200000000,1640995200100000,true,bid,50000.0,1.0
    binance-futures,BTCUSDT,1640995200000000,1640995200100000,true,ask,50001.0,2.0
    binance-futures,BTCUSDT,1640995201000000,1640995201100000,false,bid,49999.0,0.5
    binance-futures,BTCUSDT,1640995201000000,1640995201100000,false,ask,50002.0,0
    binance-futures,BTCUSDT,1640995202000000,1640995202100000,false,ask,50003.0,1e-05
    binance-futures,ETHUSDT,1640995202000000,1640995202100000,false,ask,4000,1
    binance-futures,BTCUSDT,1640995203000000,1640995203100000,true,bid,40000.0,1.0

    """

  static let snapshots = """
    exchange,symbol,timestamp,local_timestamp,asks[0].price,asks[0].amount,bids[0].price,bids[0].amount,asks[1].price,asks[1].amount,bids[1].price,bids[1].amount
    x,Y,1598918403696000,1598918403810979,101,5,100,4,102,6,99,3
    x,Y,1598918403796000,1598918403910979,101,5,100,4,102,6,99,3
    x,Y,1598918403896000,1598918404010979,102,6,100,2,103,1,,

    """

  static let trades = """
    exchange,symbol,timestamp,local_timestamp,id,side,price,amount
    bitmex,XBTUSD,1583020803145000,1583020803307160,ccc3c1fa-212c-e8b0-1706-9b9c4f3d5ecf,sell,8531.5,2152
    bitmex,XBTUSD,0,1583020803307160,77,buy,8531,1
    bitmex,XBTUSD,1583020803145000000,1583020803307160000,78,unknown,8531,1

    """

  static let quotes = """
    exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount
    huobi-dm-swap,BTC-USD,1588291201099000,1588291201234268,5494,8629.3,8629.2,806
    huobi-dm-swap,BTC-USD,1588291201099000,1588291201234269,,,8629.2,806

    """

  @Test func putsBracketsAroundSnapshots() throws {
    let read = try decode(TardisDecoder.self, Self.book, name: "book.csv")
    #expect(read.instruments.map(\.symbol) == ["BTCUSDT", "ETHUSDT"])
    #expect(read.instruments[0].venue == "BINANCE-FUTURES")
    #expect(
      read.records.map(\.event.kind) == [
        .snapshotBegin, .setLevel, .setLevel, .snapshotEnd, .setLevel, .setLevel, .setLevel, .setLevel, .snapshotBegin,
        .setLevel, .snapshotEnd,
      ])
    #expect(read.records[4...7].map(\.event.flags) == [[], [.endOfEvent], [.endOfEvent], [.endOfEvent]])
    #expect(read.records[6].quantity == 1000)
    #expect(read.records[3].event.localTime.nanoseconds == 1_640_995_200_100_000_000)
    #expect(read.records[1].event.flags == [.snapshot])
    let one = try decode(TardisDecoder.self, Self.book, name: "book.csv", options: ["instrument": "ethusdt"])
    #expect(one.records.count == 1)
  }

  @Test(
    arguments: [
      ("bitmex", "XBTUSD", "inverse x 1 in BTC"), ("bitmex", "XBTH24", "inverse x 1 in BTC"), ("bitmex", "ETHUSD", nil),
      ("bitmex", "XBTUSDT", nil), ("deribit", "BTC-PERPETUAL", "inverse x 1 in BTC"),
      ("deribit", "ETH-27DEC24", "inverse x 1 in ETH"), ("deribit", "BTC-9JUN20-9875-P", "linear x 1 in BTC"),
      ("deribit", "SOL_USDC-PERPETUAL", "linear x 1 in USDC"), ("deribit", "BTC-FS-27DEC24_PERP", nil),
      ("huobi-dm-swap", "BTC-USD", "inverse x 100 in BTC"), ("huobi-dm", "ETH_CW", "inverse x 10 in ETH"),
      ("okex-swap", "BTC-USD-SWAP", "inverse x 100 in BTC"), ("okex-swap", "BTC-USDT-SWAP", nil),
      ("binance-delivery", "ETHUSD_PERP", "inverse x 10 in ETH"), ("binance-futures", "BTCUSDT", "linear x 1 in USDT"),
      ("bybit", "BTCUSD", "inverse x 1 in BTC"), ("bybit", "ETHUSDH24", "inverse x 1 in ETH"),
      ("bybit", "BTC-29MAR24-50000-C", nil), ("cryptofacilities", "PI_XBTUSD", "inverse x 1 in BTC"),
      ("cryptofacilities", "PF_XBTUSD", "linear x 1 in USD"), ("coinbase", "BTC-EUR", "linear x 1 in EUR"),
      ("kraken", "XETHXXBT", "linear x 1 in BTC"), ("kraken", "XBTUSDT", "linear x 1 in USDT"), ("nowhere", "X", nil),
    ] as [(String, String, String?)])
  func contractsFollowTheExchange(_ exchange: String, _ symbol: String, _ contract: String?) throws {
    #expect(ContractRules.contract(exchange: exchange, symbol: symbol)?.description == contract)
  }

  @Test func saysWhereAContractIsNotKnown() throws {
    let folder = try TemporaryFolder()
    let head = "exchange,symbol,timestamp,local_timestamp,id,side,price,amount"
    let rows = [
      "XBTUSD,1583020803145000,1583020803307160,1,sell,8531.5,1",
      "ETHUSD,1583020803145000,1583020803307161,2,sell,200,1",
    ]
    let path = try folder.write(Array("\(head)\nbitmex,\(rows[0])\nbitmex,\(rows[1])\n".utf8), "trades.csv")
    let (output, summary) = try importToArray([path])
    #expect(output.instruments[0].settlement == .inverse && output.instruments[0].currency == "BTC")
    #expect(output.instruments[1].settlement == .linear)
    #expect(summary.remarks.count == 1 && summary.remarks[0].contains("[[data.contract]]"))
  }

  @Test func passesOnWhatSnapshotsChange() throws {
    let read = try decode(TardisDecoder.self, Self.snapshots, name: "book.csv")
    let events = read.records.map { "\($0.event.kind) \($0.event.side) \($0.quantity / 100_000_000)" }
    #expect(
      events == [
        "snapshotBegin none 0", "setLevel buy 4", "setLevel buy 3", "setLevel sell 5", "setLevel sell 6",
        "snapshotEnd none 0", "setLevel buy 0", "setLevel buy 2", "setLevel sell 0", "setLevel sell 1",
      ])
    #expect(read.records.map(\.event.flags).suffix(2) == [[], [.endOfEvent]])
  }

  @Test func readsTrades() throws {
    let read = try decode(TardisDecoder.self, Self.trades, name: "trades.csv")
    #expect(read.records.map(\.event.side) == [.sell, .buy, .none])
    #expect(read.records[1].event.identifier == 77 && read.records[0].event.identifier > 1 << 32)
    #expect(read.records[0].price == 8_531_500_000_000 && read.records[0].quantity == 215_200_000_000)
    // An exchange without clock gives the capture's time; times in nanoseconds are told apart by size.
    #expect(read.records[1].event.exchangeTime.nanoseconds == 1_583_020_803_307_160_000)
    #expect(read.records[2].event.exchangeTime == read.records[0].event.exchangeTime)
  }

  @Test func readsQuotes() throws {
    let read = try decode(TardisDecoder.self, Self.quotes, name: "quotes.csv")
    #expect(read.records.map(\.event.kind) == [.quote, .quote])
    #expect(read.records[0].price == 8_629_200_000_000 && read.records[0].price2 == 8_629_300_000_000)
    #expect(read.records[0].quantity == 80_600_000_000 && read.records[0].quantity2 == 549_400_000_000)
    #expect(read.records[1].price2 == SourceRecord.noPrice && read.records[1].quantity2 == 0)
  }

  @Test(arguments: [
    "a,b,c\n1,2,3\n", "exchange,symbol,timestamp,local_timestamp,funding_rate\n",
    book + "x,BTCUSDT,1,1,maybe,bid,1,1\n",
    book + "x,BTCUSDT,1,1,true,up,1,1\n", book + "x,BTCUSDT,1,1\n", book + "x,,1,1,true,bid,1,1\n",
    book + "x,BTCUSDT,1,99999999999999999999,true,bid,1,1\n", trades + "x,XBTUSD,1,1,1,hold,1,1\n",
    trades + "x,XBTUSD,1,1,1,buy,1,-1\n", "exchange,symbol,timestamp,local_timestamp,asks[0].price\n",
  ])
  func refuses(_ text: String) {
    #expect(throws: ImportError.self) { try decode(TardisDecoder.self, text, name: "a.csv") }
  }

  @Test func isTotal() throws {
    for sample in [Self.book, Self.snapshots, Self.trades, Self.quotes] {
      try checkTotality(TardisDecoder.self, sample: Array(sample.utf8), name: "a.csv", mutations: 150)
    }
  }

  @Test(
    .enabled(if: RealData.isPresent),
    arguments: [
      ("tardis/deribit_incremental_book_L2_BTC-PERPETUAL.csv", EventKind.setLevel, 15),
      ("tardis/bitmex_trades_XBTUSD.csv", .trade, 10), ("tardis/huobi-dm-swap_quotes_BTC-USD.csv", .quote, 10),
      ("tardis-crate/csv/trades_1.csv", .trade, 2), ("tardis-crate/csv/deltas_1.csv", .setLevel, 2),
      ("tardis-crate/options_chain.csv", .quote, 7),
      ("tardis/binance-futures_book_snapshot_5_BTCUSDT.csv", .setLevel, 25),
      ("tardis/binance-futures_book_snapshot_25_BTCUSDT.csv", .setLevel, 63),
    ])
  func readsTheSamples(_ path: String, kind: EventKind, count: Int) throws {
    let bytes = try realFile("crypto-fx/nautilus/" + path)
    let read = try decode(TardisDecoder.self, bytes, name: path, chunk: 4096)
    #expect(read.count(kind) == count)
    guard path.contains("book_snapshot") else { return }
    // The changes add up to the last row.
    var levels: [[Int64: Int64]] = [[:], [:]]
    for record in read.records where record.event.kind == .setLevel {
      levels[Int(record.event.side.rawValue)][record.price] = record.quantity > 0 ? record.quantity : nil
    }
    let row = try #require(String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).last)
    let cells = row.split(separator: ",").dropFirst(4).compactMap { Double($0) }
    for (index, price) in cells.enumerated() where index % 2 == 0 {
      let quantity = levels[index % 4 == 0 ? 1 : 0][Int64((price * 1e9).rounded())]
      #expect(quantity == Int64((cells[index + 1] * 1e8).rounded()))
    }
    #expect(levels[0].count + levels[1].count == cells.count / 2)
  }

  @Test(.enabled(if: RealData.isPresent)) func refusesDerivativeTicker() throws {
    let bytes = try realFile("crypto-fx/nautilus/tardis-crate/csv/derivative_ticker_1.csv")
    #expect(throws: ImportError.self) { try decode(TardisDecoder.self, bytes, name: "a.csv") }
  }
}
