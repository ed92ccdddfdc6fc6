import Foundation
import MarketTypes
import TestSupport
import Testing

@testable import TickImport

@Suite struct BitstampTests {
  static let orders = """
    id,timestamp,exchange.timestamp,price,volume,action,direction
    7,1430438404518,1430438404000,236.47,200000000,created,bid
    7,1430438404635,1430438404000,236.47,178855669,changed,bid
    7,1430438404640,1430438404000,236.40,178855669,changed,bid
    7,1430438404650,1430438404000,236.40,0,deleted,bid
    8,1430438404700,1430438404000,236.50,5,created,ask
    8,1430438404710,1430438404000,236.50,3,deleted,ask
    9,1430438404720,1430438404000,236.60,5,created,ask
    9,1430438404730,1430438404000,236.60,5,deleted,ask
    10,1430438404740,1430438404000,236.60,5,deleted,ask
    10,1430438404750,1430438404000,236.60,5,created,ask
    11,1430438404760,1430438404000,236.60,4,changed,ask
    11,1430438404770,1430438404000,236.60,5,created,ask

    """

  static let log = """
    1430438404518 order_created {"price": "236.47", "amount": "2.00000000", "datetime": "1430438404", "id": 7, "order_type": 0}
    1430438404519 order_created {"price": "236.48", "amount": "1.00000000", "datetime": "1430438404", "id": 8, "order_type": 0}
    1430438404645 trade {"price": 236.61000000000001, "amount": 1.7885566900000001, "id": 8111041}
    1430438404700 order_book {"bids": [["236.47", "3.00000000"], ["236.40", "1.00000000"]], "asks": [["236.64", "0.5"]]}
    1430438405000 order_deleted {"price": "236.47", "amount": "1.00000000", "datetime": "1430438300", "id": 3, "order_type": 0}
    1430438425000 order_book {"bids": [["236.47", "2.00000000"], ["236.40", "1.00000000"]], "asks": [["236.64", "0.5"]]}
    1430438426000 order_changed {"price": "236.47", "amount": "0.50000000", "datetime": "1430438404", "id": 7, "order_type": 0}

    """

