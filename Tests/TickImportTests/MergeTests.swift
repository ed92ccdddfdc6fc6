import Foundation
import MarketTypes
import TestSupport
import Testing
import TickStore

@testable import TickImport

/// Several sources as one stream in the order of time.
struct MergeTests {
  private typealias Entry = (record: SourceRecord, source: Int)

  private func randomRecord(_ generator: inout SeededGenerator, _ time: inout Int64) -> SourceRecord {
    func value() -> Int64 {
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: Int64.random(in: .min ... .max, using: &generator)
      case 1: .max
      case 2: .min
      default: Int64.random(in: -300...300, using: &generator)
      }
    }
    time += Int64.random(in: -20...40, using: &generator)
    var event = MarketEvent(
      kind: EventKind.allCases.randomElement(using: &generator) ?? .add, exchangeTime: Timestamp(nanoseconds: time))
    if Int.random(in: 0..<8, using: &generator) == 0 { event.exchangeTime = .unknown }
    if Int.random(in: 0..<30, using: &generator) == 0 { event.exchangeTime = Timestamp(nanoseconds: value()) }
    event.localTime = Bool.random(using: &generator) ? .unknown : Timestamp(nanoseconds: value())
    event.identifier = UInt64(bitPattern: value())
    event.sequence = UInt64(bitPattern: value())
    event.side = Side(rawValue: UInt8.random(in: 0...2, using: &generator)) ?? .none
    event.flags = EventFlags(rawValue: UInt16.random(in: 0...511, using: &generator))
    event.channel = .random(in: 0 ... .max, using: &generator)
    event.instrument = .random(in: 0...3, using: &generator)
    event.sendDelta = Int32(truncatingIfNeeded: value())
    event.origin = UInt32(truncatingIfNeeded: value())
    if Int.random(in: 0..<9, using: &generator) == 0 {
      event.slot = UInt32(truncatingIfNeeded: value())
      event.price = Price(ticks: Int32(truncatingIfNeeded: value()))
      event.quantity = Quantity(lots: value())
    }
    var record = SourceRecord(event: event)
    (record.price, record.quantity) = (value(), value())
    if Bool.random(using: &generator) { (record.price2, record.quantity2) = (value(), value()) }
    if Bool.random(using: &generator) { (record.price3, record.price4) = (value(), value()) }
    if Int.random(in: 0..<5, using: &generator) == 0 { record.replacingIdentifier = UInt64(bitPattern: value()) }
    return record
  }

  @Test(arguments: 0..<40 as Range<UInt64>) func `spooled records come back in the naive twin's order`(seed: UInt64)
    throws
  {
    var generator = SeededGenerator(seed: seed)
    let counts = (0..<Int.random(in: 1...7, using: &generator)).map { _ in
      [0, 1, 2, 50, 400].randomElement(using: &generator) ?? 0
    }
    var sources: [[Entry]] = []
    let spool = try RecordSpool(folder: temporaryFolder())
    for (source, count) in counts.enumerated() {
      spool.begin("\(source)")
      var time = Int64.random(in: 0...2_000, using: &generator)
      let entries: [Entry] = (0..<count).map { _ in (randomRecord(&generator, &time), source) }
      for entry in entries { try spool.append(entry.record) }
      sources.append(entries)
    }
    try spool.finish()
    #expect(spool.count == counts.reduce(0, +))
    let expected = NaiveMerge.merge(sources) { $0.record.event }
    var merge = RecordMerge(spool, bufferSize: [192, 200, 4_096, 1 << 20][Int(seed % 4)])
    var read: [SourceRecord] = []
    var names: [String] = []
    try merge.run { (record, run) throws(ImportError) in
      read.append(record)
      names.append(spool.runs[run].name)
    }
    // Not the arrays themselves: a failure would print them.
    let isEqual = read == expected.map(\.record)
    #expect(isEqual)
    let isInOrder = names == expected.map { String($0.source) }
    #expect(isInOrder)
  }

  /// A random table of trades: coarse times with many ties, steps back, and an instrument of its own or a shared one.
  private func randomTable(_ number: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    var time = 1_700_000_000_000 + Int.random(in: 0...400, using: &generator)
    var text = "time,symbol,price,quantity,id\n"
    let symbols = ["S\(number)", "SHARED"]
    let decimals = Int.random(in: 0...2, using: &generator)
    for row in 0..<Int.random(in: 1...120, using: &generator) {
      time += [-3, 0, 0, 1, 2, 7].randomElement(using: &generator) ?? 0
      let symbol = symbols.randomElement(using: &generator) ?? ""
      let cents = Int.random(in: 100...10_000, using: &generator) * [1, 10, 100][decimals]
      let price = "\(cents / 100).\(String(cents % 100 + 100).dropFirst())"
      text += "\(time),\(symbol),\(price),\(Int.random(in: 1...9, using: &generator)).5,\(number * 1_000 + row)\n"
    }
    return Array(text.utf8)
  }

  /// An event with its instrument by name and its values in decimals, the same whatever else an import holds.
  private struct Plain: Hashable {
    var symbol: String
    var price: Int64
    var quantity: Int64
    var event: MarketEvent

    init(_ event: MarketEvent, _ instruments: [Instrument]) {
      let instrument = instruments[Int(event.instrument)]
      func scaled(_ count: Int64, _ unit: DecimalUnit) -> Int64 {
        (unit.exponent..<8).reduce(count * unit.mantissa) { value, _ in value * 10 }
      }
      symbol = instrument.symbol
      price = scaled(Int64(event.price.ticks), instrument.tick)
      quantity = scaled(event.quantity.lots, instrument.lot)
      self.event = event
      (self.event.instrument, self.event.price, self.event.quantity, self.event.slot) = (0, .none, .zero, 0)
    }
  }

  private func plain(_ sources: [String], _ options: ImportOptions = ImportOptions()) throws -> [Plain] {
    let output = try importToArray(sources, options: options).output
    return output.events.map { Plain($0, output.instruments) }
  }

  @Test(arguments: 0..<8 as Range<UInt64>) func `random tables merge as the naive twin does`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let paths = try (0..<Int.random(in: 2...6, using: &generator)).map {
      try folder.write(randomTable($0, &generator), "\($0).csv")
    }
    let parts = try paths.map { try plain([$0]) }
    let isMerged = try plain(paths) == NaiveMerge.merge(parts, \.event)
    #expect(isMerged)
    let isInOrder = try plain(paths, ImportOptions(order: .asNamed)) == parts.flatMap { $0 }
    #expect(isInOrder)
    let summary = try importToArray(paths).summary
    #expect(summary.passes == 1)
    let shared = try #require(summary.instruments.first { $0.symbol == "SHARED" })
    let alone = try paths.flatMap { try importToArray([$0]).summary.instruments }.filter { $0.symbol == "SHARED" }
    // The unit of all is no larger than that of any.
    #expect(alone.allSatisfy { $0.tick.doubleValue >= shared.tick.doubleValue } && summary.instruments.count <= 7)
  }

  @Test func `ties go to the source named first, and equal times stay together`() throws {
    let folder = try TemporaryFolder()
    let head = "time,symbol,price,quantity\n"
    let first = try folder.write(Array("\(head)1700000000001,A,1,1\n1700000000003,A,2,1\n".utf8), "a.csv")
    let second = try folder.write(
      Array("\(head)1700000000001,B,1,1\n1700000000001,B,2,1\n1700000000002,B,3,1\n".utf8), "b.csv")
    #expect(try plain([first, second]).map(\.symbol) == ["A", "B", "B", "B", "A"])
    #expect(try plain([second, first]).map(\.symbol) == ["B", "B", "A", "B", "A"])
  }

  @Test func `sources of one instrument with other decimals share one unit`() throws {
    let folder = try TemporaryFolder()
    let tardis = "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
    let first = try folder.write(
      Array("\(tardis)binance,BTCUSDT,1723161250340000,1723161250350000,1,buy,61837.5,0.25\n".utf8), "trades.csv")
    let second = try folder.write(Array(BinanceTests.spot.utf8), "spot.log")
    let (output, summary) = try importToArray([first, second])
    #expect(summary.format == "tardis and binance")
    #expect(output.instruments.map(\.symbol) == ["BTCUSDT"] && summary.instruments == output.instruments)
    #expect(output.instruments.first?.tick.description == "0.01")
    #expect(output.events.first?.price.ticks == 6_183_750)
    let alone = try plain([second])
    #expect(try plain([first, second]).dropFirst() == alone[...])
  }

  @Test func `sources that repeat each other are refused unless both are wanted`() throws {
    let folder = try TemporaryFolder()
    /// Trades of a symbol at some seconds.
    func source(_ name: String, _ symbol: String, _ seconds: ClosedRange<Int>, _ head: String = "price,quantity") throws
      -> String
    {
      let rows = seconds.map { "\(1_700_000_000_000 + $0 * 1_000),\(symbol),1,1" }
      return try folder.write(Array((["time,symbol,\(head)"] + rows).joined(separator: "\n").utf8), name)
    }
    let whole = try source("whole.csv", "A", 0...100)
    let part = try source("part.csv", "A", 60...140)
    let next = try source("next.csv", "A", 100...140)
    let other = try source("other.csv", "B", 0...100)
    for pair in [[whole, part], [part, whole], [whole, whole], [next, other, part]] {
      let error = #expect(throws: ImportError.self) { try importToArray(pair) }
      #expect(error?.reason.contains("overlaps with") == true && error?.advice.contains("--overlaps keep") == true)
    }
    let error = #expect(throws: ImportError.self) { try importToArray([whole, part]) }
    #expect(
      error?.file == part
        && error?.reason.contains("whole.csv: both hold trades of A from 2023-11-14T22:14:20Z to") == true)
    #expect(try importToArray([whole, part], options: ImportOptions(overlaps: .keep)).summary.events == 182)
    #expect(try importToArray([whole, part], options: ImportOptions(order: .asNamed)).summary.events == 182)
    // The next file, another instrument and another kind of events are no overlap.
    let quotes = try folder.write(
      Array("time,symbol,bid,bid_quantity,ask,ask_quantity\n1700000000000,A,1,1,2,1\n1700000090000,A,1,1,2,1\n".utf8),
      "quotes.csv")
    #expect(try importToArray([whole, next, other, quotes]).summary.events == 101 + 41 + 101 + 2)
  }

  @Test func `a symbol of two markets makes two instruments`() throws {
    let folder = try TemporaryFolder()
    let spot = try folder.write(Array(BinanceTests.spot.utf8), "spot.log")
    let lines = BinanceTests.spot.split(separator: "\n")
    // The futures' updates name the one before them, and their trades lack spot's mark.
    let futures = [
      lines[0].replacingOccurrences(of: "\"u\":102", with: "\"u\":102,\"pu\":88"),
      lines[2].replacingOccurrences(of: ",\"M\":true", with: ""),
    ].joined(separator: "\n")
    let other = try folder.write(Array((futures + "\n").utf8), "futures.log")
    let (output, _) = try importToArray([spot, other])
    #expect(output.instruments.map(\.venue) == ["BINANCE", "BINANCE-USDM"])
    #expect(try plain([spot, other]) == NaiveMerge.merge([plain([spot]), plain([other])], \.event))
    #expect(output.events.count(where: { $0.instrument == 1 }) == 2)
  }

  @Test func `the entries of a zip are sources`() throws {
    let folder = try TemporaryFolder()
    let head = "time,symbol,price,quantity\n"
    _ = try folder.write(Array("\(head)1700000000001,A,1,1\n1700000000003,A,2,1\n".utf8), "a.csv")
    _ = try folder.write(Array("\(head)1700000000002,B,1,1\n1700000000004,B,2,1\n".utf8), "b.csv")
    try #require(try folder.run("python3", ["-m", "zipfile", "-c", "both.zip", "a.csv", "b.csv"]))
    let archive = folder.url.appendingPathComponent("both.zip").path
    #expect(try plain([archive]).map(\.symbol) == ["A", "B", "A", "B"])
    #expect(try plain([archive], ImportOptions(order: .asNamed)).map(\.symbol) == ["A", "A", "B", "B"])
  }

  @Test func `a bad second source names itself and leaves nothing behind`() throws {
    let folder = try TemporaryFolder()
    var sample = DBNSample()
    for number in 1...2_000 as ClosedRange<UInt64> { sample.order("A", id: number, event: number) }
    let good = try folder.write(sample.bytes, "good.dbn")
    let cut = try folder.write(Array(sample.bytes.dropLast(3)), "cut.dbn")
    let ticks = folder.url.appendingPathComponent("out.ticks").path
    for options in [ImportOptions(), ImportOptions(order: .asNamed)] {
      let error = #expect(throws: ImportError.self) { try importTicks(from: [good, cut], to: ticks, options: options) }
      #expect(error?.file.hasSuffix("cut.dbn") == true && error?.cause == .badInput)
    }
    // A unit the user stated wrongly shows while merging.
    let unit = #expect(throws: ImportError.self) {
      try importTicks(from: [good, good], to: ticks, options: ImportOptions(tick: DecimalUnit("7")))
    }
    #expect(unit?.advice.contains("--tick") == true && unit?.file.hasSuffix("good.dbn") == true)
    // Stopped at every place where it may be.
    var steps = 0
    _ = try importEvents(
      from: [good, good], to: { ArrayOutput() },
      progress: { _ in
        steps += 1; return true
      })
    for stop in 0..<steps {
      var left = stop
      let error = #expect(throws: ImportError.self) {
        try importTicks(from: [good, good], to: ticks) { _ in
          left -= 1; return left >= 0
        }
      }
      #expect(error?.cause == .cancelled)
    }
    #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder.url.path)) == ["good.dbn", "cut.dbn"])
    let missing = #expect(throws: ImportError.self) {
      try importEvents(from: [good, good], scratchFolder: folder.url.path + "/none", to: { ArrayOutput() })
    }
    #expect(missing?.cause == .badOutput)
  }

  @Test func `progress goes over reading and merging`() throws {
    let folder = try TemporaryFolder()
    var sample = DBNSample()
    for number in 1...40_000 as ClosedRange<UInt64> { sample.order("A", id: number, event: number) }
    let path = try folder.write(sample.bytes, "many.dbn")
    var steps: [ImportProgress] = []
    _ = try importEvents(
      from: [path, path], to: { ArrayOutput() },
      progress: {
        steps.append($0); return true
      })
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.bytesRead <= $1.bytesRead })
    #expect(steps.allSatisfy { $0.totalBytes == 4 * sample.bytes.count })
    #expect(steps.last.map { $0.bytesRead > 3 * sample.bytes.count } == true)
  }

  @Test func `a snapshot with the times of its orders stays with its day`() throws {
    let folder = try TemporaryFolder()
    var first = DBNSample()
    for number in 1...9 as ClosedRange<UInt64> { first.order("A", id: number, event: 1_000 * number) }
    var second = DBNSample()
    // Order 1 has rested since before the first day.
    second.order("R", "N", id: 0, size: 0, flags: 40, event: 10_000)
    second.order("A", id: 1, flags: 168, event: 500)
    second.order("A", id: 20, event: 20_000)
    let paths = [try folder.write(first.bytes, "1.dbn"), try folder.write(second.bytes, "2.dbn")]
    let merged = try importToArray(paths).output.events
    #expect(merged == (try importToArray(paths, options: ImportOptions(order: .asNamed)).output.events))
    #expect(merged.count > 11)
  }
}

