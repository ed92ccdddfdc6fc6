import MarketTypes
import TestSupport
import Testing

@testable import TickImport

@Suite struct LobsterTests {
  static let name = "AAPL_2012-06-21_34200_37800_message_50.csv"
  static let sample = """
    34200.004241176,1,16113575,18,5853300,1
    34200.00426064,1,16113584,18,5853200,1
    34200.00426064,2,16113584,8,5853200,1
    34200.1,4,16113575,10,5853300,1
    34200.2,3,16113584,10,5853200,1
    34201,5,0,5,5853350,-1
    34202.5,6,-1,500,5853350,-1
    34203,7,0,0,-1,-1
    34204,7,0,0,0,-1
    34205,7,0,0,1,-1

    """

  @Test func decodesEveryType() throws {
    let read = try decode(LobsterDecoder.self, Self.sample, name: "data/" + Self.name)
    #expect(read.instruments.map(\.symbol) == ["AAPL"])
    #expect(
      read.news.map(\.event.kind) == [
        .add, .add, .reduce, .execute, .cancel, .trade, .trade, .status, .status, .status,
      ])
    // 2012-06-21 09:30 in New York is 13:30 UTC; a dropped trailing zero is still a decimal place.
    #expect(read.news[0].event.exchangeTime.nanoseconds == 1_340_285_400_004_241_176)
    #expect(read.news[1].event.exchangeTime.nanoseconds == 1_340_285_400_004_260_640)
    #expect(read.news[1].event.exchangeTime == read.news[2].event.exchangeTime)
    let hidden = read.news[5]
    // A hidden sell order traded, so the aggressor bought.
    #expect(hidden.event.side == .buy && hidden.event.flags == [.endOfEvent, .hidden])
    #expect(read.news[6].event.flags == [.endOfEvent, .auction] && read.news[6].event.identifier == 0)
    let statuses = read.news[7...].map { MarketStatus(rawValue: UInt8($0.quantity)) }
    #expect(statuses == [.halted, .preOpen, .open])
  }

  @Test func seedsTheBookFromItsFirstRow() throws {
    let text = """
      34200,1,50,18,5853300,1
      34200.1,4,7,60,5859400,-1
      34200.2,3,8,140,5859400,-1
      34200.3,2,9,1,5000000,1

      """
    let row = "5859400,200,5853300,118,9999999999,0,-9999999999,0"
    let read = try decode(LobsterDecoder.self, text, name: Self.name, options: ["book-row": row])
    #expect(
      read.news.map(\.event.kind) == [
        .snapshotBegin, .add, .add, .snapshotEnd, .add, .execute, .cancel, .reduce,
      ])
    #expect(read.news[1...2].map(\.quantity) == [200, 100])
    let seeded = LobsterBookSeed.firstIdentifier
    #expect(read.news[5...7].map(\.event.identifier) == [seeded, seeded, 9])
    #expect(read.news[6].event.origin == 8)
    #expect(read.news[3].event.flags == [.snapshot, .synthetic, .endOfEvent])
  }

  @Test(arguments: [
    "34200,1,1,1,1\n", "x,1,1,1,1,1\n", "34200,9,1,1,1,1\n", "34200,1,1,-1,1,1\n", "34200,1,1,1,1,2\n",
    "999999,1,1,1,1,1\n", "34200,7,0,0,5,1\n", "34200,1,1,99999999999999999999,1,1\n", "\n\n",
  ])
  func refuses(_ text: String) {
    #expect(throws: ImportError.self) { try decode(LobsterDecoder.self, text, name: Self.name) }
  }

  @Test func isTotal() throws {
    try checkTotality(LobsterDecoder.self, sample: Array(Self.sample.utf8), name: Self.name)
    try checkTotality(
      LobsterDecoder.self, sample: Array(Self.sample.utf8), name: Self.name,
      options: ["book-row": "5859400,200,5853300,18"], mutations: 50)
  }

  @Test(.enabled(if: RealData.isPresent)) func matchesTheKnownAnswer() throws {
    let bytes = try realFile("lobster/bigfatwhale/AAPL_2012-06-21_34200_37800_message_50.csv.gz")
    let read = try decode(LobsterDecoder.self, bytes, name: Self.name, chunk: 1 << 18)
    #expect(read.news.count == 91_997)
    #expect(read.count(.add) == 44_256)
    #expect(read.count(.reduce) == 469)
    #expect(read.count(.cancel) == 41_004)
    #expect(read.count(.execute) == 4_067)
    #expect(read.count(.trade) == 2_201)
    var twin = LevelTwin()
    for record in read.news { twin.apply(record) }
    #expect(twin.unknown == [.cancel: 72, .execute: 12])
    let times = read.news.map(\.event.exchangeTime.nanoseconds)
    #expect(zip(times, times.dropFirst()).count { $0 == $1 } == 5_898)
    #expect(times.first == 1_340_285_400_004_241_176 && times.last == 1_340_288_999_837_447_053)
  }

  @Test(.enabled(if: RealData.isPresent)) func seededBookMatchesTheBookFile() throws {
    let bytes = try realFile("lobster/bigfatwhale/AAPL_2012-06-21_34200_37800_message_50.csv.gz")
    let book = try realFile("lobster/bigfatwhale/AAPL_2012-06-21_orderbook_50.head672.csv")
    let row = String(decoding: book.prefix { $0 != 0x0A }, as: UTF8.self)
    let read = try decode(LobsterDecoder.self, bytes, name: Self.name, options: ["book-row": row])
    let levels = try realFile("lobster/bigfatwhale/AAPL_2012-06-21_34200_37800_orderbook_50_L1only.csv.gz")
    let rows = levels.split(separator: 0x0A)
    var twin = LevelTwin()
    var line = 0
    var firstMismatch: Int?
    var mismatches = 0
    for record in read.news {
      twin.apply(record)
      if record.event.flags.contains(.synthetic) { continue }
      let text = "\(twin.best(.sell)),\(twin.best(.buy))"
      if Array(text.utf8) != Array(rows[line]) {
        mismatches += 1
        if firstMismatch == nil { firstMismatch = line }
      }
      line += 1
    }
    #expect(line == rows.count)
    #expect(firstMismatch == 54_606)
    #expect(mismatches == 90)
    // Of the 84 messages on orders nobody announced, these rested deeper than the 50 seeded levels.
    #expect(twin.unknown == [.cancel: 46])
  }
}

