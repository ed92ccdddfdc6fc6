import Foundation
import MarketTypes
import TestSupport
import Testing
import TickStore

@testable import TickImport

/// Sources into tick files and out again.
struct TickRoundTripTests {
  private func records(_ path: String) throws -> [[UInt8]] {
    let reader = try DBNReader(path: path)
    var records: [[UInt8]] = []
    while let record = try reader.next() { records.append(record.bytes) }
    return records
  }

  @Test(.enabled(if: RealData.isPresent), arguments: [UInt8(1), 3])
  func `a public day of orders comes back record for record`(version: UInt8) throws {
    let folder = try TemporaryFolder()
    let source = RealData.file(DBNEventTests.day).path
    let ticks = folder.url.appendingPathComponent("es.ticks").path
    let copy = folder.url.appendingPathComponent("es.dbn.zst").path
    let summary = try importTicks(from: [source], to: ticks)
    #expect(summary.events == 68_794 && summary.passes == 1)
    let exported = try exportTicks(
      from: ticks, to: copy, format: .dbn(version: version, schema: .mbo), compression: .zstd(level: 3))
    // The marks of the snapshot are ours.
    #expect(exported.leftOut.isEmpty && exported.events == 68_792 && exported.read == 68_794 && exported.implied == 2)
    let original = try records(source)
    #expect(original.count == 68_792)
    #expect(try records(copy) == original)
    let metadata = try #require(try DBNReader(path: copy).metadata)
    #expect(metadata.version == version && metadata.schema == .mbo && metadata.symbols == ["ESH4"])
    #expect(metadata.mappings.first?.intervals.first?.symbol == "17077")
  }

  @Test(.enabled(if: RealData.isPresent)) func `two days come back as the two files after each other`() throws {
    let folder = try TemporaryFolder()
    let sources = [DBNEventTests.dayBefore, DBNEventTests.day].map { RealData.file($0).path }
    let ticks = folder.url.appendingPathComponent("es.ticks").path
    let copy = folder.url.appendingPathComponent("es.dbn").path
    _ = try importTicks(from: sources, to: ticks)
    _ = try exportTicks(from: ticks, to: copy, format: .dbn(version: 1, schema: .mbo))
    #expect(try records(copy) == sources.flatMap { try records($0) })
  }

  @Test(arguments: 0..<6 as Range<UInt64>) func `random orders come back record for record`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let sample = DBNSample.random(count: 2_000, using: &generator)
    let folder = try TemporaryFolder()
    let source = try folder.write(sample.bytes, "random.dbn")
    let ticks = folder.url.appendingPathComponent("random.ticks").path
    let copy = folder.url.appendingPathComponent("copy.dbn").path
    let summary = try importTicks(from: [source], to: ticks)
    _ = try exportTicks(from: ticks, to: copy, format: .dbn(version: 3, schema: .mbo))
    #expect(try records(copy) == records(source))
    let json = folder.url.appendingPathComponent("lines.json").path
    _ = try exportTicks(from: ticks, to: json, format: .text(.json))
    let text = try String(contentsOfFile: json, encoding: .utf8).split(separator: "\n")
    #expect(text.count == summary.events)
    for line in text { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    let table = folder.url.appendingPathComponent("table.csv").path
    _ = try exportTicks(from: ticks, to: table, format: .text(.csv))
    let lines = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n").count
    // The header, and what the instruments are.
    #expect(lines == summary.events + 1 + summary.instruments.count)
  }

  @Test func `a failed or repeated import leaves what was there`() throws {
    let folder = try TemporaryFolder()
    var sample = DBNSample()
    sample.order("A", id: 1)
    let source = try folder.write(sample.bytes, "good.dbn")
    let cut = try folder.write(Array(sample.bytes.dropLast(1)), "cut.dbn")
    let ticks = folder.url.appendingPathComponent("out.ticks").path
    #expect(throws: ImportError.self) { try importTicks(from: [cut], to: ticks) }
    #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder.url.path)) == ["good.dbn", "cut.dbn"])
    _ = try importTicks(from: [source], to: ticks)
    let before = try Data(contentsOf: URL(fileURLWithPath: ticks))
    let error = #expect(throws: ImportError.self) { try importTicks(from: [source], to: ticks) }
    #expect(error?.cause == .badOutput)
    #expect(throws: ImportError.self) { try importTicks(from: [cut], to: ticks, replaces: true) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: ticks)) == before)
    let copy = folder.url.appendingPathComponent("copy.dbn").path
    let refusal = #expect(throws: ImportError.self) {
      try exportTicks(from: ticks, to: copy, format: .dbn(version: 3, schema: .statistics))
    }
    #expect(refusal?.cause == .badOutput && refusal?.advice.isEmpty == false)
    #expect(throws: ImportError.self) { try exportTicks(from: source, to: copy, format: .text(.csv)) }
    #expect(!FileManager.default.fileExists(atPath: copy))
  }

  @Test(.enabled(if: RealData.isPresent)) func `an export that would be empty is refused and leaves nothing`() throws {
    let folder = try TemporaryFolder()
    let ticks = folder.url.appendingPathComponent("bars.ticks").path
    let copy = folder.url.appendingPathComponent("bars.dbn").path
    _ = try importTicks(
      from: [RealData.file("dbn/databento-dbn-tests/test_data.ohlcv-1s.v3.dbn.zst").path], to: ticks)
    let refusal = #expect(throws: ImportError.self) {
      try exportTicks(from: ticks, to: copy, format: .dbn(version: 3, schema: .mbo))
    }
    #expect(refusal?.cause == .badInput && refusal?.reason.contains("none of its 2 events") == true)
    #expect(!FileManager.default.fileExists(atPath: copy))
  }
}