/// Real files.
extension MergeTests {
  /// Merges files through a tick file and compares with each alone, cold columns included.
  private func checkMerge(_ files: [String]) throws {
    let folder = try TemporaryFolder()
    func stored(_ sources: [String], _ name: String) throws -> (plain: [Plain], file: TickFile) {
      let ticks = folder.url.appendingPathComponent(name).path
      _ = try importTicks(from: sources, to: ticks)
      let file = try TickFile(path: ticks)
      let reader = try TickEventReader(file)
      var events: [Plain] = []
      while let event = try reader.next() { events.append(Plain(event, file.instruments)) }
      return (events, file)
    }
    let parts = try files.enumerated().map { try stored([$1], "\($0).ticks") }
    let merged = try stored(files, "merged.ticks")
    #expect(merged.file.eventCount == parts.reduce(0) { $0 + $1.file.eventCount })
    #expect(merged.file.orphanCount == parts.reduce(0) { $0 + $1.file.orphanCount })
    #expect(Set(merged.file.instruments.map(\.symbol)) == Set(parts.flatMap { $0.file.instruments.map(\.symbol) }))
    let isMerged = merged.plain == NaiveMerge.merge(parts.map(\.plain), \.event)
    #expect(isMerged)
  }

  @Test(.enabled(if: RealData.isPresent)) func `captures of several Binance markets become one stream`() throws {
    let folder = try TemporaryFolder()
    let names = ["spot/btcusdt_20240808.gz", "usdm/btcusdt_20240808.gz", "cm/btcusd_perp_20240808.gz"]
    // The begin of each, with the snapshot of the book: the whole minutes take as many in a debug build.
    let paths = try names.enumerated().map { number, name in
      let lines = try realFile("binance-raw/hftbacktest/" + name).split(separator: 0x0A, maxSplits: 1_200)
      return try folder.write(Array(lines.prefix(1_200).joined(separator: [0x0A])) + [0x0A], "\(number).log")
    }
    try checkMerge(paths)
  }