/// Order-level events as level totals, the slow way.
struct LevelTwin {
  private var totals: [[Int64: Int64]] = [[:], [:]]
  private var bestPrices: [Int64?] = [nil, nil]
  private var orders: [UInt64: (side: Int, price: Int64, quantity: Int64)] = [:]
  private(set) var unknown: [EventKind: Int] = [:]

  var restingOrders: Int { orders.count }

  func bestPrice(_ side: Side) -> Int64? { bestPrices[Int(side.rawValue)] }

  func best(_ side: Side) -> String {
    let price = bestPrices[Int(side.rawValue)] ?? 0
    return "\(price),\(totals[Int(side.rawValue)][price] ?? 0)"
  }

  private mutating func change(side: Int, price: Int64, by quantity: Int64) {
    let total = (totals[side][price] ?? 0) + quantity
    totals[side][price] = total > 0 ? total : nil
    if total > 0 {
      if let best = bestPrices[side] { bestPrices[side] = side == 0 ? max(best, price) : min(best, price) }
      if bestPrices[side] == nil { bestPrices[side] = price }
    } else if bestPrices[side] == price {
      bestPrices[side] = side == 0 ? totals[side].keys.max() : totals[side].keys.min()
    }
  }

  mutating func apply(_ record: SourceRecord) {
    let identifier = record.event.identifier
    switch record.event.kind {
    case .add:
      let side = Int(record.event.side.rawValue)
      orders[identifier] = (side, record.price, record.quantity)
      change(side: side, price: record.price, by: record.quantity)
    case .cancel, .reduce, .execute, .modify:
      guard var order = orders[identifier] else {
        unknown[record.event.kind, default: 0] += 1
        return
      }
      let taken = record.event.kind == .cancel || record.event.kind == .modify ? order.quantity : record.quantity
      order.quantity -= taken
      change(side: order.side, price: order.price, by: -taken)
      if record.event.kind == .modify {
        order.price = record.price
        order.quantity = record.quantity
        change(side: order.side, price: order.price, by: order.quantity)
      }
      orders[identifier] = order.quantity > 0 ? order : nil
    default: break
    }
  }
}
