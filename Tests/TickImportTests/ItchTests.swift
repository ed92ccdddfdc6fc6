import MarketTypes
import TestSupport
import Testing

@testable import TickImport

@Suite struct ItchTests {
  /// Writes messages as the files have them.
  struct Writer {
    var bytes: [UInt8] = []
    var statesLength = true

    mutating func message(_ type: Character, locate: Int, nanoseconds: UInt64, _ body: [UInt8]) {
      let message =
        [type.asciiValue ?? 0] + Self.number(locate, 2) + Self.number(9, 2) + Self.number(nanoseconds, 6) + body
      bytes += Self.number(statesLength ? message.count : 0, 2) + message
    }

    static func number(_ value: some BinaryInteger, _ width: Int) -> [UInt8] {
      (0..<width).map { UInt8(truncatingIfNeeded: UInt64(value) >> UInt64((width - 1 - $0) * 8)) }
    }

    static func symbol(_ text: String) -> [UInt8] {
      Array(text.utf8) + Array(repeating: 0x20, count: 8 - text.utf8.count)
    }

    mutating func directory(_ symbol: String, locate: Int) {
      message(
        "R", locate: locate, nanoseconds: 1,
        Self.symbol(symbol) + Array("QN".utf8) + Self.number(100, 4)
          + Array("NCZ PNN1N".utf8) + Self.number(0, 4) + Array("N".utf8))
    }

    mutating func add(_ reference: Int, locate: Int, side: Character, shares: Int, price: Int, mpid: String? = nil) {
      message(
        mpid == nil ? "A" : "F", locate: locate, nanoseconds: 34_200_000_000_000 + UInt64(reference),
        Self.number(reference, 8) + [side.asciiValue ?? 0] + Self.number(shares, 4) + Self.symbol("TEST")
          + Self.number(price, 4) + Array((mpid ?? "").utf8))
    }
  }

  static let name = "07302019.NASDAQ_ITCH50"

  static var sample: Writer {
    var writer = Writer()
    let number = { (value: Int, width: Int) in Writer.number(value, width) }
    writer.message("S", locate: 0, nanoseconds: 1, Array("O".utf8))
    writer.directory("TEST", locate: 7)
    writer.directory("OTHER", locate: 8)
    writer.message("H", locate: 7, nanoseconds: 2, Writer.symbol("TEST") + Array("T ".utf8) + Array("    ".utf8))
    writer.message("H", locate: 8, nanoseconds: 2, Writer.symbol("OTHER") + Array("H ".utf8) + Array("T1  ".utf8))
    writer.message("Y", locate: 7, nanoseconds: 2, Writer.symbol("TEST") + Array("0".utf8))
    writer.message("S", locate: 0, nanoseconds: 3, Array("Q".utf8))
    writer.add(1, locate: 7, side: "B", shares: 100, price: 1_000_000)
    writer.add(2, locate: 7, side: "S", shares: 200, price: 1_000_100, mpid: "GSCO")
    writer.message("E", locate: 7, nanoseconds: 5, number(1, 8) + number(30, 4) + number(900, 8))
    writer.message(
      "C", locate: 7, nanoseconds: 6,
      number(2, 8) + number(50, 4) + number(901, 8) + Array("N".utf8)
        + number(1_000_050, 4))
    writer.message("X", locate: 7, nanoseconds: 7, number(1, 8) + number(20, 4))
    writer.message("U", locate: 7, nanoseconds: 8, number(1, 8) + number(3, 8) + number(70, 4) + number(999_900, 4))
    writer.message("D", locate: 7, nanoseconds: 9, number(3, 8))
    writer.message(
      "P", locate: 7, nanoseconds: 10,
      number(0, 8) + Array("B".utf8) + number(10, 4) + Writer.symbol("TEST")
        + number(1_000_025, 4) + number(902, 8))
    writer.message(
      "Q", locate: 7, nanoseconds: 11,
      number(5_000, 8) + Writer.symbol("TEST") + number(1_000_000, 4) + number(903, 8)
        + Array("O".utf8))
    writer.message(
      "Q", locate: 7, nanoseconds: 11,
      number(0, 8) + Writer.symbol("TEST") + number(0, 4) + number(904, 8)
        + Array("C".utf8))
    writer.message("B", locate: 7, nanoseconds: 12, number(902, 8))
    writer.message("I", locate: 7, nanoseconds: 12, Array(repeating: 0x20, count: 39))
    writer.message("h", locate: 7, nanoseconds: 13, Writer.symbol("TEST") + Array("QH".utf8))
    writer.message("S", locate: 0, nanoseconds: 14, Array("M".utf8))
    return writer
  }