  @Test(.enabled(if: RealData.isPresent)) func `tickers of several days become one stream`() throws {
    try checkMerge(
      ["aig", "bac", "ibm"].flatMap { ticker in
        ["20131007", "20131008"].map { RealData.file("lean/equity/usa/minute/\(ticker)/\($0)_trade.zip").path }
      })
  }

  @Test(.enabled(if: RealData.isPresent)) func `two days give the same bytes as one after the other`() throws {
    let folder = try TemporaryFolder()
    let days = [DBNEventTests.dayBefore, DBNEventTests.day].map { RealData.file($0).path }
    let paths = ["merged.ticks", "named.ticks"].map { folder.url.appendingPathComponent($0).path }
    _ = try importTicks(from: days, to: paths[0])
    _ = try importTicks(from: days, to: paths[1], options: ImportOptions(order: .asNamed))
    let isEqual = FileManager.default.contentsEqual(atPath: paths[0], andPath: paths[1])
    #expect(isEqual)
  }

  @Test(.enabled(if: RealData.isPresent)) func `the contracts of an option archive are in time order`() throws {
    let path = RealData.file("lean/option/usa/minute/twx/20140606_trade_american.zip").path
    let output = try importToArray([path]).output
    #expect(output.instruments.count > 5)
    let times = output.events.map(\.exchangeTime)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
  }
}
