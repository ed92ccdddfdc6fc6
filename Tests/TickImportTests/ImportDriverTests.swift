import Foundation
import MarketTypes
import Testing

@testable import TickImport

/// Units, restarts, several sources, and what a failure leaves behind.
struct ImportDriverTests {
  private func sample(_ prices: [Int64]) -> [UInt8] {
    var sample = DBNSample()
    for (index, price) in prices.enumerated() {
      sample.order("A", id: UInt64(index + 1), price: price, event: UInt64(index + 1))
    }
    return sample.bytes
  }

  @Test func `the tick is the largest usual step that divides all prices`() {
    func tick(_ prices: [Int64], _ exponent: Int8 = 9) -> String? {
      var scan = UnitScan()
      for price in prices { scan.observe(price) }
      return scan.tick(exponent: exponent)?.description
    }
    #expect(tick([4_751_250_000_000]) == "0.25")
    #expect(tick([4_751_000_000_000, 4_752_500_000_000]) == "0.5")
    #expect(tick([110_015_625_000, 110_031_250_000]) == "0.015625")
    #expect(tick([1_234_567]) == "0.000000001")
    #expect(tick([-300, 700], 2) == "1")
    #expect(tick([12_345], 2) == "0.05")
    #expect(tick([0, 0]) == nil)
    #expect(tick([1, 1], 0) == "1")
    #expect(tick([50_000], 0) == "100")
    var scan = UnitScan()
    for quantity in [1_500, 2_500_000] as [Int64] { scan.observe(quantity) }
    #expect(scan.lot(exponent: 8)?.description == "0.000001")
  }

  @Test func `units scale exactly or not at all`() throws {
    let quarter = try #require(UnitScale(unit: DecimalUnit("0.25")!, exponent: 9))
    #expect(quarter.count(4_751_250_000_000) == 19_005 && quarter.count(4_751_300_000_000) == nil)
    #expect(quarter.count(-250_000_000) == -1)
    let finer = try #require(UnitScale(unit: DecimalUnit("0.125")!, exponent: 2))
    #expect(finer.count(25) == 2 && finer.count(30) == nil && finer.count(.max) == nil)
    #expect(UnitScale(unit: DecimalUnit("100000000000000000")!, exponent: 18) == nil)
  }

  @Test func `a source without events is said`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(DBNSample().bytes, "nothing.dbn")
    let summary = try importToArray([path]).summary
    #expect(summary.events == 0 && summary.remarks.last?.contains("no events") == true)
  }

  @Test func `a finer price after the probe starts the import over, once`() throws {
    let folder = try TemporaryFolder()
    let coarse = [Int64](repeating: 4_000_000_000_000, count: ImportSink.probeCount + 10)
    let path = try folder.write(sample(coarse + [4_000_250_000_000, 4_000_010_000_000]), "late.dbn")
    let (output, summary) = try importToArray([path])
    #expect(summary.passes == 2 && summary.instruments.first?.tick.description == "0.01")
    #expect(output.events.count == coarse.count + 2)
    #expect(output.events.last?.price.ticks == 400_001)
    #expect(try importToArray([path], options: ImportOptions(tick: DecimalUnit("0.01"))).summary.passes == 1)
    let error = #expect(throws: ImportError.self) {
      try importToArray([path], options: ImportOptions(tick: DecimalUnit("0.25")))
    }
    #expect(error?.advice.contains("--tick") == true)
  }

  @Test func `a price beyond 32 bits of ticks asks for a larger tick`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(sample([9_000_000_000_000_000_001]), "large.dbn")
    let error = #expect(throws: ImportError.self) { try importToArray([path]) }
    #expect(error?.reason.contains("9000000000.000000001") == true && error?.advice.contains("--tick") == true)
  }

  @Test func `orders rest over the border between two files`() throws {
    let folder = try TemporaryFolder()
    var first = DBNSample()
    first.order("A", id: 1, size: 5)
    var second = DBNSample(version: 1)
    second.order("C", id: 1, size: 5)
    let paths = [try folder.write(first.bytes, "1.dbn"), try folder.write(second.bytes, "2.dbn")]
    let (output, summary) = try importToArray(paths)
    #expect(output.events.map(\.kind) == [.add, .cancel] && output.instruments.count == 1)
    #expect(summary.bytesRead == first.bytes.count + second.bytes.count)
  }

  @Test func `a failure or a stop leaves nothing behind`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(sample([1, 2, 3]).dropLast(5)), "cut.dbn")
    let output = ArrayOutput()
    #expect(throws: ImportError.self) { try importEvents(from: [path], to: { output }) }
    #expect(!output.isFinished && output.events.isEmpty)
    let whole = try folder.write(sample([1, 2, 3]), "whole.dbn")
    let error = #expect(throws: ImportError.self) {
      try importEvents(from: [whole], to: { output }, progress: { _ in false })
    }
    #expect(error?.cause == .cancelled && !output.isFinished)
  }

  @Test func `progress counts bytes and events`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(sample(Array(repeating: 1_000_000_000, count: 40_000)), "many.dbn")
    var steps: [ImportProgress] = []
    let output = ArrayOutput()
    _ = try importEvents(
      from: [path], to: { output },
      progress: {
        steps.append($0); return true
      })
    #expect(steps.count >= 3 && steps.last?.bytesRead == steps.last?.totalBytes)
    #expect(steps.allSatisfy { $0.pass == 1 && $0.source == path })
  }

  @Test func `a format nobody knows names those that are known`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1, 2, 3, 4], "riddle.bin")
    let error = #expect(throws: ImportError.self) { try importToArray([path]) }
    #expect(error?.advice.contains("dbn") == true)
    #expect(throws: ImportError.self) { try importToArray([]) }
  }

  @Test func `an output file appears whole or not at all`() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appendingPathComponent("out.csv").path
    do {
      let file = try OutputFile(path: path)
      try file.write(Array("half".utf8))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    let file = try OutputFile(path: path, compression: .zstd(level: 3))
    let content = [UInt8](repeating: 7, count: 1_000_000)
    try file.write(content)
    try file.finish()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["out.csv"])
    let stream = try SourceStream(path: path)
    #expect(stream.container == .zstd && stream.fileSize ?? .max < 10_000)
    let error = #expect(throws: ImportError.self) { try OutputFile(path: path) }
    #expect(error?.cause == .badOutput && error?.advice.contains("--force") == true)
    _ = try OutputFile(path: path, replaces: true)
  }
}