  @Test func followsOrdersOfTheTable() throws {
    let read = try decode(BitstampOrdersDecoder.self, Self.orders, name: "orders.csv")
    let events = read.records.map { "\($0.event.kind) \($0.event.identifier) \($0.quantity)" }
    #expect(
      events == [
        "add 7 200000000", "execute 7 21144331", "modify 7 178855669", "execute 7 178855669", "add 8 5", "execute 8 2",
        "cancel 8 3", "add 9 5", "cancel 9 5", "cancel 10 5", "orphan 10 5", "modify 11 4", "add 11 4",
      ])
    #expect(read.records[0].price == 23_647_000_000)
    #expect(read.records[0].event.localTime == read.records[0].event.exchangeTime)
    #expect(read.records[0].event.exchangeTime.nanoseconds == 1_430_438_404_518_000_000)
    #expect(read.records[0].event.origin == 1_430_438_404)
    #expect(read.records[1].event.flags == [.endOfEvent, .nonPrintable])
    #expect(read.records[5].event.flags == [.nonPrintable])
    #expect(read.records[12].event.flags == [.endOfEvent, .contradictsBook])
  }

  @Test func seedsAndPurgesFromPublishedBooks() throws {
    let read = try decode(BitstampLogDecoder.self, Self.log, name: "day.log")
    let seeded = SeededLevels.firstIdentifier
    let events = read.records.map { "\($0.event.kind) \($0.event.identifier) \($0.quantity)" }
    #expect(
      events == [
        "add 7 200000000", "add 8 100000000", "trade 8111041 178855669", "add \(seeded) 100000000",
        "add \(seeded + 1) 100000000", "add \(seeded + 2) 50000000", "cancel \(seeded) 100000000",
        "cancel 8 100000000", "execute 7 150000000",
      ])
    #expect(read.records[2].price == 23_661_000_000)
    #expect(read.records[3].event.flags.contains(.synthetic))
    #expect(read.records[6].event.origin == 3)
    #expect(read.records[7].event.flags.contains(.synthetic))
    let plain = try decode(BitstampLogDecoder.self, Self.log, name: "day.log", options: ["resync": "off"])
    #expect(plain.records.count == 5)
  }

  @Test(arguments: [
    "id,timestamp,price\n1,2,3\n", orders + "7,x,1430438404000,236.47,1,created,bid\n", orders + "7,1,1,1,1\n",
    orders + "7,1430438404518,1430438404000,236.47,1,moved,bid\n", orders + "7,1430438404518,1,236.47,1,created,up\n",
    orders + "7,1430438404518,1,236.123456789,1,created,bid\n", orders + "7,1430438404518,1,1e99,1,created,bid\n",
  ])
  func refusesTables(_ text: String) {
    #expect(throws: ImportError.self) { try decode(BitstampOrdersDecoder.self, text, name: "orders.csv") }
  }

  @Test(arguments: [
    "1430438404518 order_created\n", "1430438404518 order_created {\"price\": \"1\"}\n",
    "1430438404518 wave {\"price\": \"1\"}\n", "1430438404518 trade {\"price\": 1\n", "1430438404518 trade 5\n",
    "1430438404518 order_book {\"bids\": [[1]]}\n", "later trade {\"price\": 1}\n",
    "1430438404518 trade " + String(repeating: "[", count: 100) + "\n",
  ])
  func refusesLogs(_ text: String) {
    #expect(throws: ImportError.self) { try decode(BitstampLogDecoder.self, text, name: "day.log") }
  }

  @Test func isTotal() throws {
    try checkTotality(BitstampOrdersDecoder.self, sample: Array(Self.orders.utf8), name: "orders.csv")
    try checkTotality(BitstampLogDecoder.self, sample: Array(Self.log.utf8), name: "day.log")
  }

  @Test(.enabled(if: RealData.isPresent)) func ordersMatchTheKnownAnswer() throws {
    let bytes = try realFile("l3-bitstamp/ob-analytics/orders.csv.xz")
    let read = try decode(BitstampOrdersDecoder.self, bytes, name: "orders.csv", chunk: 1 << 17)
    #expect(bytes.count { $0 == 0x0A } - 1 == 50_414)
    #expect(read.count(.add) + read.count(.orphan) == 24_894)
    var twin = LevelTwin()
    for record in read.records { twin.apply(record) }
    // Five creations come after their deletion. The known answer counts 205 deletions of unknown orders, because it lets
    // a change of an unknown order create it.
    #expect(read.count(.orphan) == 5)
    #expect(twin.unknown[.cancel] == 208)
    #expect(twin.unknown[.modify] == 5)
    #expect(twin.restingOrders == 179)
  }

  @Test(.enabled(if: RealData.isPresent)) func logMatchesTheKnownAnswer() throws {
    let bytes = try realFile("l3-bitstamp/ob-analytics/2015-05-01.log.xz")
    let read = try decode(BitstampLogDecoder.self, bytes, name: "2015-05-01.log", chunk: 1 << 17)
    #expect(read.count(.trade) == 575)
    let volume = read.records.filter { $0.event.kind == .trade }.map(\.quantity).reduce(0, +)
    #expect(volume == 84_765_711_841)
    let notional = read.records.filter { $0.event.kind == .trade }
      .map { Double($0.price) / 1e8 * Double($0.quantity) / 1e8 }.reduce(0, +)
    #expect(abs(notional - 199_952.123362) < 1e-4)
  }

  @Test(.enabled(if: RealData.isPresent)) func resynchronisedBookMatchesThePublishedBooks() throws {
    let bytes = try realFile("l3-bitstamp/ob-analytics/2015-05-01.log.xz")
    var decoder = try BitstampLogDecoder(context: SourceContext(name: "2015-05-01.log"))
    var sink = CollectingSink()
    var twin = LevelTwin()
    var compared = 0
    var equal = 0
    for line in bytes.split(separator: 0x0A) {
      let whole = Array(line) + [0x0A]
      // Compared before the line is decoded: what the orders alone say, not what the published book put right.
      if let brace = line.firstIndex(of: 0x7B), line[..<brace].suffix(12).elementsEqual(" order_book ".utf8) {
        let book = try #require(
          JSONSerialization.jsonObject(with: Data(line[brace...])) as? [String: [[String]]])
        let bid = book["bids"]?.first.flatMap { Double($0[0]) }.map { Int64(($0 * 1e8).rounded()) }
        let ask = book["asks"]?.first.flatMap { Double($0[0]) }.map { Int64(($0 * 1e8).rounded()) }
        compared += 1
        if twin.bestPrice(.buy) == bid, twin.bestPrice(.sell) == ask { equal += 1 }
      }
      let taken = try whole.withUnsafeBytes { try decoder.decode($0, offset: 0, isLast: false, into: &sink) }
      #expect(taken == whole.count)
      for record in sink.records { twin.apply(record) }
      sink.records.removeAll()
    }
    #expect(compared == 5_011)
    // A rebuild that starts over at every mismatch reaches 4,994 of 5,010; the rest is polling delay.
    #expect(equal == 4_996)
    // What remains rested deeper than the 20 published levels.
    #expect(twin.unknown == [.cancel: 176, .modify: 5])
  }
}
