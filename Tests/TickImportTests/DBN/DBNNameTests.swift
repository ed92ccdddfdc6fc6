import MarketTypes
import Testing

@testable import TickImport

/// Numbers that pass from one instrument to another, and names that pass from one number to another.
struct DBNNameTests {
  /// 15:00 on 2024-01-02, and so on.
  private static func time(_ day: Int) -> UInt64 { UInt64(1_704_207_600 + (day - 2) * 86_400) * 1_000_000_000 }

  private static let swapped: [(symbol: String, number: UInt32, from: UInt32, to: UInt32)] = [
    ("AAPL", 10, 20_240_102, 20_240_103), ("MSFT", 11, 20_240_102, 20_240_103),
    ("AAPL", 11, 20_240_103, 20_240_104), ("MSFT", 10, 20_240_103, 20_240_104),
  ]

  private func trade(_ sample: inout DBNSample, _ number: UInt32, day: Int, price: Int64) {
    // Entered late on the day before: the name is that of the time of receipt.
    sample.order(
      "T", id: 0, price: price * 1_000_000_000, event: Self.time(day) - 86_400_000_000_000, received: Self.time(day),
      instrument: number)
  }

  private func pricesBySymbol(_ paths: [String], options: ImportOptions = ImportOptions()) throws -> [String: [Double]]
  {
    let output = try importToArray(paths, options: options).output
    var prices: [String: [Double]] = [:]
    #expect(Set(output.instruments.map(\.symbol)).count == output.instruments.count)
    for event in output.events where event.kind == .trade {
      let instrument = output.instruments[Int(event.instrument)]
      prices[instrument.symbol, default: []].append(Double(event.price.ticks) * instrument.tick.doubleValue)
    }
    return prices
  }

  @Test func `a number means what the day of receipt says, in one file and over daily files`() throws {
    let folder = try TemporaryFolder()
    var whole = DBNSample(names: Self.swapped)
    var first = DBNSample(names: Array(Self.swapped[..<2]))
    var second = DBNSample(names: Array(Self.swapped[2...]))
    for (number, day, price) in [(10, 2, 185), (11, 2, 370), (10, 3, 371), (11, 3, 184)] as [(UInt32, Int, Int64)] {
      trade(&whole, number, day: day, price: price)
      if day == 2 {
        trade(&first, number, day: day, price: price)
      } else {
        trade(&second, number, day: day, price: price)
      }
    }
    let expected = ["AAPL": [185.0, 184], "MSFT": [370.0, 371]]
    #expect(try pricesBySymbol([try folder.write(whole.bytes, "whole.dbn")]) == expected)
    let days = [try folder.write(first.bytes, "1.dbn"), try folder.write(second.bytes, "2.dbn")]
    #expect(try pricesBySymbol(days) == expected)
    #expect(try pricesBySymbol(days, options: ImportOptions(order: .asNamed)) == expected)
  }

  @Test func `a continuous future is one instrument, whose book begins anew with the next contract`() throws {
    let folder = try TemporaryFolder()
    var sample = DBNSample(
      names: [("ES.c.0", 10, 20_240_102, 20_240_103), ("ES.c.0", 11, 20_240_103, 20_240_104)], symbologyIn: 5)
    sample.order("A", id: 1, event: Self.time(2), instrument: 10)
    sample.order("A", id: 2, event: Self.time(3), instrument: 11)
    let output = try importToArray([try folder.write(sample.bytes, "es.dbn")]).output
    #expect(output.instruments.map(\.symbol) == ["ES.c.0"])
    #expect(output.events.map(\.kind) == [.add, .clear, .add])
    #expect(output.events[1].flags.contains(.synthetic) && output.events[1].exchangeTime == output.events[2].localTime)
  }

  @Test func `trades beside orders of the same days end no book`() throws {
    let folder = try TemporaryFolder()
    let names: [(symbol: String, number: UInt32, from: UInt32, to: UInt32)] = [
      ("A", 10, 20_240_102, 20_240_103), ("A", 11, 20_240_103, 20_240_104),
    ]
    var orders = DBNSample(names: names)
    orders.order("A", id: 1, event: Self.time(2), instrument: 10)
    orders.order("A", id: 2, event: Self.time(3), instrument: 11)
    var trades = DBNSample(schema: .trades, names: names)
    for (number, day) in [(10, 2), (11, 3)] as [(UInt32, Int)] {
      trades.trade(event: Self.time(day) + 1000, instrument: number)
    }
    let sources = [try folder.write(orders.bytes, "orders.dbn"), try folder.write(trades.bytes, "trades.dbn")]
    let output = try importToArray(sources).output
    #expect(output.instruments.count == 1)
    #expect(output.events.map(\.kind) == [.add, .trade, .clear, .add, .trade])
  }