  @Test func `two days with other locates are of the same instruments`() throws {
    let folder = try TemporaryFolder()
    func day(_ name: String, _ locates: [(String, Int)]) throws -> String {
      var writer = Writer()
      for (symbol, locate) in locates { writer.directory(symbol, locate: locate) }
      writer.add(1, locate: locates[0].1, side: "B", shares: 100, price: 1_000_000)
      return try folder.write(writer.bytes, name)
    }
    let sources = [
      try day("07302019.NASDAQ_ITCH50", [("AAPL", 1), ("MSFT", 2)]),
      try day("07312019.NASDAQ_ITCH50", [("AAPL", 2), ("MSFT", 1)]),
    ]
    let output = try importToArray(sources).output
    #expect(output.instruments.map(\.symbol).sorted() == ["AAPL", "MSFT"])
    let apple = UInt16(try #require(output.instruments.firstIndex { $0.symbol == "AAPL" }))
    var book = NaiveOrderBook()
    let events = output.events.filter { $0.instrument == apple }
    for event in events { book.apply(event) }
    #expect(events.map(\.kind) == [.clear, .add, .clear, .add] && book.orders.count == 1)
  }

  @Test func decodesEveryMessage() throws {
    let read = try decode(ItchDecoder.self, Self.sample.bytes, name: Self.name)
    #expect(read.instruments.map(\.symbol) == ["TEST", "OTHER"])
    #expect(read.instruments.map(\.sourceIdentifier) == [7, 8])
    #expect(read.instruments[0].priceExponent == 4)
    // Each day begins with empty books.
    #expect(read.count(.clear) == 2 && read.records[0].event.flags.contains(.synthetic))
    let kinds = read.news.map(\.event.kind)
    #expect(
      kinds == [
        .status, .status, .status, .add, .add, .execute, .execute, .reduce, .modify, .cancel, .trade, .trade, .orphan,
        .status, .status, .status,
      ])
    let statuses = read.news.filter { $0.event.kind == .status }.map { MarketStatus(rawValue: UInt8($0.quantity)) }
    // OTHER is halted and does not open with the market.
    #expect(statuses == [.open, .halted, .open, .halted, .postClose, .postClose])
    let add = read.news[3]
    // 2019-07-30 09:30 in New York is 13:30 UTC.
    #expect(add.event.exchangeTime.nanoseconds == 1_564_493_400_000_000_001)
    #expect(add.event.side == .buy && add.event.identifier == 1 && add.quantity == 100 && add.price == 1_000_000)
    #expect(add.event.channel == 9)
    #expect(read.news[4].event.origin == 0x4753_434F)
    #expect(read.news[5].event.sequence == 900 && read.news[5].quantity == 30)
    #expect(read.news[6].event.flags == [.endOfEvent, .pricedExecution, .nonPrintable])
    #expect(read.news[6].price == 1_000_050)
    let replace = read.news[8]
    #expect(replace.event.identifier == 1 && replace.replacingIdentifier == 3)
    #expect(replace.quantity == 70 && replace.price == 999_900)
    #expect(read.news[10].event.flags == [.endOfEvent, .hidden] && read.news[10].event.side == .none)
    #expect(read.news[11].event.flags == [.endOfEvent, .auction] && read.news[11].quantity == 5_000)
    #expect(read.news[12].event.sequence == 902)
  }

