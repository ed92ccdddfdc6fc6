import MarketTypes
import TestSupport
import Testing

@testable import TickImport

@Suite struct BinanceTests {
  static let spot = """
    1723161253937085768 {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":89,"u":102,"b":[["61737.63000000","0.00000000"]],"a":[]}}
    1723161254087891268 {"stream":"btcusdt@bookTicker","data":{"u":112,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"}}
    1723161254087896568 {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}
    1723161254137307667 {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255408,"s":"BTCUSDT","U":103,"u":124,"b":[["61837.63","3.5"]],"a":[["61837.64","1.6"]]}}
    1723161254206652067 {"lastUpdateId":118,"bids":[["61837.63","3.78"],["61837.62","0.617"]],"asks":[["61837.64","1.7"]]}
    1723161254236551067 {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255508,"s":"BTCUSDT","U":125,"u":137,"b":[["61837.62","0"]],"a":[["61838","2"],["61839","1"]]}}
    1723161254300000000 {"lastUpdateId":130,"bids":[["1","1"]],"asks":[["2","1"]]}
    1723161254300000001 {"result":null,"id":1}
    1723161254300000002 {"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1723161255543,"s":"BTCUSDT","a":77,"p":"61837.64","q":"1","f":1,"l":2,"T":1723161255542,"m":false,"M":true}}

    """

  static let coin = """
    1723161256172216566 {"stream":"btcusd_perp@depth@0ms","data":{"e":"depthUpdate","E":1723161257440,"T":1723161257432,"s":"BTCUSD_PERP","ps":"BTCUSD","U":60,"u":65,"pu":98,"b":[["61773.6","1001"]],"a":[["61776.4","412"]]}}
    1723161256191649066 {"e":"depthUpdate","E":1723161257460,"T":1723161257451,"s":"BTCUSD_PERP","ps":"BTCUSD","U":80,"u":85,"pu":65,"b":[],"a":[]}
    1723161256419684465 {"stream":"btcusd_perp@trade","data":{"e":"trade","E":1723161257687,"T":1723161257679,"s":"BTCUSD_PERP","t":849714402,"p":"61804.8","q":"4","X":"INSURANCE_FUND","m":false}}

    """