  @Test func `a root that names several contracts at once keeps them apart`() throws {
    let folder = try TemporaryFolder()
    var sample = DBNSample(
      names: [("ES.FUT", 10, 20_240_102, 20_240_104), ("ES.FUT", 11, 20_240_102, 20_240_104)], symbologyIn: 4)
    trade(&sample, 10, day: 2, price: 1)
    trade(&sample, 11, day: 2, price: 2)
    #expect(
      try pricesBySymbol([try folder.write(sample.bytes, "es.dbn")]) == ["ES.FUT#10": [1], "ES.FUT#11": [2]])
  }

  @Test func `days between known ones have no name, and a number of one name has it always`() {
    var metadata = DBNMetadata(version: 3, dataset: "X.Y", schema: .mbo, start: 1)
    metadata.mappings = [
      .init(symbol: "A", intervals: [.init(startDate: 20_240_102, endDate: 20_240_103, symbol: "1")]),
      .init(symbol: "B", intervals: [.init(startDate: 20_240_105, endDate: 20_240_106, symbol: "1")]),
      .init(symbol: "C", intervals: [.init(startDate: 20_240_102, endDate: 20_240_103, symbol: "2")]),
    ]
    let names = DBNNames(metadata)
    #expect((1...6).map { names.span(of: 1, at: Self.time($0)).symbol } == [nil, "A", nil, nil, "B", nil])
    let gap = names.span(of: 1, at: Self.time(4))
    #expect(gap.holds(Self.time(3)) && !gap.holds(Self.time(2)) && !gap.holds(Self.time(5)))
    #expect(names.span(of: 2, at: 0).symbol == "C" && names.span(of: 3, at: 0).symbol == nil)
  }

  @Test func `selected symbols alone are read, and a selection that fits nothing is refused`() throws {
    let folder = try TemporaryFolder()
    var sample = DBNSample(names: Self.swapped)
    for number in [10, 11] as [UInt32] { trade(&sample, number, day: 2, price: Int64(number)) }
    let path = try folder.write(sample.bytes, "both.dbn")
    let microsoft = ImportOptions(decoderOptions: ["instrument": "msft"])
    #expect(try pricesBySymbol([path], options: microsoft) == ["MSFT": [11]])
    let error = #expect(throws: ImportError.self) {
      try importToArray([path], options: ImportOptions(decoderOptions: ["instrument": "GOOG,IBM"]))
    }
    #expect(error?.cause == .badInput && error?.reason == "no instrument is called GOOG,IBM")
    #expect(error?.advice == "There are AAPL, MSFT.")
    let partly = ImportOptions(decoderOptions: ["instrument": "MSFT,IBM"])
    #expect(try importToArray([path], options: partly).summary.remarks == ["no instrument is called IBM"])
    let kraken = try folder.write(
      Array(#"{"error":[],"result":{"XXBTZUSD":[["5","1","1616663618.1","b","m","",1]],"last":"1"}}"#.utf8), "k.json")
    let table = try folder.write(
      Array("exchange_time,symbol,kind,price,quantity,flags,origin\n1,A,trade,1,1,,\n".utf8), "table.csv")
    for path in [kraken, table] {
      #expect(throws: ImportError.self) {
        try importToArray([path], options: ImportOptions(decoderOptions: ["instrument": "GOOG"]))
      }
    }
  }
}

/// What the export may take from an event's own fields.
struct DBNForeignExportTests {
  private func records(_ events: [MarketEvent], _ instruments: [Instrument]) throws -> [DBNRecord] {
    var exporter = try DBNExporter(
      instruments: instruments, options: .init(start: .unknown, end: .unknown), name: "out")
    var bytes: [UInt8] = []
    for event in events { try exporter.append(event, to: &bytes) }
    return try stride(from: 0, to: bytes.count, by: 56).map {
      try #require(DBNRecord(kind: .mbo, version: 3, bytes: Array(bytes[$0..<$0 + 56])))
    }
  }

  @Test func `marks of other formats are no fields of DBN`() throws {
    // BARD, GSCO: four letters whose first and last are an action and a side.
    let sell = MarketEvent(
      kind: .add, exchangeTime: Timestamp(nanoseconds: 1), side: .sell, price: Price(ticks: 1),
      quantity: Quantity(lots: 1), identifier: 1, sequence: 1 << 33, channel: 7, origin: 0x4241_5244)
    let foreign = try records([sell], [Instrument(symbol: "A", venue: "XNAS", tick: .one)])[0]
    #expect(foreign.text("side") == "A" && foreign.text("action") == "A")
    #expect(foreign["publisher_id"] == .unsigned(0) && foreign["sequence"] == .unsigned(0))
    #expect(foreign["flags"] == .unsigned(128) && foreign["channel_id"] == .unsigned(0))
    let own = try records([sell], [Instrument(symbol: "A", venue: "XNAS.ITCH#7", tick: .one)])[0]
    #expect(own["publisher_id"] == .unsigned(7) && own.text("side") == "B")
    let venues = ["XNAS.ITCH", "EQUS.PLUS#40", "#2", "", "XNAS", "USA", "XNAS.ITCH#x", "coin.base", "BINANCE-FUTURES"]
    #expect(
      venues.map { DBNExporter.isFromDBN(Instrument(symbol: "A", venue: $0, tick: .one)) }
        == [true, true, true, false, false, false, false, false, false])
  }

  @Test func `every instrument has a number of its own`() throws {
    let instruments = [
      Instrument(symbol: "A", tick: .one), Instrument(symbol: "B", tick: .one, sourceIdentifier: 1),
      Instrument(symbol: "C", tick: .one, sourceIdentifier: 1), Instrument(symbol: "D", tick: .one),
      Instrument(symbol: "B", venue: "#2", tick: .one, sourceIdentifier: 1),
    ]
    let exporter = try DBNExporter(
      instruments: instruments, options: .init(start: .unknown, end: .unknown), name: "out")
    #expect(instruments.indices.map { exporter.identifier($0) } == [2, 1, 3, 4, 1])
  }
}