  @Test func lengthsOfZeroMeanTheTypesSize() throws {
    var writer = Writer(statesLength: false)
    writer.add(1, locate: 1, side: "B", shares: 1, price: 1)
    writer.message("D", locate: 1, nanoseconds: 1, Writer.number(1, 8))
    let read = try decode(ItchDecoder.self, writer.bytes + [0, 0], name: "day")
    #expect(read.news.count == 2)
    #expect(read.news[1].event.exchangeTime.nanoseconds == 1)
  }

  @Test func selectsInstruments() throws {
    let read = try decode(ItchDecoder.self, Self.sample.bytes, name: Self.name, options: ["instrument": "other"])
    #expect(read.instruments.map(\.symbol) == ["OTHER"])
    #expect(read.news.count == 2)
  }

  @Test func namesAnUnknownLocateByItsNumber() throws {
    var writer = Writer()
    writer.message("D", locate: 513, nanoseconds: 1, Writer.number(1, 8))
    let read = try decode(ItchDecoder.self, writer.bytes, name: "day")
    #expect(read.instruments.map(\.symbol) == ["#513"])
  }

  @Test func refusesWhatIsNotITCH() {
    #expect(throws: ImportError.self) { try decode(ItchDecoder.self, "time,price\n1,2\n", name: "a") }
    var writer = Writer()
    writer.add(1, locate: 1, side: "X", shares: 1, price: 1)
    #expect(throws: ImportError.self) { try decode(ItchDecoder.self, writer.bytes, name: "a") }
    #expect(throws: ImportError.self) { try decode(ItchDecoder.self, [0, 35, 0x41], name: "a") }
    #expect(throws: ImportError.self) {
      try decode(ItchDecoder.self, [0, 12] + Array(repeating: 0x41, count: 12), name: "a")
    }
  }

  @Test func isTotal() throws {
    try checkTotality(ItchDecoder.self, sample: Self.sample.bytes, name: Self.name)
  }

  @Test(.enabled(if: RealData.isPresent)) func readsTheSimulatedDay() throws {
    let bytes = try realFile("itch/RITCH/ex20101224.TEST_ITCH_50")
    let read = try decode(ItchDecoder.self, bytes, name: "ex20101224.TEST_ITCH_50", chunk: 100_000)
    #expect(read.instruments.map(\.symbol) == ["ALC", "BOB", "CHAR"])
    #expect(read.count(.add) == 4_997 + 3)
    #expect(read.count(.execute) == 198)
    #expect(read.count(.cancel) == 1_745)
    #expect(read.count(.reduce) == 45)
    #expect(read.count(.modify) == 12)
    #expect(read.count(.trade) == 5_000)
    // 2010-12-24 is in Eastern standard time.
    let midnight: Int64 = 1_293_166_800_000_000_000
    let times = read.news.map { $0.event.exchangeTime.nanoseconds - midnight }
    #expect(times.allSatisfy { $0 >= 11_202_475_298_710 && $0 <= 68_698_845_099_321 })
    // References to orders that were never added, and the orders that rest at the end.
    var live: Set<UInt64> = []
    var unknown: [EventKind: Int] = [:]
    var left: [UInt64: Int64] = [:]
    for record in read.news {
      let identifier = record.event.identifier
      switch record.event.kind {
      case .add:
        live.insert(identifier)
        left[identifier] = record.quantity
      case .cancel, .execute, .reduce, .modify:
        guard live.contains(identifier) else {
          unknown[record.event.kind, default: 0] += 1
          continue
        }
        if record.event.kind == .cancel { live.remove(identifier) }
        if record.event.kind == .execute || record.event.kind == .reduce {
          left[identifier, default: 0] -= record.quantity
          if left[identifier] == 0 { live.remove(identifier) }
        }
        if let replacing = record.replacingIdentifier {
          live.remove(identifier)
          live.insert(replacing)
          left[replacing] = record.quantity
        }
      default: break
      }
    }
    #expect(unknown == [.cancel: 94, .execute: 18, .modify: 2, .reduce: 3])
    // The known answer also lets the two replacements of unknown orders rest, whose side the file never states.
    #expect(live.count + 2 == 3_206)
  }
}