struct EventTextTests {
  private static let instrument = Instrument(symbol: "A,\"B\"", tick: DecimalUnit("0.25")!, lot: DecimalUnit("0.001")!)

  private func text(_ style: EventText.Style, _ event: MarketEvent) -> String {
    var bytes: [UInt8] = []
    EventText(style: style, instruments: [Self.instrument]).append(event, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `events print in plain decimals`() {
    let add = MarketEvent(
      kind: .add, exchangeTime: Timestamp(nanoseconds: 12), side: .sell, price: Price(ticks: -19_005),
      quantity: Quantity(lots: 1_500), identifier: .max, sequence: 4, flags: [.endOfEvent, .snapshot])
    #expect(
      text(.csv, add)
        == "12,,\"A,\"\"B\"\"\",add,sell,-4751.25,1.500,,,,,,18446744073709551615,,4,endOfEvent|snapshot,,,,,0,,,,,\n")
    #expect(
      text(.json, add)
        == #"{"exchange_time":12,"symbol":"A,\"B\"","kind":"add","side":"sell","price":-4751.25,"quantity":1.500,"#
        + #""identifier":18446744073709551615,"sequence":4,"flags":"endOfEvent|snapshot"}"# + "\n")
    var quote = MarketEvent(kind: .quote, exchangeTime: Timestamp(nanoseconds: 1), flags: [])
    quote.quote = .init(bidPrice: Price(ticks: 4), bidQuantity: Quantity(lots: 1), askPrice: .none, askQuantity: .zero)
    #expect(text(.csv, quote) == "1,,\"A,\"\"B\"\"\",quote,,1.00,0.001,,0.000,,,,,,,,,,,,0,,,,,\n")
    var status = MarketEvent(kind: .status, exchangeTime: Timestamp(nanoseconds: 1), flags: [])
    status.status = .halted
    #expect(
      text(.json, status) == #"{"exchange_time":1,"symbol":"A,\"B\"","kind":"status","quantity":"halted"}"# + "\n")
  }

  @Test func `every row has as many fields as the header`() {
    let exporter = EventText(style: .csv, instruments: [])
    for kind in EventKind.allCases {
      var bytes: [UInt8] = []
      exporter.append(MarketEvent(kind: kind, exchangeTime: Timestamp(nanoseconds: 1)), to: &bytes)
      #expect(bytes.count { $0 == UInt8(ascii: ",") } == exporter.header.utf8.count { $0 == UInt8(ascii: ",") })
    }
  }

  @Test(arguments: [
    (0, 19_700_101), (951_782_400, 20_000_229), (951_868_800, 20_000_301), (1_703_980_799, 20_231_230),
    (4_102_444_800, 21_000_101), (1_709_164_800, 20_240_229),
  ]) func `days of the calendar`(seconds: Int64, day: UInt32) {
    #expect(DBNExporter.date(Timestamp(nanoseconds: seconds * 1_000_000_000)) == day)
  }
}