  @Test func ordersTheSpotBook() throws {
    var decoder = try BinanceDecoder(context: SourceContext(name: "spot.gz"))
    var sink = CollectingSink()
    _ = try Array(Self.spot.utf8).withUnsafeBytes { try decoder.decode($0, offset: 0, isLast: true, into: &sink) }
    #expect(sink.instruments.map(\.symbol) == ["BTCUSDT"])
    #expect(sink.instruments[0].venue == "BINANCE" && sink.instruments[0].currency == "USDT")
    #expect(
      sink.records.map(\.event.kind) == [
        .quote, .trade, .snapshotBegin, .setLevel, .setLevel, .setLevel, .snapshotEnd, .setLevel, .setLevel, .setLevel,
        .setLevel, .setLevel, .trade,
      ])
    #expect(decoder.droppedUpdates == 1 && decoder.replayedUpdates == 1 && decoder.gaps == 0)
    let quote = sink.records[0]
    // The ticker has no exchange time: the latest one stands, and nothing was seen before it but a waiting update.
    #expect(quote.event.origin == BinanceDecoder.inferredTime)
    #expect(quote.price == 6_183_763_000_000 && quote.quantity2 == 154_698_000)
    let trade = sink.records[1]
    #expect(trade.event.side == .sell && trade.event.identifier == 3_735_683_259)
    #expect(trade.event.exchangeTime.nanoseconds == 1_723_161_255_342_000_000)
    // The local clock is behind the exchange's; both are kept.
    #expect(trade.event.localTime < trade.event.exchangeTime)
    #expect(sink.records[3].event.flags == [.snapshot] && sink.records[6].event.flags == [.snapshot, .endOfEvent])
    let replayed = sink.records[7]
    #expect(replayed.event.identifier == 124 && replayed.event.sequence == 103)
    #expect(replayed.event.localTime.nanoseconds == 1_723_161_254_206_652_067)
    #expect(sink.records[7...8].map(\.event.flags) == [[], [.endOfEvent]])
    #expect(sink.records[9].quantity == 0 && sink.records[11].event.flags == [.endOfEvent])
    #expect(sink.records[12].event.side == .buy && sink.records[12].event.identifier == 77)
  }

  @Test func knowsCoinMarginedContracts() throws {
    let read = try decode(BinanceDecoder.self, Self.coin, name: "cm.gz")
    let instrument = read.instruments[0]
    #expect(instrument.venue == "BINANCE-COINM" && instrument.settlement == .inverse && instrument.currency == "BTC")
    #expect(instrument.multiplier.description == "100")
    // No snapshot came: the updates are passed on at the end.
    #expect(read.records.map(\.event.kind) == [.trade, .setLevel, .setLevel])
    #expect(read.records[0].event.flags == [.endOfEvent, .nonPrintable])
    #expect(BinanceSymbol("ETHUSD_PERP", isFutures: true).multiplier.description == "10")
    #expect(BinanceSymbol("BTCUSDT_240927", isFutures: true).settlement == .linear)
    #expect(BinanceSymbol("BTCUSDT", isFutures: true).venue == "BINANCE-USDM")
    #expect(BinanceSymbol("ETHBTC", isFutures: false).currency == "BTC")
  }

  @Test func refusesOrCountsGaps() throws {
    let spotGap = Self.spot.replacing("\"U\":125", with: "\"U\":126")
    #expect(throws: ImportError.self) { try decode(BinanceDecoder.self, spotGap, name: "a") }
    let counted = try decode(BinanceDecoder.self, spotGap, name: "a", options: ["gaps": "count"])
    #expect(counted.records.count == 13)
    let futuresGap = Self.coin.replacing("\"pu\":65", with: "\"pu\":66")
    #expect(throws: ImportError.self) { try decode(BinanceDecoder.self, futuresGap, name: "a") }
    // A snapshot from before the first update cannot be continued.
    let oldSnapshot = Self.spot.replacing("\"lastUpdateId\":118", with: "\"lastUpdateId\":80")
    #expect(throws: ImportError.self) { try decode(BinanceDecoder.self, oldSnapshot, name: "a") }
  }

  @Test func aSnapshotMayComeFirst() throws {
    let lines = Self.spot.split(separator: "\n")
    let text = [lines[4], lines[3], lines[5]].joined(separator: "\n") + "\n"
    let read = try decode(BinanceDecoder.self, text, name: "a")
    #expect(read.records.map(\.event.kind).prefix(1) == [.snapshotBegin])
    #expect(read.count(.setLevel) == 8)
    let only = String(lines[4]) + "\n"
    #expect(throws: ImportError.self) { try decode(BinanceDecoder.self, only, name: "a") }
  }

  @Test(arguments: [
    "1 {\"e\":\"trade\"}\n", "1 2\n", "x {\"e\":\"trade\",\"s\":\"A\"}\n", "{\"e\":\"trade\",\"s\":\"A\",\"t\":1}\n",
    "{\"e\":\"trade\",\"s\":\"A\",\"t\":1,\"T\":1,\"p\":\"1\",\"q\":\"-1\",\"m\":true}\n",
    "{\"e\":\"trade\",\"s\":\"A\",\"t\":1,\"T\":1,\"p\":\"x\",\"q\":\"1\",\"m\":true}\n",
    "{\"e\":\"trade\",\"s\":\"A\",\"t\":1,\"T\":1,\"p\":\"1\",\"q\":\"1\",\"m\":1}\n",
    "{\"e\":\"depthUpdate\",\"s\":\"A\",\"U\":2,\"u\":1,\"b\":[],\"a\":[]}\n",
    "{\"e\":\"depthUpdate\",\"s\":\"A\",\"U\":1,\"u\":1,\"b\":5,\"a\":[]}\n", "{\"a\":1}x\n", "{\"a\":[}]\n",
  ])
  func refuses(_ text: String) {
    #expect(throws: ImportError.self) { try decode(BinanceDecoder.self, text, name: "a") }
  }

  @Test func isTotal() throws {
    try checkTotality(BinanceDecoder.self, sample: Array(Self.spot.utf8), name: "spot", mutations: 200)
    try checkTotality(
      BinanceDecoder.self, sample: Array(Self.coin.utf8), name: "cm", options: ["gaps": "count"], mutations: 200)
  }

  struct Answer: Sendable {
    var path: String
    var depthUpdates: Int
    var tickers: Int
    var trades: Int
    var tradeQuantity: Int64
    var notional: Double
    var levels: [Int]
    var sells: Int
  }

  static let answers = [
    Answer(
      path: "usdm/btcusdt_20240808.gz", depthUpdates: 6_551, tickers: 66_089, trades: 21_313,
      tradeQuantity: 242_936_600_000, notional: 149_845_680.8898, levels: [5_018, 4_578], sells: 11_697),
    Answer(
      path: "spot/btcusdt_20240808.gz", depthUpdates: 3_451, tickers: 28_040, trades: 9_757,
      tradeQuantity: 21_203_315_000, notional: 13_084_074.1124, levels: [1_209, 2_196], sells: 5_654),
    Answer(
      path: "cm/btcusd_perp_20240808.gz", depthUpdates: 26_847, tickers: 19_136, trades: 2_286,
      tradeQuantity: 8_324_100_000_000, notional: 5_134_772_336.7, levels: [1_110, 1_123], sells: 1_305),
  ]

  @Test(.enabled(if: RealData.isPresent), arguments: answers) func matchesTheKnownAnswer(_ answer: Answer) throws {
    let bytes = try realFile("binance-raw/hftbacktest/" + answer.path)
    var decoder = try BinanceDecoder(context: SourceContext(name: answer.path))
    var sink = CollectingSink()
    let taken = try bytes.withUnsafeBytes { try decoder.decode($0, offset: 0, isLast: true, into: &sink) }
    #expect(taken == bytes.count)
    #expect(decoder.gaps == 0)
    #expect(sink.count(.quote) == answer.tickers)
    #expect(sink.count(.snapshotBegin) == 1)
    let trades = sink.records.filter { $0.event.kind == .trade }
    #expect(trades.count == answer.trades)
    #expect(trades.count { $0.event.side == .sell } == answer.sells)
    // The capture's clock is behind the exchange's throughout, and no trade is missing.
    #expect(trades.allSatisfy { $0.event.localTime < $0.event.exchangeTime })
    let numbers = trades.map(\.event.identifier)
    let (first, last) = (try #require(numbers.min()), try #require(numbers.max()))
    #expect(Set(numbers).count == trades.count && last - first + 1 == UInt64(trades.count))
    #expect(trades.map(\.quantity).reduce(0, +) == answer.tradeQuantity)
    let notional = trades.map { Double($0.price) / 1e8 * Double($0.quantity) / 1e8 }.reduce(0, +)
    #expect(abs(notional - answer.notional) < 1e-3)
    var levels: [[Int64: Int64]] = [[:], [:]]
    for record in sink.records where record.event.kind == .setLevel {
      levels[Int(record.event.side.rawValue)][record.price] = record.quantity > 0 ? record.quantity : nil
    }
    #expect(levels.map(\.count) == answer.levels)
    #expect((levels[0].keys.max() ?? 0) < (levels[1].keys.min() ?? 0))
  }
}
