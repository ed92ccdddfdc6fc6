import Foundation
import MarketTypes
import TestSupport
import Testing

@testable import TickImport

@Suite struct BybitKrakenTests {
  static let book = """
    {"topic":"orderbook.500.XRPUSDT","type":"snapshot","ts":1733011200691,"data":{"s":"XRPUSDT","b":[["1.9531","6203"]],"a":[["1.9532","5"]],"u":7,"seq":100},"cts":1733011200690}
    {"topic":"orderbook.500.XRPUSDT","type":"delta","ts":1733011200693,"data":{"s":"XRPUSDT","b":[["1.9531","0"]],"a":[["1.9533","8"]],"u":8,"seq":110}}
    {"success":true,"op":"subscribe"}
    1733011200800000000 {"topic":"publicTrade.XRPUSDT","type":"snapshot","ts":1733011200700,"data":[{"T":1733011200699,"s":"XRPUSDT","S":"Sell","v":"3","p":"1.9531","i":"ab-1"}]}

    """

  static let trades = """
    {"error": [], "result": {"XBTUSDT": [["105433.60000", "0.00027625", 1762795433.9717445, "b", "l", "", 10218208],
      ["105899.40000", "0.00009443", 1762820035.98, "s", "m", ""]], "last": "1762820035982277754"}}
    """

  @Test func readsBooksAndTrades() throws {
    let read = try decode(BybitDecoder.self, Self.book, name: "a.data")
    #expect(
      read.records.map(\.event.kind) == [
        .snapshotBegin, .setLevel, .setLevel, .snapshotEnd, .setLevel, .setLevel, .trade,
      ])
    #expect(read.records[0].event.exchangeTime.nanoseconds == 1_733_011_200_690_000_000)
    #expect(read.records[4...5].map(\.event.flags) == [[], [.endOfEvent]])
    #expect(read.records[6].event.side == .sell && read.records[6].quantity == 300_000_000)
    #expect(read.records[6].event.localTime.nanoseconds == 1_733_011_200_800_000_000)
    let gap = Self.book.replacing("\"u\":8", with: "\"u\":9")
    #expect(throws: ImportError.self) { try decode(BybitDecoder.self, gap, name: "a.data") }
    #expect(try decode(BybitDecoder.self, gap, name: "a.data", options: ["gaps": "count"]).records.count == 7)
    let inverse = try decode(BybitDecoder.self, Self.book.replacing("XRPUSDT", with: "XRPUSD"), name: "a.data")
    #expect(inverse.instruments[0].settlement == .inverse && inverse.instruments[0].currency == "XRP")
  }

  @Test func readsRESTTrades() throws {
    let read = try decode(KrakenTradesDecoder.self, Self.trades, name: "trades.json")
    #expect(read.instruments.map(\.symbol) == ["XBTUSDT"])
    #expect(read.records.map(\.event.side) == [.buy, .sell])
    #expect(read.records[0].event.exchangeTime.nanoseconds == 1_762_795_433_971_744_500)
    #expect(read.records.map(\.event.identifier) == [10_218_208, 0])
    #expect(throws: ImportError.self) {
      try decode(KrakenTradesDecoder.self, #"{"error":["EGeneral:Invalid"],"result":{}}"#, name: "a.json")
    }
  }

  @Test func areTotal() throws {
    try checkTotality(BybitDecoder.self, sample: Array(Self.book.utf8), name: "a.data", mutations: 200)
    try checkTotality(KrakenTradesDecoder.self, sample: Array(Self.trades.utf8), name: "a.json", mutations: 200)
  }

  @Test(
    .enabled(if: RealData.isPresent),
    arguments: [
      ("bybit/xrpusdt-ob500.data.zip", "bybit", EventKind.snapshotBegin, 1),
      ("kraken/http_trades.json", "kraken", .trade, 1_000),
    ])
  func readsTheSamples(_ path: String, format: String, kind: EventKind, count: Int) throws {
    let (_, summary) = try importToArray([RealData.file("crypto-fx/nautilus/" + path).path])
    #expect(summary.format == format && summary.eventsByKind[kind] == count)
  }
}
